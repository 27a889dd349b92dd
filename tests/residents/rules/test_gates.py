"""Nobody is discharged for what they did on one person's word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.rules.book_cards import instant
from residents.rules.gates import about_discharge, about_transfer, before_discharge
from residents.rules.models import Violation
from residents.rules.services import contracts as services
from residents.rules.services.reviews import opinion_give
from residents.rules.services.violations import appeal_decide, violation_appeal
from residents.stays import services as stays
from residents.stays.models import Discharge
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.rules.given import noon
from tests.residents.rules.test_contracts import in_force, reviewed, speaks
from tests.residents.rules.test_removals import looked_at, removal_of
from tests.residents.stays.stories import ORDINARY, days, refused, written

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
    before_discharge(stay=cast.stay_of_dana, reason=reason, left_on=cast.today, now=timezone.now())


@GATED
def test_one_word_is_not_enough_and_two_are(cast, reason):
    violation = reviewed(cast, appeal_days=0)
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
    before_discharge(stay=cast.stay_of_dana, reason=reason, left_on=cast.today, now=timezone.now())
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
    violation = reviewed(cast, stay=cast.stay_of_frank, appeal_days=0)
    speaks(cast.bob, violation, leaves=True)
    speaks(cast.olive, violation, leaves=True)

    with refused(SENTENCES[reason], about="reason"):
        leaves(cast, reason)


def then(cast: Cast, days_ago: int) -> datetime:
    """An instant of so many days ago in the house."""
    return noon(cast.house_a, cast.today - days(days_ago)) if days_ago else timezone.now()


@GATED
@pytest.mark.parametrize(("ago", "counts"), [(0, True), (7, True), (8, False)])
def test_removal_counts_for_a_week(cast, reason, ago, counts):
    removal_of(cast.stay_of_dana, by=cast.alice, now=then(cast, ago))

    if counts:
        assert leaves(cast, reason).reason == reason
    else:
        with refused(SENTENCES[reason], about="reason"):
            leaves(cast, reason)


@GATED
def test_removal_is_no_reason_to_have_left_before_it(cast, reason):
    removal_of(cast.stay_of_dana, by=cast.alice, now=timezone.now())

    with refused(SENTENCES[reason], about="reason"):
        stays.discharge(
            stay=cast.stay_of_dana, left_on=cast.today - days(1), today=cast.today, **(ORDINARY | {"reason": reason})
        )


def test_removal_does_not_count_again_after_the_discharge_was_undone_and_the_next_emergency_can_be_written(cast):
    now = timezone.now()
    first = removal_of(cast.stay_of_dana, by=cast.alice, now=now)
    row = leaves(cast, "safety")
    stays.discharge_undo(discharge=row, reason="she came back", today=cast.today)

    with refused(BY_REMOVAL, about="reason"):
        leaves(cast, "safety")
    second = removal_of(cast.stay_of_dana, by=cast.alice, now=timezone.now())

    assert (second.pk != first.pk, leaves(cast, "safety").reason) == (True, "safety")


def agreed(cast: Cast, *, days_ago: int = 0, **facts: Any) -> Violation:
    """Two people agreed so many days ago that Dana must leave; their word is written as of then."""
    violation = reviewed(cast, **{"appeal_days": 0} | facts)
    now = then(cast, days_ago)
    for user in (cast.bob, cast.olive):
        with acting_as(user, source="web"):
            opinion_give(violation=violation, leaves=True, reason="I heard it.", now=now)
    return violation


@pytest.mark.parametrize(("ago", "counts"), [(30, True), (31, False)])
def test_what_two_people_agreed_on_counts_for_a_month(cast, ago, counts):
    violation = agreed(cast, days_ago=ago)
    told = {row.url: row.word for row in about_discharge(cast.stay_of_dana)}

    assert told[reverse("review_opinion", args=[violation.uuid])] == ("agreed" if counts else "too long ago")
    if counts:
        assert leaves(cast, "rules").reason == "rules"
    else:
        with refused(BY_REVIEW, about="reason"):
            leaves(cast, "rules")


def test_nobody_is_discharged_as_long_as_they_may_appeal(cast, signed_in):
    violation = agreed(cast, appeal_days=3)
    until = violation.decision.appeal_until
    sentence = (
        f"Two people agreed, and until {instant(until, cast.house_a)} the resident may still appeal: "
        "nobody is discharged for this before. Where it cannot wait, record an immediate removal."
    )

    with refused(sentence, about="reason"):
        leaves(cast, "use")
    page = signed_in(cast.bob).get(reverse("review_opinion", args=[violation.uuid])).content.decode()
    row = next(row for row in about_discharge(cast.stay_of_dana) if row.fact.startswith("Discharge review"))

    assert "nobody is discharged because of it before" in page
    assert reverse("removal_new", args=[cast.stay_of_dana.uuid]) in page
    assert row.word == "not yet"
    assert instant(until, cast.house_a) in row.reason
    before_discharge(
        stay=cast.stay_of_dana, reason="use", left_on=cast.today + days(3), now=until + timedelta(seconds=1)
    )
    removal_of(cast.stay_of_dana, by=cast.alice, now=timezone.now())
    assert leaves(cast, "use").reason == "use"


def test_appeal_that_was_decided_leaves_nothing_to_wait_for(cast):
    now = timezone.now()
    violation = reviewed(cast, appeal_days=3)
    with acting_as(cast.dana.user, source="web"):
        appeal = violation_appeal(decision=violation.decision, text="It was not mine.", now=now)
    with acting_as(cast.oscar, source="web"):
        appeal_decide(appeal=appeal, outcome="stands", reason="Nothing new.", now=now)
    speaks(cast.bob, violation, leaves=True)
    speaks(cast.olive, violation, leaves=True)

    assert leaves(cast, "rules").reason == "rules"


@GATED
def test_correction_to_such_a_reason_needs_what_a_discharge_needs(cast, reason):
    row = leaves(cast, "choice")
    before = written()

    with refused(
        "Nothing on record of this stay is enough for this reason. Undo the discharge; then what it takes comes first.",
        about="reason",
    ):
        stays.discharge_correct(discharge=row, correction_reason="it was worse", reason=reason, today=cast.today)

    assert written() == before


@GATED
def test_correction_to_such_a_reason_stands_on_what_is_on_record(cast, reason):
    removal_of(cast.stay_of_dana, by=cast.alice, now=timezone.now())
    row = leaves(cast, "choice")

    again = stays.discharge_correct(discharge=row, correction_reason="as it was", reason=reason, today=cast.today)

    assert again.reason == reason
    kept = stays.discharge_correct(discharge=again, correction_reason="to her aunt", note="aunt", today=cast.today)
    assert kept.reason == reason


# --- what ends with a move ------------------------------------------------------------------------------------------


def test_page_of_a_transfer_says_what_ends_with_it(cast, signed_in):
    client, url = signed_in(cast.olive), reverse("stay_transfer", args=[cast.stay_of_dana.uuid])
    assert "Ends with the move" not in client.get(url).content.decode()
    contract = in_force(cast)
    violation = reviewed(cast)

    text = client.get(url).content.decode()

    assert "Ends with the move" in text
    assert reverse("contract", args=[contract.uuid]) in text
    assert reverse("review_opinion", args=[violation.uuid]) in text
    assert [row.word for row in about_transfer(cast.stay_of_dana)] == ["in force", "not over yet"]
    speaks(cast.bob, violation, leaves=False)
    services.contract_review(contract=contract, result="kept", note="All.", ends_it=True, now=timezone.now())
    assert list(about_transfer(cast.stay_of_dana)) == []


def test_contract_says_that_it_ended_with_the_move(cast, signed_in):
    contract = in_force(cast)
    with acting_as(cast.olive, source="web"):
        stays.transfer(
            stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=cast.today, reason="nearer to work", today=cast.today
        )

    text = signed_in(cast.olive).get(reverse("contract", args=[contract.uuid])).content.decode()

    assert "over: ended with the move" in text
    assert "What should go on is agreed anew there." in text


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
    violation = reviewed(cast, appeal_days=0)
    name = f"Discharge review: {violation.rule}"
    assert told() == [("Immediate removal", "none"), (name, "not yet")]
    speaks(cast.bob, violation, leaves=True)
    speaks(cast.olive, violation, leaves=True)
    removal_of(cast.stay_of_dana, by=cast.alice, now=timezone.now())
    assert told() == [("Immediate removal", "there"), (name, "agreed")]
