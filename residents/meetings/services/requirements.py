"""Every write about the meetings that are asked of residents, and the weeks in which they are excused.

What a requirement asks never changes: it ends, and another begins. A week is judged by what is asked on the first of
its days on which somebody lived there, so what begins in the middle of a week binds from the next one on.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.meetings import requirement_notices as notices
from residents.meetings.models import Grade, Requirement, RequirementPart, WeekExcused
from residents.meetings.standing import WEEK, monday
from residents.people.services import not_about_oneself
from residents.stays.models import PhaseKind, Stay
from residents.stays.steps import lock, require_between, save
from soberhouse.history import because, recorded
from soberhouse.words import check_reason, is_blank, tidy

MOST_A_WEEK = 30  # more is a slip of the finger; a period may ask for more
BACK = timedelta(days=7)  # so far back may begin what is asked of one resident
AHEAD = timedelta(days=366)  # so far ahead may lie a week that is excused


@transaction.atomic
def requirement_add(
    *,
    house: House,
    phase: PhaseKind | None = None,
    stay: Stay | None = None,
    per: str = Requirement.Per.WEEK,
    count: int,
    days: int | None = None,
    least_grade: int = Grade.SELF,
    besides: bool = False,
    parts: Mapping[str, int] | None = None,
    starts_on: date,
    ends_on: date | None = None,
    reason: str = "",
    today: date,
) -> Requirement:
    """So many meetings are asked from `starts_on` on: of all in the house, of those in `phase`, or of the resident of
    `stay`; in each week or, in a period, within `days`. `parts` says how many of them are of which kinds.

    Of all, and of a phase, it comes in place of what was asked of the same before, which ends that day; unless it comes
    `besides`. Those it is asked of are told.

    Refuses a phase or stay of another house, both at once, a day that is past (for one resident: more than a week
    past, or before the move-in), an end that is no later, more of its parts than of all, a stay that is over, no reason
    for one resident, and what begins before something that is to take the same place later.
    """
    if stay is not None:
        not_about_oneself(stay.resident)
        lock(stay.resident)
        stay = Stay.objects.select_related("house", "resident__user").get(pk=stay.pk)
    lock(house)
    _check_whom(house, phase, stay, reason)
    earliest = today if stay is None else max(today - BACK, stay.starts_on)
    require_between(starts_on, earliest, today + AHEAD, field="starts_on")
    if ends_on is not None and ends_on <= starts_on:
        raise ValidationError({"ends_on": _("The first day it is no longer asked comes after the first it is.")})
    parts = {kind: number for kind, number in (parts or {}).items() if number}
    if per == Requirement.Per.WEEK and count > MOST_A_WEEK:
        raise ValidationError({"count": _("At most %(most)s meetings a week.") % {"most": MOST_A_WEEK}})
    if sum(parts.values()) > count:
        raise ValidationError({"parts": _("These are more than the %(count)s asked for.") % {"count": count}})
    if stay is None and not besides:
        _give_way(house, phase, per, starts_on)
    row = save(
        Requirement(
            house=house,
            phase=phase,
            stay=stay,
            per=per,
            count=count,
            days=days,
            least_grade=least_grade,
            besides=besides,
            starts_on=starts_on,
            ends_on=ends_on,
            reason=tidy(reason),
            **recorded(),
        )
    )
    for kind, number in sorted(parts.items()):
        save(RequirementPart(house=house, requirement=row, kind=kind, count=number))
    notices.tell_required(row)
    return row


def _check_whom(house: House, phase: PhaseKind | None, stay: Stay | None, reason: str) -> None:
    if phase is not None and stay is not None:
        raise ValidationError({"phase": _("It is asked of one resident, or of a phase: choose one.")})
    if phase is not None and phase.house_id != house.pk:
        raise ValidationError({"phase": _("This phase belongs to another house.")})
    if stay is None:
        return
    if stay.house_id != house.pk:
        raise ValidationError({"stay": _("This stay is in another house.")})
    if stay.voided or stay.ends_on is not None:
        raise ValidationError(_("%(name)s does not live here any more.") % {"name": stay.short_name})
    if is_blank(reason):
        raise ValidationError({"reason": _("Say why it is asked of them.")})


def _give_way(house: House, phase: PhaseKind | None, per: str, starts_on: date) -> None:
    """End what asked the same people before, on the day on which something else does."""
    same = Requirement.objects.filter(house=house, stay=None, phase=phase, per=per, besides=False)
    for former in same.filter(Q(ends_on=None) | Q(ends_on__gt=starts_on)):
        if former.ends_on is not None and former.ends_on <= former.starts_on:
            continue
        if former.starts_on > starts_on:
            day = {"day": date_format(former.starts_on)}
            raise ValidationError(
                {"starts_on": _("From %(day)s on something else is asked already. End that first.") % day}
            )
        former.ends_on = starts_on
        with because(_("Something else is asked from then on.")):
            save(former)


@transaction.atomic
def requirement_end(*, requirement: Requirement, ends_on: date, reason: str, today: date) -> Requirement:
    """It is no longer asked from `ends_on` on; what has not begun is never asked. Weeks that are past stay as they
    were. Those it was asked of are told. Refuses a day that is past, a later end than it has, and no reason."""
    check_reason(reason)
    if requirement.stay is not None:
        not_about_oneself(requirement.stay.resident)
        lock(requirement.stay.resident)
    lock(requirement.house)
    row = Requirement.objects.select_related("house", "phase", "stay__resident__user", "stay__house").get(
        pk=requirement.pk
    )
    if row.ends_on is not None and (row.ends_on <= today or row.ends_on <= row.starts_on):
        raise ValidationError(_("This is no longer asked already."))
    require_between(ends_on, today, row.ends_on or date.max, field="ends_on")
    row.ends_on = max(ends_on, row.starts_on)
    with because(reason.strip()):
        save(row)
    notices.tell_required_no_more(row)
    return row


@transaction.atomic
def week_excuse(*, stay: Stay, week: date, cause: str, note: str = "", today: date) -> WeekExcused:
    """The resident is excused from the meetings of the week that begins on the Monday `week`; whatever they do still
    shows. They are told. Refuses another weekday, a week in which they do not live there or more than a year ahead,
    one that is excused, and a cause that says nothing without a note. Nobody excuses themselves."""
    stay = _locked(stay)
    if week != monday(week):
        raise ValidationError({"week": _("A week begins on a Monday, such as %(day)s.") % _day(monday(week))})
    if week + WEEK <= stay.starts_on:
        raise ValidationError({"week": _("They moved in later, on %(day)s.") % _day(stay.starts_on)})
    if stay.ends_on is not None and week >= stay.ends_on:
        raise ValidationError({"week": _("They moved out before, on %(day)s.") % _day(stay.ends_on)})
    if week > today + AHEAD:
        raise ValidationError({"week": _("This is more than a year ahead.")})
    if cause == WeekExcused.Cause.OTHER and is_blank(note):
        raise ValidationError({"note": _("Say why.")})
    newest = WeekExcused.objects.filter(stay=stay, week=week, followed_by=None).first()
    if newest is not None and newest.excused:
        raise ValidationError({"week": _("This week is excused already.")})
    row = save(
        WeekExcused(house=stay.house, stay=stay, week=week, cause=cause, note=tidy(note), follows=newest, **recorded())
    )
    notices.tell_week_excused(row)
    return row


@transaction.atomic
def week_excuse_take_back(*, excused: WeekExcused, reason: str) -> WeekExcused:
    """The week is not excused after all: a later row that says why. The first stays on record. They are told. Refuses
    no reason, and what was taken back already. Nobody does it about themselves."""
    check_reason(reason)
    stay = _locked(excused.stay)
    row = WeekExcused.objects.get(pk=excused.pk)
    if not row.excused or WeekExcused.objects.filter(follows=row).exists():
        raise ValidationError(_("This was taken back already. Look at the week as it is now."))
    with because(reason.strip()):
        back = save(
            WeekExcused(
                house=stay.house,
                stay=stay,
                week=row.week,
                excused=False,
                cause=row.cause,
                note=reason.strip(),
                follows=row,
                **recorded(),
            )
        )
    notices.tell_week_excused(back)
    return back


def _locked(stay: Stay) -> Stay:
    not_about_oneself(stay.resident)
    lock(stay.resident)
    stay = Stay.objects.select_related("house", "resident__user").get(pk=stay.pk)
    if stay.voided:
        raise ValidationError(_("This stay was entered by mistake and is voided."))
    return stay


def _day(day: date) -> dict[str, str]:
    return {"day": date_format(day)}
