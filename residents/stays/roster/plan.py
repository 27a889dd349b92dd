"""A roster against the database: what an import would make, and what stands in its way.

An import adds; it never changes or ends what is on record. Where the file and the record differ, a note says so. Rows
are told apart by what people call them: a house by its name, a bed by its label in the house, a person by first name,
last name and birth date, a stay by person, house and move-in. So the same file twice makes nothing the second time.

A person whom the importing user may not know (`known_to`) does not exist for the import: their like is somebody new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any

from django.db.models import Model, QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from residents.houses.models import Bed, House, Organization, Room
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.people.models import Contact, Resident, SobrietyDate
from residents.stays import hud
from residents.stays.models import Application, ApplicationEvent, BedUse, Discharge, Stay
from residents.stays.roster.collisions import period
from residents.stays.roster.entries import BedEntry, BedKey, Entry, Note, Place, Problem, Roster
from residents.stays.roster.words import compact, fold, short
from residents.stays.steps import who_has
from soberhouse.accounts.models import User
from soberhouse.history import recorded

FOREVER = date.max
MAX_CONTACT_NAME = 120
NOT_COLLECTED = 99  # of HUD's list 3.12
PersonKey = tuple[str, str, date | None]


@dataclass(frozen=True, slots=True)
class Counts:
    """An import in numbers."""

    houses: int = 0
    beds: int = 0
    residents: int = 0
    open_stays: int = 0
    ended_stays: int = 0
    empty_beds: int = 0

    def __str__(self) -> str:
        return ", ".join(text for _number, text in self.in_words())

    @property
    def some(self) -> str:
        """The same without what there is none of."""
        return ", ".join(text for number, text in self.in_words() if number)

    def in_words(self) -> list[tuple[int, str]]:
        """Each number with its words, the empty beds last and only where there are any."""
        words = [
            (self.houses, ngettext("%d house", "%d houses", self.houses)),
            (self.beds, ngettext("%d bed", "%d beds", self.beds)),
            (self.residents, ngettext("%d resident", "%d residents", self.residents)),
            (self.open_stays, ngettext("%d open stay", "%d open stays", self.open_stays)),
            (self.ended_stays, ngettext("%d ended stay", "%d ended stays", self.ended_stays)),
        ]
        if self.empty_beds:
            words.append((self.empty_beds, ngettext("%d empty bed", "%d empty beds", self.empty_beds)))
        return [(number, text % number) for number, text in words]


class Outcome(TextChoices):
    """What an import does with a line."""

    NEW = "new", gettext_lazy("new")
    ON_RECORD = "on record", gettext_lazy("already on record")
    PAST = "past", gettext_lazy("past")
    EMPTY = "empty", gettext_lazy("empty bed")


@dataclass(frozen=True, slots=True)
class Line:
    """One bed or one person's time in it, in no words but the file's. Nobody is in an empty bed."""

    house: str
    bed: str
    outcome: Outcome
    name: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    expected_on: date | None = None

    @property
    def until(self) -> str:
        if self.ends_on is None and self.expected_on is not None:
            return _("%(day)s, expected") % {"day": self.expected_on.isoformat()}
        return self.ends_on.isoformat() if self.ends_on else ""


def by_house(lines: Iterable[Line]) -> list[tuple[str, list[Line]]]:
    """The lines of each house, as they follow upon each other."""
    return [(house, list(theirs)) for house, theirs in groupby(lines, key=lambda line: line.house)]


@dataclass(slots=True)
class Plan:
    """What would be made: unsaved rows, in an order in which each finds what it points to."""

    organization: Organization
    told: Counts = field(default_factory=Counts)
    lines: list[Line] = field(default_factory=list)
    rows: dict[type[Model], list[Any]] = field(default_factory=lambda: defaultdict(list))
    following: list[list[Stay]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def makes_organization(self) -> bool:
        return self.organization.pk is None

    @property
    def stays(self) -> list[Stay]:
        return [*self.rows[Stay], *(stay for stays in self.following for stay in stays)]

    @property
    def new(self) -> Counts:
        """What of it is not there yet."""
        stays = self.stays
        ended = sum(stay.ends_on is not None for stay in stays)
        return Counts(
            houses=len(self.rows[House]),
            beds=len(self.rows[Bed]),
            residents=len(self.rows[Resident]),
            open_stays=len(stays) - ended,
            ended_stays=ended,
        )

    def batches(self) -> list[tuple[type[Model], list[Any]]]:
        """The rows in the order in which they are written. A stay comes after the stay it continues."""
        first = (Organization, House, Room, Bed, Resident, SobrietyDate, Contact, Application, ApplicationEvent, Stay)
        batches = [(model, self.rows[model]) for model in first]
        batches += [(Stay, stays) for stays in self.following]
        batches += [(model, self.rows[model]) for model in (BedUse, Discharge)]
        return [(model, rows) for model, rows in batches if rows]

    @property
    def made(self) -> str:
        """What is not there yet, in words; empty where there is nothing."""
        return self.new.some or (_("facts about people on record") if self.size else "")

    @property
    def size(self) -> int:
        return sum(len(rows) for _model, rows in self.batches())


@dataclass(frozen=True, slots=True)
class _StayEntry:
    """The lines of one person that follow upon each other in one house without a gap: one stay, in one bed or more."""

    lines: tuple[Entry, ...]

    @property
    def starts_on(self) -> date:
        return self.lines[0].starts_on

    @property
    def ends_on(self) -> date | None:
        return self.lines[-1].ends_on

    @property
    def place(self) -> Place:
        return self.lines[0].place

    @property
    def house(self) -> str:
        return self.lines[0].bed.key.house

    def in_time(self) -> tuple[date, date]:
        return self.starts_on, self.ends_on or FOREVER


def make_plan(roster: Roster, *, organization: Organization, user: User | None, today: date) -> Plan:
    """Compare the roster with what is on record and say what an import would make. Writes nothing.

    `organization` may be unsaved: then it is made too. `user` is who imports, or None for a command: a manager imports
    into their own houses, an operator makes new ones. Somebody must act (`acting_as`): facts are recorded as theirs.
    """
    plan = Plan(organization, notes=list(roster.notes), problems=list(roster.problems))
    if organization.pk is None:
        plan.rows[Organization].append(organization)
    if not plan.problems:
        _Planner(plan, roster, user, today).make()
        plan.problems.sort(key=lambda problem: roster.position(problem.place))
    return plan


class _Planner:
    """Fills one plan. Reads whole houses at once: the same number of queries for any number of lines."""

    def __init__(self, plan: Plan, roster: Roster, user: User | None, today: date) -> None:
        self.plan = plan
        self.roster = roster
        self.user = user
        self.today = today
        self.facts = recorded()
        self.houses: dict[str, House] = {}
        self.beds: dict[BedKey, Bed] = {}
        self.people: dict[PersonKey, Resident] = {}
        self.kept: list[_StayEntry] = []

    def make(self) -> None:
        self._find_houses()
        known = [house for house in self.houses.values() if house.pk is not None]
        self._read_beds(known)
        self._find_beds()
        self._read_stays(known)
        stays = list(_stay_entries(self.roster.entries))
        self._find_people(stays)
        self._plan_stays(stays)
        self._describe_people()
        ended = sum(stay.ends_on is not None for stay in stays)
        taken = {stay.lines[-1].bed.key for stay in stays if stay.ends_on is None}
        self.plan.told = Counts(
            houses=len(self.roster.houses),
            beds=len(self.roster.beds),
            residents=len(self.people),
            open_stays=len(stays) - ended,
            ended_stays=ended,
            empty_beds=len(self.roster.beds) - len(taken),
        )
        self.plan.lines = self._lines(taken)

    def _lines(self, taken: set[BedKey]) -> list[Line]:
        """What becomes of each line: house by house, in the file's order, a bed that was left before it is empty."""
        kept = {id(entry) for each in self.kept for entry in each.lines}
        names = self.roster.houses
        numbers = {key: number for number, key in enumerate(names)}
        found: list[tuple[BedKey, Place, Line]] = []
        for entry in self.roster.entries:
            outcome = Outcome.NEW if entry.ends_on is None else Outcome.PAST
            line = Line(
                house=names[entry.bed.key.house],
                bed=entry.bed.label,
                outcome=Outcome.ON_RECORD if id(entry) in kept else outcome,
                name=entry.name,
                starts_on=entry.starts_on,
                ends_on=entry.ends_on,
                expected_on=entry.expected_on,
            )
            found.append((entry.bed.key, entry.place, line))
        for key, bed in self.roster.beds.items():
            if key not in taken:
                found.append((key, bed.place, Line(names[key.house], bed.label, Outcome.EMPTY)))
        found.sort(key=lambda each: (numbers[each[0].house], *self.roster.position(each[1])[:2]))
        return [line for _key, _place, line in found]

    def _problem(self, place: Place, wrong: str, right: str) -> None:
        self.plan.problems.append(Problem(place, wrong, right))

    def _note(self, place: Place, text: str) -> None:
        self.plan.notes.append(Note(text, place))

    # --- houses, rooms and beds

    def _find_houses(self) -> None:
        organization = self.plan.organization
        known = {fold(house.name): house for house in _of(House.objects.all(), organization)}
        mine, may_add = self._allowed(organization)
        beds = reversed(self.roster.beds.values())
        places = {bed.key.house: Place(bed.place.sheet, bed.place.line) for bed in beds}
        for key, name in self.roster.houses.items():
            house = known.get(key)
            if house is None and may_add:
                house = House(organization=organization, name=name, time_zone=organization.time_zone)
                self.plan.rows[House].append(house)
            elif house is None or (mine is not None and house.pk not in mine):
                self._problem(
                    places[key],
                    _("“%(house)s” is none of your houses") % {"house": name},
                    _("Correct the name, or ask the operator to import this file."),
                )
                continue
            self.houses[key] = house

    def _allowed(self, organization: Organization) -> tuple[set[int] | None, bool]:
        """The houses (keys) into which the person imports, None for all of them; and whether they may make houses."""
        if self.user is None:
            return None, True
        houses = House.objects.where_may(self.user, Action.IMPORT).filter(organization=organization)
        may_add = Standing(self.user).may(Action.RUN_ORGANIZATION, organization)
        return set(houses.values_list("pk", flat=True)), may_add

    def _read_beds(self, known: list[House]) -> None:
        self.rooms: dict[tuple[str, str], Room] = {}
        self.places: dict[Any, int] = defaultdict(int)
        self.by_room: dict[BedKey, Bed] = {}
        self.by_label: dict[tuple[str, str], list[Bed]] = defaultdict(list)
        houses = {house.pk: key for key, house in self.houses.items()}
        for room in Room.objects.filter(house__in=known):
            self.rooms[houses[room.house_id], compact(room.name)] = room
            self.places[room.house_id] = max(self.places[room.house_id], room.position + 1)
        for bed in Bed.objects.filter(house__in=known).select_related("room"):
            house = houses[bed.house_id]
            self.by_room[BedKey(house, compact(bed.room.name), compact(bed.name))] = bed
            for label in {compact(bed.label), compact(bed.name)}:
                self.by_label[house, label].append(bed)
            self.places["room", bed.room_id] = max(self.places["room", bed.room_id], bed.position + 1)

    def _find_beds(self) -> None:
        given: dict[int, BedEntry] = {}
        for key, entry in self.roster.beds.items():
            if key.house not in self.houses:
                continue
            bed = self._known_bed(entry)
            if bed is None:
                self.beds[key] = self._new_bed(entry)
            elif bed.pk in given:
                self._problem(
                    entry.place,
                    _("bed %(bed)s of %(house)s is named on %(line)s in another way")
                    % {
                        "bed": entry.label,
                        "house": entry.house,
                        "line": given[bed.pk].place.seen_from(entry.place),
                    },
                    _("Name it alike on both lines."),
                )
            else:
                given[bed.pk] = entry
                self.beds[key] = bed

    def _known_bed(self, entry: BedEntry) -> Bed | None:
        """The bed of this room and name; else the only one in the house that people call so."""
        if bed := self.by_room.get(entry.key):
            return bed
        called = self.by_label[entry.key.house, compact(entry.label)]
        return called[0] if len(called) == 1 else None

    def _new_bed(self, entry: BedEntry) -> Bed:
        house = self.houses[entry.key.house]
        # Beds without a room stand in one called “Bed”: their label is then “Bed 1”.
        name = entry.room or _("Bed")
        room = self.rooms.get((entry.key.house, compact(name)))
        if room is None:
            room = Room(house=house, name=name, position=self._next(house.pk or id(house)))
            self.rooms[entry.key.house, compact(name)] = room
            self.plan.rows[Room].append(room)
        bed = Bed(house=house, room=room, name=entry.bed, position=self._next(("room", room.pk or id(room))))
        self.plan.rows[Bed].append(bed)
        return bed

    def _next(self, where: Any) -> int:
        self.places[where] += 1
        return self.places[where] - 1

    # --- people

    def _read_stays(self, known: list[House]) -> None:
        """Every stay in the houses at hand, by what a line says of it; and whom the person may know."""
        houses = {house.pk: key for key, house in self.houses.items()}
        self.called: dict[tuple[str, str], list[Resident]] = defaultdict(list)
        self.moved_in: dict[tuple[str, str, str, date], list[Stay]] = defaultdict(list)
        for resident in _of(Resident.objects.known_to(self.user), self.plan.organization):
            self.called[_name_key(resident)].append(resident)
        for stay in Stay.objects.real().filter(house__in=known).select_related("resident"):
            self.moved_in[*_name_key(stay.resident), houses[stay.house_id], stay.starts_on].append(stay)

    def _find_people(self, stays: list[_StayEntry]) -> None:
        lines: dict[PersonKey, list[_StayEntry]] = defaultdict(list)
        for stay in stays:
            lines[stay.lines[0].person_key].append(stay)
        for key, theirs in lines.items():
            same = self._known_people(key, theirs)
            if len(same) > 1:
                self._problem(
                    theirs[0].place,
                    _("the organization knows more than one %(name)s born that day")
                    % {"name": theirs[0].lines[0].name},
                    _("Leave this line out and enter the stay by hand."),
                )
                continue
            self.people[key] = same[0] if same else self._new_person(theirs)
            if self.user is not None and self.people[key].user_id == self.user.pk:
                self._problem(
                    theirs[0].place,
                    _("this is you, and nobody records about themselves"),
                    _("Let another manager import this line."),
                )

    def _known_people(self, key: PersonKey, theirs: list[_StayEntry]) -> list[Resident]:
        """Who that is: by name and birth date; where either side lacks it, by a stay that began there that day."""
        first, last, birth_date = key
        if birth_date is not None:
            same = [one for one in self.called[first, last] if one.birth_date == birth_date]
            if same:
                return same
        found = {
            stay.resident_id: stay.resident
            for each in theirs
            for stay in self.moved_in.get((first, last, each.house, each.starts_on), ())
            if birth_date is None or stay.resident.birth_date is None
        }
        return list(found.values())

    def _new_person(self, theirs: list[_StayEntry]) -> Resident:
        """Each fact from the newest line that gives it."""
        lines = sorted((line for stay in theirs for line in stay.lines), key=lambda line: line.starts_on, reverse=True)

        def newest(name: str) -> Any:
            return next((value for line in lines if (value := getattr(line, name))), "")

        resident = Resident(
            organization=self.plan.organization,
            legal_first_name=lines[0].first,
            legal_last_name=lines[0].last,
            preferred_name=newest("preferred"),
            gender=newest("gender"),
            pronouns=newest("pronouns"),
            birth_date=lines[0].birth_date,
            phone=newest("phone"),
        )
        self.plan.rows[Resident].append(resident)
        return resident

    def _describe_people(self) -> None:
        """Sobriety dates and emergency contacts of those who have none on record.

        Of somebody who has left these houses only where the file moves them in again, and then nothing is told.
        """
        known = [resident for resident in self.people.values() if resident.pk is not None]
        seen = {resident.pk for resident in known}
        if self.user is not None:
            seen = set(Resident.objects.visible_to(self.user).filter(pk__in=seen).values_list("pk", flat=True))
        described = {None, *seen, *(stay.resident_id for stay in self.plan.stays if stay.ends_on is None)}
        rows = SobrietyDate.objects.filter(resident__in=known).order_by("recorded_at", "id")
        sober = dict(rows.values_list("resident", "since"))
        reachable = set(
            Contact.objects.filter(resident__in=known, kind=Contact.Kind.EMERGENCY).values_list("resident", flat=True)
        )
        newest: dict[PersonKey, dict[str, Entry]] = defaultdict(dict)
        for entry in sorted(self.roster.entries, key=lambda entry: entry.starts_on):
            for fact in ("sober_since", "contact"):
                if getattr(entry, fact) is not None:
                    newest[entry.person_key][fact] = entry
        for key, facts in newest.items():
            resident = self.people.get(key)
            if resident is None or resident.pk not in described:
                continue
            if line := facts.get("sober_since"):
                self._sobriety(resident, line, sober.get(resident.pk), tell=resident.pk in seen)
            if (line := facts.get("contact")) and resident.pk not in reachable:
                self.plan.rows[Contact].append(_contact(resident, line))

    def _sobriety(self, resident: Resident, line: Entry, on_record: date | None, *, tell: bool) -> None:
        if on_record is None:
            self.plan.rows[SobrietyDate].append(SobrietyDate(resident=resident, since=line.sober_since, **self.facts))
        elif on_record != line.sober_since and tell:
            self._note(
                line.place,
                _("the record says sober since %(record)s, the file %(file)s; the record stays")
                % {"record": on_record.isoformat(), "file": line.sober_since.isoformat()},
            )

    # --- stays

    def _plan_stays(self, stays: list[_StayEntry]) -> None:
        self._read_uses()
        known = [resident for resident in self.people.values() if resident.pk is not None]
        self.on_record: dict[int | None, list[Stay]] = defaultdict(list)
        for stay in Stay.objects.real().filter(resident__in=known):
            self.on_record[stay.resident_id].append(stay)
        self.applying = set(Application.objects.live().filter(resident__in=known).values_list("resident", "house"))
        by_person: dict[PersonKey, list[_StayEntry]] = defaultdict(list)
        for each in stays:
            if each.house in self.houses:
                by_person[each.lines[0].person_key].append(each)
        for key, theirs in by_person.items():
            if key in self.people:
                self._plan_stays_of(self.people[key], sorted(theirs, key=_StayEntry.in_time))

    def _plan_stays_of(self, resident: Resident, theirs: list[_StayEntry]) -> None:
        before: Stay | None = None
        links = 0
        for each in theirs:
            house = self.houses[each.house]
            others = self.on_record[resident.pk] if resident.pk else []
            on_record = [stay for stay in others if stay.house_id == house.pk and stay.starts_on == each.starts_on]
            if on_record:
                self._compare(each, on_record[0])
                self.kept.append(each)
                before = None
                continue
            self._check_person(each, resident, house, others)
            stay = self._new_stay(each, resident, house)
            if before is not None and before.ends_on == stay.starts_on:
                links += 1
                self._continue(before, stay, links)
            else:
                links = 0
                self.plan.rows[Stay].append(stay)
            before = stay

    def _read_uses(self) -> None:
        """Who or what has the known beds of the file, whenever."""
        known = [bed for bed in self.beds.values() if bed.pk is not None]
        self.uses: dict[int, list[BedUse]] = defaultdict(list)
        uses = BedUse.objects.real().filter(bed__in=known)
        for use in uses.select_related("stay__resident", "application__resident", "bed__room").order_by("starts_on"):
            self.uses[use.bed_id].append(use)

    def _compare(self, each: _StayEntry, stay: Stay) -> None:
        if stay.ends_on != each.ends_on:
            self._note(
                each.place,
                _("on record %(record)s; the file says %(file)s; the record stays as it is")
                % {"record": period(stay.starts_on, stay.ends_on), "file": period(each.starts_on, each.ends_on)},
            )

    def _check_person(self, each: _StayEntry, resident: Resident, house: House, others: list[Stay]) -> None:
        """Refuse somebody who lives elsewhere then, or who applies here and should be admitted by that.

        They are named as the file names them.
        """
        name = each.lines[0].name
        if (resident.pk, house.pk) in self.applying:
            self._problem(
                each.place,
                _("%(name)s has an open application to %(house)s") % {"name": name, "house": house.name},
                _("Move them in from it, or close it, and import again."),
            )
        for other in others:
            if not _overlap(each.starts_on, each.ends_on, other.starts_on, other.ends_on):
                continue
            words = {"name": name, "period": period(other.starts_on, other.ends_on)}
            if other.house_id == house.pk:
                wrong = _("%(name)s has a stay in this house already, %(period)s") % words
            else:
                wrong = _("%(name)s has a stay in another house then") % words
            self._problem(each.place, wrong, _("Correct the dates, or end that stay first."))
            return

    def _new_stay(self, each: _StayEntry, resident: Resident, house: House) -> Stay:
        """A stay with its bed uses, its end and where they came from."""
        stay = Stay(
            house=house,
            resident=resident,
            starts_on=each.starts_on,
            ends_on=each.ends_on,
            expected_on=each.lines[-1].expected_on,
            left_as="" if each.ends_on is None else each.lines[-1].goes_by,
        )
        if referred_by := next((line.referred_by for line in each.lines if line.referred_by), ""):
            stay.application = self._application(stay, referred_by, each.lines[0].goes_by)
        for line in each.lines:
            if bed := self.beds.get(line.bed.key):
                self._use(line, bed, stay)
        if stay.ends_on is not None:
            self.plan.rows[Discharge].append(
                Discharge(
                    house=house,
                    stay=stay,
                    left_on=stay.ends_on,
                    reason=Discharge.Reason.UNKNOWN,
                    destination=NOT_COLLECTED,
                    belongings=Discharge.HandedOver.UNKNOWN,
                    medications=Discharge.HandedOver.UNKNOWN,
                    money=Discharge.HandedOver.UNKNOWN,
                    naloxone=Discharge.Naloxone.UNKNOWN,
                    may_return=Discharge.Return.UNDECIDED,
                    **self.facts,
                )
            )
        return stay

    def _continue(self, before: Stay, stay: Stay, links: int) -> None:
        """Left one house and moved into another the same day: a transfer, along which days count on."""
        stay.continues = before
        while len(self.plan.following) < links:
            self.plan.following.append([])
        self.plan.following[links - 1].append(stay)
        left = next(row for row in reversed(self.plan.rows[Discharge]) if row.stay is before)
        left.reason, left.destination = Discharge.Reason.TRANSFER, hud.HALFWAY_HOUSE
        left.where_to = stay.house.name

    def _application(self, stay: Stay, referred_by: str, name: str) -> Application:
        """Who sent them is kept with the application; one that led to a stay is closed."""
        application = Application(
            house=stay.house,
            resident=stay.resident,
            status=Application.Status.MOVED_IN,
            received_on=stay.starts_on,
            referred_by=referred_by,
            closed_as=name,
        )
        self.plan.rows[Application].append(application)
        self.plan.rows[ApplicationEvent].append(
            ApplicationEvent(
                house=stay.house, application=application, kind=ApplicationEvent.Kind.MOVED_IN, **self.facts
            )
        )
        return application

    def _use(self, line: Entry, bed: Bed, stay: Stay) -> None:
        if bed.pk is not None:
            self._check_bed(line, bed)
        self.plan.rows[BedUse].append(
            BedUse(
                house=stay.house,
                bed=bed,
                kind=BedUse.Kind.STAY,
                stay=stay,
                starts_on=line.starts_on,
                ends_on=line.ends_on or line.expected_on,
            )
        )

    def _check_bed(self, line: Entry, bed: Bed) -> None:
        """Refuse a bed that is not in use, or that somebody or something on record has or has not left."""
        until = line.ends_on
        if until is None and line.expected_on is not None:
            until = max(line.expected_on, self.today + timedelta(days=1))
        if (bed.opened_on and line.starts_on < bed.opened_on) or (bed.closed_on and (until or FOREVER) > bed.closed_on):
            self._problem(
                line.bed_place,
                _("bed %(bed)s of %(house)s is not in use for all of this time")
                % {"bed": line.bed.label, "house": line.bed.house},
                _("Correct the bed or the dates."),
            )
            return
        for use in self.uses[bed.pk]:
            staying = use.stay is not None and use.stay.ends_on is None and use.ends_on == use.stay.expected_on
            if staying and use.ends_on is not None and use.ends_on <= line.starts_on:
                taken = True  # expected to have left, but has not
            elif line.ends_on is None and use.kind == BedUse.Kind.STAY:
                taken = (use.ends_on or FOREVER) > line.starts_on and use.starts_on != use.ends_on
            else:
                taken = _overlap(line.starts_on, until, use.starts_on, use.ends_on)
            if taken:
                self._problem(
                    line.bed_place,
                    who_has(use, line.starts_on).rstrip("."),
                    _("Correct the bed or the dates, or end that first."),
                )
                return


