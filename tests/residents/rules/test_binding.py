"""Which version binds whom on which day, who has not signed, and who has not been shown the house."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction

from residents.models import AcknowledgementUndone, Book, OrientationItem, OrientationShown, Stay
from residents.rules.queries import binding
from soberhouse.history import acting_as, recorded
from tests.cast import Cast, move_in
from tests.residents.rules.given import ago, published_book, signed


@transaction.atomic
def undone(row: Any) -> None:
    with acting_as(None, source="command"):
        AcknowledgementUndone.objects.create(house=row.house, acknowledgement=row, reason="a slip", **recorded())


def bound(cast: Cast, *, days_ago: int = 0) -> Book | None:
    return binding.binding_book(cast.dana, cast.house_a, ago(cast.house_a, days_ago))


def test_nobody_is_bound_by_what_they_did_not_sign(cast):
    published_book(cast.house_a)

    assert bound(cast) is None
    assert list(binding.binding_rules(cast.stay_of_dana, cast.today)) == []


def test_a_signed_book_binds_from_the_day_it_was_signed(cast):
    book = published_book(cast.house_a)
    signed(book, cast.dana, days_ago=30)

    assert bound(cast, days_ago=31) is None
    assert bound(cast, days_ago=30) == book
    assert bound(cast) == book


def test_an_older_signed_book_binds_until_the_newer_is_signed(cast):
    first = published_book(cast.house_a, days_ago=100)
    signed(first, cast.dana, days_ago=40)
    second = published_book(cast.house_a, days_ago=20)

    assert bound(cast) == first
    signed(second, cast.dana, days_ago=5)
    assert bound(cast, days_ago=6) == first
    assert bound(cast, days_ago=5) == second


def test_a_book_signed_before_it_is_in_force_binds_from_then_on(cast):
    first = published_book(cast.house_a, days_ago=100)
    signed(first, cast.dana, days_ago=40)
    with acting_as(None, source="command"), transaction.atomic():
        second = Book.objects.create(house=cast.house_a, kind="rules", title="Next")
        second.number, second.published_on = 2, ago(cast.house_a, 10)
        second.in_force_from = cast.today + timedelta(days=1)
        second.save()
    signed(second, cast.dana, days_ago=5)

    assert bound(cast) == first
    assert bound(cast, days_ago=-1) == second


def test_a_signature_taken_back_binds_nobody(cast):
    book = published_book(cast.house_a)
    undone(signed(book, cast.dana))

    assert bound(cast) is None


def test_agreements_and_other_houses_books_bind_by_no_rule(cast):
    signed(published_book(cast.house_a, kind=Book.Kind.AGREEMENT), cast.dana)
    signed(published_book(cast.house_b), cast.dana)

    assert bound(cast) is None


def test_binding_rules_are_those_that_stand_on_a_day_of_the_stay(cast):
    book = published_book(cast.house_a)
    signed(book, cast.dana, days_ago=40)

    numbers = [rule.number for rule in binding.binding_rules(cast.stay_of_dana, cast.today)]

    assert numbers == [1, 2, 3, 4]
    assert not binding.binding_rules(cast.stay_of_dana, ago(cast.house_a, 41)).exists()
    with acting_as(None, source="command"), transaction.atomic():
        cast.stay_of_dana.voided = True
    assert not binding.binding_rules(cast.stay_of_dana, cast.today).exists()


def test_current_books_are_the_newest_in_force_of_each_kind(cast, django_assert_num_queries):
    published_book(cast.house_a, days_ago=100)
    rules = published_book(cast.house_a, days_ago=50)
    fees = published_book(cast.house_a, kind=Book.Kind.FEES)
    published_book(cast.house_b)
    with acting_as(None, source="command"), transaction.atomic():
        Book.objects.create(house=cast.house_a, kind="privacy", title="A draft")

    with django_assert_num_queries(1):
        assert binding.current_books(cast.house_a, cast.today) == [rules, fees]
    assert binding.current_books(cast.house_a, ago(cast.house_a, 150)) == [fees]


@pytest.mark.parametrize("count", [1, 3])
def test_unsigned_names_who_lives_here_and_what(cast, django_assert_num_queries, count):
    rules = published_book(cast.house_a)
    fees = published_book(cast.house_a, kind=Book.Kind.FEES)
    signed(rules, cast.frank)
    undone(signed(rules, cast.dana))
    with acting_as(None, source="command"), transaction.atomic():
        more = [move_in(cast.house_a, f"{n}A", f"New {n}", "Comer", days_ago=1) for n in range(2, 1 + count)]

    with django_assert_num_queries(3):
        found = binding.unsigned(cast.house_a, cast.today)

    assert found == [
        (cast.stay_of_frank, fees),
        (cast.stay_of_dana, rules),
        (cast.stay_of_dana, fees),
        *[(stay, book) for stay in more for book in (rules, fees)],
    ]


def test_to_sign_is_what_is_in_force_and_what_comes(cast, django_assert_num_queries):
    first = published_book(cast.house_a, days_ago=100)
    signed(first, cast.dana)
    with acting_as(None, source="command"), transaction.atomic():
        coming = Book.objects.create(house=cast.house_a, kind="rules", title="Next")
        coming.number, coming.published_on = 2, cast.today
        coming.in_force_from = cast.today + timedelta(days=9)
        coming.save()

    with django_assert_num_queries(1):
        assert binding.to_sign(cast.dana, cast.house_a, cast.today) == [coming]
    assert binding.to_sign(cast.frank, cast.house_a, cast.today) == [first, coming]


# Orientation


def stay_entered(cast: Cast, at: datetime, starts_on: Any) -> Stay:
    return Stay(house=cast.house_a, resident=cast.dana, starts_on=starts_on, entered_at=at)


def test_orientation_is_due_so_many_hours_after_a_move_in_of_that_day(cast):
    at = datetime(2026, 3, 3, 21, 30, tzinfo=UTC)  # half past four in New York

    assert binding.orientation_due_at(stay_entered(cast, at, at.date())) == at + timedelta(hours=24)


def test_orientation_of_a_move_in_written_down_later_is_due_after_the_end_of_its_day(cast):
    day = date(2026, 3, 3)
    midnight = datetime(2026, 3, 4, 5, tzinfo=UTC)  # in New York

    for at in (datetime(2026, 3, 9, 12, tzinfo=UTC), datetime(2026, 3, 4, 5, tzinfo=UTC)):
        assert binding.orientation_due_at(stay_entered(cast, at, day)) == midnight + timedelta(hours=24)


def test_orientation_late_at_night_is_of_the_house_s_day(cast):
    at = datetime(2026, 3, 4, 4, 59, tzinfo=UTC)  # a minute before midnight in New York

    assert binding.orientation_due_at(stay_entered(cast, at, date(2026, 3, 3))) == at + timedelta(hours=24)


def test_orientation_hours_are_real_hours_over_a_change_of_the_clock(cast):
    at = datetime.combine(date(2026, 10, 31), time(20), tzinfo=cast.house_a.zone)

    due = binding.orientation_due_at(stay_entered(cast, at, at.date()))

    assert due.astimezone(cast.house_a.zone).time() == time(19)
    assert due - at.astimezone(UTC) == timedelta(hours=24)


@transaction.atomic
def items(cast: Cast, *texts: str) -> list[OrientationItem]:
    with acting_as(None, source="command"):
        return [
            OrientationItem.objects.create(house=cast.house_a, position=place, text=text)
            for place, text in enumerate(texts, start=1)
        ]


@transaction.atomic
def shown(item: OrientationItem, stay: Stay, **facts: Any) -> OrientationShown:
    with acting_as(None, source="command"):
        return OrientationShown.objects.create(house=stay.house, item=item, stay=stay, **facts, **recorded())


def test_a_house_without_a_list_asks_for_nothing(cast):
    assert binding.not_oriented(cast.house_a, datetime.now(UTC)) == []


@pytest.mark.parametrize("count", [1, 3])
def test_not_oriented_counts_what_was_shown(cast, django_assert_num_queries, count):
    keys, fire, old = items(cast, "Keys", "Fire", "Pets")
    with acting_as(None, source="command"), transaction.atomic():
        old.in_use = False
        old.save()
        [move_in(cast.house_a, f"{n}A", f"New {n}", "Comer", days_ago=1) for n in range(2, 1 + count)]
    shown(keys, cast.stay_of_dana)
    shown(old, cast.stay_of_dana)
    shown(fire, cast.stay_of_dana, voided=True)
    for item in (keys, fire):
        shown(item, cast.stay_of_frank)
    now = datetime.now(UTC)

    with django_assert_num_queries(3):
        found = binding.not_oriented(cast.house_a, now)

    assert [(each.stay, each.shown, each.wanted, each.is_overdue) for each in found][:1] == [
        (cast.stay_of_dana, 1, 2, True)
    ]
    assert len(found) == count
    before = binding.orientation_due_at(cast.stay_of_dana)
    assert [each.is_overdue for each in binding.not_oriented(cast.house_a, before - timedelta(seconds=1))][:1] == [
        False
    ]
