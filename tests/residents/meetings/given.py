"""Rows of meetings, written directly, as a test finds them. Each is recorded as whoever is named.

A meeting is held every day at noon for an hour, by the clock of the house or organization it is given, unless the test
says otherwise; `days_ago` counts back from the house's today.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from residents.meetings import recurrence
from residents.meetings.models import (
    AgendaItem,
    Attendance,
    CalendarLink,
    Election,
    Feed,
    FeedReading,
    HouseMeeting,
    Meeting,
    MeetingChange,
    MeetingPlan,
    MinutesLine,
    Motion,
    MotionKind,
    Requirement,
    RequirementPart,
    RollLine,
    StepNote,
    WeekExcused,
)
from residents.meetings.services.calendars import link_make
from residents.meetings.services.notes import note_write
from residents.models import House, Officer, Organization, Resident, Stay
from soberhouse.accounts.models import User
from soberhouse.history import acting_as, recorded

NOON = time(12)


@transaction.atomic
def meeting_of(
    place: House | Organization, /, *, name: str = "Keep Coming Back", starts: time | None = NOON, **facts: Any
) -> Meeting:
    """A meeting of one house alone, or of the directory of an organization. Without `starts` it is by appointment."""
    house = place if isinstance(place, House) else None
    with acting_as(None, reason="given", source="command"):
        return Meeting.objects.create(
            **{
                "organization": house.organization if house else place,
                "house": house,
                "name": name,
                "kind": "aa",
                "starts": starts,
                "recurrence": "FREQ=DAILY" if starts else "",
                "time_zone": place.time_zone,
                "starts_on": place.today() - timedelta(days=800),
                "code_number": 1,
            }
            | facts
        )


def held(meeting: Meeting, house: House, days_ago: int = 1) -> datetime:
    """When a meeting that is held every day began, so many days ago."""
    return recurrence.instant(house.today() - timedelta(days=days_ago), meeting.starts or NOON, meeting.time_zone)


@transaction.atomic
def feed_of(organization: Organization, **facts: Any) -> tuple[Feed, FeedReading]:
    """A directory of others, and what its only reading changed and found wrong."""
    with acting_as(None, reason="given", source="command"):
        feed = Feed.objects.create(
            **{"organization": organization, "name": "Intergroup", "kind": "aa", "time_zone": organization.time_zone}
            | facts
        )
        meeting = meeting_of(organization, name="Read from a directory", feed=feed, key="read")
        reading = FeedReading.objects.create(
            feed=feed,
            outcome="read",
            total=1,
            changes=[["added", str(meeting.uuid), meeting.name, []]],
            problems=[["Late Owls", "“25:61” is no time of day.", "Write it like 19:30."]],
            **recorded(),
        )
    return feed, reading


@transaction.atomic
def attendance_of(
    stay: Stay,
    meeting: Meeting,
    by: User,
    *,
    days_ago: int = 1,
    starts_at: datetime | None = None,
    grade: int = 1,
    recorded_at: datetime | None = None,
    **facts: Any,
) -> Attendance:
    """A resident at a meeting; written down at its end, unless `recorded_at` says otherwise."""
    starts_at = starts_at or held(meeting, stay.house, days_ago)
    ends_at = starts_at + timedelta(minutes=meeting.minutes)
    with acting_as(by, source="web"):
        return Attendance.objects.create(
            house=stay.house,
            stay=stay,
            meeting=meeting,
            starts_at=starts_at,
            ends_at=ends_at,
            on=starts_at.astimezone(stay.house.zone).date(),
            called=meeting.name,
            kind=meeting.kind,
            grade=grade,
            recorded_at=recorded_at or ends_at,
            **recorded(),
            **facts,
        )


@transaction.atomic
def plan_of(stay: Stay, meeting: Meeting, *, days_ago: int = 10) -> MeetingPlan:
    with acting_as(None, reason="given", source="command"):
        return MeetingPlan.objects.create(
            house=stay.house, stay=stay, meeting=meeting, starts_on=stay.house.today() - timedelta(days=days_ago)
        )


@transaction.atomic
def requirement_of(
    house: House, count: int = 3, *, parts: dict[str, int] | None = None, days_ago: int = 400, **facts: Any
) -> Requirement:
    """So many meetings asked a week, of everybody in the house unless the test says otherwise."""
    with acting_as(None, reason="given", source="command"):
        row = Requirement.objects.create(
            **{
                "house": house,
                "count": count,
                "starts_on": house.today() - timedelta(days=days_ago),
                "reason": "A judge asks for it." if facts.get("stay") else "",
            }
            | facts
            | recorded()
        )
        for kind, number in (parts or {}).items():
            RequirementPart.objects.create(house=house, requirement=row, kind=kind, count=number)
    return row


@transaction.atomic
def week_excused_of(stay: Stay, week: date, by: User, *, cause: str = "pass", **facts: Any) -> WeekExcused:
    with acting_as(by, source="web"):
        return WeekExcused.objects.create(house=stay.house, stay=stay, week=week, cause=cause, **facts, **recorded())


# --- house meetings -------------------------------------------------------------------------------------------------


@transaction.atomic
def house_meeting_of(
    house: House, by: User | None = None, *, days_ago: int = 0, meeting: Meeting | None = None, **facts: Any
) -> HouseMeeting:
    """A house meeting that was prepared for a day: it began at noon; today one that began five minutes ago, or at
    midnight."""
    meeting = meeting or Meeting.objects.filter(house=house, kind="house").first()
    meeting = meeting or meeting_of(house, name="House meeting", kind="house")
    midnight = recurrence.instant(house.today(), time(), house.time_zone)
    began = max(midnight, timezone.now() - timedelta(minutes=5))
    starts_at = held(meeting, house, days_ago) if days_ago else began
    with acting_as(by, source="web" if by else "command"):
        return HouseMeeting.objects.create(
            **{
                "house": house,
                "meeting": meeting,
                "starts_at": starts_at,
                "on": house.today(starts_at),
            }
            | facts
            | recorded()
        )


@transaction.atomic
def roll_line_of(house_meeting: HouseMeeting, stay: Stay, by: User, status: str = "present", **facts: Any) -> RollLine:
    with acting_as(by, source="web"):
        return RollLine.objects.create(
            house=house_meeting.house, house_meeting=house_meeting, stay=stay, status=status, **facts, **recorded()
        )


@transaction.atomic
def agenda_item_of(
    house_meeting: HouseMeeting, by: User, title: str = "The washing machine", **facts: Any
) -> AgendaItem:
    with acting_as(by, source="web"):
        return AgendaItem.objects.create(
            house=house_meeting.house, house_meeting=house_meeting, title=title, **facts, **recorded()
        )


@transaction.atomic
def minutes_line_of(house_meeting: HouseMeeting, by: User, text: str = "It is mended.", **facts: Any) -> MinutesLine:
    with acting_as(by, source="web"):
        return MinutesLine.objects.create(
            house=house_meeting.house, house_meeting=house_meeting, text=text, **facts, **recorded()
        )


@transaction.atomic
def motion_kind_of(house: House, name: str = "Other business", **facts: Any) -> MotionKind:
    needs = {"percent": 50, "more_than": True, "of": "cast"}
    with acting_as(None, reason="given", source="command"):
        return MotionKind.objects.create(**{"house": house, "name": name} | needs | facts)


@transaction.atomic
def motion_of(house_meeting: HouseMeeting, by: User, kind: MotionKind | None = None, **facts: Any) -> Motion:
    """Carried with two votes of the two that were cast, unless the test says otherwise."""
    kind = kind or MotionKind.objects.filter(house=house_meeting.house).first() or motion_kind_of(house_meeting.house)
    needs = {"percent": kind.percent, "more_than": kind.more_than, "of": kind.of}
    count = {"in_favour": 2, "against": 0, "abstained": 0, "of_how_many": 2, "carried": True}
    with acting_as(by, source="web"):
        return Motion.objects.create(
            **{"house": house_meeting.house, "house_meeting": house_meeting, "kind": kind, "text": "A new kettle"}
            | needs
            | count
            | facts
            | recorded()
        )


@transaction.atomic
def election_of(house_meeting: HouseMeeting, stay: Stay, by: User, duty: str = "president", **facts: Any) -> Election:
    """For two months from the day of the meeting."""
    starts_on = facts.pop("starts_on", house_meeting.on)
    ends_on = facts.pop("ends_on", starts_on + timedelta(days=60))
    with acting_as(by, source="web"):
        officer = Officer.objects.create(
            house=stay.house, resident=stay.resident, duty=duty, starts_on=starts_on, ends_on=ends_on
        )
        return Election.objects.create(
            house=house_meeting.house, house_meeting=house_meeting, officer=officer, **facts, **recorded()
        )


@transaction.atomic
def published(house_meeting: HouseMeeting, by: User) -> HouseMeeting:
    """As it is when its roll was taken and its minutes are published, without the paper."""
    house_meeting.roll_taken_at = house_meeting.roll_taken_at or house_meeting.starts_at
    house_meeting.published_at = timezone.now()
    with acting_as(by, source="web"):
        house_meeting.save()
    return house_meeting


# --- calendars and notes --------------------------------------------------------------------------------------------


@transaction.atomic
def changed(meeting: Meeting, on: date, **facts: Any) -> MeetingChange:
    """One occurrence that is not as usual; a change of a change follows it."""
    earlier = MeetingChange.objects.filter(meeting=meeting, on=on, followed_by=None).first()
    with acting_as(None, reason="given", source="command"):
        return MeetingChange.objects.create(
            **{"meeting": meeting, "on": on, "follows": earlier, "why": "The room is painted"} | recorded() | facts
        )


def link_of(place: House | Stay, **facts: Any) -> tuple[CalendarLink, str]:
    """An address of a calendar, and its secret."""
    stay = place if isinstance(place, Stay) else None
    with acting_as(None, reason="given", source="command"):
        return link_make(
            house=place.house if isinstance(place, Stay) else place,
            stay=stay,
            **{"name": "A phone", "now": timezone.now()} | facts,
        )


def note_of(resident: Resident, **facts: Any) -> StepNote:
    """A note of somebody's own, who needs an account for it."""
    today = resident.organization.today()
    with acting_as(resident.user, source="web"):
        return note_write(
            resident=resident,
            **{"about": "Step 4", "text": "Resentments, a first list.", "written_on": today, "today": today} | facts,
        )
