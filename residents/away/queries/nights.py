"""By when everybody is in, one night, and who was: the night roll, the log, one resident's record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from residents.away import hours
from residents.away.hours import Curfew, Differs, Own, Shift
from residents.away.models import CurfewCheck, CurfewException, CurfewHour, Movement, Pass
from residents.away.queries.passes import excuses, given_on, passes_on
from residents.away.queries.whereabouts import Where, by_themselves, movements_of_night
from residents.houses.models import House
from residents.people.models import WeeklyHours
from residents.stays.models import Phase, Stay, in_range
from residents.stays.queries import there_on

Status = CurfewCheck.Status
LATER = "later"  # beside the states of a check: whose hour has not come can be counted later

RECORD_DAYS = 30
NIGHTS_BACK = 7  # so many nights before this one can still be counted
MOST_NIGHTS_OUT = 31  # so many nights are looked at of whoever is out


def stays_of_night(house: House, night: date) -> QuerySet[Stay]:
    """Whoever has a bed here in the night, by name."""
    there = Stay.objects.real().filter(in_range(night), house=house)
    return there.select_related("house", "resident").order_by(
        "resident__legal_first_name", "resident__legal_last_name", "pk"
    )


class KnownHours:
    """All that says by when these stays of one house are in, in the nights from `first` to `last`. Made by the same
    four queries, however many they are."""

    def __init__(self, house: House, stays: Collection[Stay], first: date, last: date) -> None:
        keys, people = [stay.pk for stay in stays], [stay.resident_id for stay in stays]
        self.house = house
        hold = CurfewHour.objects.filter(house=house, in_use=True)
        self.differs = [Differs(*row) for row in hold.values_list("phase", "weekday", "hour")]
        touching = Q(starts_on__lte=last) & (Q(ends_on=None) | Q(ends_on__gt=first))
        self.phases: dict[int, list[tuple[date, date | None, int]]] = {}
        phases = Phase.objects.filter(touching, stay__in=keys, voided=False)
        for stay, *phase in phases.values_list("stay", "starts_on", "ends_on", "kind"):
            self.phases.setdefault(stay, []).append(tuple(phase))
        self.own: dict[int, list[Own]] = {}
        for row in CurfewException.objects.filter(touching, stay__in=keys).order_by("pk"):
            officer = row.source == CurfewException.Source.OFFICER
            self.own.setdefault(row.stay_id, []).append(Own(officer, row.weekday, row.hour, row.starts_on, row.ends_on))
        self.shifts: dict[int, list[Shift]] = {}
        spoken_for = WeeklyHours.objects.filter(resident__in=people, starts_on__lte=last + hours.DAY)
        for row in spoken_for.filter(Q(ends_on=None) | Q(ends_on__gt=first - hours.DAY)):
            shift = Shift(row.weekday, row.starts, row.ends, row.starts_on, row.ends_on, row)
            self.shifts.setdefault(row.resident_id, []).append(shift)

    def of(self, stay: Stay, night: date) -> Curfew:
        """By when this stay is in, this night."""
        spans = self.phases.get(stay.pk, ())
        phase = next((kind for start, end, kind in spans if start <= night and (end is None or night < end)), None)
        asked = hours.house_hour(
            night,
            weeknights=self.house.curfew_weeknights,
            weekends=self.house.curfew_weekends,
            differs=self.differs,
            phase=phase,
        )
        own = self.own.get(stay.pk, ())
        return hours.curfew(night, self.house.zone, house=asked, own=own, shifts=self.shifts_of(stay))

    def shifts_of(self, stay: Stay) -> Sequence[Shift]:
        return self.shifts.get(stay.resident_id, ())


def curfews(house: House, night: date, stays: Collection[Stay]) -> dict[int, Curfew]:
    """By when each of these stays of the house is in, this night, by the key of the stay. Four queries."""
    known = KnownHours(house, stays, night, night)
    return {stay.pk: known.of(stay, night) for stay in stays}


def curfew_of(stay: Stay, night: date) -> Curfew:
    """The same for one stay."""
    return curfews(stay.house, night, [stay])[stay.pk]


def coming_curfew(stay: Stay, now: datetime, *, known: KnownHours | None = None) -> tuple[date, Curfew]:
    """The night that comes for this resident, and its curfew: the night it is, until their hour or, where there is
    none, the dawn is past; then that of the new day. Four queries, or none with what is `known` of both nights."""
    zone = stay.house.zone
    night = hours.night_of(now, zone)
    known = known or KnownHours(stay.house, [stay], night, night + hours.DAY)
    found = known.of(stay, night)
    until = max(found.due_at or now, hours.instant(night, hours.DAWN, zone))
    if now < until:
        return night, found
    return night + hours.DAY, known.of(stay, night + hours.DAY)


def due_at(stay: Stay, night: date) -> datetime | None:
    """By when this resident is in, this night; None where there is no curfew for them."""
    return curfew_of(stay, night).due_at


def counted(checks: QuerySet[CurfewCheck]) -> QuerySet[CurfewCheck]:
    """Of these checks those that count: corrected by no other."""
    return checks.filter(corrected_by=None)


# --- the roll -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """What is known about one resident in one night before anybody counts."""

    curfew: Curfew
    on_pass: Pass | None = None  # for their hour
    passes: tuple[Pass, ...] = ()  # of this night
    shifts: Sequence[Shift] = ()
    movements: tuple[Movement, ...] = ()  # those that count, the earliest first; the first may be of before


@dataclass(frozen=True)
class Foreseen:
    """The answer that is chosen already, and what it stands on."""

    status: str
    in_at: datetime | None = None
    of_pass: Pass | None = None
    shift: Shift | None = None
    until: datetime | None = None  # of the shift


def foreseen(known: Known, *, grace: timedelta, dawn: datetime, now: datetime, zone: ZoneInfo) -> Foreseen:
    """What is taken to be so until somebody says otherwise.

    Whoever has a pass for their hour is excused, and whoever is at work still. Whoever was signed out over their hour
    came late, if they signed in since, and else is not in; whoever goes out in the night before `dawn` is not in
    either; unless they went to a shift, or on a pass, that was under way or began soon after: those are excused.
    Before their hour whoever is out is counted later. Everybody else is in.
    """
    due_at = known.curfew.due_at
    line = due_at + grace if due_at else None
    if known.on_pass is not None:
        return Foreseen(Status.EXCUSED, of_pass=known.on_pass)
    if known.curfew.shift is not None and now < due_at:
        return Foreseen(Status.EXCUSED, shift=known.curfew.shift, until=due_at)
    moment = now if line is None else min(now, line)
    before = [row for row in known.movements if row.at <= moment]
    last = known.movements[-1] if known.movements else None
    if before and before[-1].way == Movement.Way.OUT:
        if line is None or now <= line:
            return Foreseen(LATER)
        if (excused := _gone_to(known, before[-1].at, line, zone)) is not None:
            return excused
        came = next((row for row in known.movements if row.at > moment and row.way == Movement.Way.IN), None)
        return Foreseen(Status.LATE, in_at=came.at) if came else Foreseen(Status.ABSENT)
    if line is not None and last is not None and last.way == Movement.Way.OUT and last.at < dawn:
        excused = _gone_to(known, last.at, line, zone)
        if excused is not None or now < dawn:
            return excused or Foreseen(Status.ABSENT)
    return Foreseen(Status.IN)


def _gone_to(known: Known, left: datetime, line: datetime, zone: ZoneInfo) -> Foreseen | None:
    """Excused, where whoever went out at `left` went on a pass or to a shift that was under way or began soon after,
    and was not over at `line`, when they were to be in."""
    for row in known.passes:
        if row.starts_at - hours.SOON <= left and excuses(row, max(row.starts_at, left, line)):
            return Foreseen(Status.EXCUSED, of_pass=row)
    found = ((shift.covers(left, zone), shift) for shift in known.shifts)
    ends = [(until, shift) for until, shift in found if until is not None and until > line]
    if not ends:
        return None
    until, shift = max(ends, key=lambda each: each[0])
    return Foreseen(Status.EXCUSED, shift=shift, until=until)


def seen_in(movements: Iterable[Movement], night: date, zone: ZoneInfo) -> Movement | None:
    """Of one resident's movements, the earliest first, the sign-in of this night after which they did not go out again
    before its dawn."""
    noon, dawn = hours.at(night, hours.NOON, zone), hours.instant(night, hours.DAWN, zone)
    last = [row for row in movements if noon <= row.at < dawn][-1:]
    return next((row for row in last if row.way == Movement.Way.IN), None)


@dataclass(frozen=True)
class RollRow:
    """One resident in one night: what is known, what is foreseen, and how they were counted, if they were."""

    stay: Stay
    known: Known
    foreseen: Foreseen
    check: CurfewCheck | None
    night: date
    grace: timedelta
    now: datetime

    @property
    def due_at(self) -> datetime | None:
        return self.known.curfew.due_at

    @property
    def line(self) -> datetime | None:
        """The last instant at which they are not late; of whoever is counted, as it was then."""
        if self.check is not None:
            return self.check.due_at + timedelta(minutes=self.check.grace) if self.check.due_at else None
        return self.due_at + self.grace if self.due_at else None

    @property
    def has_come(self) -> bool:
        """Whether their hour is past, so that whoever is not in is late or missing."""
        return is_past(self.line, self.now)

    @property
    def choices(self) -> tuple[str, ...]:
        if self.has_come:
            return (Status.IN, Status.LATE, Status.EXCUSED, Status.ABSENT)
        return (Status.IN, Status.EXCUSED, LATER)

    @property
    def movement(self) -> Movement | None:
        return self.known.movements[-1] if self.known.movements else None

    @property
    def seen_in(self) -> Movement | None:
        """The sign-in that speaks against counting them as not in."""
        return seen_in(self.known.movements, self.night, self.stay.house.zone)

    @property
    def absent(self) -> bool:
        return self.check is not None and self.check.status == Status.ABSENT


@dataclass(frozen=True)
class Roll:
    """The roll of one house in one night."""

    house: House
    night: date
    now: datetime
    rows: list[RollRow]
    hours: KnownHours  # of these, for as many nights as are looked at of whoever is out
    moved: dict[int, list[Movement]]  # by stay: the last movement before the night, and those of it

    @property
    def counted(self) -> list[RollRow]:
        return [row for row in self.rows if row.check is not None]

    @property
    def open(self) -> list[RollRow]:
        return [row for row in self.rows if row.check is None]

    @property
    def due(self) -> list[RollRow]:
        """Whose hour is past and whom nobody has counted."""
        return [row for row in self.open if row.has_come]

    @property
    def can_be_taken(self) -> bool:
        """Whether it is not too long ago to be counted."""
        return self.night >= hours.night_of(self.now, self.house.zone) - NIGHTS_BACK * hours.DAY

    @property
    def first_due_at(self) -> datetime | None:
        return min((row.due_at for row in self.rows if row.due_at), default=None)


def is_past(line: datetime | None, now: datetime) -> bool:
    """Whether whoever is not in by now, to the minute, is late."""
    return line is not None and line < now.replace(second=0, microsecond=0)


def still_to_count(known: KnownHours, stays: Iterable[Stay], night: date, now: datetime) -> list[Stay]:
    """Of these stays those whose hour of this night is past and whom nobody has counted. One query."""
    grace = timedelta(minutes=known.house.curfew_grace)
    due = [stay for stay in stays if (at := known.of(stay, night).due_at) is not None and is_past(at + grace, now)]
    done = set(counted(CurfewCheck.objects.filter(stay__in=due, night=night)).values_list("stay", flat=True))
    return [stay for stay in due if stay.pk not in done]


def night_roll(
    house: House,
    night: date,
    now: datetime,
    *,
    stays: Iterable[Stay] | None = None,
    passes: Iterable[Pass] | None = None,
) -> Roll:
    """Everybody who has a bed here in this night, by name. The same eight queries, however many they are; one fewer
    for each of the house's `stays` (then in their order) and `passes` that is read already."""
    lately = list(stays_of_night(house, night) if stays is None else stays)
    stays = there_on(lately, night)
    keys = [stay.pk for stay in stays]
    hours_known = KnownHours(house, stays, night - MOST_NIGHTS_OUT * hours.DAY, night)
    checks = {row.stay_id: row for row in counted(CurfewCheck.objects.filter(stay__in=keys, night=night))}
    noon, over = hours.at(night, hours.NOON, house.zone), hours.morning(night, house.zone)
    until = min(now, over)
    given_to: dict[int, list[Pass]] = {}
    for row in passes_on(house, night) if passes is None else given_on(passes, house, night):
        given_to.setdefault(row.stay_id, []).append(row)
    moved: dict[int, list[Movement]] = {}
    for row in movements_of_night([stay.pk for stay in lately], noon, until):
        moved.setdefault(row.stay_id, []).append(row)
    grace = timedelta(minutes=house.curfew_grace)
    dawn = hours.instant(night, hours.DAWN, house.zone)
    rows = []
    for stay in stays:
        curfew = hours_known.of(stay, night)
        moment, given = curfew.due_at or until, tuple(given_to.get(stay.pk, ()))
        known = Known(
            curfew=curfew,
            on_pass=next((row for row in given if excuses(row, moment)), None),
            passes=given,
            shifts=hours_known.shifts_of(stay),
            movements=tuple(moved.get(stay.pk, ())),
        )
        rows.append(
            RollRow(
                stay=stay,
                known=known,
                foreseen=foreseen(known, grace=grace, dawn=dawn, now=now, zone=house.zone),
                check=checks.get(stay.pk),
                night=night,
                grace=grace,
                now=now,
            )
        )
    return Roll(house, night, now, rows, hours_known, moved)


