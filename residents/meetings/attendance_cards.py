"""What attendance offers to the pages that gather."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def today(*args: Any) -> Iterator[Any]:
    yield from ()


def about(*args: Any) -> Iterator[Any]:
    yield from ()


def papers(*args: Any) -> Iterator[Any]:
    yield from ()


def issued_anew(*args: Any) -> Iterator[Any]:
    yield from ()


def work(*args: Any) -> Iterator[Any]:
    yield from ()
