"""One's own account: name, e-mail, password and PIN."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from soberhouse.accounts import services
from soberhouse.accounts.models import AccountEvent, User
from soberhouse.history import acting_as
from tests.cast import PASSWORD, Cast

SignedIn = Callable[[Any], Client]
OWN, PIN, CHANGE = "/account/", "/account/pin/", "/account/password/change/"


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize("path", [OWN, PIN, CHANGE])
def test_pages_open_for_everybody_who_signs_in_and_for_nobody_else(cast: Cast, signed_in: SignedIn, path):
    everybody = [cast.alice, cast.olive, cast.audra, cast.dana]

    assert [signed_in(person).get(path).status_code for person in everybody] == [200] * 4
    assert Client().get(path).url == f"/account/login/?next={path}"
    assert Client().post(path, {"name": "X"}).status_code == 302


def test_new_name_is_history_under_ones_own_name(cast: Cast, signed_in: SignedIn):
    response = signed_in(cast.alice).post(OWN, {"name": "Alice New", "email": "alice@example.org"})

    assert response.status_code == 302
    assert again(cast.alice).name == "Alice New"
    assert cast.alice.history.first().history_actor_label == "Alice Example"


@pytest.mark.parametrize("password", ["", "wrong password 1"])
def test_another_email_asks_for_the_password(cast: Cast, signed_in: SignedIn, password):
    client = signed_in(cast.alice)
    form = {"name": "Alice Example", "email": "new@example.org"}

    refused = client.post(OWN, form | {"password": password})
    before = again(cast.alice).email
    client.post(OWN, form | {"password": PASSWORD})

    assert list(refused.context["form"].errors) == ["password"]
    assert (before, again(cast.alice).email) == ("alice@example.org", "new@example.org")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "N" * 5000}, "name"),
        ({"name": "A\0"}, "name"),
        ({"email": "no address"}, "email"),
        ({"email": "x" * 5000}, "email"),
        ({"email": "bob@example.org"}, "__all__"),
    ],
)
def test_nonsense_changes_nothing(cast: Cast, signed_in: SignedIn, changes, field):
    form = {"name": "Alice Example", "email": "alice@example.org", "password": PASSWORD}

    response = signed_in(cast.alice).post(OWN, form | changes)

    assert list(response.context["form"].errors) == [field]
    assert cast.alice.history.count() == 1


def test_nobody_changes_anything_but_name_and_email_of_their_own(cast: Cast, signed_in: SignedIn):
    form = {"name": "Dana", "email": "dana@example.org", "username": "king", "is_active": "", "pin": "1", "id": "1"}

    signed_in(cast.dana).post(OWN, form)

    dana = again(cast.dana.user)
    assert (dana.name, dana.username, dana.is_active, dana.pin) == ("Dana", "dana", True, "")


def test_own_pin_is_set_twice_alike(cast: Cast, signed_in: SignedIn):
    client = signed_in(cast.alice)

    different = client.post(PIN, {"pin": "482915", "again": "482916"})
    trivial = client.post(PIN, {"pin": "123456", "again": "123456"})
    before = again(cast.alice).pin
    done = client.post(PIN, {"pin": "482915", "again": "482915"})

    assert [list(answer.context["form"].errors) for answer in (different, trivial)] == [["again"], ["pin"]]
    assert (before, done.url) == ("", OWN)
    assert services.pin_check(user=again(cast.alice), pin="482915", device="kitchen", now=timezone.now())
    assert "482915" not in different.content.decode()


def change(client: Client, old: str = PASSWORD, new: str = "a calm morning 3", new_again: str = ""):
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": new_again or new})


def test_changed_password_keeps_this_session_and_ends_the_others_and_is_told_by_mail(cast: Cast, signed_in: SignedIn):
    here, elsewhere = signed_in(cast.alice), signed_in(cast.alice)

    done = change(here)

    assert done.url == OWN
    assert (here.get(OWN).status_code, elsewhere.get(OWN).status_code) == (200, 302)
    assert again(cast.alice).check_password("a calm morning 3")
    assert list(AccountEvent.objects.values_list("user", "kind", "recorded_as")) == [
        (cast.alice.pk, "password", "Alice Example")
    ]
    assert [(message.subject, message.to) for message in mail.outbox] == [
        ("A change to your account", ["alice@example.org"])
    ]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"old": "wrong password 1"}, "oldpassword"),
        ({"new": "12345678901"}, "password1"),
        ({"new": "alice example"}, "password1"),
        ({"new_again": "something else 4"}, "password2"),
        ({"new": "x" * 5000}, "password1"),
        ({"new": "a calm\0morning"}, "password1"),
    ],
)
def test_refused_password_changes_nothing(cast: Cast, signed_in: SignedIn, typed, field):
    response = change(signed_in(cast.alice), **typed)

    assert field in response.context["form"].errors
    assert again(cast.alice).check_password(PASSWORD)
    assert AccountEvent.objects.count() == 0


def test_guessing_the_old_password_is_limited(cast: Cast, signed_in: SignedIn):
    client = signed_in(cast.alice)

    codes = [change(client, old=f"wrong password {number}").status_code for number in range(6)]

    assert codes == [200] * 5 + [429]


def test_account_without_a_password_is_told_of_the_slip(cast: Cast, signed_in: SignedIn):
    with acting_as(cast.olive, source="web"):
        gwen = services.user_create(username="gwen", name="Gwen")

    response = signed_in(gwen).get(CHANGE, follow=True)

    assert response.redirect_chain == [(OWN, 302)]
    assert "An invitation slip from your house lets you choose it" in response.content.decode()


# What happened to the account


def test_own_page_says_what_happened_to_password_and_pin_and_who_did_it(cast: Cast, signed_in: SignedIn):
    with acting_as(cast.olive, source="web"):
        services.pin_set(user=cast.alice, pin="482915")
    now = timezone.now()
    for _ in range(5):
        services.pin_check(user=cast.alice, pin="1", device="kitchen", now=now)
    with acting_as(cast.alice, source="web"):
        services.password_set(user=cast.alice, password="a morning of mine 4")

    page = " ".join(re.sub(r"<[^>]*>", " ", signed_in(cast.alice).get(OWN).content.decode()).split())

    said = re.findall(r"(Password changed|PIN changed|PIN locked after wrong tries) .{10,50}? E[SD]T · by (\w+)", page)
    assert said == [
        ("Password changed", "Alice"),
        ("PIN locked after wrong tries", "somebody"),
        ("PIN changed", "Olive"),
    ]


def test_own_page_leads_to_who_changed_the_email_that_a_link_goes_to(cast: Cast, signed_in: SignedIn):
    with acting_as(cast.olive, source="web"):
        services.user_change(user=cast.alice, email="olive-too@example.org")
    client, history = signed_in(cast.alice), f"/history/user/{cast.alice.uuid}/"

    own, changes = client.get(OWN).content.decode(), client.get(history).content.decode()

    assert f'href="{history}"' in own
    assert [words in changes for words in ("olive-too@example.org", "Olive Example")] == [True, True]


def test_events_of_others_are_not_on_ones_own_page(cast: Cast, signed_in: SignedIn):
    with acting_as(cast.olive, source="web"):
        services.pin_set(user=cast.bob, pin="482915")

    assert "by Olive Example" not in signed_in(cast.alice).get(OWN).content.decode()


# What the browser keeps


def test_browser_keeps_nothing_that_somebody_signed_in_was_shown(cast: Cast, signed_in: SignedIn):
    client = signed_in(cast.alice)
    shown = [
        "/residents/",
        OWN,
        f"/houses/{cast.house_a.uuid}/beds/",
        f"/houses/{cast.house_c.uuid}/beds/",
        "/nowhere/",
    ]

    answers = [client.get(path) for path in shown] + [client.post("/account/logout/")]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 404, 404, 302]
    for answer in answers:
        assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))
    assert not Client().get("/account/password/reset/").has_header("Cache-Control")
