"""What rules offer about papers: on the pages of what they are about, on the shelf of a house, and those that tell what
is no longer so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.rules import reports
from residents.rules.models import Acknowledgement, AcknowledgementUndone, Book, Contract, Violation
from residents.rules.queries.binding import current_books
from residents.rules.queries.cases import Case
from residents.stays.models import Stay
from residents.stays.paper_cards import Here, papers_here
from soberhouse.cards import Card, Order, Row
from soberhouse.documents.kinds import Kind, Offer
from soberhouse.documents.models import IssuedDocument

# Where each kind is issued, and what it is about.
PAGES: dict[str, tuple[str, type[Book | Acknowledgement | Violation | Contract]]] = {
    reports.RULE_BOOK.slug: ("book_issue", Book),
    reports.AGREEMENT.slug: ("book_issue", Book),
    reports.SIGNING_SHEET.slug: ("signing_sheet_issue", Book),
    reports.ACKNOWLEDGEMENT.slug: ("acknowledgement_issue", Acknowledgement),
    reports.VIOLATION_NOTICE.slug: ("violation_notice_issue", Violation),
    reports.APPEAL_DECISION.slug: ("appeal_decision_issue", Violation),
    reports.CONTRACT.slug: ("contract_issue", Contract),
}

# --- on the page of what they are about -----------------------------------------------------------------------------


def papers_of_book(book: Book, standing: Standing) -> Here:
    """For the page of one version. A draft has none. One query."""
    offers = [] if book.is_draft else [_of_book(book), _offer(reports.SIGNING_SHEET, book)]
    return papers_here(book, offers, standing)


def papers_of_signature(acknowledgement: Acknowledgement, standing: Standing) -> Here:
    """For the page of one acknowledgement. One query."""
    offers = [_offer(reports.ACKNOWLEDGEMENT, acknowledgement)]
    return papers_here(acknowledgement, offers, standing)


def papers_of_violation(case: Case, standing: Standing) -> Here:
    """For the page of one violation. One query."""
    violation = case.violation
    offers = [_offer(reports.VIOLATION_NOTICE, violation)]
    if case.appeal_decision is not None:
        offers.append(_offer(reports.APPEAL_DECISION, violation))
    return papers_here(violation, offers, standing)


def papers_of_contract(contract: Contract, standing: Standing) -> Here:
    """For the page of one contract. One query."""
    return papers_here(contract, [_offer(reports.CONTRACT, contract)], standing)


def _offer(kind: Kind, row: Book | Acknowledgement | Violation | Contract) -> Offer:
    page, _model = PAGES[kind.slug]
    return Offer(kind=kind, url=reverse(page, args=[row.uuid]))


def _of_book(book: Book) -> Offer:
    return Offer(
        kind=reports.of_book(book.kind), url=reverse("book_issue", args=[book.uuid]), name=capfirst(book.label)
    )


# --- for the pages that gather --------------------------------------------------------------------------------------


def papers(place: House | Organization, standing: Standing, today: date) -> Iterator[Offer]:
    """The books in force in a house. One query."""
    if isinstance(place, House) and standing.may(Action.ISSUE_PAPERS, place):
        yield from map(_of_book, current_books(place, today))


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    """Where the same paper is issued again, as things are now, as long as it can be."""
    page = PAGES.get(document.kind)
    if page is None:
        return
    name, model = page
    if model.objects.visible_to(standing.user).filter(house=document.house_id, uuid=document.subject).exists():
        yield f"{reverse(name, args=[document.subject])}?replaces={document.uuid}"


def today(house: House, standing: Standing, today: date) -> Iterator[Card]:
    """The papers of this house, if any, that count as valid and tell of somebody what was decided or taken back since.
    One query."""
    if not standing.may(Action.ISSUE_PAPERS, house):
        return
    since = Q(recorded_at__gt=OuterRef("issued_at"))
    matters = Violation.objects.filter(uuid=OuterRef("subject"))
    taken_back = matters.filter(withdrawal__recorded_at__gt=OuterRef("issued_at"))
    went_on = matters.filter(
        Q(decision__recorded_at__gt=OuterRef("issued_at"))
        | Q(decision__appeal__decision_on_it__recorded_at__gt=OuterRef("issued_at"))
    )
    undone = AcknowledgementUndone.objects.filter(since, acknowledgement__uuid=OuterRef("subject"))
    kinds = [kind.slug for kind in (reports.ACKNOWLEDGEMENT, reports.VIOLATION_NOTICE, reports.APPEAL_DECISION)]
    found = list(
        IssuedDocument.objects.filter(house=house, kind__in=kinds)
        .valid()
        .annotate(taken_back=Exists(taken_back) | Exists(undone), went_on=Exists(went_on))
        .filter(Q(taken_back=True) | Q(went_on=True))
    )
    if not found:
        return
    people = {document.resident_id for document in found}
    stays = Stay.objects.filter(house=house, resident__in=people).select_related("resident").order_by("starts_on", "id")
    names = {stay.resident_id: stay.short_name for stay in stays}
    rows = [_no_longer_so(document, names.get(document.resident_id, ""), house) for document in found]
    yield Card(title=_("Papers about rules that tell what is no longer so"), order=Order.NOW, rows=rows)


def _no_longer_so(document: IssuedDocument, name: str, house: House) -> Row:
    issued = date_format(timezone.localtime(document.issued_at, house.zone), "MONTH_DAY_FORMAT")
    if document.taken_back:
        button, url = _("Withdraw"), reverse("paper_withdraw", args=[document.uuid])
    else:
        page, _model = PAGES[document.kind]
        button, url = _("Issue anew"), f"{reverse(page, args=[document.subject])}?replaces={document.uuid}"
    return Row(
        fact=" · ".join(filter(None, [document.title, name])),
        reason=_("issued %(day)s") % {"day": issued},
        url=reverse("paper", args=[document.uuid]),
        state="missed" if document.taken_back else "late",
        word=_("taken back since") if document.taken_back else _("decided since"),
        button=button,
        button_url=url,
    )
