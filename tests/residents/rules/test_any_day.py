"""Whatever was published and signed when: a violation is accepted if and only if its rule is in the book that bound
that resident that day; and a paper that turns up later is written down if and only if every violation that stands goes
on being one of the book that bound. By the service and in plain SQL alike, against rules that anybody can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from residents.models import Acknowledgement, AcknowledgementUndone, Book, House, Resident, Rule, Stay, Violation
from residents.rules.models import Signed
from residents.rules.queries.binding import binding_book, binding_rules
from residents.rules.services.signing import book_sign_on_paper
from residents.rules.services.violations import violation_record, violation_withdraw
from soberhouse.history import acting_as, recorded
from tests.cast import Cast
from tests.residents.rules.given import noon
from tests.sql import insert

DAY_0 = date(2026, 2, 20)
LAST = 20  # what happens lies on the days 0 … LAST; the day after them is today


def day(number: int) -> date:
    return DAY_0 + timedelta(days=number)


# What was published, signed and lived, in plain numbers


@dataclass(frozen=True)
class Version:
    """One version of a rule book: which of the houses has it, when it was published and how much later it is in force;
    which of its rules 1 to 3 are taken out. An agreement is signed like a book, and binds nobody to a rule."""

    house: int
    published: int
    waits: int
    dropped: frozenset[int]
    agreement: bool

    @property
    def in_force(self) -> int:
        return self.published + self.waits


@dataclass(frozen=True)
class Ink:
    """A signature under one of the versions, so many days after it was published; some were taken back."""

    version: int
    later: int
    mine: bool
    own_hand: bool
    taken_back: bool


@dataclass(frozen=True)
class Living:
    """A stay in one of the houses. It lasts so many nights; without a number, it goes on."""

    house: int
    starts: int
    nights: int | None
    voided: bool

    def has(self, number: int) -> bool:
        return self.starts <= number and (self.nights is None or number <= self.starts + self.nights)


@dataclass(frozen=True)
class Late:
    """A paper that the resident signed under one of the versions on this day, and that turns up after what was
    recorded."""

    version: int
    signed: int


@dataclass(frozen=True)
class Tale:
    versions: list[Version]
    inks: list[Ink]
    living: Living
    asked: list[tuple[int, int, int]]  # which version, which of its rules, which day
    withdrawn: list[bool] = field(default_factory=list)  # of each of those, whether it is taken back once recorded
    late: list[Late] = field(default_factory=list)

    def binds(self, number: int, lates: Sequence[Late] = ()) -> int | None:
        """The version that binds the resident that day, where they live: of those in force that they had signed, the
        last that was published. Of a paper that turns up later, it counts from the day after it was signed."""
        signed = {
            ink.version
            for ink in self.inks
            if ink.mine and not ink.taken_back and self.versions[ink.version].published + ink.later <= number
        } | {late.version for late in lates if late.signed < number}
        binding = [
            place
            for place, version in enumerate(self.versions)
            if version.house == self.living.house
            and not version.agreement
            and version.in_force <= number
            and place in signed
        ]
        return max(binding, default=None)

    def keeps(self, lates: Sequence[Late], standing: set[tuple[int, int, int]]) -> bool:
        """Whether each violation that stands is of the version that bound that day, with these papers too."""
        return all(self.binds(number, lates) == place for place, _rule, number in standing)

    def has_signed(self, place: int) -> bool:
        return any(ink.version == place and ink.mine and not ink.taken_back for ink in self.inks)

    def could_sign(self, late: Late) -> bool:
        """Whether they can have signed it that day at all."""
        version = self.versions[late.version]
        return (
            not self.living.voided
            and version.house == self.living.house
            and self.living.has(late.signed)
            and version.published <= late.signed
            and not self.has_signed(late.version)
        )

    def accepts(self, place: int, rule: int, number: int) -> bool:
        return (
            not self.living.voided
            and self.living.has(number)
            and self.binds(number) == place
            and rule not in self.versions[place].dropped
        )


versions = st.builds(
    Version,
    house=st.sampled_from([0, 0, 0, 1]),
    published=st.integers(0, 12),
    waits=st.sampled_from([0, 0, 1, 4]),
    dropped=st.frozensets(st.integers(1, 3), max_size=1),
    agreement=st.sampled_from([False, False, False, False, True]),
)


@st.composite
def tales(draw: Any) -> Tale:
    books = sorted(draw(st.lists(versions, min_size=3, max_size=5)), key=lambda version: version.published)
    places = st.integers(0, len(books) - 1)
    ink = st.builds(
        Ink,
        version=st.integers(0, len(books) - 1 - draw(st.sampled_from([0, 1, 2]))),  # the last may turn up late
        later=st.integers(0, 5),
        mine=st.sampled_from([True, True, True, False]),
        own_hand=st.booleans(),
        taken_back=st.sampled_from([False, False, False, True]),
    )
    lives = st.builds(
        Living,
        house=st.sampled_from([0, 0, 0, 0, 1]),
        starts=st.integers(-3, 8),
        nights=st.one_of(st.none(), st.integers(0, 16)),
        voided=st.sampled_from([False] * 9 + [True]),
    )
    tale = Tale(books, draw(st.lists(ink, min_size=4, max_size=8)), draw(lives), [])
    lived = tale.living.starts
    days = st.integers(0, LAST).map(lambda number: LAST - number)  # by the last of them most is signed
    for number in draw(st.lists(days, min_size=3, max_size=5)):
        # Most questions are about the book that binds, where one does: few others would be accepted.
        binds = tale.binds(number) if draw(st.sampled_from([True, True, False])) else None
        tale.asked.append((draw(places) if binds is None else binds, draw(st.integers(1, 3)), number))
        tale.withdrawn.append(draw(st.sampled_from([False, False, False, True])))
    # Most papers are of a version that they can have signed, and of a day on which they can have; many of one newer
    # than what is recorded, and from before it.
    free = [place for place in range(len(books)) if tale.could_sign(Late(place, max(books[place].published, lived)))]
    taken = [asked for asked in tale.asked if tale.accepts(*asked)]
    newer = [(place, on) for recorded_of, _rule, on in taken for place in free if place > recorded_of]
    for _ in range(draw(st.integers(1, 3))):
        place, last = (
            draw(st.sampled_from(newer))
            if newer and draw(st.sampled_from([True, True, False]))
            else (draw(places), LAST)
        )
        if free and last == LAST and draw(st.sampled_from([True, True, True, False])):
            place = draw(st.sampled_from(free))
        first = min(max(books[place].published, lived) - draw(st.sampled_from([0, 0, 0, 1])), last)
        tale.late.append(Late(place, draw(st.integers(first, last))))
    return tale


# The same in the database


@dataclass
class World:
    cast: Cast
    tale: Tale
    houses: list[House]
    stay: Stay
    rules: list[dict[int, Rule]] = field(default_factory=list)
    books: list[Book] = field(default_factory=list)


def built(cast: Cast, tale: Tale) -> World:
    """Written directly; what the services for books and signatures refuse is another test's."""
    houses = [cast.house_a, cast.house_b]
    living = tale.living
    me = Resident.objects.create(organization=cast.organization, legal_first_name="Nadia", user=cast.olive)
    other = Resident.objects.create(organization=cast.organization, legal_first_name="Oda")
    world = World(
        cast,
        tale,
        houses,
        Stay.objects.create(
            house=houses[living.house],
            resident=me,
            starts_on=day(living.starts),
            ends_on=None if living.nights is None else day(living.starts + living.nights),
            voided=living.voided,
        ),
    )
    for place, version in enumerate(tale.versions):
        house = houses[version.house]
        kind = Book.Kind.AGREEMENT if version.agreement else Book.Kind.RULES
        book = Book.objects.create(house=house, kind=kind, title="What we ask", text="Be kind.")
        usual = {"house": house, "book": book, "category": "other", "severity": "minor", "title": "x", "text": "x"}
        rules = [Rule(number=number, dropped=number in version.dropped, **usual) for number in (1, 2, 3)]
        world.rules.append({rule.number: rule for rule in Rule.objects.bulk_create(rules)})
        book.number, book.published_on, book.in_force_from = place + 1, day(version.published), day(version.in_force)
        book.save()
        world.books.append(book)
    for ink in tale.inks:
        sign(world, world.books[ink.version], ink, me if ink.mine else other)
    return world


