"""The command that makes the first organization and its operator."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from residents.models import Organization, Role
from soberhouse.accounts.models import User


def start(*arguments: str) -> str:
    out = StringIO()
    call_command("start_organization", *arguments, stdout=out)
    return out.getvalue()


GIVEN = ("Quiet Water Homes", "--time-zone", "America/Denver", "--operator", "rosa", "--operator-name", "Rosa Lima")


def test_the_operator_signs_in_with_the_printed_password(db, client):
    said = start(*GIVEN, "--print-password")

    organization, rosa = Organization.objects.get(), User.objects.get()
    password = next(line.split(": ", 1)[1] for line in said.splitlines() if line.startswith("Password"))
    assert (organization.name, organization.time_zone) == ("Quiet Water Homes", "America/Denver")
    assert [(role.user, role.kind, role.house) for role in Role.objects.all()] == [(rosa, "operator", None)]
    answer = client.post(reverse("account_login"), {"login": "rosa", "password": password})
    assert (answer.status_code, answer["Location"]) == (302, reverse("today"))
    assert client.get(reverse("people", args=[organization.uuid])).status_code == 200


def test_what_it_makes_is_on_record_as_the_commands_work(db):
    start(*GIVEN, "--print-password")

    row = Organization.history.get()
    assert (row.history_actor_kind, row.history_source) == ("command", "command")
    assert row.history_change_reason == "manage.py start_organization"


def test_the_password_is_asked_for_twice_at_a_terminal(db, monkeypatch):
    answers = iter(["a long quiet road", "a long quiet road"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))

    said = start(*GIVEN)

    assert User.objects.get().check_password("a long quiet road")
    assert "a long quiet road" not in said


def test_two_different_passwords_make_nothing(db, monkeypatch):
    answers = iter(["a long quiet road", "a long quiet rode"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))

    with pytest.raises(CommandError, match="not the same"):
        start(*GIVEN)

    assert not Organization.objects.exists()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"America/Denver": "Denver"}, "is no time zone"),
        ({"rosa": "rosa lima"}, "valid username"),
        ({"Quiet Water Homes": ""}, "cannot be blank"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(db, changed, says):
    with pytest.raises(CommandError, match=says):
        start(*(changed.get(word, word) for word in GIVEN), "--print-password")

    assert (Organization.objects.count(), User.objects.count()) == (0, 0)


def test_a_name_that_is_taken_makes_nothing(cast):
    before = User.objects.count()

    with pytest.raises(CommandError, match="There is an organization of this name"):
        start(cast.organization.name.upper(), *GIVEN[1:], "--print-password")
    with pytest.raises(CommandError, match="user name is taken"):
        start(*("Alice" if word == "rosa" else word for word in GIVEN), "--print-password")

    assert (Organization.objects.count(), User.objects.count()) == (2, before)
