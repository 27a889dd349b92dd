"""What the directory of meetings offers to the pages that gather."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def today(*args: Any) -> Iterator[Any]:
    yield from ()


def settings(*args: Any) -> Iterator[Any]:
    yield from ()
