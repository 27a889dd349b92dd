"""What both engines refuse about books, signatures and violations, asked in plain SQL: no form, no service, no Python
in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from residents.models import (
    Acknowledgement,
    AcknowledgementUndone,
    Answer,
    Appeal,
    AppealDecision,
    Attachment,
    Book,
    Contract,
    ContractReview,
    ContractSignature,
    Decision,
    Ladder,
    LadderStep,
    OrientationItem,
    OrientationShown,
    Removal,
    RemovalReview,
    Reporter,
    Resident,
    ReviewOpinion,
    Rule,
    Stay,
    Violation,
    ViolationWithdrawal,
)
from residents.rules.models import Category, Consequence, Severity
from soberhouse.accounts.models import User
from soberhouse.history import acting_as
from tests import factories
from tests.cast import Cast, grant, make_user
from tests.residents.rules import given
from tests.residents.rules.given import ago, noon
from tests.sql import delete, insert, refused, update

KEPT = "append-only|nothing is deleted"


@pytest.fixture(autouse=True)
def somebody_acts(request, cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


def by(user: User | None) -> dict[str, Any]:
    """Whose hand a row is."""
    return {"recorded_by": user, "recorded_as": user.name if user else "a command"}


@pytest.fixture
def book(cast) -> Book:
    """House A's rule book, in force for 200 days."""
    return given.published_book(cast.house_a)


@transaction.atomic
def publish(book: Book) -> None:
    factories.published(book)


def rule_of(book: Book, number: int = 1) -> Rule:
    return book.rules.get(number=number)


def draft(cast: Cast, kind: str = Book.Kind.RULES, **facts: Any) -> Book:
    return Book(house=cast.house_a, kind=kind, title="What we ask", **facts)


def new_rule(book: Book, number: int = 9) -> Rule:
    return Rule(house=book.house, book=book, number=number, category="other", severity="minor", title="x", text="x")


# What is published never changes


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"text": "Another"},
        {"changes": "Nothing new"},
        {"number": 7},
        {"in_force_from": date(2020, 1, 1)},
        {"published_on": date(2020, 1, 1)},
        {"number": None, "published_on": None, "in_force_from": None},
    ],
    ids=lambda change: "+".join(change),
)
def test_a_published_book_never_changes(book, change):
    with refused("book_published"):
        update(Book, book.pk, **change)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"text": "Another"},
        {"category": "money"},
        {"severity": "critical"},
        {"dropped": True},
        {"number": 8},
    ],
    ids=lambda change: "+".join(change),
)
def test_a_rule_of_a_published_book_never_changes(book, change):
    with refused("rule_published|rule_frozen"):
        update(Rule, rule_of(book).pk, **change)


def test_no_rule_comes_into_a_published_book(book):
    with refused("rule_published"):
        insert(new_rule(book))


def test_no_rule_moves_into_a_published_book(cast, book):
    other = Book.objects.get(pk=insert(draft(cast)))
    moving = insert(new_rule(other))

    with refused("rule_published|rule_frozen"):
        update(Rule, moving, book=book)


@pytest.mark.parametrize(
    "change",
    [{"look_back_days": 9}, {"appeal_days": 1}, {"text": "x"}, {"number": 8}, {"published_on": date(2020, 1, 1)}],
    ids=lambda change: "+".join(change),
)
def test_a_published_ladder_never_changes(cast, change):
    ladder = given.published_ladder(cast.house_a)

    with refused("ladder_published"):
        update(Ladder, ladder.pk, **change)


@pytest.mark.parametrize(
    "change",
    [{"position": 5}, {"consequence": "review"}, {"severity": "critical"}, {"category": "money"}, {"dropped": True}],
    ids=lambda change: "+".join(change),
)
def test_a_step_of_a_published_ladder_never_changes(cast, change):
    ladder = given.published_ladder(cast.house_a)

    with refused("ladder_step_published"):
        update(LadderStep, ladder.steps.first().pk, **change)


def test_no_step_comes_onto_a_published_ladder(cast):
    ladder = given.published_ladder(cast.house_a)
    facts = {"category": "money", "severity": "minor", "position": 1, "consequence": "verbal"}

    with refused("ladder_step_published"):
        insert(LadderStep(house=cast.house_a, ladder=ladder, **facts))


