"""Rosters for the tests, on the day they were made for."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import Workbook

from residents.stays.roster.reading import read_workbook
from residents.stays.roster.services import Reading, read_roster

FILES = Path(__file__).with_name("files")
TODAY = date(2026, 11, 20)
HEADER = "House,Room,Bed,First,Last,DOB,Move in,Move out,Expected out,Sober since,Phone,Emergency contact,Ref by"


@pytest.fixture
def november(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon in New York on the day of the rosters, whatever the clock says."""
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 20, 17, tzinfo=UTC))


@pytest.fixture(scope="session")
def read() -> Callable[..., Reading]:
    """Read a roster's text (or bytes) as on its day."""

    def reader(content: str | bytes, *, house: str = "", chosen: dict[str, str] | None = None) -> Reading:
        data = content.encode() if isinstance(content, str) else content
        return read_roster(workbook=read_workbook(data, "roster"), house=house, chosen=chosen, today=TODAY)

    return reader


@pytest.fixture(scope="session")
def xlsx() -> Callable[..., bytes]:
    """A workbook of sheets, each a list of rows; `change` may do more to the open workbook."""

    def make(sheets: dict[str, Iterable[list[Any]]], change: Callable[[Any], None] | None = None) -> bytes:
        book = Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        if change is not None:
            change(book)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return make
