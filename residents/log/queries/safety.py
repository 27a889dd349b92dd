"""What keeps a house safe: when each thing was last looked at, what comes next, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from residents.houses.models import House
from residents.log.models import SafetyCheck, SafetyItem
from residents.log.queries.entries import counted

# What every house must have.
NEEDED = (
    SafetyItem.Kind.NALOXONE,
    SafetyItem.Kind.EXTINGUISHER,
    SafetyItem.Kind.SMOKE,
    SafetyItem.Kind.CARBON_MONOXIDE,
    SafetyItem.Kind.FIRST_AID,
)
SOON = timedelta(days=30)
BROKEN, EXPIRED, NEVER, OVERDUE, EXPIRING, FINE = "broken", "expired", "never", "overdue", "expiring", "fine"
RED = (BROKEN, EXPIRED, NEVER, OVERDUE)


@dataclass(frozen=True)
class Kept:
    """One thing, and how it stands on a day: by the newest look at it."""

    item: SafetyItem
    check: SafetyCheck | None
    next_on: date | None  # nobody has looked at it: now
    expires_on: date | None
    state: str

    @property
    def is_red(self) -> bool:
        return self.state in RED

    @property
    def is_fine(self) -> bool:
        return self.state == FINE

    @property
    def can_be_ticked(self) -> bool:
        """Whether that it is in order today can be said by one tap: not where it has expired."""
        return self.state != EXPIRED


@dataclass(frozen=True)
class Safety:
    """A house: what is worst first, and the kinds that it must have and has none of."""

    items: Sequence[Kept]
    missing: Sequence[SafetyItem.Kind]

    @property
    def red(self) -> list[Kept]:
        return [each for each in self.items if each.is_red]

    @property
    def late(self) -> list[Kept]:
        return [each for each in self.items if each.state == EXPIRING]


def in_use(rows: QuerySet[SafetyItem], today: date) -> QuerySet[SafetyItem]:
    return rows.filter(Q(retired_on=None) | Q(retired_on__gt=today))


def safety(house: House, *, today: date, known_at: datetime | None = None) -> Safety:
    """How a house stands on a day; or as it was known at an instant, of what had been looked at by then. Two
    queries."""
    rows = in_use(SafetyItem.objects.filter(house=house), today)
    found = kept(rows, today=today, known_at=known_at)
    if known_at is not None:
        found = [each for each in found if each.check is not None]
    there = {each.item.kind for each in found}
    order = (*RED, EXPIRING, FINE)
    found.sort(key=lambda each: (order.index(each.state), each.item.kind, each.item.place, each.item.pk))
    return Safety(found, [kind for kind in NEEDED if kind not in there])


def kept(rows: QuerySet[SafetyItem], *, today: date, known_at: datetime | None = None) -> list[Kept]:
    """Each of these, by the newest look at it. Two queries."""
    newest = counted(SafetyCheck.objects.filter(item=OuterRef("pk")), known_at).order_by("-checked_on", "-pk")
    items = list(rows.select_related("house").annotate(newest=Subquery(newest.values("pk")[:1])))
    checks = SafetyCheck.objects.in_bulk([each.newest for each in items if each.newest])
    return [_kept(each, checks.get(each.newest), today) for each in items]


def each_of(items: Iterable[SafetyItem], *, now: datetime) -> list[Kept]:
    """Each of these as it stands today in its house, in their order. Two queries, and the same for each further day
    that it is somewhere."""
    items = list(items)
    days = {item.pk: item.house.today(now) for item in items}
    found: dict[int, Kept] = {}
    for today in sorted(set(days.values())):
        rows = SafetyItem.objects.filter(pk__in=[key for key, day in days.items() if day == today])
        found |= {each.item.pk: each for each in kept(rows, today=today)}
    return [found[item.pk] for item in items]


def _kept(item: SafetyItem, check: SafetyCheck | None, today: date) -> Kept:
    if check is None:
        return Kept(item, None, None, None, NEVER)
    next_on, expires_on = check.checked_on + timedelta(days=item.every_days), check.expires_on
    if not check.in_order:
        state = BROKEN
    elif expires_on is not None and expires_on < today:
        state = EXPIRED
    elif next_on < today:
        state = OVERDUE
    elif expires_on is not None and expires_on <= today + SOON:
        state = EXPIRING
    else:
        state = FINE
    return Kept(item, check, next_on, expires_on, state)


def newest_check(item: SafetyItem) -> SafetyCheck | None:
    """The look at it that counts. One query."""
    return counted(SafetyCheck.objects.filter(item=item)).order_by("-checked_on", "-pk").first()


def checks_of(rows: QuerySet[SafetyCheck], known_at: datetime | None = None) -> list[tuple[SafetyCheck, bool]]:
    """Every look, the newest day first, each with whether it counts: whether nobody had put it right. One query."""
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    counts = counted(SafetyCheck.objects.filter(pk=OuterRef("pk")), known_at)
    rows = rows.select_related("item", "house").annotate(counts=Exists(counts)).order_by("-checked_on", "-pk")
    return [(row, row.counts) for row in rows]


def retired(house: House, today: date) -> QuerySet[SafetyItem]:
    return SafetyItem.objects.filter(house=house, retired_on__lte=today).order_by(F("retired_on").desc(), "pk")
