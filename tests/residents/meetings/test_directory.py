"""The directory kept: feeds that are read again, meetings made by hand, one time that is not as usual, codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from residents.meetings.codes import code_of, house_code, is_code_of, is_house_code
from residents.meetings.models import Feed, FeedReading, HouseMeeting, Meeting, MeetingChange
from residents.meetings.queries import directory as queries
from residents.meetings.queries.occurrences import occurrence_on, occurrences
from residents.meetings.services.directory import (
    code_renew,
    code_withdraw,
    feed_fetch,
    feed_read,
    feed_save,
    meeting_change,
    meeting_change_undo,
    meeting_close,
    meeting_reopen,
    meeting_save,
)
from soberhouse.history import acting_as
from tests.residents.meetings import given

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[3]
RECORDED = ROOT.parent / "shared" / "standards" / "meetings"  # feeds as others publish them, beside the checkout
NOW = datetime(2026, 6, 10, 16, tzinfo=UTC)  # a Wednesday, noon in New York
TODAY = date(2026, 6, 10)
ZONE = "America/New_York"


@pytest.fixture(autouse=True)
def somebody_acts(cast) -> Iterator[None]:
    with acting_as(cast.olive, source="web"):
        yield


@pytest.fixture
def feed(cast) -> Feed:
    return feed_save(organization=cast.organization, name="Intergroup", kind="aa")


def row(slug: str = "noon", **facts: Any) -> dict[str, Any]:
    return {
        "name": "Noon Group",
        "slug": slug,
        "day": 1,
        "time": "12:00",
        "address": "1 Main St",
        "types": ["O"],
    } | facts


def take(feed: Feed, *rows: Any, now: datetime = NOW, **options: Any) -> FeedReading:
    return feed_read(feed=feed, data=json.dumps(rows).encode(), now=now, **options)


def by_key(feed: Feed) -> dict[str, Meeting]:
    return {each.key: each for each in Meeting.objects.filter(feed=feed)}


def whats(reading: FeedReading) -> list[tuple[str, str]]:
    return [(what, name) for what, _uuid, name, _words in reading.changes]


# Recorded feeds


def slow_wall_clock(raw: dict[str, Any]) -> tuple[int, str]:
    """The day (Monday is 1, Sunday 7, as in ISO) and the time of a raw row, read once more and otherwise."""
    if "weekday_tinyint" in raw:
        names = {"1": 7, "2": 1, "3": 2, "4": 3, "5": 4, "6": 5, "7": 6}
        return names[raw["weekday_tinyint"]], raw["start_time"][:5]
    return (raw["day"] or 7), raw["time"]


@pytest.mark.parametrize(
    ("file", "many"), [("code4recovery-pdf-fixture.json", 25), ("meeting-search-42.867970-day2.json", 53)]
)
def test_recorded_feed_is_imported_with_every_day_and_local_time(cast, file, many):
    data = (RECORDED / file).read_bytes()
    said = json.loads(data)
    raw = said["meetings"] if isinstance(said, dict) else said
    feed = feed_save(organization=cast.organization, name=file, kind="na", time_zone="America/Chicago")

    reading = feed_read(feed=feed, data=data, now=NOW)

    found = by_key(feed)
    assert (reading.outcome, reading.total, len(found), len(raw)) == ("read", many, many, many)
    for each in raw:
        meeting = found[str(each.get("slug", each.get("id_bigint")))]
        held = occurrences([meeting], NOW, NOW + timedelta(days=7))
        local = [each.starts_at.astimezone(ZoneInfo("America/Chicago")) for each in held]
        assert [(at.isoweekday(), at.strftime("%H:%M")) for at in local] == [slow_wall_clock(each)]
        types = each["formats"].split(",") if "formats" in each else each["types"]
        assert meeting.types == [code for code in types if code not in ("ONL", "")]
        assert meeting.name == each.get("name", each.get("meeting_name"))

    again = feed_read(feed=feed, data=data, now=NOW + timedelta(days=1))
    assert (again.outcome, again.changes) == ("read", [])
    assert {key: each.history.count() for key, each in by_key(feed).items()} == dict.fromkeys(found, 1)


def test_recorded_formats_are_words_and_close_nothing(cast, feed):
    take(feed, row())

    reading = feed_read(feed=feed, data=(RECORDED / "formats.json").read_bytes(), now=NOW)

    feed.refresh_from_db()
    assert (reading.outcome, reading.changes, feed.words["WC"]) == ("read", [], "Wheelchair")
    assert by_key(feed)["noon"].closed_on is None


@pytest.mark.parametrize("file", ["SPEC.md", "api-docs-semantic.json", "spec-types-v1.1.9.json"])
def test_what_is_no_feed_changes_nothing_and_says_so(cast, feed, file):
    reading = feed_read(feed=feed, data=(RECORDED / file).read_bytes(), now=NOW)

    assert reading.outcome == "refused"
    assert reading.why
    assert not Meeting.objects.filter(feed=feed).exists()


def test_no_contact_is_stored_in_any_column_of_any_table(cast, feed):
    contacts = {
        **{f"contact_{n}_{what}": f"zebra{n}" for n in (1, 2, 3) for what in ("name", "email", "phone")},
        **dict.fromkeys(("entity_email", "entity_phone", "email", "phone", "venmo", "square", "paypal"), "zebra"),
        "feedback_emails": ["zebra@example.org"],
    }
    noted = dict.fromkeys(("notes", "location_notes", "group_notes"), "Call 585-555-0199 or zebra@example.org.")
    bmlt = {"id_bigint": "9", "meeting_name": "Noon", "weekday_tinyint": "2", "start_time": "12:00:00"}

    reading = take(feed, row(**contacts, **noted), bmlt | {"comments": "zebra@example.org", "contact_name_1": "zebra"})

    assert reading.total == 2
    stored = [
        str(value)
        for model in apps.get_models()
        if model._meta.managed
        for values in model._base_manager.values_list()
        for value in values
        if not isinstance(value, bytes | memoryview)
    ]
    assert any("Noon Group" in value for value in stored)
    assert not [value for value in stored if "zebra" in value or "555-0199" in value]


# Read again


def test_first_reading_adds_and_the_same_again_changes_nothing(cast, feed):
    first = take(feed, row(), row("eve", name="Evening", day=[1, 3], time="20:00"))
    second = take(feed, row(), row("eve", name="Evening", day=[1, 3], time="20:00"))

    assert whats(first) == [("added", "Noon Group"), ("added", "Evening"), ("added", "Evening")]
    assert second.changes == []
    assert (first.digest, first.recorded_by) == (second.digest, cast.olive)
    assert set(by_key(feed)) == {"noon", "eve-1", "eve-3"}


def test_what_differs_is_changed_and_said_in_words(cast, feed):
    take(feed, row(), row("eve"))

    reading = take(feed, row(day=2, time="12:30", location="St. Mark’s"), row("eve"))

    ((what, uuid, name, words),) = reading.changes
    meeting = by_key(feed)["noon"]
    assert (what, uuid, name) == ("changed", str(meeting.uuid), "Noon Group")
    assert words == ["day: Monday → Tuesday", "starts: noon → 12:30 p.m.", "place: nothing → St. Mark’s"]
    assert (meeting.weekday, meeting.starts, meeting.recurrence) == (1, time(12, 30), "FREQ=WEEKLY;BYDAY=TU")


def test_what_vanished_is_closed_and_what_comes_back_is_open_again(cast, feed):
    take(feed, row(), row("eve", name="Evening"), row("late", name="Late"))

    gone = take(feed, row(), row("late", name="Late"))
    meeting = by_key(feed)["eve"]
    back = take(feed, row(), row("eve", name="Evening"), row("late", name="Late"))

    assert whats(gone) == [("closed", "Evening")]
    assert (meeting.closed_on, meeting.closed_why) == (TODAY, "It is not in its directory any more.")
    assert whats(back) == [("opened", "Evening")]
    assert by_key(feed)["eve"].closed_on is None


def test_what_could_not_be_read_has_not_vanished(cast, feed):
    others = [row(str(number), name="Other") for number in range(3)]
    take(feed, row(), row("eve", day=[1, 2]), *others)

    reading = take(feed, row(time="25:61"), row("eve", day=[7]), row("new"), *others)

    assert whats(reading) == [("added", "Noon Group")]
    assert len(reading.problems) == 2
    assert all(each.closed_on is None for each in by_key(feed).values())


@pytest.mark.parametrize(
    ("data", "why"), [(b"<html>", "web page"), (b'[{"name":', "breaks off"), (b"{}", "no list"), (b"[]", "fewer")]
)
def test_a_feed_that_fails_changes_nothing_and_says_so(cast, feed, data, why):
    take(feed, row())

    reading = feed_read(feed=feed, data=data, now=NOW)

    assert (reading.outcome, reading.changes) == ("refused", [])
    assert why in reading.why
    assert by_key(feed)["noon"].closed_on is None


def test_a_feed_that_could_not_be_fetched_says_why(cast, feed):
    reading = feed_read(feed=feed, data=None, reason="Nobody answered.", now=NOW)

    assert (reading.outcome, reading.why) == ("refused", "Nobody answered.")


def test_a_feed_that_shrinks_by_half_changes_nothing_unless_it_is_taken_all_the_same(cast, feed):
    rows = [row(str(number)) for number in range(5)]
    take(feed, *rows)

    half = take(feed, *rows[:2])
    with pytest.raises(ValidationError, match="Say why"):
        take(feed, *rows[:2], taken_all_the_same=True)
    taken = take(feed, *rows[:2], taken_all_the_same=True, reason="Three groups ended.")

    assert half.outcome == "refused"
    assert half.why.startswith("It lists 2 meetings where 5 are open")
    assert (taken.outcome, taken.why) == ("read", "Three groups ended.")
    assert whats(taken) == [("closed", "Noon Group")] * 3


def test_just_more_than_half_is_read(cast, feed):
    rows = [row(str(number)) for number in range(5)]
    take(feed, *rows)

    assert take(feed, *rows[:3]).outcome == "read"


def test_exactly_half_is_refused_and_says_what_to_do(cast, feed):
    rows = [row(str(number)) for number in range(4)]
    take(feed, *rows)

    half = take(feed, *rows[:2])

    assert (half.outcome, half.changes) == ("refused", [])
    assert "from a file" in half.why
    assert all(each.closed_on is None for each in by_key(feed).values())


def test_others_in_place_of_more_than_half_are_refused_like_fewer(cast, feed):
    take(feed, *(row(str(number)) for number in range(5)))

    anew = take(feed, *(row(str(number)) for number in range(3, 9)))
    some = take(feed, *(row(str(number)) for number in range(2, 7)))

    assert (anew.outcome, anew.changes) == ("refused", [])
    assert "it would close 3" in anew.why
    assert sorted(whats(some)) == sorted([("closed", "Noon Group")] * 2 + [("added", "Noon Group")] * 2)


def test_a_meeting_that_goes_to_several_days_and_back_is_the_same_on_its_day(cast, feed):
    others = [row(str(number), name="Other") for number in range(4)]
    take(feed, row(day=1), *others)
    monday = by_key(feed)["noon"]

    several = take(feed, row(day=[1, 3]), *others)
    again = take(feed, row(day=[1, 3]), *others)
    wednesday = Meeting.objects.get(feed=feed, name="Noon Group", weekday=2)
    only_wednesday = take(feed, row(day=3), *others)
    back = take(feed, row(day=[1, 3, 5]), *others)

    assert whats(several) == [("added", "Noon Group")]
    assert again.changes == []
    assert [(what, uuid) for what, uuid, _name, _words in only_wednesday.changes] == [("closed", str(monday.uuid))]
    assert whats(back) == [("opened", "Noon Group"), ("added", "Noon Group")]
    held = Meeting.objects.filter(feed=feed, name="Noon Group", closed_on=None).order_by("weekday")
    assert [(each.pk, each.weekday) for each in held[:2]] == [(monday.pk, 0), (wednesday.pk, 2)]
    assert held[2].weekday == 4


def test_a_meeting_of_several_days_that_was_read_so_first_keeps_the_one_that_is_left(cast, feed):
    others = [row(str(number), name="Other") for number in range(4)]
    take(feed, row(day=[1, 3]), *others)
    wednesday = by_key(feed)["noon-3"]

    reading = take(feed, row(day=3), *others)

    assert whats(reading) == [("closed", "Noon Group")]
    wednesday.refresh_from_db()
    assert wednesday.closed_on is None


def test_a_day_that_is_none_among_several_closes_no_other_day(cast, feed):
    others = [row(str(number), name="Other") for number in range(4)]
    take(feed, row(day=[1, 3]), *others)

    reading = take(feed, row(day=[1, 9]), *others)

    assert (reading.changes, len(reading.problems)) == ([], 1)


def test_a_feed_that_lists_nothing_the_first_time_is_no_feed(cast, feed):
    assert take(feed).why == "It lists no meeting."


def test_two_feeds_do_not_close_each_other_s_meetings(cast, feed):
    other = feed_save(organization=cast.organization, name="Another", kind="na")
    take(feed, row())

    take(other, row())

    assert by_key(feed)["noon"].closed_on is None
    assert by_key(other)["noon"].kind == "na"


def test_feed_is_saved_and_refused(cast, feed):
    changed = feed_save(
        organization=cast.organization, feed=feed, name="Other", kind="ca", url="https://x.org/f", in_use=False
    )

    assert (changed.pk, changed.name, changed.time_zone, changed.in_use) == (feed.pk, "Other", ZONE, False)
    for wrong, field in (
        ({"name": " "}, "name"),
        ({"url": "ftp://x.org"}, "url"),
        ({"url": "https://a:b@x.org"}, "url"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"kind": "x"}, "kind"),
        ({"kind": "house"}, "kind"),
    ):
        with pytest.raises(ValidationError) as refused:
            feed_save(organization=cast.organization, **({"name": "New", "kind": "aa"} | wrong))
        assert field in refused.value.message_dict
    with pytest.raises(ValidationError, match="of this name"):
        feed_save(organization=cast.organization, name="Other", kind="aa")


def test_feed_without_an_address_is_not_fetched(cast, feed):
    with pytest.raises(ValidationError, match="no address"):
        feed_fetch(feed=feed, now=NOW)


# By hand


def by_hand(cast, **facts: Any) -> Meeting:
    usual = {"name": "SMART", "kind": "smart", "weekday": 3, "starts": time(19), "today": TODAY}
    return meeting_save(organization=cast.organization, **(usual | facts))


def test_meeting_is_made_by_hand_for_a_house_or_for_all(cast):
    own = by_hand(cast, house=cast.house_b, kind="house", name="House meeting")
    of_all = by_hand(cast)

    assert (own.house, own.time_zone) == (cast.house_b, "America/Los_Angeles")
    assert (of_all.house, of_all.time_zone, of_all.recurrence) == (None, ZONE, "FREQ=WEEKLY;BYDAY=TH")
    assert set(Meeting.objects.visible_to(cast.alice)) == {of_all}
    assert set(Meeting.objects.visible_to(cast.erin.user)) == {own, of_all}
    assert not Meeting.objects.visible_to(cast.oscar).exists()


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"every": 2}, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH"),
        ({"how": "monthly", "nth": 1}, "FREQ=MONTHLY;BYDAY=1TH"),
        ({"how": "monthly", "nth": -1}, "FREQ=MONTHLY;BYDAY=-1TH"),
        ({"how": "daily"}, "FREQ=DAILY"),
        ({"how": "appointment"}, ""),
    ],
)
def test_how_often_is_chosen_in_plain_fields(cast, facts, rule):
    assert by_hand(cast, **facts).recurrence == rule


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": " "}, "name"),
        ({"kind": "house"}, "kind"),
        ({"starts": None}, "starts"),
        ({"weekday": None}, "weekday"),
        ({"weekday": 9}, "weekday"),
        ({"how": "monthly"}, "nth"),
        ({"how": "never"}, "how"),
        ({"every": 0}, "every"),
        ({"venue": "online"}, "conference_url"),
        ({"latitude": 43}, "longitude"),
        ({"minutes": 0}, "minutes"),
        ({"time_zone": "Mars"}, "time_zone"),
    ],
)
def test_meeting_by_hand_is_refused(cast, facts, field):
    with pytest.raises(ValidationError) as refused:
        by_hand(cast, **facts)

    assert field in refused.value.message_dict
    assert not Meeting.objects.exists()


def test_meeting_by_hand_is_changed_closed_and_opened_again(cast):
    meeting = by_hand(cast)

    changed = by_hand(cast, meeting=meeting, name="SMART Tuesday", weekday=1)
    with pytest.raises(ValidationError, match="Say why"):
        meeting_close(meeting=meeting, reason=" ", today=TODAY)
    closed = meeting_close(meeting=meeting, reason="The church was sold.", today=TODAY)
    with pytest.raises(ValidationError, match="closed already"):
        meeting_close(meeting=meeting, reason="Again.", today=TODAY)
    opened = meeting_reopen(meeting=meeting)

    assert (changed.pk, changed.name, changed.weekday) == (meeting.pk, "SMART Tuesday", 1)
    assert (closed.closed_on, closed.closed_why) == (TODAY, "The church was sold.")
    assert (opened.closed_on, opened.closed_why) == (None, "")
    with pytest.raises(ValidationError, match="It is open"):
        meeting_reopen(meeting=meeting)


def test_meeting_of_a_feed_is_not_changed_by_hand(cast, feed):
    take(feed, row())
    meeting = by_key(feed)["noon"]

    for act in (
        lambda: by_hand(cast, meeting=meeting),
        lambda: meeting_close(meeting=meeting, reason="x", today=TODAY),
        lambda: meeting_reopen(meeting=meeting),
    ):
        with pytest.raises(ValidationError, match="comes from a directory"):
            act()


def test_a_house_meeting_that_was_held_stays_one(cast):
    facts = {"house": cast.house_a, "name": "House meeting"}
    meeting = by_hand(cast, kind="house", **facts)
    assert by_hand(cast, meeting=meeting, kind="other", **facts).kind == "other"
    meeting = by_hand(cast, meeting=meeting, kind="house", **facts)
    given.house_meeting_of(cast.house_a, cast.alice, meeting=meeting)

    with pytest.raises(ValidationError) as refused:
        by_hand(cast, meeting=meeting, kind="other", **facts)

    assert "kind" in refused.value.message_dict
    assert by_hand(cast, meeting=meeting, kind="house", **facts | {"name": "Round table"}).name == "Round table"


# One time


def test_one_time_is_called_off_moved_and_as_always_after_all(cast):
    meeting = by_hand(cast)  # Thursdays at 7 p.m.
    thursday = date(2026, 6, 11)
    moved_to = datetime(2026, 6, 12, 23, tzinfo=UTC)

    meeting_change(meeting=meeting, on=thursday, called_off=True, why="Flood", now=NOW)
    off = occurrence_on(meeting, thursday)
    meeting_change(meeting=meeting, on=thursday, held_at=moved_to, why="Dry again", now=NOW)
    moved = occurrence_on(meeting, thursday)
    meeting_change_undo(meeting=meeting, on=thursday, why="A mistake", now=NOW)
    usual = occurrence_on(meeting, thursday)

    assert off is not None
    assert off.called_off
    assert off.why == "Flood"
    assert moved is not None
    assert (moved.starts_at, moved.called_off) == (moved_to, False)
    assert moved.moved_from == datetime(2026, 6, 11, 23, tzinfo=UTC)
    assert usual is not None
    assert (usual.starts_at, usual.moved_from) == (moved.moved_from, None)
    assert MeetingChange.objects.filter(meeting=meeting).count() == 3
    with pytest.raises(ValidationError, match="as always"):
        meeting_change_undo(meeting=meeting, on=thursday, why="Again", now=NOW)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"on": date(2026, 6, 12)}, "on"),
        ({"on": date(2026, 5, 21)}, "on"),
        ({"called_off": False}, "held_at"),
        ({"held_at": datetime(2026, 6, 12, 23, tzinfo=UTC)}, "held_at"),
        ({"called_off": False, "held_at": datetime(2026, 6, 11, 23, tzinfo=UTC)}, "held_at"),
        ({"called_off": False, "held_at": datetime(2026, 9, 11, 23, tzinfo=UTC)}, "held_at"),
        ({"why": " "}, "why"),
    ],
)
def test_change_of_one_time_is_refused(cast, facts, field):
    meeting = by_hand(cast, starts_on=date(2026, 1, 1))

    with pytest.raises(ValidationError) as refused:
        meeting_change(
            meeting=meeting,
            now=NOW,
            **({"on": date(2026, 6, 11), "called_off": True, "why": "Flood"} | facts),
        )

    assert field in refused.value.message_dict


# Codes


def test_code_of_a_meeting_is_typed_as_it_is_read_and_is_another_s_nowhere(cast):
    meeting, other = code_renew(meeting=by_hand(cast)), code_renew(meeting=by_hand(cast, name="Other"))
    code = code_of(meeting)

    assert len(code) == 8
    assert is_code_of(meeting, code)
    assert is_code_of(meeting, f" {code[:4].lower()}-{code[4:]} ".replace("0", "o"))
    assert not is_code_of(other, code)
    assert not any(is_code_of(meeting, wrong) for wrong in ("", code[:7], f"{code}A", "é" * 8))


def test_code_renewed_or_withdrawn_counts_no_more_and_never_comes_back(cast):
    meeting = code_renew(meeting=by_hand(cast))
    seen = {code_of(meeting)}
    for _each in range(5):
        meeting = code_renew(meeting=code_withdraw(meeting=meeting))
        assert code_of(meeting) not in seen
        seen.add(code_of(meeting))

    bare = code_withdraw(meeting=meeting)
    assert (code_of(bare), any(is_code_of(bare, each) for each in seen)) == ("", False)
    with pytest.raises(ValidationError, match="no code"):
        code_withdraw(meeting=bare)
    closed = meeting_close(meeting=bare, reason="Sold.", today=TODAY)
    with pytest.raises(ValidationError, match="closed"):
        code_renew(meeting=closed)


def test_what_is_by_appointment_has_no_code(cast):
    with pytest.raises(ValidationError, match="by appointment"):
        code_renew(meeting=by_hand(cast, how="appointment", weekday=None, starts=None))


def test_printed_code_still_counts_under_a_new_key_of_the_site(cast, settings):
    meeting = code_renew(meeting=by_hand(cast))
    code = code_of(meeting)

    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 5

    assert code_of(meeting) != code
    assert is_code_of(meeting, code)


def test_code_of_a_house_meeting_lives_half_a_minute_and_the_next_one():
    meeting, other = HouseMeeting(), HouseMeeting()
    at = datetime(2026, 6, 10, 16, 0, 5, tzinfo=UTC)
    code = house_code(meeting, at)

    assert (len(code), code.isdigit()) == (6, True)
    assert is_house_code(meeting, f"{code[:3]} {code[3:]}", at)
    assert is_house_code(meeting, code, at + timedelta(seconds=54))
    assert not is_house_code(meeting, code, at + timedelta(seconds=56))
    assert not is_house_code(meeting, code, at - timedelta(seconds=6))
    assert not is_house_code(other, code, at)
    assert not is_house_code(meeting, "", at)
    assert not is_house_code(meeting, "١٢٣٤٥٦", at)


# Finding


def names(found: list[queries.Found]) -> list[str]:
    return [each.meeting.name for each in found]


def test_what_is_held_today_is_found_in_order_of_time(cast):
    house = cast.house_a
    by_hand(cast, name="Evening", weekday=2, starts=time(20))
    by_hand(cast, name="Morning", weekday=2, starts=time(7))
    by_hand(cast, name="Tomorrow", weekday=3)
    by_hand(cast, name="Any time", how="appointment")
    by_hand(cast, name="Every day", how="daily", starts=time(12))
    by_hand(
        cast, name="Elsewhere", weekday=1, starts=time(22), time_zone="America/Los_Angeles", starts_on=date(2026, 1, 1)
    )  # 1 a.m. in New York
    meeting_close(meeting=by_hand(cast, name="Closed", weekday=2), reason="Sold.", today=TODAY)
    by_hand(cast, name="Of house B", house=cast.house_b, weekday=2)

    today = queries.find(cast.dana.user, house, day=TODAY, now=NOW)
    week = queries.find(cast.dana.user, house, now=NOW)

    assert names(today) == ["Elsewhere", "Morning", "Every day", "Evening"]
    assert names(week).count("Every day") == 7
    assert names(week)[-1] == "Any time"
    assert "Evening" in names(queries.find(cast.charlie, cast.house_b, day=TODAY, now=NOW))
    assert "Of house B" in names(queries.find(cast.charlie, cast.house_b, day=TODAY, now=NOW))


def test_a_moved_meeting_is_found_on_its_new_day(cast):
    meeting = by_hand(cast)
    new = datetime(2026, 6, 13, 20, tzinfo=UTC)
    meeting_change(meeting=meeting, on=date(2026, 6, 11), held_at=new, why="Flood", now=NOW)

    (found,) = queries.find(cast.alice, cast.house_a, day=date(2026, 6, 13), now=NOW)

    assert found.occurrence is not None
    assert found.occurrence.starts_at == new
    assert queries.find(cast.alice, cast.house_a, day=date(2026, 6, 11), now=NOW) == []


def test_meetings_are_found_by_kind_type_place_and_words(cast, feed):
    by_hand(cast, name="Women", types=["W", "O"], weekday=2)
    by_hand(cast, name="Zoom", venue="online", conference_url="https://zoom.us/j/1", weekday=2, kind="na")
    by_hand(cast, name="Both", venue="hybrid", conference_url="https://zoom.us/j/1", weekday=2, place="St. Mark’s")
    bmlt = {"id_bigint": "9", "meeting_name": "NA Women", "weekday_tinyint": "4", "start_time": "12:00:00"}
    formats = [{"key_string": "Fr", "name_string": "Women"}, {"key_string": "W", "name_string": "Candlelight"}]
    told = {"meetings": [bmlt | {"formats": "Fr"}], "formats": formats}
    feed_read(feed=feed, data=json.dumps(told).encode(), now=NOW)

    def found(**asked: Any) -> set[str]:
        return set(names(queries.find(cast.alice, cast.house_a, day=TODAY, now=NOW, **asked)))

    assert found(type_code="W") == {"Women", "NA Women"}
    assert found(type_code="M") == set()
    assert found(kind="na") == {"Zoom"}
    assert found(online=True) == {"Zoom", "Both"}
    assert found(online=False) == {"Women", "Both", "NA Women"}
    assert found(words="mark") == {"Both"}
    assert found(words="zoom both") == set()


def test_the_nearest_come_first_and_those_that_are_nowhere_last(cast):
    house = cast.house_a
    by_hand(cast, name="Nowhere", weekday=2, starts=time(6))
    by_hand(cast, name="Far", weekday=2, starts=time(7), latitude=44, longitude=-77)
    by_hand(cast, name="Near", weekday=2, starts=time(8), latitude=43, longitude=-77)
    assert queries.place_of(house) is None
    by_hand(
        cast,
        name="House meeting",
        house=house,
        kind="house",
        weekday=6,
        latitude=Decimal("43.01"),
        longitude=Decimal(-77),
    )

    near = queries.place_of(house)
    found = queries.find(cast.alice, house, day=TODAY, near=near, now=NOW)

    assert names(found) == ["Near", "Far", "Nowhere"]
    assert found[0].km == pytest.approx(1.11, abs=0.01)
    assert queries.km_between((40.6413, -73.7781), (51.47, -0.4543)) == pytest.approx(5540, rel=0.005)  # JFK to LHR


def test_around_a_place_is_what_is_not_known_to_be_far_to_travel(cast):
    house, far = cast.house_a, {"latitude": 44, "longitude": -77, "weekday": 2}
    online = {"conference_url": "https://zoom.us/j/1"}
    by_hand(cast, name="Far", **far)
    by_hand(cast, name="Far and online", venue="hybrid", **online, **far)
    by_hand(cast, name="Online", venue="online", **online, **far)
    by_hand(cast, name="Own", house=house, **far)
    by_hand(cast, name="Nowhere", weekday=2)
    by_hand(cast, name="Near", weekday=2, starts=time(8), latitude=Decimal("43.4"), longitude=-77)  # 28 miles

    found = queries.find(cast.alice, house, day=TODAY, around=(43, -77), now=NOW)

    assert names(found) == ["Near", "Far and online", "Nowhere", "Online", "Own"]


@pytest.mark.parametrize("many", [1, 3])
def test_finding_costs_the_same_for_one_meeting_and_for_many(cast, feed, many, django_assert_num_queries):
    take(feed, *[row(str(number), day=3) for number in range(many)])
    user = type(cast.alice).objects.get(pk=cast.alice.pk)

    with django_assert_num_queries(3):
        assert len(queries.find(user, cast.house_a, day=TODAY, now=NOW)) == many


@pytest.mark.parametrize("many", [1, 3])
def test_listing_feeds_costs_the_same_for_one_and_for_many(cast, many, django_assert_num_queries):
    for number in range(many):
        take(feed_save(organization=cast.organization, name=str(number), kind="aa"), row())

    with django_assert_num_queries(2):
        states = queries.feed_states(cast.organization)

    assert [(each.still_open, each.newest is not None) for each in states] == [(1, True)] * many


def test_next_times_begin_with_the_one_that_goes_on_now(cast):
    meeting = given.meeting_of(cast.house_a, name="Noon")  # every day at noon

    times = queries.next_times(meeting, datetime(2026, 6, 10, 16, 30, tzinfo=UTC))

    assert [each.on.day for each in times] == [10, 11, 12, 13, 14]
