"""Papers about attendance leave the building: facts as they are now, drawn, and put into the register.

Whoever issues one is who acts. Nobody issues a paper about themselves. Each is in the site's language. What it tells of
one person still holds when it enters the register: that is read once more, the person locked, in the same transaction.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Unpack

from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.meetings import papers_attendance as papers
from residents.meetings import reports
from residents.meetings.reports import attendance, meeting_slip, sign_in_sheet
from residents.stays.models import Stay
from residents.stays.services.papers import Order, paper_issue
from residents.stays.steps import lock
from soberhouse.documents.models import IssuedDocument
from soberhouse.language import in_site_language


@in_site_language
def attendance_issue(*, stay: Stay, first_day: date, last_day: date, **order: Unpack[Order]) -> IssuedDocument:
    """One resident's meetings with how each is proved, both days included. Refuses days to come, more than fit on a
    paper, and a stay entered by mistake."""

    def gather() -> attendance.Attendance:
        row = Stay.objects.select_related("resident", "house").get(pk=stay.pk)
        return papers.attendance_facts(row, first_day, last_day, now=order["now"])

    def gather_held() -> attendance.Attendance:
        lock(stay.resident)
        return gather()

    facts = gather()
    return paper_issue(
        kind=reports.ATTENDANCE,
        place=stay.house,
        resident=stay.resident,
        confidential=_("About one person. Keep it closed."),
        facts=facts,
        again=gather_held,
        draw=partial(attendance.draw, facts),
        **order,
    )


@in_site_language
def meeting_slip_issue(*, stay: Stay, **order: Unpack[Order]) -> IssuedDocument:
    """An empty slip to carry to meetings. Neither the house nor its address is on it. Refuses a stay that is over."""
    facts = papers.slip_facts(stay)
    return paper_issue(
        kind=reports.MEETING_SLIP,
        place=stay.house,
        resident=stay.resident,
        facts=facts,
        draw=partial(meeting_slip.draw, facts),
        **order,
    )


@in_site_language
def sign_in_sheet_issue(*, house: House, day: date, **order: Unpack[Order]) -> IssuedDocument:
    """A sheet to sign at the house meeting of a day. Refuses a day without one."""
    facts = papers.sheet_facts(house, day)
    return paper_issue(
        kind=reports.SIGN_IN_SHEET,
        place=house,
        confidential=_("It names residents. Keep it closed."),
        facts=facts,
        draw=partial(sign_in_sheet.draw, facts),
        **order,
    )
