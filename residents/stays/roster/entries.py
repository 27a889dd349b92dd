"""Rows become beds and people, and everything wrong with them is named in one pass.

A line is one of: a bed with someone in it, an empty bed, a hold or a bed out of service (told, not imported), a
total or a remark (told, skipped). Nothing is dropped without a word, and nothing doubtful is taken for a fact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _

from residents.stays.roster.dates import DateRefused, Order, column_order, depends_on_order, is_blank, read_date
from residents.stays.roster.mapping import BEDS, DATES, Field, Layout, RosterMapping, Table
from residents.stays.roster.reading import Row, Workbook, column_letter
from residents.stays.roster.words import (
    CONTROL,
    NO_ANSWER,
    ContactWords,
    clean,
    compact,
    count_digits,
    fold,
    room_of,
    short,
    split_contact,
    split_name,
    without_nickname,
)

# No longer than the tables hold.
MAX_HOUSE = 80
MAX_ROOM = 60
MAX_BED = 40
MAX_NAME = 100
MAX_PHONE = 40
MAX_RELATIONSHIP = 60
MAX_REFERRED_BY = 120
MAX_GENDER = 60
MAX_PRONOUNS = 40
OLDEST = 120
# No cell of a roster says more; what is longer is refused before any pattern is tried on it.
MAX_CELL = 500
LIMITS = {
    Field.HOUSE: MAX_HOUSE,
    Field.ROOM: MAX_ROOM,
    Field.BED: MAX_BED,
    Field.ROOM_BED: MAX_BED,
    Field.FIRST: MAX_NAME,
    Field.LAST: MAX_NAME,
    Field.NAME: MAX_NAME,
    Field.LAST_FIRST: MAX_NAME,
    Field.PREFERRED: MAX_NAME,
    Field.GENDER: MAX_GENDER,
    Field.PRONOUNS: MAX_PRONOUNS,
    Field.PHONE: MAX_PHONE,
    Field.CONTACT_PHONE: MAX_PHONE,
    Field.CONTACT_RELATIONSHIP: MAX_RELATIONSHIP,
    Field.REFERRED_BY: MAX_REFERRED_BY,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file something stands."""

    sheet: str
    line: int
    column: str = ""
    header: str = ""

    def __str__(self) -> str:
        parts = [_("sheet “%(sheet)s”") % {"sheet": self.sheet}] if self.sheet else []
        parts.append(_("line %(line)s") % {"line": self.line})
        if self.column and self.header:
            parts.append(_("column %(column)s (%(header)s)") % {"column": self.column, "header": self.header})
        elif self.column:
            parts.append(_("column %(column)s") % {"column": self.column})
        return ", ".join(parts)

    def seen_from(self, other: Place) -> str:
        """The line, with its sheet where that is another one."""
        if self.sheet == other.sheet:
            return _("line %(line)s") % {"line": self.line}
        return str(Place(self.sheet, self.line))


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stops the import: where, what is wrong, what would be right."""

    place: Place
    wrong: str
    right: str

    def __str__(self) -> str:
        return f"{self.place}: {self.wrong}. {self.right}"


@dataclass(frozen=True, slots=True)
class Note:
    """One thing a person should know, which does not stop the import."""

    text: str
    place: Place | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.place else self.text


@dataclass(frozen=True, slots=True)
class BedKey:
    """One bed of one house, however a line spells it."""

    house: str
    room: str
    bed: str


@dataclass(frozen=True)
class BedEntry:
    """A bed the file names, in the house's own words; `room` is empty where the file names none."""

    house: str
    room: str
    bed: str
    place: Place

    @cached_property
    def key(self) -> BedKey:
        return BedKey(fold(self.house), compact(self.room), compact(self.bed))

    @property
    def label(self) -> str:
        """The bed as people call it: “2A”, “Front 2”."""
        if not self.room or fold(self.bed).startswith(fold(self.room)):
            return self.bed
        return f"{self.room} {self.bed}"


