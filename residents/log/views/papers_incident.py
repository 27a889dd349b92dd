"""Issue the report of an incident: for whom and what for; then it is in the register. Posted without a word it is
issued by one tap."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.houses.access import of, standing_of
from residents.houses.permissions import Action
from residents.log import reports
from residents.log.incident_paper_cards import person_of
from residents.log.looks import note_looks_at
from residents.log.models import Entry
from residents.log.queries.incidents import about_now
from residents.log.services import papers_incident as services
from residents.stays.paper_forms import IssueForm
from residents.stays.views.papers import issue_page


@of(Entry, Action.ISSUE_PAPERS, "house__organization", "incident")
def incident_issue(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Issue the report of one incident as it stands now."""
    if not hasattr(entry, "incident"):
        raise Http404
    about = about_now(entry)
    if any(stay.resident.user_id == request.user.pk for stay in about):
        raise PermissionDenied(_("Nobody issues a paper about themselves."))
    note_looks_at(entry, standing_of(request))
    return issue_page(
        request,
        reports.INCIDENT_REPORT,
        IssueForm,
        lambda data: services.incident_issue(entry=entry, now=timezone.now(), **data),
        house=entry.house,
        resident=person_of(entry, about),
        subject=entry.uuid,
        subtitle=f"{capfirst(str(entry.incident))} · {entry.house.name}",
        back_url=reverse("entry", args=[entry.uuid]),
        back_label=capfirst(str(entry)),
    )
