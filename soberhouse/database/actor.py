"""Who acts now, as the database connections read it. `soberhouse.history.acting_as` is the public door."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True)
class Acting:
    """One actor at work. `actor_kind` is user, partner or command; `source` is web, api or command."""

    actor_kind: str
    actor_id: int | None
    actor_label: str
    source: str
    reason: str
    request_id: str


KEYS = tuple(field.name for field in fields(Acting))
current: ContextVar[Acting | None] = ContextVar("soberhouse_acting", default=None)

_SET = "SELECT " + ", ".join(f"set_config('soberhouse.{key}', %s, true)" for key in KEYS)


def setting(key: str) -> str | int | None:
    """What SQLite's `soberhouse_acting(key)` answers; NULL when nobody acts, so that the trigger refuses."""
    acting = current.get()
    return None if acting is None else getattr(acting, key)


def now_text() -> str:
    """This instant in UTC as Django stores datetimes in SQLite, to the microsecond."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def push(connection: BaseDatabaseWrapper) -> None:
    """Tell the open PostgreSQL transaction who acts. Costs one round trip, and none where nobody acts."""
    acting = current.get()
    if acting is not None:
        _send(connection, acting)


def hand_over(connection: BaseDatabaseWrapper, acting: Acting | None) -> None:
    """Change the actor inside an open transaction. A transaction already broken is left alone: its rollback undoes the settings."""
    if connection.vendor != "postgresql" or connection.connection is None or not connection.in_atomic_block:
        return
    if connection.connection.info.transaction_status != TransactionStatus.INERROR:
        _send(connection, acting)


def _send(connection: BaseDatabaseWrapper, acting: Acting | None) -> None:
    values = [None] * len(KEYS) if acting is None else astuple(acting)
    # The driver's own connection: this must not appear among the queries that tests count.
    connection.connection.execute(_SET, ["" if value is None else str(value) for value in values])
