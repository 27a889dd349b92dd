"""How a resident stands with the meetings that are asked of them: arithmetic on facts, without a database.

Days are those of the house; its week is Monday to Sunday; ranges are half-open. A week is judged by what is asked on
the first of its days on which they lived there, a period by what is asked on its first day. Each requirement that binds
is judged on its own, so one meeting may count for several.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class State(StrEnum):
    """From what needs somebody first, to what needs nobody."""

    MISSED = "missed"
    BEHIND = "behind"
    ON_TRACK = "on_track"
    MET = "met"
    EXCUSED = "excused"
    NOTHING = "nothing"


WORST_FIRST = tuple(State)


class Level(IntEnum):
    """Of whom it is asked: what is asked of fewer replaces what is asked of more."""

    HOUSE = 0
    PHASE = 1
    ONE = 2


@dataclass(frozen=True)
class Asked:
    """One requirement: so many meetings in each week or, where it has `days`, in that many days; `parts` says how many
    of them of which kinds. `key` is the caller's, and `phase` what `Held` calls it."""

    key: int
    level: Level
    count: int
    starts_on: date
    ends_on: date | None = None
    phase: int | None = None
    least_grade: int = 1
    besides: bool = False
    parts: Mapping[str, int] | None = None
    days: int | None = None

    def holds(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True)
class Held:
    """A phase that somebody held."""

    phase: int
    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True)
class Lived:
    """A stay: from when until when, and its phases."""

    starts_on: date
    ends_on: date | None = None
    phases: Sequence[Held] = ()

    def days(self, since: date, until: date) -> list[date]:
        """Those of the days in [since, until) on which they lived there."""
        first, end = max(since, self.starts_on), min(until, self.ends_on or until)
        return [first + DAY * each for each in range(max((end - first).days, 0))]

    def phase_on(self, day: date) -> int | None:
        held = (each.phase for each in self.phases if each.starts_on <= day < (each.ends_on or date.max))
        return next(held, None)


@dataclass(frozen=True)
class Attended:
    """One meeting at which they were: the day in the house, its kind, and the newest grade of its evidence."""

    on: date
    kind: str
    grade: int


@dataclass(frozen=True)
class Part:
    """Of one kind: how many were asked for, and how many count."""

    kind: str
    needed: int
    done: int

    @property
    def still_needed(self) -> int:
        return max(self.needed - self.done, 0)


@dataclass(frozen=True)
class Line:
    """One requirement in one week or period: `needed` for the days on which they lived there, `done`, and how many more
    were `below` the evidence asked for."""

    asked: Asked
    needed: int
    done: int
    below: int
    parts: Sequence[Part]
    due_by_now: int  # so many would be done by now, were they spread evenly

    @property
    def still_needed(self) -> int:
        return max(self.needed - self.done, sum(part.still_needed for part in self.parts))


@dataclass(frozen=True)
class Standing:
    """How somebody stands in the days [first, until), of which they lived there on `lived`. `attended` are all the
    meetings of those days, also those that count for nothing."""

    state: State
    first: date
    until: date
    lived: Sequence[date]
    lines: Sequence[Line]
    attended: Sequence[Attended]
    done: int
    needed: int
    still_needed: int
    parts: Sequence[Part]

    def counts(self, meeting: Attended) -> bool:
        """Whether it counts for anything that is asked; where nothing is, all do."""
        return not self.lines or any(meeting.grade >= line.asked.least_grade for line in self.lines)

    @property
    def needs_somebody(self) -> bool:
        return self.state in (State.BEHIND, State.MISSED)


def monday(day: date) -> date:
    """The first day of its week."""
    return day - DAY * day.weekday()


def binding(asked: Iterable[Asked], lived: Lived, day: date) -> list[Asked]:
    """Of these, all weekly or all for periods, what binds somebody on `day`: of what is in force for them, the
    narrowest level, and whatever comes besides."""
    held = lived.phase_on(day)
    found = [each for each in asked if each.holds(day) and (each.level != Level.PHASE or each.phase == held)]
    narrowest = max((each.level for each in found if not each.besides), default=None)
    return [each for each in found if each.besides or each.level == narrowest]


def of_week(
    asked: Iterable[Asked],
    lived: Lived,
    week: date,
    attended: Iterable[Attended],
    *,
    excused: bool,
    today: date,
) -> Standing:
    """The standing in the week that begins on the Monday `week`. Of a part of a week the part is asked: the count times
    the days on which they lived there, by seven, rounded down."""
    days = lived.days(week, week + WEEK)
    rows = binding((each for each in asked if each.days is None), lived, days[0]) if days else []
    went = _between(attended, days)
    past = sum(day < today for day in days)
    lines = [_line(each, went, share=(len(days), 7), past=(past, len(days))) for each in rows]
    return _standing(lines, went, days, week, week + WEEK, excused=excused, over=today >= week + WEEK)


