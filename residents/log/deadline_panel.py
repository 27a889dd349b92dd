"""What the page of an entry shows of what is due because of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.clock_cards import deadline_row
from residents.log.models import Deadline, Entry
from residents.log.queries import clocks as queries


def panel(entry: Entry, standing: Standing, *, known_at: datetime | None, now: datetime) -> dict[str, Any]:
    """By when what has to be done and by which proof it was; for the staff who read the entry."""
    rows = Deadline.objects.visible_to(standing.user).filter(entry=entry)
    found = queries.deadlines(rows, now=now, known_at=known_at, reader=standing.user)
    if not found:
        return {}
    own = queries.about_oneself(standing.user, found)
    may = known_at is None and standing.may(Action.RECORD, entry)
    return {
        "rows": [
            (each, deadline_row(each, now=known_at or now, may_meet=may and each.deadline.pk not in own, leads=False))
            for each in found
        ]
    }
