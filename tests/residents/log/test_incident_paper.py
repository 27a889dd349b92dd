"""The report of an incident: its facts, what is printed of them, and whom it opens to."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.log import incident_paper_cards
from residents.log.models import Audience
from residents.log.papers_incident import incident_facts
from residents.log.reports import incident_report
from residents.log.reports.incident_report import Closed, Fact, IncidentReport, ToDo, Written
from residents.log.services import incidents as services
from residents.log.services.incidents import Step
from residents.log.services.papers_incident import incident_issue
from soberhouse.documents import paper
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import grant
from tests.residents.log.given import amended, entry_of, follow_up_of, incident_of, photo_of, step_of

NOW = datetime(2026, 11, 20, 15, 4, tzinfo=UTC)
HEAD = paper.Head(
    organization="Still Waters",
    title="Incident report",
    as_of=NOW,
    zone="America/New_York",
    issued_by="Alice Example",
    issued_at=NOW,
    code="00000-11111-22222-33333",
    verify_url="https://houses.example.org/verify/00000-11111-22222-33333/",
    lines=("Alder House", "(555) 010-7788"),
)


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


@transaction.atomic
def a_story(cast, **facts: Any):
    """An overdose of Dana's, put right twice, with something to do, closed by bob."""
    incident = incident_of(
        cast.house_a, cast.alice, about=[cast.stay_of_dana], text="Found at nine.", days_ago=1, **facts
    )
    step = step_of(incident, cast.alice)
    step_of(incident, cast.alice, kind="told", who="911", what="They come.")
    amended(incident.entry, cast.bob, text="Found at ten.", reason="The clock was wrong.")
    follow_up_of(incident.entry, cast.alice, what="Replace the naloxone")
    photo_of(incident.entry, cast.alice)
    with acting_as(cast.bob, source="web"):
        right = Step(kind="naloxone", at=step.at, who="Frank O.", doses=3)
        services.step_amend(before=step, step=right, reason="There were three.", now=timezone.now())
        services.incident_close(
            incident=incident, cause="First use.", correction="Naloxone upstairs.", now=timezone.now()
        )
    return incident


def issued(user, entry, **order: Any) -> IssuedDocument:
    with acting_as(user, source="web"):
        return incident_issue(entry=entry, now=timezone.now(), **order)


# Facts


def test_the_facts_tell_what_counts_and_what_was_put_right(cast):
    facts = incident_facts(a_story(cast).entry, now=timezone.now())

    assert facts.about == ("Dana Renner",)
    assert [(each.text, each.counts) for each in facts.tellings] == [("Found at ten.", True), ("Found at nine.", False)]
    assert facts.tellings[1].reason == "The clock was wrong."
    assert sorted((each.who, each.doses, each.counts) for each in facts.facts) == [
        ("911", 0, True),
        ("Frank O.", 2, False),
        ("Frank O.", 3, True),
    ]
    assert facts.doses == 3
    assert facts.closed.cause == "First use."
    assert [each.what for each in facts.to_do] == ["Replace the naloxone"]
    assert facts.photos == 1


def test_what_is_no_incident_has_no_report(cast):
    with pytest.raises(ValidationError):
        incident_facts(entry_of(cast.house_a, cast.alice), now=timezone.now())


@pytest.mark.parametrize("count", [1, 3])
def test_the_facts_cost_the_same(cast, django_assert_num_queries, count):
    incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    for _each in range(count):
        step_of(incident, cast.alice)
        follow_up_of(incident.entry, cast.alice)
        amended(incident.entry, cast.bob)

    with django_assert_num_queries(9):
        facts = incident_facts(incident.entry, now=timezone.now())

    assert (len(facts.facts), len(facts.to_do), len(facts.tellings)) == (count, count, count + 1)


# What is drawn


def test_everything_stands_on_the_paper(cast):
    content = incident_report.draw(incident_facts(a_story(cast).entry, now=timezone.now()), HEAD)

    text = text_of(content)
    for words in (
        "Dana Renner",
        "3 doses were given",
        "Found at ten.",
        "“Found at nine.”",
        "because: The clock was wrong.",
        "because: There were three.",
        "911",
        "They come.",
        "First use.",
        "Naloxone upstairs.",
        "Replace the naloxone",
        "not on this paper: 1 photo",
    ):
        assert words in text


def test_one_that_is_open_and_bare_says_so(cast):
    incident = incident_of(cast.house_a, cast.alice, place="")

    text = text_of(incident_report.draw(incident_facts(incident.entry, now=timezone.now()), HEAD))

    assert "Open: nobody has closed it." in text
    assert "It waits to be closed by somebody who did not write it down." in text
    assert "nobody in particular" in text
    assert "Nobody, as far as it is written down." in text
    assert "Where it stands" in text


