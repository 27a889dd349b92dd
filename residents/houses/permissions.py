"""Who may do what: the one table, as data. Web and API both ask it, through `Standing.may`."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class RoleKind(models.TextChoices):
    """Roles that are rows. A resident's role is their stay."""

    OPERATOR = "operator", _("operator")
    MANAGER = "manager", _("manager")
    AUDITOR = "auditor", _("auditor")


# Three more ways to stand towards something: to live in the house, to have a duty there as its officer, and to be the
# person a record is about.
RESIDENT = "resident"
OFFICER = "officer"
ONESELF = "oneself"


class Action(StrEnum):
    SEE_HOUSE = "see a house"
    SEE_RESIDENTS = "see residents"
    SEE_PHOTO = "see what a resident looks like"
    SEE_GUARDED = "see what few may see"
    ADMIT = "admit, move, transfer, hold, discharge"
    IMPORT = "import a roster"
    RECORD = "record about residents"
    CORRECT = "correct a record"
    SETTLE_HOUSE = "change a house, its rooms, beds and phases"
    SEE_HISTORY = "see the history of a record"
    OWN_RECORD = "read one's own record, keep one's own contacts"
    SEE_PAPERS = "see the papers that were issued"
    ISSUE_PAPERS = "issue a paper about a house or a resident"
    SEE_RECORD = "see what is recorded about a resident"
    PUBLISH = "publish rule books, agreements, ladders"
    DECIDE = "decide violations, appeals, removals, passes"
    TAKE_ROLL = "count who is in at night"
    RUN_ORGANIZATION = "people, roles, tablets, partners, keys, new houses, organization settings"


_OPERATOR, _MANAGER, _AUDITOR = RoleKind.OPERATOR, RoleKind.MANAGER, RoleKind.AUDITOR

MAY: dict[Action, frozenset[str]] = {
    Action.SEE_HOUSE: frozenset({_OPERATOR, _MANAGER, _AUDITOR, RESIDENT}),
    Action.SEE_RESIDENTS: frozenset({_OPERATOR, _MANAGER, _AUDITOR}),
    Action.SEE_PHOTO: frozenset({_OPERATOR, _MANAGER, _AUDITOR, ONESELF}),
    Action.SEE_GUARDED: frozenset({_OPERATOR, _MANAGER, ONESELF}),
    Action.ADMIT: frozenset({_OPERATOR, _MANAGER}),
    Action.IMPORT: frozenset({_OPERATOR, _MANAGER}),
    Action.RECORD: frozenset({_OPERATOR, _MANAGER}),
    Action.CORRECT: frozenset({_OPERATOR, _MANAGER}),
    Action.SETTLE_HOUSE: frozenset({_OPERATOR, _MANAGER}),
    Action.SEE_HISTORY: frozenset({_OPERATOR, _MANAGER, _AUDITOR, ONESELF}),
    Action.OWN_RECORD: frozenset({ONESELF}),
    Action.SEE_PAPERS: frozenset({_OPERATOR, _MANAGER, _AUDITOR, ONESELF}),
    Action.ISSUE_PAPERS: frozenset({_OPERATOR, _MANAGER}),
    Action.SEE_RECORD: frozenset({_OPERATOR, _MANAGER, _AUDITOR, ONESELF}),
    Action.PUBLISH: frozenset({_OPERATOR, _MANAGER}),
    Action.DECIDE: frozenset({_OPERATOR, _MANAGER}),
    Action.TAKE_ROLL: frozenset({_OPERATOR, _MANAGER, OFFICER}),
    Action.RUN_ORGANIZATION: frozenset({_OPERATOR}),
}

# Nobody records, decides or corrects about themselves, whatever their roles.
NEVER_ABOUT_ONESELF = frozenset(
    {Action.ADMIT, Action.RECORD, Action.CORRECT, Action.ISSUE_PAPERS, Action.DECIDE, Action.TAKE_ROLL}
)
