"""Issue a complaint: for whom and what for; then it is in the register."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of, standing_of
from residents.houses.permissions import Action
from residents.log import reports
from residents.log.looks import note_looks_at
from residents.log.models import Complaint, Entry
from residents.log.queries.complaints import filer_of
from residents.log.services import papers_complaint as services
from residents.stays.paper_forms import IssueForm
from residents.stays.views.papers import issue_page


@of(Entry, Action.ISSUE_PAPERS, "house__organization")
def complaint_issue(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Issue one complaint with its answers and its outcome."""
    found = Complaint.objects.visible_to(request.user).filter(entry=entry)
    complaint = found.select_related("entry", "house__organization").first()
    if complaint is None:
        raise Http404
    note_looks_at(entry, standing_of(request))
    return issue_page(
        request,
        reports.COMPLAINT,
        IssueForm,
        lambda data: services.complaint_issue(complaint=complaint, now=timezone.now(), **data),
        house=entry.house,
        resident=filer_of(complaint),
        subject=entry.uuid,
        subtitle=entry.house.name,
        back_url=reverse("entry", args=[entry.uuid]),
        back_label=_("The complaint"),
    )
