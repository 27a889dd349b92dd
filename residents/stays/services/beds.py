"""Holds, and beds out of service."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.houses.models import Bed
from residents.stays import notices
from residents.stays.models import Application, ApplicationEvent, BedUse
from residents.stays.steps import (
    bed_name,
    cut,
    day_words,
    live_only,
    lock,
    locked_application,
    locked_use,
    require_free,
    save,
    set_status,
)
from soberhouse.history import because


@transaction.atomic
def hold_place(*, application: Application, bed: Bed, starts_on: date, ends_on: date, today: date) -> BedUse:
    """Promise `bed` to an applicant for the nights from `starts_on` until `ends_on`, when the hold lapses by itself.

    Accepts the application if nobody has. Refuses a bed that is taken for any of these nights, and a second live hold.
    """
    application = locked_application(application)
    live_only(application)
    lock(bed)
    if starts_on < today:
        raise ValidationError({"starts_on": _("A hold begins today or later.")})
    if ends_on <= starts_on:
        raise ValidationError({"ends_on": _("A hold ends after it begins: it must cover at least one night.")})
    if bed.house_id != application.house_id:
        raise ValidationError({"bed": _("This bed is in another house.")})
    if held := application.holds.filter(voided=False, ends_on__gt=today).select_related("bed__room").first():
        raise ValidationError(
            _("%(bed)s is held for this application already, until %(until)s. Release it first.")
            % {"bed": bed_name(held.bed), "until": day_words(held.ends_on)}
        )
    require_free(bed, starts_on, ends_on, field="bed", overdue_on=today)
    if application.status != Application.Status.ACCEPTED:
        set_status(application, Application.Status.ACCEPTED, ApplicationEvent.Kind.ACCEPTED, "")
        notices.tell_application_decided(application)
    hold = BedUse(
        house=bed.house, bed=bed, kind=BedUse.Kind.HOLD, application=application, starts_on=starts_on, ends_on=ends_on
    )
    return save(hold)


@transaction.atomic
def hold_change(*, hold: BedUse, ends_on: date, reason: str = "", today: date) -> BedUse:
    """Let a hold lapse earlier or later. Refuses nights that are taken, and a hold that has lapsed already."""
    hold = locked_use(hold, BedUse.Kind.HOLD)
    if hold.ends_on <= today:
        raise ValidationError(_("This hold has lapsed already. Hold the bed anew."))
    if ends_on <= max(hold.starts_on, today):
        raise ValidationError({"ends_on": _("A hold ends after today and after it begins. To end it now, release it.")})
    if ends_on > hold.ends_on:
        require_free(hold.bed, hold.ends_on, ends_on, field="ends_on", but=hold)
    hold.ends_on = ends_on
    with because(reason):
        return save(hold)


@transaction.atomic
def hold_release(*, hold: BedUse, reason: str, today: date) -> BedUse:
    """Give the bed free from today; the application stays as it is."""
    hold = locked_use(hold, BedUse.Kind.HOLD)
    if hold.ends_on <= today:
        raise ValidationError(_("This hold has lapsed already."))
    with because(reason):
        return cut(hold, today)


@transaction.atomic
def bed_take_out(*, bed: Bed, starts_on: date, ends_on: date | None, note: str, today: date) -> BedUse:
    """Take a bed out of service for a period, or until further notice. Refuses a bed that somebody has, should have
    left, or is promised."""
    lock(bed.house)
    lock(bed)
    if ends_on is not None and ends_on <= starts_on:
        raise ValidationError({"ends_on": _("The bed comes back after it is taken out.")})
    require_free(bed, starts_on, ends_on, field="starts_on", overdue_on=today)
    return save(BedUse(house=bed.house, bed=bed, kind=BedUse.Kind.OUT, starts_on=starts_on, ends_on=ends_on, note=note))


@transaction.atomic
def bed_bring_back(*, use: BedUse, today: date) -> BedUse:
    """Put a bed back in service from today."""
    use = locked_use(use, BedUse.Kind.OUT)
    if use.ends_on is not None and use.ends_on <= today:
        raise ValidationError(_("This bed is back in service already."))
    return cut(use, today)
