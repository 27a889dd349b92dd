"""Papers about rules leave the building: facts as they are now, drawn, and put into the register.

Whoever issues one is who acts. Nobody issues a paper about themselves. Each is in the site's language. What it tells of
one person still holds when it enters the register: that is read once more, the person locked, in the same transaction.
Of whoever asked not to be named no paper holds a name.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Unpack

from django.utils.translation import gettext as _

from residents.people.models import Resident
from residents.rules import papers, reports
from residents.rules.models import Acknowledgement, Book, Contract, Violation
from residents.rules.reports import acknowledgement as acknowledgement_report
from residents.rules.reports import appeal_decision, violation_notice
from residents.rules.reports import book as book_report
from residents.rules.reports import contract as contract_report
from residents.stays.services.papers import Order, paper_issue
from residents.stays.steps import lock
from soberhouse.documents.kinds import Kind
from soberhouse.documents.models import IssuedDocument
from soberhouse.language import in_site_language


@in_site_language
def book_issue(*, book: Book, **order: Unpack[Order]) -> IssuedDocument:
    """One published version, to read. It names nobody. Refuses a draft."""
    return _book(book, reports.of_book(book.kind), to_sign=False, **order)


@in_site_language
def signing_sheet_issue(*, book: Book, **order: Unpack[Order]) -> IssuedDocument:
    """One published version with lines to sign on before a witness, for whoever has no phone. Refuses a draft."""
    return _book(book, reports.SIGNING_SHEET, to_sign=True, **order)


def _book(book: Book, kind: Kind, *, to_sign: bool, **order: Any) -> IssuedDocument:
    facts = papers.book_facts(book, to_sign=to_sign)
    return paper_issue(
        kind=kind,
        place=book.house,
        subject=book.uuid,
        facts=facts,
        draw=lambda head: book_report.draw(facts, head),
        **order,
    )


@in_site_language
def acknowledgement_issue(*, acknowledgement: Acknowledgement, **order: Unpack[Order]) -> IssuedDocument:
    """That somebody signed one version. Where the signature was taken back the paper says so."""
    rows = Acknowledgement.objects.select_related("book__house__organization", "resident", "undone")
    return _about_one(
        reports.ACKNOWLEDGEMENT,
        acknowledgement,
        acknowledgement.resident,
        lambda: papers.acknowledgement_facts(rows.get(pk=acknowledgement.pk)),
        acknowledgement_report.draw,
        **order,
    )


@in_site_language
def violation_notice_issue(*, violation: Violation, **order: Unpack[Order]) -> IssuedDocument:
    """The whole story of a violation as it stands now, for its resident. Undecided it says so, and finds nothing."""
    return _about_one(
        reports.VIOLATION_NOTICE,
        violation,
        violation.stay.resident,
        lambda: papers.violation_facts(violation, now=order["now"]),
        violation_notice.draw,
        **order,
    )


@in_site_language
def appeal_decision_issue(*, violation: Violation, **order: Unpack[Order]) -> IssuedDocument:
    """What became of the appeal of a violation. Refuses where nobody appealed, or nobody has decided it."""
    return _about_one(
        reports.APPEAL_DECISION,
        violation,
        violation.stay.resident,
        lambda: papers.appeal_facts(violation, now=order["now"]),
        appeal_decision.draw,
        **order,
    )


@in_site_language
def contract_issue(*, contract: Contract, **order: Unpack[Order]) -> IssuedDocument:
    """A behavioral contract: to be signed, or as it was signed and looked at."""
    return _about_one(
        reports.CONTRACT,
        contract,
        contract.stay.resident,
        lambda: papers.contract_facts(contract),
        contract_report.draw,
        **order,
    )


def _about_one(
    kind: Kind,
    row: Acknowledgement | Violation | Contract,
    resident: Resident,
    gather: Callable[[], Any],
    draw: Callable[..., bytes],
    **order: Any,
) -> IssuedDocument:
    """A paper about one person, on the letterhead of the house that recorded it."""

    def gather_held() -> Any:
        lock(resident)
        return gather()

    facts = gather()
    return paper_issue(
        kind=kind,
        place=row.house,
        resident=resident,
        subject=row.uuid,
        confidential=_("About one person. Keep it closed."),
        facts=facts,
        again=gather_held,
        draw=partial(draw, facts),
        **order,
    )
