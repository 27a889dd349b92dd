"""The pages of partners and API keys: who opens them, what they do, that a key is shown once, what nonsense gets."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from residents.houses import services as houses
from residents.houses.permissions import RoleKind
from soberhouse.accounts import keys
from soberhouse.accounts.models import ApiKey, Partner
from soberhouse.accounts.services import pin_set, user_deactivate
from soberhouse.history import acting_as
from tests.cast import PASSWORD, Cast

SignedIn = Callable[[Any], Client]
NOWHERE = UUID("00000000-0000-4000-8000-000000000000")
KEY = {"name": "Bed finder", "scopes": ["occupancy"], "expires_at": ""}


@pytest.fixture
def pax(cast: Cast) -> Partner:
    with acting_as(cast.olive, source="web"):
        return keys.partner_create(organization=cast.organization, name="Pax Referrals", email="desk@pax.example")


@pytest.fixture
def rows(cast: Cast, pax: Partner) -> dict[str, Any]:
    """Keys of the addresses below: of a partner, of its key, of a person, of theirs."""
    of_pax, of_alice = key_of(cast, pax), key_of(cast, cast.alice)
    person = {"uuid": cast.organization.uuid, "person": cast.alice.uuid}
    return {
        "organization": {"uuid": cast.organization.uuid},
        "partner": {"uuid": pax.uuid},
        "partner's key": {"uuid": pax.uuid, "key": of_pax.uuid},
        "person": person,
        "person's key": person | {"key": of_alice.uuid},
    }


def key_of(cast: Cast, holder: Any, name: str = "At the desk", **facts: Any) -> ApiKey:
    usual = {"scopes": ["occupancy"], "expires_at": timezone.now() + timedelta(days=90)}
    kind = "partner" if isinstance(holder, Partner) else "user"
    with acting_as(cast.olive, source="web"):
        return keys.key_create(**{kind: holder}, name=name, **(usual | facts))[0]


# Each page: what its address names, and a form that it takes.
VIEWS: dict[str, tuple[str, dict[str, Any] | None]] = {
    "partners": ("organization", None),
    "partner_new": ("organization", {"name": "Drug Court", "email": ""}),
    "partner": ("partner", None),
    "partner_change": ("partner", {"name": "Pax", "email": "new@pax.example"}),
    "partner_close": ("partner", {"reason": "the contract ended"}),
    "partner_reopen": ("partner", {"reason": "they signed again"}),
    "partner_key_new": ("partner", KEY),
    "partner_key_revoke": ("partner's key", {"reason": "the laptop is gone"}),
    "person_key_new": ("person", KEY),
    "person_key_revoke": ("person's key", {"reason": "the laptop is gone"}),
}
FORMS = [name for name, (_about, form) in VIEWS.items() if form]


def address(name: str, rows: dict[str, Any]) -> str:
    return reverse(name, kwargs=rows[VIEWS[name][0]])


def form_of(view: str, **facts: Any) -> dict[str, Any]:
    form = dict(VIEWS[view][1] or {})
    if "expires_at" in form:
        form["expires_at"] = f"{timezone.localdate() + timedelta(days=30)}"
    return form | facts


def everything() -> list[Any]:
    """All that these pages could write."""
    return [[list(model.objects.order_by("pk").values()), model.history.count()] for model in (Partner, ApiKey)]


# Who may


@pytest.mark.parametrize("name", VIEWS)
def test_page_is_the_operators_alone(cast: Cast, rows, signed_in: SignedIn, name):
    """A partner is in nobody else's scope; the organization and its people are, to whoever works there."""
    asked = {
        who: signed_in(getattr(cast, who)).get(address(name, rows)).status_code
        for who in ("olive", "alice", "charlie", "audra", "dana", "oscar")
    }

    inside = 404 if VIEWS[name][0].startswith("partner") else 403
    assert asked == {
        "olive": 200,
        "alice": inside,
        "charlie": inside,
        "audra": inside,
        "dana": inside,
        "oscar": 404,
    }


