"""What attendance offers about papers: on the shelf of a house, and where one that was issued is issued again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import F, Q
from django.urls import reverse

from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.meetings import reports
from residents.stays.models import Stay
from residents.stays.paper_cards import LEFT_LATELY
from soberhouse.documents.kinds import About, Offer
from soberhouse.documents.models import IssuedDocument


def papers(place: House | Organization, standing: Standing, today: date) -> Iterator[Offer]:
    """The sign-in sheet of a house, the meetings of whoever lives there or left lately, and slips to carry. One
    query."""
    if not isinstance(place, House) or not standing.may(Action.ISSUE_PAPERS, place):
        return
    yield Offer(kind=reports.SIGN_IN_SHEET, url=reverse("sign_in_sheet_issue", args=[place.uuid]))
    stays = Stay.objects.visible_to(standing.user).real().filter(house=place).select_related("house", "resident")
    lately = stays.filter(Q(ends_on=None) | Q(ends_on__gt=today - LEFT_LATELY))
    for stay in lately.order_by(F("ends_on").desc(nulls_first=True), "resident__legal_last_name", "id"):
        if not standing.may(Action.ISSUE_PAPERS, stay):  # not about oneself
            continue
        person = About(key=str(stay.uuid), name=stay.name, left=stay.ends_on is not None)
        yield Offer(kind=reports.ATTENDANCE, url=reverse("attendance_issue", args=[stay.uuid]), about=person)
        if stay.ends_on is None:
            yield Offer(kind=reports.MEETING_SLIP, url=reverse("meeting_slip_issue", args=[stay.uuid]), about=person)


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    """Where the same paper is issued again, as things are now, as long as it can be."""
    page, row = "", None
    stays = Stay.objects.visible_to(standing.user).real().filter(house=document.house_id)
    match document.kind:
        case reports.SIGN_IN_SHEET.slug:
            page, row = "sign_in_sheet_issue", document.house
        case reports.ATTENDANCE.slug:
            page = "attendance_issue"
            row = stays.filter(resident=document.resident_id).order_by("starts_on", "id").last()
        case reports.MEETING_SLIP.slug:
            page, row = "meeting_slip_issue", stays.current().filter(resident=document.resident_id).first()
    if row is not None:
        yield f"{reverse(page, args=[row.uuid])}?replaces={document.uuid}"
