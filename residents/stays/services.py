"""Every write about applications, stays and the use of beds.

Dates are half-open: whoever leaves on a day has not the bed that night. Each function is one transaction, locks the person
first, then the house and then the beds in order of their keys, and raises ValidationError naming what is wrong and what would be right.
`today` is the date in the house.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import Bed, House
from residents.people.models import Officer, Resident
from residents.people.services import (
    not_about_oneself,
    recorded,
    resident_create,
    resident_find_same,
    sobriety_record,
)
from residents.stays import hud
from residents.stays.models import Application, ApplicationEvent, BedUse, Discharge, Phase, PhaseKind, Stay
from soberhouse.history import because

FOREVER = date.max


# --- applications and the waitlist --------------------------------------------------------------------------------------


@transaction.atomic
def application_receive(
    *,
    house: House,
    resident: Resident,
    received_on: date,
    wanted_on: date | None = None,
    referred_by: str = "",
    note: str = "",
    today: date,
) -> Application:
    """A person asks for a bed in `house`. Refuses a second live application to the same house, and somebody who lives there."""
    not_about_oneself(resident)
    _lock(resident)
    if received_on > today:
        raise ValidationError({"received_on": _("An application cannot have come in the future. Today or earlier.")})
    if Stay.objects.current().filter(resident=resident, house=house).exists():
        raise ValidationError(_("%(name)s lives in this house already.") % {"name": resident.name})
    application = Application(
        house=house,
        resident=resident,
        received_on=received_on,
        wanted_on=wanted_on,
        referred_by=referred_by,
        note=note,
    )
    _save(application)
    _event(application, ApplicationEvent.Kind.RECEIVED)
    return application


@transaction.atomic
def newcomer_applies(*, house: House, person: dict[str, Any], today: date, **application: Any) -> Application:
    """The same for somebody new. A person of the same name and birth date whom the organization knows is not made twice."""
    return application_receive(house=house, resident=_known_or_new(house, person, today), today=today, **application)


@transaction.atomic
def application_wait(*, application: Application, reason: str = "") -> Application:
    """Put an application at the end of the house's waitlist."""
    application = _locked_application(application)
    if application.status == Application.Status.WAITING:
        raise ValidationError(_("This application is on the waitlist already."))
    _live_only(application)
    last = Application.objects.filter(house=application.house).aggregate(last=Max("place"))["last"] or 0
    application.status, application.place = Application.Status.WAITING, last + 1
    _save(application)
    _event(application, ApplicationEvent.Kind.WAITING, reason=reason, place=application.place)
    return application


