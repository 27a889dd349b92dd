"""Who may ask at all: keys that are missing, wrong, revoked, expired or not good for it; sessions and their token."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from residents.models import Application, Stay
from soberhouse.accounts import services
from soberhouse.accounts.keys import key_revoke, partner_close
from soberhouse.accounts.models import ApiKey
from soberhouse.history import acting_as
from soberhouse.limits import counters
from tests.api.conftest import Program, make_key, refused

pytestmark = pytest.mark.django_db


def test_without_a_key_nobody_is_told_anything(cast):
    answer = Program().get("/houses")

    refused(answer, 401, "key-missing")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["RateLimit-Policy"] == '"default";q=60;w=60'


@pytest.mark.parametrize("header", ["Basic YWxpY2U6eA==", "Bearer", "Bearer ", "Token x", ""])
def test_a_header_without_a_key_counts_as_none(cast, header):
    refused(Program().get("/houses", Authorization=header), 401, "key-missing")


@pytest.mark.parametrize("secret", ["x", "sober_aaaaaaaa_" + "a" * 43, "sober_é", "🙂", "sober_aaaaaaaa_" + "a" * 5000])
def test_a_wrong_key_learns_nothing(cast, secret):
    answer = Program(secret).get("/houses")

    told = refused(answer, 401, "key-wrong")
    assert set(told) == {"type", "title", "status", "detail"}
    assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_key_with_one_letter_wrong_learns_nothing(cast):
    secret = make_key(cast.alice, "read")
    other = secret[:-1] + ("a" if secret[-1] != "a" else "b")

    refused(Program(other).get("/houses"), 401, "key-wrong")


def test_a_right_key_that_works_no_more_is_told_why(cast, pax):
    expired, revoked, deactivated, closed = (
        make_key(who, "occupancy") for who in (cast.alice, cast.olive, cast.charlie, pax)
    )
    with acting_as(cast.olive, source="web"):
        key_revoke(key=ApiKey.objects.get(user=cast.olive), reason="lost")
        services.user_deactivate(user=cast.charlie, reason="left")
        partner_close(partner=pax, reason="contract over")
    later = timezone.now() + timedelta(days=31)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: later)
        refused(Program(expired).get("/houses"), 401, "key-expired")
    refused(Program(revoked).get("/houses"), 401, "key-revoked")
    refused(Program(deactivated).get("/houses"), 401, "key-closed")
    refused(Program(closed).get("/occupancy"), 401, "key-closed")


def test_a_key_is_noted_as_used_and_is_nowhere_in_the_answer(cast, alices):
    answer = alices.get("/houses")

    assert answer.status_code == 200
    assert ApiKey.objects.get(user=cast.alice).last_used_at is not None
    assert alices.secret not in f"{answer.headers}{answer.content!r}"


@pytest.mark.parametrize(
    ("scopes", "method", "path", "needs"),
    [
        (["occupancy"], "GET", "/residents", ["read"]),
        (["write"], "GET", "/houses", ["occupancy", "read"]),
        (["read"], "POST", "/stays", ["write"]),
        (["read", "occupancy"], "POST", "/applications", ["referrals", "write"]),
    ],
)
def test_a_key_narrows_what_its_person_may(cast, program, scopes, method, path, needs):
    answer = program(cast.olive, *scopes).ask(method, path, {} if method == "POST" else None)

    assert refused(answer, 403, "scope-missing")["scopes"] == needs
    assert answer["WWW-Authenticate"] == f'Bearer error="insufficient_scope", scope="{" ".join(needs)}"'


def test_a_key_does_not_widen_what_its_person_may(cast, program):
    refused(program(cast.audra, "write").post("/stays", {}), 403, "not-allowed")
    refused(program(cast.dana, "read").get("/residents"), 403, "not-allowed")
    assert [house["name"] for house in program(cast.dana, "read").items("/houses")] == ["Alder House"]


def test_a_key_counts_before_a_session(cast, program, signed_in):
    browser, secret = signed_in(cast.olive), make_key(cast.charlie, "read")

    with_key = browser.get("/api/v1/houses", headers={"Authorization": f"Bearer {secret}"})
    wrong = browser.get("/api/v1/houses", headers={"Authorization": "Bearer x"})

    assert [house["name"] for house in with_key.json()["items"]] == ["Birch House"]
    assert wrong.status_code == 401


def test_a_session_reads_without_a_key(cast, signed_in):
    answer = signed_in(cast.alice).get("/api/v1/houses")

    assert [house["name"] for house in answer.json()["items"]] == ["Alder House"]
    assert "no-store" in answer["Cache-Control"]


def test_a_session_posts_only_with_its_token(cast):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)
    body = {
        "house": str(cast.house_a.uuid),
        "person": {"legal_first_name": "Nia", "legal_last_name": "Okafor"},
    }

    def send(**headers: str):
        return browser.post("/api/v1/applications", body, content_type="application/json", headers=headers)

    refused(send(), 403, "token-missing")
    assert not Application.objects.exists()
    token = "a" * 32
    browser.cookies["csrftoken"] = token
    refused(send(**{"X-CSRFToken": "b" * 32}), 403, "token-missing")
    assert send(**{"X-CSRFToken": token}).status_code == 201
    assert Application.objects.get().history.get().history_source == "api"


def test_what_a_program_does_is_recorded_as_its_holders(cast, alices, partners, pax):
    person = {"legal_first_name": "Nia", "legal_last_name": "Okafor"}
    alices.post("/applications", {"house": str(cast.house_a.uuid), "person": person})
    partners.post("/applications", {"house": str(cast.house_b.uuid), "person": person}, **{"Idempotency-Key": '"1"'})

    hers, theirs = Application.objects.order_by("pk")
    told = [(row.history.get().history_actor_kind, row.history.get().history_actor_label) for row in (hers, theirs)]
    assert told == [("user", "Alice Example"), ("partner", "Harbor Treatment")]
    assert {row.history.get().history_source for row in (hers, theirs)} == {"api"}


def test_requests_are_counted_and_told(cast, alices, settings):
    settings.API_REQUESTS_A_MINUTE = 2

    first, second, third = (alices.get("/houses") for _turn in range(3))

    assert first["RateLimit-Policy"] == '"default";q=2;w=60'
    assert first["RateLimit"].startswith('"default";r=1;t=')
    assert [first.status_code, second.status_code] == [200, 200]
    refused(third, 429, "too-many")
    assert 0 < int(third["Retry-After"]) <= 60
    assert third["RateLimit"].startswith('"default";r=0;t=')


def test_a_new_minute_begins_anew(cast, alices, settings, monkeypatch):
    settings.API_REQUESTS_A_MINUTE = 1
    alices.get("/houses")
    assert alices.get("/houses").status_code == 429

    now = timezone.now().timestamp()
    monkeypatch.setattr("time.time", lambda: now + 61)

    assert alices.get("/houses").status_code == 200


def test_who_has_no_key_is_counted_by_address_and_stands_in_nobodys_way(cast, alices, settings):
    settings.API_UNKNOWN_A_MINUTE = 2

    answers = [Program("sober_wrong").get("/houses") for _turn in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
    assert alices.get("/houses").status_code == 200


def test_a_network_of_addresses_is_counted_as_one_and_fills_no_store_of_others(cast, settings):
    """Whoever has an IPv6 address has as many as they like."""
    settings.API_UNKNOWN_A_MINUTE = 3
    cache.set("theirs", 1)

    def asks(address: str) -> int:
        return Client(REMOTE_ADDR=address).get("/api/v1/houses").status_code

    assert [asks(f"2001:db8::{n:x}") for n in range(1, 6)] == [401, 401, 401, 429, 429]
    assert asks("2001:db8:0:1::1") == 401
    assert asks("203.0.113.9") == 401
    counters().clear()
    assert cache.get("theirs") == 1
    assert asks("2001:db8::9") == 401


def test_a_session_that_posts_without_its_token_is_counted(cast, settings):
    settings.API_UNKNOWN_A_MINUTE = 2
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.alice)

    answers = [browser.post("/api/v1/stays", {}, content_type="application/json") for _turn in range(3)]

    assert [answer.status_code for answer in answers] == [403, 403, 429]
    assert answers[0]["RateLimit"].startswith('"default";r=1;t=')


@pytest.mark.parametrize("method", ["OPTIONS", "PUT", "BREW"])
def test_methods_that_do_nothing_are_counted_too(cast, alices, settings, method):
    settings.API_UNKNOWN_A_MINUTE = settings.API_REQUESTS_A_MINUTE = 2

    for asks in (alices, Program(), Program("sober_wrong")):
        counters().clear()
        statuses = [asks.ask(method, "/stays").status_code for _turn in range(3)]
        assert statuses == [204 if method == "OPTIONS" else 405] * 2 + [429]


def test_a_refused_move_in_changes_nothing(cast, program):
    before = Stay.objects.count()
    body = {"bed": str(cast.bed_a("2A").uuid), "person": {"legal_first_name": "X"}, "starts_on": str(cast.today)}

    for asks in (Program(), Program("sober_x"), program(cast.audra, "write"), program(cast.alice, "read")):
        assert asks.post("/stays", body).status_code in (401, 403)
    assert Stay.objects.count() == before
