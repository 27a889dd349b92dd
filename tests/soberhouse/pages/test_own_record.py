"""Everything on record about a resident is theirs to take along: no table, no field, no change is left out."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from io import BytesIO
from typing import Any

import pytest
from django.db import models
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pypdf import PageObject, PdfReader

from residents.models import (
    Attachment,
    Attendance,
    Complainant,
    ContractSignature,
    EntryPhoto,
    Organization,
    Reporter,
    Resident,
    SobrietyDate,
)
from residents.people import services as people
from residents.people.looks import note_look
from residents.people.models import Look, Photo
from soberhouse.accounts.models import User
from soberhouse.documents import store
from soberhouse.documents.models import Withdrawal
from soberhouse.history import acting_as
from soberhouse.notices.kinds import declared
from soberhouse.pages.own_record import as_json, as_pdf, own_record, sections_of
from tests.architecture import guards
from tests.residents.stays.stories import days, lives
from tests.soberhouse.pages.recorded import SECRETS, leave, record_everything
from tests.soberhouse.pages.recorded_log import WITHHELD_BY, WRITER
from tests.soberhouse.pages.recorded_rules import WITHHELD

# Foreign keys that say who did something, not whom it is about.
BY_WHOM = {
    "recorded_by": "who wrote it down",
    "issued_by": "who issued the paper",
}
NOT_TAKEN_ALONG = {
    "api.KeptAnswer": "how a program of theirs was answered, kept for a day",
    "residents.DeadlineCall": "that staff were reminded",
    "residents.IncidentDraft": "no record yet: it is filed or given up",
    "residents.LogSeen": "how far somebody of the staff has read",
    "residents.RosterUpload": "a file that somebody of the staff sent, about many people",
}
# Of every table: keys, whom it is about, and who recorded it where `recorded_as` says it in words.
SILENT = {"id", "uuid", "resident", "user", "recorded_by", "issued_by"}
FIELDS_LEFT_OUT = {
    "accounts.ApiKey.digest": "what is kept of the secret itself",
    "accounts.ApiKey.partner": "empty: it is a key of a person",
    "accounts.Invitation.digest": "what is kept of the secret itself",
    "accounts.User.password": "a hash of a secret",
    "accounts.User.pin": "a hash of a secret",
    "accounts.User.pin_tries": "forgotten when the right PIN is typed",
    "documents.IssuedDocument.facts_digest": "a number that proves the file",
    "documents.IssuedDocument.file": "opened through the paper itself",
    "documents.IssuedDocument.organization": "that of the person",
    "documents.IssuedDocument.subject": "the stay it tells of, which is told in its own section",
    "documents.IssuedDocument.tells_from": "stands on the paper",
    "documents.IssuedDocument.tells_until": "stands on the paper",
    "residents.Answer.house": "the violation's",
    "residents.Appeal.house": "the violation's",
    "residents.AppealDecision.house": "the violation's",
    "residents.ApplicationEvent.house": "the application's",
    "residents.Attachment.house": "the violation's",
    "residents.Decision.house": "the violation's",
    "residents.CalendarLink.token_digest": "what is kept of the secret itself",
    "residents.Complainant.house": "the complaint's",
    "residents.ComplaintAnswer.house": "the complaint's",
    "residents.ComplaintOutcome.house": "the complaint's",
    "residents.DeadlineMet.house": "the deadline's",
    "residents.EntryAbout.house": "the entry's",
    "residents.EntryPhoto.house": "the entry's",
    "residents.EntryTelling.house": "the entry's",
    "residents.FollowUp.house": "the entry's",
    "residents.FollowUpDone.house": "the entry's",
    "residents.IncidentClosing.house": "the incident's",
    "residents.IncidentStep.house": "the incident's",
    "residents.Look.actor_id": "a number; the name is told",
    "residents.Pass.ends_on": "the day of its hour in the house",
    "residents.Pass.over": "follows from its state",
    "residents.Pass.starts_on": "the day of its hour in the house",
    "residents.PassDecision.house": "the pass's",
    "residents.PassEvent.house": "the pass's",
    "residents.Reporter.house": "the violation's",
    "residents.RequirementPart.house": "the requirement's",
    "residents.VisitEnd.house": "the visit's",
    "residents.ViolationWithdrawal.house": "the violation's",
}


def hanging_on(*roots: type[models.Model], among: list[type[models.Model]]) -> set[type[models.Model]]:
    """The roots and every table of these that is about a row of theirs, however far away."""
    found = set(roots)
    while True:
        more = {
            model
            for model in among
            for field in model._meta.concrete_fields
            if model not in found
            and field.is_relation
            and field.name not in BY_WHOM
            and field.related_model in found
            and field.related_model is not model
        }
        if not more:
            return found
        found |= more


@pytest.fixture
def filled(cast):
    record_everything(cast)
    return cast.dana


def taken_along(client):
    """What Dana's browser gets: the JSON as a program reads it, and the text of the PDF."""
    told = client.get(reverse("my_record_json"))
    drawn = client.get(reverse("my_record_pdf"))
    assert (told.status_code, drawn.status_code) == (200, 200)
    pages = PdfReader(BytesIO(drawn.content)).pages
    return json.loads(told.content), "\n".join(page.extract_text() for page in pages)


