"""Who looked at what about a resident: written down for the resident, as it happens."""

from __future__ import annotations

from datetime import timedelta

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
    if (user is None) == (partner is None):
        raise ValueError("Either a user or a partner looks.")
    actor = user or partner
    if actor is user and resident.user_id == user.pk:
        return
    look = Look(
        resident=resident,
        what=what,
        detail=detail[:120],
        actor_kind=actor.actor_kind,
        actor_id=actor.pk,
        actor_label=actor.actor_label,
    )
    if what in ONCE_A_VISIT and _written_lately(look):
        return
    look.save(force_insert=True)


def _written_lately(look: Look) -> bool:
    same = Look.objects.filter(
        resident=look.resident_id,
        what=look.what,
        detail=look.detail,
        actor_kind=look.actor_kind,
        actor_id=look.actor_id,
    )
    return same.filter(looked_at__gt=timezone.now() - SAME_VISIT).exists()
