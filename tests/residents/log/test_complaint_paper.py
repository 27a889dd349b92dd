"""The paper of a complaint: what stands on it, and that nobody sees it who may not read the complaint."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from residents.log.papers_complaint import complaint_facts
from residents.log.reports.complaint import draw
from residents.log.services import complaints
from residents.log.services.papers_complaint import complaint_issue
from soberhouse.documents import store
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from tests.residents.away.test_papers import HEAD
from tests.residents.log.given import amended, complaint_of

WORDS = "The heater has been broken since Monday."


def issued(user, complaint):
    with acting_as(user, source="web"):
        return complaint_issue(complaint=complaint, now=timezone.now())


def text_of(document) -> str:
    pages = PdfReader(BytesIO(store.read(document.file))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def closed(complaint, by, closer):
    now = timezone.now()
    with acting_as(by, source="web"):
        complaints.complaint_answer(complaint=complaint, text="It is repaired tomorrow.", now=now)
    with acting_as(closer, source="web"):
        complaints.complaint_close(
            complaint=complaint, outcome="right", text="It is repaired.", told="Spoke with them.", now=now
        )


def test_it_tells_the_whole_story(cast):
    with acting_as(cast.olive, source="web"):
        cast.organization.oversight = "Recovery Residences of the Lakes, 585-555-0190"
        cast.organization.save()
    complaint = complaint_of(
        cast.house_a, cast.alice, text="It is cold.", name="Ruth Ekström", wish="Heat.", about=[cast.stay_of_frank]
    )
    amended(complaint.entry, cast.alice, text=WORDS)
    closed(complaint, cast.alice, cast.bob)

    told = text_of(issued(cast.bob, complaint))

    for words in (
        *(WORDS, "It is cold.", "It was looked at again.", "Ruth Ekström", "Heat.", "It is repaired tomorrow."),
        *("It is repaired.", "Spoke with them.", "one resident, not named here", "Recovery Residences of the Lakes"),
    ):
        assert words in told
    assert "Osei" not in told


def test_an_open_one_says_so(cast):
    told = text_of(issued(cast.bob, complaint_of(cast.house_a, cast.alice)))

    assert "open: nothing is decided" in told
    assert "No answer is on record." in told


@pytest.mark.parametrize("own", [True, False])
def test_a_name_that_is_withheld_is_not_on_it(cast, own):
    by, name = (cast.dana.user, "Dana Renner") if own else (cast.alice, "Ruth Ekström")
    complaint = complaint_of(
        cast.house_a, by, by_whom="resident" if own else "neighbor", text=WORDS, name=name, name_withheld=True
    )

    told = text_of(issued(cast.bob, complaint))

    assert "a name is withheld" in told
    assert name not in told
    assert "Dana" not in told


def test_one_about_staff_is_seen_by_nobody_but_operators_and_whoever_filed_it(cast, signed_in):
    complaint = complaint_of(
        cast.house_a, cast.dana.user, by_whom="resident", text=WORDS, name="Dana Renner", against=cast.alice
    )

    document = issued(cast.olive, complaint)

    assert "Alice Example" in text_of(document)
    sees = {
        who
        for who in ("alice", "bob", "charlie", "audra", "olive", "dana", "frank", "erin", "oscar")
        if IssuedDocument.objects.visible_to(getattr(getattr(cast, who), "user", getattr(cast, who))).exists()
    }
    assert sees == {"olive", "dana"}
    url = reverse("paper", args=[document.uuid])
    assert [signed_in(who).get(url).status_code for who in (cast.alice, cast.audra, cast.olive, cast.dana)] == [
        *(404, 404, 200, 200)
    ]


def test_a_paper_that_tells_of_no_entry_is_seen_as_before(cast):
    document = issued(cast.bob, complaint_of(cast.house_a, cast.alice))

    assert IssuedDocument.objects.visible_to(cast.alice).get() == document
    assert IssuedDocument.objects.visible_to(cast.audra).get() == document
    assert not IssuedDocument.objects.visible_to(cast.charlie).exists()


def test_nobody_issues_one_about_themselves(cast):
    complaint = complaint_of(cast.house_a, cast.alice, against=cast.olive)

    with pytest.raises(PermissionDenied):
        issued(cast.olive, complaint)

    assert not IssuedDocument.objects.exists()


def test_the_page_issues_it_and_issues_it_anew(cast, signed_in):
    complaint = complaint_of(cast.house_a, cast.alice)
    client, url = signed_in(cast.bob), reverse("complaint_issue", args=[complaint.entry.uuid])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"recipient": "Ruth Ekström"})
    document = IssuedDocument.objects.get()
    assert answer["Location"] == reverse("paper", args=[document.uuid])
    assert f"{url}?replaces={document.uuid}" in client.get(answer["Location"]).content.decode()
    assert answer["Location"] in client.get(reverse("entry", args=[complaint.entry.uuid])).content.decode()

    client.post(url, {"replaces": document.uuid})

    assert IssuedDocument.objects.valid().get().replaces == document


def test_the_same_facts_give_the_same_bytes_also_with_hard_names(cast):
    complaint = complaint_of(
        cast.house_a,
        cast.alice,
        name="Ευαγγελία Παπαδοπούλου",
        contact="محمد الأحمد",
        text="Смирнова 😀 Ångström. " * 300,
    )
    facts = complaint_facts(complaint)

    drawn = draw(facts, HEAD)

    assert drawn == draw(complaint_facts(complaint), HEAD)
    assert len(PdfReader(BytesIO(drawn)).pages) > 1
