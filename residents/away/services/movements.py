"""Every write about who is in: signed out, signed in again, put right. By staff, or by the resident themselves."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.away import hours, notices
from residents.away.models import CurfewCheck, Movement, Pass
from residents.away.queries.passes import moment, span
from residents.away.queries.whereabouts import last_movement, missing_check, says_back
from residents.away.services.nights import note_came_in
from residents.people.services import not_about_oneself
from residents.stays.models import Stay
from residents.stays.steps import lock, reason_required, save
from soberhouse.history import acting_now, recorded

Way = Movement.Way
LONGEST = timedelta(days=180)  # that somebody is out; what is longer is a slip of the pen
NOW = timedelta(minutes=1)  # what residents say of themselves is so now, give or take this


@transaction.atomic
def sign_out(
    *,
    stay: Stay,
    purpose: str,
    where: str = "",
    expected_at: datetime | None = None,
    at: datetime | None = None,
    of_pass: Pass | None = None,
    now: datetime,
) -> Movement:
    """They left the house, `at` or now. Refuses somebody who is out already, a time that has not come or lies before
    what is written down already, a return before leaving or more than half a year after it, a pass that does not hold
    then; and from the residents themselves any other time than now."""
    stay = _here(stay)
    _now_for_oneself(at, stay, now)
    at = _moment(at or now, stay, now)
    last = last_movement(stay)
    if last is not None and last.way == Way.OUT:
        facts = {"name": stay.short_name, "when": _when(last.at, stay)}
        if _acts_for_oneself(stay):
            raise ValidationError(_("You are signed out since %(when)s: sign in first.") % facts)
        raise ValidationError(_("%(name)s is signed out since %(when)s: sign them in first.") % facts)
    _after(last, at, stay)
    if of_pass is not None:
        _holds(of_pass, at, stay)
    return _write(
        Movement(stay=stay, way=Way.OUT, at=at, purpose=purpose, where=where, expected_at=expected_at, of_pass=of_pass)
    )


@transaction.atomic
def sign_in(*, stay: Stay, at: datetime | None = None, of_pass: Pass | None = None, now: datetime) -> Movement:
    """They are in the house again, `at` or since now; from `of_pass`, or from what they went out on.

    Whoever was counted as not in this night is counted as come in, where somebody else says so; where they have said so
    themselves, somebody else confirms it by the same, as of when they said it. Refuses somebody who is in, and from the
    residents themselves any other time than now.
    """
    stay = _here(stay)
    _now_for_oneself(at, stay, now)
    last, missing = last_movement(stay), missing_check(stay)
    if not _may_come(stay, last, missing):
        if _acts_for_oneself(stay):
            raise ValidationError(_("You are signed in already."))
        raise ValidationError(_("%(name)s is in already.") % {"name": stay.short_name})
    said = last.at if says_back(last, missing, stay) else now
    at = _moment(at or said, stay, now)
    _after(last, at, stay)
    of_pass = of_pass or (last.of_pass if last else None)
    row = _write(Movement(stay=stay, way=Way.IN, at=at, of_pass=of_pass))
    if missing is not None:
        note_came_in(check=missing, in_at=at, now=now)
    return row


@transaction.atomic
def sign_in_if_out(
    *, stay: Stay, at: datetime | None = None, of_pass: Pass | None = None, now: datetime
) -> Movement | None:
    """The same for whoever comes back from a pass: nothing is written where they are in."""
    stay = _here(stay)
    if not _may_come(stay, last_movement(stay), missing_check(stay)):
        return None
    return sign_in(stay=stay, at=at, of_pass=of_pass, now=now)


@transaction.atomic
def movement_correct(
    *,
    movement: Movement,
    way: str,
    at: datetime,
    purpose: str = "",
    where: str = "",
    expected_at: datetime | None = None,
    reason: str,
    now: datetime,
) -> Movement:
    """Write a movement anew, with what was wrong put right. The first stays on record, marked. Whoever never went out
    was in: the way is corrected too. Nobody corrects their own; a time cannot change the order of what happened."""
    reason_required(reason)
    not_about_oneself(movement.stay.resident)
    stay = _here(movement.stay)
    if Movement.objects.filter(corrects=movement).exists():
        raise ValidationError(_("This has been corrected already. Look at the newest one."))
    at = _moment(at, stay, now)
    others = stay.movements.filter(corrected_by=None).exclude(pk=movement.pk).order_by("at", "id")
    key = (movement.at, movement.pk)
    before = [row for row in others if (row.at, row.pk) < key]
    after = [row for row in others if (row.at, row.pk) > key]
    _after(before[-1] if before else None, at, stay)
    if after and at >= after[0].at:
        raise ValidationError(
            {"at": _("What came next was %(when)s: this has to be before it.") % {"when": _when(after[0].at, stay)}}
        )
    out = way == Way.OUT
    row = _write(
        Movement(
            stay=stay,
            way=way,
            at=at,
            purpose=purpose if out else "",
            where=where if out else "",
            expected_at=expected_at if out else None,
            of_pass=movement.of_pass,
            corrects=movement,
            correction_reason=reason,
        )
    )
    notices.tell_movement_corrected(row)
    return row


def _when(instant: datetime, stay: Stay) -> str:
    return moment(instant, stay.house)


def _here(stay: Stay) -> Stay:
    """The stay as it is now, its person locked; refused where it is over."""
    lock(stay.resident)
    stay = Stay.objects.select_related("house", "resident__user").get(pk=stay.pk)
    if stay.voided or stay.ends_on is not None:
        raise ValidationError(_("%(name)s does not live here any more.") % {"name": stay.short_name})
    return stay


def _acts_for_oneself(stay: Stay) -> bool:
    acting, user_id = acting_now(), stay.resident.user_id
    return user_id is not None and acting is not None and (acting.actor_kind, acting.actor_id) == ("user", user_id)


def _now_for_oneself(at: datetime | None, stay: Stay, now: datetime) -> None:
    if at is not None and abs(at - now) > NOW and _acts_for_oneself(stay):
        raise ValidationError(
            {"at": _("You sign yourself out and in as of now. What was at another time your manager writes down.")}
        )


def _may_come(stay: Stay, last: Movement | None, missing: CurfewCheck | None) -> bool:
    """Whether there is anything to sign in: they are out, or missing and have not said already that they are back."""
    if last is not None and last.way == Way.OUT:
        return True
    return missing is not None and not (_acts_for_oneself(stay) and says_back(last, missing, stay))


def _holds(of_pass: Pass, at: datetime, stay: Stay) -> None:
    """Refuse a pass on which they do not go out then: another's, one that was not given, one of another time."""
    if of_pass.stay_id != stay.pk or of_pass.status != Pass.Status.APPROVED:
        raise ValidationError({"of_pass": _("This pass does not hold.")})
    if not of_pass.starts_at - hours.SOON <= at < of_pass.ends_at:
        facts = {"span": span(of_pass.starts_at, of_pass.ends_at, stay.house)}
        raise ValidationError({"of_pass": _("This pass is for %(span)s: it does not hold then.") % facts})


def _moment(at: datetime, stay: Stay, now: datetime) -> datetime:
    """`at` to the minute, which is all anybody knows; refused in the future and before the move-in."""
    at = at.replace(second=0, microsecond=0)
    if at > now:
        raise ValidationError({"at": _("This time has not come yet.")})
    if at < hours.at(stay.starts_on, time(0), stay.house.zone):
        raise ValidationError({"at": _("This is before they moved in.")})
    return at


def _after(last: Movement | None, at: datetime, stay: Stay) -> None:
    if last is not None and at < last.at:
        raise ValidationError(
            {
                "at": _("They are written down as %(way)s since %(when)s: this is before that.")
                % {"way": last.get_way_display(), "when": _when(last.at, stay)}
            }
        )


def _write(row: Movement) -> Movement:
    if row.expected_at is not None and not row.at < row.expected_at <= row.at + LONGEST:
        early = row.expected_at <= row.at
        said = _("The return is after leaving.") if early else _("This is more than half a year away.")
        raise ValidationError({"expected_at": said})
    row.house = row.stay.house
    for name, value in recorded().items():
        setattr(row, name, value)
    return save(row)
