"""What the pages about rules and being away are opened with: all of it about one resident, with words as long as may
be. Alice recorded it and Bob decided it, so that Olive may take the next step."""

from __future__ import annotations

import io
from datetime import time, timedelta
from typing import Any

from django.utils import timezone
from PIL import Image

from residents.away.services import curfew, movements, nights, passes
from residents.models import Book, Decision, Pass, PhaseKind, Stay
from residents.rules.models import Category, Consequence
from residents.rules.services import books, contracts, ladders, removals, signing, violations
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.rules import given


def ruled_rows(cast: Cast, stay: Stay, kind: PhaseKind, long: str) -> dict[str, Any]:
    """`kind` is a phase with a long name; `long` is a hundred letters without a space."""
    with acting_as(cast.alice, source="web"):
        return {
            **_books(cast, stay, long),
            **_violations(cast, stay, long),
            **_contract_and_removal(cast, stay, long),
            **_passes(cast, stay, long),
            **_nights(cast, stay, kind, long),
        }


def a_picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 500), "teal").save(out, "PNG")
    return out.getvalue()


def _books(cast: Cast, stay: Stay, long: str) -> dict[str, Any]:
    house, person, now = cast.house_a, stay.resident, timezone.now()
    book = given.published_book(house)
    given.published_ladder(house)
    given.signed(book, person)
    draft = books.book_draft(house=house, kind=Book.Kind.RULES)
    books.book_change(book=draft, title=long, text=f"{long * 3}\n\n{long}", changes=long * 2)
    rule = books.rule_add(book=draft, category=Category.OTHER, severity="serious", title=long[:80], text=long * 3)
    agreement = given.published_book(house, kind=Book.Kind.AGREEMENT, text=f"{long * 3}\n\n{long}")
    signature = signing.book_sign_on_paper(
        book=agreement,
        resident=person,
        signed_name=person.name,
        witness=long,
        signed_at=now,
        paper=a_picture(),
        now=now,
    )
    item, left = (signing.orientation_item_save(house=house, text=f"{long} {n}") for n in range(2))
    assert left.in_use
    [shown] = signing.items_shown(items=[item], stay=stay, now=now)
    return {
        "book": book,
        "draft book": draft,
        "draft rule": rule,
        "long book": agreement,
        "book to sign": given.published_book(house, kind=Book.Kind.FEES, text=long * 3),
        "signature": signature,
        "orientation item": item,
        "shown": shown,
        "draft ladder": ladders.ladder_draft(house=house),
    }


def _violations(cast: Cast, stay: Stay, long: str) -> dict[str, Any]:
    now, book = timezone.now(), Book.objects.get(house=cast.house_a, kind=Book.Kind.RULES, number=1)
    rules = {rule.category: rule for rule in book.rules.all()}
    waits, appealed, over, taken_back = (
        violations.violation_record(
            stay=stay,
            rule=rules[category],
            happened_on=cast.today - timedelta(days=2),
            happened_at=time(22, 30),
            place=long,
            what=long * 5,
            response=long * 2,
            reporters=[(long, True), (f"{long} too", False)],
            attachments=[(a_picture(), long)],
            now=now,
        )
        for category in (Category.CURFEW, Category.CHORES, Category.CHORES, Category.RESPECT)
    )
    for each in (waits, appealed, over):
        violations.violation_answer(violation=each, stance="explain", text=long * 4, now=now)
    violations.violation_withdraw(violation=taken_back, reason=long * 3, now=now)
    reviewed = given.violation_of(stay, rules[Category.SUBSTANCES], by=cast.alice)
    given.decided(reviewed, by=cast.bob, consequence=Consequence.REVIEW)
    fresh = given.violation_of(stay, rules[Category.RESPECT], by=cast.alice)
    given.decided(fresh, by=cast.bob, consequence=Consequence.RESTRICTION, terms=long * 2)
    appeals = []
    for each in (appealed, over):
        with acting_as(cast.bob, source="web"):
            decision = violations.violation_decide(
                violation=each,
                outcome=Decision.Outcome.UPHELD,
                consequence=Consequence.RESTRICTION,
                terms=long * 3,
                reason=long * 4,
                deviation=long * 2,
                now=now,
            )
        with acting_as(cast.audra, source="web"):
            appeals.append(violations.violation_appeal(decision=decision, text=long * 4, now=now))
    with acting_as(cast.olive, source="web"):
        violations.appeal_decide(
            appeal=appeals[1],
            outcome="changed",
            consequence=Consequence.WRITTEN,
            terms=long,
            reason=long * 4,
            now=now,
        )
    return {
        "violation": waits,
        "decided violation": fresh,
        "appealed violation": appealed,
        "appeal": appeals[0],
        "violation decided again": over,
        "withdrawn violation": taken_back,
        "reviewed violation": reviewed,
    }


