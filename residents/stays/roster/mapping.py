"""Which row is the header, and which column is what: guessed by words and contents, corrected by a person.

A sheet may hold several tables, one after another, each under its own header. Tables with the same header share one
`Layout`, so that a person corrects a column once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.stays.roster.dates import Order, is_blank
from residents.stays.roster.reading import MAX_COLUMNS, RosterError, Row, Sheet, Workbook, column_letter
from residents.stays.roster.words import clean, fold

MAX_LAYOUTS = 50


class Field(StrEnum):
    """What a column can hold."""

    NOTHING = ""
    HOUSE = "house"
    ROOM = "room"
    BED = "bed"
    ROOM_BED = "room_bed"
    NAME = "name"
    LAST_FIRST = "last_first"
    FIRST = "first"
    LAST = "last"
    PREFERRED = "preferred"
    BIRTH = "birth"
    STARTS = "starts"
    ENDS = "ends"
    EXPECTED = "expected"
    SOBER = "sober"
    GENDER = "gender"
    PRONOUNS = "pronouns"
    PHONE = "phone"
    CONTACT = "contact"
    CONTACT_PHONE = "contact_phone"
    CONTACT_RELATIONSHIP = "contact_relationship"
    REFERRED_BY = "referred_by"
    STATUS = "status"

    @property
    def label(self) -> str:
        return str(LABELS[self])


LABELS = {
    Field.NOTHING: gettext_lazy("leave out"),
    Field.HOUSE: gettext_lazy("house"),
    Field.ROOM: gettext_lazy("room"),
    Field.BED: gettext_lazy("bed"),
    Field.ROOM_BED: gettext_lazy("room and bed together"),
    Field.NAME: gettext_lazy("name"),
    Field.LAST_FIRST: gettext_lazy("name, last name first"),
    Field.FIRST: gettext_lazy("first name"),
    Field.LAST: gettext_lazy("last name"),
    Field.PREFERRED: gettext_lazy("preferred name"),
    Field.BIRTH: gettext_lazy("birth date"),
    Field.STARTS: gettext_lazy("move-in"),
    Field.ENDS: gettext_lazy("move-out"),
    Field.EXPECTED: gettext_lazy("expected move-out"),
    Field.SOBER: gettext_lazy("sobriety date"),
    Field.GENDER: gettext_lazy("gender"),
    Field.PRONOUNS: gettext_lazy("pronouns"),
    Field.PHONE: gettext_lazy("phone"),
    Field.CONTACT: gettext_lazy("emergency contact"),
    Field.CONTACT_PHONE: gettext_lazy("emergency contact's phone"),
    Field.CONTACT_RELATIONSHIP: gettext_lazy("emergency contact's relationship"),
    Field.REFERRED_BY: gettext_lazy("referred by"),
    Field.STATUS: gettext_lazy("state of the bed (open, held)"),
}

DATES = (Field.BIRTH, Field.STARTS, Field.ENDS, Field.EXPECTED, Field.SOBER)
BEDS = (Field.BED, Field.ROOM_BED)
NAMES = (Field.NAME, Field.LAST_FIRST, Field.FIRST, Field.LAST)

_PHRASES: dict[Field, str] = {
    Field.HOUSE: "house|house name|home|home name|residence|facility|property|site|location|sober house",
    Field.ROOM: "room|rm|room no|room number|room name|bedroom|br",
    Field.BED: "bed|bed no|bed number|bed name|bed label|bed id|bed letter|bunk|bed space",
    Field.ROOM_BED: "rm bed|room bed|bed room|room and bed|rm and bed|room bed no|room bed number|"
    "bed assignment|bed location",
    Field.NAME: "name|names|resident|residents|resident name|name of resident|full name|client|"
    "client name|tenant|member|occupant|guest|person|participant|current resident|"
    "legal name|first last|first name last name|first and last name",
    Field.LAST_FIRST: "last first|last name first name|last name first|lastname firstname|name last first|"
    "resident last first|surname first name|last first name|last first mi",
    Field.FIRST: "first|first name|firstname|fname|f name|given name|given|forename|"
    "legal first name|resident first name",
    Field.LAST: "last|last name|lastname|lname|l name|surname|family name|legal last name|resident last name",
    Field.PREFERRED: "preferred name|preferred|nickname|nick name|goes by|aka|known as",
    Field.BIRTH: "dob|date of birth|birth date|birthdate|birthday|born|bday|b day|birth|d o b",
    Field.STARTS: "moved in|move in|movein|move in date|moved in on|date moved in|movein date|admit|"
    "admit date|admitted|admission|admission date|date admitted|date of admission|"
    "intake|intake date|entry|entry date|date of entry|entered|start|start date|"
    "check in|check in date|arrival|arrival date|arrived|in|date in|in date|doa",
    Field.ENDS: "moved out|move out|moveout|move out date|moved out on|date moved out|moveout date|"
    "discharge|discharge date|discharged|date discharged|date of discharge|exit|"
    "exit date|end|end date|left|departure|departure date|departed|check out|"
    "check out date|out|date out|out date|dc date|d c date|date left",
    Field.EXPECTED: "expected out|expected move out|expected discharge|expected move out date|"
    "expected discharge date|planned out|planned move out|planned discharge|"
    "projected discharge|projected move out|anticipated discharge|est move out|"
    "target move out",
    Field.SOBER: "sober since|sobriety date|sober date|sobriety|clean date|clean since|"
    "clean and sober date|sobriety start|date of sobriety|recovery date",
    Field.PHONE: "phone|cell|cell phone|mobile|mobile phone|phone number|phone no|cell number|"
    "cell no|telephone|tel|resident phone|resident cell|contact number|ph",
    Field.CONTACT: "emergency contact|emergency contact name|emergency|emerg contact|em contact|"
    "contact|contact name|ice|next of kin|emergency contact info|contact person|"
    "family contact",
    Field.CONTACT_PHONE: "emergency phone|emergency contact phone|emergency phone number|emergency number|"
    "contact phone|emergency contact number|emergency cell|ice phone|ec phone",
    Field.CONTACT_RELATIONSHIP: "relationship|relation|emergency contact relationship|relationship to resident|"
    "contact relationship|relation to resident",
    Field.REFERRED_BY: "ref by|referred by|referral|referral source|referred from|referring agency|"
    "referral agency|ref|ref source|source|refer by|referrer",
    Field.GENDER: "gender|sex|gender identity",
    Field.PRONOUNS: "pronouns|pronoun",
    Field.STATUS: "status|bed status",
}
# Every phrase and pattern for a name holds one of these.
_NAME_WORD = re.compile(
    r"name|resident|client|tenant|member|occupant|guest|person|participant|first|last|given", re.IGNORECASE
)
_WORDS = {phrase: kind for kind, phrases in _PHRASES.items() for phrase in phrases.split("|")}

# Where no whole phrase is known: a header of at most five words that holds these.
_PATTERNS: tuple[tuple[re.Pattern[str], Field], ...] = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"\b(emergency|kin|ice)\b.*\b(phone|number|cell|tel|no)\b", Field.CONTACT_PHONE),
        (r"\b(emergency|next of kin)\b", Field.CONTACT),
        (r"\b(expected|planned|projected|anticipated)\b.*\b(out|discharge|exit|end)\b", Field.EXPECTED),
        (r"\b(date of birth|birth ?date|birthday|dob)\b", Field.BIRTH),
        (r"\b(sober|sobriety|clean)( and sober)?( start)? (since|date)\b", Field.SOBER),
        (r"\bmoved? ?in\b|\b(admission|admit|admitted|intake) date\b", Field.STARTS),
        (r"\bmoved? ?out\b|\bdischarged? date\b", Field.ENDS),
        (r"\b(rm|room)\b.*\bbed\b|\bbed\b.*\b(rm|room)\b", Field.ROOM_BED),
        (r"\blast\b.*\bfirst\b", Field.LAST_FIRST),
        (r"\bfirst\b.*\blast\b|\b(resident|client)s? (full )?name\b", Field.NAME),
        (r"\bpreferred\b.*\bname\b", Field.PREFERRED),
        (r"\bfirst name\b", Field.FIRST),
        (r"\blast name\b|\bsurname\b", Field.LAST),
        (
            r"^((resident|client|home|primary|main|personal)s? )*(cell|mobile|phone)( (phone|number|no|\d))*$",
            Field.PHONE,
        ),
        (r"\breferr(ed|al)\b", Field.REFERRED_BY),
    )
)

_NOT_A_TITLE = re.compile(
    r"\b(as of|updated?|printed|generated|revised|reports?|exported|page \d|call before|confidential|do not|please|"
    r"every)\b",
    re.IGNORECASE,
)
_TITLE_KEY = re.compile(r"(?:house|home|house name|residence|location|facility)\s*[:=]\s*", re.IGNORECASE)
_ROSTER_WORDS = r"(?:(?:current|bed|house|resident|daily|weekly)\s+)*(?:roster|census|bed board|bed list)"
_TITLE_WORDS = re.compile(
    rf"^{_ROSTER_WORDS}\s*[-–—:,]?\s*(?:for\s+|of\s+)?|\s*[-–—:,(]*\s*{_ROSTER_WORDS}\)?\s*$", re.IGNORECASE
)
_GENERIC_SHEET = re.compile(
    r"(?:sheet|tabelle|feuil|hoja|foglio|planilha|folha|table|page)\s?\d*|roster|rosters|data|residents?|beds?|current|census|main|list|"
    r"[\d\s./-]+|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s*\d*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Layout:
    """One header and what its columns hold."""

    headers: tuple[str, ...]
    fields: tuple[Field, ...]
    samples: tuple[str, ...] = ()

    def column(self, kind: Field) -> int | None:
        return self.fields.index(kind) if kind in self.fields else None

    def columns(self) -> list[tuple[int, str, str, Field, str]]:
        """Each column as (number, letter, header, field, sample of what stands in it)."""
        return [
            (
                number,
                column_letter(number),
                self.headers[number] if number < len(self.headers) else "",
                kind,
                self.samples[number] if number < len(self.samples) else "",
            )
            for number, kind in enumerate(self.fields)
        ]

    @property
    def missing(self) -> list[Field]:
        """What no roster can do without and no column holds."""
        missing = []
        if not any(kind in self.fields for kind in BEDS):
            missing.append(Field.BED)
        if Field.NAME not in self.fields and Field.LAST_FIRST not in self.fields:
            parts = [kind for kind in (Field.FIRST, Field.LAST) if kind not in self.fields]
            missing.extend([Field.NAME] if len(parts) == 2 else parts)
        return missing


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one sheet under one header, by their position there. `house` is for rows that name none."""

    sheet: int
    header_line: int | None
    rows: range
    layout: int
    house: str = ""