# Complete


def test_every_table_about_a_resident_is_taken_along(filled, cast):
    told = {section.model for section in sections_of(filled, today=cast.today)}

    hanging = hanging_on(Resident, User, among=guards.our_models())
    left_out = {model._meta.label for model in hanging - told}
    assert left_out == set(NOT_TAKEN_ALONG)
    assert told <= hanging


def test_every_field_of_it_is_told_or_left_out_for_a_reason(filled, cast):
    left_out = set()
    for section in sections_of(filled, today=cast.today):
        names = {field.name for field in section.model._meta.concrete_fields}
        assert set(section.fields) <= names
        left_out |= {f"{section.model._meta.label}.{name}" for name in names - set(section.fields) - SILENT}

    assert left_out == set(FIELDS_LEFT_OUT)


def test_table_that_nobody_takes_along_is_noticed():
    class Meta:
        app_label = "planted"
        managed = False

    planted = type(
        "Planted",
        (models.Model,),
        {
            "__module__": "residents.planted",
            "Meta": Meta,
            "stay": models.ForeignKey("residents.Stay", models.PROTECT, related_name="+"),
        },
    )

    assert planted in hanging_on(Resident, User, among=[*guards.our_models(), planted])


def test_everything_written_stands_in_both_files(filled, cast, signed_in):
    leave(cast)

    told, text = taken_along(signed_in(filled))

    records = told["records"]
    assert [name for name, rows in records.items() if not rows] == []
    in_words = re.sub(r"\s+", " ", text)
    for secret in (*SECRETS, "Renner-Voss", "her sister in Troy", "Something is new 0", "my calendar 0"):
        assert secret in json.dumps(told, ensure_ascii=False), secret
        assert secret in in_words, secret


def test_name_given_in_confidence_stands_nowhere_in_it(filled, cast, signed_in):
    """That a name is withheld is told, and neither the name nor what its row once said."""
    assert Reporter.objects.filter(name__startswith=WITHHELD, confidential=True).exists()
    assert Complainant.objects.filter(name__startswith=WITHHELD_BY, complaint__name_withheld=True).exists()

    told, text = taken_along(signed_in(filled))

    for part in (*WITHHELD.split(), *WITHHELD_BY.split(), WRITER):
        assert part not in json.dumps(told, ensure_ascii=False)
        assert part not in text
    reporters = {(one["name"], one["confidential"]) for one in told["records"]["violation_reporters"]}
    assert reporters == {("Uli Offenbach 0", False), (None, True)}
    assert all(not one["changes"] for one in told["records"]["violation_reporters"] if one["confidential"])
    assert "a name is withheld" in re.sub(r"\s+", " ", text)


# The JSON


def test_json_says_what_it_is(filled, cast, signed_in):
    told, _text = taken_along(signed_in(filled))

    assert (told["schema"], told["version"]) == ("soberhouse-own-record", 1)
    assert (told["organization"], told["time_zone"]) == ("Still Waters", "America/New_York")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", told["made_at"])
    assert list(told["records"]) == [
        *("person", "sobriety_dates", "contacts", "alerts", "weekly_hours", "duties", "photos", "looks"),
        *("stays", "beds", "phases", "discharges", "applications", "application_events"),
        *("acknowledgements", "acknowledgements_undone", "orientation"),
        *("violations", "violation_reporters", "violation_attachments", "answers", "decisions"),
        *("appeals", "appeal_decisions", "violation_withdrawals"),
        *("contracts", "contract_signatures", "contract_reviews", "discharge_reviews", "removals", "removal_reviews"),
        *("log_entries", "log_tellings", "log_abouts", "log_photos"),
        *("incidents", "incident_steps", "incident_closings"),
        *("complaints", "complainants", "complaint_answers", "complaint_outcomes"),
        *("searches", "visits", "visit_ends"),
        *("follow_ups", "follow_ups_done", "deadlines", "deadlines_met"),
        *("curfew_checks", "curfew_exceptions", "movements", "passes", "pass_decisions", "pass_events"),
        *("attendances", "attendance_doubts", "meeting_plans"),
        *("meetings_asked", "meetings_asked_kinds", "weeks_excused"),
        *("house_meeting_rolls", "agenda_items", "minutes_of_agenda_items", "elections"),
        *("calendar_links", "step_notes"),
        *("papers", "withdrawals", "roles", "account", "account_events", "notices", "slips", "api_keys"),
    ]