def test_the_same_facts_give_the_same_bytes_and_hard_names_are_drawn():
    name = "Wolfeschlegelsteinhausenbergerdorff Смирнова"
    told = {"at": NOW, "by": name, "written_at": NOW}
    facts = IncidentReport(
        house="Alder House",
        type="fire",
        happened_at=NOW,
        place="x" * 120,
        about=(name,) * 12,
        readers="Staff",
        by=name,
        written_at=NOW,
        tellings=(Written(text="Smoke. " * 500, **told),),
        facts=tuple(
            Fact(kind="done", text="y" * 900, who=name, **told, reason="Wrong.", corrected_by=name, corrected_at=NOW)
            for _each in range(30)
        ),
        to_do=(ToDo(what="z" * 300, who=name, due_on=date(2026, 11, 21), state="Overdue"),),
        closed=Closed(cause="c" * 2000, correction="d" * 2000, by=name, at=NOW),
    )

    content = incident_report.draw(facts, HEAD)

    assert content == incident_report.draw(facts, HEAD)
    assert "Смирнова" in text_of(content)


# Who issues it, and to whom it opens


def test_what_is_open_to_whom_it_is_about_is_theirs_too(cast):
    incident = a_story(cast)
    Notice.objects.all().delete()

    document = issued(cast.alice, incident.entry, recipient="Licensing")

    assert (document.house, document.resident, document.subject) == (cast.house_a, cast.dana, incident.entry.uuid)
    assert [notice.user for notice in Notice.objects.all()] == [cast.dana.user]


def test_one_about_two_is_nobodys_own(cast):
    incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana, cast.stay_of_frank])

    assert issued(cast.alice, incident.entry).resident is None


@pytest.mark.parametrize("audience", [Audience.CONFIDENTIAL, Audience.OPERATORS])
def test_what_is_kept_from_them_opens_to_its_readers_alone(cast, signed_in, audience):
    incident = incident_of(cast.house_a, cast.olive, about=[cast.stay_of_dana], audience=audience)
    url = reverse("incident_issue", args=[incident.entry.uuid])
    with acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)

    for other in (cast.dana, cast.audra):
        assert signed_in(other).post(url, {"replaces": ""}).status_code == 404
    assert not IssuedDocument.objects.exists()
    assert signed_in(cast.olive).post(url, {"replaces": ""}).status_code == 302
    document = IssuedDocument.objects.get()
    assert document.resident is None
    readers = {cast.alice: 200 if audience == Audience.CONFIDENTIAL else 404, cast.olive: 200}
    for other, status in (readers | {cast.audra: 404, cast.dana.user: 404, cast.charlie: 404}).items():
        assert signed_in(other).get(reverse("paper", args=[document.uuid])).status_code == status
        assert signed_in(other).get(reverse("paper_file", args=[document.uuid])).status_code == status
    page = signed_in(cast.olive).get(reverse("entry", args=[incident.entry.uuid])).content.decode()
    assert reverse("paper", args=[document.uuid]) in page


def test_it_is_issued_by_one_tap_and_anew(cast, signed_in):
    incident, bob = a_story(cast), signed_in(cast.bob)
    url = reverse("incident_issue", args=[incident.entry.uuid])

    assert bob.get(url).status_code == 200
    assert bob.post(url, {"replaces": ""}).status_code == 302
    first = IssuedDocument.objects.get()
    [again] = incident_paper_cards.issued_anew(first, Standing(cast.bob))
    assert again == f"{url}?replaces={first.uuid}"
    assert f'value="{first.uuid}"' in bob.get(reverse("entry", args=[incident.entry.uuid])).content.decode()
    assert bob.post(url, {"replaces": str(first.uuid)}).status_code == 302
    assert IssuedDocument.objects.get(replaces=first).facts_digest == first.facts_digest
    assert list(incident_paper_cards.issued_anew(first, Standing(cast.charlie))) == []


def test_who_issues_none(cast, signed_in):
    entry = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana], audience=Audience.STAFF).entry
    url = reverse("incident_issue", args=[entry.uuid])

    for other, status in ((cast.charlie, 404), (cast.audra, 403), (cast.dana, 403), (cast.frank, 404)):
        assert signed_in(other).post(url, {"replaces": ""}).status_code == status
    with pytest.raises(PermissionDenied):
        issued(cast.dana.user, entry)
    assert not IssuedDocument.objects.exists()


def test_it_stays_with_a_change_after_it_was_issued(cast):
    incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    before = issued(cast.alice, incident.entry)
    follow_up_of(incident.entry, cast.alice, recorded_at=timezone.now() - timedelta(seconds=1))

    assert issued(cast.alice, incident.entry).facts_digest != before.facts_digest
