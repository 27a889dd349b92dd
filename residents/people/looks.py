"""Who looked at what about a resident: written down for the resident, as it happens."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from residents.people.models import Look, Resident
from soberhouse.accounts.models import Partner, User

# Somebody who goes back and forth between pages looked once.
SAME_VISIT = timedelta(minutes=10)
ONCE_A_VISIT = frozenset({Look.What.PAGE, Look.What.PHOTO, Look.What.HISTORY, Look.What.API})


def note_look(
    resident: Resident,
    what: Look.What,
    *,
    user: User | None = None,
    partner: Partner | None = None,
    detail: str = "",
) -> None:
    """Write down that `user` or `partner` is shown `what` of `resident`; `detail` says which and names nobody.

    Call it before anything is shown, and let its errors through: a look that cannot be written down is refused.
    A look at oneself is none. A paper is written every time; a page, the photo on it, a history and an answer to a
    program once in ten minutes for each actor and detail. Raises ValueError unless there is exactly one who looks.
    """
    note_looks([resident], what, user=user, partner=partner, detail=detail)


def note_looks(
    residents: Iterable[Resident],
    what: Look.What,
    *,
    user: User | None = None,
    partner: Partner | None = None,
    detail: str = "",
) -> None:
    """The same of several residents, each once. Two queries, however many."""
    if (user is None) == (partner is None):
        raise ValueError("Either a user or a partner looks.")
    actor = user or partner
    people = {resident.pk for resident in residents if actor is partner or resident.user_id != user.pk}
    look = {
        "what": what,
        "detail": detail[:120],
        "actor_kind": actor.actor_kind,
        "actor_id": actor.pk,
    }
    if people and what in ONCE_A_VISIT:
        people -= _looked_at_lately(people, look)
    label = actor.actor_label
    Look.objects.bulk_create(Look(resident_id=key, actor_label=label, **look) for key in sorted(people))


def _looked_at_lately(people: Collection[int], look: dict[str, Any]) -> set[int]:
    same = Look.objects.filter(resident__in=people, looked_at__gt=timezone.now() - SAME_VISIT, **look)
    return set(same.values_list("resident", flat=True))
