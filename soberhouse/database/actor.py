"""Who acts now, as the database connections read it. `soberhouse.history.acting_as` is the public door."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

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
# On PostgreSQL all of it is one setting, its parts in the order of KEYS: six of them cost more than the row of history.
SETTING, SEPARATOR = "soberhouse.acting", "\x1f"
current: ContextVar[Acting | None] = ContextVar("soberhouse_acting", default=None)


def packed(acting: Acting) -> str:
    """All of it as one text. The separator is a control character that no name or reason may hold."""
    texts = ("" if value is None else str(value) for value in astuple(acting))
    return SEPARATOR.join(text.replace(SEPARATOR, " ") for text in texts)


def setting(key: str) -> str | int | None:
    """What SQLite's `soberhouse_acting(key)` answers; NULL when nobody acts, so that the trigger refuses."""
    acting = current.get()
    return None if acting is None else getattr(acting, key)


def now_text() -> str:
    """This instant in UTC as Django stores datetimes in SQLite, to the microsecond."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def hand_over(connection: BaseDatabaseWrapper, acting: Acting | None) -> None:
    """Change the actor inside an open transaction. A broken one is left alone: its rollback undoes the settings."""
    if connection.vendor == "postgresql" and connection.connection is not None and connection.in_atomic_block:
        connection.tell(acting)  # type: ignore[attr-defined]
