"""House meetings: prepared, the roll, minutes, motions by whole numbers, elections, and how they are published."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from residents.meetings.models import (
    AgendaItem,
    Attendance,
    Election,
    Grade,
    HouseMeeting,
    MeetingChange,
    MinutesLine,
    Motion,
    MotionKind,
    RollLine,
)
from residents.meetings.queries.house_meetings import (
    CALLED_OFF,
    COMES,
    NO_MINUTES,
    NO_ROLL,
    PUBLISHED,
    called_off,
    coming,
    minutes_of,
    next_meeting,
    roll_of,
    state,
    waiting,
)
from residents.meetings.services import house_meetings as services
from residents.meetings.services.attendance import attendance_log
from residents.meetings.services.house_meetings import RollEntry
from residents.meetings.services.papers_minutes import minutes_issue, minutes_publish
from residents.models import House, Officer, Stay
from residents.people.services import officer_end
from soberhouse.history import acting_as, recorded
from soberhouse.notices.models import Notice
from tests.cast import Cast, grant, move_in
from tests.residents.away.evening import away, sleepers, works
from tests.residents.meetings.given import (
    agenda_item_of,
    attendance_of,
    election_of,
    house_meeting_of,
    meeting_of,
    minutes_line_of,
    motion_kind_of,
    motion_of,
    published,
    roll_line_of,
)
from tests.residents.rules.given import noon
from tests.residents.stays.stories import refused, shown, written

Of = MotionKind.Of


@pytest.fixture(autouse=True)
def _alice_acts(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


def now() -> datetime:
    return timezone.now()


def yesterday(house: House) -> date:
    return house.today() - timedelta(days=1)


def fourteen(cast: Cast) -> dict[str, Stay]:
    """Everybody of house A by first name: Dana, Frank and twelve more."""
    sleepers(cast.house_a, 12)
    return {stay.resident.called: stay for stay in cast.house_a.stays.current().select_related("resident__user")}


def lines_of(row: HouseMeeting) -> dict[str, tuple[str, str]]:
    lines = RollLine.objects.filter(house_meeting=row, corrected_by=None).select_related("stay__resident")
    return {line.stay.resident.called: (line.status, line.why) for line in lines}


def newest(row: HouseMeeting, stay: Stay) -> Attendance | None:
    return Attendance.objects.filter(stay=stay, meeting=row.meeting, followed_by=None).first()


def take(row: HouseMeeting, *entries: RollEntry, at: datetime | None = None) -> list[RollLine]:
    return services.roll_take(house_meeting=row, lines=entries, now=at or now())


# --- prepared -------------------------------------------------------------------------------------------------------


def test_house_meeting_is_prepared_for_a_day_on_which_it_recurs(cast):
    meeting = meeting_of(cast.house_a, kind="house", starts=time(19))
    tomorrow = cast.today + timedelta(days=1)

    row = services.house_meeting_begin(meeting=meeting, on=tomorrow, now=now())

    assert (row.on, row.starts_at.astimezone(cast.house_a.zone).time()) == (tomorrow, time(19))
    assert next(each for each in coming(cast.house_a, now()) if each.row is not None).row == row
    with refused("The house meeting of this day is there already.", about="on"):
        services.house_meeting_begin(meeting=meeting, on=tomorrow, now=now())


def test_house_meeting_is_not_prepared_where_it_is_not_held(cast):
    meeting = meeting_of(cast.house_a, kind="house", recurrence="FREQ=MONTHLY;BYMONTHDAY=31")
    group = meeting_of(cast.house_a, name="Group")
    day = next(cast.today + timedelta(days=n) for n in range(2) if (cast.today + timedelta(days=n)).day != 31)

    with refused("It is not held on this day. Choose another, or say at what time it is.", about="on"):
        services.house_meeting_begin(meeting=meeting, on=day, now=now())
    with refused("This is too far ahead: at most 14 days.", about="on"):
        services.house_meeting_begin(meeting=meeting, on=cast.today + timedelta(days=15), now=now())
    with refused("This is too long ago: at most 7 days.", about="on"):
        services.house_meeting_begin(meeting=meeting, on=cast.today - timedelta(days=8), now=now())
    with refused("This is no house meeting.", about="meeting"):
        services.house_meeting_begin(meeting=group, on=cast.today, now=now())
    called = services.house_meeting_begin(meeting=meeting, on=day, at=time(21, 30), now=now())
    assert called.starts_at.astimezone(cast.house_a.zone).time() == time(21, 30)


def test_house_meeting_that_is_called_off_comes_up_as_such_and_is_not_asked_after(cast):
    meeting = meeting_of(cast.house_a, kind="house")
    held_day = yesterday(cast.house_a)
    row = services.house_meeting_begin(meeting=meeting, on=held_day, now=now())
    off = {"meeting": meeting, "called_off": True, "why": "Flood in the cellar"} | recorded()
    assert [how for _row, how in waiting(cast.house_a, now())] == [NO_ROLL]

    for day in (held_day, cast.today + timedelta(days=2)):
        MeetingChange.objects.create(on=day, **off)

    assert state(row, now(), called_off=row.pk in called_off([row])) == CALLED_OFF
    assert waiting(cast.house_a, now()) == []
    assert {each.on for each in coming(cast.house_a, now()) if each.called_off} == {cast.today + timedelta(days=2)}
    with refused("It is called off on this day: Flood in the cellar", about="on"):
        services.house_meeting_begin(meeting=meeting, on=cast.today + timedelta(days=2), now=now())
    assert not next_meeting(cast.house_a, now()).called_off


def test_house_meeting_that_is_called_after_the_usual_one_was_called_off_is_held(cast):
    meeting = meeting_of(cast.house_a, kind="house")
    day, before = yesterday(cast.house_a), now() - timedelta(days=3)
    MeetingChange.objects.create(
        meeting=meeting, on=day, called_off=True, why="Flood in the cellar", **recorded(), recorded_at=before
    )

    row = services.house_meeting_begin(meeting=meeting, on=day, at=meeting.starts, now=now())

    assert called_off([row]) == set()
    assert [how for _row, how in waiting(cast.house_a, now())] == [NO_ROLL]
    with acting_as(cast.dana.user, source="web"):
        sent = {"stay": cast.stay_of_dana, "meeting": meeting, "starts_at": row.starts_at, "now": now()}
        assert attendance_log(**sent, grade=Grade.SELF).pk


# --- the agenda -----------------------------------------------------------------------------------------------------


def test_staff_and_residents_put_things_on_the_agenda_until_it_begins(cast):
    meeting = meeting_of(cast.house_a, kind="house")
    row = services.house_meeting_begin(meeting=meeting, on=cast.today + timedelta(days=1), now=now())

    services.agenda_add(house_meeting=row, title="The  kettle", now=now())
    with acting_as(cast.dana.user, source="web"):
        mine = services.agenda_add(house_meeting=row, title="Quiet hours", stay=cast.stay_of_dana, now=now())
        with refused("This is on the agenda already.", about="title"):
            services.agenda_add(house_meeting=row, title="the kettle", stay=cast.stay_of_dana, now=now())
        with refused("This meeting has begun. Say it there, or put it on the next one."):
            services.agenda_add(house_meeting=row, title="Late", stay=cast.stay_of_dana, now=row.starts_at)
    with pytest.raises(PermissionDenied):
        services.agenda_add(house_meeting=row, title="For Dana", stay=cast.stay_of_dana, now=now())
    with acting_as(cast.erin.user, source="web"), pytest.raises(PermissionDenied):
        services.agenda_add(house_meeting=row, title="From elsewhere", stay=cast.stay_of_erin, now=now())

    assert [(item.title, item.by_stay) for item in minutes_of(row).items] == [
        ("The kettle", None),
        ("Quiet hours", cast.stay_of_dana),
    ]
    assert mine.recorded_by == cast.dana.user


def test_whoever_put_it_there_is_told_that_it_was_taken_off(cast):
    row = house_meeting_of(cast.house_a, cast.alice)
    item = agenda_item_of(row, cast.dana.user, by_stay=cast.stay_of_dana)
    own = agenda_item_of(row, cast.dana.user, "Mine", by_stay=cast.stay_of_dana)

    services.agenda_take_off(item=item, reason="Settled at breakfast", now=now())
    with acting_as(cast.dana.user, source="web"):
        services.agenda_take_off(item=own, reason="Changed my mind", now=now())

    [notice] = Notice.objects.filter(kind="agenda-item-taken-off")
    assert notice.user == cast.dana.user
    assert item.history.first().history_change_reason == "Settled at breakfast"
    assert list(minutes_of(row).items) == []


def test_residents_take_off_what_they_put_there_until_it_begins(cast):
    meeting = meeting_of(cast.house_a, kind="house")
    row = services.house_meeting_begin(meeting=meeting, on=cast.today + timedelta(days=1), now=now())
    mine = agenda_item_of(row, cast.dana.user, "Mine", by_stay=cast.stay_of_dana)
    of_frank = agenda_item_of(row, cast.frank.user, "Frank's", by_stay=cast.stay_of_frank)
    as_dana = {"stay": cast.stay_of_dana, "reason": "Changed my mind"}

    with acting_as(cast.dana.user, source="web"):
        with pytest.raises(PermissionDenied):
            services.agenda_take_off(item=of_frank, now=now(), **as_dana)
        with pytest.raises(PermissionDenied):
            services.agenda_take_off(item=of_frank, now=now(), **as_dana | {"stay": cast.stay_of_frank})
        with refused("This meeting has begun. Say there that it is settled."):
            services.agenda_take_off(item=mine, now=row.starts_at, **as_dana)
        services.agenda_take_off(item=mine, now=now(), **as_dana)

    assert [item.title for item in minutes_of(row).items] == ["Frank's"]


def test_what_the_minutes_speak_of_stays_on_the_agenda(cast):
    row = house_meeting_of(cast.house_a, cast.alice)
    item = agenda_item_of(row, cast.alice)
    minutes_line_of(row, cast.alice, item=item)

    with refused("The minutes say something about it, so it stays."):
        services.agenda_take_off(item=item, reason="x", now=now())


# --- the roll -------------------------------------------------------------------------------------------------------


def test_everybody_is_present_unless_somebody_says_otherwise(cast):
    there = fourteen(cast)
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)

    take(
        row,
        RollEntry(there["Ana"], "unexcused"),
        RollEntry(there["Bo"], "excused", "at work"),
        RollEntry(there["Cai"], "present", "dropped"),
    )

    row.refresh_from_db()
    said = lines_of(row)
    assert len(said) == 14
    assert (said["Ana"], said["Bo"], said["Cai"]) == (("unexcused", ""), ("excused", "at work"), ("present", ""))
    assert row.roll_taken_at is not None
    seen = Attendance.objects.filter(meeting=row.meeting, grade=5, starts_at=row.starts_at)
    assert {each.stay.resident.called for each in seen} == set(there) - {"Ana", "Bo"}


def test_roll_knows_who_is_on_a_pass_or_at_work(cast):
    there = fourteen(cast)
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    day = yesterday(cast.house_a)
    works(there["Ana"], 9, 17, night=day)
    works(there["Bo"], 14, 17, night=day)
    works(there["Cai"], 9, 17, night=day - timedelta(days=1))
    begins = noon(cast.house_a, day) - timedelta(hours=2)
    away(there["Dee"], begins, begins + timedelta(hours=20), by=cast.bob)
    away(there["Eli"], begins, begins + timedelta(hours=20), by=cast.bob, status="refused")

    known = {each.stay.resident.called: each.known for each in roll_of(row).rows if each.known}

    assert set(known) == {"Ana", "Dee"}
    assert known["Ana"].startswith("work until 5")
    assert known["Dee"].startswith("overnight pass until")


def test_whoever_entered_the_code_is_not_foreseen_as_excused(cast):
    there = fourteen(cast)
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    for name, grade in {"Ana": 4, "Bo": 4, "Cai": 1}.items():
        works(there[name], 9, 17, night=yesterday(cast.house_a))
        was = attendance_of(there[name], row.meeting, cast.alice, starts_at=row.starts_at, grade=grade)
        if name == "Bo":
            struck = {"step": "struck", "follows": was, "reason": "He sent the code from elsewhere."}
            attendance_of(there[name], row.meeting, cast.alice, starts_at=row.starts_at, grade=grade, **struck)

    assert {each.stay.resident.called for each in roll_of(row).rows if each.foreseen == "excused"} == {"Bo", "Cai"}


def test_who_moved_in_that_day_is_on_the_roll_and_who_moved_out_is_not(cast):
    came = move_in(cast.house_a, "3A", "New", "Comer", days_ago=1)
    left = move_in(cast.house_a, "3B", "Old", "Timer", days_ago=30)
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    left.uses.update(ends_on=row.on)
    left.ends_on, left.left_as = row.on, left.resident.name
    left.save()

    roll = roll_of(row)

    assert {each.stay.resident.called: each.moved_in for each in roll.rows} == {
        "Dana": False,
        "Frank": False,
        "New": True,
    }
    assert list(roll.left) == [left]
    with pytest.raises(services.RollRefused) as caught:
        take(row, RollEntry(left, "unexcused"))
    assert caught.value.by_stay == [(left, "status", "did not live here that day. Open the page anew.")]
    take(row)
    assert newest(row, came) is not None
    assert newest(row, left) is None


def test_whoever_runs_the_meeting_and_lives_there_is_counted_by_another(cast):
    grant(cast.frank.user, "manager", cast.organization, cast.house_a)
    row = house_meeting_of(cast.house_a, cast.frank.user, days_ago=1)

    with acting_as(cast.frank.user, source="web"):
        take(row)
        with pytest.raises(PermissionDenied):
            take(row, RollEntry(cast.stay_of_frank, "present"))
        row.refresh_from_db()
        assert row.roll_taken_at is None
        assert set(lines_of(row)) == {"Dana"}
        with refused("The roll is not complete: somebody has still to say whether Frank O. was there."):
            minutes_publish(house_meeting=row, now=now())

    take(row)
    row.refresh_from_db()
    assert row.roll_taken_at is not None
    assert RollLine.objects.get(stay=cast.stay_of_frank).recorded_by == cast.alice


def test_roll_sent_twice_counts_once_and_a_changed_one_is_refused(cast):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    entry = RollEntry(cast.stay_of_dana, "excused", "ill")
    take(row, entry)
    before = written()

    assert take(row, entry) == []
    assert written() == before
    with pytest.raises(services.RollRefused) as caught:
        take(row, RollEntry(cast.stay_of_dana, "present"))
    assert caught.value.messages == ["Dana R.: counted by Alice Example meanwhile: excused."]


def test_excused_needs_a_word_and_the_roll_a_meeting_that_has_begun(cast):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    with pytest.raises(services.RollRefused) as caught:
        take(row, RollEntry(cast.stay_of_dana, "excused", " "))
    assert caught.value.by_stay == [(cast.stay_of_dana, "why", "Say what excuses them.")]
    assert not RollLine.objects.exists()

    meeting = meeting_of(cast.house_a, kind="house", name="Later")
    later = services.house_meeting_begin(meeting=meeting, on=cast.today + timedelta(days=1), now=now())
    with pytest.raises(ValidationError, match="It begins on"):
        take(later)
    assert take(later, at=later.starts_at - timedelta(minutes=30))


def test_correcting_the_roll_strikes_and_restores_the_attendance(cast):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    take(row)
    line = RollLine.objects.get(stay=cast.stay_of_dana)
    assert (newest(row, cast.stay_of_dana).step, newest(row, cast.stay_of_dana).grade) == ("logged", 5)

    absent = services.roll_correct(line=line, status="unexcused", reason="Taken for her sister", now=now())
    assert newest(row, cast.stay_of_dana).step == "struck"
    excused = services.roll_correct(line=absent, status="excused", why="ill", reason="She was ill", now=now())
    assert newest(row, cast.stay_of_dana).step == "struck"
    back = services.roll_correct(line=excused, status="present", reason="She came late", now=now())

    assert newest(row, cast.stay_of_dana).step == "restored"
    assert newest(row, cast.stay_of_dana).grade == 5
    assert lines_of(row)["Dana"] == ("present", "")
    assert back.corrects == excused
    with refused("This has been put right already. Look at the newest one."):
        services.roll_correct(line=line, status="excused", why="x", reason="x", now=now())
    with refused("Nothing is changed: there is nothing to put right."):
        services.roll_correct(line=back, status="present", reason="x", now=now())
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        services.roll_correct(line=back, status="excused", why="x", reason="x", now=now())


# --- minutes --------------------------------------------------------------------------------------------------------


def test_what_was_written_down_is_put_right_and_stays_in_its_place(cast):
    row = house_meeting_of(cast.house_a, cast.alice)
    item = agenda_item_of(row, cast.alice)
    first = services.minutes_add(house_meeting=row, text="We buy a kettle", what="decided", item=item, now=now())
    services.minutes_add(house_meeting=row, text="Second", now=now())

    services.minutes_correct(
        line=first, text="We mend the kettle", what="decided", item=item, reason="Misheard", now=now()
    )

    assert [line.text for line in minutes_of(row).lines] == ["We mend the kettle", "Second"]
    with refused("This has been put right already. Look at the newest one."):
        services.minutes_correct(line=first, text="x", what="said", item=None, reason="x", now=now())


def test_minutes_are_about_items_of_the_same_meeting_that_are_still_there(cast):
    row, other = house_meeting_of(cast.house_a, cast.alice), house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    gone = agenda_item_of(row, cast.alice, taken_off=True)

    for item in (agenda_item_of(other, cast.alice), gone):
        with refused("This is not on the agenda of this meeting.", about="item"):
            services.minutes_add(house_meeting=row, text="x", item=item, now=now())
    with refused("Say what was said or decided.", about="text"):
        services.minutes_add(house_meeting=row, text=" ", now=now())


# --- motions --------------------------------------------------------------------------------------------------------


def test_eighty_percent_of_the_members_is_counted_in_whole_people(cast):
    fourteen(cast)  # 80 % of 14 are 11.2
    kind = motion_kind_of(cast.house_a, "Admission", percent=80, more_than=False, of="members")
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)

    eleven = services.motion_record(house_meeting=row, kind=kind, text="Admit Sam", in_favour=11, against=3, now=now())
    twelve = services.motion_record(house_meeting=row, kind=kind, text="Admit Kit", in_favour=12, now=now())

    assert (eleven.of_how_many, eleven.carried) == (14, False)
    assert (twelve.of_how_many, twelve.carried) == (14, True)


@pytest.mark.parametrize(
    ("in_favour", "of_how_many", "percent", "more_than", "is_carried"),
    [
        (4, 5, 80, False, True),
        (3, 5, 80, False, False),
        (5, 10, 50, True, False),
        (6, 10, 50, True, True),
        (5, 10, 50, False, True),
        (2, 3, 66, False, True),
        (2, 3, 67, False, False),
        (0, 0, 50, False, False),
        (10, 10, 100, False, True),
        (10, 10, 100, True, False),
    ],
)
def test_carried_follows_from_the_count(in_favour, of_how_many, percent, more_than, is_carried):
    facts = {"in_favour": in_favour, "of_how_many": of_how_many, "percent": percent, "more_than": more_than}

    assert services.carried(**facts) is is_carried


def test_motion_is_counted_against_those_present_only_when_the_roll_is_taken(cast):
    there = fourteen(cast)
    kind = motion_kind_of(cast.house_a, of="present")
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    said = "It is counted against those who are present: take the roll first, all of it."
    with refused(said, about="kind"):
        services.motion_record(house_meeting=row, kind=kind, text="x", in_favour=1, now=now())
    take(row, *[RollEntry(there[name], "unexcused") for name in ("Ana", "Bo", "Cai")])

    with refused("12 votes, but only 11 people are there.", about="in_favour"):
        services.motion_record(house_meeting=row, kind=kind, text="x", in_favour=6, against=6, now=now())
    motion = services.motion_record(house_meeting=row, kind=kind, text="x", in_favour=6, against=5, now=now())

    assert (motion.of_how_many, motion.carried) == (11, True)


def test_votes_cast_count_those_for_and_against_alone(cast):
    fourteen(cast)
    kind = motion_kind_of(cast.house_a, of="cast")
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)

    motion = services.motion_record(
        house_meeting=row, kind=kind, text="x", in_favour=3, against=2, abstained=9, now=now()
    )

    assert (motion.of_how_many, motion.carried) == (5, True)
    with refused("15 votes, but only 14 people are there.", about="in_favour"):
        services.motion_record(house_meeting=row, kind=kind, text="x", in_favour=3, against=2, abstained=10, now=now())


def test_motion_keeps_what_its_kind_needed_then(cast):
    kind = motion_kind_of(cast.house_a, of="members", percent=50, more_than=False)
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    motion = services.motion_record(house_meeting=row, kind=kind, text="x", in_favour=1, against=1, now=now())
    services.motion_kind_save(house=cast.house_a, kind=kind, name="Strict", percent=100, more_than=False, of="members")

    right = services.motion_correct(motion=motion, text="y", in_favour=1, reason="Nobody was against", now=now())

    assert (right.percent, right.carried, right.against) == (50, True, 0)
    with refused("This has been put right already. Look at the newest one."):
        services.motion_correct(motion=motion, text="z", in_favour=1, reason="x", now=now())
    with refused("Nothing is changed: there is nothing to put right."):
        services.motion_correct(motion=right, text="y", in_favour=1, reason="x", now=now())


def test_kinds_of_motions_begin_with_the_usual_and_are_dropped(cast):
    kinds = {kind.name: kind for kind in services.motion_kinds_start(house=cast.house_a)}

    admission, other = kinds["Admission"], kinds["Other business"]
    assert (admission.percent, admission.more_than, admission.of) == (80, False, Of.MEMBERS)
    assert (other.percent, other.more_than, other.of) == (50, True, Of.PRESENT)
    with refused("There are kinds of motions already."):
        services.motion_kinds_start(house=cast.house_a)
    with refused("There is a kind of this name."):
        services.motion_kind_save(house=cast.house_a, name="ADMISSION", percent=1, more_than=False, of="cast")
    services.motion_kind_drop(kind=other)
    row = house_meeting_of(cast.house_a, cast.alice)
    with refused("Choose a kind of motion that this house uses.", about="kind"):
        services.motion_record(
            house_meeting=row, kind=MotionKind.objects.get(pk=other.pk), text="x", in_favour=1, now=now()
        )


# --- elections ------------------------------------------------------------------------------------------------------


def elect(row: HouseMeeting, stay: Stay, duty: str = "president", **facts: Any) -> Election:
    starts_on = facts.pop("starts_on", row.on)
    ends_on = facts.pop("ends_on", starts_on + relativedelta(months=6))
    return services.officer_elect(
        house_meeting=row,
        resident=stay.resident,
        duty=duty,
        starts_on=starts_on,
        ends_on=ends_on,
        now=now(),
        **facts,
    )


def test_officer_is_elected_for_six_months_at_most(cast):
    row = house_meeting_of(cast.house_a, cast.alice)
    last = row.on + relativedelta(months=6)

    with refused(f"A term is six months at most: until {shown(last)}.", about="ends_on"):
        elect(row, cast.stay_of_dana, ends_on=last + timedelta(days=1))
    with refused("This is before the meeting that elects them.", about="starts_on"):
        elect(row, cast.stay_of_dana, starts_on=row.on - timedelta(days=1))
    with refused("A term ends after it begins.", about="ends_on"):
        elect(row, cast.stay_of_dana, ends_on=row.on)
    elected = elect(row, cast.stay_of_dana)

    assert (elected.officer.resident, elected.officer.ends_on) == (cast.dana, last)


def test_nobody_has_the_same_duty_twice_running(cast):
    before = house_meeting_of(cast.house_a, cast.alice, days_ago=100)
    election_of(before, cast.stay_of_dana, cast.alice, duty="comptroller")
    row = house_meeting_of(cast.house_a, cast.alice)

    said = "Dana R. was elected comptroller the last time. Nobody is twice running."
    with refused(said, about="resident"):
        elect(row, cast.stay_of_dana, duty="comptroller")
    elect(row, cast.stay_of_dana, duty="secretary")
    elect(row, cast.stay_of_frank, duty="comptroller")
    after = row.on + timedelta(days=30)
    elect(row, cast.stay_of_dana, duty="comptroller", starts_on=after, ends_on=after + timedelta(days=30))

    assert Officer.objects.filter(duty="comptroller", elected__isnull=False).count() == 3


def test_nobody_is_elected_by_a_vote_that_was_lost_or_from_another_house(cast):
    row = house_meeting_of(cast.house_a, cast.alice)
    lost = motion_of(row, cast.alice, in_favour=0, against=2, carried=False)

    with refused("Choose a vote of this meeting that was carried.", about="motion"):
        elect(row, cast.stay_of_dana, motion=lost)
    with pytest.raises(ValidationError, match="does not live in"):
        elect(row, cast.stay_of_erin)
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        elect(row, cast.stay_of_dana)
    assert not Election.objects.exists()


def test_vote_that_elected_somebody_is_not_turned_into_a_lost_one(cast):
    kind = motion_kind_of(cast.house_a, of="members")
    row = house_meeting_of(cast.house_a, cast.alice)
    motion = services.motion_record(house_meeting=row, kind=kind, text="Dana", in_favour=2, now=now())
    elect(row, cast.stay_of_dana, motion=motion)

    with refused("Somebody was elected by this vote. End their duty first."):
        services.motion_correct(motion=motion, text="Dana", in_favour=0, against=2, reason="x", now=now())

    officer_end(officer=Officer.objects.get(elected__motion=motion), ends_on=row.on, reason="Miscounted", today=row.on)
    right = services.motion_correct(motion=motion, text="Dana", in_favour=0, against=2, reason="Miscounted", now=now())
    assert not right.carried


def test_nobody_is_elected_by_a_vote_that_was_put_right(cast):
    kind = motion_kind_of(cast.house_a, of="members")
    row = house_meeting_of(cast.house_a, cast.alice)
    motion = services.motion_record(house_meeting=row, kind=kind, text="Dana", in_favour=2, now=now())
    services.motion_correct(motion=motion, text="Dana", in_favour=0, against=2, reason="Miscounted", now=now())

    with refused("Choose a vote of this meeting that was carried.", about="motion"):
        elect(row, cast.stay_of_dana, motion=motion)


def test_nobody_is_elected_for_the_time_before_their_own_term(cast):
    row = house_meeting_of(cast.house_a, cast.alice)
    later = row.on + timedelta(days=90)
    elect(row, cast.stay_of_dana, duty="comptroller", starts_on=later, ends_on=later + timedelta(days=30))

    with refused("Dana R. is elected comptroller for the time after it. Nobody is twice running.", about="resident"):
        elect(row, cast.stay_of_dana, duty="comptroller", ends_on=later)
    elect(row, cast.stay_of_frank, duty="comptroller", ends_on=later)


# --- published ------------------------------------------------------------------------------------------------------


def test_published_minutes_are_frozen_told_and_issued(cast):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    item = agenda_item_of(row, cast.alice)
    line = minutes_line_of(row, cast.alice, item=item)
    motion = motion_of(row, cast.alice)
    take(row)

    document = minutes_publish(house_meeting=row, now=now())

    row.refresh_from_db()
    assert state(row, now()) == PUBLISHED
    assert (document.kind, document.subject, document.house) == ("house-meeting-minutes", row.uuid, cast.house_a)
    told = Notice.objects.filter(kind="minutes-published")
    assert {notice.user for notice in told} == {cast.dana.user, cast.frank.user}
    said = "The minutes are published and stay as they are. What is wrong is written into the next ones."
    roll_line = RollLine.objects.get(stay=cast.stay_of_dana)
    for act in (
        lambda: services.agenda_add(house_meeting=row, title="x", now=now()),
        lambda: services.agenda_take_off(item=item, reason="x", now=now()),
        lambda: take(row, RollEntry(cast.stay_of_dana, "unexcused")),
        lambda: services.roll_correct(line=roll_line, status="unexcused", reason="x", now=now()),
        lambda: services.minutes_add(house_meeting=row, text="x", now=now()),
        lambda: services.minutes_correct(line=line, text="x", what="said", item=item, reason="x", now=now()),
        lambda: services.motion_record(house_meeting=row, kind=motion.kind, text="x", in_favour=1, now=now()),
        lambda: services.motion_correct(motion=motion, text="x", in_favour=1, reason="x", now=now()),
        lambda: elect(row, cast.stay_of_dana),
        lambda: minutes_publish(house_meeting=row, now=now()),
    ):
        with refused(said):
            act()


def test_minutes_without_a_whole_roll_are_not_published(cast):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    with refused("Take the roll first."):
        minutes_publish(house_meeting=row, now=now())
    take(row)
    move_in(cast.house_a, "3A", "New", "Comer", days_ago=1)

    with refused("The roll is not complete: somebody has still to say whether New C. was there."):
        minutes_publish(house_meeting=row, now=now())
    row.refresh_from_db()
    assert state(row, now()) == NO_MINUTES
    with refused("The minutes are not published yet."):
        minutes_issue(house_meeting=row, now=now())


def test_minutes_are_not_published_before_the_meeting_begins(cast):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    early = row.starts_at - timedelta(minutes=20)
    take(row, at=early)

    with refused("It has not begun: there is nothing to publish yet."):
        minutes_publish(house_meeting=row, now=early)
    row.refresh_from_db()
    assert row.published_at is None
    assert minutes_publish(house_meeting=row, now=row.starts_at).pk


def test_motion_counted_against_other_people_than_the_roll_has_is_looked_at_again(cast):
    kind = motion_kind_of(cast.house_a, of="present")
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    take(row)
    motion = services.motion_record(house_meeting=row, kind=kind, text="A kettle", in_favour=1, now=now())
    line = RollLine.objects.get(stay=cast.stay_of_dana)
    services.roll_correct(line=line, status="unexcused", reason="Not her", now=now())

    with refused("“A kettle” was counted against 2 people, who now are 1: put it right."):
        minutes_publish(house_meeting=row, now=now())
    right = services.motion_correct(motion=motion, text="A kettle", in_favour=1, reason="One fewer", now=now())
    minutes_publish(house_meeting=row, now=now())

    assert (motion.carried, right.carried) == (False, True)


@pytest.mark.parametrize("of", ["members", "cast"])
def test_motion_with_more_votes_than_the_roll_has_people_is_looked_at_again(cast, of):
    kind = motion_kind_of(cast.house_a, of=of)
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    motion = services.motion_record(house_meeting=row, kind=kind, text="A kettle", in_favour=2, now=now())
    take(row, RollEntry(cast.stay_of_dana, "unexcused"))

    with refused("“A kettle” has 2 votes, but the roll has 1 present: put one of them right."):
        minutes_publish(house_meeting=row, now=now())
    services.motion_correct(motion=motion, text="A kettle", in_favour=1, reason="She was not there", now=now())

    assert minutes_publish(house_meeting=row, now=now()).pk


def test_what_is_wrong_is_written_into_the_next_minutes(cast):
    published(house_meeting_of(cast.house_a, cast.alice, days_ago=2), cast.alice)
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)

    line = services.minutes_add(house_meeting=row, text="The kettle cost 30", what="correction", now=now())

    assert line.what == MinutesLine.What.CORRECTION


def test_house_meeting_that_begins_soon_has_no_roll_yet(cast):
    meeting = meeting_of(cast.house_a, kind="house")
    row = services.house_meeting_begin(meeting=meeting, on=cast.today + timedelta(days=1), now=now())

    assert state(row, now()) == COMES
    assert state(row, row.starts_at) == NO_ROLL


@pytest.mark.parametrize("count", [1, 3])
def test_roll_and_minutes_cost_the_same_however_many(cast, count, django_assert_num_queries):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    for stay in sleepers(cast.house_a, count):
        roll_line_of(row, stay, cast.alice)
        item = agenda_item_of(row, cast.alice, f"Item {stay.pk}")
        minutes_line_of(row, cast.alice, item=item)
        motion_of(row, cast.alice)
        election_of(row, stay, cast.alice, duty="senior", starts_on=row.on + timedelta(days=stay.pk % 100))

    with django_assert_num_queries(6):
        roll = roll_of(row)
        assert len([each.line.stay.short_name for each in roll.counted]) == count
    with django_assert_num_queries(5):
        minutes = minutes_of(row)
        assert len(minutes.items) == len(minutes.motions) == len(minutes.elections) == count
        assert [str(each.officer.resident.short_name) for each in minutes.elections]
    with django_assert_num_queries(3):
        assert coming(cast.house_a, now())
    with django_assert_num_queries(2):
        assert len(waiting(cast.house_a, now())) == 1


def test_agenda_item_is_history_when_it_is_off(cast):
    item = agenda_item_of(house_meeting_of(cast.house_a, cast.alice), cast.alice)
    services.agenda_take_off(item=item, reason="Settled", now=now())

    with refused("This is off the agenda already."):
        services.agenda_take_off(item=item, reason="x", now=now())
    assert AgendaItem.objects.count() == 1
    assert Motion.objects.count() == 0
