"""Every page of the log can be read as it was known at an instant: `?known=` in its address."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest


def known_asked(request: HttpRequest, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The instant that the address asks for, read by the house's clock; None for now: without one, with one that is no
    time, and with one to come. An hour that comes twice is the second: by then more was known."""
    try:
        asked = datetime.fromisoformat(request.GET.get("known", ""))
    except ValueError:
        return None
    if asked.tzinfo is None:
        asked = asked.replace(tzinfo=zone, fold=1)
    return asked if asked < now else None
