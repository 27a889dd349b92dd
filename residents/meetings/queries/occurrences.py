"""When meetings are held: each occurrence, as usual or changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from residents.meetings import recurrence
from residents.meetings.models import Meeting, MeetingChange


@dataclass(frozen=True)
class Occurrence:
    """A meeting held once. `on` is the day on which it is usual, in the meeting's own zone, and with the meeting says
    which occurrence it is; `starts_at` is when it is held, which a change may have moved."""

    meeting: Meeting
    on: date
    starts_at: datetime
    called_off: bool = False
    moved_from: datetime | None = None
    why: str = ""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.meeting.minutes)

    @property
    def local_start(self) -> datetime:
        """The start by the clock of the meeting."""
        return self.starts_at.astimezone(ZoneInfo(self.meeting.time_zone))


def changes_of(meetings: Iterable[Meeting]) -> dict[tuple[int, date], MeetingChange]:
    """The newest change of each occurrence that has one, by meeting and day. One query."""
    rows = MeetingChange.objects.filter(meeting__in=[each.pk for each in meetings], followed_by=None)
    return {(row.meeting_id, row.on): row for row in rows}


def occurrences(meetings: Iterable[Meeting], since: datetime, until: datetime) -> list[Occurrence]:
    """Those that start in [since, until), called off ones too, in order of time. One query, however many meetings. None
    of a meeting by appointment, nor from the day on which one is closed."""
    meetings = list(meetings)
    changes: dict[int, dict[date, MeetingChange]] = {}
    for (of, on), row in changes_of(meetings).items():
        changes.setdefault(of, {})[on] = row
    found = []
    for meeting in meetings:
        moved = changes.get(meeting.pk, {})
        zone = ZoneInfo(meeting.time_zone)
        first, last = (edge.astimezone(zone).date() for edge in (since, until))
        usual = set(recurrence.days(meeting.recurrence, meeting.starts_on, first, last))
        for on in usual | set(moved):
            if (occurrence := _occurrence(meeting, on, moved.get(on))) is not None:
                found.append(occurrence)
    held = [each for each in found if since <= each.starts_at < until]
    return sorted(held, key=lambda each: (each.starts_at, each.meeting.name, each.meeting.pk))


def occurrence_on(meeting: Meeting, on: date) -> Occurrence | None:
    """The occurrence that is usual on this day; None where there is none. One query."""
    return _occurrence(meeting, on, changes_of([meeting]).get((meeting.pk, on)))


def _occurrence(meeting: Meeting, on: date, change: MeetingChange | None) -> Occurrence | None:
    closed = meeting.closed_on is not None and on >= meeting.closed_on
    if closed or meeting.starts is None or on not in recurrence.days(meeting.recurrence, meeting.starts_on, on, on):
        return None
    usual = recurrence.instant(on, meeting.starts, meeting.time_zone)
    if change is None or not (change.called_off or change.held_at):
        return Occurrence(meeting, on, usual)
    if change.held_at is not None:
        return Occurrence(meeting, on, change.held_at, moved_from=usual, why=change.why)
    return Occurrence(meeting, on, usual, called_off=True, why=change.why)
