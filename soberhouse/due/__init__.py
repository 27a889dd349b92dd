"""Work that comes due by the clock. A subject that has any carries a module `due` with a function `jobs`; the command
`manage.py due` asks every subject in `settings.SUBJECTS` for theirs, and does not know what it will find:

    jobs() -> Iterable[Job]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from soberhouse.subjects import offers


@dataclass(frozen=True)
class Job:
    """Work that comes due. `run` is given this instant and does all of it that is due by then, answering how many
    things it did. It may be run at any time: every minute, twice at once, or after a week off; what was done once is
    not done again."""

    name: str
    run: Callable[[datetime], int]


def all_jobs() -> list[Job]:
    """Every subject's jobs, in the order of the subjects."""
    return [job for jobs in offers("due", "jobs") for job in jobs()]
