"""Who is in now, who is out, since when and until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from residents.away import hours
from residents.away.models import CurfewCheck, Movement, Pass
from residents.houses.models import House
from residents.people.models import WeeklyHours
from residents.stays.models import Stay, in_range
from residents.stays.queries import current


def last_movement(stay: Stay) -> Movement | None:
    """The newest movement that was not corrected: where they are now. Without one they are in."""
    return stay.movements.filter(corrected_by=None).first()


def last_movements(stays: Iterable[int]) -> dict[int, Movement]:
    """The same for many stays (keys), by stay. One query."""
    newest = Movement.objects.filter(stay=OuterRef("stay"), corrected_by=None).order_by("-at", "-id")
    rows = Movement.objects.filter(stay__in=list(stays), pk=Subquery(newest.values("pk")[:1]))
    return {row.stay_id: row for row in rows.select_related("of_pass")}


def movements_of_night(stays: Iterable[int], noon: datetime, until: datetime) -> QuerySet[Movement]:
    """Of these stays (keys) the movements that count from `noon` until an instant, and of each the last one before; in
    their order. One query."""
    before = Movement.objects.filter(stay=OuterRef("stay"), corrected_by=None, at__lt=noon).order_by("-at", "-id")
    of_night = Q(at__gte=noon, at__lte=until) | Q(pk=Subquery(before.values("pk")[:1]))
    rows = Movement.objects.filter(of_night, stay__in=list(stays), corrected_by=None)
    return rows.select_related("of_pass").order_by("at", "pk")


BY_ANOTHER = Q(recorded_by=None) | Q(stay__resident__user=None) | ~Q(recorded_by=F("stay__resident__user"))


def by_themselves(movement: Movement, stay: Stay) -> bool:
    """Whether they wrote it down themselves."""
    return movement.recorded_by_id is not None and movement.recorded_by_id == stay.resident.user_id


def says_back(movement: Movement | None, missing: CurfewCheck | None, stay: Stay) -> bool:
    """Whether somebody who is missing signed in themselves since their hour, and nobody else has seen them."""
    return (
        missing is not None
        and movement is not None
        and movement.way == Movement.Way.IN
        and by_themselves(movement, stay)
        and (missing.due_at is None or movement.at >= missing.due_at)
    )


def not_come_in(checks: QuerySet[CurfewCheck]) -> QuerySet[CurfewCheck]:
    """Of these checks those that say of somebody who lives here that they were not in, and whom nobody has seen come
    since their hour: not counted again in any later night, not signed in by somebody else. Whoever signs in themselves
    says that they are back; that is not seen."""
    later = CurfewCheck.objects.filter(stay=OuterRef("stay"), night__gt=OuterRef("night"))
    came = Movement.objects.filter(
        BY_ANOTHER, stay=OuterRef("stay"), way=Movement.Way.IN, corrected_by=None, at__gte=OuterRef("due_at")
    )
    return checks.filter(
        ~Exists(later),
        ~Exists(came),
        status=CurfewCheck.Status.ABSENT,
        corrected_by=None,
        stay__ends_on=None,
        stay__voided=False,
    )


def missing_check(stay: Stay) -> CurfewCheck | None:
    """The check by which this resident is missing now, if they are."""
    return not_come_in(stay.curfew_checks.all()).first()


def is_out(stay: Stay) -> bool:
    """Whether they are signed out, or were not in at night and have not come since."""
    last = last_movement(stay)
    return (last is not None and last.way == Movement.Way.OUT) or missing_check(stay) is not None


@dataclass(frozen=True)
class Where:
    """Where one resident is now: the newest movement, the check by which they are missing, the pass they may be away
    on."""

    stay: Stay
    movement: Movement | None
    missing: CurfewCheck | None
    on_pass: Pass | None
    now: datetime

    @property
    def out(self) -> bool:
        return self.missing is not None or (self.movement is not None and self.movement.way == Movement.Way.OUT)

    @property
    def says_back(self) -> bool:
        """Whether they are missing, and say themselves that they are back."""
        return says_back(self.movement, self.missing, self.stay)

    @property
    def since(self) -> datetime | None:
        """Since when they are in or out, as far as anybody wrote down."""
        if self.says_back:
            return self.movement.at
        if self.movement is not None and (self.movement.way == Movement.Way.OUT) == self.out:
            return self.movement.at
        return self.missing.due_at if self.missing else None

    @property
    def expected_at(self) -> datetime | None:
        """When whoever is out is expected back."""
        if not self.out:
            return None
        if self.movement is not None and self.movement.way == Movement.Way.OUT and self.movement.expected_at:
            return self.movement.expected_at
        return self.on_pass.ends_at if self.on_pass else None

    @property
    def overdue(self) -> bool:
        return self.missing is not None or (self.expected_at is not None and self.expected_at < self.now)


def whereabouts(
    house: House,
    now: datetime,
    *,
    stays: Iterable[Stay] | None = None,
    passes: Iterable[Pass] | None = None,
    moved: Mapping[int, Sequence[Movement]] | None = None,
) -> list[Where]:
    """Everybody who lives in the house: the missing first, then who is overdue, who is out, who is in, each by name.
    The same four queries, however many they are; one fewer for each of the house's `stays`, open `passes` and what
    `moved`, by stay and up to now, that is read already."""
    stays = house.stays.current().select_related("resident") if stays is None else stays
    here = [stay for stay in current(stays) if stay.starts_on <= house.today(now)]
    keys = [stay.pk for stay in here]
    last = last_movements(keys) if moved is None else {key: moved[key][-1] for key in keys if key in moved}
    missing = {row.stay_id: row for row in not_come_in(CurfewCheck.objects.filter(house=house))}
    given = {row.stay_id: row for row in (passes_at(house, now) if passes is None else passes) if _holds(row, now)}
    rows = [
        Where(
            stay,
            last.get(stay.pk),
            missing.get(stay.pk),
            given.get(stay.pk) or _pass_of(last.get(stay.pk)),
            now,
        )
        for stay in here
    ]
    return sorted(rows, key=_loudness)


def _loudness(row: Where) -> tuple[bool, bool, bool, str, int]:
    return row.missing is None, not row.overdue, not row.out, row.stay.short_name.casefold(), row.stay.pk


def passes_at(house: House, now: datetime) -> QuerySet[Pass]:
    """The passes of the house that are given for this instant."""
    return Pass.objects.filter(house=house, status=Pass.Status.APPROVED, starts_at__lte=now, ends_at__gt=now)


def _holds(pass_: Pass, now: datetime) -> bool:
    return pass_.status == Pass.Status.APPROVED and pass_.starts_at <= now < pass_.ends_at


def where_is(stay: Stay, passes: Iterable[Pass], now: datetime) -> Where:
    """Where one resident is now; `passes` are theirs, read already. Two queries."""
    given = [row for row in passes if row.stay_id == stay.pk and _holds(row, now)]
    on_pass = min(given, key=lambda row: row.starts_at, default=None)
    return Where(stay, last_movement(stay), missing_check(stay), on_pass, now)


def _pass_of(movement: Movement | None) -> Pass | None:
    """The pass on which somebody went out and from which they have not come back."""
    if movement is None or movement.way == Movement.Way.IN or movement.of_pass is None or movement.of_pass.over:
        return None
    return movement.of_pass


MOST_MOVEMENTS = 60

# What somebody does in the hours that are spoken for, as what they go out for.
SPOKEN_FOR = {
    WeeklyHours.Kind.WORK: Movement.Purpose.WORK,
    WeeklyHours.Kind.SCHOOL: Movement.Purpose.OTHER,
    WeeklyHours.Kind.TREATMENT: Movement.Purpose.TREATMENT,
    WeeklyHours.Kind.OTHER: Movement.Purpose.OTHER,
}


def likely(house: House, now: datetime) -> dict[int, str]:
    """What those who live here would go out for now, where their week says so: by the key of the stay. One query."""
    today = house.today(now)
    rows = WeeklyHours.objects.filter(
        in_range(today),
        weekday=today.weekday(),
        resident__stays__house=house,
        resident__stays__ends_on=None,
        resident__stays__voided=False,
    ).annotate(stay=F("resident__stays"))
    return {
        row.stay: SPOKEN_FOR[row.kind]
        for row in rows.order_by("starts", "pk")
        if hours.at(today, row.starts, house.zone) - hours.SOON <= now
        and (row.ends <= row.starts or now < hours.at(today, row.ends, house.zone))
    }


def pass_for(stay: Stay, now: datetime) -> Pass | None:
    """The pass that is given for now, or begins soon."""
    given = Pass.objects.filter(
        stay=stay, status=Pass.Status.APPROVED, starts_at__lte=now + hours.SOON, ends_at__gt=now
    ).order_by("starts_at")
    return given.first()


def movements_since(movements: QuerySet[Movement], since: datetime) -> QuerySet[Movement]:
    """Of these the ones that count, the latest first."""
    rows = movements.filter(at__gte=since, corrected_by=None, stay__voided=False)
    return rows.select_related("stay__resident", "corrects").order_by("-at", "-id")[:MOST_MOVEMENTS]
