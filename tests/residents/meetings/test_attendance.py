"""Writing down who was at which meeting, proving it better, striking it: every write, and every refusal."""

from __future__ import annotations

import struct
import zlib
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from PIL import Image

from residents.meetings import code_tries, codes
from residents.meetings.models import Attendance, Grade, HouseMeeting, MeetingChange
from residents.meetings.queries.attendance import chain_of, newest
from residents.meetings.services import attendance as services
from residents.stays.services import discharge
from soberhouse.documents import store
from soberhouse.history import acting_as, recorded
from soberhouse.notices.models import Notice
from tests.matrix.ruled import a_picture
from tests.residents.meetings import given
from tests.residents.stays.stories import ORDINARY

DRAWN = "M10 10L20 20"


@pytest.fixture
def alice(cast):
    with acting_as(cast.alice, source="web"):
        yield cast.alice


@pytest.fixture
def dana(cast):
    with acting_as(cast.dana.user, source="web"):
        yield cast.dana.user


@pytest.fixture
def meeting(cast):
    return given.meeting_of(cast.organization)


def log(cast, meeting, *, days_ago=1, **facts):
    house = cast.house_a
    usual = {
        "stay": cast.stay_of_dana,
        "meeting": meeting,
        "starts_at": given.held(meeting, house, days_ago),
        "grade": Grade.SELF,
        "now": timezone.now(),
    }
    return services.attendance_log(**usual | facts)


def refused(field, call, *args, **kwargs):
    """The sentence with which `call` is refused, under this field; nothing is written."""
    before = Attendance.objects.count()
    with pytest.raises(ValidationError) as refusal:
        call(*args, **kwargs)
    assert Attendance.objects.count() == before
    told = refusal.value
    if not field:
        return " ".join(told.messages)
    return " ".join(told.message_dict[field])


# --- written down ---


def test_a_resident_writes_down_their_own_meeting(cast, meeting, dana):
    row = log(cast, meeting, note="Good one")

    assert (row.grade, row.step, row.called, row.kind) == (Grade.SELF, "logged", meeting.name, "aa")
    assert row.ends_at - row.starts_at == timedelta(minutes=60)
    assert row.on == cast.today - timedelta(days=1)
    assert row.recorded_by == dana
    assert list(newest([cast.stay_of_dana])) == [row]


def test_what_the_meeting_was_called_then_stays_with_it(cast, meeting, dana):
    row = log(cast, meeting)
    with acting_as(None, source="command"):
        meeting.name, meeting.kind = "Another name", "na"
        meeting.save()
    row.refresh_from_db()

    assert (row.called, row.kind) == ("Keep Coming Back", "aa")


def test_a_meeting_can_be_written_down_from_its_start_on(cast, meeting, dana):
    starts_at = given.held(meeting, cast.house_a, 1)
    said = refused("starts_at", log, cast, meeting, now=starts_at - timedelta(seconds=1))

    assert "has not begun" in said
    assert log(cast, meeting, now=starts_at).pk


def test_two_weeks_back_for_oneself_and_a_year_for_staff(cast, meeting):
    old = given.held(meeting, cast.house_a, 15)
    with acting_as(cast.dana.user, source="web"):
        assert "manager" in refused("starts_at", log, cast, meeting, starts_at=old)
        assert log(cast, meeting, days_ago=13).pk
    with acting_as(cast.alice, source="web"):
        assert log(cast, meeting, starts_at=old).pk
        older = given.held(meeting, cast.house_a, 370)
        assert "a year" in refused("starts_at", log, cast, meeting, starts_at=older)


def test_only_when_it_is_held(cast, meeting, dana):
    later = given.held(meeting, cast.house_a, 1) + timedelta(minutes=5)

    assert "not held then" in refused("starts_at", log, cast, meeting, starts_at=later)


def test_not_when_it_was_called_off(cast, meeting, dana):
    starts_at = given.held(meeting, cast.house_a, 1)
    with acting_as(cast.alice, source="web"):
        MeetingChange.objects.create(
            meeting=meeting, on=cast.today - timedelta(days=1), called_off=True, why="Snow", **recorded()
        )

    assert "Snow" in refused("starts_at", log, cast, meeting, starts_at=starts_at)