@pytest.mark.parametrize("name", FORMS)
def test_form_refuses_everybody_else_and_changes_nothing(cast: Cast, rows, signed_in: SignedIn, name):
    before = everything()
    others = (cast.alice, cast.bob, cast.charlie, cast.audra, cast.dana, cast.erin, cast.oscar)

    codes = [signed_in(other).post(address(name, rows), form_of(name)).status_code for other in others]
    nobody = Client().post(address(name, rows), form_of(name))

    inside = 404 if VIEWS[name][0].startswith("partner") else 403
    assert codes == [inside] * 6 + [404]
    assert (nobody.status_code, nobody.url.split("?")[0]) == (302, reverse("account_login"))
    assert everything() == before


@pytest.mark.parametrize("name", FORMS)
def test_form_does_what_it_says_and_history_names_who(cast: Cast, rows, pax, signed_in: SignedIn, name):
    if name == "partner_reopen":
        with acting_as(cast.olive, source="web"):
            keys.partner_close(partner=pax, reason="the contract ended")
    before = everything()

    answer = signed_in(cast.olive).post(address(name, rows), form_of(name))

    assert answer.status_code == (200 if name.endswith("key_new") else 302)
    assert everything() != before
    newest = max((row for model in (Partner, ApiKey) for row in model.history.all()), key=lambda row: row.history_date)
    assert (newest.history_actor_label, newest.history_source) == ("Olive Example", "web")
    assert newest.history_change_reason == form_of(name).get("reason", "")


@pytest.mark.parametrize("name", VIEWS)
def test_row_that_is_not_there_is_404(cast: Cast, rows, signed_in: SignedIn, name):
    client, about = signed_in(cast.olive), VIEWS[name][0]
    before = everything()

    codes = [
        client.post(reverse(name, kwargs=rows[about] | {key: NOWHERE}), form_of(name)).status_code
        for key in rows[about]
    ]

    assert set(codes) == {404}
    assert everything() == before


@pytest.mark.parametrize("name", ["partner_key_revoke", "person_key_revoke"])
def test_a_key_is_revoked_only_where_it_belongs(cast: Cast, rows, pax, signed_in: SignedIn, name):
    """A key of the operator's own organization, but not of the holder in the address."""
    with acting_as(cast.olive, source="web"):
        another = keys.partner_create(organization=cast.organization, name="Another")
    other = key_of(cast, another)
    other_persons = key_of(cast, cast.bob)
    before = everything()

    codes = [
        signed_in(cast.olive)
        .post(reverse(name, kwargs=rows[VIEWS[name][0]] | {"key": key.uuid}), {"reason": "x"})
        .status_code
        for key in (other, other_persons)
    ]

    assert codes == [404, 404]
    assert everything() == before


def test_a_shared_tablet_opens_none_of_it(cast: Cast, rows, signed_in: SignedIn):
    with acting_as(cast.olive, source="web"):
        pin_set(user=cast.olive, pin="482915")
    device = signed_in(cast.olive)
    device.post(reverse("tablet_enrol", kwargs={"uuid": cast.house_a.uuid}), {"name": "Kitchen"})
    device.post(reverse("tablet_pin", kwargs={"uuid": cast.olive.uuid}), {"pin": "482915"})
    before = everything()

    codes = {device.post(address(name, rows), form_of(name)).status_code for name in VIEWS}

    assert codes == {403}
    assert device.get(reverse("today")).status_code == 200
    assert everything() == before


def test_a_person_who_works_elsewhere_too_gets_no_key_from_here(cast: Cast, rows, signed_in: SignedIn):
    with acting_as(cast.oscar, source="web"):
        houses.role_grant(
            user=cast.alice,
            kind=RoleKind.AUDITOR,
            organization=cast.other_organization,
            starts_at=timezone.now() - timedelta(days=9),
        )
    client, before = signed_in(cast.olive), everything()

    codes = [client.post(address(name, rows), form_of(name)).status_code for name in FORMS if "person" in name]
    page = client.get(reverse("person", kwargs=rows["person"])).content.decode()

    assert codes == [403, 403]
    assert "At the desk" not in page
    assert everything() == before


# A key is shown once


