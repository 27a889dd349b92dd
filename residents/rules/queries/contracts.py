"""Where behavioral contracts, discharge reviews and immediate removals stand, and who may take the next step."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

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
from residents.stays.models import Stay
from soberhouse.accounts.models import User

AGREE = 2  # so many people must say that somebody has to leave
SOON = timedelta(days=7)
OFFERED = timedelta(days=7)  # so long Today goes on saying that a bed is to be offered back


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
    def still_needed(self) -> int:
        """How many more people must say that the resident has to leave before they do."""
        return max(AGREE - len(self.opinions), 0) if self.outcome == "open" else 0


def _reviews(violations: QuerySet[Violation], people: Sequence[User]) -> list[Review]:
    rows = violations.select_related("house", "rule", "stay__resident", "decision").prefetch_related(
        Prefetch("opinions", ReviewOpinion.objects.order_by("recorded_at", "id"))
    )
    found = []
    for row in rows:
        opinions = list(row.opinions.all())
        spoken = {row.recorded_by_id, row.stay.resident.user_id, *(each.recorded_by_id for each in opinions)}
        came = outcome(opinions)
        found.append(Review(row, opinions, came, others(people, spoken) if came == "open" else []))
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

    @property
    def counts(self) -> bool:
        """Whether somebody may be discharged because of it: not where it turned out to be wrong."""
        return self.review is None or self.review.outcome == RemovalReview.Outcome.RIGHT


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


def to_be_looked_at(house: House, people: Sequence[User]) -> list[Removed]:
    """The removals that nobody else has looked at yet, the one due first coming first; `people` may decide here. One
    query."""
    rows = Removal.objects.filter(house=house, review=None).order_by("review_by", "id")
    return _removed(rows, people)


def to_be_offered_back(house: House, now: datetime) -> list[Removal]:
    """The removals that turned out to be wrong within the last days, of people who live nowhere with us since. One
    query."""
    wrong = Q(review__outcome=RemovalReview.Outcome.WRONG, review__recorded_at__gt=now - OFFERED)
    housed = Stay.objects.current().values("resident")
    rows = Removal.objects.filter(wrong, house=house).exclude(stay__resident__in=housed)
    return list(rows.select_related("stay__resident", "review"))


def standing_removal(stay: Stay) -> Removal | None:
    """The removal of this stay that counts, if there is one."""
    rows = Removal.objects.filter(stay=stay).exclude(review__outcome=RemovalReview.Outcome.WRONG)
    return rows.order_by("happened_at", "id").last()
