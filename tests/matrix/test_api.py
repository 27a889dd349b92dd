"""Every endpoint × each of its methods × everybody × every key: who is answered, who is refused and how; a refusal
changes nothing.

The endpoints are those of the URL configuration; one without a line in the table fails by its name.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from tests.matrix.asking import Asked, api_names, ask, fingerprint, made_world, of_nothing, told, undone
from tests.matrix.table import API, Asks
from tests.matrix.world import DEAD_KEYS, NOBODY, PARTNER_KEYS, PEOPLE, USER_KEYS, World

EVERY_METHOD = ("get", "post", "put", "patch", "delete")
EVERYBODY = (*PEOPLE, NOBODY, *USER_KEYS, *PARTNER_KEYS, *DEAD_KEYS)
OPERATIONS = [(name, method, asks) for name, methods in API.items() for method, asks in methods.items()]
IDS = [f"{method} {name}" for name, method, _asks in OPERATIONS]
# Reading about somebody writes down who looked, and nothing else.
LOOKS = {"residents_look"}


pytestmark = pytest.mark.django_db  # each test in a transaction of its own, inside that of the world


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    yield from made_world(django_db_blocker)


def asked_by(world: World, who: str, method: str, name: str, asks: Asks, keys: Any = None) -> Asked:
    url = reverse(name, kwargs=(world.rows[asks.about] if asks.about else {}) if keys is None else keys)
    sent: dict[str, Any] = {}
    if asks.body is not None:
        sent = {"data": json.dumps(asks.body(world)), "content_type": "application/json"}
    if who in PARTNER_KEYS and method == "post":
        sent["headers"] = {"Idempotency-Key": str(uuid.uuid4())}
    return ask(world, who, method, url, **sent)


def test_every_endpoint_has_its_line():
    assert set(API) == api_names()


@pytest.mark.parametrize(("name", "method", "asks"), OPERATIONS, ids=IDS)
def test_an_endpoint_refuses_whom_it_must_and_nothing_changes(world: World, name: str, method: str, asks: Asks) -> None:
    refused = {who: asks.status(who) for who in EVERYBODY if asks.status(who) >= 400}
    found: dict[str, Asked] = {}
    with undone():
        before = fingerprint()
        for who in refused:
            found[who] = asked_by(world, who, method, name, asks)
        after = fingerprint()

    assert {who: asked.status for who, asked in found.items()} == refused
    assert {who: asked.wrote for who, asked in found.items() if asked.wrote} == {}
    assert {asked.response["Content-Type"] for asked in found.values()} == {"application/problem+json"}
    assert after == before
    # To whom a row does not exist, it answers as about a row there never was, to the last letter.
    for who in [who for who, status in refused.items() if asks.about and status == 404]:
        with undone():
            nowhere = asked_by(world, who, method, name, asks, of_nothing(world.rows[asks.about]))
        assert told(nowhere.response) == told(found[who].response), who


@pytest.mark.parametrize(("name", "method", "asks"), OPERATIONS, ids=IDS)
def test_an_endpoint_answers_whom_it_must(world: World, name: str, method: str, asks: Asks) -> None:
    allowed = {who: asks.status(who) for who in EVERYBODY if asks.status(who) < 400}
    assert allowed
    found: dict[str, Asked] = {}
    for who in allowed:
        with undone():
            found[who] = asked_by(world, who, method, name, asks)

    assert {who: asked.status for who, asked in found.items()} == allowed
    if method == "get":
        assert {who: asked.wrote for who, asked in found.items() if asked.wrote - LOOKS} == {}


@pytest.mark.parametrize("name", API)
def test_a_method_that_is_not_there_is_refused_to_everybody_and_nothing_changes(world: World, name: str) -> None:
    about = next(iter(API[name].values())).about
    url = reverse(name, kwargs=world.rows[about] if about else {})
    with undone():
        before = fingerprint()
        for method in set(EVERY_METHOD) - set(API[name]):
            for who in ("alice", "olive's key", "pax's key that refers", NOBODY):
                asked = ask(world, who, method, url, data="{}", content_type="application/json")
                assert (asked.status, asked.wrote) == (405, frozenset()), (method, who)
        after = fingerprint()

    assert after == before
