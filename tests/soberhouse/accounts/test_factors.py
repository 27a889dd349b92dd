"""The second factor: what the services promise, who must have one, and how it is asked for."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from residents.models import Role
from soberhouse.accounts import factors, keys, services
from soberhouse.accounts.models import AccountEvent, ApiKey, User
from soberhouse.history import acting_as
from tests.cast import PASSWORD, Cast, grant

SignedIn = Callable[[Any], Client]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
FACTORS, APP, CODES, PASSKEY = (
    "/account/factors/",
    "/account/factors/app/",
    "/account/factors/codes/",
    "/account/factors/passkeys/new/",
)
CONFIRM, SECOND = "/account/confirm/", "/account/login/factor/"


def code_at(now: datetime, secret: str = SECRET) -> str:
    """What the app shows at this moment."""
    return format_hotp_value(hotp_value(secret, int(now.timestamp()) // 30))


def with_app(user: User) -> User:
    with acting_as(user, source="web"):
        factors.app_add(user=user, secret=SECRET)
    return user


def with_passkey(user: User, number: int = 1) -> User:
    with acting_as(user, source="web"):
        factors.passkey_add(user=user, name=f"Phone {number}", credential={"id": f"credential-{number}"})
    return user


def with_codes(user: User) -> list[str]:
    with acting_as(user, source="web"):
        return factors.recovery_codes_make(user=user)


def set_up_app(client: Client, confirmed_by: str = PASSWORD) -> None:
    """Through the pages, as whoever is signed in with `client` does."""
    client.post(CONFIRM, {"password": confirmed_by})
    secret = client.get(APP).context["form"].secret
    assert client.post(APP, {"code": code_at(timezone.now(), secret)}).url == CODES


def by_password(user: User) -> Client:
    """A browser in which somebody typed the password."""
    client = Client()
    client.post("/account/login/", {"login": user.username, "password": PASSWORD})
    return client


def check(user: User, code: str, *, now: datetime = NOON) -> str:
    found = factors.code_check(user=user, code=code, now=now)
    return found.type if found else ""


def refusal(call: Callable[..., Any], **facts: Any) -> str:
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        call(**facts)
    return " ".join(caught.value.messages)


def events(user: User) -> list[tuple[str, str, str]]:
    return list(AccountEvent.objects.filter(user=user).order_by("id").values_list("kind", "recorded_as", "reason"))


# Codes


@pytest.mark.parametrize(("seconds", "right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_code_of_the_app_is_good_around_its_time(cast: Cast, seconds, right):
    code = code_at(NOON + timedelta(seconds=seconds))

    assert check(with_app(cast.alice), code) == ("totp" if right else "")


@pytest.mark.parametrize("typed", [lambda code: f" {code[:3]} {code[3:]} ", lambda code: f"{code[:3]}-{code[3:]}"])
def test_code_is_taken_however_it_is_typed(cast: Cast, typed):
    assert check(with_app(cast.alice), typed(code_at(NOON))) == "totp"


@pytest.mark.parametrize("code", ["", "000000", "12345", "１２３４５６", "\0", "é" * 40, "-1"])
def test_wrong_code_is_none(cast: Cast, code):
    assert check(with_app(cast.alice), code) == ""


def test_code_is_good_once_and_none_from_before_it_afterwards(cast: Cast):
    alice = with_app(cast.alice)
    before, now = code_at(NOON - timedelta(seconds=30)), code_at(NOON)

    assert [check(alice, code) for code in (now, now, before)] == ["totp", "", ""]


def test_code_of_somebody_else_is_none(cast: Cast):
    with_app(cast.alice)

    assert check(cast.bob, code_at(NOON)) == ""


def test_ten_recovery_codes_each_good_once(cast: Cast):
    alice = with_app(cast.alice)
    codes = with_codes(alice)

    assert len(set(codes)) == 10
    assert [check(alice, code) for code in (codes[0], codes[0], codes[1])] == ["recovery_codes", "", "recovery_codes"]
    assert factors.factors_of(alice).codes_left == 8


def test_new_recovery_codes_replace_the_old(cast: Cast):
    alice = with_app(cast.alice)
    old, new = with_codes(alice), with_codes(alice)

    assert [check(alice, code) for code in (old[0], new[0])] == ["", "recovery_codes"]


def test_recovery_codes_stand_in_for_something(cast: Cast):
    assert "Set up an app or a passkey first" in refusal(factors.recovery_codes_make, user=cast.alice)


@pytest.mark.parametrize("kind", ["totp", "recovery_codes"])
def test_one_code_sent_twenty_times_at_once_is_good_once(committed_db: None, cast: Cast, kind):
    alice = with_app(cast.alice)
    code = code_at(NOON) if kind == "totp" else with_codes(alice)[0]
    passed: list[str] = []
    start = threading.Barrier(20)

    def attempt() -> None:
        start.wait()
        try:
            passed.append(check(alice, code))
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _each in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(passed) == [""] * 19 + [kind]


# What is kept


def test_copy_of_the_database_gives_nobody_a_second_factor(cast: Cast):
    alice = with_app(cast.alice)
    codes = with_codes(alice)
    text = ""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            text += repr(cursor.fetchall())
    row = Authenticator.objects.get(user=alice, type="recovery_codes")
    seed = factors.unseal(row.data["seed"])
    assert RecoveryCodes(row).generate_codes() == codes
    assert [secret for secret in (SECRET, seed, *codes) if secret in text] == []


def test_another_key_of_the_site_opens_nothing_and_the_one_before_it_does(cast: Cast, settings):
    alice = with_app(cast.alice)
    key = settings.SECRET_KEY

    settings.SECRET_KEY = "another-key-" * 5
    lost = refusal(factors.code_check, user=alice, code=code_at(NOON), now=NOON)
    settings.SECRET_KEY_FALLBACKS = [key]
    found = check(alice, code_at(NOON))

    assert "The site's key was changed" in lost
    assert found == "totp"


def test_page_with_a_lost_second_factor_is_no_error(cast: Cast, settings):
    with_app(cast.alice)
    client = Client()
    client.post("/account/login/", {"login": "alice", "password": PASSWORD})
    sealed = Authenticator.objects.get(user=cast.alice)
    sealed.data["secret"] = sealed.data["secret"][:-8] + "AAAAAAA="
    sealed.save()

    answer = client.post(SECOND, {"code": "123456"})

    assert answer.status_code == 200
    assert "Your operator can remove it" in answer.content.decode()


# Adding and removing


def test_every_change_is_an_event_and_a_mail_that_tells_nothing(cast: Cast, django_capture_on_commit_callbacks):
    alice = cast.alice
    with django_capture_on_commit_callbacks(execute=True), acting_as(alice, source="web"):
        factors.app_add(user=alice, secret=SECRET)
        factors.passkey_add(user=alice, name="  my   phone ", credential={"id": "c"})
        factors.recovery_codes_make(user=alice)
        factors.app_remove(user=alice)
        factors.passkey_remove(user=alice, key=factors.factors_of(alice).passkeys[0].key)

    kinds = ["second_factor", "second_factor", "recovery_codes", "second_factor_gone", "second_factor_gone"]
    assert events(alice) == [(kind, "Alice Example", "") for kind in kinds]
    assert [message.subject for message in mail.outbox] == ["A change to your account"] * 5
    for message in mail.outbox:
        text = message.body.lower()
        assert [word for word in ("sober", "alice", SECRET.lower(), "house") if word in text] == []


def test_recovery_codes_go_with_the_last_factor(cast: Cast):
    alice = with_passkey(with_app(cast.alice))
    with_codes(alice)
    with acting_as(alice, source="web"):
        factors.app_remove(user=alice)
        between = factors.factors_of(alice).codes_left
        factors.passkey_remove(user=alice, key=factors.factors_of(alice).passkeys[0].key)

    assert (between, Authenticator.objects.count()) == (10, 0)


def test_one_app_and_twenty_passkeys_are_enough(cast: Cast):
    alice = with_app(cast.alice)
    for number in range(20):
        with_passkey(alice, number)

    assert "An app is set up already" in refusal(factors.app_add, user=alice, secret=SECRET)
    assert "many passkeys" in refusal(factors.passkey_add, user=alice, name="x", credential={"id": "x"})


def test_two_apps_set_up_at_once_are_one(committed_db: None, cast: Cast):
    done: list[bool] = []
    start = threading.Barrier(2)

    def add() -> None:
        start.wait()
        try:
            with_app(cast.alice)
            done.append(True)
        except ValidationError:
            done.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=add) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [False, True]
    assert len(events(cast.alice)) == 1


def test_passkey_of_somebody_else_is_not_removed(cast: Cast):
    key = factors.factors_of(with_passkey(cast.alice)).passkeys[0].key

    with acting_as(cast.bob, source="web"):
        factors.passkey_remove(user=cast.bob, key=key)

    assert factors.factors_of(cast.alice).any


def test_whoever_must_have_one_keeps_the_last(cast: Cast, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    alice, dana = with_app(cast.alice), with_app(cast.dana.user)

    with acting_as(alice, source="web"):
        refused = refusal(factors.app_remove, user=alice)
    with acting_as(dana, source="web"):
        factors.app_remove(user=dana)

    assert "Set up another one before you remove this" in refused
    assert (factors.factors_of(alice).any, factors.factors_of(dana).any) == (True, False)


def test_closing_an_account_takes_its_second_factors(cast: Cast):
    with_codes(with_passkey(with_app(cast.bob)))

    with acting_as(cast.olive, source="web"):
        services.user_deactivate(user=cast.bob, reason="left")

    assert not Authenticator.objects.exists()
    assert events(cast.bob)[-1] == ("second_factor_gone", "Olive Example", "left")


# Removed by the operator


def test_reset_takes_everything_ends_sessions_and_says_who_and_why(
    cast: Cast, signed_in: SignedIn, django_capture_on_commit_callbacks
):
    with_codes(with_passkey(with_app(cast.bob)))
    elsewhere = signed_in(cast.bob)

    with django_capture_on_commit_callbacks(execute=True), acting_as(cast.olive, source="web"):
        factors.factors_reset(user=cast.bob, reason="lost the phone")

    assert not Authenticator.objects.exists()
    assert elsewhere.get("/account/").status_code == 302
    assert events(cast.bob)[-2:] == [
        ("second_factor_gone", "Olive Example", "lost the phone"),
        ("signed_out", "Olive Example", ""),
    ]
    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["bob@example.org"], "A change to your account")
    ]


def test_reset_revokes_the_keys_and_the_mail_says_so(cast: Cast, django_capture_on_commit_callbacks):
    with acting_as(with_app(cast.bob), source="web"):
        key, _secret = keys.key_create(
            user=cast.bob, name="thief", scopes=["read"], expires_at=timezone.now() + timedelta(days=9)
        )

    with django_capture_on_commit_callbacks(execute=True), acting_as(cast.olive, source="web"):
        factors.factors_reset(user=cast.bob, reason="lost the phone")

    assert ApiKey.objects.get(pk=key.pk).state(timezone.now()) == ApiKey.State.REVOKED
    assert ("keys_stopped", "Olive Example", "lost the phone") in events(cast.bob)
    text = mail.outbox[-1].body
    assert "API keys" in text
    assert [word for word in ("sober", "bob", "olive", "house") if word in text.lower()] == []


@pytest.mark.parametrize(
    ("who", "has", "reason", "words"),
    [
        ("olive", True, " ", "Say why."),
        ("olive", False, "lost", "There is no second factor"),
        ("bob", True, "lost", "your own second factor"),
    ],
)
def test_reset_refuses(cast: Cast, who, has, reason, words):
    if has:
        with_app(cast.bob)

    with acting_as(getattr(cast, who), source="web"):
        assert words in refusal(factors.factors_reset, user=cast.bob, reason=reason)
    assert Authenticator.objects.count() == has


# Who must have one


@pytest.mark.parametrize(
    ("who", "must"),
    [("olive", True), ("alice", True), ("bob", True), ("audra", False), ("dana", False), ("frank", False)],
)
def test_operators_and_managers_set_one_up_before_anything_else(cast: Cast, signed_in: SignedIn, settings, who, must):
    settings.SECOND_FACTOR_REQUIRED = True
    person = getattr(cast, who)
    user = getattr(person, "user", person)
    client = signed_in(user)

    before = client.get("/account/")
    part = client.get("/account/", headers={"HX-Request": "true"})
    posted = client.post("/account/", {"name": "Somebody Else", "email": user.email})
    asked = client.get(FACTORS)
    set_up_app(client)
    after = client.get("/account/")

    assert (before.status_code, before.headers.get("Location")) == ((302, FACTORS) if must else (200, None))
    assert (part.status_code, part.headers.get("HX-Redirect")) == ((204, FACTORS) if must else (200, None))
    assert posted.status_code == 302
    assert (User.objects.get(pk=user.pk).name == "Somebody Else") == (not must)
    assert ("Your role asks for one" in asked.content.decode()) == must
    assert after.status_code == 200


def test_role_to_come_or_that_is_over_asks_for_nothing_yet(cast: Cast, signed_in: SignedIn, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    with acting_as(cast.olive, source="web"), transaction.atomic():
        Role.objects.filter(user=cast.bob).update(ends_at=timezone.now() - timedelta(hours=1))
    client = signed_in(cast.bob)

    before = client.get("/account/").status_code
    with acting_as(cast.olive, source="web"), transaction.atomic():
        grant(cast.bob, "operator", cast.organization)
    after = client.get("/account/").status_code

    assert (before, after) == (200, 302)


def test_nobody_is_asked_where_it_is_switched_off(cast: Cast, signed_in: SignedIn, settings):
    assert settings.SECOND_FACTOR_REQUIRED is False

    assert signed_in(cast.olive).get("/account/").status_code == 200


@pytest.mark.parametrize("path", [FACTORS, CONFIRM, "/account/logout/", "/join/"])
def test_ways_to_one_and_out_stay_open(cast: Cast, signed_in: SignedIn, settings, path):
    settings.SECOND_FACTOR_REQUIRED = True

    assert signed_in(cast.olive).get(path).status_code == 200


def test_of_whoever_showed_one_the_database_is_asked_no_more(cast: Cast, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    with_app(cast.alice)
    client = Client()
    client.post("/account/login/", {"login": "alice", "password": PASSWORD})
    client.post(SECOND, {"code": code_at(timezone.now())})

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get("/account/pin/").status_code == 200
        return len(found)

    required = queries()
    settings.SECOND_FACTOR_REQUIRED = False
    assert queries() == required


API = "/api/v1/residents"


def test_session_of_a_thief_of_the_password_ends_when_the_owner_sets_one_up(cast: Cast, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    thief, owner = by_password(cast.olive), by_password(cast.olive)

    before = [thief.get("/account/").url, thief.get(API).status_code]
    set_up_app(owner)
    after = [thief.get("/account/").url, thief.get(API).status_code]

    assert (before, after) == ([FACTORS, 401], ["/account/login/?next=/account/", 401])
    assert [owner.get("/account/").status_code, owner.get(API).status_code] == [200, 200]
    assert events(cast.olive) == [("second_factor", "Olive Example", ""), ("signed_out", "Olive Example", "")]


@pytest.mark.parametrize("path", ["/account/", FACTORS, APP, PASSKEY, CODES, CONFIRM, "/account/confirm/code/"])
def test_session_without_the_second_factor_of_the_account_is_over_and_adds_no_other(
    cast: Cast, signed_in: SignedIn, settings, path
):
    settings.SECOND_FACTOR_REQUIRED = True
    with_app(cast.alice)
    asking, posting, program = (signed_in(cast.alice) for _each in range(3))

    asked = asking.get(path, follow=True)
    posted = posting.post(path, {"password": PASSWORD, "code": code_at(timezone.now())})
    part = signed_in(cast.alice).get(path, headers={"HX-Request": "true"})
    told = program.get(API)

    assert (asked.redirect_chain, posted.url) == ([("/account/login/", 302)], "/account/login/")
    assert "Sign in again, with your second factor" in asked.content.decode()
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/account/login/")
    assert told.status_code == 401
    assert ["_auth_user_id" in client.session for client in (asking, posting, program)] == [False] * 3
    assert Authenticator.objects.count() == 1


def test_ways_in_and_out_stay_open_to_it(cast: Cast, signed_in: SignedIn, settings):
    settings.SECOND_FACTOR_REQUIRED = True
    with_app(cast.alice)

    codes = [signed_in(cast.alice).get(path).status_code for path in ("/account/logout/", "/join/")]

    assert codes == [200, 200]


def test_removing_one_ends_every_other_session(cast: Cast, signed_in: SignedIn):
    with_passkey(with_app(cast.dana.user))
    here, elsewhere = signed_in(cast.dana), signed_in(cast.dana)
    here.post(CONFIRM, {"password": PASSWORD})

    here.post(f"{APP}remove/")

    assert [client.get("/account/").status_code for client in (here, elsewhere)] == [200, 302]
    assert factors.factors_of(cast.dana.user).any


def test_session_forgets_what_it_showed_when_the_last_is_removed(cast: Cast, settings):
    with_app(cast.dana.user)
    client = by_password(cast.dana.user)
    client.post(SECOND, {"code": code_at(timezone.now())})
    client.post(f"{APP}remove/")
    settings.SECOND_FACTOR_REQUIRED = True

    without_role = client.get("/account/").status_code
    with acting_as(cast.olive, source="web"), transaction.atomic():
        grant(cast.dana.user, "manager", cast.organization, cast.house_a)
    with_role = client.get("/account/")

    assert not Authenticator.objects.exists()
    assert (without_role, with_role.status_code, with_role.headers.get("Location")) == (200, 302, FACTORS)


# Signing in


def test_password_alone_signs_nobody_in_who_has_one(cast: Cast):
    with_app(cast.alice)
    client = Client()

    asked = client.post("/account/login/?next=/residents/", {"login": "alice", "password": PASSWORD})
    not_yet = client.get("/residents/")
    wrong = client.post(SECOND, {"code": "000000"})
    done = client.post(SECOND, {"code": code_at(timezone.now())})

    assert (asked.url, not_yet.status_code, wrong.status_code) == (SECOND, 302, 200)
    assert "This code is not right" in wrong.content.decode()
    assert done.url == "/residents/"
    assert client.get("/residents/").status_code == 200


def test_recovery_code_signs_in(cast: Cast):
    code = with_codes(with_app(cast.alice))[0]
    client = Client()
    client.post("/account/login/", {"login": "alice", "password": PASSWORD})

    assert client.post(SECOND, {"code": f"{code[:4]} {code[4:]}"}).url == reverse("today")


def test_sixth_guess_is_refused_even_if_right_and_from_any_address(cast: Cast):
    with_app(cast.alice)
    answers = []
    for number in range(6):
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        client.post("/account/login/", {"login": "alice", "password": PASSWORD})
        code = code_at(timezone.now()) if number == 5 else f"00000{number}"
        answers.append(client.post(SECOND, {"code": code}))

    assert [answer.status_code for answer in answers] == [200] * 6
    assert "Too many tries" in answers[-1].content.decode()


def test_page_of_the_second_factor_is_no_way_in_by_itself(cast: Cast):
    with_app(cast.alice)

    assert Client().get(SECOND).url == "/account/login/"
    assert Client().post(SECOND, {"code": code_at(timezone.now())}).url == "/account/login/"


def test_account_that_is_closed_meanwhile_is_not_signed_in(cast: Cast):
    with_app(cast.alice)
    client = Client()
    client.post("/account/login/", {"login": "alice", "password": PASSWORD})
    with acting_as(cast.olive, source="web"):
        services.user_deactivate(user=cast.alice, reason="left")

    client.post(SECOND, {"code": code_at(timezone.now())})

    assert "_auth_user_id" not in client.session


def test_way_back_from_the_second_factor_forgets_the_password(cast: Cast):
    with_app(cast.alice)
    client = Client()
    client.post("/account/login/", {"login": "alice", "password": PASSWORD})

    client.post("/account/logout/")

    assert client.get("/account/login/").status_code == 200
    assert client.get(SECOND).url == "/account/login/"


NONSENSE = [
    "",
    "x",
    "[]",
    "{}",
    "null",
    '"text"',
    "[" * 5000,
    '{"a":' * 3000,
    '{"id": 5, "response": []}',
    '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {"userHandle": "!!"}}',
    '{"response": {"userHandle": "AAAAAAAAAAAAAAAAAAAAAA"}}',
    "9" * 100_000,
]


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_for_a_passkey_is_refused_in_one_sentence(cast: Cast, credential):
    with_passkey(cast.alice)
    client = Client()
    client.get("/account/login/passkey/", headers={"Accept": "application/json"})

    answer = client.post("/account/login/passkey/", {"credential": credential}, follow=True)

    assert answer.redirect_chain == [("/account/login/", 302)]
    assert "This passkey does not open this account" in answer.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("credential", NONSENSE)
def test_nonsense_adds_no_passkey(cast: Cast, signed_in: SignedIn, credential):
    client = signed_in(cast.dana)
    client.post(CONFIRM, {"password": PASSWORD})
    client.get(PASSKEY)

    answer = client.post(PASSKEY, {"name": "x", "credential": credential})

    assert answer.status_code == 200
    assert not Authenticator.objects.exists()


def test_asking_for_a_passkey_tells_nothing_about_anybody(cast: Cast):
    answer = Client().get("/account/login/passkey/", headers={"Accept": "application/json"})

    options = answer.json()["request_options"]["publicKey"]
    assert options["userVerification"] == "required"
    assert not options.get("allowCredentials")
    assert "alice" not in answer.content.decode()


def test_asking_for_passkeys_is_limited_by_address(cast: Cast):
    codes = [
        Client().get("/account/login/passkey/", headers={"Accept": "application/json"}).status_code
        for _each in range(61)
    ]

    assert codes == [200] * 60 + [429]


# Once more who one is


@pytest.mark.parametrize("path", [APP, PASSKEY, CODES])
def test_changes_ask_once_more_who_one_is(cast: Cast, signed_in: SignedIn, path):
    if path == CODES:
        with_app(cast.alice)
    client = signed_in(cast.alice)

    asked = client.get(path)
    wrong = client.post(asked.url, {"password": "wrong password 1"})
    still = client.get(path)
    right = client.post(asked.url, {"password": PASSWORD})

    assert asked.url == f"{CONFIRM}?next={path.replace('/', '%2F')}"
    assert "This is not your password." in wrong.content.decode()
    assert (still.status_code, right.url, client.get(path).status_code) == (302, path, 200)


def test_whoever_just_signed_in_is_not_asked_again(cast: Cast):
    client = Client()
    client.post("/account/login/", {"login": "dana", "password": PASSWORD})

    assert client.get(APP).status_code == 200


def test_guessing_the_password_of_an_open_session_is_limited(cast: Cast, signed_in: SignedIn):
    client = signed_in(cast.alice)

    codes = [client.post(CONFIRM, {"password": f"wrong password {number}"}).status_code for number in range(11)]

    assert codes == [200] * 10 + [429]


def test_recovery_codes_are_shown_in_the_one_answer_only(cast: Cast, signed_in: SignedIn):
    with_app(cast.alice)
    client = signed_in(cast.alice)
    client.post(CONFIRM, {"password": PASSWORD})

    made = client.post(CODES).content.decode()
    later = client.get(CODES).content.decode()

    codes = re.findall(r"<code>(\d{4} \d{4})</code>", made)
    assert len(codes) == 10
    assert not [code for code in codes if code in later]
    assert "10 of 10" in later


def test_loading_the_recovery_codes_anew_makes_no_others(cast: Cast, signed_in: SignedIn):
    with_app(cast.alice)
    client = signed_in(cast.alice)
    client.post(CONFIRM, {"password": PASSWORD})
    asked = client.get(CODES).content.decode()
    press = {"instead_of": re.search(r'name="instead_of" value="(\d*)"', asked)[1]}

    made = client.post(CODES, press).content.decode()
    again = client.post(CODES, press, follow=True)

    codes = re.findall(r"<code>(\d{4}) (\d{4})</code>", made)
    assert again.redirect_chain == [(CODES, 302)]
    assert "made and shown once" in again.content.decode()
    assert check(cast.alice, "".join(codes[0])) == "recovery_codes"


@pytest.mark.parametrize(
    "path", [FACTORS, APP, f"{APP}remove/", CODES, PASSKEY, "/account/factors/passkeys/x/remove/", CONFIRM]
)
def test_pages_are_for_whoever_is_signed_in_and_not_on_a_tablet(cast: Cast, path):
    cache.clear()

    assert Client().get(path).url.startswith("/account/login/")
    assert Client().post(path).url.startswith("/account/login/")


def test_passkey_that_is_not_there_is_404(cast: Cast, signed_in: SignedIn):
    client = signed_in(cast.alice)
    client.post(CONFIRM, {"password": PASSWORD})

    assert client.get("/account/factors/passkeys/nothing/remove/").status_code == 404
