"""The shared tablet: only an enrolled device, only by PIN, and never open for longer than somebody touches it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import hashers
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from residents.houses import services, tablets
from residents.models import Role, Tablet
from soberhouse.accounts import services as accounts
from soberhouse.accounts.models import AccountEvent, User
from soberhouse.history import acting_as
from tests.cast import Cast

SignedIn = Callable[[Any], Client]
PIN = "482915"
TABLET = "/tablet/"


@pytest.fixture
def pins(cast: Cast) -> None:
    """Everybody who signs in has the same PIN."""
    with acting_as(cast.olive, source="web"):
        for user in User.objects.all():
            accounts.pin_set(user=user, pin=PIN)


@pytest.fixture
def device(cast: Cast, pins: None, signed_in: SignedIn) -> Client:
    """The kitchen's tablet of house A, enrolled by olive on its own browser."""
    client = signed_in(cast.olive)
    client.post(reverse("tablet_enrol", kwargs={"uuid": cast.house_a.uuid}), {"name": "Kitchen"})
    return client


def step_up(device: Client, user: User, pin: str = PIN):
    return device.post(reverse("tablet_pin", kwargs={"uuid": user.uuid}), {"pin": pin})


def who(device: Client) -> str | None:
    """Whose session the device holds."""
    return device.session.get("_auth_user_id")


def sees_own_house(device: Client, cast: Cast) -> bool:
    return device.get(reverse("house_settings", kwargs={"uuid": cast.house_a.uuid})).status_code == 200


# Enrolling


def test_enrolling_keeps_a_signed_cookie_out_of_reach_of_scripts_and_signs_the_operator_out(
    cast: Cast, pins, signed_in: SignedIn
):
    client = signed_in(cast.olive)
    url = reverse("tablet_enrol", kwargs={"uuid": cast.house_a.uuid})

    asked = client.get(url)
    done = client.post(url, {"name": "Kitchen"})
    cookie, signed_in_now = client.cookies[tablets.COOKIE], who(client)
    page = client.get(done.url)

    assert asked.status_code == 200
    assert done.url == TABLET
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 400 * 24 * 3600)
    assert Tablet.objects.get().token_digest not in cookie.value
    assert page.status_code == 200
    assert signed_in_now is None


def test_cookie_is_secure_where_cookies_are(cast: Cast, signed_in: SignedIn, settings):
    settings.SESSION_COOKIE_SECURE = True
    client = Client()
    client.force_login(cast.olive)
    url = reverse("tablet_enrol", kwargs={"uuid": cast.house_a.uuid})

    client.post(url, {"name": "Kitchen"}, secure=True)

    assert client.cookies[tablets.COOKIE]["secure"]


@pytest.mark.parametrize("person", ["alice", "bob", "audra", "dana"])
def test_only_the_operator_enrols(cast: Cast, signed_in: SignedIn, person):
    client = signed_in(getattr(cast, person))

    response = client.post(reverse("tablet_enrol", kwargs={"uuid": cast.house_a.uuid}), {"name": "Mine"})

    assert response.status_code == 403
    assert tablets.COOKIE not in client.cookies
    assert Tablet.objects.count() == 0


@pytest.mark.parametrize("cookie", [None, "", "made-up", "made-up:1tXyZa:signature", "x" * 4000])
def test_device_that_nobody_enrolled_finds_nothing(cast: Cast, pins, cookie):
    client = Client()
    if cookie is not None:
        client.cookies[tablets.COOKIE] = cookie

    codes = [client.get(TABLET).status_code, step_up(client, cast.alice).status_code]

    assert codes == [404, 404]
    assert who(client) is None


def test_digest_from_the_database_is_no_token(cast: Cast, device: Client):
    thief = Client()
    thief.cookies[tablets.COOKIE] = Tablet.objects.get().token_digest

    assert thief.get(TABLET).status_code == 404


# Stepping up


def test_those_who_run_the_house_are_offered_by_first_name_and_initial(cast: Cast, device: Client):
    page = device.get(TABLET).content.decode()

    names = {name: f"{name} E." in page for name in ("Alice", "Bob", "Olive", "Charlie", "Audra", "Dana", "Oscar")}
    assert names == {
        "Alice": True,
        "Bob": True,
        "Olive": True,
        "Charlie": False,
        "Audra": False,
        "Dana": False,
        "Oscar": False,
    }
    assert "Example" not in page


def test_whoever_has_no_pin_a_closed_account_or_an_ended_role_is_not_offered(cast: Cast, device: Client):
    with acting_as(cast.olive, source="web"):
        accounts.pin_remove(user=cast.alice)
        services.role_end(role=Role.objects.get(user=cast.bob), ends_at=timezone.now(), reason="done")

    page = device.get(TABLET).content.decode()
    codes = [step_up(device, user).status_code for user in (cast.alice, cast.bob, cast.charlie, cast.dana.user)]

    assert [name in page for name in ("Alice E.", "Bob E.", "Olive E.")] == [False, False, True]
    assert codes == [404] * 4
    assert who(device) is None


