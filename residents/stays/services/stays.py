"""Stays from move-in to discharge."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.models import Bed
from residents.people.models import Resident
from residents.people.services import (
    not_about_oneself,
)
from residents.stays import hud, notices
from residents.stays.models import Application, ApplicationEvent, BedUse, Discharge, Stay
from residents.stays.steps import (
    FOREVER,
    application_for,
    begin,
    end,
    give_way,
    held_beds,
    known_or_new,
    last_use,
    lock,
    locked_stay,
    record_sober_since,
    release_holds,
    require_between,
    require_free,
    require_no_other_stay,
    save,
    set_status,
    stay_use,
    there_until,
)
from soberhouse.history import because
from soberhouse.subjects import offers


@transaction.atomic
def admit(
    *,
    resident: Resident,
    bed: Bed,
    starts_on: date,
    expected_on: date | None = None,
    application: Application | None = None,
    sober_since: date | None = None,
    today: date,
) -> Stay:
    """Move a person into a bed; the stay begins. Their live application to this house is closed and its holds end;
    their sobriety date, if given, is written down.

    Refuses a bed that is taken, or that somebody overdue has not left, naming them; a person who lives somewhere
    already; a move-in in the future (hold the bed instead) or before birth.
    """
    not_about_oneself(resident)
    lock(resident)
    lock(bed.house)
    application = application_for(resident, bed.house, application)
    lock(bed, *held_beds(application))
    if starts_on > today:
        raise ValidationError({"starts_on": _("This move-in is in the future. Hold the bed until then instead.")})
    if resident.birth_date and starts_on < resident.birth_date:
        raise ValidationError({"starts_on": _("This is before their date of birth.")})
    if expected_on is not None and expected_on <= starts_on:
        raise ValidationError({"expected_on": _("The expected move-out comes after the move-in.")})
    require_no_other_stay(resident, bed.house, starts_on)
    if application is not None:
        release_holds(application, starts_on)
    require_free(bed, starts_on, there_until(expected_on, today), field="bed", overdue_on=today)
    if sober_since is not None:
        record_sober_since(resident, sober_since, today)
    stay = begin(resident, bed, starts_on, expected_on, application=application)
    if application is not None:
        set_status(application, Application.Status.MOVED_IN, ApplicationEvent.Kind.MOVED_IN, "")
    notices.tell_moved_in(stay, bed)
    return stay


@transaction.atomic
def admit_newcomer(*, bed: Bed, person: dict[str, Any], today: date, **stay: Any) -> Stay:
    """Make a person (or find the one the organization knows by the same name and birth date) and move them in."""
    return admit(resident=known_or_new(bed.house, person, today), bed=bed, today=today, **stay)


@transaction.atomic
def move_bed(*, stay: Stay, bed: Bed, on: date, reason: str = "", today: date) -> BedUse:
    """Move a resident to another bed of the house: one bed use closes, the next opens, on the same day."""
    stay = locked_stay(stay)
    last = last_use(stay)
    lock(last.bed, bed)
    if bed.house_id != stay.house_id:
        raise ValidationError({"bed": _("This bed is in another house. Move the resident to that house instead.")})
    if bed.pk == last.bed_id:
        raise ValidationError({"bed": _("%(name)s has this bed already.") % {"name": stay.resident.short_name}})
    require_between(on, last.starts_on, today, field="on")
    overdue = last.ends_on is not None and last.ends_on <= on
    if overdue:  # staying on in another bed: the plan to leave is past, so there is none
        stay.expected_on = None
        save(stay)
    require_free(bed, on, there_until(stay.expected_on, today), field="bed", overdue_on=today)
    if overdue:
        give_way(last.bed, last.ends_on, on)
    with because(reason):
        last.ends_on = on
        save(last)
        use = save(stay_use(stay, bed, on, stay.expected_on))
    notices.tell_bed_changed(stay, bed, on)
    return use


@transaction.atomic
def transfer(*, stay: Stay, bed: Bed, on: date, reason: str, expected_on: date | None = None, today: date) -> Stay:
    """Move a resident to a bed of another house: this stay ends, the next `continues` it and days go on counting.

    Where they went and why is kept with the new stay only: the old house does not follow whoever was moved to be safe.
    Other subjects take along what is the person's, and close what was this house's (`gates.after_transfer`).
    """
    stay = locked_stay(stay, and_house=bed.house)
    if bed.house_id == stay.house_id:
        raise ValidationError({"bed": _("This bed is in the same house. Move beds instead.")})
    if bed.house.organization_id != stay.house.organization_id:
        raise ValidationError({"bed": _("This bed belongs to another organization.")})
    if expected_on is not None and expected_on <= on:
        raise ValidationError({"expected_on": _("The expected move-out comes after the move.")})
    application = application_for(stay.resident, bed.house, None)
    lock(last_use(stay).bed, bed, *held_beds(application))
    end(
        stay,
        day_field="on",
        today=today,
        left_on=on,
        reason=Discharge.Reason.TRANSFER,
        destination=hud.HALFWAY_HOUSE,
        belongings=Discharge.HandedOver.UNKNOWN,
        medications=Discharge.HandedOver.UNKNOWN,
        money=Discharge.HandedOver.UNKNOWN,
        naloxone=Discharge.Naloxone.UNKNOWN,
        may_return=Discharge.Return.UNDECIDED,
    )
    with because(reason):
        if application is not None:
            release_holds(application, on)
        require_free(bed, on, there_until(expected_on, today), field="bed", overdue_on=today)
        following = begin(stay.resident, bed, on, expected_on, application=application, continues=stay)
        if application is not None:
            set_status(application, Application.Status.MOVED_IN, ApplicationEvent.Kind.MOVED_IN, "")
    now = timezone.now()
    for after_transfer in offers("gates", "after_transfer"):
        after_transfer(stay=stay, following=following, now=now)
    notices.tell_house_changed(following, bed)
    return following


@transaction.atomic
def expect(*, stay: Stay, expected_on: date | None, displace: bool = False, reason: str = "", today: date) -> Stay:
    """Plan the move-out, or plan none. The bed can then be promised from that day on.

    Somebody who stays on when the bed is promised to another displaces that hold only where `displace` says so, with
    a reason. The reason is kept with the stay: whom the bed was promised to learns only that somebody stays on.
    """
    stay = locked_stay(stay)
    last = last_use(stay)
    lock(last.bed)
    if expected_on is not None and expected_on <= max(last.starts_on, today):
        raise ValidationError(
            {"expected_on": _("The expected move-out is after today. If they have left, discharge them.")}
        )
    if last.ends_on is not None and (expected_on is None or expected_on > last.ends_on):
        if displace:
            if not reason.strip():
                raise ValidationError({"reason": _("Say why the hold must give way.")})
            give_way(last.bed, last.ends_on, expected_on or FOREVER)
        require_free(last.bed, last.ends_on, expected_on, field="expected_on", but=last)
    is_new = expected_on != stay.expected_on
    stay.expected_on = last.ends_on = expected_on
    with because(reason):
        save(stay)
        save(last)
    if is_new:
        notices.tell_move_out_planned(stay)
    return stay


@transaction.atomic
def discharge(*, stay: Stay, left_on: date, today: date, **facts: Any) -> Discharge:
    """End a stay. `facts` are the other columns of Discharge: reason, destination (a HUD 3.12 code), what was handed
    over …

    The bed is free the night of `left_on`. An overdue resident's promised bed is given to the applicant from that day
    on.

    Other subjects may refuse a reason for which something must be on record first (`gates.before_discharge`), and a
    last day after which they have something on record (`gates.before_days_change`).
    """
    stay = locked_stay(stay)
    for before_discharge in offers("gates", "before_discharge"):
        before_discharge(stay=stay, reason=facts.get("reason", ""), left_on=left_on, now=timezone.now())
    lock(last_use(stay).bed)
    row = end(stay, left_on=left_on, today=today, **facts)
    notices.tell_stay_ended(stay)
    return row
