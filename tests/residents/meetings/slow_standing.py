"""How residents stand, reckoned once more: day by day and meeting by meeting, with a calendar and a pencil.
Nothing of the product is called; only its facts are read."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

DAY = timedelta(days=1)


def lives(stay: Any, day: date) -> bool:
    if day < stay.starts_on:
        return False
    return stay.ends_on is None or day < stay.ends_on


def in_force(row: Any, day: date) -> bool:
    if day < row.starts_on:
        return False
    return row.ends_on is None or day < row.ends_on


def phase(stay: Any, day: date) -> int | None:
    for held in stay.phases:
        if held.starts_on <= day and (held.ends_on is None or day < held.ends_on):
            return held.phase
    return None


def concerns(row: Any, stay: Any, day: date) -> bool:
    """Whether, on this day, it is in force and they are among those of whom it is asked."""
    if not in_force(row, day):
        return False
    return int(row.level) != 1 or row.phase == phase(stay, day)


def bind(rows: list[Any], stay: Any, day: date) -> list[Any]:
    """What binds: a row that does not come besides gives way to any narrower such row."""
    there = [row for row in rows if concerns(row, stay, day)]
    found = []
    for row in there:
        gives_way = False
        for other in there:
            if not other.besides and int(other.level) > int(row.level):
                gives_way = True
        if row.besides or not gives_way:
            found.append(row)
    return found


def calendar(first: date, count: int) -> list[date]:
    return [first + DAY * number for number in range(count)]


def least_more(rows: list[Any], went: list[Any], share: Fraction) -> int:
    """The fewest further meetings after which everything is met, found by trying: each further one is of the best
    evidence and of whatever kind serves."""
    lacks: dict[str, int] = {}
    most_total = 0
    for row in rows:
        good = [each for each in went if each.grade >= row.least_grade]
        most_total = max(most_total, int(row.count * share) - len(good))
        for kind, count in (row.parts or {}).items():
            missing = int(count * share) - len([each for each in good if each.kind == kind])
            lacks[kind] = max(lacks.get(kind, 0), missing)
    more = 0
    while more < most_total or more < sum(lacks.values()):
        more += 1
    return more


def slow_week(
    rows: list[Any], stay: Any, week: date, attended: list[Any], *, excused: bool, today: date
) -> tuple[str, int, int, int]:
    """State, done, needed, still needed."""
    lived = [day for day in calendar(week, 7) if lives(stay, day)]
    went = [each for each in attended if each.on in lived]
    weekly = [row for row in rows if row.days is None]
    binds = bind(weekly, stay, lived[0]) if lived else []
    if not binds:
        return "nothing", len(went), 0, 0
    done = len([each for each in went if any(each.grade >= row.least_grade for row in binds)])
    if excused:
        return "excused", done, 0, 0
    share = Fraction(len(lived), 7)
    still = least_more(binds, went, share)
    past = len([day for day in lived if day < today])
    return (
        _state(binds, went, share, Fraction(past, len(lived)), over=today > week + DAY * 6),
        done,
        _needed(binds, went, share),
        still,
    )


def _needed(rows: list[Any], went: list[Any], share: Fraction) -> int:
    """The most that one of them asks; or what is asked of single kinds by different ones, where that is more: of each
    kind as the one asks of which most is missing."""
    of_kind: dict[str, tuple[int, int]] = {}
    for row in rows:
        for kind, count in (row.parts or {}).items():
            asked = int(count * share)
            good = len([each for each in went if each.grade >= row.least_grade and each.kind == kind])
            of_kind[kind] = max(of_kind.get(kind, (0, 0)), (max(asked - good, 0), asked))
    return max([int(row.count * share) for row in rows] + [sum(asked for _missing, asked in of_kind.values())])


def _state(rows: list[Any], went: list[Any], share: Fraction, past: Fraction, *, over: bool) -> str:
    if least_more(rows, went, share) == 0:
        return "met"
    if over:
        return "missed"
    for row in rows:
        good = len([each for each in went if each.grade >= row.least_grade])
        if least_more([row], went, share) and good < int(int(row.count * share) * past):
            return "behind"
    return "on_track"


def slow_period(
    row: Any, rows: list[Any], stay: Any, attended: list[Any], *, today: date
) -> tuple[str, date, int, int, int] | None:
    """State, first day, done, needed, still needed; None where it is not asked of them, or not any more."""
    others = [each for each in rows if each.days is not None]
    first = None
    day = min([row.starts_on, stay.starts_on])
    while day <= today and first is None:
        if lives(stay, day) and concerns(row, stay, day):
            first = day
        day += DAY
    if first is None or row not in bind(others, stay, first):
        return None
    period = calendar(first, row.days)
    for day in period:
        if day > today:
            break
        if not in_force(row, day):
            return None
        for other in others:
            narrower = int(other.level) > int(row.level) and not other.besides and not row.besides
            if (
                narrower
                and day > first
                and lives(stay, day)
                and concerns(other, stay, day)
                and _begins(other, stay, day)
            ):
                return None
    lived = [day for day in period if lives(stay, day)]
    went = [each for each in attended if each.on in lived]
    good = [each for each in went if each.grade >= row.least_grade]
    past = Fraction(len([day for day in lived if day < today]), row.days)
    over = today > period[-1] and lives(stay, period[-1])
    state = _state([row], went, Fraction(1), past, over=over)
    return state, first, len(good), row.count, least_more([row], went, Fraction(1))


def _begins(row: Any, stay: Any, day: date) -> bool:
    """Whether it is asked of them on this day for the first time."""
    earlier = stay.starts_on
    while earlier < day:
        if concerns(row, stay, earlier):
            return False
        earlier += DAY
    return True
