"""The meetings of the demo: a directory of an intergroup that is nowhere, read twice, and meetings made by hand, among
them the house meeting of each house."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from residents.meetings.models import Kind, Meeting, Venue
from residents.meetings.queries.directory import next_times
from residents.meetings.services import directory
from soberhouse.history import acting_as
from soberhouse.pages.demo.diary import Diary
from soberhouse.pages.demo.place import Place, Setting

SINCE, AGAIN = timedelta(days=80), timedelta(days=17)
DAY = timedelta(days=1)
ASPEN, BRIAR, CANYON = range(3)
# Of a town that is on no map.
HALLS = (
    ("St. Brendan’s Hall", "40 Lantern Street", 43.1571, -77.6132),
    ("Old Customs House", "7 Harbor Row", 43.1689, -77.6055),
    ("Union Street Chapel", "212 Union Street", 43.1502, -77.5987),
    ("Mill Pond Library", "3 Mill Pond Road", 43.1423, -77.6243),
    ("Ferry Landing Club", "88 Ferry Lane", 43.1811, -77.6320),
    ("Eastgate Community Room", "510 Eastgate Avenue", 43.1611, -77.5712),
)
NAMES = (
    *("Daily Reprieve", "First Light", "Noon Lanterns", "Easy Does It", "Women of the Harbor", "Came to Believe"),
    *("Men’s Step Study", "Keep It Simple", "Beginners at the Ferry", "Rainbow Steps", "Paso a Paso", "Night Owls"),
)
HOURS = ("07:00", "12:05", "17:30", "18:30", "19:00", "20:00", "21:30")
TYPES: dict[str, list[str]] = {
    "Women of the Harbor": ["C", "W", "X"],
    "Men’s Step Study": ["C", "M", "ST"],
    "Beginners at the Ferry": ["O", "BE", "POA"],
    "Rainbow Steps": ["O", "LGBTQ", "X"],
    "Paso a Paso": ["O", "S"],
    "Noon Lanterns": ["O", "D", "POA", "X"],
    "Night Owls": ["O", "D", "YAK"],  # a code of their own
}
HOUSE_MEETINGS = ((6, time(19)), (3, time(19)), (1, time(19)))  # of each house: the day and the hour
BY_HAND: tuple[tuple[int | None, dict[str, Any]], ...] = (
    (None, {"name": "SMART Recovery online", "kind": Kind.SMART, "weekday": 2, "starts": time(19, 30), "minutes": 90}),
    (
        ASPEN,
        {"name": "SMART Recovery", "kind": Kind.SMART, "weekday": 3, "starts": time(18), "place": "Mill Pond Library"},
    ),
    (ASPEN, {"name": "Intensive outpatient", "kind": Kind.OUTPATIENT, "weekday": 1, "starts": time(9), "minutes": 180}),
    (
        ASPEN,
        {
            "name": "Supper and a psalm",
            "kind": Kind.FAITH,
            "how": "monthly",
            "nth": 1,
            "weekday": 4,
            "starts": time(18),
        },
    ),
    (ASPEN, {"name": "Counselor", "kind": Kind.THERAPY, "how": "appointment"}),
    (BRIAR, {"name": "Women’s process group", "kind": Kind.THERAPY, "weekday": 2, "starts": time(16), "every": 2}),
    (BRIAR, {"name": "Lilac Street group", "kind": Kind.NA, "weekday": 4, "starts": time(19), "types": ["W"]}),
    (BRIAR, {"name": "Lakeside noon", "kind": Kind.AA, "how": "daily", "starts": time(12)}),
    (CANYON, {"name": "Canyon men", "kind": Kind.AA, "weekday": 1, "starts": time(19), "types": ["M"]}),
    (CANYON, {"name": "Trailhead", "kind": Kind.NA, "how": "daily", "starts": time(17, 30)}),
)
ONLINE = {
    "venue": Venue.ONLINE,
    "conference_url": "https://meet.example.org/smart",
    "conference_notes": "Passcode: open",
}


def rows() -> list[dict[str, Any]]:
    """What the intergroup lists: seven meetings on each day."""
    found = []
    for day in range(7):
        for slot, hour in enumerate(HOURS):
            number = day * len(HOURS) + slot
            name = NAMES[(number * 5 + day) % len(NAMES)]
            hall, street, latitude, longitude = HALLS[(number * 7 + slot) % len(HALLS)]
            row: dict[str, Any] = {
                "slug": f"harbor-{number}",
                "name": name,
                "day": day,
                "time": hour,
                "types": TYPES.get(name, ["O", "D"]),
                "timezone": "America/New_York",
            }
            if slot == 6:
                row |= {
                    "end_time": "22:45",
                    "conference_url": f"https://meet.example.org/{number}",
                    "city": "Port Ellery",
                }
            else:
                where = {"location": hall, "address": street, "city": "Port Ellery", "state": "NY"}
                row |= where | {"latitude": latitude, "longitude": longitude}
            found.append(row)
    return found


@dataclass(eq=False)
class Directory:
    """Tells it, act by act, into the diary."""

    setting: Setting
    diary: Diary

    def plan(self) -> None:
        aspen = self.setting.places[ASPEN]
        begins = self.setting.today(aspen) - SINCE
        self.diary.on(aspen, begins, time(8), self._reads)
        self.diary.on(aspen, begins, time(8, 10), self._makes)
        self.diary.on(aspen, self.setting.today(aspen) - AGAIN, time(8), self._reads_again)
        self.diary.at(self.setting.now - DAY, self._calls_off)

    def _reads(self, now: datetime) -> None:
        with acting_as(self.setting.users["olive"], source="command"):
            feed = directory.feed_save(
                organization=self.setting.organization,
                name="Harbor Intergroup",
                kind=Kind.AA,
                time_zone="America/New_York",
            )
            directory.feed_read(feed=feed, data=json.dumps(rows()).encode(), now=now)
        self.feed = feed

    def _reads_again(self, now: datetime) -> None:
        """One began later, one moved, one is gone, and somebody typed a time wrong."""
        listed = rows()
        listed[3] |= {"time": "18:45"}
        listed[16] |= {"location": "Ferry Landing Club", "address": "88 Ferry Lane"}
        listed[24] |= {"time": "25:61"}
        del listed[30]
        with acting_as(self.setting.users["olive"], source="command"):
            directory.feed_read(feed=self.feed, data=json.dumps(listed).encode(), now=now)

    def _makes(self, now: datetime) -> None:
        for place, (weekday, starts) in zip(self.setting.places, HOUSE_MEETINGS, strict=True):
            self._make(place, now, name="House meeting", kind=Kind.HOUSE, weekday=weekday, starts=starts)
        for number, facts in BY_HAND:
            if number is None:
                self._make(None, now, **facts, **ONLINE)
            else:
                self._make(self.setting.places[number], now, **facts)

    def _make(self, of: Place | None, now: datetime, **facts: Any) -> None:
        organization = self.setting.organization
        house, by = (of.house, of.manager) if of else (None, self.setting.users["olive"])
        today = (house or organization).today(now)
        if facts["kind"] == Kind.HOUSE and of is self.setting.places[ASPEN]:
            facts |= {"latitude": Decimal("43.1592"), "longitude": Decimal("-77.6101"), "place": "Living room"}
        with acting_as(by, source="command"):
            directory.meeting_save(organization=organization, house=house, today=today, **facts)

    def _calls_off(self, now: datetime) -> None:
        """The next SMART meeting."""
        aspen = self.setting.places[ASPEN]
        meeting = Meeting.objects.get(house=aspen.house, kind=Kind.SMART)
        with acting_as(aspen.manager, source="command"):
            on = next_times(meeting, now)[1].on
            directory.meeting_change(meeting=meeting, on=on, called_off=True, why="The library is closed.", now=now)
