"""Lists a page at a time, in the order in which their rows were made, which no later row disturbs.

A cursor names the last row of a page by its public id. It is signed, together with the list it is of and the filters
it was asked with: nobody makes one up, and none leads into another list.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet, Subquery

from api.refusals import Refused

LEAST, MOST, USUAL = 1, 1000, 100  # rows on a page


def signer(path: str, filters: Mapping[str, Any]) -> Signer:
    """Whatever signs the cursors of this list."""
    asked = {name: str(value) for name, value in filters.items() if name not in ("cursor", "per_page")}
    return Signer(sep=".", salt=f"api.cursor {path} {json.dumps(asked, sort_keys=True)}")


def cursor_after(row: UUID, path: str, filters: Mapping[str, Any]) -> str:
    """The cursor of the page that begins after this row."""
    return signer(path, filters).sign(row.hex)


def last_row(path: str, filters: Mapping[str, Any]) -> UUID | None:
    """The row after which the page begins; None for the first page. Raises Refused for anything but a cursor of this
    list."""
    cursor = filters.get("cursor")
    if cursor is None:
        return None
    try:
        return UUID(signer(path, filters).unsign(cursor))
    except (BadSignature, ValueError):
        raise Refused("cursor-wrong") from None


def next_page(row: UUID, path: str, filters: Mapping[str, Any]) -> str:
    """The address of the page after this row, relative to the site."""
    asked = {name: value for name, value in filters.items() if value is not None and name != "cursor"}
    return f"{path}?{urlencode(asked | {'cursor': cursor_after(row, path, filters)})}"


def begin_after(rows: QuerySet, row: UUID | None) -> QuerySet:
    """These rows in the order in which they were made, from the one that follows."""
    rows = rows.order_by("pk")
    if row is None:
        return rows
    return rows.filter(pk__gt=Subquery(rows.model._default_manager.filter(uuid=row).values("pk")))


def page_of(rows: QuerySet, path: str, filters: Mapping[str, Any]) -> tuple[list[Any], str | None]:
    """One page, and the address of the next one if there is any. One query."""
    size = filters["per_page"]
    found = list(begin_after(rows, last_row(path, filters))[: size + 1])
    page = found[:size]
    return page, next_page(page[-1].uuid, path, filters) if len(found) > size else None
