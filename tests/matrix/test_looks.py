"""Every page about a person is a look: they read who saw it. A new page that forgets fails by its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import resolve, reverse

from residents.people.models import Look, Resident
from soberhouse.pages.views_history import person_of
from tests.matrix.asking import ask, made_world, undone
from tests.matrix.table import PAGES, Page
from tests.matrix.world import World, user_of

LINES = [(name, line) for name, lines in PAGES.items() for line in lines if isinstance(line, Page) and line.about]

# What a page shows besides, where that is a look of its own: they read that it was seen, not just the page.
BESIDES = {("resident", "dana"): ("notes they share",)}

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    yield from made_world(django_db_blocker)


def about(world: World, name: str, line: Page) -> tuple[str, Resident | None]:
    """The address, and the person whose row it shows, if it shows one."""
    keys = world.rows[line.about]
    url = reverse(name, kwargs=keys)
    model = getattr(resolve(url).func, "model", None)
    return url, person_of(model.objects.get(**keys)) if model is not None and set(keys) == {"uuid"} else None


def looks_of(world: World, who: str, url: str) -> tuple[int, list[tuple[Resident, int, str]]]:
    with undone():
        status = ask(world, who, "get", url).status
        looks = Look.objects.select_related("resident").order_by("pk")
        return status, [(look.resident, look.actor_id, look.detail) for look in looks]


def missing(world: World, name: str, line: Page) -> list[str]:
    """Who sees the page about somebody and leaves no look of it, or leaves one of themselves."""
    url, person = about(world, name, line)
    if person is None:
        return []
    found, besides = [], BESIDES.get((name, line.about), ())
    for who in sorted(line.may):
        user = user_of(world.cast, who)
        status, looks = looks_of(world, who, url)
        seen = status == 200 and user.pk != person.user_id
        page = [(resident, actor) for resident, actor, detail in looks if detail not in besides]
        more = [look for look in looks if look[2] in besides]
        if page != [(person, user.pk)] * seen or more != [(person, user.pk, each) for each in besides if seen]:
            found.append(f"{name} as {who}: {status}, {looks}")
    return found


@pytest.mark.parametrize(("name", "line"), LINES, ids=[f"{name}-{line.about}" for name, line in LINES])
def test_page_about_a_person_is_a_look_unless_it_is_oneself(world: World, name: str, line: Page) -> None:
    assert missing(world, name, line) == []


def test_pages_about_people_are_found_by_their_door(world: World) -> None:
    found = {name for name, line in LINES if about(world, name, line)[1] is not None}

    assert {
        *(
            "resident",
            "resident_change",
            "alert_change",
            "contact_change",
            "hours_end",
            "sobriety_correct",
            "officer_end",
        ),
        *("stay", "stay_discharge", "discharge_correct", "application", "hold_change", "letter_issue", "paper"),
        *("resident_photo", "paper_file", "paper_withdraw", "my_contact_change"),
    } <= found


def test_page_that_forgets_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("residents.people.views.note_look", lambda *args, **kwargs: None)

    [line] = PAGES["alert_change"]
    assert missing(world, "alert_change", line)
