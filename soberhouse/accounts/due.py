"""What comes due about accounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction

from soberhouse.due import Job


def jobs() -> Iterator[Job]:
    yield Job("sessions that are over, forgotten", forget_sessions)


@transaction.atomic
def forget_sessions(now: datetime) -> int:
    """Delete the sessions that have ended. Where they were signed in is forgotten when their owner next looks."""
    gone, _of_each = Session.objects.filter(expire_date__lte=now).delete()
    return gone
