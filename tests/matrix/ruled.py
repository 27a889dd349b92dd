"""Rows about rules, passes and nights for the matrix: each about Nia, and each such that alice, bob and olive may take
the next step. The one before it was taken in the name of audra, and after her of charlie."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from residents.away.services import movements, nights
from residents.models import Pass, Stay
from residents.rules.models import Category, Consequence
from residents.rules.services import contracts, removals, violations
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.rules import given


def ruled_rows(cast: Cast, stay: Stay) -> dict[str, Any]:
    """`stay` is Nia's."""
    now = datetime.now(UTC)
    house, nia = cast.house_a, stay.resident
    book, ladder = given.published_book(house), given.published_ladder(house)
    for person in (nia, cast.dana):
        given.signed(book, person)
    rules = {rule.category: rule for rule in book.rules.all()}
    recorded = given.violation_of(stay, rules[Category.CURFEW], by=cast.audra)
    decided, appealed, reviewed = (
        given.violation_of(stay, rules[category], by=cast.audra)
        for category in (Category.RESPECT, Category.CHORES, Category.SUBSTANCES)
    )
    given.decided(decided, by=cast.charlie)
    given.decided(reviewed, by=cast.charlie, consequence=Consequence.REVIEW)
    with acting_as(cast.audra, source="web"):
        appeal = violations.violation_appeal(
            decision=given.decided(appealed, by=cast.charlie), text="I had called.", now=now
        )
    with acting_as(cast.audra, source="web"):
        removal = removals.removal_record(
            stay=stay, happened_at=now, reason="A fight.", help_given="Called two houses.", now=now
        )
    asked = given.pass_of(stay, by=cast.audra, starts_in_hours=24, hours=4)
    away = given.pass_of(stay, by=cast.audra, starts_in_hours=-3, hours=8, status=Pass.Status.APPROVED)
    with acting_as(cast.alice, source="web"):
        contract = a_contract(cast, stay, now)
        (check,) = nights.roll_take(
            house=house, night=night(cast, 3), entries=[nights.RollEntry(stay=stay, status="in")], now=now
        )
        movement = movements.sign_out(stay=stay, purpose="work", at=now - timedelta(minutes=9), now=now)
    return {
        "book": book,
        "rule": rules[Category.CURFEW],
        "ladder": ladder,
        "violation": recorded,
        "decided violation": decided,
        "appeal": appeal,
        "reviewed violation": reviewed,
        "contract": contract,
        "removal": removal,
        "asked pass": asked,
        "given pass": away,
        "check": check,
        "movement": movement,
    }


def a_contract(cast: Cast, stay: Stay, now: datetime) -> Any:
    today = cast.today
    contract = contracts.contract_make(
        stay=stay,
        terms="In by ten.",
        starts_on=today,
        ends_on=today + timedelta(days=30),
        review_on=today + timedelta(days=14),
        today=today,
    )
    contracts.contract_sign_on_paper(
        contract=contract, signed_name=stay.resident.name, witness="Bob Example", signed_at=now, now=now
    )
    return contract


def night(cast: Cast, ago: int) -> date:
    return cast.today - timedelta(days=ago)
