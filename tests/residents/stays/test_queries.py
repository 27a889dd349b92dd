"""What the pages read about beds and stays: the board of any night, days along the chain, what waits."""

from __future__ import annotations

from datetime import date

import pytest

from residents.models import House
from residents.people.services import sobriety_correct, sobriety_record
from residents.stays import services
from residents.stays.models import BedUse
from residents.stays.queries import (
    BedTonight,
    board,
    chain_starts,
    free_beds,
    leaving_stays,
    live_holds,
    open_applications,
    overdue_stays,
    sober_since,
    stays_of_late,
)
from soberhouse.history import acting_as
from tests.residents.stays.stories import ORDINARY, applicant, days, hold, lives, overstays


@pytest.fixture(autouse=True)
def by_alice(cast):
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def today(cast) -> date:
    return cast.today


def beds_of(house: House, night: date, *, today: date) -> dict[str, BedTonight]:
    return {bed.bed.name: bed for room in board(house, night, today=today) for bed in room.beds}


# --- the board ----------------------------------------------------------------------------------------------------


def test_board_has_rooms_and_beds_in_the_order_of_the_house(cast, today):
    rooms = board(cast.house_a, today, today=today)

    assert [(each.room.name, [bed.bed.name for bed in each.beds]) for each in rooms] == [
        ("Room 1", ["1A", "1B"]),
        ("Room 2", ["2A", "2B"]),
        ("Room 3", ["3A", "3B"]),
    ]


def test_board_says_who_since_when_and_how_long_sober(cast, today):
    first = sobriety_record(resident=cast.dana, since=today - days(100), today=today)
    sobriety_correct(date=first, since=today - days(90), reason="misheard", today=today)

    bed = beds_of(cast.house_a, today, today=today)["1A"]

    assert (bed.state, bed.resident, bed.days_here, bed.days_sober) == ("stay", cast.dana, 40, 90)
    assert (bed.overdue, bed.following, bed.open_since) == (False, None, None)


def test_board_counts_days_over_a_move_between_houses(cast, today):
    services.transfer(stay=cast.stay_of_erin, bed=cast.bed_a("2A"), on=today - days(1), reason="a job", today=today)

    here = (today - cast.stay_of_erin.starts_on).days
    assert here >= 75
    assert beds_of(cast.house_a, today, today=today)["2A"].days_here == here


def test_board_shows_open_bed_since_when_and_what_comes_next(cast, today):
    services.discharge(stay=cast.stay_of_dana, left_on=today - days(3), today=today, **ORDINARY)
    held = hold(applicant(cast), cast.bed_a("1A"), today=today, starts=4)

    bed = beds_of(cast.house_a, today, today=today)["1A"]

    assert (bed.state, bed.use, bed.following, bed.open_since) == ("open", None, held, today - days(3))


def test_board_of_a_past_night_is_as_it_was(cast, today):
    services.move_bed(stay=cast.stay_of_dana, bed=cast.bed_a("2A"), on=today - days(5), today=today)
    services.discharge(stay=cast.stay_of_frank, left_on=today - days(2), today=today, **ORDINARY)

    then = beds_of(cast.house_a, today - days(6), today=today)

    assert {name: bed.resident.called for name, bed in then.items() if bed.resident} == {"1A": "Dana", "1B": "Frank"}
    assert (then["1A"].days_here, then["1B"].days_here) == (34, 114)


def test_board_of_a_coming_night_is_as_planned(cast, today):
    services.expect(stay=cast.stay_of_dana, expected_on=today + days(3), today=today)
    hold(applicant(cast), cast.bed_a("1A"), today=today, starts=3, nights=2)

    states = [beds_of(cast.house_a, today + days(n), today=today)["1A"].state for n in (2, 3, 4, 5)]

    assert states == ["stay", "hold", "hold", "open"]


def test_board_shows_who_is_overdue_and_for_whom_the_bed_was_promised(cast, today):
    stay = overstays(cast.bed_a("2A"), today=today)
    held = hold(applicant(cast), cast.bed_a("2A"), today=today - days(5), starts=3, nights=9)

    bed = beds_of(cast.house_a, today, today=today)["2A"]

    assert (bed.state, bed.resident, bed.overdue, bed.following) == ("stay", stay.resident, True, held)


def test_board_leaves_out_beds_not_in_use_that_night(cast, today):
    bed = cast.bed_a("3A")
    bed.opened_on, bed.closed_on = today - days(5), today + days(5)
    bed.save()

    shown = ["3A" in beds_of(cast.house_a, today + days(n), today=today) for n in (-6, -5, 0, 4, 5)]

    assert shown == [False, True, True, True, False]


def test_voided_use_is_on_no_board(cast, today):
    services.stay_void(stay=cast.stay_of_dana, reason="wrong person")

    bed = beds_of(cast.house_a, today, today=today)["1A"]

    assert (bed.state, bed.open_since) == ("open", None)


