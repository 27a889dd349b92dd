"""By when something is due: arithmetic with instants and days alone.

How a span of time is counted follows what courts and agencies do:

* hours run at once and without a break, also over nights in which the clock is changed, as they really pass (Fed. R.
  Civ. P. 6(a)(2));
* days leave out the day on which it happened and count every day after it; due is the end of the last one (Fed. R.
  Civ. P. 6(a)(1)(A), (B), and 6(a)(4): midnight by the clock of the place). One that ends on a weekend is not moved,
  as (C) would: what a house owes is then rather early than late;
* business days are the same, and Saturdays, Sundays and holidays do not count (28 Pa. Code 717: a report within 3
  business days; 5 U.S.C. 6103: which days are federal holidays).

A day is one of the place: [its first instant, the first instant of the next).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HOURS, DAYS, BUSINESS_DAYS = "hours", "days", "business_days"
UNITS = (HOURS, DAYS, BUSINESS_DAYS)
DAY = timedelta(days=1)
MONDAY, THURSDAY, SATURDAY = 0, 3, 5  # as date.weekday() counts


def due_at(started_at: datetime, amount: int, unit: str, zone: ZoneInfo, holidays: Collection[date] = ()) -> datetime:
    """The instant, in UTC, by which something is due that has to be done within `amount` of `unit` from `started_at`.

    Hours are elapsed hours. Days: the end of the local day so many calendar days after. Business days: the day it
    happened does not count, nor do Saturdays, Sundays and `holidays`; due is the end of the last one, which is the
    first instant of the local day after it. ValueError for an unknown unit, and for less than 1.
    """
    if unit not in UNITS:
        raise ValueError(f"Unknown unit {unit!r}.")
    if amount < 1:
        raise ValueError("Nothing is due in no time.")
    started_at = started_at.astimezone(UTC)  # there an hour is an hour in every night
    if unit == HOURS:
        return started_at + timedelta(hours=amount)
    last = started_at.astimezone(zone).date()
    if unit == DAYS:
        last += amount * DAY
    else:
        free = frozenset(holidays)
        while amount:
            last += DAY
            amount -= is_business_day(last, free)
    return day_begins(last + DAY, zone)


def is_business_day(day: date, holidays: Collection[date] = ()) -> bool:
    return day.weekday() < SATURDAY and day not in holidays


def day_begins(day: date, zone: ZoneInfo) -> datetime:
    """The first instant of a local day, in UTC: where the clock is put forward at midnight, that is one o'clock."""
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def us_federal_holidays(year: int) -> dict[date, str]:
    """The days of a year on which federal offices are closed, by day (5 U.S.C. 6103).

    Where a holiday falls on a Saturday, the Friday before is observed (5 U.S.C. 6103(b)); on a Sunday, the Monday after
    (Executive Order 11582). Those observed are given: so the last day of a year may stand for the next New Year's Day.
    Inauguration Day, a holiday around Washington alone, is not among them.
    """
    fixed = [
        (date(year, 1, 1), "New Year's Day"),
        (date(year, 6, 19), "Juneteenth National Independence Day"),
        (date(year, 7, 4), "Independence Day"),
        (date(year, 11, 11), "Veterans Day"),
        (date(year, 12, 25), "Christmas Day"),
        (date(year + 1, 1, 1), "New Year's Day"),
    ]
    observed = [(_observed(day), name) for day, name in fixed] + [
        (_nth(year, 1, MONDAY, 3), "Birthday of Martin Luther King, Jr."),
        (_nth(year, 2, MONDAY, 3), "Washington's Birthday"),
        (_nth(year, 6, MONDAY, 1) - 7 * DAY, "Memorial Day"),  # the last Monday of May
        (_nth(year, 9, MONDAY, 1), "Labor Day"),
        (_nth(year, 10, MONDAY, 2), "Columbus Day"),
        (_nth(year, 11, THURSDAY, 4), "Thanksgiving Day"),
    ]
    return {day: name for day, name in sorted(observed) if day.year == year}


def _observed(day: date) -> date:
    return day + {SATURDAY: -DAY, SATURDAY + 1: DAY}.get(day.weekday(), timedelta())


def _nth(year: int, month: int, weekday: int, number: int) -> date:
    """The first, second … Monday (or other weekday) of a month."""
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
