"""How full the houses are on any night: one query for any number of them, and the numbers of whoever counts by hand."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from residents.models import Bed, BedUse, House, Resident, Room, Stay
from residents.stays import services
from residents.stays.queries import Occupancy, occupancy, occupancy_curve
from soberhouse.history import acting_as
from tests.cast import make_house
from tests.residents.stays.stories import ORDINARY, applicant, counted, days, hold, lives, overstays


@pytest.fixture(autouse=True)
def by_alice(cast):
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def today(cast) -> date:
    return cast.today


def of(house: House, night: date, *, today: date) -> Occupancy:
    return occupancy(House.objects.filter(pk=house.pk), night, today=today)[house.pk]


def numbers(house: House, night: date, *, today: date) -> dict[str, int]:
    """As `occupancy` has them, without the house."""
    found = asdict(of(house, night, today=today))
    del found["house_id"]
    return found


# --- what counts --------------------------------------------------------------------------------------------------


def test_every_bed_is_in_one_of_four_states(cast, today):
    hold(applicant(cast), cast.bed_a("2A"), today=today)
    services.bed_take_out(bed=cast.bed_a("2B"), starts_on=today, ends_on=None, note="paint", today=today)

    full = of(cast.house_a, today, today=today)

    assert numbers(cast.house_a, today, today=today) == {
        "capacity": 6,
        "occupied": 2,
        "held": 1,
        "out_of_service": 1,
        "opening": 0,
    }
    assert (full.open, full.percent) == (2, 33)


def test_bed_counts_from_the_day_it_opens_until_the_day_it_closes(cast, today):
    bed = cast.bed_a("3A")
    bed.opened_on, bed.closed_on = today - days(2), today + days(2)
    bed.save()

    capacity = [of(cast.house_a, today + days(n), today=today).capacity for n in (-3, -2, 0, 1, 2)]

    assert capacity == [5, 6, 6, 6, 5]


def test_house_without_beds_is_empty_and_there(cast, today):
    with acting_as(None, source="command"):
        empty = House.objects.create(organization=cast.organization, name="Dogwood House", time_zone="America/New_York")

    found = of(empty, today, today=today)

    assert found == Occupancy(empty.pk, 0, 0, 0, 0, 0)
    assert (found.open, found.percent) == (0, 0)


def test_house_whose_beds_are_all_closed_is_empty(cast, today):
    Bed.objects.filter(house=cast.house_b, name__in=["1B", "2A", "2B"]).update(closed_on=today)

    assert of(cast.house_b, today, today=today).capacity == 1


def test_overdue_resident_counts_until_discharged_even_over_a_promise(cast, today):
    stay = overstays(cast.bed_a("2A"), today=today)
    hold(applicant(cast), cast.bed_a("2A"), today=today - days(5), starts=3, nights=6)

    def shown(night: date) -> tuple[int, int]:
        found = of(cast.house_a, night, today=today)
        return found.occupied, found.held

    assert [shown(today + days(n)) for n in (-3, -2, 0, 3, 60)] == [(3, 0)] * 5
    services.discharge(stay=stay, left_on=today, today=today, **ORDINARY)
    assert [shown(today + days(n)) for n in (-3, 0, 3, 4)] == [(3, 0), (2, 1), (2, 1), (2, 0)]


def test_whoever_is_expected_to_leave_is_gone_on_a_coming_night(cast, today):
    services.expect(stay=cast.stay_of_dana, expected_on=today + days(3), today=today)

    assert [of(cast.house_a, today + days(n), today=today).occupied for n in (0, 2, 3, 90)] == [2, 2, 1, 1]


@pytest.mark.parametrize(("leaves", "opening"), [(1, 1), (7, 1), (8, 0)])
def test_bed_opens_when_its_resident_is_expected_to_leave_within_a_week(cast, today, leaves, opening):
    services.expect(stay=cast.stay_of_dana, expected_on=today + days(leaves), today=today)

    assert of(cast.house_a, today, today=today).opening == opening


def test_overdue_resident_s_bed_is_opening(cast, today):
    overstays(cast.bed_a("2A"), today=today)

    assert of(cast.house_a, today, today=today).opening == 1


def test_voided_stay_counts_on_no_night(cast, today):
    services.stay_void(stay=cast.stay_of_dana, reason="wrong person")

    assert [of(cast.house_a, today - days(n), today=today).occupied for n in (0, 39)] == [1, 1]


def test_night_of_the_day_of_leaving_is_free(cast, today):
    services.discharge(stay=cast.stay_of_dana, left_on=today - days(4), today=today, **ORDINARY)

    assert [of(cast.house_a, today - days(n), today=today).occupied for n in (5, 4)] == [2, 1]


@pytest.mark.parametrize(
    ("capacity", "occupied", "percent"),
    [(0, 0, 0), (3, 1, 33), (3, 2, 67), (8, 1, 13), (6, 6, 100), (200, 1, 1), (201, 1, 0)],
)
def test_percent_is_rounded_half_up(capacity, occupied, percent):
    assert Occupancy(1, capacity, occupied, 0, 0, 0).percent == percent


# --- cost and scope -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("house_count", [1, 3, 12])
def test_any_number_of_houses_costs_one_query(cast, today, house_count, django_assert_num_queries):
    with acting_as(None, source="command"):
        made = [
            make_house(cast.organization, f"House {n}", time_zone="America/Chicago", rooms=2)
            for n in range(house_count)
        ]
    houses = House.objects.filter(pk__in=[house.pk for house in made])

    with django_assert_num_queries(1):
        found = occupancy(houses, today, today=today)

    assert {pk: each.capacity for pk, each in found.items()} == {house.pk: 4 for house in made}


@pytest.mark.parametrize("house_count", [1, 3])
def test_curve_costs_two_queries(cast, today, house_count, django_assert_num_queries):
    for number in range(house_count):
        make_house(cast.organization, f"House {number}", time_zone="America/Chicago", rooms=2)

    with django_assert_num_queries(2):
        occupancy_curve(House.objects.all(), today - days(90), today + days(15), today=today)


def test_only_the_houses_asked_about_are_answered(cast, today):
    seen = House.objects.visible_to(cast.charlie)

    assert set(occupancy(seen, today, today=today)) == {cast.house_b.pk}
    assert set(occupancy(House.objects.all(), today, today=today)) == {
        cast.house_a.pk,
        cast.house_b.pk,
        cast.house_c.pk,
    }


def test_no_house_is_no_answer(today, cast):
    assert occupancy(House.objects.none(), today, today=today) == {}
    assert occupancy(House.objects.visible_to(None), today, today=today) == {}
    assert [night.capacity for night in occupancy_curve(House.objects.none(), today, today + days(2), today=today)] == [
        0,
        0,
    ]


def test_house_with_a_percent_sign_in_its_name_is_found(cast, today):
    house = make_house(cast.organization, "100% House %s", time_zone="America/Chicago", rooms=1)

    found = occupancy(House.objects.filter(name__contains="% House %s"), today, today=today)

    assert list(found) == [house.pk]


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("America/New_York", date(2026, 3, 8)),
        ("America/New_York", date(2026, 11, 1)),
        ("Europe/Lisbon", date(2026, 3, 29)),
    ],
)
def test_clocks_that_change_lose_and_gain_no_night(cast, zone, changes):
    house = make_house(cast.organization, "Elm House", time_zone=zone, rooms=1)
    bed = Bed.objects.select_related("room", "house").get(house=house, name="1A")
    stay = lives(bed, since=changes - days(1))
    services.discharge(stay=stay, left_on=changes + days(1), today=changes + days(1), **ORDINARY)

    nights = [of(house, changes + days(n), today=changes + days(2)).occupied for n in (-2, -1, 0, 1)]

    assert nights == [0, 1, 1, 0]


# --- against counting by hand -------------------------------------------------------------------------------------

USE = st.fixed_dictionaries(
    {
        "bed": st.integers(0, 3),
        "kind": st.sampled_from(["stay", "left", "hold", "out"]),
        "starts": st.integers(-12, 12),
        "nights": st.one_of(st.none(), st.integers(0, 12)),
        "voided": st.booleans(),
    }
)
EDGES = st.tuples(st.one_of(st.none(), st.integers(-6, 0)), st.one_of(st.none(), st.integers(0, 6)))


def written_down(cast: Any, beds: list[Bed], use: dict[str, Any], today: date) -> None:
    """One use as it may be on record. Nobody moves in on a day to come, or is expected to leave the day they came."""
    bed, starts = beds[use["bed"]], today + days(use["starts"])
    ends = None if use["nights"] is None else starts + days(use["nights"])
    values: dict[str, Any] = {"house": bed.house, "bed": bed, "starts_on": starts, "ends_on": ends}
    match use["kind"]:
        case "stay" | "left":
            if starts > today or (use["kind"] == "stay" and ends == starts):
                return
            person = Resident.objects.create(organization=cast.organization, legal_first_name="Nia")
            over = {"ends_on": ends} if use["kind"] == "left" and ends and ends <= today else {"expected_on": ends}
            stay = Stay.objects.create(house=bed.house, resident=person, starts_on=starts, **over)
            values |= {"kind": "stay", "stay": stay}
        case "hold":
            if ends is None:
                return
            values |= {"kind": "hold", "application": applicant(cast, house=bed.house)}
        case "out":
            values |= {"kind": "out"}
    BedUse(voided=use["voided"], **values).full_clean()
    BedUse.objects.create(voided=use["voided"], **values)


@given(uses=st.lists(USE, max_size=10), edges=st.lists(EDGES, min_size=4, max_size=4), night=st.integers(-15, 15))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_answer_is_what_counting_bed_by_bed_gives(cast, uses, edges, night):
    today = cast.today
    with transaction.atomic():
        house = House.objects.create(organization=cast.organization, name="Elm House", time_zone="America/Denver")
        room = Room.objects.create(house=house, name="Attic")
        beds = [
            Bed.objects.create(
                house=house,
                room=room,
                name=f"{number}",
                opened_on=None if opened is None else today + days(opened),
                closed_on=None if closed is None else today + days(closed),
            )
            for number, (opened, closed) in enumerate(edges)
        ]
        for use in uses:
            try:
                with transaction.atomic():
                    written_down(cast, beds, use, today)
            except (ValidationError, IntegrityError):
                continue  # the rules have their own tests
        for day in (today + days(night), today):
            assert numbers(house, day, today=today) == counted(house, day, today=today)
            one = occupancy_curve(House.objects.filter(pk=house.pk), day, day + days(1), today=today)
            expected = counted(house, day, today=today)
            assert [(each.capacity, each.occupied, each.held) for each in one] == [
                (expected["capacity"], expected["occupied"], expected["held"])
            ]
        transaction.set_rollback(True)
