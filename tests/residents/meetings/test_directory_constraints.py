"""What both engines refuse about the directory of meetings, asked in plain SQL: no form, no service in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from residents.meetings.models import Feed, FeedReading, Meeting, MeetingChange
from soberhouse.history import acting_as
from tests import factories
from tests.residents.meetings import given
from tests.sql import delete, insert, refused, update

pytestmark = pytest.mark.django_db
ON = date(2026, 6, 7)
AT = datetime(2026, 6, 8, 23, tzinfo=UTC)


@pytest.fixture(autouse=True)
def somebody_acts(cast) -> Iterator[None]:
    with acting_as(cast.olive, source="web"):
        yield


@pytest.fixture
def feed(cast) -> Feed:
    return given.feed_of(cast.organization)[0]


@pytest.fixture
def meeting(cast) -> Meeting:
    return given.meeting_of(cast.organization)


def unsaved(model: type, cast: Any, **facts: Any) -> Any:
    row = factories.unsaved(model, cast)
    for name, value in facts.items():
        setattr(row, name, value)
    return row


@pytest.mark.parametrize(
    ("facts", "rule"),
    [({"kind": "x"}, "feed_kind"), ({"name": ""}, "feed_named"), ({"name": "Intergroup"}, "feed_name")],
)
def test_feed_is_refused(cast, feed, facts, rule):
    with refused(f"{rule}|UNIQUE|unique"):
        insert(unsaved(Feed, cast, **facts))


def test_feed_stays_in_its_organization_and_a_reading_as_it_was(cast, feed):
    reading = FeedReading.objects.get(feed=feed)

    with refused("feed_frozen"):
        update(Feed, feed.pk, organization=cast.other_organization)
    with refused("append-only"):
        update(FeedReading, reading.pk, why="Otherwise")
    with refused("append-only|nothing is deleted"):
        delete(reading)
    with refused("feedreading_outcome"):
        insert(unsaved(FeedReading, cast, feed=feed, outcome="refused", why=""))


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"name": ""}, "meeting_named"),
        ({"kind": "x"}, "meeting_kind"),
        ({"venue": "x"}, "meeting_venue"),
        ({"weekday": 7}, "meeting_weekday"),
        ({"minutes": 0}, "meeting_minutes"),
        ({"minutes": 1441}, "meeting_minutes"),
        ({"starts": None}, "meeting_time"),
        ({"closed_on": ON}, "meeting_closed"),
        ({"closed_why": "Sold"}, "meeting_closed"),
        ({"kind": "house"}, "meeting_of_house"),
        ({"latitude": 91}, "meeting_latitude"),
        ({"longitude": -181}, "meeting_longitude"),
        ({"latitude": 43, "longitude": None}, "meeting_on_map"),
        ({"latitude": None, "longitude": -77}, "meeting_on_map"),
    ],
)
def test_meeting_is_refused(cast, facts, rule):
    row = given.meeting_of(cast.organization)
    copy = Meeting(**{field.name: getattr(row, field.name) for field in Meeting._meta.concrete_fields})
    copy.pk, copy.uuid = None, factories.unsaved(Feed, cast).uuid
    for name, value in facts.items():
        setattr(copy, name, value)

    with refused(rule):
        insert(copy)


def test_meeting_has_a_key_once_in_its_feed_and_keeps_where_it_belongs(cast, feed, meeting):
    first = Meeting.objects.get(feed=feed)

    with refused("meeting_key|UNIQUE|unique"):
        given.meeting_of(cast.organization, feed=feed, key=first.key)
    for change in ({"organization": cast.other_organization}, {"house": cast.house_a}, {"feed": feed}):
        with refused("meeting_frozen"):
            update(Meeting, meeting.pk, **change)


def test_house_and_feed_of_a_meeting_are_of_its_organization(cast):
    others = given.feed_of(cast.other_organization, name="Others")[0]

    with refused("meeting_house_organization"):
        given.meeting_of(cast.organization, house=cast.house_c)
    with refused("meeting_feed_organization"):
        given.meeting_of(cast.organization, feed=others, key="x")


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"called_off": True, "held_at": AT}, "meetingchange_what"),
        ({"called_off": True, "why": ""}, "meetingchange_why"),
        ({}, "meetingchange_says"),
    ],
)
def test_change_is_refused(cast, meeting, facts, rule):
    with refused(rule):
        insert(unsaved(MeetingChange, cast, **({"meeting": meeting, "on": ON, "called_off": False} | facts)))


def test_changes_of_one_time_follow_each_other_and_stay(cast, meeting):
    facts = {"meeting": meeting, "on": ON, "called_off": True}
    first = insert(unsaved(MeetingChange, cast, **facts))

    with refused("meetingchange_first|UNIQUE|unique"):
        insert(unsaved(MeetingChange, cast, **facts))
    with refused("meetingchange_follows_on"):
        insert(unsaved(MeetingChange, cast, **(facts | {"on": ON + timedelta(days=1), "follows_id": first})))
    with refused("meetingchange_follows_meeting"):
        other = given.meeting_of(cast.organization, name="Other")
        insert(unsaved(MeetingChange, cast, **(facts | {"meeting": other, "follows_id": first})))
    insert(unsaved(MeetingChange, cast, **(facts | {"follows_id": first})))
    with refused("UNIQUE|unique"):
        insert(unsaved(MeetingChange, cast, **(facts | {"follows_id": first})))
    with refused("append-only"):
        update(MeetingChange, first, why="Otherwise")
