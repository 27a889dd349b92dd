"""The papers about houses, beds and stays: their facts, what is printed of them, and what is never printed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from PIL import Image
from pypdf import PdfReader

from residents.houses.standing import Standing
from residents.models import House
from residents.people import photos
from residents.people import services as people
from residents.rules.services.removals import removal_record
from residents.stays import papers, reports, services
from residents.stays.reports import census, discharge_summary, face_sheet, occupancy, residency_letter
from residents.stays.services import papers as issuing
from soberhouse.curve import Point
from soberhouse.documents import paper, store
from soberhouse.documents.models import IssuedDocument, Withdrawal
from soberhouse.documents.services import facts_digest
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import bed_of, move_in
from tests.residents.stays.stories import ORDINARY, applicant, days, hold, lives, overstays

NOW = datetime(2026, 11, 20, 15, 4, tzinfo=UTC)
HEAD = paper.Head(
    organization="Still Waters",
    title="A paper",
    as_of=NOW,
    zone="America/New_York",
    issued_by="Alice Example",
    issued_at=NOW,
    code="00000-11111-22222-33333",
    verify_url="https://houses.example.org/verify/00000-11111-22222-33333/",
    lines=("Alder House", "(555) 010-7788"),
)
LONG = "Wolfeschlegelsteinhausenbergerdorff Ångström-Nguyễn the 3rd"
HARD = [LONG, "محمد الأحمد", "😀 Смирнова Анна", "Ευαγγελία Παπαδοπούλου"]


@pytest.fixture(autouse=True)
def by_alice(request):
    if "cast" not in request.fixturenames:
        yield
        return
    with acting_as(request.getfixturevalue("cast").alice, source="web"):
        yield


@pytest.fixture
def today(cast) -> date:
    return cast.today


def pages(pdf: bytes) -> list[str]:
    """What can be copied out of each page, spaces of every kind as one."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def printed(document: IssuedDocument) -> str:
    """What stands on a paper that was issued, from its first page to its last."""
    return " ".join(pages(store.read(document.file)))


def shown(day: date) -> str:
    return date_format(day)


# --- house census -------------------------------------------------------------------------------------------------


def test_census_names_every_bed_and_who_has_it(cast, today):
    kind = services.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")
    services.phase_set(stay=cast.stay_of_dana, kind=kind, starts_on=today, today=today)
    services.expect(stay=cast.stay_of_dana, expected_on=today + days(9), today=today)
    late = overstays(cast.bed_a("2A"), today=today)
    held = hold(applicant(cast, "Hal Held"), cast.bed_a("2B"), today=today)
    services.bed_take_out(bed=cast.bed_a("3A"), starts_on=today, ends_on=None, note="wet paint", today=today)

    facts = papers.census_facts(cast.house_a, today, today=today)

    lines = {line.bed: line for line in facts.beds}
    assert list(lines) == ["1A", "1B", "2A", "2B", "3A", "3B"]
    assert lines["1A"] == census.BedLine(
        room="Room 1", bed="1A", state="stay", name="Dana Renner", days=40, phase="Phase 1", until=today + days(9)
    )
    assert lines["2A"] == census.BedLine(
        room="Room 2", bed="2A", state="stay", name="Olu Late", days=30, until=late.expected_on, overdue=True
    )
    assert lines["2B"] == census.BedLine(room="Room 2", bed="2B", state="hold", name="Hal Held", until=held.ends_on)
    assert lines["3A"] == census.BedLine(room="Room 3", bed="3A", state="out", note="wet paint")
    assert lines["3B"] == census.BedLine(room="Room 3", bed="3B", state="open")
    assert {state: facts.count(state) for state in ("stay", "hold", "out", "open")} == {
        "stay": 3,
        "hold": 1,
        "out": 1,
        "open": 1,
    }


def test_census_of_a_past_night_names_people_as_they_were_when_they_left(cast, today):
    services.discharge(stay=cast.stay_of_dana, left_on=today - days(3), today=today, **ORDINARY)
    with acting_as(cast.olive, source="web"):
        people.resident_change(
            resident=cast.dana, changes={"legal_last_name": "Otherwise"}, reason="married", today=today
        )

    facts = papers.census_facts(cast.house_a, today - days(4), today=today)

    assert (facts.beds[0].name, facts.beds[0].days, facts.beds[0].until) == ("Dana Renner", 36, None)


def test_nobody_is_overdue_on_the_day_they_are_expected_to_leave(cast, today):
    overstays(cast.bed_a("2A"), today=today, by=0)

    facts = papers.census_facts(cast.house_a, today, today=today)

    (line,) = [line for line in facts.beds if line.bed == "2A"]
    assert (line.name, line.until, line.overdue) == ("Olu Late", today, False)


