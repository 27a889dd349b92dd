"""How often somebody may ask without signing in, from one address: the register, or another door with a secret."""

from __future__ import annotations

import time

from django.http import HttpRequest

from soberhouse.limits import counted_by, counters

WINDOW = 5 * 60
MOST_WRONG, MOST = 100, 500  # a court is many readers behind one address; a code has 100 random bits


def seconds_to_wait(request: HttpRequest, door: str = "verify") -> int:
    """Zero while the visitor's address may ask; counts this time. After `MOST_WRONG` wrong codes or `MOST` questions in
    a window, how long it still is until the next. Each door counts for itself."""
    asked = _counted(request, door, "asked")
    wrong = counters().get(_key(request, door, "wrong"), 0)
    return _left() if asked > MOST or wrong >= MOST_WRONG else 0


def count_wrong(request: HttpRequest, door: str = "verify") -> None:
    """This one asked for something that there is not."""
    _counted(request, door, "wrong")


def _counted(request: HttpRequest, door: str, what: str) -> int:
    key = _key(request, door, what)
    counters().add(key, 0, timeout=WINDOW)
    try:
        return counters().incr(key)
    except ValueError:  # the window ended between the two
        return 1


def _key(request: HttpRequest, door: str, what: str) -> str:
    return f"{door}:{what}:{int(time.time() // WINDOW)}:{counted_by(request)}"


def _left() -> int:
    return WINDOW - int(time.time() % WINDOW)