@pytest.mark.parametrize("name", ["partner_key_new", "person_key_new"])
def test_a_key_stands_in_one_answer_and_nowhere_else(
    cast: Cast, rows, signed_in: SignedIn, caplog, django_capture_on_commit_callbacks, name
):
    client = signed_in(cast.olive)
    with caplog.at_level(logging.DEBUG), django_capture_on_commit_callbacks(execute=True):
        answer = client.post(address(name, rows), form_of(name, name="A new program"))

    (secret,) = set(re.findall(r"sober_[a-z2-9]{8}_[A-Za-z0-9_-]{43}", answer.content.decode()))
    tail = secret.split("_", 2)[2]
    assert keys.key_found(secret).name == "A new program"
    assert "no-store" in answer["Cache-Control"]
    # Every page that has to do with it, and the same address again.
    seen = [address(name, rows), reverse("partners", kwargs=rows["organization"])]
    seen += [reverse("partner", kwargs=rows["partner"]), reverse("person", kwargs=rows["person"])]
    seen += [reverse("history", kwargs={"kind": "apikey", "uuid": keys.key_found(secret).uuid}), reverse("today")]
    for url in seen:
        page = client.get(url)
        assert page.status_code == 200
        assert tail not in page.content.decode()
        assert keys.digest(secret) not in page.content.decode()
    again = client.post(address(name, rows), form_of(name, name="A new program"))
    assert tail not in again.content.decode()
    assert "works already" in again.content.decode()
    # Nor in any table, among them the history and the sessions, nor in the log, nor in a mail.
    for model in apps.get_models():
        for row in model._default_manager.values():
            assert not [value for value in row.values() if tail in str(value)], model
    assert not [session for session in Session.objects.all() if tail in str(session.get_decoded())]
    assert tail not in " ".join(str(record.__dict__) for record in caplog.records)
    assert not [sent for sent in mail.outbox if tail in sent.body + sent.subject]
    assert tail not in "".join(morsel.OutputString() for morsel in client.cookies.values())


def test_the_page_of_a_new_key_has_a_line_that_tries_it(cast: Cast, rows, signed_in: SignedIn):
    client = signed_in(cast.olive)

    counts = client.post(address("partner_key_new", rows), form_of("partner_key_new")).content.decode()
    sends = client.post(
        address("partner_key_new", rows), form_of("partner_key_new", name="Sends", scopes=["referrals"])
    ).content.decode()

    assert re.search(r'>curl -H "Authorization: Bearer sober_\S+" http://testserver/api/v1/occupancy<', counts)
    assert "curl" not in sends  # nothing to look at with it


def test_the_day_a_key_stops_is_the_organizations(cast: Cast, rows, signed_in: SignedIn):
    day = cast.today + timedelta(days=30)

    signed_in(cast.olive).post(address("partner_key_new", rows), form_of("partner_key_new", expires_at=f"{day}"))

    ends = ApiKey.objects.get(name="Bed finder").expires_at.astimezone(cast.house_a.zone)
    assert (ends.date(), ends.hour, ends.minute) == (day, 0, 0)


def test_a_key_for_oneself_may_read_and_write_and_for_others_only_count(cast: Cast, rows, signed_in: SignedIn):
    client = signed_in(cast.olive)
    own = reverse("person_key_new", kwargs=rows["organization"] | {"person": cast.olive.uuid})

    for_others = client.post(address("person_key_new", rows), form_of("person_key_new", scopes=["write"]))
    asked = client.post(own, form_of("person_key_new", scopes=["read", "write"]))
    none_yet = not ApiKey.objects.filter(user=cast.olive).exists()
    client.post("/account/confirm/", {"password": PASSWORD})
    made = client.post(own, form_of("person_key_new", scopes=["read", "write"]))

    assert list(for_others.context["form"].errors) == ["scopes"]
    assert "read what its person may read" not in client.get(address("person_key_new", rows)).content.decode()
    assert (asked.url, none_yet) == (f"/account/confirm/?next={own.replace('/', '%2F')}", True)
    assert made.status_code == 200
    assert ApiKey.objects.get(user=cast.olive).scopes == "read write"
    assert ApiKey.objects.filter(user=cast.alice).count() == 1