def test_census_counts_no_night_to_come(cast, today):
    with pytest.raises(ValidationError) as refusal:
        issuing.census_issue(house=cast.house_a, night=today + days(1), now=timezone.now())

    assert refusal.value.message_dict == {"night": ["A census counts a night that has come: today at the latest."]}
    assert not IssuedDocument.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_census_costs_the_same_for_many(cast, today, django_assert_num_queries, count):
    kind = services.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")
    for label in ["2A", "2B", "3A"][:count]:
        stay = lives(cast.bed_a(label), f"Nia {label}", since=today - days(2))
        services.phase_set(stay=stay, kind=kind, starts_on=today, today=today)

    with django_assert_num_queries(8):
        facts = papers.census_facts(cast.house_a, today, today=today)

    assert facts.count("stay") == 2 + count


def test_census_is_issued_in_the_time_of_its_house(cast):
    """At 1 a.m. in New York it is still yesterday in Los Angeles."""
    now = timezone.now().astimezone(ZoneInfo("America/New_York")).replace(hour=1, minute=0)
    night = cast.house_b.today(now)

    with acting_as(cast.charlie, source="web"):
        tonight = issuing.census_issue(house=cast.house_b, night=night, now=now)
        before = issuing.census_issue(house=cast.house_b, night=night - days(2), now=now)

    assert night == cast.house_a.today(now) - days(1)
    assert tonight.as_of == now
    assert before.as_of == datetime.combine(night - days(2), time(23, 59), tzinfo=cast.house_b.zone)
    assert f"Night of {shown(night)}" in printed(tonight)
    assert f"As of {shown(night - days(2))}, 11:59 p.m. P" in printed(before)


# --- face sheet ---------------------------------------------------------------------------------------------------


def filled_in(cast, *, count: int = 1) -> None:
    """Everything that a face sheet may hold about Dana, so many times."""
    today = cast.today
    kind = services.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")
    services.phase_set(stay=cast.stay_of_dana, kind=kind, starts_on=today, today=today)
    changes = {"preferred_name": "Dee", "phone": "(555) 010-2233", "pronouns": "she/her"}
    people.resident_change(resident=cast.dana, changes=changes, reason="", today=today)
    cast.dana.refresh_from_db()
    people.sobriety_record(resident=cast.dana, since=today - days(109), today=today)
    for number in range(count):
        people.alert_add(resident=cast.dana, kind="allergy", text=f"penicillin {number}")
        people.contact_add(resident=cast.dana, kind="employer", name=f"Abe Baker {number}", phone="(555) 010-1100")
        people.contact_add(resident=cast.dana, kind="emergency", name=f"Marta Renner {number}", relationship="mother")
        people.hours_add(
            resident=cast.dana,
            kind="work",
            where="Harbor Bakery",
            weekdays=[number],
            starts=time(5),
            ends=time(13),
            starts_on=today,
        )
    for duty in ["secretary", "treasurer", "senior"][:count]:
        people.officer_appoint(resident=cast.dana, house=cast.house_a, duty=duty, starts_on=today, today=today)


def test_face_sheet_holds_what_somebody_needs_who_must_help(cast, today):
    filled_in(cast)
    gone = people.alert_add(resident=cast.dana, kind="medical", text="a broken wrist")
    people.alert_change(alert=gone, changes={"is_current": False}, reason="healed")

    facts = papers.face_sheet_facts(cast.dana, standing=Standing(cast.alice), today=today)

    assert replace(facts, contacts=(), hours=(), duties=(), alerts=()) == face_sheet.FaceSheet(
        legal_name="Dana Renner",
        called="Dee",
        pronouns="she/her",
        birth_date=date(1990, 5, 17),
        age=facts.age,
        phone="(555) 010-2233",
        house="Alder House",
        bed="Room 1 1A",
        moved_in=today - days(40),
        days_here=40,
        phase="Phase 1",
        sober_since=today - days(109),
        days_sober=109,
        alerts=(),
    )
    assert facts.alerts == (("Allergy", "penicillin 0"),)
    assert [(contact.kind, contact.name) for contact in facts.contacts] == [
        ("Emergency", "Marta Renner 0"),
        ("Employer", "Abe Baker 0"),
    ]
    assert facts.hours == (("Monday 5 a.m. to 1 p.m.", "Work · Harbor Bakery"),)
    assert facts.duties == (f"Secretary · Alder House · since {shown(today)}",)


def test_face_sheet_is_printed(cast, today):
    filled_in(cast)

    document = issuing.face_sheet_issue(
        resident=cast.dana, place=cast.house_a, user=cast.alice, recipient="Dr. Okoye", now=timezone.now()
    )

    text = printed(document)
    for words in ("Dana Renner", "Dee", "penicillin 0", "Marta Renner 0 · mother", "Harbor Bakery", "109 days"):
        assert words in text
    assert "About one person. Keep it closed." in text
    assert (document.kind, document.title, document.resident, document.house) == (
        "face-sheet",
        "Face sheet",
        cast.dana,
        cast.house_a,
    )


