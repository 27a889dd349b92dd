"""What comes due about the log."""

from __future__ import annotations

from collections.abc import Iterator

from residents.log.services.clocks import clocks_catch_up, deadlines_call
from soberhouse.due import Job


def jobs() -> Iterator[Job]:
    yield Job("clocks started", lambda now: clocks_catch_up(now=now))
    yield Job("people called about deadlines", lambda now: deadlines_call(now=now))
