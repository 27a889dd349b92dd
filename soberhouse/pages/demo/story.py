"""Half a year in three houses, day by day.

Every act is a service called as whoever would have done it, with the `today` it would have had. What happens is drawn
from one seeded source, in an order that does not depend on the database: the same seed and day tell the same story.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from residents.houses.models import Bed
from residents.people import services as people
from residents.people.models import Contact, Officer, Resident, WeeklyHours
from residents.rules.services import removals
from residents.stays import services as stays
from residents.stays.models import Application, BedUse, Discharge, Stay
from soberhouse.accounts.models import User
from soberhouse.history import acting_as
from soberhouse.notices.services import notices_read
from soberhouse.pages.demo import words
from soberhouse.pages.demo.diary import Diary
from soberhouse.pages.demo.place import MAN, PASSWORD, RESIDENTS, WOMAN, Person, Place, Setting

HALF_YEAR = 182
BEFORE = 400  # those who live there when the half year begins moved in since then
LATELY = timedelta(days=3)  # what happened since then is news
QUIET = 8  # in the last days little is left to chance: what Today shows is staged
COMES_TO_STAY = ("admit", "admit", "hold", "hold", "hold", "lapse")
SETTLED = 5  # days after which somebody may move on


@dataclass(eq=False)
class Living:
    """Somebody in a bed."""

    stay: Stay
    resident: Resident
    who: str
    bed: Bed
    since: date
    began: date  # of the chain of stays
    phase: int = 0
    works: bool = False
    leaves: date | None = None
    stays_on: bool = False  # leaves only where nobody else can
    is_needed: bool = False  # the end of the story needs them where they are


@dataclass(eq=False)
class Applicant:
    """Somebody who asked for a bed, and what comes of it on `due`."""

    application: Application
    who: str
    comes: str  # admit, hold, lapse, wait, decline or withdraw
    due: date
    bed: Bed | None = None  # accepted, and this one is theirs
    hold: BedUse | None = None


@dataclass(eq=False)
class Story:
    setting: Setting
    random: Random
    say: Callable[[str], None]
    beside: Diary  # rules and nights, told once it is known who lived where
    past: list[Living] = field(default_factory=list)
    asking: dict[int, list[Applicant]] = field(default_factory=dict)
    waiting: dict[int, list[Applicant]] = field(default_factory=dict)
    leaving: dict[int, dict[date, list[bool]]] = field(default_factory=dict)
    arriving: dict[int, dict[date, int]] = field(default_factory=dict)
    diary: dict[date, list[Callable[[date], bool]]] = field(default_factory=dict)
    names: dict[tuple[str, ...], list[str]] = field(default_factory=dict)

    # The frame

    def tell(self) -> None:
        today = self.setting.day
        self._plan(today)
        for ago in range(BEFORE, -1, -1):
            day = today - timedelta(days=ago)
            if ago < HALF_YEAR and ago % 30 == 0 and ago:
                self.say(f"Half a year of moves: {ago // 30} more {'months' if ago > 30 else 'month'} …")
            for act in self.diary.pop(day, []):
                if not act(day):  # nobody was right for it that day: tomorrow, then
                    self._on(day + timedelta(days=1), act)
            for place in self.setting.places:
                self._a_day(place, day, ago)
        self.say("Rules, signatures, passes and nights …")
        self.beside.tell(until=self.setting.now - LATELY)
        residents = User.objects.filter(resident__isnull=False)
        for user in (*self.setting.users.values(), *residents):  # what happened before is no news to them
            notices_read(user=user, until=timezone.now(), now=self.setting.now)
        self.say("Today …")
        self._today()
        self.beside.tell(until=self.setting.now)

    def _plan(self, today: date) -> None:
        """Who is there at the start, on which days somebody leaves, and what happens once."""

        def ago(days: int) -> date:
            return today - timedelta(days=days)

        for place in self.setting.places:
            self.asking[place.house.pk], self.waiting[place.house.pk] = [], []
            arriving = self.arriving[place.house.pk] = {}
            for _ in range(place.plan.living - 1 - (2 if place is self._aspen else 0)):
                day = ago(self.random.randint(HALF_YEAR + 3, BEFORE - 20))
                arriving[day] = arriving.get(day, 0) + 1
            leaving = self.leaving[place.house.pk] = {}
            for _ in range(place.plan.leaving - 1):
                day = ago(self.random.randint(QUIET + 1, HALF_YEAR - 2))
                leaving.setdefault(day, []).append(self.random.random() < 0.6)
            leaving[ago(self.random.randint(QUIET - 3, QUIET - 1))] = [True]  # and one this week
            self._plan_ahead(place, ago(HALF_YEAR))
        for person, who, days in RESIDENTS:
            bed = self._aspen.free_beds(who)[0]
            self._aspen.kept_free.append(bed.pk)
            self._on(ago(days), lambda day, person=person, who=who, bed=bed: self._with_account(person, who, bed, day))
        for days in self._days(9):
            self._on(ago(days), self._moves_bed)
        for days in (165, 141, 118, 97, 71, 52):
            self._on(ago(days), self._transfers)
        for days in (120, 75):
            self._on(ago(days), self._comes_back)
        once = {
            150: self._bed_breaks,
            88: self._sober_anew,
            66: self._sober_corrected,
            60: self._frank_is_elected,
            57: self._discharge_corrected,
            55: self._secretary_is_elected,
            43: self._discharge_undone,
            34: self._wrong_person,
            24: self._start_corrected,
            21: self._coordinator_is_elected,
            18: self._phase_back,
        }
        for days, act in once.items():
            self._on(ago(days), act)

    def _plan_ahead(self, place: Place, first: date) -> None:
        """Those who leave by plan say so a week or three before."""
        for day, planned in self.leaving[place.house.pk].items():
            for _ in range(sum(planned)):
                told = max(day - timedelta(days=self.random.randint(7, 21)), first)
                self._on(told, lambda today, place=place, day=day: self._gives_notice(place, day, today))

    def _on(self, day: date, act: Callable[[date], bool]) -> None:
        self.diary.setdefault(day, []).append(act)

    def _days(self, count: int) -> list[int]:
        return sorted(self.random.sample(range(QUIET + 2, HALF_YEAR - 8), count), reverse=True)

    def _a_day(self, place: Place, day: date, ago: int) -> None:
        for _ in range(self.arriving[place.house.pk].pop(day, 0)):
            who = self.random.choice([whom for _bed, whom in place.beds if place.free_beds(whom)])
            self._moves_in(place, who, day)
        self._phases(place, day)
        if ago >= HALF_YEAR:
            return
        for planned in self.leaving[place.house.pk].pop(day, []):
            self._leaves(place, day, planned)
        if ago > QUIET:
            self._applications(place, day)
        elif ago == QUIET:
            self._clear_the_desk(place, day)
        else:
            while self._room_for(place) and (not ago or self.random.random() < 0.3):
                self._moves_in(place, self.random.choice(self._wanted(place)), day)

    # Who acts

    @property
    def _aspen(self) -> Place:
        return self.setting.places[0]

    @property
    def _briar(self) -> Place:
        return self.setting.places[1]

    @property
    def _canyon(self) -> Place:
        return self.setting.places[2]

    def _as_staff(self, place: Place, day: date) -> Any:
        """The manager, or in the last days of Aspen House sometimes her relief."""
        relief = place is self._aspen and (self.setting.day - day).days < 10 and self.random.random() < 0.3
        return acting_as(self.setting.users["bob"] if relief else place.manager, source="command")

    def _as_operator(self) -> Any:
        return acting_as(self.setting.users["olive"], source="command")

    # People

    def _somebody(self, place: Place, who: str, day: date) -> dict[str, Any]:
        """The facts about a new person, as `resident_create` takes them."""
        random = self.random
        first = self._name_of(words.WOMEN if who == WOMAN else words.MEN)
        gender, pronouns = (who, "she/her" if who == WOMAN else "he/him")
        told = random.random()
        if told < 0.05:
            gender, pronouns = f"trans {who}", pronouns
        elif told < 0.1:
            gender, pronouns = "non-binary", "they/them"
        return {
            "legal_first_name": first,
            "legal_last_name": self._name_of(words.LAST),
            "preferred_name": words.SHORT.get(first, "") if random.random() < 0.7 else "",
            "gender": gender,
            "pronouns": pronouns if random.random() < 0.6 else "",
            "birth_date": date(day.year - random.randint(21, 62), random.randint(1, 12), random.randint(1, 28)),
            "phone": self._phone(place.plan.area) if random.random() < 0.85 else "",
        }

    def _name_of(self, names: tuple[str, ...]) -> str:
        """One that nobody was given since the others were."""
        left = self.names.setdefault(names, [])
        if not left:
            left += self.random.sample(names, len(names))
        return left.pop()

    def _phone(self, area: str) -> str:
        return f"{area}-555-01{self.random.randint(4, 99):02}"

    def _a_name(self) -> str:
        return f"{self.random.choice(words.WOMEN + words.MEN)} {self.random.choice(words.LAST)}"

    def _write_down(self, resident: Resident, place: Place) -> None:
        """What the house asks on the first day: whom to call, and what to know."""
        random, area = self.random, place.plan.area
        if random.random() < 0.85:
            relative = random.choice(words.RELATIVES)
            surname = resident.legal_last_name if random.random() < 0.5 else random.choice(words.LAST)
            name = f"{random.choice(words.WOMEN + words.MEN)} {surname}"
            people.contact_add(
                resident=resident,
                kind=Contact.Kind.EMERGENCY,
                name=name,
                relationship=relative,
                phone=self._phone(area),
            )
        for kind, share in ((Contact.Kind.SPONSOR, 0.5), (Contact.Kind.OFFICER, 0.3), (Contact.Kind.COUNSELOR, 0.35)):
            if random.random() < share:
                people.contact_add(resident=resident, kind=kind, name=self._a_name(), phone=self._phone(area))
        if random.random() < 0.25:
            kind, text = random.choice(words.ALERTS)
            people.alert_add(resident=resident, kind=kind, text=text)

    def _finds_work(self, each: Living, place: Place, day: date) -> None:
        random, each.works = self.random, True
        if random.random() < 0.2:
            kind, where = WeeklyHours.Kind.SCHOOL, random.choice(words.SCHOOLS)
            weekdays, starts, ends = [0, 2], time(18), time(20, 30)
        else:
            kind, where = WeeklyHours.Kind.WORK, random.choice(words.EMPLOYERS)
            weekdays = random.choice(([0, 1, 2, 3, 4], [1, 2, 3, 4, 5], [0, 2, 4]))
            starts, ends = random.choice(((time(7), time(15, 30)), (time(9), time(17)), (time(22), time(6))))
            if random.random() < 0.4:
                people.contact_add(
                    resident=each.resident,
                    kind=Contact.Kind.EMPLOYER,
                    name=where,
                    phone=self._phone(place.plan.area),
                )
        people.hours_add(
            resident=each.resident, kind=kind, where=where, weekdays=weekdays, starts=starts, ends=ends, starts_on=day
        )

    # Coming

    def _room_for(self, place: Place) -> int:
        """How many more the house takes, promised beds counted."""
        promised = [each for each in self.asking[place.house.pk] if each.bed is not None]
        return max(place.plan.living - len(place.living) - len(promised), 0)

    def _wanted(self, place: Place) -> list[str]:
        """For whom there are free beds, each as often as there are beds."""
        return [who for who in (WOMAN, MAN) for _bed in place.free_beds(who)]

    def _sober_since(self, day: date) -> date | None:
        return day - timedelta(days=self.random.randint(3, 120)) if self.random.random() < 0.9 else None

    def _moves_in(self, place: Place, who: str, day: date) -> Living:
        """Somebody comes to the door and takes a bed the same day."""
        bed = self.random.choice(place.free_beds(who))
        with self._as_staff(place, day):
            stay = stays.admit_newcomer(
                bed=bed,
                person=self._somebody(place, who, day),
                starts_on=day,
                sober_since=self._sober_since(day),
                today=day,
            )
            self._write_down(stay.resident, place)
        return self._lives(place, stay, who, bed, day)

    def _lives(self, place: Place, stay: Stay, who: str, bed: Bed, day: date, *, began: date | None = None) -> Living:
        living = Living(stay, stay.resident, who, bed, day, began or day)
        place.living.append(living)
        return living

    def _with_account(self, person: Person, who: str, bed: Bed, day: date) -> bool:
        """A resident who signs in."""
        first, last = person.name.split()
        self._aspen.kept_free.remove(bed.pk)
        with self._as_staff(self._aspen, day):
            stay = stays.admit_newcomer(
                bed=bed,
                person=self._somebody(self._aspen, who, day)
                | {"legal_first_name": first, "legal_last_name": last, "preferred_name": ""},
                starts_on=day,
                sober_since=day - timedelta(days=21),
                today=day,
            )
            self._write_down(stay.resident, self._aspen)
        with self._as_operator():
            people.account_give(resident=stay.resident, username=person.username, password=PASSWORD)
        self._lives(self._aspen, stay, who, bed, day).is_needed = True
        return True

    def _applications(self, place: Place, day: date) -> None:
        """What the desk does on an ordinary day: answer who asked, fill what is free, hear who asks now."""
        desk = self.asking[place.house.pk]
        for each in [each for each in desk if each.due <= day]:
            desk.remove(each)
            self._answer(place, each, day)
        answers_due = [each for each in desk if each.bed is None and each.comes in COMES_TO_STAY]
        if self._room_for(place) > len(answers_due) and self.random.random() < 0.6:
            self._fill(place, day)
        if self.random.random() < 0.035:
            comes = self.random.choice(("decline", "withdraw", "wait"))
            self._asks(place, self.random.choice([whom for _bed, whom in place.beds]), comes, day)

    def _fill(self, place: Place, day: date) -> None:
        wanted = self._wanted(place)
        if not wanted:
            return
        who = self.random.choice(wanted)
        first = next((each for each in self.waiting[place.house.pk] if each.who == who), None)
        if first is not None:
            self.waiting[place.house.pk].remove(first)
            first.comes = "hold"
            self._answer(place, first, day)
        elif self.random.random() < 0.3:
            self._moves_in(place, who, day)
        else:
            self._asks(place, who, self.random.choice(COMES_TO_STAY), day)

    def _asks(self, place: Place, who: str, comes: str, day: date, resident: Resident | None = None) -> Applicant:
        about: dict[str, Any] = {
            "received_on": day,
            "wanted_on": day + timedelta(days=self.random.randint(1, 14)) if self.random.random() < 0.6 else None,
            "referred_by": self.random.choice(words.REFERRED_BY),
        }
        with self._as_staff(place, day):
            if resident is not None:
                application = stays.application_receive(house=place.house, resident=resident, today=day, **about)
            else:
                application = stays.newcomer_applies(
                    house=place.house, person=self._somebody(place, who, day), today=day, **about
                )
        applicant = Applicant(application, who, comes, day + timedelta(days=self.random.randint(1, 3)))
        self.asking[place.house.pk].append(applicant)
        return applicant

    def _answer(self, place: Place, each: Applicant, day: date) -> None:
        application, desk = each.application, self.asking[place.house.pk]
        with self._as_staff(place, day):
            if each.bed is not None:
                place.kept_free.remove(each.bed.pk)
                if each.comes == "lapse":
                    stays.application_close(
                        application=application, declined=False, reason=words.WITHDRAWN[-1], today=day
                    )
                    return
                stay = stays.admit(
                    resident=application.resident,
                    bed=each.bed,
                    starts_on=day,
                    application=application,
                    sober_since=None if application.resident.stays.exists() else self._sober_since(day),
                    today=day,
                )
                self._write_down(stay.resident, place)
                self._lives(place, stay, each.who, each.bed, day)
            elif each.comes == "decline":
                reason = self.random.choice(words.DECLINED)
                stays.application_close(application=application, declined=True, reason=reason, today=day)
            elif each.comes == "withdraw":
                reason = self.random.choice(words.WITHDRAWN[:-1])
                stays.application_close(application=application, declined=False, reason=reason, today=day)
            elif each.comes == "wait" or not self._room_for(place) or not place.free_beds(each.who):
                stays.application_wait(application=application)
                self.waiting[place.house.pk].append(each)
            else:
                each.bed = self.random.choice(place.free_beds(each.who))
                each.due = day + timedelta(days=self.random.randint(1, 3))
                place.kept_free.append(each.bed.pk)
                if each.comes == "admit":
                    stays.application_accept(application=application)
                else:
                    lapses = each.due if each.comes == "lapse" else each.due + timedelta(days=1)
                    each.hold = stays.hold_place(
                        application=application, bed=each.bed, starts_on=day, ends_on=lapses, today=day
                    )
                desk.append(each)

    def _clear_the_desk(self, place: Place, day: date) -> None:
        """Everybody who asked has an answer, so that the last days can be told as they should look."""
        for each in [each for each in self.asking[place.house.pk] if each.bed is not None]:
            self.asking[place.house.pk].remove(each)
            self._answer(place, each, day)
        rest = self.asking[place.house.pk] + self.waiting[place.house.pk]
        self.asking[place.house.pk], self.waiting[place.house.pk] = [], []
        with self._as_staff(place, day):
            for each in rest:
                reason = self.random.choice(words.WITHDRAWN[:-1])
                stays.application_close(application=each.application, declined=False, reason=reason, today=day)

    def _comes_back(self, day: date) -> bool:
        """Somebody who left well comes back, and stays."""
        for place in self.setting.places:
            for each in self.past:
                long_ago = (day - each.stay.ends_on).days >= 25
                if long_ago and self._room_for(place) and place.free_beds(each.who) and self._may_return(each, place):
                    bed = place.free_beds(each.who)[0]
                    with self._as_staff(place, day):
                        application = stays.application_receive(
                            house=place.house,
                            resident=each.resident,
                            received_on=day - timedelta(days=2),
                            referred_by="A former resident, for themselves",
                            note="Was here before and left in good order.",
                            today=day,
                        )
                        stays.application_accept(application=application)
                        stay = stays.admit(
                            resident=each.resident, bed=bed, starts_on=day, application=application, today=day
                        )
                    self.past.remove(each)
                    again = self._lives(place, stay, each.who, bed, day)
                    again.is_needed, again.works = True, each.works
                    self._one_more_leaves(place, day)
                    return True
        return False

    def _may_return(self, each: Living, place: Place) -> bool:
        last = each.stay.discharges.order_by("id").last()
        return each.stay.house_id == place.house.pk and last.may_return == Discharge.Return.WELCOME

    def _one_more_leaves(self, place: Place, day: date) -> None:
        """Who came back is no past resident any more: another one will be."""
        latest = self.setting.day - timedelta(days=QUIET + 1)
        days = (latest - day).days
        when = day + timedelta(days=self.random.randint(1, max(days, 1)))
        self.leaving[place.house.pk].setdefault(when, []).append(False)

    # Going

    def _free_to_go(self, place: Place, day: date) -> list[Living]:
        there = [each for each in place.living if not each.is_needed and each.leaves is None]
        settled = [each for each in there if (day - each.since).days >= SETTLED]
        return [each for each in settled if not each.stays_on] or settled

    def _gives_notice(self, place: Place, leaves: date, today: date) -> bool:
        """Somebody plans to leave on that day. Where nobody can, whoever leaves then does so without notice."""
        candidates = [each for each in self._free_to_go(place, today) if each.since < leaves]
        if today < leaves and candidates:
            # Those who have been there longest, most likely.
            candidates.sort(key=lambda each: each.since)
            each = candidates[min(int(self.random.expovariate(0.5)), len(candidates) - 1)]
            with self._as_staff(place, today):
                each.stay = stays.expect(stay=each.stay, expected_on=leaves, today=today)
            each.leaves = leaves
        return True

    def _leaves(self, place: Place, day: date, planned: bool) -> None:
        each = next((each for each in place.living if each.leaves == day), None) if planned else None
        if each is None:
            candidates = self._free_to_go(place, day)
            if not candidates:
                self.leaving[place.house.pk].setdefault(day + timedelta(days=1), []).append(False)
                return
            each = self.random.choice(candidates)
        self._discharge(place, each, day, planned=each.leaves is not None)
        place.living.remove(each)
        self.past.append(each)

    def _discharge(self, place: Place, each: Living, day: date, *, planned: bool) -> Discharge:
        random = self.random
        kinds = words.LEAVING[:4] if planned else words.LEAVING[2:]
        _share, reason, destinations, may_return, kept = random.choices(kinds, [kind[0] for kind in kinds])[0]
        destination, where_to = random.choice(destinations)
        handed = Discharge.HandedOver
        house_decides = reason in (words.Why.USE, words.Why.RULES, words.Why.MONEY)
        if reason in words.REMOVED:
            self._removed(place, each, day, where_to=where_to, what=words.REMOVED[reason])
        with self._as_staff(place, day):
            return self._end(
                each,
                day,
                reason=reason,
                destination=destination,
                where_to=where_to,
                decided_by=(
                    ("House meeting" if place is self._canyon else place.manager.name)
                    if house_decides
                    else ""
                    if kept
                    else each.resident.name
                ),
                belongings=handed.KEPT if kept else handed.YES,
                medications=handed.KEPT if kept else random.choice((handed.YES, handed.NOTHING)),
                money=random.choice((handed.YES, handed.NOTHING, handed.NOTHING)),
                naloxone=Discharge.Naloxone.NOT_OFFERED
                if kept
                else random.choice((Discharge.Naloxone.TAKEN, Discharge.Naloxone.TAKEN, Discharge.Naloxone.REFUSED)),
                may_return=may_return,
                return_terms=random.choice(words.RETURN_TERMS) if may_return == words.Back.TERMS else "",
            )

    def _removed(self, place: Place, each: Living, day: date, *, where_to: str, what: tuple[str, str, str]) -> None:
        """What could not wait: the manager's word in the morning, the operator's in the evening."""
        reason, help_given, said = what
        morning = datetime.combine(day, time(9), tzinfo=place.house.zone)
        with acting_as(place.manager, source="command"):
            removal = removals.removal_record(
                stay=each.stay,
                happened_at=morning,
                reason=reason,
                help_given=help_given,
                where_to=where_to,
                now=morning + timedelta(hours=1),
            )
        with self._as_operator():
            removals.removal_review(removal=removal, outcome="right", reason=said, now=morning + timedelta(hours=9))

    def _end(self, each: Living, day: date, **facts: Any) -> Discharge:
        discharge = stays.discharge(stay=each.stay, left_on=day, today=day, **facts)
        each.stay.refresh_from_db()
        return discharge

    # Phases

    def _phases(self, place: Place, day: date) -> None:
        for each in place.living:
            days = (day - each.began).days
            earned = 1 + (days >= 30) + (days >= 95)
            number = min(earned, len(place.phases))
            if number <= each.phase or (each.phase and self.random.random() < 0.7):
                continue
            reason = "" if number == 1 else f"After {days} days, asked for it at the house meeting"
            with self._as_staff(place, day):
                self._set_phase(place, each, number, reason, day)
                if number == 2 and not each.works and self.random.random() < 0.75:
                    self._finds_work(each, place, day)

    def _set_phase(self, place: Place, each: Living, number: int, reason: str, day: date) -> None:
        kind = place.phases[number - 1]
        stays.phase_set(stay=each.stay, kind=kind, starts_on=day, reason=reason, today=day)
        each.phase = number

    # What happens on a day of the diary: False where it must wait for another day

    def _moves_bed(self, day: date) -> bool:
        places = list(self.setting.places)
        self.random.shuffle(places)
        for place in places:
            for each in self._free_to_go(place, day):
                if free := place.free_beds(each.who):
                    each.bed = free[0]
                    with self._as_staff(place, day):
                        reason = self.random.choice(words.MOVES)
                        stays.move_bed(stay=each.stay, bed=each.bed, on=day, reason=reason, today=day)
                    return True
        return False

    def _transfers(self, day: date) -> bool:
        pairs = [(here, there) for here in self.setting.places for there in self.setting.places if here is not there]
        self.random.shuffle(pairs)
        for here, there in pairs:
            for each in self._free_to_go(here, day):
                free = there.free_beds(each.who)
                if not free or self._room_for(there) < 1 or (day - each.since).days < 14:
                    continue
                with self._as_operator():
                    reason = self.random.choice(words.TRANSFERS)
                    stay = stays.transfer(stay=each.stay, bed=free[0], on=day, reason=reason, today=day)
                here.living.remove(each)
                self._lives(there, stay, each.who, free[0], day, began=each.began).works = each.works
                return True
        return False

    def _bed_breaks(self, day: date) -> bool:
        """A bed is out of service for six days."""
        free = self._briar.free_beds(WOMAN)
        if not free:
            return False
        back = day + timedelta(days=6)
        with self._as_staff(self._briar, day):
            use = stays.bed_take_out(bed=free[0], starts_on=day, ends_on=None, note="Broken slats", today=day)
        self._briar.kept_free.append(free[0].pk)

        def comes_back(today: date) -> bool:
            with self._as_staff(self._briar, today):
                stays.bed_bring_back(use=use, today=today)
            self._briar.kept_free.remove(use.bed_id)
            return True

        self._on(back, comes_back)
        return True

    def _sober_anew(self, day: date) -> bool:
        """A return to use, told by herself, and the house goes on with her."""
        for each in self._free_to_go(self._briar, day):
            with self._as_staff(self._briar, day):
                people.sobriety_record(
                    resident=each.resident,
                    since=day - timedelta(days=1),
                    reason="Told the house herself the next morning; stays, with a new plan",
                    today=day,
                )
            each.stays_on = True
            return True
        return False

    def _sober_corrected(self, day: date) -> bool:
        for each in self._free_to_go(self._canyon, day):
            row = each.resident.sobrietydates.first()
            if row is not None:
                with self._as_staff(self._canyon, day):
                    people.sobriety_correct(
                        date=row,
                        since=row.since - timedelta(days=9),
                        reason="Counted from the day of release; he counts from detox, and his counselor confirms it",
                        today=day,
                    )
                each.stays_on = True
                return True
        return False

    def _elect(self, place: Place, each: Living, duty: str, day: date) -> bool:
        with self._as_staff(place, day):
            people.officer_appoint(resident=each.resident, house=place.house, duty=duty, starts_on=day, today=day)
        return True

    def _frank_is_elected(self, day: date) -> bool:
        frank = next(each for each in self._aspen.living if each.resident.legal_first_name == "Frank")
        return self._elect(self._aspen, frank, Officer.Duty.PRESIDENT, day)

    def _secretary_is_elected(self, day: date) -> bool:
        candidates = self._free_to_go(self._canyon, day)
        return bool(candidates) and self._elect(self._canyon, candidates[0], Officer.Duty.SECRETARY, day)

    def _coordinator_is_elected(self, day: date) -> bool:
        candidates = [each for each in self._free_to_go(self._canyon, day) if not each.resident.duties.exists()]
        if not candidates:
            return False
        candidates[0].stays_on = True
        return self._elect(self._canyon, candidates[0], Officer.Duty.COORDINATOR, day)

    def _discharge_corrected(self, day: date) -> bool:
        """The house hears later where somebody really went."""
        for each in reversed(self.past):
            last = each.stay.discharges.order_by("id").last()
            if last.reason in (Discharge.Reason.CHOICE, Discharge.Reason.ABSENT, Discharge.Reason.USE):
                place = next(place for place in self.setting.places if place.house.pk == each.stay.house_id)
                with self._as_staff(place, day):
                    stays.discharge_correct(
                        discharge=last,
                        correction_reason="Called the house: went to family, not where we had written",
                        destination=422,
                        where_to="With family, to stay",
                        today=day,
                    )
                return True
        return False

    def _discharge_undone(self, day: date) -> bool:
        """Written down as gone, and was in the emergency room."""
        candidates = self._free_to_go(self._briar, day)
        if not candidates:
            return False
        each = candidates[-1]
        handed, unknown = Discharge.HandedOver, Discharge.Naloxone.NOT_OFFERED
        with self._as_staff(self._briar, day):
            row = self._end(
                each,
                day,
                reason=Discharge.Reason.ABSENT,
                destination=30,
                belongings=handed.KEPT,
                medications=handed.KEPT,
                money=handed.NOTHING,
                naloxone=unknown,
                may_return=Discharge.Return.UNDECIDED,
            )
            reason = "Was in the emergency room overnight; the hospital called"
            each.stay = stays.discharge_undo(discharge=row, reason=reason, today=day)
        return True

    def _wrong_person(self, day: date) -> bool:
        """A move-in is entered for somebody's brother, who had only applied; it is voided and entered right."""
        place = self._canyon
        free = place.free_beds(MAN)
        if not free:
            return False
        with self._as_staff(place, day):
            facts = self._somebody(place, MAN, day)
            facts["preferred_name"] = ""
            amos = facts | {"legal_first_name": "Amos", "birth_date": date(day.year - 29, 11, 2)}
            ezra = facts | {"legal_first_name": "Ezra", "birth_date": date(day.year - 34, 3, 8)}
            application = stays.newcomer_applies(
                house=place.house,
                person=amos,
                received_on=day,
                referred_by="Themselves",
                today=day,
            )
            wrong = stays.admit(
                resident=application.resident, bed=free[0], starts_on=day, application=application, today=day
            )
            reason = "Entered for the wrong brother: it was Ezra who moved in, Amos had only applied"
            stays.stay_void(stay=wrong, reason=reason)
            stay = stays.admit_newcomer(bed=free[0], person=ezra, starts_on=day, today=day)
            application.refresh_from_db()
            reason = "Moves in with their father instead"
            stays.application_close(application=application, declined=False, reason=reason, today=day)
        self._lives(place, stay, MAN, free[0], day).stays_on = True
        return True

    def _start_corrected(self, day: date) -> bool:
        """Somebody came after midnight: the stay began a day later than written down."""
        for place in self.setting.places:
            for each in place.living:
                if each.leaves is None and 3 <= (day - each.since).days <= 60 and not each.stay.continues_id:
                    with self._as_staff(place, day):
                        each.stay = stays.stay_correct_start(
                            stay=each.stay,
                            starts_on=each.since + timedelta(days=1),
                            reason="Arrived half past midnight, so it was the next day",
                            today=day,
                        )
                    return True
        return False

    def _phase_back(self, day: date) -> bool:
        for each in self._free_to_go(self._aspen, day):
            if each.phase > 1:
                with self._as_staff(self._aspen, day):
                    self._set_phase(self._aspen, each, 1, "A step back, by agreement, in a hard month", day)
                each.phase = len(self._aspen.phases)  # and there for now
                each.stays_on = True
                return True
        return False

    # Today

    def _today(self) -> None:
        """What the managers find this morning. Here each house's own date counts."""
        aspen, briar, canyon = self.setting.places
        day = self.setting.today
        self._expect(aspen, day(aspen) - timedelta(days=2), told=9)
        self._expect(aspen, day(aspen), told=14)
        promised = self._expect(aspen, day(aspen) + timedelta(days=4), told=20)
        self._expect(briar, day(briar) + timedelta(days=6), told=10)
        self._expect(canyon, day(canyon) + timedelta(days=3), told=5)
        for place in self.setting.places:
            for each in self._free_to_go(place, day(place))[:2]:
                self._expect(place, day(place) + timedelta(days=self.random.randint(14, 75)), told=4, each=each)

        out = aspen.free_beds(self._wanted(aspen)[-1])[-1]
        with acting_as(aspen.manager, source="command"):
            stays.bed_take_out(
                bed=out,
                starts_on=day(aspen) - timedelta(days=1),
                ends_on=day(aspen) + timedelta(days=5),
                note="Water came through the ceiling; plaster is drying",
                today=day(aspen),
            )
        aspen.kept_free.append(out.pk)

        self._held(aspen, since=1, lapses=1)
        self._held(briar, since=2, lapses=3)
        self._held(canyon, since=4, lapses=-1)  # and nobody has decided yet
        self._held_from(aspen, promised)
        for place, asking, waiting in ((aspen, 2, 3), (briar, 1, 2), (canyon, 1, 0)):
            for ago in range(asking):
                self._newly_asks(place, ago)
            line = [self._newly_asks(place, 6 + 5 * number) for number in range(waiting)]
            with acting_as(place.manager, source="command"):
                line = [stays.application_wait(application=application) for application in reversed(line)]
                if len(line) > 1:
                    reason = "Leaves the hospital on Friday and has nowhere to go"
                    stays.application_move(application=line[-1], place=1, reason=reason)

    def _expect(self, place: Place, leaves: date, *, told: int, each: Living | None = None) -> Living:
        """Somebody planned, so many days ago, to leave on this day."""
        if each is None:
            settled = self._free_to_go(place, leaves)
            settled.sort(key=lambda each: (each.since, each.bed.pk))
            each = settled[0]
        told_on = min(max(self.setting.today(place) - timedelta(days=told), each.since), leaves - timedelta(days=1))
        with acting_as(place.manager, source="command"):
            each.stay = stays.expect(stay=each.stay, expected_on=leaves, today=told_on)
        each.leaves = leaves
        return each

    def _newly_asks(self, place: Place, ago: int, who: str | None = None) -> Application:
        day = self.setting.today(place) - timedelta(days=ago)
        who = who or self.random.choice([whom for _bed, whom in place.beds])
        with acting_as(place.manager, source="command"):
            return stays.newcomer_applies(
                house=place.house,
                person=self._somebody(place, who, day),
                received_on=day,
                wanted_on=day + timedelta(days=ago + self.random.randint(2, 12)),
                referred_by=self.random.choice(words.REFERRED_BY),
                today=day,
            )

    def _held(self, place: Place, *, since: int, lapses: int) -> None:
        """A bed that is free tonight, promised since some days ago until some days ahead (or lapsed)."""
        today = self.setting.today(place)
        who = self._wanted(place)[0]
        bed = next(bed for bed in place.free_beds(who) if self._empty_since(bed, today - timedelta(days=since)))
        application = self._newly_asks(place, since + 2, who)
        begins = today - timedelta(days=since)
        with acting_as(place.manager, source="command"):
            ends = today + timedelta(days=lapses)
            stays.hold_place(application=application, bed=bed, starts_on=begins, ends_on=ends, today=begins)
        if lapses > 0:
            place.kept_free.append(bed.pk)

    def _empty_since(self, bed: Bed, day: date) -> bool:
        return not bed.uses.real().filter(ends_on__gt=day).exists()

    def _held_from(self, place: Place, leaving: Living) -> None:
        """The bed of somebody who leaves in a few days, promised from that day on."""
        application = self._newly_asks(place, 3, leaving.who)
        today = self.setting.today(place)
        with acting_as(place.manager, source="command"):
            stays.hold_place(
                application=application,
                bed=leaving.bed,
                starts_on=leaving.leaves,
                ends_on=leaving.leaves + timedelta(days=3),
                today=today,
            )
