"""The shelf of papers, the pages that issue them, and one issued paper: who may, what is written, what is said."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from residents.houses.permissions import RoleKind
from residents.people import services as people
from residents.people.models import Look
from residents.stays import services as stays
from residents.stays.services import papers as issuing
from soberhouse.documents import services as documents
from soberhouse.documents import store
from soberhouse.documents.models import IssuedDocument, Withdrawal
from soberhouse.history import acting_as
from tests.cast import Cast, grant
from tests.residents.stays.stories import ORDINARY, applicant, days, lives

COURT = "Superior Court of Example County"


def letter(cast: Cast, *, stay: Any = None, by: Any = None, **changes: Any) -> IssuedDocument:
    by = by or cast.alice
    facts = {"recipient": COURT, "purpose": "Case 26-CR-0192"} | changes
    with acting_as(by, source="web"):
        return issuing.letter_issue(stay=stay or cast.stay_of_dana, user=by, now=timezone.now(), **facts)


def face_sheet(cast: Cast) -> IssuedDocument:
    with acting_as(cast.alice, source="web"):
        people.alert_add(resident=cast.dana, kind="allergy", text="penicillin")
        return issuing.face_sheet_issue(resident=cast.dana, place=cast.house_a, user=cast.alice, now=timezone.now())


def discharged(cast: Cast) -> Any:
    """A stay of somebody who left house A."""
    today = cast.today
    with acting_as(cast.alice, source="web"):
        stay = lives(cast.bed_a("3B"), "Gus Gone", since=today - days(30))
        stays.discharge(stay=stay, left_on=today - days(2), today=today, **ORDINARY)
    stay.refresh_from_db()
    return stay


def page(client: Client, name: str, row: Any, query: str = "") -> Any:
    return client.get(reverse(name, args=[row.uuid]) + query)


def said(answer: Any) -> str:
    """The answer's text, spaces as one."""
    return " ".join(answer.content.decode().split())


# --- issuing ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """One page that issues a paper: what it is about, a good answer, and what is issued then."""

    name: str
    about: Callable[[Cast], Any]
    good: Callable[[Cast], dict[str, Any]]
    kind: str
    resident: Callable[[Cast], Any] = lambda cast: None


FORMS = [
    Form("census_issue", lambda cast: cast.house_a, lambda cast: {"night": cast.today}, "house-census"),
    Form(
        "occupancy_issue",
        lambda cast: cast.house_a,
        lambda cast: {"starts_on": cast.today - days(30), "last_night": cast.today},
        "occupancy-report",
    ),
    Form("face_sheet_issue", lambda cast: cast.dana, lambda cast: {}, "face-sheet", lambda cast: cast.dana),
    Form(
        "letter_issue",
        lambda cast: cast.stay_of_dana,
        lambda cast: {"recipient": COURT, "purpose": "Case 26-CR-0192"},
        "residency-letter",
        lambda cast: cast.dana,
    ),
]
EACH = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)


@EACH
def test_manager_issues_a_paper(cast, signed_in, form):
    client = signed_in(cast.alice)
    about = form.about(cast)

    looked = page(client, form.name, about)
    sent = client.post(reverse(form.name, args=[about.uuid]), form.good(cast) | {"purpose": "for the file"})

    assert looked.status_code == 200
    document = IssuedDocument.objects.get()
    assert sent["Location"] == reverse("paper", args=[document.uuid])
    assert (document.kind, document.house, document.resident, document.issued_by, document.purpose) == (
        form.kind,
        cast.house_a,
        form.resident(cast),
        cast.alice,
        "for the file",
    )
    assert PdfReader(io.BytesIO(store.read(document.file))).pages


@EACH
@pytest.mark.parametrize(
    ("who", "status"), [("charlie", 404), ("erin", 404), ("oscar", 404), ("audra", 403), ("frank", 404)]
)
def test_who_may_not_issues_nothing(cast, signed_in, form, who, status):
    about = form.about(cast)
    # Frank lives in house A: he sees the house, and nothing of Dana.
    expected = 403 if who == "frank" and about == cast.house_a else status
    url = reverse(form.name, args=[about.uuid])
    client = signed_in(getattr(cast, who))

    assert (client.get(url).status_code, client.post(url, form.good(cast)).status_code) == (expected, expected)
    assert not IssuedDocument.objects.exists()


