"""What the pages of meetings are opened with: about one resident, with words as long as may be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from residents.meetings.standing import monday
from residents.models import PhaseKind, Stay
from tests.cast import Cast
from tests.residents.meetings import given


def required_rows(cast: Cast, stay: Stay, kind: PhaseKind, long: str) -> dict[str, Any]:
    """`long` is a hundred letters without a space."""
    house, alice = cast.house_a, cast.alice
    given.requirement_of(house, 5, parts={"house": 1, "therapy": 2})
    given.requirement_of(house, 3, phase=kind, reason=long, least_grade=2)
    given.requirement_of(house, 90, stay=stay, per="period", days=90, besides=True, reason=long * 3)
    given.requirement_of(house, 9, days_ago=500, ends_on=cast.today - timedelta(days=450))
    meeting = given.meeting_of(house, name=long)
    for days_ago in range(9):
        given.attendance_of(stay, meeting, alice, days_ago=days_ago + 1, grade=1 + 4 * (days_ago % 2))
    week = monday(cast.today) - timedelta(days=7)
    return {
        "requirement": given.requirement_of(house, 1, stay=stay, besides=True, reason=long),
        "excused week": given.week_excused_of(stay, week, alice, cause="other", note=long * 3),
    }
