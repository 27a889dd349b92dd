"""The codes by which somebody proves that they were there: the printed one of a meeting, and the one of a house meeting
that is on the manager's screen and changes every half minute. None is kept: each is worked out from a secret of the
site."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from residents.meetings.models import HouseMeeting, Meeting
from soberhouse.codes import LETTERS, as_made

LENGTH = 8  # letters of five bits
DIGITS = 6
SECONDS = 30  # that a code of a house meeting is on the screen


def code_of(meeting: Meeting) -> str:
    """The code of a meeting; empty where it has none. Another one after each renewal."""
    return _letters(meeting, settings.SECRET_KEY) if meeting.code_number else ""


def is_code_of(meeting: Meeting, typed: str) -> bool:
    """Whether this is the code of the meeting, however it was typed. One that was printed under a key of before still
    is."""
    letters = as_made(typed, LENGTH)
    if not letters or not meeting.code_number:
        return False
    return any(constant_time_compare(letters, _letters(meeting, key)) for key in _keys())


def house_code(house_meeting: HouseMeeting, now: datetime) -> str:
    """The code of a house meeting at this instant: six digits, others in each half minute."""
    return _digits(house_meeting, _window(now), settings.SECRET_KEY)


def is_house_code(house_meeting: HouseMeeting, typed: str, now: datetime) -> bool:
    """Whether this is the code of this half minute or of the one before, however it was typed."""
    digits = "".join(typed.split()).replace("-", "")
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return False
    windows = (_window(now), _window(now) - 1)
    return any(constant_time_compare(digits, _digits(house_meeting, each, key)) for each in windows for key in _keys())


def _keys() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS


def _letters(meeting: Meeting, key: str) -> str:
    said = salted_hmac("meeting code", f"{meeting.uuid} {meeting.code_number}", secret=key, algorithm="sha256")
    number = int.from_bytes(said.digest())
    return "".join(LETTERS[(number >> (5 * at)) % len(LETTERS)] for at in range(LENGTH))


def _digits(house_meeting: HouseMeeting, window: int, key: str) -> str:
    said = salted_hmac("house meeting code", f"{house_meeting.uuid} {window}", secret=key, algorithm="sha256")
    return f"{int.from_bytes(said.digest()) % 10**DIGITS:0{DIGITS}}"


def _window(now: datetime) -> int:
    return int(now.timestamp()) // SECONDS
