"""Rows about rules, passes and nights for the matrix: each about Nia, and each such that alice, bob and olive may take
the next step. The one before it was taken in the name of audra, and after her of charlie."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from PIL import Image

from residents.away.services import curfew, movements, nights, passes
from residents.models import Book, Stay
from residents.rules.models import Category, Consequence
from residents.rules.services import books, contracts, ladders, removals, signing, violations
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
    with acting_as(cast.oscar, source="web"):  # who neither recorded nor decided it
        appeal = violations.violation_appeal(
            decision=given.decided(appealed, by=cast.charlie), text="I had called.", now=now
        )
    with acting_as(cast.audra, source="web"):
        removal = removals.removal_record(
            stay=stay, happened_at=now, reason="A fight.", help_given="Called two houses.", now=now
        )
    asked = given.pass_of(stay, by=cast.audra, starts_in_hours=24, hours=4)
    away = given.pass_of(stay, by=cast.audra, starts_in_hours=-3, hours=8, decided_by=cast.charlie)
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
        **rows_of_pages(cast, stay, book),
    }


def rows_of_pages(cast: Cast, stay: Stay, book: Book) -> dict[str, Any]:
    """What only pages are about: drafts, lists, files, and what Dana does herself."""
    now, house, dana = datetime.now(UTC), cast.house_a, cast.stay_of_dana
    rules = {rule.category: rule for rule in book.rules.all()}
    heard = given.violation_of(stay, rules[Category.RESPECT], by=cast.audra, days_ago=5)
    appealed = given.decided(heard, by=cast.charlie)
    with acting_as(cast.olive, source="web"):
        again = violations.violation_appeal(decision=appealed, text="It was not me.", now=now)
    with acting_as(cast.audra, source="web"):
        attachment = violations.attachment_add(violation=heard, data=a_picture(), caption="The door")
    with acting_as(cast.oscar, source="web"):
        violations.appeal_decide(appeal=again, outcome="stands", reason="Two saw it.", now=now)
    of_dana = given.violation_of(dana, rules[Category.CURFEW], by=cast.audra)
    decided = given.violation_of(dana, rules[Category.CHORES], by=cast.audra)
    given.decided(decided, by=cast.charlie)
    asked = given.pass_of(dana, by=cast.dana.user, starts_in_hours=48, hours=4)
    away = given.pass_of(dana, by=cast.dana.user, starts_in_hours=-2, hours=8, decided_by=cast.charlie)
    with acting_as(cast.olive, source="web"):
        newer = books.book_draft(house=house, kind=Book.Kind.RULES)
        ladder = ladders.ladder_draft(house=house)
        paper, unread = (given.published_book(house, kind=kind) for kind in (Book.Kind.FEES, Book.Kind.PRIVACY))
        item = signing.orientation_item_save(house=house, text="Where the extinguisher is")
        [shown] = signing.items_shown(items=[item], stay=stay, now=now)
        signed = signing.book_sign_on_paper(
            book=paper,
            resident=stay.resident,
            signed_name=stay.resident.name,
            witness="Bob Example",
            signed_at=now,
            paper=a_picture(),
            now=now,
        )
        contract = contracts.contract_make(stay=dana, **terms(cast))
        open_contract = contracts.contract_make(stay=stay, **terms(cast))
        kept = contracts.contract_make(stay=stay, **terms(cast))
        under = contracts.contract_sign_on_paper(
            contract=kept,
            signed_name=stay.resident.name,
            witness="Bob Example",
            signed_at=now,
            paper=a_picture(),
            now=now,
        )
        hour = curfew.curfew_hour_save(house=house, weekday=2, hour=time(22))
        exception = curfew.curfew_exception_add(
            stay=stay, source="officer", hour=time(20), starts_on=cast.today, reason="The court", today=cast.today
        )
        rule = passes.pass_rule_save(house=house, kind="overnight", min_days=30)
    return {
        "draft book": newer,
        "draft rule": newer.rules.first(),
        "draft ladder": ladder,
        "sheet": paper,
        "unread": unread,
        "item": item,
        "shown": shown,
        "signature": signed,
        "heard violation": heard,
        "attachment": attachment,
        "violation of dana": of_dana,
        "decided violation of dana": decided,
        "contract of dana": contract,
        "open contract": open_contract,
        "signature under a contract": under,
        "pass of dana": asked,
        "given pass of dana": away,
        "curfew hour": hour,
        "exception": exception,
        "pass rule": rule,
    }


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, "PNG")
    return out.getvalue()


def terms(cast: Cast) -> dict[str, Any]:
    today = cast.today
    return {
        "terms": "In by ten.",
        "starts_on": today,
        "ends_on": today + timedelta(days=30),
        "review_on": today + timedelta(days=14),
        "now": datetime.now(UTC),
    }


def a_contract(cast: Cast, stay: Stay, now: datetime) -> Any:
    contract = contracts.contract_make(stay=stay, **terms(cast))
    contracts.contract_sign_on_paper(
        contract=contract, signed_name=stay.resident.name, witness="Bob Example", signed_at=now, now=now
    )
    return contract


def night(cast: Cast, ago: int) -> date:
    return cast.today - timedelta(days=ago)
