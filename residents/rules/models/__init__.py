"""What a house asks in writing, who signed it, what is said to have been broken, and what became of it."""

from __future__ import annotations

from residents.rules.models.books import Book, Rule
from residents.rules.models.contracts import Contract, ContractReview, ContractSignature
from residents.rules.models.ladders import Ladder, LadderStep
from residents.rules.models.leaving import Removal, RemovalReview, ReviewOpinion
from residents.rules.models.signing import (
    STROKES,
    Acknowledgement,
    AcknowledgementUndone,
    OrientationItem,
    OrientationShown,
    Signed,
)
from residents.rules.models.violations import (
    Answer,
    Appeal,
    AppealDecision,
    Attachment,
    Decision,
    Reporter,
    Violation,
    ViolationWithdrawal,
)
from residents.rules.models.words import ON_THE_LADDER, Category, Consequence, Severity

__all__ = [
    "Acknowledgement",
    "AcknowledgementUndone",
    "Answer",
    "Appeal",
    "AppealDecision",
    "Attachment",
    "Book",
    "Category",
    "Consequence",
    "Contract",
    "ContractReview",
    "ContractSignature",
    "Decision",
    "Ladder",
    "LadderStep",
    "ON_THE_LADDER",
    "OrientationItem",
    "OrientationShown",
    "Removal",
    "RemovalReview",
    "Reporter",
    "ReviewOpinion",
    "Rule",
    "STROKES",
    "Severity",
    "Signed",
    "Violation",
    "ViolationWithdrawal",
]
