"""What is sent twice under one key is done once; also by two at once."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from api.models import KEPT, KeptAnswer
from residents.models import Application, Stay
from residents.stays.services import newcomer_applies
from soberhouse.accounts.models import ApiKey
from tests.api.conftest import Program, make_key, refused

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


def test_a_refusal_is_answered_the_same_too(cast, alices):
    taken = admission(cast, "1A")
    first, second = (alices.post("/stays", taken, **key("a")) for _turn in range(2))

    refused(first, 409, "taken")
    refused(second, 409, "taken")
    assert (second["Idempotent-Replayed"], second.content) == ("true", first.content)


def test_who_was_not_let_in_may_try_the_same_key_again(cast, program, settings):
    audra = program(cast.audra, "write")
    refused(audra.post("/applications", referral(cast), **key("a")), 403, "not-allowed")

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


def test_old_answers_are_forgotten_when_new_ones_are_kept(cast, alices):
    for name in "abc":
        alices.post("/applications", referral(cast, name), **key(name))
    KeptAnswer.objects.exclude(key="c").update(made_at=timezone.now() - KEPT)

    alices.post("/applications", referral(cast, "d"), **key("d"))

    assert list(KeptAnswer.objects.order_by("pk").values_list("key", flat=True)) == ["c", "d"]


def test_what_was_asked_is_kept_as_a_digest_alone(cast, partners):
    partners.post("/applications", referral(cast, "Unusual"), **key("a"))

    kept = KeptAnswer.objects.get()

    assert "Unusual" not in f"{kept.asked}{kept.body}{kept.location}{kept.key}"


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
