"""`manage.py api_key`: the key alone where a script takes it, and every refusal saying what would be right."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from residents.models import Organization
from soberhouse.accounts import keys
from soberhouse.accounts.models import ApiKey, Partner, User
from soberhouse.accounts.services import user_deactivate
from soberhouse.history import acting_as

State = ApiKey.State


def run(*words: str) -> tuple[str, str]:
    """What the command says: what a script takes, and what a person reads beside it."""
    taken, read = StringIO(), StringIO()
    call_command("api_key", *words, stdout=taken, stderr=read)
    return taken.getvalue(), read.getvalue()


def create(*words: str) -> tuple[str, str]:
    return run("create", *words, "--scope", "occupancy", "--expires", "90d")


PAX = ("--partner", "Pax", "--organization", "Still Waters")


def test_a_partner_is_made_with_its_first_key(cast):
    taken, read = create(*PAX)

    key = keys.key_found(taken.splitlines()[-1])
    assert taken.count("\n") == 1
    assert (key.partner.name, key.partner.organization, key.scopes) == ("Pax", cast.organization, "occupancy")
    assert key.state(timezone.now()) == State.LIVE
    assert key.expires_at - key.made_at == timedelta(days=90)
    assert key.history.get().history_actor_kind == "command"
    assert key.history.get().history_change_reason == "manage.py api_key create"
    assert "There was no partner “Pax” of Still Waters: it is made." in read
    assert "see counts and published facts of the houses" in read
    assert taken.strip() not in read


def test_a_second_key_finds_the_partner_by_its_name_alone(cast):
    create(*PAX)

    _taken, read = create("--partner", " pAX ")

    assert Partner.objects.count() == 1
    assert [key.name for key in ApiKey.objects.order_by("pk")] == ["Key 1", "Key 2"]
    assert "There was no partner" not in read


def test_in_a_database_with_one_organization_nobody_says_which(db):
    with acting_as(None, source="command"):
        only = Organization.objects.create(name="Still Waters", time_zone="America/New_York")

    create("--partner", "Pax")

    assert Partner.objects.get().organization == only


@pytest.mark.parametrize("name", ["alice", "ALICE", "alice@example.org"])
def test_a_users_key_may_read_and_write(cast, name):
    taken, read = run("create", "--user", name, "--scope", "read", "write", "--scope", "occupancy", "--expires", "1d")

    key = keys.key_found(taken.strip())
    assert (key.user, key.scopes) == (cast.alice, "occupancy read write")
    assert "Alice Example" in read


def test_a_day_means_its_midnight_where_the_organization_is(cast):
    run("create", *PAX, "--scope", "referrals", "--expires", "2027-05-01", "--name", "Bed finder")

    key = ApiKey.objects.get()
    assert key.name == "Bed finder"
    assert key.expires_at == datetime(2027, 5, 1, tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--partner", "Pax"], "To make it, say whose: --organization with one of “Far Shore”, “Still Waters”."),
        (["--partner", "Pax", "--organization", "Nowhere"], "There are: “Far Shore”, “Still Waters”."),
        (["--partner", "", "--organization", "Still Waters"], "cannot be blank"),
        (["--user", "alicia"], "Nobody signs in as “alicia”. Near it: “alice”."),
        (["--user", "zzz"], "Give a user name or an e-mail."),
        (["--user", ""], "Give a user name or an e-mail."),
        (["--user", "alice", "--organization", "Still Waters"], "a person's key needs none"),
        (["--user", "bob"], "Bob Example is closed."),
        (["--user", "alice", "--scope", "referrals"], "A person's key cannot have “referrals”."),
        (["--user", "alice", "--scope", "everything"], "There are: occupancy, read, write."),
        ([*PAX, "--scope", "read"], "A partner's key cannot have “read”. It may have: occupancy, referrals."),
        (["--user", "alice", "--expires", "2020-01-01"], "This is past."),
        (["--user", "alice", "--expires", "0d"], "This is past."),
        (["--user", "alice", "--expires", "732d"], "Two years at most"),
        (["--user", "alice", "--expires", "9999-12-31"], "Two years at most"),
        (["--user", "alice", "--expires", "0001-01-01"], "This is past."),
        (["--user", "alice", "--expires", "soon"], "write a day, such as 2027-05-01"),
        (["--user", "alice", "--expires", "99999999d"], "write a day, such as 2027-05-01"),
        (["--user", "alice", "--partner", "Pax"], "not allowed with"),
        ([], "required"),
    ],
)
def test_what_cannot_be_made_says_what_would_be_right_and_makes_nothing(cast, words, said):
    with acting_as(None, source="command"):
        user_deactivate(user=cast.bob, reason="left")

    with pytest.raises(CommandError) as refused:
        run("create", "--scope", "occupancy", "--expires", "90d", *words)

    assert said in str(refused.value)
    assert not ApiKey.objects.exists()
    assert not Partner.objects.exists()


def test_a_partner_of_several_organizations_is_asked_for(cast):
    with acting_as(None, source="command"):
        for organization in (cast.organization, cast.other_organization):
            keys.partner_create(organization=organization, name="Pax")

    with pytest.raises(CommandError, match="Several organizations have a partner “Pax”.*“Still Waters”, “Far Shore”"):
        create("--partner", "pax")
    create("--partner", "pax", "--organization", "far SHORE")

    assert ApiKey.objects.get().partner.organization == cast.other_organization


def test_without_an_organization_it_says_how_to_make_one(db):
    with pytest.raises(CommandError, match=r"Make one: manage\.py start_organization"):
        create("--partner", "Pax")
    with pytest.raises(CommandError, match="no organization “Nowhere”"):
        create("--partner", "Pax", "--organization", "Nowhere")


def test_the_list_tells_everything_but_the_keys(cast):
    assert run("list") == ("There is no key.\n", "")
    taken, _read = create(*PAX)
    spent, _read = create("--user", "alice")
    with acting_as(None, source="command"):
        keys.key_used(keys.key_found(taken.strip()), now=datetime(2026, 1, 5, 14, 30, tzinfo=ZoneInfo("UTC")))
        keys.key_revoke(key=keys.key_found(spent.strip()), reason="lost")

    listed, _read = run("list")

    works, revoked = listed.splitlines()
    assert works.startswith(taken[:14])
    for words in ("works, occupancy", "Pax: Key 1", "last used: 2026-01-05 "):
        assert words in works
    assert "revoked, occupancy" in revoked
    assert "last used: never" in revoked
    assert taken[15:].strip() not in listed


@pytest.mark.parametrize("said", ["prefix", "letters", "whole"])
def test_a_key_is_revoked_by_its_beginning(cast, said):
    taken = create(*PAX)[0].strip()
    other = create(*PAX)[0].strip()

    words, _read = run(
        "revoke", {"prefix": taken[:14], "letters": taken[6:14], "whole": taken}[said], "--reason", "lost"
    )

    now = timezone.now()
    assert [keys.key_found(each).state(now) for each in (taken, other)] == [State.REVOKED, State.LIVE]
    assert taken[:14] in words
    assert taken not in words
    assert keys.key_found(taken).history.latest().history_change_reason == "lost"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sober_nothing1", "--reason", "lost"], "No key begins with sober_nothing1"),
        (["", "--reason", "lost"], "No key begins with sober_."),
        (["{}", "--reason", " "], "Say why."),
        (["{}"], "--reason"),
        ([], "PREFIX"),
    ],
)
def test_what_cannot_be_revoked_says_what_would_be_right(cast, words, said):
    taken = create(*PAX)[0].strip()

    with pytest.raises(CommandError) as refused:
        run("revoke", *(word.format(taken[:14]) for word in words))

    assert said in str(refused.value)
    assert ApiKey.objects.get().revoked_at is None


def test_a_second_revocation_is_refused(cast):
    prefix = create(*PAX)[0][:14]
    run("revoke", prefix, "--reason", "lost")

    with pytest.raises(CommandError, match="already"):
        run("revoke", prefix, "--reason", "lost")


def test_a_command_without_an_action_says_which_there_are(db):
    with pytest.raises(CommandError, match=r"create\|list\|revoke"):
        run()


def test_who_gets_a_key_by_command_still_may_no_more_than_they_may(cast):
    """A key narrows: nothing about the account changes by it."""
    before = User.objects.values().get(pk=cast.dana.user.pk), list(cast.dana.user.roles.all())

    run("create", "--user", "dana", "--scope", "write", "--expires", "1d")

    assert (User.objects.values().get(pk=cast.dana.user.pk), list(cast.dana.user.roles.all())) == before