def test_a_draft_may_still_change(cast):
    key = insert(draft(cast))
    rule = insert(new_rule(Book.objects.get(pk=key)))

    update(Book, key, title="Better words", text="Be kind.")
    update(Rule, rule, dropped=True)

    assert Book.objects.get(pk=key).title == "Better words"


def test_nothing_published_is_deleted(cast, book):
    ladder = given.published_ladder(cast.house_a)

    for row in (book, rule_of(book), ladder, ladder.steps.first()):
        with refused(KEPT):
            delete(row)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": 3},
        {"published_on": date(2026, 1, 1)},
        {"number": 3, "published_on": date(2026, 1, 1)},
        {"published_on": date(2026, 1, 1), "in_force_from": date(2026, 1, 1)},
        {"number": 0, "published_on": date(2026, 1, 1), "in_force_from": date(2026, 1, 1)},
    ],
)
def test_books_and_ladders_are_published_as_a_whole(cast, wrong):
    with refused("book_published_whole"):
        insert(draft(cast, **wrong))
    with refused("ladder_published_whole"):
        insert(Ladder(house=cast.house_a, **wrong))


def test_a_book_is_in_force_from_the_day_it_is_published_or_later(cast):
    with refused("book_not_before_published"):
        insert(draft(cast, number=1, published_on=date(2026, 1, 2), in_force_from=date(2026, 1, 1)))


@pytest.mark.parametrize("kind", ["agreement", "fees", "testing", "privacy"])
def test_there_is_no_agreement_without_words(cast, kind):
    with refused("book_has_text"):
        insert(draft(cast, kind, number=1, published_on=date(2026, 1, 2), in_force_from=date(2026, 1, 2)))


def test_a_house_has_one_draft_of_a_kind(cast):
    insert(draft(cast))

    with refused("book_one_draft|UNIQUE"):
        insert(draft(cast))
    insert(draft(cast, Book.Kind.FEES))


def test_a_number_is_given_once(cast, book):
    with refused("book_number|UNIQUE"):
        insert(draft(cast, number=1, published_on=date(2026, 1, 2), in_force_from=date(2026, 1, 2)))
    other = Book.objects.get(pk=insert(draft(cast)))
    insert(new_rule(other, 3))
    with refused("rule_number|UNIQUE"):
        insert(new_rule(other, 3))


def test_a_rule_belongs_to_the_house_of_its_book(cast):
    other = Book.objects.get(pk=insert(draft(cast)))
    rule = new_rule(other)
    rule.house = cast.house_b

    with refused("rule_house"):
        insert(rule)


# Signatures


def signature(cast: Cast, book: Book, who: User | None, *, how: str = "own", days_ago: int = 10, **facts: Any) -> Any:
    day = ago(book.house, days_ago)
    return Acknowledgement(
        **{
            "house": book.house,
            "book": book,
            "resident": cast.dana,
            "signed_name": "Dana Renner",
            "signed_at": noon(book.house, day),
            "signed_on": day,
            "how": how,
            "witness": "Bob Example" if how == "paper" else "",
            **by(who),
        }
        | facts
    )


@pytest.mark.parametrize("how", ["own", "tablet"])
def test_nobody_signs_with_another_hand(cast, book, how):
    for other in (cast.alice, cast.frank.user, None):
        with refused("acknowledgement_own_hand"):
            insert(signature(cast, book, other, how=how))

    insert(signature(cast, book, cast.dana.user, how=how))


def test_nobody_without_an_account_signs_on_their_own(cast):
    book = given.published_book(cast.house_c)

    with refused("acknowledgement_own_hand"):
        insert(signature(cast, book, cast.oscar, resident=cast.greta))


def test_nobody_witnesses_their_own_signature(cast, book):
    with refused("acknowledgement_witnessed"):
        insert(signature(cast, book, cast.dana.user, how="paper"))
    with refused("acknowledgement_witness"):
        insert(signature(cast, book, cast.bob, how="paper", witness=""))

    insert(signature(cast, book, cast.bob, how="paper"))


def test_a_signature_has_a_name(cast, book):
    with refused("acknowledgement_name"):
        insert(signature(cast, book, cast.dana.user, signed_name=""))


def test_a_draft_is_not_signed(cast):
    with refused("acknowledgement_of_published"):
        insert(signature(cast, Book.objects.get(pk=insert(draft(cast))), cast.dana.user))


def test_nothing_is_signed_before_it_was_published(cast):
    book = given.published_book(cast.house_a, days_ago=5)

    with refused("acknowledgement_of_published"):
        insert(signature(cast, book, cast.dana.user, days_ago=6))
    insert(signature(cast, book, cast.dana.user, days_ago=5))


