"""The calendar and the notes of a resident who signs in, in the demo. The secret of the address is kept by nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from residents.meetings.services.calendars import link_make
from residents.meetings.services.notes import note_write
from residents.stays.models import Stay
from soberhouse.history import acting_as
from soberhouse.pages.demo.diary import Diary
from soberhouse.pages.demo.place import Place, Setting

SINCE = timedelta(days=12)
NOTES = (
    (
        "Step 4",
        "Began the list. Mostly my brother, and the foreman in Utica. Twelve lines so far; I stop when I get angry "
        "and go on the next morning.",
        False,
    ),
    ("Sponsor", "We meet on Thursdays before the meeting, at the diner. Calls in the morning, every day.", True),
)


@dataclass(eq=False)
class Calendars:
    """Tells it, act by act, into the diary."""

    setting: Setting
    diary: Diary

    def plan(self) -> None:
        aspen = self.setting.places[0]
        self.diary.at(self.setting.now - SINCE, lambda now: self._keeps(aspen, now))

    def _keeps(self, place: Place, now: datetime) -> None:
        """A phone that reads their meetings, a note of their own and one that they share; and a screen of the house."""
        stays = Stay.objects.current().filter(house=place.house, resident__user__isnull=False)
        stay = stays.select_related("resident__user", "house").order_by("resident__user__username").first()
        with acting_as(place.manager, source="command"):
            link_make(house=place.house, name="Screen in the office", now=now)
        if stay is None:
            return
        today = place.house.today(now)
        with acting_as(stay.resident.user, source="command"):
            link_make(house=place.house, stay=stay, name="My phone", now=now)
            for about, text, shared in NOTES:
                note_write(resident=stay.resident, about=about, text=text, written_on=today, shared=shared, today=today)
