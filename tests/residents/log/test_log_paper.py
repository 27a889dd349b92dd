"""The paper that tells the log of a house by period: what is printed, what never is, and who issues it."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from residents.houses.standing import Standing
from residents.log import log_paper_cards, papers_log, reports
from residents.log.models import Audience, Kind
from residents.log.reports import log
from residents.log.reports.log import Before, LogEntry, LogPaper
from residents.log.services import papers_log as issuing
from soberhouse.documents import paper, store
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from tests.residents.log.given import amended, complaint_of, entry_of, photo_of

NOW = datetime(2026, 11, 20, 15, 4, tzinfo=UTC)
HEAD = paper.Head(
    organization="Still Waters",
    title="House log",
    as_of=NOW,
    zone="America/New_York",
    issued_by="Alice Example",
    issued_at=NOW,
    code="00000-11111-22222-33333",
    verify_url="https://houses.example.org/verify/00000-11111-22222-33333/",
    lines=("Alder House", "(555) 010-7788"),
)
SECRET = "Wanda Quillfeather"


@pytest.fixture(autouse=True)
def by_alice(request):
    if "cast" not in request.fixturenames:
        yield
        return
    with acting_as(request.getfixturevalue("cast").alice, source="web"):
        yield


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def issued(cast, *, days: int = 6, **more) -> IssuedDocument:
    return issuing.log_issue(
        house=cast.house_a, first_day=cast.today - timedelta(days=days), last_day=cast.today, now=timezone.now(), **more
    )


def printed(document: IssuedDocument) -> str:
    return text_of(store.read(document.file))


# What is printed


@pytest.mark.django_db
def test_entries_stand_in_order_with_what_was_put_right(cast):
    late = entry_of(cast.house_a, cast.alice, text="Soup for all.", kind=Kind.PRAISE, about=[cast.stay_of_dana])
    early = entry_of(cast.house_a, cast.alice, text="It was Frank.", about=[cast.stay_of_frank], days_ago=3)
    amended(early, cast.bob, text="It was the wind.", about=[], reason="We looked")
    photo_of(late, cast.alice, caption="The pot")
    entry_of(cast.house_a, cast.alice, text="Long ago.", days_ago=40)
    entry_of(cast.house_b, cast.charlie, text="In another house.")

    document = issued(cast)
    text = printed(document)

    assert (document.kind, document.house, document.resident) == ("house-log", cast.house_a, None)
    order = [text.index(words) for words in ("It was the wind.", "by Bob Example: We looked.", "It was Frank.", "Soup")]
    assert order == sorted(order)
    for words in ("Praise", "Dana Renner", "photos: The pot", "Put right since 1", "put right"):
        assert words in text
    for words in ("Long ago.", "In another house."):
        assert words not in text


@pytest.mark.django_db
def test_what_few_may_read_is_counted_and_not_printed_unless_it_is_asked_for(cast):
    entry_of(cast.house_a, cast.alice, text="For all.")
    entry_of(cast.house_a, cast.alice, text="For few.", audience=Audience.FEW)
    entry_of(cast.house_a, cast.alice, text=SECRET, audience=Audience.CONFIDENTIAL)
    entry_of(cast.house_a, cast.alice, text=SECRET, audience=Audience.OPERATORS)
    complaint_of(cast.house_a, cast.dana.user, text=SECRET, against=cast.alice)

    usual, whole = issued(cast), issued(cast, with_few=True)

    assert "For few." not in printed(usual)
    assert "Not on this paper: 1 entry of these days that few may read." in printed(usual)
    assert "For few." in printed(whole)
    assert "seen by few" in printed(whole)
    for document in (usual, whole):
        assert SECRET not in printed(document)
    assert (usual.kind, whole.kind) == ("house-log", "house-log-of-few")
    assert [kind.guarded for kind in reports.ALL if kind.slug.startswith("house-log")] == [False, True]


@pytest.mark.django_db
def test_a_name_that_is_withheld_is_on_no_paper(cast):
    complaint = complaint_of(cast.house_a, cast.frank.user, name=SECRET, name_withheld=True, text="Loud at night.")
    amended(complaint.entry, cast.alice, text="Loud at night, twice.")

    text = printed(issued(cast))

    assert "Loud at night, twice." in text
    assert "name withheld" in text
    assert str(cast.frank.user) not in text
    assert SECRET not in text


@pytest.mark.django_db
@pytest.mark.parametrize(("first", "last", "field"), [(0, -1, "last_day"), (1, 2, "first_day"), (-92, 0, "first_day")])
def test_days_that_no_paper_tells(cast, first, last, field):
    days = {"first_day": cast.today + timedelta(days=first), "last_day": cast.today + timedelta(days=last)}
    with pytest.raises(ValidationError) as refusal:
        issuing.log_issue(house=cast.house_a, now=timezone.now(), **days)

    assert list(refusal.value.message_dict) == [field]
    assert IssuedDocument.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_facts_cost_the_same_for_many(cast, django_assert_num_queries, count):
    for _number in range(count):
        entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
        photo_of(entry, cast.alice)
        amended(entry, cast.bob)
        complaint_of(cast.house_a, cast.alice)

    with django_assert_num_queries(8):
        facts = papers_log.log_facts(cast.house_a, cast.today, cast.today, with_few=False, now=timezone.now())
    assert len(facts.entries) == 2 * count


def an_entry(**more) -> LogEntry:
    return LogEntry(
        **{
            "happened_at": NOW,
            "kind": "Note",
            "text": "The boiler is out.",
            "by": "Alice Example",
            "written_at": NOW,
        }
        | more
    )


def test_long_words_run_over_the_page_and_every_script_is_drawn():
    before = Before(
        text="А было так. " * 300,
        happened_at=NOW,
        by="Смирнова Анна",
        written_at=NOW,
        reason="Wrong",
        put_right_by="Ευαγγελία",
        put_right_at=NOW,
    )
    entry = an_entry(text="Wolfeschlegelsteinhausen " * 160, about=("Ångström-Nguyễn",) * 20, before=(before,) * 3)
    facts = LogPaper(house="Alder House", first=date(2026, 11, 1), last=date(2026, 11, 20), entries=(entry,) * 4)
    pdf = log.draw(facts, HEAD)

    assert pdf == log.draw(facts, HEAD)
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 3
    assert "Wrong." in text_of(pdf)


def test_a_paper_of_nothing_says_so():
    facts = LogPaper(house="Alder House", first=date(2026, 11, 1), last=date(2026, 11, 20), left_out=2)
    text = text_of(log.draw(facts, HEAD))

    assert "Nothing was written down of these days." in text
    assert "2 entries of these days that few may read" in text


# Who issues it


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["log_issue", "log_of_few_issue"])
def test_it_is_issued_on_its_page(cast, signed_in, name):
    url = reverse(name, args=[cast.house_a.uuid])
    client = signed_in(cast.alice)

    page = client.get(url).content.decode()
    assert f'value="{cast.today}"' in page
    sent = {"first_day": f"{cast.today}", "last_day": f"{cast.today - timedelta(days=1)}", "purpose": "Inspection"}
    assert "The last day is before the first." in client.post(url, sent).content.decode()
    assert IssuedDocument.objects.count() == 0
    answer = client.post(url, sent | {"last_day": f"{cast.today}"})
    document = IssuedDocument.objects.get()
    assert answer["Location"] == reverse("paper", args=[document.uuid])
    assert document.purpose == "Inspection"
    standing = Standing(cast.alice)
    assert list(log_paper_cards.issued_anew(document, standing)) == [f"{url}?replaces={document.uuid}"]
    file = reverse("paper_file", args=[document.uuid])
    assert client.get(file).status_code == 200
    assert signed_in(cast.audra).get(file).status_code == (200 if name == "log_issue" else 403)


@pytest.mark.django_db
def test_the_shelf_offers_it_to_those_who_issue_papers(cast, signed_in, django_assert_num_queries):
    standing = Standing(cast.alice)
    with django_assert_num_queries(0):
        offers = list(log_paper_cards.papers(cast.house_a, standing, cast.today))
    assert [offer.kind for offer in offers] == [reports.LOG, reports.LOG_OF_FEW]
    assert list(log_paper_cards.papers(cast.house_a, Standing(cast.audra), cast.today)) == []
    assert list(log_paper_cards.papers(cast.organization, Standing(cast.olive), cast.today)) == []
    for user, status in ((cast.audra, 403), (cast.dana.user, 403), (cast.charlie, 404)):
        assert signed_in(user).get(reverse("log_issue", args=[cast.house_a.uuid])).status_code == status
