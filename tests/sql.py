"""Rows written in plain SQL, and refusals of the database: no form, no service, no Python in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories


def insert(row: Any) -> int:
    """Write an unsaved row; the key it got."""
    sql, values = factories.insert_sql(row)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{sql} RETURNING id", values)
        (key,) = cursor.fetchone()
    return key


def update(model: type, key: int, **values: Any) -> None:
    """Change a row."""
    fields = {model._meta.get_field(name): value for name, value in values.items()}
    names = ", ".join(f'"{field.column}" = %s' for field in fields)
    adapted = [field.get_db_prep_save(getattr(value, "pk", value), connection) for field, value in fields.items()]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{model._meta.db_table}" SET {names} WHERE id = %s', [*adapted, key])


def delete(row: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'DELETE FROM "{row._meta.db_table}" WHERE id = %s', [row.pk])


@contextmanager
def refused(name: str) -> Iterator[None]:
    """The database refuses what is inside, by the rule of this name."""
    with pytest.raises(IntegrityError, match=name):
        yield
