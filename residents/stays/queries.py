"""What is read about beds and stays: who sleeps where on any night, how full the houses are, how long somebody has
been here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Q, QuerySet

from residents.houses.models import Bed, House, Room
from residents.people.models import Resident, SobrietyDate, days_sober
from residents.stays.models import Application, BedUse, Discharge, Stay
from soberhouse.accounts.models import User

OPENING_DAYS = 7  # how far ahead an expected move-out counts as a bed that opens
OF_LATE = timedelta(days=7)  # so long ago a move is still told


# --- occupancy ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Occupancy:
    """One house on one night. `capacity` counts the beds in use that day; every bed is in exactly one of the four
    states.

    `opening` counts the occupied beds whose resident is expected to leave within OPENING_DAYS, or should have left.
    """

    house_id: int
    capacity: int
    occupied: int
    held: int
    out_of_service: int
    opening: int

    @property
    def open(self) -> int:
        return self.capacity - self.occupied - self.held - self.out_of_service

    @property
    def percent(self) -> int:
        """Occupied beds as whole percent of the beds in use, rounded half up; 0 where there are none."""
        return (200 * self.occupied + self.capacity) // (2 * self.capacity) if self.capacity else 0


# A bed that an overdue resident has not left counts as occupied, even where it is promised to another: of the words
# 'stay', 'out' and 'hold' the greatest is taken.
OCCUPANCY_SQL = """
SELECT h.id,
       count(b.id),
       count(CASE WHEN b.kind = 'stay' THEN 1 END),
       count(CASE WHEN b.kind = 'hold' THEN 1 END),
       count(CASE WHEN b.kind = 'out' THEN 1 END),
       count(CASE WHEN b.kind = 'stay' AND b.leaves <= %(soon)s THEN 1 END)
