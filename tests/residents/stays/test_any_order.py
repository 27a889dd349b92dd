"""Whatever a house does, in whatever order and however late it is written down, its beds add up every night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from residents.houses.models import Bed, House
from residents.models import Resident
from residents.stays import services
from residents.stays.models import Application, BedUse, Discharge, PhaseKind, Stay
from residents.stays.queries import board, occupancy, occupancy_curve
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.stays.stories import ORDINARY, counted, days, has_bed

T = TypeVar("T")


@dataclass
class World:
    """Two houses with few beds, a day, and three numbers that say whom and when the next act is about."""

    cast: Cast
    beds: list[Bed]
    today: date
    one: int = 0
    two: int = 0
    near: int = 0

    def pick(self, rows: Any, number: int) -> Any:
        """One of these rows, or LookupError where there are none."""
        rows = list(rows)
        if not rows:
            raise LookupError
        return rows[number % len(rows)]

    @property
    def day(self) -> date:
        return self.today + days(self.near)

    @property
    def bed(self) -> Bed:
        return self.beds[self.two % len(self.beds)]

    def stay(self) -> Stay:
        return self.pick(Stay.objects.order_by("-id"), self.one)

    def application(self) -> Application:
        return self.pick(Application.objects.order_by("-id"), self.one)

    def use(self, kind: str) -> BedUse:
        return self.pick(BedUse.objects.filter(kind=kind).order_by("-id"), self.one)


def newcomer_moves_in(world: World) -> None:
    services.admit_newcomer(
        bed=world.bed,
        person={"legal_first_name": f"Somebody {Resident.objects.count()}"},
        starts_on=world.day,
        expected_on=None if world.one % 3 else world.day + days(world.one + 1),
        today=world.today,
    )


def somebody_comes_back(world: World) -> None:
    person = world.pick(Resident.objects.filter(organization=world.cast.organization).order_by("id"), world.one)
    services.admit(resident=person, bed=world.bed, starts_on=world.day, today=world.today)


def somebody_applies(world: World) -> None:
    house = world.bed.house
    services.newcomer_applies(
        house=house,
        person={"legal_first_name": f"Applicant {Resident.objects.count()}"},
        received_on=world.today,
        today=world.today,
    )


def resident_applies_elsewhere(world: World) -> None:
    person = world.pick(Resident.objects.filter(organization=world.cast.organization).order_by("id"), world.one)
    services.application_receive(house=world.bed.house, resident=person, received_on=world.today, today=world.today)


def hold_is_placed(world: World) -> None:
    services.hold_place(
        application=world.application(),
        bed=world.bed,
        starts_on=world.day,
        ends_on=world.day + days(world.two % 6),
        today=world.today,
    )


def discharge_is_undone(world: World) -> None:
    discharge = world.pick(Discharge.objects.order_by("-id"), world.one)
    bed = world.bed if world.two % 2 else None
    services.discharge_undo(discharge=discharge, reason="a mistake", bed=bed, today=world.today)


def phase_begins(world: World) -> None:
    stay = world.stay()
    kind = world.pick(PhaseKind.objects.filter(house=stay.house), world.two)
    services.phase_set(stay=stay, kind=kind, starts_on=world.day, today=world.today)


def time_passes(world: World) -> None:
    world.today += days(1 + world.one % 4)


ACTS: dict[str, Callable[[World], Any]] = {
    "time passes": time_passes,
    "newcomer moves in": newcomer_moves_in,
    "somebody comes back": somebody_comes_back,
    "somebody applies": somebody_applies,
    "resident applies elsewhere": resident_applies_elsewhere,
    "application waits": lambda world: services.application_wait(application=world.application()),
    "application moves": lambda world: services.application_move(
        application=world.application(), place=1 + world.two % 4, reason="urgent"
    ),
    "application is accepted": lambda world: services.application_accept(application=world.application()),
    "application is closed": lambda world: services.application_close(
        application=world.application(), declined=bool(world.two % 2), reason="no answer", today=world.today
    ),
    "applicant moves in": lambda world: services.admit(
        resident=world.application().resident, bed=world.bed, starts_on=world.day, today=world.today
    ),
    "hold is placed": hold_is_placed,
    "hold is changed": lambda world: services.hold_change(hold=world.use("hold"), ends_on=world.day, today=world.today),
    "hold is released": lambda world: services.hold_release(hold=world.use("hold"), reason="", today=world.today),
    "bed breaks": lambda world: services.bed_take_out(
        bed=world.bed,
        starts_on=world.day,
        ends_on=world.day + days(world.one % 5) if world.one % 2 else None,
        note="broken",
        today=world.today,
    ),
    "bed is mended": lambda world: services.bed_bring_back(use=world.use("out"), today=world.today),
    "resident moves beds": lambda world: services.move_bed(
        stay=world.stay(), bed=world.bed, on=world.day, today=world.today
    ),
    "resident moves houses": lambda world: services.transfer(
        stay=world.stay(),
        bed=world.bed,
        on=world.day,
        reason="a job",
        expected_on=None if world.two % 3 else world.day + days(world.two % 7),
        today=world.today,
    ),
    "move-out is planned": lambda world: services.expect(
        stay=world.stay(),
        expected_on=None if world.two % 5 == 0 else world.day,
        displace=bool(world.two % 2),
        reason="no flat yet",
        today=world.today,
    ),
    "resident leaves": lambda world: services.discharge(
        stay=world.stay(), left_on=world.day, today=world.today, **ORDINARY
    ),
    "day of leaving is corrected": lambda world: services.discharge_correct(
        discharge=world.pick(Discharge.objects.order_by("-id"), world.one),
        correction_reason="a mistake",
        left_on=world.day,
        today=world.today,
    ),
    "discharge is undone": discharge_is_undone,
    "move-in is undone": lambda world: services.stay_void(stay=world.stay(), reason="a mistake"),
    "day of moving in is corrected": lambda world: services.stay_correct_start(
        stay=world.stay(), starts_on=world.day, reason="a mistake", today=world.today
    ),
    "phase begins": phase_begins,
}
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 5), st.integers(0, 5), st.integers(-6, 5)),
    min_size=8,
    max_size=30,
)


def check(world: World) -> None:
    """Everything that must be true tonight and on the nights around it."""
    today = world.today
    uses = list(BedUse.objects.select_related("stay", "bed").filter(house__in=[b.house_id for b in world.beds]))
    nights = [today + days(number) for number in range(-9, 10)]
    houses = House.objects.filter(pk__in={bed.house_id for bed in world.beds})
    curve = occupancy_curve(houses, nights[0], nights[-1] + days(1), today=today)
    for at, night in enumerate(nights):
        there = [use for use in uses if has_bed(use, night, today=today)]
        assert {use.pk for use in there} == {
            use.pk for use in BedUse.objects.on(night, today=today).filter(house__in=houses)
        }
        people = Counter(use.bed_id for use in there if use.kind == BedUse.Kind.STAY)
        assert set(people.values()) <= {1}, "Two people in one bed."
        assert set(Counter(use.stay_id for use in there if use.stay_id).values()) <= {1}, "One person in two beds."
        numbers = occupancy(houses, night, today=today)
        total = Counter()
        for house in houses:
            naive = counted(house, night, today=today)
            assert {name: value for name, value in asdict(numbers[house.pk]).items() if name in naive} == naive
            total.update(naive)
        drawn = curve[at]
        assert (drawn.day, drawn.capacity, drawn.occupied, drawn.held) == (
            night,
            total["capacity"],
            total["occupied"],
            total["held"],
        )
    for house in houses:
        check_board(house, today)
        line = Application.objects.filter(house=house, status="waiting").order_by("place")
        assert list(line.values_list("place", flat=True)) == list(range(1, len(line) + 1))
    for stay in Stay.objects.real().prefetch_related("uses", "phases"):
        check_stay(stay, today)


def check_board(house: House, today: date) -> None:
    states = Counter(bed.state for room in board(house, today, today=today) for bed in room.beds)
    numbers = occupancy(House.objects.filter(pk=house.pk), today, today=today)[house.pk]
    assert (states["stay"], states["hold"], states["out"], states["open"]) == (
        numbers.occupied,
        numbers.held,
        numbers.out_of_service,
        numbers.open,
    )


def check_stay(stay: Stay, today: date) -> None:
    uses = sorted((use for use in stay.uses.all() if not use.voided), key=lambda use: (use.starts_on, use.pk))
    assert uses, "A stay without a bed."
    assert uses[0].starts_on == stay.starts_on
    if stay.ends_on is None:
        assert sum(has_bed(use, today, today=today) for use in uses) == 1, "A resident without a bed tonight."
        assert uses[-1].ends_on == stay.expected_on
    else:
        assert uses[-1].ends_on == stay.ends_on
    open_phases = [phase for phase in stay.phases.all() if not phase.voided and phase.ends_on is None]
    assert len(open_phases) <= (stay.ends_on is None)


@given(steps=STEPS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_beds_add_up_whatever_happens(cast, steps):
    beds = [cast.bed_a("1A"), cast.bed_a("2A"), cast.bed_a("2B"), cast.bed_b("1A"), cast.bed_b("2A")]
    world = World(cast=cast, beds=beds, today=cast.today)
    with acting_as(cast.olive, source="web"), transaction.atomic():
        for number in (1, 2):
            services.phase_kind_save(house=cast.house_a, number=number, name=f"Phase {number}")
        for name, world.one, world.two, world.near in steps:
            try:
                ACTS[name](world)
            except (ValidationError, LookupError):
                continue
            check(world)
        transaction.set_rollback(True)