def test_nobody_signs_for_another_organization_or_house(cast, book):
    with refused("acknowledgement_organization"):
        insert(signature(cast, book, cast.bob, how="paper", resident=cast.greta))
    with refused("acknowledgement_house"):
        insert(signature(cast, book, cast.dana.user, house=cast.house_b))


@pytest.mark.sqlite
@pytest.mark.parametrize("day", ["2026-9-05", "yesterday", "", "20260905"])
def test_a_day_that_would_not_sort_is_refused(cast, book, day):
    signed = given.signed(book, cast.dana)
    columns = [
        f'"{field.column}"' for field in Acknowledgement._meta.concrete_fields if field.name not in ("id", "uuid")
    ]
    values = ", ".join("%s" if column == '"signed_on"' else column for column in columns)
    table = Acknowledgement._meta.db_table

    with refused("acknowledgement_of_published"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" (uuid, {", ".join(columns)}) SELECT %s, {values} FROM "{table}" WHERE id = %s',
            ["f" * 32, day, signed.pk],
        )


def undoing(signed: Acknowledgement, who: User | None, reason: str = "a mistake") -> AcknowledgementUndone:
    return AcknowledgementUndone(house=signed.house, acknowledgement=signed, reason=reason, **by(who))


def test_a_signature_is_taken_back_once_by_another_and_with_a_reason(cast, book):
    signed = given.signed(book, cast.dana)

    with refused("acknowledgement_undone_by_another"):
        insert(undoing(signed, cast.dana.user))
    with refused("acknowledgement_undone_reason"):
        insert(undoing(signed, cast.bob, ""))
    insert(undoing(signed, cast.bob))
    with refused("UNIQUE|unique"):
        insert(undoing(signed, cast.bob))


def test_a_signature_that_a_violation_stands_on_is_not_taken_back(cast, book):
    signed = given.signed(book, cast.dana, days_ago=30)
    violation = given.violation_of(cast.stay_of_dana, rule_of(book), by=cast.bob, days_ago=2)

    with refused("acknowledgement_undone_bound"):
        insert(undoing(signed, cast.bob))

    insert(ViolationWithdrawal(house=cast.house_a, violation=violation, reason="the wrong person", **by(cast.bob)))
    insert(undoing(signed, cast.bob))


def test_one_of_two_signatures_may_go(cast, book):
    first, later = given.signed(book, cast.dana, days_ago=30), given.signed(book, cast.dana, days_ago=20)
    given.violation_of(cast.stay_of_dana, rule_of(book), by=cast.bob, days_ago=25)

    with refused("acknowledgement_undone_bound"):
        insert(undoing(first, cast.bob))  # the other came after that day
    insert(undoing(later, cast.bob))


# A violation is of a rule that bound them


def violation(stay: Stay, rule: Rule, who: User | None, *, days_ago: int = 2, **facts: Any) -> Violation:
    return Violation(
        **{
            "house": stay.house,
            "stay": stay,
            "rule": rule,
            "happened_on": ago(stay.house, days_ago),
            "what": "Music at two.",
            **by(who),
        }
        | facts
    )


def test_a_rule_that_was_signed_binds(cast, book):
    given.signed(book, cast.dana, days_ago=30)

    insert(violation(cast.stay_of_dana, rule_of(book), cast.alice, days_ago=30))
    insert(violation(cast.stay_of_dana, rule_of(book), None, days_ago=0))


def test_what_was_never_signed_binds_nobody(cast, book):
    given.signed(book, cast.frank)

    with refused("violation_binding_book"):
        insert(violation(cast.stay_of_dana, rule_of(book), cast.alice))


def test_nothing_binds_before_it_was_signed(cast, book):
    given.signed(book, cast.dana, days_ago=10)

    with refused("violation_binding_book"):
        insert(violation(cast.stay_of_dana, rule_of(book), cast.alice, days_ago=11))


