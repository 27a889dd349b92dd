"""Behavioral contracts and discharge reviews: written, signed, looked at; never by anybody about themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.people.models import Look
from residents.rules import contract_cards
from residents.rules.models import Contract, ContractReview, ContractSignature, ReviewOpinion, Violation
from residents.rules.queries.contracts import review_of, review_outcome
from residents.rules.services import contracts as services
from residents.rules.services.reviews import opinion_give
from residents.rules.services.violations import appeal_decide, violation_appeal, violation_withdraw
from residents.stays import services as stays
from soberhouse.cards import Entry
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import Cast, grant
from tests.residents.rules.given import decided, published_book, published_ladder, signed, violation_of
from tests.residents.stays.stories import ORDINARY, days, refused, shown, written

TERMS = "Two meetings a week, and in by ten."


@pytest.fixture(autouse=True)
def _alice_acts(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def contract_with(cast: Cast, stay: Any = None, **facts: Any) -> Contract:
    today = cast.today
    ordinary = {
        "terms": TERMS,
        "help": "A ride on Tuesdays.",
        "starts_on": today,
        "ends_on": today + days(30),
        "review_on": today + days(7),
        "now": timezone.now(),
    }
    with acting_as(cast.alice, source="web"):
        return services.contract_make(stay=stay or cast.stay_of_dana, **(ordinary | facts))


def in_force(cast: Cast, **facts: Any) -> Contract:
    contract = contract_with(cast, **facts)
    with acting_as(cast.dana.user, source="web"):
        services.contract_sign(contract=contract, signed_name="Dana Renner", now=timezone.now())
    return contract


def reviewed(cast: Cast, stay: Any = None, **facts: Any) -> Violation:
    """What Alice recorded about Dana and Charlie, who helped out here, decided: the consequence is a discharge
    review."""
    stay = stay or cast.stay_of_dana
    book = cast.house_a.books.filter(kind="rules").first() or published_book(cast.house_a)
    if not book.acknowledgements.filter(resident=stay.resident).exists():
        signed(book, stay.resident)
    violation = violation_of(stay, book.rules.first(), by=cast.alice)
    decided(violation, **{"by": cast.charlie, "consequence": "review", "advised": "review"} | facts)
    return violation


def speaks(user: Any, violation: Violation, *, leaves: bool, **facts: Any) -> ReviewOpinion:
    with acting_as(user, source="web"):
        return opinion_give(violation=violation, leaves=leaves, now=timezone.now(), **{"reason": "I heard it."} | facts)


# --- contracts ----------------------------------------------------------------------------------------------------


def test_contract_is_written_down_and_its_resident_is_told(cast):
    contract = contract_with(cast)

    assert (contract.house, contract.terms, contract.help) == (cast.house_a, TERMS, "A ride on Tuesdays.")
    assert (contract.recorded_by, contract.recorded_as) == (cast.alice, "Alice Example")
    [notice] = Notice.objects.all()
    assert (notice.user, notice.kind, notice.url) == (
        cast.dana.user,
        "contract-made",
        reverse("contract", args=[contract.uuid]),
    )


@pytest.mark.parametrize(
    ("facts", "about", "sentence"),
    [
        ({"terms": "  "}, "terms", "Write down what is agreed."),
        ({"starts": -50}, "starts_on", "This is before they moved in, on {moved_in}."),
        ({"ends": 0}, "ends_on", "A contract ends after it starts, and after today."),
        ({"starts": 9, "ends": 9}, "ends_on", "A contract ends after it starts, and after today."),
        ({"review": 0}, "review_on", "It is first looked at while it lasts, and after today."),
        ({"review": 31}, "review_on", "It is first looked at while it lasts, and after today."),
    ],
)
def test_contract_of_days_that_cannot_be_is_refused(cast, facts, about, sentence):
    names = {"starts": "starts_on", "ends": "ends_on", "review": "review_on"}
    wrong = {names.get(name, name): cast.today + days(v) if name in names else v for name, v in facts.items()}

    with refused(sentence.format(moved_in=shown(cast.stay_of_dana.starts_on)), about=about):
        contract_with(cast, **wrong)


def test_contract_follows_only_what_was_upheld_and_is_theirs(cast):
    book = published_book(cast.house_a)
    for person in (cast.dana, cast.frank):
        signed(book, person)
    dismissed = violation_of(cast.stay_of_dana, book.rules.first(), by=cast.alice)
    decided(dismissed, by=cast.bob, outcome="dismissed")
    of_frank = violation_of(cast.stay_of_frank, book.rules.first(), by=cast.alice)
    decided(of_frank, by=cast.bob, consequence="contract")
    undecided = violation_of(cast.stay_of_dana, book.rules.first(), by=cast.alice)

    for violation in (dismissed, of_frank, undecided):
        with refused(
            "A contract follows only what was upheld and is not being appealed, and only for whom it is about.",
            about="violation",
        ):
            contract_with(cast, violation=violation)

    assert contract_with(cast, stay=cast.stay_of_frank, violation=of_frank).violation == of_frank


def test_nobody_writes_a_contract_with_themselves_or_says_how_it_goes(cast, now):
    contract = in_force(cast)
    grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    before = written()

    with acting_as(cast.dana.user, source="web"):
        with pytest.raises(PermissionDenied):
            services.contract_make(
                stay=cast.stay_of_dana,
                terms=TERMS,
                starts_on=cast.today,
                ends_on=cast.today + days(9),
                review_on=cast.today + days(3),
                now=now,
            )
        with pytest.raises(PermissionDenied):
            services.contract_review(contract=contract, result="kept", note="Fine.", ends_it=True, now=now)
        with pytest.raises(PermissionDenied):
            services.contract_sign_on_paper(
                contract=contract, signed_name="Dana Renner", witness="Bob", signed_at=now, now=now
            )

    assert written() == before


def test_contract_is_signed_by_its_resident_once(cast, now):
    contract = contract_with(cast)

    with acting_as(cast.dana.user, source="web"):
        with refused("Type your own name to sign: Dana Renner.", about="signed_name"):
            services.contract_sign(contract=contract, signed_name="Dan Renner", now=now)
        row = services.contract_sign(contract=contract, signed_name=" dana renner", drawing="M1 2L3 4", now=now)
        with refused("This contract is signed already."):
            services.contract_sign(contract=contract, signed_name="Dana Renner", now=now)

    assert (row.how, row.signed_name, row.signed_on, row.recorded_by) == (
        "own",
        "dana renner",
        cast.today,
        cast.dana.user,
    )


def test_nobody_else_signs_for_them(cast, now):
    contract = contract_with(cast)

    with pytest.raises(PermissionDenied):
        services.contract_sign(contract=contract, signed_name="Dana Renner", now=now)

    assert not ContractSignature.objects.exists()


@pytest.mark.parametrize(
    ("facts", "about", "sentence"),
    [
        ({"witness": " "}, "witness", "Say who saw them sign."),
        ({"signed_name": " "}, "signed_name", "Write the name as they signed it."),
        ({"ago": -1}, "signed_at", "That moment is still to come."),
        ({"ago": 1}, "signed_at", "This contract was written on {day}. It cannot have been signed before."),
        ({"witness": "dana  renner"}, "witness", "The witness is somebody else than the one who signed."),
    ],
)
def test_paper_that_cannot_be_is_refused(cast, now, facts, about, sentence):
    contract = contract_with(cast)
    facts = {"signed_name": "Dana Renner", "witness": "Bob Example", "ago": 0} | facts
    signed_at = now - days(facts.pop("ago"))

    with refused(sentence.format(day=shown(cast.today)), about=about):
        services.contract_sign_on_paper(contract=contract, signed_at=signed_at, now=now, **facts)


def test_contract_signed_on_paper_names_its_witness_and_the_resident_is_told(cast, now):
    row = services.contract_sign_on_paper(
        contract=contract_with(cast, now=now - days(1)),
        signed_name="D. Renner",
        witness="Bob Example",
        signed_at=now - days(1),
        now=now,
    )

    assert (row.how, row.witness, row.signed_on, row.recorded_by) == (
        "paper",
        "Bob Example",
        cast.today - days(1),
        cast.alice,
    )
    assert Notice.objects.filter(user=cast.dana.user, kind="contract-signed-on-paper").exists()


def test_contract_is_looked_at_again_and_again_and_then_ended(cast, now):
    contract = in_force(cast)
    services.contract_review(
        contract=contract, result="partly", note="Once late.", next_on=cast.today + days(9), now=now
    )

    services.contract_review(contract=contract, result="kept", note="All of it.", ends_it=True, now=now)

    contract.refresh_from_db()
    assert contract.ended_on == cast.today
    assert list(contract.reviews.values_list("result", "next_on", "ends_it")) == [
        ("partly", cast.today + days(9), False),
        ("kept", None, True),
    ]
    with refused(f"This contract ended on {shown(cast.today)}."):
        services.contract_review(contract=contract, result="kept", note="Again.", ends_it=True, now=now)


def test_review_needs_words_and_a_next_day_within_the_contract(cast, now):
    contract = in_force(cast)
    sentence = f"Say when it is looked at again, after today and by {shown(contract.ends_on)}; or that this ends it."

    with refused("Say in a few words how it goes.", about="note"):
        services.contract_review(contract=contract, result="kept", note=" ", ends_it=True, now=now)
    for next_on in (None, cast.today, contract.ends_on + days(1)):
        with refused(sentence, about="next_on"):
            services.contract_review(contract=contract, result="kept", note="Well.", next_on=next_on, now=now)
    with refused("The contract has run its time: this review ends it.", about="ends_it"):
        services.contract_review(
            contract=contract, result="kept", note="Well.", next_on=cast.today + days(40), now=now + days(30)
        )


def test_contract_that_nobody_signed_can_only_be_ended(cast, now):
    contract = contract_with(cast)

    with refused("Nobody has signed this contract yet. Have it signed first, or end it."):
        services.contract_review(contract=contract, result="broken", note="No.", next_on=cast.today + days(2), now=now)
    services.contract_review(contract=contract, result="broken", note="Would not sign.", ends_it=True, now=now)

    contract.refresh_from_db()
    assert contract.ended_on == cast.today


def test_contract_that_is_ended_before_it_begins_holds_for_no_day(cast, now, signed_in):
    first = cast.today + days(7)
    contract = contract_with(cast, starts_on=first, review_on=first + days(7))

    services.contract_review(contract=contract, result="broken", note="Would not sign.", ends_it=True, now=now)

    contract.refresh_from_db()
    assert contract.ended_on == first
    text = signed_in(cast.alice).get(reverse("contract", args=[contract.uuid])).content.decode()
    assert "before it began" in text
    with refused("This contract was ended before it began."):
        services.contract_review(contract=contract, result="kept", note="x", ends_it=True, now=now)


def test_page_and_own_record_say_who_wrote_the_contract(cast, signed_in):
    contract = contract_with(cast)

    for client in (signed_in(cast.bob), signed_in(cast.dana)):
        assert "Alice Example" in client.get(reverse("contract", args=[contract.uuid])).content.decode()
    told = next(each for each in contract_cards.own(cast.dana, cast.today) if each.name == "contracts")
    assert "Alice Example" in str(told)


def test_contract_is_over_with_the_stay(cast, now):
    contract = contract_with(cast)
    stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    with acting_as(cast.dana.user, source="web"), refused(f"This contract ended on {shown(cast.today)}."):
        services.contract_sign(contract=contract, signed_name="Dana Renner", now=now)


# --- discharge reviews ----------------------------------------------------------------------------------------------


def test_two_people_say_that_somebody_must_leave(cast):
    violation = reviewed(cast)
    assert review_outcome(violation) == "open"
    speaks(cast.bob, violation, leaves=True)
    assert review_outcome(violation) == "open"

    speaks(cast.olive, violation, leaves=True)

    assert review_outcome(violation) == "leaves"
    assert Notice.objects.filter(kind="discharge-review-over", user=cast.dana.user).count() == 1
    assert list(Notice.objects.filter(kind="discharge-review-waits").values_list("user__username", flat=True)) == [
        "olive"
    ]


def test_one_who_says_that_they_stay_ends_it(cast):
    violation = reviewed(cast)
    speaks(cast.bob, violation, leaves=True)

    opinion = speaks(cast.olive, violation, leaves=False, terms="A meeting a day.")

    assert (review_outcome(violation), opinion.terms) == ("stays", "A meeting a day.")
    third = grant(cast.oscar, RoleKind.MANAGER, cast.organization, cast.house_a).user
    with acting_as(third, source="web"), refused("This review is over: they stay."):
        opinion_give(violation=violation, leaves=True, reason="No.", now=timezone.now())


def test_whoever_recorded_it_has_no_word_in_the_review(cast, now):
    violation = reviewed(cast)
    before = written()

    with pytest.raises(PermissionDenied, match="You recorded what this is about"):
        opinion_give(violation=violation, leaves=True, reason="I saw it.", now=now)

    assert written() == before
    assert [str(user) for user in review_of(violation).may_speak] == ["Bob Example", "Olive Example"]


def test_whoever_decided_it_may_be_one_of_the_two(cast):
    violation = reviewed(cast, by=cast.bob)

    speaks(cast.bob, violation, leaves=True)

    assert review_outcome(violation) == "open"
    assert [str(user) for user in review_of(violation).may_speak] == ["Olive Example"]
    speaks(cast.olive, violation, leaves=True)
    assert review_outcome(violation) == "leaves"


def test_page_of_a_review_says_that_fewer_may_speak_than_it_takes(cast, signed_in, now):
    violation = reviewed(cast)
    url, lacks = (
        reverse("review_opinion", args=[violation.uuid]),
        "That two agree, it takes another manager of the house",
    )

    assert lacks not in signed_in(cast.olive).get(url).content.decode()
    cast.bob.roles.update(ends_at=now)

    for user in (cast.alice, cast.olive):
        assert lacks in signed_in(user).get(url).content.decode()


def test_database_refuses_the_word_of_the_recorder_and_of_the_resident_and_a_second_one(cast):
    violation = reviewed(cast)
    speaks(cast.bob, violation, leaves=True)

    for user in (cast.alice, cast.dana.user, cast.bob):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReviewOpinion.objects.create(
                house=cast.house_a,
                violation=violation,
                leaves=True,
                reason="x",
                recorded_by=user,
                recorded_as=str(user),
            )


def test_second_word_of_the_same_person_is_refused(cast):
    violation = reviewed(cast)
    speaks(cast.bob, violation, leaves=True)

    with (
        acting_as(cast.bob, source="web"),
        refused("You have said what you think already. Somebody else has to agree."),
    ):
        opinion_give(violation=violation, leaves=True, reason="Again.", now=timezone.now())


def test_review_is_of_a_decision_that_says_so_and_waits_for_its_appeal(cast, now):
    sentence = "There is no discharge review to speak in: it follows a decision that says so, and waits for an appeal."
    milder = reviewed(cast, consequence="written", deviation="her first")
    appealed = reviewed(cast)
    with acting_as(cast.dana.user, source="web"):
        appeal = violation_appeal(decision=appealed.decision, text="It was not mine.", now=now)

    for violation in (milder, appealed):
        with acting_as(cast.bob, source="web"), refused(sentence):
            opinion_give(violation=violation, leaves=True, reason="x", now=now)

    with acting_as(cast.olive, source="web"):
        appeal_decide(appeal=appeal, outcome="stands", reason="Nothing new.", now=now)
    assert review_outcome(Violation.objects.get(pk=appealed.pk)) == "open"


def test_review_that_an_appeal_or_a_withdrawal_ended_says_nothing_any_more(cast, now):
    violation, mistaken = reviewed(cast), reviewed(cast)
    for each in (violation, mistaken):
        speaks(cast.bob, each, leaves=True)
        speaks(cast.olive, each, leaves=True)
    with acting_as(cast.dana.user, source="web"):
        appeal = violation_appeal(decision=violation.decision, text="It was not mine.", now=now)
    with acting_as(cast.olive, source="web"):
        appeal_decide(appeal=appeal, outcome="changed", consequence="contract", reason="Too much.", now=now)
        violation_withdraw(violation=mistaken, reason="another Dana", now=now)

    assert [review_outcome(Violation.objects.get(pk=each.pk)) for each in (violation, mistaken)] == ["", ""]


# --- pages ----------------------------------------------------------------------------------------------------------


GOOD: dict[str, Callable[[Cast], dict[str, Any]]] = {
    "contract_new": lambda cast: {
        "terms": TERMS,
        "starts_on": cast.today,
        "ends_on": cast.today + days(30),
        "review_on": cast.today + days(7),
    },
    "contract_review": lambda cast: {"result": "kept", "note": "Well.", "next_on": cast.today + days(5)},
    "contract_paper": lambda cast: {
        "signed_at": f"{cast.today:%Y-%m-%d}T00:00",
        "signed_name": "Dana Renner",
        "witness": "Bob Example",
    },
    "review_opinion": lambda cast: {"word": "leaves", "reason": "I heard it too."},
}


def address(cast: Cast, name: str) -> str:
    if name == "contract_new":
        return reverse(name, args=[cast.stay_of_dana.uuid])
    if name == "review_opinion":
        return reverse(name, args=[reviewed(cast).uuid])
    contract = contract_with(cast) if name == "contract_paper" else in_force(cast)
    return reverse(name, args=[contract.uuid])


ROWS = {"contract_new": Contract, "contract_review": ContractReview, "contract_paper": ContractSignature}
FORMS = pytest.mark.parametrize("name", sorted(GOOD))


@FORMS
def test_good_answer_is_written_down(cast, signed_in, name):
    url, model = address(cast, name), ROWS.get(name, ReviewOpinion)
    client, before = signed_in(cast.bob), model.objects.count()

    assert client.get(url).status_code == 200
    response = client.post(url, GOOD[name](cast))

    assert response.status_code == 302, response.context["form"].errors
    assert model.objects.count() == before + 1
    assert client.get(response["Location"]).status_code == 200


@FORMS
@pytest.mark.parametrize(
    ("who", "status"), [("charlie", 404), ("oscar", 404), ("erin", 404), ("audra", 403), ("dana", 403), ("frank", 404)]
)
def test_forms_are_for_those_who_run_the_house(cast, signed_in, name, who, status):
    url, person = address(cast, name), getattr(cast, who)
    client, before = signed_in(person), written()

    assert client.get(url).status_code == status
    assert client.post(url, GOOD[name](cast)).status_code == status
    assert written() == before


@FORMS
def test_what_was_typed_is_kept_where_it_is_refused(cast, signed_in, name):
    url = address(cast, name)
    wrong = {
        "contract_new": {"ends_on": cast.today},
        "contract_review": {"next_on": cast.today},
        "contract_paper": {"witness": ""},
        "review_opinion": {"reason": "Because", "word": ""},
    }[name]
    data = GOOD[name](cast) | wrong
    before = written()

    response = signed_in(cast.bob).post(url, data)

    assert response.status_code == 200
    assert response.context["form"].errors
    text = response.content.decode()
    kept = data.get("terms") or data.get("note") or data.get("signed_name") or data["reason"]
    assert kept in text
    assert {name: count for name, count in written().items() if name != "Look"} == {
        name: count for name, count in before.items() if name != "Look"
    }


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("olive", 200), ("audra", 200), ("dana", 200), ("frank", 404), ("charlie", 404), ("erin", 404)],
)
def test_contract_is_seen_by_those_it_concerns(cast, signed_in, who, status):
    contract = in_force(cast)

    response = signed_in(getattr(cast, who)).get(reverse("contract", args=[contract.uuid]))

    assert response.status_code == status
    if status == 200:
        assert TERMS in response.content.decode()
        looked = [] if who == "dana" else [getattr(cast, who).pk]
        assert list(Look.objects.filter(resident=cast.dana).values_list("actor_id", flat=True)) == looked


def test_resident_signs_their_own_contract_on_its_page(cast, signed_in):
    contract = contract_with(cast)
    url = reverse("contract_sign", args=[contract.uuid])
    client = signed_in(cast.dana)
    assert url in client.get(reverse("my_week")).content.decode()

    unread = client.post(url, {"signed_name": "Dana Renner"})
    response = client.post(url, {"has_read": "on", "signed_name": "Dana Renner", "drawing": ""})

    assert "Read it first, then tick this." in unread.content.decode()
    assert response.status_code == 302
    assert contract.signature.how == "own"
    for other, status in (("alice", 403), ("frank", 404)):
        assert signed_in(getattr(cast, other)).get(url).status_code == status


def test_photo_of_the_paper_is_kept_and_shown_to_those_who_see_the_contract(cast, signed_in):
    contract = contract_with(cast)
    file = BytesIO()
    Image.new("RGB", (40, 40), "teal").save(file, "PNG")
    paper = SimpleUploadedFile("paper.png", file.getvalue(), content_type="image/png")

    signed_in(cast.alice).post(
        reverse("contract_paper", args=[contract.uuid]), GOOD["contract_paper"](cast) | {"paper": paper}
    )

    url = reverse("contract_signature_paper", args=[contract.signature.uuid])
    assert url in signed_in(cast.dana).get(reverse("contract", args=[contract.uuid])).content.decode()
    assert signed_in(cast.dana).get(url)["Content-Type"].startswith("image/")
    assert signed_in(cast.charlie).get(url).status_code == 404


def test_terms_on_which_somebody_stays_begin_a_contract(cast, signed_in):
    violation = reviewed(cast)
    speaks(cast.bob, violation, leaves=False, terms="A meeting a day.")

    response = signed_in(cast.alice).get(
        reverse("contract_new", args=[cast.stay_of_dana.uuid]), {"violation": violation.uuid}
    )
    nonsense = signed_in(cast.alice).get(reverse("contract_new", args=[cast.stay_of_dana.uuid]), {"violation": "x"})

    assert "A meeting a day." in response.content.decode()
    assert f'value="{violation.uuid}" selected' in response.content.decode()
    assert nonsense.status_code == 200


def test_review_page_says_who_may_speak_to_whoever_may_not(cast, signed_in):
    violation = reviewed(cast)
    url = reverse("review_opinion", args=[violation.uuid])

    text = signed_in(cast.alice).get(url).content.decode()

    assert "You recorded it" in text
    assert "Bob Example, Olive Example." in text
    assert "<textarea" not in text
    for words in ({"word": "leaves", "reason": "x"}, {}):
        assert signed_in(cast.alice).post(url, words).status_code == 403


# --- what the gathering pages are offered -------------------------------------------------------------------------


def rows_of_today(cast: Cast, user: Any) -> dict[str, list[tuple[str, str, str]]]:
    cards = contract_cards.today(cast.house_a, Standing(user), cast.today)
    return {card.title: [(row.fact, row.word, row.button) for row in card.rows] for card in cards if card.rows}


def test_today_says_what_is_to_sign_to_look_at_and_to_say(cast):
    contract_with(cast, stay=cast.stay_of_frank)
    in_force(cast, review_on=cast.today + days(1))
    violation = reviewed(cast)

    assert rows_of_today(cast, cast.bob) == {
        "Discharge reviews": [("Dana R.", "0 of 2", "Say your word")],
        "Contracts": [("Dana R.", "in 1 day", ""), ("Frank O.", "unsigned", "")],
    }
    assert rows_of_today(cast, cast.alice)["Discharge reviews"] == [("Dana R.", "0 of 2", "")]
    assert rows_of_today(cast, cast.frank.user) == {}
    speaks(cast.bob, violation, leaves=False)
    assert "Discharge reviews" not in rows_of_today(cast, cast.bob)


def test_today_tells_that_nobody_else_may_speak(cast):
    violation = reviewed(cast)
    speaks(cast.bob, violation, leaves=True)
    with acting_as(None, source="command"), transaction.atomic():
        cast.olive.roles.update(ends_at=timezone.now() - timedelta(seconds=1))

    [card] = [card for card in contract_cards.today(cast.house_a, Standing(cast.alice), cast.today) if card.rows]

    assert card.rows[0].reason == "waits for another manager or an operator"


@pytest.mark.parametrize("count", [1, 3])
def test_today_asks_the_same_however_much_there_is(cast, count, django_assert_num_queries):
    for _again in range(count):
        in_force(cast)
        reviewed(cast)
    standing = Standing(cast.bob)

    with django_assert_num_queries(7):
        assert sum(len(card.rows) for card in contract_cards.today(cast.house_a, standing, cast.today)) == 2 * count


@pytest.mark.parametrize("count", [1, 3])
def test_lists_about_one_resident_ask_the_same_however_much_there_is(cast, count, django_assert_num_queries, now):
    for _again in range(count):
        contract = in_force(cast)
        services.contract_review(contract=contract, result="kept", note="Well.", next_on=cast.today + days(3), now=now)
        speaks(cast.bob, reviewed(cast), leaves=True)
    standing = Standing(cast.alice)

    with django_assert_num_queries(4):
        told = list(contract_cards.about(cast.dana, cast.stay_of_dana, standing, cast.today))
    assert len([each for each in told if isinstance(each, Entry)]) == 4 * count
    with django_assert_num_queries(5):
        list(contract_cards.week(cast.dana, cast.today))
    with django_assert_num_queries(4):
        list(contract_cards.own(cast.dana, cast.today))


def test_own_record_tells_all_of_it(cast, now):
    contract = in_force(cast)
    services.contract_review(contract=contract, result="partly", note="Once late.", ends_it=True, now=now)
    speaks(cast.bob, reviewed(cast), leaves=False, terms="A meeting a day.", reason="Her first.")

    told = {one.name: [record.cells for record in one.records] for one in contract_cards.own(cast.dana, cast.today)}

    text = str(told)
    for words in (TERMS, "A ride on Tuesdays.", "Dana Renner", "Once late.", "A meeting a day.", "Her first."):
        assert words in text


def test_week_of_whoever_is_under_review_says_so_kindly(cast):
    violation = reviewed(cast)

    [card] = contract_cards.week(cast.dana, cast.today)

    assert (card.title, card.rows[0].fact) == ("Discharge review", "Whether I must leave")
    speaks(cast.bob, violation, leaves=False)
    assert list(contract_cards.week(cast.dana, cast.today)) == []


def test_ladder_is_no_condition_of_a_review(cast):
    """A decision stands on its own ladder, or on none."""
    ladder = published_ladder(cast.house_a)
    assert review_outcome(reviewed(cast, ladder=ladder, time=1)) == "open"