@pytest.mark.parametrize("form", FORMS[2:], ids=lambda form: form.name)
@pytest.mark.parametrize("manages", [False, True])
def test_nobody_issues_a_paper_about_themselves(cast, signed_in, form, manages):
    if manages:
        with acting_as(None, source="command"):
            grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    url = reverse(form.name, args=[form.about(cast).uuid])
    client = signed_in(cast.dana)

    assert (client.get(url).status_code, client.post(url, form.good(cast)).status_code) == (403, 403)
    assert not IssuedDocument.objects.exists()
    if manages:
        shelf = said(page(client, "papers", cast.house_a))
        assert "Frank Osei" in shelf
        assert "Dana Renner" not in shelf


def test_discharge_summary_is_issued_for_who_left(cast, signed_in):
    stay = discharged(cast)

    sent = signed_in(cast.alice).post(reverse("discharge_summary_issue", args=[stay.uuid]), {"recipient": "His sister"})

    document = IssuedDocument.objects.get()
    assert sent["Location"] == reverse("paper", args=[document.uuid])
    assert (document.kind, document.resident, document.recipient) == ("discharge-summary", stay.resident, "His sister")


def test_discharge_summary_of_who_is_still_there_is_refused(cast, signed_in):
    sent = signed_in(cast.alice).post(reverse("discharge_summary_issue", args=[cast.stay_of_dana.uuid]), {})

    assert "They were not discharged" in said(sent)
    assert not IssuedDocument.objects.exists()


def test_report_about_all_houses_is_the_operators(cast, signed_in):
    url = reverse("occupancy_all_issue", args=[cast.organization.uuid])
    good = {"starts_on": cast.today - days(9), "last_night": cast.today}

    assert [signed_in(who).post(url, good).status_code for who in (cast.alice, cast.audra, cast.dana)] == [403] * 3
    assert signed_in(cast.oscar).post(url, good).status_code == 404
    assert not IssuedDocument.objects.exists()
    assert signed_in(cast.olive).post(url, good).status_code == 302
    assert IssuedDocument.objects.get().house is None
    shelf_of_all = reverse("papers_of_all", args=[cast.organization.uuid])
    for person, leads in ((cast.olive, True), (cast.audra, True), (cast.alice, False)):
        assert (shelf_of_all in said(page(signed_in(person), "papers", cast.house_a))) == leads
        assert signed_in(person).get(shelf_of_all).status_code == (200 if leads else 403)
    assert IssuedDocument.objects.visible_to(cast.alice).count() == 0


@pytest.mark.parametrize(
    ("name", "about", "data", "sentence"),
    [
        ("letter_issue", "stay_of_dana", {"recipient": "", "purpose": "a case"}, "This field is required."),
        ("letter_issue", "stay_of_dana", {"recipient": "R" * 201, "purpose": "a case"}, "at most 200 characters"),
        ("census_issue", "house_a", {"night": "2199-01-01", "purpose": "a case"}, "A census counts a night that has"),
        ("census_issue", "house_a", {"night": "yesterday", "purpose": "a case"}, "Enter a valid date."),
        ("occupancy_issue", "house_a", {"starts_on": "", "last_night": "", "purpose": "a case"}, "required"),
        (
            "occupancy_issue",
            "house_a",
            {"starts_on": "2026-02-01", "last_night": "2026-01-01", "purpose": "a case"},
            "The last night is before the first.",
        ),
        (
            "occupancy_issue",
            "house_a",
            {"starts_on": "1999-02-01", "last_night": "2026-01-01", "purpose": "a case"},
            "At most five years fit on a report.",
        ),
        (
            "occupancy_issue",
            "house_a",
            {"starts_on": "2198-02-01", "last_night": "2198-03-01", "purpose": "a case"},
            "Begin with a night that has come",
        ),
        ("face_sheet_issue", "dana", {"purpose": "a case", "replaces": "nonsense"}, "is not a valid UUID"),
        ("face_sheet_issue", "dana", {"purpose": "a case", "recipient": "R" * 201}, "at most 200 characters"),
    ],
)
def test_what_was_typed_stays_where_it_was_wrong(cast, signed_in, name, about, data, sentence):
    answer = signed_in(cast.alice).post(reverse(name, args=[getattr(cast, about).uuid]), data)

    assert answer.status_code == 200
    text = said(answer)
    assert sentence in text
    assert 'value="a case"' in text
    assert not IssuedDocument.objects.exists()


