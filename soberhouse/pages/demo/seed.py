"""Making the demo, once, in one transaction; and knowing it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random

from django.db import transaction

from residents.houses.models import Organization
from soberhouse.accounts.models import User
from soberhouse.pages.demo.away import Nights
from soberhouse.pages.demo.diary import Diary
from soberhouse.pages.demo.doors import hand_out
from soberhouse.pages.demo.log import Log
from soberhouse.pages.demo.meetings_attendance import Attended
from soberhouse.pages.demo.meetings_calendars import Calendars
from soberhouse.pages.demo.meetings_directory import Directory
from soberhouse.pages.demo.meetings_house_meetings import HouseMeetings
from soberhouse.pages.demo.meetings_requirements import Requirements
from soberhouse.pages.demo.place import MADE_BY, Setting, set_up
from soberhouse.pages.demo.rules import Rules
from soberhouse.pages.demo.story import Story


def is_there() -> bool:
    """Whether the demo has been made in this database."""
    return _ours().exists()


def in_the_way() -> str:
    """Why the demo may not be made in this database; empty where it may."""
    other = Organization.objects.exclude(pk__in=_ours().values("id")).order_by("name").first()
    if other is not None:
        return f"This database holds “{other}”, which the demo did not make."
    if not is_there() and User.objects.exists():
        return "Somebody signs in to this database already."
    return ""


@transaction.atomic
def make(*, seed: int, now: datetime, say: Callable[[str], None]) -> Setting:
    """The whole organization as it is at `now`, or nothing. The same seed and days make the same facts, but for the
    partner's key: that is as secret as any."""
    setting = set_up(now=now, say=say)
    beside = Diary(setting)
    # Seeded on purpose: a story that anybody can be told again, no secret.
    Rules(setting, Random(f"rules {seed}"), beside).plan()  # noqa: S311
    Nights(setting, Random(f"nights {seed}"), beside).plan()  # noqa: S311
    Log(setting, Random(f"log {seed}"), beside).plan()  # noqa: S311
    Directory(setting, beside).plan()
    Requirements(setting, beside).plan()
    HouseMeetings(setting, Random(f"house meetings {seed}"), beside).plan()  # noqa: S311
    Attended(setting, Random(f"attendance {seed}"), beside).plan()  # noqa: S311
    Calendars(setting, beside).plan()
    Story(setting, Random(seed), say, beside).tell()  # noqa: S311
    setting.key = hand_out(setting)
    return setting


def _ours() -> object:
    """Organizations that the demo made: their first row of history says so."""
    return Organization.history.filter(history_type="+", history_source="command", history_change_reason=MADE_BY)
