"""What house meetings can have on record about Dana: so many of each, recorded by Olive."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from residents.meetings.models import RollLine
from residents.meetings.services import house_meetings as services
from residents.meetings.services.papers_minutes import minutes_publish
from tests.cast import Cast
from tests.residents.meetings.given import agenda_item_of, house_meeting_of

TOLD = ("a bench for the yard", "a bench is built", "with her dentist", "was seen there")
DUTIES = ("president", "comptroller", "coordinator")  # others than she is given without an election


def record_house_meetings(cast: Cast, number: int) -> None:
    now = timezone.now()
    for n in range(number):
        row = house_meeting_of(cast.house_a, cast.olive, days_ago=n + 1)
        item = agenda_item_of(row, cast.dana.user, f"a bench for the yard {n}", by_stay=cast.stay_of_dana)
        absent = services.RollEntry(cast.stay_of_dana, "excused", f"with her dentist {n}")
        services.roll_take(house_meeting=row, lines=[absent], now=now)
        line = RollLine.objects.get(house_meeting=row, stay=cast.stay_of_dana)
        services.roll_correct(line=line, status="present", reason=f"was seen there {n}", now=now)
        said = services.minutes_add(house_meeting=row, text=f"a bench is bought {n}", item=item, now=now)
        services.minutes_correct(
            line=said, text=f"a bench is built {n}", what="decided", item=item, reason="misheard", now=now
        )
        services.officer_elect(
            house_meeting=row,
            resident=cast.dana,
            duty=DUTIES[n],
            starts_on=row.on,
            ends_on=row.on + timedelta(days=90),
            now=now,
        )
        minutes_publish(house_meeting=row, now=now)