def _stay_entries(entries: Iterable[Entry]) -> Iterator[_StayEntry]:
    """The stays the lines tell: a person's lines in one house, each beginning as the one before ends, are one."""
    groups: dict[tuple[PersonKey, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.person_key, entry.bed.key.house].append(entry)
    for lines in groups.values():
        lines.sort(key=lambda line: (line.starts_on, line.ends_on or FOREVER))
        begins = [0, *(n for n, (one, next_one) in enumerate(pairwise(lines), 1) if one.ends_on != next_one.starts_on)]
        for start, end in pairwise([*begins, len(lines)]):
            yield _StayEntry(tuple(lines[start:end]))


def _of(rows: QuerySet[Any], organization: Organization) -> list[Any]:
    """Those of an organization; none of one that is only planned."""
    return list(rows.filter(organization=organization)) if organization.pk else []


def _name_key(resident: Resident) -> tuple[str, str]:
    return fold(resident.legal_first_name), fold(resident.legal_last_name)


def _contact(resident: Resident, line: Entry) -> Contact:
    """What does not fit a contact's name is kept whole in its note."""
    words = line.contact
    assert words is not None  # noqa: S101 -- asked by the caller
    long = len(words.name) > MAX_CONTACT_NAME
    return Contact(
        resident=resident,
        kind=Contact.Kind.EMERGENCY,
        name=short(words.name, MAX_CONTACT_NAME),
        relationship=words.relationship,
        phone=words.phone,
        note=words.name if long else "",
    )


def _overlap(starts_on: date, ends_on: date | None, other_starts: date, other_ends: date | None) -> bool:
    """Whether two half-open times share a night; an empty one shares none."""
    ends, others = ends_on or FOREVER, other_ends or FOREVER
    return starts_on < others and other_starts < ends and starts_on < ends and other_starts < others
