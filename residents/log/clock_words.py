"""Clocks and deadlines in words."""

from __future__ import annotations

from datetime import datetime

from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.models import House
from residents.log.models import Clock, Deadline
from residents.log.queries.clocks import MET, NEAR, OVER, RUNS, Due
from residents.log.reckoning import DAY
from residents.log.starter import StarterClock

TONES = {MET: "in", OVER: "missed", NEAR: "late", RUNS: "plain"}


def within(amount: int, unit: str) -> str:
    said = {
        Clock.Unit.HOURS: ngettext("within %(count)s hour", "within %(count)s hours", amount),
        Clock.Unit.DAYS: ngettext("within %(count)s day", "within %(count)s days", amount),
        Clock.Unit.BUSINESS_DAYS: ngettext("within %(count)s business day", "within %(count)s business days", amount),
    }[unit]
    return said % {"count": amount}


def clock_words(clock: Clock | StarterClock) -> str:
    """After what, within which time, and for whom."""
    after = Clock.Starts(clock.starts).label
    if clock.incident_type:
        after = f"{after} ({dict(Clock._meta.get_field('incident_type').choices)[clock.incident_type]})"
    facts = {"after": after, "within": within(clock.amount, clock.unit), "who": clock.recipient}
    return _("after %(after)s, %(within)s, for %(who)s") % facts


def instant(at: datetime, house: House) -> str:
    """A day and an hour by the house's clock. The end of a day is said as that, with the day it
    ends: midnight is read as belonging to either."""
    local = at.astimezone(house.zone)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return _("%(day)s, end of the day") % {"day": date_format(local - DAY, "WEEKDAY_MONTH_DAY_FORMAT")}
    return f"{date_format(local, 'WEEKDAY_MONTH_DAY_FORMAT')}, {time_format(local, 'TIME_FORMAT')}"


def because_of(deadline: Deadline) -> str:
    """What it is due after, as short as can be; whose stay, where it is one."""
    if deadline.stay is not None:
        return f"{deadline.clock.get_starts_display()} · {deadline.stay.short_name}"
    incident = getattr(deadline.entry, "incident", None)
    return str(incident.get_type_display() if incident else deadline.entry.get_kind_display())


def due_words(due: Due) -> str:
    """By when, for whom, after what; and when it was done, where it was."""
    row = due.deadline
    begun = date_format(row.started_at.astimezone(row.house.zone), "MONTH_DAY_FORMAT")
    because = _("%(what)s of %(day)s") % {"what": because_of(row), "day": begun}
    parts = [capfirst(because), _("for %(who)s") % {"who": row.clock.recipient}]
    if due.met is None:
        said = _("was due %(when)s") if due.state == OVER else _("by %(when)s")
        return " · ".join([*parts, said % {"when": instant(row.due_at, row.house)}])
    return " · ".join([*parts, _("was due %(when)s") % {"when": instant(row.due_at, row.house)}])


def state_words(due: Due, now: datetime) -> str:
    """How it stands, in a word or two."""
    row = due.deadline
    if due.met is not None:
        return _("done late") if due.met.done_at > row.due_at else _("done")
    if due.state == OVER:
        return _("%(long)s over") % {"long": _long((now - row.due_at).total_seconds())}
    return _("%(long)s left") % {"long": _long((row.due_at - now).total_seconds())}


def tone(due: Due) -> str:
    if due.met is not None and due.met.done_at > due.deadline.due_at:
        return "late"
    return TONES[due.state]


def _long(seconds: float) -> str:
    """Minutes below an hour, hours below two days, days from there."""
    if seconds < 3600:
        count = max(1, int(seconds // 60))
        return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}
    if seconds < 48 * 3600:
        count = int(seconds // 3600)
        return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}
    count = int(seconds // 86400)
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}
