"""Where somebody is signed in: named in plain words, seen of late, and ended from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from soberhouse.accounts import services, sessions
from soberhouse.accounts.models import AccountEvent, User
from soberhouse.history import acting_as
from tests.cast import PASSWORD, Cast

SignedIn = Callable[[Any], Client]
OWN = "/account/sessions/"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"


def by_password(user: str, user_agent: str = CHROME) -> Client:
    client = Client(HTTP_USER_AGENT=user_agent)
    client.post("/account/login/", {"login": user, "password": PASSWORD})
    return client


def found(client: Client, user: User) -> list[sessions.SignedIn]:
    return sessions.sessions_of(user, here=client.session.session_key)


def test_signing_in_where_somebody_else_was_signed_in_begins_a_session_of_ones_own(cast: Cast):
    client = by_password("alice")
    before = client.session.session_key

    client.force_login(cast.bob)

    assert [one.is_here for one in found(client, cast.bob)] == [True]
    assert client.session.session_key != before
    assert sessions.sessions_of(cast.alice, here=None) == []


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (IPHONE, "Safari on an iPhone"),
        (CHROME, "Chrome on Linux"),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile "
            "Safari/537.36",
            "Chrome on an Android phone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 "
            "Chrome/130.0.0.0 Safari/537.36",
            "Samsung Internet on an Android tablet",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 "
            "Safari/537.36 Edg/142.0.0.0",
            "Edge on Windows",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on a Mac"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "CriOS/142.0 Mobile/15E148 Safari/604.1",
            "Chrome on an iPhone",
        ),
        ("curl/8.5", "an unknown device"),
        ("", "an unknown device"),
        ("<script>alert(1)</script>" * 40, "an unknown device"),
    ],
)
def test_device_is_told_in_plain_words(user_agent, words):
    assert sessions.device_in_words(user_agent) == words


def test_each_sign_in_is_listed_and_this_one_comes_first(cast: Cast):
    phone, laptop = by_password("alice", IPHONE), by_password("alice")
    by_password("bob")

    listed = found(phone, cast.alice)
    page = phone.get(OWN).content.decode()

    assert [(one.device, one.is_here, one.is_shared) for one in listed] == [
        ("Safari on an iPhone", True, False),
        ("Chrome on Linux", False, False),
    ]
    assert (page.count("this device"), page.count("Sign out there<")) == (1, 1)
    assert laptop.session.session_key not in page


def test_one_is_ended_and_the_others_stay(cast: Cast):
    here, lost, other = (by_password("alice") for _each in range(3))
    name = next(one.name for one in found(lost, cast.alice) if one.is_here)

    answer = here.post(OWN, {"end": name})

    assert answer.url == OWN
    assert [client.get("/account/").status_code for client in (here, lost, other)] == [200, 302, 200]
    assert list(AccountEvent.objects.values_list("kind", "recorded_as")) == [("signed_out", "Alice Example")]


def test_all_others_are_ended(cast: Cast):
    here, *others = (by_password("alice") for _each in range(3))
    bob = by_password("bob")

    here.post(OWN, {"end": "others"})

    assert [client.get("/account/").status_code for client in (here, *others, bob)] == [200, 302, 302, 200]
    assert UserSession.objects.filter(user=cast.alice).count() == 1


@pytest.mark.parametrize("end", ["", "nothing", "x" * 5000, "\0", "here"])
def test_nonsense_ends_nothing(cast: Cast, end):
    here, other = by_password("alice"), by_password("alice")
    own = next(one.name for one in found(here, cast.alice) if one.is_here)

    here.post(OWN, {"end": own if end == "here" else end})

    assert [client.get("/account/").status_code for client in (here, other)] == [200, 200]
    assert not AccountEvent.objects.exists()


def test_nobody_ends_a_session_of_somebody_else(cast: Cast):
    alice, bob = by_password("alice"), by_password("bob")
    name = found(alice, cast.alice)[0].name

    bob.post(OWN, {"end": name})

    assert alice.get("/account/").status_code == 200


def test_sessions_that_are_over_are_forgotten(cast: Cast):
    here, old = by_password("alice"), by_password("alice")
    Session.objects.filter(session_key=old.session.session_key).update(expire_date=timezone.now())

    assert len(found(here, cast.alice)) == 1
    assert UserSession.objects.count() == 1


def test_closed_account_is_signed_in_nowhere(cast: Cast):
    client = by_password("alice")

    with acting_as(cast.olive, source="web"):
        services.user_deactivate(user=cast.alice, reason="left")

    assert client.get("/account/").status_code == 302
    assert not UserSession.objects.filter(user=cast.alice).exists()


def test_another_password_ends_the_others_here_too(cast: Cast):
    here = by_password("alice")
    by_password("alice")

    here.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": "a calm morning 3", "password2": "a calm morning 3"},
    )

    assert [one.is_here for one in found(here, User.objects.get(pk=cast.alice.pk))] == [True]


def test_last_seen_is_written_every_few_minutes_only(cast: Cast, django_assert_num_queries):
    client = by_password("alice")
    client.get("/account/pin/")
    key = client.session.session_key
    UserSession.objects.filter(session_key=key).update(last_seen_at=timezone.now() - timedelta(hours=1))
    client.get("/account/pin/")
    at_once = UserSession.objects.get(session_key=key).last_seen_at

    session = client.session
    session[sessions.SEEN] -= sessions.SEEN_EVERY
    session.save()
    client.get("/account/pin/")

    assert timezone.now() - at_once > timedelta(minutes=50)
    assert timezone.now() - UserSession.objects.get(session_key=key).last_seen_at < timedelta(minutes=1)


def test_session_from_before_this_was_kept_is_listed_from_its_next_page_on(cast: Cast):
    client = by_password("alice")
    UserSession.objects.all().delete()
    session = client.session
    del session[sessions.SEEN]
    session.save()

    client.get("/account/pin/")

    assert len(found(client, cast.alice)) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_however_long(cast: Cast, django_assert_num_queries, count):
    clients = [by_password("alice") for _each in range(count)]

    with django_assert_num_queries(2):
        assert len(found(clients[0], cast.alice)) == count
