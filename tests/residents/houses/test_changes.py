"""The number of changes of a house: whatever changes about its beds counts, by whichever way it is written, once a
transaction where the engine numbers those, and never so that two people wait for each other for ever.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction

from residents.models import Bed, BedUse, House, HouseChanges, Room, Stay
from residents.stays.roster.plan import Plan
from residents.stays.roster.services import roster_import
from residents.stays.services import transfer
from soberhouse.history import acting_as
from tests.cast import Cast, move_in
from tests.residents.stays.stories import days

Change = Callable[[Cast], Any]
MOST = 60  # seconds that anybody waits


def number(house: House) -> int:
    return HouseChanges.objects.get(house=house).number


def numbers(cast: Cast) -> list[int]:
    return [number(house) for house in (cast.house_a, cast.house_b, cast.house_c)]


def begin_anew() -> None:
    """As if all that was written before had been written in transactions of their own."""
    HouseChanges.objects.update(changed_in="")


@pytest.fixture
def as_alice(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        begin_anew()
        yield


def room(cast: Cast) -> Room:
    return Room.objects.get(house=cast.house_a, name="Room 1")


def with_facts(row: Any, **facts: Any) -> None:
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()


def plain_sql(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


CHANGES: dict[str, Change] = {
    "the house is changed": lambda cast: with_facts(cast.house_a, phone="+1 555 010 1000"),
    "a room is made": lambda cast: Room.objects.create(house=cast.house_a, name="Attic"),
    "a room is changed": lambda cast: with_facts(room(cast), name="Attic"),
    "a bed is made": lambda cast: Bed.objects.create(house=cast.house_a, room=room(cast), name="1C"),
    "a bed is changed": lambda cast: with_facts(cast.bed_a("1A"), name="Window"),
    "a stay is made": lambda cast: Stay.objects.create(
        house=cast.house_a, resident=cast.erin, starts_on=date(2020, 1, 1), ends_on=date(2020, 2, 1)
    ),
    "a stay is changed": lambda cast: with_facts(cast.stay_of_dana, expected_on=cast.today + days(9)),
    "a bed is used": lambda cast: BedUse.objects.create(
        house=cast.house_a, bed=cast.bed_a("2A"), kind="out", starts_on=cast.today, note="wet"
    ),
    "the use of a bed is changed": lambda cast: with_facts(cast.stay_of_dana.uses.get(), ends_on=cast.today),
    "many are made at once": lambda cast: Room.objects.bulk_create([Room(house=cast.house_a, name="Attic")]),
    "many are changed at once": lambda cast: Bed.objects.filter(pk=cast.bed_a("1A").pk).update(name="Window"),
    "it is made in plain SQL": lambda cast: plain_sql(
        "INSERT INTO residents_room (house_id, name, position) VALUES (%s, 'Attic', 9)", cast.house_a.pk
    ),
    "it is changed in plain SQL": lambda cast: plain_sql(
        "UPDATE residents_bed SET name = 'Window' WHERE id = %s", cast.bed_a("1A").pk
    ),
}
NO_CHANGES: dict[str, Change] = {
    "a resident is changed": lambda cast: with_facts(cast.dana, phone="+1 555 010 1000"),
    "the organization is changed": lambda cast: with_facts(cast.organization, phone="+1 555 010 1000"),
    "nothing is written": lambda cast: House.objects.get(pk=cast.house_a.pk),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_about_beds_counts_for_its_house_and_no_other(cast: Cast, as_alice: None, change: Change) -> None:
    before = numbers(cast)

    change(cast)

    assert numbers(cast) == [before[0] + 1, *before[1:]]


@pytest.mark.parametrize("change", NO_CHANGES.values(), ids=NO_CHANGES)
def test_what_is_not_about_beds_does_not_count(cast: Cast, as_alice: None, change: Change) -> None:
    before = numbers(cast)

    change(cast)

    assert numbers(cast) == before


def test_a_new_house_counts_from_its_first_day(cast: Cast, as_alice: None) -> None:
    house = House.objects.create(organization=cast.organization, name="Dogwood House", time_zone="UTC")

    assert number(house) == 1


def test_a_number_that_was_lost_begins_again(cast: Cast, as_alice: None) -> None:
    HouseChanges.objects.filter(house=cast.house_a).delete()

    Room.objects.create(house=cast.house_a, name="Attic")

    assert number(cast.house_a) == 1


def test_what_is_taken_back_did_not_count_and_what_follows_does(cast: Cast, as_alice: None) -> None:
    before = number(cast.house_a)
    with transaction.atomic():
        Room.objects.create(house=cast.house_a, name="Attic")
        transaction.set_rollback(True)
    after_nothing = number(cast.house_a)

    Room.objects.create(house=cast.house_a, name="Cellar")

    assert (after_nothing, number(cast.house_a)) == (before, before + 1)


@pytest.mark.postgresql
def test_a_transaction_counts_once_however_much_it_writes(cast: Cast, as_alice: None) -> None:
    before = numbers(cast)

    for name in ("Attic", "Cellar", "Porch"):
        Room.objects.create(house=cast.house_a, name=name)
    with transaction.atomic():
        Room.objects.create(house=cast.house_b, name="Attic")

    assert numbers(cast) == [before[0] + 1, before[1] + 1, before[2]]


@pytest.mark.usefixtures("committed_db")
def test_each_transaction_counts(cast: Cast) -> None:
    before = number(cast.house_a)

    with acting_as(cast.alice, source="web"):
        for name in ("Attic", "Cellar", "Porch"):
            with transaction.atomic():
                Room.objects.create(house=cast.house_a, name=name)

    assert number(cast.house_a) == before + 3


# At once


def at_once(*works: Callable[[], Any]) -> None:
    """Run these in threads that begin together; raise what any of them raised."""
    barrier, problems = threading.Barrier(len(works)), []

    def run(work: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=MOST)
            work()
        except BaseException as problem:  # a thread's error must reach the test
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=MOST)
    assert not any(thread.is_alive() for thread in threads), "Somebody still waits."
    if problems:
        raise problems[0]


@pytest.mark.usefixtures("committed_db")
def test_of_many_at_once_each_counts(cast: Cast) -> None:
    before = number(cast.house_a)

    def add(turn: int) -> Callable[[], Any]:
        def work() -> None:
            with acting_as(cast.alice, source="web"), transaction.atomic():
                Room.objects.create(house=cast.house_a, name=f"Tent {turn}")

        return work

    at_once(*(add(turn) for turn in range(12)))

    assert number(cast.house_a) == before + 12


@pytest.mark.usefixtures("committed_db")
def test_moves_between_two_houses_in_opposite_directions_both_happen(cast: Cast) -> None:
    """Each counts in both houses. They lock the houses in one order, so neither waits for the other for ever."""
    with acting_as(None, source="command"), transaction.atomic():
        crossing = [
            (move_in(cast.house_a, "2A", "Abe", "Stone", days_ago=5), cast.bed_b("1B")),
            (move_in(cast.house_b, "2A", "Bea", "Stone", days_ago=5), cast.bed_a("2B")),
            (move_in(cast.house_a, "3A", "Cal", "Stone", days_ago=5), cast.bed_b("2B")),
            (cast.stay_of_erin, cast.bed_a("3B")),
        ]

    def go(stay: Stay, bed: Bed) -> Callable[[], Any]:
        def work() -> None:
            today = min(cast.house_a.today(), cast.house_b.today())
            with acting_as(cast.olive, source="web"):
                transfer(stay=stay, bed=bed, on=today, reason="nearer to work", today=today)

        return work

    at_once(*(go(stay, bed) for stay, bed in crossing))

    for stay, bed in crossing:
        following = Stay.objects.get(continues=stay)
        assert (following.house, following.uses.get().bed) == (bed.house, bed)


@pytest.mark.usefixtures("committed_db")
def test_a_move_between_two_houses_waits_for_an_import_into_both_and_both_happen(cast: Cast) -> None:
    plan = Plan(cast.organization)
    plan.rows[Room].append(Room(house=cast.house_a, name="Attic"))
    plan.rows[Bed].append(Bed(house=cast.house_b, room=Room.objects.get(house=cast.house_b, name="Room 1"), name="1C"))
    counted_in_a = threading.Event()

    def take_long(done: int, _size: int) -> None:
        if done == 1:
            counted_in_a.set()
            time.sleep(1)

    def bring_in() -> None:
        with acting_as(cast.olive, source="web"):
            roster_import(plan=plan, reason="from the old list", progress=take_long)

    def move() -> None:
        counted_in_a.wait(timeout=MOST)
        today = min(cast.house_a.today(), cast.house_b.today())
        with acting_as(cast.alice, source="web"):
            transfer(stay=cast.stay_of_erin, bed=cast.bed_a("3B"), on=today, reason="nearer to work", today=today)

    at_once(bring_in, move)

    assert Bed.objects.filter(house=cast.house_b, name="1C").exists()
    assert Stay.objects.get(continues=cast.stay_of_erin).house == cast.house_a