def test_address_is_asked_about_only_where_it_is_confidential(cast, signed_in):
    form = said(page(signed_in(cast.alice), "letter_issue", cast.stay_of_dana))
    assert "tell_address" not in form  # none is written down
    assert "tell_birth_date" in form

    with acting_as(cast.olive, source="web"):
        type(cast.house_a).objects.filter(pk=cast.house_a.pk).update(street="12 Alder Street")
    assert "tell_address" in said(page(signed_in(cast.alice), "letter_issue", cast.stay_of_dana))


def test_letter_form_says_by_which_name_a_former_resident_is_called(cast, signed_in):
    stay, sentence = discharged(cast), "the letter bears the name they left under"

    assert sentence in said(page(signed_in(cast.alice), "letter_issue", stay))
    assert sentence not in said(page(signed_in(cast.olive), "letter_issue", stay))
    assert sentence not in said(page(signed_in(cast.alice), "letter_issue", cast.stay_of_dana))


# --- the shelf ----------------------------------------------------------------------------------------------------


def test_shelf_offers_what_can_be_issued_now(cast, signed_in):
    gone = discharged(cast)

    text = said(page(signed_in(cast.alice), "papers", cast.house_a))

    for name, row in (
        ("census_issue", cast.house_a),
        ("occupancy_issue", cast.house_a),
        ("face_sheet_issue", cast.dana),
        ("letter_issue", cast.stay_of_dana),
        ("letter_issue", gone),
        ("discharge_summary_issue", gone),
    ):
        assert reverse(name, args=[row.uuid]) in text
    for name, row in (("discharge_summary_issue", cast.stay_of_dana), ("face_sheet_issue", gone.resident)):
        assert reverse(name, args=[row.uuid]) not in text
    assert "Erin" not in text


def test_shelf_tells_two_people_of_one_name_apart(cast, signed_in):
    with acting_as(cast.alice, source="web"):
        twins = [lives(cast.bed_a(label), "Sam Lee", since=cast.today - days(3)) for label in ("2A", "2B")]

    rows = said(page(signed_in(cast.alice), "papers", cast.house_a)).split("<li")

    for stay in twins:
        (row,) = [row for row in rows if reverse("letter_issue", args=[stay.uuid]) in row]
        assert reverse("face_sheet_issue", args=[stay.resident.uuid]) in row


def test_shelf_tells_the_auditor_what_was_issued_and_offers_nothing(cast, signed_in):
    document = letter(cast)

    text = said(page(signed_in(cast.audra), "papers", cast.house_a))

    assert reverse("paper", args=[document.uuid]) in text
    assert COURT in text
    assert reverse("census_issue", args=[cast.house_a.uuid]) not in text


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("erin", 404), ("oscar", 404), ("dana", 403)])
def test_shelf_is_for_those_who_run_the_house(cast, signed_in, who, status):
    assert page(signed_in(getattr(cast, who)), "papers", cast.house_a).status_code == status


def test_shelf_shows_one_kind(cast, signed_in):
    one, other = letter(cast), face_sheet(cast)
    client = signed_in(cast.alice)

    letters = said(page(client, "papers", cast.house_a, "?kind=residency-letter"))
    everything = said(page(client, "papers", cast.house_a, "?kind=nonsense"))

    assert reverse("paper", args=[one.uuid]) in letters
    assert reverse("paper", args=[other.uuid]) not in letters
    assert all(reverse("paper", args=[document.uuid]) in everything for document in (one, other))
    assert "No paper of this kind" in said(page(client, "papers", cast.house_a, "?kind=house-census"))


@pytest.mark.parametrize("item_count", [1, 3])
def test_shelf_costs_the_same_for_many(cast, signed_in, django_assert_num_queries, item_count):
    for number in range(item_count):
        with acting_as(cast.alice, source="web"):
            stay = lives(cast.bed_a(["2A", "2B", "3A"][number]), f"Nia {number}", since=cast.today - days(9))
        old = letter(cast, stay=stay)
        letter(cast, stay=stay, replaces=old)
    client = signed_in(cast.alice)
    page(client, "papers", cast.house_a)

    with django_assert_num_queries(18):
        answer = page(client, "papers", cast.house_a)

    assert said(answer).count("Superior Court") == 2 * item_count


def test_shelf_has_pages(cast, signed_in):
    for _number in range(26):
        letter(cast)

    text = said(page(signed_in(cast.alice), "papers", cast.house_a, "?kind=residency-letter&page=2"))

    assert "26 to 26 of 26" in text
    assert text.count(COURT) == 1
    assert "?kind=residency-letter&amp;page=1" in text


