"""The directory of meetings: what is in it, when it is held, and the feeds it is read from."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Clock, Day, Id, Instant, PageQuery, Strict, Text
from api.v1 import shapes_of_meetings_directory as told
from api.v1.people import named
from api.v1.records import day
from residents.houses.models import House, Organization
from residents.meetings import models as rows
from residents.meetings.queries.directory import counted, joined, saying, types_of
from residents.meetings.queries.occurrences import Occurrence, occurrences
from residents.meetings.services import directory as services
from residents.people.models import WeeklyHours

RELATED = ("house", "organization", "feed")
LONGEST, USUAL = timedelta(days=92), timedelta(days=28)
MOST_OF_A_FILE = 900_000


class MeetingQuery(PageQuery):
    house = Id(required=False, help_text=gettext_lazy("Of the directory and of this house."))
    kind = serializers.ChoiceField(rows.Kind.choices, required=False)
    weekday = serializers.ChoiceField(
        WeeklyHours.Weekday.choices, required=False, help_text=gettext_lazy("0 is Monday.")
    )
    online = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only what can be joined online, or only what can be gone to.")
    )
    words = Text(required=False, max_length=80, help_text=gettext_lazy("In name, place, address, region or notes."))
    closed = serializers.BooleanField(required=False, default=False, help_text=gettext_lazy("Closed ones instead."))


class OfMeeting(Endpoint):
    def again(self, call: Call, uuid: UUID) -> Answer:
        row = _seen(call, uuid)
        return Answer(body=_whole(row), about=row.uuid, location=reverse("api_directory_meeting", args=[uuid]))


class MeetingFactsIn(Strict):
    name = Text(max_length=255)
    kind = serializers.ChoiceField(rows.Kind.choices)
    how = serializers.ChoiceField(["weekly", "monthly", "daily", "appointment"], default="weekly")
    weekday = serializers.ChoiceField(
        WeeklyHours.Weekday.choices, required=False, help_text=gettext_lazy("0 is Monday.")
    )
    every = serializers.IntegerField(
        min_value=1, max_value=26, default=1, help_text=gettext_lazy("Each so many weeks, where it is weekly.")
    )
    nth = serializers.ChoiceField(
        [1, 2, 3, 4, -1], required=False, help_text=gettext_lazy("Which of the month; -1 is the last.")
    )
    starts = Clock(required=False, help_text=gettext_lazy("Such as 19:30; needed unless by appointment."))
    minutes = serializers.IntegerField(min_value=1, max_value=1440, default=60)
    time_zone = Text(max_length=64, required=False, help_text=gettext_lazy("That of the house, unless you say so."))
    starts_on = Day(required=False, help_text=gettext_lazy("Today, unless you say so."))
    types = serializers.ListField(child=Text(max_length=40), required=False, max_length=60)
    venue = serializers.ChoiceField(rows.Venue.choices, default=rows.Venue.IN_PERSON.value)
    place = Text(max_length=255, required=False, allow_blank=True)
    address = Text(max_length=500, required=False, allow_blank=True)
    region = Text(max_length=255, required=False, allow_blank=True)
    latitude = serializers.DecimalField(
        max_digits=9, decimal_places=6, min_value=-90, max_value=90, required=False, allow_null=True
    )
    longitude = serializers.DecimalField(
        max_digits=9, decimal_places=6, min_value=-180, max_value=180, required=False, allow_null=True
    )
    conference_url = Text(max_length=1000, required=False, allow_blank=True)
    conference_phone = Text(max_length=120, required=False, allow_blank=True)
    conference_notes = Text(max_length=1000, required=False, allow_blank=True)
    notes = Text(max_length=4000, required=False, allow_blank=True)


class MeetingIn(MeetingFactsIn):
    house = Id(required=False, help_text=gettext_lazy("Whose own meeting it is; without, it is for all houses."))


class DirectoryMeetings(OfMeeting):
    @operation(id="meetings_list", summary="List meetings", query=MeetingQuery, gives=(told.DirectoryMeetings,))
    def get(self, call: Call) -> Answer:
        """The directory of your organization, and the meetings of your houses."""
        found = rows.Meeting.objects.visible_to(call.user).filter(closed_on__isnull=not call.query["closed"])
        if "house" in call.query:
            house = House.objects.visible_to(call.user).filter(uuid=call.query["house"])
            of_all = Q(house=None, organization__in=house.values("organization"))
            found = found.filter(of_all | Q(house__in=house.values("pk")))
        for name in ("kind", "weekday"):
            if name in call.query:
                found = found.filter(**{name: call.query[name]})
        if "online" in call.query:
            found = joined(found, call.query["online"])
        found = saying(found, call.query.get("words", ""))
        page, following = call.page(found.select_related("house", "feed"))
        return Answer(body={"items": [_line(each) for each in page], "next": following})

    @operation(
        id="meetings_make",
        summary="Make a meeting by hand",
        body=MeetingIn,
        gives=(told.DirectoryMeeting,),
        status=201,
        example={"name": "SMART Recovery", "kind": "smart", "weekday": 3, "starts": "19:00", "place": "Library"},
    )
    def post(self, call: Call) -> Answer:
        """What no directory lists: of one house, or, by the operator, for all of the organization."""
        data = dict(call.data)
        house, organization = _place(call, data.pop("house", None))
        today = (house or organization).today(call.now)
        row = services.meeting_save(organization=organization, house=house, today=today, **data)
        return self.again(call, row.uuid)


def _place(call: Call, uuid: UUID | None) -> tuple[House | None, Organization]:
    if uuid is not None:
        house = named(call, "house", House, uuid, "organization")
        call.require(house)
        return house, house.organization
    operated = _operated(call)
    if len(operated) > 1:
        raise ValidationError({"house": _("Say of which house: you operate several organizations.")})
    return None, operated[0]


def _operated(call: Call) -> list[Organization]:
    operated = list(Organization.objects.visible_to(call.user).filter(pk__in=call.caller.standing.operates))
    if not operated:
        raise PermissionDenied
    return operated


class DirectoryMeeting(OfMeeting):
    @operation(id="meetings_read", summary="Read one meeting", gives=(told.DirectoryMeeting,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One meeting."""
        return self.again(call, uuid)


