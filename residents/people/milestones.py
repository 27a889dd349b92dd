"""The days that people in recovery count to: 24 hours, 30, 60, 90 days, 6 and 9 months, then every year.

Pure arithmetic on dates. A month is a month of the calendar: six months since March 15 are full on September 15. Where
the month has no such day they are full on the first of the next, as with birthdays: a year since February 29 is full on
March 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from itertools import count

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

DAYS = (1, 30, 60, 90)
MONTHS = (6, 9)
YEAR = 12


@dataclass(frozen=True)
class Milestone:
    """So many days, or so many months, after the day from which one counts; full on `on`."""

    on: date
    days: int = 0
    months: int = 0

    @property
    def name(self) -> str:
        """What people call it: “24 hours”, “90 days”, “6 months”, “2 years”."""
        if self.days == 1:
            return _("24 hours")
        if self.days:
            return ngettext("%(count)s day", "%(count)s days", self.days) % {"count": self.days}
        if self.months % YEAR:
            return ngettext("%(count)s month", "%(count)s months", self.months) % {"count": self.months}
        years = self.months // YEAR
        return ngettext("%(count)s year", "%(count)s years", years) % {"count": years}


@dataclass(frozen=True)
class Path:
    """Where somebody stands who counts from `since`: how many days, what lies behind, what comes next.

    `percent` says how much of the way from the first day to the next milestone is done; on the day of a milestone,
    which is then `today`, it is all of the way to this one.
    """

    since: date
    days: int
    reached: tuple[Milestone, ...]
    today: Milestone | None
    next: Milestone | None
    days_to_next: int
    percent: int

    @property
    def lately(self) -> tuple[Milestone, ...]:
        """The last few that were reached."""
        return self.reached[-3:]


def after_months(since: date, months: int) -> date:
    """The day on which so many whole months have gone by since `since`."""
    year, month = divmod(since.year * 12 + since.month - 1 + months, 12)
    try:
        return since.replace(year=year, month=month + 1)
    except ValueError:  # the month is too short: every such day is past on the first of the next
        following = divmod(year * 12 + month + 1, 12)
        return date(following[0], following[1] + 1, 1)


def milestones(since: date) -> Iterator[Milestone]:
    """All of them, the first one first, for as long as the calendar goes."""
    for days in DAYS:
        if (date.max - since).days < days:
            return
        yield Milestone(since + timedelta(days=days), days=days)
    for months in (*MONTHS, *(YEAR * years for years in range(1, MAXYEAR))):
        if since.year + (since.month + months) // 12 >= MAXYEAR:
            return
        yield Milestone(after_months(since, months), months=months)


def path(since: date, *, today: date) -> Path:
    """How far somebody has come who counts from `since`. A day still to come counts as today."""
    since = min(since, today)
    reached = []
    following = None
    for one in milestones(since):
        if one.on > today:
            following = one
            break
        reached.append(one)
    days = (today - since).days
    now = reached[-1] if reached and reached[-1].on == today else None
    return Path(
        since=since,
        days=days,
        reached=tuple(reached),
        today=now,
        next=following,
        days_to_next=(following.on - today).days if following else 0,
        percent=100 if now or following is None else 100 * days // (following.on - since).days,
    )


def in_words(since: date, *, today: date) -> str:
    """Years and months for those who count in them: “2 years, 3 months”. Empty in the first year."""
    months = next((months - 1 for months in count(1) if after_months(since, months) > today), 0)
    years, months = divmod(months, YEAR)
    if not years:
        return ""
    said = ngettext("%(count)s year", "%(count)s years", years) % {"count": years}
    if months:
        said += ", " + ngettext("%(count)s month", "%(count)s months", months) % {"count": months}
    return said