def test_shelf_names_who_moved_on_as_the_house_knew_them(cast, signed_in):
    letter(cast)
    today = cast.today
    with acting_as(cast.olive, source="web"):
        stays.transfer(stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=today, reason="a job", today=today)
        people.resident_change(
            resident=cast.dana, changes={"legal_last_name": "Otherwise"}, reason="married", today=today
        )

    text = said(page(signed_in(cast.alice), "papers", cast.house_a))

    assert "Dana Renner" in text
    assert "Otherwise" not in text


# --- one paper ----------------------------------------------------------------------------------------------------


def test_paper_is_opened_as_it_was_issued_and_the_look_is_written_down(cast, signed_in):
    document = letter(cast)

    answer = page(signed_in(cast.alice), "paper_file", document)

    assert answer.content == store.read(document.file)
    assert (answer["Content-Type"], answer["Content-Disposition"]) == (
        "application/pdf",
        'inline; filename="residency-letter.pdf"',
    )
    assert "no-store" in answer["Cache-Control"]
    look = Look.objects.get()
    assert (look.resident, look.what, look.actor_id, look.detail) == (
        cast.dana,
        Look.What.PAPER,
        cast.alice.pk,
        "Residency letter",
    )


def test_page_of_a_paper_leads_to_the_check_where_the_site_is_read(cast, signed_in, settings):
    settings.SITE_URL = "https://houses.example.org"
    document = letter(cast)

    assert f'href="/verify/{document.code}/"' in said(page(signed_in(cast.alice), "paper", document))


@pytest.mark.parametrize("what", ["lost", "damaged"])
def test_paper_whose_file_is_lost_says_so_and_nobody_has_seen_it(cast, signed_in, caplog, what):
    document = letter(cast)
    path = store.path_of(document.file.digest)
    path.unlink() if what == "lost" else path.write_bytes(b"%PDF-1.4 about somebody else")

    answer = page(signed_in(cast.alice), "paper_file", document)

    assert answer.status_code == 410
    text = said(answer)
    assert "This paper is lost" in text
    assert reverse("paper", args=[document.uuid]) in text
    assert not Look.objects.exists()
    (line,) = [record for record in caplog.records if record.name == "soberhouse.pages.views_papers"]
    assert (line.message, line.file) == ("A stored file is damaged.", str(document.file.uuid))
    for secret in ("Dana", "Renner", COURT, document.code):
        assert secret not in text
        assert secret not in str(vars(line))


@pytest.mark.parametrize(
    ("who", "status"),
    [
        *(("alice", 200), ("bob", 200), ("olive", 200), ("audra", 200), ("dana", 200)),
        *(("frank", 404), ("charlie", 404), ("erin", 404), ("oscar", 404)),
    ],
)
def test_who_sees_a_letter(cast, signed_in, who, status):
    document = letter(cast)
    client = signed_in(getattr(cast, who))

    assert page(client, "paper", document).status_code == status
    assert page(client, "paper_file", document).status_code == status
    opened = Look.objects.filter(what=Look.What.PAPER)
    assert opened.count() == (1 if status == 200 and who != "dana" else 0)


def test_paper_does_not_exist_without_signing_in(cast):
    answer = page(Client(), "paper_file", letter(cast))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_no_such_paper(cast, signed_in):
    for name in ("paper", "paper_file", "paper_withdraw"):
        assert signed_in(cast.alice).get(reverse(name, args=[uuid4()])).status_code == 404


CLOSED = "This paper holds what few may see"


def test_face_sheet_opens_only_to_those_who_may_see_alerts(cast, signed_in):
    document = face_sheet(cast)

    shown = said(page(signed_in(cast.audra), "paper", document))

    assert CLOSED in shown
    assert reverse("paper_file", args=[document.uuid]) not in shown
    assert page(signed_in(cast.audra), "paper_file", document).status_code == 403
    assert not Look.objects.filter(what=Look.What.PAPER).exists()
    for person in (cast.alice, cast.olive, cast.dana):
        assert page(signed_in(person), "paper_file", document).status_code == 200