class DirectoryMeetingEdit(OfMeeting):
    @operation(
        id="meetings_edit",
        summary="Change a meeting made by hand",
        body=MeetingFactsIn,
        gives=(told.DirectoryMeeting,),
        example={"name": "SMART Recovery", "kind": "smart", "weekday": 3, "starts": "19:30", "place": "Library"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """It is as you say from now on, all of it: what you leave out is as on a new one, but for its time zone and
        since when it is held."""
        row = _seen(call, uuid)
        call.require(row)
        today = (row.house or row.organization).today(call.now)
        facts = {"starts_on": row.starts_on, "time_zone": row.time_zone} | call.data
        services.meeting_save(organization=row.organization, house=row.house, meeting=row, today=today, **facts)
        return self.again(call, uuid)


class CloseIn(Strict):
    on = Day(required=False, help_text=gettext_lazy("From which day it is held no more; today, unless you say so."))
    reason = Text(max_length=300)


class DirectoryMeetingClose(OfMeeting):
    @operation(
        id="meetings_close",
        summary="Close a meeting made by hand",
        body=CloseIn,
        gives=(told.DirectoryMeeting,),
        example={"reason": "The group has ended."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Nobody finds it any more. Who was there stays on record."""
        row = _seen(call, uuid)
        call.require(row)
        services.meeting_close(meeting=row, today=(row.house or row.organization).today(call.now), **call.data)
        return self.again(call, uuid)


class DirectoryMeetingReopen(OfMeeting):
    @operation(id="meetings_reopen", summary="Open a closed meeting again", gives=(told.DirectoryMeeting,))
    def post(self, call: Call, uuid: UUID) -> Answer:
        """One made by hand. What vanished from a directory opens when it is listed there again."""
        row = _seen(call, uuid)
        call.require(row)
        services.meeting_reopen(meeting=row)
        return self.again(call, uuid)


class SpanQuery(Strict):
    since = Day(required=False, help_text=gettext_lazy("Today, unless you say so."))
    until = Day(required=False, help_text=gettext_lazy("Four weeks later, unless you say so; 92 days at most."))


class DirectoryMeetingOccurrences(Endpoint):
    @operation(
        id="meetings_occurrences",
        summary="Ask when a meeting is held",
        query=SpanQuery,
        gives=(told.MeetingOccurrences,),
    )
    def get(self, call: Call, uuid: UUID) -> Answer:
        """Every time in the span, with those that are called off and those that are moved."""
        row = _seen(call, uuid)
        zone = ZoneInfo(row.time_zone)
        since = call.query.get("since") or call.now.astimezone(zone).date()
        until = call.query.get("until") or since + USUAL
        if until < since or until - since > LONGEST:
            raise ValidationError({"until": _("From `since` on, and at most 92 days later.")})
        first, last = (datetime.combine(each, time(), tzinfo=zone) for each in (since, until + timedelta(days=1)))
        found = occurrences([row], first.astimezone(UTC), last.astimezone(UTC))
        items = [_occurrence(each) for each in found]
        return Answer(body={"since": day(since), "until": day(until), "items": items})


class ChangeIn(Strict):
    on = Day(help_text=gettext_lazy("The day on which it would be held."))
    called_off = serializers.BooleanField(default=False)
    held_at = Instant(required=False, allow_null=True, help_text=gettext_lazy("When it is held instead."))
    as_usual = serializers.BooleanField(
        default=False, help_text=gettext_lazy("It is held as always after all; then neither of the two.")
    )
    why = Text(max_length=300)


class DirectoryMeetingChanges(OfMeeting):
    @operation(
        id="meetings_change",
        summary="Call one meeting off, or move it",
        body=ChangeIn,
        gives=(told.DirectoryMeeting,),
        example={"on": "2026-06-11", "called_off": True, "why": "The church is closed that night."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """One time it is not as always; or as always after all."""
        row = _seen(call, uuid)
        call.require(row)
        data = dict(call.data)
        if data.pop("as_usual"):
            if data["called_off"] or data.get("held_at"):
                raise ValidationError({"as_usual": _("It is as always, or it is not: say one of them.")})
            services.meeting_change_undo(meeting=row, on=data["on"], why=data["why"], now=call.now)
        else:
            services.meeting_change(meeting=row, now=call.now, **data)
        return self.again(call, uuid)


class FeedIn(Strict):
    organization = Id(required=False, help_text=gettext_lazy("Needed where you operate several."))
    name = Text(max_length=120, help_text=gettext_lazy("Such as that of the intergroup."))
    kind = serializers.ChoiceField([each for each in rows.Kind.choices if each[0] != rows.Kind.HOUSE])
    url = Text(max_length=500, required=False, help_text=gettext_lazy("Without, it is read from files alone."))
    time_zone = Text(max_length=64, required=False, help_text=gettext_lazy("Of meetings that name none."))
    in_use = serializers.BooleanField(default=True, help_text=gettext_lazy("Whether it is read every day."))


class OfFeed(Endpoint):
    def again(self, call: Call, uuid: UUID) -> Answer:
        row = call.row(rows.Feed, uuid, "organization")
        return Answer(body=_feed(row), about=row.uuid, location=reverse("api_feed", args=[row.uuid]))


class Feeds(OfFeed):
    @operation(id="feeds_list", summary="List the directories", query=PageQuery, gives=(told.Feeds,))
    def get(self, call: Call) -> Answer:
        """The directories that meetings are read from. For operators."""
        operated = call.caller.standing.operates
        found = rows.Feed.objects.visible_to(call.user).filter(organization__in=operated)
        page, following = call.page(found)
        return Answer(body={"items": [_feed(each) for each in page], "next": following})

    @operation(
        id="feeds_make",
        summary="Add a directory",
        body=FeedIn,
        gives=(told.Feed,),
        status=201,
        example={
            "name": "Harbor Intergroup",
            "kind": "aa",
            "url": "https://harbor-intergroup.example.org/meetings.json",
        },
    )
    def post(self, call: Call) -> Answer:
        """Nothing is read yet: that comes with the night, or with a file."""
        data = dict(call.data)
        uuid = data.pop("organization", None)
        operated = [each for each in _operated(call) if uuid in (None, each.uuid)]
        if len(operated) != 1:
            raise ValidationError({"organization": _("Say of which organization, of those that you operate.")})
        return self.again(call, services.feed_save(organization=operated[0], **data).uuid)


class Feed(OfFeed):
    @operation(id="feeds_read", summary="Read one directory", gives=(told.Feed,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """Where meetings are read from. For operators."""
        return self.again(call, uuid)


class OfReading(Endpoint):
    def again(self, call: Call, uuid: UUID) -> Answer:
        reading = call.row(rows.FeedReading, uuid, "feed__organization")
        body = _reading(reading) | {
            "changes": [
                {"what": what, "meeting": meeting, "name": name, "words": words}
                for what, meeting, name, words in reading.changes
            ],
            "problems": [{"which": which, "wrong": wrong, "right": right} for which, wrong, right in reading.problems],
        }
        return Answer(body=body, about=reading.uuid, location=reverse("api_feed_reading", args=[reading.uuid]))


class FileIn(Strict):
    content = Text(
        max_length=MOST_OF_A_FILE, help_text=gettext_lazy("The file itself, as text: Meeting Guide or BMLT.")
    )
    taken_all_the_same = serializers.BooleanField(
        default=False, help_text=gettext_lazy("Even if it would close half of the meetings or more; for a reason.")
    )
    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class FeedReadings(OfReading):
    @operation(
        id="feeds_readings", summary="List the readings of a directory", query=PageQuery, gives=(told.FeedReadings,)
    )
    def get(self, call: Call, uuid: UUID) -> Answer:
        """When it was read, and how much that changed."""
        feed = call.row(rows.Feed, uuid, "organization")
        found = rows.FeedReading.objects.visible_to(call.user).filter(feed=feed).select_related("feed__organization")
        page, following = call.page(found)
        return Answer(body={"items": [_reading(each) for each in page], "next": following})

    @operation(
        id="feeds_take",
        summary="Read a directory from a file",
        body=FileIn,
        gives=(told.FeedReading,),
        status=201,
        example={"content": '[{"name": "Noon Group", "slug": "noon", "day": 1, "time": "12:00"}]'},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The directory becomes what the file lists. A file that is none, or would close half of what is open or more,
        changes nothing, and the reading says so. Larger files are read on the site, or from an address."""
        feed = call.row(rows.Feed, uuid, "organization")
        data = dict(call.data)
        content = data.pop("content").encode("utf-8", "replace")
        reading = services.feed_read(feed=feed, data=content, now=call.now, **data)
        return self.again(call, reading.uuid)


class FeedReading(OfReading):
    @operation(id="feeds_reading", summary="Read one reading", gives=(told.FeedReading,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """What it changed, and what was wrong with what was read."""
        return self.again(call, uuid)


# What is told


def _seen(call: Call, uuid: UUID) -> rows.Meeting:
    return get_object_or_404(rows.Meeting.objects.visible_to(call.user).select_related(*RELATED), uuid=uuid)


def _line(row: rows.Meeting) -> dict[str, Any]:
    as_it_is = ("name", "kind", "types", "weekday", "minutes", "time_zone", "recurrence", "venue", "place", "address")
    more = ("region", "approximate", "conference_url", "conference_phone")
    return {
        "uuid": str(row.uuid),
        "house": str(row.house.uuid) if row.house else None,
        "feed": str(row.feed.uuid) if row.feed else None,
        **{name: getattr(row, name) for name in (*as_it_is, *more)},
        "type_names": types_of(row),
        "starts": row.starts.strftime("%H:%M") if row.starts else None,
        "latitude": str(row.latitude) if row.latitude is not None else None,
        "longitude": str(row.longitude) if row.longitude is not None else None,
        "closed_on": day(row.closed_on),
    }


def _whole(row: rows.Meeting) -> dict[str, Any]:
    more = {name: getattr(row, name) for name in ("closed_why", "conference_notes", "notes")}
    return _line(row) | {"starts_on": day(row.starts_on)} | more


def _occurrence(each: Occurrence) -> dict[str, Any]:
    zone = ZoneInfo(each.meeting.time_zone)

    def at(instant: datetime | None) -> str | None:
        return None if instant is None else instant.astimezone(zone).isoformat(timespec="seconds")

    return {
        "meeting": str(each.meeting.uuid),
        "on": day(each.on),
        "starts_at": at(each.starts_at),
        "ends_at": at(each.ends_at),
        "called_off": each.called_off,
        "moved_from": at(each.moved_from),
        "why": each.why,
    }


def _feed(row: rows.Feed) -> dict[str, Any]:
    names = ("name", "kind", "url", "time_zone", "in_use")
    return {"uuid": str(row.uuid)} | {name: getattr(row, name) for name in names}


def _reading(row: rows.FeedReading) -> dict[str, Any]:
    zone = ZoneInfo(row.feed.organization.time_zone)
    return {
        "uuid": str(row.uuid),
        "feed": str(row.feed.uuid),
        "outcome": row.outcome,
        "why": row.why,
        "total": row.total,
        **counted(row),
        "recorded_by": row.recorded_as,
        "recorded_at": row.recorded_at.astimezone(zone).isoformat(timespec="seconds"),
    }
