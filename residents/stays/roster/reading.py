"""A file's bytes become sheets of rows of cells, whatever program wrote them.

Promises that every cell keeps its place (sheet, line, column), that no formula is ever calculated, and that a hostile
or broken file costs little and ends in one sentence (`RosterError`): a limit is checked before the work it bounds.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

MAX_BYTES = 10 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_LINE = 1_000_000
MAX_LINES = 5 * MAX_ROWS
MAX_SHEETS = 200
# An XLSX is a zip of XML: what it may become in memory.
MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 200
RATIO_FROM = 1024 * 1024
MAX_TAGS = 3_000_000
MAX_CELLS = 600_000
MAX_OTHER_TAGS = 150_000  # styles, links and the like: each costs the library far more than a cell
MAX_PADDED = 10_000_000

DELIMITERS = ",;\t|"
_NO_DELIMITERS = frozenset(" \r\n\"'’()-./+@&_$#")


class RosterError(Exception):
    """The file as a whole cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a sheet: texts and real dates, in column order; a missing cell is an empty text."""

    line: int
    values: tuple[str | date, ...]
    formulas: frozenset[int] = frozenset()

    def text(self, column: int) -> str:
        if column >= len(self.values):
            return ""
        value = self.values[column]
        return value if isinstance(value, str) else value.isoformat()

    def value(self, column: int) -> str | date:
        return self.values[column] if column < len(self.values) else ""

    def filled(self) -> list[int]:
        """The columns in which something is written."""
        return [column for column, value in enumerate(self.values) if value != ""]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; a CSV file is one sheet without a name. Empty rows are left out, the others keep their lines."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """All that a file says, and how it was read."""

    filename: str
    sheets: tuple[Sheet, ...]
    how: str
    notes: tuple[str, ...] = field(default=())


def column_letter(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA, as spreadsheets name their columns."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_workbook(data: bytes, filename: str) -> Workbook:
    """Read a CSV or XLSX file. Raises RosterError with one sentence for what cannot be a roster."""
    if len(data) > MAX_BYTES:
        raise RosterError(
            _("The file is %(size)s MB; a roster of at most %(limit)s MB can be read.")
            % {"size": f"{len(data) / 1024 / 1024:.1f}", "limit": MAX_BYTES // 1024 // 1024}
        )
    if not data.strip(b"\x00 \t\r\n"):
        raise RosterError(_("The file is empty."))
    if data.startswith(b"PK\x03\x04"):
        return _read_xlsx(data, filename)
    _refuse_other_formats(data)
    if filename.lower().endswith(".xlsx"):
        raise RosterError(_("This is not an Excel workbook (.xlsx). Save it as .xlsx anew, or as CSV."))
    return _read_csv(data, filename)


def _refuse_other_formats(data: bytes) -> None:
    head = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise RosterError(
            _("This is an old Excel file (.xls) or one locked by a password. Open it and save it as .xlsx or CSV.")
        )
    if data.startswith(b"%PDF"):
        raise RosterError(_("This is a PDF. Export the spreadsheet itself as .xlsx or CSV."))
    if head.startswith((b"<!doctype html", b"<html", b"<table")):
        raise RosterError(_("This is a web page, whatever its name says. Open it and save it as .xlsx or CSV."))
    if head.startswith(b"<?xml"):
        raise RosterError(_("This is an XML file. Open it in the spreadsheet program and save it as .xlsx or CSV."))
    if data.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise RosterError(_("This is a picture. Only a spreadsheet (.xlsx or CSV) can be read."))
    if data.startswith((b"PK\x05\x06", b"PK\x07\x08", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")):
        raise RosterError(_("This is an archive. Unpack it and choose the spreadsheet inside."))


# --- CSV ---


def _read_csv(data: bytes, filename: str) -> Workbook:
    text, encoding = decode(data)
    if not text.strip():
        raise RosterError(_("The file is empty."))
    start = text[:4096]
    if sum(char < "\t" for char in start) > len(start) // 20:
        raise RosterError(_("This is not a spreadsheet. Save the roster as .xlsx or CSV."))
    lines = io.StringIO(text, newline="")
    if text.count("\n") + text.count("\r") - text.count("\r\n") > MAX_LINES:
        raise _too_many_rows()
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            raise RosterError(
                _("Line %(line)s is %(length)s characters long. A roster's line has at most %(limit)s.")
                % {"line": number, "length": f"{len(line):,}", "limit": f"{MAX_LINE:,}"}
            )
    lines.seek(0)
    first = next(lines)
    skipped = 0
    if match := re.fullmatch(r"\ufeff?\"?sep=(.)\"?\r?\n?", first, re.IGNORECASE):
        delimiter, skipped = match[1], 1
    else:
        lines.seek(0)
        delimiter = find_delimiter(text)
    rows = tuple(_csv_rows(lines, delimiter, skipped))
    if not rows:
        raise RosterError(_("The file holds no words, only empty rows."))
    names = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": _("bars")}
    how = _("CSV with %(delimiter)s, %(encoding)s") % {
        "delimiter": names.get(delimiter, f"“{delimiter}”"),
        "encoding": encoding,
    }
    return Workbook(filename, (Sheet("", rows),), how)


def _csv_rows(lines: Iterator[str], delimiter: str, skipped: int) -> Iterator[Row]:
    taken: list[str] = []

    def remember() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    reader = csv.reader(remember(), delimiter=delimiter)
    count = filled = 0
    while True:
        start = reader.line_num + 1 + skipped
        taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise RosterError(
                _(
                    "Line %(line)s cannot be read. A cell is too long, "
                    'or a quotation mark (") is opened and never closed.'
                )
                % {"line": start}
            ) from error
        if len(taken) > 1 and _is_unclosed(taken, delimiter):
            raise RosterError(_('A quotation mark (") on line %(line)s is opened and never closed.') % {"line": start})
        values = tuple(_trimmed([_without_apostrophe(cell.strip()) for cell in cells]))
        if not values:
            continue
        count += 1
        filled += len(values)
        _check_size(values, count, start, "")
        if filled > MAX_CELLS:
            raise RosterError(
                _("The file has more than %(limit)s cells. Keep only the roster's columns, or import it in parts.")
                % {"limit": f"{MAX_CELLS:,}"}
            )
        yield Row(start, values)


def _without_apostrophe(cell: str) -> str:
    """A text as it was before an export put an apostrophe in front, so that it does not run as a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _is_unclosed(taken: list[str], delimiter: str) -> bool:
    """Whether a row of several lines ran into the end of the file: the reader itself would say nothing."""
    try:
        for _row in csv.reader(taken, delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end of data" in str(error)
    return False


def decode(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding: by mark, by shape (UTF-16), else UTF-8 or Windows-1252.

    A byte that Windows-1252 does not know becomes a control character, which is then named by its cell.
    """
    for mark, codec, name in (
        (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
        (b"\xff\xfe\x00\x00", "utf-32", "UTF-32"),
        (b"\x00\x00\xfe\xff", "utf-32", "UTF-32"),
        (b"\xff\xfe", "utf-16", "UTF-16"),
        (b"\xfe\xff", "utf-16", "UTF-16"),
    ):
        if data.startswith(mark):
            return _decode_strictly(data, codec, name), name
    if codec := _unmarked_utf16(data):
        return _decode_strictly(data, codec, "UTF-16"), "UTF-16"
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="roster_control"), "Windows-1252"


def _decode_strictly(data: bytes, codec: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(codec, errors="ignore")
        raise RosterError(
            _("The file says it is %(encoding)s, but line %(line)s is not. Save it again as CSV UTF-8.")
            % {"encoding": name, "line": before.count("\n") + 1}
        ) from error


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without a mark: nearly every second byte of western text is then zero."""
    sample = data[:4096]
    half = len(sample) // 2
    if half < 4:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.6 and even < half * 0.1:
        return "utf-16-le"
    if even > half * 0.6 and odd < half * 0.1:
        return "utf-16-be"
    return None


def _control_for_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error("roster_control", _control_for_byte)


def find_delimiter(text: str) -> str:
    """The character that cuts the first rows into the most columns of the most equal number."""
    sample = _sample(text)
    marks = Counter(mark for line in sample for mark in set(line))
    rare = [
        mark
        for mark, lines in marks.items()
        if lines == len(sample) and not mark.isalnum() and mark not in _NO_DELIMITERS
    ]
    # The usual ones come first: between equals, the first counts.
    best = max((*DELIMITERS, *sorted(rare)), key=lambda delimiter: _evenness(sample, delimiter))
    return best if _evenness(sample, best) > 0 else ","


def _sample(text: str) -> list[str]:
    sample: list[str] = []
    size = 0
    for line in io.StringIO(text, newline=""):
        if not line.strip():
            continue
        sample.append(line)
        size += len(line)
        if len(sample) >= 60 or size > 100_000:
            break
    return sample


def _evenness(sample: list[str], delimiter: str) -> int:
    widths: Counter[int] = Counter()
    try:
        for cells in csv.reader(sample, delimiter=delimiter):
            widths[len(cells)] += 1
    except csv.Error:
        return 0
    return max(((width - 1) * rows for width, rows in widths.items()), default=0)


# --- XLSX ---


def _read_xlsx(data: bytes, filename: str) -> Workbook:
    _check_archive(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _read_sheets(data, filename)
        except RosterError:
            raise
        except Exception as error:
            # The library answers a broken file with whatever it runs into: KeyError, TypeError, ParseError ...
            raise RosterError(
                _(
                    "The file is not a workbook that can be read. "
                    "Open it in the spreadsheet program and save it again as .xlsx."
                )
            ) from error


_TAG = re.compile(rb"<(?:[^\s<>/:]+:)?(c|v|f|t|is|si|r|row|sheet)(?=[\s/>])")


def _check_archive(data: bytes) -> None:
    """Refuse a zip that is no workbook, or would grow beyond bounds; the sizes it claims are not believed."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        names = archive.namelist()
        parts = archive.infolist()
        _check_growth(sum(part.file_size for part in parts), len(data))
        if "mimetype" in names:
            with archive.open("mimetype") as source:
                if b"opendocument" in source.read(200):
                    raise RosterError(_("This is an OpenDocument file (.ods). Save it as .xlsx or CSV."))
        if not any(name.startswith("xl/") for name in names):
            raise RosterError(_("This is a zip archive, not a workbook. Unpack it and choose the spreadsheet inside."))
        unpacked = tags = others = 0
        found: Counter[bytes] = Counter()
        for part in parts:
            part_size = 0
            with archive.open(part) as source:
                while chunk := source.read(65_536):
                    part_size += len(chunk)
                    _check_growth(unpacked + part_size, len(data))
                    if part_size > RATIO_FROM and part_size > MAX_RATIO * max(part.compress_size, 1):
                        raise _too_big()
                    # A part may be called anything and written in UTF-16: whatever looks like a tag counts.
                    chunk = chunk.replace(b"\0", b"")
                    known = _TAG.findall(chunk)
                    found.update(known)
                    tags += chunk.count(b"<")
                    others += chunk.count(b"<") - chunk.count(b"</") - len(known)
                    if tags > MAX_TAGS or found[b"c"] > MAX_CELLS or others > MAX_OTHER_TAGS:
                        raise _too_big()
                    if found[b"sheet"] > MAX_SHEETS:
                        raise RosterError(_("The workbook has more than %(limit)s sheets.") % {"limit": MAX_SHEETS})
                    if b"<!ENTITY" in chunk or b"<!DOCTYPE" in chunk:
                        raise RosterError(_("The workbook holds XML that no spreadsheet program writes."))
            unpacked += part_size
    except RosterError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        KeyError,
    ) as error:
        raise RosterError(
            _(
                "The workbook is damaged or locked by a password. "
                "Open it, take off the password and save it again as .xlsx."
            )
        ) from error


def _check_growth(unpacked: int, packed: int) -> None:
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_FROM and unpacked > MAX_RATIO * packed):
        raise _too_big()


def _too_big() -> RosterError:
    return RosterError(
        _("The workbook unpacks to far more than a roster. Copy the roster's cells into a new workbook and save that.")
    )


def _read_sheets(data: bytes, filename: str) -> Workbook:
    book = _open(data, cached=False)
    notes: list[str] = []
    sheets: list[Sheet] = []
    shown_book: Any = None
    count = 0
    for position, sheet in enumerate(book.worksheets):
        if sheet.sheet_state != "visible":
            notes.append(_("The sheet “%(sheet)s” is hidden and was ignored.") % {"sheet": sheet.title})
            continue
        rows = []
        for row in _xlsx_rows(sheet):
            count += 1
            _check_size(row.values, count, row.line, sheet.title)
            rows.append(row)
        if any(row.formulas for row in rows):
            shown_book = shown_book or _open(data, cached=True)
            shown = {row.line: row for row in _xlsx_rows(shown_book.worksheets[position])}
            rows = [_with_shown_values(row, shown.get(row.line)) for row in rows]
        rows = _with_merged_values(rows, sheet)
        if rows:
            sheets.append(Sheet(sheet.title, tuple(rows)))
        else:
            notes.append(_("The sheet “%(sheet)s” is empty.") % {"sheet": sheet.title})
    if not sheets:
        raise RosterError(" ".join([_("The workbook has no sheet with anything on it."), *notes]))
    return Workbook(filename, tuple(sheets), _("Excel workbook"), tuple(notes))


def _open(data: bytes, *, cached: bool) -> Any:
    import openpyxl

    if not openpyxl.DEFUSEDXML:
        raise RosterError(
            _("XLSX files are not read on this installation: the safe XML reader (defusedxml) is missing.")
        )
    return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=cached, keep_links=False)


def _xlsx_rows(sheet: Any) -> Iterator[Row]:
    from openpyxl.cell.read_only import EmptyCell

    sheet.reset_dimensions()  # the size a file claims may be anything
    padded = 0
    for line, cells in enumerate(sheet.iter_rows(), 1):
        padded += len(cells)
        if line > MAX_LINES or padded > MAX_PADDED:
            raise RosterError(
                _(
                    "The sheet “%(sheet)s” goes on far below or beside the roster. "
                    "Copy the roster's cells into a new workbook and save that."
                )
                % {"sheet": sheet.title}
            )
        if set(map(type, cells)) <= {EmptyCell}:
            continue
        formulas = frozenset(column for column, cell in enumerate(cells) if cell.data_type == "f")
        values = tuple(_trimmed([_plain(cell.value) for cell in cells]))
        if values:
            yield Row(line, values, formulas)


def _plain(value: Any) -> str | date:
    """A cell's value as text or date. A formula's text stays text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    formula = getattr(value, "text", None)
    return str(value if formula is None else formula).strip()


def _with_shown_values(row: Row, shown: Row | None) -> Row:
    """A formula cell as the sheet last showed it; where nothing was kept, the formula's own text."""
    if not row.formulas or shown is None:
        return row
    values = list(row.values)
    for column in row.formulas:
        if column < len(values) and shown.value(column) != "":
            values[column] = shown.value(column)
    return Row(row.line, tuple(values), row.formulas)


_MERGED_DOWN = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([A-Z]{1,3})(\d{1,7}):\1(\d{1,7})["']""")


def _with_merged_values(rows: list[Row], sheet: Any) -> list[Row]:
    """A cell merged over several lines, as a room beside its beds, says its word on each of them."""
    with sheet._get_source() as source:  # the library tells merged ranges only where it keeps whole sheets in memory
        ranges = _MERGED_DOWN.findall(source.read())
    by_line = {row.line: index for index, row in enumerate(rows)}
    for letters, first, last in ranges[:MAX_ROWS]:
        column = sum((letter - 64) * 26**power for power, letter in enumerate(reversed(letters))) - 1
        if column >= MAX_COLUMNS or int(first) not in by_line:
            continue
        top = by_line[int(first)]
        word = rows[top].value(column)
        for index in range(top + 1, len(rows)):
            row = rows[index]
            if word == "" or row.line > int(last) or row.value(column) != "":
                break
            values = [*row.values, *[""] * (column + 1 - len(row.values))]
            values[column] = word
            rows[index] = Row(row.line, tuple(values), row.formulas)
    return rows


# --- both ---


def _trimmed(values: list[Any]) -> list[Any]:
    while values and values[-1] == "":
        values.pop()
    return values


def _check_size(values: tuple[str | date, ...], count: int, line: int, sheet: str) -> None:
    where = (
        _("Sheet “%(sheet)s”, line %(line)s") % {"sheet": sheet, "line": line}
        if sheet
        else _("Line %(line)s") % {"line": line}
    )
    if len(values) > MAX_COLUMNS:
        raise RosterError(
            _("%(where)s has %(columns)s columns. A roster has at most %(limit)s.")
            % {"where": where, "columns": f"{len(values):,}", "limit": MAX_COLUMNS}
        )
    if count > MAX_ROWS:
        raise _too_many_rows()


def _too_many_rows() -> RosterError:
    return RosterError(_("The file has more than %(limit)s rows. Import it in parts.") % {"limit": f"{MAX_ROWS:,}"})