def sign(world: World, book: Book, ink: Ink, resident: Resident) -> None:
    on = book.published_on + timedelta(days=ink.later)
    own_hand = ink.own_hand and resident.user is not None
    hand = {"recorded_by": resident.user, "recorded_as": "oneself"} if own_hand else recorded()
    signed = Acknowledgement.objects.create(
        house=book.house,
        book=book,
        resident=resident,
        signed_name=resident.name,
        signed_at=noon(book.house, on),
        signed_on=on,
        how=Signed.How.OWN if own_hand else Signed.How.PAPER,
        witness="" if own_hand else "Bob Example",
        **hand,
    )
    if ink.taken_back:
        AcknowledgementUndone.objects.create(
            house=book.house, acknowledgement=signed, reason="the wrong sheet", **recorded()
        )


def by_service(world: World, rule: Rule, on: date, now: datetime) -> bool:
    try:
        violation_record(stay=world.stay, rule=rule, happened_on=on, what="Music at two.", now=now)
    except ValidationError:
        return False
    return True


def by_sql(world: World, rule: Rule, on: date) -> bool:
    row = Violation(
        house=world.stay.house, stay=world.stay, rule=rule, happened_on=on, what="Music at two.", **recorded()
    )
    try:
        insert(row)
    except IntegrityError:
        return False
    return True