@dataclass(frozen=True, slots=True)
class RosterMapping:
    """How a whole workbook is read. `order` overrules what the date columns prove."""

    tables: tuple[Table, ...]
    layouts: tuple[Layout, ...]
    order: Order | None = None
    notes: tuple[str, ...] = ()

    def to_data(self) -> dict[str, str]:
        """The mapping as a form sends it: layout-0-A=bed, table-0-house=Maple, order=month."""
        data = {"order": self.order or ""}
        for number, layout in enumerate(self.layouts):
            for _column, letter, _header, kind, _sample in layout.columns():
                data[f"layout-{number}-{letter}"] = kind.value
        for number, table in enumerate(self.tables):
            data[f"table-{number}-house"] = table.house
        return data

    def in_house(self, house: str, known: Iterable[str]) -> RosterMapping:
        """`house` for the rows that name none: it goes before what a title or a sheet's name says, unless that is one
        of the `known` houses, or several others."""
        names = {fold(name) for name in (*known, house)}
        others = {fold(table.house): table.house for table in self.tables if table.house}
        others = {key: name for key, name in others.items() if key not in names}
        if len(others) > 1:
            return self
        read = _("“%(file)s” in the file is read as your house “%(house)s”")
        notes = [read % {"file": name, "house": house} for name in others.values()]
        tables = [table if fold(table.house) in names else replace(table, house=clean(house)) for table in self.tables]
        return replace(self, tables=tuple(tables), notes=(*notes, *self.notes))

    def corrected(self, data: Mapping[str, str]) -> RosterMapping:
        """This mapping with what a person chose instead; what they did not send, or is no choice, stays."""
        layouts = []
        for number, layout in enumerate(self.layouts):
            fields = list(layout.fields)
            for column, letter, _header, kind, _sample in layout.columns():
                chosen = data.get(f"layout-{number}-{letter}", kind.value)
                fields[column] = Field(chosen) if chosen in set(Field) else kind
            layouts.append(replace(layout, fields=_each_once(fields)))
        tables = [
            replace(table, house=clean(data.get(f"table-{number}-house", table.house)))
            for number, table in enumerate(self.tables)
        ]
        order = data.get("order", self.order or "")
        return replace(
            self,
            layouts=tuple(layouts),
            tables=tuple(tables),
            order=Order(order) if order in set(Order) else None,
        )