def test_the_older_book_binds_until_the_newer_is_signed(cast, book):
    given.signed(book, cast.dana, days_ago=30)
    newer = given.published_book(cast.house_a, days_ago=20)

    with refused("violation_binding_book"):
        insert(violation(cast.stay_of_dana, rule_of(newer), cast.alice))
    insert(violation(cast.stay_of_dana, rule_of(book), cast.alice, days_ago=6))

    given.signed(newer, cast.dana, days_ago=5)
    insert(violation(cast.stay_of_dana, rule_of(newer), cast.alice, days_ago=5))
    insert(violation(cast.stay_of_dana, rule_of(book), cast.alice, days_ago=6))
    with refused("violation_binding_book"):
        insert(violation(cast.stay_of_dana, rule_of(book), cast.alice, days_ago=5))
    with refused("violation_binding_book"):
        insert(violation(cast.stay_of_dana, rule_of(newer), cast.alice, days_ago=6))


def test_no_signature_is_written_down_under_which_a_violation_would_be_of_the_wrong_book(cast, book):
    given.signed(book, cast.dana, days_ago=30)
    newer = given.published_book(cast.house_a, days_ago=20)
    made = given.violation_of(cast.stay_of_dana, rule_of(book), by=cast.bob, days_ago=2)

    with refused("acknowledgement_rebinds"):
        insert(signature(cast, newer, cast.bob, how="paper", days_ago=5))
    insert(signature(cast, newer, cast.bob, how="paper", days_ago=2))  # of the very day: after it
    insert(ViolationWithdrawal(house=cast.house_a, violation=made, reason="the wrong person", **by(cast.bob)))
    insert(signature(cast, newer, cast.bob, how="paper", days_ago=5))


def test_a_book_signed_beforehand_binds_from_its_day(cast):
    with transaction.atomic():
        book = Book.objects.create(house=cast.house_a, kind="rules", title="Soon")
        rule = Rule.objects.create(
            house=cast.house_a, book=book, number=1, category="other", severity="minor", title="x", text="x"
        )
        book.number, book.published_on, book.in_force_from = 1, ago(cast.house_a, 20), ago(cast.house_a, 10)
        book.save()
    given.signed(book, cast.dana, days_ago=15)

    with refused("violation_binding_book"):
        insert(violation(cast.stay_of_dana, rule, cast.alice, days_ago=11))
    insert(violation(cast.stay_of_dana, rule, cast.alice, days_ago=10))


def test_a_signature_that_was_taken_back_binds_no_more(cast, book):
    insert(undoing(given.signed(book, cast.dana), cast.bob))

    with refused("violation_binding_book"):
        insert(violation(cast.stay_of_dana, rule_of(book), cast.alice))


def test_a_rule_that_was_taken_out_binds_nobody(cast):
    with transaction.atomic():
        book = Book.objects.create(house=cast.house_a, kind="rules", title="Short")
        rule = Rule.objects.create(
            house=cast.house_a,
            book=book,
            number=1,
            category="other",
            severity="minor",
            title="x",
            text="x",
            dropped=True,
        )
        factories.published(book)
    given.signed(book, cast.dana)

    with refused("violation_binding_book"):
        insert(violation(cast.stay_of_dana, rule, cast.alice))


def test_another_houses_rule_binds_nobody_here(cast, book):
    theirs = given.published_book(cast.house_b)
    given.signed(book, cast.dana)
    given.signed(theirs, cast.dana)

    for house in (cast.house_a, cast.house_b):
        with refused("violation_rule_house|violation_stay_house|violation_binding_book"):
            insert(violation(cast.stay_of_dana, rule_of(theirs), cast.alice, house=house))


def test_nothing_is_broken_before_moving_in_nor_after_leaving(cast, book):
    stay = Stay.objects.create(
        house=cast.house_a,
        resident=factories.new_resident(cast),
        starts_on=ago(cast.house_a, 40),
        ends_on=ago(cast.house_a, 3),
    )
    given.signed(book, stay.resident, days_ago=60)

    for days in (41, 2):
        with refused("violation_binding_book"):
            insert(violation(stay, rule_of(book), cast.alice, days_ago=days))
    for days in (40, 3):
        insert(violation(stay, rule_of(book), cast.alice, days_ago=days))


def test_nothing_is_broken_in_a_stay_entered_by_mistake(cast, book):
    stay = factories.new_stay(cast)
    given.signed(book, stay.resident)
    insert(violation(stay, rule_of(book), cast.alice))
    update(Stay, stay.pk, voided=True)

    with refused("violation_binding_book"):
        insert(violation(stay, rule_of(book), cast.alice))


def test_nobody_records_about_themselves(cast, book):
    given.signed(book, cast.dana)

    with refused("violation_by_another"):
        insert(violation(cast.stay_of_dana, rule_of(book), cast.dana.user))
    with refused("violation_what"):
        insert(violation(cast.stay_of_dana, rule_of(book), cast.alice, what=""))


