"""What stands in answers about clocks, what is due by them, and what keeps a house safe."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from api.v1.shapes_of_rules import NOTHING, Recorded
from residents.log import models as rows
from residents.log.queries import clocks, safety

STATES = (clocks.RUNS, clocks.NEAR, clocks.OVER, clocks.MET)
SAFETY_STATES = (*safety.RED, safety.EXPIRING, safety.FINE)


class Clock(serializers.Serializer):
    """How long after something what has to be done, and for whom."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()
    starts = serializers.ChoiceField(rows.Clock.Starts.choices, help_text=_("After what."))
    incident_type = serializers.ChoiceField(
        [*NOTHING, *rows.IncidentType.choices], help_text=_("Empty: after incidents of all kinds.")
    )
    amount = serializers.IntegerField()
    unit = serializers.ChoiceField(rows.Clock.Unit.choices)
    recipient = serializers.CharField()
    source = serializers.CharField(allow_blank=True, help_text=_("Where it says so."))
    begins_at = serializers.DateTimeField(help_text=_("For what is written down from then on."))
    ended_at = serializers.DateTimeField(allow_null=True)


class Clocks(Page):
    items = Clock(many=True)


class DeadlineLine(serializers.Serializer):
    """Something that is due by a clock, because of one entry of the log or of one stay."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    clock = serializers.UUIDField()
    name = serializers.CharField(help_text=_("What is to be done."))
    recipient = serializers.CharField(help_text=_("For whom."))
    entry = serializers.UUIDField(allow_null=True, help_text=_("The entry of the log it is due because of."))
    stay = serializers.UUIDField(allow_null=True, help_text=_("Or the stay."))
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    state = serializers.ChoiceField(
        STATES, help_text=_("`near`: a quarter of the time is left, or a day, whichever is less.")
    )


class Deadlines(Page):
    items = DeadlineLine(many=True)


class DeadlineMet(Recorded):
    """That it was done, and what proves it."""

    done_at = serializers.DateTimeField()
    proof = serializers.CharField(
        allow_blank=True, help_text=_("Empty where it may name a complainant who is not named to you.")
    )
    file = serializers.BooleanField(help_text=_("Whether a photo or a paper is kept with it."))


class Deadline(DeadlineLine):
    """One deadline, whole."""

    met = DeadlineMet(allow_null=True)


class SafetyCheck(Recorded):
    """What somebody saw who looked at it."""

    uuid = serializers.UUIDField()
    in_order = serializers.BooleanField()
    checked_on = serializers.DateField()
    expires_on = serializers.DateField(allow_null=True)
    note = serializers.CharField(allow_blank=True)


class SafetyItem(serializers.Serializer):
    """One thing that keeps the house safe, and how it stands today."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    kind = serializers.ChoiceField(rows.SafetyItem.Kind.choices)
    place = serializers.CharField()
    every_days = serializers.IntegerField(help_text=_("How often somebody looks at it."))
    retired_on = serializers.DateField(allow_null=True, help_text=_("Since when it is not there any more."))
    state = serializers.ChoiceField(SAFETY_STATES)
    next_on = serializers.DateField(allow_null=True, help_text=_("By when comes the next look; null: nobody has yet."))
    checked = SafetyCheck(allow_null=True, help_text=_("The newest look at it."))


class SafetyItems(Page):
    items = SafetyItem(many=True)
