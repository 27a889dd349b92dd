"""The facts of the minutes on paper, read from the database as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils import timezone

from residents.meetings.house_meeting_words import needed_words
from residents.meetings.models import HouseMeeting, MinutesLine, RollLine
from residents.meetings.queries.house_meetings import Minutes, minutes_of
from residents.meetings.reports.minutes import Elected, Item, MinutesPaper, Part, Said, Vote
from soberhouse.cards import MinutesSection

What = MinutesLine.What


def minutes_facts(house_meeting: HouseMeeting, sections: Sequence[MinutesSection]) -> MinutesPaper:
    """One house meeting, with these sections of other subjects. Five queries."""
    minutes = minutes_of(house_meeting)
    house = house_meeting.house
    return MinutesPaper(
        house=house.name,
        meeting=house_meeting.meeting.name,
        starts_at=timezone.localtime(house_meeting.starts_at, house.zone),
        present=_names(minutes, RollLine.Status.PRESENT),
        excused=_names(minutes, RollLine.Status.EXCUSED),
        unexcused=_names(minutes, RollLine.Status.UNEXCUSED),
        items=tuple(
            Item(
                title=item.title,
                by=item.by_stay.short_name if item.by_stay else "",
                said=_said(line for line in minutes.lines_on(item) if line.what != What.CORRECTION),
            )
            for item in minutes.items
        ),
        said=_said(line for line in minutes.lines_on(None) if line.what != What.CORRECTION),
        corrections=_said(line for line in minutes.lines if line.what == What.CORRECTION),
        votes=tuple(
            Vote(
                text=motion.text,
                kind=motion.kind.name,
                in_favour=motion.in_favour,
                against=motion.against,
                abstained=motion.abstained,
                needed=needed_words(motion),
                carried=motion.carried,
            )
            for motion in minutes.motions
        ),
        elected=tuple(
            Elected(
                name=each.officer.resident.short_name,
                duty=str(each.officer.get_duty_display()),
                starts_on=each.officer.starts_on,
                ends_on=each.officer.ends_on,
                by=each.motion.text if each.motion else "",
            )
            for each in minutes.elections
        ),
        parts=tuple(Part(title=each.title, headers=each.headers, rows=each.rows) for each in sections),
    )


def _names(minutes: Minutes, status: str) -> tuple[str, ...]:
    return tuple(line.stay.short_name for line in minutes.roll if line.status == status)


def _said(lines: Iterable[MinutesLine]) -> tuple[Said, ...]:
    return tuple(
        Said(what=str(line.get_what_display()), text=line.text, put_right=line.corrects_id is not None)
        for line in lines
    )
