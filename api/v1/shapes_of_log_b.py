"""What stands in answers about incidents, and about what is to be done after them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from api.v1.shapes_of_log_d import OfEntry
from residents.log import models as rows
from residents.log.queries import incidents

STATES = (incidents.OPEN, incidents.WAITS, incidents.CLOSED)


class IncidentLine(OfEntry):
    """One incident, as a list shows it."""

    type = serializers.ChoiceField(rows.IncidentType.choices)
    place = serializers.CharField(allow_blank=True)
    audience = serializers.ChoiceField(rows.Audience.choices)
    state = serializers.ChoiceField(
        STATES, help_text=_("`follow_ups`: it is closed, and something is still to be done after it.")
    )
    naloxone_doses = serializers.IntegerField()


class Incidents(Page):
    items = IncidentLine(many=True)


class IncidentStep(serializers.Serializer):
    """One fact, at its time. `who` gave naloxone, was told, or did it."""

    uuid = serializers.UUIDField()
    kind = serializers.ChoiceField(rows.IncidentStep.Kind.choices)
    at = serializers.DateTimeField()
    who = serializers.CharField(allow_blank=True)
    what = serializers.CharField(allow_blank=True)
    doses = serializers.IntegerField(allow_null=True)
    corrects = serializers.UUIDField(allow_null=True, help_text=_("The fact that this one puts right."))
    correction_reason = serializers.CharField(allow_blank=True)
    counts = serializers.BooleanField(help_text=_("False where another puts it right."))
    recorded_by = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class FollowUp(serializers.Serializer):
    """Something to be done after an entry of the log, and what became of it."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    entry = serializers.UUIDField(help_text=_("The entry of the log after which it is to be done."))
    what = serializers.CharField()
    who = serializers.CharField(allow_blank=True)
    due_on = serializers.DateField()
    state = serializers.ChoiceField(("open", "due", "overdue", "done", "dropped"))
    note = serializers.CharField(allow_blank=True, help_text=_("How it was done, or why it is no longer needed."))
    done_by = serializers.CharField(allow_null=True, help_text=_("Who said what became of it; null: nobody yet."))
    done_at = serializers.DateTimeField(allow_null=True, help_text=_("When they said so."))
    recorded_by = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class FollowUps(Page):
    items = FollowUp(many=True)


class IncidentClosing(serializers.Serializer):
    """How it was closed: by somebody who did not write it down."""

    cause = serializers.CharField()
    correction = serializers.CharField(help_text=_("What is done so that it does not happen again."))
    recorded_by = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class Incident(IncidentLine):
    """One incident and what became of it. That you looked is on record for those whom it is about."""

    text = serializers.CharField()
    steps = IncidentStep(many=True, help_text=_("In the order of time, with those that were put right since."))
    follow_ups = FollowUp(many=True)
    closing = IncidentClosing(allow_null=True)
    waits = serializers.CharField(allow_blank=True, help_text=_("Why nobody can close it, where nobody can."))