# What the pages show


def test_partners_that_are_closed_are_listed_apart(cast: Cast, pax, signed_in: SignedIn):
    client, url = signed_in(cast.olive), reverse("partners", kwargs={"uuid": cast.organization.uuid})
    with acting_as(cast.olive, source="web"):
        keys.partner_close(
            partner=keys.partner_create(organization=cast.organization, name="Gone Court"), reason="over"
        )
    with acting_as(cast.oscar, source="web"):
        keys.partner_create(organization=cast.other_organization, name="Far Court")

    now, closed = client.get(url).content.decode(), client.get(f"{url}?show=closed").content.decode()

    names = ("Pax Referrals", "Gone Court", "Far Court")
    assert [name in now for name in names] == [True, False, False]
    assert [name in closed for name in names] == [False, True, False]
    assert "no key works" in now


def test_a_partners_page_tells_its_keys_and_how_they_stand(cast: Cast, pax, signed_in: SignedIn):
    now = timezone.now()
    key_of(cast, pax, "Long", scopes=["occupancy", "referrals"])
    soon = key_of(cast, pax, "Soon", expires_at=now + timedelta(days=9, hours=1))
    key_of(cast, pax, "Over", now=now - timedelta(days=40), expires_at=now - timedelta(days=1))
    lost = key_of(cast, pax, "Lost")
    keys.key_used(soon, now=now)
    with acting_as(cast.olive, source="web"):
        keys.key_revoke(key=lost, reason="lost")

    page = signed_in(cast.olive).get(reverse("partner", kwargs={"uuid": pax.uuid}))

    words = " ".join(re.sub(r"<[^>]*>", " ", page.content.decode().split("<main", 1)[1]).split())
    assert [re.search(rf"{name} may see counts", words) is not None for name in ("Long", "Over", "Lost")] == [True] * 3
    for said in ("works", "9 days left", "expired", "revoked", "never used", "made by Olive Example on"):
        assert said in words
    assert "see counts and published facts of the houses; send referrals" in words
    assert soon.prefix in words
    assert soon.digest not in page.content.decode()
    revocable = re.findall(r'href="[^"]*/keys/([^"/]*)/revoke/"', page.content.decode())
    assert revocable == [str(key.uuid) for key in ApiKey.objects.filter(name__in=["Long", "Soon"])]


def test_closing_a_partner_by_the_page_stops_its_keys(cast: Cast, rows, pax, signed_in: SignedIn):
    client = signed_in(cast.olive)

    page = client.post(address("partner_close", rows), form_of("partner_close"), follow=True).content.decode()

    assert not ApiKey.objects.filter(partner=pax).live().exists()
    assert "Open the partner again" in page
    assert reverse("partner_key_new", kwargs=rows["partner"]) not in page
    refused = client.post(address("partner_key_new", rows), form_of("partner_key_new"))
    assert "Pax Referrals is closed. Open it again first." in refused.content.decode()


def test_a_closed_persons_page_offers_no_new_key(cast: Cast, rows, signed_in: SignedIn):
    with acting_as(cast.olive, source="web"):
        user_deactivate(user=cast.alice, reason="left")

    page = signed_in(cast.olive).get(reverse("person", kwargs=rows["person"])).content.decode()

    assert address("person_key_new", rows) not in page
    assert "At the desk" in page


def test_ones_own_keys_stand_in_ones_account_and_are_revoked_there(cast: Cast, rows, signed_in: SignedIn):
    client = signed_in(cast.alice)
    mine, bobs = ApiKey.objects.get(user=cast.alice), key_of(cast, cast.bob)
    url = reverse("own_key_revoke", kwargs={"uuid": mine.uuid})

    page = client.get(reverse("own_account")).content.decode()
    foreign = client.post(reverse("own_key_revoke", kwargs={"uuid": bobs.uuid}), {"reason": "x"})
    without = client.post(url, {"reason": ""})
    done = client.post(url, {"reason": "never asked for it"})

    assert "At the desk" in page
    assert url in page
    assert foreign.status_code == 404
    assert list(without.context["form"].errors) == ["reason"]
    assert (done.status_code, done.url) == (302, reverse("own_account"))
    assert set(ApiKey.objects.live()) == {bobs, ApiKey.objects.get(partner__isnull=False)}
    assert mine.history.latest().history_actor_label == "Alice Example"


