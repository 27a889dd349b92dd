"""The secret addresses of calendars: made, read, kept from strangers, revoked."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from ical.calendar_stream import IcsCalendarStream

from residents.meetings.calendar_cards import entry_rows
from residents.meetings.calendar_facts import calendar_of
from residents.meetings.models import CalendarLink, Meeting, MeetingPlan, MeetingVersion
from residents.meetings.queries.occurrences import occurrences
from residents.meetings.services.calendars import MOST, link_make, link_revoke
from residents.stays.services import discharge
from soberhouse.documents import limits
from soberhouse.history import acting_as
from tests.residents.meetings.given import changed, link_of, meeting_of, plan_of
from tests.residents.stays.stories import ORDINARY
from tests.soberhouse.test_logs import lines  # noqa: F401 -- a fixture
from tests.sql import insert, refused, update

SAYS_TOO_MUCH = ("recover", "sober", "anonym", "aa", "narcotic", "step", "house rule", "alder", "dana", "still waters")


# By the clock of a day: how many days on the meeting at seven in the evening comes next.
TIMES = {time(9): 0, time(19): 0, time(19, 1): 1, time(23, 30): 1}


@pytest.fixture
def house_meeting(cast) -> Meeting:
    return meeting_of(cast.house_a, kind="house", name="Sunday house meeting", starts=time(19))


@pytest.fixture
def of_others(cast) -> Meeting:
    return meeting_of(
        cast.organization,
        name="Recovery at Seven, AA",
        starts=time(7),
        recurrence="FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
        place="Alano Club",
        address="12 Main St, Albany, NY",
        notes="Twelve steps",
    )


def feed(secret: str, client: Client | None = None, **headers: str):
    return (client or Client(headers=headers)).get(reverse("calendar_feed", args=[secret]))


def read(secret: str) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(feed(secret).content).events


def as_said(secret: str) -> str:
    """The words of the calendar without its times and keys."""
    kept = ("SUMMARY", "DESCRIPTION", "LOCATION", "NAME", "X-WR-CALNAME", "PRODID", "CATEGORIES", "URL", "ORGANIZER")
    text = feed(secret).content.decode().replace("\r\n ", "")
    return "\n".join(line for line in text.splitlines() if line.split(":")[0].split(";")[0] in kept).lower()


# What stands in it


def test_resident_reads_their_house_meetings_and_what_they_planned(cast, house_meeting, of_others):
    meeting_of(cast.house_a, name="A group of the house")
    meeting_of(cast.house_b, kind="house", name="Of another house")
    ended = plan_of(cast.stay_of_dana, meeting_of(cast.organization, name="Not any more"), days_ago=90)
    plan = plan_of(cast.stay_of_dana, of_others)
    with acting_as(None, source="command"):
        MeetingPlan.objects.filter(pk=ended.pk).update(ends_on=cast.today - timedelta(days=70))
    _link, secret = link_of(cast.stay_of_dana)

    found = read(secret)

    assert sorted(str(event["SUMMARY"]) for event in found) == ["House meeting", "Meeting"]
    (planned,) = [event for event in found if event["SUMMARY"] == "Meeting"]
    assert planned["UID"] == str(plan.uuid)
    assert planned["DTSTART"].dt.date() >= plan.starts_on


def test_house_reads_its_meetings_and_its_groups_and_nobody_s_plans(cast, house_meeting, of_others):
    group = meeting_of(cast.house_a, name="A group of the house")
    meeting_of(cast.house_a, name="By appointment", starts=None)
    plan_of(cast.stay_of_dana, of_others)
    _link, secret = link_of(cast.house_a)

    assert {str(event["UID"]) for event in read(secret)} == {str(house_meeting.uuid), str(group.uuid)}


def test_feed_expands_in_a_second_library_to_the_occurrences_here(cast, house_meeting, of_others):
    plan_of(cast.stay_of_dana, of_others, days_ago=0)
    since = datetime.combine(cast.today, time(), tzinfo=ZoneInfo("America/New_York"))
    until = since + timedelta(days=400)
    held = occurrences([house_meeting, of_others], since, until)
    changed(of_others, next(each.on for each in held if each.meeting == of_others), called_off=True)
    moved = [each for each in held if each.meeting == house_meeting][3]
    changed(house_meeting, moved.on, held_at=moved.starts_at + timedelta(hours=30))
    taken_back = [each for each in held if each.meeting == house_meeting][5]
    changed(house_meeting, taken_back.on, called_off=True)
    changed(house_meeting, taken_back.on)
    _link, secret = link_of(cast.stay_of_dana)

    calendar = IcsCalendarStream.calendar_from_ics(feed(secret).content.decode())
    there = sorted(
        event.start_datetime.astimezone(UTC)
        for event in calendar.timeline.overlapping(since, until)
        if event.status != "CANCELLED" and event.start_datetime >= since
    )

    here = occurrences([house_meeting, of_others], since, until)
    assert there == [each.starts_at for each in here if not each.called_off]
    assert any(each.called_off for each in here)


def test_nothing_in_it_says_how_somebody_lives(cast, house_meeting, of_others):
    plan_of(cast.stay_of_dana, of_others)
    telling = meeting_of(cast.organization, name="Narcotics", address="Recovery House, 3 Elm St")
    plan_of(cast.stay_of_dana, telling)

    for with_places in (False, True):
        said = as_said(link_of(cast.stay_of_dana, name=f"places {with_places}", with_places=with_places)[1])
        assert [word for word in SAYS_TOO_MUCH if word in said] == []
        assert ("12 main st" in said) == with_places
        assert "elm st" not in said


def test_meeting_that_closes_ends_in_the_calendar(cast, house_meeting):
    _link, secret = link_of(cast.house_a)
    closes = cast.today + timedelta(days=9)
    with acting_as(cast.alice, source="web"):
        Meeting.objects.filter(pk=house_meeting.pk).update(closed_on=closes, closed_why="Moved to Mondays")

    (event,) = read(secret)

    zone = ZoneInfo(house_meeting.time_zone)
    (until,) = event["RRULE"]["UNTIL"]
    assert until == datetime.combine(closes, time(), tzinfo=zone).astimezone(UTC) - timedelta(seconds=1)


# Versions


def test_each_change_is_a_new_version_and_reading_is_none(cast, house_meeting):
    _link, secret = link_of(cast.house_a)
    first, again = feed(secret), feed(secret)
    versions = [int(read(secret)[0]["SEQUENCE"])]
    with acting_as(cast.alice, source="web"):
        Meeting.objects.filter(pk=house_meeting.pk).update(starts=time(20))
    versions.append(int(read(secret)[0]["SEQUENCE"]))
    changed(house_meeting, cast.today + timedelta(days=1), called_off=True)
    versions.append(int(read(secret)[0]["SEQUENCE"]))
    changed(house_meeting, cast.today + timedelta(days=1))
    versions.append(int(read(secret)[0]["SEQUENCE"]))

    assert first.content == again.content
    assert versions == [0, 1, 2, 3]


def test_database_counts_versions_of_a_meeting_and_no_change_is_none(cast, house_meeting):
    def version() -> tuple[int, datetime]:
        found = MeetingVersion.objects.get(meeting=house_meeting)
        return found.number, found.changed_at

    number, made_at = version()
    with acting_as(cast.alice, source="web"):
        house_meeting.save()
        assert version() == (number, made_at) == (0, made_at)
        update(Meeting, house_meeting.pk, notes="Bring a cup")

    assert version()[0] == 1
    assert version()[1] > made_at


# The door


def test_feed_is_for_programs_and_kept_by_nobody_between(cast, house_meeting):
    _link, secret = link_of(cast.stay_of_dana)

    answer = feed(secret)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private"
    assert "noindex" in answer["X-Robots-Tag"]
    assert not answer.cookies
    unchanged = feed(secret, **{"If-None-Match": answer["ETag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


def test_address_that_opens_nothing_any_more_is_not_there(cast, house_meeting):
    link, secret = link_of(cast.stay_of_dana)
    _link, of_frank = link_of(cast.stay_of_frank)
    with acting_as(cast.alice, source="web"):
        left = cast.today
        discharge(stay=cast.stay_of_frank, left_on=left, today=left, **ORDINARY)
        link_revoke(link=link, now=timezone.now())

    for gone in (secret, of_frank, "never-made", "x" * 500, link.token_digest):
        answer = feed(gone)
        assert (answer.status_code, answer.content, dict(answer.cookies)) == (404, b"", {})


def test_secret_stands_in_no_log_line_and_no_table(cast, house_meeting, lines):  # noqa: F811
    link, secret = link_of(cast.stay_of_dana)
    feed(secret)
    feed(f"{secret}x")

    logged = json.dumps(lines())
    assert "calendar/<str:secret>.ics" in logged
    assert secret not in logged
    link.refresh_from_db()
    assert link.token_digest == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(vars(link))


def test_guessing_is_stopped(cast, house_meeting, monkeypatch):
    monkeypatch.setattr(limits, "MOST_WRONG", 2)
    _link, secret = link_of(cast.stay_of_dana)
    wrong = [feed(f"guess{number}").status_code for number in range(3)]
    stopped = feed(secret)

    assert wrong == [404, 404, 429]
    assert stopped.status_code == 429
    assert int(stopped["Retry-After"]) > 0


@pytest.mark.parametrize("count", [1, 3])
def test_feed_costs_the_same_however_much_stands_in_it(cast, count, django_assert_num_queries):
    for number in range(count):
        meeting = meeting_of(cast.organization, name=f"Meeting {number}")
        plan_of(cast.stay_of_dana, meeting)
        changed(meeting, cast.today + timedelta(days=3), called_off=True)
        meeting_of(cast.house_a, kind="house", name=f"House meeting {number}")
    _link, secret = link_of(cast.stay_of_dana)

    with django_assert_num_queries(4):
        feed(secret)


# Made and revoked


def test_refused_without_a_name_twice_or_too_many(cast):
    now, place = timezone.now(), {"house": cast.house_a, "stay": cast.stay_of_dana}
    with acting_as(cast.dana.user, source="web"):
        link_make(**place, name="A phone", now=now)
        with pytest.raises(ValidationError, match="for which device"):
            link_make(**place, name=" \u200b", now=now)
        with pytest.raises(ValidationError, match="one of this name"):
            link_make(**place, name="a PHONE", now=now)
        for number in range(MOST - 1):
            link_make(**place, name=f"Device {number}", now=now)
        with pytest.raises(ValidationError, match="There are 10 already"):
            link_make(**place, name="One more", now=now)
        last = CalendarLink.objects.latest("pk")
        link_revoke(link=last, now=now)
        with pytest.raises(ValidationError, match="revoked on"):
            link_revoke(link=last, now=now)
        link_make(**place, name="One more", now=now)
        with pytest.raises(ValidationError, match="says no addresses"):
            link_make(house=cast.house_a, name="Kitchen", with_places=True, now=now)


def test_nobody_who_moved_out_gets_an_address(cast):
    with acting_as(cast.alice, source="web"):
        discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    with pytest.raises(ValidationError, match="lives here"):
        link_of(cast.stay_of_dana)


def test_resident_sees_the_address_once_and_revokes_it(cast, signed_in, house_meeting):
    client = signed_in(cast.dana)
    made = client.post(reverse("my_calendar_link_new"), {"name": "My phone"})
    (url,) = [part for part in made.content.decode().split("<") if "/calendar/" in part and ".ics" in part]
    path = url.partition("testserver")[2].strip()

    assert Client().get(path).status_code == 200
    listed = client.get(reverse("my_calendar")).content.decode()
    assert "My phone" in listed
    assert path not in listed
    link = CalendarLink.objects.get()
    client.post(reverse("my_calendar_link_revoke", args=[link.uuid]))
    assert Client().get(path).status_code == 404
    assert "Nobody: no address" in client.get(reverse("my_calendar")).content.decode()


def test_meeting_of_this_morning_comes_next_tomorrow(cast, house_meeting):
    entries = calendar_of(CalendarLink(house=cast.house_a), timezone.now()).entries
    for when, later in TIMES.items():
        (row,) = entry_rows(entries, datetime.combine(cast.today, when, tzinfo=cast.house_a.zone))
        day = date_format(cast.today + timedelta(days=later), "WEEKDAY_MONTH_DAY_FORMAT")
        assert row.reason == f"next on {day}, 7 p.m.", when


def test_staff_see_the_addresses_of_the_house_and_none_of_a_resident(cast, signed_in):
    of_dana, _secret = link_of(cast.stay_of_dana, name="Phone of Dana")
    of_house, _secret = link_of(cast.house_a, name="Kitchen screen")

    for user in (cast.alice, cast.olive):
        seen = CalendarLink.objects.visible_to(user)
        assert list(seen) == [of_house]
        page = signed_in(user).get(reverse("house_calendar", args=[cast.house_a.uuid])).content.decode()
        assert "Kitchen screen" in page
        assert "Phone of Dana" not in page
    assert list(CalendarLink.objects.visible_to(cast.dana.user)) == [of_dana]
    assert not CalendarLink.objects.visible_to(cast.frank.user).exists()


def test_link_s_history_is_its_owner_s_and_holds_no_digest(cast, signed_in):
    link, _secret = link_of(cast.stay_of_dana)
    url = reverse("history", args=["calendarlink", link.uuid])

    told = signed_in(cast.dana).get(url)

    assert told.status_code == 200
    assert link.token_digest not in told.content.decode()
    assert signed_in(cast.olive).get(url).status_code == 404


# In the database


def test_database_refuses_what_a_link_may_not_be(cast):
    link, _secret = link_of(cast.stay_of_dana)
    facts = {"house": cast.house_a, "name": "A phone", "made_at": timezone.now()}
    with acting_as(cast.alice, source="web"):
        with refused("calendarlink_named"):
            insert(CalendarLink(**facts | {"name": ""}, token_digest="1" * 64))
        with refused("calendarlink_house"):
            insert(CalendarLink(**facts | {"house": cast.house_b}, stay=cast.stay_of_dana, token_digest="2" * 64))
        with refused("calendarlink_places"):
            insert(CalendarLink(**facts, with_places=True, token_digest="3" * 64))
        with refused("UNIQUE|unique"):
            insert(CalendarLink(**facts, token_digest=link.token_digest))
        for values in ({"token_digest": "4" * 64}, {"stay": None}, {"with_places": True}, {"house": cast.house_b}):
            with refused("calendarlink_frozen"):
                update(CalendarLink, link.pk, **values)
        update(CalendarLink, link.pk, revoked_at=timezone.now())
        with refused("calendarlink_revoked"):
            update(CalendarLink, link.pk, revoked_at=None)
