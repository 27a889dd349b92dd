"""Invitation slips: what the services promise and refuse, and that the page where one is used tells nobody anything."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from soberhouse.accounts import factors, invitations, keys, services
from soberhouse.accounts.models import AccountEvent, ApiKey, Invitation, User
from soberhouse.history import acting_as
from tests.cast import PASSWORD, Cast, grant

JOIN = "/join/"
NEW = "a calm morning 3"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def slip_for(cast: Cast, user: User, *, now: datetime = NOON, **facts: Any) -> str:
    """The code of a slip that olive makes."""
    with acting_as(cast.olive, source="web"):
        return invitations.invitation_make(user=user, now=now, **facts)[1]


def use(code: str, *, after: timedelta = timedelta(), **chosen: Any) -> User:
    facts = {"username": "bob", "password": NEW} | chosen
    return invitations.invitation_use(code=code, now=NOON + after, **facts)


def refusal(call: Callable[..., Any], *arguments: Any, **facts: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        call(*arguments, **facts)
    return caught.value.message_dict if hasattr(caught.value, "error_dict") else {"": caught.value.messages}


def events(user: User) -> list[tuple[str, str]]:
    return list(AccountEvent.objects.filter(user=user).order_by("id").values_list("kind", "recorded_as"))


# Making one


def test_slip_is_a_long_code_of_which_only_a_digest_is_kept(cast: Cast):
    code = slip_for(cast, cast.bob)

    row = Invitation.objects.get()
    assert re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code)  # 80 bits
    assert (row.user, row.made_as, row.expires_at) == (cast.bob, "Olive Example", NOON + timedelta(days=7))
    assert events(cast.bob) == [("invited", "Olive Example")]
    text = ""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            text += repr(cursor.fetchall())
    assert [part for part in (code, code.replace("-", "")) if part in text] == []


def test_codes_differ(cast: Cast):
    assert len({slip_for(cast, cast.bob) for _each in range(20)}) == 20


def test_next_slip_spends_the_one_before(cast: Cast):
    first, second = slip_for(cast, cast.bob), slip_for(cast, cast.bob)

    refused = refusal(use, first)
    use(second)

    assert refused == {"code": [str(invitations.NO_WAY_IN)]}
    assert Invitation.objects.filter(revoked_at=None).count() == 1


@pytest.mark.parametrize(
    ("facts", "words"),
    [({"days": 0}, "1 to 30 days"), ({"days": 31}, "1 to 30 days"), ({"days": -1}, "1 to 30 days")],
)
def test_slip_is_for_a_few_days_only(cast: Cast, facts, words):
    assert words in refusal(slip_for, cast, cast.bob, **facts)[""][0]


def test_nobody_makes_a_slip_for_themselves_or_for_a_closed_account(cast: Cast):
    with acting_as(cast.olive, source="web"):
        services.user_deactivate(user=cast.bob, reason="left")

    refused = [refusal(slip_for, cast, user)[""][0] for user in (cast.olive, cast.bob)]

    assert [words in said for words, said in zip(("themselves", "closed"), refused, strict=True)] == [True, True]
    assert not Invitation.objects.exists()


def test_owner_is_mailed_that_a_slip_was_made_and_used_and_the_mails_tell_nothing(
    cast: Cast, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        code = slip_for(cast, cast.bob)
    with django_capture_on_commit_callbacks(execute=True):
        use(code)

    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["bob@example.org"], "A change to your account")
    ] * 2
    for message in mail.outbox:
        text = message.body.lower()
        assert [
            word for word in ("sober", "bob", "olive", code.lower(), cast.house_a.name.lower()) if word in text
        ] == []


# Using one


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code,
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: f"  {code.replace('-', ' ')}\n",
        lambda code: code.replace("0", "O").replace("1", "I"),
        lambda code: code.replace("0", "o").replace("1", "l"),
        lambda code: ".".join(code),
    ],
)
def test_code_is_taken_however_it_is_typed(cast: Cast, typed):
    code = slip_for(cast, cast.bob)

    user = use(typed(code))

    assert user == cast.bob
    assert User.objects.get(pk=cast.bob.pk).check_password(NEW)


def test_owner_has_what_they_chose_and_the_record_says_by_what(cast: Cast):
    with acting_as(cast.olive, source="web"):
        gwen = services.user_create(username="gwen.e", name="Gwen Example")

    user = use(slip_for(cast, gwen), username=" Gwen ", email="Gwen@Example.org")

    user.refresh_from_db()
    assert (user.username, user.email, user.check_password(NEW)) == ("Gwen", "gwen@example.org", True)
    assert events(gwen) == [("invited", "Olive Example"), ("joined", "whoever held an invitation slip")]
    assert user.history.first().history_actor_label == "Gwen Example"
    assert Invitation.objects.get().used_at == NOON


def test_what_is_not_chosen_stays(cast: Cast):
    invitations.invitation_use(code=slip_for(cast, cast.bob), password=NEW, now=NOON)

    bob = User.objects.get(pk=cast.bob.pk)
    assert (bob.username, bob.email) == ("bob", "bob@example.org")


def spent(cast: Cast) -> str:
    code = slip_for(cast, cast.bob)
    use(code)
    return code


def revoked(cast: Cast) -> str:
    code = slip_for(cast, cast.bob)
    with acting_as(cast.olive, source="web"):
        invitations.invitation_take_back(user=cast.bob, now=NOON)
    return code


def of_a_closed_account(cast: Cast) -> str:
    code = slip_for(cast, cast.bob)
    with acting_as(cast.olive, source="web"):
        services.user_deactivate(user=cast.bob, reason="left")
    return code


def of_an_account_that_was_opened_again(cast: Cast) -> str:
    code = of_a_closed_account(cast)
    with acting_as(cast.olive, source="web"):
        services.user_reactivate(user=cast.bob, reason="came back")
    return code


def of_somebody_who_changed_their_password_meanwhile(cast: Cast) -> str:
    code = slip_for(cast, cast.bob)
    with acting_as(cast.bob, source="web"):
        services.password_set(user=cast.bob, password="a quiet morning 4")
    return code


USELESS = [
    spent,
    revoked,
    of_a_closed_account,
    of_an_account_that_was_opened_again,
    of_somebody_who_changed_their_password_meanwhile,
    lambda cast: slip_for(cast, cast.bob, now=NOON - timedelta(days=7)),
    lambda cast: "ABCD-EFGH-JKMN-PQRS",
    lambda cast: "",
    lambda cast: "-",
    lambda cast: "\0",
    lambda cast: "é" * 5000,
]


@pytest.mark.parametrize("useless", USELESS)
def test_code_that_opens_nothing_is_refused_alike_and_changes_nothing(cast: Cast, useless):
    code = useless(cast)
    before = list(User.objects.order_by("pk").values())

    assert refusal(use, code, username="king") == {"code": [str(invitations.NO_WAY_IN)]}
    assert list(User.objects.order_by("pk").values()) == before


def test_slip_works_to_its_last_moment_and_no_longer(cast: Cast):
    code, week = slip_for(cast, cast.bob), timedelta(days=7)

    late = refusal(use, code, after=week)
    use(code, after=week - timedelta(seconds=1))

    assert list(late) == ["code"]


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"password": "12345678901"}, "password"),
        ({"password": "bob example 1"}, "password"),
        ({"username": "ALICE"}, "__all__"),
        ({"username": "alice@example.org"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "two words"}, "username"),
        ({"email": "alice@example.org"}, "__all__"),
        ({"email": "no address"}, "email"),
    ],
)
def test_what_cannot_be_chosen_is_refused_and_the_slip_is_still_good(cast: Cast, chosen, field):
    code = slip_for(cast, cast.bob)

    refused = refusal(use, code, **chosen)
    use(code)

    assert list(refused) == [field]
    assert [kind for kind, _who in events(cast.bob)] == ["invited", "joined"]


def test_using_a_slip_ends_sessions_and_leaves_second_factor_and_pin(cast: Cast):
    elsewhere = Client()
    elsewhere.force_login(cast.bob)
    with acting_as(cast.bob, source="web"):
        factors.app_add(user=cast.bob, secret="JBSWY3DPEHPK3PXP")
        services.pin_set(user=User.objects.get(pk=cast.bob.pk), pin="482915")

    use(slip_for(cast, cast.bob))

    assert elsewhere.get("/account/").status_code == 302
    assert factors.factors_of(cast.bob).any
    assert User.objects.get(pk=cast.bob.pk).pin


def test_using_a_slip_revokes_the_keys_that_somebody_made_before(cast: Cast, django_capture_on_commit_callbacks):
    with acting_as(cast.bob, source="web"):
        key, _secret = keys.key_create(
            user=cast.bob, name="thief", scopes=["read", "write"], expires_at=timezone.now() + timedelta(days=700)
        )

    with django_capture_on_commit_callbacks(execute=True):
        use(slip_for(cast, cast.bob))

    assert ApiKey.objects.get(pk=key.pk).state(timezone.now()) == ApiKey.State.REVOKED
    assert events(cast.bob)[1:] == [(kind, "whoever held an invitation slip") for kind in ("joined", "keys_stopped")]
    assert "API keys" in mail.outbox[-1].body


def test_nobody_makes_one_for_an_account_that_is_also_another_organizations(cast: Cast):
    with acting_as(cast.oscar, source="web"), transaction.atomic():
        grant(cast.bob, "auditor", cast.other_organization)

    with pytest.raises(PermissionDenied, match="another organization"):
        slip_for(cast, cast.bob)
    with acting_as(None, source="command"):
        invitations.invitation_make(user=cast.bob, now=NOON)

    assert Invitation.objects.get().made_as == "command"


def test_two_who_use_one_slip_at_once_get_one_account(committed_db: None, cast: Cast):
    code = slip_for(cast, cast.bob)
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def attempt(password: str) -> None:
        start.wait()
        try:
            use(code, password=password)
            outcomes.append(password)
        except ValidationError:
            outcomes.append("")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(f"a calm morning {number}",)) for number in (3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winner = max(outcomes)
    assert sorted(outcomes) == ["", winner]
    assert User.objects.get(pk=cast.bob.pk).check_password(winner)
    assert [kind for kind, _who in events(cast.bob)] == ["invited", "joined"]


def test_two_slips_made_at_once_leave_one_that_works(committed_db: None, cast: Cast):
    codes: list[str] = []
    start = threading.Barrier(2)

    def make() -> None:
        start.wait()
        try:
            codes.append(slip_for(cast, cast.bob))
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [invitations.invitation_of(code=code, now=NOON) is None for code in codes].count(True) == 1


# The page


@pytest.fixture
def code(cast: Cast) -> str:
    return slip_for(cast, cast.bob, now=timezone.now())


def chosen(code: str, **more: str) -> dict[str, str]:
    return {"code": code, "username": "bob", "password": NEW, "again": NEW} | more


def test_slip_signs_in_and_leads_to_the_first_page(cast: Cast, code):
    client = Client()

    asked = client.post(JOIN, {"code": code})
    done = client.post(JOIN, chosen(code))

    assert "Hello, Bob" in asked.content.decode()
    assert 'name="email"' not in asked.content.decode()  # the account has one, which is not shown either
    assert "bob@example.org" not in asked.content.decode()
    assert (done.status_code, done.url) == (302, reverse("today"))
    assert client.get("/account/").status_code == 200


def test_resident_is_led_to_their_own_week(cast: Cast):
    code = slip_for(cast, cast.dana.user, now=timezone.now())

    assert Client().post(JOIN, chosen(code, username="dana")).url == reverse("my_week")


def test_second_factor_is_still_asked_for(cast: Cast, code):
    with acting_as(cast.bob, source="web"):
        factors.app_add(user=cast.bob, secret="JBSWY3DPEHPK3PXP")
    client = Client()

    answer = client.post(JOIN, chosen(code))

    assert answer.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session


def test_whoever_was_signed_in_on_the_device_is_out(cast: Cast, code):
    client = Client()
    client.force_login(cast.alice)

    told = client.post(JOIN, {"code": code}).content.decode()
    client.post(JOIN, chosen(code))

    assert "Alice Example is signed in on this device" in told
    assert client.session["_auth_user_id"] == str(cast.bob.pk)
    assert "login" not in "".join(client.session.keys() - {"account_authentication_methods"})


def plain(answer: Any, typed: str) -> str:
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())
    return re.sub(r'value="[^"]*"', "", text.replace(typed, ""))


def test_codes_that_open_nothing_get_one_page_that_says_what_to_do(cast: Cast):
    codes = [spent(cast), revoked(cast), "ABCD-EFGH-JKMN-PQRS", "QQQQ"]

    pages = [plain(Client().post(JOIN, chosen(code)), code) for code in codes]

    assert len(set(pages)) == 1
    assert "ask your house for a new slip" in pages[0]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"again": "something else 4"}, "again"),
        ({"password": "12345678901", "again": "12345678901"}, "password"),
        ({"password": "", "again": ""}, "password"),
        ({"password": "x" * 5000, "again": "x" * 5000}, "password"),
        ({"username": ""}, "username"),
        ({"username": "alice"}, "__all__"),
        ({"username": "a\0b"}, "username"),
    ],
)
def test_page_says_what_is_wrong_beside_its_field_and_the_slip_is_still_good(cast: Cast, code, typed, field):
    client = Client()

    wrong = client.post(JOIN, chosen(code, **typed))
    right = client.post(JOIN, chosen(code))

    assert field in wrong.context["form"].errors
    assert right.status_code == 302


def test_guessing_is_limited_by_address(cast: Cast, code):
    guesses = [Client().post(JOIN, {"code": f"ABCD-EFGH-JKMN-{number:04}"}).status_code for number in range(20)]
    right = Client().post(JOIN, {"code": code})
    elsewhere = Client(REMOTE_ADDR="198.51.100.7").post(JOIN, {"code": code})

    assert guesses == [200] * 20
    assert (right.status_code, elsewhere.status_code) == (429, 200)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "status"), [("head", 200), ("options", 405), ("put", 405), ("delete", 405), ("patch", 405)]
)
def test_other_methods_are_none_of_this_page(method, status, client: Client):
    assert getattr(client, method)(JOIN).status_code == status


def test_code_is_in_no_session_and_no_log_and_nothing_keeps_the_page(cast: Cast, code, caplog):
    client = Client()
    caplog.set_level("DEBUG")

    answers = [client.post(JOIN, {"code": code}), client.post(JOIN, chosen(code, again="other"))]

    assert all("no-store" in answer["Cache-Control"] for answer in answers)
    assert all(code not in repr(session.get_decoded()) for session in Session.objects.all())
    assert code not in caplog.text


def test_expired_slip_is_no_open_one(cast: Cast):
    slip_for(cast, cast.bob)

    found = [invitations.open_invitation(user=cast.bob, now=NOON + timedelta(days=day)) for day in (6, 7)]

    assert [one is not None for one in found] == [True, False]


def test_password_of_before_works_until_the_slip_is_used(cast: Cast, code):
    assert Client().post("/account/login/", {"login": "bob", "password": PASSWORD}).status_code == 302
    assert Client().post(JOIN, chosen(code)).status_code == 302
    assert Client().post("/account/login/", {"login": "bob", "password": PASSWORD}).status_code == 200
