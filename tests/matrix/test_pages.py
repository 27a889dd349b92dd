"""Every page × everybody × every kind of key: who is let in, who is refused and how; a refusal changes nothing.

The pages are those of the URL configuration; one without a line in the table fails by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from residents.houses.permissions import MAY, Action, RoleKind
from tests.matrix.asking import (
    Asked,
    all_names,
    api_names,
    ask,
    fingerprint,
    is_sign_in,
    made_world,
    of_nothing,
    told,
    undone,
)
from tests.matrix.table import NO_ONE, PAGES, Door, Page
from tests.matrix.world import DEAD_KEYS, KINDS_OF_USER_KEYS, NOBODY, PARTNER_KEYS, PEOPLE, World

METHODS = ("get", "post")
FORM = "application/x-www-form-urlencoded"
KEYS = (*KINDS_OF_USER_KEYS, *PARTNER_KEYS, *DEAD_KEYS)
# A page knows nothing of keys: to send something to it is tried with one of each kind of holder.
SENDING_KEYS = ("olive's key", "pax's key that refers", "a revoked key")
# Looking at a page may write down who looked, and nothing else.
LOOKS = {"residents_look"}
LINES = [(name, number, line) for name, lines in PAGES.items() for number, line in enumerate(lines)]
GUARDED = [(name, line) for name, _number, line in LINES if isinstance(line, Page)]


def ids(lines: list[tuple[Any, ...]]) -> list[str]:
    return [f"{line[0]}-{line[-1].about or 'page'}" for line in lines]


pytestmark = pytest.mark.django_db  # each test in a transaction of its own, inside that of the world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    yield from made_world(django_db_blocker)


def address(world: World, name: str, line: Page) -> str:
    return reverse(name, kwargs=world.rows[line.about] if line.about else {})


def test_every_page_has_its_line():
    assert set(PAGES) == all_names() - api_names()


@pytest.mark.parametrize(("name", "line"), GUARDED, ids=ids(GUARDED))
def test_a_page_refuses_whom_it_must_and_nothing_changes(world: World, name: str, line: Page) -> None:
    url = address(world, name, line)
    refused = {who: line.refuses(who) for who in PEOPLE if line.refuses(who)} | dict.fromkeys((NOBODY, *KEYS), 302)
    found: dict[tuple[str, str], Asked] = {}
    with undone():
        before = fingerprint()
        for who in refused:
            for method in METHODS if who in (*PEOPLE, NOBODY, *SENDING_KEYS) else ("get",):
                found[method, who] = ask(world, who, method, url)
        after = fingerprint()

    for (method, who), asked in found.items():
        # Where an address takes only what is sent, or only looks, it says so to everybody, of any row or none.
        only = (method, asked.status) in (("get", line.gives), ("post", 405)) and asked.status == 405
        assert only or asked.status == refused[who], (method, who, asked.status)
        assert asked.status != 302 or is_sign_in(asked.response), (method, who)
        assert not asked.wrote, (method, who, asked.wrote)
    assert after == before
    # To whom a row does not exist, its page answers as that of a row there never was, to the last letter.
    for who in ("charlie", "dana", "oscar", NOBODY) if line.about else ():
        if refused.get(who) in (302, 404):
            nowhere = reverse(name, kwargs=of_nothing(world.rows[line.about]))
            for method in METHODS if who == "charlie" else ("get",):
                there = told(found[method, who].response)
                assert there == told(ask(world, who, method, nowhere).response), (method, who)


@pytest.mark.parametrize(("name", "line"), GUARDED, ids=ids(GUARDED))
def test_a_page_opens_to_whom_it_must(world: World, name: str, line: Page) -> None:
    """Looking at it changes nothing but, perhaps, who looked."""
    url = address(world, name, line)
    for who in sorted(line.may):
        with undone():
            asked = ask(world, who, "get", url)
            shown = asked.status, asked.wrote - LOOKS - line.writes
        assert shown == (302 if who in line.leads else line.gives, frozenset()), who
        assert not is_sign_in(asked.response), who
        with undone():
            asked = ask(world, who, "post", url)
        sent = (403,) if who in line.only_looks else (line.gives, 200, 204, 302, 405, 422)
        assert asked.status in sent, (who, asked.status)
        assert not is_sign_in(asked.response), who


DOORS = [(name, line) for name, _number, line in LINES if isinstance(line, Door)]


@pytest.mark.parametrize(("name", "line"), DOORS, ids=[name for name, _line in DOORS])
def test_what_is_open_without_a_sign_in_says_why_and_changes_nothing(world: World, name: str, line: Door) -> None:
    assert line.why
    keys = dict(line.keys)
    url = reverse(name, kwargs=world.rows[keys["about"]] if "about" in keys else keys)
    with undone():
        before = fingerprint()
        found = {who: ask(world, who, "get", url) for who in (*PEOPLE, NOBODY, *KEYS)}
        after = fingerprint()

    assert {who: (asked.status, asked.wrote) for who, asked in found.items()} == {
        who: (line.somebody if who in PEOPLE else line.nobody, frozenset()) for who in found
    }
    assert after == before


def test_a_permission_that_is_loosened_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MAY, Action.ADMIT, MAY[Action.ADMIT] | {RoleKind.AUDITOR})

    with pytest.raises(AssertionError, match="'audra', 200"):
        test_a_page_refuses_whom_it_must_and_nothing_changes(world, "stay_move", PAGES["stay_move"][0])


def test_something_written_where_it_is_refused_is_noticed(world: World) -> None:
    """A line that is wrong stands for a page that writes before it refuses."""
    wrong = Page(about="stay", may=NO_ONE)
    url = address(world, "stay_void", wrong)
    with undone():
        before = fingerprint()
        asked = ask(world, "alice", "post", url, data="reason=mistake&confirm=on", content_type=FORM)
        after = fingerprint()

    assert asked.status == 302
    assert {"residents_stay", "residents_beduse"} <= asked.wrote
    assert {table for table in before if before[table] != after[table]} >= {"residents_historicalstay"}
