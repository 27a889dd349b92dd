"""What comes due about meetings."""

from __future__ import annotations

from collections.abc import Iterator

from residents.meetings.services.directory import feeds_catch_up
from soberhouse.due import Job


def jobs() -> Iterator[Job]:
    yield Job("directories of meetings read", lambda now: feeds_catch_up(now=now))
