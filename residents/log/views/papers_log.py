"""Issue the log of a house: which days, for whom and what for; then it is in the register."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of_house
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log import reports
from residents.log.forms.papers_log import DaysForm
from residents.log.services import papers_log as services
from residents.stays.views.papers import issue_page

USUAL_DAYS = 7


@of_house(Action.ISSUE_PAPERS)
def log_issue(request: HttpRequest, house: House) -> HttpResponse:
    """Issue the log as the staff of the house reads it."""
    return _issue(request, house, with_few=False)


@of_house(Action.ISSUE_PAPERS)
def log_of_few_issue(request: HttpRequest, house: House) -> HttpResponse:
    """Issue the log with what few may read. The paper opens only to those few."""
    return _issue(request, house, with_few=True)


def _issue(request: HttpRequest, house: House, *, with_few: bool) -> HttpResponse:
    today = house.today()
    return issue_page(
        request,
        reports.LOG_OF_FEW if with_few else reports.LOG,
        DaysForm,
        lambda data: services.log_issue(house=house, with_few=with_few, now=timezone.now(), **data),
        house=house,
        initial={"first_day": today - timedelta(days=USUAL_DAYS - 1), "last_day": today},
        subtitle=house.name,
        back_url=reverse("log", args=[house.uuid]),
        back_label=_("Log"),
    )
