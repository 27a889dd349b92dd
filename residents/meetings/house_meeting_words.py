"""House meetings in words: how one stands, when it is, what a motion needs."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from residents.away.queries.passes import clock
from residents.houses.models import House
from residents.meetings.models import Motion, MotionKind, RollLine
from residents.meetings.queries.house_meetings import CALLED_OFF, COMES, NO_MINUTES, NO_ROLL, PUBLISHED, Minutes

Status = RollLine.Status

TONES = {Status.PRESENT: "in", Status.EXCUSED: "held", Status.UNEXCUSED: "missed"}
WORDS = {
    Status.PRESENT: gettext_lazy("Present"),
    Status.EXCUSED: gettext_lazy("Excused"),
    Status.UNEXCUSED: gettext_lazy("Unexcused"),
}
STATE_TONES = {COMES: "open", NO_ROLL: "late", NO_MINUTES: "held", PUBLISHED: "in", CALLED_OFF: "plain"}
STATE_WORDS = {
    COMES: gettext_lazy("to come"),
    NO_ROLL: gettext_lazy("roll not taken"),
    NO_MINUTES: gettext_lazy("minutes not published"),
    PUBLISHED: gettext_lazy("published"),
    CALLED_OFF: gettext_lazy("not held"),
}


def when_words(starts_at: datetime, house: House, today: date) -> str:
    """“today at 7 p.m.”, by the clock of the house."""
    local = starts_at.astimezone(house.zone)
    hour = clock(starts_at, house)
    days = (local.date() - today).days
    if days == 0:
        return _("today at %(hour)s") % {"hour": hour}
    if days == 1:
        return _("tomorrow at %(hour)s") % {"hour": hour}
    return _("%(day)s at %(hour)s") % {"day": date_format(local, "WEEKDAY_MONTH_DAY_FORMAT"), "hour": hour}


def threshold_words(row: Motion | MotionKind) -> str:
    """“80 % of all who live there”."""
    words = {"percent": row.percent, "of": row.get_of_display()}
    return (_("more than %(percent)s %% %(of)s") if row.more_than else _("%(percent)s %% %(of)s")) % words


def needed_words(motion: Motion) -> str:
    """What it needed, and of how many."""
    return _("%(threshold)s, who were %(count)s") % {"threshold": threshold_words(motion), "count": motion.of_how_many}


def votes_words(motion: Motion) -> str:
    words = {"for": motion.in_favour, "against": motion.against, "neither": motion.abstained}
    return _("%(for)s for, %(against)s against, %(neither)s neither") % words


def roll_words(minutes: Minutes) -> str:
    """“11 present, 2 excused, 1 unexcused”, without those of whom there are none."""
    counts = [(minutes.count(status), status) for status in Status]
    return ", ".join(f"{count} {str(WORDS[Status(status)]).lower()}" for count, status in counts if count)


def agenda_words(count: int) -> str:
    if not count:
        return _("nothing on the agenda yet")
    return ngettext("%(count)s item on the agenda", "%(count)s items on the agenda", count) % {"count": count}
