"""What stands in answers about attendance, its evidence, and where residents go regularly."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from api.v1.shapes_of_rules import Record, Recorded
from residents.meetings import models as rows
from residents.meetings.queries.attendance import DoubtKind

GRADE = _("1 their own word, 2 a photo of a slip, 3 signed by the chair, 4 the meeting's code, 5 seen by staff.")


class AttendanceLine(Record):
    """A resident was at a meeting, as a list shows it."""

    meeting = serializers.UUIDField()
    called = serializers.CharField(help_text=_("What the meeting was called then."))
    kind = serializers.ChoiceField(rows.Kind.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    on = serializers.DateField(help_text=_("The day of the start, in the house."))
    online = serializers.BooleanField()
    step = serializers.ChoiceField(rows.Attendance.Step.choices)
    grade = serializers.ChoiceField(rows.Grade.choices, help_text=GRADE)
    follows = serializers.UUIDField(allow_null=True, help_text=_("The earlier row about the same meeting."))
    counts = serializers.BooleanField(help_text=_("Whether it is the newest about this meeting, and not struck."))


class Attendances(Page):
    items = AttendanceLine(many=True)


class AttendanceStep(Recorded):
    """One of the rows about the same meeting, the first one first."""

    uuid = serializers.UUIDField()
    step = serializers.ChoiceField(rows.Attendance.Step.choices)
    grade = serializers.ChoiceField(rows.Grade.choices, help_text=GRADE)
    reason = serializers.CharField(allow_blank=True)


class AttendanceDoubt(serializers.Serializer):
    """Something that does not fit with another record."""

    kind = serializers.ChoiceField(DoubtKind.choices)
    settled = serializers.CharField(allow_null=True, help_text=_("Why it stands all the same; null: nobody decided."))


class Attendance(AttendanceLine, Recorded):
    """One attendance. That you looked is on record for the resident."""

    shows = serializers.CharField(help_text=_("What this grade of evidence shows, and what it does not."))
    signer = serializers.CharField(allow_blank=True)
    drawn = serializers.BooleanField(help_text=_("Whether the chair drew an initial or a signature."))
    photo = serializers.BooleanField(help_text=_("Whether there is a photo of a slip."))
    note = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True, help_text=_("Why it was struck or restored."))
    doubts = AttendanceDoubt(many=True)
    chain = AttendanceStep(many=True)


class MeetingPlan(Record):
    """A meeting that somebody goes to regularly. It proves nothing."""

    meeting = serializers.UUIDField()
    called = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class MeetingPlans(Page):
    items = MeetingPlan(many=True)
