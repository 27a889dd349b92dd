"""On which days a meeting recurs and at which instants, across the changes of clocks; and each time it is held."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given as generated
from hypothesis import strategies as st

from residents.meetings import recurrence
from residents.meetings.models import Meeting, MeetingChange
from residents.meetings.queries.occurrences import Occurrence, occurrence_on, occurrences
from soberhouse.history import acting_as, recorded
from tests.residents.meetings import given

NEW_YORK = ZoneInfo("America/New_York")
START = date(2026, 1, 1)  # a Thursday


def days(rule: str, since: date, until: date, starts_on: date = START) -> list[date]:
    return list(recurrence.days(rule, starts_on, since, until))


@generated(
    weekday=st.integers(0, 6),
    starts_on=st.dates(date(2024, 1, 1), date(2026, 1, 1)),
    since=st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    many=st.integers(-3, 60),
)
def test_each_week_is_every_such_day_from_the_first_on(weekday, starts_on, since, many):
    until = since + timedelta(days=many)
    slow = [
        each
        for ahead in range(many + 1)
        if (each := since + timedelta(days=ahead)).weekday() == weekday and each >= starts_on
    ]

    assert days(recurrence.weekly(weekday), since, until, starts_on) == slow


def test_every_other_week_counts_from_the_week_of_the_first_day():
    rule = recurrence.weekly(0, interval=2)

    assert rule == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"
    assert days(rule, date(2026, 2, 1), date(2026, 3, 1)) == [date(2026, 2, 9), date(2026, 2, 23)]


@pytest.mark.parametrize(
    ("nth", "found"),
    [(1, [(1, 1), (2, 5), (3, 5)]), (4, [(1, 22), (2, 26), (3, 26)]), (-1, [(1, 29), (2, 26), (3, 26)])],
)
def test_each_month_is_the_nth_such_day(nth, found):
    rule = recurrence.monthly(3, nth)

    assert days(rule, START, date(2026, 3, 31)) == [date(2026, month, day) for month, day in found]


def test_no_rule_is_no_day():
    assert days("", START, date(2027, 1, 1)) == []
    assert days("FREQ=DAILY", date(2026, 2, 2), date(2026, 2, 1)) == []


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY;BYDAY=MO", "FREQ=DAILY", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=WEEKLY"])
def test_rules_that_are_kept(rule):
    recurrence.check_recurrence(rule)


@pytest.mark.parametrize(
    "rule",
    ["", "x", "FREQ=HOURLY", "FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;UNTIL=20260101", "FREQ=WEEKLY;FREQ=DAILY", "BYDAY=MO"],
)
def test_rules_that_are_not(rule):
    with pytest.raises(ValidationError):
        recurrence.check_recurrence(rule)


@pytest.mark.parametrize(
    ("day", "at", "utc"),
    [
        (date(2026, 3, 7), time(19), (8, 0)),  # the evening before clocks go forward
        (date(2026, 3, 8), time(19), (8, 23)),
        (date(2026, 3, 8), time(2, 30), (8, 7, 30)),  # skipped: by the offset before
        (date(2026, 10, 31), time(19), (31, 23)),
        (date(2026, 11, 1), time(1, 30), (1, 5, 30)),  # comes twice: the first
        (date(2026, 11, 1), time(19), (2, 0)),
    ],
)
def test_instants_follow_the_clock_on_the_wall(day, at, utc):
    found = recurrence.instant(day, at, "America/New_York")

    assert (found.day, found.hour, *([found.minute] if len(utc) == 3 else [])) == utc


# Held


pytestmark = pytest.mark.django_db


def changed(cast: Any, meeting: Meeting, on: date, follows: MeetingChange | None = None, **facts: Any) -> MeetingChange:
    with acting_as(cast.olive, source="web"):
        return MeetingChange.objects.create(meeting=meeting, on=on, why="Flood", follows=follows, **facts, **recorded())


@pytest.fixture
def meeting(cast) -> Meeting:
    facts = {"starts": time(19), "recurrence": "FREQ=WEEKLY;BYDAY=SU", "weekday": 6, "starts_on": START}
    return given.meeting_of(cast.organization, **facts)


def span(first: date, last: date) -> tuple[datetime, datetime]:
    return tuple(datetime.combine(each, time(), tzinfo=NEW_YORK) for each in (first, last))  # type: ignore[return-value]


def starts(found: list[Occurrence]) -> list[str]:
    return [each.starts_at.astimezone(NEW_YORK).strftime("%m-%d %H:%M") for each in found]


@pytest.mark.parametrize(("first", "hours"), [(date(2026, 3, 1), 167), (date(2026, 10, 25), 169)])
def test_weeks_in_which_clocks_change_are_an_hour_shorter_or_longer(meeting, first, hours):
    one, other = occurrences([meeting], *span(first, first + timedelta(days=14)))

    assert other.starts_at - one.starts_at == timedelta(hours=hours)
    assert [each.local_start.strftime("%H:%M") for each in (one, other)] == ["19:00", "19:00"]
    assert one.ends_at - one.starts_at == timedelta(hours=1)


def test_span_is_half_open(meeting):
    at = recurrence.instant(date(2026, 6, 7), time(19), "America/New_York")

    assert len(occurrences([meeting], at, at + timedelta(seconds=1))) == 1
    assert occurrences([meeting], at - timedelta(hours=1), at) == []


def test_called_off_stays_in_sight_and_moved_is_where_it_went(cast, meeting):
    moved_to = datetime(2026, 6, 16, 22, tzinfo=UTC)
    changed(cast, meeting, date(2026, 6, 7), called_off=True)
    changed(cast, meeting, date(2026, 6, 14), held_at=moved_to)

    found = occurrences([meeting], *span(date(2026, 6, 1), date(2026, 6, 22)))

    assert starts(found) == ["06-07 19:00", "06-16 18:00", "06-21 19:00"]
    assert [(each.called_off, each.why, each.on.day) for each in found] == [
        (True, "Flood", 7),
        (False, "Flood", 14),
        (False, "", 21),
    ]
    assert starts(occurrences([meeting], *span(date(2026, 6, 15), date(2026, 6, 17)))) == ["06-16 18:00"]
    assert occurrences([meeting], *span(date(2026, 6, 14), date(2026, 6, 15))) == []


def test_the_newest_change_counts_and_may_take_it_back(cast, meeting):
    on = date(2026, 6, 7)
    first = changed(cast, meeting, on, called_off=True)
    changed(cast, meeting, on, follows=first)

    found = occurrence_on(meeting, on)

    assert found is not None
    assert (found.called_off, found.why) == (False, "")


def test_a_change_of_a_day_on_which_it_is_held_no_more_is_nothing(cast, meeting):
    changed(cast, meeting, date(2026, 6, 8), called_off=True)  # a Monday

    assert occurrence_on(meeting, date(2026, 6, 8)) is None
    assert starts(occurrences([meeting], *span(date(2026, 6, 6), date(2026, 6, 9)))) == ["06-07 19:00"]


def test_nothing_is_held_from_the_day_on_which_it_is_closed(cast, meeting):
    meeting.closed_on, meeting.closed_why = date(2026, 6, 14), "Sold"

    assert starts(occurrences([meeting], *span(date(2026, 6, 1), date(2026, 6, 30)))) == ["06-07 19:00"]
    assert occurrence_on(meeting, date(2026, 6, 14)) is None


def test_by_appointment_there_is_no_time(cast):
    meeting = given.meeting_of(cast.organization, starts=None)

    assert occurrences([meeting], *span(date(2026, 6, 1), date(2026, 6, 30))) == []


def test_meetings_of_several_zones_stand_in_order_of_time(cast):
    facts = {"recurrence": "FREQ=DAILY", "starts_on": START}
    west = given.meeting_of(cast.organization, name="West", starts=time(17), time_zone="America/Los_Angeles", **facts)
    east = given.meeting_of(cast.organization, name="East", starts=time(19), **facts)

    found = occurrences([west, east], *span(date(2026, 6, 1), date(2026, 6, 2)))

    assert [each.meeting.name for each in found] == ["East", "West"]


@pytest.mark.parametrize("many", [1, 3])
def test_occurrences_are_one_query(cast, many, django_assert_num_queries):
    meetings = [given.meeting_of(cast.organization, name=str(number)) for number in range(many)]

    with django_assert_num_queries(1):
        assert len(occurrences(meetings, *span(date(2026, 6, 1), date(2026, 6, 3)))) == 2 * many
