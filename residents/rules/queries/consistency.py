"""Whether rules are applied alike: the same rule, or the same category and severity, at the same place on the ladder,
with different consequences. The comparison names those who decided and no resident."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.models import House
from residents.people.models import Resident
from residents.rules.models import AppealDecision, Category, Consequence, Severity, Violation
from residents.rules.queries.cases import time_words, upheld_only

_WEIGHT = {consequence: weight for weight, consequence in enumerate(Consequence.values)}


@dataclass(frozen=True)
class Compared:
    """One decision as it is compared: what it was about, what came of it and by whom, and nobody it was about."""

    case: UUID  # the violation: for a link, where its reader may follow it
    house: House
    number: int
    title: str
    category: str
    severity: str
    month: date
    time: int | None
    advised: str
    consequence: str
    decided_by: str
    why: str  # a deviation's reason
    changed_by: str = ""  # on appeal
    changed_from: str = ""
    changed_why: str = ""
    differs: bool = False  # from what most others in its group got

    @property
    def words(self) -> str:
        return str(Consequence(self.consequence).label)

    @property
    def advised_words(self) -> str:
        return str(Consequence(self.advised).label) if self.advised else ""

    @property
    def changed_from_words(self) -> str:
        return str(Consequence(self.changed_from).label) if self.changed_from else ""

    @property
    def follows_ladder(self) -> bool:
        return bool(self.advised) and self.consequence == self.advised

    @property
    def direction(self) -> int:
        """Heavier (1) or lighter (-1) than the ladder said; 0 where it is the same, or the ladder said nothing."""
        if not self.advised or self.follows_ladder:
            return 0
        return 1 if _WEIGHT[self.consequence] > _WEIGHT[self.advised] else -1

    @property
    def has_a_reason(self) -> bool:
        """Whether somebody wrote down why it is not what the ladder said."""
        return bool(self.why or self.changed_why)


@dataclass(frozen=True)
class Group:
    """Decisions at the same place that came to different consequences: of one rule of one house, or of a category and
    severity (`number` is None then)."""

    house: House | None  # None across houses
    number: int | None
    title: str
    category: str
    severity: str
    time: int | None
    decisions: Sequence[Compared]

    @property
    def heading(self) -> str:
        if self.number is not None:
            return _("Rule %(number)s: %(title)s") % {"number": self.number, "title": self.title}
        return _("Different rules about %(category)s, all %(severity)s") % {
            "category": Category(self.category).label,
            "severity": Severity(self.severity).label,
        }

    @property
    def place(self) -> str:
        return time_words(self.time) if self.time else _("no ladder in force then")

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How often which consequence, the lightest first."""
        came = [each.consequence for each in self.decisions]
        ordered = sorted(set(came), key=_WEIGHT.__getitem__)
        return [(str(Consequence(each).label), came.count(each)) for each in ordered]

    @property
    def spread(self) -> int:
        weights = [_WEIGHT[each.consequence] for each in self.decisions]
        return max(weights) - min(weights)

    @property
    def unexplained(self) -> int:
        """How many differ from the rest without a word why."""
        return sum(each.differs and not each.has_a_reason for each in self.decisions)


@dataclass(frozen=True)
class Decider:
    """One person's decisions, held against what the ladder said."""

    name: str
    decisions: int
    as_advised: int
    heavier: int
    lighter: int
    unadvised: int


@dataclass(frozen=True)
class Report:
    """What was compared, what was not alike, and what was not as the ladder says."""

    compared: int
    waiting: int  # for an appeal, so not compared yet
    rules: Sequence[Group]
    kinds: Sequence[Group]
    ladders: Sequence[Group]  # the ladders themselves say different things: between houses, or since a new version
    deviations: Sequence[Compared]
    deciders: Sequence[Decider]

    @property
    def uneven_rules(self) -> int:
        return len({(group.house.pk, group.number) for group in self.rules if group.house})

    @property
    def is_even(self) -> bool:
        return not self.rules and not self.kinds

    @property
    def unexplained(self) -> int:
        return sum(group.unexplained for group in (*self.rules, *self.kinds))

    @property
    def summary(self) -> str:
        """In one plain sentence."""
        if not self.compared:
            return _("There is nothing to compare yet.")
        if self.rules:
            return ngettext(
                "%(count)s rule was applied unevenly.", "%(count)s rules were applied unevenly.", self.uneven_rules
            ) % {"count": self.uneven_rules}
        if self.kinds:
            return _("Each rule was applied alike, but rules of the same kind were not.")
        return _("Every rule was applied alike.")


