"""What the page of an entry shows of a search."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.models import Entry, Search
from residents.log.queries.entries import counted, own_part, written_for


def panel(entry: Entry, standing: Standing, *, known_at: datetime | None, now: datetime) -> dict[str, Any]:
    """The search as it counts, and every earlier one that was put right and is theirs to read."""
    rows = Search.objects.visible_to(standing.user).filter(entry=entry)
    told = rows if known_at is None else rows.filter(recorded_at__lte=known_at)
    search = counted(rows, known_at).select_related("policy").first()
    if search is None:
        return {}
    earlier = written_for(told, standing.user).exclude(pk=search.pk)
    may_amend = known_at is None and standing.may(Action.CORRECT, entry) and own_part(standing.user, entry) is None
    return {
        "search": search,
        "earlier": list(earlier.select_related("policy").order_by("-recorded_at", "-pk")),
        "may_amend": may_amend,
    }
