"""The safety sheet: its facts, what is printed of them, and who issues it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from residents.houses.standing import Standing
from residents.log import papers_safety, reports, safety_cards
from residents.log.reports import safety_sheet
from residents.log.reports.safety_sheet import Look, SafetySheet, Thing
from residents.log.services.papers_safety import safety_issue
from residents.log.services.safety import check_correct
from soberhouse.documents import paper, store
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.log.given import check_of, safety_item_of
from tests.residents.stays.stories import days

NOW = datetime(2026, 11, 20, 15, 4, tzinfo=UTC)
HEAD = paper.Head(
    organization="Still Waters",
    title="Safety sheet",
    as_of=NOW,
    zone="America/New_York",
    issued_by="Alice Example",
    issued_at=NOW,
    code="00000-11111-22222-33333",
    verify_url="https://houses.example.org/verify/00000-11111-22222-33333/",
    lines=("Alder House", "(555) 010-7788"),
)
LONG = "The cupboard to the left of the sink, behind the coffee, in the kitchen downstairs Ångström-Nguyễn"
FACTS = SafetySheet(
    house="Alder House",
    on=date(2026, 11, 20),
    since=date(2025, 11, 20),
    things=(
        Thing(
            what="Naloxone",
            place=LONG,
            every_days=30,
            state="in order",
            checked_on=date(2026, 11, 18),
            checked_by="Alice Example",
            next_on=date(2026, 12, 18),
            expires_on=date(2027, 5, 31),
        ),
        Thing(what="Smoke alarm", place="Hall", every_days=30, state="never looked at"),
    ),
    missing=("Fire extinguisher", "First aid kit"),
    looks=(
        Look(on=date(2026, 11, 18), what="Naloxone", place=LONG, in_order=True, by="Alice Example"),
        Look(
            on=date(2026, 10, 18),
            what="Naloxone",
            place=LONG,
            in_order=False,
            note="The seal is broken.",
            by="Bob Example",
            corrected=True,
            reason="It was Sunday.",
        ),
    ),
)


@pytest.fixture
def by_alice(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


def pages(pdf: bytes) -> list[str]:
    """What can be copied out of each page, spaces of every kind as one."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def printed(document: IssuedDocument) -> str:
    return " ".join(pages(store.read(document.file)))


def test_sheet_says_what_there_is_what_is_missing_and_who_looked():
    (said,) = pages(safety_sheet.draw(FACTS, HEAD))

    for words in (
        "Fire extinguisher, First aid kit",
        "never looked at",
        "May 31, 2027",
        "Bob Example",
        "NOT IN ORDER · The seal is broken. (put right: It was Sunday.) *",
        "Looked at since Nov. 20, 2025",
    ):
        assert words in said, said


def test_same_facts_give_the_same_bytes():
    assert safety_sheet.draw(FACTS, HEAD) == safety_sheet.draw(FACTS, HEAD)


def test_long_sheet_goes_over_pages():
    facts = SafetySheet(house="Alder House", on=FACTS.on, since=FACTS.since, looks=FACTS.looks * 60)

    assert len(pages(safety_sheet.draw(facts, HEAD))) > 3


def test_sheet_of_a_house_with_nothing_says_so():
    facts = SafetySheet(house="Alder House", on=FACTS.on, since=FACTS.since)
    (said,) = pages(safety_sheet.draw(facts, HEAD))

    assert "Nothing is on the list." in said
    assert "Nobody looked at anything in this time." in said


def test_facts_are_those_of_today_and_of_a_year(cast, by_alice):
    item = safety_item_of(cast.house_a)
    check_of(item, cast.bob, days_ago=366)
    first = check_of(item, cast.bob, days_ago=9)
    safety_item_of(cast.house_a, kind="smoke", place="Gone", retired_on=cast.today)
    safety_item_of(cast.house_b, kind="smoke", place="Elsewhere")
    now = timezone.now()
    check_correct(check=first, in_order=True, checked_on=cast.today - days(8), reason="A day later.", now=now)

    facts = papers_safety.sheet_facts(cast.house_a, now=now)

    assert [(each.place, each.state, each.checked_on) for each in facts.things] == [
        ("Kitchen cupboard", "in order", cast.today - days(8))
    ]
    assert facts.missing == ("Fire extinguisher", "Smoke alarm", "Carbon monoxide alarm", "First aid kit")
    assert [(each.on, each.corrected, each.reason) for each in facts.looks] == [
        (cast.today - days(8), False, "A day later."),
        (cast.today - days(9), True, ""),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_facts_cost_the_same_however_much_there_is(cast, count, django_assert_num_queries):
    for number in range(count):
        check_of(safety_item_of(cast.house_a, place=f"Hall {number}"), cast.alice)

    with django_assert_num_queries(3):
        papers_safety.sheet_facts(cast.house_a, now=timezone.now())


def test_issued_by_whoever_runs_the_house(cast, signed_in):
    check_of(safety_item_of(cast.house_a), cast.alice)
    client = signed_in(cast.alice)

    answer = client.post(reverse("safety_issue", args=[cast.house_a.uuid]), {"recipient": "Fire marshal"})

    document = IssuedDocument.objects.get()
    assert answer.url == reverse("paper", args=[document.uuid])
    assert (document.kind, document.house, document.resident, document.recipient) == (
        "safety-sheet",
        cast.house_a,
        None,
        "Fire marshal",
    )
    assert "Kitchen cupboard" in printed(document)


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("oscar", 404), ("audra", 403), ("dana", 403)])
def test_nobody_else_issues_it(cast, signed_in, who, status):
    user: Any = getattr(cast, who)

    answer = signed_in(getattr(user, "user", user)).post(reverse("safety_issue", args=[cast.house_a.uuid]), {})

    assert answer.status_code == status
    assert not IssuedDocument.objects.exists()


def test_offered_on_the_shelf_and_issued_anew(cast, by_alice):
    document = safety_issue(house=cast.house_a, now=timezone.now())
    alice, audra = Standing(cast.alice), Standing(cast.audra)

    assert [offer.kind for offer in safety_cards.papers(cast.house_a, alice)] == [reports.SAFETY_SHEET]
    assert list(safety_cards.papers(cast.organization, alice)) == []
    assert list(safety_cards.papers(cast.house_a, audra)) == []
    url = reverse("safety_issue", args=[cast.house_a.uuid])
    assert list(safety_cards.issued_anew(document, alice)) == [f"{url}?replaces={document.uuid}"]
    assert list(safety_cards.issued_anew(document, audra)) == []
