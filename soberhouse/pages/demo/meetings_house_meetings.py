"""The house meetings of the demo: a few that were held, with published minutes, and one that is being prepared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from dateutil.relativedelta import relativedelta

from residents.meetings import recurrence
from residents.meetings.models import HouseMeeting, Kind, Meeting, MinutesLine, Motion, MotionKind
from residents.meetings.queries.house_meetings import members, roll_of
from residents.meetings.services import house_meetings as services
from residents.meetings.services.papers_minutes import minutes_publish
from residents.people.models import Officer
from residents.stays.models import Stay
from soberhouse.history import acting_as
from soberhouse.pages.demo.diary import Diary
from soberhouse.pages.demo.place import Place, Setting

HELD = (4, 3, 3)  # meetings of each house
WEEKDAYS = (6, 3, 1)  # Sunday, Thursday, Tuesday
STARTS = time(19)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
DECIDED = MinutesLine.What.DECIDED
TALK: tuple[tuple[str, str, str], ...] = (  # what about, what was said, what was decided
    ("The washing machine", "It stops in the middle of a wash.", "A repair is paid from the house money."),
    ("Noise after ten", "The kitchen is under two bedrooms.", "Dishes are done before ten."),
    ("Parking", "Three cars, two places.", "Who leaves first in the morning parks last."),
    ("Thanksgiving dinner", "Five of us are here that day.", "We cook together and each brings a dish."),
    ("The coffee fund", "The tin was empty on Tuesday.", "Two dollars a week each, in the tin by Sunday."),
    ("Visitors on weekdays", "Some of us work nights and sleep.", "Visitors use the porch before noon."),
)
AHEAD = ("The spring clean", "A second refrigerator")
CORRECTION = "The last minutes say ten o'clock for the kitchen. It is half past nine."


@dataclass(eq=False)
class HouseMeetings:
    """Tells it, act by act, into the diary."""

    setting: Setting
    random: Random
    diary: Diary

    def plan(self) -> None:
        for place, count, weekday in zip(self.setting.places, HELD, WEEKDAYS, strict=True):
            today = place.house.today(self.setting.now)
            last = today - DAY * ((today.weekday() - weekday) % 7 or 7)
            days = [last - WEEK * back for back in reversed(range(count))]
            self.diary.on(place, days[0] - 2 * WEEK, time(10), lambda now, place=place: self._begin(place, now))
            for number, day in enumerate(days):
                self.diary.on(
                    place,
                    day,
                    time(20, 30),
                    lambda now, place=place, day=day, number=number: self._held(place, day, number, now),
                )
            self.diary.at(self.setting.now, lambda now, place=place: self._ahead(place, now))

    def _begin(self, place: Place, now: datetime) -> None:
        weekday = WEEKDAYS[self.setting.places.index(place)]
        with acting_as(place.manager, source="web"):
            services.motion_kinds_start(house=place.house)
            if not Meeting.objects.filter(house=place.house, kind=Kind.HOUSE).exists():
                Meeting.objects.create(
                    organization=place.house.organization,
                    house=place.house,
                    name="House meeting",
                    kind=Kind.HOUSE,
                    weekday=weekday,
                    starts=STARTS,
                    recurrence=recurrence.weekly(weekday),
                    time_zone=place.house.time_zone,
                    starts_on=place.house.today(now),
                    place="Living room",
                )

    def _held(self, place: Place, day: date, number: int, now: datetime) -> None:
        meeting = Meeting.objects.select_related("house__organization").get(house=place.house, kind=Kind.HOUSE)
        with acting_as(place.manager, source="web"):
            row = services.house_meeting_begin(meeting=meeting, on=day, now=now)
            topics = self.random.sample(TALK, 2)
            items = [services.agenda_add(house_meeting=row, title=what, now=now) for what, *_said in topics]
            self._roll(row, now)
            for item, (_what, said, decided) in zip(items, topics, strict=True):
                services.minutes_add(house_meeting=row, text=said, item=item, now=now)
                services.minutes_add(house_meeting=row, text=decided, what=DECIDED, item=item, now=now)
            if number == 1:
                services.minutes_add(house_meeting=row, text=CORRECTION, what=MinutesLine.What.CORRECTION, now=now)
            motion = self._vote(place, row, "The house money pays for what was decided", now)
            if number == 0 and motion is not None:
                self._elect(row, motion, now)
        if roll_of(row).open:  # whoever runs the meeting and lives there is counted by another
            with acting_as(place.second, source="web"):
                services.roll_take(house_meeting=row, lines=[], now=now)
        if roll_of(row).taken:
            with acting_as(place.manager, source="web"):
                minutes_publish(house_meeting=row, now=now + timedelta(minutes=10))

    def _roll(self, row: HouseMeeting, now: datetime) -> None:
        roll = roll_of(row)
        lines = [
            services.RollEntry(each.stay, each.foreseen, each.known)
            if each.known
            else services.RollEntry(each.stay, "unexcused")
            for each in roll.rows
            if each.stay.resident.user_id is None and (each.known or self.random.random() < 0.08)
        ]
        services.roll_take(house_meeting=row, lines=lines, now=now)

    def _vote(self, place: Place, row: HouseMeeting, text: str, now: datetime) -> Motion | None:
        row.refresh_from_db()
        if row.roll_taken_at is None:
            return None
        kind = MotionKind.objects.get(house=place.house, name="Other business")
        there = roll_of(row).count("present")
        against = min(self.random.randrange(3), there)
        return services.motion_record(
            house_meeting=row, kind=kind, text=text, in_favour=there - against, against=against, now=now
        )

    def _elect(self, row: HouseMeeting, motion: Motion, now: datetime) -> None:
        taken = Officer.objects.filter(house=row.house).values("resident")
        free = [stay for stay in members(row).exclude(resident__in=taken) if _stays_on(stay)]
        if free and motion.carried:
            services.officer_elect(
                house_meeting=row,
                resident=self.random.choice(free).resident,
                duty=Officer.Duty.COORDINATOR,
                starts_on=row.on,
                ends_on=row.on + relativedelta(months=6),
                motion=motion,
                now=now,
            )

    def _ahead(self, place: Place, now: datetime) -> None:
        meeting = Meeting.objects.select_related("house__organization").get(house=place.house, kind=Kind.HOUSE)
        today = place.house.today(now)
        on = today + DAY * ((WEEKDAYS[self.setting.places.index(place)] - today.weekday()) % 7 or 7)
        with acting_as(place.manager, source="web"):
            row = services.house_meeting_begin(meeting=meeting, on=on, now=now)
            for title in AHEAD:
                services.agenda_add(house_meeting=row, title=title, now=now)
        mine = [stay for stay in members(row).select_related("resident__user") if stay.resident.user_id]
        for stay in mine[:1]:
            with acting_as(stay.resident.user, source="web"):
                services.agenda_add(house_meeting=row, title="A bench for the garden", stay=stay, now=now)


def _stays_on(stay: Stay) -> bool:
    return stay.ends_on is None and stay.resident.user_id is None
