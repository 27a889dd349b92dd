"""Partners and API keys: what each service promises and refuses, and what the database refuses whoever asks."""

from __future__ import annotations

import hashlib
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from soberhouse.accounts import keys
from soberhouse.accounts.models import ApiKey, Partner, User
from soberhouse.accounts.scopes import Scope
from soberhouse.accounts.services import user_deactivate, user_reactivate
from soberhouse.history import acting_as
from tests.cast import grant

State = ApiKey.State
NOW = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)


@pytest.fixture
def by_olive(cast):
    with acting_as(cast.olive, source="web"):
        yield cast


@pytest.fixture
def pax(by_olive) -> Partner:
    return keys.partner_create(organization=by_olive.organization, name="Pax Referrals")


def make(holder: User | Partner, **facts) -> tuple[ApiKey, str]:
    """A key of this holder, good for thirty days."""
    kind = "partner" if isinstance(holder, Partner) else "user"
    usual = {"name": "Bed finder", "scopes": ["occupancy"], "now": NOW, "expires_at": NOW + timedelta(days=30)}
    return keys.key_create(**{kind: holder}, **(usual | facts))


# Partners


def test_a_partner_is_made_in_an_organization(by_olive):
    made = keys.partner_create(organization=by_olive.organization, name="  Drug   Court ", email="Desk@Court.Example")

    partner = Partner.objects.get()
    assert partner == made
    assert (partner.name, partner.email, partner.is_active) == ("Drug Court", "desk@court.example", True)
    assert partner.history.get().history_actor_label == "Olive Example"


@pytest.mark.parametrize(
    ("facts", "field"),
    [({"name": "pax REFERRALS"}, "__all__"), ({"name": ""}, "name"), ({"name": "x", "email": "no"}, "email")],
)
def test_a_partner_that_cannot_be_is_refused(pax, facts, field):
    with pytest.raises(ValidationError) as refused:
        keys.partner_create(organization=pax.organization, **facts)

    assert list(refused.value.message_dict) == [field]
    assert Partner.objects.count() == 1


def test_two_organizations_may_have_a_partner_of_one_name(pax, cast):
    keys.partner_create(organization=cast.other_organization, name=pax.name)

    assert Partner.objects.filter(name=pax.name).count() == 2


def test_a_partner_changes_its_name_or_its_mail(pax):
    keys.partner_change(partner=pax, name="Pax")
    keys.partner_change(partner=pax, email="desk@pax.example")

    pax.refresh_from_db()
    assert (pax.name, pax.email) == ("Pax", "desk@pax.example")


def test_a_partners_keys_stop_when_it_is_closed_and_stay_dead(pax):
    key, secret = make(pax)
    over, _secret = make(pax, name="Old", now=NOW - timedelta(days=40), expires_at=NOW - timedelta(days=10))
    taken = keys.key_revoke(key=make(pax, name="Lost")[0], reason="the laptop is gone", now=NOW)

    keys.partner_close(partner=pax, reason="the contract ended", now=NOW)

    assert {found.state(NOW) for found in ApiKey.objects.all()} == {State.CLOSED}
    assert not ApiKey.objects.live(now=NOW).exists()
    assert key.history.latest().history_change_reason == "the contract ended"

    keys.partner_reopen(partner=pax, reason="they signed again")

    assert keys.key_found(secret).state(NOW) == State.REVOKED
    assert ApiKey.objects.get(pk=over.pk).state(NOW) == State.EXPIRED
    assert ApiKey.objects.get(pk=taken.pk).revoked_at == taken.revoked_at
    assert [row.history_change_reason for row in pax.history.all()] == ["they signed again", "the contract ended", ""]
    assert make(pax, name="New")[0].state(NOW) == State.LIVE


def test_closing_a_partner_needs_a_reason_and_happens_once(pax):
    for service in (keys.partner_close, keys.partner_reopen):
        with pytest.raises(ValidationError, match="Say why"):
            service(partner=pax, reason=" ")
    keys.partner_close(partner=pax, reason="the contract ended")

    with pytest.raises(ValidationError, match="closed already"):
        keys.partner_close(partner=pax, reason="again")
    assert pax.history.count() == 2


# Keys


