"""What the page of an entry shows of what is still to be done after it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.incident_cards import task_row
from residents.log.models import Entry, FollowUp
from residents.log.queries.incidents import about_now, tasks


def panel(entry: Entry, standing: Standing, *, known_at: datetime | None, now: datetime) -> dict[str, Any]:
    """Each of them as it was known, by the day it is due. Whoever can add nothing and has nothing to read sees none of
    it."""
    rows = FollowUp.objects.visible_to(standing.user).filter(entry=entry)
    found = tasks(rows, known_at=known_at, today=entry.house.today(known_at or now))
    is_own = any(stay.resident.user_id == standing.user.pk for stay in about_now(entry))
    may_write = known_at is None and not is_own and standing.may(Action.RECORD, entry)
    if not found and not may_write:
        return {}
    return {"rows": [task_row(task, may_write=may_write) for task in found], "may_write": may_write}
