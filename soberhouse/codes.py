"""Codes that somebody reads off paper, or out over the telephone, and types: made, grouped, and read forgivingly."""

from __future__ import annotations

import re
import secrets

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O or U: read as 1, 1, 0 and V
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
_BETWEEN = re.compile(r"[\s\-_.\u2010-\u2015]+")


def new_letters(length: int) -> str:
    """A new code: five random bits a letter."""
    return "".join(secrets.choice(LETTERS) for _each in range(length))


def grouped(letters: str, group: int) -> str:
    """The code as it is printed."""
    return "-".join(letters[at : at + group] for at in range(0, len(letters), group))


def as_made(typed: str, length: int) -> str:
    """The letters of the code that somebody means who typed this: in any case, with dashes, spaces or neither, with an
    O for a zero. Empty where it is no code of this length."""
    letters = _BETWEEN.sub("", typed).upper().translate(_READ_AS)
    return letters if len(letters) == length and set(letters) <= set(LETTERS) else ""