def guess_mapping(workbook: Workbook) -> RosterMapping:
    """Find every table's header, what its columns hold, and the house its sheet or title names.

    Raises RosterError for more different headers than any roster has.
    """
    tables: list[Table] = []
    layouts: list[Layout] = []
    known: dict[tuple[tuple[str, ...], tuple[Field, ...]], int] = {}
    notes: list[str] = []
    for number, sheet in enumerate(workbook.sheets):
        headers = _header_rows(sheet)
        if not headers:
            if len(workbook.sheets) > 1 or not sheet.rows:
                notes.append(
                    _("The sheet “%(sheet)s” has no header that names a bed and a resident, and was not read.")
                    % {"sheet": sheet.name}
                )
                continue
            header = _wordy_row(sheet)
            rows = range(0 if header is None else header + 1, len(sheet.rows))
            layouts.append(_headless(sheet, header, rows))
            line = None if header is None else sheet.rows[header].line
            tables.append(Table(number, line, rows, len(layouts) - 1))
            notes.append(_("No header was understood; the columns were guessed by what stands in them."))
            continue
        title = ""
        above = 0
        for position, header in enumerate(headers):
            last = headers[position + 1] if position + 1 < len(headers) else len(sheet.rows)
            title_rows = range(above, header)
            title = _title(sheet.rows[index] for index in title_rows) or title
            above = header + 1
            rows = range(header + 1, last)
            layout = _layout(sheet, header, rows)
            columns = tuple(text.casefold() for text in layout.headers), layout.fields
            if columns not in known:
                if len(layouts) == MAX_LAYOUTS:
                    raise RosterError(
                        _("The file has more than %(limit)s different headers. Import it in parts.")
                        % {"limit": MAX_LAYOUTS}
                    )
                known[columns] = len(layouts)
                layouts.append(layout)
            named = "" if Field.HOUSE in layout.fields else _house_of(sheet, title, alone=len(headers) == 1)
            tables.append(Table(number, sheet.rows[header].line, rows, known[columns], named))
            if position + 1 < len(headers):
                above = _title_start(sheet, rows)
                tables[-1] = replace(tables[-1], rows=range(header + 1, above))
    return RosterMapping(tuple(tables), tuple(layouts), None, tuple(notes))