def test_json_tells_each_field_plainly(filled, cast, signed_in):
    records = taken_along(signed_in(filled))[0]["records"]

    contact = records["contacts"][0]
    assert {name: contact[name] for name in ("kind", "name", "relationship", "is_current")} == {
        "kind": "family",
        "name": "Aunt Petra 0",
        "relationship": "aunt",
        "is_current": True,
    }
    (hours,) = records["weekly_hours"]
    assert (hours["weekday"], hours["starts"], hours["ends"]) == (0, "05:00:00", "13:00:00")
    (stay,) = records["stays"]
    assert stay["house"] == {"uuid": str(cast.house_a.uuid), "name": "Alder House"}
    assert stay["starts_on"] == cast.stay_of_dana.starts_on.isoformat()


def test_corrections_and_changes_are_told_with_who_and_why(filled, cast, signed_in):
    told, text = taken_along(signed_in(filled))

    newest, first = told["records"]["sobriety_dates"]
    assert newest["corrects"]["uuid"] == first["uuid"]
    assert newest["reason"] == "wrong month 0"
    changes = told["records"]["person"][0]["changes"]
    assert [(one["kind"], one["by"]) for one in changes] == [("made", "command"), ("changed", "Olive Example")]
    assert changes[-1]["reason"] == "her passport"
    assert changes[-1]["values"] == {
        "preferred_name": "Day",
        "legal_last_name": "Renner-Voss",
        "phone": "+1 555 010 2299",
    }
    in_words = re.sub(r"\s+", " ", text)
    assert "Renner → Renner-Voss" in in_words
    assert "her passport" in in_words
    assert "(corrected)" in in_words


def test_notices_are_told_by_the_words_of_their_kind(filled, cast, signed_in):
    told, text = taken_along(signed_in(filled))

    kind = declared[told["records"]["notices"][-1]["kind"]]
    assert str(kind) != kind.slug
    in_words = re.sub(r"\s+", " ", text)
    assert str(kind)[1:] in in_words
    assert kind.slug not in in_words


def test_photos_are_taken_along_themselves(cast, signed_in):
    record_everything(cast, 2)
    client = signed_in(cast.dana)
    taken = [store.read(photo.file) for photo in Photo.objects.filter(resident=cast.dana)]
    kept = [store.read(each.file) for each in Attachment.objects.order_by("id")]
    signed = [store.read(each.paper) for each in ContractSignature.objects.order_by("-signed_at", "-id")]
    logged = [store.read(each.file) for each in EntryPhoto.objects.order_by("id")]
    slips = [store.read(each.photo) for each in Attendance.objects.exclude(photo=None).order_by("-starts_at")]

    told, _text = taken_along(client)
    pages = PdfReader(BytesIO(client.get(reverse("my_record_pdf")).content)).pages

    pictures = [one["picture"] for one in told["records"]["photos"]]
    assert [(one["content_type"], b64decode(one["base64"])) for one in pictures] == [("image/jpeg", it) for it in taken]
    assert "picture" not in told["records"]["contacts"][0]
    drawn = [image.image.getpixel((20, 20)) for page in pages for image in in_order(page)]
    assert drawn == [Image.open(BytesIO(data)).getpixel((20, 20)) for data in [*taken, *kept, *signed, *logged, *slips]]


def in_order(page: PageObject) -> list[Any]:
    """The pictures of a page as they are drawn, from its top to its end."""
    named = {image.name.rpartition(".")[0]: image for image in page.images}
    drawn = [str(operands[0]).lstrip("/") for operands, operator in page.get_contents().operations if operator == b"Do"]
    return [named[name] for name in drawn if name in named]


