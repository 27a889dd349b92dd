"""An incident that is being written down: nothing that was typed is lost, whoever goes on with it, whatever is
wrong."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.log import incident_cards
from residents.log.forms.incidents import MOST_LINES
from residents.log.models import Audience, Entry, Incident, IncidentDraft, IncidentType
from residents.log.queries.incidents import drafts_of
from residents.log.services import incidents as services
from residents.people.models import Look
from soberhouse.history import acting_as
from tests.cast import grant

WORDS = "Found on the floor, blue lips."


def begun(cast, by=None, type: str = IncidentType.OVERDOSE) -> IncidentDraft:
    with acting_as(by or cast.alice, source="web"):
        return services.draft_begin(house=cast.house_a, type=type, now=timezone.now())


def url_of(draft: IncidentDraft) -> str:
    return reverse("incident_draft", args=[draft.uuid])


def local(cast, **ago: int) -> str:
    return f"{timezone.now().astimezone(cast.house_a.zone) - timedelta(**ago):%Y-%m-%dT%H:%M}"


def sent(cast, client, draft, **typed: Any):
    """What a page sends that was opened just now and that somebody typed into."""
    usual = {"happened_at": local(cast, minutes=30), "audience": "few", "text": WORDS}
    return client.post(url_of(draft), usual | opened(client, draft) | typed)


def opened(client, draft) -> dict[str, str]:
    """What a page that is opened now sends along, beside what is typed there."""
    page = client.get(url_of(draft))
    found = dict(re.findall(r'<input type="hidden" name="(seen|page)" value="([^"]+)"', page.content.decode()))
    assert set(found) == {"seen", "page"}
    return found


def quietly(client, draft, **typed: Any) -> str:
    """What a page answers that keeps itself as it is typed."""
    answer = client.post(url_of(draft), typed, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.content.decode()


def text_kept() -> list[str]:
    return IncidentDraft.objects.get().data["text"]


def also_manages(cast, resident) -> None:
    with acting_as(None, source="command"):
        grant(resident.user, RoleKind.MANAGER, cast.organization, cast.house_a)


# Begun


def test_one_tap_begins_it_and_proposes_who_reads_it(cast, signed_in):
    alice = signed_in(cast.alice)

    answer = alice.post(reverse("incident_start", args=[cast.house_a.uuid]), {"type": "overdose"})

    draft = IncidentDraft.objects.get()
    assert (answer.status_code, answer.url) == (302, url_of(draft))
    assert (draft.type, draft.begun_by, draft.house) == ("overdose", cast.alice, cast.house_a)
    form = alice.get(url_of(draft)).context["form"]
    assert form["audience"].value() == Audience.FEW
    assert form["happened_at"].value() == f"{draft.begun_at.astimezone(cast.house_a.zone):%Y-%m-%dT%H:%M}"
    assert form.names == ["happened", "naloxone", "told", "done", "due"]


def test_naloxone_is_asked_for_where_it_may_be_given(cast, signed_in):
    draft = begun(cast, type=IncidentType.PROPERTY)

    form = signed_in(cast.bob).get(url_of(draft)).context["form"]

    assert form.names == ["happened", "told", "done", "due"]
    assert form["audience"].value() == Audience.STAFF


def test_who_begins_none(cast, signed_in):
    url = reverse("incident_start", args=[cast.house_a.uuid])

    for other, status in ((cast.charlie, 404), (cast.audra, 403), (cast.dana, 403)):
        assert signed_in(other).post(url, {"type": "overdose"}).status_code == status
    assert "Choose one of these" in signed_in(cast.alice).post(url, {"type": "parade"}).content.decode()
    with acting_as(None, source="command"), pytest.raises(PermissionDenied):
        services.draft_begin(house=cast.house_a, type=IncidentType.FIRE, now=timezone.now())
    with acting_as(cast.alice, source="web"), pytest.raises(ValidationError):
        services.draft_begin(house=cast.house_a, type="parade", now=timezone.now())
    assert not IncidentDraft.objects.exists()


# Kept


def test_what_is_typed_is_kept_whatever_it_is(cast, signed_in):
    draft, bob = begun(cast), signed_in(cast.bob)
    about = [str(cast.stay_of_dana.uuid)]

    answer = sent(cast, bob, draft, happened_at="nonsense", naloxone_0_doses="lots", about=about, later="yes")

    assert answer.status_code == 302
    form = signed_in(cast.alice).get(url_of(draft)).context["form"]
    assert form["happened_at"].value() == "nonsense"
    assert form["naloxone_0_doses"].value() == "lots"
    assert form["text"].value() == WORDS
    assert form["about"].value() == about
    assert not Incident.objects.exists()


def test_it_is_kept_as_it_is_typed(cast, signed_in):
    draft, alice = begun(cast), signed_in(cast.alice)
    page = opened(alice, draft)

    answers = [quietly(alice, draft, text=text, **page) for text in ("Found", "Found on the floor", WORDS)]

    assert all("Kept:" in answer and "<html" not in answer for answer in answers)
    assert text_kept() == [WORDS]


def test_a_page_that_did_not_hear_that_it_was_kept_goes_on(cast, signed_in):
    """Pressing a button while it keeps itself, and a connection that drops before the answer."""
    draft, alice = begun(cast), signed_in(cast.alice)
    page = opened(alice, draft)
    quietly(alice, draft, text="Found", **page)

    assert alice.post(url_of(draft), {"text": WORDS, "later": "yes", **page}).status_code == 302
    assert text_kept() == [WORDS]


def test_what_no_database_keeps_is_left_out(cast, signed_in):
    draft = begun(cast)

    answer = sent(cast, signed_in(cast.alice), draft, text=f"{WORDS}\x00", about=["\x00"], page="\x00", later="yes")

    assert answer.status_code == 302
    assert text_kept() == [WORDS]


def test_one_more_line_keeps_everything(cast, signed_in):
    draft, alice = begun(cast), signed_in(cast.alice)

    answer = sent(cast, alice, draft, told_0_who="911", more="told")

    assert answer.url == f"{url_of(draft)}#told"
    form = alice.get(url_of(draft)).context["form"]
    assert (form["told_0_who"].value(), form["text"].value()) == ("911", WORDS)
    assert "told_1_who" in form.fields
    assert "told_2_who" not in form.fields


def test_a_page_that_arrives_late_takes_no_line_away(cast, signed_in):
    draft, alice = begun(cast), signed_in(cast.alice)
    page = opened(alice, draft)
    alice.post(url_of(draft), {"told_0_who": "911", "more": "told", **page})

    assert "Not kept" in quietly(alice, draft, told_0_who="91", told_lines="1", **page)

    assert "told_1_who" in alice.get(url_of(draft)).context["form"].fields


@pytest.mark.parametrize("said", ["-3", "many", "", "1000000"])
def test_lines_have_an_end(cast, signed_in, said):
    draft, alice = begun(cast), signed_in(cast.alice)

    sent(cast, alice, draft, told_lines=said, more="told")

    lines = [name for name in alice.get(url_of(draft)).context["form"].fields if name.startswith("told_")]
    assert len(lines) <= MOST_LINES * 3 + 1


def test_nobody_writes_over_what_somebody_else_wrote(cast, signed_in):
    draft, alice, bob = begun(cast), signed_in(cast.alice), signed_in(cast.bob)
    page = opened(bob, draft)
    quietly(bob, draft, text="Min", **page)
    sent(cast, alice, draft, later="yes")

    quiet = quietly(bob, draft, text="Mine.", **page)
    loud = bob.post(url_of(draft), {"text": "Mine.", "later": "yes", **page})

    assert "Not kept" in quiet
    told = loud.content.decode()
    assert "This was changed on another page meanwhile" in told
    assert loud.context["form"]["text"].value() == "Mine."
    assert "hx-post" not in told  # nothing is put in its place until they say so
    assert text_kept() == [WORDS]
    now = {"seen": loud.context["draft"].changed_at.isoformat(), "page": loud.context["page"]}
    assert bob.post(url_of(draft), {"text": "Mine.", "later": "yes", **now}).status_code == 302
    assert text_kept() == ["Mine."]


def test_an_older_page_of_the_same_browser_takes_nothing_away(cast, signed_in):
    draft, alice = begun(cast), signed_in(cast.alice)
    older = opened(alice, draft)
    quietly(alice, draft, text="", **older)
    newer = opened(alice, draft)
    quietly(alice, draft, text=WORDS, **newer)

    assert "Not kept" in quietly(alice, draft, text="", **older)
    for button in ({"later": "yes"}, {"more": "told"}, {}):
        told = alice.post(url_of(draft), {"text": "", **button, **older}).content.decode()
        assert "This was changed on another page meanwhile" in told
    assert text_kept() == [WORDS]
    assert "Kept:" in quietly(alice, draft, text=f"{WORDS} He breathes.", **newer)


def test_what_was_changed_between_reading_and_filing_is_not_lost(cast):
    draft = begun(cast)
    seen = draft.changed_at.isoformat()
    facts = {
        "house": cast.house_a,
        "type": "fire",
        "text": "Smoke.",
        "audience": "staff",
        "happened_at": draft.begun_at,
    }

    with acting_as(cast.alice, source="web"):
        services.draft_save(draft=draft, data={"text": [WORDS]}, seen=seen, now=timezone.now())
        with pytest.raises(services.ChangedMeanwhile):
            services.draft_save(draft=draft, data={"text": ["Older."]}, seen=seen, now=timezone.now())
        with pytest.raises(services.ChangedMeanwhile):
            services.incident_file(draft=draft, now=timezone.now(), **facts)

    assert text_kept() == [WORDS]
    assert not Incident.objects.exists()


def test_one_that_is_too_long_is_refused_and_the_earlier_stays(cast):
    draft = begun(cast)

    with acting_as(cast.alice, source="web"):
        for text, refused in ((WORDS, False), ("x" * 300_000, True)):
            seen = IncidentDraft.objects.get().changed_at.isoformat()
            with pytest.raises(ValidationError) if refused else nullcontext():
                services.draft_save(draft=draft, data={"text": [text]}, seen=seen, now=timezone.now())

    assert text_kept() == [WORDS]


# Filed


def test_somebody_else_finishes_it(cast, signed_in):
    draft = begun(cast)
    sent(cast, signed_in(cast.alice), draft, later="yes")
    at = local(cast, minutes=20)

    answer = sent(
        cast,
        signed_in(cast.bob),
        draft,
        place="Bathroom",
        about=[str(cast.stay_of_dana.uuid)],
        naloxone_0_at=at,
        naloxone_0_doses="2",
        naloxone_0_who="Frank O.",
        told_0_at=at,
        told_0_who="911",
        due_0_what="Replace the naloxone",
        due_0_on=str(cast.today),
    )

    incident = Incident.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("entry", args=[incident.entry.uuid]))
    assert (incident.type, incident.place, incident.recorded_by) == ("overdose", "Bathroom", cast.bob)
    assert incident.entry.audience == Audience.FEW
    assert [(step.kind, step.doses) for step in incident.steps.order_by("kind")] == [("naloxone", 2), ("told", None)]
    assert incident.entry.follow_ups.get().due_on == cast.today
    assert not IncidentDraft.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "\u200b"}, "text"),
        ({"happened_at": ""}, "happened_at"),
        ({"happened_at": "2190-01-01T10:00"}, "happened_at"),
        ({"audience": "confidential"}, "audience_reason"),
        ({"told_0_who": "911"}, "told_0_at"),
        ({"told_0_at": "2026-01-01T10:00"}, "told_0_who"),
        ({"naloxone_0_at": "2026-01-01T10:00", "naloxone_0_doses": "99"}, "naloxone_0_doses"),
        ({"done_0_at": "2190-01-01T10:00", "done_0_what": "To come."}, "done_0_at"),
        ({"due_0_what": "Call", "due_0_on": "2026-01-01"}, "due_0_on"),
        ({"due_0_what": "Call"}, "due_0_on"),
        ({"about": ["nobody"]}, "about"),
    ],
)
def test_what_is_wrong_stays_in_the_draft(cast, signed_in, wrong, field):
    draft = begun(cast)

    answer = sent(cast, signed_in(cast.alice), draft, **wrong)

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert not Entry.objects.exists()
    draft.refresh_from_db()
    for name, value in wrong.items():
        assert draft.data[name] == (value if isinstance(value, list) else [value])


def test_nobody_of_another_house(cast, signed_in):
    draft = begun(cast)

    answer = sent(cast, signed_in(cast.alice), draft, about=[str(cast.stay_of_erin.uuid)])

    assert list(answer.context["form"].errors) == ["about"]
    assert not Entry.objects.exists()


def test_it_is_filed_once(cast, signed_in):
    draft = begun(cast)
    alice = signed_in(cast.alice)
    sent(cast, alice, draft)

    assert alice.post(url_of(draft), {"text": WORDS}).status_code == 404
    with acting_as(cast.alice, source="web"):
        for act in (
            lambda: services.draft_save(draft=draft, data={}, seen="", now=timezone.now()),
            lambda: services.draft_drop(draft=draft),
            lambda: services.incident_file(
                house=cast.house_a,
                type="fire",
                text="Smoke.",
                happened_at=timezone.now(),
                audience="staff",
                draft=draft,
                now=timezone.now(),
            ),
        ):
            with pytest.raises(ValidationError):
                act()
    assert Incident.objects.count() == 1


def test_a_manager_files_what_they_read_no_more(cast, signed_in):
    draft = begun(cast)

    answer = sent(
        cast, signed_in(cast.alice), draft, audience="operators", audience_reason="It is about one of the staff."
    )

    assert answer.url == reverse("house_today", args=[cast.house_a.uuid])
    assert Incident.objects.get().entry.audience == Audience.OPERATORS


# Given up, and who sees it


def test_a_draft_is_given_up(cast, signed_in):
    draft = begun(cast)
    url = reverse("incident_draft_drop", args=[draft.uuid])

    assert signed_in(cast.charlie).post(url).status_code == 404
    assert "may give it up" in signed_in(cast.bob).post(url, {"sure": "yes"}).content.decode()
    assert signed_in(cast.alice).get(url).status_code == 200
    assert IncidentDraft.objects.exists()
    assert signed_in(cast.alice).post(url, {"sure": "yes"}).status_code == 302
    assert not IncidentDraft.objects.exists()


def test_an_operator_gives_up_what_nobody_finishes(cast, signed_in):
    draft = begun(cast)

    assert signed_in(cast.olive).post(reverse("incident_draft_drop", args=[draft.uuid]), {"sure": "yes"}).url
    assert not IncidentDraft.objects.exists()


def test_a_draft_for_operators_alone_is_theirs_and_whose_it_is(cast, signed_in):
    draft = begun(cast)
    sent(cast, signed_in(cast.alice), draft, audience="operators", text="Bob hit him.", later="yes")
    url = reverse("incident_draft", args=[draft.uuid])

    answers = {who: signed_in(getattr(cast, who)).get(url).status_code for who in ("alice", "bob", "olive")}

    assert answers == {"alice": 200, "bob": 404, "olive": 200}
    assert list(drafts_of(cast.house_a, cast.bob)) == []


def test_only_who_records_in_the_house_sees_it_and_nobody_one_about_themselves(cast, signed_in):
    draft = begun(cast)
    also_manages(cast, cast.dana)
    sent(cast, signed_in(cast.alice), draft, about=[str(cast.stay_of_dana.uuid)], later="yes")

    for other in (cast.charlie, cast.audra, cast.frank, cast.dana):
        client = signed_in(other)
        assert client.get(url_of(draft)).status_code == 404
        assert client.post(url_of(draft), {"text": "Mine."}).status_code == 404
        assert client.post(reverse("incident_draft_drop", args=[draft.uuid]), {"sure": "y"}).status_code == 404
    draft.refresh_from_db()
    assert draft.data["text"] == [WORDS]

    def titles(user) -> list[str]:
        return [card.title for card in incident_cards.today(cast.house_a, Standing(user), cast.today)]

    assert "Incidents to finish" in titles(cast.bob)
    assert "Incidents to finish" not in titles(cast.dana.user)


def test_whoever_opens_it_is_written_down_for_whom_it_is_about(cast, signed_in):
    draft = begun(cast)
    sent(cast, signed_in(cast.alice), draft, about=[str(cast.stay_of_dana.uuid)], later="yes")

    signed_in(cast.bob).get(url_of(draft))

    assert Look.objects.filter(resident=cast.dana, actor_id=cast.bob.pk).count() == 1


def test_an_allegation_says_where_one_about_the_staff_goes(cast, signed_in):
    draft = begun(cast, type=IncidentType.ABUSE)

    assert "File it as a complaint instead" in signed_in(cast.alice).get(url_of(draft)).content.decode()
