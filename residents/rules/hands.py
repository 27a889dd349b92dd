"""Whose hand it is: what one person recorded, another decides."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from soberhouse.accounts.models import User
from soberhouse.history import acting_now


def hand() -> int | None:
    """The key of the user who acts; None where a command or a program does."""
    acting = acting_now()
    return acting.actor_id if acting is not None and acting.actor_kind == User.actor_kind else None


def by_a_person() -> None:
    """Raise PermissionDenied where no person acts."""
    if hand() is None:
        raise PermissionDenied(_("A person says this, under their own name."))


def by_another_than(users: Iterable[int | None], sentence: str) -> None:
    """Raise PermissionDenied with `sentence` where one of `users` (keys) acts, or nobody of whom it could be known."""
    by_a_person()
    if hand() in set(users):
        raise PermissionDenied(sentence)
