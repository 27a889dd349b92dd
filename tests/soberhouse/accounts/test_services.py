"""Accounts: what each service promises, and what it refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from residents.models import Role, Stay
from soberhouse.accounts import services
from soberhouse.accounts.models import AccountEvent, User
from soberhouse.history import acting_as
from soberhouse.words import check_reason, is_blank, tidy
from tests.cast import PASSWORD, Cast

PIN = "482915"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def pin_check(*, after: float = 0, **tried) -> bool:
    """Whether the PIN passes so many minutes after noon."""
    return services.pin_check(**tried, now=NOON + timedelta(minutes=after))


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


@pytest.mark.parametrize(
    "text", ["", " \t\n", "\u200b\u200d", "\u00ad\ufeff", "\u3164", "\u2800", "\ufe0f", "\u0301", "\u2028"]
)
def test_text_of_which_nothing_is_seen_is_blank(text):
    assert is_blank(text)
    assert tidy(text) == ""
    with pytest.raises(ValidationError):
        check_reason(text)


@pytest.mark.parametrize("text", ["a", "\u0301a", "7", "…", "\U0001f4a4", "é", "名", "نعم"])
def test_text_of_which_something_is_seen_is_none(text):
    assert not is_blank(text)
    check_reason(f" {text}\u200b")


def test_new_account_has_tidy_names_and_no_password(cast: Cast):
    user = services.user_create(username="  gwen ", name=" Gwen   Example", email="Gwen@Example.ORG")

    user.refresh_from_db()
    assert (user.username, user.name, user.email) == ("gwen", "Gwen Example", "gwen@example.org")
    assert not user.has_usable_password()
    assert events(user) == []
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

    with acting_as(None, source="command"):
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

    with acting_as(cast.bob, source="web"):
        services.password_set(user=User.objects.get(pk=cast.bob.pk), password="a calm morning 3")

    bob = User.objects.get(pk=cast.bob.pk)
    assert bob.check_password("a calm morning 3")
    assert events(bob) == [("password", "Bob Example")]
    assert client.get("/account/").status_code == 302
    assert bob.history.count() == 1


def test_no_hash_stands_in_any_row_but_the_users_own(cast: Cast):
    with acting_as(cast.bob, source="web"):
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


def test_nobody_chooses_a_password_for_somebody_else_but_a_command(cast: Cast):
    given = {"username": "gwen", "name": "Gwen", "password": "a calm morning 3"}

    refused = [
        refusal(services.user_create, **given),
        refusal(services.password_set, user=cast.bob, password="a calm morning 3"),
    ]
    with acting_as(cast.olive, source="command"):
        gwen = services.user_create(**given)
        services.password_set(user=cast.alice, password="a calm morning 3")

    words = "Nobody chooses a password for somebody else. Make them an invitation slip."
    assert refused == [{"": [words]}] * 2
    assert gwen.check_password("a calm morning 3")
    assert User.objects.get(pk=cast.bob.pk).check_password(PASSWORD)
    assert [events(user) for user in (gwen, cast.alice)] == [[("password", "Olive Example")]] * 2


@pytest.mark.parametrize(
    ("service", "changes"),
    [
        (services.pin_set, {"pin": PIN}),
        (services.user_change, {"email": "elsewhere@example.org"}),
    ],
)
def test_owner_is_mailed_what_somebody_else_did_and_the_subject_says_nothing(
    cast: Cast, django_capture_on_commit_callbacks, service, changes
):
    with django_capture_on_commit_callbacks(execute=True):
        service(user=cast.bob, **changes)

    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["bob@example.org"], "A change to your account")
    ]
    text = mail.outbox[0].body.lower()
    assert [word for word in ("sober", "bob", "olive", cast.house_a.name.lower(), PIN, "calm") if word in text] == []


def test_nobody_is_mailed_what_they_did_themselves_or_without_an_address(
    cast: Cast, django_capture_on_commit_callbacks
):
    gwen = services.user_create(username="gwen", name="Gwen")

    with django_capture_on_commit_callbacks(execute=True):
        services.pin_set(user=gwen, pin=PIN)
        services.user_change(user=gwen, email="gwen@example.org")
        services.pin_set(user=cast.olive, pin=PIN)
        services.user_change(user=cast.bob, name="Robert Example")

    assert mail.outbox == []


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
    assert pin_check(user=bob, pin=PIN, device="kitchen")
    assert not pin_check(user=bob, pin="482916", device="kitchen")
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
    assert not pin_check(user=cast.bob, pin="", device="kitchen")
    assert not pin_check(user=cast.bob, pin=PIN, device="kitchen")


def test_fifth_wrong_try_locks_the_pin_on_that_device_for_fifteen_minutes(cast: Cast):
    services.pin_set(user=cast.bob, pin=PIN)

    wrong = [pin_check(user=cast.bob, pin="111112", device="kitchen", after=minute) for minute in range(5)]
    here = pin_check(user=cast.bob, pin=PIN, device="kitchen", after=18.9)
    elsewhere = pin_check(user=cast.bob, pin=PIN, device="office", after=18.9)
    later = pin_check(user=cast.bob, pin=PIN, device="kitchen", after=19)

    assert (wrong, here, elsewhere, later) == ([False] * 5, False, True, True)
    assert [kind for kind, _who in events(cast.bob)] == ["pin", "pin_locked"]


def test_tries_are_kept_where_no_full_store_forgets_them(cast: Cast):
    services.pin_set(user=cast.bob, pin=PIN)

    for _ in range(5):
        pin_check(user=cast.bob, pin="111112", device="kitchen")
        cache.clear()

    assert not pin_check(user=cast.bob, pin=PIN, device="kitchen")
    assert cast.bob.history.count() == 1


def test_right_pin_forgets_the_wrong_tries_before_it(cast: Cast):
    services.pin_set(user=cast.bob, pin=PIN)

    answers = [pin_check(user=cast.bob, pin=pin, device="kitchen") for pin in ["1"] * 4 + [PIN] + ["1"] * 4]
    last = pin_check(user=cast.bob, pin=PIN, device="kitchen")

    assert answers == [False] * 4 + [True] + [False] * 4
    assert last


def test_closed_account_passes_with_no_pin(cast: Cast):
    services.pin_set(user=cast.bob, pin=PIN)
    stale = User.objects.get(pk=cast.bob.pk)
    services.user_deactivate(user=cast.bob, reason="left")

    assert not pin_check(user=User.objects.get(pk=cast.bob.pk), pin=PIN, device="kitchen")
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
        passed.append(pin_check(user=cast.bob, pin=f"{number:06}", device="kitchen"))
        connection.close()

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert passed == [False] * 30
    assert User.objects.get(pk=cast.bob.pk).pin_tries["kitchen"][0] == services.PIN_TRIES
    assert [kind for kind, _who in events(cast.bob)] == ["pin", "pin_locked"]


# Who sees whom


def test_users_are_seen_by_themselves_and_by_the_operator_of_their_organization(cast: Cast):
    def seen(user: User) -> set[str]:
        return set(User.objects.visible_to(user).values_list("username", flat=True))

    ours = {"alice", "bob", "charlie", "olive", "audra", "dana", "erin", "frank"}
    assert seen(cast.olive) == ours
    assert seen(cast.oscar) == {"oscar"}
    assert [seen(user) for user in (cast.alice, cast.audra)] == [{"alice"}, {"audra"}]


def role(user: User, organization, *, begins: int, ends: int | None = None) -> None:
    """A role from so many days from now on, until so many."""
    now = timezone.now()
    Role.objects.create(
        user=user,
        kind="auditor",
        organization=organization,
        starts_at=now + timedelta(days=begins),
        ends_at=None if ends is None else now + timedelta(days=ends),
    )


def is_seen(user: User, by: User) -> bool:
    return User.objects.visible_to(by).filter(pk=user.pk).exists()


@pytest.mark.parametrize(
    ("here", "elsewhere", "seen"),
    [
        ((-9, None), None, True),
        ((9, None), None, True),
        ((-9, -5), None, True),
        ((-9, -5), (-9, -3), True),
        ((-9, -5), (-3, None), False),
        ((-9, -5), (3, None), False),
        ((-9, 5), (-3, None), True),
        ((9, None), (-3, None), True),
    ],
)
def test_operator_sees_whoever_left_only_while_nobody_else_employs_them(cast: Cast, here, elsewhere, seen):
    gwen = services.user_create(username="gwen", name="Gwen")
    role(gwen, cast.organization, begins=here[0], ends=here[1])
    if elsewhere:
        role(gwen, cast.other_organization, begins=elsewhere[0], ends=elsewhere[1])

    assert is_seen(gwen, cast.olive) == seen


def test_resident_is_seen_where_they_live_and_afterwards_until_they_work_elsewhere(cast: Cast):
    dana = cast.dana.user

    role(dana, cast.other_organization, begins=-3)
    living = is_seen(dana, cast.olive)
    cast.stay_of_dana.uses.update(ends_on=cast.today)
    Stay.objects.filter(pk=cast.stay_of_dana.pk).update(ends_on=cast.today)
    gone = is_seen(dana, cast.olive)
    Role.objects.filter(user=dana).update(ends_at=timezone.now())

    assert (living, gone, is_seen(dana, cast.olive)) == (True, False, True)


def test_somebody_who_left_and_lives_in_anothers_house_is_not_seen(cast: Cast):
    gwen = services.user_create(username="gwen", name="Gwen")
    role(gwen, cast.organization, begins=-9, ends=-5)
    type(cast.greta).objects.filter(pk=cast.greta.pk).update(user=gwen)

    assert (is_seen(gwen, cast.olive), is_seen(gwen, cast.oscar)) == (False, True)