# What the lists cost


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_partners_costs_the_same(cast: Cast, signed_in: SignedIn, django_assert_num_queries, count):
    with acting_as(cast.olive, source="web"):
        for number in range(count):
            key_of(cast, keys.partner_create(organization=cast.organization, name=f"Partner {number}"))
    client = signed_in(cast.olive)

    with django_assert_num_queries(10):
        page = client.get(reverse("partners", kwargs={"uuid": cast.organization.uuid}))

    assert page.content.decode().count("1 key works") == count


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("partner", 10), ("person", 15)])
def test_the_list_of_keys_costs_the_same(
    cast: Cast, pax, signed_in: SignedIn, django_assert_num_queries, count, name, queries
):
    for number in range(count):
        key_of(cast, pax, f"Key {number}")
        key_of(cast, cast.alice, f"Key {number}")
    client = signed_in(cast.olive)
    person = {"uuid": cast.organization.uuid, "person": cast.alice.uuid}

    with django_assert_num_queries(queries):
        page = client.get(reverse(name, kwargs={"uuid": pax.uuid} if name == "partner" else person))

    assert page.content.decode().count("begins with") == count


# Nonsense


@pytest.mark.parametrize("bad", ["x" * 5000, "a\0b"])
@pytest.mark.parametrize("name", FORMS)
def test_nonsense_is_answered_beside_its_field_and_nothing_is_written(cast: Cast, rows, signed_in: SignedIn, name, bad):
    client, before = signed_in(cast.olive), everything()

    for field in form_of(name):
        answer = client.post(address(name, rows), form_of(name, **{field: bad}))
        assert (answer.status_code, list(answer.context["form"].errors)) == (200, [field])

    assert everything() == before


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "This field is required."),
        ("name", "AT THE DESK", "A key of this name works already."),
        ("scopes", [], "This field is required."),
        ("scopes", ["read"], "not one of the available choices"),
        ("expires_at", "2020-01-01", "This is past."),
        ("expires_at", "0001-01-01", "This is past."),
        ("expires_at", "2999-01-01", "Two years at most"),
        ("expires_at", "9999-12-31", "Two years at most"),
        ("expires_at", "2027-02-30", "Enter a valid date."),
    ],
)
def test_a_key_that_cannot_be_says_why_and_keeps_what_was_typed(
    cast: Cast, rows, signed_in: SignedIn, field, value, words
):
    before = everything()

    answer = signed_in(cast.olive).post(
        address("partner_key_new", rows), form_of("partner_key_new", **({"name": "Typed"} | {field: value}))
    )

    assert answer.status_code == 200
    assert words in answer.context["form"].errors[field].as_text()
    assert field == "name" or 'value="Typed"' in answer.content.decode()
    assert everything() == before


def test_a_second_partner_of_one_name_is_refused_beside_nothing_lost(cast: Cast, rows, signed_in: SignedIn):
    before = everything()

    answer = signed_in(cast.olive).post(address("partner_new", rows), {"name": "pax referrals", "email": "a@b.example"})

    assert "There is a partner of this name." in answer.content.decode()
    assert 'value="a@b.example"' in answer.content.decode()
    assert everything() == before


def test_what_somebody_else_changed_meanwhile_stays(cast: Cast, rows, pax, signed_in: SignedIn):
    client, url = signed_in(cast.olive), address("partner_change", rows)
    shown = {f"initial-{name}": getattr(pax, name) for name in ("name", "email")}
    with acting_as(cast.olive, source="web"):
        keys.partner_change(partner=pax, email="other@pax.example")

    client.post(url, shown | {"name": "Pax", "email": pax.email})

    pax.refresh_from_db()
    assert (pax.name, pax.email) == ("Pax", "other@pax.example")
