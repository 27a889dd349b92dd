"""By when something is due: held against a reckoning that goes through the time bit by bit and counts days as they
pass."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from residents.log.models import Clock
from residents.log.reckoning import UNITS, due_at, us_federal_holidays

# With nights in which the clock is changed at two, at midnight, at an hour that is no whole hour, and with none.
ZONES = [
    *("America/New_York", "America/Los_Angeles", "America/Phoenix", "America/Anchorage", "America/Havana"),
    *("America/Santiago", "Asia/Beirut", "Australia/Lord_Howe", "Europe/Berlin", "Pacific/Chatham", "UTC"),
]
BIT = timedelta(minutes=15)
HOUR = timedelta(hours=1)


def slowly(started_at: datetime, amount: int, unit: str, zone: ZoneInfo, holidays: Collection[date]) -> datetime:
    """Wait until so many hours have passed, or so many whole days that count, looking at the clock every quarter of an
    hour."""
    if unit == "hours":
        now = started_at
        for _hour in range(amount):
            now += HOUR
        return now
    happened_on = today = started_at.astimezone(zone).date()
    now = started_at.replace(minute=started_at.minute // 15 * 15, second=0, microsecond=0)
    passed = 0
    while passed < amount:
        now += BIT
        day = now.astimezone(zone).date()
        if day != today:  # a day has passed
            counts = unit == "days" or (today.isoweekday() < 6 and today not in holidays)
            passed += today != happened_on and counts
            today = day
    return now


minutes = st.integers(0, 10 * 366 * 24 * 60)  # ten years of them
instants = minutes.map(lambda number: datetime(2021, 1, 1, tzinfo=UTC) + timedelta(minutes=number))
amounts = st.integers(1, 12)


def holidays_near(days: list[int], started_at: datetime) -> set[date]:
    return {started_at.date() + timedelta(days=number) for number in days}


@given(
    started_at=instants,
    amount=amounts,
    unit=st.sampled_from(UNITS),
    zone=st.sampled_from(ZONES),
    free=st.lists(st.integers(-1, 20), max_size=12),
)
@example(datetime(2026, 3, 6, 23, 30, tzinfo=UTC), 3, "business_days", "America/New_York", [])  # over 8 March
@example(datetime(2026, 10, 31, 3, 59, 59, tzinfo=UTC), 48, "hours", "America/New_York", [])  # over 1 November
@example(datetime(2026, 3, 7, 12, tzinfo=UTC), 1, "days", "America/Havana", [])  # no midnight on 8 March
@example(datetime(2026, 10, 31, 16, tzinfo=UTC), 1, "days", "America/Havana", [])  # its first hour comes twice
@example(datetime(2026, 4, 4, 15, tzinfo=UTC), 1, "days", "America/Santiago", [])
def test_due_as_somebody_would_reckon_who_waits(started_at, amount, unit, zone, free):
    zone, holidays = ZoneInfo(zone), holidays_near(free, started_at)

    due = due_at(started_at, amount, unit, zone, holidays)

    assert due == slowly(started_at, amount, unit, zone, holidays)
    assert due.utcoffset() == timedelta(0)
    assert due > started_at


@given(started_at=instants, amount=amounts, unit=st.sampled_from(UNITS), zone=st.sampled_from(ZONES))
def test_more_time_is_never_due_earlier(started_at, amount, unit, zone):
    zone = ZoneInfo(zone)

    assert due_at(started_at, amount, unit, zone) < due_at(started_at, amount + 1, unit, zone)
    assert due_at(started_at, amount, unit, zone) <= due_at(started_at + HOUR, amount, unit, zone)


@given(started_at=instants, amount=amounts, zone=st.sampled_from(ZONES), free=st.lists(st.integers(0, 20)))
def test_business_days_end_with_one_that_counts(started_at, amount, zone, free):
    zone, holidays = ZoneInfo(zone), holidays_near(free, started_at)

    last = (due_at(started_at, amount, "business_days", zone, holidays) - BIT).astimezone(zone).date()

    assert last.isoweekday() < 6
    assert last not in holidays


NEW_YORK = ZoneInfo("America/New_York")


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=NEW_YORK)


@pytest.mark.parametrize(
    ("started_at", "amount", "unit", "due"),
    [
        # A Friday evening before Thanksgiving week: Monday, Tuesday, Wednesday; then a Wednesday: Friday, Monday, …
        (local(2026, 11, 20, 22), 3, "business_days", local(2026, 11, 26)),
        (local(2026, 11, 25, 9), 3, "business_days", local(2026, 12, 2)),
        (local(2026, 11, 21, 0, 0), 1, "business_days", local(2026, 11, 24)),
        # 24 hours over the night in which the clock is put forward: an hour later by the clock; back: an hour earlier.
        (local(2026, 3, 7, 20), 24, "hours", local(2026, 3, 8, 21)),
        (local(2026, 10, 31, 20), 24, "hours", local(2026, 11, 1, 19)),
        # The end of the day, however late it began.
        (local(2026, 6, 1, 0), 2, "days", local(2026, 6, 4)),
        (local(2026, 6, 1, 23, 59), 2, "days", local(2026, 6, 4)),
    ],
)
def test_due_on_days_one_can_look_up(started_at, amount, unit, due):
    assert due_at(started_at, amount, unit, NEW_YORK, us_federal_holidays(2026)) == due


@pytest.mark.parametrize(
    ("amount", "unit", "says"), [(0, "hours", "no time"), (-1, "days", "no time"), (1, "weeks", "weeks")]
)
def test_no_time_and_no_unit_are_refused(amount, unit, says):
    with pytest.raises(ValueError, match=says):
        due_at(datetime(2026, 1, 1, tzinfo=UTC), amount, unit, NEW_YORK)


def test_every_unit_of_a_clock_is_known():
    assert set(Clock.Unit.values) == set(UNITS)


def test_federal_holidays_of_a_year():
    assert us_federal_holidays(2026) == {
        date(2026, 1, 1): "New Year's Day",
        date(2026, 1, 19): "Birthday of Martin Luther King, Jr.",
        date(2026, 2, 16): "Washington's Birthday",
        date(2026, 5, 25): "Memorial Day",
        date(2026, 6, 19): "Juneteenth National Independence Day",
        date(2026, 7, 3): "Independence Day",  # the 4th is a Saturday
        date(2026, 9, 7): "Labor Day",
        date(2026, 10, 12): "Columbus Day",
        date(2026, 11, 11): "Veterans Day",
        date(2026, 11, 26): "Thanksgiving Day",
        date(2026, 12, 25): "Christmas Day",
    }


def test_new_year_on_a_weekend_is_kept_in_the_year_before_or_a_day_later():
    assert us_federal_holidays(2021)[date(2021, 12, 31)] == "New Year's Day"
    assert date(2022, 1, 1) not in us_federal_holidays(2022)
    assert us_federal_holidays(2023)[date(2023, 1, 2)] == "New Year's Day"


@given(year=st.integers(2021, 2150))
def test_every_holiday_is_kept_on_a_working_day(year):
    days = us_federal_holidays(year)

    assert all(day.year == year and day.isoweekday() < 6 for day in days)
    assert len(days) in (10, 11, 12)
