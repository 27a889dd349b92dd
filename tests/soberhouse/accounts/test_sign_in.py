"""Signing in: it works, and no answer tells whether somebody has an account."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth import hashers
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import timezone

from soberhouse.accounts import keys, services
from soberhouse.accounts.models import AccountEvent, ApiKey, User
from soberhouse.history import acting_as
from tests.cast import PASSWORD, Cast

LOGIN = "/account/login/"
RESET = "/account/password/reset/"


def sign_in(login: str, password: str = PASSWORD, client: Client | None = None):
    return (client or Client()).post(LOGIN, {"login": login, "password": password})


def plain(response) -> str:
    """The page without what differs from request to request anyway: its CSRF token, and what was typed."""
    text = response.content.decode()
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
    text = re.sub(r"X-CSRFToken&quot;[^}]*|\"X-CSRFToken\": \"[^\"]+\"", "", text)
    return re.sub(r'name="login" value="[^"]*"', "", text)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each password hash that is computed, by the name of its hasher."""
    computed: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def counting(self: hashers.MD5PasswordHasher, password: str, salt: str) -> str:
        computed.append(self.algorithm)
        return encode(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counting)
    return computed


@pytest.mark.parametrize("login", ["alice", "ALICE", "alice@example.org", "Alice@Example.org", "  alice  "])
def test_name_or_email_in_any_case_leads_to_today(cast: Cast, login):
    client = Client()

    response = sign_in(login, client=client)

    assert (response.status_code, response.url) == (302, reverse("today"))
    assert client.session["_auth_user_id"] == str(cast.alice.pk)


def test_sign_in_goes_on_to_where_one_was_going_but_never_to_another_site(cast: Cast):
    inside = Client().post(f"{LOGIN}?next=/residents/", {"login": "alice", "password": PASSWORD})
    outside = Client().post(f"{LOGIN}?next=https://evil.example/", {"login": "alice", "password": PASSWORD})

    assert inside.url == "/residents/"
    assert outside.url == reverse("today")


@pytest.fixture
def closed(cast: Cast) -> User:
    """Bob, whose account is closed."""
    with acting_as(cast.olive, source="web"):
        services.user_deactivate(user=cast.bob, reason="no longer with us")
    return cast.bob


@pytest.mark.parametrize(
    ("known", "unknown"),
    [("alice", "nobody"), ("alice@example.org", "nobody@example.org"), ("bob", "nobody"), ("alice", "bob")],
)
def test_wrong_password_unknown_and_closed_accounts_get_one_answer(cast: Cast, closed, hashes, known, unknown):
    first, second = sign_in(known, "wrong password 1"), None
    hashed_first = len(hashes)
    second = sign_in(unknown, "wrong password 1")

    assert first.status_code == second.status_code == 200
    assert plain(first) == plain(second)
    assert "The name or the password is not right." in plain(first)
    assert (hashed_first, len(hashes) - hashed_first) == (1, 1)


def test_closed_account_with_its_old_password_gets_the_answer_of_an_unknown_one(cast: Cast, closed, hashes):
    with_password = User.objects.get(pk=closed.pk)
    with_password.set_password(PASSWORD)
    with_password.save(update_fields=["password"])
    hashes.clear()

    answers = [sign_in("bob"), sign_in("nobody")]

    assert plain(answers[0]) == plain(answers[1])
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(hashes) == 2


def test_user_name_that_is_also_the_email_costs_one_hash_too(cast: Cast, hashes):
    with acting_as(cast.olive, source="web"):
        services.user_change(user=cast.bob, username="bob@example.org")
    hashes.clear()

    sign_in("bob@example.org", "wrong password 1")

    assert len(hashes) == 1


@pytest.mark.parametrize("login", ["alice", "nobody"])
def test_sixth_wrong_try_is_refused_alike_for_known_and_unknown(cast: Cast, login):
    answers = [plain(sign_in(login, f"wrong password {number}")) for number in range(6)]

    assert len(set(answers[:5])) == 1
    assert "Too many tries with this name" in answers[5]


def test_right_password_is_refused_too_once_there_were_too_many_tries(cast: Cast):
    for number in range(5):
        sign_in("alice", f"wrong password {number}")

    response = sign_in("alice")

    assert response.status_code == 200
    assert "Too many tries with this name" in response.content.decode()


def test_many_requests_from_one_address_get_the_429_page(cast: Cast):
    codes = [sign_in(f"somebody{number}").status_code for number in range(31)]
    response = sign_in("alice")

    assert codes[:30] == [200] * 30
    assert (codes[30], response.status_code) == (429, 429)
    assert "Too many tries" in response.content.decode()


@pytest.mark.parametrize("login", ["a" * 5000, "ali\0ce", "", "'; DROP TABLE"])
@pytest.mark.django_db
def test_bad_input_is_answered_as_a_form(login):
    response = sign_in(login)

    assert response.status_code == 200
    assert "_auth_user_id" not in response.client.session


