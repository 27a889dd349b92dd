"""The secret addresses of calendars, and what of meetings stands under them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid5

from django.db.models import Q
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.meetings import recurrence
from residents.meetings.models import CalendarLink, Kind, Meeting, MeetingChange, MeetingPlan
from residents.stays.models import Stay
from soberhouse.accounts.keys import digest
from soberhouse.cards import CalendarChange, CalendarEntry

# An address that tells what is held there is not written into a calendar.
TELLING = re.compile(
    r"(?i:\b(aa|al-?anon|alano|addict\w*|alcohol\w*|anonymous|detox\w*|narcotics|recover\w*|rehab\w*|sober\w*|sobriety"
    r"|treatment|twelve[ -]step\w*|12[ -]step\w*)\b)|\bNA\b"
)


def link_of(secret: str) -> CalendarLink | None:
    """The live address that this secret opens. It is looked up by its digest, which tells nothing of how near a guess
    was."""
    found = CalendarLink.objects.live().filter(token_digest=digest(secret))
    return found.select_related("house", "stay__house").first()


def of_stay(stay: Stay, since: datetime) -> Iterator[CalendarEntry]:
    """The house meetings of somebody's house, and what they planned: none that had ended by `since`. Three queries."""
    day = since.date()
    held = Meeting.objects.filter(_held(day), house=stay.house_id, kind=Kind.HOUSE).select_related("version")
    plans = (
        MeetingPlan.objects.filter(Q(ends_on=None) | Q(ends_on__gt=day), stay=stay)
        .exclude(meeting__kind=Kind.HOUSE)
        .filter(_held(day, "meeting__"))
        .select_related("meeting__version")
    )
    held, plans = list(held), list(plans)
    changes = _changes([*held, *(plan.meeting for plan in plans)])
    for meeting in held:
        uid = uuid5(stay.uuid, str(meeting.uuid))
        yield from _entry(meeting, changes[meeting.pk], uid=uid, since=stay.starts_on)
    for plan in plans:
        yield from _entry(plan.meeting, changes[plan.meeting.pk], uid=plan.uuid, since=plan.starts_on, plan=plan)


def of_house(house: House, since: datetime) -> Iterator[CalendarEntry]:
    """A house's own meetings: none that had been closed by `since`. Two queries."""
    held = list(Meeting.objects.filter(_held(since.date()), house=house).select_related("version"))
    changes = _changes(held)
    for meeting in held:
        yield from _entry(meeting, changes[meeting.pk], uid=meeting.uuid, since=meeting.starts_on)


def _held(day: date, prefix: str = "") -> Q:
    """Held by the clock, and not closed by this day."""
    open_still = Q(**{f"{prefix}closed_on": None}) | Q(**{f"{prefix}closed_on__gt": day})
    return open_still & ~Q(**{f"{prefix}recurrence": ""})


def _changes(meetings: Iterable[Meeting]) -> defaultdict[int, list[MeetingChange]]:
    """Every change of theirs, those that were changed again too. One query."""
    found: defaultdict[int, list[MeetingChange]] = defaultdict(list)
    for row in MeetingChange.objects.filter(meeting__in={each.pk for each in meetings}).order_by("pk"):
        found[row.meeting_id].append(row)
    return found


def _entry(
    meeting: Meeting, changes: list[MeetingChange], *, uid: UUID, since: date, plan: MeetingPlan | None = None
) -> Iterator[CalendarEntry]:
    """The meeting as an entry from the day `since` on, if it is held at all then."""
    ended = plan.ends_on if plan else None
    ends_on = min((day for day in (meeting.closed_on, ended) if day is not None), default=None)
    first = recurrence.first_day(meeting.recurrence, meeting.starts_on, max(since, meeting.starts_on))
    if first is None or meeting.starts is None or (ends_on is not None and first >= ends_on):
        return
    changed_at = [meeting.version.changed_at, *(row.recorded_at for row in changes)]
    if plan is not None:  # of which the day is known
        changed_at.append(datetime.combine(plan.ends_on or plan.starts_on, time(), tzinfo=UTC))
    yield CalendarEntry(
        uid=uid,
        title=_("House meeting") if meeting.kind == Kind.HOUSE else _("Meeting"),
        starts=datetime.combine(first, meeting.starts),
        zone=meeting.time_zone,
        minutes=meeting.minutes,
        version=meeting.version.number + len(changes) + (ended is not None),
        changed_at=max(changed_at),
        rule=meeting.recurrence,
        ends_on=ends_on,
        place=_place(meeting),
        changes=tuple(_in_force(meeting, changes, first, ends_on)),
    )


def _in_force(
    meeting: Meeting, changes: list[MeetingChange], first: date, ends_on: date | None
) -> Iterator[CalendarChange]:
    """The newest change of each occurrence that there is; one that was taken back is none."""
    followed = {row.follows_id for row in changes}
    for row in changes:
        if row.pk in followed or not (row.called_off or row.held_at):
            continue
        there = row.on >= first and (ends_on is None or row.on < ends_on)
        if there and row.on in recurrence.days(meeting.recurrence, meeting.starts_on, row.on, row.on):
            yield CalendarChange(datetime.combine(row.on, meeting.starts), row.held_at)


def _place(meeting: Meeting) -> str:
    """Where it is, unless that would tell what it is, or where the house is."""
    return "" if meeting.house_id is not None or TELLING.search(meeting.address) else meeting.address
