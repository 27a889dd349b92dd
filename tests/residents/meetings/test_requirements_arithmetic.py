"""The arithmetic of required meetings, on facts alone; and against a slow recomputation over a year of anything."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from residents.meetings import standing
from residents.meetings.standing import Asked, Attended, Held, Level, Lived, State, monday, of_periods, of_week
from tests.residents.meetings.slow_standing import slow_period, slow_week

MONDAY = date(2026, 6, 1)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
NEXT = MONDAY + WEEK
ALWAYS = Lived(date(2026, 1, 1))
THREE = Asked(key=1, level=Level.HOUSE, count=3, starts_on=date(2026, 1, 1))


def went(*days: int, kind: str = "aa", grade: int = 1) -> list[Attended]:
    """Meetings on these days of the week, from 0."""
    return [Attended(MONDAY + DAY * day, kind, grade) for day in days]


def stands(asked=(THREE,), lived=ALWAYS, attended=(), *, excused=False, today=NEXT):
    return of_week(asked, lived, MONDAY, attended, excused=excused, today=today)


def test_it_stands_on_nothing_but_python():
    tree = ast.parse(Path(standing.__file__).read_text())
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert modules == {"__future__", "collections", "collections.abc", "dataclasses", "datetime", "enum"}


@pytest.mark.parametrize(
    ("days", "state", "still"),
    [((), State.MISSED, 3), ((0, 1), State.MISSED, 1), ((0, 0, 6), State.MET, 0), ((0, 1, 2, 3), State.MET, 0)],
)
def test_after_the_week_it_is_met_or_missed(days, state, still):
    found = stands(attended=went(*days))
    assert (found.state, found.done, found.needed, found.still_needed) == (state, len(days), 3, still)


@pytest.mark.parametrize(
    ("past", "done", "state"),
    [
        (0, 0, State.ON_TRACK),
        (2, 0, State.ON_TRACK),  # 3 × 2 ÷ 7 is less than one
        (3, 0, State.BEHIND),
        (4, 1, State.ON_TRACK),
        (5, 1, State.BEHIND),
        (6, 2, State.ON_TRACK),
        (6, 3, State.MET),
    ],
)
def test_during_the_week_one_is_behind_where_less_is_done_than_full_days_are_past(past, done, state):
    assert stands(attended=went(*[0] * done), today=MONDAY + DAY * past).state == state


@pytest.mark.parametrize(("lived", "needed"), [(1, 0), (2, 0), (3, 1), (4, 1), (5, 2), (6, 2), (7, 3)])
def test_of_a_part_of_a_week_the_part_is_asked_rounded_down(lived, needed):
    arrives, leaves = Lived(NEXT - DAY * lived), Lived(date(2026, 1, 1), MONDAY + DAY * lived)
    assert stands(lived=arrives).needed == stands(lived=leaves).needed == needed


def test_where_the_part_rounds_to_nothing_it_is_met():
    assert stands(lived=Lived(NEXT - DAY)).state == State.MET


def test_meetings_of_other_weeks_and_of_days_on_which_they_did_not_live_there_do_not_count():
    lived = Lived(MONDAY + DAY * 2)
    found = stands(lived=lived, attended=went(-1, 0, 1, 2, 7))
    assert (found.done, [each.on for each in found.attended]) == (1, [MONDAY + DAY * 2])


def test_the_week_of_a_transfer_belongs_to_each_house_for_its_days():
    leaves = MONDAY + DAY * 3
    before, after = Lived(date(2026, 1, 1), leaves), Lived(leaves)
    seven = Asked(key=1, level=Level.HOUSE, count=7, starts_on=date(2026, 1, 1))
    went_daily = went(*range(7))
    assert [stands([seven], each, went_daily).needed for each in (before, after)] == [3, 4]
    assert [stands([seven], each, went_daily).done for each in (before, after)] == [3, 4]


def test_whoever_did_not_live_there_is_asked_nothing():
    assert stands(lived=Lived(NEXT)).state == State.NOTHING
    assert stands([], attended=went(1)).state == State.NOTHING


def test_what_is_below_the_evidence_asked_for_does_not_count_and_is_told():
    asked = Asked(key=1, level=Level.HOUSE, count=3, starts_on=date(2026, 1, 1), least_grade=3)
    found = stands([asked], attended=[*went(0, 1, grade=3), *went(2, grade=2), *went(3, grade=5)])
    (line,) = found.lines
    assert (line.done, line.below, found.state) == (3, 1, State.MET)


def test_what_is_still_needed_is_the_rest_or_what_its_kinds_lack():
    asked = Asked(key=1, level=Level.HOUSE, count=4, starts_on=date(2026, 1, 1), parts={"house": 1, "therapy": 2})
    assert stands([asked]).still_needed == 4
    assert stands([asked], attended=went(0, 1, 2, 3, 4)).still_needed == 3
    assert stands([asked], attended=[*went(0, 1), *went(2, kind="house")]).still_needed == 2
    done = [*went(0), *went(2, kind="house"), *went(3, 4, kind="therapy")]
    assert (stands([asked], attended=done).still_needed, stands([asked], attended=done).state) == (0, State.MET)


def test_of_a_part_of_a_week_also_of_the_kinds_the_part_is_asked():
    asked = Asked(key=1, level=Level.HOUSE, count=7, starts_on=date(2026, 1, 1), parts={"house": 1, "aa": 4})
    found = stands([asked], Lived(MONDAY + DAY * 3))
    assert [(part.kind, part.needed) for part in found.parts] == [("aa", 2)]


def rows(*levels: Level, besides: int = -1) -> list[Asked]:
    return [
        Asked(key=place, level=level, count=place + 1, starts_on=date(2026, 1, 1), phase=7, besides=place == besides)
        for place, level in enumerate(levels)
    ]


IN_PHASE = Lived(date(2026, 1, 1), phases=[Held(7, date(2026, 1, 1))])


@pytest.mark.parametrize(
    ("asked", "binds"),
    [
        (rows(Level.HOUSE), {0}),
        (rows(Level.HOUSE, Level.PHASE), {1}),
        (rows(Level.HOUSE, Level.PHASE, Level.ONE), {2}),
        (rows(Level.ONE, Level.HOUSE, Level.ONE), {0, 2}),
        (rows(Level.HOUSE, Level.ONE, besides=1), {0, 1}),
        (rows(Level.HOUSE, Level.PHASE, Level.ONE, besides=0), {0, 2}),
    ],
)
def test_what_is_asked_of_fewer_replaces_what_is_asked_of_more_unless_it_comes_besides(asked, binds):
    assert {line.asked.key for line in stands(asked, IN_PHASE).lines} == binds


def test_what_binds_is_what_was_in_force_and_the_phase_held_on_the_first_day_lived_there():
    until_tuesday = Asked(key=1, level=Level.HOUSE, count=1, starts_on=date(2026, 1, 1), ends_on=MONDAY + DAY)
    from_tuesday = Asked(key=2, level=Level.HOUSE, count=2, starts_on=MONDAY + DAY)
    of_phase = Asked(key=3, level=Level.PHASE, count=3, starts_on=date(2026, 1, 1), phase=7)
    asked = [until_tuesday, from_tuesday, of_phase]
    later = [Held(7, MONDAY + DAY * 2)]
    assert stands(asked, Lived(date(2026, 1, 1), phases=later)).needed == 1
    assert stands(asked, Lived(MONDAY + DAY, phases=later)).needed == 2 * 6 // 7
    assert stands(asked, Lived(MONDAY + DAY * 2, phases=later)).lines[0].asked.key == 3


def test_an_excused_week_shows_what_was_done_all_the_same():
    found = stands(attended=went(1, 2), excused=True)
    assert (found.state, found.done, found.still_needed) == (State.EXCUSED, 2, 0)


def test_of_several_the_worst_counts_and_one_meeting_serves_all():
    court = Asked(key=2, level=Level.ONE, count=2, starts_on=date(2026, 1, 1), besides=True, least_grade=3)
    found = stands([THREE, court], attended=[*went(0, 1, grade=1), *went(2, grade=3)])
    assert [line.still_needed for line in found.lines] == [0, 1]
    assert (found.state, found.done, found.needed, found.still_needed) == (State.MISSED, 3, 3, 1)


NINETY = Asked(key=9, level=Level.ONE, count=90, days=90, starts_on=date(2026, 5, 1))


def period(attended=(), *, asked=(NINETY,), lived=ALWAYS, today):
    return [found for _asked, found in of_periods(asked, lived, attended, today=today)]


def daily(count: int) -> list[Attended]:
    return [Attended(date(2026, 5, 1) + DAY * each, "na", 1) for each in range(count)]


@pytest.mark.parametrize(
    ("done", "past", "state"),
    [
        (0, 0, State.ON_TRACK),
        (9, 10, State.BEHIND),
        (10, 10, State.ON_TRACK),
        (89, 89, State.ON_TRACK),
        (89, 90, State.MISSED),
        (90, 90, State.MET),
        (90, 300, State.MET),
    ],
)
def test_ninety_in_ninety(done, past, state):
    (found,) = period(daily(done), today=date(2026, 5, 1) + DAY * past)
    assert (found.state, found.done, found.until) == (state, done, date(2026, 7, 30))


def test_a_period_runs_from_the_move_in_where_that_is_later_and_from_the_phase_where_it_is_of_one():
    (found,) = period(lived=Lived(date(2026, 5, 20)), today=date(2026, 6, 1))
    assert (found.first, found.until) == (date(2026, 5, 20), date(2026, 8, 18))
    of_phase = Asked(key=9, level=Level.PHASE, count=90, days=90, phase=7, starts_on=date(2026, 5, 1))
    held = Lived(date(2026, 1, 1), phases=[Held(6, date(2026, 1, 1), date(2026, 5, 25)), Held(7, date(2026, 5, 25))])
    (found,) = period(asked=[of_phase], lived=held, today=date(2026, 6, 1))
    assert found.first == date(2026, 5, 25)


def test_a_period_that_was_called_off_or_replaced_or_is_to_come_is_none():
    ended = Asked(key=9, level=Level.ONE, count=90, days=90, starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 20))
    assert len(period(asked=[ended], today=date(2026, 5, 19))) == 1
    assert period(asked=[ended], today=date(2026, 5, 20)) == []
    wider = Asked(key=8, level=Level.HOUSE, count=30, days=90, starts_on=date(2026, 4, 20))
    assert [each.needed for each in period(asked=[wider, NINETY], today=date(2026, 5, 1))] == [90]
    assert period(today=date(2026, 4, 30)) == []


def test_who_leaves_before_the_end_of_a_period_has_not_missed_it():
    lived = Lived(date(2026, 1, 1), date(2026, 5, 11))
    assert period(daily(90), lived=lived, today=date(2027, 1, 1))[0].state == State.ON_TRACK
    assert period(daily(3), lived=lived, today=date(2027, 1, 1))[0].state == State.BEHIND


# A year of anything

FIRST = date(2026, 1, 5)
days = st.integers(-30, 380).map(lambda number: FIRST + DAY * number)
kinds = st.sampled_from(["aa", "na", "house", "therapy"])


@st.composite
def ranges(draw):
    start = draw(days)
    length = draw(st.one_of(st.none(), st.integers(0, 200)))
    return start, None if length is None else start + DAY * length


@st.composite
def requirements(draw):
    found = []
    for key in range(draw(st.integers(0, 6))):
        start, end = draw(ranges())
        count = draw(st.integers(1, 14))
        parts, left = {}, count
        for kind in draw(st.lists(kinds, max_size=2, unique=True)):
            if left:
                parts[kind] = draw(st.integers(1, left))
                left -= parts[kind]
        found.append(
            Asked(
                key=key,
                level=draw(st.sampled_from(Level)),
                count=count,
                starts_on=start,
                ends_on=end,
                phase=draw(st.integers(1, 2)),
                least_grade=draw(st.integers(1, 5)),
                besides=draw(st.booleans()),
                parts=parts,
                days=draw(st.one_of(st.none(), st.none(), st.integers(2, 120))),
            )
        )
    return found


@st.composite
def stays(draw):
    start, end = draw(ranges())
    held, day = [], start
    for phase in draw(st.lists(st.integers(1, 2), max_size=4)):
        until = day + DAY * draw(st.integers(1, 90))
        until = min(until, end) if end else until
        if day < until:
            held.append(Held(phase, day, until))
        day = until + DAY * draw(st.sampled_from([0, 0, 3]))
    return Lived(start, end, held)


attendances = st.lists(st.builds(Attended, days, kinds, st.integers(1, 5)), max_size=60)


@settings(max_examples=300)
@given(requirements(), stays(), attendances, st.sets(st.integers(0, 52)), days)
def test_every_week_of_a_year_is_as_a_slow_recomputation_says(asked, lived, attended, excused, today):
    for number in range(53):
        week = FIRST + WEEK * number
        found = of_week(asked, lived, week, attended, excused=number in excused, today=today)
        slow = slow_week(asked, lived, week, attended, excused=number in excused, today=today)
        assert (str(found.state), found.done, found.needed, found.still_needed) == slow


@settings(max_examples=300)
@given(requirements(), stays(), attendances, days)
def test_every_period_is_as_a_slow_recomputation_says(asked, lived, attended, today):
    fast = {
        row.key: (str(found.state), found.first, found.done, found.needed, found.still_needed)
        for row, found in of_periods(asked, lived, attended, today=today)
    }
    slow = {row.key: slow_period(row, asked, lived, attended, today=today) for row in asked if row.days is not None}
    assert fast == {key: value for key, value in slow.items() if value is not None}


@given(days)
def test_a_week_begins_on_its_monday(day):
    assert monday(day).weekday() == 0
    assert monday(day) <= day < monday(day) + WEEK