@pytest.mark.parametrize("item_count", [1, 3])
def test_board_costs_seven_queries(cast, today, item_count, django_assert_num_queries):
    for label in ("2A", "2B", "3A")[:item_count]:
        lives(cast.bed_a(label), f"Nia {label}", since=today - days(9), expected_on=today + days(3))
        hold(applicant(cast, f"Bo {label}"), cast.bed_a(label), today=today, starts=3)

    with django_assert_num_queries(7):
        rooms = board(cast.house_a, today, today=today)
        for room in rooms:
            for bed in room.beds:
                assert bed.bed.label
                assert bed.state != "stay" or bed.resident.short_name
                assert bed.following is None or bed.following.application.resident.short_name


# --- free beds ----------------------------------------------------------------------------------------------------


def test_free_beds_are_those_nobody_and_nothing_has(cast, today):
    overstays(cast.bed_a("2A"), today=today)
    hold(applicant(cast), cast.bed_a("2B"), today=today)
    services.bed_take_out(bed=cast.bed_a("3A"), starts_on=today, ends_on=None, note="paint", today=today)

    free = free_beds(House.objects.filter(pk__in=[cast.house_a.pk, cast.house_b.pk]), today, today=today)

    assert [(bed.house.name, bed.name) for bed in free] == [
        ("Alder House", "3B"),
        ("Birch House", "1B"),
        ("Birch House", "2A"),
        ("Birch House", "2B"),
    ]


# --- days ---------------------------------------------------------------------------------------------------------


def test_chain_is_followed_to_its_beginning_in_one_query(cast, today, django_assert_num_queries):
    second = services.transfer(
        stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=today - days(9), reason="a job", today=today
    )
    third = services.transfer(stay=second, bed=cast.bed_a("2A"), on=today - days(2), reason="back", today=today)

    with django_assert_num_queries(1):
        began = chain_starts([cast.dana.pk, cast.frank.pk])

    assert began == {
        cast.stay_of_dana.pk: today - days(40),
        second.pk: today - days(40),
        third.pk: today - days(40),
        cast.stay_of_frank.pk: today - days(120),
    }


def test_newest_sobriety_date_counts(cast, today, django_assert_num_queries):
    first = sobriety_record(resident=cast.dana, since=today - days(100), today=today)
    second = sobriety_record(resident=cast.dana, since=today - days(3), today=today)
    sobriety_correct(date=second, since=today - days(4), reason="misheard", today=today)

    with django_assert_num_queries(1):
        found = sober_since([cast.dana.pk, cast.frank.pk])

    assert found == {cast.dana.pk: today - days(4)}
    assert first.since == today - days(100)


# --- what waits ---------------------------------------------------------------------------------------------------


def test_overdue_and_leaving_are_told_apart(cast, today):
    late = overstays(cast.bed_a("2A"), "Olu Late", today=today)
    now = overstays(cast.bed_a("2B"), "Tom Today", today=today, by=0)
    soon = lives(cast.bed_a("3A"), "Sue Soon", since=today, expected_on=today + days(7))
    lives(cast.bed_a("3B"), "Lou Later", since=today, expected_on=today + days(8))
    overstays(cast.bed_b("2A"), "Bea Elsewhere", today=today)

    stays = stays_of_late(cast.house_a, today)
    assert overdue_stays(stays, today) == [late]
    assert leaving_stays(stays, today) == [now, soon]


def test_holds_in_force_come_by_the_day_they_lapse(cast, today):
    second = hold(applicant(cast, "Ada Applies"), cast.bed_a("2A"), today=today, nights=5)
    first = hold(applicant(cast, "Ben Applies"), cast.bed_a("2B"), today=today, nights=2)
    lapsed = hold(applicant(cast, "Cleo Applies"), cast.bed_a("3A"), today=today - days(9), nights=9)
    released = hold(applicant(cast, "Dee Applies"), cast.bed_a("3B"), today=today)
    services.hold_release(hold=released, reason="", today=today)

    assert list(live_holds(cast.house_a, today)) == [first, second]
    assert BedUse.objects.real().filter(pk=lapsed.pk).exists()


def test_applications_come_by_waitlist_and_then_as_received(cast, today):
    received = applicant(cast, "Rae Received")
    waiting = [applicant(cast, f"{name} Waits") for name in ("Ada", "Ben")]
    for application in waiting:
        services.application_wait(application=application)
    services.application_move(application=waiting[1], place=1, reason="urgent")
    closed = applicant(cast, "Cleo Closed")
    services.application_close(application=closed, declined=False, reason="", today=today)

    assert {row.resident.called for row in open_applications(cast.house_a)} == {"Rae", "Ada", "Ben"}
    assert [row.resident.called for row in open_applications(cast.house_a)] == ["Ben", "Ada", "Rae"]
    assert received.place is None