@pytest.mark.parametrize("kind", ["user", "partner"])
def test_a_key_is_told_once_and_only_its_digest_is_kept(by_olive, pax, kind):
    holder = pax if kind == "partner" else by_olive.alice

    key, secret = make(holder)

    assert re.fullmatch(r"sober_[a-z2-9]{8}_[A-Za-z0-9_-]{43}", secret)
    row = ApiKey.objects.values().get()
    assert row["digest"] == hashlib.sha256(secret.encode()).hexdigest()
    assert secret.startswith(row["prefix"] + "_")
    assert len(row["prefix"]) == len("sober_") + 8
    kept = [str(value) for value in (*row.values(), *key.history.values().get().values())]
    assert not [value for value in kept if secret[len(row["prefix"]) + 1 :] in value]
    assert (key.holder, key.scopes, key.expires_at) == (holder, "occupancy", NOW + timedelta(days=30))
    assert key.scope_set == {Scope.OCCUPANCY}


def test_scopes_are_kept_in_their_own_order_and_once(by_olive):
    key, _secret = make(by_olive.olive, scopes=["write", "read", "occupancy", "read"])

    assert key.scopes == "occupancy read write"


@pytest.mark.parametrize("scope", ["read", "write"])
def test_nobody_gets_a_key_that_looks_or_writes_in_the_name_of_somebody_else(by_olive, scope):
    """As nobody chooses a password for somebody else. A command may: it speaks for whoever sets up the machine."""
    with pytest.raises(ValidationError) as refused:
        make(by_olive.alice, scopes=["occupancy", scope])
    assert list(refused.value.message_dict) == ["scopes"]
    assert not ApiKey.objects.exists()

    with acting_as(by_olive.alice, source="web"):
        make(by_olive.alice, scopes=[scope])
    with acting_as(None, source="command"):
        make(by_olive.alice, scopes=[scope], name="By command")

    assert ApiKey.objects.count() == 2


@pytest.mark.parametrize(
    ("kind", "facts", "field", "words"),
    [
        ("partner", {"scopes": []}, "scopes", "Say what it may do: occupancy, referrals."),
        ("partner", {"scopes": ["all"]}, "scopes", "“all” is no scope. There are: occupancy, referrals."),
        ("partner", {"scopes": ["occupancy", "read"]}, "scopes", "A partner's key cannot have “read”."),
        ("user", {"scopes": ["referrals"]}, "scopes", "It may have: occupancy, read, write."),
        ("user", {"expires_at": NOW}, "expires_at", "This is past."),
        ("user", {"expires_at": NOW + timedelta(days=731, seconds=1)}, "expires_at", "lost or forgot"),
        ("user", {"name": ""}, "name", "cannot be blank"),
        ("user", {"name": "x" * 81}, "name", "at most 80"),
    ],
)
def test_a_key_that_cannot_be_is_refused(by_olive, pax, kind, facts, field, words):
    with pytest.raises(ValidationError) as refused:
        make(pax if kind == "partner" else by_olive.alice, **facts)

    assert list(refused.value.message_dict) == [field]
    assert words in " ".join(refused.value.messages)
    assert not ApiKey.objects.exists()


# What a key may not have, by its holder; and what known scopes look like when somebody else wrote them.
BAD_SCOPES = {
    "partner": ["read", "occupancy read", "write", "referrals occupancy", "occupancy  referrals", ""],
    "user": ["referrals", "occupancy referrals", "write read", "admin", ""],
}


@pytest.mark.parametrize(("kind", "scopes"), [(kind, scopes) for kind in BAD_SCOPES for scopes in BAD_SCOPES[kind]])
def test_the_database_keeps_no_key_with_a_scope_that_its_holder_may_not_have(by_olive, pax, kind, scopes):
    holder = pax if kind == "partner" else by_olive.alice
    facts = {"name": "x", "prefix": "sober_zzzzzzzz", "digest": "0" * 64, "expires_at": NOW}

    with pytest.raises(IntegrityError, match="api_key_scopes"), transaction.atomic():
        ApiKey.objects.create(**{kind: holder}, scopes=scopes, **facts)

    assert not ApiKey.objects.exists()


def test_nobody_gets_a_key_from_one_organization_who_is_also_another_s(by_olive):
    with transaction.atomic():
        grant(by_olive.alice, "auditor", by_olive.other_organization)

    with pytest.raises(PermissionDenied, match="another organization"):
        make(by_olive.alice)

    assert not ApiKey.objects.exists()


def test_a_key_lasts_two_years_at_most(by_olive):
    key, _secret = make(by_olive.alice, expires_at=NOW + timedelta(days=731))

    assert key.state(NOW) == State.LIVE


