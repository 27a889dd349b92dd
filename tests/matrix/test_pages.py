"""Every page × everybody × every kind of key: who is let in, who is refused and how, and that a refusal changes nothing.

The pages are those of the URL configuration; one without a line in the table fails by its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from tests.matrix.asking import all_names, api_names, ask, fingerprint, is_sign_in, made_world, of_nothing, told, undone
from tests.matrix.table import PAGES, Door, Page
from tests.matrix.world import DEAD_KEYS, NOBODY, PARTNER_KEYS, PEOPLE, USER_KEYS, World

METHODS = ("get", "post")
KEYS = (*USER_KEYS, *PARTNER_KEYS, *DEAD_KEYS)
# Looking at a page may write down who looked, and nothing else.
LOOKS = {"residents_look"}
LINES = [(name, number, line) for name, lines in PAGES.items() for number, line in enumerate(lines)]
GUARDED = [(name, line) for name, _number, line in LINES if isinstance(line, Page)]


def ids(lines: list[tuple[Any, ...]]) -> list[str]:
    return [f"{line[0]}-{line[-1].about or 'page'}" for line in lines]


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
    found, expected = {}, {}
    with undone():
        before = fingerprint()
        for method in METHODS:
            for who in (*PEOPLE, NOBODY, *KEYS):
                status = line.refuses(who) if who in PEOPLE else 302
                if not status:
                    continue
                asked = ask(world, who, method, url)
                if line.gives == 405 and method == "get":
                    status = 405  # says so to everybody, of any row or none
                led = status != 302 or is_sign_in(asked.response)
                if status != 405 and method == "post" and asked.status == 405:
                    status = 405
                expected[method, who] = status, True, frozenset()
                found[method, who] = asked.status, led, asked.wrote
        after = fingerprint()

    assert found == expected
    assert after == before


@pytest.mark.parametrize(("name", "line"), GUARDED, ids=ids(GUARDED))
def test_a_page_opens_to_whom_it_must(world: World, name: str, line: Page) -> None:
    url = address(world, name, line)
    for who in sorted(line.may):
        with undone():
            asked = ask(world, who, "get", url)
        assert (who, asked.status, asked.wrote - LOOKS) == (who, line.gives, frozenset())
        with undone():
            asked = ask(world, who, "post", url)
        assert asked.status in (200, 204, 302, 405, 422), (who, asked.status)
        assert not is_sign_in(asked.response), who


@pytest.mark.parametrize(("name", "line"), GUARDED, ids=ids(GUARDED))
def test_a_refusal_does_not_tell_whether_there_is_such_a_row(world: World, name: str, line: Page) -> None:
    """To whom a row does not exist, its page answers as that of a row there never was, to the last letter."""
    for who in ("charlie", "dana", "oscar", NOBODY):
        if not line.about or (who in PEOPLE and line.refuses(who) != 404):
            continue
        there, nowhere = address(world, name, line), reverse(name, kwargs=of_nothing(world.rows[line.about]))
        for method in METHODS:
            with undone():
                answers = [told(ask(world, who, method, url).response) for url in (there, nowhere)]
            assert answers[0] == answers[1], (who, method)


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
