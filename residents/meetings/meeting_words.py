"""How meetings are told: how often, when, where, of which types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils.formats import time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from residents.meetings.meeting_types import TYPES
from residents.meetings.models import Meeting, Venue
from residents.people.models import WeeklyHours

NTH = {
    1: gettext_lazy("first"),
    2: gettext_lazy("second"),
    3: gettext_lazy("third"),
    4: gettext_lazy("fourth"),
    -1: gettext_lazy("last"),
}
# What people look for: the code in the Meeting Guide format, and words by which other directories call it.
SOUGHT: dict[str, tuple[str, tuple[str, ...]]] = {
    "W": (gettext_lazy("women"), ("women",)),
    "M": (gettext_lazy("men"), ("men",)),
    "LGBTQ": (gettext_lazy("LGBTQ+"), ("lgbt", "gay", "lesbian", "transgender")),
    "S": (gettext_lazy("in Spanish"), ("spanish", "espanol", "español")),
    "X": (gettext_lazy("wheelchair access"), ("wheelchair", "accessible")),
    "POA": (gettext_lazy("proof of attendance"), ("proof of attendance",)),
    "O": (gettext_lazy("open to everybody"), ("open",)),
    "BE": (gettext_lazy("newcomers"), ("newcomer", "beginner")),
    "Y": (gettext_lazy("young people"), ("young",)),
    "DD": (gettext_lazy("dual diagnosis"), ("dual diagnosis",)),
    "CF": (gettext_lazy("children welcome"), ("child-friendly", "children welcome")),
}


def type_words(types: list[str], words: Mapping[str, str]) -> list[str]:
    """What each code means where it comes from: as its directory calls it, else as the Meeting Guide format does. A
    code that nobody explains stays as it is."""
    known = words or TYPES
    return [known.get(code, code) for code in types]


def is_of_type(types: list[str], words: Mapping[str, str], sought: str) -> bool:
    """Whether these types say what is sought, one of `SOUGHT` or any other code."""
    if not words:
        return sought in types
    said = " · ".join(words.get(code, code) for code in types)
    _label, names = SOUGHT.get(sought, (sought, (words.get(sought, sought),)))
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", said, re.IGNORECASE) for name in names)


def rule_parts(meeting: Meeting) -> dict[str, Any]:
    """How often a meeting is held, in the plain fields of a form: `how`, `every` and `nth`."""
    if not meeting.recurrence:
        return {"how": "appointment", "every": 1, "nth": None}
    parts = dict(part.split("=") for part in meeting.recurrence.split(";"))
    if parts["FREQ"] == "MONTHLY":
        return {"how": "monthly", "every": 1, "nth": int(parts.get("BYDAY", "1MO")[:-2] or 1)}
    if parts["FREQ"] == "DAILY":
        return {"how": "daily", "every": 1, "nth": None}
    every = int(parts.get("INTERVAL", 1))
    return {"how": "weekly", "every": every, "nth": None}


def often(meeting: Meeting) -> str:
    """How often it is held: every Monday, the first Monday of each month …"""
    parts = rule_parts(meeting)
    if parts["how"] == "appointment":
        return _("by appointment")
    if parts["how"] == "daily":
        return _("every day")
    day = WeeklyHours.Weekday(meeting.weekday).label if meeting.weekday is not None else ""
    if parts["how"] == "monthly":
        return _("the %(nth)s %(day)s of each month") % {"nth": NTH[parts["nth"]], "day": day}
    if parts["every"] == 1:
        return _("every %(day)s") % {"day": day}
    said = ngettext("%(day)s, every week", "%(day)s, every %(every)s weeks", parts["every"])
    return said % {"day": day, "every": parts["every"]}


def when(meeting: Meeting) -> str:
    """How often and at what time, by the clock where it is held."""
    if meeting.starts is None or not meeting.recurrence:
        return often(meeting)
    return _("%(often)s, %(time)s") % {"often": often(meeting), "time": clock(meeting.starts)}


def clock(at: time) -> str:
    return time_format(at, "TIME_FORMAT")


def where(meeting: Meeting) -> str:
    """The place in one line."""
    if meeting.venue == Venue.ONLINE:
        return str(Venue.ONLINE.label)
    said = " · ".join(filter(None, [meeting.place, meeting.address])) or meeting.region
    if meeting.venue == Venue.SHUT:
        return _("place closed for now: %(place)s") % {"place": said} if said else str(Venue.SHUT.label)
    if meeting.venue == Venue.HYBRID:
        return " · ".join(filter(None, [said, _("or online")]))
    return said


def map_url(meeting: Meeting) -> str:
    """Where the place is on a map; empty where nobody could find it by what is known."""
    if meeting.venue == Venue.ONLINE:
        return ""
    if meeting.latitude is not None and meeting.longitude is not None:
        at = {"mlat": meeting.latitude, "mlon": meeting.longitude}
        return f"https://www.openstreetmap.org/?{urlencode(at)}#map=17/{meeting.latitude}/{meeting.longitude}"
    if meeting.address:
        return f"https://www.openstreetmap.org/search?{urlencode({'query': meeting.address})}"
    return ""


# What a reading changed


def said_of(name: str, value: Any) -> str:
    """The value of a field of a meeting, as the list of what changed says it."""
    if value in (None, "", []):
        return _("nothing")
    if name == "weekday":
        return str(WeeklyHours.Weekday(value).label)
    if name == "starts":
        return clock(value)
    if name == "venue":
        return str(Venue(value).label)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def change_words(name: str, before: Any, after: Any) -> str:
    """What of a meeting changed: “day: Monday → Tuesday”."""
    label = Meeting._meta.get_field(name).verbose_name
    return f"{label}: {said_of(name, before)} → {said_of(name, after)}"


def kind_words(meeting: Meeting) -> str:
    return str(capfirst(meeting.get_kind_display()))
