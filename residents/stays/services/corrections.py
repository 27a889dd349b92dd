"""Corrections: a mistake is undone with a reason, never deleted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.models import Bed
from residents.people.models import Officer
from residents.people.services import not_about_oneself
from residents.stays import notices
from residents.stays.models import Application, ApplicationEvent, Discharge, Stay
from residents.stays.steps import (
    DISCHARGE_FACTS,
    last_use,
    lock,
    locked_ended_stay,
    reason_required,
    require_between,
    require_days_free,
    require_free,
    require_no_other_stay,
    require_not_continued,
    save,
    set_end,
    set_status,
    start_on,
    stay_use,
)
from soberhouse.history import because, recorded
from soberhouse.subjects import offers


@transaction.atomic
def discharge_correct(*, discharge: Discharge, correction_reason: str, today: date, **changes: Any) -> Discharge:
    """Write a discharge anew, with what was wrong put right. The first stays on record, marked.

    Another reason needs on record what a discharge for it needs (`gates.before_discharge`); another last day leaves
    nothing after it that other subjects have on record (`gates.before_days_change`).
    """
    reason_required(correction_reason, "correction_reason")
    stay = locked_ended_stay(discharge)
    left_on = changes.get("left_on", discharge.left_on)
    reason = changes.get("reason", discharge.reason)
    if reason != discharge.reason:
        for before_discharge in offers("gates", "before_discharge"):
            before_discharge(stay=stay, reason=reason, left_on=left_on, now=timezone.now())
    last = last_use(stay)
    lock(last.bed)
    if left_on != discharge.left_on:
        require_not_continued(stay)
        require_between(left_on, last.starts_on, today, field="left_on")
        require_days_free(stay, stay.starts_on, left_on, field="left_on")
        if left_on > last.ends_on:
            require_free(last.bed, last.ends_on, left_on, field="left_on", but=last)
        with because(correction_reason):
            set_end(stay, last, left_on)
    kept = {name: getattr(discharge, name) for name in DISCHARGE_FACTS}
    row = Discharge(
        house=stay.house,
        stay=stay,
        corrects=discharge,
        correction_reason=correction_reason,
        **(kept | changes),
        **recorded(),
    )
    save(row)
    notices.tell_discharge_corrected(stay)
    return row


@transaction.atomic
def discharge_undo(*, discharge: Discharge, reason: str, bed: Bed | None = None, today: date) -> Stay:
    """There was no discharge: the stay goes on, in its last bed or, where that is taken now, from today in `bed`. So
    does the phase that ended with it."""
    reason_required(reason)
    stay = locked_ended_stay(discharge)
    require_not_continued(stay)
    if Stay.objects.real().filter(resident=stay.resident, starts_on__gte=stay.ends_on).exclude(pk=stay.pk).exists():
        raise ValidationError(_("This person has a later stay. Undo that one first."))
    last = last_use(stay)
    lock(last.bed, *([bed] if bed else []))
    with because(reason):
        left_on = stay.ends_on
        if bed is None or bed.pk == last.bed_id:
            require_free(last.bed, left_on, None, field="bed", but=last)
        else:
            if bed.house_id != stay.house_id:
                raise ValidationError({"bed": _("This bed is in another house.")})
            require_free(bed, today, None, field="bed", overdue_on=today)
            # First the new bed, for no night yet: whoever has an open stay and no later bed counts as in the last one.
            stay.ends_on = today
            save(stay)
            last = save(stay_use(stay, bed, today, today))
        stay.ends_on, stay.expected_on, stay.left_as = None, None, ""
        save(stay)
        last.ends_on = None
        save(last)
        for phase in stay.phases.filter(voided=False, ends_on=left_on).order_by("-starts_on", "-id")[:1]:
            phase.ends_on = None
            save(phase)
        save(
            Discharge(
                house=stay.house,
                stay=stay,
                corrects=discharge,
                correction_reason=reason,
                undone=True,
                **{name: getattr(discharge, name) for name in DISCHARGE_FACTS},
                **recorded(),
            )
        )
    notices.tell_discharge_corrected(stay)
    return stay


@transaction.atomic
def stay_void(*, stay: Stay, reason: str) -> Stay:
    """The move-in was a mistake: stay, bed uses and phases are voided, and the application opens again."""
    reason_required(reason)
    not_about_oneself(stay.resident)
    lock(stay.resident)
    lock(stay.house)
    stay = Stay.objects.select_for_update(no_key=True, of=("self",)).select_related("resident", "house").get(pk=stay.pk)
    if stay.voided:
        raise ValidationError(_("This stay is voided already."))
    require_not_continued(stay)
    with because(reason):
        for row in [*stay.uses.filter(voided=False), *stay.phases.filter(voided=False)]:
            row.voided = True
            save(row)
        for duty in Officer.objects.filter(house=stay.house, resident=stay.resident, starts_on__gte=stay.starts_on):
            duty.ends_on = duty.starts_on
            save(duty)
        stay.voided, stay.continues = True, None
        save(stay)
        application = stay.application
        if application is not None and application.status == Application.Status.MOVED_IN:
            again = Application.objects.live().filter(house=application.house, resident=application.resident)
            if not again.exists():
                set_status(application, Application.Status.ACCEPTED, ApplicationEvent.Kind.REOPENED, reason)
    notices.tell_stay_voided(stay)
    return stay


@transaction.atomic
def stay_correct_start(*, stay: Stay, starts_on: date, reason: str, today: date) -> Stay:
    """The move-in was on another day. The first bed use moves with it, and so do phases that would begin before.

    Other subjects may refuse it while something of theirs would lie before (`gates.before_days_change`).
    """
    reason_required(reason)
    not_about_oneself(stay.resident)
    lock(stay.resident)
    lock(stay.house)
    stay = Stay.objects.select_for_update(no_key=True, of=("self",)).select_related("resident", "house").get(pk=stay.pk)
    if stay.voided:
        raise ValidationError(_("This stay is voided."))
    if stay.continues_id:
        raise ValidationError(_("This stay continues another. Correct the day of that move on the earlier stay."))
    first = stay.uses.filter(voided=False).order_by("starts_on", "id").select_related("bed__room").first()
    lock(first.bed)
    # Whoever is still here was here one night at least before the day they are expected to leave.
    planned = stay.expected_on and stay.expected_on - timedelta(days=stay.ends_on is None)
    latest = min(day for day in (today, first.ends_on, stay.ends_on, planned) if day is not None)
    require_between(starts_on, stay.resident.birth_date or date.min, latest, field="starts_on")
    require_days_free(stay, starts_on, stay.ends_on, field="starts_on")
    if starts_on < stay.starts_on:
        require_free(first.bed, starts_on, stay.starts_on, field="starts_on", but=first)
        require_no_other_stay(stay.resident, stay.house, starts_on, stay.starts_on, but=stay)
    with because(reason):
        if starts_on > stay.starts_on:  # the inner ranges first, so that none ever lies outside
            start_on(first, starts_on)
            for phase in stay.phases.filter(voided=False, starts_on__lt=starts_on):
                if phase.ends_on is not None and phase.ends_on < starts_on:
                    phase.voided = True
                    save(phase)
                else:
                    start_on(phase, starts_on)
            start_on(stay, starts_on)
        else:
            start_on(stay, starts_on)
            start_on(first, starts_on)
    notices.tell_start_corrected(stay)
    return stay