FROM residents_house h
LEFT JOIN (
    SELECT b.id, b.house_id, max(u.kind) AS kind, max(CASE WHEN u.kind = 'stay' THEN u.ends_on END) AS leaves
    FROM residents_bed b
    LEFT JOIN (
        SELECT u.bed_id, u.kind, u.ends_on
        FROM residents_beduse u LEFT JOIN residents_stay s ON s.id = u.stay_id
        WHERE NOT u.voided AND u.starts_on <= %(day)s
          AND (u.ends_on IS NULL OR u.ends_on > %(day)s
               OR (u.kind = 'stay' AND s.ends_on IS NULL AND u.ends_on = s.expected_on AND u.ends_on <= %(today)s))
    ) u ON u.bed_id = b.id
    WHERE (b.opened_on IS NULL OR b.opened_on <= %(day)s) AND (b.closed_on IS NULL OR b.closed_on > %(day)s)
    GROUP BY b.id, b.house_id
) b ON b.house_id = h.id
{where}
GROUP BY h.id
"""


def occupancy(houses: QuerySet[House], day: date, *, today: date) -> dict[int, Occupancy]:
    """How full each of `houses` is in the night of `day`, by the house's key, in one query for any number of houses.

    Somebody overdue `today` counts as there; somebody expected to leave before a coming night does not.
    """
    where, params = "", {"day": day, "today": min(day, today), "soon": day + timedelta(days=OPENING_DAYS)}
    if houses.query.where:
        try:
            sql, values = houses.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            return {}
        names = [f"p{n}" for n in range(len(values))]
        where = f"WHERE h.id IN ({sql % tuple(f'%({name})s' for name in names)})"
        params |= dict(zip(names, values, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(OCCUPANCY_SQL.format(where=where), params)
        return {row[0]: Occupancy(*row) for row in cursor.fetchall()}


@dataclass(frozen=True)
class Night:
    """One night of a curve."""

    day: date
    capacity: int
    occupied: int
    held: int


def occupancy_curve(houses: QuerySet[House], starts_on: date, ends_on: date, *, today: date) -> list[Night]:
    """Beds in use, occupied and held for each night in [starts_on, ends_on), all `houses` together, in two queries.

    As `occupancy` counts each night: whoever is overdue `today` stays until discharged, whatever was promised there.
    """
    beds = [(opened, closed) for _house, opened, closed in _beds_in_use(houses)]
    ranges: dict[str, list[tuple[date | None, date | None]]] = {BedUse.Kind.STAY: [], BedUse.Kind.HOLD: []}
    for _house, kind, begun, ended in _beds_taken(houses, starts_on, ends_on, today=today):
        ranges[kind].append((begun, ended))
    capacity = _per_night(beds, starts_on, ends_on)
    occupied = _per_night(ranges[BedUse.Kind.STAY], starts_on, ends_on)
    held = _per_night(ranges[BedUse.Kind.HOLD], starts_on, ends_on)
    return [
        Night(starts_on + timedelta(days=n), capacity[n], occupied[n], held[n])
        for n in range((ends_on - starts_on).days)
    ]


def bed_nights(
    houses: QuerySet[House], starts_on: date, ends_on: date, *, today: date
) -> tuple[Counter[int], Counter[int]]:
    """For each house, by its key: the bed nights there were in [starts_on, ends_on), and those occupied. Counted as in
    `occupancy_curve`, in two queries."""
    there_were: Counter[int] = Counter()
    occupied: Counter[int] = Counter()
    for house, opened, closed in _beds_in_use(houses):
        there_were[house] += _nights_within(opened, closed, starts_on, ends_on)
    for house, kind, begun, ended in _beds_taken(houses, starts_on, ends_on, today=today):
        if kind == BedUse.Kind.STAY:
            occupied[house] += _nights_within(begun, ended, starts_on, ends_on)
    return there_were, occupied


def _beds_in_use(houses: QuerySet[House]) -> QuerySet[Bed, tuple[int, date | None, date | None]]:
    return Bed.objects.filter(house__in=houses).order_by().values_list("house", "opened_on", "closed_on")


def _beds_taken(
    houses: QuerySet[House], starts_on: date, ends_on: date, *, today: date
) -> Iterator[tuple[int, str, date, date | None]]:
    """House, kind and range of every stay and hold of a bed that touches [starts_on, ends_on). One query."""
    uses = (
        BedUse.objects.real()
        .filter(house__in=houses, starts_on__lt=ends_on)
        .exclude(kind=BedUse.Kind.OUT)
        .filter(Q(ends_on=None) | Q(ends_on__gt=starts_on) | BedUse.objects.planned_end())
        .values_list(
            "house", "bed", "bed__closed_on", "kind", "starts_on", "ends_on", "stay__ends_on", "stay__expected_on"
        )
        .order_by("-kind")  # stays first, because whoever is overdue has the bed before whom it is promised to
    )
    should_have_left: dict[int, date] = {}
    for house, bed, closed, kind, begun, ended, left, expected in uses:
        if kind == BedUse.Kind.STAY and ended and ended <= today and left is None and ended == expected:
            should_have_left[bed], ended = ended, closed
        elif begun >= should_have_left.get(bed, date.max):
            continue
        yield house, kind, begun, ended


def _nights_within(begun: date | None, ended: date | None, starts_on: date, ends_on: date) -> int:
    """How many nights of [starts_on, ends_on) the half-open range [begun, ended) holds."""
    return max((min(ended or ends_on, ends_on) - max(begun or starts_on, starts_on)).days, 0)


def _per_night(ranges: Iterable[tuple[date | None, date | None]], starts_on: date, ends_on: date) -> list[int]:
    """How many of the half-open ranges hold each night."""
    nights = (ends_on - starts_on).days
    change = [0] * (nights + 1)
    for begun, ended in ranges:
        first = max((begun - starts_on).days, 0) if begun else 0
        last = min((ended - starts_on).days, nights) if ended else nights
        if first < last:
            change[first] += 1
            change[last] -= 1
    counts, now = [], 0
    for n in range(nights):
        now += change[n]
        counts.append(now)
    return counts


# --- days -----------------------------------------------------------------------------------------------------------


class Link(NamedTuple):
    """One stay of a chain."""

    starts_on: date
    house_id: int
    continues: int | None


def chains(residents: Iterable[int]) -> dict[int, list[Link]]:
    """For each stay of these residents: itself and, one after the other, those that it continues. One query."""
    rows = {
        pk: Link(*link)
        for pk, *link in Stay.objects.real()
        .filter(resident__in=residents)
        .values_list("pk", "starts_on", "house", "continues")
    }
    found: dict[int, list[Link]] = {}
    for pk, link in rows.items():
        found[pk] = [link]
        while link.continues in rows:
            link = rows[link.continues]
            found[pk].append(link)
    return found


def chain_starts(residents: Iterable[int]) -> dict[int, date]:
    """For each stay of these residents: the day on which its chain of stays began. One query.

    Days along the chain are counted whatever house they were in; nothing else of those stays is told.
    """
    return {pk: links[-1].starts_on for pk, links in chains(residents).items()}


def sober_since(residents: Iterable[int]) -> dict[int, date]:
    """The newest sobriety date of each of these residents who has one. One query."""
    rows = SobrietyDate.objects.filter(resident__in=residents).order_by("recorded_at", "id")
    return dict(rows.values_list("resident", "since"))


# --- the bed board --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BedTonight:
    """One bed in one night: what has it, for how long, and what comes next."""

    bed: Bed
    use: BedUse | None
    overdue: bool
    following: BedUse | None
    days_here: int | None
    days_sober: int | None
    open_since: date | None

    @property
    def state(self) -> str:
        """open, stay, hold or out."""
        return self.use.kind if self.use else "open"

    @property
    def resident(self) -> Resident | None:
        return self.use.stay.resident if self.use and self.use.stay else None


@dataclass(frozen=True)
class RoomTonight:
    room: Room
    beds: list[BedTonight]


def board(house: House, night: date, *, today: date) -> list[RoomTonight]:
    """Every room and bed of the house in one night, in the house's order. The same seven queries, however many beds."""
    beds = list(
        Bed.objects.filter(house=house)
        .filter(Q(opened_on=None) | Q(opened_on__lte=night), Q(closed_on=None) | Q(closed_on__gt=night))
        .select_related("room")
    )
    uses = BedUse.objects.real().filter(house=house).select_related("stay__resident", "application__resident")
    # Where somebody overdue is still in a promised bed, they are who has it.
    tonight = {use.bed_id: use for use in uses.on(night, today=today).order_by("kind")}
    following = {use.bed_id: use for use in uses.filter(starts_on__gt=night).order_by("-starts_on", "-id")}
    promised = {
        use.bed_id: use
        for use in uses.filter(kind=BedUse.Kind.HOLD, starts_on__lte=night, ends_on__gt=night)
        if tonight[use.bed_id] != use
    }
    freed = dict(
        BedUse.objects.real().filter(house=house, ends_on__lte=night).order_by("ends_on").values_list("bed", "ends_on")
    )
    people = [use.stay.resident_id for use in tonight.values() if use.stay]
    began, sober = chain_starts(people), sober_since(people)

    rooms: dict[int, RoomTonight] = {room.pk: RoomTonight(room, []) for room in (bed.room for bed in beds)}
    for bed in beds:
        use = tonight.get(bed.pk)
        stay = use.stay if use else None
        rooms[bed.room_id].beds.append(
            BedTonight(
                bed=bed,
                use=use,
                overdue=bool(stay and use.ends_on and use.ends_on <= night and stay.ends_on is None),
                following=promised.get(bed.pk) or following.get(bed.pk),
                days_here=(night - began[stay.pk]).days if stay else None,
                days_sober=days_sober(sober.get(stay.resident_id), today=night) if stay else None,
                open_since=freed.get(bed.pk) if use is None else None,
            )
        )
    return list(rooms.values())


