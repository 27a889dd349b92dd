"""Nights, and the hour by which somebody is in. Pure: what is known goes in, an answer comes out.

A house's day has one night: it is named by the evening's date and lasts until noon of the next. Hours are those of the
clock in the house, which is put forward and back twice a year; what is compared are instants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

NOON = time(12)
DAWN = time(5)  # whoever goes out after it begins the day, and is not missed in the night
SOON = timedelta(hours=2)  # whoever goes out so long before a shift or a pass begins is on the way to it
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
FRIDAY, SATURDAY = 4, 5


def night_of(now: datetime, zone: ZoneInfo) -> date:
    """The night it is at `now`: that of the day before, until noon."""
    local = now.astimezone(zone)
    return local.date() if local.time() >= NOON else local.date() - DAY


def instant(night: date, hour: time, zone: ZoneInfo) -> datetime:
    """When it is `hour` in this night. An hour before noon is of the next morning."""
    return at(night if hour >= NOON else night + DAY, hour, zone)


def at(day: date, hour: time, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which the clock of this day shows `hour` or has passed it: an hour that comes twice
    means its first, an hour that is skipped the moment of the jump."""
    shown = datetime.combine(day, hour.replace(tzinfo=None, fold=0))
    early, late = sorted(shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(zone).replace(tzinfo=None) == shown:
        return early
    after = late.astimezone(zone).utcoffset()
    while late - early > SECOND:  # the clock is put forward somewhere in (early, late]
        middle = early + (late - early) // SECOND // 2 * SECOND
        if middle.astimezone(zone).utcoffset() == after:
            late = middle
        else:
            early = middle
    return late


def morning(night: date, zone: ZoneInfo) -> datetime:
    """The noon at which this night is over."""
    return at(night + DAY, NOON, zone)


# --- by when somebody is in ----------------------------------------------------------------------------------------


class SetBy(StrEnum):
    """Whose hour it is that counts."""

    NOBODY = ""
    HOUSE = "house"
    RESIDENT = "resident"  # the house's own exception for this resident
    OFFICER = "officer"


@dataclass(frozen=True)
class Differs:
    """An hour of the house for one phase, one weekday or both. Without an hour there is no curfew then."""

    phase: int | None
    weekday: int | None
    hour: time | None


@dataclass(frozen=True)
class Own:
    """An hour set for one resident, for the nights of [starts_on, ends_on)."""

    officer: bool
    weekday: int | None
    hour: time
    starts_on: date
    ends_on: date | None = None

    def holds(self, night: date) -> bool:
        return (
            self.starts_on <= night
            and (self.ends_on is None or night < self.ends_on)
            and self.weekday in (None, night.weekday())
        )


@dataclass(frozen=True)
class Shift:
    """Hours of every week that are spoken for, on the days of [starts_on, ends_on). An end that is not after the start
    is of the next morning. `row` is what they were made of."""

    weekday: int
    starts: time
    ends: time
    starts_on: date
    ends_on: date | None = None
    row: Any = None

    def covers(self, left: datetime, zone: ZoneInfo) -> datetime | None:
        """The end of this shift, where whoever went out at `left` went to it: it was under way, or began soon after."""
        night = night_of(left, zone)
        return max((until for since, until in self.around(night, zone) if since - SOON <= left < until), default=None)

    def around(self, night: date, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
        """The instants from when until when, each time that can touch this night."""
        for day in (night - DAY, night, night + DAY):
            if day.weekday() == self.weekday and self.starts_on <= day and (self.ends_on is None or day < self.ends_on):
                yield at(day, self.starts, zone), at(day if self.ends > self.starts else day + DAY, self.ends, zone)


@dataclass(frozen=True)
class Curfew:
    """By when one resident is in, one night, and whose hour that is. `shift` is what it waits for, where it does;
    `hour` is what it was before."""

    due_at: datetime | None = None
    set_by: SetBy = SetBy.NOBODY
    shift: Shift | None = None
    hour_at: datetime | None = None


NO_CURFEW = Curfew()


def house_hour(
    night: date, *, weeknights: time | None, weekends: time | None, differs: Iterable[Differs], phase: int | None
) -> time | None:
    """The hour that the house asks of somebody in this phase: that of the phase and weekday before that of the phase,
    before that of the weekday, before the house's two, which part at the evenings of Friday and Saturday."""
    rows = {(each.phase, each.weekday): each.hour for each in differs}
    weekday = night.weekday()
    asked = [(None, weekday)] if phase is None else [(phase, weekday), (phase, None), (None, weekday)]
    for key in asked:
        if key in rows:
            return rows[key]
    return weekends if weekday in (FRIDAY, SATURDAY) else weeknights


def curfew(
    night: date, zone: ZoneInfo, *, house: time | None, own: Iterable[Own] = (), shifts: Sequence[Shift] = ()
) -> Curfew:
    """By when somebody is in, of whom the house asks the hour `house` (None: no curfew).

    The house's own exception for them replaces that hour: one for the weekday before one for every night, and of two
    such the later begun. A shift under way at the hour moves it to the shift's end. An officer's hour holds wherever it
    is the stricter, whatever the house allows and whoever works; of several the strictest.
    """
    holding = [each for each in own if each.holds(night)]
    ours = [each for each in holding if not each.officer]
    hour, set_by = house, SetBy.HOUSE
    if ours:
        hour = max(ours, key=lambda each: (each.weekday is not None, each.starts_on)).hour
        set_by = SetBy.RESIDENT
    found = NO_CURFEW
    if hour is not None:
        hour_at = instant(night, hour, zone)
        due_at, shift = _after_shifts(night, zone, hour_at, shifts)
        found = Curfew(due_at, set_by, shift, hour_at)
    for each in holding:
        if each.officer:
            due_at = instant(night, each.hour, zone)
            if found.due_at is None or due_at < found.due_at:
                found = Curfew(due_at, SetBy.OFFICER, None, due_at)
    return found


def _after_shifts(
    night: date, zone: ZoneInfo, due_at: datetime, shifts: Sequence[Shift]
) -> tuple[datetime, Shift | None]:
    """`due_at`, or the end of the shift under way then (and of one under way at that end), and the last such shift."""
    last = None
    spans = [(*span, shift) for shift in shifts for span in shift.around(night, zone)]
    while under_way := [each for each in spans if each[0] <= due_at < each[1]]:
        _starts, due_at, last = max(under_way, key=lambda each: each[1])
    return due_at, last
