"""What both engines refuse about attendance, settled doubts and plans, asked in plain SQL."""

from __future__ import annotations

from datetime import timedelta

import pytest

from residents.meetings.models import Attendance, DoubtSettled, MeetingPlan
from soberhouse.history import acting_as
from tests import factories
from tests.residents.meetings import given
from tests.sql import delete, insert, refused, update

KEPT = "append-only|nothing is deleted"
ONCE = "UNIQUE|unique"


@pytest.fixture(autouse=True)
def _somebody_acts(cast):
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def meeting(cast):
    return given.meeting_of(cast.organization)


@pytest.fixture
def first(cast, meeting):
    return given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)


def by(user):
    return {"recorded_by": user, "recorded_as": str(user)}


def was(cast, meeting, *, days_ago=1, user=None, **facts):
    starts_at = given.held(meeting, cast.house_a, days_ago)
    usual = {
        "house": cast.house_a,
        "stay": cast.stay_of_dana,
        "meeting": meeting,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "on": cast.today - timedelta(days=days_ago),
        "called": meeting.name,
        "kind": meeting.kind,
        "grade": 1,
    }
    return Attendance(**usual | by(user or cast.dana.user) | facts)


def after(row, user, **facts):
    same = ("house", "stay", "meeting", "starts_at", "ends_at", "on", "called", "kind", "grade")
    return Attendance(**{name: getattr(row, name) for name in same} | {"follows": row} | by(user) | facts)


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("attendance_grade", {"grade": 0}),
        ("attendance_by_another|attendance_grade", {"grade": 6}),
        ("attendance_kind", {"kind": "disco"}),
        ("attendance_step", {"step": "raised"}),
        ("attendance_by_another|attendance_step", {"step": "gone"}),
        ("attendance_photo", {"grade": 2}),
        ("attendance_signed", {"grade": 3}),
        ("attendance_signed", {"grade": 3, "signer": "Sam"}),
        ("attendance_signed", {"grade": 3, "drawing": "M1 1L2 2"}),
        ("attendance_by_another", {"grade": 5}),
    ],
)
def test_an_attendance_that_claims_more_than_it_has(cast, meeting, name, facts):
    with refused(name):
        insert(was(cast, meeting, **facts))


def test_an_attendance_lasts(cast, meeting):
    with refused("attendance_range"):
        insert(was(cast, meeting, ends_at=given.held(meeting, cast.house_a, 1)))


def test_an_attendance_is_of_the_day_it_began(cast, meeting):
    with refused("attendance_day"):
        insert(was(cast, meeting, on=cast.today - timedelta(days=5)))


def test_evidence_of_each_grade_is_written(cast, meeting):
    insert(was(cast, meeting, days_ago=1))
    insert(was(cast, meeting, days_ago=2, grade=2, photo=factories.new_file()))
    insert(was(cast, meeting, days_ago=3, grade=3, signer="Sam", drawing="M1 1L2 2"))
    insert(was(cast, meeting, days_ago=4, grade=4))
    insert(was(cast, meeting, days_ago=5, grade=5, user=cast.alice))


def test_once(cast, meeting, first):
    with refused(f"attendance_once|{ONCE}"):
        insert(was(cast, meeting))


def test_an_attendance_is_of_the_house_of_the_stay_and_of_a_meeting_of_its_own(cast, meeting):
    with refused("attendance_stay_house"):
        insert(was(cast, meeting, house=cast.house_b))
    with refused("attendance_organization"):
        insert(was(cast, given.meeting_of(cast.other_organization)))
    with refused("attendance_own_house"):
        insert(was(cast, given.meeting_of(cast.house_b, kind="house")))


def test_better_evidence_climbs(cast, meeting, first):
    with refused("attendance_climbs"):
        insert(after(first, cast.dana.user, step="raised"))
    second = Attendance.objects.get(pk=insert(after(first, cast.dana.user, step="raised", grade=4)))
    with refused("attendance_climbs"):
        insert(after(second, cast.dana.user, step="raised", grade=3, signer="Sam", drawing="M1 1L2 2"))
    with refused(ONCE):
        insert(after(first, cast.dana.user, step="raised", grade=4))