# --- header ---


@lru_cache(maxsize=4096)
def field_of(header: str) -> Field:
    """What a header's words say, or NOTHING."""
    if len(header) > 60:
        return Field.NOTHING
    text = _plain(re.sub(r"\([^()]*\)", " ", header)).replace("d.o.b", "dob")
    text = " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())
    if text in _WORDS:
        return _WORDS[text]
    if len(text.split()) <= 5:
        for pattern, kind in _PATTERNS:
            if pattern.search(text):
                return kind
    return Field.NOTHING


def _plain(text: str) -> str:
    """Small letters without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char))


def _header_rows(sheet: Sheet) -> list[int]:
    """Positions of the rows that are headers. After the first, only where most cells are header words."""
    found: list[int] = []
    for index, row in enumerate(sheet.rows):
        if not _may_be_header(row):
            continue
        kinds = {field_of(value) for value in row.values if isinstance(value, str) and value} - {Field.NOTHING}
        if len(kinds) < 2 or not kinds.intersection(NAMES):
            continue
        if (
            found
            and row.values != sheet.rows[found[0]].values
            and (len(kinds) < 3 or len(kinds) * 2 < len(row.filled()))
        ):
            continue
        found.append(index)
    return found


def _may_be_header(row: Row) -> bool:
    """Whether a row holds a word for a name, and neither a date nor a long number. Asked first, because it is cheap and
    nearly no row does."""
    if any(isinstance(value, date) for value in row.values):
        return False
    text = " ".join(value for value in row.values if value)
    return _FIGURES.search(text) is None and _NAME_WORD.search(text if text.isascii() else _plain(text)) is not None


def _layout(sheet: Sheet, header: int, rows: range) -> Layout:
    head = sheet.rows[header]
    body = [sheet.rows[index] for index in rows]
    width = min(MAX_COLUMNS, max([len(head.values), *(len(row.values) for row in body)]))
    headers = tuple(head.text(column) for column in range(width))
    fields = [field_of(text) for text in headers]
    samples = _samples(body, width)
    fields = _settled(fields, body)
    return Layout(headers, _each_once(fields), samples)


def _settled(fields: list[Field], body: list[Row]) -> list[Field]:
    """What the header's words leave open is settled by the other columns and by what stands below."""
    kinds = set(fields)
    if Field.FIRST in kinds and Field.LAST in kinds:
        fields = [Field.NOTHING if kind in (Field.NAME, Field.LAST_FIRST) else kind for kind in fields]
    elif Field.NAME not in kinds and Field.LAST_FIRST not in kinds and (Field.FIRST in kinds) != (Field.LAST in kinds):
        fields = [Field.NAME if kind in (Field.FIRST, Field.LAST) else kind for kind in fields]
    if Field.ROOM in kinds and not kinds.intersection(BEDS):
        fields = [Field.ROOM_BED if kind is Field.ROOM else kind for kind in fields]
    if Field.PHONE not in kinds:
        fields = [
            Field.PHONE if kind is Field.CONTACT and _share(body, number, _PHONE_ONLY) > 0.8 else kind
            for number, kind in enumerate(fields)
        ]
    return fields