def test_pin_opens_today_as_that_person_and_history_says_so(cast: Cast, device: Client):
    response = step_up(device, cast.alice)
    device.post(reverse("room_add", kwargs={"uuid": cast.house_a.uuid}), {"name": "Attic"})

    assert (response.status_code, response.url) == (302, reverse("today"))
    assert who(device) == str(cast.alice.pk)
    assert cast.house_a.rooms.get(name="Attic").history.get().history_actor_label == "Alice Example"


def test_pin_works_nowhere_else(cast: Cast, device: Client):
    answers = [
        Client().post("/account/login/", {"login": "alice", "password": PIN}),
        device.post("/account/login/", {"login": "alice", "password": PIN}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert who(device) is None


@pytest.mark.parametrize("pin", ["482916", "", "4829150000", "٤٨٢٩١٥", "48\x002915", "x" * 5000, "' OR 1=1"])
def test_wrong_pin_and_nonsense_open_nothing(cast: Cast, device: Client, pin):
    response = step_up(device, cast.alice, pin)

    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["pin"]
    assert who(device) is None


def test_locked_pin_is_answered_like_a_wrong_one_and_that_is_on_record(cast: Cast, device: Client, monkeypatch):
    hashed: list[str] = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(password) or encode(self, password, salt),
    )

    wrong = [step_up(device, cast.alice, "482916").context["form"].errors for _ in range(5)]
    locked = [step_up(device, cast.alice, pin).context["form"].errors for pin in (PIN, "482916")]
    other = step_up(device, cast.bob)

    assert len({str(errors) for errors in wrong + locked}) == 1
    assert len(hashed) == 8
    assert (other.status_code, who(device)) == (302, str(cast.bob.pk))
    assert list(AccountEvent.objects.filter(kind="pin_locked").values_list("user", flat=True)) == [cast.alice.pk]


def test_too_many_tries_on_one_device_get_the_429_page(cast: Cast, device: Client):
    people = [cast.alice, cast.bob, cast.olive]

    codes = [step_up(device, people[number % 3], "482916").status_code for number in range(21)]

    assert codes == [200] * 20 + [429]


# Handing on and locking


def test_arriving_at_the_tablet_page_locks_it_and_the_next_person_steps_up(cast: Cast, device: Client):
    step_up(device, cast.alice)

    device.get(TABLET)
    between = who(device)
    step_up(device, cast.bob)

    assert (between, who(device)) == (None, str(cast.bob.pk))


def test_nothing_of_one_session_is_left_for_the_next_person(cast: Cast, device: Client):
    step_up(device, cast.alice)
    key = device.session.session_key
    session = device.session
    session["left behind"] = "by alice"
    session.save()

    step_up(device, cast.bob)

    assert device.session.session_key != key
    assert "left behind" not in device.session


def test_sign_out_leads_back_to_the_tablet(cast: Cast, device: Client):
    step_up(device, cast.alice)

    assert device.post("/account/logout/").url == TABLET


def lie_idle(device: Client, seconds: int) -> None:
    session = device.session
    session[tablets.SEEN] -= seconds
    session.save()


def test_idle_tablet_locks_on_the_server(cast: Cast, device: Client):
    step_up(device, cast.alice)
    lie_idle(device, settings.TABLET_IDLE_SECONDS)

    response = device.post(reverse("room_add", kwargs={"uuid": cast.house_a.uuid}), {"name": "Attic"})

    assert (response.status_code, response.url) == (302, TABLET)
    assert who(device) is None
    assert not cast.house_a.rooms.filter(name="Attic").exists()


def test_part_of_a_page_that_comes_too_late_takes_the_whole_page_away(cast: Cast, device: Client):
    step_up(device, cast.alice)
    lie_idle(device, settings.TABLET_IDLE_SECONDS)

    response = device.get("/residents/", headers={"HX-Request": "true"})

    assert (response.status_code, response["HX-Redirect"]) == (204, TABLET)


def test_touching_it_keeps_it_open(cast: Cast, device: Client):
    step_up(device, cast.alice)

    for _ in range(3):
        lie_idle(device, settings.TABLET_IDLE_SECONDS - 10)
        assert sees_own_house(device, cast)


def test_revoked_tablet_is_closed_at_once_and_for_good(cast: Cast, device: Client):
    step_up(device, cast.alice)
    with acting_as(cast.olive, source="web"):
        services.tablet_revoke(tablet=Tablet.objects.get(), reason="stolen", now=timezone.now())

    after = device.get("/residents/")

    assert (after.status_code, after.url) == (302, reverse("account_login"))
    assert who(device) is None
    assert [device.get(TABLET).status_code, step_up(device, cast.alice).status_code] == [404, 404]


def test_session_taken_to_another_device_dies_there(cast: Cast, device: Client):
    step_up(device, cast.alice)
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = device.cookies[settings.SESSION_COOKIE_NAME].value

    answer = thief.get(reverse("house_settings", kwargs={"uuid": cast.house_a.uuid}))

    assert (answer.status_code, answer.url) == (302, reverse("account_login"))
    assert who(device) is None


def test_session_taken_to_another_enrolled_tablet_dies_there(cast: Cast, device: Client, signed_in: SignedIn):
    step_up(device, cast.alice)
    other = signed_in(cast.olive)
    other.post(reverse("tablet_enrol", kwargs={"uuid": cast.house_b.uuid}), {"name": "Hall"})
    other.cookies[settings.SESSION_COOKIE_NAME] = device.cookies[settings.SESSION_COOKIE_NAME].value

    assert other.get("/residents/").url == TABLET


def test_role_that_ends_meanwhile_ends_what_may_be_done(cast: Cast, device: Client):
    step_up(device, cast.bob)
    role = Role.objects.get(user=cast.bob)
    with acting_as(cast.olive, source="web"):
        services.role_end(role=role, ends_at=timezone.now() - timedelta(seconds=1), reason="done")

    assert not sees_own_house(device, cast)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("own_account", None),
        ("own_pin", None),
        ("account_change_password", None),
        ("people", "organization"),
        ("person_new", "organization"),
        ("role_new", "organization"),
        ("organization_settings", "organization"),
        ("house_new", "organization"),
        ("tablets", "house_a"),
        ("tablet_enrol", "house_a"),
    ],
)
def test_accounts_roles_and_devices_ask_for_the_password_even_of_the_operator(cast: Cast, device: Client, name, row):
    step_up(device, cast.olive)

    response = device.get(reverse(name, kwargs={"uuid": getattr(cast, row).uuid} if row else {}))

    assert response.status_code == 403
    assert "Not on a shared tablet" in response.content.decode()
    assert who(device) == str(cast.olive.pk)