def free_beds(houses: QuerySet[House], day: date, *, today: date) -> QuerySet[Bed]:
    """Beds of these houses that nobody and nothing has on `day`."""
    taken = BedUse.objects.on(day, today=today).filter(house__in=houses).values("bed")
    return (
        Bed.objects.filter(house__in=houses)
        .filter(Q(opened_on=None) | Q(opened_on__lte=day), Q(closed_on=None) | Q(closed_on__gt=day))
        .exclude(pk__in=taken)
        .select_related("room", "house")
        .order_by("house__name", "room__position", "room__name", "position", "name")
    )


# --- the stays that a page is about ---------------------------------------------------------------------------------


FEW = 5  # where fewer live, how many of them are late or behind says who


def stays_of_late(house: House, today: date) -> QuerySet[Stay]:
    """The stays of whoever lives in the house, or left it within the last days. One query, when they are first asked
    for."""
    return house.stays.real().filter(Q(ends_on=None) | Q(ends_on__gt=today - OF_LATE)).select_related("resident")


def stays_seen(resident: Resident, user: User) -> QuerySet[Stay]:
    """All of one person's stays that `user` sees, the newest first. One query, when they are first asked for."""
    return resident.stays.visible_to(user).select_related("house__organization")


def current(stays: Iterable[Stay]) -> list[Stay]:
    """Of these stays those not yet discharged, the one that began first coming first."""
    found = [stay for stay in stays if stay.ends_on is None and not stay.voided]
    return sorted(found, key=lambda stay: (stay.starts_on, stay.pk))


