"""The calendar as a second library reads it: it expands there to the same instants as here, whatever clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from residents.meetings import recurrence
from residents.meetings.calendar import Calendar, written
from residents.meetings.models import Meeting, MeetingChange, MeetingVersion
from residents.meetings.queries import calendars, occurrences
from soberhouse.cards import CalendarChange, CalendarEntry

ZONES = ["America/New_York", "America/Denver", "America/Phoenix", "Europe/Berlin", "Australia/Lord_Howe", "UTC"]
RULES = [
    "FREQ=WEEKLY;BYDAY=SU",
    "FREQ=WEEKLY;BYDAY=MO,SU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SA,SU;WKST=SU",
    "FREQ=MONTHLY;BYDAY=2SU",
    "FREQ=MONTHLY;BYDAY=-1SU",
    "FREQ=MONTHLY;BYMONTHDAY=31",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY",
]
# Both changes of each zone above lie in it.
SINCE, UNTIL = datetime(2026, 2, 1, tzinfo=UTC), datetime(2027, 5, 1, tzinfo=UTC)
STAMP = datetime(2026, 1, 5, 12, tzinfo=UTC)


def read(data: bytes) -> list[tuple[datetime, datetime]]:
    """When each event that is not called off begins and ends, as the second library has it."""
    calendar = IcsCalendarStream.calendar_from_ics(data.decode())
    found = [
        (event.start_datetime.astimezone(UTC), event.start_datetime.astimezone(UTC) + event.computed_duration)
        for event in calendar.timeline.overlapping(SINCE, UNTIL)
        if event.status != "CANCELLED"
    ]
    return sorted(each for each in found if SINCE <= each[0] < UNTIL)


def meeting_of(rule: str, zone: str, starts: time, starts_on: date, closed_on: date | None) -> Meeting:
    return Meeting(
        pk=1,
        name="Keep Coming Back",
        kind="aa",
        recurrence=rule,
        time_zone=zone,
        starts=starts,
        starts_on=starts_on,
        closed_on=closed_on,
        minutes=75,
    )


def both(meeting: Meeting, changes: list[MeetingChange]) -> tuple[list[datetime], list[datetime]]:
    """The instants here, and in the second library."""
    meeting.version = MeetingVersion(meeting=meeting, number=4, changed_at=STAMP)
    zone = ZoneInfo(meeting.time_zone)
    first, last = (edge.astimezone(zone).date() for edge in (SINCE, UNTIL))
    by_day = {row.on: row for row in changes}
    days = set(recurrence.days(meeting.recurrence, meeting.starts_on, first, last)) | set(by_day)
    held = [occurrences._occurrence(meeting, on, by_day.get(on)) for on in days]
    here = sorted(
        (each.starts_at, each.ends_at)
        for each in held
        if each is not None and not each.called_off and SINCE <= each.starts_at < UNTIL
    )
    entries = calendars._entry(meeting, changes, uid=UUID(int=7), since=meeting.starts_on)
    return here, read(written(Calendar("Calendar", tuple(entries))))


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("rule", RULES)
def test_every_occurrence_is_at_the_same_instant_in_both_libraries(rule, zone):
    """At half past two, an hour that one change skips and the other shows twice."""
    here, there = both(meeting_of(rule, zone, time(2, 30), date(2025, 11, 2), None), [])

    assert len(here) >= 7
    assert there == here


@given(
    rule=st.sampled_from(RULES),
    zone=st.sampled_from(ZONES[:-1]),  # in UTC that library does not tell which occurrence a change is of
    starts=st.times().map(lambda found: found.replace(second=0, microsecond=0)),
    starts_on=st.dates(date(2025, 6, 1), date(2026, 9, 1)),
    closed_in=st.none() | st.integers(1, 600),
    changed=st.lists(st.tuples(st.integers(0, 60), st.none() | st.integers(-3000, 3000)), max_size=5),
)
@example("FREQ=WEEKLY;BYDAY=SU", "America/New_York", time(1, 30), date(2026, 11, 1), None, [(0, 60)])
@example("FREQ=WEEKLY;BYDAY=SU", "America/New_York", time(1, 30, fold=1), date(2026, 11, 1), None, [])
def test_rules_changes_and_ends_are_the_same_in_both_libraries(rule, zone, starts, starts_on, closed_in, changed):
    """`changed` says which occurrences are not as usual: called off, or so many minutes later."""
    closed_on = starts_on + timedelta(days=closed_in) if closed_in else None
    meeting = meeting_of(rule, zone, starts, starts_on, closed_on)
    days = list(recurrence.days(rule, starts_on, starts_on, date(2027, 6, 1)))
    moves = {days[number % len(days)]: minutes for number, minutes in changed if days}
    changes = [
        MeetingChange(
            pk=number,
            meeting=meeting,
            on=on,
            recorded_at=STAMP,
            called_off=minutes is None,
            held_at=None if minutes is None else recurrence.instant(on, starts, zone) + timedelta(minutes=minutes),
        )
        for number, (on, minutes) in enumerate(moves.items(), start=1)
    ]

    here, there = both(meeting, changes)

    assert there == here


# What is written


def entry(**facts) -> CalendarEntry:
    return CalendarEntry(
        **{
            "uid": UUID(int=1),
            "title": "Meeting",
            "starts": datetime.combine(date(2026, 10, 27), time(19)),
            "zone": "America/New_York",
            "minutes": 60,
            "version": 3,
            "changed_at": datetime(2026, 10, 1, 8, 30, 15, 400, tzinfo=UTC),
            "rule": "FREQ=WEEKLY;BYDAY=TU",
        }
        | facts
    )


def events(*entries: CalendarEntry) -> list[icalendar.Event]:
    return icalendar.Calendar.from_ical(written(Calendar("Calendar", entries))).events


def test_same_facts_give_the_same_bytes():
    one, other = entry(), entry(uid=UUID(int=2), zone="Europe/Berlin")

    assert written(Calendar("Calendar", (one, other))) == written(Calendar("Calendar", (other, one)))


def test_event_says_which_version_it_is_and_since_when():
    (event,) = events(entry())

    assert (event["UID"], event["SEQUENCE"]) == (str(UUID(int=1)), 3)
    assert event["DTSTAMP"].dt == datetime(2026, 10, 1, 8, 30, 15, tzinfo=UTC)
    assert event["DTSTART"].params["TZID"] == "America/New_York"


def test_zone_is_written_down_with_its_rules():
    found = icalendar.Calendar.from_ical(written(Calendar("Calendar", (entry(),))))

    (zone,) = found.timezones
    there = zone.to_tz(lookup_tzid=False)
    for day in (date(2026, 7, 4), date(2026, 12, 24), date(2031, 3, 9), date(2031, 11, 2)):
        noon = datetime.combine(day, time(12))
        assert noon.replace(tzinfo=there).utcoffset() == noon.replace(tzinfo=ZoneInfo("America/New_York")).utcoffset()


def test_end_is_the_last_second_before_the_day_by_the_clock_there():
    (event,) = events(entry(ends_on=date(2026, 12, 1)))

    assert event["RRULE"]["UNTIL"] == [datetime(2026, 12, 1, 4, 59, 59, tzinfo=UTC)]


def test_changes_replace_their_occurrence():
    usual = datetime.combine(date(2026, 11, 3), time(19))
    moved_to = datetime(2026, 11, 5, 1, 0, tzinfo=UTC)
    off = CalendarChange(usual + timedelta(weeks=1))

    master, moved, cancelled = events(entry(changes=(off, CalendarChange(usual, moved_to))))

    assert master["STATUS"] == moved["STATUS"] == "CONFIRMED"
    assert moved["RECURRENCE-ID"].dt == usual.replace(tzinfo=ZoneInfo("America/New_York"))
    assert moved["DTSTART"].dt == moved_to
    assert (cancelled["STATUS"], cancelled["UID"]) == ("CANCELLED", master["UID"])
    assert "RRULE" not in moved


def test_program_is_told_to_ask_again_and_nothing_of_what_this_is():
    data = written(Calendar("Calendar", (entry(),))).decode()

    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in data
    assert "X-PUBLISHED-TTL:PT1H" in data
    assert "sober" not in data.lower()
