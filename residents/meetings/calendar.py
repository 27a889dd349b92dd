"""A calendar as RFC 5545 writes it: facts in, bytes out.

Whoever finds one learns when its owner is busy and no more: its name and that of the program that made it are plain
words too. Times are written by the clock of the place, with the rules of its zone, so that a meeting at seven stays at
seven when clocks change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import icalendar

if TYPE_CHECKING:
    from soberhouse.cards import CalendarEntry

PROGRAM = "-//house//calendar//EN"
REFRESH = timedelta(hours=1)  # after which a program asks again
ZONES_KNOWN_UNTIL = date(2038, 1, 1)


@dataclass(frozen=True)
class Calendar:
    """What a program calls it, and what stands in it."""

    name: str
    entries: tuple[CalendarEntry, ...]


def written(calendar: Calendar) -> bytes:
    """The calendar. The same facts give the same bytes."""
    found = icalendar.Calendar()
    found.add("PRODID", PROGRAM)
    found.add("VERSION", "2.0")
    found.add("CALSCALE", "GREGORIAN")
    found.add("NAME", calendar.name)
    found.add("X-WR-CALNAME", calendar.name)
    found.add("REFRESH-INTERVAL", icalendar.vDuration(REFRESH), parameters={"VALUE": "DURATION"})
    found.add("X-PUBLISHED-TTL", icalendar.vDuration(REFRESH))
    for zone in _zones(calendar.entries):
        found.add_component(zone)
    for entry in sorted(calendar.entries, key=lambda each: str(each.uid)):
        for event in _events(entry):
            found.add_component(event)
    return found.to_ical()


def _zones(entries: Iterable[CalendarEntry]) -> Iterator[icalendar.Timezone]:
    first: dict[str, int] = {}
    for entry in entries:
        first[entry.zone] = min(entry.starts.year, first.get(entry.zone, entry.starts.year))
    for name in sorted(first):
        if name != "UTC":
            yield _zone(name, first[name] - 1)


@lru_cache(maxsize=256)
def _zone(name: str, year: int) -> icalendar.Timezone:
    """The rules of a zone from the beginning of this year on."""
    return icalendar.Timezone.from_tzinfo(ZoneInfo(name), name, date(year, 1, 1), ZONES_KNOWN_UNTIL)


def _events(entry: CalendarEntry) -> Iterator[icalendar.Event]:
    """As usual first, then each occurrence that is not."""
    zone = ZoneInfo(entry.zone)
    usual = _event(entry, entry.starts.replace(tzinfo=zone))
    if entry.rule:
        rule = icalendar.vRecur.from_ical(entry.rule)
        if entry.ends_on is not None:
            midnight = datetime.combine(entry.ends_on, time(), tzinfo=zone).astimezone(UTC)
            rule["UNTIL"] = midnight - timedelta(seconds=1)
        usual.add("RRULE", rule)
    yield usual
    for change in sorted(entry.changes, key=lambda each: each.usual):
        meant = change.usual.replace(tzinfo=zone)
        other = _event(entry, meant if change.moved_to is None else _by_the_clock(change.moved_to, zone))
        other.add("RECURRENCE-ID", meant)
        if change.moved_to is None:
            other["STATUS"] = icalendar.vText("CANCELLED")
        yield other


def _by_the_clock(instant: datetime, zone: ZoneInfo) -> datetime:
    """An instant as the clocks there show it. In the hour that they show twice, the second time is written in UTC: by
    the clock it would mean the first."""
    local = instant.astimezone(zone)
    return instant.astimezone(UTC) if local.fold else local


def _event(entry: CalendarEntry, starts: datetime) -> icalendar.Event:
    event = icalendar.Event()
    event.add("UID", str(entry.uid))
    event.add("DTSTAMP", entry.changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("SEQUENCE", entry.version)
    event.add("DTSTART", starts)
    event.add("DURATION", timedelta(minutes=entry.minutes))
    event.add("SUMMARY", entry.title)
    event.add("CLASS", "PRIVATE")
    event.add("STATUS", "CONFIRMED")
    if entry.place:
        event.add("LOCATION", entry.place)
    return event
