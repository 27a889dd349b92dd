"""Nobody is discharged for what they did on one person's word."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.rules.gates import about_discharge, before_discharge
from residents.stays import services as stays
from residents.stays.models import Discharge
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.rules.test_contracts import reviewed, speaks
from tests.residents.rules.test_removals import looked_at, removal_of
from tests.residents.stays.stories import ORDINARY, refused, written

BY_REVIEW = (
    "Nobody is discharged for this on one person's word. First two people agree in a discharge review; "
    "or, where it cannot wait, record an immediate removal."
)
BY_REMOVAL = "First record the immediate removal: what made it necessary, and the help given to find a bed."
SENTENCES = {"rules": BY_REVIEW, "use": BY_REVIEW, "safety": BY_REMOVAL}
GATED = pytest.mark.parametrize("reason", sorted(SENTENCES))


@pytest.fixture(autouse=True)
def _alice_acts(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


def leaves(cast: Cast, reason: str) -> Discharge:
    return stays.discharge(
        stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **(ORDINARY | {"reason": reason})
    )


@GATED
def test_discharge_for_what_somebody_did_needs_something_on_record(cast, reason):
    with refused(SENTENCES[reason], about="reason"):
        leaves(cast, reason)


@pytest.mark.parametrize("reason", sorted(set(Discharge.Reason.values) - set(SENTENCES)))
def test_other_reasons_need_nothing(cast, reason):
    before_discharge(stay=cast.stay_of_dana, reason=reason)


@GATED
def test_one_word_is_not_enough_and_two_are(cast, reason):
    violation = reviewed(cast)
    speaks(cast.bob, violation, leaves=True)
    with refused(SENTENCES[reason], about="reason"):
        leaves(cast, reason)

    speaks(cast.olive, violation, leaves=True)

    if reason == "safety":
        with refused(BY_REMOVAL, about="reason"):
            leaves(cast, reason)
    else:
        assert leaves(cast, reason).reason == reason


@GATED
def test_somebody_who_stays_is_not_discharged_for_it(cast, reason):
    violation = reviewed(cast)
    speaks(cast.bob, violation, leaves=False)

    with refused(SENTENCES[reason], about="reason"):
        leaves(cast, reason)


@GATED
def test_removal_is_enough_before_another_person_has_looked_at_it_and_after(cast, reason):
    removal = removal_of(cast.stay_of_dana, by=cast.alice, now=timezone.now())
    before_discharge(stay=cast.stay_of_dana, reason=reason)
    looked_at(removal, by=cast.bob, now=timezone.now())

    assert leaves(cast, reason).reason == reason


@GATED
def test_removal_that_was_wrong_is_no_reason(cast, reason):
    removal = removal_of(cast.stay_of_dana, by=cast.alice, now=timezone.now())
    looked_at(removal, by=cast.bob, now=timezone.now(), outcome="wrong")

    with refused(SENTENCES[reason], about="reason"):
        leaves(cast, reason)


@GATED
def test_what_is_on_record_of_another_stay_is_no_reason(cast, reason):
    removal_of(cast.stay_of_frank, by=cast.alice, now=timezone.now())
    violation = reviewed(cast, stay=cast.stay_of_frank)
    speaks(cast.bob, violation, leaves=True)
    speaks(cast.olive, violation, leaves=True)

    with refused(SENTENCES[reason], about="reason"):
        leaves(cast, reason)


def test_page_says_beforehand_what_is_missing_and_keeps_what_was_typed(cast, signed_in):
    client, url = signed_in(cast.bob), reverse("stay_discharge", args=[cast.stay_of_dana.uuid])
    violation = reviewed(cast)

    before = client.get(url).content.decode()
    assert reverse("removal_new", args=[cast.stay_of_dana.uuid]) in before
    assert reverse("review_opinion", args=[violation.uuid]) in before
    unchanged = written()
    response = client.post(url, ORDINARY | {"left_on": cast.today, "reason": "use", "note": "went to detox"})

    assert response.context["form"].errors == {"reason": [BY_REVIEW]}
    assert "went to detox" in response.content.decode()
    assert written() == unchanged


def test_what_is_on_record_is_told_in_rows(cast):
    def told() -> list[tuple[str, str]]:
        return [(row.fact, row.word) for row in about_discharge(cast.stay_of_dana)]

    assert told() == [("Immediate removal", "none"), ("Discharge review", "none")]
    violation = reviewed(cast)
    name = f"Discharge review: {violation.rule}"
    assert told() == [("Immediate removal", "none"), (name, "not yet")]
    speaks(cast.bob, violation, leaves=True)
    speaks(cast.olive, violation, leaves=True)
    removal_of(cast.stay_of_dana, by=cast.alice, now=timezone.now())
    assert told() == [("Immediate removal", "there"), (name, "agreed")]