def signed_by_service(world: World, late: Late, now: datetime) -> bool:
    book = world.books[late.version]
    try:
        book_sign_on_paper(
            book=book,
            resident=world.stay.resident,
            signed_name=world.stay.resident.name,
            witness="Bob Example",
            signed_at=noon(book.house, day(late.signed)),
            now=now,
        )
    except ValidationError:
        return False
    return True


def signed_by_sql(world: World, late: Late) -> bool:
    """Whether plain SQL may write it down; it is not kept."""
    book, resident = world.books[late.version], world.stay.resident
    row = Acknowledgement(
        house=book.house,
        book=book,
        resident=resident,
        signed_name=resident.name,
        signed_at=noon(book.house, day(late.signed)),
        signed_on=day(late.signed),
        how=Signed.How.PAPER,
        witness="Bob Example",
        **recorded(),
    )
    try:
        with transaction.atomic():
            insert(row)
            transaction.set_rollback(True)
    except IntegrityError:
        return False
    return True


@given(tale=tales())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_only_the_book_that_bound_them_that_day_counts(cast, tale):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        world = built(cast, tale)
        now = noon(world.stay.house, day(LAST + 1))
        standing: set[tuple[int, int, int]] = set()
        for asked, withdrawn in zip(tale.asked, tale.withdrawn, strict=True):
            place, number, on = asked
            rule, right = world.rules[place][number], tale.accepts(place, number, on)
            before = Violation.objects.count()

            assert by_sql(world, rule, day(on)) == right
            assert by_service(world, rule, day(on), now) == right

            assert Violation.objects.count() == before + 2 * right
            assert (rule in binding_rules(world.stay, day(on))) == right
            book = binding_book(world.stay.resident, world.stay.house, day(on))
            assert (book and book.number - 1) == tale.binds(on)
            event("accepted" if right else "refused")
            if right:
                standing.add(asked)
            if right and withdrawn:
                standing.remove(asked)
                for violation in Violation.objects.filter(withdrawal=None, rule=rule, happened_on=day(on)):
                    violation_withdraw(violation=violation, reason="the wrong person", now=now)

        written: list[Late] = []
        for late in tale.late:
            keeps = tale.keeps([*written, late], standing)
            possible = tale.could_sign(late) and late.version not in [each.version for each in written]

            if tale.versions[late.version].published <= late.signed:
                assert signed_by_sql(world, late) == keeps
            assert signed_by_service(world, late, now) == (possible and keeps)

            event("could not sign" if not possible else "signed later" if keeps else "would rebind")
            if possible and keeps:
                written.append(late)
        for place, _rule, on in standing - {each for each in standing if each[2] in [late.signed for late in written]}:
            assert binding_book(world.stay.resident, world.stay.house, day(on)) == world.books[place]
        transaction.set_rollback(True)
