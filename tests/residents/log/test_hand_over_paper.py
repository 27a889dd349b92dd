"""The paper of a hand-over: its facts, what is printed of them, what is never printed, and who issues and opens it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from residents.houses.standing import Standing
from residents.log import reports, shift_paper_cards
from residents.log.models import Audience, Complaint, HandOver
from residents.log.papers_hand_over import hand_over_facts
from residents.log.reports.hand_over import HandOverPaper, Open, ReadBy, draw
from residents.log.services.papers_hand_over import hand_over_issue
from residents.log.services.shifts import hand_over
from residents.models import Role
from soberhouse.documents import paper, store
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.log import given

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 15, 4, tzinfo=UTC)
HEAD = paper.Head(
    organization="Still Waters",
    title="Hand-over",
    as_of=NOW,
    zone="America/New_York",
    issued_by="Alice Example",
    issued_at=NOW,
    code="00000-11111-22222-33333",
    verify_url="https://houses.example.org/verify/00000-11111-22222-33333/",
    lines=("Alder House",),
)
LONG = "Wolfeschlegelsteinhausenbergerdorff Ångström-Nguyễn the 3rd"


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def handed_over(cast: Cast, text: str = "The boiler man comes at nine.") -> HandOver:
    with acting_as(cast.alice, source="web"):
        return hand_over(house=cast.house_a, text=text, now=timezone.now())


def facts_for(cast: Cast, row: HandOver, who: str = "bob") -> HandOverPaper:
    return hand_over_facts(row, standing=Standing(getattr(cast, who)), now=timezone.now())


def issued(cast: Cast, row: HandOver, who: str = "bob", **more: Any) -> IssuedDocument:
    user = getattr(cast, who)
    with acting_as(user, source="web"):
        return hand_over_issue(hand_over=row, user=user, now=timezone.now(), **more)


def test_it_says_what_was_said_what_stood_open_and_what_does_now(cast):
    given.incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    row = handed_over(cast)
    given.incident_of(cast.house_a, cast.alice, type="police")
    given.read(row, cast.bob)

    facts = facts_for(cast, row)

    [part] = facts.parts
    assert (facts.house, facts.by, facts.text) == ("Alder House", "Alice Example", "The boiler man comes at nine.")
    assert (part.title, part.then, part.now) == ("Incidents not closed", 1, 2)
    assert sorted(line[0] for line in part.lines) == ["Overdose · Dana R.", "Police"]
    assert [read.name for read in facts.reads] == ["Bob Example"]
    assert facts.at.tzinfo == cast.house_a.zone


def test_it_holds_nothing_that_one_of_those_who_run_the_house_may_not_read(cast):
    given.complaint_of(
        cast.house_a, cast.dana.user, by_whom=Complaint.By.RESIDENT, against=cast.alice, text="Shouted at me."
    )
    given.incident_of(cast.house_a, cast.bob, audience=Audience.CONFIDENTIAL, about=[cast.stay_of_frank])
    row = handed_over(cast)

    for who in ("alice", "bob", "olive"):
        assert facts_for(cast, row, who).parts == ()


def test_of_what_the_log_says_nothing_is_printed(cast):
    given.incident_of(cast.house_a, cast.alice, text="Breathing slowly, blue lips.")
    document = issued(cast, handed_over(cast))

    said = words(store.read(document.file))
    assert "The boiler man comes at nine." in said
    assert "Overdose" in said
    assert "blue lips" not in said


def test_the_same_facts_give_the_same_bytes_and_long_ones_fit():
    at = NOW.astimezone(ZoneInfo("America/New_York"))
    parts = tuple(
        Open(
            title=f"Part {number}",
            then=number,
            now=40,
            lines=tuple((f"{LONG} {line}", "due today " * 20, "overdue") for line in range(40)),
        )
        for number in range(3)
    )
    facts = HandOverPaper(
        house="Alder House", by=LONG, at=at, text="Keys. " * 600, parts=parts, reads=(ReadBy(name=LONG, at=at),) * 9
    )

    drawn = draw(facts, HEAD)

    assert drawn == draw(facts, HEAD)
    assert len(PdfReader(io.BytesIO(drawn)).pages) > 5
    assert f"{LONG} 39" in words(drawn)


def test_a_quiet_one_says_so():
    facts = HandOverPaper(house="Alder House", by="Alice Example", at=NOW)

    said = words(draw(facts, HEAD))

    assert "Nothing beside what stands open." in said
    assert "Nothing stands open." in said
    assert "nobody yet" in said


# The page that issues it, and who opens it


def url(name: str, row: Any) -> str:
    return reverse(name, args=[row.uuid])


def test_it_is_issued_by_one_tap_from_its_page_and_again_instead_of_the_first(cast, signed_in):
    row, client = handed_over(cast), signed_in(cast.bob)
    assert url("hand_over_issue", row) in client.get(url("hand_over", row)).content.decode()

    answer = client.post(url("hand_over_issue", row), {"recipient": "", "purpose": "", "replaces": ""})

    document = IssuedDocument.objects.get()
    assert answer["Location"] == url("paper", document)
    assert (document.kind, document.house, document.subject, document.resident) == (
        reports.HAND_OVER.slug,
        cast.house_a,
        row.uuid,
        None,
    )
    assert list(shift_paper_cards.issued_anew(document, Standing(cast.bob))) == [
        f"{url('hand_over_issue', row)}?replaces={document.uuid}"
    ]
    client.post(url("hand_over_issue", row), {"replaces": str(document.uuid)})
    assert IssuedDocument.objects.get(replaces=document).subject == row.uuid


def test_only_those_who_run_the_house_open_it(cast, signed_in):
    document = issued(cast, handed_over(cast))

    assert signed_in(cast.alice).get(url("paper_file", document)).status_code == 200
    assert signed_in(cast.audra).get(url("paper_file", document)).status_code == 403
    assert signed_in(cast.charlie).get(url("paper_file", document)).status_code == 404
    assert signed_in(cast.dana).get(url("paper_file", document)).status_code in (403, 404)


def test_it_ends_with_the_role(cast, signed_in):
    row = handed_over(cast)
    document = issued(cast, row)
    client = signed_in(cast.bob)
    with transaction.atomic(), acting_as(cast.olive, source="web"):
        Role.objects.filter(user=cast.bob).update(ends_at=timezone.now() - timedelta(minutes=1))

    assert client.get(url("paper_file", document)).status_code == 404
    assert client.post(url("hand_over_issue", row), {}).status_code == 404
    assert list(shift_paper_cards.issued_anew(document, Standing(cast.bob))) == []
    assert IssuedDocument.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_its_facts_ask_the_same_however_much_there_is(cast, count, django_assert_num_queries):
    for _ in range(count):
        incident = given.incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
        given.follow_up_of(incident.entry, cast.alice, due_in_days=0)
    row = handed_over(cast)
    given.read(row, cast.bob)
    standing = Standing(cast.bob)

    with django_assert_num_queries(26):
        hand_over_facts(row, standing=standing, now=timezone.now())
