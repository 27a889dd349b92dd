"""Whose hand it is: what one person wrote down, another closes."""

from __future__ import annotations

from soberhouse.accounts.models import User
from soberhouse.history import acting_now


def hand() -> int | None:
    """The key of the user who acts; None where a command or a program does."""
    acting = acting_now()
    return acting.actor_id if acting is not None and acting.actor_kind == User.actor_kind else None
