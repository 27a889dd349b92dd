"""Everything about meetings that is on record about somebody, for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def own(*args: Any) -> Iterator[Any]:
    yield from ()
