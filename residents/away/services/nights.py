"""Every write about who was in at night: the roll of a whole house, whoever comes in after it, and corrections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from residents.away import hours, notices
from residents.away.models import CurfewCheck, Movement, Pass
from residents.away.queries.nights import NIGHTS_BACK, counted, curfews, seen_in, stays_of_night
from residents.away.queries.whereabouts import last_movement, last_movements
from residents.houses.models import House
from residents.people.services import not_about_oneself
from residents.stays.models import Stay
from residents.stays.steps import lock, reason_required, save
from soberhouse.history import acting_now, recorded

Status = CurfewCheck.Status


@dataclass(frozen=True)
class RollEntry:
    """How one resident is counted."""

    stay: Stay
    status: str
    in_at: datetime | None = None
    why: str = ""
    of_pass: Pass | None = None


class RollRefused(ValidationError):
    """What a roll was refused for: for each resident the fields and what is wrong with them."""

    def __init__(self, by_stay: list[tuple[Stay, list[tuple[str, str]]]]) -> None:
        self.by_stay = by_stay
        super().__init__([f"{stay.short_name}: {text}" for stay, said in by_stay for _field, text in said])


@transaction.atomic
def roll_take(*, house: House, night: date, entries: Sequence[RollEntry], now: datetime) -> list[CurfewCheck]:
    """Count these residents of the house in this night, all or none.

    Who is counted as in or late and was signed out over their hour is signed in. An entry that says what is written
    down already is passed over, so that a roll sent twice counts once. Refuses, naming the resident: whoever did not
    live here that night, whoever somebody else counted otherwise meanwhile, oneself; late or not in before the hour and
    its minutes of grace are over; late within them; in after them; late without a time, excused without saying why,
    not in without saying why of whoever signed in; a night that has not begun, or is more than a week ago.
    """
    _countable(house, night, now)
    if not entries:
        raise ValidationError(_("Nobody is left to count."))
    for entry in entries:
        not_about_oneself(entry.stay.resident)
    lock(*(entry.stay.resident for entry in entries))
    there = {stay.pk: stay for stay in stays_of_night(house, night).select_related("resident__user")}
    missing = [entry.stay.short_name for entry in entries if entry.stay.pk not in there]
    if missing:
        raise ValidationError(
            _("%(names)s did not live here that night. Open the page anew.") % {"names": ", ".join(missing)}
        )
    due = curfews(house, night, list(there.values()))
    known = {row.stay_id: row for row in counted(CurfewCheck.objects.filter(stay__in=list(there), night=night))}
    refusals: list[tuple[Stay, list[tuple[str, str]]]] = []
    rows = []
    signed_in = _signed_in([entry.stay.pk for entry in entries if entry.status == Status.ABSENT], house, night)
    for entry in entries:
        stay = there[entry.stay.pk]
        row = CurfewCheck(
            house=house,
            stay=stay,
            night=night,
            due_at=due[stay.pk].due_at,
            grace=house.curfew_grace,
            status=entry.status,
            in_at=_minute(entry.in_at) if entry.status in (Status.IN, Status.LATE) else None,
            why=entry.why.strip() if entry.status in (Status.EXCUSED, Status.ABSENT) else "",
            of_pass=entry.of_pass if entry.status == Status.EXCUSED else None,
            **recorded(),
        )
        before = known.get(stay.pk)
        if before is not None:
            if (before.status, before.in_at, before.why) != (row.status, row.in_at, row.why):
                words = {"who": before.recorded_as, "state": before.get_status_display()}
                refusals.append((stay, [("status", _("counted by %(who)s meanwhile: %(state)s.") % words)]))
            continue
        try:
            _check(row, now=now)
            _check_seen(row, signed_in.get(stay.pk))
        except ValidationError as refusal:
            said = [(field, text) for field, texts in refusal.message_dict.items() for text in texts]
            refusals.append((stay, said))
        rows.append(row)
    if refusals:
        raise RollRefused(refusals)
    CurfewCheck.objects.bulk_create(rows)
    _sign_in_the_counted(rows, now=now)
    for row in rows:
        notices.tell_counted(row)
    if any(row.status == Status.ABSENT for row in rows):
        notices.tell_somebody_missing(house, night, but={row.stay.resident.user_id for row in rows})
    return rows


@transaction.atomic
def check_correct(
    *, check: CurfewCheck, status: str, in_at: datetime | None = None, why: str = "", reason: str, now: datetime
) -> CurfewCheck:
    """Write how somebody was counted anew, with what was wrong put right. The first stays on record, marked. Refuses
    what `roll_take` refuses, and no reason."""
    reason_required(reason)
    check = _locked(check)
    row = _again(check, status=status, in_at=in_at, why=why, reason=reason, now=now)
    notices.tell_check_corrected(row)
    return row


@transaction.atomic
def came_in(*, check: CurfewCheck, in_at: datetime, now: datetime) -> CurfewCheck:
    """Whoever was not in has come in, this night: late, or in time where the hour was not over. They are signed in."""
    check = _locked(check)
    if check.status != Status.ABSENT:
        raise ValidationError(_("%(name)s was not counted as missing.") % {"name": check.stay.short_name})
    row = note_came_in(check=check, in_at=in_at, now=now)
    if row is None:
        raise ValidationError(_("That night is over, and they were not in. Sign them in where you see who is in."))
    last = last_movement(check.stay)
    if last is not None and last.way == Movement.Way.OUT and last.at <= row.in_at:
        save(Movement(house=check.house, stay=check.stay, way=Movement.Way.IN, at=row.in_at, **recorded()))
    return row


def note_came_in(*, check: CurfewCheck, in_at: datetime, now: datetime) -> CurfewCheck | None:
    """The new row for whoever was not in and came at `in_at`. Inside the caller's transaction and on its locks. None
    where the night was over by then, or where they say so themselves."""
    acting = acting_now()
    oneself = acting is not None and acting.actor_kind == "user" and acting.actor_id == check.stay.resident.user_id
    if oneself or in_at >= hours.morning(check.night, check.house.zone):
        return None
    line = _line(check)
    late = line is not None and _minute(in_at) > line
    row = _again(
        check, status=Status.LATE if late else Status.IN, in_at=in_at, why="", reason=_("Has come in since."), now=now
    )
    notices.tell_counted(row)
    return row


def _again(
    check: CurfewCheck, *, status: str, in_at: datetime | None, why: str, reason: str, now: datetime
) -> CurfewCheck:
    row = CurfewCheck(
        house=check.house,
        stay=check.stay,
        night=check.night,
        due_at=check.due_at,
        grace=check.grace,
        status=status,
        in_at=_minute(in_at) if status in (Status.IN, Status.LATE) else None,
        why=why.strip() if status == Status.EXCUSED else "",
        of_pass=check.of_pass if status == Status.EXCUSED else None,
        corrects=check,
        correction_reason=reason,
        **recorded(),
    )
    _check(row, now=now)
    return save(row)


def _locked(check: CurfewCheck) -> CurfewCheck:
    """The check as it is now, its person locked; refused where a later one counts, or about oneself."""
    not_about_oneself(check.stay.resident)
    lock(check.stay.resident)
    if CurfewCheck.objects.filter(corrects=check).exists():
        raise ValidationError(_("This has been corrected already. Look at the newest one."))
    return CurfewCheck.objects.select_related("house", "stay__house", "stay__resident__user").get(pk=check.pk)


def _countable(house: House, night: date, now: datetime) -> None:
    tonight = hours.night_of(now, house.zone)
    if night > tonight:
        raise ValidationError(_("The night of %(day)s has not begun: it begins at noon.") % {"day": date_format(night)})
    if night < tonight - NIGHTS_BACK * hours.DAY:
        raise ValidationError(
            _("The night of %(day)s is too long ago: nights are counted within %(count)s days.")
            % {"day": date_format(night), "count": NIGHTS_BACK}
        )


def _line(row: CurfewCheck) -> datetime | None:
    """The last instant at which they are not late."""
    return row.due_at + timedelta(minutes=row.grace) if row.due_at else None


def _check(row: CurfewCheck, *, now: datetime) -> None:
    """Raise ValidationError, by field, unless this can be so."""
    if row.status not in Status.values:
        raise ValidationError({"status": _("Choose how they are counted.")})
    row.clean_fields(exclude=["house", "stay", "of_pass", "corrects", "recorded_by"])
    if row.of_pass is not None and row.of_pass.stay_id != row.stay_id:
        raise ValidationError({"why": _("This pass is somebody else's.")})
    zone = row.house.zone
    line = _line(row)
    if row.status in (Status.LATE, Status.ABSENT):
        if line is None:
            raise ValidationError({"status": _("There is no curfew for them that night.")})
        if _minute(now) <= line:
            words = {"hour": _clock(line, row)}
            raise ValidationError(
                {"status": _("Their hour is not over: until %(hour)s nobody is late or missing.") % words}
            )
    if row.status == Status.LATE and row.in_at is None:
        raise ValidationError({"in_at": _("Say when they came in.")})
    if row.status == Status.EXCUSED and not row.why:
        raise ValidationError({"why": _("Say what excuses it.")})
    if row.in_at is not None:
        if row.in_at > now:
            raise ValidationError({"in_at": _("This time has not come yet.")})
        if not hours.at(row.night, hours.NOON, zone) <= row.in_at < hours.morning(row.night, zone):
            raise ValidationError({"in_at": _("This is not in that night, which lasts from noon to noon.")})
        if line is not None and (row.status == Status.LATE) != (row.in_at > line):
            words = {"hour": _clock(line, row)}
            said = (
                _("Until %(hour)s nobody is late: that is in.") if row.in_at <= line else _("After %(hour)s is late.")
            )
            raise ValidationError({"in_at": said % words})


def _signed_in(absent: Sequence[int], house: House, night: date) -> dict[int, Movement]:
    """Of these stays (keys) the sign-ins that speak against counting them as not in. One query, where there are any."""
    noon, dawn = hours.at(night, hours.NOON, house.zone), hours.instant(night, hours.DAWN, house.zone)
    of_night = Movement.objects.filter(stay__in=absent, at__gte=noon, at__lt=dawn, corrected_by=None)
    moved: dict[int, list[Movement]] = {}
    for row in of_night.order_by("at", "pk"):
        moved.setdefault(row.stay_id, []).append(row)
    found = ((key, seen_in(rows, night, house.zone)) for key, rows in moved.items())
    return {key: row for key, row in found if row is not None}


def _check_seen(row: CurfewCheck, movement: Movement | None) -> None:
    """Raise ValidationError where somebody is counted as not in who signed in, and nobody says why."""
    if row.status != Status.ABSENT or movement is None or row.why:
        return
    facts = {"when": _clock(movement.at, row), "who": movement.recorded_as}
    raise ValidationError({"why": _("Signed in %(when)s, by %(who)s: say why they are not in all the same.") % facts})


def _sign_in_the_counted(rows: Sequence[CurfewCheck], *, now: datetime) -> None:
    """Whoever is in the house by this roll and was signed out before it. Whoever went out after their hour, or without
    one after dawn, was in and has left since."""
    seen = {row.stay_id: row for row in rows if row.status in (Status.IN, Status.LATE)}
    for stay_id, last in last_movements(seen).items():
        row = seen[stay_id]
        at = row.in_at or _minute(now)
        gone_since = last.at > (_line(row) or hours.instant(row.night, hours.DAWN, row.house.zone))
        if last.way == Movement.Way.OUT and last.at <= at and not gone_since and now < _over(row):
            save(Movement(house=row.house, stay=row.stay, way=Movement.Way.IN, at=at, **recorded()))


def _over(row: CurfewCheck) -> datetime:
    return hours.morning(row.night, row.house.zone)


def _minute(instant: datetime | None) -> datetime | None:
    return instant.replace(second=0, microsecond=0) if instant else None


def _clock(instant: datetime, row: CurfewCheck) -> str:
    return time_format(localtime(instant, row.house.zone), "TIME_FORMAT")
