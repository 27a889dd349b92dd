"""Every write about the hours by which people are in: those of the house, and one resident's own."""

from __future__ import annotations

from datetime import date, time

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.away import notices
from residents.away.models import CurfewException, CurfewHour
from residents.houses.models import House
from residents.people.services import not_about_oneself
from residents.stays.models import PhaseKind, Stay
from residents.stays.steps import lock, require_between, save
from soberhouse.history import because


@transaction.atomic
def curfew_hour_save(
    *,
    house: House,
    hour: time | None,
    phase: PhaseKind | None = None,
    weekday: int | None = None,
    row: CurfewHour | None = None,
) -> CurfewHour:
    """An hour for one phase, one weekday or both, instead of the house's two; without `hour` there is no curfew then.
    Changes `row` where one is given. Those who live there are told. Refuses neither phase nor weekday, a phase of
    another house, and what has an hour already."""
    lock(house)
    if phase is not None and phase.house_id != house.pk:
        raise ValidationError({"phase": _("This phase belongs to another house.")})
    row = _in_use(row) if row is not None else CurfewHour(house=house)
    row.phase, row.weekday, row.hour = phase, weekday, hour
    save(row)
    notices.tell_curfew_changed(house)
    return row


@transaction.atomic
def curfew_hour_drop(*, row: CurfewHour) -> CurfewHour:
    """This hour holds no more: what holds for all holds there too. It stays on record."""
    lock(row.house)
    row = _in_use(row)
    row.in_use = False
    save(row)
    notices.tell_curfew_changed(row.house)
    return row


@transaction.atomic
def curfew_exception_add(
    *,
    stay: Stay,
    source: str,
    hour: time,
    weekday: int | None = None,
    starts_on: date,
    ends_on: date | None = None,
    reason: str,
    today: date,
) -> CurfewException:
    """An hour for this resident alone, from the night of `starts_on` until that of `ends_on`, which it no longer holds
    for. Refuses a stay that is over, nights before the move-in or that are past, and no reason."""
    not_about_oneself(stay.resident)
    lock(stay.resident)
    stay = Stay.objects.select_related("house", "resident__user").get(pk=stay.pk)
    if stay.voided or stay.ends_on is not None:
        raise ValidationError(_("%(name)s does not live here any more.") % {"name": stay.short_name})
    require_between(starts_on, max(stay.starts_on, today), date.max, field="starts_on")
    if ends_on is not None and ends_on <= starts_on:
        raise ValidationError({"ends_on": _("The first night it no longer holds comes after the first it does.")})
    row = CurfewException(
        house=stay.house,
        stay=stay,
        source=source,
        weekday=weekday,
        hour=hour,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
    )
    save(row)
    notices.tell_own_hour(row)
    return row


@transaction.atomic
def curfew_exception_end(*, exception: CurfewException, ends_on: date, reason: str, today: date) -> CurfewException:
    """It holds no more from the night of `ends_on`; one that has not begun never holds. Nights that are past stay as
    they were. Refuses a later end than it has, and no reason."""
    not_about_oneself(exception.stay.resident)
    lock(exception.stay.resident)
    row = CurfewException.objects.select_related("house", "stay__resident__user", "stay__house").get(pk=exception.pk)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
    if row.ends_on is not None and row.ends_on <= today:
        raise ValidationError(_("This hour holds no more already."))
    require_between(ends_on, today, row.ends_on or date.max, field="ends_on")
    row.ends_on = max(ends_on, row.starts_on)
    with because(reason):
        save(row)
    notices.tell_own_hour_ended(row)
    return row


def _in_use(row: CurfewHour) -> CurfewHour:
    row = CurfewHour.objects.select_related("house", "phase").get(pk=row.pk)
    if not row.in_use:
        raise ValidationError(_("This hour was taken out already."))
    return row
