"""Immediate removals: written down by one person with the help given, looked at by another within a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.people.models import Look
from residents.rules import contract_cards
from residents.rules.models import Removal, RemovalReview
from residents.rules.queries.contracts import removed, to_be_offered_back
from residents.rules.services.removals import removal_record, removal_review
from residents.rules.services.violations import appeal_decide, violation_appeal, violation_withdraw
from residents.stays import services as stays
from soberhouse.cards import Entry, Order
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import Cast, grant
from tests.residents.rules.given import published_book, signed, violation_of
from tests.residents.rules.test_contracts import reviewed, speaks
from tests.residents.stays.stories import ORDINARY, days, refused, shown, written

FACTS = {
    "reason": "Broke a window and threatened the house with it.",
    "help_given": "Called two houses and the crisis line; her brother came for her.",
    "where_to": "her brother's",
}


@pytest.fixture(autouse=True)
def _alice_acts(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def removal_of(stay: Any, *, by: Any, now: datetime, **facts: Any) -> Removal:
    with acting_as(by, source="web"):
        return removal_record(stay=stay, now=now, **({"happened_at": now} | FACTS | facts))


def looked_at(removal: Removal, *, by: Any, now: datetime, outcome: str = "right") -> RemovalReview:
    with acting_as(by, source="web"):
        return removal_review(removal=removal, outcome=outcome, reason="Spoke with everybody.", now=now)


def test_removal_is_to_be_looked_at_by_another_within_a_day(cast, now):
    removal = removal_of(cast.stay_of_dana, by=cast.alice, now=now)

    assert removal.review_by == now + timedelta(hours=24)
    assert [str(user) for user in removed(removal).may_review] == ["Bob Example", "Olive Example"]
    assert set(Notice.objects.values_list("user__username", "kind")) == {
        ("dana", "removed"),
        ("bob", "removal-waits"),
        ("olive", "removal-waits"),
    }
    cast.stay_of_dana.refresh_from_db()
    assert cast.stay_of_dana.ends_on is None


@pytest.mark.parametrize(
    ("facts", "about", "sentence"),
    [
        ({"reason": " "}, "reason", "Say what made it necessary."),
        ({"help_given": " "}, "help_given", "Say what was done to find them another bed, however little."),
        ({"ago": -1}, "happened_at", "That moment is still to come."),
        ({"ago": 50}, "happened_at", "This is before they moved in, on {moved_in}."),
    ],
)
def test_removal_without_its_facts_is_refused(cast, now, facts, about, sentence):
    facts = dict(facts)
    if "ago" in facts:
        facts["happened_at"] = now - days(facts.pop("ago"))

    with refused(sentence.format(moved_in=shown(cast.stay_of_dana.starts_on)), about=about):
        removal_of(cast.stay_of_dana, by=cast.alice, now=now, **facts)


def test_removal_is_of_somebody_who_lives_here_and_once(cast, now):
    removal_of(cast.stay_of_dana, by=cast.alice, now=now)

    with refused("A removal of this resident is on record already."):
        removal_of(cast.stay_of_dana, by=cast.bob, now=now)
    stays.discharge(stay=cast.stay_of_frank, left_on=cast.today, today=cast.today, **ORDINARY)
    with refused(f"Frank Osei left on {shown(cast.today)}."):
        removal_of(cast.stay_of_frank, by=cast.alice, now=now)


def test_removal_may_be_about_a_violation_of_theirs_only(cast, now):
    book = published_book(cast.house_a)
    for person in (cast.dana, cast.frank):
        signed(book, person)
    of_frank = violation_of(cast.stay_of_frank, book.rules.first(), by=cast.bob)
    of_dana = violation_of(cast.stay_of_dana, book.rules.first(), by=cast.bob)

    with refused("This violation is not theirs, or was taken back.", about="violation"):
        removal_of(cast.stay_of_dana, by=cast.alice, now=now, violation=of_frank)

    assert removal_of(cast.stay_of_dana, by=cast.alice, now=now, violation=of_dana).violation == of_dana


def test_whoever_recorded_it_does_not_look_at_it(cast, now):
    removal = removal_of(cast.stay_of_dana, by=cast.alice, now=now)
    before = written()

    with pytest.raises(PermissionDenied, match="somebody else looks at it"):
        removal_review(removal=removal, outcome="right", reason="I was there.", now=now)

    assert written() == before


def test_nobody_removes_or_looks_at_a_removal_of_themselves(cast, now):
    removal = removal_of(cast.stay_of_dana, by=cast.alice, now=now)
    for person in (cast.dana, cast.frank):
        grant(person.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    before = written()

    with pytest.raises(PermissionDenied):
        looked_at(removal, by=cast.dana.user, now=now)
    with pytest.raises(PermissionDenied):
        removal_of(cast.stay_of_frank, by=cast.frank.user, now=now)

    assert written() == before


def test_database_refuses_the_recorder_s_own_review_and_a_nameless_removal(cast, now):
    removal = removal_of(cast.stay_of_dana, by=cast.alice, now=now)
    facts = {"house": cast.house_a, "recorded_as": "x"}

    for user in (cast.alice, cast.dana.user, None):
        with pytest.raises(IntegrityError), transaction.atomic():
            RemovalReview.objects.create(removal=removal, outcome="right", reason="x", recorded_by=user, **facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Removal.objects.create(
            stay=cast.stay_of_frank, happened_at=now, review_by=now, reason="x", help_given="x", **facts
        )


def test_a_command_removes_nobody(cast, now):
    with acting_as(None, source="command"), pytest.raises(PermissionDenied):
        removal_record(stay=cast.stay_of_dana, happened_at=now, now=now, **FACTS)


def test_removal_that_was_not_necessary_offers_the_bed_back(cast, now):
    removal = removal_of(cast.stay_of_dana, by=cast.alice, now=now)

    looked_at(removal, by=cast.bob, now=now + timedelta(hours=30), outcome="wrong")

    [of_dana] = Notice.objects.filter(user=cast.dana.user, kind="removal-reviewed")
    assert of_dana.text == (
        "Another person looked at it: you need not have left. Alder House offers you your bed back."
    )
    assert Notice.objects.filter(user=cast.alice, kind="removal-reviewed").count() == 1
    with acting_as(cast.olive, source="web"), refused("Somebody has looked at this removal already."):
        removal_review(removal=removal, outcome="right", reason="x", now=now)
    assert removal_of(cast.stay_of_dana, by=cast.bob, now=now).pk  # another one may come to it


# --- pages ----------------------------------------------------------------------------------------------------------


def test_removal_is_written_down_on_its_page(cast, signed_in):
    url = reverse("removal_new", args=[cast.stay_of_dana.uuid])
    client = signed_in(cast.alice)
    assert client.get(url).status_code == 200
    good = {"happened_at": f"{cast.today:%Y-%m-%d}T00:00", **FACTS}

    wrong = client.post(url, good | {"help_given": ""})
    response = client.post(url, good)

    assert FACTS["reason"] in wrong.content.decode()
    assert wrong.context["form"].errors
    removal = Removal.objects.get()
    assert response["Location"] == reverse("removal", args=[removal.uuid])
    assert removal.where_to == "her brother's"


def test_removal_is_looked_at_on_its_page(cast, signed_in, now):
    removal = removal_of(cast.stay_of_dana, by=cast.alice, now=now)
    url = reverse("removal_review", args=[removal.uuid])
    good = {"outcome": "right", "reason": "Spoke with her brother too."}

    for answer in (signed_in(cast.alice).get(url), signed_in(cast.alice).post(url, good)):
        assert answer.status_code == 403
        assert "somebody else looks at it: Bob Example, Olive Example." in answer.content.decode()
    assert RemovalReview.objects.count() == 0
    wrong = signed_in(cast.bob).post(url, good | {"outcome": ""})
    response = signed_in(cast.bob).post(url, good)

    assert "Say one or the other." in wrong.content.decode()
    assert "Spoke with her brother too." in wrong.content.decode()
    assert response.status_code == 302
    assert removal.review.recorded_by == cast.bob
    again = signed_in(cast.bob).get(url, follow=True)
    assert again.redirect_chain == [(reverse("removal", args=[removal.uuid]), 302)]
    assert "Somebody has looked at this removal already." in again.content.decode()


@pytest.mark.parametrize("name", ["removal_new", "removal_review"])
@pytest.mark.parametrize(
    ("who", "status"), [("charlie", 404), ("oscar", 404), ("erin", 404), ("frank", 404), ("audra", 403), ("dana", 403)]
)
def test_forms_are_for_those_who_run_the_house(cast, signed_in, now, name, who, status):
    about = cast.stay_of_dana if name == "removal_new" else removal_of(cast.stay_of_dana, by=cast.alice, now=now)
    url, client = reverse(name, args=[about.uuid]), signed_in(getattr(cast, who))
    before = written()

    assert client.get(url).status_code == status
    assert client.post(url, {"outcome": "right", "happened_at": "2026-01-01T00:00", **FACTS}).status_code == status
    assert written() == before


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("olive", 200), ("audra", 200), ("dana", 200), ("frank", 404), ("charlie", 404), ("erin", 404)],
)
def test_removal_is_seen_by_those_it_concerns_also_after_the_stay(cast, signed_in, now, who, status):
    removal = removal_of(cast.stay_of_dana, by=cast.alice, now=now)
    stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **(ORDINARY | {"reason": "safety"}))

    response = signed_in(getattr(cast, who)).get(reverse("removal", args=[removal.uuid]))

    assert response.status_code == status
    if status == 200:
        assert FACTS["reason"] in response.content.decode()
        looked = [] if who == "dana" else [getattr(cast, who).pk]
        assert list(Look.objects.filter(resident=cast.dana).values_list("actor_id", flat=True)) == looked


def test_page_of_a_wrong_removal_leads_back_to_the_bed(cast, signed_in, now):
    removal = removal_of(cast.stay_of_dana, by=cast.alice, now=now)
    row = stays.discharge(
        stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **(ORDINARY | {"reason": "safety"})
    )
    looked_at(removal, by=cast.bob, now=now, outcome="wrong")
    url = reverse("removal", args=[removal.uuid])

    assert reverse("discharge_undo", args=[row.uuid]) in signed_in(cast.alice).get(url).content.decode()
    of_dana = signed_in(cast.dana).get(url).content.decode()
    assert "Your bed is offered back to you" in of_dana
    assert reverse("discharge_undo", args=[row.uuid]) not in of_dana


# --- Today ----------------------------------------------------------------------------------------------------------


def cards_of(cast: Cast, user: Any) -> list[tuple[int, str, list[tuple[str, str, str]]]]:
    found = contract_cards.today(cast.house_a, Standing(user), cast.today)
    return [
        (card.order, card.title, [(row.fact, row.word, row.button) for row in card.rows]) for card in found if card.rows
    ]


def test_removal_nobody_looked_at_in_time_is_loud_first(cast, now):
    removal_of(cast.stay_of_dana, by=cast.alice, now=now - timedelta(hours=25))
    removal_of(cast.stay_of_frank, by=cast.alice, now=now)

    assert cards_of(cast, cast.bob) == [
        (Order.NOW, "Removals nobody has looked at", [("Dana R.", "overdue", "Look at it")]),
        (Order.DUE, "Immediate removals", [("Frank O.", "to look at", "Look at it")]),
    ]
    assert [rows for _order, _title, rows in cards_of(cast, cast.alice)] == [
        [("Dana R.", "overdue", "")],
        [("Frank O.", "to look at", "")],
    ]


def test_bed_to_be_offered_back_stays_on_today_until_they_live_with_us_again(cast, now):
    removal = removal_of(cast.stay_of_dana, by=cast.alice, now=now)
    row = stays.discharge(
        stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **(ORDINARY | {"reason": "safety"})
    )
    looked_at(removal, by=cast.bob, now=now, outcome="wrong")

    assert cards_of(cast, cast.alice) == [
        (Order.DUE, "Immediate removals", [("Dana R.", "offer the bed back", "")]),
    ]
    stays.discharge_undo(discharge=row, reason="she came back", today=cast.today)
    assert cards_of(cast, cast.alice) == []


@pytest.mark.parametrize("how", ["overturned", "changed", "taken back"])
def test_bed_is_offered_back_where_what_they_were_discharged_for_was_decided_again(cast, now, signed_in, how):
    """Discharged by a removal while the days to appeal ran; then the appeal says that it was not so."""
    violation = reviewed(cast)
    speaks(cast.bob, violation, leaves=True)
    speaks(cast.olive, violation, leaves=True)
    removal_of(cast.stay_of_dana, by=cast.alice, now=now - timedelta(hours=1))
    row = stays.discharge(
        stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **(ORDINARY | {"reason": "rules"})
    )
    assert to_be_offered_back(cast.house_a, [], timezone.now()) == []

    later = timezone.now()
    if how == "taken back":
        with acting_as(cast.olive, source="web"):
            violation_withdraw(violation=violation, reason="another Dana", now=later)
    else:
        with acting_as(cast.dana.user, source="web"):
            appeal = violation_appeal(decision=violation.decision, text="It was not mine.", now=later)
        facts = {"consequence": "written"} if how == "changed" else {}
        with acting_as(cast.olive, source="web"):
            appeal_decide(appeal=appeal, outcome=how, reason="It was not.", now=later, **facts)

    assert [each.violation for each in to_be_offered_back(cast.house_a, [], later)] == [violation]
    assert ("Dana R.", "offer the bed back", "") in [row for _o, _t, rows in cards_of(cast, cast.alice) for row in rows]
    page = signed_in(cast.bob).get(reverse("review_opinion", args=[violation.uuid])).content.decode()
    assert "Offer them their bed back" in page
    assert reverse("discharge_undo", args=[row.uuid]) in page
    assert to_be_offered_back(cast.house_a, [], later + days(8)) == []
    stays.discharge_undo(discharge=row, reason="she came back", today=cast.today)
    assert to_be_offered_back(cast.house_a, [], later) == []


def test_removal_of_long_ago_does_not_block_the_next_emergency(cast, now):
    removal_of(cast.stay_of_dana, by=cast.alice, now=now - days(8))
    looked_at(removal_of(cast.stay_of_dana, by=cast.alice, now=now), by=cast.bob, now=now)

    with refused("A removal of this resident is on record already."):
        removal_of(cast.stay_of_dana, by=cast.bob, now=now)


def test_week_and_timeline_of_whoever_had_to_leave(cast, now):
    removal = removal_of(cast.stay_of_dana, by=cast.alice, now=now)

    [card] = contract_cards.week(cast.dana, cast.today)
    assert (card.title, card.rows[0].word) == ("That I had to leave", "not over yet")
    looked_at(removal, by=cast.bob, now=now)
    [card] = contract_cards.week(cast.dana, cast.today)
    assert card.rows[0].word == "looked at"
    told = contract_cards.about(cast.dana, cast.stay_of_dana, Standing(cast.alice), cast.today)
    facts = [each.fact for each in told if isinstance(each, Entry)]
    assert facts == ["Had to leave at once", "Removal looked at: it was necessary"]
