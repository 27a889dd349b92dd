"""What the next one on shift finds in a house, what of the log somebody has not read, and which hand-overs wait."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import DateTimeField, Prefetch, QuerySet, Subquery, Value, prefetch_related_objects
from django.db.models.functions import Coalesce

from residents.houses.models import House
from residents.houses.standing import Standing
from residents.log.models import EntryTelling, HandOver, HandOverRead, LogSeen
from residents.log.queries.entries import counted
from soberhouse.accounts.models import User
from soberhouse.cards import Pending
from soberhouse.subjects import offers

AT_FIRST = timedelta(days=7)  # how far back whoever has never opened the log has it before them


def pending(house: House, standing: Standing, now: datetime) -> list[Pending]:
    """Every part of what stands open in the house, as far as this reader may read it, the most pressing first; those
    with nothing in them too. The same queries, however much it is."""
    parts = [each for offer in offers("cards", "hand_over") for each in offer(house, standing, now)]
    return sorted(parts, key=lambda each: each.order)


def unread(house: House, user: User, *, now: datetime) -> QuerySet[EntryTelling]:
    """What was written in the log of the house, or amended, since this person last opened it, as far as they may read
    it and not by themselves; the newest first."""
    seen = LogSeen.objects.filter(house=house, user=user).values("seen_at")
    since = Coalesce(Subquery(seen), Value(now - AT_FIRST, output_field=DateTimeField()))
    rows = counted(EntryTelling.objects.visible_to(user)).filter(house=house, recorded_at__gt=since)
    return rows.exclude(recorded_by=user).order_by("-recorded_at", "-pk")


@dataclass(frozen=True)
class Handed:
    """One hand-over, and who signed that they read it, the first one first."""

    hand_over: HandOver
    reads: Sequence[HandOverRead]

    @property
    def waits(self) -> bool:
        return not self.reads

    def may_be_read_by(self, user: User) -> bool:
        """Whether this person has still to sign it: nobody signs their own."""
        hands = {self.hand_over.recorded_by_id, *(row.recorded_by_id for row in self.reads)}
        return user.pk not in hands


def handed(rows: Iterable[HandOver]) -> list[Handed]:
    """These with who read them, in their order. One query beside their own."""
    rows = list(rows)
    prefetch_related_objects(rows, Prefetch("reads", HandOverRead.objects.order_by("recorded_at", "pk")))
    return [Handed(row, tuple(row.reads.all())) for row in rows]


def to_be_read(house: House, user: User) -> QuerySet[HandOver]:
    """The hand-overs of a house that nobody has signed as read, and that somebody else than this person wrote; the
    newest first."""
    rows = HandOver.objects.visible_to(user).filter(house=house, reads=None)
    return rows.exclude(recorded_by=user).order_by("-recorded_at", "-pk")
