"""Issue a hand-over: for whom and what for; then it is in the register."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of
from residents.houses.permissions import Action
from residents.log import reports
from residents.log.models import HandOver
from residents.log.services import papers_hand_over as services
from residents.stays.paper_forms import IssueForm
from residents.stays.views.papers import issue_page


@of(HandOver, Action.ISSUE_PAPERS, "house__organization")
def hand_over_issue(request: HttpRequest, hand_over: HandOver) -> HttpResponse:
    """Issue one hand-over with what stands open now."""
    return issue_page(
        request,
        reports.HAND_OVER,
        IssueForm,
        lambda data: services.hand_over_issue(hand_over=hand_over, user=request.user, now=timezone.now(), **data),
        house=hand_over.house,
        subject=hand_over.uuid,
        subtitle=hand_over.house.name,
        back_url=reverse("hand_over", args=[hand_over.uuid]),
        back_label=_("Hand-over"),
    )
