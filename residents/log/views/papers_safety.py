"""Issue the safety sheet of a house."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of_house
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log import reports
from residents.log.services import papers_safety as services
from residents.stays.paper_forms import IssueForm
from residents.stays.views.papers import issue_page


@of_house(Action.ISSUE_PAPERS)
def safety_issue(request: HttpRequest, house: House) -> HttpResponse:
    """Issue it as things are now."""
    return issue_page(
        request,
        reports.SAFETY_SHEET,
        IssueForm,
        lambda data: services.safety_issue(house=house, now=timezone.now(), **data),
        house=house,
        subtitle=house.name,
        back_url=reverse("safety", args=[house.uuid]),
        back_label=_("Safety"),
    )
