"""What is sent twice under one key is done once, also by two at once; and what was done is told again only to whoever
may still see it."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection
from django.utils import timezone

from api.idempotency import PURGED_EVERY
from api.models import KEPT, KeptAnswer, KeptAnswerQuerySet
from residents.houses.services import role_end
from residents.models import Application, Look, Stay
from residents.stays.services import discharge, newcomer_applies
from soberhouse.accounts.models import ApiKey
from soberhouse.history import acting_as
from tests.api.conftest import Program, make_key, refused
from tests.cast import grant
from tests.residents.stays.stories import ORDINARY, days, written

pytestmark = pytest.mark.django_db


def referral(cast, name: str = "Nia") -> dict:
    return {"house": str(cast.house_a.uuid), "person": {"legal_first_name": name}}


def admission(cast, label: str = "2A") -> dict:
    bed = str(cast.bed_a(label).uuid)
    return {"bed": bed, "person": {"legal_first_name": "Nia"}, "starts_on": str(cast.today)}


def key(text: str) -> dict[str, str]:
    return {"Idempotency-Key": text}


def test_the_same_twice_is_done_once_and_answered_the_same(cast, partners):
    first = partners.post("/applications", referral(cast), **key('"8e03978e"'))
    second = partners.post("/applications", referral(cast), **key('"8e03978e"'))

    assert [first.status_code, second.status_code] == [201, 201]
    assert second.content == first.content
    assert (first.get("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (None, "true")
    assert Application.objects.count() == 1


def test_where_it_is_stands_in_both_answers(cast, alices):
    first, second = (alices.post("/stays", admission(cast), **key("a")) for _turn in range(2))

    assert second["Location"] == first["Location"]
    assert (second["Content-Type"], second.json()) == ("application/json", first.json())
    assert Stay.objects.filter(resident__legal_first_name="Nia").count() == 1


def test_a_key_means_the_same_with_quotation_marks_and_without(cast, alices):
    alices.post("/applications", referral(cast), **key('"a"'))

    assert alices.post("/applications", referral(cast), **key("a"))["Idempotent-Replayed"] == "true"


def test_the_order_of_members_is_none_of_the_bodys_meaning(cast, alices):
    body = referral(cast)
    alices.post("/applications", body, **key("a"))

    again = alices.post("/applications", dict(reversed(body.items())), **key("a"))

    assert again["Idempotent-Replayed"] == "true"


def test_the_same_key_with_another_body_or_address_is_refused(cast, alices):
    alices.post("/applications", referral(cast), **key("a"))

    refused(alices.post("/applications", referral(cast, "Ada"), **key("a")), 422, "idempotency-key-reused")
    refused(alices.post("/stays", admission(cast), **key("a")), 422, "idempotency-key-reused")
    assert Application.objects.count() == 1
    assert not Stay.objects.filter(resident__legal_first_name="Nia").exists()


def test_everybody_has_keys_of_their_own(cast, alices, program, partners):
    answers = [
        asks.post("/applications", referral(cast), **key("a"))
        for asks in (alices, program(cast.bob, "write"), partners)
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert Application.objects.count() == 3


def test_a_partner_must_send_one_and_a_user_may(cast, partners, alices):
    refused(partners.post("/applications", referral(cast)), 400, "idempotency-key-missing")
    refused(partners.post("/applications", referral(cast), **key("  ")), 400, "idempotency-key-missing")

    assert alices.post("/applications", referral(cast)).status_code == 201
    assert not KeptAnswer.objects.exists()


@pytest.mark.parametrize("text", ['""', "a b", 'a"b', "a" * 256, "é", "a\tb", '"'])
def test_what_is_no_key_is_refused(cast, partners, text):
    refused(partners.post("/applications", referral(cast), **key(text)), 400, "idempotency-key-wrong")
    assert not Application.objects.exists()


def test_the_second_time_it_is_told_as_it_is_by_then(cast, alices):
    path = f"/stays/{cast.stay_of_dana.uuid}/expect"
    first, last = ({"expected_on": str(cast.today + days(number))} for number in (7, 9))
    alices.post(path, first, **key("a"))
    alices.post(path, last, **key("b"))

    again = alices.post(path, first, **key("a"))

    assert again["Idempotent-Replayed"] == "true"
    assert again.json() == alices.get(f"/stays/{cast.stay_of_dana.uuid}").json()
    assert again.json()["expected_on"] == last["expected_on"]


def test_whose_right_to_it_is_gone_is_told_nothing_more(cast, alices):
    """Also not by the key under which they were told before."""
    calls = {
        "plan": (f"/stays/{cast.stay_of_dana.uuid}/expect", {"expected_on": str(cast.today + days(7))}),
        "admit": ("/stays", admission(cast)),
        "apply": ("/applications", referral(cast)),
    }
    for name, (path, body) in calls.items():
        assert alices.post(path, body, **key(name)).status_code in (200, 201)
    with acting_as(None, source="command"):
        grant(cast.alice, "manager", cast.organization, cast.house_b)
    with acting_as(cast.olive, source="web"):
        role_end(role=cast.alice.roles.get(house=cast.house_a), ends_at=timezone.now(), reason="moved house")
    before = written()

    for name, (path, body) in calls.items():
        told = refused(alices.post(path, body, **key(name)), 404, "not-found")
        assert set(told) == {"type", "title", "status", "detail"}
    assert written() == before


def test_who_may_see_and_do_nothing_any_more_is_told_nothing_more(cast, program):
    bob = program(cast.bob, "write")
    path, body = f"/stays/{cast.stay_of_dana.uuid}/expect", {"expected_on": str(cast.today + days(7))}
    bob.post(path, body, **key("a"))
    with acting_as(None, source="command"):
        grant(cast.bob, "auditor", cast.organization)
    with acting_as(cast.olive, source="web"):
        role_end(role=cast.bob.roles.get(kind="manager"), ends_at=timezone.now(), reason="another post")

    refused(bob.post(path, body, **key("a")), 403, "not-allowed")


def test_each_time_it_is_told_is_a_look(cast, alices, monkeypatch):
    path, body = f"/stays/{cast.stay_of_dana.uuid}/expect", {"expected_on": str(cast.today + days(7))}
    alices.post(path, body, **key("a"))
    assert Look.objects.get().resident == cast.dana
    monkeypatch.setattr("residents.people.looks.SAME_VISIT", timedelta())

    alices.post(path, body, **key("a"))

    assert [look.actor_label for look in Look.objects.all()] == ["Alice Example"] * 2


def test_what_was_refused_leaves_no_claim_and_may_be_asked_again(cast, alices):
    body = admission(cast, "1A")
    for _turn in range(2):
        answer = alices.post("/stays", body, **key("a"))
        refused(answer, 409, "taken")
        assert "Idempotent-Replayed" not in answer
    assert not KeptAnswer.objects.exists()
    with acting_as(cast.alice, source="web"):
        discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    assert alices.post("/stays", body, **key("a")).status_code == 201


def test_what_was_not_there_is_done_under_the_same_key_once_it_is_in_sight(cast, program):
    charlie = program(cast.charlie, "write")
    path, body = f"/stays/{cast.stay_of_dana.uuid}/expect", {"expected_on": str(cast.today + days(7))}
    refused(charlie.post(path, body, **key("a")), 404, "not-found")
    with acting_as(None, source="command"):
        grant(cast.charlie, "manager", cast.organization, cast.house_a)

    assert charlie.post(path, body, **key("a")).json()["expected_on"] == body["expected_on"]


def test_who_was_not_let_in_may_try_the_same_key_again(cast, program):
    audra = program(cast.audra, "write")
    refused(audra.post("/applications", referral(cast), **key("a")), 403, "not-allowed")

    assert not KeptAnswer.objects.exists()


def test_what_the_database_refuses_is_not_taken_for_a_key_in_use(cast, alices, monkeypatch):
    def refuse(**_facts):
        raise IntegrityError

    monkeypatch.setattr("api.v1.applications.services.newcomer_applies", refuse)

    refused(alices.post("/applications", referral(cast), **key("a")), 409, "taken")
    assert not KeptAnswer.objects.exists()


def test_a_key_that_another_claims_meanwhile_is_theirs(cast, alices, monkeypatch):
    """Between the look whether the key was used and the claim, another request claims it and is done."""
    body, first = referral(cast), KeptAnswerQuerySet.first
    turns = []

    def meanwhile(answers):
        found = first(answers)
        turns.append(found)
        if len(turns) == 1:
            assert alices.post("/applications", body, **key("a")).status_code == 201
        return found

    monkeypatch.setattr("api.models.KeptAnswerQuerySet.first", meanwhile)
    answer = alices.post("/applications", body, **key("a"))

    assert (answer.status_code, answer["Idempotent-Replayed"]) == (201, "true")
    assert Application.objects.count() == 1


def test_nobody_admits_themselves_and_nothing_is_half_done(cast, program):
    """Frank has left, manages the house now, and gives himself a bed."""
    with acting_as(cast.alice, source="web"):
        discharge(stay=cast.stay_of_frank, left_on=cast.today, today=cast.today, **ORDINARY)
    with acting_as(None, source="command"):
        grant(cast.frank.user, "manager", cast.organization, cast.house_a)
    frank, before = program(cast.frank, "write"), written()
    body = {"bed": str(cast.bed_a("2A").uuid), "resident": str(cast.frank.uuid), "starts_on": str(cast.today)}

    for headers in ({}, key("a")):
        refused(frank.post("/stays", body, **headers), 403, "not-allowed")
    assert written() == before
    assert not KeptAnswer.objects.exists()


def test_a_body_that_is_wrong_leaves_no_claim(cast, alices):
    refused(alices.post("/applications", {}, **key("a")), 422, "values-wrong")

    assert alices.post("/applications", referral(cast), **key("a")).status_code == 201


def test_an_error_of_ours_leaves_no_claim_and_nothing_half_done(cast, alices, monkeypatch):
    def done_and_broken(**facts):
        newcomer_applies(**facts)
        raise ZeroDivisionError

    monkeypatch.setattr("api.v1.applications.services.newcomer_applies", done_and_broken)
    with pytest.raises(ZeroDivisionError):
        alices.post("/applications", referral(cast), **key("a"))

    assert not KeptAnswer.objects.exists()
    assert not Application.objects.exists()
    monkeypatch.undo()
    assert alices.post("/applications", referral(cast), **key("a")).status_code == 201


def test_an_answer_is_kept_for_a_day(cast, alices):
    alices.post("/applications", referral(cast), **key("a"))
    KeptAnswer.objects.update(made_at=timezone.now() - KEPT + timedelta(minutes=1))
    assert alices.post("/applications", referral(cast), **key("a"))["Idempotent-Replayed"] == "true"

    KeptAnswer.objects.update(made_at=timezone.now() - KEPT)
    other = alices.post("/applications", referral(cast, "Ada"), **key("a"))

    assert other.status_code == 201
    assert KeptAnswer.objects.count() == 1


def test_old_answers_are_forgotten_when_anybody_asks_for_anything(cast, alices, partners, django_assert_num_queries):
    for name in "abc":
        alices.post("/applications", referral(cast, name), **key(name))
    KeptAnswer.objects.exclude(key="c").update(made_at=timezone.now() - KEPT)
    cache.clear()  # some minutes later

    Program().get("/houses")
    assert KeptAnswer.objects.count() == 3
    partners.get("/houses")

    assert [kept.key for kept in KeptAnswer.objects.all()] == ["c"]
    KeptAnswer.objects.update(made_at=timezone.now() - KEPT)
    with django_assert_num_queries(2):  # the key and the houses
        partners.get("/houses")
    assert KeptAnswer.objects.exists()
    assert PURGED_EVERY < KEPT / 24


def test_more_old_answers_than_are_forgotten_at_once_are_forgotten_by_the_next(cast, alices, partners, monkeypatch):
    monkeypatch.setattr("api.idempotency.PURGED_AT_ONCE", 2)
    for name in "abc":
        alices.post("/applications", referral(cast, name), **key(name))
    KeptAnswer.objects.update(made_at=timezone.now() - KEPT)
    cache.clear()

    left = []
    for _turn in range(2):
        partners.get("/houses")
        left.append(KeptAnswer.objects.count())

    assert left == [1, 0]


def test_nothing_about_a_person_is_kept(cast, alices, partners):
    calls = {
        "plan": (f"/stays/{cast.stay_of_dana.uuid}/expect", {"expected_on": str(cast.today + days(7))}),
        "admit": ("/stays", admission(cast)),
        "apply": ("/applications", referral(cast, "Unusual") | {"note": "hepatitis"}),
    }
    for name, (path, body) in calls.items():
        alices.post(path, body, **key(name))
    receipt = partners.post("/applications", referral(cast, "Unusual"), **key("refer")).json()

    kept = {row.pop("key"): row for row in KeptAnswer.objects.values()}

    assert {name for row in kept.values() for name in row} == {
        *("id", "user_id", "partner_id", "asked", "about", "receipt", "made_at")
    }
    assert {name: row["receipt"] for name, row in kept.items() if row["receipt"]} == {"refer": json.dumps(receipt)}
    assert all(row["about"] for name, row in kept.items() if name != "refer")
    for word in ("Unusual", "hepatitis", "Nia", "Dana", "Renner"):
        assert word not in str(kept)


def test_two_at_once_with_one_key_do_it_once(committed_db, cast, pax):
    secret = make_key(pax, "referrals")
    ApiKey.objects.update(last_used_at=timezone.now())
    barrier, answers = threading.Barrier(8), []

    def send() -> None:
        try:
            barrier.wait(timeout=30)
            answers.append(Program(secret).post("/applications", referral(cast), **key('"a"')))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [201] * 8
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer for answer in answers) == 7
    assert Application.objects.count() == 1
