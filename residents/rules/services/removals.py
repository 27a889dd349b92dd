"""Immediate removals: one person may decide that somebody leaves at once, for safety; another looks at it within a
day."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.people.services import not_about_oneself
from residents.rules import notices
from residents.rules.hands import by_a_person, by_another_than
from residents.rules.models import Removal, RemovalReview, Violation
from residents.rules.queries.contracts import removed, standing_removal
from residents.stays.models import Stay
from residents.stays.steps import lock, locked_stay, save
from soberhouse.history import recorded
from soberhouse.words import check_reason, is_blank

WITHIN = timedelta(hours=24)


@transaction.atomic
def removal_record(
    *,
    stay: Stay,
    happened_at: datetime,
    reason: str,
    help_given: str,
    where_to: str = "",
    violation: Violation | None = None,
    now: datetime,
) -> Removal:
    """Write down that a resident had to leave at once: why, what was done to find them another bed, and where they
    went. Another person looks at it within 24 hours from `now`. The stay goes on until it is ended by a discharge.

    Refuses to record about oneself; a stay that is over; a moment to come or before the move-in; without the reason or
    the help given; a violation of somebody else or one that was taken back; and a second one as long as the first is
    enough to discharge them today.
    """
    stay = locked_stay(stay)
    by_a_person()
    if happened_at > now:
        raise ValidationError({"happened_at": _("That moment is still to come.")})
    if stay.house.today(happened_at) < stay.starts_on:
        raise ValidationError(
            {"happened_at": _("This is before they moved in, on %(day)s.") % {"day": date_format(stay.starts_on)}}
        )
    if is_blank(reason):
        raise ValidationError({"reason": _("Say what made it necessary.")})
    if is_blank(help_given):
        raise ValidationError({"help_given": _("Say what was done to find them another bed, however little.")})
    if violation is not None and not Violation.objects.filter(pk=violation.pk, stay=stay, withdrawal=None).exists():
        raise ValidationError({"violation": _("This violation is not theirs, or was taken back.")})
    if standing_removal(stay, stay.house.today(now)) is not None:
        raise ValidationError(_("A removal of this resident is on record already."))
    removal = save(
        Removal(
            house=stay.house,
            stay=stay,
            violation=violation,
            happened_at=happened_at,
            reason=reason.strip(),
            help_given=help_given.strip(),
            where_to=where_to.strip(),
            review_by=now + WITHIN,
            recorded_at=now,
            **recorded(),
        )
    )
    notices.tell_removed(removal, removed(removal).may_review)
    return removal


@transaction.atomic
def removal_review(*, removal: Removal, outcome: str, reason: str, now: datetime) -> RemovalReview:
    """Say whether a removal was necessary, and why. Where it was not, they are offered their bed back.

    Refuses whoever recorded the removal and whom it is about; without a reason; and a second review. Late is better
    than never: it is not refused.
    """
    not_about_oneself(removal.stay.resident)
    lock(removal.stay.resident)
    by_another_than([removal.recorded_by_id], _("You recorded this removal: somebody else looks at it."))
    if RemovalReview.objects.filter(removal=removal).exists():
        raise ValidationError(_("Somebody has looked at this removal already."))
    check_reason(reason)
    review = save(
        RemovalReview(
            house=removal.house,
            removal=removal,
            outcome=outcome,
            reason=reason.strip(),
            recorded_at=now,
            **recorded(),
        )
    )
    notices.tell_removal_reviewed(review)
    return review
