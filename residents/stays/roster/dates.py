"""The forms in which houses write a day, read strictly.

Month before day, as in the United States, unless a column proves the other order. What names no day, or a day that
does not exist, is refused with what would be right; nothing is guessed.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _


class Order(StrEnum):
    """Which of two numbers comes first in 05/06/2026."""

    MONTH_FIRST = "month"
    DAY_FIRST = "day"


class DateRefused(Exception):
    """A text that is not one day: what is wrong, and what would be right."""

    def __init__(self, wrong: str, right: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.right = right


# What people type where there is no date to write.
BLANKS = frozenset(
    {"", "-", "--", "---", "—", "–", "n/a", "na", "none", "null", "unknown", "unk", "?", "??", "tbd", "present"}
)  # fmt: skip

EARLIEST = 1900
LATEST = 2100
# A birth year in two digits is never read as that of a child younger than this: '19 is 1919, not 2019.
YOUNGEST = 10
# Any other two-digit year may lie this far ahead (a planned move-out); beyond, it is of the last century.
AHEAD = 5

_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTHS |= {"sept": 9}

_NUMERIC = re.compile(r"(\d{1,2})\s?([/.-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_COMPACT = re.compile(r"(19|20)(\d{2})(\d{2})(\d{2})")
_MONTH_DAY_YEAR = re.compile(r"([a-z]+)\.?[\s-]*(\d{1,2})(?:st|nd|rd|th)?\s*[\s,/-]\s*'?(\d{4}|\d{2})")
_DAY_MONTH_YEAR = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s/.-]*(?:of\s)?([a-z]+)\.?[\s,/.-]*'?(\d{4}|\d{2})")
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?\s+")
_MIDNIGHT = re.compile(r"[t\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s?[ap]m)?z?$")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")


def is_blank(text: str) -> bool:
    return text.casefold() in BLANKS


def column_order(texts: Iterable[str]) -> Order | None:
    """The order which a column of dates proves by itself, or None.

    Day-first needs more than one typing error: two dates whose first number cannot be a month, none whose second
    cannot, and numbers in at least half of the column's dates.
    """
    day_first = month_first = numeric = other = 0
    for text in texts:
        match = _NUMERIC.match(text)
        if match is None:
            other += not is_blank(text)
            continue
        numeric += 1
        first, second = int(match[1]), int(match[3])
        day_first += 12 < first <= 31 and second <= 12
        month_first += 12 < second <= 31 and first <= 12
    if day_first >= 2 and not month_first and numeric >= other:
        return Order.DAY_FIRST
    if month_first and not day_first:
        return Order.MONTH_FIRST
    return None


def depends_on_order(text: str) -> bool:
    """Whether a text is another day if its other number is the month: 05/06/2026, but not 05/05/2026 or 05/25/2026."""
    match = _NUMERIC.match(_WEEKDAY.sub("", text.strip().casefold(), count=1))
    return match is not None and int(match[1]) != int(match[3]) and max(int(match[1]), int(match[3])) <= 12


def read_date(text: str, *, order: Order, today: date, birth: bool = False) -> date | None:
    """The day a text names; None for a blank. Raises DateRefused for what is not one existing day.

    `birth` decides the century of a two-digit year: 6/21/26 is a birth in 1926 but a move-in in 2026.
    """
    text = " ".join(text.split())
    if is_blank(text):
        return None
    lowered = _WEEKDAY.sub("", _MIDNIGHT.sub("", text.casefold()), count=1)
    if match := _ISO.fullmatch(lowered):
        return _day(text, int(match[1]), int(match[3]), int(match[4]))
    if match := _COMPACT.fullmatch(lowered):
        return _day(text, int(match[1] + match[2]), int(match[3]), int(match[4]))
    if match := _NUMERIC.fullmatch(lowered):
        first, second = int(match[1]), int(match[3])
        day, month = (first, second) if order is Order.DAY_FIRST else (second, first)
        year = _year(match[4], birth=birth, today=today)
        if month > 12 and day <= 12:
            raise _other_order(text, order, year, month=day, day=month)
        return _day(text, year, month, day)
    if match := _MONTH_DAY_YEAR.fullmatch(lowered):
        name, day, year = match[1], int(match[2]), match[3]
    elif match := _DAY_MONTH_YEAR.fullmatch(lowered):
        name, day, year = match[2], int(match[1]), match[3]
    else:
        raise _not_a_date(text)
    if name not in _MONTHS:
        raise _not_a_date(text)
    return _day(text, _year(year, birth=birth, today=today), _MONTHS[name], day)


def _year(digits: str, *, birth: bool, today: date) -> int:
    if len(digits) == 4:
        return int(digits)
    year = 2000 + int(digits)
    return year if year <= today.year + (-YOUNGEST if birth else AHEAD) else year - 100


def _day(text: str, year: int, month: int, day: int) -> date:
    if not EARLIEST <= year <= LATEST:
        raise DateRefused(
            _("“%(text)s” is in the year %(year)s") % {"text": _short(text), "year": year},
            _("Correct the year."),
        )
    try:
        return date(year, month, day)
    except ValueError:
        raise _no_such_day(text, year, month) from None


def _no_such_day(text: str, year: int, month: int) -> DateRefused:
    if not 1 <= month <= 12:
        return DateRefused(
            _("“%(text)s” has no month %(month)s") % {"text": _short(text), "month": month},
            _("Write year-month-day, for example 2026-03-01."),
        )
    last = calendar.monthrange(year, month)[1]
    return DateRefused(
        _("“%(text)s” is a day that does not exist: %(month)s %(year)s has %(last)s days")
        % {"text": _short(text), "month": calendar.month_name[month], "year": year, "last": last},
        _("Write the right day, for example %(example)s.") % {"example": date(year, month, last).isoformat()},
    )


def _other_order(text: str, order: Order, year: int, *, month: int, day: int) -> DateRefused:
    try:
        meant = _day(text, year, month, day).isoformat()
    except DateRefused as refused:
        return refused
    if order is Order.MONTH_FIRST:
        wrong = _("“%(text)s” has no month %(number)s: this column is read as month/day/year")
    else:
        wrong = _("“%(text)s” has no month %(number)s: this column is read as day/month/year")
    return DateRefused(
        wrong % {"text": _short(text), "number": day},
        _("Write %(meant)s if that is the day meant.") % {"meant": meant},
    )


def _not_a_date(text: str) -> DateRefused:
    if _SERIAL.fullmatch(text):
        return DateRefused(
            _("“%(text)s” is a number, not a date") % {"text": _short(text)},
            _("Format the cell as a date in the spreadsheet, or write year-month-day, for example 2026-03-01."),
        )
    return DateRefused(
        _("“%(text)s” is not a date") % {"text": _short(text)},
        _("Write year, month and day, for example 2026-03-01."),
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