@dataclass(frozen=True)
class Missing:
    """Somebody who is not in for longer than the house waits: since which hour, and of which night. `said_at` is when
    they said that they are back, where nobody else has seen them."""

    where: Where
    due_at: datetime
    night: date
    said_at: datetime | None = None


def missing_now(house: House, there: Sequence[Where], roll: Roll, now: datetime) -> list[Missing]:
    """Of those who live here (`there`) whoever is missing: counted as not in, or signed out over their hour and counted
    by nobody, or excused without a pass and not back since; last those who say that they are back. One query, however
    many they are.

    Whoever went out before their hour is asked about that night, also after it is over; whoever went to a shift, from
    its end on.
    """
    wait, tonight = timedelta(minutes=house.absent_after), roll.night
    left = {row.stay.pk: gone for row in there if (gone := _gone_unseen(row, roll)) is not None}
    nights = [hours.night_of(gone.at, house.zone) for gone in left.values()]
    first = max(min(nights, default=tonight), tonight - MOST_NIGHTS_OUT * hours.DAY)
    known = roll.hours
    checks = {
        (check.stay_id, check.night): check
        for check in counted(CurfewCheck.objects.filter(stay__in=list(left), night__range=(first, tonight)))
    }
    grace = timedelta(minutes=house.curfew_grace)
    found = []
    for row in there:
        check = row.missing
        if check is not None:
            if check.due_at is None or check.due_at + wait <= now:
                said_at = row.movement.at if row.says_back else None
                found.append(Missing(row, check.due_at or now, check.night, said_at))
            continue
        gone = left.get(row.stay.pk)
        if gone is None:
            continue
        ends = [until for shift in known.shifts_of(row.stay) if (until := shift.covers(gone.at, house.zone))]
        over = None
        night = max(hours.night_of(gone.at, house.zone), first)
        while night <= tonight:
            counted_as = checks.get((row.stay.pk, night))
            due_at = counted_as.due_at if counted_as is not None else known.of(row.stay, night).due_at
            if counted_as is not None and (
                counted_as.status != Status.EXCUSED or counted_as.of_pass_id is not None or due_at is None
            ):
                over = None
            elif due_at is not None and gone.at <= due_at + grace:
                due_at = max([due_at, *ends])
                over = over or ((due_at, night) if due_at + wait <= now else None)
            night += hours.DAY
        if over is not None:
            back = row.movement if row.movement.way == Movement.Way.IN else None
            if back is None or back.at >= over[0] + wait:  # they were missing already when they said so
                found.append(Missing(row, *over, said_at=back.at if back else None))
    return sorted(found, key=lambda each: each.said_at is not None)