@dataclass(frozen=True)
class Entry:
    """One resident's time in one bed; open (no `ends_on`) until they left, even if `expected_on` has passed."""

    bed: BedEntry
    bed_place: Place
    place: Place
    first: str
    last: str
    starts_on: date
    ends_on: date | None = None
    expected_on: date | None = None
    preferred: str = ""
    birth_date: date | None = None
    gender: str = ""
    pronouns: str = ""
    sober_since: date | None = None
    phone: str = ""
    contact: ContactWords | None = None
    referred_by: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()

    @property
    def goes_by(self) -> str:
        """The name with what they want to be called."""
        return f"{self.preferred or self.first} {self.last}".strip()

    @cached_property
    def name_key(self) -> tuple[str, str]:
        return fold(self.first), fold(self.last)

    @cached_property
    def person_key(self) -> tuple[str, str, date | None]:
        return (*self.name_key, self.birth_date)


@dataclass(slots=True)
class Roster:
    """What a file says: beds in its order, entries, and what was found on the way.

    `doubtful` entries have a problem of their own; they are kept to see whom else their beds collide with.
    """

    sheets: tuple[str, ...] = ()
    beds: dict[BedKey, BedEntry] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    doubtful: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def houses(self) -> dict[str, str]:
        """Folded house name → its first spelling, in the file's order."""
        names: dict[str, str] = {}
        for bed in self.beds.values():
            names.setdefault(bed.key.house, bed.house)
        return names

    def position(self, place: Place) -> tuple[int, int, int, str]:
        """For sorting as a person goes through the file."""
        sheet = self.sheets.index(place.sheet) if place.sheet in self.sheets else -1
        return sheet, place.line, len(place.column), place.column


def read_entries(workbook: Workbook, mapping: RosterMapping, *, today: date) -> Roster:
    """Every row of every table, read by `mapping`. Problems are collected, never raised.

    Promises nothing about the rows together: see `collisions.settle`.
    """
    roster = Roster(
        tuple(sheet.name for sheet in workbook.sheets), notes=[Note(text) for text in (*workbook.notes, *mapping.notes)]
    )
    for table in mapping.tables:
        _TableReader(workbook, mapping, table, today, roster).read()
    if not roster.beds and not roster.problems:
        roster.problems.append(
            Problem(
                Place(workbook.sheets[0].name, workbook.sheets[0].rows[0].line),
                _("no row of the file names a bed"),
                _("A roster has a header such as House, Bed, First name, Last name, Birth date, Move-in."),
            )
        )
    return roster


# --- what a line is ---

_TOTAL = re.compile(
    r"(?:(?:sub|grand)[\s-]*)?totals?\b|beds?\s+(?:filled|open|empty|available|occupied|used|total)\b|"
    r"(?:number|count|no\.?|#)\s+of\b|(?:total\s+)?in\s+house\b|occupan|occupied\b|capacity\b|census\b|"
    r"vacancies\b|sum\s*(?:[:=]|$)",
    re.IGNORECASE,
)
_OPEN = re.compile(r"\W*(?:vacant|vacancy|open|empty|available|avail|unoccupied|free|ready)\W*", re.IGNORECASE)
_NOBODY = re.compile(r"\W*(?:nobody|no one|none|n/?a|x{1,3})?\W*", re.IGNORECASE)
_OPEN_WITH_WORDS = re.compile(
    r"\W*(?:vacant|vacancy|empty|unoccupied|open bed|bed open|open since|open as of|available)\b",
    re.IGNORECASE,
)
_HELD = re.compile(
    r"\W*(?:on\s+)?(?:bed\s+)?(?:hold|held|holding|reserved|reserve|pending|saved|saving|promised|incoming|coming)"
    r"(?=\W*$|\s+(?:for|until|till|til|thru|through|to|by)\b|\s*[-–—:(/\d]|\s+(?:[A-Z]\.?){1,3}(?:\s|$))",
    re.IGNORECASE,
)
_HELD_IN_BRACKETS = re.compile(
    r"\W*[(\[]\s*(?:hold|held|holding|reserved|pending|saved|promised|incoming)\b", re.IGNORECASE
)
_OUT_OF_SERVICE = re.compile(
    r"\W*(?:out\s+of\s+(?:service|order|use)|oos|broken|damaged|maintenance|under\s+repair|repairs?|do\s+not\s+use|"
    r"closed|offline|bed\s?bugs|storage|not\s+in\s+use)\b",
    re.IGNORECASE,
)
_EXCEL_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|#+)")

