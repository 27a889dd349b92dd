"""By when somebody is in: on every night of the year, in zones that change their clocks in unlike ways."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from residents.away.hours import (
    DAY,
    NO_CURFEW,
    Curfew,
    Differs,
    Own,
    SetBy,
    Shift,
    at,
    curfew,
    house_hour,
    instant,
    morning,
    night_of,
)

NEW_YORK, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # half an hour
ZONES = [NEW_YORK, LOS_ANGELES, LORD_HOWE, ZoneInfo("America/Phoenix"), ZoneInfo("Pacific/Apia")]

FORWARD, BACK = date(2026, 3, 7), date(2026, 10, 31)  # the Saturdays in whose nights clocks change in the United States

zones = st.sampled_from(ZONES)
nights = st.dates(date(2011, 1, 1), date(2031, 12, 31))
hours = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def clock(hour: int, minute: int = 0) -> time:
    return time(hour, minute)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "night", "hour", "expected"),
    [
        # An ordinary night: before midnight, at midnight, after it.
        (NEW_YORK, date(2026, 6, 5), clock(22), utc(2026, 6, 6, 2)),
        (NEW_YORK, date(2026, 6, 5), clock(0), utc(2026, 6, 6, 4)),
        (NEW_YORK, date(2026, 6, 5), clock(1), utc(2026, 6, 6, 5)),
        (LOS_ANGELES, date(2026, 6, 5), clock(23, 30), utc(2026, 6, 6, 6, 30)),
        # Noon is of the evening's day, the last minute before it of the next.
        (NEW_YORK, date(2026, 6, 5), clock(12), utc(2026, 6, 5, 16)),
        (NEW_YORK, date(2026, 6, 5), clock(11, 59), utc(2026, 6, 6, 15, 59)),
        # The hour from two to three is skipped: all of it is the moment of the jump.
        (NEW_YORK, FORWARD, clock(1, 59), utc(2026, 3, 8, 6, 59)),
        (NEW_YORK, FORWARD, clock(2), utc(2026, 3, 8, 7)),
        (NEW_YORK, FORWARD, clock(2, 30), utc(2026, 3, 8, 7)),
        (NEW_YORK, FORWARD, clock(3), utc(2026, 3, 8, 7)),
        (NEW_YORK, FORWARD, clock(3, 1), utc(2026, 3, 8, 7, 1)),
        (LOS_ANGELES, FORWARD, clock(1), utc(2026, 3, 8, 9)),
        (LOS_ANGELES, FORWARD, clock(2, 30), utc(2026, 3, 8, 10)),
        (LOS_ANGELES, FORWARD, clock(23), utc(2026, 3, 8, 7)),
        # The hour from one to two comes twice: its first is meant.
        (NEW_YORK, BACK, clock(0, 59), utc(2026, 11, 1, 4, 59)),
        (NEW_YORK, BACK, clock(1), utc(2026, 11, 1, 5)),
        (NEW_YORK, BACK, clock(1, 30), utc(2026, 11, 1, 5, 30)),
        (NEW_YORK, BACK, clock(2), utc(2026, 11, 1, 7)),
        (LOS_ANGELES, BACK, clock(1), utc(2026, 11, 1, 8)),
        (LOS_ANGELES, BACK, clock(2), utc(2026, 11, 1, 10)),
        # Half an hour, the other way round in the year.
        (LORD_HOWE, date(2026, 10, 3), clock(2, 15), utc(2026, 10, 3, 15, 30)),
        (LORD_HOWE, date(2026, 4, 4), clock(1, 45), utc(2026, 4, 4, 14, 45)),
    ],
)
def test_an_hour_of_a_night_is_one_instant(zone, night, hour, expected):
    assert instant(night, hour, zone) == expected


@given(nights, hours, zones)
@example(FORWARD, clock(2, 30), NEW_YORK)
@example(BACK, clock(1, 30), LOS_ANGELES)
@example(date(2026, 10, 3), clock(2, 15), LORD_HOWE)
@example(date(2011, 12, 29), clock(1), ZoneInfo("Pacific/Apia"))  # the next day never came there
def test_it_is_the_first_minute_in_which_the_clock_shows_it_or_has_passed_it(night, hour, zone):
    due = instant(night, hour, zone)
    wanted = datetime.combine(night if hour >= clock(12) else night + DAY, hour)
    before = (due - timedelta(minutes=1)).astimezone(zone).replace(tzinfo=None)

    assert due.astimezone(zone).replace(tzinfo=None) >= wanted
    assert before < wanted
    # And there was no such minute in the two days before.
    for minutes in range(2, 48 * 60, 7):
        assert (due - timedelta(minutes=minutes)).astimezone(zone).replace(tzinfo=None) < wanted


@given(nights, st.integers(0, 24 * 60), zones)
def test_every_instant_lies_in_one_night(day, minutes, zone):
    now = utc(day.year, day.month, day.day) + timedelta(minutes=minutes)
    night = night_of(now, zone)

    assert at(night, clock(12), zone) <= now < morning(night, zone)


@given(nights, st.lists(hours, min_size=2, max_size=2), zones)
def test_later_hours_of_a_night_are_never_earlier_instants(night, pair, zone):
    first, second = sorted(pair, key=lambda hour: (hour < clock(12), hour))

    assert instant(night, first, zone) <= instant(night, second, zone)
    assert night_of(instant(night, first, zone), zone) == night or zone.key == "Pacific/Apia"


# --- the house's hour ----------------------------------------------------------------------------------------------

MONDAY = date(2026, 6, 1)
ONE, TWO = 1, 2  # phases


@pytest.mark.parametrize(
    ("day", "hour"),
    [(0, 22), (1, 22), (2, 22), (3, 22), (4, 23), (5, 23), (6, 22)],
)
def test_evenings_of_friday_and_saturday_are_the_weekend(day, hour):
    asked = house_hour(MONDAY + day * DAY, weeknights=clock(22), weekends=clock(23), differs=[], phase=None)

    assert asked == clock(hour)


DIFFERS = [
    Differs(ONE, None, clock(21)),
    Differs(ONE, 4, clock(21, 30)),
    Differs(None, 4, clock(0, 30)),
    Differs(TWO, 5, None),
]


@pytest.mark.parametrize(
    ("phase", "day", "expected"),
    [
        (ONE, 4, clock(21, 30)),  # phase and weekday
        (ONE, 0, clock(21)),  # phase
        (TWO, 4, clock(0, 30)),  # weekday
        (None, 4, clock(0, 30)),  # weekday, for whoever is in no phase
        (TWO, 0, clock(22)),  # the house
        (None, 5, clock(23)),
        (TWO, 5, None),  # no curfew for this phase that evening
    ],
)
def test_the_narrower_hour_counts(phase, day, expected):
    asked = house_hour(MONDAY + day * DAY, weeknights=clock(22), weekends=clock(23), differs=DIFFERS, phase=phase)

    assert asked == expected


# --- one resident --------------------------------------------------------------------------------------------------


def ours(hour: time, **facts: object) -> Own:
    return Own(**({"officer": False, "weekday": None, "hour": hour, "starts_on": MONDAY} | facts))


def officers(hour: time, **facts: object) -> Own:
    return ours(hour, officer=True, **facts)


TEN = clock(22)


def due(*, house: time | None = TEN, night: date = MONDAY, own=(), shifts=()) -> Curfew:
    return curfew(night, NEW_YORK, house=house, own=own, shifts=shifts)


def eastern(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime.combine(day, clock(hour, minute), tzinfo=NEW_YORK).astimezone(UTC)


def test_without_an_hour_there_is_no_curfew():
    assert due(house=None) == NO_CURFEW


def test_the_house_replaces_its_own_hour():
    found = due(own=[ours(clock(23))])

    assert (found.due_at, found.set_by) == (eastern(23), SetBy.RESIDENT)


def test_an_exception_gives_an_hour_where_the_house_has_none():
    assert due(house=None, own=[ours(clock(21))]).due_at == eastern(21)


def test_an_exception_for_the_weekday_comes_before_one_for_every_night_and_the_later_before_the_earlier():
    every, earlier = ours(clock(23)), ours(clock(20), starts_on=MONDAY - DAY)
    monday = ours(clock(21), weekday=0)

    assert due(own=[every, earlier]).due_at == eastern(23)
    assert due(own=[every, monday, earlier]).due_at == eastern(21)
    assert due(own=[every, monday], night=MONDAY + DAY).due_at == eastern(23, day=MONDAY + DAY)


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [(0, None, True), (1, None, False), (-3, 0, False), (-3, 1, True), (0, 0, False)],
)
def test_an_exception_holds_for_the_nights_of_its_range(starts, ends, holds):
    own = ours(clock(23), starts_on=MONDAY + starts * DAY, ends_on=None if ends is None else MONDAY + ends * DAY)

    assert (due(own=[own]).due_at == eastern(23)) is holds


def test_the_stricter_hour_of_an_officer_wins():
    strict, lenient = officers(clock(21)), officers(clock(23, 30))

    assert due(own=[strict]) == Curfew(eastern(21), SetBy.OFFICER, None, eastern(21))
    assert due(own=[lenient]).set_by == SetBy.HOUSE
    assert due(own=[strict, lenient, ours(clock(23))]).due_at == eastern(21)
    assert due(house=None, own=[lenient]).set_by == SetBy.OFFICER
    assert due(house=clock(0, 30), own=[officers(clock(23))]).due_at == eastern(23)  # past midnight is later


def shift(starts: time, ends: time, weekday: int = 0, **facts: object) -> Shift:
    return Shift(weekday, starts, ends, MONDAY - 30 * DAY, **facts)


@pytest.mark.parametrize(
    ("starts", "ends", "until"),
    [
        (clock(15), clock(23), eastern(23)),  # over the hour
        (clock(15), clock(1), eastern(1, day=MONDAY + DAY)),  # over midnight as well
        (clock(22), clock(6), eastern(6, day=MONDAY + DAY)),  # begins at the hour
        (clock(14), clock(22), eastern(22)),  # is over at the hour
        (clock(22, 1), clock(6), eastern(22)),  # begins after it: they go out again
        (clock(8), clock(16), eastern(22)),
    ],
)
def test_whoever_is_at_work_at_the_hour_is_excused_until_the_shift_ends(starts, ends, until):
    found = due(shifts=[shift(starts, ends)])

    assert found.due_at == until
    assert found.hour_at == eastern(22)
    assert (found.shift is not None) == (until != eastern(22))


def test_the_day_of_the_shift_counts():
    assert due(shifts=[shift(clock(15), clock(23), weekday=1)]).due_at == eastern(22)
    # One that begins after midnight belongs to the morning's day.
    early = shift(clock(0), clock(4), weekday=1)
    assert due(house=clock(0, 30), shifts=[early]).due_at == eastern(4, day=MONDAY + DAY)


def test_a_shift_that_is_over_or_has_not_begun_excuses_nobody():
    over = Shift(0, clock(15), clock(23), MONDAY - 30 * DAY, MONDAY)
    coming = Shift(0, clock(15), clock(23), MONDAY + DAY)

    assert due(shifts=[over, coming]).due_at == eastern(22)


def test_one_shift_after_the_other_excuses_until_the_last_ends():
    work, class_ = shift(clock(18), clock(22, 30)), shift(clock(22, 30), clock(23, 30))

    assert due(shifts=[class_, work]).due_at == eastern(23, 30)


def test_no_shift_excuses_from_an_officers_hour():
    found = due(own=[officers(clock(22))], shifts=[shift(clock(15), clock(1))])

    assert (found.due_at, found.set_by, found.shift) == (eastern(22), SetBy.OFFICER, None)


@pytest.mark.parametrize("zone", [NEW_YORK, LOS_ANGELES, LORD_HOWE])
@pytest.mark.parametrize("night", [FORWARD, BACK, date(2026, 10, 3), date(2026, 4, 4)])
def test_a_shift_over_the_change_of_the_clock_ends_when_the_clock_shows_it(zone, night):
    late = Shift(night.weekday(), clock(20), clock(4), night)

    found = curfew(night, zone, house=clock(23), shifts=[late])

    assert found.due_at == at(night + DAY, clock(4), zone)
    assert found.due_at.astimezone(zone).time() == clock(4)
