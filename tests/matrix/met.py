"""Rows of meetings for the matrix: each about Nia, or about nobody; some about Dana."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from residents.meetings.models import Grade
from residents.meetings.services.attendance import attendance_strike
from residents.meetings.services.directory import meeting_change
from residents.meetings.services.house_meetings import roll_take
from residents.meetings.services.papers_minutes import minutes_publish
from residents.meetings.standing import monday
from residents.models import Stay
from soberhouse.documents import store
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.meetings import given


def directory_rows(cast: Cast) -> dict[str, Any]:
    """A meeting of the house every day, of which one time is called off; one that is closed; and a feed that was read
    once."""
    meeting = given.meeting_of(cast.house_a, name="Morning check-in")
    on, now = cast.today + timedelta(days=2), timezone.now()
    feed, reading = given.feed_of(cast.organization)
    with acting_as(cast.audra, source="web"):
        meeting_change(meeting=meeting, on=on, called_off=True, why="Flood", now=now)
    return {
        "meeting of the house": meeting,
        "closed meeting": given.meeting_of(cast.house_a, name="Ended", closed_on=cast.today, closed_why="Nobody came"),
        "feed": feed,
        "feed reading": reading,
    }


def required_rows(cast: Cast, stay: Stay) -> dict[str, Any]:
    """`stay` is Nia's. Audra excused the week, so that alice, bob and olive may take that back."""
    week = monday(stay.starts_on) + timedelta(days=7)
    return {
        "requirement": given.requirement_of(cast.house_a),
        "requirement of nia": given.requirement_of(cast.house_a, stay=stay),
        "excused week": given.week_excused_of(stay, week, cast.audra),
    }


def attendance_rows(cast: Cast, stay: Stay, picture: bytes) -> dict[str, Any]:
    """`stay` is Nia's. She was at two meetings at once, which somebody has to decide; and another was struck. What is
    written down by the next one to ask is of a meeting to which nobody went."""
    meeting = given.meeting_of(cast.organization, name="To be written down")
    first, second = (given.meeting_of(cast.organization, name=name) for name in ("First", "Second"))
    with acting_as(cast.audra, source="web"):
        photo = store.put(picture, allow=store.PHOTOS)
    slip = {"grade": Grade.PHOTO, "photo": photo}
    row = given.attendance_of(stay, first, cast.audra, **slip)
    given.attendance_of(stay, second, cast.audra)
    wrong = given.attendance_of(stay, second, cast.audra, days_ago=5)
    with acting_as(cast.audra, source="web"):
        struck = attendance_strike(attendance=wrong, reason="At work", now=timezone.now())
    return {
        "meeting": meeting,
        "meeting held": {"at": given.held(meeting, cast.house_a).isoformat()},
        "attendance": row,
        "attendance of dana": given.attendance_of(cast.stay_of_dana, first, cast.dana.user, **slip),
        "struck attendance": struck,
        "plan": given.plan_of(stay, first),
        "plan of dana": given.plan_of(cast.stay_of_dana, first),
    }


def calendar_rows(cast: Cast) -> dict[str, Any]:
    given.meeting_of(cast.house_a, kind="house", name="House meeting")
    of_dana, secret = given.link_of(cast.stay_of_dana)
    note, shared = given.note_of(cast.dana), given.note_of(cast.dana, shared=True)
    return {
        "calendar link": given.link_of(cast.house_a)[0],
        "calendar link of dana": of_dana,
        "calendar secret": {"secret": secret},
        "note of dana": note,
        "shared note of dana": shared,
        "history of a note of dana": {"kind": "stepnote", "uuid": note.uuid},
        "history of a shared note of dana": {"kind": "stepnote", "uuid": shared.uuid},
        "history of a calendar link of dana": {"kind": "calendarlink", "uuid": of_dana.uuid},
    }


def house_meeting_rows(cast: Cast, stay: Stay) -> dict[str, Any]:
    """`stay` is Nia's. Audra wrote them down, so that alice, bob and olive may take the next step."""
    house, writer, now = cast.house_a, cast.audra, timezone.now()
    meeting = given.meeting_of(house, name="House meeting", kind="house")
    row = given.house_meeting_of(house, writer)
    in_two_days = now + timedelta(days=2)
    soon = given.house_meeting_of(house, writer, starts_at=in_two_days, on=house.today(in_two_days))
    last, whole = (given.house_meeting_of(house, writer, days_ago=days_ago) for days_ago in (1, 2))
    with acting_as(cast.olive, source="web"):
        for each in (last, whole):
            roll_take(house_meeting=each, lines=[], now=now)
        minutes_publish(house_meeting=last, now=now)
    return {
        "own meeting": meeting,
        "house meeting": row,
        "house meeting with a roll": whole,
        "published house meeting": last,
        "agenda item": given.agenda_item_of(row, writer),
        "agenda item of dana": given.agenda_item_of(soon, cast.dana.user, by_stay=cast.stay_of_dana),
        "roll line": given.roll_line_of(row, stay, writer),
        "roll line of dana": given.roll_line_of(row, cast.stay_of_dana, writer),
        "minutes line": given.minutes_line_of(row, writer),
        "motion kind": given.motion_kind_of(house),
        "motion": given.motion_of(row, writer),
    }
