"""What stays offer about papers to the pages that gather: those that can be issued now, those that were, and those that
tell what is no longer so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.people.queries import home
from residents.stays import reports
from residents.stays.models import Stay
from residents.stays.papers import no_longer_so
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, Order, Row
from soberhouse.documents.kinds import About, Offer
from soberhouse.documents.models import IssuedDocument

LEFT_LATELY = timedelta(days=60)  # whose papers are still asked for


@dataclass(frozen=True)
class Here:
    """The papers on the page of what they are about: those that can be issued now, and those that were."""

    offers: Sequence[Offer]
    issued: Sequence[IssuedDocument]


def papers_here(row: Any, offers: Sequence[Offer], standing: Standing) -> Here:
    """The papers that tell of this row of a house, for its page. `offers` are those that can be issued, by whoever may.
    One issued by one tap takes the place of the one before that was. One query."""
    found = IssuedDocument.objects.visible_to(standing.user).filter(house=row.house, subject=row.uuid)
    issued = list(found.select_related("withdrawal", "replaced_by"))
    newest = {each.kind: str(each.uuid) for each in reversed(issued) if each.state == "valid" and not each.recipient}
    may = standing.may(Action.ISSUE_PAPERS, row)
    offered = [replace(offer, replaces=newest.get(offer.kind.slug, "")) for offer in offers] if may else []
    return Here(offered, [each for each in issued if each.state == "valid"])


def papers_no_longer_so(house: House) -> Iterator[Card]:
    """The papers of this house, if any, that count as valid and tell of a stay what was corrected or taken back
    since."""
    rows = []
    for document, stay in no_longer_so(house):
        recipient = _("for %(name)s") % {"name": document.recipient} if document.recipient else ""
        issued = date_format(timezone.localtime(document.issued_at, house.zone), "MONTH_DAY_FORMAT")
        rows.append(
            Row(
                fact=f"{document.title} · {stay.short_name}",
                reason=" · ".join(filter(None, [recipient, _("issued %(day)s") % {"day": issued}])),
                url=reverse("paper", args=[document.uuid]),
                state="missed",
                word=_("entered by mistake") if stay.voided else _("corrected since"),
                button=_("Withdraw"),
                button_url=reverse("paper_withdraw", args=[document.uuid]),
            )
        )
    if rows:
        yield Card(title=_("Papers that tell what is no longer so"), order=Order.NOW, rows=rows)


def issued_to_tell(resident: Resident, user: User) -> Iterator[Entry]:
    """The papers of every kind about somebody, for what happened with them."""
    issued = IssuedDocument.objects.visible_to(user).filter(resident=resident)
    for document in issued.select_related("withdrawal"):
        words = {"paper": document.title, "recipient": document.recipient}
        withdrawal = getattr(document, "withdrawal", None)
        yield Entry(
            timezone.localtime(document.issued_at).date(),
            (_("%(paper)s issued for %(recipient)s") if document.recipient else _("%(paper)s issued")) % words,
            _("Withdrawn: %(reason)s") % {"reason": withdrawal.reason} if withdrawal else document.purpose,
            document.issued_as,
            reverse("paper", args=[document.uuid]),
            struck=withdrawal is not None,
        )


def papers(place: House | Organization, standing: Standing, today: date) -> Iterator[Offer]:
    """The papers that can be issued now about a house and whoever lives there or left lately, or about all houses."""
    if not standing.may(Action.ISSUE_PAPERS, place):
        return
    if isinstance(place, Organization):
        yield Offer(kind=reports.OCCUPANCY, url=reverse("occupancy_all_issue", args=[place.uuid]))
        return
    yield Offer(kind=reports.CENSUS, url=reverse("census_issue", args=[place.uuid]))
    yield Offer(kind=reports.OCCUPANCY, url=reverse("occupancy_issue", args=[place.uuid]))
    stays = Stay.objects.visible_to(standing.user).real().filter(house=place).select_related("house", "resident")
    lately = stays.filter(Q(ends_on=None) | Q(ends_on__gt=today - LEFT_LATELY))
    for stay in lately.order_by(F("ends_on").desc(nulls_first=True), "resident__legal_last_name", "id"):
        if not standing.may(Action.ISSUE_PAPERS, stay):
            continue  # oneself
        detail = (_("left %(day)s") if stay.ends_on else _("since %(day)s")) % {
            "day": date_format(stay.ends_on or stay.starts_on, "MONTH_DAY_FORMAT")
        }
        person = About(key=str(stay.uuid), name=stay.name, detail=detail, left=stay.ends_on is not None)
        urls = {reports.LETTER: reverse("letter_issue", args=[stay.uuid])}
        if stay.ends_on:
            urls[reports.DISCHARGE_SUMMARY] = reverse("discharge_summary_issue", args=[stay.uuid])
        else:
            urls[reports.FACE_SHEET] = reverse("face_sheet_issue", args=[stay.resident.uuid])
        for kind, url in urls.items():
            yield Offer(kind=kind, url=url, about=person)


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    """Where the same paper is issued again, as things are now, as long as it can be."""
    name, row = "", None
    match document.kind:
        case reports.CENSUS.slug:
            name, row = "census_issue", document.house
        case reports.OCCUPANCY.slug:
            name = "occupancy_issue" if document.house else "occupancy_all_issue"
            row = document.house or document.organization
        case reports.FACE_SHEET.slug:
            name = "face_sheet_issue"
            row = Resident.objects.visible_to(standing.user).filter(pk=document.resident_id).first()
            house = home(row, user=standing.user) if row else None
            if (house.pk if house else None) != document.house_id:
                row = None  # it would be a paper of another house
        case reports.LETTER.slug | reports.DISCHARGE_SUMMARY.slug:
            name = "letter_issue" if document.kind == reports.LETTER.slug else "discharge_summary_issue"
            row = Stay.objects.visible_to(standing.user).real().filter(uuid=document.subject).first()
    if row is not None:
        yield f"{reverse(name, args=[row.uuid])}?replaces={document.uuid}"