# Decisions: by other hands, and once


@pytest.fixture
def recorded(cast, book) -> Violation:
    """Recorded by alice about dana."""
    given.signed(book, cast.dana)
    return given.violation_of(cast.stay_of_dana, rule_of(book), by=cast.alice)


@pytest.fixture
def appeal(cast, recorded) -> Appeal:
    """Recorded by alice, decided by bob, appealed."""
    decision = given.decided(recorded, by=cast.bob)
    return Appeal.objects.create(house=recorded.house, decision=decision, text="It was not me.", **by(cast.dana.user))


def decision(of: Violation, who: User | None, **facts: Any) -> Decision:
    usual = {"outcome": "upheld", "consequence": "verbal", "reason": "Two heard it."}
    until = noon(of.house, of.happened_on)
    return Decision(house=of.house, violation=of, appeal_until=until, **(usual | facts), **by(who))


def appeal_decision(of: Appeal, who: User | None, **facts: Any) -> AppealDecision:
    return AppealDecision(house=of.house, appeal=of, **({"outcome": "stands", "reason": "Fair."} | facts), **by(who))


def opinion(of: Violation, who: User | None, **facts: Any) -> ReviewOpinion:
    return ReviewOpinion(house=of.house, violation=of, **({"leaves": True, "reason": "Again."} | facts), **by(who))


def test_neither_recorder_nor_subject_nor_program_decides(cast, recorded):
    grant(cast.dana.user, "manager", cast.organization, cast.house_a)
    for hand in (cast.alice, cast.dana.user, None):
        with refused("decision_by_another"):
            insert(decision(recorded, hand))

    insert(decision(recorded, cast.bob))


