"""How residents stand, from the rows on record: a year of anything against a slow recomputation, and a constant number
of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event, settings
from hypothesis import given as each_of
from hypothesis import strategies as st

from residents.meetings.queries.standings import Known, living_in, periods, standings
from residents.meetings.services.requirements import requirement_add, week_excuse, week_excuse_take_back
from residents.meetings.standing import State, monday
from residents.models import House, Meeting, Phase, PhaseKind, Stay
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.away.evening import away, sleepers
from tests.residents.meetings import given
from tests.residents.meetings.slow_standing import slow_week

DAY, WEEK = timedelta(days=1), timedelta(days=7)
FIRST = date(2025, 12, 29)  # a Monday; the year after it has both changes of the clock in every zone below
WEEKS = [FIRST + WEEK * number for number in range(53)]
# By the hour, by half an hour, by none; and half the world round.
ZONES = ["America/New_York", "America/Los_Angeles", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"]
HOURS = [time(0, 5), time(2, 30), time(12), time(23, 50)]
KINDS = ["aa", "faith", "therapy"]
HOUSE, PHASE, ONE = range(3)


# A year, in plain facts


@dataclass(frozen=True)
class Change:
    """From this day on something is asked in a house: of all, of those in its phase, or of whoever is there alone."""

    day: int
    level: int
    count: int
    least_grade: int
    besides: bool
    parts: dict[str, int]


@dataclass(frozen=True)
class Went:
    day: int
    hour: int
    kind: str
    grade: int
    then: str


@dataclass(frozen=True)
class Year:
    """Somebody lives in one house until they move to another, or stays there; a second resident has their own."""

    zones: tuple[str, str]
    arrives: int
    moves: int | None
    leaves: int | None
    advances: int | None  # so many days after the move-in they come into the second phase of the first house
    changes: tuple[list[Change], list[Change]]
    went: list[Went]
    excused: dict[int, str]
    today: int


@st.composite
def changes(draw: Any) -> Change:
    count, parts = draw(st.integers(1, 9)), {}
    if draw(st.booleans()):
        parts = {draw(st.sampled_from(KINDS)): draw(st.integers(1, count))}
    return Change(
        draw(st.integers(-20, 380)),
        draw(st.sampled_from([HOUSE, HOUSE, PHASE, ONE])),
        count,
        draw(st.sampled_from([1, 1, 4, 5])),
        draw(st.sampled_from([False, False, True])),
        parts,
    )


@st.composite
def years(draw: Any) -> Year:
    arrives = draw(st.integers(-30, 200))
    moves = draw(st.one_of(st.none(), st.integers(1, 200)))
    leaves = draw(st.one_of(st.none(), st.integers(1, 150)))
    some = st.lists(changes(), max_size=5)
    meetings = st.builds(
        Went,
        st.integers(-5, 375),
        st.integers(0, 3),
        st.sampled_from(KINDS),
        st.sampled_from([1, 4, 5]),
        st.sampled_from(["", "", "", "struck", "raised", "restored"]),
    )
    moved = None if moves is None else arrives + moves
    return Year(
        zones=(draw(st.sampled_from(ZONES)), draw(st.sampled_from(ZONES))),
        arrives=arrives,
        moves=moved,
        leaves=None if leaves is None else (moved or arrives) + leaves,
        advances=draw(st.one_of(st.none(), st.integers(0, 90))),
        changes=(draw(some), draw(some)),
        went=draw(st.lists(meetings, max_size=30)),
        excused=draw(st.dictionaries(st.integers(0, 52), st.sampled_from(["", "taken back", "again"]), max_size=8)),
        today=draw(st.integers(0, 400)),
    )


def on(number: int | None) -> date | None:
    return None if number is None else FIRST + DAY * number


# The same in rows


def built(cast: Cast, year: Year) -> tuple[list[Stay], list[PhaseKind]]:
    """The stays, in their houses and with their phases; none is over yet."""
    houses = [cast.house_a, cast.house_b]
    for house, zone in zip(houses, year.zones, strict=True):
        house.time_zone = zone
        house.save()
    kinds = [PhaseKind.objects.create(house=house, number=1, name="One") for house in houses]
    starts = [year.arrives] if year.moves is None else [year.arrives, year.moves]
    resident = sleepers(houses[0], 1, since=date(2000, 1, 1))[0].resident
    Stay.objects.filter(resident=resident).update(voided=True)
    stays: list[Stay] = []
    for house, start in zip(houses, starts, strict=False):
        if stays:
            stays[0].ends_on = on(start)
            stays[0].save()
        stays.append(
            Stay.objects.create(
                house=house, resident=resident, starts_on=on(start), continues=stays[0] if stays else None
            )
        )
    return stays, kinds


def asked(cast: Cast, year: Year, stays: list[Stay], kinds: list[PhaseKind]) -> list[list[Any]]:
    """Write down what is asked, by the service and in order of time; what it comes to, in plain facts."""
    told: list[list[Any]] = []
    for place, stay in enumerate(stays):
        rows: list[Any] = []
        for change in sorted(year.changes[place], key=lambda each: each.day):
            day = on(change.day)
            alone = change.level == ONE
            if alone and (stay.ends_on is not None or day < stay.starts_on):
                event("of nobody alone")
                continue
            requirement_add(
                house=stay.house,
                phase=kinds[place] if change.level == PHASE else None,
                stay=stay if alone else None,
                count=change.count,
                least_grade=change.least_grade,
                besides=change.besides,
                parts=change.parts,
                starts_on=day,
                reason="x",
                today=day,
            )
            for row in rows:
                same = row.level == change.level != ONE and not row.besides and not change.besides
                if same and row.ends_on is None:
                    row.ends_on = day
            facts = {"level": change.level, "phase": kinds[place].pk, "starts_on": day, "ends_on": None, "days": None}
            more = {"count": change.count, "least_grade": change.least_grade, "besides": change.besides}
            rows.append(SimpleNamespace(**facts, **more, parts=change.parts))
        told.append(rows)
    return told


def attended(cast: Cast, year: Year, stays: list[Stay], meetings: dict[str, Meeting]) -> list[list[Any]]:
    told: list[list[Any]] = []
    for stay in stays:
        zone, counted, there = ZoneInfo(stay.house.time_zone), [], set()
        for went in year.went:
            starts_at = datetime.combine(on(went.day), HOURS[went.hour], tzinfo=zone).astimezone(UTC)
            if (starts_at, went.kind) in there:
                continue
            there.add((starts_at, went.kind))
            grade = written_down(stay, meetings[went.kind], cast, starts_at, went)
            if grade:
                day = starts_at.astimezone(zone).date()
                counted.append(SimpleNamespace(on=day, kind=went.kind, grade=grade))
        told.append(counted)
    return told


def written_down(stay: Stay, meeting: Meeting, cast: Cast, starts_at: datetime, went: Went) -> int:
    """The grade with which it counts in the end; 0 where it does not."""
    row = given.attendance_of(stay, meeting, cast.alice, starts_at=starts_at, grade=went.grade)
    again = {"starts_at": starts_at, "grade": went.grade}
    if went.then in ("struck", "restored"):
        row = given.attendance_of(stay, meeting, cast.alice, follows=row, step="struck", reason="x", **again)
        if went.then == "struck":
            return 0
        given.attendance_of(stay, meeting, cast.alice, follows=row, step="restored", reason="x", **again)
    elif went.then == "raised" and went.grade < 5:
        given.attendance_of(stay, meeting, cast.alice, follows=row, step="raised", **again | {"grade": 5})
        return 5
    return went.grade


def excused(cast: Cast, year: Year, stays: list[Stay]) -> list[set[date]]:
    """Weeks that are excused because of a pass, or no longer; each in the houses where they lived in it."""
    told: list[set[date]] = []
    for stay in stays:
        found = set()
        for number, then in year.excused.items():
            week = FIRST + WEEK * number
            if week + WEEK <= stay.starts_on or (stay.ends_on is not None and week >= stay.ends_on):
                continue
            leaves = datetime.combine(max(week, stay.starts_on), time(9), tzinfo=ZoneInfo(stay.house.time_zone))
            if stay.ends_on is None or stay.ends_on > leaves.date() + DAY:
                away(stay, leaves, leaves + timedelta(hours=20), by=cast.olive)
            row = week_excuse(stay=stay, week=week, cause="pass", today=week)
            if then:
                row = week_excuse_take_back(excused=row, reason="The pass was cancelled.")
            if then == "again":
                week_excuse(stay=stay, week=week, cause="other", note="A funeral", today=week)
            if then != "taken back":
                found.add(week)
        told.append(found)
    return told


def over(year: Year, stays: list[Stay], kinds: list[PhaseKind]) -> list[Any]:
    """End the last stay where they leave, and write their phase down; the stays in plain facts."""
    if year.leaves is not None:
        stays[-1].ends_on = on(year.leaves)
        stays[-1].save()
    told = []
    for place, stay in enumerate(stays):
        phases = []
        start = stay.starts_on + DAY * (year.advances or 0)
        if year.advances is not None and (stay.ends_on is None or start < stay.ends_on):
            Phase.objects.create(house=stay.house, stay=stay, kind=kinds[place], starts_on=start, ends_on=stay.ends_on)
            phases.append(SimpleNamespace(phase=kinds[place].pk, starts_on=start, ends_on=stay.ends_on))
        told.append(SimpleNamespace(starts_on=stay.starts_on, ends_on=stay.ends_on, phases=phases))
    return told


@each_of(year=years())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_every_house_week_of_a_year_is_as_a_slow_recomputation_says(cast, year):
    with acting_as(cast.olive, source="web"), transaction.atomic():
        meetings = {kind: given.meeting_of(cast.organization, name=kind, kind=kind) for kind in KINDS}
        stays, kinds = built(cast, year)
        rows = asked(cast, year, stays, kinds)
        counted = attended(cast, year, stays, meetings)
        free = excused(cast, year, stays)
        lived = over(year, stays, kinds)
        today = on(year.today)
        for place, stay in enumerate(stays):
            found = standings(stay.house, [stay], WEEKS, today)
            for week in WEEKS:
                standing = found[stay.pk, week]
                slow = slow_week(
                    rows[place], lived[place], week, counted[place], excused=week in free[place], today=today
                )
                assert (standing.state, standing.done, standing.needed, standing.still_needed) == slow
                event(str(standing.state))
        transaction.set_rollback(True)


# One by one


def week_of(cast, stay=None, *, today=None, weeks_ago=1):
    stay = stay or cast.stay_of_dana
    today = today or cast.today
    week = monday(today) - WEEK * weeks_ago
    return standings(stay.house, [stay], [week], today)[stay.pk, week]


@pytest.fixture
def meeting(cast):
    return given.meeting_of(cast.organization)


@pytest.fixture(autouse=True)
def _alice_acts(cast):
    with acting_as(cast.alice, source="web"):
        yield


def last_week(cast, day: int) -> datetime:
    """Noon of this day of the week before this, by the clock of house A."""
    when = monday(cast.today) - WEEK + DAY * day
    return datetime.combine(when, time(12), tzinfo=cast.house_a.zone)


def test_each_meeting_counts_once_at_its_newest_grade_and_none_that_was_struck(cast, meeting):
    Stay.objects.filter(pk=cast.stay_of_dana.pk).update(starts_on=cast.today - DAY * 90)
    given.requirement_of(cast.house_a, 2, least_grade=4)
    stay = Stay.objects.get(pk=cast.stay_of_dana.pk)
    raised = given.attendance_of(stay, meeting, cast.alice, starts_at=last_week(cast, 0))
    given.attendance_of(stay, meeting, cast.alice, starts_at=last_week(cast, 0), grade=5, step="raised", follows=raised)
    struck = given.attendance_of(stay, meeting, cast.alice, starts_at=last_week(cast, 1), grade=5)
    given.attendance_of(
        stay, meeting, cast.alice, starts_at=last_week(cast, 1), grade=5, step="struck", follows=struck, reason="x"
    )
    given.attendance_of(stay, meeting, cast.alice, starts_at=last_week(cast, 2), grade=1)
    found = week_of(cast, stay)
    assert (found.state, found.done, found.lines[0].below) == (State.MISSED, 1, 1)


def test_what_is_asked_of_another_or_in_another_house_does_not_bind(cast):
    given.requirement_of(cast.house_a, 9, stay=cast.stay_of_frank)
    given.requirement_of(cast.house_b, 9)
    assert week_of(cast).state == State.NOTHING


def test_ninety_in_ninety_is_found_with_all_its_meetings_however_long_ago(cast, meeting):
    Stay.objects.filter(pk=cast.stay_of_dana.pk).update(starts_on=cast.today - DAY * 200)
    stay = Stay.objects.get(pk=cast.stay_of_dana.pk)
    row = given.requirement_of(cast.house_a, 90, stay=stay, per="period", days=90, days_ago=80)
    for days_ago in range(1, 81, 8):
        given.attendance_of(stay, meeting, cast.alice, days_ago=days_ago)
    (found,) = periods(cast.house_a, [stay], cast.today)[stay.pk]
    assert (found.requirement, found.standing.done, found.standing.state) == (row, 10, State.BEHIND)


@pytest.mark.parametrize("count", [3, 30])
def test_a_whole_house_costs_the_same_however_many_live_there(cast, meeting, count, django_assert_num_queries):
    stays = sleepers(cast.house_a, min(count, 16)) + (sleepers(cast.house_b, count - 16) if count > 16 else [])
    if count > 16:
        Stay.objects.filter(pk__in=[stay.pk for stay in stays[16:]]).update(voided=True)
        stays = stays[:16] + [
            Stay.objects.create(house=cast.house_a, resident=stay.resident, starts_on=stay.starts_on)
            for stay in stays[16:]
        ]
    kind = PhaseKind.objects.create(house=cast.house_a, number=1, name="One")
    given.requirement_of(cast.house_a, 3, parts={"house": 1})
    given.requirement_of(cast.house_a, 5, phase=kind)
    for stay in stays:
        Phase.objects.create(house=cast.house_a, stay=stay, kind=kind, starts_on=stay.starts_on)
        given.requirement_of(cast.house_a, 90, stay=stay, per="period", days=90, days_ago=50)
        given.attendance_of(stay, meeting, cast.alice)
        given.week_excused_of(stay, monday(cast.today) - WEEK, cast.olive)
    this_week = monday(cast.today)
    for weeks in ([this_week], [this_week - WEEK * number for number in range(8)]):
        with django_assert_num_queries(5):
            found = standings(cast.house_a, stays, weeks, cast.today)
        assert len(found) == count * len(weeks)
    with django_assert_num_queries(5):
        known = Known(cast.house_a, stays, this_week, this_week + WEEK)
        for stay in stays:
            assert known.week(stay, this_week, cast.today).needed == 5
            assert len(known.periods(stay, cast.today)) == 1


def test_who_lived_there_in_a_week_is_everybody_of_any_of_its_days(cast):
    week = monday(cast.today)
    first, last, before, none = sleepers(cast.house_a, 4, since=week - DAY * 30)
    Stay.objects.filter(pk=first.pk).update(ends_on=week + DAY)
    Stay.objects.filter(pk=last.pk).update(starts_on=week + DAY * 6)
    Stay.objects.filter(pk=before.pk).update(ends_on=week)
    Stay.objects.filter(pk=none.pk).update(starts_on=week + DAY, ends_on=week + DAY)
    found = set(living_in(House.objects.get(pk=cast.house_a.pk), week))
    assert {first, last} <= found
    assert not {before, none} & found
