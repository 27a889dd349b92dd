"""The one installer of generated triggers.

Whatever must hold on both engines and is not a plain constraint is a trigger, generated from the models: history
capture, append-only tables, rules across rows. They are dropped before every `migrate` (SQLite cannot remake a table
that another table's trigger names; PostgreSQL cannot alter a column that a trigger lists) and installed again after
it; a system check says which are missing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from django.apps import apps
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

PREFIX = "sober_"  # every generated name begins so; nothing else in the database may


@dataclass(frozen=True)
class Trigger:
    """One trigger: on `table`, fired at `event` (such as `BEFORE INSERT`), for each row unless `each` says STATEMENT.

    `when` is an SQL condition or empty. `body` is a list of SQL statements on SQLite and the inside of a PL/pgSQL
    function, up to but not including its RETURN, on PostgreSQL.
    """

    name: str
    table: str
    event: str
    body: str
    when: str = ""
    each: str = "ROW"
    declare: str = ""

    def __post_init__(self) -> None:
        # PostgreSQL cuts names at 63 bytes; a cut name could meet another.
        if len(self.name) > 63:
            digest = hashlib.sha256(self.name.encode()).hexdigest()[:8]
            object.__setattr__(self, "name", f"{self.name[:54]}_{digest}")

    def create(self, vendor: str) -> list[str]:
        condition = f" WHEN ({self.when})" if self.when else ""
        if vendor == "sqlite":
            return [f'CREATE TRIGGER "{self.name}" {self.event} ON "{self.table}"{condition} BEGIN {self.body} END']
        result = "NULL" if self.each == "STATEMENT" or self.event.startswith("AFTER") else "coalesce(NEW, OLD)"
        declare = f"DECLARE {self.declare} " if self.declare else ""
        return [
            f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS '
            f"$body$ {declare}BEGIN {self.body} RETURN {result}; END $body$",
            f'CREATE TRIGGER "{self.name}" {self.event} ON "{self.table}" FOR EACH {self.each}{condition} '
            f'EXECUTE FUNCTION "{self.name}"()',
        ]


class Source(Protocol):
    """What a model's `Meta.constraints` or its history may carry: something that knows its triggers."""

    def triggers(self, model: type[Model], vendor: str) -> Iterable[Trigger]: ...


def refuse(message: str, vendor: str, *, where: str = "") -> str:
    """The SQL statement that refuses the change with `message`, where the condition `where` holds (always, if empty).

    Both engines then raise Django's IntegrityError. `message` is ours and must hold no quote.
    """
    if vendor == "sqlite":
        return f"SELECT RAISE(ABORT, '{message}')" + (f" WHERE {where};" if where else ";")
    raising = f"RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation';"
    return f"IF {where} THEN {raising} END IF;" if where else raising


def expected(vendor: str) -> Iterator[Trigger]:
    """Every trigger that the models as they are now ask for."""
    for model in apps.get_models():
        yield from model_triggers(model, vendor)


def model_triggers(model: type[Model], vendor: str) -> Iterator[Trigger]:
    sources: list[Any] = [*model._meta.constraints, *getattr(model, "trigger_sources", ())]
    for source in sources:
        if hasattr(source, "triggers"):
            yield from source.triggers(model, vendor)


def installed(connection: BaseDatabaseWrapper) -> set[str]:
    """The names of the generated triggers that are there and switched on."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 6) = %s", [PREFIX]
            )
        else:
            cursor.execute(
                "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = current_schema() "
                "AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND left(t.tgname, 6) = %s",
                [PREFIX],
            )
        return {row[0] for row in cursor.fetchall()}


def drop_all(connection: BaseDatabaseWrapper) -> None:
    """Remove every generated trigger, also those of models that are no more."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in installed(connection):
                cursor.execute(f'DROP TRIGGER "{name}"')
            return
        cursor.execute(
            "SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname = current_schema() AND left(p.proname, 6) = %s",
            [PREFIX],
        )
        names = ", ".join(f'"{row[0]}"()' for row in cursor.fetchall())
        if names:
            cursor.execute(f"DROP FUNCTION {names} CASCADE")


def install_all(connection: BaseDatabaseWrapper) -> None:
    """Install the triggers of every model whose tables are there, and nothing else, in one transaction."""
    drop_all(connection)
    tables = set(connection.introspection.table_names())
    statements = [
        statement
        for trigger in expected(connection.vendor)
        if trigger.table in tables
        for statement in trigger.create(connection.vendor)
    ]
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    return sorted({trigger.name for trigger in expected(connection.vendor)} - installed(connection))


def before_migrate(*, using: str, **kwargs: Any) -> None:
    drop_all(connections[using])


def after_migrate(*, using: str, **kwargs: Any) -> None:
    install_all(connections[using])


def require_installed(alias: str = DEFAULT_DB_ALIAS) -> None:
    """Raise ImproperlyConfigured where a trigger is missing: a server must not start on a database that refuses too
    little."""
    if errors := check_installed(databases=[alias]):
        raise ImproperlyConfigured(f"{errors[0].msg} {errors[0].hint}")


def check_installed(*, databases: Iterable[str] | None = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """A system check (`check --deploy --database default`): the database refuses what the models say it refuses."""
    return [
        checks.Error(
            f"{len(names)} triggers are missing from database '{alias}', among them {names[0]}.",
            hint="Run manage.py migrate: it installs them again.",
            id="database.E001",
        )
        for alias in databases or ()
        if (names := missing(connections[alias]))
    ]
