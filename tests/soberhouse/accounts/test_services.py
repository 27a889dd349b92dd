"""Accounts: what each service promises, and what it refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client

from soberhouse.accounts import services
from soberhouse.accounts.models import AccountEvent, User
from soberhouse.history import acting_as
from tests.cast import PASSWORD, Cast

PIN = "482915"


@pytest.fixture(autouse=True)
def _olive_acts(cast: Cast) -> Iterator[None]:
    with acting_as(cast.olive, source="web"):
        yield


def events(user: User) -> list[tuple[str, str]]:
    return list(AccountEvent.objects.filter(user=user).order_by("id").values_list("kind", "recorded_as"))


def refusal(call, **arguments) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        call(**arguments)
    return caught.value.message_dict if hasattr(caught.value, "error_dict") else {"": caught.value.messages}


# Accounts


def test_new_account_has_tidy_names_a_hashed_password_and_an_event(cast: Cast):
    user = services.user_create(
        username="  gwen ", name=" Gwen   Example", email="Gwen@Example.ORG", password="a calm morning 3"
    )

    user.refresh_from_db()
    assert (user.username, user.name, user.email) == ("gwen", "Gwen Example", "gwen@example.org")
    assert user.check_password("a calm morning 3")
    assert events(user) == [("password", "Olive Example")]
    assert [(row.history_type, row.history_actor_label) for row in user.history.all()] == [("+", "Olive Example")]


def test_account_without_a_password_cannot_be_signed_in_to(cast: Cast):
    user = services.user_create(username="gwen", name="Gwen")

    assert not user.has_usable_password()
    assert not Client().login(username="gwen", password="")
    assert events(user) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"username": "ALICE"}, "__all__"),
        ({"email": "Alice@Example.org"}, "__all__"),
        ({"username": "alice@example.org"}, "username"),
        ({"username": "two words"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "x" * 5000}, "username"),
        ({"name": ""}, "name"),
        ({"name": "N" * 5000}, "name"),
        ({"email": "no address"}, "email"),
        ({"password": "12345678901"}, "password"),
        ({"password": "gwen example"}, "password"),
        ({"password": "short"}, "password"),
    ],
)
def test_account_that_cannot_be_is_refused_and_nothing_is_written(cast: Cast, changes, field):
    before = (User.objects.count(), User.history.count(), AccountEvent.objects.count())

    found = refusal(
        services.user_create,
        **{"username": "gwen", "name": "Gwen Example", "email": "", "password": None} | changes,
    )

    assert list(found) == [field]
    assert (User.objects.count(), User.history.count(), AccountEvent.objects.count()) == before


def test_email_that_is_somebodys_user_name_is_refused(cast: Cast):
    services.user_create(username="gwen@example.org", name="Gwen")

    assert list(refusal(services.user_change, user=cast.bob, email="gwen@example.org")) == ["email"]


def test_change_keeps_what_is_not_named_and_leaves_its_history(cast: Cast):
    services.user_change(user=cast.bob, name="Robert Example")

    bob = User.objects.get(pk=cast.bob.pk)
    assert (bob.name, bob.username, bob.email) == ("Robert Example", "bob", "bob@example.org")
    assert bob.check_password(PASSWORD)
    assert bob.history.first().name == "Robert Example"


def test_closing_ends_sessions_for_good_even_when_opened_again(cast: Cast):
    client = Client()
    client.force_login(cast.bob)
    before = client.get("/account/").status_code

    services.user_deactivate(user=cast.bob, reason="no longer with us")
    closed = client.get("/account/").status_code
    services.user_reactivate(user=cast.bob, reason="came back")
    opened = client.get("/account/").status_code

    bob = User.objects.get(pk=cast.bob.pk)
    assert (before, closed, opened) == (200, 302, 302)
    assert (bob.is_active, bob.has_usable_password(), bob.pin) == (True, False, "")
    assert [row.history_change_reason for row in bob.history.all()[:2]] == ["came back", "no longer with us"]


@pytest.mark.parametrize("service", [services.user_deactivate, services.user_reactivate])
def test_closing_and_opening_need_a_reason(cast: Cast, service):
    assert refusal(service, user=cast.bob, reason=" ") == {"reason": ["Say why."]}


# Passwords


def test_new_password_is_an_event_without_the_hash_and_ends_sessions(cast: Cast):
    client = Client()
    client.force_login(cast.bob)

    services.password_set(user=User.objects.get(pk=cast.bob.pk), password="a calm morning 3")

    bob = User.objects.get(pk=cast.bob.pk)
    assert bob.check_password("a calm morning 3")
    assert events(bob) == [("password", "Olive Example")]
    assert client.get("/account/").status_code == 302
    assert bob.history.count() == 1


def test_no_hash_stands_in_any_row_but_the_users_own(cast: Cast):
    services.password_set(user=cast.bob, password="a calm morning 3")
    services.pin_set(user=cast.bob, pin=PIN)
    hashed = User.objects.values_list("password", "pin").get(pk=cast.bob.pk)

    text = ""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if table != User._meta.db_table:
                cursor.execute(f'SELECT * FROM "{table}"')
                text += repr(cursor.fetchall())

    assert [part for part in hashed if part in text] == []
    assert "Robert" not in text
    assert "bob@example.org" in text


@pytest.mark.parametrize("service", [services.password_set, services.pin_set])
def test_closed_account_gets_no_secret(cast: Cast, service):
    services.user_deactivate(user=cast.bob, reason="left")
    secret = {"password": "a calm morning 3"} if service is services.password_set else {"pin": PIN}

    found = refusal(service, user=cast.bob, **secret)

    assert found == {"": ["This account is closed. Open it again first."]}


# PINs


def test_pin_is_hashed_and_checked(cast: Cast):
    services.pin_set(user=cast.bob, pin=PIN)

    bob = User.objects.get(pk=cast.bob.pk)
    assert identify_hasher(bob.pin)
    assert PIN not in bob.pin
    assert services.pin_check(user=bob, pin=PIN, device="kitchen")
    assert not services.pin_check(user=bob, pin="482916", device="kitchen")
    assert events(bob) == [("pin", "Olive Example")]


@pytest.mark.parametrize(
    "pin",
    [
        *("", "1234", "48291", "4829150", "48291a", "４８２９１５", "48 915", "-48291", "4829\x005"),
        *("000000", "777777", "123456", "012345", "456789", "890123", "654321", "987654", "210987"),
        *("121212", "909090", "123123", "471471"),
    ],
)
def test_pin_that_anybody_tries_first_or_that_is_not_six_digits_is_refused(cast: Cast, pin):
    assert list(refusal(services.pin_set, user=cast.bob, pin=pin)) == ["pin"]
    assert User.objects.get(pk=cast.bob.pk).pin == ""


def test_nobody_without_a_pin_passes(cast: Cast):
    assert not services.pin_check(user=cast.bob, pin="", device="kitchen")
    assert not services.pin_check(user=cast.bob, pin=PIN, device="kitchen")


def test_fifth_wrong_try_locks_the_pin_on_that_device_for_fifteen_minutes(cast: Cast, monkeypatch):
    services.pin_set(user=cast.bob, pin=PIN)
    kept: dict[str, int] = {}
    remember = cache.set
    monkeypatch.setattr(cache, "set", lambda key, value, seconds: (kept.update({key: seconds}), remember(key, value)))

    wrong = [services.pin_check(user=cast.bob, pin="111112", device="kitchen") for _ in range(5)]
    here = services.pin_check(user=cast.bob, pin=PIN, device="kitchen")
    elsewhere = services.pin_check(user=cast.bob, pin=PIN, device="office")
    cache.delete(f"pin:{cast.bob.pk}:kitchen")
    later = services.pin_check(user=cast.bob, pin=PIN, device="kitchen")

    assert (wrong, here, elsewhere, later) == ([False] * 5, False, True, True)
    assert set(kept.values()) == {900}
    assert [kind for kind, _who in events(cast.bob)] == ["pin", "pin_locked"]


def test_right_pin_forgets_the_wrong_tries_before_it(cast: Cast):
    services.pin_set(user=cast.bob, pin=PIN)

    answers = [services.pin_check(user=cast.bob, pin=pin, device="kitchen") for pin in ["1"] * 4 + [PIN] + ["1"] * 4]
    last = services.pin_check(user=cast.bob, pin=PIN, device="kitchen")

    assert answers == [False] * 4 + [True] + [False] * 4
    assert last


def test_closed_account_passes_with_no_pin(cast: Cast):
    services.pin_set(user=cast.bob, pin=PIN)
    stale = User.objects.get(pk=cast.bob.pk)
    services.user_deactivate(user=cast.bob, reason="left")

    assert not services.pin_check(user=User.objects.get(pk=cast.bob.pk), pin=PIN, device="kitchen")
    assert stale.pin


def test_pin_taken_away_is_an_event_once(cast: Cast):
    services.pin_set(user=cast.bob, pin=PIN)

    services.pin_remove(user=cast.bob)
    services.pin_remove(user=cast.bob)

    assert User.objects.get(pk=cast.bob.pk).pin == ""
    assert [kind for kind, _who in events(cast.bob)] == ["pin", "pin"]


def test_thirty_tries_at_once_are_all_counted(committed_db, cast: Cast):
    services.pin_set(user=cast.bob, pin=PIN)
    passed: list[bool] = []
    start = threading.Barrier(30)

    def attempt(number: int) -> None:
        start.wait()
        passed.append(services.pin_check(user=cast.bob, pin=f"{number:06}", device="kitchen"))
        connection.close()

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert passed == [False] * 30
    assert cache.get(f"pin:{cast.bob.pk}:kitchen") == services.PIN_TRIES
    assert [kind for kind, _who in events(cast.bob)] == ["pin", "pin_locked"]


# Who sees whom


def test_users_are_seen_by_themselves_and_by_the_operator_of_their_organization(cast: Cast):
    def seen(user: User) -> set[str]:
        return set(User.objects.visible_to(user).values_list("username", flat=True))

    ours = {"alice", "bob", "charlie", "olive", "audra", "dana", "erin", "frank"}
    assert seen(cast.olive) == ours
    assert seen(cast.oscar) == {"oscar"}
    assert [seen(user) for user in (cast.alice, cast.audra)] == [{"alice"}, {"audra"}]