def test_when_it_was_held_instead(cast, meeting, dana):
    usual = given.held(meeting, cast.house_a, 1)
    with acting_as(cast.alice, source="web"):
        MeetingChange.objects.create(
            meeting=meeting,
            on=cast.today - timedelta(days=1),
            held_at=usual - timedelta(hours=2),
            why="A funeral",
            **recorded(),
        )

    assert "not held then" in refused("starts_at", log, cast, meeting, starts_at=usual)
    assert log(cast, meeting, starts_at=usual - timedelta(hours=2)).pk


def test_by_appointment_at_any_time_with_its_minutes(cast, dana):
    therapy = given.meeting_of(cast.organization, name="Therapy", kind="therapy", starts=None)
    when = timezone.now() - timedelta(hours=5)

    assert "how many minutes" in refused("minutes", log, cast, therapy, starts_at=when)
    assert "how many minutes" in refused("minutes", log, cast, therapy, starts_at=when, minutes=0)
    row = log(cast, therapy, starts_at=when, minutes=50)
    assert row.ends_at - row.starts_at == timedelta(minutes=50)
    assert row.starts_at.second == 0


def test_not_of_another_house(cast, dana):
    theirs = given.meeting_of(cast.house_b, kind="house")
    strange = given.meeting_of(cast.other_organization)

    assert "another house" in refused("meeting", log, cast, theirs)
    assert "another house" in refused("meeting", log, cast, strange)


def test_not_by_somebody_who_moved_out(cast, meeting):
    with acting_as(cast.alice, source="web"):
        discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)
    with acting_as(cast.dana.user, source="web"):
        assert "moved out" in refused("", log, cast, meeting)


def test_staff_write_down_the_days_of_a_stay_that_is_over_and_no_later_ones(cast, meeting, alice):
    discharge(stay=cast.stay_of_dana, left_on=cast.today - timedelta(days=3), today=cast.today, **ORDINARY)

    assert "moved out by then" in refused("starts_at", log, cast, meeting, days_ago=1)
    assert log(cast, meeting, days_ago=4).pk


def test_before_the_move_in_is_written_down_for_somebody_to_look_at(cast, meeting, alice):
    assert log(cast, meeting, days_ago=45).pk


def test_once(cast, meeting, dana):
    log(cast, meeting)

    assert "written down already" in refused("", log, cast, meeting)


def test_online_only_where_it_is_held_online(cast, dana):
    here = given.meeting_of(cast.organization)
    there = given.meeting_of(cast.organization, name="Online", venue="online")
    both = given.meeting_of(cast.organization, name="Both", venue="hybrid")

    assert "in person" in refused("online", log, cast, here, online=True)
    assert log(cast, there).online
    assert log(cast, both, online=True).online


# --- evidence ---


def test_a_photo_is_kept_as_a_picture_and_nothing_else(cast, meeting, dana):
    row = log(cast, meeting, grade=Grade.PHOTO, photo=a_picture())

    assert row.photo.content_type == store.JPEG
    assert store.read(row.photo).startswith(b"\xff\xd8")
    assert "photo" in refused("photo", log, cast, meeting, days_ago=2, grade=Grade.PHOTO)


def test_where_a_photo_was_taken_is_thrown_away(cast, meeting, dana):
    out, exif = BytesIO(), Image.Exif()
    exif[0x010E] = "52.5200 N, 13.4050 E"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", (30, 30), "teal").save(out, "JPEG", exif=exif)
    assert b"52.5200" in out.getvalue()

    row = log(cast, meeting, grade=Grade.PHOTO, photo=out.getvalue())

    kept = store.read(row.photo)
    assert b"52.5200" not in kept
    assert not Image.open(BytesIO(kept)).getexif()


