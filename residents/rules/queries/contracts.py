"""Where behavioral contracts, discharge reviews and immediate removals stand, and who may take the next step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When

from residents.houses.models import House
from residents.rules.models import (
    AppealDecision,
    Consequence,
    Contract,
    ContractReview,
    ContractSignature,
    Decision,
    Removal,
    RemovalReview,
    ReviewOpinion,
    Violation,
)
from residents.rules.queries.cases import deciders
from residents.stays.models import Discharge, Stay
from soberhouse.accounts.models import User

AGREE = 2  # so many people must say that somebody has to leave
SOON = timedelta(days=7)
OFFERED = timedelta(days=7)  # so long Today goes on saying that a bed is to be offered back
# Who leaves at once has left within the week, papers and belongings included; who is still here then is here again.
REMOVAL_COUNTS = timedelta(days=7)
# Two people spoke of somebody as they were then. Who has lived here a month since is judged by what came since.
REVIEW_COUNTS = timedelta(days=30)


def people_of(house: House) -> Sequence[User]:
    """Whoever may decide in the house now, its managers first. One query."""
    return deciders(house).users


def others(people: Iterable[User], but: Collection[int | None]) -> list[User]:
    return [user for user in people if user.pk not in but]


# --- behavioral contracts -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Agreed:
    """A contract, who signed it, and what was said of it since, the newest last."""

    contract: Contract
    signature: ContractSignature | None
    reviews: Sequence[ContractReview]

    @property
    def is_over(self) -> bool:
        return self.contract.ended_on is not None or self.contract.stay.ends_on is not None

    @property
    def never_began(self) -> bool:
        """It was ended before its first day: it holds for no day then."""
        last = self.reviews[-1] if self.contract.ended_on is not None and self.reviews else None
        return last is not None and self.contract.house.today(last.recorded_at) < self.contract.starts_on

    @property
    def ended_by_move(self) -> bool:
        """Its stay went on in another house, and the contract did not. One query."""
        stay = self.contract.stay
        if self.contract.ended_on is not None or stay.ends_on is None:
            return False
        last = stay.discharges.order_by("recorded_at", "id").last()
        return last is not None and last.reason == Discharge.Reason.TRANSFER

    @property
    def due_on(self) -> date | None:
        """When it is looked at next: at the latest on its last day. None once it is over."""
        if self.is_over:
            return None
        return min(self.reviews[-1].next_on if self.reviews else self.contract.review_on, self.contract.ends_on)


def agreed(contracts: QuerySet[Contract]) -> list[Agreed]:
    """These contracts with what hangs on them. Two queries."""
    rows = contracts.select_related("house", "stay__resident", "stay__house", "signature__paper").prefetch_related(
        Prefetch("reviews", ContractReview.objects.order_by("recorded_at", "id"))
    )
    return [Agreed(row, getattr(row, "signature", None), list(row.reviews.all())) for row in rows]


def running(house: House) -> list[Agreed]:
    """The contracts of those who live here that are not over, the one due first coming first. Two queries."""
    rows = Contract.objects.filter(house=house, ended_on=None, stay__ends_on=None, stay__voided=False)
    return sorted(agreed(rows), key=lambda each: (each.due_on, each.contract.pk))


def wants_somebody(each: Agreed, today: date) -> bool:
    """Whether a contract is to be signed, or to be looked at within the week."""
    return each.due_on is not None and (each.signature is None or each.due_on <= today + SOON)


# --- discharge reviews ----------------------------------------------------------------------------------------------

# The consequence as it is after an appeal, if there was one. Until an appeal is decided there is none.
_DECIDED = Q(decision__outcome=Decision.Outcome.UPHELD, decision__consequence=Consequence.REVIEW)
_STANDS = Q(decision__appeal=None) | Q(decision__appeal__decision_on_it__outcome=AppealDecision.Outcome.STANDS)
_CHANGED = Q(decision__appeal__decision_on_it__consequence=Consequence.REVIEW)


def under_review(violations: QuerySet[Violation]) -> QuerySet[Violation]:
    """Those whose consequence, as it stands now, is a discharge review."""
    return violations.filter((_DECIDED & _STANDS) | _CHANGED, withdrawal=None)


def outcome(opinions: Iterable[ReviewOpinion]) -> str:
    """What was said so far comes to: `leaves` where two people say so, `stays` where one says so, else `open`."""
    said = [opinion.leaves for opinion in opinions]
    if not all(said):
        return "stays"
    return "leaves" if len(said) >= AGREE else "open"


@dataclass(frozen=True)
class Review:
    """A discharge review: the violation it follows, what was said, the outcome (`open`, `leaves`, `stays`), and who may
    speak next."""

    violation: Violation
    opinions: Sequence[ReviewOpinion]
    outcome: str
    may_speak: Sequence[User]

    @property
    def agreed_at(self) -> datetime | None:
        """When the second said that the resident must leave."""
        return self.opinions[AGREE - 1].recorded_at if self.outcome == "leaves" else None

    @property
    def counts_until(self) -> date | None:
        """The last day for which somebody may be discharged because of it."""
        return self.violation.house.today(self.agreed_at) + REVIEW_COUNTS if self.agreed_at else None

    def appeal_until(self, now: datetime) -> datetime | None:
        """Until when the resident may still appeal the decision that led here: nobody is discharged because of it
        before. None where they have appealed, or the time is over."""
        decision = self.violation.decision
        appealed = getattr(decision, "appeal", None) is not None
        return None if appealed or now > decision.appeal_until else decision.appeal_until

    def counts(self, left_on: date, now: datetime) -> bool:
        """Whether somebody may be discharged because of it, as of that day."""
        until = self.counts_until
        return until is not None and left_on <= until and self.appeal_until(now) is None


def _reviews(violations: QuerySet[Violation], people: Sequence[User]) -> list[Review]:
    chain = ("house", "rule", "stay__resident", "decision__appeal")
    rows = violations.select_related(*chain).prefetch_related(
        Prefetch("opinions", ReviewOpinion.objects.order_by("recorded_at", "id"))
    )
    found = []
    for row in rows:
        opinions = list(row.opinions.all())
        but = {row.stay.resident.user_id, row.recorded_by_id}
        but.update(each.recorded_by_id for each in opinions)
        came = outcome(opinions)
        found.append(Review(row, opinions, came, others(people, but) if came == "open" else []))
    return found


def review_of(violation: Violation) -> Review | None:
    """The discharge review that this violation leads to; None where it leads to none, or an appeal is not decided yet.
    Three queries."""
    people = people_of(violation.house)
    return next(iter(_reviews(under_review(Violation.objects.filter(pk=violation.pk)), people)), None)


def review_outcome(violation: Violation) -> str:
    """`open`, `leaves` or `stays`; empty where no discharge review is asked for (any more)."""
    if not under_review(Violation.objects.filter(pk=violation.pk)).exists():
        return ""
    return outcome(violation.opinions.all())


def reviews_of_stay(stay: Stay) -> list[Review]:
    """Every discharge review of this stay. Three queries."""
    return _reviews(under_review(Violation.objects.filter(stay=stay)), people_of(stay.house))


def open_reviews(house: House, people: Sequence[User]) -> list[Review]:
    """The discharge reviews of those who live here that are not over; `people` may decide here. Two queries."""
    rows = under_review(Violation.objects.filter(house=house, stay__ends_on=None, stay__voided=False))
    return [each for each in _reviews(rows, people) if each.outcome == "open"]


# --- immediate removals ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Removed:
    """A removal, what another person said of it, and who may say it as long as nobody has."""

    removal: Removal
    review: RemovalReview | None
    may_review: Sequence[User]

    def is_overdue(self, now: datetime) -> bool:
        return self.review is None and self.removal.review_by <= now


def _removed(removals: QuerySet[Removal], people: Sequence[User]) -> list[Removed]:
    found = []
    for row in removals.select_related("house", "stay__resident", "stay__house", "review"):
        review = getattr(row, "review", None)
        but = {row.recorded_by_id, row.stay.resident.user_id}
        found.append(Removed(row, review, [] if review else others(people, but)))
    return found


def removed(removal: Removal) -> Removed:
    """One removal and where it stands. Two queries."""
    [found] = _removed(Removal.objects.filter(pk=removal.pk), people_of(removal.house))
    return found


def unsettled(house: House, people: Sequence[User], now: datetime) -> list[Removed]:
    """The removals that nobody else has looked at yet, the one due first coming first, and those that turned out wrong
    within the last days, of whoever lives nowhere with us since; `people` may decide here. One query."""
    wrong = Q(review__outcome=RemovalReview.Outcome.WRONG, review__recorded_at__gt=now - OFFERED)
    housed = Stay.objects.current().values("resident")
    rows = Removal.objects.filter(Q(review=None) | (wrong & ~Q(stay__resident__in=housed)), house=house)
    return _removed(rows.order_by("review_by", "id"), people)


@dataclass(frozen=True)
class OfferedBack:
    """A bed that is to be offered back: what they left for turned out not to be so. It is either a removal, or a
    violation that a discharge review followed."""

    stay: Stay
    removal: Removal | None = None
    violation: Violation | None = None


def to_be_offered_back(house: House, removals: Iterable[Removed], now: datetime) -> list[OfferedBack]:
    """Of these `unsettled` removals those that turned out to be wrong; and those who live nowhere with us since they
    were discharged after a review whose decision was changed, overturned or taken back since. One query."""
    housed = Stay.objects.current().values("resident")
    found = [OfferedBack(each.removal.stay, removal=each.removal) for each in removals if each.review is not None]
    undone = undone_since(Violation.objects.filter(house=house), now - OFFERED).exclude(stay__resident__in=housed)
    told = {each.stay.pk for each in found}
    for row in undone.select_related("stay__resident"):
        if row.stay_id not in told:
            told.add(row.stay_id)
            found.append(OfferedBack(row.stay, violation=row))
    return found


def is_offered_back(violation: Violation, now: datetime) -> bool:
    """Whether they were discharged for what was decided again of late, so that their bed is offered back."""
    return undone_since(Violation.objects.filter(pk=violation.pk), now - OFFERED).exists()


def undone_since(violations: QuerySet[Violation], since: datetime) -> QuerySet[Violation]:
    """Those whose discharge review two people agreed on and their stay ended for, and whose decision was changed,
    overturned or taken back since, after that end. Where a removal was found right, the end rests on that."""
    ends = Discharge.objects.filter(stay=OuterRef("stay"), undone=False)
    for_it = ends.filter(corrected_by=None, reason__in=[Discharge.Reason.RULES, Discharge.Reason.USE])
    words = ReviewOpinion.objects.filter(violation=OuterRef("pk"))
    second = words.order_by("recorded_at", "id").values("recorded_at")[AGREE - 1 : AGREE]
    right = Removal.objects.filter(stay=OuterRef("stay"), review__outcome=RemovalReview.Outcome.RIGHT)
    again = "decision__appeal__decision_on_it"
    changed = Q(**{f"{again}__outcome": AppealDecision.Outcome.OVERTURNED}) | (
        Q(**{f"{again}__outcome": AppealDecision.Outcome.CHANGED}) & ~Q(**{f"{again}__consequence": Consequence.REVIEW})
    )
    return (
        violations.filter(stay__voided=False, stay__ends_on__isnull=False)
        .annotate(
            agreed_at=Subquery(second),
            undone_at=Case(
                When(withdrawal__isnull=False, then="withdrawal__recorded_at"),
                When(changed, then=f"{again}__recorded_at"),
            ),
            ended_at=Subquery(ends.order_by("recorded_at", "id").values("recorded_at")[:1]),
        )
        .filter(Exists(for_it), ~Exists(words.filter(leaves=False)), ~Exists(right), agreed_at__isnull=False)
        .filter(undone_at__gt=since, ended_at__lt=F("undone_at"))
        .order_by("pk")
    )


def counting_removals(stay: Stay, on: date) -> list[Removal]:
    """The removals of this stay for which it may end on that day, the newest last: not found wrong, of that day or the
    week before it, and not followed by a discharge that was undone: the stay went on after them. Two queries."""
    rows = Removal.objects.filter(stay=stay).exclude(review__outcome=RemovalReview.Outcome.WRONG)
    undone = list(Discharge.objects.filter(stay=stay, undone=True).values_list("left_on", "recorded_at"))
    found = []
    for row in rows.select_related("house").order_by("happened_at", "id"):
        day = row.house.today(row.happened_at)
        went_on = any(left_on >= day and at > row.recorded_at for left_on, at in undone)
        if not went_on and timedelta(0) <= on - day <= REMOVAL_COUNTS:
            found.append(row)
    return found


def standing_removal(stay: Stay, on: date) -> Removal | None:
    """The newest removal for which this stay may end on that day."""
    return next(reversed(counting_removals(stay, on)), None)
