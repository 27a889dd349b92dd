"""Whether an answer is still the one that somebody has.

What a partner polls is told by numbers that the database counts up with every change (`residents.houses.changes`):
nothing is computed to say that nothing changed. Any other answer is told by its own bytes.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import parse_etags

VERSION = 1  # of what answers look like: another one makes every tag another


def tag_of(*parts: Any) -> str:
    """The tag of an answer that follows from these parts; quoted, as it stands in the header."""
    return f'"{_digest(repr((VERSION, parts)).encode())}"'


def tag_of_body(body: bytes) -> str:
    return f'"{_digest(body)}"'


def _digest(said: bytes) -> str:
    """Keyed: nobody can guess an answer and compare."""
    return hashlib.blake2b(said, key=settings.SECRET_KEY.encode()[:64], digest_size=16).hexdigest()


def is_known(request: HttpRequest, tag: str) -> bool:
    """Whether `If-None-Match` names this tag, weak or strong (RFC 9110, 13.1.2)."""
    header = request.headers.get("If-None-Match", "")
    if not header:
        return False
    return header.strip() == "*" or tag.removeprefix("W/") in {
        known.removeprefix("W/") for known in parse_etags(header)
    }