def test_face_sheet_closes_to_the_house_that_the_person_left(cast, signed_in):
    document = face_sheet(cast)
    today = cast.today
    with acting_as(cast.olive, source="web"):
        stays.transfer(stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=today, reason="to be safe", today=today)

    for person in (cast.alice, cast.bob):
        client = signed_in(person)
        answer = page(client, "paper_file", document)
        assert answer.status_code == 403
        assert CLOSED in said(answer)
        shown = said(page(client, "paper", document))  # the register goes on knowing that it was issued
        assert CLOSED in shown
        assert reverse("paper_file", args=[document.uuid]) not in shown
    assert not Look.objects.filter(what=Look.What.PAPER).exists()
    assert page(signed_in(cast.charlie), "paper_file", document).status_code == 404
    for person in (cast.olive, cast.dana):
        assert page(signed_in(person), "paper_file", document).status_code == 200


def test_face_sheet_of_an_applicant_closes_with_the_application(cast, signed_in):
    with acting_as(cast.alice, source="web"):
        application = applicant(cast, "Abby Applies")
        person = application.resident
        people.alert_add(resident=person, kind="medical", text="hepatitis")
        document = issuing.face_sheet_issue(resident=person, place=cast.house_a, user=cast.alice, now=timezone.now())
        assert page(signed_in(cast.alice), "paper_file", document).status_code == 200
        stays.application_close(application=application, declined=True, reason="full", today=cast.today)
    client = signed_in(cast.alice)

    assert page(client, "paper_file", document).status_code == 403
    shelf = said(page(client, "papers", cast.house_a))
    assert "Abby Applies" in shelf  # by the name that the closed application has kept
    assert "lives here no more" not in shelf


def test_paper_of_a_resident_who_moved_on_stays_with_the_house_that_issued_it(cast, signed_in):
    document = letter(cast)
    today = cast.today
    with acting_as(cast.olive, source="web"):
        stays.transfer(stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=today, reason="a job", today=today)

    assert page(signed_in(cast.alice), "paper", document).status_code == 200
    assert page(signed_in(cast.charlie), "paper", document).status_code == 404
    assert page(signed_in(cast.dana), "paper_file", document).status_code == 200


def test_resident_may_read_and_do_nothing_else_with_their_paper(cast, signed_in):
    document = letter(cast)

    text = said(page(signed_in(cast.dana), "paper", document))

    assert reverse("paper_file", args=[document.uuid]) in text
    for name in ("paper_withdraw", "letter_issue"):
        assert reverse(name, args=[document.uuid]) not in text
    assert reverse("papers", args=[cast.house_a.uuid]) not in text


def test_file_is_only_looked_at(cast, signed_in):
    answer = signed_in(cast.alice).post(reverse("paper_file", args=[letter(cast).uuid]))

    assert answer.status_code == 405
    assert not Look.objects.exists()


@pytest.mark.parametrize("item_count", [1, 3])
def test_paper_costs_the_same_whatever_came_after(cast, signed_in, django_assert_num_queries, item_count):
    document = letter(cast)
    for _number in range(item_count):
        document = letter(cast, replaces=document)
    client = signed_in(cast.alice)
    page(client, "paper", document)

    with django_assert_num_queries(13):
        page(client, "paper", document)


# --- withdrawn, replaced ------------------------------------------------------------------------------------------


def test_paper_is_withdrawn_with_a_reason(cast, signed_in):
    document = letter(cast)
    client = signed_in(cast.bob)
    url = reverse("paper_withdraw", args=[document.uuid])

    asked = said(client.get(url))
    without = client.post(url, {"reason": ""})
    assert "Whoever checks its code from now on is told that it was withdrawn" in asked
    assert "This field is required." in said(without)
    assert not Withdrawal.objects.exists()

    done = client.post(url, {"reason": "the wrong Dana"})

    assert done["Location"] == reverse("paper", args=[document.uuid])
    withdrawal = Withdrawal.objects.get()
    assert (withdrawal.document, withdrawal.reason, withdrawal.recorded_by) == (document, "the wrong Dana", cast.bob)
    text = said(page(client, "paper", document))
    assert "Withdrawn by Bob Example" in text
    assert "the wrong Dana" in text
    assert url not in text
    assert "withdrawn" in said(page(client, "papers", cast.house_a))


def test_paper_is_withdrawn_once(cast, signed_in):
    document = letter(cast)
    with acting_as(cast.alice, source="web"):
        documents.withdraw(document=document, reason="the wrong Dana")

    again = signed_in(cast.alice).post(reverse("paper_withdraw", args=[document.uuid]), {"reason": "once more"})

    assert "This paper was withdrawn already." in said(again)
    assert Withdrawal.objects.get().reason == "the wrong Dana"