@transaction.atomic
def application_move(*, application: Application, place: int, reason: str) -> Application:
    """Move an application to another place on the waitlist (from 1), for a reason that stays on record. The others close ranks."""
    application = _locked_application(application)
    if application.status != Application.Status.WAITING:
        raise ValidationError(_("Only an application on the waitlist can be moved along it."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why this application moves: the others on the list may ask.")})
    line = list(
        Application.objects.filter(house=application.house, status=Application.Status.WAITING).exclude(
            pk=application.pk
        )
    )
    if not 1 <= place <= len(line) + 1:
        raise ValidationError({"place": _("The list has places 1 to %(last)s.") % {"last": len(line) + 1}})
    line.insert(place - 1, application)
    with because(reason):
        _renumber(line)
    _event(application, ApplicationEvent.Kind.MOVED, reason=reason, place=place)
    return application


@transaction.atomic
def application_accept(*, application: Application, reason: str = "") -> Application:
    """Accept an application: it leaves the waitlist and may be given a bed."""
    application = _locked_application(application)
    if application.status == Application.Status.ACCEPTED:
        raise ValidationError(_("This application is accepted already."))
    _live_only(application)
    return _set_status(application, Application.Status.ACCEPTED, ApplicationEvent.Kind.ACCEPTED, reason)


@transaction.atomic
def application_close(*, application: Application, declined: bool, reason: str, today: date) -> Application:
    """Decline an application (a reason is required) or record that it was withdrawn. Beds held for it are released."""
    application = _locked_application(application)
    _live_only(application)
    if declined and not reason.strip():
        raise ValidationError({"reason": _("Say why: admission criteria are applied alike, and this shows it.")})
    with because(reason):
        if held := _held_beds(application):
            _lock(*held)
        _release_holds(application, today)
        status = Application.Status.DECLINED if declined else Application.Status.WITHDRAWN
        kind = ApplicationEvent.Kind.DECLINED if declined else ApplicationEvent.Kind.WITHDRAWN
        return _set_status(application, status, kind, reason)


# --- holds and beds out of service ---------------------------------------------------------------------------------------


@transaction.atomic
def hold_place(*, application: Application, bed: Bed, starts_on: date, ends_on: date, today: date) -> BedUse:
    """Promise `bed` to an applicant for the nights from `starts_on` until `ends_on`, when the hold lapses by itself.

    Accepts the application if nobody has. Refuses a bed that is taken for any of these nights, and a second live hold.
    """
    application = _locked_application(application)
    _live_only(application)
    _lock(bed)
    if starts_on < today:
        raise ValidationError({"starts_on": _("A hold begins today or later.")})
    if ends_on <= starts_on:
        raise ValidationError({"ends_on": _("A hold ends after it begins: it must cover at least one night.")})
    if bed.house_id != application.house_id:
        raise ValidationError({"bed": _("This bed is in another house.")})
    if held := application.holds.filter(voided=False, ends_on__gt=today).select_related("bed__room").first():
        raise ValidationError(
            _("%(bed)s is held for this application already, until %(until)s. Release it first.")
            % {"bed": _bed_name(held.bed), "until": _day(held.ends_on)}
        )
    _require_free(bed, starts_on, ends_on, field="bed", overdue_on=today)
    if application.status != Application.Status.ACCEPTED:
        _set_status(application, Application.Status.ACCEPTED, ApplicationEvent.Kind.ACCEPTED, "")
    hold = BedUse(
        house=bed.house, bed=bed, kind=BedUse.Kind.HOLD, application=application, starts_on=starts_on, ends_on=ends_on
    )
    return _save(hold)


@transaction.atomic
def hold_change(*, hold: BedUse, ends_on: date, reason: str = "", today: date) -> BedUse:
    """Let a hold lapse earlier or later. Refuses nights that are taken, and a hold that has lapsed already."""
    hold = _locked_use(hold, BedUse.Kind.HOLD)
    if hold.ends_on <= today:
        raise ValidationError(_("This hold has lapsed already. Hold the bed anew."))
    if ends_on <= max(hold.starts_on, today):
        raise ValidationError({"ends_on": _("A hold ends after today and after it begins. To end it now, release it.")})
    if ends_on > hold.ends_on:
        _require_free(hold.bed, hold.ends_on, ends_on, field="ends_on", but=hold)
    hold.ends_on = ends_on
    with because(reason):
        return _save(hold)


@transaction.atomic
def hold_release(*, hold: BedUse, reason: str, today: date) -> BedUse:
    """Give the bed free from today; the application stays as it is."""
    hold = _locked_use(hold, BedUse.Kind.HOLD)
    if hold.ends_on <= today:
        raise ValidationError(_("This hold has lapsed already."))
    with because(reason):
        return _cut(hold, today)


@transaction.atomic
def bed_take_out(*, bed: Bed, starts_on: date, ends_on: date | None, note: str, today: date) -> BedUse:
    """Take a bed out of service for a period, or until further notice. Refuses a bed that somebody has, should have left, or
    is promised."""
    _lock(bed)
    if ends_on is not None and ends_on <= starts_on:
        raise ValidationError({"ends_on": _("The bed comes back after it is taken out.")})
    _require_free(bed, starts_on, ends_on, field="starts_on", overdue_on=today)
    return _save(
        BedUse(house=bed.house, bed=bed, kind=BedUse.Kind.OUT, starts_on=starts_on, ends_on=ends_on, note=note)
    )


@transaction.atomic
def bed_bring_back(*, use: BedUse, today: date) -> BedUse:
    """Put a bed back in service from today."""
    use = _locked_use(use, BedUse.Kind.OUT)
    if use.ends_on is not None and use.ends_on <= today:
        raise ValidationError(_("This bed is back in service already."))
    return _cut(use, today)


# --- stays ------------------------------------------------------------------------------------------------------------------


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
    """Move a person into a bed; the stay begins. Their live application to this house is closed and its holds end; their
    sobriety date, if given, is written down.

    Refuses a bed that is taken, or that somebody overdue has not left, naming them; a person who lives somewhere already; a
    move-in in the future (hold the bed instead) or before birth.
    """
    not_about_oneself(resident)
    _lock(resident)
    _lock(bed.house)
    application = _application_for(resident, bed.house, application)
    _lock(bed, *_held_beds(application))
    if starts_on > today:
        raise ValidationError({"starts_on": _("This move-in is in the future. Hold the bed until then instead.")})
    if resident.birth_date and starts_on < resident.birth_date:
        raise ValidationError({"starts_on": _("This is before their date of birth.")})
    if expected_on is not None and expected_on <= starts_on:
        raise ValidationError({"expected_on": _("The expected move-out comes after the move-in.")})
    _require_no_other_stay(resident, bed.house, starts_on)
    if application is not None:
        _release_holds(application, starts_on)
    _require_free(bed, starts_on, _there_until(expected_on, today), field="bed", overdue_on=today)
    if sober_since is not None:
        _record_sober_since(resident, sober_since, today)
    stay = _begin(resident, bed, starts_on, expected_on, application=application)
    if application is not None:
        _set_status(application, Application.Status.MOVED_IN, ApplicationEvent.Kind.MOVED_IN, "")
    return stay


@transaction.atomic
def admit_newcomer(*, bed: Bed, person: dict[str, Any], today: date, **stay: Any) -> Stay:
    """Make a person (or find the one the organization knows by the same name and birth date) and move them in."""
    return admit(resident=_known_or_new(bed.house, person, today), bed=bed, today=today, **stay)


@transaction.atomic
def move_bed(*, stay: Stay, bed: Bed, on: date, reason: str = "", today: date) -> BedUse:
    """Move a resident to another bed of the house: one bed use closes, the next opens, on the same day."""
    stay = _locked_stay(stay)
    last = _last_use(stay)
    _lock(last.bed, bed)
    if bed.house_id != stay.house_id:
        raise ValidationError({"bed": _("This bed is in another house. Move the resident to that house instead.")})
    if bed.pk == last.bed_id:
        raise ValidationError({"bed": _("%(name)s has this bed already.") % {"name": stay.resident.short_name}})
    _require_between(on, last.starts_on, today, field="on")
    overdue = last.ends_on is not None and last.ends_on <= on
    if overdue:  # staying on in another bed: the plan to leave is past, so there is none
        stay.expected_on = None
        _save(stay)
    _require_free(bed, on, _there_until(stay.expected_on, today), field="bed", overdue_on=today)
    with because(reason):
        if overdue:
            _displace(last.bed, last.ends_on, on)
        last.ends_on = on
        _save(last)
        return _save(_stay_use(stay, bed, on, stay.expected_on))


@transaction.atomic
def transfer(*, stay: Stay, bed: Bed, on: date, reason: str, expected_on: date | None = None, today: date) -> Stay:
    """Move a resident to a bed of another house: this stay ends, the next `continues` it and days go on counting."""
    stay = _locked_stay(stay)
    if bed.house_id == stay.house_id:
        raise ValidationError({"bed": _("This bed is in the same house. Move beds instead.")})
    if bed.house.organization_id != stay.house.organization_id:
        raise ValidationError({"bed": _("This bed belongs to another organization.")})
    if expected_on is not None and expected_on <= on:
        raise ValidationError({"expected_on": _("The expected move-out comes after the move.")})
    _lock(bed.house)
    application = _application_for(stay.resident, bed.house, None)
    _lock(_last_use(stay).bed, bed, *_held_beds(application))
    _end(
        stay,
        day_field="on",
        today=today,
        left_on=on,
        reason=Discharge.Reason.TRANSFER,
        destination=hud.HALFWAY_HOUSE,
        where_to=bed.house.name,
        belongings=Discharge.HandedOver.NOTHING,
        medications=Discharge.HandedOver.NOTHING,
        money=Discharge.HandedOver.NOTHING,
        naloxone=Discharge.Naloxone.UNKNOWN,
        may_return=Discharge.Return.WELCOME,
        note=reason,
    )
    with because(reason):
        if application is not None:
            _release_holds(application, on)
        _require_free(bed, on, _there_until(expected_on, today), field="bed", overdue_on=today)
        following = _begin(stay.resident, bed, on, expected_on, application=application, continues=stay)
        if application is not None:
            _set_status(application, Application.Status.MOVED_IN, ApplicationEvent.Kind.MOVED_IN, "")
    return following


@transaction.atomic
def expect(*, stay: Stay, expected_on: date | None, displace: bool = False, reason: str = "", today: date) -> Stay:
    """Plan the move-out, or plan none. The bed can then be promised from that day on.

    Somebody who stays on when the bed is promised to another displaces that hold only where `displace` says so, with a reason.
    """
    stay = _locked_stay(stay)
    last = _last_use(stay)
    _lock(last.bed)
    if expected_on is not None and expected_on <= max(last.starts_on, today):
        raise ValidationError(
            {"expected_on": _("The expected move-out is after today. If they have left, discharge them.")}
        )
    if last.ends_on is not None and (expected_on is None or expected_on > last.ends_on):
        if displace:
            if not reason.strip():
                raise ValidationError({"reason": _("Say why the hold must give way.")})
            with because(reason):
                _displace(last.bed, last.ends_on, expected_on or FOREVER)
        _require_free(last.bed, last.ends_on, expected_on, field="expected_on", but=last)
    stay.expected_on = last.ends_on = expected_on
    with because(reason):
        _save(stay)
        _save(last)
    return stay


@transaction.atomic
def discharge(*, stay: Stay, left_on: date, today: date, **facts: Any) -> Discharge:
    """End a stay. `facts` are the other columns of Discharge: reason, destination (a HUD 3.12 code), what was handed over …

    The bed is free the night of `left_on`. An overdue resident's promised bed is given to the applicant from that day on.
    """
    stay = _locked_stay(stay)
    _lock(_last_use(stay).bed)
    return _end(stay, left_on=left_on, today=today, **facts)


# --- corrections: a mistake is undone with a reason, never deleted ----------------------------------------------------------


@transaction.atomic
def discharge_correct(*, discharge: Discharge, correction_reason: str, today: date, **changes: Any) -> Discharge:
    """Write a discharge anew, with what was wrong put right. The first stays on record, marked."""
    _reason_required(correction_reason, "correction_reason")
    stay = _locked_ended_stay(discharge)
    last = _last_use(stay)
    _lock(last.bed)
    left_on = changes.get("left_on", discharge.left_on)
    if left_on != discharge.left_on:
        _require_not_continued(stay)
        _require_between(left_on, last.starts_on, today, field="left_on")
        if left_on > last.ends_on:
            _require_free(last.bed, last.ends_on, left_on, field="left_on", but=last)
        with because(correction_reason):
            _set_end(stay, last, left_on)
    kept = {name: getattr(discharge, name) for name in DISCHARGE_FACTS}
    row = Discharge(
        house=stay.house,
        stay=stay,
        corrects=discharge,
        correction_reason=correction_reason,
        **(kept | changes),
        **recorded(),
    )
    return _save(row)


@transaction.atomic
def discharge_undo(*, discharge: Discharge, reason: str, bed: Bed | None = None, today: date) -> Stay:
    """There was no discharge: the stay goes on, in its last bed or, where that is taken now, from today in `bed`. So does
    the phase that ended with it."""
    _reason_required(reason)
    stay = _locked_ended_stay(discharge)
    _require_not_continued(stay)
    if Stay.objects.real().filter(resident=stay.resident, starts_on__gte=stay.ends_on).exclude(pk=stay.pk).exists():
        raise ValidationError(_("This person has a later stay. Undo that one first."))
    last = _last_use(stay)
    _lock(last.bed, *([bed] if bed else []))
    with because(reason):
        left_on, stay.ends_on, stay.expected_on = stay.ends_on, None, None
        _save(stay)
        if bed is None or bed.pk == last.bed_id:
            _require_free(last.bed, left_on, None, field="bed", but=last)
            last.ends_on = None
            _save(last)
        else:
            if bed.house_id != stay.house_id:
                raise ValidationError({"bed": _("This bed is in another house.")})
            _require_free(bed, today, None, field="bed", overdue_on=today)
            _save(_stay_use(stay, bed, today, None))
        for phase in stay.phases.filter(voided=False, ends_on=left_on).order_by("-starts_on", "-id")[:1]:
            phase.ends_on = None
            _save(phase)
        _save(
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
    return stay


@transaction.atomic
def stay_void(*, stay: Stay, reason: str) -> Stay:
    """The move-in was a mistake: stay, bed uses and phases are voided, and the application opens again."""
    _reason_required(reason)
    not_about_oneself(stay.resident)
    _lock(stay.resident)
    stay = Stay.objects.select_for_update(no_key=True, of=("self",)).select_related("resident", "house").get(pk=stay.pk)
    if stay.voided:
        raise ValidationError(_("This stay is voided already."))
    _require_not_continued(stay)
    with because(reason):
        for row in [*stay.uses.filter(voided=False), *stay.phases.filter(voided=False)]:
            row.voided = True
            _save(row)
        stay.voided, stay.continues = True, None
        _save(stay)
        application = stay.application
        if application is not None and application.status == Application.Status.MOVED_IN:
            again = Application.objects.live().filter(house=application.house, resident=application.resident)
            if not again.exists():
                _set_status(application, Application.Status.ACCEPTED, ApplicationEvent.Kind.REOPENED, reason)
    return stay


@transaction.atomic
def stay_correct_start(*, stay: Stay, starts_on: date, reason: str, today: date) -> Stay:
    """The move-in was on another day. The first bed use moves with it, and so do phases that would begin before."""
    _reason_required(reason)
    not_about_oneself(stay.resident)
    _lock(stay.resident)
    stay = Stay.objects.select_for_update(no_key=True, of=("self",)).select_related("resident", "house").get(pk=stay.pk)
    if stay.voided:
        raise ValidationError(_("This stay is voided."))
    if stay.continues_id:
        raise ValidationError(_("This stay continues another. Correct the day of that move on the earlier stay."))
    first = stay.uses.filter(voided=False).order_by("starts_on", "id").select_related("bed__room").first()
    _lock(first.bed)
    latest = min(day for day in (today, first.ends_on, stay.ends_on, stay.expected_on) if day is not None)
    _require_between(starts_on, stay.resident.birth_date or date.min, latest, field="starts_on")
    if starts_on < stay.starts_on:
        _require_free(first.bed, starts_on, stay.starts_on, field="starts_on", but=first)
        _require_no_other_stay(stay.resident, stay.house, starts_on, stay.starts_on, but=stay)
    with because(reason):
        if starts_on > stay.starts_on:  # the inner ranges first, so that none ever lies outside
            _start(first, starts_on)
            for phase in stay.phases.filter(voided=False, starts_on__lt=starts_on):
                if phase.ends_on is not None and phase.ends_on < starts_on:
                    phase.voided = True
                    _save(phase)
                else:
                    _start(phase, starts_on)
            _start(stay, starts_on)
        else:
            _start(stay, starts_on)
            _start(first, starts_on)
    return stay


# --- phases ------------------------------------------------------------------------------------------------------------------


@transaction.atomic
def phase_set(*, stay: Stay, kind: PhaseKind, starts_on: date, reason: str = "", today: date) -> Phase:
    """The resident is in this phase of the program from `starts_on`; the phase before it ends there."""
    stay = _locked_stay(stay)
    if kind.house_id != stay.house_id:
        raise ValidationError({"kind": _("This phase belongs to another house.")})
    current = stay.phases.filter(voided=False).order_by("-starts_on", "-id").first()
    _require_between(starts_on, current.starts_on if current else stay.starts_on, today, field="starts_on")
    if current is not None:
        if current.kind_id == kind.pk and current.ends_on is None:
            raise ValidationError({"kind": _("The resident is in this phase already.")})
        current.ends_on = starts_on
        _save(current)
    return _save(Phase(house=stay.house, stay=stay, kind=kind, starts_on=starts_on, reason=reason))


@transaction.atomic
def phase_kind_save(*, house: House, number: int, name: str, kind: PhaseKind | None = None) -> PhaseKind:
    """Name a phase of the house's program, or rename one."""
    kind = kind or PhaseKind(house=house)
    kind.number, kind.name = number, name
    return _save(kind)


# --- inside -------------------------------------------------------------------------------------------------------------------

DISCHARGE_FACTS = (
    "left_on",
    "reason",
    "destination",
    "where_to",
    "decided_by",
    "belongings",
    "medications",
    "money",
    "naloxone",
    "may_return",
    "return_terms",
    "note",
)


def _save(row: Any) -> Any:
    row.full_clean()
    row.save()
    return row


def _lock(*rows: Any) -> None:
    """Hold these rows (of one table) until the transaction ends, in order of their keys, so that two acts never deadlock."""
    ids = sorted({row.pk for row in rows})
    list(type(rows[0]).objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def _locked_stay(stay: Stay) -> Stay:
    """The stay as it is now, locked; refused where it is voided or over."""
    not_about_oneself(stay.resident)
    _lock(stay.resident)
    stay = Stay.objects.select_for_update(no_key=True, of=("self",)).select_related("resident", "house").get(pk=stay.pk)
    if stay.voided:
        raise ValidationError(_("This stay was entered by mistake and is voided."))
    if stay.ends_on is not None:
        raise ValidationError(_("%(name)s left on %(day)s.") % {"name": stay.resident.name, "day": _day(stay.ends_on)})
    return stay


def _locked_ended_stay(discharge: Discharge) -> Stay:
    not_about_oneself(discharge.stay.resident)
    _lock(discharge.stay.resident)
    stay = (
        Stay.objects.select_for_update(no_key=True, of=("self",))
        .select_related("resident", "house")
        .get(pk=discharge.stay_id)
    )
    if stay.voided or stay.ends_on is None or discharge.undone or Discharge.objects.filter(corrects=discharge).exists():
        raise ValidationError(_("This discharge has been corrected or undone already. Look at the newest one."))
    return stay


def _locked_application(application: Application) -> Application:
    """The application as it is now. The house is locked first: a waitlist is one list."""
    not_about_oneself(application.resident)
    _lock(application.resident)
    _lock(application.house)
    return (
        Application.objects.select_for_update(no_key=True, of=("self",))
        .select_related("house", "resident")
        .get(pk=application.pk)
    )


def _locked_use(use: BedUse, kind: str) -> BedUse:
    if use.application is not None:
        not_about_oneself(use.application.resident)
    _lock(use.bed)
    use = BedUse.objects.select_related("bed__room", "bed__house", "house").get(pk=use.pk)
    if use.kind != kind or use.voided:
        raise ValidationError(_("This is not in force any more."))
    return use


def _live_only(application: Application) -> None:
    if not application.is_live:
        raise ValidationError(
            _("This application is closed: %(status)s.") % {"status": application.get_status_display()}
        )


def _event(application: Application, kind: str, *, reason: str = "", place: int | None = None) -> None:
    _save(
        ApplicationEvent(
            house=application.house, application=application, kind=kind, reason=reason, place=place, **recorded()
        )
    )


def _set_status(application: Application, status: str, kind: str, reason: str) -> Application:
    was_waiting = application.place is not None
    application.status, application.place = status, None
    _save(application)
    if was_waiting:
        _renumber(Application.objects.filter(house=application.house, status=Application.Status.WAITING))
    _event(application, kind, reason=reason)
    return application


def _renumber(line: Any) -> None:
    for place, application in enumerate(line, start=1):
        if application.place != place:
            application.place = place
            application.save(update_fields=["place"])


def _application_for(resident: Resident, house: House, application: Application | None) -> Application | None:
    """The application by which this person comes into the house, as it is now: the one given, or the live one they have.
    The person and the house are locked."""
    if application is None:
        return (
            Application.objects.live()
            .filter(house=house, resident=resident)
            .select_related("house", "resident")
            .first()
        )
    application = Application.objects.select_related("house", "resident").get(pk=application.pk)
    if application.house_id != house.pk or application.resident_id != resident.pk:
        raise ValidationError(_("This application is for another house or person."))
    _live_only(application)
    return application


def _held_beds(application: Application | None) -> list[Bed]:
    return [] if application is None else list(Bed.objects.filter(uses__application=application, uses__voided=False))


def _release_holds(application: Application, on: date) -> None:
    for hold in application.holds.filter(voided=False, ends_on__gt=on).select_related("bed"):
        _cut(hold, on)


def _cut(use: BedUse, on: date) -> BedUse:
    """End a use on this day; one that has not begun is voided."""
    if use.starts_on >= on:
        use.voided = True
    else:
        use.ends_on = on
    return _save(use)


def _known_or_new(house: House, person: dict[str, Any], today: date) -> Resident:
    known = resident_find_same(
        organization=house.organization,
        legal_first_name=person["legal_first_name"],
        legal_last_name=person.get("legal_last_name", ""),
        birth_date=person.get("birth_date"),
    )
    return known or resident_create(organization=house.organization, today=today, **person)


def _begin(
    resident: Resident,
    bed: Bed,
    starts_on: date,
    expected_on: date | None,
    *,
    application: Application | None,
    continues: Stay | None = None,
) -> Stay:
    stay = Stay(
        house=bed.house,
        resident=resident,
        starts_on=starts_on,
        expected_on=expected_on,
        application=application,
        continues=continues,
    )
    _save(stay)
    _save(_stay_use(stay, bed, starts_on, expected_on))
    return stay


def _stay_use(stay: Stay, bed: Bed, starts_on: date, ends_on: date | None) -> BedUse:
    return BedUse(house=stay.house, bed=bed, kind=BedUse.Kind.STAY, stay=stay, starts_on=starts_on, ends_on=ends_on)


def _end(stay: Stay, *, left_on: date, today: date, day_field: str = "left_on", **facts: Any) -> Discharge:
    """The end of a stay whose person and last bed are locked."""
    last = _last_use(stay)
    _require_between(left_on, last.starts_on, today, field=day_field)
    if facts.get("destination") not in hud.DESTINATIONS:
        raise ValidationError(
            {"destination": _("This is no code of HUD's list 3.12. 99 says that it was not collected.")}
        )
    if last.ends_on is not None and last.ends_on < left_on:
        _displace(last.bed, last.ends_on, left_on)
    _set_end(stay, last, left_on)
    for duty in Officer.objects.filter(house=stay.house, resident=stay.resident).filter(
        Q(ends_on=None) | Q(ends_on__gt=left_on)
    ):
        duty.ends_on = max(left_on, duty.starts_on)
        _save(duty)
    earlier = stay.discharges.order_by("-recorded_at", "-id").first()
    correction = {"corrects": earlier, "correction_reason": _("A later discharge.")} if earlier is not None else {}
    return _save(Discharge(house=stay.house, stay=stay, left_on=left_on, **facts, **correction, **recorded()))


def _set_end(stay: Stay, last: BedUse, left_on: date) -> None:
    """Let the stay, its last bed use and its phase end on this day, without any lying outside the stay on the way."""
    before = stay.ends_on
    later = before is not None and left_on > before
    if later:
        stay.ends_on = left_on
        _save(stay)
    last.ends_on = left_on
    _save(last)
    for phase in stay.phases.filter(voided=False):
        if phase.starts_on >= left_on and phase.starts_on > stay.starts_on:
            phase.voided = True
        elif phase.ends_on is None or phase.ends_on > left_on or phase.ends_on == before:
            phase.ends_on = left_on
        else:
            continue
        _save(phase)
    if not later:
        stay.ends_on = left_on
        _save(stay)


def _start(row: Any, starts_on: date) -> None:
    row.starts_on = starts_on
    _save(row)


def _last_use(stay: Stay) -> BedUse:
    return (
        stay.uses.filter(voided=False)
        .select_related("bed__room", "bed__house", "house", "stay")
        .order_by("-starts_on", "-id")
        .first()
    )


def _displace(bed: Bed, starts_on: date, until: date) -> None:
    """Somebody still has `bed` in these nights: what was promised or planned there begins later, or not at all."""
    for use in BedUse.objects.real().filter(bed=bed, starts_on__lt=until).exclude(kind=BedUse.Kind.STAY):
        if (use.ends_on or FOREVER) <= starts_on:
            continue
        if (use.ends_on or FOREVER) <= until:
            use.voided = True
        else:
            use.starts_on = until
        _save(use)


def _require_between(day: date, earliest: date, latest: date, *, field: str) -> None:
    if day < earliest:
        raise ValidationError({field: _("This is too early: %(day)s at the earliest.") % {"day": _day(earliest)}})
    if day > latest:
        raise ValidationError({field: _("This is too late: %(day)s at the latest.") % {"day": _day(latest)}})


def _require_no_other_stay(
    resident: Resident, house: House, starts_on: date, ends_on: date | None = None, but: Stay | None = None
) -> None:
    """Refuse where the person has another stay in this time. What another house knows of them is not told here."""
    others = (
        Stay.objects.real()
        .filter(resident=resident)
        .filter(Q(ends_on=None) | Q(ends_on__gt=starts_on) & Q(ends_on__gt=F("starts_on")))
    )
    if ends_on is not None:
        others = others.filter(starts_on__lt=ends_on)
    if but is not None:
        others = others.exclude(pk=but.pk)
    other = others.order_by("starts_on").first()
    if other is None:
        return
    words = {"name": resident.name, "from": _day(other.starts_on)}
    if other.house_id != house.pk:
        raise ValidationError(
            _(
                "%(name)s has a stay in another house then. The operator can transfer them, or that house discharges them first."
            )
            % words
        )
    if other.ends_on is None:
        raise ValidationError(_("%(name)s lives here since %(from)s. Move them to another bed instead.") % words)
    raise ValidationError(
        _("%(name)s has a stay here from %(from)s until %(until)s.") % (words | {"until": _day(other.ends_on)})
    )


def _require_not_continued(stay: Stay) -> None:
    if Stay.objects.real().filter(continues=stay).exists():
        raise ValidationError(_("Another stay continues this one. Undo that move first."))


def _reason_required(reason: str, field: str = "reason") -> None:
    if not reason.strip():
        raise ValidationError({field: _("A correction needs a reason: say what was wrong.")})


def _there_until(expected_on: date | None, today: date) -> date | None:
    """The first night that somebody not discharged leaves free: whoever should have left by today is there tonight."""
    return None if expected_on is None else max(expected_on, today + timedelta(days=1))


def _record_sober_since(resident: Resident, since: date, today: date) -> None:
    try:
        sobriety_record(resident=resident, since=since, today=today)
    except ValidationError as refusal:
        raise ValidationError({"sober_since": refusal.messages}) from refusal


def _require_free(
    bed: Bed,
    starts_on: date,
    ends_on: date | None,
    *,
    field: str,
    but: BedUse | None = None,
    overdue_on: date | None = None,
) -> None:
    """Refuse where anybody or anything has the bed in these nights, naming whom and until when; also somebody who, on
    `overdue_on`, should have left it and has not. The bed is locked."""
    bed.refresh_from_db(fields=["opened_on", "closed_on"])
    if (bed.opened_on and starts_on < bed.opened_on) or (
        bed.closed_on and (ends_on is None or ends_on > bed.closed_on)
    ):
        raise ValidationError({field: _("%(bed)s is not in use for all of this time.") % {"bed": _bed_name(bed)}})
    clash = Q(ends_on=None) | Q(ends_on__gt=starts_on) & Q(ends_on__gt=F("starts_on"))
    if ends_on is not None:
        clash &= Q(starts_on__lt=ends_on)
    if overdue_on is not None:
        clash |= BedUse.objects.overdue(overdue_on)
    uses = BedUse.objects.real().filter(clash, bed=bed)
    if but is not None:
        uses = uses.exclude(pk=but.pk)
    taken = uses.select_related("stay__resident", "bed__room").order_by("starts_on").first()
    if taken is not None:
        raise ValidationError({field: who_has(taken, starts_on)}, code="taken")


def who_has(use: BedUse, day: date) -> str:
    """A sentence saying who or what has the bed of `use`, and until when; `day` is the night that was asked for."""
    words = {"bed": _bed_name(use.bed), "from": _day(use.starts_on)}
    until = "" if use.ends_on is None else _day(use.ends_on)
    if use.kind == BedUse.Kind.HOLD:
        return _("%(bed)s is held for an applicant from %(from)s until %(until)s.") % (words | {"until": until})
    if use.kind == BedUse.Kind.OUT:
        if until:
            return _("%(bed)s is out of service from %(from)s until %(until)s.") % (words | {"until": until})
        return _("%(bed)s is out of service from %(from)s until further notice.") % words
    words["name"] = use.stay.resident.short_name
    if not until:
        return _("%(name)s is in %(bed)s since %(from)s, with no move-out planned.") % words
    if use.stay.ends_on is None and use.ends_on <= day:
        return _(
            "%(name)s is still in %(bed)s, expected to leave on %(until)s. Discharge them first, or plan a new move-out."
        ) % (words | {"until": until})
    return _("%(name)s is in %(bed)s from %(from)s until %(until)s.") % (words | {"until": until})


def _bed_name(bed: Bed) -> str:
    return _("Bed %(label)s") % {"label": bed.label}


def _day(day: date) -> str:
    return date_format(day)
