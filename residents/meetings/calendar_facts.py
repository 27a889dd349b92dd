"""Gathers what stands in a calendar: what every subject offers for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from residents.meetings.calendar import Calendar
from residents.meetings.models import CalendarLink
from soberhouse.subjects import offers

# What is over stays for as long, and what comes once is told so far ahead.
KEPT = AHEAD = timedelta(weeks=8)


def calendar_of(link: CalendarLink, now: datetime) -> Calendar:
    """The calendar under this address at `now`. As many queries for one entry as for many."""
    place = link.stay or link.house
    found = [each for offer in offers("cards", "calendar") for each in offer(place, now - KEPT, now + AHEAD)]
    if not link.with_places:
        found = [replace(each, place="") for each in found]
    return Calendar(name=_("Calendar"), entries=tuple(found))
