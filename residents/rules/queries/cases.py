"""Where violations stand, read from the facts about them, and what stands beside a decision: the ladder's advice, what
the same rule cost others, and who may decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.models import House, Role
from residents.houses.permissions import MAY, Action
from residents.rules.models import (
    Answer,
    Appeal,
    AppealDecision,
    Category,
    Consequence,
    Decision,
    Ladder,
    Reporter,
    Severity,
    Violation,
    ViolationWithdrawal,
)
from residents.stays.models import Stay
from soberhouse.accounts.models import User

RECORDED, ANSWERED, DECIDED = "recorded", "answered", "decided"
APPEALED, CLOSED, WITHDRAWN = "appealed", "closed", "withdrawn"

CHAIN = ("rule__book", "house__organization", "stay__resident", "recorded_by", "withdrawal")
DECIDED_CHAIN = ("decision__recorded_by", "decision__ladder", "decision__appeal__decision_on_it")


# Where a violation stands


@dataclass(frozen=True)
class Case:
    """One violation and what became of it, as of an instant. Nothing here names a reporter."""

    violation: Violation
    answers: Sequence[Answer]
    decision: Decision | None
    appeal: Appeal | None
    appeal_decision: AppealDecision | None
    withdrawal: ViolationWithdrawal | None
    as_of: datetime

    @property
    def is_void(self) -> bool:
        """It counts no more, and nothing can be done about it: taken back, or of a stay that was entered by mistake."""
        return self.withdrawal is not None or self.violation.stay.voided

    @property
    def state(self) -> str:
        """recorded, answered, decided (and can be appealed), appealed, closed or withdrawn (also where its stay was
        entered by mistake)."""
        if self.is_void:
            return WITHDRAWN
        if self.decision is None:
            return ANSWERED if self.answers else RECORDED
        if self.appeal is not None:
            return CLOSED if self.appeal_decision is not None else APPEALED
        return DECIDED if self.may_appeal(self.as_of) else CLOSED

    @property
    def word(self) -> str:
        """The state in a word. Before it is decided it says nothing about guilt."""
        match self.state:
            case "withdrawn":
                return _("taken back") if self.withdrawal is not None else _("entered by mistake")
            case "recorded":
                return _("recorded")
            case "answered":
                return _("answered")
            case "appealed":
                return _("appealed")
        if self.outcome == Decision.Outcome.DISMISSED:
            return _("dismissed")
        if self.outcome == AppealDecision.Outcome.OVERTURNED:
            return _("overturned")
        return _("upheld")

    @property
    def css_state(self) -> str:
        """The stylesheet's state of the word."""
        states = {RECORDED: "open", ANSWERED: "open", APPEALED: "held", WITHDRAWN: "out"}
        return states.get(self.state, "plain")

    @property
    def is_open(self) -> bool:
        """It waits for somebody to decide it, or its appeal."""
        return self.state in (RECORDED, ANSWERED, APPEALED)

    @property
    def waits_for(self) -> str:
        """What comes next: decision, appeal (it may come), appeal_decision, or nothing."""
        return {
            RECORDED: "decision",
            ANSWERED: "decision",
            DECIDED: "appeal",
            APPEALED: "appeal_decision",
        }.get(self.state, "")

    @property
    def outcome(self) -> str:
        """What it came to in the end: upheld, dismissed or overturned; empty before it is decided, while an appeal
        waits, and where it counts no more."""
        if self.decision is None or self.is_void:
            return ""
        if self.appeal is not None:
            if self.appeal_decision is None:
                return ""
            if self.appeal_decision.outcome == AppealDecision.Outcome.OVERTURNED:
                return AppealDecision.Outcome.OVERTURNED.value
        return self.decision.outcome

    @property
    def is_upheld(self) -> bool:
        """It counts: decided so, no appeal waits, not overturned, not taken back."""
        return self.outcome == Decision.Outcome.UPHELD

    @property
    def consequence(self) -> str:
        """The consequence that holds in the end, also where an appeal changed it; empty where none does."""
        if not self.is_upheld:
            return ""
        return self._last_word.consequence

    @property
    def consequence_word(self) -> str:
        return str(Consequence(self.consequence).label) if self.consequence else ""

    @property
    def appealed_word(self) -> str:
        """The consequence that was decided and is appealed: it does not hold before the appeal is decided."""
        return str(self.decision.get_consequence_display()) if self.state == APPEALED else ""

    @property
    def terms(self) -> str:
        """What exactly the consequence is."""
        return self._last_word.terms if self.is_upheld else ""

    @property
    def _last_word(self) -> Decision | AppealDecision:
        changed = self.appeal_decision
        if changed is not None and changed.outcome == AppealDecision.Outcome.CHANGED:
            return changed
        return self.decision

    @property
    def deviates(self) -> bool:
        """The decision was another than the ladder's."""
        return bool(self.decision and self.decision.advised and self.decision.advised != self.decision.consequence)

    @property
    def may_answer(self) -> bool:
        """The resident can say something to it: until it is decided. Afterwards an appeal is the way."""
        return self.state in (RECORDED, ANSWERED)

    def is_recorded_by(self, user: int | None) -> bool:
        """Whether the user of this key recorded it."""
        return user is not None and self.violation.recorded_by_id == user

    def is_decided_by(self, user: int | None) -> bool:
        """Whether the user of this key decided it."""
        return user is not None and self.decision is not None and self.decision.recorded_by_id == user

    def is_written_down_by(self, user: int | None) -> bool:
        """Whether the user of this key wrote an answer or the appeal: for the resident, where they are not."""
        said = [*self.answers, *([self.appeal] if self.appeal is not None else [])]
        return user is not None and user in {row.recorded_by_id for row in said}

    def may_appeal(self, now: datetime) -> bool:
        """Upheld, not appealed yet, not taken back, and in time."""
        return (
            not self.is_void
            and self.decision is not None
            and self.decision.outcome == Decision.Outcome.UPHELD
            and self.appeal is None
            and now <= self.decision.appeal_until
        )


