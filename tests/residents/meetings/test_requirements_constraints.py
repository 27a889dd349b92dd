"""What both engines refuse about required meetings and excused weeks, asked in plain SQL."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from residents.meetings.models import Requirement, RequirementPart, WeekExcused
from residents.meetings.standing import monday
from residents.models import PhaseKind
from soberhouse.history import acting_as
from tests.residents.meetings import given
from tests.sql import delete, insert, refused, update

KEPT = "append-only|nothing is deleted"
MONDAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def _somebody_acts(cast):
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def row(cast):
    return given.requirement_of(cast.house_a, parts={"house": 1})


def asked(cast, **facts):
    by = {"recorded_by": cast.alice, "recorded_as": cast.alice.name}
    return Requirement(**{"house": cast.house_a, "count": 3, "starts_on": MONDAY} | by | facts)


def week(cast, **facts):
    by = {"recorded_by": cast.alice, "recorded_as": cast.alice.name}
    dana = {"house": cast.house_a, "stay": cast.stay_of_dana, "week": MONDAY, "cause": "pass"}
    return WeekExcused(**dana | by | facts)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("requirement_per|requirement_days", {"per": "month"}),
        ("requirement_count", {"count": 0}),
        ("requirement_count", {"count": 401}),
        ("requirement_days", {"per": "week", "days": 7}),
        ("requirement_days", {"per": "period"}),
        ("requirement_days", {"per": "period", "days": 1}),
        ("requirement_grade", {"least_grade": 6}),
        ("requirement_range", {"ends_on": MONDAY - timedelta(days=1)}),
        ("requirement_reason", {"stay": True}),
        ("requirement_of_whom", {"stay": True, "phase": True, "reason": "x"}),
    ],
)
def test_a_requirement_that_says_nothing_that_can_be_asked(cast, name, facts):
    if facts.get("stay"):
        facts = facts | {"stay": cast.stay_of_dana}
    if facts.get("phase"):
        facts = facts | {"phase": PhaseKind.objects.create(house=cast.house_a, number=1, name="One")}
    with refused(name):
        insert(asked(cast, **facts))


def test_a_phase_or_stay_of_another_house(cast):
    with refused("requirement_phase_house"):
        insert(asked(cast, phase=PhaseKind.objects.create(house=cast.house_b, number=1, name="One")))
    with refused("requirement_stay_house"):
        insert(asked(cast, stay=cast.stay_of_erin, reason="x"))


@pytest.mark.parametrize(
    ("column", "value"), [("count", 1), ("least_grade", 2), ("besides", True), ("starts_on", MONDAY), ("reason", "x")]
)
def test_what_a_requirement_asks_never_changes(row, column, value):
    with refused("requirement_frozen"):
        update(Requirement, row.pk, **{column: value})


def test_a_requirement_ends_and_is_never_deleted(row):
    update(Requirement, row.pk, ends_on=row.starts_on)
    row.refresh_from_db()
    assert row.ends_on == row.starts_on
    with refused(KEPT):
        delete(row)


def test_nobody_asks_something_of_themselves_and_a_command_may(cast):
    own = {"recorded_by": cast.dana.user, "stay": cast.stay_of_dana, "reason": "x"}
    with refused("requirement_by_another"):
        insert(asked(cast, **own))
    insert(asked(cast, **own | {"recorded_by": None}))


def test_a_kind_stands_once_with_its_requirement_in_its_house_and_stays(cast, row):
    (part,) = row.parts.all()
    with refused("UNIQUE|unique"):
        insert(RequirementPart(house=cast.house_a, requirement=row, kind="house", count=1))
    with refused("requirementpart_house"):
        insert(RequirementPart(house=cast.house_b, requirement=row, kind="aa", count=1))
    for name, facts in (("requirementpart_kind", {"kind": "x"}), ("requirementpart_count", {"count": 0})):
        with refused(name):
            insert(RequirementPart(**{"house": cast.house_a, "requirement": row, "kind": "na", "count": 1} | facts))
    with refused(KEPT):
        update(RequirementPart, part.pk, count=2)
    with refused(KEPT):
        delete(part)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        *[("weekexcused_monday", {"week": MONDAY + timedelta(days=day)}) for day in range(1, 7)],
        ("weekexcused_cause", {"cause": "x", "note": "x"}),
        ("weekexcused_note", {"cause": "other"}),
        ("weekexcused_first", {"excused": False, "note": "x"}),
    ],
)
def test_a_week_that_cannot_be_excused(cast, name, facts):
    with refused(name):
        insert(week(cast, **facts))


def test_a_week_is_excused_by_another_hand(cast):
    for by in (cast.dana.user, None):
        with refused("weekexcused_by_another"):
            insert(week(cast, recorded_by=by))


def test_a_week_is_said_first_once_and_followed_by_one_of_the_same(cast):
    first = given.week_excused_of(cast.stay_of_dana, MONDAY, cast.alice)
    with refused("UNIQUE|unique"):
        insert(week(cast))
    for name, facts in (
        ("weekexcused_follows_week", {"week": MONDAY + timedelta(days=7)}),
        ("weekexcused_follows_stay", {"stay": cast.stay_of_frank}),
        ("weekexcused_note", {}),
    ):
        with refused(name):
            insert(week(cast, **{"follows": first, "excused": False, "note": "x" if facts else ""} | facts))
    insert(week(cast, follows=first, excused=False, note="x"))
    with refused("UNIQUE|unique"):
        insert(week(cast, follows=first, excused=False, note="x"))


def test_an_excused_week_stays_and_is_in_the_house_of_the_stay(cast):
    row = given.week_excused_of(cast.stay_of_dana, monday(cast.today), cast.alice)
    with refused(KEPT):
        update(WeekExcused, row.pk, note="x")
    with refused(KEPT):
        delete(row)
    with refused("weekexcused_house"):
        insert(week(cast, house=cast.house_b))