def test_face_sheet_shows_the_photo_that_counts(cast, today):
    picture = io.BytesIO()
    Image.new("RGB", (300, 400), (90, 120, 130)).save(picture, "PNG")
    photo = photos.photo_take(resident=cast.dana, data=picture.getvalue())

    facts = papers.face_sheet_facts(cast.dana, standing=Standing(cast.alice), today=today)
    drawn = PdfReader(io.BytesIO(face_sheet.draw(facts, HEAD)))
    data = store.read(photo.file)
    store.path_of(photo.file.digest).unlink()
    without = papers.face_sheet_facts(cast.dana, standing=Standing(cast.alice), today=today)

    assert facts.photo == data
    (shown_there,) = drawn.pages[0].images
    assert shown_there.image.size == (300, 400)
    assert (without.photo, without.legal_name) == (b"", "Dana Renner")


def test_face_sheet_has_no_alerts_for_whom_may_not_see_them(cast, today):
    filled_in(cast)

    seen = papers.face_sheet_facts(cast.dana, standing=Standing(cast.audra), today=today)

    assert seen.alerts is None
    assert "penicillin" not in repr(seen)
    assert "In an emergency" not in pages(face_sheet.draw(seen, HEAD))[0]


def test_face_sheet_of_somebody_who_lives_nowhere(cast, today):
    asks = applicant(cast, "Hal Held").resident

    facts = papers.face_sheet_facts(asks, standing=Standing(cast.alice), today=today)

    assert facts == face_sheet.FaceSheet(legal_name="Hal Held", alerts=())
    assert "lives in none of our houses now" in pages(face_sheet.draw(facts, HEAD))[0]


@pytest.mark.parametrize("count", [1, 3])
def test_face_sheet_costs_the_same_for_many(cast, today, django_assert_num_queries, count):
    filled_in(cast, count=count)
    standing = Standing(cast.alice)

    with django_assert_num_queries(11):
        facts = papers.face_sheet_facts(cast.dana, standing=standing, today=today)

    assert (len(facts.contacts), len(facts.hours), len(facts.alerts), len(facts.duties)) == (2 * count, *[count] * 3)


# --- residency letter ---------------------------------------------------------------------------------------------


def letter(stay, user, **changes) -> IssuedDocument:
    facts = {"recipient": "Superior Court of Example County", "purpose": "Case 26-CR-0192"} | changes
    return issuing.letter_issue(stay=stay, user=user, now=timezone.now(), **facts)


def test_letter_of_the_first_day_counts_no_days(cast, today):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        stay = move_in(cast.house_a, "2A", "Noor", "Haddad", days_ago=0)

    text = printed(letter(stay, cast.alice))

    assert f"On {shown(today)}, the day of this letter, Noor Haddad lives there, since today." in text
    assert "0 days" not in text


def test_letter_says_where_somebody_lives_and_since_when(cast, today):
    document = letter(cast.stay_of_dana, cast.alice)

    text = printed(document)
    since = shown(today - days(40))
    assert f"We confirm that Dana Renner has lived at Alder House, a house of Still Waters, since {since}." in text
    assert f"On {shown(today)}, the day of this letter, Dana Renner still lives there: 40 days so far." in text
    for words in ("To Superior Court of Example County", "For Case 26-CR-0192", "About Dana Renner", document.code):
        assert words in text
    assert "It says nothing about health, treatment, tests, conduct or payment" in text
    assert (document.kind, document.resident, document.house, document.recipient, document.purpose) == (
        "residency-letter",
        cast.dana,
        cast.house_a,
        "Superior Court of Example County",
        "Case 26-CR-0192",
    )


def test_letter_is_dated_by_the_clock_of_its_house(cast):
    """At 1 a.m. in New York it is still yesterday in Los Angeles."""
    now = timezone.now().astimezone(ZoneInfo("America/New_York")).replace(hour=1, minute=0)

    with acting_as(cast.charlie, source="web"):
        document = issuing.letter_issue(
            stay=cast.stay_of_erin, user=cast.charlie, recipient="A court", purpose="A case", now=now
        )

    assert f"On {shown(cast.house_a.today(now) - days(1))}, the day of this letter" in printed(document)


def test_letter_says_nothing_else_about_the_person(cast, today):
    filled_in(cast)
    removal_record(
        stay=cast.stay_of_dana,
        happened_at=timezone.now(),
        reason="return to use in the house",
        help_given="a bed at the detox",
        now=timezone.now(),
    )
    services.discharge(stay=cast.stay_of_dana, left_on=today, today=today, **(ORDINARY | {"reason": "use"}))

    with acting_as(cast.olive, source="web"):  # she sees the person still
        text = printed(letter(cast.stay_of_dana, cast.olive))

    for secret in ("Dee", "penicillin", "Marta", "Harbor Bakery", "Phase 1", "sober", "return to use", "1990"):
        assert secret not in text


