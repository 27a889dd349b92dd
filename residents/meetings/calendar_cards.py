"""What calendars and own notes offer to the pages that gather."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def about(*args: Any) -> Iterator[Any]:
    yield from ()


def home(*args: Any) -> Iterator[Any]:
    yield from ()


def settings(*args: Any) -> Iterator[Any]:
    yield from ()
