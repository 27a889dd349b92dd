"""Discharge reviews: whether somebody must leave is for two people to say."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.rules import notices
from residents.rules.hands import by_another_than, hand
from residents.rules.models import ReviewOpinion, Violation
from residents.rules.queries.contracts import outcome, review_of, review_outcome
from residents.stays.steps import locked_stay, save
from soberhouse.history import recorded
from soberhouse.words import check_reason

__all__ = ["opinion_give", "review_outcome"]


@transaction.atomic
def opinion_give(*, violation: Violation, leaves: bool, reason: str, terms: str = "", now: datetime) -> ReviewOpinion:
    """Say whether the resident must leave, and why. Two who say so make it so; one who says that they stay, maybe on
    `terms`, ends the review.

    Refuses whoever recorded the violation, whom it is about, and who has spoken already; a word without a reason; a
    violation whose consequence is no discharge review, or is being appealed; a review that is over; and a stay that
    is. Whoever decided that there is a review may be one of the two: with the recorder it takes three people, and a
    small operator has no more.
    """
    locked_stay(violation.stay)
    by_another_than(
        [violation.recorded_by_id], _("You recorded what this is about: two other people say whether they must leave.")
    )
    review = review_of(violation)
    if review is None:
        raise ValidationError(
            _("There is no discharge review to speak in: it follows a decision that says so, and waits for an appeal.")
        )
    if review.outcome != "open":
        raise ValidationError(_("This review is over: %(outcome)s.") % {"outcome": _words(review.outcome)})
    if hand() in {each.recorded_by_id for each in review.opinions}:
        raise ValidationError(_("You have said what you think already. Somebody else has to agree."))
    check_reason(reason)
    opinion = save(
        ReviewOpinion(
            house=violation.house,
            violation=violation,
            leaves=leaves,
            reason=reason.strip(),
            terms="" if leaves else terms.strip(),
            recorded_at=now,
            **recorded(),
        )
    )
    came = outcome([*review.opinions, opinion])
    if came == "open":
        notices.tell_review_waits(violation, [user for user in review.may_speak if user.pk != hand()])
    else:
        notices.tell_review_over(violation, came)
    return opinion


def _words(outcome: str) -> str:
    """An outcome as it is said."""
    return {
        "open": _("not over yet"),
        "leaves": _("two people say that they must leave"),
        "stays": _("they stay"),
    }.get(outcome, "")