def test_letter_about_somebody_who_left(cast, today):
    stay = cast.stay_of_dana
    services.discharge(stay=stay, left_on=today - days(3), today=today, **ORDINARY)
    with acting_as(cast.olive, source="web"):
        people.resident_change(
            resident=cast.dana, changes={"legal_last_name": "Otherwise"}, reason="married", today=today
        )
    stay.refresh_from_db()

    text = printed(letter(stay, cast.alice))

    assert f"from {shown(today - days(40))} until {shown(today - days(3))}: 37 days." in text
    assert f"On {shown(today)}, the day of this letter, Dana Renner does not live there any more." in text
    assert "Otherwise" not in text  # the house goes on knowing the name they left under


def test_letter_counts_days_over_a_move_between_houses(cast, today):
    moved = services.transfer(
        stay=cast.stay_of_erin, bed=cast.bed_a("2A"), on=today - days(5), reason="a job", today=today
    )

    text = printed(letter(moved, cast.alice))

    assert f"since {shown(today - days(5))}." in text
    began = cast.stay_of_erin.starts_on
    assert f"in other housing of Still Waters since {shown(began)}: {(today - began).days} days in all." in text
    assert "Birch House" not in text


def test_letter_of_somebody_who_came_back_by_way_of_another_house(cast, today):
    away = services.transfer(
        stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=today - days(20), reason="a job", today=today
    )
    back = services.transfer(stay=away, bed=cast.bed_a("3B"), on=today - days(5), reason="the job ended", today=today)

    text = printed(letter(back, cast.alice))

    assert f"has lived at Alder House, a house of Still Waters, since {shown(today - days(5))}." in text
    assert (
        "Before that, and without a break, Dana Renner lived in housing of Still Waters, this house included, since "
        f"{shown(today - days(40))}: 40 days in all."
    ) in text
    assert "other housing" not in text
    assert "Birch House" not in text


def test_letter_tells_the_stay_as_it_is_whatever_was_read_before(cast, today):
    read_before = cast.house_a.stays.select_related("resident", "house__organization").get(resident=cast.dana)
    services.discharge(stay=cast.stay_of_dana, left_on=today, today=today, **ORDINARY)

    document = letter(read_before, cast.alice)

    assert "does not live there any more" in printed(document)
    assert (document.subject, document.tells_from, document.tells_until) == (
        cast.stay_of_dana.uuid,
        today - days(40),
        today,
    )


@pytest.mark.parametrize("kind", ["letter", "discharge summary", "face sheet"])
def test_paper_is_not_issued_where_what_it_tells_changed_while_it_was_drawn(cast, today, kind, monkeypatch):
    stay = cast.stay_of_dana
    if kind == "discharge summary":
        services.discharge(stay=stay, left_on=today, today=today, **ORDINARY)
        stay.refresh_from_db()
    act = {
        "letter": lambda: services.discharge(stay=cast.stay_of_dana, left_on=today, today=today, **ORDINARY),
        "discharge summary": lambda: services.discharge_undo(
            discharge=stay.discharges.get(), reason="at work", today=today
        ),
        "face sheet": lambda: people.alert_add(resident=cast.dana, kind="allergy", text="penicillin"),
    }[kind]
    render = paper.render

    def meanwhile(*args: object) -> bytes:
        act()
        return render(*args)

    monkeypatch.setattr(paper, "render", meanwhile)
    with pytest.raises(ValidationError, match="changed just now"):
        {
            "letter": lambda: letter(stay, cast.alice),
            "discharge summary": lambda: issuing.discharge_summary_issue(stay=stay, now=timezone.now()),
            "face sheet": lambda: issuing.face_sheet_issue(
                resident=cast.dana, place=cast.house_a, user=cast.alice, now=timezone.now()
            ),
        }[kind]()

    assert not IssuedDocument.objects.exists()
    assert not Notice.objects.filter(kind="paper-issued").exists()


def test_no_face_sheet_of_somebody_whom_the_house_sees_no_more(cast, today):
    with acting_as(cast.olive, source="web"):
        services.transfer(stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=today, reason="a job", today=today)

    with pytest.raises(ValidationError, match="no longer this house's to tell"):
        issuing.face_sheet_issue(resident=cast.dana, place=cast.house_a, user=cast.alice, now=timezone.now())

    assert not IssuedDocument.objects.exists()


@pytest.mark.parametrize(
    ("confidential", "asked", "tells"), [(True, False, False), (True, True, True), (False, False, True)]
)
def test_letter_tells_a_confidential_address_only_if_asked(cast, confidential, asked, tells):
    with acting_as(None, source="command"), transaction.atomic():
        House.objects.filter(pk=cast.house_a.pk).update(
            street="12 Alder Street",
            city="Springfield",
            state="MA",
            postal_code="01101",
            phone="(555) 010-7788",
            address_confidential=confidential,
        )
    cast.stay_of_dana.house.refresh_from_db()

    text = printed(letter(cast.stay_of_dana, cast.alice, tell_address=asked))

    assert ("12 Alder Street, Springfield, MA 01101" in text) == tells
    assert ("Springfield" in text) == tells
    assert ("The address of the house is confidential" in text) == (not tells)
    assert "Questions about this letter are answered at (555) 010-7788." in text


