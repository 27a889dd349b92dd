"""The facts of each paper about attendance, read from the database as they are now.

Each costs the same number of queries however many rows it finds, and holds only what the paper says. What is refused
is a ValidationError that says why there can be no such paper.
"""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.meetings.attendance_words import SHOWS
from residents.meetings.models import Attendance, Grade, Kind, Meeting
from residents.meetings.queries import attendance as queries
from residents.meetings.reports import attendance as report
from residents.meetings.reports.meeting_slip import MeetingSlip
from residents.meetings.reports.sign_in_sheet import SignInSheet
from residents.meetings.standing import DAY
from residents.stays.models import Stay, in_range

LONGEST = 366  # days


def attendance_facts(stay: Stay, first: date, last: date, *, now: datetime) -> report.Attendance:
    """One resident's meetings from day to day, both included. Refuses days to come, more than fit on a paper, and a
    stay entered by mistake. Six queries."""
    house = stay.house
    _not_by_mistake(stay)
    if last < first:
        raise ValidationError({"last_day": _("The last day is before the first.")})
    if last > house.today(now):
        raise ValidationError({"last_day": _("Only days that have come can be told.")})
    if (last - first).days >= LONGEST:
        raise ValidationError({"first_day": _("At most a year fits on a paper.")})
    mine = Attendance.objects.filter(stay=stay, followed_by=None)
    rows = list(queries.spanned(mine, first, last + DAY).select_related(*queries.RELATED).order_by("starts_at", "pk"))
    doubts = queries.doubts_of(rows)
    counts = [row.grade for row in rows if row.step != Attendance.Step.STRUCK]
    return report.Attendance(
        name=stay.name,
        house=house.name,
        first=first,
        last=last,
        lines=tuple(_line(row, in_question=bool(doubts[row.pk])) for row in rows),
        grades=tuple(
            report.Grade(name=str(grade.label), count=counts.count(grade), shows=str(SHOWS[grade]))
            for grade in reversed(Grade)
        ),
    )


def _line(row: Attendance, *, in_question: bool) -> report.Line:
    struck = row.step == Attendance.Step.STRUCK
    return report.Line(
        starts_at=timezone.localtime(row.starts_at, row.house.zone),
        called=row.called,
        kind=str(row.get_kind_display()),
        online=row.online,
        grade=str(row.get_grade_display()),
        by=row.recorded_as,
        struck=struck,
        why_struck=row.reason if struck else "",
        in_question=in_question,
    )


def slip_facts(stay: Stay) -> MeetingSlip:
    """An empty slip. Refuses a stay that is over or was entered by mistake. No query."""
    _not_by_mistake(stay)
    if stay.ends_on is not None:
        raise ValidationError(_("%(name)s does not live here any more.") % {"name": stay.short_name})
    return MeetingSlip(name=stay.short_name, url=settings.SITE_URL + reverse("my_attendance_choose"))


def sheet_facts(house: House, day: date) -> SignInSheet:
    """A sheet for the house meetings of one day. Refuses a day without one. Three queries."""
    meetings = Meeting.objects.filter(house=house, kind=Kind.HOUSE)
    held = [each for each in queries.held_on(meetings, day, house) if not each.called_off]
    if not held:
        raise ValidationError({"day": _("No house meeting is held on this day.")})
    there = Stay.objects.real().filter(in_range(day), house=house).select_related("resident")
    return SignInSheet(
        house=house.name,
        day=day,
        meetings=tuple((each.meeting.name, timezone.localtime(each.starts_at, house.zone)) for each in held),
        people=tuple(sorted(stay.short_name for stay in there)),
    )


def _not_by_mistake(stay: Stay) -> None:
    if stay.voided:
        raise ValidationError(_("This stay was entered by mistake, so no paper can be made of it."))
