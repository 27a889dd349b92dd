"""What is said about nights, movements and hours, in a few words."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.away.hours import Curfew, SetBy, Shift
from residents.away.models import CurfewCheck, Movement
from residents.away.queries.nights import Foreseen, RollRow
from residents.away.queries.passes import clock, late_and_longer, moment
from residents.away.queries.whereabouts import Where
from residents.houses.models import House
from soberhouse.language import in_site_language

TONES = {"in": "in", "late": "late", "excused": "held", "absent": "missed"}
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@in_site_language
def excuse(found: Foreseen, curfew: Curfew, house: House) -> str:
    """Why somebody is excused, where that is known; else that they said so. It is written down as it stands."""
    if found.of_pass is not None:
        facts = {"kind": found.of_pass.get_kind_display(), "until": moment(found.of_pass.ends_at, house)}
        return _("%(kind)s pass until %(until)s") % facts
    if found.shift is not None:
        return at_hours(found.shift, found.until or curfew.due_at, house)
    return _("told the house beforehand")


def at_hours(shift: Shift, until: datetime, house: House) -> str:
    """“work until 1 a.m.”"""
    return _("%(what)s until %(until)s") % {
        "what": shift.row.get_kind_display(),
        "until": clock(until, house),
    }


def hour_words(curfew: Curfew, house: House) -> str:
    """By when somebody is in, and why it is not the house's hour."""
    if curfew.due_at is None:
        return _("no curfew")
    due = _("in by %(hour)s") % {"hour": clock(curfew.due_at, house)}
    if curfew.shift is not None:
        return f"{due} · {at_hours(curfew.shift, curfew.due_at, house)}"
    if curfew.set_by == SetBy.OFFICER:
        return f"{due} · {_('hour of the officer')}"
    if curfew.set_by == SetBy.RESIDENT:
        return f"{due} · {_('own hour')}"
    return due


def row_words(row: RollRow, house: House, *, plain: bool = False) -> str:
    """What is known about one resident before they are counted; `plain`, their hour alone."""
    if plain:
        return _("in by %(hour)s") % {"hour": clock(row.due_at, house)} if row.due_at else _("no curfew")
    said = [hour_words(row.known.curfew, house)]
    if row.foreseen.of_pass is not None or (row.foreseen.shift is not None and row.known.curfew.shift is None):
        said.append(excuse(row.foreseen, row.known.curfew, house))
    elif (late := next((each for each in row.known.passes if late_and_longer(each)), None)) is not None:
        facts = {"end": moment(late.stood_until, house), "given": moment(late.given_late_at, house)}
        said.append(_("pass until %(end)s, more time given only %(given)s") % facts)
    if row.movement is not None and row.movement.way == Movement.Way.OUT:
        facts = {"when": clock(row.movement.at, house), "what": row.movement.get_purpose_display()}
        said.append(_("out since %(when)s, %(what)s") % facts)
    elif (seen := row.seen_in) is not None:
        said.append(_("signed in %(when)s") % {"when": clock(seen.at, house)})
    elif row.movement is not None and row.due_at is not None and row.movement.at > row.due_at:
        said.append(_("signed in %(when)s") % {"when": clock(row.movement.at, house)})
    return " · ".join(said)


def check_words(check: CurfewCheck, house: House, *, plain: bool = False) -> str:
    """How somebody was counted. `plain` for those who are told no reasons."""
    if check.status == CurfewCheck.Status.EXCUSED:
        return "" if plain else check.why
    hour = _("in by %(hour)s") % {"hour": clock(check.due_at, house)} if check.due_at else ""
    came = _("came in %(when)s") % {"when": clock(check.in_at, house)} if check.in_at else ""
    why = "" if plain else check.why
    return " · ".join(part for part in (hour, came, why) if part)


def how_long(span: timedelta) -> str:
    """“25 min”, “3 h”, “2 days”."""
    if span < HOUR:
        return _("%(count)s min") % {"count": max(span // MINUTE, 0)}
    if span < 48 * HOUR:
        return _("%(count)s h") % {"count": span // HOUR}
    return ngettext("%(count)s day", "%(count)s days", span.days) % {"count": span.days}


def since_words(at: datetime, house: House, now: datetime) -> str:
    """The hour, where it is of today; else the day too."""
    same = at.astimezone(house.zone).date() == now.astimezone(house.zone).date()
    return clock(at, house) if same else moment(at, house)


def where_words(where: Where, house: House) -> str:
    """Since when somebody is in or out, what for, and when they are expected."""
    if where.since is None:
        return ""
    said = [_("since %(when)s") % {"when": since_words(where.since, house, where.now)}]
    row = where.movement
    if where.out and row is not None and row.way == Movement.Way.OUT:
        what = str(row.get_purpose_display())
        said.append(f"{what}, {row.where}" if row.where else what)
    elif where.says_back:
        said.append(_("says they are back, not seen"))
    elif where.missing is not None:
        said.append(_("not in at the night roll"))
    if where.expected_at is not None:
        said.append(_("expected %(when)s") % {"when": since_words(where.expected_at, house, where.now)})
    return " · ".join(said)


def where_pill(where: Where) -> tuple[str, str]:
    """The state and the word for it."""
    if where.says_back:
        return "late", _("not seen")
    if where.missing is not None:
        return "missed", _("not in")
    if where.overdue:
        return "missed", _("%(long)s over") % {"long": how_long(where.now - where.expected_at)}
    if where.out and where.on_pass is not None:
        return "held", _("on a pass")
    return ("plain", _("out")) if where.out else ("in", _("in"))