def of_periods(
    asked: Iterable[Asked], lived: Lived, attended: Collection[Attended], *, today: date
) -> list[tuple[Asked, Standing]]:
    """The standing in each period that was or is asked of them in full, and has begun. Excused weeks do not lengthen
    one. One that they did not live to the end of stands as it did on their last day."""
    rows = [each for each in asked if each.days is not None]
    found = []
    for each in rows:
        first = first_day(each, lived)
        if first is None or first > today or each not in binding(rows, lived, first):
            continue
        until = first + DAY * (each.days or 0)
        if _called_off(each, rows, lived, first, until, today):
            continue
        days = lived.days(first, until)
        went = _between(attended, days)
        past = sum(day < today for day in days)
        line = _line(each, went, share=(1, 1), past=(past, each.days or 1))
        standing = _standing([line], went, days, first, until, excused=False, over=today >= until == days[-1] + DAY)
        found.append((each, standing))
    return found


def first_day(asked: Asked, lived: Lived) -> date | None:
    """The first day on which it is in force for them: a period runs from it."""
    starts = [max(asked.starts_on, lived.starts_on)]
    if asked.level == Level.PHASE:
        held = [each for each in lived.phases if each.phase == asked.phase]
        starts = sorted(max(starts[0], each.starts_on) for each in held if starts[0] < (each.ends_on or date.max))
    return next((day for day in starts if asked.holds(day) and lived.days(day, day + DAY)), None)


def _called_off(asked: Asked, rows: Iterable[Asked], lived: Lived, first: date, until: date, today: date) -> bool:
    """Whether it ended, or something narrower came in its place, before the period was over."""
    over_on = min(until, today + DAY)
    if asked.ends_on is not None and asked.ends_on < over_on:
        return True
    narrower = (first_day(each, lived) for each in rows if each.level > asked.level and not each.besides)
    return not asked.besides and any(day is not None and first < day < over_on for day in narrower)


def _between(attended: Iterable[Attended], days: Sequence[date]) -> list[Attended]:
    if not days:
        return []
    found = [each for each in attended if days[0] <= each.on <= days[-1]]
    return sorted(found, key=lambda each: (each.on, each.kind, each.grade))


def _line(asked: Asked, attended: Sequence[Attended], *, share: tuple[int, int], past: tuple[int, int]) -> Line:
    """`share` of the count is asked, and `past` of the time is over; both as (part, whole)."""
    counted = [each for each in attended if each.grade >= asked.least_grade]
    kinds = Counter(each.kind for each in counted)
    needed = asked.count * share[0] // share[1]
    parts = [
        Part(kind, count * share[0] // share[1], kinds[kind])
        for kind, count in sorted((asked.parts or {}).items())
        if count * share[0] // share[1]
    ]
    due = needed * past[0] // past[1]
    return Line(asked, needed, len(counted), len(attended) - len(counted), parts, due)


def _standing(
    lines: Sequence[Line],
    attended: Sequence[Attended],
    days: Sequence[date],
    first: date,
    until: date,
    *,
    excused: bool,
    over: bool,
) -> Standing:
    parts = _parts(lines)
    done = sum(not lines or any(each.grade >= line.asked.least_grade for line in lines) for each in attended)
    needed = max([0, sum(part.needed for part in parts), *(line.needed for line in lines)])
    # What is missing of one kind is missing once, however many requirements ask for it.
    still = max([0, sum(part.still_needed for part in parts), *(line.still_needed for line in lines)])
    if not lines:
        state, needed = State.NOTHING, 0
    elif excused:
        state, needed, still, parts = State.EXCUSED, 0, 0, []
    else:
        state = min((_state(line, over=over) for line in lines), key=WORST_FIRST.index)
    return Standing(state, first, until, days, lines, attended, done, needed, still, parts)


def _parts(lines: Iterable[Line]) -> list[Part]:
    """By kind, the part of which most is missing; where several ask for as much, for which most is asked."""
    worst: dict[str, Part] = {}
    for part in (each for line in lines for each in line.parts):
        other = worst.get(part.kind)
        if other is None or (part.still_needed, part.needed) > (other.still_needed, other.needed):
            worst[part.kind] = part
    return [worst[kind] for kind in sorted(worst)]


def _state(line: Line, *, over: bool) -> State:
    if not line.still_needed:
        return State.MET
    if over:
        return State.MISSED
    return State.BEHIND if line.done < line.due_by_now else State.ON_TRACK