def test_letter_tells_the_date_of_birth_only_if_asked(cast):
    assert "1990" not in printed(letter(cast.stay_of_dana, cast.alice))
    assert "Born May 17, 1990" in printed(letter(cast.stay_of_dana, cast.alice, tell_birth_date=True))


@pytest.mark.parametrize("missing", ["recipient", "purpose"])
def test_letter_needs_a_recipient_and_a_purpose(cast, missing):
    with pytest.raises(ValidationError) as refusal:
        letter(cast.stay_of_dana, cast.alice, **{missing: "  "})

    assert refusal.value.message_dict == {missing: ["Say whom the letter is for, and what for."]}
    assert not IssuedDocument.objects.exists()


def test_letter_tells_no_date_of_birth_that_the_house_no_longer_sees(cast, today):
    services.discharge(stay=cast.stay_of_dana, left_on=today, today=today, **ORDINARY)

    with pytest.raises(ValidationError) as refusal:
        letter(cast.stay_of_dana, cast.alice, tell_birth_date=True)

    assert list(refusal.value.message_dict) == ["tell_birth_date"]
    assert not IssuedDocument.objects.exists()


def test_no_paper_about_a_stay_entered_by_mistake(cast):
    services.stay_void(stay=cast.stay_of_dana, reason="another Dana")
    cast.stay_of_dana.refresh_from_db()

    for refused in (
        lambda: letter(cast.stay_of_dana, cast.alice),
        lambda: issuing.discharge_summary_issue(stay=cast.stay_of_dana, now=timezone.now()),
    ):
        with pytest.raises(ValidationError, match="entered by mistake"):
            refused()
    assert not IssuedDocument.objects.exists()


def test_nobody_issues_a_paper_about_themselves(cast):
    with acting_as(cast.dana.user, source="web"):
        for refused in (
            lambda: letter(cast.stay_of_dana, cast.dana.user),
            lambda: issuing.face_sheet_issue(
                resident=cast.dana, place=cast.house_a, user=cast.dana.user, now=timezone.now()
            ),
        ):
            with pytest.raises(PermissionDenied):
                refused()
    assert not IssuedDocument.objects.exists()


def test_letter_costs_three_queries(cast, today, django_assert_num_queries):
    services.transfer(stay=cast.stay_of_erin, bed=cast.bed_a("2A"), on=today - days(5), reason="a job", today=today)
    stay = cast.house_a.stays.select_related("resident", "house__organization").get(resident=cast.erin)

    with django_assert_num_queries(2):
        papers.letter_facts(stay, user=cast.alice, recipient="A court", purpose="A case", today=today)


# --- discharge summary --------------------------------------------------------------------------------------------

LEFT = ORDINARY | {
    "where_to": "her sister's flat",
    "decided_by": "Alice Example",
    "may_return": "terms",
    "return_terms": "after thirty days",
    "note": "left on good terms",
}


def test_discharge_summary_says_when_why_and_where_to(cast, today):
    stay = cast.stay_of_dana
    services.move_bed(stay=stay, bed=cast.bed_a("3A"), on=today - days(10), today=today)
    services.discharge(stay=stay, left_on=today - days(2), today=today, **LEFT)
    stay.refresh_from_db()

    document = issuing.discharge_summary_issue(stay=stay, now=timezone.now())

    text = printed(document)
    for words in (
        "Dana Renner",
        f"Stayed {shown(today - days(40))} until {shown(today - days(2))}: 38 nights",
        f"Room 1 1A from {shown(today - days(40))}; Room 3 3A from {shown(today - days(10))}",
        "Completed the program",
        "410 · Rental, no ongoing housing subsidy",
        "her sister's flat",
        "Alice Example",
        "On terms",
        "after thirty days",
        "Belongings Yes, all",
        "Medications Nothing to return",
        "Naloxone Offered and taken",
        "left on good terms",
    ):
        assert words in text, words
    assert "Corrected" not in text
    assert "UNDONE" not in text


def test_discharge_summary_shows_what_was_corrected(cast, today):
    stay = cast.stay_of_dana
    first = services.discharge(stay=stay, left_on=today - days(2), today=today, **LEFT)
    services.discharge_correct(
        discharge=first, correction_reason="she told us later", reason="choice", where_to="", today=today
    )
    stay.refresh_from_db()

    facts = papers.discharge_facts(stay, today=today)
    text = " ".join(pages(discharge_summary.draw(facts, HEAD)))

    assert [each.reason for each in facts.written] == ["Completed the program", "Left by choice"]
    assert "Reason Left by choice" in text
    assert "by Alice Example Why: she told us later" in text
    assert "Reason Completed the program Left by choice" in text
    assert "Where exactly her sister's flat –" in text
    assert "Naloxone Offered and taken Offered" not in text  # what stayed as it was is no correction