def consistency(houses: Iterable[House], *, since: date | None = None) -> Report:
    """The report over these houses, of what happened since that day, or ever.

    Compared is what holds in the end: upheld, not taken back, and as an appeal left it. At the same place are the same
    rule (by its number, in one house, as grave as it was) and the how manieth time it was on the ladder; or, of
    different rules, the same category, severity and time. What follows each case's own ladder and differs only because
    the ladders do is no unevenness, and told apart. One query.
    """
    violations = upheld_only(Violation.objects.filter(house__in=houses))
    if since is not None:
        violations = violations.filter(happened_on__gte=since)
    rows = violations.select_related(
        "house", "rule", "stay__resident", "decision", "decision__appeal__decision_on_it"
    ).order_by("happened_on", "id")
    decisions, waiting = [], 0
    for row in rows:
        appeal = getattr(row.decision, "appeal", None)
        on_it = getattr(appeal, "decision_on_it", None)
        if appeal is not None and on_it is None:
            waiting += 1
        else:
            decisions.append(_compared(row, on_it))
    rules, kinds, ladders = _groups(decisions)
    return Report(
        compared=len(decisions),
        waiting=waiting,
        rules=rules,
        kinds=kinds,
        ladders=ladders,
        deviations=[each for each in reversed(decisions) if each.direction or each.why],
        deciders=_deciders(decisions),
    )


def _compared(violation: Violation, on_appeal: AppealDecision | None) -> Compared:
    decision, rule, resident = violation.decision, violation.rule, violation.stay.resident
    one = Compared(
        case=violation.uuid,
        house=violation.house,
        number=rule.number,
        title=rule.title,
        category=rule.category,
        severity=rule.severity,
        month=violation.happened_on.replace(day=1),
        time=decision.time,
        advised=decision.advised,
        consequence=decision.consequence,
        decided_by=decision.recorded_as,
        why=nameless(decision.deviation, resident),
    )
    if on_appeal is None or on_appeal.outcome != AppealDecision.Outcome.CHANGED:
        return one
    return replace(
        one,
        consequence=on_appeal.consequence,
        changed_by=on_appeal.recorded_as,
        changed_from=decision.consequence,
        changed_why=nameless(on_appeal.reason, resident),
    )


def nameless(text: str, resident: Resident) -> str:
    """The text without the names of whom it is about: what others wrote down as a reason may hold them."""
    parts = {resident.preferred_name, resident.legal_first_name, resident.legal_last_name, resident.name}
    names = sorted((re.escape(part) for part in parts if part), key=len, reverse=True)
    return re.sub(rf"\b(?:{'|'.join(names)})\b", _("the resident"), text) if names else text


def _groups(decisions: Sequence[Compared]) -> tuple[list[Group], list[Group], list[Group]]:
    """Those of one rule, those of one kind, and those that only the ladders tell apart; the widest first."""
    rules, kinds, ladders = [], [], []
    listed: set[UUID] = set()  # a rule that is uneven by itself is not told again with its kind
    by_rule: dict[tuple, list[Compared]] = {}
    by_kind: dict[tuple, list[Compared]] = {}
    for one in decisions:
        by_rule.setdefault((one.house.pk, one.number, one.severity, one.time), []).append(one)
        by_kind.setdefault((one.category, one.severity, one.time), []).append(one)
    for found in by_rule.values():
        if not _differ(found):
            continue
        listed.update(each.case for each in found)
        newest = found[-1]
        group = _group(found, house=newest.house, number=newest.number, title=newest.title)
        (ladders if all(each.follows_ladder for each in found) else rules).append(group)
    for found in by_kind.values():
        rest = [each for each in found if each.case not in listed]
        told = {each.consequence for each in found if each.case in listed}
        if not _differ(found) or not {each.consequence for each in rest} - told:
            continue
        houses = {each.house.pk: each.house for each in found}
        house = next(iter(houses.values())) if len(houses) == 1 else None
        group = _group(found, house=house, number=None, title="")
        (ladders if all(each.follows_ladder for each in found) else kinds).append(group)
    for groups in (rules, kinds, ladders):
        groups.sort(key=attrgetter("spread"), reverse=True)
    return rules, kinds, ladders


def _differ(decisions: Iterable[Compared]) -> bool:
    return len({each.consequence for each in decisions}) > 1


def _group(found: Sequence[Compared], *, house: House | None, number: int | None, title: str) -> Group:
    came = [each.consequence for each in found]
    usual = max(set(came), key=lambda each: (came.count(each), -_WEIGHT[each]))
    newest = found[-1]
    return Group(
        house=house,
        number=number,
        title=title,
        category=newest.category,
        severity=newest.severity,
        time=newest.time,
        decisions=[replace(each, differs=each.consequence != usual) for each in found],
    )


def _deciders(decisions: Iterable[Compared]) -> list[Decider]:
    """Who decided how often, and how that compares with the ladder, by name. An appeal's decision is its decider's."""
    by: dict[str, list[Compared]] = {}
    for one in decisions:
        by.setdefault(one.changed_by or one.decided_by, []).append(one)
    return [
        Decider(
            name=name,
            decisions=len(theirs),
            as_advised=sum(each.follows_ladder for each in theirs),
            heavier=sum(each.direction > 0 for each in theirs),
            lighter=sum(each.direction < 0 for each in theirs),
            unadvised=sum(not each.advised for each in theirs),
        )
        for name, theirs in sorted(by.items())
    ]
