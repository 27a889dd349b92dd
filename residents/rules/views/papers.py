"""Issue a paper about rules: which one, for whom and what for; then it is in the register. Posted without a word it is
issued by one tap."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of
from residents.houses.permissions import Action
from residents.rules import reports
from residents.rules.models import Acknowledgement, Book, Contract, Violation
from residents.rules.services import papers as services
from residents.stays.paper_forms import IssueForm
from residents.stays.views.papers import issue_page
from soberhouse.documents.kinds import Kind
from soberhouse.documents.models import IssuedDocument

Save = Callable[[dict[str, Any]], IssuedDocument]


@of(Book, Action.ISSUE_PAPERS, "house__organization")
def book(request: HttpRequest, book: Book) -> HttpResponse:
    """Issue one version of a book, to read."""
    kind = reports.of_book(book.kind)
    return _of_book(request, book, kind, lambda data: services.book_issue(book=book, now=timezone.now(), **data))


@of(Book, Action.ISSUE_PAPERS, "house__organization")
def signing_sheet(request: HttpRequest, book: Book) -> HttpResponse:
    """Issue one version of a book with lines to sign on."""
    return _of_book(
        request,
        book,
        reports.SIGNING_SHEET,
        lambda data: services.signing_sheet_issue(book=book, now=timezone.now(), **data),
    )


def _of_book(request: HttpRequest, book: Book, kind: Kind, save: Save) -> HttpResponse:
    return issue_page(
        request,
        kind,
        IssueForm,
        save,
        house=book.house,
        subject=book.uuid,
        subtitle=f"{book.title} · {book.house.name}",
        back_url=reverse("book", args=[book.uuid]),
        back_label=book.title,
    )


@of(Acknowledgement, Action.ISSUE_PAPERS, "book__house__organization", "resident", "house__organization")
def acknowledgement(request: HttpRequest, acknowledgement: Acknowledgement) -> HttpResponse:
    """Issue that somebody signed one version of a book."""
    return _about_one(
        request,
        acknowledgement,
        reports.ACKNOWLEDGEMENT,
        lambda data: services.acknowledgement_issue(acknowledgement=acknowledgement, now=timezone.now(), **data),
        name=acknowledgement.signed_name,
        back=("signature", _("Signature")),
    )


@of(Violation, Action.ISSUE_PAPERS, "stay__resident", "house__organization")
def violation_notice(request: HttpRequest, violation: Violation) -> HttpResponse:
    """Issue the story of a violation as it stands now."""
    return _about_one(
        request,
        violation,
        reports.VIOLATION_NOTICE,
        lambda data: services.violation_notice_issue(violation=violation, now=timezone.now(), **data),
        name=violation.stay.name,
        back=("violation", _("Violation")),
    )


@of(Violation, Action.ISSUE_PAPERS, "stay__resident", "house__organization")
def appeal_decision(request: HttpRequest, violation: Violation) -> HttpResponse:
    """Issue what became of the appeal of a violation."""
    return _about_one(
        request,
        violation,
        reports.APPEAL_DECISION,
        lambda data: services.appeal_decision_issue(violation=violation, now=timezone.now(), **data),
        name=violation.stay.name,
        back=("violation", _("Violation")),
    )


@of(Contract, Action.ISSUE_PAPERS, "stay__resident", "house__organization")
def contract(request: HttpRequest, contract: Contract) -> HttpResponse:
    """Issue a behavioral contract, to sign or as it was signed."""
    return _about_one(
        request,
        contract,
        reports.CONTRACT,
        lambda data: services.contract_issue(contract=contract, now=timezone.now(), **data),
        name=contract.stay.name,
        back=("contract", _("Contract")),
    )


def _about_one(
    request: HttpRequest,
    row: Acknowledgement | Violation | Contract,
    kind: Kind,
    save: Save,
    *,
    name: str,
    back: tuple[str, str],
) -> HttpResponse:
    page, label = back
    return issue_page(
        request,
        kind,
        IssueForm,
        save,
        house=row.house,
        resident=row.person(),
        subject=row.uuid,
        subtitle=f"{name} · {row.house.name}",
        back_url=reverse(page, args=[row.uuid]),
        back_label=label,
    )