def test_discharge_that_was_undone_is_marked(cast, today):
    stay = cast.stay_of_dana
    first = services.discharge(stay=stay, left_on=today - days(2), today=today, **LEFT)
    services.discharge_undo(discharge=first, reason="she was at work", today=today)
    stay.refresh_from_db()

    text = printed(issuing.discharge_summary_issue(stay=stay, now=timezone.now()))

    assert "UNDONE: there was no discharge after all" in text
    assert "she was at work" in text
    assert f"since {shown(today - days(40))}, and still there: 40 nights" in text
    assert "Discharge, undone since" in text


def test_discharge_after_one_that_was_undone_is_no_correction(cast, today):
    stay = cast.stay_of_dana
    first = services.discharge(stay=stay, left_on=today - days(9), today=today, **(LEFT | {"reason": "absent"}))
    services.discharge_undo(discharge=first, reason="she was at work", today=today)
    stay.refresh_from_db()
    second = services.discharge(stay=stay, left_on=today - days(2), today=today, **LEFT)
    stay.refresh_from_db()

    text = printed(issuing.discharge_summary_issue(stay=stay, now=timezone.now()))

    assert f"last day {shown(today - days(9))}, Did not come back. That was undone on" in text
    assert "by Alice Example, because: she was at work" in text
    assert text.index("First recorded on") < text.index("Reason Completed the program")
    for words in ("Corrected", "A later discharge", "UNDONE", "Why:"):
        assert words not in text

    services.discharge_correct(discharge=second, correction_reason="she told us", note="by bus", today=today)
    text = printed(issuing.discharge_summary_issue(stay=stay, now=timezone.now()))

    assert "Why: she told us" in text
    assert "A later discharge" not in text


def test_no_summary_of_a_discharge_that_never_was(cast):
    with pytest.raises(ValidationError, match="They were not discharged"):
        issuing.discharge_summary_issue(stay=cast.stay_of_dana, now=timezone.now())

    assert not IssuedDocument.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_discharge_summary_costs_the_same_for_many(cast, today, django_assert_num_queries, count):
    stay = cast.stay_of_dana
    for number in range(count):
        services.move_bed(
            stay=stay, bed=cast.bed_a(["3A", "3B", "2A"][number]), on=today - days(9 - number), today=today
        )
    row = services.discharge(stay=stay, left_on=today, today=today, **ORDINARY)
    for number in range(count):
        row = services.discharge_correct(discharge=row, correction_reason="once more", note=f"{number}", today=today)
    stay = cast.house_a.stays.select_related("resident", "house__organization").get(pk=stay.pk)

    with django_assert_num_queries(3):
        facts = papers.discharge_facts(stay, today=today)

    assert (len(facts.beds), len(facts.written)) == (count + 1, count + 1)


# --- occupancy report ---------------------------------------------------------------------------------------------


def test_occupancy_report_counts_bed_nights_until_tonight(cast, today):
    facts = papers.occupancy_facts(
        cast.organization.houses.all(), "All", today - days(49), today + days(15), today=today
    )

    # Dana came 40 days ago, Frank and Erin before the span: 41, 50 and 50 nights with tonight's.
    assert [(row.house, row.beds, row.occupied, row.bed_nights, row.nights_occupied) for row in facts.houses] == [
        ("Alder House", 6, 2, 300, 91),
        ("Birch House", 4, 1, 200, 50),
    ]
    assert [row.percent for row in facts.houses] == ["30 %", "25 %"]
    assert (facts.nights[0].day, facts.nights[-1].day, len(facts.nights)) == (today - days(49), today + days(14), 64)
    text = pages(occupancy.draw(facts, HEAD))[0]
    assert "Bed nights there were 500" in text
    assert "Bed nights occupied 141" in text
    assert "Occupied 28 %" in text


def test_bed_nights_are_those_of_the_curve(cast, today):
    services.discharge(stay=cast.stay_of_frank, left_on=today - days(8), today=today, **ORDINARY)
    overstays(cast.bed_a("2A"), today=today, by=4)
    hold(applicant(cast), cast.bed_a("2B"), today=today)
    houses = House.objects.filter(pk=cast.house_a.pk)

    facts = papers.occupancy_facts(houses, "Alder House", today - days(60), today + days(1), today=today)

    assert facts.houses[0].nights_occupied == sum(night.occupied for night in facts.nights)
    assert facts.houses[0].bed_nights == sum(night.capacity for night in facts.nights)