def test_a_key_has_one_holder(by_olive, pax):
    usual = {"name": "x", "scopes": ["occupancy"], "expires_at": timezone.now() + timedelta(days=1)}
    for holders in ({}, {"user": by_olive.alice, "partner": pax}):
        with pytest.raises(ValueError, match="one user or of one partner"):
            keys.key_create(**holders, **usual)

    assert not ApiKey.objects.exists()


def test_somebody_closed_gets_no_key(by_olive, pax):
    keys.partner_close(partner=pax, reason="the contract ended")
    user_deactivate(user=by_olive.alice, reason="left")

    for holder in (pax, by_olive.alice):  # rows as they were before they were closed
        with pytest.raises(ValidationError, match="is closed. Open it again first"):
            make(holder)

    assert not ApiKey.objects.exists()


def test_a_second_key_of_one_name_is_refused_while_the_first_works(by_olive, pax):
    first, _secret = make(pax)
    with pytest.raises(ValidationError) as refused:
        make(pax, name="bed FINDER")
    assert list(refused.value.message_dict) == ["name"]

    make(by_olive.alice)
    keys.key_revoke(key=first, reason="a new one comes", now=NOW)
    make(pax)

    assert ApiKey.objects.count() == 3


def test_who_gets_a_key_is_told_by_mail(by_olive, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        _key, secret = make(by_olive.alice)

    (sent,) = mail.outbox
    assert sent.to == ["alice@example.org"]
    assert sent.subject == "A change to your account"
    assert "API key" in sent.body
    assert "sober_" not in sent.body
    assert secret not in sent.body


def test_a_key_is_revoked_once_with_a_reason(pax):
    key, secret = make(pax)
    with pytest.raises(ValidationError, match="Say why"):
        keys.key_revoke(key=key, reason="")
    assert keys.key_found(secret).state(NOW) == State.LIVE

    keys.key_revoke(key=key, reason="the laptop is gone", now=NOW)

    assert keys.key_found(secret).state(NOW) == State.REVOKED
    assert key.history.latest().history_change_reason == "the laptop is gone"
    with pytest.raises(ValidationError, match="was revoked on .* already"):
        keys.key_revoke(key=key, reason="again")
    assert key.history.count() == 2


def test_a_closed_account_has_no_key_that_works_nor_when_it_opens_again(by_olive):
    key, secret = make(by_olive.alice, now=timezone.now(), expires_at=timezone.now() + timedelta(days=9))

    user_deactivate(user=by_olive.alice, reason="left")
    assert keys.key_found(secret).state(timezone.now()) == State.CLOSED
    assert key.history.latest().history_change_reason == "left"

    user_reactivate(user=by_olive.alice, reason="came back")
    assert keys.key_found(secret).state(timezone.now()) == State.REVOKED


def test_a_key_ends_at_its_last_instant(pax):
    key, _secret = make(pax)
    instants = [key.expires_at - timedelta(microseconds=1), key.expires_at]

    assert [key.state(now) for now in instants] == [State.LIVE, State.EXPIRED]
    assert [ApiKey.objects.live(now=now).count() for now in instants] == [1, 0]


# What a program shows


def test_a_key_is_found_by_what_a_program_shows(pax, django_assert_num_queries):
    key, secret = make(pax)
    make(pax, name="Another")

    with django_assert_num_queries(1):
        found = keys.key_found(secret)
        assert (found, found.holder, found.holder.organization.name) == (key, pax, "Still Waters")


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "sober_",
        "x" * 100_000,
        "sober_abcdefgh_" + "a" * 44,
        "sober_abcdefgh_" + "é" * 43,
        "sober_a\x00cdefgh_" + "a" * 43,
    ],
)
def test_what_is_no_key_asks_the_database_nothing(pax, django_assert_num_queries, wrong):
    with django_assert_num_queries(0):
        assert keys.key_found(wrong) is None


def test_a_key_that_differs_anywhere_is_another(pax):
    _key, secret = make(pax)

    for place in (7, 20, len(secret) - 1):
        other = secret[:place] + ("a" if secret[place] != "a" else "b") + secret[place + 1 :]
        assert keys.key_found(other) is None
    assert keys.key_found(secret + "\n") is None


