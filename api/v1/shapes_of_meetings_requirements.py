"""What stands in answers about the meetings that are asked of residents, and how they stand."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from api.v1.shapes_of_rules import Record, Recorded
from residents.meetings import models as rows
from residents.meetings.standing import State


class PartAsked(serializers.Serializer):
    """Of the meetings that are asked, so many of one kind."""

    kind = serializers.ChoiceField(rows.Kind.choices)
    count = serializers.IntegerField()


class Requirement(Recorded):
    """So many meetings, in each week or in a period. What it asks never changes: it ends, and another begins."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    phase = serializers.CharField(allow_null=True, help_text=_("The phase in which it is asked; null: not by phase."))
    stay = serializers.UUIDField(allow_null=True, help_text=_("Where it is asked of one resident."))
    per = serializers.ChoiceField(rows.Requirement.Per.choices)
    count = serializers.IntegerField()
    days = serializers.IntegerField(allow_null=True, help_text=_("Of a period."))
    least_grade = serializers.ChoiceField(
        rows.Grade.choices, help_text=_("1 is their own word, 5 that staff saw them there.")
    )
    besides = serializers.BooleanField(
        help_text=_("Whether it comes besides what is asked of more people, or in place of it.")
    )
    parts = PartAsked(many=True)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, help_text=_("The first day it is no longer asked."))
    reason = serializers.CharField(allow_blank=True)


class Requirements(Page):
    items = Requirement(many=True)


class PartDone(serializers.Serializer):
    kind = serializers.ChoiceField(rows.Kind.choices)
    needed = serializers.IntegerField()
    done = serializers.IntegerField()


class StandingLine(serializers.Serializer):
    """One requirement that binds."""

    requirement = serializers.UUIDField()
    needed = serializers.IntegerField(help_text=_("For the days on which they lived there, rounded down."))
    done = serializers.IntegerField()
    below = serializers.IntegerField(help_text=_("So many more were below the evidence asked for."))
    parts = PartDone(many=True)
    arithmetic = serializers.CharField(help_text=_("How it was reckoned, in words."))


class Standing(serializers.Serializer):
    """How somebody stands. Where several requirements bind, each is judged on its own and the worst counts."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text=_("The first day after it."))
    state = serializers.ChoiceField([(each.value, each.value) for each in State])
    days_lived = serializers.IntegerField()
    done = serializers.IntegerField()
    needed = serializers.IntegerField()
    still_needed = serializers.IntegerField()
    lines = StandingLine(many=True)


class OfStay(Standing):
    stay = serializers.UUIDField()
    name = serializers.CharField(help_text=_("First name and initial."))


class HouseMeetingWeek(serializers.Serializer):
    """Everybody who lived in the house in this week, by name."""

    house = serializers.UUIDField()
    week = serializers.DateField(help_text=_("Its Monday."))
    items = OfStay(many=True)


class StayMeetingWeeks(serializers.Serializer):
    """The weeks of one stay, the newest first, and its periods. That you looked is on record for the resident."""

    house = serializers.UUIDField()
    stay = serializers.UUIDField()
    name = serializers.CharField()
    weeks = Standing(many=True)
    periods = Standing(many=True)


class ExcusedWeek(Record, Recorded):
    """A week in which nothing is asked of somebody; or, where it follows another, that it is asked again."""

    week = serializers.DateField(help_text=_("Its Monday."))
    excused = serializers.BooleanField(help_text=_("False: taken back."))
    cause = serializers.ChoiceField(rows.WeekExcused.Cause.choices)
    note = serializers.CharField(allow_blank=True)
    follows = serializers.UUIDField(allow_null=True)


class ExcusedWeeks(Page):
    items = ExcusedWeek(many=True)