def _gone_unseen(row: Where, roll: Roll) -> Movement | None:
    """The movement by which somebody is out, and on no pass; also where nobody but themselves says since, in this
    night, that they are back."""
    last = row.movement
    if last is None or row.on_pass is not None or row.missing is not None:
        return None
    if last.way == Movement.Way.OUT:
        return last
    asked = next((one for one in roll.open if one.stay.pk == row.stay.pk), None)
    if asked is None or not by_themselves(last, row.stay):
        return None
    before = [one for one in asked.known.movements if (one.at, one.pk) < (last.at, last.pk)]
    return before[-1] if before and before[-1].way == Movement.Way.OUT and before[-1].of_pass_id is None else None


def check_of(house: House, uuid: UUID) -> CurfewCheck | None:
    """The check of this house with this public id, if it counts: for whoever counts there and sees no more of it."""
    checks = counted(CurfewCheck.objects.filter(house=house, uuid=uuid))
    return checks.select_related("house", "stay__resident__user", "stay__house").first()


# --- what was --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tally:
    """How often somebody was in, late, excused and not in."""

    counts: Counter[str]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def in_time(self) -> int:
        return self.counts[Status.IN]

    @property
    def late(self) -> int:
        return self.counts[Status.LATE]

    @property
    def excused(self) -> int:
        return self.counts[Status.EXCUSED]

    @property
    def absent(self) -> int:
        return self.counts[Status.ABSENT]


