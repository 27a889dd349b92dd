"""A note that its owner keeps to themselves stands nowhere: on no page, in no answer, export, history or notice of
anybody else, whatever they are and whatever key they show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.urls import reverse

from soberhouse.notices.models import Notice
from tests.matrix.asking import made_world, undone
from tests.matrix.test_grievance import addresses, asked_anew, endpoints
from tests.matrix.world import World
from tests.residents.meetings.given import note_of

SECRET = "What Vesna did to me in the winter"
OTHERS = ("olive", "alice", "audra", "frank")
KEYS = ("olive's key", "alice's key that reads", "pax's key that counts")

pytestmark = pytest.mark.django_db  # each test in a transaction of its own, inside that of the world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    yield from made_world(django_db_blocker)


def body(response: HttpResponseBase) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def told(world: World, who: str, url: str) -> bool:
    return SECRET in body(asked_anew(world, who, "get", url).response)


def test_unshared_note_is_told_to_nobody_else_anywhere(world: World) -> None:
    dana = world.cast.dana.uuid
    with undone():
        note = note_of(world.cast.dana, about=SECRET, text=SECRET)
        pages = {*addresses(world), reverse("resident", args=[dana]), reverse("my_note_change", args=[note.uuid])}
        pages |= {reverse("history", args=[kind, row]) for kind, row in (("resident", dana), ("stepnote", note.uuid))}
        pages |= {f"{reverse('residents')}?export={kind}" for kind in ("csv", "xlsx")}

        found = [(who, url) for who in OTHERS for url in sorted(pages) if told(world, who, url)]
        found += [(who, url) for who in KEYS for url in endpoints(world) if told(world, who, url)]
        for who in OTHERS:
            sent = {"data": "q=Vesna", "content_type": "application/x-www-form-urlencoded"}
            searched = asked_anew(world, who, "post", reverse("residents"), **sent)
            found += [(who, "search")] if SECRET in body(searched.response) else []

        assert found == []
        assert not Notice.objects.filter(text__contains="Vesna").exists()
        # It could have been told: it is, to whom it belongs, and to staff once it is shared.
        assert told(world, "dana", reverse("my_record_json"))
        assert told(world, "dana", reverse("history", args=["stepnote", note.uuid]))
        note_of(world.cast.dana, about="Step 1", text=SECRET, shared=True)
        assert told(world, "alice", reverse("resident", args=[dana]))