def there_on(stays: Iterable[Stay], day: date) -> list[Stay]:
    """Of these stays those that hold `day`."""
    return [
        stay
        for stay in stays
        if not stay.voided and stay.starts_on <= day and (stay.ends_on is None or day < stay.ends_on)
    ]


def living(stays: Iterable[Stay]) -> Stay | None:
    """Of one person's stays the one that goes on."""
    return next(iter(current(stays)), None)


# --- what waits for a person ----------------------------------------------------------------------------------------


def overdue_stays(stays: Iterable[Stay], today: date) -> list[Stay]:
    """Of these stays those whose expected move-out has come and that nobody has ended, the longest overdue first."""
    found = [stay for stay in current(stays) if stay.expected_on is not None and stay.expected_on < today]
    return sorted(found, key=lambda stay: stay.expected_on)


def leaving_stays(stays: Iterable[Stay], today: date, days: int = OPENING_DAYS) -> list[Stay]:
    """Of these stays those expected to end today or within `days`, the next first."""
    soon = today + timedelta(days=days)
    found = [stay for stay in current(stays) if stay.expected_on is not None and today <= stay.expected_on <= soon]
    return sorted(found, key=lambda stay: stay.expected_on)


def earlier_discharges(resident: Resident, user: User) -> QuerySet[Discharge]:
    """How this person's earlier stays ended, as far as `user` sees them: what counts when they ask to come back."""
    return (
        Discharge.objects.visible_to(user)
        .filter(stay__resident=resident, stay__voided=False, corrected_by=None, undone=False)
        .exclude(reason=Discharge.Reason.TRANSFER)
        .select_related("stay")
        .order_by("-left_on", "-id")
    )


def live_holds(house: House, today: date) -> QuerySet[BedUse]:
    """Holds that have not lapsed, the next to lapse first."""
    return (
        BedUse.objects.real()
        .filter(house=house, kind=BedUse.Kind.HOLD, ends_on__gt=today)
        .select_related("bed__room", "application__resident")
        .order_by("ends_on", "id")
    )


def open_applications(house: House) -> QuerySet[Application]:
    """Live applications: the waitlist in its order first, then the others as they came."""
    by_place = F("place").asc(nulls_last=True)  # else the engines differ
    return (
        Application.objects.live()
        .filter(house=house)
        .select_related("resident")
        .order_by(by_place, "received_on", "id")
    )
