"""A complaint leaves the building: facts as they are now, drawn, and put into the register. Whoever issues it is who
acts. In the site's language."""

from __future__ import annotations

from functools import partial
from typing import Unpack

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from residents.log import papers_complaint, reports
from residents.log.hands import hand
from residents.log.models import Complaint
from residents.log.queries.complaints import about_users, filer_of
from residents.log.reports import complaint as report
from residents.stays.services.papers import Order, paper_issue
from residents.stays.steps import lock
from soberhouse.documents.models import IssuedDocument
from soberhouse.language import in_site_language


@in_site_language
def complaint_issue(*, complaint: Complaint, **order: Unpack[Order]) -> IssuedDocument:
    """One complaint with its answers and its outcome. Whoever may not read it sees neither the paper nor that it was
    issued; a resident who filed it has it among their own papers. Refuses whom it is about, and whoever filed it for
    themselves."""
    if hand() in {complaint.entry.withheld_from_id, *about_users(complaint)}:
        raise PermissionDenied(_("Nobody issues a paper about themselves."))

    def gather() -> report.ComplaintPaper:
        return papers_complaint.complaint_facts(complaint)

    def gather_held() -> report.ComplaintPaper:
        lock(complaint.entry)
        return gather()

    facts = gather()
    return paper_issue(
        kind=reports.COMPLAINT,
        place=complaint.house,
        resident=filer_of(complaint),
        subject=complaint.entry.uuid,
        confidential=_("For whoever complains, and those who decide. Keep it closed."),
        facts=facts,
        again=gather_held,
        draw=partial(report.draw, facts),
        **order,
    )
