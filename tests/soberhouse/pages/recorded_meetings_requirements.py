"""What can be asked of Dana alone, and the weeks that can be excused: so many of each, recorded by whoever acts."""

from __future__ import annotations

from residents.meetings.services.requirements import requirement_add, week_excuse, week_excuse_take_back
from residents.meetings.standing import WEEK, monday
from tests.cast import Cast

TOLD = ("Judge Thistlewood", "a funeral in Tulsa", "they stayed after all")


def record_requirements(cast: Cast, number: int) -> None:
    dana, today = cast.stay_of_dana, cast.today
    for n in range(number):
        requirement_add(
            house=dana.house,
            stay=dana,
            per="period",
            count=90,
            days=90,
            parts={"aa": 30},
            starts_on=today,
            reason=f"Judge Thistlewood asks for it {n}.",
            today=today,
        )
        week = monday(today) + WEEK * n
        row = week_excuse(stay=dana, week=week, cause="other", note=f"a funeral in Tulsa {n}", today=today)
        week_excuse_take_back(excused=row, reason=f"they stayed after all {n}")
