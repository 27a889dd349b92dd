"""Every page of the log can be read as it was known at an instant: `?known=` in its address."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

EARLIEST = 1900  # a year


def known_asked(request: HttpRequest, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The instant that the address asks for, read by the house's clock; None for now: without one, and, which the page
    then says, with one that is no time, is to come, or is from before anything was known. A minute means to its end; an
    hour that comes twice is the second: by then more was known."""
    typed = request.GET.get("known", "")
    if not typed:
        return None
    asked = _read(typed, zone)
    if asked is None or asked >= now:
        messages.info(request, _("Nothing can be told as of that time: here stands what is known now."))
        return None
    return asked


def _read(typed: str, zone: ZoneInfo) -> datetime | None:
    try:
        asked = datetime.fromisoformat(typed)
    except ValueError:
        return None
    if asked.year < EARLIEST:
        return None
    if asked.tzinfo is None:
        asked = asked.replace(tzinfo=zone, fold=1)
    return asked if asked.second or asked.microsecond else asked.replace(second=59, microsecond=999999)