def test_a_decided_matter_is_not_decided_again(cast, recorded):
    insert(decision(recorded, cast.bob))

    with refused("UNIQUE|unique"):
        insert(decision(recorded, cast.olive))


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"reason": ""}, "decision_reason"),
        ({"consequence": ""}, "decision_outcome"),
        ({"consequence": "flogging"}, "decision_outcome"),
        ({"outcome": "dismissed"}, "decision_outcome"),
        ({"outcome": "maybe"}, "decision_outcome"),
        ({"advised": "written"}, "decision_deviation"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_decision_says_what_and_why(cast, recorded, wrong, name):
    with refused(name):
        insert(decision(recorded, cast.bob, **wrong))


def test_another_consequence_than_the_ladders_has_its_reason(cast, recorded):
    insert(decision(recorded, cast.bob, advised="written", deviation="The first in a year."))


def test_neither_recorder_nor_decider_nor_subject_decides_an_appeal(cast, appeal):
    for hand in (cast.alice, cast.bob, cast.dana.user, None):
        with refused("appeal_decision_by_another"):
            insert(appeal_decision(appeal, hand))

    insert(appeal_decision(appeal, cast.olive))
    with refused("UNIQUE|unique"):
        insert(appeal_decision(appeal, cast.charlie))


def test_a_decision_is_appealed_once_and_with_words(cast, appeal):
    again = {"house": appeal.house, "decision": appeal.decision, **by(cast.dana.user)}

    with refused("UNIQUE|unique"):
        insert(Appeal(text="Once more.", **again))
    with refused("appeal_text"):
        insert(Appeal(text="", **again))


def test_an_appeal_comes_in_its_time(cast, recorded):
    made = given.decided(recorded, by=cast.bob, appeal_days=-1)

    with refused("appeal_in_time"):
        insert(Appeal(house=recorded.house, decision=made, text="It was not me.", **by(cast.dana.user)))


@pytest.mark.parametrize(
    "wrong", [{"outcome": "stands", "consequence": "verbal"}, {"outcome": "changed"}, {"outcome": "perhaps"}]
)
def test_an_appeals_decision_is_whole(cast, appeal, wrong):
    with refused("appeal_decision_outcome"):
        insert(appeal_decision(appeal, cast.olive, **wrong))


def test_two_different_people_speak_in_a_discharge_review(cast, recorded):
    for hand in (cast.alice, cast.dana.user, None):
        with refused("review_opinion_by_another"):
            insert(opinion(recorded, hand))
    insert(opinion(recorded, cast.bob))
    with refused("review_opinion_once|UNIQUE"):
        insert(opinion(recorded, cast.bob, leaves=False))
    insert(opinion(recorded, cast.olive))


def test_a_withdrawal_is_by_another_once_and_with_a_reason(cast, recorded):
    facts = {"house": recorded.house, "violation": recorded}

    with refused("violation_withdrawal_by_another"):
        insert(ViolationWithdrawal(reason="x", **facts, **by(cast.dana.user)))
    with refused("violation_withdrawal_reason"):
        insert(ViolationWithdrawal(reason="", **facts, **by(cast.bob)))
    insert(ViolationWithdrawal(reason="x", **facts, **by(cast.alice)))
    with refused("UNIQUE|unique"):
        insert(ViolationWithdrawal(reason="x", **facts, **by(cast.bob)))


def test_what_hangs_on_a_violation_is_of_its_house(cast, recorded):
    facts = {"house": cast.house_b, "violation": recorded, **by(cast.bob)}
    rows = {
        "answer_house": Answer(stance="accept", **facts),
        "reporter_house": Reporter(name="Ruth", **facts),
        "attachment_house": Attachment(file=factories.new_file(), caption="x", **facts),
        "violation_withdrawal_house": ViolationWithdrawal(reason="x", **facts),
        "review_opinion_house": ReviewOpinion(leaves=True, reason="x", **facts),
    }
    for name, row in rows.items():
        with refused(name):
            insert(row)


def test_an_answer_that_disputes_has_words(cast, recorded):
    facts = {"house": recorded.house, "violation": recorded, **by(cast.dana.user)}

    for stance in ("dispute", "explain", "shrug"):
        with refused("answer_text|answer_stance"):
            insert(Answer(stance=stance, **facts))
    insert(Answer(stance="accept", **facts))


# What is written once


@pytest.mark.parametrize(
    "model",
    [
        Acknowledgement,
        AcknowledgementUndone,
        Answer,
        Appeal,
        AppealDecision,
        Attachment,
        ContractReview,
        ContractSignature,
        Decision,
        Removal,
        RemovalReview,
        Reporter,
        ReviewOpinion,
        Violation,
        ViolationWithdrawal,
    ],
    ids=lambda model: model.__name__,
)
def test_what_was_said_and_decided_is_neither_changed_nor_deleted(cast, model):
    row = factories.saved(model, cast)

    with refused("append-only"):
        update(model, row.pk, recorded_as="somebody else")
    with refused(KEPT):
        delete(row)

    row.refresh_from_db()
    assert row.recorded_as != "somebody else"


# Contracts and removals


def contract(cast: Cast, *, ends: int = 30, review: int = 7, **facts: Any) -> Contract:
    today = cast.today
    return Contract(
        **{
            "house": cast.house_a,
            "stay": cast.stay_of_dana,
            "terms": "Five meetings a week.",
            "starts_on": today,
            "ends_on": today + timedelta(days=ends),
            "review_on": today + timedelta(days=review),
        }
        | by(cast.alice)
        | facts
    )


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"ends": 0, "review": 0}, "contract_range|contract_review"),
        ({"ends": -1}, "contract_range|contract_review"),
        ({"review": 0}, "contract_review"),
        ({"review": 31}, "contract_review"),
        ({"terms": ""}, "contract_terms"),
    ],
)
def test_a_contract_lasts_and_is_looked_at_while_it_does(cast, facts, name):
    with refused(name):
        insert(contract(cast, **facts))


def test_what_was_agreed_is_not_changed(cast):
    key = insert(contract(cast))

    for change in ({"terms": "Six."}, {"help": "A lift."}, {"ends_on": cast.today + timedelta(days=60)}):
        with refused("contract_frozen"):
            update(Contract, key, **change)
    with refused("contract_ended"):
        update(Contract, key, ended_on=cast.today - timedelta(days=1))
    update(Contract, key, ended_on=cast.today)
    for again in (None, cast.today + timedelta(days=1)):
        with refused("contract_ended_once"):
            update(Contract, key, ended_on=again)


def test_nobody_writes_a_contract_with_themselves(cast):
    with refused("contract_by_another"):
        insert(contract(cast, **by(cast.dana.user)))


