"""Who a change is done as."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from django.db import connections

from soberhouse.database.actor import Acting, current, hand_over

SOURCES = {"web", "api", "command"}
request_id: ContextVar[str] = ContextVar("soberhouse_request_id", default="")


def acting_now() -> Acting | None:
    """Who acts now, or None."""
    return current.get()


def recorded() -> dict[str, Any]:
    """Who records a fact now: the fields `recorded_by` and `recorded_as` of its row. A program or a command is no
    user, and only named. RuntimeError where nobody acts."""
    acting = acting_now()
    if acting is None:
        raise RuntimeError("Nobody acts; use acting_as().")
    by = acting.actor_id if acting.actor_kind == "user" else None
    return {"recorded_by_id": by, "recorded_as": acting.actor_label}


@contextmanager
def acting_as(actor: Any, *, reason: str = "", source: str) -> Iterator[Acting]:
    """Every change inside is recorded as done by `actor`, through `source` (web, api, command), for `reason`.

    `actor` is anything with `actor_kind`, `pk` and `actor_label` (a user, a partner key), or None, which only a
    command may be. Blocks nest: the inner one counts until it ends. Works before and inside a transaction; on
    PostgreSQL a change outside any transaction is refused, because nobody can be named for it.

    Raises ValueError for an unknown source, an actor that is not saved, or a missing actor outside a command.
    """
    if source not in SOURCES:
        raise ValueError(f"Unknown source {source!r}: one of {', '.join(sorted(SOURCES))}.")
    if actor is None:
        if source != "command":
            raise ValueError("Only a command may act without an actor.")
        acting = Acting("command", None, "command", source, reason, request_id.get())
    else:
        if actor.pk is None:
            raise ValueError("An actor must be saved before it can act.")
        acting = Acting(actor.actor_kind, actor.pk, actor.actor_label, source, reason, request_id.get())
    with _set(acting):
        yield acting


@contextmanager
def because(reason: str) -> Iterator[None]:
    """Every change inside is recorded with `reason`, by whoever acts already. Does nothing where nobody acts or no
    reason is given."""
    acting = current.get()
    if acting is None or not reason:
        yield
        return
    with _set(replace(acting, reason=reason)):
        yield


@contextmanager
def _set(acting: Acting) -> Iterator[None]:
    before = current.get()
    token = current.set(acting)
    try:
        _tell(acting)
        yield
    finally:
        current.reset(token)
        _tell(before)


def _tell(acting: Acting | None) -> None:
    for connection in connections.all(initialized_only=True):
        hand_over(connection, acting)