def tally(checks: Iterable[CurfewCheck]) -> Tally:
    return Tally(Counter(check.status for check in checks))


def record_of(stay: Stay, night: date, *, nights: int = RECORD_DAYS) -> QuerySet[CurfewCheck]:
    """How this resident was counted in the nights up to this one, each once, the latest first."""
    since = night - timedelta(days=nights - 1)
    return counted(CurfewCheck.objects.filter(stay=stay, night__range=(since, night))).order_by("-night", "-pk")


@dataclass(frozen=True)
class NightCounted:
    """One night of the log: how many there were, and those about whom there is something to say."""

    night: date
    tally: Tally
    exceptions: list[CurfewCheck]


def nights_counted(house: House, nights: Collection[date]) -> list[NightCounted]:
    """These nights of the house, the latest first. One query."""
    checks = counted(CurfewCheck.objects.filter(house=house, night__in=nights)).select_related("stay__resident")
    by_night: dict[date, list[CurfewCheck]] = {night: [] for night in nights}
    for check in checks.order_by("due_at", "pk"):
        by_night[check.night].append(check)
    return [
        NightCounted(night, tally(rows), [row for row in rows if row.status != Status.IN])
        for night, rows in sorted(by_night.items(), reverse=True)
    ]


@dataclass(frozen=True)
class PersonCounted:
    """One stay of the log."""

    stay: Stay
    tally: Tally
    last: CurfewCheck | None  # the last night on which they were late or not in


def people_counted(stays: Collection[Stay], since: date, until: date) -> list[PersonCounted]:
    """How each of these stays was counted in the nights from `since` to `until`, in their order. One query."""
    found: dict[int, list[CurfewCheck]] = {stay.pk: [] for stay in stays}
    checks = counted(CurfewCheck.objects.filter(stay__in=list(found), night__range=(since, until)))
    for check in checks.order_by("-night", "-pk"):
        found[check.stay_id].append(check)
    late = (Status.LATE, Status.ABSENT)
    return [
        PersonCounted(stay, tally(found[stay.pk]), next((row for row in found[stay.pk] if row.status in late), None))
        for stay in stays
    ]
