"""On which days a meeting recurs, and at which instants: recurrence rules of RFC 5545, local to the meeting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

PARTS = frozenset({"FREQ", "INTERVAL", "BYDAY", "BYMONTHDAY", "BYSETPOS", "WKST"})
EVERY = frozenset({"DAILY", "WEEKLY", "MONTHLY"})
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_EACH_WEEK = re.compile(rf"FREQ=WEEKLY;BYDAY=({'|'.join(DAYS)})")


def weekly(weekday: int, *, interval: int = 1) -> str:
    """The rule of a meeting on this weekday (Monday is 0), each week or each `interval` weeks."""
    every = f";INTERVAL={interval}" if interval > 1 else ""
    return f"FREQ=WEEKLY{every};BYDAY={DAYS[weekday]}"


def monthly(weekday: int, nth: int) -> str:
    """The rule of a meeting on the nth such weekday of each month; -1 is the last."""
    return f"FREQ=MONTHLY;BYDAY={nth}{DAYS[weekday]}"


def check_recurrence(rule: str) -> None:
    """Raise ValidationError unless `rule` is one that this directory keeps: by days, weeks or months, without an end,
    which is kept beside it."""
    pairs = [part.partition("=") for part in rule.split(";")]
    parts = {name: value for name, _equals, value in pairs}
    if len(parts) == len(pairs) and parts.keys() <= PARTS and parts.get("FREQ") in EVERY:
        try:
            _rule(rule, date(2026, 1, 1))
        except (ValueError, TypeError, OverflowError):
            pass
        else:
            return
    raise ValidationError(_("“%(rule)s” says no recurrence. Write it like FREQ=WEEKLY;BYDAY=MO.") % {"rule": rule})


@lru_cache(maxsize=4096)
def _rule(rule: str, starts_on: date) -> rrule:
    return rrulestr(f"RRULE:{rule}", dtstart=datetime.combine(starts_on, time()))  # days, not instants


def days(rule: str, starts_on: date, since: date, until: date) -> Iterator[date]:
    """The days on which it is held, of those from `since` up to `until`, both counted. None for an empty rule."""
    if plain := _EACH_WEEK.fullmatch(rule):  # nearly all of a directory: told without walking there from the first
        first = max(since, starts_on)
        first += timedelta(days=(DAYS.index(plain[1]) - first.weekday()) % 7)
        yield from (first + timedelta(days=at) for at in range(0, (until - first).days + 1, 7))
    elif rule and since <= until:
        found = _rule(rule, starts_on).between(
            datetime.combine(since, time()), datetime.combine(until, time()), inc=True
        )
        yield from (each.date() for each in found)


def first_day(rule: str, starts_on: date, since: date) -> date | None:
    """The first day from `since` on, counted too, on which it is held; None for an empty rule, or where there is
    none."""
    found = _rule(rule, starts_on).after(datetime.combine(since, time()), inc=True) if rule else None
    return found.date() if found else None


def instant(day: date, starts: time, zone: str) -> datetime:
    """The instant at which the clocks there show `starts` on `day`. A time that clocks skip is read by the offset
    before they jump; one that comes twice is the first (RFC 5545, 3.3.5)."""
    return datetime.combine(day, starts.replace(fold=0), tzinfo=ZoneInfo(zone)).astimezone(UTC)
