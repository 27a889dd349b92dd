"""How residents stand with the meetings that are asked of them: the facts on record, handed to the arithmetic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from residents.away.models import Pass
from residents.away.queries.passes import GIVEN
from residents.houses.models import House
from residents.meetings.models import Requirement, RequirementPart, WeekExcused
from residents.meetings.queries.attendance import newest
from residents.meetings.standing import (
    DAY,
    WEEK,
    Asked,
    Attended,
    Held,
    Level,
    Lived,
    Standing,
    first_day,
    monday,
    of_periods,
    of_week,
)
from residents.stays.models import Phase, Stay

WEEKS_SHOWN = 12  # of one resident's history


def standings(
    house: House, stays: Iterable[Stay], weeks: Iterable[date], today: date
) -> dict[tuple[int, date], Standing]:
    """How each of these stays of the house stands in each of these weeks, named by their Mondays. Five queries, however
    many stays and weeks; none, where there are no stays or no weeks."""
    stays, weeks = list(stays), sorted(set(weeks))
    if not stays or not weeks:
        return {}
    known = Known(house, stays, weeks[0], weeks[-1] + WEEK)
    return {(stay.pk, week): known.week(stay, week, today) for stay in stays for week in weeks}


def periods(house: House, stays: Iterable[Stay], today: date) -> dict[int, list[InPeriod]]:
    """The periods of each of these stays that have begun, and how they stand in them, by the key of the stay. Five
    queries."""
    stays = list(stays)
    known = Known(house, stays, today, today + DAY)
    return {stay.pk: known.periods(stay, today) for stay in stays}


@dataclass(frozen=True)
class InPeriod:
    requirement: Requirement
    standing: Standing


class Known:
    """What is on record about these stays of a house, read once: what is asked, the phases held, who was where in the
    days [since, until) and in every period asked for, and the weeks that are excused in those days. Five queries."""

    def __init__(self, house: House, stays: Iterable[Stay], since: date, until: date) -> None:
        stays = [each for each in stays if each.house_id == house.pk]
        keys = [each.pk for each in stays]
        self.requirements = {row.pk: row for row in asked_of(house, keys)}
        self.asked = [as_asked(row) for row in self.requirements.values()]
        self.lived = _lived(stays, keys)
        first = min([since, *self._first_days()])
        self.attended = _attended(stays, first, until)
        self.excused = {(row.stay_id, row.week): row for row in newest_excused(keys, since, until) if row.excused}

    def of(self, stay: Stay) -> list[Asked]:
        """What may bind this stay: what is asked of all, in a phase, or of them."""
        rows = self.requirements
        return [each for each in self.asked if rows[each.key].stay_id in (None, stay.pk)]

    def week(self, stay: Stay, week: date, today: date) -> Standing:
        return of_week(
            self.of(stay),
            self.lived[stay.pk],
            week,
            self.attended[stay.pk],
            excused=(stay.pk, week) in self.excused,
            today=today,
        )

    def periods(self, stay: Stay, today: date) -> list[InPeriod]:
        found = of_periods(self.of(stay), self.lived[stay.pk], self.attended[stay.pk], today=today)
        return [InPeriod(self.requirements[asked.key], standing) for asked, standing in found]

    def _first_days(self) -> list[date]:
        """Where the periods of all these begin."""
        return [
            first
            for each in self.asked
            if each.days is not None
            for key, lived in self.lived.items()
            if self.requirements[each.key].stay_id in (None, key) and (first := first_day(each, lived)) is not None
        ]


def asked_of(house: House, stays: Iterable[int]) -> list[Requirement]:
    """What is or was asked of all in the house, in a phase, and of these stays; with its parts. Two queries."""
    rows = Requirement.objects.filter(Q(stay=None) | Q(stay__in=list(stays)), house=house)
    never = Q(ends_on__lte=F("starts_on"))
    return list(rows.exclude(never).select_related("phase").prefetch_related("parts").order_by("starts_on", "pk"))


def as_asked(row: Requirement) -> Asked:
    level = Level.ONE if row.stay_id else Level.PHASE if row.phase_id else Level.HOUSE
    parts: Iterable[RequirementPart] = row.parts.all()
    return Asked(
        key=row.pk,
        level=level,
        count=row.count,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        phase=row.phase_id,
        least_grade=row.least_grade,
        besides=row.besides,
        parts={part.kind: part.count for part in parts},
        days=row.days,
    )


def _lived(stays: Iterable[Stay], keys: list[int]) -> Mapping[int, Lived]:
    held = defaultdict(list)
    rows = Phase.objects.filter(stay__in=keys, voided=False).order_by("starts_on", "pk")
    for key, kind, starts_on, ends_on in rows.values_list("stay", "kind", "starts_on", "ends_on"):
        held[key].append(Held(kind, starts_on, ends_on))
    return {each.pk: Lived(each.starts_on, each.ends_on, held[each.pk]) for each in stays}


def _attended(stays: Iterable[Stay], since: date, until: date) -> Mapping[int, list[Attended]]:
    found = defaultdict(list)
    rows = newest(stays, since=since, until=until).order_by("on", "pk")
    for key, on, kind, grade in rows.values_list("stay", "on", "kind", "grade"):
        found[key].append(Attended(on, kind, grade))
    return found


def newest_excused(stays: Iterable[int], since: date, until: date) -> QuerySet[WeekExcused]:
    """What was last said about each week, that it is excused or no longer, of those that begin in [since, until)."""
    return WeekExcused.objects.filter(stay__in=list(stays), followed_by=None, week__gte=since, week__lt=until)


# Which weeks


def weeks_of(stay: Stay, today: date, *, count: int = WEEKS_SHOWN) -> list[date]:
    """The Mondays of the last weeks of a stay up to this one, the newest first."""
    last = monday(today if stay.ends_on is None else min(today, max(stay.ends_on - DAY, stay.starts_on)))
    first = monday(stay.starts_on)
    weeks = [last - WEEK * each for each in range(count)]
    return [week for week in weeks if week >= first]


def week_asked(text: str, today: date) -> date:
    """The Monday of the week of a day that somebody typed; that of this week where they typed none, or one to come."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return monday(today)
    return monday(min(max(day, date(1900, 1, 8)), today))


