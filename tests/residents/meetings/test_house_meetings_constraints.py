"""What both engines refuse about house meetings, asked in plain SQL: no form, no service, no Python in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from residents.meetings.models import (
    AgendaItem,
    Election,
    HouseMeeting,
    MinutesLine,
    Motion,
    MotionKind,
    RollLine,
)
from residents.models import Officer
from soberhouse.history import acting_as
from tests import factories
from tests.residents.meetings import given
from tests.sql import delete, insert, refused, update

KEPT = "append-only|nothing is deleted"
ONCE = "UNIQUE|unique"
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _somebody_acts(cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def row(cast) -> HouseMeeting:
    return given.house_meeting_of(cast.house_a, cast.alice, days_ago=3)


def by(user: Any) -> dict[str, Any]:
    return {"recorded_by": user, "recorded_as": user.name if user else "a command"}


def of(row: HouseMeeting, user: Any, **facts: Any) -> dict[str, Any]:
    return {"house": row.house, "house_meeting": row} | by(user) | facts


def motion(row: HouseMeeting, user: Any, kind: MotionKind, **facts: Any) -> Motion:
    count = {"in_favour": 2, "against": 0, "abstained": 0, "of_how_many": 2, "carried": True}
    needs = {"percent": 50, "more_than": False, "of": "members", "kind": kind, "text": "A kettle"}
    return Motion(**of(row, user, **needs | count | facts))


@pytest.mark.parametrize("model", [RollLine, MinutesLine, Motion, Election])
def test_a_fact_of_a_house_meeting_is_neither_changed_nor_deleted(cast, model):
    kept = factories.saved(model, cast)

    with refused(KEPT):
        update(model, kept.pk, uuid="f" * 32)
    with refused(KEPT):
        delete(kept)


# A meeting


def test_house_meeting_is_one_a_day_of_a_house_meeting_of_the_house(cast, row):
    facts = {"house": row.house, "meeting": row.meeting, "starts_at": row.starts_at, "on": row.on} | by(cast.alice)
    with refused(ONCE):
        insert(HouseMeeting(**facts))
    with refused("housemeeting_kind"):
        insert(HouseMeeting(**facts | {"meeting": given.meeting_of(cast.house_a, name="Group")}))
    with refused("housemeeting_house"):
        insert(HouseMeeting(**facts | {"meeting": given.meeting_of(cast.house_b, kind="house")}))
    with refused("housemeeting_day"):
        insert(HouseMeeting(**facts | {"on": row.on - timedelta(days=2)}))
    with refused("housemeeting_frozen"):
        update(HouseMeeting, row.pk, starts_at=row.starts_at + timedelta(minutes=1))


def test_minutes_are_published_only_with_a_roll_and_once(cast, row):
    with refused("housemeeting_roll_first"):
        update(HouseMeeting, row.pk, published_at=LATER)
    update(HouseMeeting, row.pk, roll_taken_at=row.starts_at, published_at=LATER)
    for column, value in {"published_at": None, "roll_taken_at": LATER, "sections": [["x", "x", [], []]]}.items():
        with refused("housemeeting_published"):
            update(HouseMeeting, row.pk, **{column: value})


def test_nothing_is_added_to_published_minutes(cast, row):
    kind = given.motion_kind_of(cast.house_a)
    item = given.agenda_item_of(row, cast.alice)
    officer = Officer.objects.create(
        house=cast.house_a,
        resident=cast.dana,
        duty="treasurer",
        starts_on=row.on,
        ends_on=row.on + timedelta(days=90),
    )
    given.published(row, cast.alice)

    for name, late in {
        "agendaitem_published": AgendaItem(**of(row, cast.alice, title="x")),
        "rollline_published": RollLine(**of(row, cast.alice, stay=cast.stay_of_dana, status="present")),
        "minutesline_published": MinutesLine(**of(row, cast.alice, text="x")),
        "motion_published": motion(row, cast.alice, kind),
        "election_published": Election(**of(row, cast.alice, officer=officer)),
    }.items():
        with refused(name):
            insert(late)
    with refused("agendaitem_published"):
        update(AgendaItem, item.pk, taken_off=True)


# The roll


def test_roll_has_one_line_for_each_written_by_another(cast, row):
    dana = of(row, cast.alice, stay=cast.stay_of_dana, status="present")
    insert(RollLine(**dana))
    with refused(ONCE):
        insert(RollLine(**dana))
    with refused("rollline_by_another"):
        insert(RollLine(**of(row, cast.frank.user, stay=cast.stay_of_frank, status="present")))
    with refused("rollline_by_another"):
        insert(RollLine(**of(row, None, stay=cast.stay_of_frank, status="present")))
    with refused("rollline_stay_house"):
        insert(RollLine(**dana | {"stay": cast.stay_of_erin}))


def test_line_of_the_roll_says_why_and_corrects_its_own_kind(cast, row):
    first = given.roll_line_of(row, cast.stay_of_dana, cast.alice)
    of_frank = given.roll_line_of(row, cast.stay_of_frank, cast.alice)
    other = given.house_meeting_of(cast.house_a, cast.alice, days_ago=4)
    dana = of(row, cast.alice, stay=cast.stay_of_dana, status="excused", why="ill")
    again = dana | {"corrects": first, "correction_reason": "x"}
    with refused("rollline_why"):
        insert(RollLine(**again | {"why": ""}))
    with refused("rollline_status"):
        insert(RollLine(**again | {"status": "asleep"}))
    with refused("rollline_correction_reason"):
        insert(RollLine(**again | {"correction_reason": ""}))
    with refused("rollline_corrects_stay"):
        insert(RollLine(**again | {"corrects": of_frank}))
    with refused("rollline_corrects_meeting"):
        insert(RollLine(**again | {"house_meeting": other}))
    insert(RollLine(**again))


# Agenda and minutes


def test_item_and_line_belong_to_the_same_meeting_and_say_something(cast, row):
    other = given.house_meeting_of(cast.house_a, cast.alice, days_ago=4)
    item = given.agenda_item_of(other, cast.alice)
    with refused("agendaitem_title"):
        insert(AgendaItem(**of(row, cast.alice, title="")))
    with refused("agendaitem_stay_house"):
        insert(AgendaItem(**of(row, cast.alice, title="x", by_stay=cast.stay_of_erin)))
    with refused("agendaitem_frozen"):
        update(AgendaItem, item.pk, title="y")
    with refused("minutesline_item_meeting"):
        insert(MinutesLine(**of(row, cast.alice, text="x", item=item)))
    with refused("minutesline_text"):
        insert(MinutesLine(**of(row, cast.alice, text="")))
    with refused("minutesline_what"):
        insert(MinutesLine(**of(row, cast.alice, text="x", what="sung")))


# Motions


@pytest.mark.parametrize(
    ("in_favour", "of_how_many", "percent", "more_than", "carried"),
    [
        (4, 5, 80, False, True),
        (3, 5, 80, False, False),
        (1, 2, 50, True, False),
        (2, 3, 50, True, True),
        (1, 2, 50, False, True),
        (12, 14, 80, False, True),
        (11, 14, 80, False, False),
        (30_000, 30_000, 100, False, True),
        (0, 0, 50, False, False),
    ],
)
def test_carried_is_what_the_count_says_both_ways(cast, row, in_favour, of_how_many, percent, more_than, carried):
    kind = given.motion_kind_of(cast.house_a)
    facts = {"in_favour": in_favour, "of_how_many": of_how_many, "percent": percent, "more_than": more_than}

    insert(motion(row, cast.alice, kind, **facts, carried=carried))
    with refused("motion_carried"):
        insert(motion(row, cast.alice, kind, **facts, carried=not carried))


def test_motion_has_no_more_votes_than_people(cast, row):
    kind = given.motion_kind_of(cast.house_a)
    with refused("motion_votes"):
        insert(motion(row, cast.alice, kind, in_favour=2, against=1))
    with refused("motion_votes"):
        insert(motion(row, cast.alice, kind, in_favour=2, abstained=1))
    with refused("motion_cast"):
        insert(motion(row, cast.alice, kind, of="cast", in_favour=2, against=1))
    with refused("motion_percent|motion_carried"):
        insert(motion(row, cast.alice, kind, percent=0))
    with refused("motion_text"):
        insert(motion(row, cast.alice, kind, text=""))
    with refused("motion_kind_house"):
        insert(motion(row, cast.alice, given.motion_kind_of(cast.house_b)))


def test_kind_of_motion_has_one_name_and_a_percentage(cast):
    kind = given.motion_kind_of(cast.house_a, "Admission")
    facts = {"house": cast.house_a, "percent": 80}
    with refused(f"{ONCE}|motionkind_name"):
        insert(MotionKind(**facts, name="ADMISSION"))
    with refused("motionkind_percent"):
        insert(MotionKind(**facts | {"percent": 101}, name="x"))
    with refused("motionkind_of"):
        insert(MotionKind(**facts, name="y", of="cats"))
    with refused("motionkind_frozen"):
        update(MotionKind, kind.pk, house=cast.house_b)


# Elections


def term(cast, person, starts_on: date, days: int | None, duty: str = "treasurer") -> Officer:
    ends_on = None if days is None else starts_on + timedelta(days=days)
    return Officer.objects.create(house=cast.house_a, resident=person, duty=duty, starts_on=starts_on, ends_on=ends_on)


def test_nobody_is_elected_twice_running_nor_for_more_than_six_months(cast, row):
    day = date(2026, 1, 5)
    for days in (185, None):
        with refused("election_none_twice_running"):
            insert(Election(**of(row, cast.alice, officer=term(cast, cast.dana, day, days))))
    insert(Election(**of(row, cast.alice, officer=term(cast, cast.dana, day, 184))))

    again = term(cast, cast.dana, date(2026, 7, 8), 90)
    with refused("election_none_twice_running"):
        insert(Election(**of(row, cast.alice, officer=again)))
    insert(Election(**of(row, cast.alice, officer=term(cast, cast.dana, date(2026, 7, 8), 90, "secretary"))))
    insert(Election(**of(row, cast.alice, officer=term(cast, cast.frank, date(2026, 7, 8), 30))))
    insert(Election(**of(row, cast.alice, officer=term(cast, cast.dana, date(2026, 8, 8), 30))))
    before_her_own = term(cast, cast.dana, date(2026, 7, 20), 10)
    with refused("election_none_twice_running"):
        insert(Election(**of(row, cast.alice, officer=before_her_own)))


def test_term_that_ended_as_it_began_counts_as_none(cast, row):
    insert(Election(**of(row, cast.alice, officer=term(cast, cast.dana, date(2026, 1, 5), 0))))

    insert(Election(**of(row, cast.alice, officer=term(cast, cast.dana, date(2026, 2, 5), 90))))


def test_election_is_by_a_motion_of_its_meeting_in_its_house(cast, row):
    other = given.house_meeting_of(cast.house_a, cast.alice, days_ago=4)
    vote = given.motion_of(other, cast.alice)
    with refused("election_motion_meeting"):
        insert(Election(**of(row, cast.alice, officer=term(cast, cast.dana, row.on, 30), motion=vote)))
    elsewhere = Officer.objects.create(
        house=cast.house_b,
        resident=cast.erin,
        duty="senior",
        starts_on=row.on,
        ends_on=row.on + timedelta(days=9),
    )
    with refused("election_officer_house"):
        insert(Election(**of(row, cast.alice, officer=elsewhere)))
