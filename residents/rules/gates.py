"""What must be on record before somebody is discharged for what they did: the word of two people, or a removal for
safety that another person looks at; and what ends with a stay that goes on in another house;
and that no violation is left outside of its stay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.rules.book_cards import instant
from residents.rules.models import Contract, Removal, Violation
from residents.rules.queries.contracts import Agreed, Review, agreed, reviews_of_stay, standing_removal
from residents.stays.models import Discharge, Stay
from soberhouse.cards import Row

BY_REVIEW = frozenset({Discharge.Reason.RULES, Discharge.Reason.USE})
BY_REMOVAL = frozenset({Discharge.Reason.SAFETY})
MOST_NAMED = 5


def before_discharge(*, stay: Stay, reason: str, left_on: date, now: datetime) -> None:
    """Raise ValidationError where this stay cannot end for this reason, on this day, as of now.

    For rule violations or return to use there is a discharge review of this stay in which two people agreed within the
    last month, and of which the days to appeal are over, or a removal of the last week that was not found wrong; for
    the safety of the house, such a removal. Other reasons need neither. The resident is locked.
    """
    if reason not in BY_REVIEW | BY_REMOVAL:
        return
    if standing_removal(stay, left_on) is not None:
        return
    if stay.ends_on is not None:
        if reason in BY_REVIEW and any(each.counts(left_on, now) for each in reviews_of_stay(stay)):
            return
        raise ValidationError(
            {
                "reason": _(
                    "Nothing on record of this stay is enough for this reason. Undo the discharge; then what it takes "
                    "comes first."
                )
            }
        )
    if reason in BY_REVIEW:
        _require_review(stay, left_on, now)
        return
    raise ValidationError(
        {"reason": _("First record the immediate removal: what made it necessary, and the help given to find a bed.")}
    )


def _require_review(stay: Stay, left_on: date, now: datetime) -> None:
    reviews = reviews_of_stay(stay)
    if any(each.counts(left_on, now) for each in reviews):
        return
    waiting = [each for each in reviews if each.outcome == "leaves" and left_on <= each.counts_until]
    if waiting:
        until = min(each.appeal_until(now) for each in waiting)
        raise ValidationError(
            {
                "reason": _(
                    "Two people agreed, and until %(until)s the resident may still appeal: nobody is discharged for "
                    "this before. Where it cannot wait, record an immediate removal."
                )
                % {"until": instant(until, stay.house)}
            }
        )
    raise ValidationError(
        {
            "reason": _(
                "Nobody is discharged for this on one person's word. First two people agree in a discharge review; "
                "or, where it cannot wait, record an immediate removal."
            )
        }
    )


def before_days_change(*, stay: Stay, starts_on: date, ends_on: date | None) -> None:
    """Raise ValidationError where a violation that stands would lie outside of these days of its stay: it would be one
    of a day on which they did not live here. The resident is locked."""
    outside = Q(happened_on__lt=starts_on)
    if ends_on is not None:
        outside |= Q(happened_on__gt=ends_on)
    rows = Violation.objects.filter(outside, stay=stay, withdrawal=None).select_related("rule")
    found = [f"{row.rule} ({date_format(row.happened_on)})" for row in rows.order_by("happened_on", "id")]
    if not found:
        return
    more = len(found) - MOST_NAMED
    if more > 0:
        found[MOST_NAMED:] = [ngettext("%(count)s more", "%(count)s more", more) % {"count": more}]
    raise ValidationError(
        _(
            "On record of this stay, and outside of these days: %(violations)s. What did not happen during the stay is "
            "no violation here: take it back first, with the reason. If it did happen, choose another day."
        )
        % {"violations": ", ".join(found)}
    )


def about_discharge(stay: Stay) -> Iterator[Row]:
    """What is on record of it beforehand, and where to go for what is missing."""
    now = timezone.now()
    today = stay.house.today(now)
    yield _of_removal(stay, standing_removal(stay, today))
    reviews = reviews_of_stay(stay)
    for review in reviews:
        yield _of_review(review, today, now)
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


def _of_review(review: Review, today: date, now: datetime) -> Row:
    fact = _("Discharge review: %(rule)s") % {"rule": review.violation.rule}
    url = reverse("review_opinion", args=[review.violation.uuid])
    if review.outcome == "leaves":
        until = review.appeal_until(now)
        if today > review.counts_until:
            over = _("Two people agreed, and that counted until %(day)s. It takes something new since.")
            return Row(fact, over % {"day": date_format(review.counts_until)}, url, "plain", _("too long ago"))
        if until is not None:
            held = _(
                "Two people agreed. They may still appeal, until %(until)s; a removal is the way if it cannot wait."
            )
            return Row(fact, held % {"until": instant(until, review.violation.house)}, url, "late", _("not yet"))
        agreed = _("Two people say that they must leave: enough for “rule violations” and “return to use”.")
        return Row(fact, agreed, url, "in", _("agreed"))
    if review.outcome == "stays":
        return Row(fact, _("Somebody said that they stay: this review is over."), url, "plain", _("stays"))
    said = _("%(count)s of 2 have spoken.") % {"count": len(review.opinions)}
    return Row(fact, said, url, "late", _("not yet"), _("Speak"), url)


def about_transfer(stay: Stay) -> Iterator[Row]:
    """What ends with the move to another house, because it was agreed or opened in this one."""
    for each in agreed(Contract.objects.filter(stay=stay, ended_on=None)):
        yield _ends_with_move(each)
    for review in reviews_of_stay(stay):
        if review.outcome != "stays":
            yield Row(
                fact=_("Discharge review: %(rule)s") % {"rule": review.violation.rule},
                reason=_("It is of this house: after the move nobody speaks in it, and nobody is discharged for it."),
                url=reverse("review_opinion", args=[review.violation.uuid]),
                state="late",
                word=_("not over yet") if review.outcome == "open" else _("two agreed"),
            )


def _ends_with_move(each: Agreed) -> Row:
    until = date_format(each.contract.ends_on)
    return Row(
        fact=_("Contract until %(day)s") % {"day": until},
        reason=_("It ends with the move. What should go on is agreed anew in the other house."),
        url=reverse("contract", args=[each.contract.uuid]),
        state="late",
        word=_("unsigned") if each.signature is None else _("in force"),
    )
