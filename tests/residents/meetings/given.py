"""Rows of meetings, written directly, as a test finds them. Each is recorded as whoever is named.

A meeting is held every day at noon for an hour, by the clock of the house or organization it is given, unless the test
says otherwise; `days_ago` counts back from the house's today.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from residents.meetings import recurrence
from residents.meetings.models import (
    Attendance,
    Meeting,
    MeetingPlan,
    Requirement,
    RequirementPart,
    WeekExcused,
)
from residents.models import House, Organization, Stay
from soberhouse.accounts.models import User
from soberhouse.history import acting_as, recorded

NOON = time(12)


@transaction.atomic
def meeting_of(
    place: House | Organization, *, name: str = "Keep Coming Back", starts: time | None = NOON, **facts: Any
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
