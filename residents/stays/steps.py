"""The steps that the services of stays are made of. Each stands inside its caller's transaction and on its locks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import Bed, House
from residents.people.models import Officer, Resident
from residents.people.services import not_about_oneself, resident_create, resident_find_same, sobriety_record
from residents.stays import hud
from residents.stays.models import Application, ApplicationEvent, BedUse, Discharge, Stay
from soberhouse.accounts.models import Partner, User
from soberhouse.history import acting_now, because, recorded
from soberhouse.subjects import offers
from soberhouse.words import is_blank

FOREVER = date.max

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


def save(row: Any) -> Any:
    """Check a row and write it. Words of which nothing is to be seen are none."""
    for name, value in vars(row).items():
        if isinstance(value, str) and is_blank(value):
            setattr(row, name, "")
    row.full_clean()
    row.save()
    return row


def lock(*rows: Any) -> None:
    """Hold these rows (of one table) until the transaction ends, in order of their keys, so that two acts never
    deadlock. Every act about beds holds the person first, then the house, then the beds, and only then writes: what it
    writes counts as a change of the house (`residents.houses.changes`), and others count only after it has ended."""
    ids = sorted({row.pk for row in rows})
    list(type(rows[0]).objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def locked_stay(stay: Stay, *, and_house: House | None = None) -> Stay:
    """The stay as it is now, locked; refused where it is voided or over. Its house is locked first, and `and_house`
    together with it."""
    not_about_oneself(stay.resident)
    lock(stay.resident)
    lock(stay.house, and_house or stay.house)
    stay = Stay.objects.select_for_update(no_key=True, of=("self",)).select_related("resident", "house").get(pk=stay.pk)
    if stay.voided:
        raise ValidationError(_("This stay was entered by mistake and is voided."))
    if stay.ends_on is not None:
        raise ValidationError(_("%(name)s left on %(day)s.") % {"name": stay.name, "day": day_words(stay.ends_on)})
    return stay


def locked_ended_stay(discharge: Discharge) -> Stay:
    not_about_oneself(discharge.stay.resident)
    lock(discharge.stay.resident)
    lock(discharge.stay.house)
    stay = (
        Stay.objects.select_for_update(no_key=True, of=("self",))
        .select_related("resident", "house")
        .get(pk=discharge.stay_id)
    )
    if stay.voided or stay.ends_on is None or discharge.undone or Discharge.objects.filter(corrects=discharge).exists():
        raise ValidationError(_("This discharge has been corrected or undone already. Look at the newest one."))
    return stay


def locked_application(application: Application) -> Application:
    """The application as it is now. The house is locked first: a waitlist is one list."""
    not_about_oneself(application.resident)
    _not_on_the_same_list(application.house)
    lock(application.resident)
    lock(application.house)
    return (
        Application.objects.select_for_update(no_key=True, of=("self",))
        .select_related("house", "resident")
        .get(pk=application.pk)
    )


def _not_on_the_same_list(house: House) -> None:
    """Raise PermissionDenied where the acting user applies to this house: they would decide about their rivals."""
    acting = acting_now()
    if acting is not None and acting.actor_kind == User.actor_kind:
        own = Application.objects.live().filter(house=house, resident__user=acting.actor_id)
        if own.exists():
            raise PermissionDenied(_("Whoever is on a house's list does not decide about the others on it."))


def locked_use(use: BedUse, kind: str) -> BedUse:
    if use.application is not None:
        not_about_oneself(use.application.resident)
    lock(use.house)
    lock(use.bed)
    use = BedUse.objects.select_related("bed__room", "bed__house", "house").get(pk=use.pk)
    if use.kind != kind or use.voided:
        raise ValidationError(_("This is not in force any more."))
    return use


def live_only(application: Application) -> None:
    if not application.is_live:
        raise ValidationError(
            _("This application is closed: %(status)s.") % {"status": application.get_status_display()}
        )


def note_event(application: Application, kind: str, *, reason: str = "", place: int | None = None) -> None:
    save(
        ApplicationEvent(
            house=application.house, application=application, kind=kind, reason=reason, place=place, **recorded()
        )
    )


def set_status(application: Application, status: str, kind: str, reason: str) -> Application:
    was_waiting = application.place is not None
    application.status, application.place = status, None
    application.closed_as = "" if application.is_live else application.resident.name
    save(application)
    if was_waiting:
        renumber(Application.objects.filter(house=application.house, status=Application.Status.WAITING))
    note_event(application, kind, reason=reason)
    return application


def renumber(line: Any, *, moved: Application | None = None) -> None:
    """Number the line from 1. Whoever only makes room or closes ranks is told no more in their history than that: why
    somebody else moves or leaves is not their matter. The one who `moved` has the reason in force."""
    for place, application in enumerate(line, start=1):
        if application.place != place:
            application.place = place
            with because("" if application == moved else _("Somebody else moved along the waitlist or left it.")):
                application.save(update_fields=["place"])


def application_for(resident: Resident, house: House, application: Application | None) -> Application | None:
    """The application by which this person comes into the house, as it is now: the one given, or the live one they
    have. The person and the house are locked."""
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
    live_only(application)
    return application


def held_beds(application: Application | None) -> list[Bed]:
    return [] if application is None else list(Bed.objects.filter(uses__application=application, uses__voided=False))


def release_holds(application: Application, on: date) -> None:
    for hold in application.holds.filter(voided=False, ends_on__gt=on).select_related("bed"):
        cut(hold, on)


def cut(use: BedUse, on: date) -> BedUse:
    """End a use on this day; one that has not begun is voided."""
    if use.starts_on >= on:
        use.voided = True
    else:
        use.ends_on = on
    return save(use)


def known_or_new(house: House, person: dict[str, Any], today: date) -> Resident:
    """The person of this name and birth date whom the one acting may know, or a new one.

    Nobody is recognised behind somebody's back: whom only another house knows is written down anew here, so that to
    type a name and a date opens no record and tells nothing. A partner knows nobody. The organization is locked: one
    at a time is new.
    """
    lock(house.organization)
    known = resident_find_same(
        among=_known_to_the_one_acting(),
        organization=house.organization,
        legal_first_name=person["legal_first_name"],
        legal_last_name=person.get("legal_last_name", ""),
        birth_date=person.get("birth_date"),
    )
    return known or resident_create(organization=house.organization, today=today, **person)


def _known_to_the_one_acting() -> Any:
    acting = acting_now()
    if acting is not None and acting.actor_kind == Partner.actor_kind:
        return Resident.objects.none()
    is_user = acting is not None and acting.actor_kind == User.actor_kind
    return Resident.objects.known_to(User.objects.get(pk=acting.actor_id) if is_user else None)


def begin(
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
    save(stay)
    save(stay_use(stay, bed, starts_on, expected_on))
    return stay


def stay_use(stay: Stay, bed: Bed, starts_on: date, ends_on: date | None) -> BedUse:
    return BedUse(house=stay.house, bed=bed, kind=BedUse.Kind.STAY, stay=stay, starts_on=starts_on, ends_on=ends_on)


def end(stay: Stay, *, left_on: date, today: date, day_field: str = "left_on", **facts: Any) -> Discharge:
    """The end of a stay whose person and last bed are locked."""
    last = last_use(stay)
    require_between(left_on, last.starts_on, today, field=day_field)
    require_days_free(stay, stay.starts_on, left_on, field=day_field)
    if facts.get("destination") not in hud.DESTINATIONS:
        raise ValidationError(
            {"destination": _("This is no code of HUD's list 3.12. 99 says that it was not collected.")}
        )
    if last.ends_on is not None and last.ends_on < left_on:
        give_way(last.bed, last.ends_on, left_on)
    set_end(stay, last, left_on)
    for duty in Officer.objects.filter(house=stay.house, resident=stay.resident).filter(
        Q(ends_on=None) | Q(ends_on__gt=left_on)
    ):
        duty.ends_on = max(left_on, duty.starts_on)
        save(duty)
    earlier = stay.discharges.order_by("-recorded_at", "-id").first()
    correction = {"corrects": earlier, "correction_reason": _("A later discharge.")} if earlier is not None else {}
    return save(Discharge(house=stay.house, stay=stay, left_on=left_on, **facts, **correction, **recorded()))


def set_end(stay: Stay, last: BedUse, left_on: date) -> None:
    """Let the stay, its last bed use and its phase end on this day, without any lying outside the stay on the way."""
    before = stay.ends_on
    later = before is not None and left_on > before
    stay.left_as = stay.left_as or stay.resident.name
    if later:
        stay.ends_on = left_on
        save(stay)
    last.ends_on = left_on
    save(last)
    for phase in stay.phases.filter(voided=False):
        if phase.starts_on >= left_on and phase.starts_on > stay.starts_on:
            phase.voided = True
        elif phase.ends_on is None or phase.ends_on > left_on or phase.ends_on == before:
            phase.ends_on = left_on
        else:
            continue
        save(phase)
    if not later:
        stay.ends_on = left_on
        save(stay)


def start_on(row: Any, starts_on: date) -> None:
    row.starts_on = starts_on
    save(row)


def last_use(stay: Stay) -> BedUse:
    return (
        stay.uses.filter(voided=False)
        .select_related("bed__room", "bed__house", "house", "stay")
        .order_by("-starts_on", "-id")
        .first()
    )


def give_way(bed: Bed, starts_on: date, until: date) -> None:
    """Somebody still has `bed` in these nights: what was promised or planned there begins later, or not at all.

    Whom it was promised to reads no more of it than that. The reason in force is about the one who stays on.
    """
    for use in BedUse.objects.real().filter(bed=bed, starts_on__lt=until).exclude(kind=BedUse.Kind.STAY):
        if (use.ends_on or FOREVER) <= starts_on:
            continue
        if (use.ends_on or FOREVER) <= until:
            use.voided = True
        else:
            use.starts_on = until
        with because(_("Somebody stays on in this bed.")):
            save(use)


def require_between(day: date, earliest: date, latest: date, *, field: str) -> None:
    if day < earliest:
        raise ValidationError({field: _("This is too early: %(day)s at the earliest.") % {"day": day_words(earliest)}})
    if day > latest:
        raise ValidationError({field: _("This is too late: %(day)s at the latest.") % {"day": day_words(latest)}})


def require_days_free(stay: Stay, starts_on: date, ends_on: date | None, *, field: str) -> None:
    """Refuse these days of a stay where another subject has something on record that would lie outside of them
    (`gates.before_days_change`). The person is locked."""
    for before_days_change in offers("gates", "before_days_change"):
        try:
            before_days_change(stay=stay, starts_on=starts_on, ends_on=ends_on)
        except ValidationError as refusal:
            raise ValidationError({field: refusal.messages}) from refusal


def require_no_other_stay(
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
    words = {"name": resident.name, "from": day_words(other.starts_on)}
    if other.house_id != house.pk:
        raise ValidationError(
            _(
                "%(name)s has a stay in another house then. "
                "The operator can transfer them, or that house discharges them first."
            )
            % words,
            code="taken",
        )
    if other.ends_on is None:
        raise ValidationError(
            _("%(name)s lives here since %(from)s. Move them to another bed instead.") % words, code="taken"
        )
    raise ValidationError(
        _("%(name)s has a stay here from %(from)s until %(until)s.") % (words | {"until": day_words(other.ends_on)}),
        code="taken",
    )


def require_not_continued(stay: Stay) -> None:
    if Stay.objects.real().filter(continues=stay).exists():
        raise ValidationError(_("Another stay continues this one. Undo that move first."))


def reason_required(reason: str, field: str = "reason") -> None:
    if not reason.strip():
        raise ValidationError({field: _("A correction needs a reason: say what was wrong.")})


def there_until(expected_on: date | None, today: date) -> date | None:
    """The first night that somebody not discharged leaves free: whoever should have left by today is there tonight."""
    return None if expected_on is None else max(expected_on, today + timedelta(days=1))


def record_sober_since(resident: Resident, since: date, today: date) -> None:
    try:
        sobriety_record(resident=resident, since=since, today=today)
    except ValidationError as refusal:
        raise ValidationError({"sober_since": refusal.messages}) from refusal


def require_free(
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
        raise ValidationError({field: _("%(bed)s is not in use for all of this time.") % {"bed": bed_name(bed)}})
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
        raise ValidationError({field: ValidationError(who_has(taken, starts_on), code="taken")})


def who_has(use: BedUse, day: date) -> str:
    """A sentence saying who or what has the bed of `use`, and until when; `day` is the night that was asked for."""
    words = {"bed": bed_name(use.bed), "from": day_words(use.starts_on)}
    until = "" if use.ends_on is None else day_words(use.ends_on)
    if use.kind == BedUse.Kind.HOLD:
        return _("%(bed)s is held for an applicant from %(from)s until %(until)s.") % (words | {"until": until})
    if use.kind == BedUse.Kind.OUT:
        if until:
            return _("%(bed)s is out of service from %(from)s until %(until)s.") % (words | {"until": until})
        return _("%(bed)s is out of service from %(from)s until further notice.") % words
    words["name"] = use.stay.short_name
    if not until:
        return _("%(name)s is in %(bed)s since %(from)s, with no move-out planned.") % words
    if use.stay.ends_on is None and use.ends_on <= day:
        return _(
            "%(name)s is still in %(bed)s, expected to leave on %(until)s. "
            "Discharge them first, or plan a new move-out."
        ) % (words | {"until": until})
    return _("%(name)s is in %(bed)s from %(from)s until %(until)s.") % (words | {"until": until})


def bed_name(bed: Bed) -> str:
    return _("Bed %(label)s") % {"label": bed.label}


def day_words(day: date) -> str:
    return date_format(day)