def with_facts(violations: QuerySet[Violation]) -> QuerySet[Violation]:
    """The rows with all that their case is read from: two queries, however many."""
    return violations.select_related(*CHAIN, *DECIDED_CHAIN).prefetch_related("answers")


def cases(violations: Iterable[Violation], *, now: datetime | None = None) -> list[Case]:
    """Where each stands, in their order. The same number of queries, however many."""
    if isinstance(violations, QuerySet):
        rows = list(with_facts(violations))
    else:
        rows = list(violations)
        prefetch_related_objects(rows, "answers", "decision__appeal__decision_on_it", "withdrawal", "stay")
    as_of = now or timezone.now()
    return [_case(row, as_of) for row in rows]


def case_of(violation: Violation, *, now: datetime | None = None) -> Case:
    """Where one stands, read anew."""
    return cases(Violation.objects.filter(pk=violation.pk), now=now)[0]


def _case(violation: Violation, as_of: datetime) -> Case:
    decision = getattr(violation, "decision", None)
    appeal = getattr(decision, "appeal", None)
    return Case(
        violation=violation,
        answers=list(violation.answers.all()),
        decision=decision,
        appeal=appeal,
        appeal_decision=getattr(appeal, "decision_on_it", None),
        withdrawal=getattr(violation, "withdrawal", None),
        as_of=as_of,
    )


STANDING = Q(withdrawal=None, stay__voided=False)  # neither taken back nor of a stay that was entered by mistake
UNDECIDED = STANDING & Q(decision=None)
APPEAL_UNDECIDED = STANDING & Q(decision__appeal__isnull=False, decision__appeal__decision_on_it=None)
NOT_APPEALED = Q(decision__appeal=None)
KEPT_ON_APPEAL = Q(
    decision__appeal__decision_on_it__outcome__in=[AppealDecision.Outcome.STANDS, AppealDecision.Outcome.CHANGED]
)


def open_only(violations: QuerySet[Violation]) -> QuerySet[Violation]:
    """Those that wait for a decision, or for one on their appeal."""
    return violations.filter(UNDECIDED | APPEAL_UNDECIDED)


def decided_only(violations: QuerySet[Violation]) -> QuerySet[Violation]:
    """Those decided, whose appeal, if any, is decided too."""
    return violations.filter(STANDING, decision__isnull=False).exclude(APPEAL_UNDECIDED)


def upheld_only(violations: QuerySet[Violation]) -> QuerySet[Violation]:
    """Those that count: upheld, neither taken back nor overturned on appeal, and no appeal waits."""
    return violations.filter(STANDING, NOT_APPEALED | KEPT_ON_APPEAL, decision__outcome=Decision.Outcome.UPHELD)


def open_violations(stay: Stay) -> int:
    """How many of this stay wait for a decision, or for one on their appeal. One query."""
    return open_only(Violation.objects.filter(stay=stay)).count()


# Who saw it


@dataclass(frozen=True)
class Witnesses:
    """Who saw it, as one reader may know it: the names, those that the resident is not told, and how many are
    withheld from this reader."""

    named: Sequence[str] = ()
    in_confidence: Sequence[str] = ()
    withheld: int = 0


