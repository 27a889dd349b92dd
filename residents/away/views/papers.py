"""Issue a paper about being away: which one, for whom and what for; then it is in the register. A pass posted without
a word is issued by one tap."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.away import hours, reports
from residents.away.forms.papers import NightsForm
from residents.away.models import Pass
from residents.away.services import papers as services
from residents.houses.access import of, of_house
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.stays.models import Stay
from residents.stays.paper_forms import IssueForm
from residents.stays.views.papers import issue_page

USUAL_NIGHTS = 30


@of(Pass, Action.ISSUE_PAPERS, "stay__resident", "house__organization")
def pass_slip(request: HttpRequest, pass_: Pass) -> HttpResponse:
    """Issue a pass to carry."""
    return issue_page(
        request,
        reports.PASS_SLIP,
        IssueForm,
        lambda data: services.pass_slip_issue(pass_=pass_, now=timezone.now(), **data),
        house=pass_.house,
        resident=pass_.stay.resident,
        subject=pass_.uuid,
        subtitle=f"{pass_.stay.name} · {pass_.house.name}",
        back_url=reverse("pass", args=[pass_.uuid]),
        back_label=_("Pass"),
    )


@of_house(Action.ISSUE_PAPERS)
def curfew_log(request: HttpRequest, house: House) -> HttpResponse:
    """Issue who was in by their hour in the house, night by night."""
    return issue_page(
        request,
        reports.CURFEW_LOG,
        NightsForm,
        lambda data: services.curfew_log_issue(house=house, now=timezone.now(), **data),
        house=house,
        initial=_usual_nights(house),
        subtitle=house.name,
        back_url=reverse("curfew_log", args=[house.uuid]),
        back_label=_("Curfew log"),
    )


@of(Stay, Action.ISSUE_PAPERS, "resident", "house__organization")
def curfew_record(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Issue one resident's nights."""
    return issue_page(
        request,
        reports.CURFEW_RECORD,
        NightsForm,
        lambda data: services.curfew_record_issue(stay=stay, now=timezone.now(), **data),
        house=stay.house,
        resident=stay.resident,
        initial=_usual_nights(stay.house),
        subtitle=f"{stay.name} · {stay.house.name}",
        back_url=reverse("curfew_of_stay", args=[stay.uuid]),
        back_label=stay.name,
    )


def _usual_nights(house: House) -> dict[str, object]:
    """The month up to last night."""
    last = hours.night_of(timezone.now(), house.zone) - timedelta(days=1)
    return {"first_night": last - timedelta(days=USUAL_NIGHTS - 1), "last_night": last}
