"""What a program does: as the pages do it, or not at all."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from residents.houses.permissions import RoleKind
from residents.models import Application, BedUse, Look, Resident, Stay
from residents.people.services import resident_create
from residents.stays import services as stays
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.api.conftest import fields, refused
from tests.cast import grant
from tests.residents.stays.stories import ORDINARY, applicant, days, hold, lives, uses_of, written

pytestmark = pytest.mark.django_db

PERSON = {
    "legal_first_name": "Nia",
    "legal_last_name": "Okafor",
    "birth_date": "1991-03-14",
    "phone": "+1 555 010 2233",
}


@pytest.fixture
def by_alice(cast):
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def move_in(cast):
    return {"bed": str(cast.bed_a("2A").uuid), "person": PERSON, "starts_on": str(cast.today)}


def test_somebody_new_moves_in(cast, alices, move_in):
    answer = alices.post("/stays", move_in | {"expected_on": str(cast.today + days(90)), "sober_since": "2026-01-05"})

    assert answer.status_code == 201, answer.content
    stay = Stay.objects.get(resident__legal_first_name="Nia")
    assert answer["Location"] == f"/api/v1/stays/{stay.uuid}"
    assert alices.get(answer["Location"]).json() == answer.json()
    assert uses_of(stay) == [("2A", cast.today, cast.today + days(90))]
    assert str(stay.resident.sobrietydates.get().since) == "2026-01-05"


def test_who_applied_moves_in(cast, alices, by_alice, move_in):
    asks = applicant(cast)
    hold(asks, cast.bed_a("2A"), today=cast.today)
    del move_in["person"]

    answer = alices.post("/stays", move_in | {"application": str(asks.uuid)})

    assert answer.json()["application"] == str(asks.uuid)
    asks.refresh_from_db()
    assert asks.status == "moved_in"


def test_somebody_known_moves_in(cast, program, move_in):
    with acting_as(cast.olive, source="web"):
        known = resident_create(organization=cast.organization, today=cast.today, legal_first_name="Nia")
    del move_in["person"]

    answer = program(cast.olive, "write").post("/stays", move_in | {"resident": str(known.uuid)})

    assert answer.status_code == 201
    assert Stay.objects.get(resident=known).uses.get().bed == cast.bed_a("2A")


def test_a_taken_bed_is_a_conflict_that_says_who_has_it(cast, alices, move_in):
    before = written()

    told = refused(alices.post("/stays", move_in | {"bed": str(cast.bed_a("1A").uuid)}), 409, "taken")

    assert told["detail"].startswith("Dana R. is in Bed Room 1 1A since")
    assert told["errors"] == [{"field": "bed", "detail": told["detail"]}]
    assert written() == before


def test_somebody_who_lives_here_already_is_a_conflict(cast, alices, move_in):
    del move_in["person"]

    refused(alices.post("/stays", move_in | {"resident": str(cast.dana.uuid)}), 409, "taken")


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"starts_on": "2199-01-01"}, {"starts_on"}),
        ({"starts_on": "1890-01-01"}, {"starts_on"}),
        ({"starts_on": None}, {"starts_on"}),
        ({"starts_on": 20260504}, {"starts_on"}),
        ({"expected_on": "2001-01-01"}, {"expected_on"}),
        ({"bed": "x"}, {"bed"}),
        ({"bed": 7}, {"bed"}),
        ({"bed": "00000000-0000-0000-0000-000000000000"}, {"bed"}),
        ({"person": None}, {"person"}),
        ({"person": []}, {"person"}),
        ({"person": {}}, {"person.legal_first_name"}),
        ({"person": {"legal_first_name": ""}}, {"person.legal_first_name"}),
        ({"person": {"legal_first_name": 7}}, {"person.legal_first_name"}),
        ({"person": {"legal_first_name": "N\0ia"}}, {"person.legal_first_name"}),
        ({"person": {"legal_first_name": "N\ud800ia"}}, {"person.legal_first_name"}),
        ({"person": {"legal_first_name": "N" * 101}}, {"person.legal_first_name"}),
        ({"person": {"legal_first_name": "Nia", "birth_date": "2199-01-01"}}, {"person.birth_date"}),
        ({"person": {"legal_first_name": "Nia", "pet": "cat"}}, {"person.pet"}),
        ({"bedd": "x", "voided": True}, {"bedd", "voided"}),
        ({"resident": "00000000-0000-0000-0000-000000000000"}, {""}),
    ],
)
def test_what_is_wrong_is_told_by_field_and_changes_nothing(cast, alices, move_in, change, about):
    before = written()

    told = refused(alices.post("/stays", move_in | change), 422, "values-wrong")

    assert fields(told) == about, told
    assert written() == before


def test_a_bed_of_another_house_is_none(cast, alices, move_in):
    before = written()

    for bed in (cast.bed_b("2A"), cast.house_c.beds.last()):
        told = refused(alices.post("/stays", move_in | {"bed": str(bed.uuid)}), 422, "values-wrong")
        assert fields(told) == {"bed"}
    assert written() == before


def test_nobody_admits_themselves(cast, program, by_alice):
    """Frank lives in the house that he manages."""
    with acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    frank = program(cast.frank, "write")
    before = written()
    body = {"bed": str(cast.bed_a("2A").uuid), "on": str(cast.today)}

    refused(frank.post(f"/stays/{cast.stay_of_frank.uuid}/move", body), 403, "not-allowed")
    assert written() == before
    assert frank.post(f"/stays/{cast.stay_of_dana.uuid}/move", body).status_code == 200


def test_a_resident_moves_to_another_bed(cast, alices):
    body = {"bed": str(cast.bed_a("2A").uuid), "on": str(cast.today), "reason": "downstairs"}

    answer = alices.post(f"/stays/{cast.stay_of_dana.uuid}/move", body)

    assert answer.json()["bed"] == str(cast.bed_a("2A").uuid)
    assert [name for name, _from, _until in uses_of(cast.stay_of_dana)] == ["1A", "2A"]


def test_a_resident_moves_to_another_house(cast, program, alices):
    body = {"bed": str(cast.bed_b("2A").uuid), "on": str(cast.house_b.today()), "reason": "nearer to work"}

    assert fields(refused(alices.post(f"/stays/{cast.stay_of_dana.uuid}/transfer", body), 422, "values-wrong")) == {
        "bed"
    }
    answer = program(cast.olive, "write").post(f"/stays/{cast.stay_of_dana.uuid}/transfer", body)

    following = Stay.objects.get(continues=cast.stay_of_dana)
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/stays/{following.uuid}")
    assert answer.json()["began_on"] == str(cast.stay_of_dana.starts_on)


def test_a_move_out_is_planned_and_unplanned(cast, alices):
    path, day = f"/stays/{cast.stay_of_dana.uuid}/expect", str(cast.today + days(7))

    assert alices.post(path, {"expected_on": day}).json()["expected_on"] == day
    assert alices.post(path, {"expected_on": None}).json()["expected_on"] is None
    assert fields(refused(alices.post(path, {}), 422, "values-wrong")) == {"expected_on"}
    assert fields(refused(alices.post(path, {"expected_on": str(cast.today)}), 422, "values-wrong")) == {"expected_on"}


def test_a_stay_ends_with_all_that_a_discharge_says(cast, alices):
    body = ORDINARY | {"left_on": str(cast.today), "note": "left in good spirits", "decided_by": "Alice"}

    answer = alices.post(f"/stays/{cast.stay_of_dana.uuid}/discharge", body)

    assert answer.status_code == 200
    assert {name: answer.json()["discharge"][name] for name in body} == body
    again = alices.post(f"/stays/{cast.stay_of_dana.uuid}/discharge", body)
    assert "left on" in refused(again, 422, "values-wrong")["detail"]


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"reason": "transfer"}, {"reason"}),
        ({"reason": "unknown"}, {"reason"}),
        ({"destination": 1}, {"destination"}),
        ({"may_return": "terms"}, {""}),
        ({"left_on": "2199-01-01"}, {"left_on"}),
        ({"belongings": None}, {"belongings"}),
    ],
)
def test_a_discharge_that_cannot_be_is_refused(cast, alices, change, about):
    before = written()
    body = ORDINARY | {"left_on": str(cast.today)} | change

    told = refused(alices.post(f"/stays/{cast.stay_of_dana.uuid}/discharge", body), 422, "values-wrong")

    assert fields(told) == about
    assert written() == before


def test_an_application_from_first_to_last(cast, alices):
    sent = alices.post("/applications", {"house": str(cast.house_a.uuid), "person": PERSON, "referred_by": "Harbor"})
    path = sent["Location"]

    assert sent.status_code == 201
    assert sent.json()["received_on"] == str(cast.today)
    assert alices.post(f"{path}/wait", {}).json()["place"] == 1
    assert alices.ask("POST", f"{path}/accept").json()["status"] == "accepted"
    promise = {
        "bed": str(cast.bed_a("2A").uuid),
        "starts_on": str(cast.today),
        "ends_on": str(cast.today + days(3)),
    }
    held = alices.post(f"{path}/hold", promise)
    assert (held.status_code, held["Location"]) == (201, path)
    (promised,) = held.json()["holds"]
    another = {"bed": promise["bed"], "person": {"legal_first_name": "Other"}, "starts_on": promise["starts_on"]}
    refused(alices.post("/stays", another), 409, "taken")
    assert alices.post(f"/holds/{promised['uuid']}/release", {"reason": "found another"}).json()["holds"] == []
    assert alices.post(f"{path}/decline", {"reason": "needs medical care"}).json()["status"] == "declined"
    refused(alices.post(f"{path}/withdraw", {}), 422, "values-wrong")


def test_a_decline_needs_a_reason(cast, alices, by_alice):
    asks = applicant(cast)

    for body in ({}, {"reason": ""}, {"reason": "  "}):
        assert fields(refused(alices.post(f"/applications/{asks.uuid}/decline", body), 422, "values-wrong")) == {
            "reason"
        }
    assert alices.post(f"/applications/{asks.uuid}/withdraw", {}).json()["status"] == "withdrawn"


def test_whoever_is_told_a_record_for_what_they_did_has_looked(cast, alices, by_alice, move_in):
    for act, (path, body) in {**posts(cast), "admit": ("/stays", move_in)}.items():
        if act == "transfer":
            continue  # a manager of one house has nowhere to transfer to
        with transaction.atomic():
            told = alices.post(path, body).json()
            look = Look.objects.get()
            assert look.detail in ("a stay of theirs", "an application of theirs"), act
            assert told["resident"] in (str(look.resident.uuid), None), act
            transaction.set_rollback(True)


def test_what_is_no_hold_is_not_released(cast, alices, by_alice):
    use = cast.stay_of_dana.uses.get()

    refused(alices.post(f"/holds/{use.uuid}/release", {"reason": "x"}), 422, "values-wrong")


# Referrals


def referral(cast, **more: Any) -> dict[str, Any]:
    return {"house": str(cast.house_a.uuid), "person": PERSON, **more}


def test_a_referral_is_answered_by_a_receipt_without_personal_data(cast, partners, pax, alices):
    body = referral(cast, wanted_on=str(cast.today + days(5)), note="leaves treatment that day")

    answer = partners.post("/applications", body, **{"Idempotency-Key": '"a"'})

    assert answer.status_code == 201, answer.content
    application = Application.objects.get()
    assert (application.partner, application.referred_by) == (pax, "Harbor Treatment")
    assert set(answer.json()) == {"uuid", "house", "received_at"}
    assert answer.json()["uuid"] == str(application.uuid)
    assert "Location" not in answer
    refused(partners.get(f"/applications/{application.uuid}"), 403, "scope-missing")
    assert alices.get(f"/applications/{application.uuid}").json()["referred_by"] == "Harbor Treatment"
    assert Notice.objects.filter(user=cast.alice).exists()


def test_a_referral_recognises_nobody(cast, partners, by_alice):
    """A name and a date of birth that are typed in open no record and tell nothing."""
    lives(cast.bed_a("2A"), "Nia Okafor", since=cast.today)
    Resident.objects.filter(legal_first_name="Nia").update(birth_date="1991-03-14")

    first = partners.post("/applications", referral(cast), **{"Idempotency-Key": '"a"'})
    second = partners.post("/applications", referral(cast), **{"Idempotency-Key": '"b"'})

    assert [first.status_code, second.status_code] == [201, 201]
    assert Resident.objects.filter(legal_first_name="Nia").count() == 3
    assert not Application.objects.filter(resident__stays__isnull=False).exists()


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"received_on": "2026-01-01"}, {"received_on"}),
        ({"referred_by": "Someone else"}, {"referred_by"}),
        ({"resident": "00000000-0000-0000-0000-000000000000"}, {"resident"}),
        ({"house": "00000000-0000-0000-0000-000000000000"}, {"house"}),
        ({"person": {"legal_first_name": "Nia", "birth_date": "2199-01-01"}}, {"person.birth_date"}),
    ],
)
def test_a_referral_that_cannot_be_is_refused(cast, partners, change, about):
    before = written()

    told = refused(
        partners.post("/applications", referral(cast) | change, **{"Idempotency-Key": '"a"'}), 422, "values-wrong"
    )

    assert fields(told) == about
    assert written() == before


def test_a_referral_to_another_organization_is_refused(cast, partners):
    body = referral(cast, house=str(cast.house_c.uuid))

    told = refused(partners.post("/applications", body, **{"Idempotency-Key": '"a"'}), 422, "values-wrong")

    assert fields(told) == {"house"}
    assert not Application.objects.exists()


def test_a_partner_without_the_scope_refers_nobody(cast, pax, program):
    only_counts = program(pax, "occupancy")

    refused(only_counts.post("/applications", referral(cast), **{"Idempotency-Key": '"a"'}), 403, "scope-missing")
    only_referrals = program(pax, "referrals")
    refused(only_referrals.get("/occupancy"), 403, "scope-missing")
    assert only_referrals.post("/applications", referral(cast), **{"Idempotency-Key": '"a"'}).status_code == 201


# Scope of everything that is posted


def posts(cast) -> dict[str, tuple[Any, dict[str, Any]]]:
    asks = applicant(cast)
    promised = hold(asks, cast.bed_a("3A"), today=cast.today)
    bed, today, tomorrow = str(cast.bed_a("2A").uuid), str(cast.today), str(cast.today + days(1))
    other = applicant(cast, "Ada Other")
    return {
        "move": (f"/stays/{cast.stay_of_dana.uuid}/move", {"bed": bed, "on": today}),
        "transfer": (f"/stays/{cast.stay_of_dana.uuid}/transfer", {"bed": bed, "on": today, "reason": "x"}),
        "expect": (f"/stays/{cast.stay_of_dana.uuid}/expect", {"expected_on": None}),
        "discharge": (f"/stays/{cast.stay_of_dana.uuid}/discharge", ORDINARY | {"left_on": today}),
        "wait": (f"/applications/{other.uuid}/wait", {}),
        "accept": (f"/applications/{other.uuid}/accept", {}),
        "decline": (f"/applications/{other.uuid}/decline", {"reason": "x"}),
        "withdraw": (f"/applications/{other.uuid}/withdraw", {}),
        "hold": (f"/applications/{other.uuid}/hold", {"bed": bed, "starts_on": today, "ends_on": tomorrow}),
        "release": (f"/holds/{promised.uuid}/release", {"reason": "x"}),
    }


@pytest.mark.parametrize(
    "act", ["move", "transfer", "expect", "discharge", "wait", "accept", "decline", "withdraw", "hold", "release"]
)
def test_nobody_acts_on_what_they_do_not_see_or_may_not_change(cast, program, partners, by_alice, act):
    path, body = posts(cast)[act]
    asks = {name: program(getattr(cast, name), "read", "write") for name in ("charlie", "oscar", "audra", "dana")}
    before = written()

    refused(asks["charlie"].post(path, body), 404, "not-found")
    refused(asks["oscar"].post(path, body), 404, "not-found")
    refused(asks["audra"].post(path, body), 403, "not-allowed")
    assert asks["dana"].post(path, body).status_code in (403, 404)
    refused(partners.post(path, body, **{"Idempotency-Key": "1"}), 403, "scope-missing")
    assert written() == before


def test_everything_that_is_posted_works_for_the_manager(cast, alices, by_alice):
    for act, (path, body) in posts(cast).items():
        if act == "transfer":
            continue  # a manager of one house has nowhere to transfer to
        with transaction.atomic():
            answer = alices.post(path, body)
            assert answer.status_code in (200, 201), (act, answer.content)
            transaction.set_rollback(True)


def test_a_use_that_is_not_there_any_more(cast, alices, by_alice):
    promised = hold(applicant(cast), cast.bed_a("2A"), today=cast.today)
    stays.hold_release(hold=promised, reason="x", today=cast.today)

    refused(alices.post(f"/holds/{promised.uuid}/release", {"reason": "x"}), 422, "values-wrong")
    assert BedUse.objects.get(pk=promised.pk).voided