def _each_once(fields: Iterable[Field]) -> tuple[Field, ...]:
    """A field belongs to one column: to the first that claims it."""
    seen: set[Field] = set()
    result = []
    for kind in fields:
        result.append(Field.NOTHING if kind in seen else kind)
        if kind is not Field.NOTHING:
            seen.add(kind)
    return tuple(result)


def _samples(body: list[Row], width: int) -> tuple[str, ...]:
    return tuple(
        next((row.text(column)[:40] for row in body if not is_blank(row.text(column))), "") for column in range(width)
    )


# --- content ---

_PHONE_ONLY = re.compile(r"[+(]?\d[\d\s().+-]{5,20}\d")
_DATE_LIKE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}|[A-Za-z]{3,9}\.?\s\d{1,2},?\s'?\d{2,4}")
_BED_LIKE = re.compile(r"(?:bed|room|rm)?\s*#?\d{0,3}\s?[-/]?\s?[A-Za-z]?\d{0,2}", re.IGNORECASE)
_NAME_LIKE = re.compile(r"[^\W\d_][\w.'’-]*,?(?:\s+[^\W\d_][\w.'’-]*){1,3}")
_FIGURES = re.compile(r"\d[-/.]?\d+[-/.]\d|\d[\d-]{4}")
_YEAR = re.compile(r"(?:19|20)\d\d")


