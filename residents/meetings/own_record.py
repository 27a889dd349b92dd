"""Everything about meetings that is on record about somebody, for them. Each part tells its own."""

from __future__ import annotations

from collections.abc import Iterator

from residents.meetings import own_attendance, own_calendars, own_house_meetings, own_requirements
from residents.people.models import Resident
from soberhouse.cards import Section


def own(resident: Resident) -> Iterator[Section]:
    yield from own_attendance.own(resident)
    yield from own_requirements.own(resident)
    yield from own_house_meetings.own(resident)
    yield from own_calendars.own(resident)