def _contract_and_removal(cast: Cast, stay: Stay, long: str) -> dict[str, Any]:
    today, now = cast.today, timezone.now()
    signed, unsigned = (
        contracts.contract_make(
            stay=stay,
            terms=long * 4,
            help=long * 3,
            starts_on=today,
            ends_on=today + timedelta(days=30),
            review_on=today + timedelta(days=10),
            now=now,
        )
        for _each in range(2)
    )
    contracts.contract_sign_on_paper(
        contract=signed, signed_name=stay.resident.name, witness=long, signed_at=now, paper=a_picture(), now=now
    )
    contracts.contract_review(
        contract=signed, result="partly", note=long * 3, next_on=today + timedelta(days=5), now=now
    )
    removal = removals.removal_record(
        stay=stay, happened_at=now, reason=long * 4, help_given=long * 4, where_to=long, now=now
    )
    return {"contract": signed, "unsigned contract": unsigned, "removal": removal}


def _passes(cast: Cast, stay: Stay, long: str) -> dict[str, Any]:
    now = timezone.now()
    facts = {"where": long, "contact": long, "transport": long, "note": long * 3}
    rule = passes.pass_rule_save(
        house=cast.house_a, kind="overnight", min_days=300, max_nights=1, notice_hours=900, officer_agrees=True
    )
    away, asked, refused = (
        given.pass_of(stay, by=cast.alice, starts_in_hours=hours, hours=20, **facts) for hours in (1, 48, 96)
    )
    with acting_as(cast.bob, source="web"):
        passes.pass_decide(asked=away, outcome="changed", conditions=long * 3, reason=long * 3, now=now)
        passes.pass_decide(asked=refused, outcome="refused", reason=long * 3, now=now)
    away, refused = (Pass.objects.get(pk=each.pk) for each in (away, refused))
    passes.pass_ask_more_time(pass_=away, until=away.ends_at + timedelta(hours=3), note=long * 2, now=now)
    return {"asked pass": asked, "given pass": away, "refused pass": refused, "pass rule": rule}


def _nights(cast: Cast, stay: Stay, kind: PhaseKind, long: str) -> dict[str, Any]:
    house, today, now = cast.house_a, cast.today, timezone.now()
    curfew.curfew_hour_save(house=house, phase=kind, hour=time(21))
    hour, *_others = (curfew.curfew_hour_save(house=house, weekday=day, hour=time(22)) for day in range(7))
    exception = curfew.curfew_exception_add(
        stay=stay, source="officer", hour=time(20), starts_on=today, reason=long * 2, today=today
    )
    checks = [
        nights.roll_take(
            house=house,
            night=today - timedelta(days=ago),
            entries=[nights.RollEntry(stay=stay, status="excused", why=long)],
            now=now,
        )
        for ago in (4, 3)
    ]
    nights.check_correct(check=checks[0][0], status="absent", reason=long * 2, now=now)
    movement = movements.sign_out(stay=stay, purpose="work", where=long, at=now - timedelta(minutes=9), now=now)
    return {"curfew hour": hour, "exception": exception, "check": checks[1][0], "movement": movement}
