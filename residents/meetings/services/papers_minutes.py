"""The minutes of a house meeting are published, and leave the building as a paper. In the site's language."""

from __future__ import annotations

from functools import partial
from typing import Any, Unpack

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from residents.meetings import papers_minutes, reports
from residents.meetings.models import HouseMeeting
from residents.meetings.queries.house_meetings import roll_of, sections_of
from residents.meetings.reports import minutes as report
from residents.meetings.services.house_meetings import minutes_freeze, require_complete
from residents.stays.services.papers import Order, paper_issue
from soberhouse.cards import MinutesSection
from soberhouse.documents.models import IssuedDocument
from soberhouse.language import in_site_language


@in_site_language
def minutes_publish(*, house_meeting: HouseMeeting, **order: Unpack[Order]) -> IssuedDocument:
    """Publish the minutes: from now on nothing of the meeting changes, what other subjects say stays as it is, the
    paper is issued, and everybody who lives there is told. All of it or nothing.

    Refuses minutes that are published, a meeting that has not begun, a roll that is not complete, and a motion counted
    against other people than are on the roll by now.
    """
    now = order["now"]
    if house_meeting.published_at is None:
        require_complete(house_meeting=house_meeting, roll=roll_of(house_meeting))
    sections = sections_of(house_meeting)
    facts = papers_minutes.minutes_facts(house_meeting, sections)

    def frozen() -> report.MinutesPaper:
        row = minutes_freeze(house_meeting=house_meeting, sections=_kept(sections), now=now)
        return papers_minutes.minutes_facts(row, sections)

    return _issued(house_meeting, facts, frozen, **order)


@in_site_language
def minutes_issue(*, house_meeting: HouseMeeting, **order: Unpack[Order]) -> IssuedDocument:
    """Published minutes once more, with the same in them. Refuses minutes that are not published."""
    if house_meeting.published_at is None:
        raise ValidationError(_("The minutes are not published yet."))
    facts = papers_minutes.minutes_facts(house_meeting, sections_of(house_meeting))
    return _issued(house_meeting, facts, None, **order)


def _issued(house_meeting: HouseMeeting, facts: report.MinutesPaper, again: Any, **order: Any) -> IssuedDocument:
    return paper_issue(
        kind=reports.MINUTES,
        place=house_meeting.house,
        subject=house_meeting.uuid,
        confidential=_("For those who live in the house and those who run it."),
        facts=facts,
        again=again,
        draw=partial(report.draw, facts),
        **order,
    )


def _kept(sections: list[MinutesSection]) -> list[Any]:
    """As they stand in the row of the meeting."""
    return [[each.name, each.title, list(each.headers), [list(row) for row in each.rows]] for each in sections]
