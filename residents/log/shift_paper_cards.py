"""What shifts offer about papers: on the page of a hand-over, and where one that was issued is issued again."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from residents.houses.standing import Standing
from residents.log import reports
from residents.log.models import HandOver
from residents.stays.paper_cards import Here, papers_here
from soberhouse.documents.kinds import Offer
from soberhouse.documents.models import IssuedDocument


def papers_of_hand_over(hand_over: HandOver, standing: Standing) -> Here:
    """For the page of one hand-over. One query."""
    url = reverse("hand_over_issue", args=[hand_over.uuid])
    return papers_here(hand_over, [Offer(kind=reports.HAND_OVER, url=url)], standing)


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    """Where the same paper is issued again, as things are now, by whoever still runs the house."""
    if document.kind != reports.HAND_OVER.slug:
        return
    if HandOver.objects.visible_to(standing.user).filter(house=document.house_id, uuid=document.subject).exists():
        yield f"{reverse('hand_over_issue', args=[document.subject])}?replaces={document.uuid}"
