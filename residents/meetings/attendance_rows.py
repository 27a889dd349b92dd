"""Attendances and the meetings that can be written down, as pages show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from residents.away.queries.passes import clock
from residents.houses.models import House
from residents.meetings import attendance_words as words
from residents.meetings.models import Attendance, Meeting
from residents.meetings.queries import attendance as queries
from residents.meetings.queries import directory
from residents.meetings.queries.occurrences import Occurrence
from residents.stays.models import Stay
from soberhouse.accounts.models import User

MOST = 60  # meetings on a page
MOST_BY_APPOINTMENT = 20


@dataclass(frozen=True)
class Shown:
    """One attendance in words."""

    row: Attendance
    tone: str
    word: str
    when: str
    said: str
    struck: bool
    shows: str
    doubts: str  # to staff
    asked: str  # to the resident

    @property
    def is_open(self) -> bool:
        return bool(self.doubts)


def shown(rows: Iterable[Attendance], *, doubts: bool = True) -> list[Shown]:
    """These in words, and what is open about them. A constant number of queries."""
    if not isinstance(rows, Sequence):
        rows = list(rows.select_related(*queries.RELATED))
    found = queries.doubts_of(rows) if doubts else {}
    return [
        Shown(
            row=row,
            tone=words.tone_of(row),
            word=words.grade_words(row),
            when=words.when_words(row),
            said=words.row_words(row, when=False),
            struck=words.struck(row),
            shows=str(words.SHOWS[row.grade]),
            doubts=words.doubts_in_words(found.get(row.pk, ()), row.house),
            asked=words.asked_words(found.get(row.pk, ())),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Choice:
    """One meeting that may be written down; `url` leads on, where it has begun and is not written down yet. `at_once`,
    where one press at `url` writes it down."""

    fact: str
    reason: str
    url: str = ""
    state: str = ""
    word: str = ""
    planned: bool = False
    at_once: bool = False


@dataclass(frozen=True)
class Choices:
    planned: Sequence[Choice]
    others: Sequence[Choice]
    by_appointment: Sequence[Choice]
    more: int  # so many are not shown


def choices(
    user: User,
    stay: Stay,
    day: date,
    *,
    words: str = "",
    now: datetime,
    url: Callable[[Meeting, date | None], str],
    row_url: Callable[[Attendance], str],
) -> Choices:
    """The meetings of one day of the house, the last one that began first, those of somebody's week apart. Five
    queries."""
    house = stay.house
    planned = {plan.meeting_id for plan in queries.plans_of(stay, day)}
    done = queries.written_down(stay, day)
    there = directory.find(user, house, day=day, words=words, now=now)
    found = [each.occurrence for each in there if each.occurrence is not None]
    latest = now + queries.CODE_BEFORE
    begun = [each for each in found if each.starts_at <= latest]
    to_come = [each for each in found if each.starts_at > latest and each.meeting.pk in planned]
    rows = [_choice(each, house, done, planned, url, row_url) for each in [*to_come, *reversed(begun)]]
    if to_come:
        rows = [Choice(row.fact, row.reason, planned=True) for row in rows[: len(to_come)]] + rows[len(to_come) :]
    others = [row for row in rows if not row.planned]
    appointed = directory.by_appointment(user, house, day, words=words)[:MOST_BY_APPOINTMENT]
    return Choices(
        planned=[row for row in rows if row.planned],
        others=others[:MOST],
        by_appointment=[
            Choice(meeting.name, str(meeting.get_kind_display()), url=url(meeting, None)) for meeting in appointed
        ],
        more=max(len(others) - MOST, 0),
    )


def _choice(
    held: Occurrence,
    house: House,
    done: dict[tuple[int, datetime], Attendance],
    planned: set[int],
    url: Callable[[Meeting, date | None], str],
    row_url: Callable[[Attendance], str],
) -> Choice:
    meeting, is_planned = held.meeting, held.meeting.pk in planned
    said = [clock(held.starts_at, house), str(meeting.get_kind_display()), meeting.place or meeting.get_venue_display()]
    reason = " · ".join(map(str, said))
    if held.called_off:
        return Choice(meeting.name, reason, state="missed", word=_("called off"), planned=is_planned)
    row = done.get((meeting.pk, held.starts_at))
    if row is not None:
        return Choice(meeting.name, reason, row_url(row), words.tone_of(row), _("written down"), planned=is_planned)
    return Choice(meeting.name, reason, url(meeting, held.on), planned=is_planned)
