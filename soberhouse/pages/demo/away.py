"""Who may be away in the demo, by which hour everybody is in, who was, and who is out now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from residents.away import hours
from residents.away.models import CurfewCheck, CurfewException, Movement, Pass, PassKind
from residents.away.night_words import excuse
from residents.away.queries.nights import LATER, RollRow, night_roll
from residents.away.services import curfew, movements, nights, passes
from residents.people.models import Resident
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.history import acting_as
from soberhouse.pages.demo.diary import Diary
from soberhouse.pages.demo.place import Place, Setting

NIGHTS = (30, 15, 15)  # of each house, that are counted
ROLL_AT = time(0, 30)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SETTLED = 45  # days: whoever is so long in a house goes on a pass
Status = CurfewCheck.Status
ASPEN, BRIAR, CANYON = range(3)


@dataclass(frozen=True, kw_only=True)
class Trip:
    """One pass: when it begins, in hours from now, how long it is, and what becomes of it."""

    place: int
    begins: float
    lasts: float
    kind: str
    where: str
    note: str = ""
    who: str = ""  # a resident who signs in, and asks themselves; else anybody
    answer: str = "approved"  # approved, changed, refused, or nothing yet
    why: str = ""
    conditions: str = ""
    cancelled: str = ""
    extended: float = 0
    late: float | None = None  # hours after its end they were back; None: not back yet


TRIPS = (
    Trip(
        place=ASPEN,
        begins=-24 * 26,
        lasts=26,
        kind=PassKind.OVERNIGHT,
        where="With a sister, 4 Mill Lane",
        note="A niece's birthday",
        why="Settled here, and the sister keeps no alcohol in the house.",
        late=0,
    ),
    Trip(
        place=ASPEN,
        begins=-24 * 17,
        lasts=48,
        kind=PassKind.WEEKEND,
        where="Their parents' farm near Geneseo",
        why="Asked for in time, and did well on the last one.",
        late=1.25,
    ),
    Trip(
        place=ASPEN,
        begins=-24 * 11,
        lasts=24,
        kind=PassKind.OVERNIGHT,
        where="A friend's place downtown",
        answer="refused",
        why="The friend is somebody to have used with not long ago. Ask again with another place.",
    ),
    Trip(
        place=BRIAR,
        begins=-24 * 9,
        lasts=5,
        kind=PassKind.MEDICAL,
        where="St. Anne's Hospital",
        note="Surgery on a tooth, home the same day",
        extended=6,
        why="The operation was put off until the afternoon",
        late=0,
    ),
    Trip(
        place=CANYON,
        begins=-24 * 5,
        lasts=30,
        kind=PassKind.FAMILY,
        where="His daughter's, Greeley",
        answer="changed",
        conditions="Calls the house on Saturday at noon.",
        why="The first night away since the summer.",
        late=0,
    ),
    Trip(
        place=ASPEN,
        begins=24 * 2,
        lasts=24,
        kind=PassKind.OVERNIGHT,
        where="A brother's, 77 Lake Avenue",
        cancelled="The brother has the flu.",
        why="Settled here, and the brother called the house himself.",
    ),
    Trip(
        place=ASPEN,
        begins=-27,
        lasts=24.5,
        kind=PassKind.FAMILY,
        where="With their mother, 12 Canal Street",
        why="The mother is ill, and there was no week to ask before.",
    ),
    Trip(
        place=ASPEN,
        begins=-4,
        lasts=28,
        kind=PassKind.OVERNIGHT,
        where="An aunt's, 31 Park Avenue",
        why="Doing well, and nothing open; the aunt called the house.",
    ),
    Trip(
        place=CANYON,
        begins=-7,
        lasts=40,
        kind=PassKind.WORK,
        where="A building site in Laramie; sleeps at the crew's motel",
        why="The crew's foreman confirmed it by phone.",
    ),
    Trip(
        place=ASPEN,
        begins=24 * 3,
        lasts=26,
        kind=PassKind.COURT,
        where="Buffalo, family court; sleeps at a cousin's",
        why="The hearing is at eight in the morning.",
    ),
    Trip(
        place=ASPEN,
        begins=24 * 6,
        lasts=46,
        kind=PassKind.WEEKEND,
        who="dana",
        where="With my brother's family, 9 Elm Court, Syracuse",
        note="My brother's wedding",
        answer="",
    ),
    Trip(
        place=BRIAR,
        begins=24 * 4,
        lasts=24,
        kind=PassKind.OVERNIGHT,
        where="With her daughter, 230 Third Street",
        answer="",
    ),
)


@dataclass(eq=False)
class Nights:
    """Tells it, act by act, into the diary."""

    setting: Setting
    random: Random
    diary: Diary
    gone: dict[int, list[tuple[datetime, datetime]]] = field(default_factory=dict)  # when each stay is on a pass

    def plan(self) -> None:
        for place, count in zip(self.setting.places, NIGHTS, strict=True):
            tonight = hours.night_of(self.setting.now, place.house.zone)
            first = tonight - timedelta(days=count)
            self.diary.on(place, first - DAY, time(9), lambda now, place=place: self._begin(place))
            for number in range(count):
                night = first + timedelta(days=number)
                self.diary.on(
                    place, night + DAY, ROLL_AT, lambda now, place=place, night=night: self._roll(place, night, now)
                )
        for trip in TRIPS:
            begins = self._hour(trip.begins)
            self.diary.at(begins - 8 * DAY, lambda now, trip=trip: self._asks(trip, now))
        self.diary.at(self.setting.now - 20 * DAY, self._officer)
        self.diary.at(self.setting.now - 4 * HOUR, self._out_now)

    def _hour(self, ahead: float) -> datetime:
        return (self.setting.now + timedelta(hours=ahead)).replace(second=0, microsecond=0)

    def _begin(self, place: Place) -> None:
        """The hours that differ, and what a pass asks for."""
        with acting_as(place.manager, source="command"):
            if place is not self.setting.places[CANYON]:
                early = time(21) if place is self.setting.places[ASPEN] else time(20, 30)
                curfew.curfew_hour_save(house=place.house, phase=place.phases[0], hour=early)
            passes.pass_rules_start(house=place.house)

    def _stays(self, place: Place, *, days: int) -> list[Stay]:
        """Who lives there since so many days, in the order of the story; without those who sign in."""
        since = self.setting.today(place) - timedelta(days=days)
        rows = Stay.objects.current().filter(house=place.house, starts_on__lte=since, resident__user=None)
        return list(rows.select_related("resident__user", "house").order_by("starts_on", "pk"))

    def _officer(self, now: datetime) -> None:
        """An officer's hour, stricter than the house's."""
        place = self.setting.places[ASPEN]
        stay = self._stays(place, days=25)[-1]
        with acting_as(place.manager, source="command"):
            curfew.curfew_exception_add(
                stay=stay,
                source=CurfewException.Source.OFFICER,
                hour=time(20, 30),
                starts_on=place.house.today(now),
                reason="Ordered by the court; the officer's letter is in the file.",
                today=place.house.today(now),
            )

    # Passes

    def _as(self, person: Resident, place: Place) -> Any:
        """Themselves where they sign in, else the manager, who writes it down."""
        return acting_as(person.user or place.manager, source="command")

    def _somebody(self, trip: Trip, place: Place) -> Stay:
        """Who goes: somebody settled who is not away then, by turns."""
        if trip.who:
            return (
                Stay.objects.current().select_related("resident__user", "house").get(resident__user__username=trip.who)
            )
        begins, ends = self._hour(trip.begins) - 2 * DAY, self._hour(trip.begins + trip.lasts) + 2 * DAY
        there = [
            stay
            for stay in self._stays(place, days=min(SETTLED, int(-trip.begins // 24) + 10 if trip.begins < 0 else 10))
            if all(until <= begins or since >= ends for since, until in self.gone.get(stay.pk, ()))
        ]
        stay = min(there, key=lambda stay: len(self.gone.get(stay.pk, ())))
        self.gone.setdefault(stay.pk, []).append((begins, ends))
        return stay

    def _asks(self, trip: Trip, now: datetime) -> None:
        place = self.setting.places[trip.place]
        stay = self._somebody(trip, place)
        begins = self._hour(trip.begins)
        now = max(now, datetime.combine(stay.starts_on + DAY, time(9), tzinfo=place.house.zone))
        with self._as(stay.resident, place):
            asked = passes.pass_ask(
                stay=stay,
                kind=trip.kind,
                starts_at=begins,
                ends_at=self._hour(trip.begins + trip.lasts),
                where=trip.where,
                contact="Phone number with the house",
                transport="Bus",
                note=trip.note,
                now=min(now, self.setting.now),
            )
        if trip.answer:
            self.diary.at(min(now + DAY, begins - HOUR), lambda at: self._answers(trip, asked, stay, at))

    def _answers(self, trip: Trip, asked: Pass, stay: Stay, now: datetime) -> None:
        place = self.setting.places[trip.place]
        with acting_as(self._decider(asked, place), source="command"):
            passes.pass_decide(asked=asked, outcome=trip.answer, conditions=trip.conditions, reason=trip.why, now=now)
        if trip.answer == "refused":
            return
        if trip.cancelled:
            self.diary.at(now + DAY, lambda at: self._cancels(trip, asked, at))
        elif self._hour(trip.begins) < self.setting.now:
            self.diary.at(self._hour(trip.begins), lambda at: self._goes(trip, asked, stay, at))

    def _decider(self, asked: Pass, place: Place) -> User:
        return place.second if asked.recorded_by_id == place.manager.pk else place.manager

    def _cancels(self, trip: Trip, asked: Pass, now: datetime) -> None:
        with self._as(asked.stay.resident, self.setting.places[trip.place]):
            passes.pass_cancel(pass_=asked, reason=trip.cancelled, now=now)

    def _goes(self, trip: Trip, asked: Pass, stay: Stay, now: datetime) -> None:
        place = self.setting.places[trip.place]
        asked.refresh_from_db()
        with self._as(stay.resident, place):
            movements.sign_out(
                stay=stay, purpose=Movement.Purpose.PASS, expected_at=asked.ends_at, at=now, of_pass=asked, now=now
            )
        if trip.extended:
            self.diary.at(asked.ends_at - HOUR, lambda at: self._extends(trip, asked, at))
        if trip.late is not None:
            back = self._hour(trip.begins + trip.lasts + trip.extended + trip.late)
            self.diary.at(back, lambda at: self._returns(trip, asked, at))

    def _extends(self, trip: Trip, asked: Pass, now: datetime) -> None:
        with acting_as(self._decider(asked, self.setting.places[trip.place]), source="command"):
            passes.pass_extend(
                pass_=asked, until=self._hour(trip.begins + trip.lasts + trip.extended), reason=trip.why, now=now
            )

    def _returns(self, trip: Trip, asked: Pass, now: datetime) -> None:
        place = self.setting.places[trip.place]
        note = "The train stood for an hour; called at noon." if trip.late else ""
        with acting_as(place.manager, source="command"):
            passes.pass_return(pass_=asked, at=now, note=note, test_asked=True, now=now)

    # Nights

    def _roll(self, place: Place, night: Any, now: datetime) -> None:
        roll = night_roll(place.house, night, now)
        entries = [entry for row in roll.open if (entry := self._entry(row, place, now)) is not None]
        if not entries:
            return
        weekend = night.weekday() in (hours.FRIDAY, hours.SATURDAY)
        hand = place.second if weekend and place is self.setting.places[ASPEN] else place.manager
        with acting_as(hand, source="command"):
            rows = nights.roll_take(house=place.house, night=night, entries=entries, now=now)
        for check in rows:
            if check.status == Status.ABSENT and check.of_pass is None:
                came = now + timedelta(minutes=self.random.randint(40, 400))
                self.diary.at(came, lambda at, check=check: self._came(place, check, at))

    def _entry(self, row: RollRow, place: Place, now: datetime) -> nights.RollEntry | None:
        """As it is foreseen; of thirty nights one late, and now and then somebody not in."""
        found, chance, minutes = row.foreseen, self.random.random(), self.random.randint(2, 40)
        if found.status == LATER:
            return None
        if found.status == Status.IN and row.has_come:
            came = row.line + timedelta(minutes=minutes)
            if chance < 0.03 and came < now:
                return nights.RollEntry(stay=row.stay, status=Status.LATE, in_at=came)
            if chance > 0.992 and row.seen_in is None:
                return nights.RollEntry(stay=row.stay, status=Status.ABSENT)
        why = excuse(found, row.known.curfew, place.house) if found.status == Status.EXCUSED else ""
        return nights.RollEntry(stay=row.stay, status=found.status, in_at=found.in_at, why=why, of_pass=found.of_pass)

    def _came(self, place: Place, check: CurfewCheck, now: datetime) -> None:
        if now < hours.morning(check.night, place.house.zone) and not check.stay.movements.exists():
            with acting_as(place.manager, source="command"):
                nights.came_in(check=check, in_at=now, now=now)

    # Now

    def _out_now(self, now: datetime) -> None:
        """Some are at work, one at a meeting, one was expected an hour ago, one is back already."""
        purposes = (
            (ASPEN, Movement.Purpose.WORK, "Harbor Bakery", 6.0, False),
            (ASPEN, Movement.Purpose.MEETING, "Noon meeting, St. Luke's", -1.0, False),
            (ASPEN, Movement.Purpose.ERRAND, "Pharmacy", 1.0, True),
            (BRIAR, Movement.Purpose.TREATMENT, "Outpatient group", 2.0, False),
            (BRIAR, Movement.Purpose.COURT, "Probation office", 1.0, True),
            (CANYON, Movement.Purpose.WORK, "Night shift", 5.0, False),
        )
        for number, (place_number, purpose, where, back, is_back) in enumerate(purposes):
            place = self.setting.places[place_number]
            stay = next(stay for stay in self._stays(place, days=5)[::-1] if self._is_in(stay))
            left = now + timedelta(minutes=10 * number)
            with acting_as(place.manager, source="command"):
                movements.sign_out(
                    stay=stay, purpose=purpose, where=where, expected_at=self._hour(back), at=left, now=left
                )
                if is_back:
                    movements.sign_in(stay=stay, at=left + HOUR, now=left + HOUR)

    def _is_in(self, stay: Stay) -> bool:
        on_pass = any(since <= self.setting.now <= until for since, until in self.gone.get(stay.pk, ()))
        return not on_pass and not stay.movements.filter(at__gte=self.setting.now - DAY).exists()