@pytest.mark.django_db
def test_use_is_noted_once_a_minute_by_nobody(cast, django_assert_num_queries):
    with acting_as(cast.olive, source="web"):
        key, _secret = make(cast.alice)
    versions = key.history.count()

    def noted(now: datetime) -> datetime:
        keys.key_used(ApiKey.objects.get(pk=key.pk), now=now)
        return ApiKey.objects.get(pk=key.pk).last_used_at

    assert noted(NOW) == NOW
    assert noted(NOW + timedelta(seconds=59)) == NOW
    assert noted(NOW + timedelta(seconds=60)) == NOW + timedelta(seconds=60)
    stale = ApiKey.objects.get(pk=key.pk)
    stale.last_used_at = NOW  # read before somebody else noted the use
    keys.key_used(stale, now=NOW + timedelta(seconds=90))
    assert ApiKey.objects.get(pk=key.pk).last_used_at == NOW + timedelta(seconds=60)
    fresh = ApiKey.objects.get(pk=key.pk)
    with django_assert_num_queries(0):
        keys.key_used(fresh, now=NOW + timedelta(seconds=61))
    assert key.history.count() == versions


def test_nothing_of_a_key_is_logged(pax, caplog):
    with caplog.at_level(logging.DEBUG):
        _key, secret = make(pax)
        keys.key_found(secret)

    said = " ".join(record.getMessage() for record in caplog.records)
    assert secret not in said


# Who sees which


def test_who_sees_partners_and_keys(by_olive, pax):
    of_pax, of_alice = make(pax)[0], make(by_olive.alice)[0]
    far = keys.partner_create(organization=by_olive.other_organization, name="Far Court")
    of_far = make(far)[0]

    partners, found = (
        {name: set(model.objects.visible_to(getattr(by_olive, name))) for name in ("olive", "alice", "audra", "oscar")}
        for model in (Partner, ApiKey)
    )

    assert partners == {"olive": {pax}, "alice": set(), "audra": set(), "oscar": {far}}
    assert found == {"olive": {of_pax, of_alice}, "alice": {of_alice}, "audra": set(), "oscar": {of_far}}


# What the database refuses


COLUMNS = "user_id, partner_id, name, prefix, digest, scopes, made_at, expires_at"


def written(cast, sql: str, values: list | None = None) -> None:
    """Plain SQL by one of our own connections, as olive."""
    with acting_as(cast.olive, source="web"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values or [])


@pytest.mark.parametrize("holders", ["both", "neither"])
def test_the_database_refuses_a_key_of_both_or_of_nobody(by_olive, pax, holders):
    user, partner = (by_olive.alice.pk, pax.pk) if holders == "both" else (None, None)
    instant = "2026-03-01 15:00:00+00"
    sql = f"INSERT INTO accounts_apikey ({COLUMNS}) VALUES (%s, %s, 'x', 'sober_xxxxxxxx', 'd', 'read', %s, %s)"

    with pytest.raises(DatabaseError, match="api_key_of_one"):
        written(by_olive, sql, [user, partner, instant, instant])
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        "digest = 'another'",
        "prefix = 'sober_another1'",
        "scopes = 'read write'",
        "expires_at = '2099-01-01 00:00:00+00'",
        "made_at = '2020-01-01 00:00:00+00'",
        "user_id = NULL, partner_id = (SELECT id FROM accounts_partner)",
    ],
)
def test_the_database_lets_no_key_become_another(by_olive, pax, change):
    make(by_olive.alice)
    before = ApiKey.objects.values().get()

    with pytest.raises(DatabaseError, match="api_key_frozen"):
        written(by_olive, f"UPDATE accounts_apikey SET {change}")
    with pytest.raises(DatabaseError, match="nothing is deleted"):
        written(by_olive, "DELETE FROM accounts_apikey")
    assert ApiKey.objects.values().get() == before


def test_the_database_refuses_a_second_key_of_one_prefix_or_digest(by_olive, pax):
    key, _secret = make(pax)
    copied = "SELECT user_id, partner_id, name, %s, %s, scopes, made_at, expires_at FROM accounts_apikey"
    sql = f"INSERT INTO accounts_apikey ({COLUMNS}) {copied}"

    for values in ([key.prefix, "another"], ["sober_another1", key.digest]):
        with pytest.raises(DatabaseError, match=r"(?i)unique"):
            written(by_olive, sql, values)
    assert ApiKey.objects.count() == 1


def test_the_database_lets_no_partner_change_its_organization(by_olive, pax):
    with pytest.raises(DatabaseError, match="partner_frozen"):
        written(by_olive, f"UPDATE accounts_partner SET organization_id = {by_olive.other_organization.pk}")
    with pytest.raises(DatabaseError, match=r"(?i)partner_name|unique"):
        written(
            by_olive,
            "INSERT INTO accounts_partner (organization_id, name, email) "
            f"VALUES ({by_olive.organization.pk}, 'PAX referrals', '')",
        )
    assert Partner.objects.get().organization == by_olive.organization