def witnesses(violation: Violation, *, reader: User | None) -> Witnesses:
    """As `reader` may know it; without one, as the resident may. A name given in confidence never reaches the resident,
    also where they help to run the house. Two queries."""
    rows = violation.reporters.filter(confidential=False) if reader is None else _seen(violation, reader)
    seen = list(rows)
    return Witnesses(
        named=[row.name for row in seen if not row.confidential],
        in_confidence=[row.name for row in seen if row.confidential],
        withheld=violation.reporters.count() - len(seen),
    )


def _seen(violation: Violation, reader: User) -> QuerySet[Reporter]:
    return Reporter.objects.visible_to(reader).filter(violation=violation)


# The story, in order


@dataclass(frozen=True)
class Moment:
    """One thing that happened: when, what, by whom, in whose words, and what else is known of it."""

    at: datetime
    title: str
    by: str
    text: str = ""
    facts: Sequence[tuple[str, str]] = ()
    tone: str = "plain"
    icon: str = "note"


def story(case: Case, *, seen_by: Witnesses) -> list[Moment]:
    """What happened, from recording to the last word, in order. Who saw it is told as far as `seen_by` says. Asks
    nothing of the database."""
    violation = case.violation
    moments = [
        Moment(
            violation.recorded_at,
            _("Recorded"),
            violation.recorded_as,
            violation.what,
            _filled(
                (_("Rule"), str(violation.rule)),
                (_("When"), happened_words(violation)),
                (_("Where"), violation.place),
                (_("What was done at once"), violation.response),
                (_("Who saw it"), witness_words(seen_by)),
            ),
        ),
        *(_answered(answer, case) for answer in case.answers),
    ]
    if case.decision is not None:
        moments.append(_decided(case.decision))
    if case.appeal is not None:
        moments.append(
            Moment(
                case.appeal.recorded_at,
                _("Appealed"),
                _own_words(case.appeal, case),
                case.appeal.text,
                tone="held",
                icon="message",
            )
        )
    if case.appeal_decision is not None:
        moments.append(_decided_again(case.appeal_decision))
    if case.withdrawal is not None:
        row = case.withdrawal
        moments.append(
            Moment(row.recorded_at, _("Taken back"), row.recorded_as, row.reason, tone="out", icon="undo"),
        )
    return sorted(moments, key=lambda moment: moment.at)


def happened_words(violation: Violation) -> str:
    """The day and, where it is known, the hour, by the house's clock."""
    day = date_format(violation.happened_on)
    if violation.happened_at is None:
        return day
    return _("%(day)s at %(hour)s") % {"day": day, "hour": time_format(violation.happened_at)}


def witness_words(seen_by: Witnesses) -> str:
    """Who saw it, in one line; a name that is withheld is said to be, and not said."""
    told = [*seen_by.named, *(_("%(name)s (in confidence)") % {"name": name} for name in seen_by.in_confidence)]
    if seen_by.withheld:
        told.append(
            ngettext("a person whose name is withheld", "%(count)s people whose names are withheld", seen_by.withheld)
            % {"count": seen_by.withheld}
        )
    return ", ".join(told)


def _answered(answer: Answer, case: Case) -> Moment:
    title = _("Answer: %(stance)s") % {"stance": answer.get_stance_display()}
    return Moment(answer.recorded_at, title, _own_words(answer, case), answer.text, icon="message")


def _own_words(row: Answer | Appeal, case: Case) -> str:
    """Whose words these are; who wrote them down where it was somebody else."""
    about = case.violation.stay.resident.user_id
    if about is not None and row.recorded_by_id == about:
        return case.violation.stay.name
    return _("%(name)s, written down by %(who)s") % {"name": case.violation.stay.name, "who": row.recorded_as}


def _decided(decision: Decision) -> Moment:
    upheld = decision.outcome == Decision.Outcome.UPHELD
    facts = _filled(
        (_("Consequence"), decision.get_consequence_display() if upheld else ""),
        (_("What exactly"), decision.terms),
        (_("It counts as"), time_words(decision.time) if decision.time else ""),
        (_("The ladder says"), decision.get_advised_display() if decision.advised else ""),
        (_("Why not that"), decision.deviation),
    )
    title = _("Upheld: it was so") if upheld else _("Dismissed: it was not so")
    return Moment(decision.recorded_at, title, decision.recorded_as, decision.reason, facts, icon="check")