@pytest.mark.parametrize(("who", "status"), [("audra", 403), ("dana", 403), ("charlie", 404), ("oscar", 404)])
def test_who_may_not_withdraws_nothing(cast, signed_in, who, status):
    url = reverse("paper_withdraw", args=[letter(cast).uuid])
    client = signed_in(getattr(cast, who))

    assert (client.get(url).status_code, client.post(url, {"reason": "mine"}).status_code) == (status, status)
    assert not Withdrawal.objects.exists()


def test_paper_is_issued_anew_in_place_of_the_first(cast, signed_in):
    first = letter(cast)
    client = signed_in(cast.alice)
    url = f"{reverse('letter_issue', args=[cast.stay_of_dana.uuid])}?replaces={first.uuid}"
    assert url in said(page(client, "paper", first))

    form = said(client.get(url))
    assert f'value="{COURT}"' in form
    assert "It replaces the one issued on" in form
    client.post(url, {"recipient": COURT, "purpose": "Case 27", "replaces": first.uuid})

    second = IssuedDocument.objects.get(purpose="Case 27")
    assert second.replaces == first
    shown = said(page(client, "paper", first))
    assert "There is a newer one" in shown
    assert reverse("paper", args=[second.uuid]) in shown
    assert "replaces=" not in shown


def test_paper_is_replaced_once(cast, signed_in):
    first = letter(cast)
    letter(cast, replaces=first)
    url = reverse("letter_issue", args=[cast.stay_of_dana.uuid])

    again = signed_in(cast.alice).post(url, {"recipient": COURT, "purpose": "x", "replaces": first.uuid})

    assert "That paper was replaced already." in said(again)
    assert IssuedDocument.objects.count() == 2


def test_paper_of_another_kind_or_person_is_not_replaced(cast, signed_in):
    wrong = [
        face_sheet(cast),
        letter(cast, stay=cast.stay_of_frank),
        letter(cast, stay=cast.stay_of_erin, by=cast.charlie),
    ]
    url = reverse("letter_issue", args=[cast.stay_of_dana.uuid])
    client = signed_in(cast.alice)

    for document in wrong:
        answer = client.post(url, {"recipient": COURT, "purpose": "x", "replaces": document.uuid})
        assert "Select a valid choice." in said(answer)
        assert "It replaces the one" not in said(client.get(f"{url}?replaces={document.uuid}"))
    assert IssuedDocument.objects.count() == len(wrong)


@pytest.mark.parametrize("kind", ["census", "occupancy", "face sheet", "discharge summary", "all houses"])
def test_every_kind_leads_to_where_it_is_issued_anew(cast, signed_in, kind):
    now, today, stay = timezone.now(), cast.today, discharged(cast)
    span = {"starts_on": today - days(9), "ends_on": today}
    with acting_as(cast.olive, source="web"):
        document, name, row = {
            "census": lambda: (
                issuing.census_issue(house=cast.house_a, night=today, now=now),
                "census_issue",
                cast.house_a,
            ),
            "occupancy": lambda: (
                issuing.occupancy_issue(place=cast.house_a, now=now, **span),
                "occupancy_issue",
                cast.house_a,
            ),
            "all houses": lambda: (
                issuing.occupancy_issue(place=cast.organization, now=now, **span),
                "occupancy_all_issue",
                cast.organization,
            ),
            "face sheet": lambda: (
                issuing.face_sheet_issue(resident=cast.dana, place=cast.house_a, user=cast.olive, now=now),
                "face_sheet_issue",
                cast.dana,
            ),
            "discharge summary": lambda: (
                issuing.discharge_summary_issue(stay=stay, now=now),
                "discharge_summary_issue",
                stay,
            ),
        }[kind]()
    client = signed_in(cast.olive)
    url = f"{reverse(name, args=[row.uuid])}?replaces={document.uuid}"

    assert url in said(page(client, "paper", document))
    assert "It replaces the one issued on" in said(client.get(url))


def twice(cast: Cast) -> tuple[Any, Any]:
    """Two stays of one person in house A."""
    first, today = discharged(cast), cast.today
    with acting_as(cast.alice, source="web"):
        second = stays.admit(resident=first.resident, bed=cast.bed_a("3B"), starts_on=today - days(1), today=today)
    return first, second