_GONE = re.compile(r"\W*(?:discharged?|left|former|past|moved\s+out|exited|inactive|terminated)\b", re.IGNORECASE)

_OF_A_PERSON = (Field.STARTS, Field.SOBER, Field.PHONE, Field.CONTACT)
_NAME_PARTS = (Field.FIRST, Field.LAST, Field.NAME, Field.LAST_FIRST)


class _TableReader:
    """Reads one table into the roster."""

    def __init__(self, workbook: Workbook, mapping: RosterMapping, table: Table, today: date, roster: Roster) -> None:
        sheet = workbook.sheets[table.sheet]
        self.sheet = sheet.name
        self.rows = [sheet.rows[index] for index in table.rows]
        self.table = table
        self.layout: Layout = mapping.layouts[table.layout]
        self.columns = {kind: number for number, kind in enumerate(self.layout.fields) if kind}
        self.bed_field = Field.BED if Field.BED in self.columns else Field.ROOM_BED
        in_two = Field.FIRST in self.columns and Field.LAST in self.columns
        whole = Field.LAST_FIRST if Field.LAST_FIRST in self.columns else Field.NAME
        self.name_field, self.last_field = (Field.FIRST, Field.LAST) if in_two else (whole, whole)
        self.today = today
        self.order = mapping.order
        self.roster = roster
        self.told_no_house = False
        self.told_no_move_in = False
        self.row_starts = 0

    def read(self) -> None:
        if self.layout.missing:
            line = self.table.header_line or (self.rows[0].line if self.rows else 1)
            for kind in self.layout.missing:
                self.roster.problems.append(
                    Problem(
                        Place(self.sheet, line),
                        _("no column is known to hold the %(field)s") % {"field": kind.label},
                        _("Say which column it is."),
                    )
                )
            return
        self._tell_columns_left_out()
        self.orders = self._orders()
        for row in self.rows:
            self._row(row)

    def _row(self, row: Row) -> None:
        self.row_starts = len(self.roster.problems)
        self._check_characters(row)
        told = {kind: self._cell(row, kind) for kind in self.columns}
        if not any(told.values()):
            return
        if self._is_total(row, told):
            return
        if told.get(Field.BIRTH) or not self._is_no_person(row, told):
            self._person(row, told)

    def _is_total(self, row: Row, told: dict[Field, str]) -> bool:
        """Whether a line counts the others, with a number or a formula somewhere; then it is told."""
        filled = row.filled()
        starts = told.get(Field.STARTS, "")
        counts = not starts or starts.startswith("=") or (starts.isdigit() and len(starts) < 5)
        if told.get(Field.BIRTH) or not counts or len(filled) > 3 or not _TOTAL.match(clean(row.text(filled[0]))):
            return False
        words = " ".join(clean(row.text(column)) for column in filled)
        self._note(row, _("skipped, a total: “%(text)s”") % {"text": short(words)})
        return True

    def _is_no_person(self, row: Row, told: dict[Field, str]) -> bool:
        """Whether a line without a birth date is something else than a person; then it is dealt with."""
        filled = row.filled()
        name = " ".join(told[kind] for kind in _NAME_PARTS if told.get(kind))
        name_cells = [told[kind] for kind in (Field.FIRST, Field.LAST) if told.get(kind)]
        status = told.get(Field.STATUS, "")
        first_word = clean(row.text(filled[0]))
        if len(filled) == 1 and self._is_remark(told):
            self._note(row, _("skipped, a remark: “%(text)s”") % {"text": short(first_word)})
            return True
        held = _HELD.match(name) or _HELD_IN_BRACKETS.match(name) or any(map(_HELD.fullmatch, name_cells))
        if held or _HELD.match(status):
            self._note(row, _("not imported: a hold, please enter it (“%(text)s”)") % {"text": short(name or status)})
        elif _OUT_OF_SERVICE.match(name) or (not name and _OUT_OF_SERVICE.match(status)):
            self._note(
                row,
                _("not imported: a bed out of service, please enter it (“%(text)s”)") % {"text": short(name or status)},
            )
        elif _OPEN.fullmatch(name) or _OPEN_WITH_WORDS.match(name) or any(map(_OPEN.fullmatch, name_cells)):
            if not _OPEN.fullmatch(name):
                self._note(row, _("read as an empty bed: “%(text)s”") % {"text": short(name)})
        elif not _NOBODY.fullmatch(name) or any(told.get(kind) for kind in _OF_A_PERSON):
            return False
        self._bed(row, told)
        return True

    def _is_remark(self, told: dict[Field, str]) -> bool:
        """Whether a line's only cell names no bed: a sentence below or between the beds."""
        bed = next((told[kind] for kind in BEDS if told.get(kind)), "")
        name = next((told[kind] for kind in _NAME_PARTS if told.get(kind)), "")
        return not name and (not bed or len(bed) > 20 or len(bed.split()) > 3)

    def _person(self, row: Row, told: dict[Field, str]) -> None:
        bed = self._bed(row, told)
        first, last, preferred = self._name(row, told)
        birth, starts, out, expected, sober = (self._date(row, told, kind) for kind in DATES)
        phone = self._phone(row, told, Field.PHONE)
        contact = self._contact(row, told)
        for kind in (Field.REFERRED_BY, Field.GENDER, Field.PRONOUNS):
            self._check_length(row, kind, told.get(kind, ""))
        self._check_days(row, birth, starts, out, expected, sober)
        status = told.get(Field.STATUS, "")
        if _GONE.match(status) and out is None and not self._is_named(row, Field.ENDS):
            self._problem(
                row,
                Field.STATUS,
                _("“%(status)s”, but no move-out date") % {"status": short(status)},
                _("Write the day the resident moved out."),
            )
        if starts is None and not self._is_named(row, Field.STARTS):
            self._no_move_in(row)
        for column in sorted(row.formulas.intersection(self.columns.values())):
            shown = short(clean(row.text(column)))
            self._note(row, _("a formula was not calculated; read as “%(text)s”") % {"text": shown}, column)
        if bed is None or starts is None or not first:
            return
        ends = out if out is not None and out <= self.today else None
        if out is not None and ends is None:
            expected = out
            self._note(
                row,
                _("the move-out on %(day)s has not come yet: kept as the expected move-out") % {"day": out.isoformat()},
                self.columns[Field.ENDS],
            )
        entry = Entry(
            bed=bed,
            bed_place=self._place(row, self.columns[self.bed_field]),
            place=Place(self.sheet, row.line),
            first=first,
            last=last,
            preferred=preferred,
            starts_on=starts,
            ends_on=ends,
            expected_on=None if ends is not None else expected,
            birth_date=birth,
            gender=_answer(told.get(Field.GENDER, "")),
            pronouns=_answer(told.get(Field.PRONOUNS, "")),
            sober_since=sober,
            phone=phone,
            contact=contact,
            referred_by=_answer(told.get(Field.REFERRED_BY, "")),
        )
        if len(self.roster.problems) == self.row_starts:
            self.roster.entries.append(entry)
        elif not any(self._is_named(row, kind) for kind in (Field.STARTS, Field.ENDS, Field.EXPECTED, Field.STATUS)):
            self.roster.doubtful.append(entry)

    # --- its parts

    def _bed(self, row: Row, told: dict[Field, str]) -> BedEntry | None:
        before = len(self.roster.problems)
        house = told.get(Field.HOUSE, "") or self.table.house
        room = told.get(Field.ROOM, "")
        label = told.get(self.bed_field, "")
        if self.bed_field is Field.ROOM_BED and not room:
            room = room_of(label)
        if not house:
            self._no_house(row)
        if not label:
            self._problem(row, self.bed_field, _("no bed"), _("Write which bed it is."))
        for kind in (Field.ROOM, self.bed_field):
            if kind in self.columns and isinstance(value := row.value(self.columns[kind]), date):
                self._problem(
                    row,
                    kind,
                    _("the spreadsheet has turned this name into the date %(day)s") % {"day": value.isoformat()},
                    _("Format the cell as text and type the name anew."),
                )
        self._check_length(row, Field.HOUSE, house)
        self._check_length(row, Field.ROOM, room)
        self._check_length(row, self.bed_field, label)
        if not house or len(self.roster.problems) > before:
            return None
        entry = BedEntry(house, room, label, self._place(row, self.columns[self.bed_field]))
        return self.roster.beds.setdefault(entry.key, entry)

    def _name(self, row: Row, told: dict[Field, str]) -> tuple[str, str, str]:
        preferred = _answer(told.get(Field.PREFERRED, ""))
        cells = [told[kind] for kind in _NAME_PARTS if told.get(kind)]
        if error := next((cell for cell in cells if _EXCEL_ERROR.fullmatch(cell)), None):
            self._problem(
                row,
                self.name_field,
                _("the cell shows the spreadsheet's error “%(text)s”") % {"text": error},
                _("Write the name."),
            )
            return "", "", ""
        if self.name_field is Field.FIRST:
            first, nick = without_nickname(told[Field.FIRST])
            last = told[Field.LAST]
        else:
            last_first = self.name_field is Field.LAST_FIRST
            first, last, nick = split_name(told[self.name_field], last_first=last_first)
        preferred = preferred or nick
        whole = f"{first} {last}".strip()
        if not whole or _OPEN.fullmatch(whole) or _HELD.fullmatch(whole):
            self._problem(
                row,
                self.name_field,
                _("“%(text)s” is no name") % {"text": whole} if whole else _("no name"),
                _("Write the resident's first and last name, or clear the line if the bed is empty."),
            )
        elif not first:
            self._problem(
                row,
                self.name_field,
                _("no first name beside “%(name)s”") % {"name": short(last)},
                _("Write the first name."),
            )
        elif not last:
            self._note(
                row,
                _("“%(name)s” has no last name; imported as it is") % {"name": short(first)},
                self.columns[self.last_field],
            )
        self._check_length(row, self.name_field, first)
        self._check_length(row, self.last_field, last)
        self._check_length(row, Field.PREFERRED if Field.PREFERRED in self.columns else self.name_field, preferred)
        return first, last, preferred

    def _date(self, row: Row, told: dict[Field, str], kind: Field) -> date | None:
        if kind not in self.columns:
            return None
        if isinstance(value := row.value(self.columns[kind]), date):
            return value
        try:
            return read_date(told[kind], order=self.orders[kind], today=self.today, birth=kind is Field.BIRTH)
        except DateRefused as refused:
            self._problem(row, kind, refused.wrong, refused.right)
            return None

    def _check_days(
        self,
        row: Row,
        birth: date | None,
        starts: date | None,
        ends: date | None,
        expected: date | None,
        sober: date | None,
    ) -> None:
        if birth is not None and birth > self.today:
            wrong = _("born on %(day)s, in the future") % {"day": birth.isoformat()}
            self._problem(row, Field.BIRTH, wrong, _("Correct the year of birth."))
            birth = None
        elif birth is not None and birth.year < self.today.year - OLDEST:
            wrong = _("born on %(day)s, too long ago") % {"day": birth.isoformat()}
            self._problem(row, Field.BIRTH, wrong, _("Correct the year of birth."))
            birth = None
        if starts is not None and starts > self.today:
            self._problem(
                row,
                Field.STARTS,
                _("the move-in on %(day)s is in the future") % {"day": starts.isoformat()},
                _("Correct the date; for someone who is still to come, clear the line and enter a hold."),
            )
        elif birth is not None and starts is not None and starts < birth:
            self._problem(
                row,
                Field.STARTS,
                _("the move-in on %(day)s is before the birth on %(birth)s")
                % {"day": starts.isoformat(), "birth": birth.isoformat()},
                _("Correct one of the two dates."),
            )
        if starts is not None and ends is not None and ends < starts:
            self._problem(
                row,
                Field.ENDS,
                _("the move-out on %(end)s is before the move-in on %(start)s")
                % {"end": ends.isoformat(), "start": starts.isoformat()},
                _("Write a later day, or leave it empty if the resident still lives here."),
            )
        if starts is not None and expected is not None and expected <= starts:
            self._problem(
                row,
                Field.EXPECTED,
                _("the expected move-out on %(end)s is not after the move-in on %(start)s")
                % {"end": expected.isoformat(), "start": starts.isoformat()},
                _("Write a later day, or leave it empty."),
            )
        if sober is not None and sober > self.today:
            self._problem(
                row,
                Field.SOBER,
                _("sober since %(day)s, which is in the future") % {"day": sober.isoformat()},
                _("Write a day up to today, %(today)s.") % {"today": self.today.isoformat()},
            )
        elif sober is not None and birth is not None and sober < birth:
            self._problem(
                row,
                Field.SOBER,
                _("sober since %(day)s, before the birth on %(birth)s")
                % {"day": sober.isoformat(), "birth": birth.isoformat()},
                _("Correct one of the two dates."),
            )

    def _no_house(self, row: Row) -> None:
        if Field.HOUSE in self.columns:
            self._problem(row, Field.HOUSE, _("no house"), _("Write the house's name."))
        elif not self.told_no_house:
            self.told_no_house = True
            self._problem(
                row,
                Field.HOUSE,
                _("nothing says which house this is"),
                _("Give the house's name when you import, or write it in a line above the header."),
            )

    def _no_move_in(self, row: Row) -> None:
        if Field.STARTS in self.columns:
            self._problem(row, Field.STARTS, _("no move-in date"), _("Write the day the resident moved in."))
        elif not self.told_no_move_in:
            self.told_no_move_in = True
            self._problem(
                row,
                Field.STARTS,
                _("no column is known to hold the %(field)s") % {"field": Field.STARTS.label},
                _("Say which column it is, or add one with the day each resident moved in."),
            )

    def _phone(self, row: Row, told: dict[Field, str], kind: Field) -> str:
        text = _answer(told.get(kind, ""))
        if text and not 7 <= count_digits(text) <= 15:
            self._problem(
                row,
                kind,
                _("“%(text)s” is not a telephone number: it has %(digits)s digits")
                % {"text": short(text), "digits": count_digits(text)},
                _("Write one number of 7 to 15 digits, or leave it empty."),
            )
            return ""
        self._check_length(row, kind, text)
        return text

    def _contact(self, row: Row, told: dict[Field, str]) -> ContactWords | None:
        phone = self._phone(row, told, Field.CONTACT_PHONE)
        relationship = _answer(told.get(Field.CONTACT_RELATIONSHIP, ""))
        text = told.get(Field.CONTACT, "")
        self._check_length(row, Field.CONTACT_RELATIONSHIP, relationship)
        contact = split_contact(text)
        if contact is None:
            return ContactWords(relationship or phone, relationship, phone) if phone else None
        return replace(contact, relationship=relationship or contact.relationship, phone=phone or contact.phone)

    # --- helpers

    def _check_characters(self, row: Row) -> None:
        for column, value in enumerate(row.values):
            if not isinstance(value, str) or not (match := CONTROL.search(value)):
                continue
            code = f"{ord(match[0]):04X}"
            seen = _("a control character (U+%(code)s)") % {"code": code}
            what = _("a null byte") if match[0] == "\x00" else seen
            self.roster.problems.append(
                Problem(
                    self._place(row, column),
                    _("the cell holds %(what)s, which no one can see") % {"what": what},
                    _("Type the cell anew: “%(text)s”.") % {"text": short(clean(value))},
                )
            )

    def _cell(self, row: Row, kind: Field) -> str:
        text = clean(row.text(self.columns[kind]))
        if len(text) > MAX_CELL:
            self._check_length(row, kind, text)
            return text[:MAX_CELL]
        return text

    def _check_length(self, row: Row, kind: Field, text: str) -> None:
        limit = LIMITS.get(kind, MAX_CELL)
        if len(text) > limit:
            self._problem(
                row,
                kind,
                _("the text is %(length)s characters long (“%(text)s”)")
                % {"length": f"{len(text):,}", "text": short(text, 40)},
                _("Shorten it to at most %(limit)s characters.") % {"limit": limit},
            )

    def _problem(self, row: Row, kind: Field, wrong: str, right: str) -> None:
        """Name one problem of a cell; what follows from it in the same cell is not told as well."""
        place = self._place(row, self.columns.get(kind))
        if not place.column or not self._is_named(row, kind):
            self.roster.problems.append(Problem(place, wrong, right))

    def _is_named(self, row: Row, kind: Field) -> bool:
        """Whether a problem of this row's cell is already told."""
        place = self._place(row, self.columns.get(kind))
        return any(problem.place == place for problem in self.roster.problems[self.row_starts :])

    def _note(self, row: Row, text: str, column: int | None = None) -> None:
        self.roster.notes.append(Note(text, self._place(row, column)))

    def _place(self, row: Row, column: int | None) -> Place:
        if column is None:
            return Place(self.sheet, row.line)
        header = self.layout.headers[column] if column < len(self.layout.headers) else ""
        return Place(self.sheet, row.line, column_letter(column), short(clean(header)))

    def _header_place(self, column: int) -> Place:
        line = self.table.header_line or (self.rows[0].line if self.rows else 1)
        return Place(self.sheet, line, column_letter(column), short(clean(self.layout.headers[column])))

    def _orders(self) -> dict[Field, Order]:
        """Month or day first, for each date column: as a person chose, as it proves, as the others prove."""
        if self.order is not None:
            return dict.fromkeys(DATES, self.order)
        proven = {kind: column_order(self._texts(kind)) for kind in DATES if kind in self.columns}
        everywhere = Order.MONTH_FIRST
        if Order.DAY_FIRST in proven.values() and Order.MONTH_FIRST not in proven.values():
            everywhere = Order.DAY_FIRST
        orders = {kind: proven.get(kind) or everywhere for kind in DATES}
        for kind, column in self.columns.items():
            if orders.get(kind) is Order.DAY_FIRST:
                text = _("the dates are read as day/month/year")
            elif proven.get(kind) is Order.MONTH_FIRST:
                text = _("the dates are read as month/day/year, as the column itself shows")
            elif kind in proven and any(map(depends_on_order, self._texts(kind))):
                text = _("the dates are read as month/day/year; this is assumed, the column does not prove it")
            else:
                continue
            self.roster.notes.append(Note(text, self._header_place(column)))
        return orders

    def _texts(self, kind: Field) -> Iterator[str]:
        """What is written in a column, without the real dates of a workbook."""
        column = self.columns[kind]
        return (value for row in self.rows if isinstance(value := row.value(column), str))

    def _tell_columns_left_out(self) -> None:
        for column, _letter, _header, kind, sample in self.layout.columns():
            if kind is Field.NOTHING and sample:
                self.roster.notes.append(Note(_("this column is left out"), self._header_place(column)))


def _answer(text: str) -> str:
    """A text, or nothing where it only says that there is none."""
    return "" if is_blank(text) or NO_ANSWER.fullmatch(text) else text