def by_password(device: Client) -> None:
    device.post("/account/login/", {"login": "olive", "password": "a quiet evening 7"})


def test_password_sign_in_on_the_tablet_opens_all_but_locks_like_any_session_on_it(cast: Cast, device: Client):
    by_password(device)

    opened = device.get("/account/")
    lie_idle(device, settings.TABLET_IDLE_SECONDS - 10)
    touched = device.get("/account/")
    lie_idle(device, settings.TABLET_IDLE_SECONDS)
    late = device.get("/account/")

    assert [opened.status_code, touched.status_code] == [200, 200]
    assert f'data-idle-seconds="{settings.TABLET_IDLE_SECONDS}"' in opened.content.decode()
    assert (late.status_code, late.url, who(device)) == (302, TABLET, None)


def test_session_on_any_other_device_does_not_lock(cast: Cast, device: Client, signed_in: SignedIn):
    own = signed_in(cast.olive)
    revoked = device
    with acting_as(cast.olive, source="web"):
        services.tablet_revoke(tablet=Tablet.objects.get(), reason="mine again", now=timezone.now())
    by_password(revoked)

    pages = [client.get("/account/") for client in (own, revoked)]

    assert [page.status_code for page in pages] == [200, 200]
    assert not [page for page in pages if "data-idle-seconds" in page.content.decode()]
    assert [tablets.SEEN in client.session for client in (own, revoked)] == [False, False]


def test_second_factor_that_is_still_to_come_does_not_keep_anybody_from_the_tablet(
    cast: Cast, device: Client, settings
):
    settings.SECOND_FACTOR_REQUIRED = True

    step_up(device, cast.alice)

    assert sees_own_house(device, cast)


def test_session_on_the_tablet_is_named_as_such_and_ends_from_elsewhere(cast: Cast, device: Client):
    step_up(device, cast.alice)
    own = Client()
    own.force_login(cast.alice)

    page = own.get("/account/sessions/").content.decode()
    own.post("/account/sessions/", {"end": "others"})

    assert page.count("shared tablet, by PIN") == 1
    assert not sees_own_house(device, cast)


def test_sign_in_page_leads_an_enrolled_device_to_its_people_and_no_other(cast: Cast, device: Client):
    link = f'href="{TABLET}"'

    pages = [client.get("/account/login/").content.decode() for client in (device, Client())]

    assert [link in page for page in pages] == [True, False]
