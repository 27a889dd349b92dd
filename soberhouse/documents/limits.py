"""How often somebody may ask the register from one address."""

from __future__ import annotations

import time

from django.http import HttpRequest

from soberhouse.limits import counted_by, counters

WINDOW = 5 * 60
MOST_WRONG, MOST = 100, 500  # a court is many readers behind one address; a code has 100 random bits


def seconds_to_wait(request: HttpRequest) -> int:
    """Zero while the visitor's address may ask; counts this time. After `MOST_WRONG` wrong codes or `MOST` questions in
    a window, how long it still is until the next."""
    asked = _counted(request, "asked")
    wrong = counters().get(_key(request, "wrong"), 0)
    return _left() if asked > MOST or wrong >= MOST_WRONG else 0


def count_wrong(request: HttpRequest) -> None:
    """This one asked for a paper that there is not."""
    _counted(request, "wrong")


def _counted(request: HttpRequest, what: str) -> int:
    key = _key(request, what)
    counters().add(key, 0, timeout=WINDOW)
    try:
        return counters().incr(key)
    except ValueError:  # the window ended between the two
        return 1


def _key(request: HttpRequest, what: str) -> str:
    return f"verify:{what}:{int(time.time() // WINDOW)}:{counted_by(request)}"


def _left() -> int:
    return WINDOW - int(time.time() % WINDOW)