def living_in(house: House, week: date) -> QuerySet[Stay]:
    """Who lived there on a day of this week, by name."""
    rows = Stay.objects.real().filter(house=house, starts_on__lt=week + WEEK)
    there = rows.filter(Q(ends_on=None) | Q(ends_on__gt=week) & Q(ends_on__gt=F("starts_on")))
    return there.select_related("resident", "house").order_by(
        "resident__legal_first_name", "resident__legal_last_name", "pk"
    )


def in_force(rows: QuerySet[Requirement], today: date) -> QuerySet[Requirement]:
    """Of these, what is asked today or from a day to come."""
    return rows.filter(Q(ends_on=None) | Q(ends_on__gt=today) & Q(ends_on__gt=F("starts_on")))


# What is known beside an excuse


WEEKS_AHEAD = 8


def excusable_weeks(stay: Stay, today: date) -> list[date]:
    """The Mondays of the weeks that can be excused on the page, the earliest first: those of their history, and some to
    come."""
    past = sorted(weeks_of(stay, today))
    if stay.ends_on is not None:
        return past
    first = max(monday(today), monday(stay.starts_on))
    return sorted({*past, *(first + WEEK * each for each in range(WEEKS_AHEAD + 1))})


def passes_in(stay: Stay, since: date, until: date) -> list[Pass]:
    """The passes they were given for some of the days in [since, until). One query."""
    rows = Pass.objects.filter(stay=stay, status__in=GIVEN, starts_on__lt=until, ends_on__gte=since)
    return list(rows.order_by("starts_at", "pk"))
