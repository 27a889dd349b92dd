"""The papers about rules. Each takes a dataclass of facts and gives the bytes of a PDF: no query inside, and the same
facts under the same head give the same bytes. Facts are gathered in `residents.rules.papers`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from soberhouse.documents.kinds import Kind, declare

RULE_BOOK = declare("rule-book", _("Rule book"), holds=_("one version of the rules, with what is new in it; no names"))
AGREEMENT = declare(
    "house-agreement",
    _("House agreement"),
    holds=_("one version of an agreement, fee sheet, policy or notice; no names"),
)
SIGNING_SHEET = declare(
    "signing-sheet", _("Signing sheet"), holds=_("one version of a book, with lines to sign on before a witness")
)
ACKNOWLEDGEMENT = declare(
    "acknowledgement", _("Acknowledgement"), holds=_("which version they signed, when, how, and before whom")
)
VIOLATION_NOTICE = declare(
    "violation-notice",
    _("Violation notice"),
    holds=_("the rule as it was signed, what is said to have happened, their answer, what was decided, how to appeal"),
)
APPEAL_DECISION = declare(
    "appeal-decision", _("Decision on an appeal"), holds=_("what was decided, why they appealed, and what holds now")
)
CONTRACT = declare(
    "behavioral-contract",
    _("Behavioral contract"),
    holds=_("what is agreed until when, what the house does to help, signatures, and how it went"),
)


def of_book(kind: str) -> Kind:
    """The kind of paper that a book of this kind becomes: rules have one of their own."""
    return RULE_BOOK if kind == "rules" else AGREEMENT


ALL = (RULE_BOOK, AGREEMENT, SIGNING_SHEET, ACKNOWLEDGEMENT, VIOLATION_NOTICE, APPEAL_DECISION, CONTRACT)