def _decided_again(row: AppealDecision) -> Moment:
    facts = _filled(
        (_("Consequence"), row.get_consequence_display() if row.consequence else ""), (_("What exactly"), row.terms)
    )
    title = _("On appeal: %(outcome)s") % {"outcome": row.get_outcome_display()}
    return Moment(row.recorded_at, title, row.recorded_as, row.reason, facts, icon="check")


def _filled(*facts: tuple[str, str]) -> list[tuple[str, str]]:
    return [(label, value) for label, value in facts if value]


# What the ladder says


@dataclass(frozen=True)
class Advice:
    """What the ladder in force that day says: the how manieth time it is within the days it looks back, and the
    consequence; empty where the house had no ladder, or it has no step for this."""

    ladder: Ladder | None
    time: int | None
    consequence: str
    counted: Sequence[Violation] = ()
    undecided: int = 0  # others that would count, had they, or their appeals, been decided

    @property
    def time_word(self) -> str:
        return time_words(self.time) if self.time else ""

    @property
    def consequence_word(self) -> str:
        return str(Consequence(self.consequence).label) if self.consequence else ""


def ladder_in_force(house: House, day: date) -> Ladder | None:
    """The newest published ladder of the house that is in force on this day."""
    return Ladder.objects.out().filter(house=house, in_force_from__lte=day).order_by("-number").first()


def advised(violation: Violation) -> Advice:
    """What the ladder in force on the day it happened says to this violation.

    Counted are the violations of the same category and severity by the same resident in this house that were upheld
    before this one is decided, and happened at most as many days before or after it as the ladder looks back: the
    second one decided is the second time, whichever happened first, so that no two are the first. What waits for a
    decision, or for one on its appeal, does not count yet. A category without steps of its own takes those for all;
    after the last step, the last step again.
    """
    ladder = ladder_in_force(violation.house, violation.happened_on)
    if ladder is None:
        return Advice(None, None, "")
    rule, day, reach = violation.rule, violation.happened_on, timedelta(days=ladder.look_back_days)
    decision = getattr(violation, "decision", None)
    same = Violation.objects.filter(
        house=violation.house,
        stay__resident=violation.stay.resident_id,
        rule__category=rule.category,
        rule__severity=rule.severity,
        happened_on__range=(day - reach, day + reach),
    ).exclude(pk=violation.pk)
    decided_before = Q(decision__lt=decision.pk) if decision is not None else Q()
    happened_before = Q(happened_on__lt=day) | Q(happened_on=day, pk__lt=violation.pk)
    counted = list(upheld_only(same.filter(decided_before)).select_related("rule").order_by("happened_on", "pk"))
    time = len(counted) + 1
    return Advice(
        ladder=ladder,
        time=time,
        consequence=_step(ladder, rule.category, rule.severity, time),
        counted=counted,
        undecided=same.filter((UNDECIDED & happened_before) | (APPEAL_UNDECIDED & decided_before)).count(),
    )


def _step(ladder: Ladder, category: str, severity: str, time: int) -> str:
    rows = ladder.steps.filter(dropped=False, severity=severity, category__in=["", category]).order_by("position")
    steps = list(rows)
    line = [step for step in steps if step.category == category] or [step for step in steps if not step.category]
    reached = [step for step in line if step.position <= time]
    return reached[-1].consequence if reached else ""


def time_words(time: int) -> str:
    """The first, second … time."""
    words = {
        1: _("first time"),
        2: _("second time"),
        3: _("third time"),
        4: _("fourth time"),
        5: _("fifth time"),
        6: _("sixth time"),
        7: _("seventh time"),
        8: _("eighth time"),
        9: _("ninth time"),
    }
    return words.get(time) or _("time number %(count)s") % {"count": time}


# The ladder, line by line


@dataclass(frozen=True)
class Line:
    """What follows the first, the second … time, for a category (empty: all that have no line of their own) and a
    severity."""

    category: str
    severity: str
    steps: Sequence[str]

    @property
    def title(self) -> str:
        severity = str(Severity(self.severity).label)
        if not self.category:
            return severity
        return _("%(severity)s, about %(category)s") % {
            "severity": severity,
            "category": Category(self.category).label,
        }

    @property
    def words(self) -> list[tuple[str, str]]:
        """Each time with its consequence; the last says that it goes on."""
        said = [(time_words(time), str(Consequence(each).label)) for time, each in enumerate(self.steps, start=1)]
        if said:
            said[-1] = (_("%(time)s and after") % {"time": said[-1][0]}, said[-1][1])
        return said


