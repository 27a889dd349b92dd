"""What stands in answers about the directory of meetings and the feeds it is read from."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from api.v1.shapes_of_rules import Recorded
from residents.meetings import models as rows
from residents.people.models import WeeklyHours


class DirectoryMeetingLine(serializers.Serializer):
    """A meeting as a list shows it."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField(allow_null=True, help_text=_("The house whose own meeting it is; null: of all."))
    feed = serializers.UUIDField(allow_null=True, help_text=_("The directory it is read from; null: made by hand."))
    name = serializers.CharField()
    kind = serializers.ChoiceField(rows.Kind.choices)
    types = serializers.ListField(child=serializers.CharField(), help_text=_("Codes, as its directory has them."))
    type_names = serializers.ListField(child=serializers.CharField(), help_text=_("The same in words."))
    weekday = serializers.ChoiceField(
        WeeklyHours.Weekday.choices, allow_null=True, help_text=_("0 is Monday; null: daily or by appointment.")
    )
    starts = serializers.CharField(allow_null=True, help_text=_("By the clock of `time_zone`."))
    minutes = serializers.IntegerField()
    time_zone = serializers.CharField()
    recurrence = serializers.CharField(
        allow_blank=True, help_text=_("A rule of RFC 5545, without an end; empty: by appointment.")
    )
    venue = serializers.ChoiceField(rows.Venue.choices)
    place = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    region = serializers.CharField(allow_blank=True)
    approximate = serializers.BooleanField(help_text=_("Whether it is only roughly known where that is."))
    latitude = serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True)
    longitude = serializers.DecimalField(max_digits=9, decimal_places=6, allow_null=True)
    conference_url = serializers.CharField(allow_blank=True)
    conference_phone = serializers.CharField(allow_blank=True, help_text=_("To dial in."))
    closed_on = serializers.DateField(allow_null=True)


class DirectoryMeetings(Page):
    items = DirectoryMeetingLine(many=True)


class DirectoryMeeting(DirectoryMeetingLine):
    """One meeting."""

    starts_on = serializers.DateField(help_text=_("The first day from which the recurrence counts."))
    closed_why = serializers.CharField(allow_blank=True)
    conference_notes = serializers.CharField(allow_blank=True)
    notes = serializers.CharField(allow_blank=True)


class MeetingOccurrence(serializers.Serializer):
    """A meeting, held once."""

    meeting = serializers.UUIDField()
    on = serializers.DateField(help_text=_("The day on which it is usual; with the meeting it says which one it is."))
    starts_at = serializers.DateTimeField(help_text=_("When it is held, by the clock of the meeting."))
    ends_at = serializers.DateTimeField()
    called_off = serializers.BooleanField()
    moved_from = serializers.DateTimeField(allow_null=True, help_text=_("When it would be held otherwise."))
    why = serializers.CharField(allow_blank=True)


class MeetingOccurrences(serializers.Serializer):
    """When a meeting is held, from a day until a day, both of them counted."""

    since = serializers.DateField()
    until = serializers.DateField()
    items = MeetingOccurrence(many=True)


class FeedReadingLine(Recorded):
    """A directory was read."""

    uuid = serializers.UUIDField()
    feed = serializers.UUIDField()
    outcome = serializers.ChoiceField(rows.FeedReading.Outcome.choices)
    why = serializers.CharField(allow_blank=True, help_text=_("Why it changed nothing, or was taken all the same."))
    total = serializers.IntegerField(help_text=_("Meetings that were listed."))
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    closed = serializers.IntegerField()
    opened = serializers.IntegerField(help_text=_("Open again."))


class FeedReadings(Page):
    items = FeedReadingLine(many=True)


class FeedReadingChange(serializers.Serializer):
    what = serializers.ChoiceField(
        [("added", _("new")), ("changed", _("changed")), ("closed", _("closed")), ("opened", _("open again"))]
    )
    meeting = serializers.UUIDField()
    name = serializers.CharField()
    words = serializers.ListField(child=serializers.CharField(), help_text=_("What of it changed."))


class FeedReadingProblem(serializers.Serializer):
    which = serializers.CharField()
    wrong = serializers.CharField()
    right = serializers.CharField(allow_blank=True)


class FeedReading(FeedReadingLine):
    """One reading, with all that it changed and all that was wrong with what was read."""

    changes = FeedReadingChange(many=True)
    problems = FeedReadingProblem(many=True)


class Feed(serializers.Serializer):
    """A directory that others keep."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(rows.Kind.choices)
    url = serializers.CharField(allow_blank=True, help_text=_("Empty: it is read from files alone."))
    time_zone = serializers.CharField(help_text=_("Of meetings that name none."))
    in_use = serializers.BooleanField(help_text=_("Whether it is read every day."))


class Feeds(Page):
    items = Feed(many=True)