def test_occupancy_report_begins_with_a_night_that_has_come(cast, today):
    with pytest.raises(ValidationError) as refusal:
        issuing.occupancy_issue(
            place=cast.house_a, starts_on=today + days(1), ends_on=today + days(9), now=timezone.now()
        )

    assert refusal.value.message_dict == {"starts_on": ["Begin with a night that has come: today at the latest."]}
    assert not IssuedDocument.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_occupancy_report_costs_the_same_for_many_houses(cast, today, django_assert_num_queries, count):
    with acting_as(None, source="command"), transaction.atomic():
        for number in range(count):
            House.objects.create(organization=cast.organization, name=f"House {number}", time_zone="America/New_York")

    with django_assert_num_queries(6):
        facts = papers.occupancy_facts(cast.organization.houses.all(), "All", today - days(9), today, today=today)

    assert len(facts.houses) == 2 + count


def test_occupancy_of_all_houses_belongs_to_the_organization(cast, today):
    with acting_as(cast.olive, source="web"):
        document = issuing.occupancy_issue(
            place=cast.organization, starts_on=today - days(30), ends_on=today, now=timezone.now()
        )

    assert (document.house, document.organization) == (None, cast.organization)
    assert "All houses of Still Waters" in printed(document)
    assert "Birch House" in printed(document)
    assert "Cedar House" not in printed(document)


# --- every paper --------------------------------------------------------------------------------------------------


def examples(count: int) -> dict[str, tuple[object, object]]:
    """Each kind of paper with so many rows, hard names among them: facts, and what draws them."""
    names = [HARD[number % len(HARD)] for number in range(count)]
    day = date(2026, 11, 20)
    written = discharge_summary.Written(
        left_on=day,
        reason="Other",
        destination_code=410,
        destination="Rental, no ongoing housing subsidy",
        belongings="Yes, all",
        medications="Yes, all",
        money="Yes, all",
        naloxone="Not known",
        may_return="Not decided",
        recorded_as=LONG,
        recorded_at=NOW,
    )
    corrections = [replace(written, note=f"{name} {n}", correction_reason=name) for n, name in enumerate(names)]
    return {
        "census": (
            census.Census(
                house=LONG,
                night=day,
                beds=tuple(
                    census.BedLine(room=name, bed="1A", state="stay", name=name, days=3, phase=name, until=day)
                    for name in names
                ),
            ),
            census.draw,
        ),
        "face sheet": (
            face_sheet.FaceSheet(
                legal_name=LONG,
                birth_date=day,
                contacts=tuple(face_sheet.ContactLine(kind="Family", name=name, note=name) for name in names),
                alerts=tuple(("Allergy", name) for name in names),
                hours=tuple(("Monday", name) for name in names),
            ),
            face_sheet.draw,
        ),
        "letter": (
            residency_letter.ResidencyLetter(
                recipient=" ".join(names[:5]) or "A court",
                purpose=LONG,
                dated=day,
                name=LONG,
                organization=LONG,
                house=LONG,
                starts_on=day,
                days=count,
            ),
            residency_letter.draw,
        ),
        "discharge summary": (
            discharge_summary.DischargeSummary(
                name=LONG, house=LONG, starts_on=day, ends_on=day, nights=0, written=(written, *corrections)
            ),
            discharge_summary.draw,
        ),
        "occupancy": (
            occupancy.OccupancyReport(
                place=LONG,
                starts_on=day - timedelta(days=30),
                ends_on=day,
                today=day,
                houses=tuple(
                    occupancy.HouseLine(
                        house=name,
                        beds=9,
                        occupied=3,
                        held=1,
                        out_of_service=1,
                        open=4,
                        bed_nights=270,
                        nights_occupied=100,
                    )
                    for name in names
                ),
                nights=tuple(
                    Point(day=day - timedelta(days=30 - n), occupied=n % 5, held=n % 2, capacity=9) for n in range(30)
                ),
            ),
            occupancy.draw,
        ),
    }


KINDS = list(examples(0))


@pytest.mark.parametrize("count", [0, 1, 400])
@pytest.mark.parametrize("kind", KINDS)
def test_same_facts_give_the_same_bytes(kind, count):
    facts, draw = examples(count)[kind]
    again, _draw = examples(count)[kind]

    first, second = draw(facts, HEAD), draw(again, HEAD)

    assert first == second
    assert facts_digest(facts) == facts_digest(again)
    texts = pages(first)
    assert all(HEAD.code in text for text in texts)
    assert all(f"Page {number} of {len(texts)}" in text for number, text in enumerate(texts, start=1))
    if count == 0 and kind not in ("letter", "discharge summary"):
        assert {"census": "No bed was in use", "face sheet": "No contact", "occupancy": "There is no house"}[
            kind
        ] in texts[0]


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_any_script_can_be_copied_out_of_a_paper(kind):
    facts, draw = examples(4)[kind]

    text = " ".join(pages(draw(facts, HEAD)))

    assert "Ångström-Nguyễn" in text
    if kind != "letter":
        assert "Смирнова" in text
        assert "Παπαδοπούλου" in text