def huge_png() -> bytes:
    """A PNG that says of itself that it is 20,000 by 10,000 points: two hundred megapixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 20_000, 10_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00 a program",
        b"\x7fELF another",
        b"#!/bin/sh\nrm -rf /\n",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"%PDF-1.7\n%%EOF",
        a_picture()[:40],
    ],
    ids=["exe", "elf", "script", "svg", "pdf", "cut off"],
)
def test_a_file_that_is_no_photo_is_refused(cast, meeting, dana, data):
    assert "not a photo" in refused("photo", log, cast, meeting, grade=Grade.PHOTO, photo=data)


def test_a_picture_of_two_hundred_megapixels_is_refused(cast, meeting, dana):
    assert "million points" in refused("photo", log, cast, meeting, grade=Grade.PHOTO, photo=huge_png())


def test_the_chair_signs_with_a_first_name_and_a_drawing(cast, meeting, dana):
    row = log(cast, meeting, grade=Grade.SIGNED, signer="  Sam   K. ", drawing=DRAWN)

    assert (row.signer, row.drawing) == ("Sam K.", DRAWN)


def test_a_typed_name_is_no_signature_and_a_photo_is_offered(cast, meeting, dana):
    said = refused("signer", log, cast, meeting, grade=Grade.SIGNED, signer="S")

    assert "no signature" in said
    assert "photo" in said


@pytest.mark.parametrize("signer", ["Sam Kowalski", "Dr. Sam", "sam@example.org", "S4m"])
def test_the_chair_has_a_first_name_and_an_initial_at_most(cast, meeting, dana, signer):
    said = refused("signer", log, cast, meeting, grade=Grade.SIGNED, signer=signer, drawing=DRAWN)

    assert "initial at most" in said


def test_a_drawing_without_a_name_is_refused(cast, meeting, dana):
    assert "first name" in refused("signer", log, cast, meeting, grade=Grade.SIGNED, drawing=DRAWN)


def test_a_drawing_holds_strokes_and_nothing_else(cast, meeting, dana):
    with pytest.raises(ValidationError):
        log(cast, meeting, grade=Grade.SIGNED, signer="Sam", drawing='M0 0"/><script>')


@pytest.mark.parametrize(
    ("minutes", "holds"), [(-16, False), (-15, True), (0, True), (60, True), (90, True), (91, False)]
)
def test_a_code_counts_while_the_meeting_lasts(cast, meeting, dana, minutes, holds):
    starts_at = given.held(meeting, cast.house_a, 1)
    sent = {"grade": Grade.CODE, "code": codes.code_of(meeting), "now": starts_at + timedelta(minutes=minutes)}
    if holds:
        assert log(cast, meeting, **sent).grade == Grade.CODE
    else:
        refused("starts_at" if minutes < 0 else "code", log, cast, meeting, **sent)


def test_a_code_proves_nothing_where_only_whoever_enters_it_says_when_it_was(cast, dana):
    therapy = given.meeting_of(cast.organization, name="Therapy", kind="therapy", starts=None)
    now = timezone.now()
    sent = {"grade": Grade.CODE, "code": codes.code_of(therapy), "starts_at": now, "minutes": 60, "now": now}

    assert sent["code"]
    assert "by appointment" in refused("code", log, cast, therapy, **sent)
    own_word = log(cast, therapy, starts_at=now, minutes=60, now=now)
    raising = {"attendance": own_word, "grade": Grade.CODE, "code": sent["code"], "now": now}
    assert "by appointment" in refused("code", services.attendance_raise, **raising)


def test_the_code_of_another_meeting_is_none_of_this_one(cast, meeting, dana):
    other = given.meeting_of(cast.organization, name="Other")
    starts_at = given.held(meeting, cast.house_a, 1)

    said = refused("code", log, cast, meeting, grade=Grade.CODE, code=codes.code_of(other), now=starts_at)
    assert "not the code" in said
    assert "Type the code" in refused("code", log, cast, meeting, grade=Grade.CODE, code=" ", now=starts_at)


def test_codes_are_not_guessed(cast, meeting, dana):
    """By a program, that is: after some that were none even the right one is refused for a while; to nobody else."""
    starts_at = given.held(meeting, cast.house_a, 1)
    sent = {"grade": Grade.CODE, "now": starts_at}
    for _each in range(code_tries.MOST):
        assert "not the code" in refused("code", log, cast, meeting, code="000000", **sent)

    assert "Wait ten minutes" in refused("code", log, cast, meeting, code=codes.code_of(meeting), **sent)
    assert log(cast, meeting, code=codes.code_of(meeting), stay=cast.stay_of_frank, **sent).grade == Grade.CODE


def test_the_code_on_the_screen_counts_at_a_house_meeting(cast, dana):
    meeting = given.meeting_of(cast.house_a, kind="house", code_number=0)
    starts_at = given.held(meeting, cast.house_a, 1)
    with acting_as(cast.alice, source="web"):
        held = HouseMeeting.objects.create(
            house=cast.house_a,
            meeting=meeting,
            starts_at=starts_at,
            on=cast.today - timedelta(days=1),
            **recorded(),
        )
    now = starts_at + timedelta(minutes=10)
    old = codes.house_code(held, now - timedelta(minutes=5))

    assert old != codes.house_code(held, now)
    assert "not the code" in refused("code", log, cast, meeting, grade=Grade.CODE, code=old, now=now)
    assert log(cast, meeting, grade=Grade.CODE, code=codes.house_code(held, now), now=now).pk


def test_a_house_meeting_that_was_called_for_once_can_be_written_down(cast, dana):
    meeting = given.meeting_of(cast.house_a, kind="house", code_number=0)
    starts_at = given.held(meeting, cast.house_a, 1) + timedelta(hours=3)
    refused("starts_at", log, cast, meeting, starts_at=starts_at)
    held = given.house_meeting_of(cast.house_a, cast.alice, meeting=meeting, days_ago=1, starts_at=starts_at)

    assert log(
        cast, meeting, grade=Grade.CODE, code=codes.house_code(held, starts_at), starts_at=starts_at, now=starts_at
    )


def test_whoever_can_show_the_code_proves_nothing_with_it_about_themselves(cast):
    """Frank takes rolls, so his own telephone shows the code wherever he is."""
    meeting = given.meeting_of(cast.house_a, kind="house")
    held = given.house_meeting_of(cast.house_a, cast.alice, meeting=meeting, days_ago=1)
    sent = {"stay": cast.stay_of_frank, "grade": Grade.CODE, "now": held.starts_at}
    with acting_as(cast.frank.user, source="web"):
        said = refused("code", log, cast, meeting, code=codes.house_code(held, held.starts_at), **sent)
        assert "proves nothing about you" in said
        row = log(cast, meeting, code=codes.code_of(meeting), **sent)  # on the wall, and on no screen of his
    assert row.grade == Grade.CODE


def test_nobody_says_of_themselves_that_they_were_seen(cast, meeting, dana):
    assert "your manager" in refused("grade", log, cast, meeting, grade=Grade.SEEN)


def test_staff_saw_them(cast, meeting, alice):
    assert log(cast, meeting, grade=Grade.SEEN).recorded_by == alice


def test_there_is_no_other_grade(cast, meeting, dana):
    refused("grade", log, cast, meeting, grade=7)


# --- better evidence ---


def test_better_evidence_is_a_new_row_and_the_first_one_stays(cast, meeting, dana):
    first = log(cast, meeting)
    second = services.attendance_raise(attendance=first, grade=Grade.PHOTO, photo=a_picture(), now=timezone.now())

    assert [row.pk for row in chain_of(first)] == [first.pk, second.pk]
    assert (second.step, second.grade, second.called) == ("raised", Grade.PHOTO, first.called)
    assert list(newest([cast.stay_of_dana])) == [second]
    assert Attendance.objects.get(pk=first.pk).grade == Grade.SELF


def test_evidence_that_is_no_better_is_refused(cast, meeting, dana):
    row = log(cast, meeting, grade=Grade.SIGNED, signer="Sam", drawing=DRAWN)

    for grade in (Grade.SELF, Grade.PHOTO, Grade.SIGNED):
        said = refused(
            "grade",
            services.attendance_raise,
            attendance=row,
            grade=grade,
            photo=a_picture(),
            signer="Sam",
            drawing=DRAWN,
            now=timezone.now(),
        )
        assert "at least as good" in said


def test_only_the_newest_is_proved_better(cast, meeting, dana):
    first = log(cast, meeting)
    better = {"grade": Grade.PHOTO, "photo": a_picture(), "now": timezone.now()}
    services.attendance_raise(attendance=first, **better)

    assert "meanwhile" in refused("", services.attendance_raise, attendance=first, **better)


def test_what_is_raised_asks_for_as_much_as_what_is_written_down(cast, meeting, dana):
    row = log(cast, meeting)
    now = row.ends_at + timedelta(hours=3)

    refused("photo", services.attendance_raise, attendance=row, grade=Grade.PHOTO, now=now)
    refused("signer", services.attendance_raise, attendance=row, grade=Grade.SIGNED, signer="Sam", now=now)
    code = codes.code_of(meeting)
    assert "half an hour" in refused("code", services.attendance_raise, attendance=row, grade=4, code=code, now=now)
    refused("grade", services.attendance_raise, attendance=row, grade=Grade.SEEN, now=now)


# --- struck and restored ---


def test_what_is_struck_does_not_count_stays_on_record_and_is_told(cast, meeting, alice):
    row = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)
    gone = services.attendance_strike(attendance=row, reason=" They were at work. ", now=timezone.now())

    assert (gone.step, gone.grade, gone.reason) == ("struck", row.grade, "They were at work.")
    assert not newest([cast.stay_of_dana]).exists()
    assert Notice.objects.filter(user=cast.dana.user, kind="attendance-struck").count() == 1
    assert "already" in refused("", services.attendance_strike, attendance=gone, reason="Again", now=timezone.now())


def test_what_is_struck_is_not_proved_better(cast, meeting, alice):
    row = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)
    gone = services.attendance_strike(attendance=row, reason="At work", now=timezone.now())

    assert "does not count" in refused(
        "", services.attendance_raise, attendance=gone, grade=Grade.SEEN, now=timezone.now()
    )
    assert "written down already" in refused("", log, cast, meeting)


def test_what_is_restored_counts_with_the_evidence_it_had(cast, meeting, alice):
    row = log(cast, meeting, grade=Grade.PHOTO, photo=a_picture())
    gone = services.attendance_strike(attendance=row, reason="At work", now=timezone.now())
    back = services.attendance_restore(attendance=gone, reason="It was another day", now=timezone.now())

    assert (back.step, back.grade, back.photo) == ("restored", Grade.PHOTO, row.photo)
    assert list(newest([cast.stay_of_dana])) == [back]
    assert Notice.objects.filter(user=cast.dana.user, kind="attendance-restored").count() == 1
    assert "counts already" in refused(
        "", services.attendance_restore, attendance=back, reason="Again", now=timezone.now()
    )


@pytest.mark.parametrize("act", [services.attendance_strike, services.attendance_restore, services.doubt_settle])
def test_a_decision_needs_a_reason_and_is_about_somebody_else(cast, meeting, act):
    row = given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)
    with acting_as(cast.alice, source="web"):
        refused("reason", act, attendance=row, reason="\u200b ", now=timezone.now())
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        act(attendance=row, reason="I know", now=timezone.now())


# --- from the roll ---


@pytest.fixture
def house_meeting(cast, alice):
    meeting = given.meeting_of(cast.house_a, kind="house", name="House meeting")
    return HouseMeeting.objects.create(
        house=cast.house_a,
        meeting=meeting,
        starts_at=given.held(meeting, cast.house_a, 1),
        on=cast.today - timedelta(days=1),
        **recorded(),
    )


def from_roll(cast, house_meeting):
    return services.attendance_from_roll(house_meeting=house_meeting, stay=cast.stay_of_dana, now=timezone.now())


def test_the_roll_writes_down_whom_it_has_seen_once(cast, house_meeting):
    row = from_roll(cast, house_meeting)

    assert (row.grade, row.step, row.on) == (Grade.SEEN, "logged", house_meeting.on)
    assert from_roll(cast, house_meeting) == row


def test_the_roll_proves_better_what_was_written_down(cast, house_meeting):
    first = given.attendance_of(
        cast.stay_of_dana, house_meeting.meeting, cast.dana.user, starts_at=house_meeting.starts_at
    )
    row = from_roll(cast, house_meeting)

    assert (row.follows, row.step, row.grade) == (first, "raised", Grade.SEEN)


def test_the_roll_lets_count_again_what_was_struck(cast, house_meeting):
    row = from_roll(cast, house_meeting)
    services.attendance_strike(attendance=row, reason="Miscounted", now=timezone.now())

    back = from_roll(cast, house_meeting)
    assert (back.step, back.grade) == ("restored", Grade.SEEN)


def test_nobody_puts_themselves_on_the_roll(cast, house_meeting):
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        from_roll(cast, house_meeting)


# --- plans ---


def test_a_meeting_stands_in_a_week_once_until_it_is_taken_out(cast, meeting, dana):
    plan = services.plan_add(stay=cast.stay_of_dana, meeting=meeting, today=cast.today)
    assert plan.starts_on == cast.today
    refused("meeting", services.plan_add, stay=cast.stay_of_dana, meeting=meeting, today=cast.today)

    ended = services.plan_end(plan=plan, today=cast.today)
    assert ended.ends_on == cast.today
    refused("", services.plan_end, plan=plan, today=cast.today)
    assert services.plan_add(stay=cast.stay_of_dana, meeting=meeting, today=cast.today).pk != plan.pk


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"starts": None}, "by appointment"),
        ({"closed_on": "today", "closed_why": "The church is sold"}, "The church is sold"),
    ],
)
def test_what_is_not_held_regularly_stands_in_no_week(cast, dana, facts, said):
    facts = {name: cast.today if value == "today" else value for name, value in facts.items()}
    meeting = given.meeting_of(cast.organization, **facts)

    assert said in refused("meeting", services.plan_add, stay=cast.stay_of_dana, meeting=meeting, today=cast.today)
