"""A grievance against somebody of the staff is not there for them: every page, endpoint, search, paper, export, notice
and history answers them as if it had never been filed.

What they are answered is taken down before and after, to the last letter; and that there is something to hide is shown
by the one who decides it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from difflib import unified_diff
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from pypdf import PdfReader

from residents.log.services.clocks import clock_start, deadlines_call
from residents.log.services.complaints import complaint_answer, complaint_close, complaint_file
from residents.log.services.entries import photo_add
from residents.log.services.follow_ups import Due, follow_up_add
from residents.models import Complaint
from soberhouse.accounts.models import User
from soberhouse.documents import store
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.matrix.asking import Asked, ask, made_world, told, undone
from tests.matrix.ruled import a_picture
from tests.matrix.table import API, PAGES, Page
from tests.matrix.world import World

WORDS = ("Quillwort", "Zephyrine", "Xanthippe", "Ocotillo", "Wherefore", "Umbelliferous")
TEXT, WISH, ANSWER, TO_DO, CAPTION, OUTCOME = WORDS
# What reads: addresses that the one it is about may open, and what they may look for there.
PAGES_OF_HERS = [
    (name, line.about)
    for name, lines in PAGES.items()
    for line in lines
    if isinstance(line, Page) and "alice" in line.may and line.gives == 200 and "alice" not in line.leads
]
ENDPOINTS_OF_HERS = [
    (name, asks.about) for name, methods in API.items() for method, asks in methods.items() if method == "get"
]
SEARCHES = [("log", f"?words={TEXT}"), ("log", "?kind=complaint"), ("deadlines", "?met=1"), ("papers", "")]
PAPERS = ("log_issue", "log_of_few_issue", "safety_issue")

# What differs from one request to the next: the moment, and the token of a session's page.
MOMENT = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.+Z-]+|\d{1,2}:\d\d [ap]\.m\.|value=.\d\d:\d\d\b|X-CSRFToken[^}]*|'ETag': '[^']*'"
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    for world in made_world(django_db_blocker):
        with acting_as(world.cast.olive, source="web"):
            clock_start(
                organization=world.cast.organization,
                name="First answer",
                starts="complaint",
                amount=1,
                unit="hours",
                recipient="whoever complained",
                now=datetime.now(UTC),
            )
            deadlines_call(now=datetime.now(UTC))  # of what is due to all
        yield world


def a_grievance(world: World, *, closed: bool) -> Complaint:
    """Filed by Dana against alice, with all that can hang on it."""
    cast, now = world.cast, datetime.now(UTC)
    with acting_as(cast.dana.user, source="web"):
        complaint = complaint_file(
            house=cast.house_a,
            by="resident",
            text=f"{TEXT}: she reads our letters.",
            wish=f"{WISH}.",
            happened_at=now,
            name="Dana Renner",
            against=cast.alice,
            now=now,
        )
    with acting_as(cast.olive, source="web"):
        complaint_answer(complaint=complaint, text=f"{ANSWER}.", now=now)
        photo_add(entry=complaint.entry, data=a_picture(), caption=f"{CAPTION}.", now=now)
        follow_up_add(entry=complaint.entry, due=Due(what=f"{TO_DO}.", due_on=cast.today), now=now)
        deadlines_call(now=now)
        if closed:
            complaint_close(complaint=complaint, outcome="right", text=f"{OUTCOME}.", told="On the phone.", now=now)
    return complaint


def secrets(complaint: Complaint) -> list[str]:
    rows = [complaint, complaint.entry, *complaint.answers.all(), *complaint.entry.tellings.all()]
    rows += [*complaint.entry.photos.all(), *complaint.entry.follow_ups.all(), *complaint.entry.deadlines.all()]
    return [*WORDS, *(str(row.uuid) for row in rows), complaint.entry.photos.get().file.digest]


def address(world: World, name: str, about: str, query: str = "") -> str:
    return reverse(name, kwargs=world.rows[about] if about else {}) + query


def differences(name: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[str]:
    for part in ("status", "headers", "body"):
        one, other = (MOMENT.sub("…", str(told[part])).splitlines() for told in (before, after))
        yield from unified_diff(one, other, name, "once it was filed", lineterm="", n=0)


def what_is_asked(world: World) -> dict[str, str]:
    pages = {f"{name} {about}": address(world, name, about) for name, about in PAGES_OF_HERS}
    endpoints = {f"{name} {about}": address(world, name, about) for name, about in ENDPOINTS_OF_HERS}
    found = {f"{name} {query}": address(world, name, "house", query) for name, query in SEARCHES}
    return pages | endpoints | found


def answers(world: World, who: str) -> dict[str, dict[str, Any]]:
    found = {}
    for name, url in what_is_asked(world).items():
        with undone():
            found[name] = told(ask(world, who, "get", url).response)
    return found


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_every_page_and_endpoint_answers_whom_it_is_about_as_if_it_had_never_been_filed(world, closed):
    before = answers(world, "alice")
    with undone():
        complaint = a_grievance(world, closed=closed)
        hidden = secrets(complaint)
        after = answers(world, "alice")
        seen_by_olive = json.dumps(answers(world, "olive"), default=str)

    assert len(before) > 150
    changed = [line for name in before for line in differences(name, before[name], after[name])]
    assert not changed, "\n".join(changed)
    assert [name for name in after if any(word in after[name]["body"] for word in hidden)] == []
    assert TEXT in seen_by_olive  # there was something to hide


def test_nothing_of_it_opens_by_its_own_address(world):
    """Each address of the log that takes an entry, or a row that hangs on one, is as one of a row there never was."""
    with undone():
        complaint = a_grievance(world, closed=False)
        entry = complaint.entry
        rows = {
            "entry": entry.uuid,
            "entry_amend": entry.uuid,
            "entry_show_to": entry.uuid,
            "entry_photo_add": entry.uuid,
            "entry_photo": entry.photos.get().uuid,
            "complaint_answer": entry.uuid,
            "complaint_close": entry.uuid,
            "complaint_issue": entry.uuid,
            "follow_up_new": entry.uuid,
            "follow_up_done": entry.follow_ups.get().uuid,
            "deadline_met": entry.deadlines.get().uuid,
            "api_entry": entry.uuid,
            "api_complaint": entry.uuid,
        }
        addresses = [reverse(name, args=[uuid]) for name, uuid in rows.items()]
        addresses += [
            reverse("history", args=[kind, uuid])
            for kind, uuid in (
                ("entry", entry.uuid),
                ("complaint", complaint.uuid),
                ("complaintanswer", complaint.answers.get().uuid),
                ("entrytelling", entry.tellings.get().uuid),
                ("followup", entry.follow_ups.get().uuid),
                ("entryphoto", entry.photos.get().uuid),
            )
        ]
        found = {
            (who, url): ask(world, who, "get", url).status
            for who in ("alice", "alice's key", "olive")
            for url in addresses
        }

    assert {found["alice", url] for url in addresses} == {404}
    keyed = [url for url in addresses if url.startswith("/api/")]
    assert {found["alice's key", url] for url in keyed} == {404}
    assert {found["olive", url] for url in addresses} == {200}


def test_no_paper_that_she_issues_or_finds_and_no_notice_tells_her(world):
    alice = User.objects.get(pk=world.cast.alice.pk)
    with undone():
        told_before = set(Notice.objects.filter(user=alice).values_list("text", "url"))
        complaint = a_grievance(world, closed=True)
        hidden = secrets(complaint)
        olive_issues = issued(world, "olive", reverse("complaint_issue", args=[complaint.entry.uuid]))
        text_of_olive = text_of(olive_issues)
        listed = ask(world, "alice", "get", address(world, "papers", "house"))
        paper = ask(world, "alice", "get", reverse("paper", args=[olive_issues.uuid]))
        file = ask(world, "alice", "get", reverse("paper_file", args=[olive_issues.uuid]))
        issued_by_her = {name: text_of(issued(world, "alice", address(world, name, "house"))) for name in PAPERS}
        told_after = set(Notice.objects.filter(user=alice).values_list("text", "url"))
        told_olive = Notice.objects.filter(user=world.cast.olive, url__contains=str(complaint.entry.uuid)).exists()

    assert TEXT in text_of_olive
    assert str(olive_issues.uuid) not in body(listed)
    assert (paper.status, file.status) == (404, 404)
    assert {name: [word for word in hidden if word in text] for name, text in issued_by_her.items()} == {
        name: [] for name in PAPERS
    }
    assert told_after == told_before
    assert told_olive


def issued(world: World, who: str, url: str) -> IssuedDocument:
    """The paper that is issued at this address, of the period that its form proposes."""
    before = set(IssuedDocument.objects.values_list("pk", flat=True))
    today = world.cast.today.isoformat()
    sent = f"first_day={today}&last_day={today}"
    asked = ask(world, who, "post", url, data=sent, content_type="application/x-www-form-urlencoded")
    new = IssuedDocument.objects.exclude(pk__in=before)
    assert new.count() == 1, (url, asked.status, body(asked)[:3000])
    return new.get()


def text_of(document: IssuedDocument) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(store.read(document.file))).pages)


def body(asked: Asked) -> str:
    return told(asked.response)["body"]
