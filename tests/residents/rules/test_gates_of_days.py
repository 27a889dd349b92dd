"""No violation is left outside of its stay when the days of the stay are put right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from residents.models import Stay, Violation
from residents.rules.services.violations import violation_withdraw
from residents.stays import services as stays
from residents.stays.models import Discharge
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.rules.given import published_book, signed, violation_of
from tests.residents.stays.stories import ORDINARY, refused, written


@pytest.fixture(autouse=True)
def _alice_acts(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def broke(cast: Cast) -> Callable[[int], Violation]:
    """Dana, who has signed, is said to have broken a rule so many days ago."""
    book = published_book(cast.house_a)
    signed(book, cast.dana, days_ago=39)
    return lambda days_ago: violation_of(cast.stay_of_dana, book.rules.get(number=2), by=cast.alice, days_ago=days_ago)


def outside(*violations: Violation) -> str:
    named = ", ".join(f"{each.rule} ({date_format(each.happened_on)})" for each in violations)
    return (
        f"On record of this stay, and outside of these days: {named}. What did not happen during the stay is no "
        "violation here: take it back first, with the reason. If it did happen, choose another day."
    )


def goes(cast: Cast, days_ago: int) -> Discharge:
    left_on = cast.today - timedelta(days=days_ago)
    return stays.discharge(stay=cast.stay_of_dana, left_on=left_on, today=cast.today, **ORDINARY)


def test_nobody_left_before_what_they_are_said_to_have_done(cast, broke):
    first, second = broke(9), broke(4)

    with refused(outside(first, second), about="left_on"):
        goes(cast, 10)
    with refused(outside(second), about="left_on"):
        goes(cast, 5)

    assert goes(cast, 4)


def test_nobody_moved_house_before_what_they_are_said_to_have_done(cast, broke):
    violation, on = broke(4), cast.today - timedelta(days=5)

    with acting_as(cast.olive, source="web"), refused(outside(violation), about="on"):
        stays.transfer(stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=on, reason="a job", today=cast.today)


def test_what_was_taken_back_holds_nobody(cast, broke):
    violation_withdraw(violation=broke(4), reason="It was Frank", now=timezone.now())

    assert goes(cast, 10)


def test_discharge_is_not_corrected_to_before_a_violation(cast, broke):
    violation, row = broke(4), goes(cast, 2)

    def correct(days_ago: int) -> Discharge:
        left_on = cast.today - timedelta(days=days_ago)
        return stays.discharge_correct(discharge=row, left_on=left_on, correction_reason="misread", today=cast.today)

    with refused(outside(violation), about="left_on"):
        correct(5)
    assert correct(4)


def test_move_in_is_not_corrected_to_after_a_violation(cast, broke):
    violation = broke(20)

    def correct(days_ago: int) -> Stay:
        starts_on = cast.today - timedelta(days=days_ago)
        return stays.stay_correct_start(stay=cast.stay_of_dana, starts_on=starts_on, reason="misread", today=cast.today)

    with refused(outside(violation), about="starts_on"):
        correct(19)
    assert correct(20)


def test_page_says_which_violations_stand_outside_and_no_more_than_five(cast, broke, signed_in):
    rows = [broke(9 - number // 2) for number in range(7)]
    url, unchanged = reverse("stay_discharge", args=[cast.stay_of_dana.uuid]), written()

    left_on = cast.today - timedelta(days=12)
    response = signed_in(cast.bob).post(url, ORDINARY | {"left_on": left_on, "note": "by bus"})

    [sentence] = response.context["form"].errors["left_on"]
    assert sentence.partition(", 2 more. ")[0] == outside(*rows[:5]).partition(". What did")[0]
    assert "by bus" in response.content.decode()
    assert written() == unchanged
