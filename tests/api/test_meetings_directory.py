"""The directory of meetings, as programs ask for it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from residents.meetings.models import FeedReading, Meeting
from tests.api.conftest import refused
from tests.residents.meetings import given

pytestmark = pytest.mark.django_db

ONE = {"name": "Noon Group", "slug": "noon", "day": 1, "time": "12:00", "types": ["O", "XYZ"]}


def test_everybody_of_the_organization_is_told_the_directory_and_the_meetings_of_their_houses(
    cast, alices, danas, program
):
    of_all = given.meeting_of(cast.organization, types=["W", "XYZ"])
    of_a = given.meeting_of(cast.house_a, name="Of A")
    given.meeting_of(cast.house_b, name="Of B")
    given.meeting_of(cast.other_organization, name="Of others")

    for asking in (alices, danas, program(cast.audra, "read")):
        told = asking.items("/meetings")
        assert {str(of_all.uuid), str(of_a.uuid)} <= {row["uuid"] for row in told}
    row = alices.items("/meetings")[0]
    assert (row["house"], row["feed"], row["starts"], row["recurrence"]) == (None, None, "12:00", "FREQ=DAILY")
    assert row["type_names"] == ["Women", "XYZ"]
    assert {row["name"] for row in alices.items("/meetings")} == {"Keep Coming Back", "Of A"}


def test_meetings_are_found_by_what_they_are(cast, alices):
    given.meeting_of(cast.organization, name="Online", venue="online", conference_url="https://x.org/", kind="na")
    given.meeting_of(cast.organization, name="Hall", place="St. Mark’s Hall", weekday=2)
    given.meeting_of(cast.organization, name="Gone", closed_on=cast.today, closed_why="Sold")

    def names(asked: str) -> list[str]:
        return [row["name"] for row in alices.items(f"/meetings?{asked}")]

    assert names("") == ["Online", "Hall"]
    assert names("online=true") == names("kind=na") == ["Online"]
    assert names("online=false") == names("weekday=2") == names("words=mark") == ["Hall"]
    assert names("closed=true") == ["Gone"]
    assert names(f"house={cast.house_a.uuid}") == ["Online", "Hall"]
    assert names(f"house={cast.house_c.uuid}") == []
    refused(alices.get("/meetings?weekday=7"), 400, "query-wrong")


def test_meeting_is_made_by_hand_and_read(cast, program):
    alice = program(cast.alice, "read", "write")
    body = {"house": str(cast.house_a.uuid), "name": "SMART", "kind": "smart", "weekday": 3, "starts": "19:30"}

    answer = alice.post("/meetings", body)

    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert (made["recurrence"], made["time_zone"]) == ("FREQ=WEEKLY;BYDAY=TH", cast.house_a.time_zone)
    assert alice.get(answer["Location"]).json() == made
    assert Meeting.objects.get(uuid=made["uuid"]).house == cast.house_a


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"weekday": 9}, "weekday"),
        ({"starts": "25:61"}, "starts"),
        ({"starts": None}, "starts"),
        ({"kind": "x"}, "kind"),
        ({"venue": "online"}, "conference_url"),
        ({"conference_url": "javascript:alert(1)"}, "conference_url"),
        ({"latitude": 91}, "latitude"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_meeting_by_hand_is_refused_with_what_would_be_right(cast, program, facts, field):
    body = {"house": str(cast.house_a.uuid), "name": "SMART", "kind": "smart", "weekday": 3, "starts": "19:30"}

    answer = program(cast.alice, "read", "write").post("/meetings", body | facts)

    refused(answer, 422, "values-wrong")
    assert field in [each["field"] for each in answer.json()["errors"]]
    assert not Meeting.objects.exists()


def test_a_meeting_for_all_is_the_operator_s_to_make(cast, program):
    body = {"name": "SMART", "kind": "smart", "how": "appointment"}

    refused(program(cast.alice, "read", "write").post("/meetings", body), 403, "not-allowed")
    assert program(cast.olive, "read", "write").post("/meetings", body).json()["house"] is None


def test_a_meeting_made_by_hand_is_changed_closed_and_opened_again(cast, program):
    alice = program(cast.alice, "read", "write")
    meeting = given.meeting_of(cast.house_a, place="Kitchen", time_zone="America/Denver")
    at = f"/meetings/{meeting.uuid}"

    edited = alice.post(f"{at}/edit", {"name": "SMART", "kind": "smart", "weekday": 3, "starts": "19:30"}).json()
    refused(alice.post(f"{at}/close", {"reason": " "}), 422, "values-wrong")
    closed = alice.post(f"{at}/close", {"reason": "Nobody came"}).json()
    again = alice.post(f"{at}/close", {"reason": "Nobody came"})
    opened = alice.post(f"{at}/reopen", {}).json()

    assert (edited["name"], edited["recurrence"], edited["place"]) == ("SMART", "FREQ=WEEKLY;BYDAY=TH", "")
    assert (edited["time_zone"], edited["starts_on"]) == ("America/Denver", meeting.starts_on.isoformat())
    assert (closed["closed_on"], closed["closed_why"]) == (cast.today.isoformat(), "Nobody came")
    assert again.status_code == 422
    assert (opened["closed_on"], opened["closed_why"]) == (None, "")


def test_what_a_directory_lists_is_put_right_there(cast, program):
    given.feed_of(cast.organization)
    olive, at = program(cast.olive, "read", "write"), f"/meetings/{Meeting.objects.get().uuid}"

    for act, body in (("edit", {"name": "X", "kind": "aa", "how": "appointment"}), ("close", {"reason": "x"})):
        assert "directory" in olive.post(f"{at}/{act}", body).content.decode()
    assert Meeting.objects.get(closed_on=None).name != "X"


def test_a_directory_is_added_by_who_operates_and_read_by_nobody_yet(cast, program):
    olive = program(cast.olive, "read", "write")
    body = {"name": "Harbor", "kind": "na", "url": "https://example.org/feed.json"}

    made = olive.post("/feeds", body)

    assert made.status_code == 201, made.content
    assert made.json() == olive.get(made["Location"].removeprefix("/api/v1")).json()
    assert (made.json()["time_zone"], made.json()["in_use"]) == (cast.organization.time_zone, True)
    refused(olive.post("/feeds", body), 422, "values-wrong")
    refused(olive.post("/feeds", body | {"organization": str(cast.other_organization.uuid)}), 422, "values-wrong")
    refused(program(cast.alice, "read", "write").post("/feeds", body), 403, "not-allowed")
    assert not FeedReading.objects.exists()


def test_occurrences_of_a_span_with_what_is_not_as_always(cast, program):
    alice = program(cast.alice, "read", "write")
    meeting = given.meeting_of(cast.house_a)
    first = cast.today + timedelta(days=1)
    days = [first + timedelta(days=ahead) for ahead in range(3)]

    changed = alice.post(
        f"/meetings/{meeting.uuid}/changes", {"on": days[1].isoformat(), "called_off": True, "why": "Flood"}
    )
    told = alice.get(f"/meetings/{meeting.uuid}/occurrences?since={days[0]}&until={days[2]}").json()

    assert changed.status_code == 200, changed.content
    assert [(row["on"], row["called_off"], row["why"]) for row in told["items"]] == [
        (days[0].isoformat(), False, ""),
        (days[1].isoformat(), True, "Flood"),
        (days[2].isoformat(), False, ""),
    ]
    assert told["items"][0]["starts_at"].startswith(f"{days[0]}T12:00:00-0")
    as_usual = {"on": days[1].isoformat(), "as_usual": True, "why": "Dry"}
    assert alice.post(f"/meetings/{meeting.uuid}/changes", as_usual).status_code == 200
    refused(alice.post(f"/meetings/{meeting.uuid}/changes", as_usual), 422, "values-wrong")
    refused(alice.get(f"/meetings/{meeting.uuid}/occurrences?since=2026-01-01&until=2026-12-31"), 422, "values-wrong")


def test_a_directory_is_read_from_a_file_and_says_what_changed(cast, program):
    olive = program(cast.olive, "read", "write")
    feed, _reading = given.feed_of(cast.organization)
    rows: list[Any] = [ONE, ONE | {"slug": "late", "time": "25:61"}]
    body = {"content": json.dumps(rows), "taken_all_the_same": True, "reason": "They number them anew."}

    answer = olive.post(f"/feeds/{feed.uuid}/readings", body)

    assert answer.status_code == 201, answer.content
    told = answer.json()
    assert (told["outcome"], told["added"], told["closed"], told["total"]) == ("read", 1, 1, 1)
    assert [each["wrong"] for each in told["problems"]] == ["“25:61” is no time of day."]
    assert olive.get(answer["Location"]).json() == told
    assert [row["uuid"] for row in olive.items(f"/feeds/{feed.uuid}/readings")][-1] == told["uuid"]
    assert [row["name"] for row in olive.items("/feeds")] == ["Intergroup"]


def test_a_file_that_is_none_changes_nothing_and_says_so(cast, program):
    feed, _reading = given.feed_of(cast.organization)

    told = program(cast.olive, "read", "write").post(f"/feeds/{feed.uuid}/readings", {"content": "<html>"}).json()

    assert (told["outcome"], "web page" in told["why"]) == ("refused", True)
    assert Meeting.objects.get(feed=feed).closed_on is None
    assert FeedReading.objects.filter(feed=feed).count() == 2


@pytest.mark.parametrize("many", [1, 3])
def test_listing_costs_the_same_for_one_meeting_and_for_many(cast, alices, many, django_assert_max_num_queries):
    for number in range(many):
        given.meeting_of(cast.house_a, name=str(number))
    alices.items("/meetings")

    with django_assert_max_num_queries(12):
        assert len(alices.items("/meetings")) == many
