"""Any list as a file for a spreadsheet, in which nothing a person typed ever runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What a spreadsheet program takes for the beginning of a formula, also in its full-width form or behind blanks.
FORMULA = re.compile(r"[\s\ufeff\u200b]*[=+\-@＝＋－＠]|[\t\r\n]")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FILE_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_CELL = 32_767


def export(*, name: str, headers: Sequence[Any], rows: Iterable[Sequence[Any]], kind: str) -> HttpResponse:
    """The list as a download named `name` with the ending of `kind` (csv or xlsx).

    `name` says which list it is, in small letters and hyphens, and never a word about a person: it stands in
    browsers' histories. Dates and numbers stay dates and numbers; whatever is text stays text, even where it begins
    like a formula. Raises ValueError for another kind or name.
    """
    if kind not in KINDS:
        raise ValueError(f"Unknown kind of file {kind!r}: one of {', '.join(KINDS)}.")
    if not _FILE_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a file: small letters, digits and hyphens.")
    write = {"csv": _csv, "xlsx": _xlsx}[kind]
    response = HttpResponse(write([str(header) for header in headers], rows), content_type=KINDS[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "no-store, private"
    return response


def is_formula(text: str) -> bool:
    """Whether a spreadsheet program might calculate this text instead of showing it."""
    return FORMULA.match(text) is not None


def _csv(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """UTF-8 with a mark, without which Excel reads accents wrongly; an apostrophe keeps a formula from running."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in (headers, *rows):
        cells = [_plain(value) for value in row]
        writer.writerow([f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell for cell in cells])
    return out.getvalue().encode("utf-8-sig")


def _xlsx(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Text cells are typed as text, and marked so that they stay text when somebody edits them."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    bold = Font(bold=True)

    def cell(value: Any) -> Any:
        plain = _plain(value)
        if not isinstance(plain, str):
            return plain
        made = WriteOnlyCell(sheet)
        made.value, made.data_type = plain[:_LONGEST_CELL], "s"
        made.quotePrefix = is_formula(plain)
        return made

    heads = [cell(header) for header in headers]
    for head in heads:
        head.font = bold
    sheet.append(heads)
    for row in rows:
        sheet.append([cell(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _plain(value: Any) -> str | int | float | Decimal | date | None:
    """What a cell can hold: dates and numbers as they are, instants as ISO text with their zone, all else as text."""
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if value is None or (isinstance(value, int | float | Decimal | date) and not isinstance(value, bool)):
        return value
    return _ILLEGAL.sub("", str(value))