def test_paper_about_an_earlier_stay_is_issued_anew_about_that_one(cast, signed_in):
    first, second = twice(cast)
    client = signed_in(cast.alice)

    for stay, other in ((first, second), (second, first)):
        document = letter(cast, stay=stay)
        shown = said(page(client, "paper", document))
        wrong = client.post(
            reverse("letter_issue", args=[other.uuid]),
            {"recipient": COURT, "purpose": "x", "replaces": document.uuid},
        )

        assert f"{reverse('letter_issue', args=[stay.uuid])}?replaces={document.uuid}" in shown
        assert reverse("letter_issue", args=[other.uuid]) not in shown
        assert "Select a valid choice." in said(wrong)


def test_face_sheet_is_not_issued_anew_for_another_house(cast, signed_in):
    document, today = face_sheet(cast), cast.today
    with acting_as(cast.olive, source="web"):
        stays.transfer(stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=today, reason="a job", today=today)
    client = signed_in(cast.olive)
    url = reverse("face_sheet_issue", args=[cast.dana.uuid])

    assert "replaces=" not in said(page(client, "paper", document))
    form = client.get(f"{url}?replaces={document.uuid}")
    assert "The earlier paper cannot be replaced from here" in said(form)
    assert str(document.uuid) not in said(form).replace(f"?replaces={document.uuid}", "")
    client.post(f"{url}?replaces={document.uuid}", {"replaces": form.context["form"]["replaces"].value()})

    issued = IssuedDocument.objects.exclude(pk=document.pk).get()
    assert (issued.house, issued.replaces) == (cast.house_b, None)


def test_paper_that_was_replaced_is_not_offered_to_be_replaced(cast, signed_in):
    first = letter(cast)
    letter(cast, replaces=first)

    form = page(signed_in(cast.alice), "letter_issue", cast.stay_of_dana, f"?replaces={first.uuid}")

    assert "The earlier paper cannot be replaced from here" in said(form)
    assert not form.context["form"]["replaces"].value()


# --- what is no longer so -----------------------------------------------------------------------------------------

NO_LONGER_SO = "Papers that tell what is no longer so"


def loud(client: Client, cast: Cast) -> list[str]:
    """What Today in house A says of papers that tell what is no longer so."""
    cards = page(client, "house_today", cast.house_a).context["cards"]
    return [f"{row.fact} · {row.word}" for card in cards if card.title == NO_LONGER_SO for row in card.rows]


@pytest.mark.parametrize("how", ["voided", "moved in another day", "undone", "another day"])
def test_papers_about_what_was_put_right_are_loud_until_withdrawn_or_replaced(cast, signed_in, how):
    stay, today = discharged(cast), cast.today
    first, second = letter(cast, stay=stay), letter(cast, stay=stay)
    letter(cast, stay=cast.stay_of_dana)
    client = signed_in(cast.alice)
    assert loud(client, cast) == []
    discharge = stay.discharges.get()
    name, row = {
        "voided": ("stay_void", stay),
        "moved in another day": ("stay_correct_start", stay),
        "undone": ("discharge_undo", discharge),
        "another day": ("discharge_correct", discharge),
    }[how]

    asked = page(client, name, row)
    assert list(asked.context["papers"]) == [second, first]
    assert reverse("paper_withdraw", args=[first.uuid]) in said(asked)
    with acting_as(cast.alice, source="web"):
        {
            "voided": lambda: stays.stay_void(stay=stay, reason="another Gus"),
            "moved in another day": lambda: stays.stay_correct_start(
                stay=stay, starts_on=today - days(20), reason="a slip", today=today
            ),
            "undone": lambda: stays.discharge_undo(discharge=discharge, reason="at work", today=today),
            "another day": lambda: stays.discharge_correct(
                discharge=discharge, left_on=today - days(3), correction_reason="a slip", today=today
            ),
        }[how]()

    line = f"Residency letter · Gus G. · {'entered by mistake' if how == 'voided' else 'corrected since'}"
    assert loud(client, cast) == [line, line]
    assert NO_LONGER_SO not in said(page(signed_in(cast.audra), "house_today", cast.house_a))
    client = signed_in(cast.alice)
    client.post(reverse("paper_withdraw", args=[first.uuid]), {"reason": "wrong days"})
    assert loud(client, cast) == [line]
    if how == "voided":
        client.post(reverse("paper_withdraw", args=[second.uuid]), {"reason": "never lived here"})
    else:
        stay.refresh_from_db()
        letter(cast, stay=stay, replaces=second)
    assert loud(client, cast) == []


