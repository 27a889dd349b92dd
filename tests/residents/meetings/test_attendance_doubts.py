"""What does not fit with other records: found, never dropped, and settled or struck by a person."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from residents.meetings.models import Attendance, DoubtSettled, HouseMeeting, RollLine
from residents.meetings.queries.attendance import RELATED, DoubtKind, all_doubts_of, doubts_of
from residents.meetings.services import attendance as services
from residents.models import Movement, Stay
from residents.stays.services import discharge
from soberhouse.history import acting_as, recorded
from soberhouse.notices.models import Notice
from tests.residents.away.evening import checked
from tests.residents.meetings import given
from tests.residents.stays.stories import ORDINARY


@pytest.fixture(autouse=True)
def _alice_acts(cast):
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def meeting(cast):
    return given.meeting_of(cast.organization)


@pytest.fixture
def row(cast, meeting):
    return given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)


def kinds(*rows):
    found = doubts_of(Attendance.objects.filter(pk__in=[row.pk for row in rows]).select_related(*RELATED))
    return {each.kind for each in found[rows[0].pk]}


def moved(cast, at, way="in"):
    purpose = {"purpose": "errand"} if way == "out" else {}
    return Movement.objects.create(house=cast.house_a, stay=cast.stay_of_dana, way=way, at=at, **purpose, **recorded())


def test_what_fits_is_not_asked_about(row):
    assert kinds(row) == set()


# --- two places at once ---


@pytest.mark.parametrize(("minutes", "asked"), [(-60, False), (-59, True), (0, True), (59, True), (60, False)])
def test_two_meetings_at_once(cast, row, minutes, asked):
    start = row.starts_at + timedelta(minutes=minutes)
    other = given.meeting_of(cast.organization, name="Other", starts=start.astimezone(cast.house_a.zone).time())
    second = given.attendance_of(cast.stay_of_dana, other, cast.dana.user)

    for one in (row, second):
        assert kinds(one) == ({DoubtKind.TWO_PLACES} if asked else set())


def test_a_meeting_online_beside_one_in_person_is_asked_about_and_two_online_are_not(cast, row):
    online = given.meeting_of(cast.organization, name="Online", venue="online")
    third = given.meeting_of(cast.organization, name="Online too", venue="online")
    second = given.attendance_of(cast.stay_of_dana, online, cast.dana.user, online=True)
    assert kinds(second) == {DoubtKind.TWO_PLACES}

    services.attendance_strike(attendance=row, reason="At work", now=timezone.now())
    given.attendance_of(cast.stay_of_dana, third, cast.dana.user, online=True)
    assert kinds(second) == set()


def test_what_somebody_else_was_at_does_not_matter(cast, row):
    other = given.meeting_of(cast.organization, name="Other")
    given.attendance_of(cast.stay_of_frank, other, cast.frank.user)

    assert kinds(row) == set()


def test_what_was_proved_better_is_not_another_place(cast, row):
    second = services.attendance_raise(attendance=row, grade=5, now=timezone.now())

    assert kinds(second) == set()


# --- before and after ---


@pytest.mark.parametrize(("days_ago", "asked"), [(40, set()), (41, {DoubtKind.BEFORE_MOVE_IN})])
def test_before_the_move_in(cast, meeting, days_ago, asked):
    assert kinds(given.attendance_of(cast.stay_of_dana, meeting, cast.alice, days_ago=days_ago)) == asked


@pytest.mark.parametrize(("left", "asked"), [(1, set()), (2, {DoubtKind.AFTER_DISCHARGE})])
def test_after_a_discharge_that_was_written_down_late(cast, row, left, asked):
    discharge(stay=cast.stay_of_dana, left_on=cast.today - timedelta(days=left), today=cast.today, **ORDINARY)

    assert kinds(row) == asked


# --- at home ---


def late_at_night(cast, **facts):
    """A meeting from eleven until midnight of the day before yesterday."""
    meeting = given.meeting_of(cast.organization, name="Night owls", starts=time(23), **facts)
    return given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user, days_ago=2, online=bool(facts))


def night(cast, hour, status="in", **facts):
    day = cast.today - timedelta(days=2)
    due_at = given.recurrence.instant(day, time(hour), cast.house_a.time_zone)
    return checked(cast.stay_of_dana, by=cast.alice, night=day, status=status, due_at=due_at, **facts)


@pytest.mark.parametrize(
    ("hour", "facts", "asked"),
    [
        (22, {}, True),
        (23, {"grace": 59}, True),
        (23, {"grace": 60}, False),
    ],
)
def test_while_the_night_roll_says_they_were_in(cast, hour, facts, asked):
    row = late_at_night(cast)
    night(cast, hour, **facts)

    assert kinds(row) == ({DoubtKind.NIGHT_ROLL} if asked else set())


def test_whoever_came_in_late_was_not_home_before(cast):
    row = late_at_night(cast)
    night(cast, 22, status="late", in_at=row.ends_at)

    assert kinds(row) == set()


@pytest.mark.parametrize("status", ["absent", "excused"])
def test_whoever_was_not_in_was_not_home(cast, status):
    row = late_at_night(cast)
    night(cast, 22, status=status, why="pass")

    assert kinds(row) == set()


def test_a_count_that_was_put_right_says_nothing_any_more(cast):
    row = late_at_night(cast)
    wrong = night(cast, 22)
    night(cast, 22, status="absent", corrects=wrong, correction_reason="Not in bed")

    assert kinds(row) == set()


def test_an_online_meeting_may_be_at_home(cast):
    row = late_at_night(cast, venue="online")
    night(cast, 22)
    moved(cast, row.starts_at - timedelta(hours=1))

    assert kinds(row) == set()


def test_while_they_were_signed_in_all_the_time(cast, row):
    moved(cast, row.starts_at - timedelta(hours=1))

    assert kinds(row) == {DoubtKind.SIGNED_IN}


def test_whoever_went_out_during_it_may_have_been_there(cast, row):
    moved(cast, row.starts_at - timedelta(hours=1))
    moved(cast, row.starts_at + timedelta(minutes=10), way="out")

    assert kinds(row) == set()


def test_whoever_was_signed_out_may_have_been_there(cast, row):
    moved(cast, row.starts_at - timedelta(hours=2))
    moved(cast, row.starts_at - timedelta(hours=1), way="out")

    assert kinds(row) == set()


def test_a_sign_in_of_the_day_before_says_nothing(cast, row):
    moved(cast, row.starts_at - timedelta(hours=25))

    assert kinds(row) == set()


def test_a_meeting_in_the_house_is_where_they_are(cast):
    own = given.meeting_of(cast.house_a, name="Study group", starts=time(23))
    row = given.attendance_of(cast.stay_of_dana, own, cast.dana.user, days_ago=2)
    night(cast, 22)
    moved(cast, row.starts_at - timedelta(hours=1))

    assert kinds(row) == set()


# --- the roll of a house meeting ---


def on_roll(cast, status="present", minutes=0, **facts):
    meeting = given.meeting_of(cast.house_a, kind="house", name="House meeting")
    held = HouseMeeting.objects.create(
        house=cast.house_a,
        meeting=meeting,
        starts_at=given.held(meeting, cast.house_a, 1) + timedelta(minutes=minutes),
        on=cast.today - timedelta(days=1),
        **recorded(),
    )
    RollLine.objects.create(
        house=cast.house_a, house_meeting=held, stay=cast.stay_of_dana, status=status, **facts, **recorded()
    )
    return held


@pytest.mark.parametrize(("minutes", "asked"), [(-60, False), (-59, True), (59, True), (60, False)])
def test_while_the_roll_of_the_house_meeting_has_them(cast, row, minutes, asked):
    held = on_roll(cast, minutes=minutes)
    services.attendance_from_roll(house_meeting=held, stay=cast.stay_of_dana, now=timezone.now())

    assert kinds(row) == ({DoubtKind.HOUSE_ROLL} if asked else set())


def test_whoever_was_excused_from_the_house_meeting_was_elsewhere(cast, row):
    on_roll(cast, status="excused", why="At a meeting")

    assert kinds(row) == set()


def test_at_a_house_meeting_whose_roll_does_not_have_them(cast):
    held = on_roll(cast, status="unexcused")
    row = given.attendance_of(cast.stay_of_dana, held.meeting, cast.dana.user, starts_at=held.starts_at)

    assert kinds(row) == {DoubtKind.NOT_ON_ROLL}


# --- decided ---


@pytest.fixture
def doubtful(cast, row):
    other = given.meeting_of(cast.organization, name="Other")
    given.attendance_of(cast.stay_of_dana, other, cast.dana.user)
    return row


def test_a_doubt_that_was_settled_is_not_asked_again_and_is_told(cast, doubtful):
    settled = services.doubt_settle(attendance=doubtful, reason="One was cut short.", now=timezone.now())

    assert (settled.doubts, settled.reason) == ("two_places", "One was cut short.")
    assert kinds(doubtful) == set()
    (doubt,) = all_doubts_of(Attendance.objects.filter(pk=doubtful.pk).select_related(*RELATED))[doubtful.pk]
    assert doubt.settled == settled
    assert Notice.objects.filter(user=cast.dana.user, kind="attendance-settled").count() == 1


@pytest.mark.parametrize("number", [0, 1])
def test_one_decision_lets_both_stand_that_overlap(doubtful, number):
    both = list(Attendance.objects.order_by("pk"))
    services.doubt_settle(attendance=both[number], reason="One was cut short.", now=timezone.now())

    assert [kinds(each) for each in both] == [set(), set()]
    with pytest.raises(ValidationError, match="Nothing is open"):
        services.doubt_settle(attendance=both[1 - number], reason="Why not", now=timezone.now())


def test_a_third_that_is_written_down_later_is_asked_about(cast, doubtful):
    first, second = Attendance.objects.order_by("pk")
    services.doubt_settle(attendance=first, reason="One was cut short.", now=timezone.now())
    services.attendance_raise(attendance=second, grade=5, now=timezone.now())
    assert kinds(first) == set()  # better evidence is no third meeting

    later = given.meeting_of(cast.organization, name="A third")
    third = given.attendance_of(
        cast.stay_of_dana, later, cast.dana.user, recorded_at=timezone.now() + timedelta(minutes=1)
    )
    assert kinds(first) == kinds(third) == {DoubtKind.TWO_PLACES}
    (doubt,) = doubts_of(Attendance.objects.filter(pk=first.pk).select_related(*RELATED))[first.pk]
    assert doubt.detail == "A third"


def test_one_decision_lets_a_meeting_stand_and_the_roll_of_the_house_meeting(cast, row):
    held = on_roll(cast)
    seen = services.attendance_from_roll(house_meeting=held, stay=cast.stay_of_dana, now=timezone.now())
    assert (kinds(row), kinds(seen)) == ({DoubtKind.HOUSE_ROLL}, {DoubtKind.TWO_PLACES})

    services.doubt_settle(attendance=row, reason="Left the house meeting early.", now=timezone.now())
    assert (kinds(row), kinds(seen)) == (set(), set())


def test_of_another_house_is_told_that_there_was_one_and_not_which(cast, row):
    with acting_as(None, reason="given", source="command"):
        before = Stay.objects.create(
            resident=cast.dana,
            house=cast.house_b,
            starts_on=cast.today - timedelta(days=90),
            ends_on=cast.today - timedelta(days=50),
        )
    there = given.meeting_of(cast.organization, name="Far away")
    given.attendance_of(before, there, cast.alice, starts_at=row.starts_at)

    (doubt,) = doubts_of(Attendance.objects.filter(pk=row.pk).select_related(*RELATED))[row.pk]
    assert (doubt.kind, doubt.detail) == (DoubtKind.TWO_PLACES, "")


def test_a_settled_doubt_stays_settled_when_it_is_proved_better(doubtful):
    services.doubt_settle(attendance=doubtful, reason="One was cut short.", now=timezone.now())
    better = services.attendance_raise(attendance=doubtful, grade=5, now=timezone.now())

    assert kinds(better) == set()


def test_what_does_not_fit_from_another_cause_later_is_asked_anew(cast, doubtful):
    services.doubt_settle(attendance=doubtful, reason="One was cut short.", now=timezone.now())
    moved(cast, doubtful.starts_at - timedelta(hours=1))
    assert kinds(doubtful) == {DoubtKind.SIGNED_IN}

    services.doubt_settle(attendance=doubtful, reason="Forgot to sign out.", now=timezone.now())
    assert kinds(doubtful) == set()
    assert DoubtSettled.objects.count() == 2


def test_where_nothing_is_open_there_is_nothing_to_settle(row):
    with pytest.raises(ValidationError, match="Nothing is open"):
        services.doubt_settle(attendance=row, reason="Why not", now=timezone.now())


def test_what_is_struck_is_asked_about_no_more(doubtful):
    gone = services.attendance_strike(attendance=doubtful, reason="Was at the other", now=timezone.now())

    assert kinds(gone) == set()


@pytest.mark.parametrize("count", [1, 3])
def test_as_many_queries_for_one_as_for_many(cast, meeting, django_assert_num_queries, count):
    rows = [
        given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user, days_ago=days) for days in range(1, count + 1)
    ]
    found = list(Attendance.objects.filter(pk__in=[row.pk for row in rows]).select_related(*RELATED))

    with django_assert_num_queries(5):
        assert len(doubts_of(found)) == count
