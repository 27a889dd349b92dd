"""The facts of the paper that tells one hand-over, read from the database as they are now."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from residents.houses.standing import Standing
from residents.log.models import HandOver
from residents.log.queries.shifts import handed, pending
from residents.log.reports.hand_over import HandOverPaper, Open, ReadBy


def hand_over_facts(hand_over: HandOver, *, standing: Standing, now: datetime) -> HandOverPaper:
    """One hand-over and what stands open now, as far as everybody who runs the house may read it, whoever asks."""
    house = hand_over.house
    [one] = handed([hand_over])
    return HandOverPaper(
        house=house.name,
        by=hand_over.recorded_as,
        at=timezone.localtime(hand_over.recorded_at, house.zone),
        text=hand_over.text,
        parts=tuple(
            Open(
                title=part.title,
                then=hand_over.counts.get(part.name, 0),
                now=part.count,
                lines=tuple((row.fact, row.reason, row.word) for row in part.rows),
            )
            for part in pending(house, standing, now)
            if part.count or hand_over.counts.get(part.name)
        ),
        reads=tuple(
            ReadBy(name=read.recorded_as, at=timezone.localtime(read.recorded_at, house.zone)) for read in one.reads
        ),
    )
