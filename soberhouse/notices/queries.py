"""Reads about notices."""

from __future__ import annotations

from soberhouse.accounts.models import User
from soberhouse.notices.models import Notice

MOST_COUNTED = 100  # the bell says 99+


def unread_count(user: User) -> int:
    """How many notices wait for this person, up to `MOST_COUNTED`: one query."""
    return Notice.objects.visible_to(user).unread()[:MOST_COUNTED].count()
