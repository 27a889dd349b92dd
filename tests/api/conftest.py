"""Programs that ask: with a user's key, with the key of pax, a partner, or with none."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from residents.models import House, Resident
from soberhouse.accounts.keys import key_create, partner_create
from soberhouse.accounts.models import Partner, User
from soberhouse.history import acting_as
from tests.cast import Cast

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Program:
    """Whoever asks, with this key."""

    secret: str = ""

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        if self.secret:
            headers.setdefault("Authorization", f"Bearer {self.secret}")
        content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return Client().generic(
            method, path if path.startswith("/api") else f"/api/v1{path}", headers=headers, **content
        )

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self.ask("POST", path, body, **headers)

    def items(self, path: str) -> list[dict[str, Any]]:
        answer = self.get(path)
        assert answer.status_code == 200, answer.content
        return answer.json()["items"]


def make_key(holder: User | Resident | Partner, *scopes: str, days: int = 30) -> str:
    """The key of a new name that works for these scopes."""
    holder = holder.user if isinstance(holder, Resident) else holder
    whose: dict[str, Any] = {holder.actor_kind: holder}
    with acting_as(None, source="command"):
        _key, secret = key_create(
            **whose,
            name=f"program {next(_numbers)}",
            scopes=scopes,
            expires_at=timezone.now() + timedelta(days=days),
        )
    return secret


@pytest.fixture
def pax(cast: Cast) -> Partner:
    """A partner of the organization that olive operates."""
    with acting_as(cast.olive, source="web"):
        return partner_create(organization=cast.organization, name="Harbor Treatment")


@pytest.fixture
def program() -> Callable[..., Program]:
    """`program(cast.alice, "read")` asks with a new key of hers; `program()` with none."""

    def make(holder: User | Resident | Partner | None = None, *scopes: str) -> Program:
        return Program(make_key(holder, *scopes)) if holder is not None else Program()

    return make


@pytest.fixture
def alices(cast: Cast, program: Callable[..., Program]) -> Program:
    return program(cast.alice, "read", "write")


@pytest.fixture
def bobs(cast: Cast, program: Callable[..., Program]) -> Program:
    return program(cast.bob, "read", "write")


@pytest.fixture
def danas(cast: Cast, program: Callable[..., Program]) -> Program:
    """Dana's own key: hers are the records about her."""
    return program(cast.dana, "read", "write")


@pytest.fixture
def partners(pax: Partner, program: Callable[..., Program]) -> Program:
    return program(pax, "occupancy", "referrals")


def refused(answer: HttpResponse, status: int, kind: str) -> dict[str, Any]:
    """The problem that the answer is, if it is one of this kind."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    told = answer.json()
    assert (told["status"], told["type"]) == (status, f"/api/docs/#problem-{kind}"), told
    assert told["title"]
    return told


def fields(told: dict[str, Any]) -> set[str]:
    return {error["field"] for error in told["errors"]}


def change(house: House, **facts: Any) -> None:
    with acting_as(None, source="command"), transaction.atomic():
        for name, value in facts.items():
            setattr(house, name, value)
        house.save()


def outside(house: House) -> str:
    """What a house with a confidential address is called where anybody may read it."""
    return f"House {str(house.uuid)[:8]}"


def by(rows: Iterable[dict[str, Any]], **facts: Any) -> dict[str, Any]:
    """The one row that says this."""
    (row,) = [row for row in rows if all(row[name] == value for name, value in facts.items())]
    return row