def test_what_follows_is_about_the_same_meeting_of_the_same_resident(cast, meeting, first):
    other = given.meeting_of(cast.organization, name="Other")
    raised = {"step": "raised", "grade": 4}

    with refused("attendance_follows_stay"):
        insert(after(first, cast.frank.user, stay=cast.stay_of_frank, **raised))
    with refused("attendance_follows_meeting"):
        insert(after(first, cast.dana.user, meeting=other, **raised))
    with refused("attendance_follows_start"):
        insert(after(first, cast.dana.user, starts_at=first.starts_at - timedelta(minutes=1), **raised))


def test_what_is_struck_keeps_its_grade_has_a_reason_and_another_hand(cast, first):
    with refused("attendance_reason"):
        insert(after(first, cast.alice, step="struck"))
    with refused("attendance_climbs"):
        insert(after(first, cast.alice, step="struck", grade=4, reason="At work"))
    with refused("attendance_by_another"):
        insert(after(first, cast.dana.user, step="struck", reason="At work"))
    insert(after(first, cast.alice, step="struck", reason="At work"))


def test_after_what_is_struck_comes_its_restoration_and_nothing_else(cast, first):
    gone = Attendance.objects.get(pk=insert(after(first, cast.alice, step="struck", reason="At work")))

    with refused("attendance_climbs"):
        insert(after(gone, cast.dana.user, step="raised", grade=4))
    with refused("attendance_climbs"):
        insert(after(gone, cast.alice, step="struck", reason="Again"))
    with refused("attendance_by_another"):
        insert(after(gone, cast.dana.user, step="restored", reason="I was there"))
    back = Attendance.objects.get(pk=insert(after(gone, cast.alice, step="restored", reason="I asked")))
    with refused("attendance_climbs"):
        insert(after(back, cast.alice, step="restored", reason="Again"))


def test_an_attendance_is_never_changed_nor_deleted(first):
    with refused(KEPT):
        update(Attendance, first.pk, grade=4)
    with refused(KEPT):
        delete(first)


def settled(row, user, **facts):
    usual = {"house": row.house, "attendance": row, "doubts": "two_places", "reason": "One was cut short"}
    return DoubtSettled(**usual | by(user) | facts)


def test_a_doubt_is_settled_by_another_with_a_reason(cast, first):
    for wrong in ({"reason": ""}, {"doubts": ""}):
        with refused("doubtsettled_reason"):
            insert(settled(first, cast.alice, **wrong))
    with refused("doubtsettled_by_another"):
        insert(settled(first, cast.dana.user))
    with refused("doubtsettled_house"):
        insert(settled(first, cast.alice, house=cast.house_b))
    row = DoubtSettled.objects.get(pk=insert(settled(first, cast.alice)))
    with refused(KEPT):
        update(DoubtSettled, row.pk, reason="Another")
    with refused(KEPT):
        delete(row)


def plan(cast, meeting, **facts):
    usual = {"house": cast.house_a, "stay": cast.stay_of_dana, "meeting": meeting, "starts_on": cast.today}
    return MeetingPlan(**usual | facts)


def test_a_plan_stands_once_in_a_week_and_ends_after_it_begins(cast, meeting):
    with refused("meetingplan_range"):
        insert(plan(cast, meeting, ends_on=cast.today - timedelta(days=1)))
    with refused("meetingplan_house"):
        insert(plan(cast, meeting, house=cast.house_b))
    with refused("meetingplan_organization"):
        insert(plan(cast, given.meeting_of(cast.other_organization)))
    with refused("meetingplan_own_house"):
        insert(plan(cast, given.meeting_of(cast.house_b, kind="house")))
    row = MeetingPlan.objects.get(pk=insert(plan(cast, meeting)))
    with refused(ONCE):
        insert(plan(cast, meeting))
    with refused("meetingplan_frozen"):
        update(MeetingPlan, row.pk, starts_on=cast.today - timedelta(days=9))
    update(MeetingPlan, row.pk, ends_on=cast.today)
    insert(plan(cast, meeting))