def test_a_contract_is_signed_with_ones_own_hand(cast):
    made = Contract.objects.get(pk=insert(contract(cast)))
    facts = {
        "house": made.house,
        "contract": made,
        "signed_name": "Dana Renner",
        "signed_at": noon(made.house, cast.today),
        "signed_on": cast.today,
    }

    for how, hand, witness, name in [
        ("own", cast.alice, "", "contract_signature_own_hand"),
        ("tablet", cast.alice, "", "contract_signature_own_hand"),
        ("paper", cast.dana.user, "Bob Example", "contract_signature_witnessed"),
        ("paper", cast.alice, "", "contractsignature_witness"),
    ]:
        with refused(name):
            insert(ContractSignature(how=how, witness=witness, **facts, **by(hand)))
    insert(ContractSignature(how="own", **facts, **by(cast.dana.user)))
    with refused("UNIQUE|unique"):
        insert(ContractSignature(how="own", **facts, **by(cast.dana.user)))


def test_a_review_of_a_contract_ends_it_or_says_when_it_is_looked_at_again(cast):
    made = Contract.objects.get(pk=insert(contract(cast)))
    facts = {"house": made.house, "contract": made, "result": "kept", "note": "Going well."}

    for wrong in ({"ends_it": False}, {"ends_it": True, "next_on": cast.today}):
        with refused("contract_review_next"):
            insert(ContractReview(**facts, **wrong, **by(cast.alice)))
    for hand in (cast.dana.user, None):
        with refused("contract_review_by_another"):
            insert(ContractReview(ends_it=True, **facts, **by(hand)))
    insert(ContractReview(ends_it=True, **facts, **by(cast.alice)))


def test_a_removal_is_looked_at_by_another(cast):
    now = noon(cast.house_a, cast.today)
    facts = {"house": cast.house_a, "stay": cast.stay_of_dana, "happened_at": now, "review_by": now}
    said = {"reason": "A knife.", "help_given": "Called Harbor House; they have a bed."}

    for missing in ("reason", "help_given"):
        with refused("removal_said_why"):
            insert(Removal(**facts, **(said | {missing: ""}), **by(cast.alice)))
    for hand in (cast.dana.user, None):
        with refused("removal_by_another"):
            insert(Removal(**facts, **said, **by(hand)))
    removal = Removal.objects.get(pk=insert(Removal(**facts, **said, **by(cast.alice))))
    review = {"house": cast.house_a, "removal": removal, "outcome": "right", "reason": "Seen by three."}
    for hand in (cast.alice, cast.dana.user, None):
        with refused("removal_review_by_another"):
            insert(RemovalReview(**review, **by(hand)))
    insert(RemovalReview(**review, **by(cast.bob)))
    with refused("UNIQUE|unique"):
        insert(RemovalReview(**review, **by(cast.olive)))


def test_an_item_is_shown_once_and_by_another(cast):
    with transaction.atomic():
        item = OrientationItem.objects.create(house=cast.house_a, text="Where the extinguisher is")
        elsewhere = OrientationItem.objects.create(house=cast.house_b, text="The alarm")
    facts = {"house": cast.house_a, "stay": cast.stay_of_dana}

    with refused("orientation_shown_by_another"):
        insert(OrientationShown(item=item, **facts, **by(cast.dana.user)))
    with refused("orientation_shown_item_house"):
        insert(OrientationShown(item=elsewhere, **facts, **by(cast.bob)))
    key = insert(OrientationShown(item=item, **facts, **by(cast.bob)))
    with refused("orientation_shown_once|UNIQUE"):
        insert(OrientationShown(item=item, **facts, **by(cast.bob)))
    update(OrientationShown, key, voided=True)
    insert(OrientationShown(item=item, **facts, **by(cast.bob)))


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"position": 0}, "ladder_step_position"),
        ({"position": 10}, "ladder_step_position"),
        ({"consequence": "none"}, "ladder_step_consequence"),
        ({"severity": "mild"}, "ladder_step_severity"),
        ({"category": "weather"}, "ladder_step_category"),
    ],
)
def test_a_step_is_one_the_ladder_knows(cast, wrong, name):
    with transaction.atomic():
        ladder = Ladder.objects.create(house=cast.house_a)
    facts = {"category": "", "severity": Severity.MINOR, "position": 1, "consequence": Consequence.VERBAL} | wrong

    with refused(name):
        insert(LadderStep(house=cast.house_a, ladder=ladder, **facts))


def test_every_category_has_its_place_in_the_database(cast):
    book = Book.objects.get(pk=insert(draft(cast)))
    for number, category in enumerate(Category.values, start=1):
        rule = new_rule(book, number)
        rule.category = category
        insert(rule)
    wrong = new_rule(book, 90)
    wrong.category = "weather"

    with refused("rule_category"):
        insert(wrong)


