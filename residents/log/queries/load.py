"""How much those who run houses carry: nights, call-outs, what they wrote down, shifts they handed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, Count, DateField, Q, QuerySet, Value
from django.db.models.functions import ExtractHour, TruncWeek

from residents.houses.models import House, Role
from residents.houses.permissions import RoleKind
from soberhouse.accounts.models import User
from soberhouse.cards import Load, Work
from soberhouse.subjects import offers

LONGEST, USUAL = timedelta(days=366), timedelta(days=30)  # that is asked about at once
NIGHT_BEGINS, NIGHT_ENDS = 22, 6  # hours of a house's clock between which a call gets somebody out of bed


@dataclass(frozen=True)
class Carried:
    """What one person did in one house: in the whole time, or in the week that begins on `week`."""

    person: User
    house: House
    week: date | None
    counts: dict[str, int]

    @property
    def nights(self) -> int:
        return self.counts.get(Load.NIGHT, 0)

    @property
    def call_outs(self) -> int:
        return self.counts.get(Load.CALL_OUT, 0)

    @property
    def records(self) -> int:
        return self.counts.get(Load.RECORD, 0)

    @property
    def hand_overs(self) -> int:
        return self.counts.get(Load.HAND_OVER, 0)


def load(houses: QuerySet[House], reader: User, *, since: date, until: date, by_week: bool = False) -> list[Carried]:
    """What each person did in each of these houses from the day `since` until before `until`, by the clock of each
    house and as far as `reader` may see it: by name, then by house; by week the latest first.

    Told are the managers of the time, whatever they did, also those whose role has ended; and operators where they
    did something. By week only what was done. Three queries, however many they are.
    """
    found = list(houses.order_by("name", "pk"))
    by_key = {house.pk: house for house in found}
    roles = list(_roles(found))
    people = {role.user_id: role.user for role in roles}
    manages = {
        (role.house_id, role.user_id)
        for role in roles
        if role.kind == RoleKind.MANAGER and _held(role, by_key[role.house_id].zone, since, until)
    }
    operates = {(role.organization_id, role.user_id) for role in roles if role.kind == RoleKind.OPERATOR}
    counts: dict[tuple[int, int, date | None], dict[str, int]] = {}
    if not by_week:
        counts = {(house, user, None): {} for house, user in manages}
    for house, user, week, name, count in _counted(found, reader, since, until):
        if (house, user) in manages or (by_key[house].organization_id, user) in operates:
            sums = counts.setdefault((house, user, week if by_week else None), {})
            sums[name] = sums.get(name, 0) + count
    rows = [
        Carried(person=people[user], house=by_key[house], week=week, counts=sums)
        for (house, user, week), sums in counts.items()
    ]
    rows.sort(key=lambda row: (str(row.person).casefold(), row.person.pk, row.house.name, row.house.pk))
    return sorted(rows, key=lambda row: row.week or date.min, reverse=True)


def _roles(houses: Iterable[House]) -> QuerySet[Role]:
    """The roles by which anybody runs these houses, or ran them once."""
    where = Q(kind=RoleKind.MANAGER, house__in=[house.pk for house in houses]) | Q(
        kind=RoleKind.OPERATOR, organization__in={house.organization_id for house in houses}
    )
    return Role.objects.filter(where).select_related("user")


def _held(role: Role, zone: ZoneInfo, since: date, until: date) -> bool:
    """Whether the role was held some of the time, by this clock."""
    first, last = (datetime.combine(day, time(), tzinfo=zone) for day in (since, until))
    return role.starts_at < last and (role.ends_at is None or role.ends_at > first)


def _counted(houses: Iterable[House], reader: User, since: date, until: date) -> Iterator[tuple[Any, ...]]:
    """House, person, week, as what it counts, and how often. One query for all facts and all clocks."""
    zones: dict[str, list[int]] = {}
    for house in houses:
        zones.setdefault(house.time_zone, []).append(house.pk)
    works = [each for offer in offers("cards", "work") for each in offer(reader)]
    asked = [
        _grouped(work, keys, ZoneInfo(zone), since, until) for zone, keys in sorted(zones.items()) for work in works
    ]
    if asked:
        yield from asked[0].union(*asked[1:], all=True)


def _grouped(work: Work, houses: list[int], zone: ZoneInfo, since: date, until: date) -> QuerySet:
    """What of one kind of fact was recorded in houses of one clock, by house, person and week."""
    rows = work.rows.filter(house__in=houses, recorded_by__isnull=False)
    if work.counts_as == Load.NIGHT:
        rows = rows.filter(night__gte=since, night__lt=until)
        week, each = TruncWeek("night", output_field=DateField()), Count("night", distinct=True)
    else:
        first, last = (datetime.combine(day, time(), tzinfo=zone) for day in (since, until))
        rows = rows.filter(recorded_at__gte=first, recorded_at__lt=last)
        week, each = TruncWeek("recorded_at", tzinfo=zone, output_field=DateField()), Count("pk")
    if work.counts_as == Load.CALL_OUT:
        rows = rows.annotate(hour=ExtractHour("recorded_at", tzinfo=zone))
        rows = rows.filter(Q(hour__gte=NIGHT_BEGINS) | Q(hour__lt=NIGHT_ENDS))
    return (
        rows.order_by()
        .annotate(week=week, counts_as=Value(work.counts_as.value, output_field=CharField()))
        .values_list("house_id", "recorded_by_id", "week", "counts_as")
        .annotate(times=each)
        .values_list("house_id", "recorded_by_id", "week", "counts_as", "times")
    )
