"""Issue a paper about attendance: which one, for whom and what for; then it is in the register."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of, of_house
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.meetings import reports
from residents.meetings.forms.attendance import ReportForm, SheetForm
from residents.meetings.models import Kind, Meeting
from residents.meetings.queries.occurrences import occurrences
from residents.meetings.services import papers_attendance as services
from residents.stays.models import Stay
from residents.stays.paper_forms import IssueForm
from residents.stays.views.papers import issue_page
from soberhouse.accounts.models import User

USUAL_DAYS = 30
SHEET_AHEAD = timedelta(days=35)


@of(Stay, Action.ISSUE_PAPERS, "resident", "house__organization")
def attendance_report(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Issue one resident's meetings."""
    last = min(stay.ends_on or stay.house.today(), stay.house.today())
    return issue_page(
        request,
        reports.ATTENDANCE,
        ReportForm,
        lambda data: services.attendance_issue(stay=stay, now=timezone.now(), **data),
        house=stay.house,
        resident=stay.resident,
        initial={"first_day": max(last - timedelta(days=USUAL_DAYS - 1), stay.starts_on), "last_day": last},
        **_about(stay),
    )


@of(Stay, Action.ISSUE_PAPERS, "resident", "house__organization")
def meeting_slip(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Issue an empty slip to carry."""
    return issue_page(
        request,
        reports.MEETING_SLIP,
        IssueForm,
        lambda data: services.meeting_slip_issue(stay=stay, now=timezone.now(), **data),
        house=stay.house,
        resident=stay.resident,
        **_about(stay),
    )


@of_house(Action.ISSUE_PAPERS)
def sign_in_sheet(request: HttpRequest, house: House) -> HttpResponse:
    """Issue a sheet to sign at the next house meeting."""
    return issue_page(
        request,
        reports.SIGN_IN_SHEET,
        SheetForm,
        lambda data: services.sign_in_sheet_issue(house=house, now=timezone.now(), **data),
        house=house,
        initial={"day": _next(request.user, house)},
        subtitle=house.name,
        back_url=reverse("attendance_of_house", args=[house.uuid]),
        back_label=_("Attendance"),
    )


def _next(user: User, house: House) -> date:
    """The day of the next house meeting, or today."""
    now = timezone.now()
    meetings = Meeting.objects.visible_to(user).filter(house=house, kind=Kind.HOUSE)
    held = (each for each in occurrences(meetings, now - timedelta(hours=2), now + SHEET_AHEAD) if not each.called_off)
    found = next(held, None)
    return house.today(found.starts_at if found else now)


def _about(stay: Stay) -> dict[str, str]:
    return {
        "subtitle": f"{stay.name} · {stay.house.name}",
        "back_url": reverse("attendance_of_stay", args=[stay.uuid]),
        "back_label": stay.name,
    }
