"""What incidents offer about papers: on the page of one, and where one that was issued is issued again. Such a paper is
seen by whoever reads the incident."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse

from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log import reports
from residents.log.models import OPEN, Entry, EntryAbout
from residents.people.models import Resident
from residents.stays.models import Stay
from residents.stays.paper_cards import Here, papers_here
from soberhouse.documents.kinds import Offer
from soberhouse.documents.models import IssuedDocument


def person_of(entry: Entry, about: Sequence[Stay]) -> Resident | None:
    """Whose paper it is, who is told of it: the one person whom it is about, where it is open to them. Where it was
    about somebody else before, which stands on it too, nobody's. One query."""
    ever = EntryAbout.objects.filter(telling__entry=entry).values_list("stay", flat=True)
    return about[0].resident if about and entry.audience in OPEN and set(ever) == {about[0].pk} else None


def papers_of_incident(entry: Entry, standing: Standing) -> Here:
    """For the page of one incident. One query."""
    url = reverse("incident_issue", args=[entry.uuid])
    return papers_here(entry, [Offer(kind=reports.INCIDENT_REPORT, url=url)], standing)


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    """Where the same paper is issued again, as things are now, as long as it can be."""
    if document.kind != reports.INCIDENT_REPORT.slug:
        return
    entry = Entry.objects.visible_to(standing.user).filter(uuid=document.subject).select_related("house").first()
    if entry is not None and standing.may(Action.ISSUE_PAPERS, entry):
        yield f"{reverse('incident_issue', args=[entry.uuid])}?replaces={document.uuid}"
