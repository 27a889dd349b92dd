"""What required meetings offer to the pages that gather."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def today(*args: Any) -> Iterator[Any]:
    yield from ()


def about(*args: Any) -> Iterator[Any]:
    yield from ()


def week(*args: Any) -> Iterator[Any]:
    yield from ()


def settings(*args: Any) -> Iterator[Any]:
    yield from ()


def beside_pass(*args: Any) -> Iterator[Any]:
    yield from ()


def hand_over(*args: Any) -> Iterator[Any]:
    yield from ()
