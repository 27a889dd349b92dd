"""What both engines refuse about beds and stays, asked in plain SQL: no form, no service, no Python in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from residents.models import Bed, BedUse, Resident, Stay
from soberhouse.history import acting_as
from tests import factories
from tests.sql import insert, refused, update

DAY_0 = date(2020, 3, 1)
Range = tuple[int, int | None]


def day(number: int | None) -> date | None:
    return None if number is None else DAY_0 + timedelta(days=number)


@pytest.fixture(autouse=True)
def somebody_acts(cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def bed(cast) -> Bed:
    """A bed with nothing in it."""
    return cast.bed_a("3B")


def out_of_service(bed: Bed, starts: int, ends: int | None, *, voided: bool = False) -> BedUse:
    return BedUse(house=bed.house, bed=bed, kind="out", starts_on=day(starts), ends_on=day(ends), voided=voided)


def use_of_kind(kind: str, cast, bed: Bed, starts: int, ends: int | None) -> BedUse:
    use = out_of_service(bed, starts, ends)
    use.kind = kind
    if kind == "stay":
        resident = factories.new_resident(cast)
        use.stay = Stay.objects.create(house=bed.house, resident=resident, starts_on=day(starts))
    elif kind == "hold":
        use.application = factories.new_application(cast)
    return use


# Two in one bed

OVERLAPS: list[Range] = [(5, 25), (12, 15), (10, 20), (5, 11), (19, 30), (5, None), (12, None), (19, None)]
CLEAR: list[Range] = [(5, 10), (20, 30), (20, None), (15, 15), (10, 10), (20, 20), (0, 0)]


@pytest.mark.parametrize("asked", OVERLAPS)
def test_two_uses_of_a_bed_never_overlap(bed, asked):
    insert(out_of_service(bed, 10, 20))

    with refused("bed_use_overlap"):
        insert(out_of_service(bed, *asked))

    assert BedUse.objects.filter(bed=bed).count() == 1


@pytest.mark.parametrize("asked", CLEAR)
def test_uses_that_only_touch_or_are_empty_stand_beside_each_other(bed, asked):
    insert(out_of_service(bed, 10, 20))

    insert(out_of_service(bed, *asked))

    assert BedUse.objects.filter(bed=bed).count() == 2


@pytest.mark.parametrize("asked", [(5, 11), (15, 15 + 1), (40, None), (10, None)])
def test_a_use_without_an_end_has_the_bed_for_good(bed, asked):
    insert(out_of_service(bed, 10, None))

    with refused("bed_use_overlap"):
        insert(out_of_service(bed, *asked))


@pytest.mark.parametrize("asked", OVERLAPS)
def test_a_use_is_not_moved_onto_another(bed, asked):
    insert(out_of_service(bed, 10, 20))
    other = insert(out_of_service(bed, 50, 60))

    with refused("bed_use_overlap"):
        update(BedUse, other, starts_on=day(asked[0]), ends_on=day(asked[1]))

    assert BedUse.objects.get(pk=other).starts_on == day(50)


def test_an_empty_use_in_the_middle_of_another_may_not_grow(bed):
    insert(out_of_service(bed, 10, 20))
    empty = insert(out_of_service(bed, 15, 15))

    with refused("bed_use_overlap"):
        update(BedUse, empty, ends_on=day(16))


def test_a_voided_use_is_not_in_the_way_and_may_not_come_back(bed):
    voided = insert(out_of_service(bed, 10, 20, voided=True))
    insert(out_of_service(bed, 10, 20))

    with refused("bed_use_overlap"):
        update(BedUse, voided, voided=False)
    insert(out_of_service(bed, 5, 25, voided=True))

    assert BedUse.objects.filter(bed=bed, voided=False).count() == 1


@pytest.mark.parametrize("first", ["stay", "hold", "out"])
@pytest.mark.parametrize("second", ["stay", "hold", "out"])
def test_stays_holds_and_repairs_keep_off_each_other(cast, bed, first, second):
    insert(use_of_kind(first, cast, bed, 10, 20))

    with refused("bed_use_overlap"):
        insert(use_of_kind(second, cast, bed, 19, 25))


def test_the_same_nights_in_another_bed_are_free(cast, bed):
    insert(out_of_service(bed, 10, 20))

    insert(out_of_service(cast.bed_a("3A"), 10, 20))


def test_many_in_one_statement_are_refused_together(bed):
    table, columns = BedUse._meta.db_table, "house_id, bed_id, kind, starts_on, ends_on, note"
    row = f"({bed.house_id}, {bed.pk}, 'out', '2020-03-01', '2020-03-05', '')"

    with refused("bed_use_overlap"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES {row}, {row}")

    assert not BedUse.objects.filter(bed=bed).exists()


# Random ranges against a rule anybody can read

Step = tuple[str, int, int, int | None, bool]
steps = st.lists(
    st.tuples(
        st.sampled_from(["insert", "update"]),
        st.integers(0, 9),  # which row to change
        st.integers(0, 12),
        st.one_of(st.none(), st.integers(-1, 6)),  # nights; none for no end
        st.booleans(),
    ),
    max_size=10,
)


def taken(nights: dict[int, tuple[int, int | None, bool]], key: int, asked: tuple[int, int | None, bool]) -> bool:
    """Whether any night of `asked` is a night of another row that counts. Day 99 stands for ever."""

    def nights_of(row: tuple[int, int | None, bool]) -> set[int]:
        starts, ends, voided = row
        return set() if voided else set(range(starts, 99 if ends is None else ends))

    return any(nights_of(asked) & nights_of(row) for other, row in nights.items() if other != key)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_the_database_agrees_with_counting_nights(bed, steps):
    """Each step asks the database and the counting; `full_clean` must say the same as both."""
    rule = next(rule for rule in BedUse._meta.constraints if rule.name == "bed_use_overlap")
    rows: dict[int, tuple[int, int | None, bool]] = {}
    with transaction.atomic():
        for act, which, starts, length, voided in steps:
            ends = None if length is None else starts + length
            key = sorted(rows)[which % len(rows)] if act == "update" and rows else 0
            asked = (starts, ends, voided)
            backwards = length is not None and length < 0
            wrong = backwards or taken(rows, key, asked)

            said = out_of_service(bed, starts, ends, voided=voided)
            said.pk = key or None
            try:
                rule.validate(BedUse, said)
                clean = True
            except ValidationError:
                clean = False
            try:
                if key:
                    update(BedUse, key, starts_on=day(starts), ends_on=day(ends), voided=voided)
                else:
                    key = insert(said)
                accepted = True
            except IntegrityError:
                accepted = False

            assert accepted == (not wrong)
            assert clean == (backwards or not wrong)
            if accepted:
                rows[key] = asked
        transaction.set_rollback(True)


within = st.tuples(st.integers(0, 8), st.one_of(st.none(), st.integers(0, 6)))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stay=within, use=within, changed=within, voided=st.booleans())
def test_the_database_agrees_on_what_lies_within_a_stay(cast, bed, stay, use, changed, voided):
    def ends(row: Range) -> int | None:
        return None if row[1] is None else row[0] + row[1]

    def inside(inner: Range, outer: Range) -> bool:
        last = ends(outer)
        return inner[0] >= outer[0] and (last is None or (ends(inner) is not None and ends(inner) <= last))

    with transaction.atomic():
        made = Stay.objects.create(
            house=bed.house, resident=factories.new_resident(cast), starts_on=day(stay[0]), ends_on=day(ends(stay))
        )
        row = out_of_service(bed, use[0], ends(use), voided=voided)
        row.kind, row.stay = "stay", made
        try:
            insert(row)
            accepted = True
        except IntegrityError:
            accepted = False
        assert accepted == (voided or inside(use, stay))

        if accepted:
            try:
                update(Stay, made.pk, starts_on=day(changed[0]), ends_on=day(ends(changed)))
                kept = True
            except IntegrityError:
                kept = False
            assert kept == (voided or inside(use, changed))
        transaction.set_rollback(True)


# Two stays of one person


@pytest.mark.parametrize("asked", OVERLAPS)
def test_two_stays_of_a_person_never_overlap(cast, asked):
    resident = factories.new_resident(cast)
    insert(Stay(house=cast.house_a, resident=resident, starts_on=day(10), ends_on=day(20)))

    with refused("stay_overlap"):
        insert(Stay(house=cast.house_b, resident=resident, starts_on=day(asked[0]), ends_on=day(asked[1])))

    assert resident.stays.count() == 1


@pytest.mark.parametrize("asked", CLEAR)
def test_stays_that_only_touch_follow_each_other(cast, asked):
    resident = factories.new_resident(cast)
    insert(Stay(house=cast.house_a, resident=resident, starts_on=day(10), ends_on=day(20)))

    insert(Stay(house=cast.house_b, resident=resident, starts_on=day(asked[0]), ends_on=day(asked[1])))

    assert resident.stays.count() == 2


def test_a_voided_stay_is_not_in_the_way_and_may_not_come_back(cast):
    resident = factories.new_resident(cast)
    voided = insert(Stay(house=cast.house_a, resident=resident, starts_on=day(10), voided=True))
    insert(Stay(house=cast.house_b, resident=resident, starts_on=day(15)))

    with refused("stay_overlap"):
        update(Stay, voided, voided=False)


def test_somebody_who_lives_here_does_not_move_in_elsewhere(cast):
    with refused("stay_overlap"):
        insert(Stay(house=cast.house_b, resident=cast.dana, starts_on=cast.today))


# A bed use outside its stay, or outside its bed


@pytest.mark.parametrize("asked", [(9, 15), (15, 21), (15, None), (5, 8), (25, 30)])
def test_a_bed_is_used_only_during_the_stay(cast, bed, asked):
    stay = Stay.objects.create(
        house=cast.house_a, resident=factories.new_resident(cast), starts_on=day(10), ends_on=day(20)
    )
    use = out_of_service(bed, *asked)
    use.kind, use.stay = "stay", stay

    with refused("bed_use_within_stay"):
        insert(use)


@pytest.mark.parametrize("change", [{"starts_on": 11}, {"ends_on": 19}, {"starts_on": 30, "ends_on": 40}])
def test_a_stay_does_not_shrink_away_from_its_beds(cast, bed, change):
    stay = Stay.objects.create(house=cast.house_a, resident=factories.new_resident(cast), starts_on=day(10))
    use = out_of_service(bed, 10, 20)
    use.kind, use.stay = "stay", stay
    insert(use)

    with refused("bed_use_within_stay"):
        update(Stay, stay.pk, **{name: day(number) for name, number in change.items()})


@pytest.mark.parametrize("asked", [(9, 15), (15, 21), (15, None)])
def test_a_bed_is_used_only_while_it_is_there(cast, bed, asked):
    update(Bed, bed.pk, opened_on=day(10), closed_on=day(20))

    with refused("bed_use_within_bed"):
        insert(out_of_service(bed, *asked))


@pytest.mark.parametrize("change", [{"opened_on": 11}, {"closed_on": 19}])
def test_a_bed_is_not_taken_away_from_under_somebody(cast, bed, change):
    insert(out_of_service(bed, 10, 20))

    with refused("bed_use_within_bed"):
        update(Bed, bed.pk, **{name: day(number) for name, number in change.items()})


# Rows of another house


def test_a_bed_of_another_house_is_refused(cast):
    with refused("bed_use_bed_house"):
        insert(BedUse(house=cast.house_a, bed=cast.bed_b("2A"), kind="out", starts_on=day(0), ends_on=day(5)))


def test_a_stay_of_another_house_is_refused(cast, bed):
    use = out_of_service(bed, 0, 5)
    use.kind, use.stay = "stay", cast.stay_of_erin
    use.starts_on, use.ends_on = cast.stay_of_erin.starts_on, cast.today

    with refused("bed_use_stay_house"):
        insert(use)


def test_an_application_to_another_house_is_refused(cast, bed):
    use = use_of_kind("hold", cast, bed, 0, 5)
    application = use.application
    with transaction.atomic():
        elsewhere = type(application).objects.create(
            house=cast.house_b, resident=factories.new_resident(cast), received_on=day(0)
        )
    use.application = elsewhere

    with refused("bed_use_application_house"):
        insert(use)


# Somebody who should have left and has not


@pytest.fixture
def overdue(cast, bed) -> Stay:
    """Somebody expected to leave on day 20, who is still there: their bed use has ended, their stay has not."""
    resident = factories.new_resident(cast)
    stay = Stay.objects.create(house=bed.house, resident=resident, starts_on=day(10), expected_on=day(20))
    use = out_of_service(bed, 10, 20)
    use.kind, use.stay = "stay", stay
    insert(use)
    return stay


def test_nobody_moves_into_a_bed_that_somebody_overdue_has_not_left(cast, bed, overdue):
    with refused("bed_use_still_there"):
        insert(use_of_kind("stay", cast, bed, 20, None))

    update(Stay, overdue.pk, ends_on=day(20))
    insert(use_of_kind("stay", cast, bed, 20, None))


def test_a_hold_may_begin_where_somebody_is_expected_to_leave(cast, bed, overdue):
    insert(use_of_kind("hold", cast, bed, 20, 25))

    assert overdue.ends_on is None


def test_a_use_is_not_turned_into_a_stay_over_somebody_overdue(cast, bed, overdue):
    use = use_of_kind("stay", cast, bed, 20, 30)
    use.voided = True
    voided = insert(use)

    with refused("bed_use_still_there"):
        update(BedUse, voided, voided=False)


def test_a_stay_that_is_reopened_after_the_bed_was_given_on_is_refused(cast, bed, overdue):
    """From the other side: undoing a discharge must not put two people in one bed."""
    update(Stay, overdue.pk, ends_on=day(20))
    insert(use_of_kind("stay", cast, bed, 20, None))

    with refused("bed_use_still_there"):
        update(Stay, overdue.pk, ends_on=None)


def test_a_use_that_was_voided_does_not_come_back_before_another(cast, bed, overdue):
    use = overdue.uses.get()
    update(BedUse, use.pk, voided=True)
    insert(use_of_kind("stay", cast, bed, 20, None))

    with refused("bed_use_still_there"):
        update(BedUse, use.pk, voided=False)


def test_somebody_who_moved_on_to_another_bed_has_left_the_first(cast, bed, overdue):
    update(Stay, overdue.pk, expected_on=None)
    elsewhere = out_of_service(cast.bed_a("3A"), 20, None)
    elsewhere.kind, elsewhere.stay = "stay", overdue
    insert(elsewhere)

    insert(use_of_kind("stay", cast, bed, 20, None))

    assert BedUse.objects.filter(bed=bed, stay__ends_on=None).count() == 2


# What a row must be made of


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "stay"},
        {"kind": "hold"},
        {"kind": "loan"},
        {"kind": ""},
    ],
)
def test_a_use_without_what_its_kind_needs_is_refused(bed, wrong):
    use = out_of_service(bed, 0, 5)
    for name, value in wrong.items():
        setattr(use, name, value)

    with refused("bed_use_kind"):
        insert(use)


def test_a_hold_without_an_end_is_refused(cast, bed):
    use = use_of_kind("hold", cast, bed, 0, None)

    with refused("bed_use_kind"):
        insert(use)


def test_a_resident_without_any_name_is_refused(cast):
    with refused("resident_has_name"):
        insert(Resident(organization=cast.organization, legal_first_name="", legal_last_name="Osei"))