def test_photo_that_the_store_has_lost_takes_nothing_else_away(filled, cast, signed_in, caplog):
    store.path_of(Photo.objects.get(resident=filled).file.digest).unlink()

    told, text = taken_along(signed_in(filled))

    [photo] = told["records"]["photos"]
    assert photo["picture"] is None
    assert "Aunt Petra 0" in text
    assert {record.getMessage() for record in caplog.records} == {"A stored file is damaged."}


def test_change_of_which_nothing_is_told_leaves_no_empty_line(cast):
    with acting_as(cast.alice, source="web"):
        newcomer = lives(cast.bed_a("3B"), "Gus Gone", since=cast.today - days(3)).resident
        people.slip_give(resident=newcomer, now=timezone.now())
    newcomer.refresh_from_db()

    record = own_record(newcomer, zone="America/New_York", today=cast.today, now=timezone.now())

    assert [change for each in record.changes.values() for change in each if change.kind == "changed"]
    pages = PdfReader(BytesIO(as_pdf(record))).pages
    assert "Nothing was changed since it was written down." in re.sub(
        r"\s+", " ", "\n".join(page.extract_text() for page in pages)
    )


def test_no_id_of_a_row_and_no_secret_is_told(filled, cast, signed_in):
    """Only public ids leave the building, and nothing that opens a door."""
    told, text = taken_along(signed_in(filled))

    def names(value):
        if isinstance(value, dict):
            return set(value) | {name for each in value.values() for name in names(each)}
        return {name for each in value for name in names(each)} if isinstance(value, list) else set()

    assert not names(told) & {"id", "pk", "digest", "password", "pin", "actor_id"}
    key = filled.user.api_keys.get()
    user = User.objects.get(pk=filled.user.pk)
    for secret in (key.digest, user.password, filled.user.invitations.first().digest):
        assert secret not in json.dumps(told)
        assert secret not in text


# Whose it is


def test_both_are_files_that_name_nobody_and_that_nothing_keeps(filled, cast, signed_in):
    client = signed_in(filled)
    for ending, kind in (("pdf", "application/pdf"), ("json", "application/json")):
        answer = client.get(reverse(f"my_record_{ending}"))
        assert answer["Content-Type"] == kind
        assert answer["Content-Disposition"] == f'attachment; filename="my-record-{cast.today}.{ending}"'
        assert "no-store" in answer["Cache-Control"]


def test_nobody_else_stands_in_it(filled, cast, signed_in):
    """What is on record about Frank and Erin is not about Dana."""
    with acting_as(cast.olive, source="web"):
        cast.frank.contacts.create(kind="family", name="Uncle Dmitri")
        SobrietyDate.objects.create(resident=cast.erin, since=cast.today, reason="Erin said so", recorded_as="Olive")
    note_look(cast.erin, Look.What.PAGE, user=cast.charlie)

    told, text = taken_along(signed_in(filled))

    for name in ("Dmitri", "Osei", "Castellanos", "Erin said so", "Charlie"):
        assert name not in json.dumps(told, ensure_ascii=False), name
        assert name not in text, name


def test_taking_it_along_writes_nothing(filled, cast, signed_in):
    before = {model: model.objects.count() for model in (Look, Resident, Withdrawal, Organization)}

    taken_along(signed_in(filled))

    assert {model: model.objects.count() for model in before} == before


@pytest.mark.parametrize("ending", ["pdf", "json"])
@pytest.mark.parametrize("who", ["alice", "olive", "audra", "charlie", "oscar"])
def test_whoever_is_no_resident_has_none(who, ending, cast, signed_in):
    assert signed_in(getattr(cast, who)).get(reverse(f"my_record_{ending}")).status_code == 404


def test_stranger_is_sent_to_sign_in(cast, client):
    for name in ("my_record_pdf", "my_record_json"):
        assert client.get(reverse(name))["Location"].startswith(reverse("account_login"))


# What it costs, and that it is the same


@pytest.mark.parametrize("number", [1, 3])
def test_it_costs_the_same_however_much_there_is(number, cast, django_assert_num_queries):
    record_everything(cast, number)
    dana = Resident.objects.select_related("organization", "user").get(pk=cast.dana.pk)

    with django_assert_num_queries(128):
        own_record(dana, zone="America/New_York", today=cast.today, now=timezone.now())


def test_same_record_gives_the_same_bytes(filled, cast):
    record = own_record(filled, zone="America/New_York", today=cast.today, now=timezone.now())

    assert as_pdf(record) == as_pdf(record)
    assert as_json(record) == as_json(record)
