"""Rows of rules, written directly, as a test finds them. Each is recorded as whoever is named.

`days_ago` counts back from the house's today; instants lie at noon of that day in the house.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from residents.models import (
    Acknowledgement,
    Book,
    Decision,
    House,
    Ladder,
    LadderStep,
    Pass,
    PassDecision,
    Resident,
    Rule,
    Stay,
    Violation,
)
from residents.rules.models import Category, Consequence, Severity, Signed
from soberhouse.accounts.models import User
from soberhouse.history import acting_as, recorded

Kind = tuple[str, str]  # a category and a severity
USUAL: Sequence[Kind] = (
    (Category.SUBSTANCES, Severity.CRITICAL),
    (Category.CURFEW, Severity.MINOR),
    (Category.CHORES, Severity.MINOR),
    (Category.RESPECT, Severity.SERIOUS),
)


def noon(house: House, day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=house.zone).astimezone(UTC)


def ago(house: House, days: int) -> date:
    return house.today() - timedelta(days=days)


@transaction.atomic
def published_book(
    house: House, *, rules: Sequence[Kind] = USUAL, days_ago: int = 200, kind: str = Book.Kind.RULES, text: str = ""
) -> Book:
    """The next version of a book, published and in force since so many days; its rules are numbered from 1."""
    with acting_as(None, reason="given", source="command"):
        number = (Book.objects.filter(house=house, kind=kind).aggregate(Max("number"))["number__max"] or 0) + 1
        book = Book.objects.create(house=house, kind=kind, title=f"What we ask, {number}", text=text or "Be kind.")
        if kind == Book.Kind.RULES:
            for place, (category, severity) in enumerate(rules, start=1):
                Rule.objects.create(
                    house=house,
                    book=book,
                    number=place,
                    category=category,
                    severity=severity,
                    title=f"About {category} {place}",
                    text=f"What this house asks about {category}.",
                )
        book.number, book.published_on, book.in_force_from = number, ago(house, days_ago), ago(house, days_ago)
        book.save()
        return book


@transaction.atomic
def signed(book: Book, resident: Resident, *, days_ago: int = 30, witness: str = "Bob Example") -> Acknowledgement:
    """On paper, so many days ago."""
    day = max(ago(book.house, days_ago), book.published_on)
    with acting_as(None, reason="given", source="command"):
        return Acknowledgement.objects.create(
            house=book.house,
            book=book,
            resident=resident,
            signed_name=resident.name,
            signed_at=noon(book.house, day),
            signed_on=day,
            how=Signed.How.PAPER,
            witness=witness,
            **recorded(),
        )


@transaction.atomic
def published_ladder(
    house: House,
    *,
    steps: Sequence[tuple[str, str, Sequence[str]]] = (
        ("", Severity.MINOR, (Consequence.VERBAL, Consequence.WRITTEN, Consequence.RESTRICTION)),
        ("", Severity.SERIOUS, (Consequence.WRITTEN, Consequence.CONTRACT, Consequence.REVIEW)),
        ("", Severity.CRITICAL, (Consequence.REVIEW,)),
    ),
    look_back_days: int = 90,
    appeal_days: int = 3,
    days_ago: int = 200,
) -> Ladder:
    """The next version of the house's ladder: category ("" for all others), severity, consequence by consequence."""
    with acting_as(None, reason="given", source="command"):
        number = (Ladder.objects.filter(house=house).aggregate(Max("number"))["number__max"] or 0) + 1
        ladder = Ladder.objects.create(house=house, look_back_days=look_back_days, appeal_days=appeal_days)
        for category, severity, consequences in steps:
            for position, consequence in enumerate(consequences, start=1):
                LadderStep.objects.create(
                    house=house,
                    ladder=ladder,
                    category=category,
                    severity=severity,
                    position=position,
                    consequence=consequence,
                )
        ladder.number, ladder.published_on, ladder.in_force_from = number, ago(house, days_ago), ago(house, days_ago)
        ladder.save()
        return ladder


@transaction.atomic
def violation_of(stay: Stay, rule: Rule, *, by: User, days_ago: int = 2, **facts: Any) -> Violation:
    """Recorded by `by`. The rule's book must bind the resident that day (`signed`)."""
    with acting_as(by, source="web"):
        return Violation.objects.create(
            house=stay.house,
            stay=stay,
            rule=rule,
            happened_on=ago(stay.house, days_ago),
            **{"what": "The kitchen light was on at two, and music."} | facts,
            **recorded(),
        )


@transaction.atomic
def decided(
    violation: Violation,
    *,
    by: User,
    outcome: str = Decision.Outcome.UPHELD,
    consequence: str = Consequence.VERBAL,
    appeal_days: int = 3,
    **facts: Any,
) -> Decision:
    """Decided by `by`, who did not record it; it can be appealed for so many days from now."""
    with acting_as(by, source="web"):
        return Decision.objects.create(
            house=violation.house,
            violation=violation,
            outcome=outcome,
            consequence=consequence if outcome == Decision.Outcome.UPHELD else "",
            appeal_until=datetime.now(UTC) + timedelta(days=appeal_days),
            **{"reason": "Two people heard it."} | facts,
            **recorded(),
        )


@transaction.atomic
def pass_of(
    stay: Stay,
    *,
    by: User,
    starts_in_hours: int = 24,
    hours: int = 24,
    decided_by: User | None = None,
    status: str = Pass.Status.APPROVED,
    **facts: Any,
) -> Pass:
    """Asked for, or written down, by `by`. Leaves so many hours from now and lasts so many. Where another decided it,
    it has that status."""
    starts_at = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=starts_in_hours)
    ends_at = starts_at + timedelta(hours=hours)
    zone = stay.house.zone
    with acting_as(by, source="web"):
        row = Pass.objects.create(
            house=stay.house,
            stay=stay,
            starts_at=starts_at,
            ends_at=ends_at,
            starts_on=starts_at.astimezone(zone).date(),
            ends_on=ends_at.astimezone(zone).date(),
            **{"kind": "overnight", "where": "My sister's, 4 Mill Lane"} | facts,
            **recorded(),
        )
    if decided_by is not None:
        decide_pass(row, by=decided_by, status=status)
    return row


@transaction.atomic
def decide_pass(asked: Pass, *, by: User, status: str = Pass.Status.APPROVED) -> PassDecision:
    """Decided by `by`, who did not write it down, so that it has this status."""
    refused = status == Pass.Status.REFUSED
    with acting_as(by, source="web"):
        decision = PassDecision.objects.create(
            house=asked.house,
            of_pass=asked,
            outcome=PassDecision.Outcome.REFUSED if refused else PassDecision.Outcome.APPROVED,
            reason="Court that day." if refused else "",
            asked_from=asked.starts_at,
            asked_until=asked.ends_at,
            starts_at=asked.starts_at,
            ends_at=asked.ends_at,
            **recorded(),
        )
        asked.status, asked.over = status, status in Pass.OVER
        asked.save()
    return decision