def test_letter_stays_true_when_the_stay_ends_later(cast, signed_in):
    stay, today = cast.stay_of_dana, cast.today
    letter(cast)
    with acting_as(cast.alice, source="web"):
        discharge = stays.discharge(stay=stay, left_on=today, today=today, **ORDINARY)
    client = signed_in(cast.alice)
    assert loud(client, cast) == []

    with acting_as(cast.alice, source="web"):
        stays.discharge_correct(discharge=discharge, left_on=today - days(1), correction_reason="a slip", today=today)

    assert loud(client, cast) == ["Residency letter · Dana R. · corrected since"]


def test_summary_of_a_discharge_that_was_written_anew_is_loud(cast, signed_in):
    stay = discharged(cast)
    with acting_as(cast.alice, source="web"):
        issuing.discharge_summary_issue(stay=stay, now=timezone.now())
    letter(cast, stay=stay)
    with acting_as(cast.alice, source="web"):
        stays.discharge_correct(
            discharge=stay.discharges.get(), note="left a coat", correction_reason="a slip", today=cast.today
        )

    assert loud(signed_in(cast.alice), cast) == ["Discharge summary · Gus G. · corrected since"]


def test_whoever_checks_the_code_is_told_what_became_of_the_paper(cast):
    first = letter(cast)
    second = letter(cast, replaces=first)
    third = letter(cast)
    with acting_as(cast.alice, source="web"):
        documents.withdraw(document=third, reason="the wrong Dana")

    def told(document: IssuedDocument) -> str:
        return said(Client().get(reverse("verify_code", args=[document.code]))).lower()

    assert "replaced" in told(first)
    assert "replaced" not in told(second)
    assert "withdrawn" not in told(second)
    assert "withdrawn" in told(third)
    for document in (first, second, third):
        for secret in ("dana", "renner", "superior court", "26-cr-0192", "the wrong"):
            assert secret not in told(document)


# --- doors from other pages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "row", "doors"),
    [
        ("resident", "dana", ["face_sheet_issue:dana", "letter_issue:stay_of_dana"]),
        ("stay", "stay_of_dana", ["letter_issue:stay_of_dana"]),
        ("board", "house_a", ["census_issue:house_a"]),
        ("occupancy", "house_a", ["occupancy_issue:house_a"]),
    ],
)
def test_pages_lead_to_their_papers(cast, signed_in, name, row, doors):
    managers = said(page(signed_in(cast.alice), name, getattr(cast, row)))
    auditors = said(page(signed_in(cast.audra), name, getattr(cast, row)))

    for door in doors:
        where, about = door.split(":")
        url = reverse(where, args=[getattr(cast, about).uuid])
        assert url in managers
        assert url not in auditors


def test_occupancy_of_all_houses_leads_the_operator_to_its_paper(cast, signed_in):
    url = reverse("occupancy_all_issue", args=[cast.organization.uuid])

    assert f"{url}?span=year" in said(signed_in(cast.olive).get(reverse("occupancy_all") + "?span=year"))
    assert url not in said(signed_in(cast.alice).get(reverse("occupancy_all")))


def test_stay_that_ended_leads_to_its_summary(cast, signed_in):
    stay = discharged(cast)

    assert reverse("discharge_summary_issue", args=[stay.uuid]) in said(page(signed_in(cast.alice), "stay", stay))


def test_papers_stand_in_what_happened(cast, signed_in):
    document, other = letter(cast), face_sheet(cast)
    with acting_as(cast.alice, source="web"):
        documents.withdraw(document=document, reason="the wrong Dana")

    text = said(page(signed_in(cast.alice), "resident", cast.dana))

    assert f"Residency letter issued for {COURT}" in text
    assert reverse("paper", args=[document.uuid]) in text
    assert "Withdrawn: the wrong Dana" in text
    assert "Face sheet issued" in text
    assert reverse("paper", args=[other.uuid]) in text


def test_an_applicant_has_a_face_sheet_of_the_house_they_ask(cast, signed_in):
    with acting_as(cast.alice, source="web"):
        asks = applicant(cast, "Hal Held").resident

    signed_in(cast.alice).post(reverse("face_sheet_issue", args=[asks.uuid]), {})

    assert IssuedDocument.objects.get().house == cast.house_a
