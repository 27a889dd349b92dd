"""The code on a paper: a hundred random bits that somebody can read out over the telephone."""

from __future__ import annotations

import re
import secrets

from django.conf import settings
from django.urls import reverse

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O or U: read as 1, 1, 0 and V
LENGTH, GROUP = 20, 5
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
_BETWEEN = re.compile(r"[\s\-_.\u2010-\u2015]+")


def new_code() -> str:
    return grouped("".join(secrets.choice(LETTERS) for _ in range(LENGTH)))


def grouped(letters: str) -> str:
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def as_typed(text: str) -> str:
    """The code that somebody means who typed this: in any case, with dashes, spaces or neither, with an O for a zero.
    Empty where it is no code."""
    letters = _BETWEEN.sub("", text).upper().translate(_READ_AS)
    if len(letters) != LENGTH or not set(letters) <= set(LETTERS):
        return ""
    return grouped(letters)


def verify_url(code: str) -> str:
    """Where the world checks this code."""
    return settings.SITE_URL + reverse("verify_code", args=[code])