# Two at once, where one could slip past the other


def beside(cast: Cast, first: Callable[[], Any], second: Callable[[], Any]) -> list[str]:
    """Do `first` and, before it is committed, `second` in another connection; what was refused."""
    done, refusals = threading.Event(), []

    def run() -> None:
        try:
            with acting_as(cast.alice, source="web"):
                second()
        except IntegrityError as refusal:
            refusals.append(str(refusal))
        finally:
            done.set()
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        waited = not done.wait(timeout=0.5)
    thread.join(timeout=30)
    assert waited, "The second did not wait for the first."
    return refusals


@pytest.mark.postgresql
@pytest.mark.usefixtures("committed_db")
def test_no_rule_slips_into_a_book_while_it_is_published(cast):
    book = Book.objects.get(pk=insert(draft(cast)))
    kept = insert(new_rule(book, 1))

    refusals = beside(cast, lambda: publish(book), lambda: insert(new_rule(book, 2)))

    assert "rule_published" in refusals[0]
    assert list(book.rules.values_list("pk", flat=True)) == [kept]


@pytest.mark.postgresql
@pytest.mark.usefixtures("committed_db")
def test_no_rule_changes_while_its_book_is_published(cast):
    book = Book.objects.get(pk=insert(draft(cast)))
    rule = insert(new_rule(book, 1))

    refusals = beside(cast, lambda: publish(book), lambda: update(Rule, rule, text="Something else."))

    assert "rule_published" in refusals[0]
    assert Rule.objects.get(pk=rule).text == "x"


@pytest.mark.postgresql
@pytest.mark.usefixtures("committed_db")
def test_what_came_into_a_book_before_it_is_published_is_published_with_it(cast):
    book = Book.objects.get(pk=insert(draft(cast)))

    assert beside(cast, lambda: insert(new_rule(book, 1)), lambda: publish(book)) == []

    assert book.rules.count() == 1
    assert not Book.objects.get(pk=book.pk).is_draft


@pytest.mark.postgresql
@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("order", ["violation first", "signature first"])
def test_no_violation_is_left_without_the_signature_it_stands_on(cast, order):
    book = given.published_book(cast.house_a)
    signed = given.signed(book, cast.dana)
    acts: list[Callable[[], Any]] = [
        lambda: insert(violation(cast.stay_of_dana, rule_of(book), cast.bob)),
        lambda: insert(undoing(signed, cast.bob)),
    ]
    if order == "signature first":
        acts.reverse()

    (refusal,) = beside(cast, *acts)

    assert ("acknowledgement_undone_bound" if order == "violation first" else "violation_binding_book") in refusal
    assert Violation.objects.exists() == (order == "violation first")
    assert AcknowledgementUndone.objects.exists() == (order == "signature first")


@pytest.mark.postgresql
@pytest.mark.usefixtures("committed_db")
def test_of_two_who_decide_at_once_one_does(cast):
    book = given.published_book(cast.house_a)
    given.signed(book, cast.dana)
    made = given.violation_of(cast.stay_of_dana, rule_of(book), by=cast.alice)

    refusals = beside(cast, lambda: insert(decision(made, cast.bob)), lambda: insert(decision(made, cast.olive)))

    assert "unique" in refusals[0]
    assert Decision.objects.get().recorded_by == cast.bob


def test_a_person_of_two_houses_is_bound_by_each_houses_own_book(cast, book):
    """Whoever moved on took no rule along."""
    elsewhere = given.published_book(cast.house_b)
    user = make_user("nadia")
    person = Resident.objects.create(organization=cast.organization, user=user, legal_first_name="Nadia")
    first = Stay.objects.create(
        house=cast.house_a, resident=person, starts_on=ago(cast.house_a, 90), ends_on=ago(cast.house_a, 30)
    )
    second = Stay.objects.create(house=cast.house_b, resident=person, starts_on=ago(cast.house_a, 30))
    given.signed(book, person, days_ago=90)

    insert(violation(first, rule_of(book), cast.alice, days_ago=31))
    with refused("violation_binding_book"):
        insert(violation(second, rule_of(elsewhere), cast.charlie))
    given.signed(elsewhere, person, days_ago=29)
    insert(violation(second, rule_of(elsewhere), cast.charlie))
