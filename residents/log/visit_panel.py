"""What the page of an entry shows of a visit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.models import Entry, Visit
from residents.log.queries.entries import own_part


def panel(entry: Entry, standing: Standing, *, known_at: datetime | None, now: datetime) -> dict[str, Any]:
    """Who came, and when they left."""
    visit = Visit.objects.visible_to(standing.user).filter(entry=entry).select_related("end").first()
    if visit is None or (known_at is not None and visit.recorded_at > known_at):
        return {}
    end = getattr(visit, "end", None)
    if end is not None and known_at is not None and end.recorded_at > known_at:
        end = None
    may = known_at is None and end is None and standing.may(Action.RECORD, entry)
    return {"visit": visit, "end": end, "may_end": may and own_part(standing.user, entry) is None}
