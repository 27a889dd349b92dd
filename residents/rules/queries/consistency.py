"""Whether rules are applied alike: the same rule, or the same category and severity, at the same place on the ladder,
with different consequences. The comparison names those who decided and no resident."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import attrgetter
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.models import House
from residents.rules.models import AppealDecision, Category, Consequence, Decision, Severity, Violation
from residents.rules.queries.cases import STANDING, time_words
from residents.stays.models import Stay

UPHELD, DISMISSED = Decision.Outcome.UPHELD.value, Decision.Outcome.DISMISSED.value
OVERTURNED = AppealDecision.Outcome.OVERTURNED.value

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
    outcome: str  # upheld, dismissed, or overturned on appeal; without a consequence where it is not upheld
    consequence: str
    decider: int | str
    decided_at: datetime
    decided_by: str
    why: str  # a deviation's reason
    changer: int | str = ""
    changed_at: datetime | None = None
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
    dismissed: int = 0  # of the same rule or kind, any time: what came to nothing has no place on the ladder
    overturned: int = 0

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
class Found:
    """What one person found of what was recorded against one rule."""

    name: str
    upheld: int
    dismissed: int
    overturned: int  # on appeal, by somebody else


@dataclass(frozen=True)
class Finding:
    """A rule of one house that was found broken in one case and not in another: by whom."""

    house: House
    number: int
    title: str
    found: Sequence[Found]

    @property
    def heading(self) -> str:
        return _("Rule %(number)s: %(title)s") % {"number": self.number, "title": self.title}


@dataclass(frozen=True)
class Decider:
    """One person's decisions, held against what the ladder said; and those that found nothing, or that somebody else
    overturned on appeal."""

    name: str
    decisions: int
    as_advised: int
    heavier: int
    lighter: int
    unadvised: int
    dismissed: int
    overturned: int


@dataclass(frozen=True)
class Report:
    """What was compared, what was not alike, and what was not as the ladder says."""

    compared: int
    is_comparable: bool  # two decisions at least were of the same rule, at the same place on the ladder
    waiting: int  # for an appeal, so not compared yet
    dismissed: int
    overturned: int
    rules: Sequence[Group]
    kinds: Sequence[Group]
    ladders: Sequence[Group]  # the ladders themselves say different things: between houses, or since a new version
    findings: Sequence[Finding]  # upheld by one, dismissed or overturned in the next case
    deviations: Sequence[Compared]
    deciders: Sequence[Decider]

    @property
    def uneven_rules(self) -> int:
        return len({(group.house.pk, group.number) for group in self.rules if group.house})

    @property
    def is_even(self) -> bool:
        return not self.rules and not self.kinds

    @property
    def is_empty(self) -> bool:
        """Nothing was decided that holds."""
        return not (self.compared or self.dismissed or self.overturned)

    @property
    def unexplained(self) -> int:
        return sum(group.unexplained for group in (*self.rules, *self.kinds))

    @property
    def summary(self) -> str:
        """In one plain sentence."""
        if self.is_empty:
            return _("There is nothing to compare yet.")
        if not self.compared:
            return _("Nothing was upheld.")
        if self.rules:
            return ngettext(
                "%(count)s rule was applied unevenly.", "%(count)s rules were applied unevenly.", self.uneven_rules
            ) % {"count": self.uneven_rules}
        if self.kinds:
            if not self.is_comparable:
                return _("Rules of the same kind were not applied alike.")
            return _("Each rule was applied alike, but rules of the same kind were not.")
        if not self.is_comparable:
            count = self.compared + self.dismissed + self.overturned
            return ngettext(
                "%(count)s decision: too few to compare.", "%(count)s decisions: too few to compare.", count
            ) % {"count": count}
        if self.findings:
            return _("Wherever it was upheld, every rule was applied alike.")
        return _("Every rule was applied alike.")


def consistency(houses: Iterable[House], *, since: date | None = None) -> Report:
    """The report over these houses, of what happened since that day, or ever.

    Compared is what holds in the end: upheld, not taken back, and as an appeal left it. At the same place are the same
    rule (by its number, in one house, as grave as it was) and the how manieth time it was on the ladder; or, of
    different rules, the same category, severity and time. What follows each case's own ladder and differs only because
    the ladders do is no unevenness, and told apart. What was dismissed or overturned has no consequence to compare: it
    is counted beside them, by rule and by whom. One query.
    """
    violations = Violation.objects.filter(STANDING, house__in=houses, decision__isnull=False)
    if since is not None:
        violations = violations.filter(happened_on__gte=since)
    rows = list(
        violations.select_related(
            "house", "rule", "stay__resident", "decision", "decision__appeal__decision_on_it"
        ).order_by("happened_on", "id")
    )
    names = Names(row.stay for row in rows)
    decisions, waiting = [], 0
    for row in rows:
        appeal = getattr(row.decision, "appeal", None)
        on_it = getattr(appeal, "decision_on_it", None)
        if appeal is not None and on_it is None:
            waiting += 1
        else:
            decisions.append(_compared(row, on_it, names))
    upheld = [each for each in decisions if each.outcome == UPHELD]
    places = [(*_rule_of(each), each.time) for each in upheld]
    rules, kinds, ladders = _groups(upheld, decisions)
    return Report(
        compared=len(upheld),
        is_comparable=len(set(places)) < len(places),
        waiting=waiting,
        dismissed=sum(each.outcome == DISMISSED for each in decisions),
        overturned=sum(each.outcome == OVERTURNED for each in decisions),
        rules=rules,
        kinds=kinds,
        ladders=ladders,
        findings=_findings(decisions),
        deviations=[each for each in reversed(upheld) if each.direction or each.why],
        deciders=_deciders(decisions),
    )


def _compared(violation: Violation, on_appeal: AppealDecision | None, names: Names) -> Compared:
    decision, rule, stay = violation.decision, violation.rule, violation.stay
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
        outcome=decision.outcome,
        consequence=decision.consequence,
        decider=_who(decision),
        decided_at=decision.recorded_at,
        decided_by=decision.recorded_as,
        why=names.taken_out(decision.deviation, stay),
    )
    if on_appeal is None or on_appeal.outcome == AppealDecision.Outcome.STANDS:
        return one
    by = replace(one, changer=_who(on_appeal), changed_by=on_appeal.recorded_as, changed_at=on_appeal.recorded_at)
    if on_appeal.outcome == AppealDecision.Outcome.OVERTURNED:
        return replace(by, outcome=OVERTURNED)
    return replace(
        by,
        consequence=on_appeal.consequence,
        changed_from=decision.consequence,
        changed_why=names.taken_out(on_appeal.reason, stay),
    )


def _who(fact: Decision | AppealDecision) -> int | str:
    """Whose fact it is: a name can change, and two people can have the same."""
    return fact.recorded_by_id or fact.recorded_as


class Names:
    """The names of all whom the compared decisions are about: what somebody wrote down as a reason may hold any."""

    def __init__(self, stays: Iterable[Stay]) -> None:
        self._of: dict[str, set[int]] = {}
        for stay in stays:
            for name in _names_of(stay):
                self._of.setdefault(name.casefold(), set()).add(stay.resident_id)
        longest_first = sorted(map(re.escape, self._of), key=len, reverse=True)
        # No \b: a name may end with a dot, after which there is none.
        self._any = re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE) if self._of else None

    def taken_out(self, text: str, stay: Stay) -> str:
        """The text, which is about this stay, without them."""
        if self._any is None:
            return text

        def nobody(found: re.Match[str]) -> str:
            is_theirs = stay.resident_id in self._of.get(found[0].casefold(), ())
            return _("the resident") if is_theirs else _("another resident")

        return self._any.sub(nobody, text)


def _names_of(stay: Stay) -> set[str]:
    resident = stay.resident
    parts = {
        *(resident.preferred_name, resident.legal_first_name, resident.legal_last_name),
        *(resident.name, resident.legal_name, resident.short_name),
        *(stay.left_as, stay.short_name, *stay.left_as.split()),
    }
    return {part for part in map(str.strip, parts) if part}


def _groups(
    decisions: Sequence[Compared], everything: Sequence[Compared]
) -> tuple[list[Group], list[Group], list[Group]]:
    """Those of one rule, those of one kind, and those that only the ladders tell apart; the widest first. Beside each
    is counted what of `everything` with the same rule or kind came to nothing."""
    rules, kinds, ladders = [], [], []
    listed: set[UUID] = set()  # a rule that is uneven by itself is not told again with its kind
    by_rule: dict[tuple, list[Compared]] = {}
    by_kind: dict[tuple, list[Compared]] = {}
    for one in decisions:
        by_rule.setdefault((*_rule_of(one), one.time), []).append(one)
        by_kind.setdefault((one.category, one.severity, one.time), []).append(one)
    for found in by_rule.values():
        if not _differ(found):
            continue
        listed.update(each.case for each in found)
        newest = found[-1]
        same = [each for each in everything if _rule_of(each) == _rule_of(newest)]
        group = _group(found, same, house=newest.house, number=newest.number, title=newest.title)
        (ladders if all(each.follows_ladder for each in found) else rules).append(group)
    for found in by_kind.values():
        rest = [each for each in found if each.case not in listed]
        told = {each.consequence for each in found if each.case in listed}
        if not _differ(found) or not {each.consequence for each in rest} - told:
            continue
        houses = {each.house.pk: each.house for each in found}
        house = next(iter(houses.values())) if len(houses) == 1 else None
        same = [
            each for each in everything if (each.category, each.severity) == (found[-1].category, found[-1].severity)
        ]
        group = _group(found, same, house=house, number=None, title="")
        (ladders if all(each.follows_ladder for each in found) else kinds).append(group)
    for groups in (rules, kinds, ladders):
        groups.sort(key=attrgetter("spread"), reverse=True)
    return rules, kinds, ladders


def _rule_of(one: Compared) -> tuple[int, int, str]:
    return one.house.pk, one.number, one.severity


def _differ(decisions: Iterable[Compared]) -> bool:
    return len({each.consequence for each in decisions}) > 1


def _group(
    found: Sequence[Compared], same: Sequence[Compared], *, house: House | None, number: int | None, title: str
) -> Group:
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
        dismissed=sum(each.outcome == DISMISSED for each in same),
        overturned=sum(each.outcome == OVERTURNED for each in same),
    )


def _findings(decisions: Iterable[Compared]) -> list[Finding]:
    """The rules that were found broken in one case and not in another, and what each person found; by whoever decided
    first, as an appeal has its own reasons."""
    by_rule: dict[tuple, list[Compared]] = {}
    for one in decisions:
        by_rule.setdefault(_rule_of(one), []).append(one)
    findings = []
    for same in by_rule.values():
        if len({each.outcome == UPHELD for each in same}) == 1:
            continue
        newest, labels, by = same[-1], _labels(same), {}
        for one in same:
            by.setdefault(one.decider, []).append(one.outcome)
        found = [
            Found(labels[who], came.count(UPHELD), came.count(DISMISSED), came.count(OVERTURNED))
            for who, came in by.items()
        ]
        found.sort(key=attrgetter("name"))
        findings.append(Finding(newest.house, newest.number, newest.title, found))
    return sorted(findings, key=lambda each: (each.house.name, each.number))


def _labels(decisions: Iterable[Compared]) -> dict[int | str, str]:
    """What each of those who decided is called now: as in the newest of what they wrote down."""
    written = [(one.decided_at, one.decider, one.decided_by) for one in decisions]
    written += [(one.changed_at, one.changer, one.changed_by) for one in decisions if one.changed_at is not None]
    return {who: label for _at, who, label in sorted(written, key=lambda each: each[0])}


def _deciders(decisions: Sequence[Compared]) -> list[Decider]:
    """Who decided how often, and how that compares with the ladder, by name. A consequence that an appeal changed is
    its decider's; what an appeal overturned is told of whoever was overturned."""
    labels, by = _labels(decisions), {}
    for one in decisions:
        by.setdefault(one.changer if one.changed_from else one.decider, []).append(one)
    found = []
    for who, all_of_theirs in by.items():
        theirs = [each for each in all_of_theirs if each.outcome == UPHELD]
        found.append(
            Decider(
                name=labels[who],
                decisions=len(all_of_theirs),
                as_advised=sum(each.follows_ladder for each in theirs),
                heavier=sum(each.direction > 0 for each in theirs),
                lighter=sum(each.direction < 0 for each in theirs),
                unadvised=sum(not each.advised for each in theirs),
                dismissed=sum(each.outcome == DISMISSED for each in all_of_theirs),
                overturned=sum(each.outcome == OVERTURNED for each in all_of_theirs),
            )
        )
    return sorted(found, key=attrgetter("name"))