def lines_of(ladder: Ladder) -> list[Line]:
    """The lines of a ladder, the minor ones first and before those of single categories. One query, or none where its
    steps are prefetched."""
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for step in ladder.steps.all():
        if not step.dropped:
            found.setdefault((step.severity, step.category), []).append((step.position, step.consequence))
    order = Severity.values
    keys = sorted(found, key=lambda key: (order.index(key[0]), key[1]))
    return [
        Line(category, severity, [each for _at, each in sorted(found[severity, category])])
        for severity, category in keys
    ]


# What it cost others


@dataclass(frozen=True)
class Precedent:
    """What the same rule of this house came to for somebody else. No name, no day by which one would know them, and
    nothing that was said in words."""

    month: date
    outcome: str
    consequence: str
    time: int | None
    advised: str
    changed_on_appeal: bool = False

    @property
    def words(self) -> str:
        return str(Consequence(self.consequence).label) if self.consequence else _("no consequence")

    @property
    def outcome_word(self) -> str:
        return {"upheld": _("upheld"), "dismissed": _("dismissed")}.get(self.outcome) or _("overturned on appeal")

    @property
    def time_word(self) -> str:
        return time_words(self.time) if self.time else ""

    @property
    def deviates(self) -> bool:
        return self.consequence != self.advised and bool(self.advised) and self.outcome == Decision.Outcome.UPHELD


MOST_PRECEDENTS = 10


def precedents(violation: Violation) -> list[Precedent]:
    """What the rule of the same number cost others in this house, the newest first; without names. Two queries."""
    others = (
        Violation.objects.filter(house=violation.house, rule__number=violation.rule.number)
        .exclude(stay__resident=violation.stay.resident_id)
        .order_by("-happened_on", "-pk")
    )
    return [
        Precedent(
            month=case.violation.happened_on.replace(day=1),
            outcome=case.outcome,
            consequence=case.consequence,
            time=case.decision.time,
            advised=case.decision.advised,
            changed_on_appeal=case.appeal_decision is not None
            and case.appeal_decision.outcome != AppealDecision.Outcome.STANDS,
        )
        for case in cases(decided_only(others)[:MOST_PRECEDENTS])
    ]


# Who may decide


@dataclass(frozen=True)
class Deciders:
    """Whoever may decide in one house now, found once: its managers first, then the operators."""

    users: Sequence[User]

    def of(self, violation: Violation) -> list[User]:
        """Those who neither recorded it nor are whom it is about."""
        return self._without(violation.recorded_by_id, violation.stay.resident.user_id)

    def of_appeal(self, appeal: Appeal) -> list[User]:
        """Those who had no hand in the matter: they neither recorded nor decided it, nor wrote down for the resident
        what these said, nor are whom it is about."""
        return [user for user in self.of_decided(appeal.decision) if user.pk != appeal.recorded_by_id]

    def of_decided(self, decision: Decision) -> list[User]:
        """Those who could decide an appeal against this decision, did somebody else write it down."""
        violation = decision.violation
        return self._without(
            violation.recorded_by_id,
            decision.recorded_by_id,
            violation.stay.resident.user_id,
            *(answer.recorded_by_id for answer in violation.answers.all()),
        )

    def _without(self, *ids: int | None) -> list[User]:
        return [user for user in self.users if user.pk not in ids]


def deciders(house: House, *, now: datetime | None = None) -> Deciders:
    """Whoever may decide in this house now. One query."""
    live = Role.objects.live(now=now).filter(
        Q(house=house) | Q(house=None, organization=house.organization_id),
        kind__in=MAY[Action.DECIDE],
        user__is_active=True,
    )
    roles = sorted(live.select_related("user"), key=lambda role: (role.house_id is None, role.user.name, role.pk))
    return Deciders(list({role.user_id: role.user for role in roles}.values()))


def who_may_decide(violation: Violation) -> list[User]:
    """Managers of the house and operators who neither recorded it nor are whom it is about. None: it waits."""
    return deciders(violation.house).of(violation)


def who_may_decide_appeal(appeal: Appeal) -> list[User]:
    """Managers of the house and operators who had no hand in the matter. None: it waits."""
    return deciders(appeal.house).of_appeal(appeal)


def why_it_waits(case: Case, deciders: Deciders) -> str:
    """A sentence where nobody may decide what waits now; empty where somebody may."""
    if case.waits_for == "decision" and not deciders.of(case.violation):
        return _(
            "It waits, because nobody else may decide it: whoever recorded it does not. "
            "Another manager or an operator is needed."
        )
    if case.waits_for == "appeal_decision" and not deciders.of_appeal(case.appeal):
        return _(
            "It waits, because nobody else may decide it: whoever recorded or decided the violation, or wrote down "
            "what the resident said, does not. Another person, manager or operator, is needed."
        )
    return ""