SCRIPT = """
import hashlib, sys
import django
django.setup()
from tests.residents.stays.test_papers import HEAD, KINDS, examples
for kind in KINDS:
    facts, draw = examples(3)[kind]
    print(hashlib.sha256(draw(facts, HEAD)).hexdigest())
"""


def test_another_process_draws_the_same_bytes():
    surroundings = os.environ | {"DJANGO_SETTINGS_MODULE": "soberhouse.settings", "PYTHONHASHSEED": "7"}
    done = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env=surroundings | {"TZ": zone}, capture_output=True, text=True, check=True
        ).stdout
        for zone in ("UTC", "Asia/Tokyo")
    ]

    assert done[0] == done[1]
    assert len(set(done[0].split())) == len(KINDS)


def test_paper_replaces_an_earlier_one_of_its_kind_once(cast):
    first = letter(cast.stay_of_dana, cast.alice)
    second = letter(cast.stay_of_dana, cast.alice, replaces=first)
    about_frank = letter(cast.stay_of_frank, cast.alice)

    for wrong in (first, about_frank):
        with pytest.raises(ValidationError) as refusal:
            letter(cast.stay_of_dana, cast.alice, replaces=wrong)
        assert list(refusal.value.message_dict) == ["replaces"]
    assert set(IssuedDocument.objects.all()) == {first, second, about_frank}
    assert second.replaces == first


def test_paper_nobody_could_be_told_of_is_not_issued(cast, monkeypatch):
    """The one it is about is told in the transaction that issues it."""

    def fails(*_args: object, **_kwargs: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Notice.objects, "bulk_create", fails)
    with pytest.raises(OSError, match="disk is full"):
        letter(cast.stay_of_dana, cast.alice)

    assert not IssuedDocument.objects.exists()
    assert not Notice.objects.exists()


def test_nobody_takes_back_a_paper_about_themselves(cast):
    document = letter(cast.stay_of_dana, cast.alice)

    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        issuing.paper_withdraw(document=document, reason="it is about me")
    assert not Withdrawal.objects.exists()

    issuing.paper_withdraw(document=document, reason="the wrong day")
    assert Withdrawal.objects.get().document == document


def test_whom_a_withdrawn_paper_is_about_is_told_and_not_why(cast, monkeypatch):
    document = letter(cast.stay_of_dana, cast.alice)

    issuing.paper_withdraw(document=document, reason="the wrong Dana")

    notice = Notice.objects.get(kind="paper-withdrawn")
    assert (notice.user, notice.text) == (
        cast.dana.user,
        "A paper about you was withdrawn and counts no more: Residency letter.",
    )
    assert str(document.uuid) in notice.url

    another = letter(cast.stay_of_dana, cast.alice)

    def fails(*_args: object, **_kwargs: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(Notice.objects, "bulk_create", fails)
    with pytest.raises(OSError, match="disk is full"):
        issuing.paper_withdraw(document=another, reason="the wrong Dana")
    assert Withdrawal.objects.get().document == document


def test_papers_and_notices_are_in_the_sites_language_whoever_asks(cast, today):
    filled_in(cast)
    now = timezone.now()

    def issue() -> list[IssuedDocument]:
        return [
            issuing.face_sheet_issue(resident=cast.dana, place=cast.house_a, user=cast.alice, now=now),
            issuing.census_issue(house=cast.house_a, night=today, now=now),
            letter(cast.stay_of_dana, cast.alice),
        ]

    here = issue()
    with translation.override("de"):
        there = issue()
        services.expect(stay=cast.stay_of_dana, expected_on=date(2027, 5, 3), today=today)
        sheet, list_of_beds, _letter = [printed(document) for document in there]

    assert [each.facts_digest for each in there] == [each.facts_digest for each in here]
    assert [each.title for each in there] == [each.title for each in here]
    assert "Monday 5 a.m. to 1 p.m." in sheet
    assert "Montag" not in sheet
    assert f"Night of {shown(today)}" in list_of_beds
    told = Notice.objects.get(kind="move-out-planned").text
    assert told == "You are expected to move out of Alder House on May 3, 2027."


def test_kinds_have_names_of_their_own():
    assert len({str(kind) for kind in reports.ALL}) == len({kind.slug for kind in reports.ALL}) == 5
    assert [kind.slug for kind in reports.ALL if kind.guarded] == ["face-sheet"]


def test_beds_of_another_house_are_on_no_census(cast, today):
    lives(bed_of(cast.house_b, "2A"), "Nora Elsewhere", since=today - days(2))

    text = pages(census.draw(papers.census_facts(cast.house_a, today, today=today), HEAD))[0]

    assert "Dana Renner" in text
    assert "Elsewhere" not in text