@pytest.mark.parametrize(
    "path", ["signup", "email", "confirm-email", "inactive", "password/set", "reauthenticate", "social", "login/code"]
)
def test_nothing_else_of_allauth_is_there(path):
    with pytest.raises(Resolver404):
        resolve(f"/account/{path}/")


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_set_password"])
def test_nothing_else_of_allauth_has_a_name(name):
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_signing_out_takes_a_post_and_leads_to_the_sign_in_page(cast: Cast, signed_in: Callable[[User], Client]):
    client = signed_in(cast.alice)

    asked = client.get("/account/logout/")
    still = "_auth_user_id" in client.session
    done = client.post("/account/logout/")

    assert (asked.status_code, still) == (200, True)
    assert (done.status_code, done.url) == (302, reverse("account_login"))
    assert "_auth_user_id" not in client.session


# A link to a new password


def test_reset_answers_alike_for_known_unknown_and_closed_and_mails_each(cast: Cast, closed):
    addresses = ["alice@example.org", "nobody@example.org", "bob@example.org"]

    answers = [Client().post(RESET, {"email": address}) for address in addresses]

    assert {(answer.status_code, answer.url) for answer in answers} == {(302, reverse("account_reset_password_done"))}
    assert [message.to for message in mail.outbox] == [[address] for address in addresses]
    assert {message.subject for message in mail.outbox} == {"The link you asked for"}
    assert ["/password/reset/key/" in message.body for message in mail.outbox] == [True, False, False]


def test_reset_mail_names_nobody(cast: Cast):
    Client().post(RESET, {"email": "alice@example.org"})

    text = mail.outbox[0].subject + mail.outbox[0].body

    assert "alice" not in text.lower()
    assert cast.house_a.name not in text
    assert "sober" not in mail.outbox[0].subject.lower()


def link_in(message) -> str:
    return re.search(r"http://testserver(/account/password/reset/key/\S+)", message.body)[1]


def ask_for_link(email: str = "alice@example.org") -> str:
    Client().post(RESET, {"email": email})
    return link_in(mail.outbox[-1])


def choose(link: str, password: str, client: Client | None = None):
    client = client or Client()
    page = client.get(link, follow=True)
    if not page.redirect_chain:
        return page
    return client.post(page.redirect_chain[-1][0], {"password1": password, "password2": password})


def test_link_sets_a_new_password_once_and_ends_every_session(cast: Cast, signed_in: Callable[[User], Client]):
    elsewhere = signed_in(cast.alice)
    link = ask_for_link()

    done = choose(link, "another evening 8")
    again = choose(link, "third evening 9")

    assert done.url == reverse("account_reset_password_from_key_done")
    assert Client().get(done.url).status_code == 200
    assert "This link no longer works" in again.content.decode()
    assert sign_in("alice", "another evening 8").status_code == 302
    assert elsewhere.get("/account/").status_code == 302
    assert [(event.kind, event.recorded_as) for event in AccountEvent.objects.filter(user=cast.alice)] == [
        ("password", "a link sent by e-mail")
    ]


def test_link_revokes_the_keys_and_the_mail_says_so(cast: Cast):
    with acting_as(cast.alice, source="web"):
        key, _secret = keys.key_create(
            user=cast.alice, name="thief", scopes=["read"], expires_at=timezone.now() + timedelta(days=9)
        )

    choose(ask_for_link(), "another evening 8")

    assert ApiKey.objects.get(pk=key.pk).state(timezone.now()) == ApiKey.State.REVOKED
    assert (
        AccountEvent.objects.filter(user=cast.alice, kind="keys_stopped").get().recorded_as == "a link sent by e-mail"
    )
    assert "API keys" in mail.outbox[-1].body


def test_password_that_its_owner_changes_leaves_the_keys(cast: Cast):
    with acting_as(cast.alice, source="web"):
        key, _secret = keys.key_create(
            user=cast.alice, name="mine", scopes=["read"], expires_at=timezone.now() + timedelta(days=9)
        )
        services.password_set(user=cast.alice, password="another evening 8")

    assert ApiKey.objects.get(pk=key.pk).state(timezone.now()) == ApiKey.State.LIVE


def test_link_does_not_sign_in(cast: Cast):
    client = Client()

    choose(ask_for_link(), "another evening 8", client)

    assert "_auth_user_id" not in client.session


def test_link_stops_working_when_the_account_is_closed(cast: Cast):
    link = ask_for_link()
    with acting_as(cast.olive, source="web"):
        services.user_deactivate(user=cast.alice, reason="left")

    answer = choose(link, "another evening 8")

    assert "This link no longer works" in answer.content.decode()
    assert not User.objects.get(pk=cast.alice.pk).has_usable_password()


def test_link_stops_working_when_the_email_changes(cast: Cast):
    link = ask_for_link()
    with acting_as(cast.olive, source="web"):
        services.user_change(user=cast.alice, email="new@example.org")

    answer = choose(link, "another evening 8")
    Client().post(RESET, {"email": "alice@example.org"})

    assert "This link no longer works" in answer.content.decode()
    assert "/password/reset/key/" not in mail.outbox[-1].body


def test_link_refuses_a_weak_password(cast: Cast):
    answer = choose(ask_for_link(), "12345678901")

    assert answer.status_code == 200
    assert sign_in("alice").status_code == 302


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_fourth_request_for_one_address_gets_429(cast: Cast, email):
    codes = [Client().post(RESET, {"email": email}).status_code for _ in range(4)]

    assert codes == [302, 302, 302, 429]


def test_mail_server_that_is_down_changes_no_answer(cast: Cast, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    answers = [Client().post(RESET, {"email": address}) for address in ("alice@example.org", "nobody@example.org")]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, f"{RESET}done/")] * 2
