"""What the log offers about papers: on the shelf of a house, and where one that was issued is issued again."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log import incident_paper_cards, reports, shift_paper_cards
from residents.log.models import Complaint, Entry
from residents.stays.paper_cards import Here, papers_here
from soberhouse.documents.kinds import Offer
from soberhouse.documents.models import IssuedDocument


def papers(place: House | Organization, standing: Standing, today: object) -> Iterator[Offer]:
    """The log of a house, and the same with what few may read. No query."""
    if isinstance(place, House) and standing.may(Action.ISSUE_PAPERS, place):
        yield Offer(kind=reports.LOG, url=reverse("log_issue", args=[place.uuid]))
        yield Offer(kind=reports.LOG_OF_FEW, url=reverse("log_of_few_issue", args=[place.uuid]))


def papers_of_complaint(complaint: Complaint, standing: Standing, *, may: bool) -> Here:
    """For the page of one complaint: it can be issued by those who `may`. One query."""
    url = reverse("complaint_issue", args=[complaint.entry.uuid])
    return papers_here(complaint.entry, [Offer(kind=reports.COMPLAINT, url=url)] if may else [], standing)


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    """Where the same paper is issued again, as things are now."""
    yield from incident_paper_cards.issued_anew(document, standing)
    yield from shift_paper_cards.issued_anew(document, standing)
    pages = {reports.LOG.slug: "log_issue", reports.LOG_OF_FEW.slug: "log_of_few_issue"}
    if document.kind in pages and document.house is not None and standing.may(Action.ISSUE_PAPERS, document.house):
        yield f"{reverse(pages[document.kind], args=[document.house.uuid])}?replaces={document.uuid}"
    if document.kind == reports.COMPLAINT.slug:
        seen = Entry.objects.visible_to(standing.user).filter(house=document.house_id, uuid=document.subject)
        if seen.exists():
            yield f"{reverse('complaint_issue', args=[document.subject])}?replaces={document.uuid}"
