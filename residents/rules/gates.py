"""What must be on record before somebody is discharged for what they did: the word of two people, or a removal for
safety that another person looks at."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from residents.rules.models import Removal
from residents.rules.queries.contracts import Review, reviews_of_stay, standing_removal
from residents.stays.models import Discharge, Stay
from soberhouse.cards import Row

BY_REVIEW = frozenset({Discharge.Reason.RULES, Discharge.Reason.USE})
BY_REMOVAL = frozenset({Discharge.Reason.SAFETY})


def before_discharge(*, stay: Stay, reason: str) -> None:
    """Raise ValidationError where this stay cannot end for this reason yet.

    For rule violations or return to use there is a discharge review of this stay in which two people agreed, or a
    removal that was not found wrong; for the safety of the house, such a removal. Other reasons need neither. The
    resident is locked.
    """
    if reason not in BY_REVIEW | BY_REMOVAL:
        return
    if standing_removal(stay) is not None:
        return
    if reason in BY_REVIEW:
        if any(review.outcome == "leaves" for review in reviews_of_stay(stay)):
            return
        raise ValidationError(
            {
                "reason": _(
                    "Nobody is discharged for this on one person's word. First two people agree in a discharge review; "
                    "or, where it cannot wait, record an immediate removal."
                )
            }
        )
    raise ValidationError(
        {"reason": _("First record the immediate removal: what made it necessary, and the help given to find a bed.")}
    )


def about_discharge(stay: Stay) -> Iterator[Row]:
    """What is on record of it beforehand, and where to go for what is missing."""
    removal = standing_removal(stay)
    yield _of_removal(stay, removal)
    reviews = reviews_of_stay(stay)
    for review in reviews:
        yield _of_review(review)
    if not reviews:
        yield Row(
            fact=_("Discharge review"),
            reason=_("Follows a violation that was decided so. For “rule violations” or “return to use”."),
            state="plain",
            word=_("none"),
        )


def _of_removal(stay: Stay, removal: Removal | None) -> Row:
    if removal is not None:
        return Row(
            fact=_("Immediate removal"),
            reason=_("On record: enough for all three reasons."),
            url=reverse("removal", args=[removal.uuid]),
            state="in",
            word=_("there"),
        )
    return Row(
        fact=_("Immediate removal"),
        reason=_("For “safety of the house”; or for the other two, where it cannot wait for a review."),
        state="plain",
        word=_("none"),
        button=_("Record it"),
        button_url=reverse("removal_new", args=[stay.uuid]),
    )


def _of_review(review: Review) -> Row:
    fact = _("Discharge review: %(rule)s") % {"rule": review.violation.rule}
    url = reverse("review_opinion", args=[review.violation.uuid])
    if review.outcome == "leaves":
        agreed = _("Two people say that they must leave: enough for “rule violations” and “return to use”.")
        return Row(fact, agreed, url, "in", _("agreed"))
    if review.outcome == "stays":
        return Row(fact, _("Somebody said that they stay: this review is over."), url, "plain", _("stays"))
    said = _("%(count)s of 2 have spoken.") % {"count": len(review.opinions)}
    return Row(fact, said, url, "late", _("not yet"), _("Speak"), url)
