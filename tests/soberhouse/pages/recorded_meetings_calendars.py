"""What Dana keeps for herself: addresses of her calendar and notes, so many of each."""

from __future__ import annotations

from django.utils import timezone

from residents.meetings.services.calendars import link_make, link_revoke
from residents.meetings.services.notes import note_write
from soberhouse.history import acting_as
from tests.cast import Cast

TOLD = ("her old telephone", "a list of resentments")


def record_calendars(cast: Cast, number: int) -> None:
    stay, now, today = cast.stay_of_dana, timezone.now(), cast.today
    with acting_as(cast.dana.user, source="web"):
        for n in range(number):
            link, _secret = link_make(house=stay.house, stay=stay, name=f"her old telephone {n}", now=now)
            link_revoke(link=link, now=now)
            note_write(
                resident=cast.dana, about="Step 4", text=f"a list of resentments {n}", written_on=today, today=today
            )
