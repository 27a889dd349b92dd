"""What the pages of meetings are opened with: about one resident, with words as long as may be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from residents.meetings.models import Grade
from residents.meetings.services.attendance import attendance_strike
from residents.meetings.services.directory import meeting_change
from residents.meetings.services.house_meetings import RollEntry, roll_take
from residents.meetings.services.papers_minutes import minutes_publish
from residents.meetings.standing import monday
from residents.models import PhaseKind, Stay
from soberhouse.documents import store
from soberhouse.history import acting_as
from tests.browser.ruled import a_picture
from tests.cast import Cast
from tests.residents.meetings import given


def required_rows(cast: Cast, stay: Stay, kind: PhaseKind, long: str) -> dict[str, Any]:
    """`long` is a hundred letters without a space."""
    house, alice = cast.house_a, cast.alice
    given.requirement_of(house, 5, parts={"house": 1, "therapy": 2})
    given.requirement_of(house, 3, phase=kind, reason=long, least_grade=2)
    given.requirement_of(house, 90, stay=stay, per="period", days=90, besides=True, reason=long * 3)
    given.requirement_of(house, 9, days_ago=500, ends_on=cast.today - timedelta(days=450))
    meeting = given.meeting_of(house, name=long)
    for days_ago in range(9):
        given.attendance_of(stay, meeting, alice, days_ago=days_ago + 1, grade=1 + 4 * (days_ago % 2))
    week = monday(cast.today) - timedelta(days=7)
    return {
        "requirement": given.requirement_of(house, 1, stay=stay, besides=True, reason=long),
        "excused week": given.week_excused_of(stay, week, alice, cause="other", note=long * 3),
    }


def directory_rows(cast: Cast, long: str) -> dict[str, Any]:
    """`long` is a hundred letters without a space."""
    many = {"place": long, "address": long, "region": long, "notes": f"{long} {long}", "types": ["W", long[:40]]}
    online = {"venue": "hybrid", "conference_url": f"https://example.org/{long}", "conference_notes": long}
    meeting = given.meeting_of(cast.house_a, name=long, **many, **online)
    closed = given.meeting_of(cast.house_a, name=long, closed_on=cast.today, closed_why=long)
    given.meeting_of(cast.organization, name=long, starts=None, conference_phone="+15550100", **many)
    now = timezone.now()
    with acting_as(cast.alice, source="web"):
        for days, change in ((1, {"called_off": True}), (2, {"held_at": now + timedelta(days=4)})):
            meeting_change(meeting=meeting, on=cast.today + timedelta(days=days), why=long, now=now, **change)
    feed, reading = given.feed_of(cast.organization, name=long, url=f"https://example.org/{long}")
    given.feed_of(cast.organization, name="Another", in_use=False)
    return {"meeting of the house": meeting, "closed meeting": closed, "feed": feed, "feed reading": reading}


def attendance_rows(cast: Cast, stay: Stay, long: str) -> dict[str, Any]:
    """`long` is a hundred letters without a space."""
    meeting = given.meeting_of(cast.organization, name=long, place=long)
    second = given.meeting_of(cast.organization, name=f"{long} two")
    appointed = given.meeting_of(cast.organization, name=f"{long} three", starts=None, kind="therapy", venue="hybrid")
    with acting_as(cast.alice, source="web"):
        photo = store.put(a_picture(), allow=store.PHOTOS)
    row = given.attendance_of(stay, meeting, cast.alice, grade=Grade.PHOTO, photo=photo, note=long)
    given.attendance_of(stay, second, cast.alice)
    signed = given.attendance_of(
        stay, second, cast.alice, days_ago=2, grade=Grade.SIGNED, signer=long[:40], drawing="M10 90L60 20L110 90"
    )
    wrong = given.attendance_of(stay, second, cast.bob, days_ago=3)
    with acting_as(cast.alice, source="web"):
        struck = attendance_strike(attendance=wrong, reason=long * 3, now=timezone.now())
    given.plan_of(stay, meeting)
    return {
        "meeting": meeting,
        "meeting by appointment": appointed,
        "attendance": row,
        "signed attendance": signed,
        "struck attendance": struck,
    }


def calendar_rows(cast: Cast, long: str) -> dict[str, Any]:
    given.meeting_of(cast.house_a, kind="house", name=long)
    return {"calendar link": given.link_of(cast.house_a, name=long[:60])[0]}


def own_rows(stay: Stay, long: str) -> dict[str, Any]:
    """What somebody with an account keeps for themselves."""
    stay = Stay.objects.select_related("resident__organization", "house__organization").get(pk=stay.pk)
    given.plan_of(stay, given.meeting_of(stay.house.organization, name=long, address=long))
    given.note_of(stay.resident, about=long, text=f"{long * 3}\n\n{long}", shared=True)
    return {
        "own calendar link": given.link_of(stay, name=long[:60], with_places=True)[0],
        "note": given.note_of(stay.resident, about=long, text=long * 3),
    }


def house_meeting_rows(cast: Cast, stay: Stay, long: str) -> dict[str, Any]:
    """`long` is a hundred letters without a space."""
    house, alice = cast.house_a, cast.alice
    given.meeting_of(house, name=long, kind="house")
    kind = given.motion_kind_of(house, long)
    row = given.house_meeting_of(house, alice)
    last = given.house_meeting_of(house, alice, days_ago=1)
    found: dict[str, Any] = {}
    for each in (row, last):
        item = given.agenda_item_of(each, alice, long * 2)
        own = given.agenda_item_of(each, cast.dana.user, long, by_stay=cast.stay_of_dana)
        line = given.minutes_line_of(each, alice, long * 3, item=item, what="decided")
        given.minutes_line_of(each, alice, long * 3)
        motion = given.motion_of(each, alice, kind, text=long * 4, in_favour=1, of_how_many=1)
        given.election_of(each, stay, alice, duty="senior" if each is row else "coordinator", motion=motion)
        if each is row:
            found = {"agenda item": own, "minutes line": line, "motion": motion}
    found["roll line"] = given.roll_line_of(row, stay, alice, "excused", why=long * 2)
    with acting_as(alice, source="web"):
        roll_take(house_meeting=last, lines=[RollEntry(stay, "excused", long)], now=timezone.now())
        minutes_publish(house_meeting=last, now=timezone.now())
    return found | {
        "house meeting": row,
        "published house meeting": last,
        "motion kind": kind,
    }
