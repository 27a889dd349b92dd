"""What stands in answers about house meetings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from api.v1.shapes_of_rules import Recorded
from residents.meetings.models import MinutesLine, RollLine
from residents.meetings.models import MotionKind as KindRow
from residents.meetings.queries.house_meetings import STATES
from residents.people.models import Officer

CORRECTED = _("Whether it stands in the place of an earlier one.")


class HouseMeetingLine(Recorded):
    """One house meeting as a list shows it."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    meeting = serializers.UUIDField(help_text=_("The meeting that recurs."))
    name = serializers.CharField()
    starts_at = serializers.DateTimeField()
    on = serializers.DateField(help_text=_("The day of it in the house."))
    state = serializers.ChoiceField(STATES, help_text=_("`no_roll` and `no_minutes`: what is still to be done."))
    published_at = serializers.DateTimeField(allow_null=True)


class HouseMeetings(Page):
    items = HouseMeetingLine(many=True)


class AgendaItem(serializers.Serializer):
    uuid = serializers.UUIDField()
    title = serializers.CharField()
    by = serializers.CharField(help_text=_("Who put it there; residents by first name and initial."))


class MeetingRollLine(Recorded):
    """Whether one resident was there. Who recorded it is told to staff alone."""

    uuid = serializers.UUIDField()
    stay = serializers.UUIDField()
    name = serializers.CharField()
    status = serializers.ChoiceField(RollLine.Status.choices)
    why = serializers.CharField(allow_blank=True, help_text=_("What excuses them; told to staff alone."))
    corrected = serializers.BooleanField(help_text=CORRECTED)


class MinutesSaid(Recorded):
    """What was said or decided."""

    uuid = serializers.UUIDField()
    what = serializers.ChoiceField(MinutesLine.What.choices)
    item = serializers.UUIDField(allow_null=True, help_text=_("The item of the agenda it is about."))
    text = serializers.CharField()
    corrected = serializers.BooleanField(help_text=CORRECTED)


class MinutesMotion(Recorded):
    """A vote: its count, what it needed, and what follows from both."""

    uuid = serializers.UUIDField()
    kind = serializers.UUIDField()
    text = serializers.CharField()
    in_favour = serializers.IntegerField()
    against = serializers.IntegerField()
    abstained = serializers.IntegerField()
    percent = serializers.IntegerField()
    more_than = serializers.BooleanField(help_text=_("Whether just as many are not enough."))
    of = serializers.ChoiceField(KindRow.Of.choices)
    of_how_many = serializers.IntegerField()
    carried = serializers.BooleanField()
    corrected = serializers.BooleanField(help_text=CORRECTED)


class MinutesElection(serializers.Serializer):
    uuid = serializers.UUIDField()
    name = serializers.CharField()
    duty = serializers.ChoiceField(Officer.Duty.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    motion = serializers.UUIDField(allow_null=True)


class MinutesSection(serializers.Serializer):
    """What another subject says; kept as it was when the minutes were published."""

    name = serializers.CharField()
    title = serializers.CharField()
    headers = serializers.ListField(child=serializers.CharField())
    rows = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class HouseMinutes(serializers.Serializer):
    roll = MeetingRollLine(many=True)
    lines = MinutesSaid(many=True)
    motions = MinutesMotion(many=True)
    elections = MinutesElection(many=True)
    sections = MinutesSection(many=True)


class HouseMeeting(HouseMeetingLine):
    """One house meeting, whole."""

    agenda = AgendaItem(many=True)
    minutes = HouseMinutes(
        allow_null=True, help_text=_("Null for those who live in the house, until the minutes are published.")
    )


class RollPerson(serializers.Serializer):
    """One resident of the roll."""

    stay = serializers.UUIDField()
    name = serializers.CharField()
    known = serializers.CharField(allow_blank=True, help_text=_("What is known to excuse them; told to staff alone."))
    line = MeetingRollLine(allow_null=True, help_text=_("Null: nobody has counted them."))


class HouseMeetingRoll(serializers.Serializer):
    house_meeting = serializers.UUIDField()
    taken = serializers.BooleanField(help_text=_("Whether everybody is counted."))
    items = RollPerson(many=True)


class MotionKind(serializers.Serializer):
    """A kind of motion, and how many have to be for it."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    name = serializers.CharField()
    percent = serializers.IntegerField()
    more_than = serializers.BooleanField()
    of = serializers.ChoiceField(KindRow.Of.choices)
    in_use = serializers.BooleanField()


class MotionKinds(Page):
    items = MotionKind(many=True)