def _share(body: list[Row], column: int, pattern: re.Pattern[str]) -> float:
    texts = [text for row in body[:200] if not is_blank(text := row.text(column))]
    return sum(bool(pattern.fullmatch(text[:100])) for text in texts) / len(texts) if texts else 0.0


def _wordy_row(sheet: Sheet) -> int | None:
    """The row that is a header nobody here understands: words only, with figures below."""
    for index, row in enumerate(sheet.rows[:10]):
        filled = row.filled()
        if len(filled) < 2 or any(char.isdigit() for column in filled for char in row.text(column)):
            continue
        below = sheet.rows[index + 1 : index + 50]
        if any(char.isdigit() for each in below for column in filled for char in each.text(column)):
            return index
    return None


def _headless(sheet: Sheet, header: int | None, rows: range) -> Layout:
    """A table whose header says nothing: each column by what stands in it."""
    body = [sheet.rows[index] for index in rows]
    head = [] if header is None else [sheet.rows[header]]
    width = min(MAX_COLUMNS, max(len(row.values) for row in [*head, *body]))
    fields = [Field.NOTHING] * width
    days: list[tuple[float, int]] = []
    for column in range(width):
        if _share(body, column, _DATE_LIKE) > 0.6:
            years = [int(year[0]) for row in body[:200] if (year := _YEAR.search(row.text(column)))]
            days.append((sum(years) / len(years) if years else 9999.0, column))
        elif _share(body, column, _PHONE_ONLY) > 0.6:
            fields[column] = Field.PHONE
        elif _share(body, column, _NAME_LIKE) > 0.6 and Field.NAME not in fields:
            fields[column] = Field.NAME
        elif _share(body, column, _BED_LIKE) > 0.8 and Field.ROOM_BED not in fields:
            fields[column] = Field.ROOM_BED
    days.sort()
    if len(days) >= 2:
        fields[days[0][1]] = Field.BIRTH
        fields[min(column for _years, column in days[1:])] = Field.STARTS
    elif days:
        fields[days[0][1]] = Field.STARTS
    headers = tuple(head[0].text(column) if head else "" for column in range(width))
    return Layout(headers, _each_once(fields), _samples(body, width))


# --- house ---


def _title(rows: Iterable[Row]) -> str:
    """The house that the lines above a header name, if they name one."""
    for row in rows:
        filled = row.filled()
        texts = [row.text(column) for column in filled]
        if len(texts) == 2 and _TITLE_KEY.fullmatch(texts[0].rstrip(":= ") + ":"):
            return clean(texts[1])
        if len(texts) != 1 or len(texts[0]) > 80 or _NOT_A_TITLE.search(texts[0]):
            continue
        text = _TITLE_KEY.sub("", texts[0], count=1)
        text = clean(_TITLE_WORDS.sub("", text))
        if text and any(char.isalpha() for char in text):
            return text
    return ""


def _title_start(sheet: Sheet, rows: range) -> int:
    """Where, between two headers, the second one's title begins: its single-cell lines just above, never a bed."""
    start = rows.stop
    while start > rows.start:
        row = sheet.rows[start - 1]
        filled = row.filled()
        if len(filled) > 1 or _BED_LIKE.fullmatch(row.text(filled[0])):
            break
        start -= 1
        if start > rows.start and sheet.rows[start - 1].line < row.line - 1:
            break
    return start


def _house_of(sheet: Sheet, title: str, *, alone: bool) -> str:
    named = "" if not sheet.name or _GENERIC_SHEET.fullmatch(sheet.name.strip()) else clean(sheet.name)
    return (named or title) if alone else (title or named)
