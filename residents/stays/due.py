"""What comes due about stays."""

from __future__ import annotations

from collections.abc import Iterator

from residents.stays.roster.services import uploads_purge
from soberhouse.due import Job


def jobs() -> Iterator[Job]:
    yield Job("rosters left lying, thrown away", lambda now: uploads_purge(now=now))
