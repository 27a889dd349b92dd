"""Directories of meetings read from bytes: what is listed, what is wrong, and that nobody’s number comes along."""

from __future__ import annotations

import contextlib
import json
import time as time_module
from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from residents.meetings import feeds
from residents.meetings.feeds import Directory, Listed, Unreadable

ZONE = "America/New_York"
GUIDE: dict[str, Any] = {"name": "Keep Coming Back", "slug": "keep-coming-back", "day": 1, "time": "19:30"}
BMLT: dict[str, Any] = {
    "id_bigint": "41",
    "meeting_name": "Just for Today",
    "weekday_tinyint": "2",
    "start_time": "18:00:00",
    "duration_time": "01:30:00",
    "formats": "O,WC",
    "time_zone": "",
}


def read(*rows: Any) -> Directory:
    return feeds.read(json.dumps(rows).encode(), time_zone=ZONE)


def one(**facts: Any) -> Listed:
    (listed,) = read(GUIDE | facts).listed
    return listed


def one_of_bmlt(**facts: Any) -> Listed:
    (listed,) = read(BMLT | facts).listed
    return listed


def wrong(*rows: Any) -> list[str]:
    return [each.wrong for each in read(*rows).problems]


# Days and times


@pytest.mark.parametrize(("day", "weekday"), [(0, 6), (1, 0), (6, 5), ("0", 6), ("3", 2), ([4], 3), ("Sunday", 6)])
def test_sunday_is_nought_in_the_meeting_guide(day, weekday):
    assert (one(day=day).weekday, one(day=day).key) == (weekday, "keep-coming-back")


@pytest.mark.parametrize(("day", "weekday"), [("1", 6), ("2", 0), ("7", 5), (4, 2)])
def test_sunday_is_one_in_bmlt(day, weekday):
    assert one_of_bmlt(weekday_tinyint=day).weekday == weekday


def test_meeting_on_several_days_is_one_meeting_for_each():
    found = read(GUIDE | {"day": [0, "2", 2, 5]})

    assert [(each.key, each.weekday) for each in found.listed] == [
        ("keep-coming-back-0", 6),
        ("keep-coming-back-2", 1),
        ("keep-coming-back-5", 4),
    ]
    assert found.problems == []


def test_key_of_a_day_gives_way_to_a_slug_that_is_written_so():
    found = read(GUIDE | {"slug": "noon", "day": [1, 2]}, GUIDE | {"slug": "noon-1"}, GUIDE | {"slug": "noon-2"})

    assert [each.key for each in found.listed] == ["noon-1~", "noon-2~", "noon-1", "noon-2"]


@pytest.mark.parametrize("day", [None, "", []])
def test_without_a_day_it_is_held_by_appointment(day):
    listed = one(day=day, time=None)

    assert (listed.weekday, listed.starts) == (None, None)


def test_a_day_without_a_time_is_told_and_listed_by_appointment():
    found = read(GUIDE | {"time": ""})

    assert found.listed[0].weekday is None
    assert [each.wrong for each in found.problems] == ["It has a day and no time."]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"day": 7}, "“7” is no day of the week."),
        ({"day": -1}, "“-1” is no day of the week."),
        ({"day": True}, "“True” is no day of the week."),
        ({"day": "2.5"}, "“2.5” is no day of the week."),
        ({"time": "25:61"}, "“25:61” is no time of day."),
        ({"time": "7 pm"}, "“7 pm” is no time of day."),
        ({"time": 1930}, "“1930” is no time of day."),
    ],
)
def test_no_day_and_no_time_are_told_and_the_rest_is_read(facts, said):
    found = read(GUIDE | facts, GUIDE | {"slug": "another"})

    assert [each.key for each in found.listed] == ["another"]
    assert [(each.which, each.wrong) for each in found.problems] == [("Keep Coming Back", said)]
    assert found.unread == {"keep-coming-back"}


def test_of_several_days_those_that_are_none_are_left_out():
    found = read(GUIDE | {"day": [1, 7]})

    assert [(each.key, each.weekday) for each in found.listed] == [("keep-coming-back", 0)]
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    ("ends", "minutes"), [(None, 60), ("", 60), ("20:45", 75), ("19:30", 60), ("00:15", 285), ("late", 60)]
)
def test_it_lasts_an_hour_unless_it_says_when_it_ends(ends, minutes):
    assert one(end_time=ends).minutes == minutes


@pytest.mark.parametrize(("lasts", "minutes"), [("01:30:00", 90), ("", 60), (None, 60), ("00:00:00", 60), ("x", 60)])
def test_bmlt_says_how_long_it_lasts(lasts, minutes):
    assert one_of_bmlt(duration_time=lasts).minutes == minutes


def test_times_are_read_to_the_minute():
    assert one(time="9:05").starts == time(9, 5)
    assert one_of_bmlt(start_time="18:00:30").starts == time(18, 0)


def test_a_meeting_names_its_zone_or_has_that_of_the_feed():
    assert one(timezone="America/Chicago").time_zone == "America/Chicago"
    assert one(timezone="").time_zone == one().time_zone == one_of_bmlt().time_zone == ZONE
    found = read(GUIDE | {"timezone": "Mars/Olympus"})
    assert (found.listed[0].time_zone, found.problems[0].wrong) == (ZONE, "“Mars/Olympus” is no time zone.")


# Where


@pytest.mark.parametrize(
    ("facts", "venue"),
    [
        ({"address": "1 Main St"}, "in_person"),
        ({"address": "1 Main St", "conference_url": "https://zoom.us/j/1"}, "hybrid"),
        ({"conference_url": "https://zoom.us/j/1"}, "online"),
        ({"conference_phone": "+15550100"}, "online"),
        ({"formatted_address": "Tupelo, MS, USA", "conference_phone": "+15550100"}, "online"),
        ({"address": "1 Main St", "types": ["TC"]}, "shut"),
        ({"address": "1 Main St", "types": ["TC"], "conference_url": "https://zoom.us/j/1"}, "online"),
        ({"address": "1 Main St", "types": ["ONL"]}, "in_person"),
        ({}, "in_person"),
    ],
)
def test_online_is_what_can_be_joined_online(facts, venue):
    assert one(**facts).venue == venue


@pytest.mark.parametrize(
    ("facts", "venue"),
    [
        ({"venue_type": "1"}, "in_person"),
        ({"venue_type": 2}, "online"),
        ({"venue_type": "3"}, "hybrid"),
        ({"venue_type": "1", "formats": "O,TC"}, "shut"),
        ({"venue_type": "3", "formats": "O,TC"}, "online"),
        ({"location_street": "1 Main St"}, "in_person"),
        ({"virtual_meeting_link": "https://zoom.us/j/1"}, "online"),
        ({"virtual_meeting_link": "https://zoom.us/j/1", "location_street": "1 Main St"}, "hybrid"),
        ({"formats": "VM"}, "online"),
        ({"formats": "HY"}, "hybrid"),
    ],
)
def test_bmlt_says_where_it_is_held_or_it_is_derived(facts, venue):
    assert one_of_bmlt(**facts).venue == venue


def test_an_address_is_whole_or_in_parts():
    parts = {"address": "1 Main St", "city": "Tupelo", "state": "MS", "postal_code": "38801", "country": "US"}

    assert one(**parts).address == "1 Main St, Tupelo, MS, 38801, US"
    assert one(formatted_address="1 Main St, Tupelo, MS 38801, USA").address == "1 Main St, Tupelo, MS 38801, USA"
    assert one(regions=["Mississippi", "North"]).region == "Mississippi · North"
    assert one(region="North", sub_region="Tupelo").region == "North · Tupelo"


@pytest.mark.parametrize(
    ("facts", "roughly"),
    [
        ({"approximate": "yes", "address": "1 Main St"}, True),
        ({"approximate": "no", "formatted_address": "Tupelo"}, False),
        ({"formatted_address": "Tupelo, MS, USA"}, True),
        ({"formatted_address": "1 Main St, Tupelo, MS 38801, USA"}, False),
        ({"city": "Tupelo"}, True),
        ({}, False),
    ],
)
def test_a_place_is_only_roughly_known(facts, roughly):
    assert one(**facts).approximate is roughly


def test_coordinates_are_numbers_or_words_or_both_in_one():
    place = (Decimal("43.156578"), Decimal("-77.608847"))

    for facts in (
        {"latitude": 43.1565781, "longitude": -77.6088465},
        {"latitude": "43.1565781", "longitude": "-77.6088465"},
        {"coordinates": "43.1565781, -77.6088465"},
    ):
        listed = one(**facts)
        assert (listed.latitude, listed.longitude) in (place, (place[0], Decimal("-77.608846")))
    for facts in ({"latitude": 0, "longitude": 0}, {"latitude": "", "longitude": ""}, {"latitude": 43.1}):
        assert (one(**facts).latitude, one(**facts).longitude) == (None, None)
    assert wrong(GUIDE | {"latitude": 143, "longitude": 4}) == ["Its coordinates are no place on earth."]
    assert wrong(GUIDE | {"latitude": "NaN", "longitude": 4}) == ["Its coordinates are no place on earth."]


def test_an_address_online_must_be_one():
    assert one(conference_url="https://zoom.us/j/842?pwd=x").conference_url == "https://zoom.us/j/842?pwd=x"
    for bad in (
        "javascript:alert(1)",
        "zoom",
        "https://bob:pw@zoom.us/",
        "ftp://zoom.us/",
        "https://x.org/?to=a@b.org",
    ):
        found = read(GUIDE | {"conference_url": bad})
        assert (found.listed[0].conference_url, found.problems[0].wrong) == ("", "Its address online is none.")


# Types


def test_types_are_kept_known_or_not_but_the_one_that_is_none():
    listed = one(types=["O", "XYZ", "ONL", "O", "LGBTQ", 12], conference_url="https://zoom.us/j/1")

    assert listed.types == ("O", "XYZ", "LGBTQ", "12")
    assert one_of_bmlt(formats="O,WC, Ti").types == ("O", "WC", "Ti")
    assert wrong(GUIDE | {"types": ["ONL"]}) == ["It says that it is online, and not how to join."]


def test_a_feed_of_bmlt_says_what_it_calls_its_formats():
    formats = [
        {"key_string": "WC", "name_string": "Silla de ruedas", "lang": "es"},
        {"key_string": "WC", "name_string": "Wheelchair", "lang": "en"},
    ]
    both = feeds.read(json.dumps({"meetings": [BMLT], "formats": formats}).encode(), time_zone=ZONE)
    alone = feeds.read(json.dumps(formats).encode(), time_zone=ZONE)

    assert (both.words, both.only_words, len(both.listed)) == ({"WC": "Wheelchair"}, False, 1)
    assert (alone.words, alone.only_words, alone.listed) == ({"WC": "Wheelchair"}, True, [])


# Names and slugs


@pytest.mark.parametrize("missing", [None, "", "  ", {}, True])
def test_a_meeting_without_a_slug_is_told_and_the_rest_is_read(missing):
    found = read(GUIDE | {"slug": missing}, GUIDE | {"slug": "another"})

    assert [each.key for each in found.listed] == ["another"]
    assert [each.wrong for each in found.problems] == ["It has no slug."]


def test_the_second_meeting_of_a_slug_is_told_and_left_out():
    found = read(GUIDE, GUIDE | {"name": "The other"}, GUIDE | {"slug": 77}, GUIDE | {"slug": "77"})

    assert [(each.key, each.name) for each in found.listed] == [
        ("keep-coming-back", "Keep Coming Back"),
        ("77", "Keep Coming Back"),
    ]
    assert [each.which for each in found.problems] == ["The other", "Keep Coming Back"]


def test_a_meeting_without_a_name_has_not_vanished():
    found = read(GUIDE | {"name": ""})

    assert (found.listed, found.unread) == ([], {"keep-coming-back"})


def test_what_is_no_meeting_is_told():
    assert wrong(GUIDE, 7, None, "x") == ["It is no meeting."] * 3


# Nobody is taken over

CONTACTS = {
    **{f"contact_{n}_{what}": f"SECRET{n}{what}" for n in (1, 2, 3) for what in ("name", "email", "phone")},
    "feedback_emails": ["SECRET@example.org"],
    "feedback_url": "https://SECRET.example.org",
    "entity": "District",
    "entity_email": "SECRET@example.org",
    "entity_phone": "SECRET",
    "entity_url": "https://SECRET.example.org",
    "email": "SECRET@example.org",
    "phone": "SECRET",
    "venmo": "@SECRET",
    "square": "$SECRET",
    "paypal": "SECRET",
    "homegroup_online": "SECRET",
    "edit_url": "https://SECRET.example.org",
    "contact_name_1": "SECRET",
    "contact_email_1": "SECRET",
    "contact_phone_1": "SECRET",
    "email_contact": "SECRET",
}


@pytest.mark.parametrize("row", [GUIDE, BMLT], ids=["meeting guide", "BMLT"])
def test_no_contact_is_taken_over(row):
    assert "SECRET" not in repr(read(row | CONTACTS))


@pytest.mark.parametrize(
    "number",
    [
        *("585-555-0199", "(585) 555-0199", "585.555.0199", "+1 585 555 0199", "1-585-555-0199", "5855550199"),
        *("555-0199", "+44 20 7946 0958", "tel:+15855550199", "bob@example.org", "mailto:bob@example.org"),
        *("bob.k+x@mail.example.org", "bob (at) example.org"),
    ],
)
def test_addresses_for_mail_and_telephone_numbers_are_cut_out_of_notes(number):
    notes = one(notes=f"Ring the bell. {number} Upstairs.", location_notes=number, group_notes=f"Ask {number}").notes
    of_bmlt = one_of_bmlt(comments=f"Ring {number} twice", location_info=number)

    assert notes == "Ring the bell. Upstairs.\nAsk"
    assert of_bmlt.notes == "Ring twice"
    assert one(name=f"Noon {number}").name == "Noon"


def test_marks_that_turn_text_round_hide_nobody_s_address():
    assert one(notes="Ask bob@exam\u202eple.org or 585-555\u200e-0199.").notes == "Ask or ."


def test_what_is_wrong_names_nobody_either():
    found = read(GUIDE | {"time": "call 585-555-0199", "day": {"ask": "bob@example.org"}})

    assert [each.wrong for each in found.problems] == ["“…” is no day of the week.", "“call” is no time of day."]
    assert "bob" not in repr(read(GUIDE | {"timezone": "bob@example.org"}))


@pytest.mark.parametrize("letters", ["a", "a.", "1", "1-", "<a", "bob@", "id 1"])
def test_a_long_word_costs_no_more_than_its_length(letters):
    began = time_module.monotonic()

    one(notes=letters * 500_000, name=f"Noon {letters * 100_000}")

    assert time_module.monotonic() - began < 5


def test_what_leads_into_a_meeting_stays():
    listed = one(
        conference_url="https://zoom.us/j/8421234567",
        conference_phone="+16465550100,,8421234567#",
        conference_url_notes="Meeting ID: 842 123 4567, passcode 123456. Host: sam@example.org",
    )

    assert listed.conference_phone == "+16465550100,,8421234567#"
    assert listed.conference_notes == "Meeting ID: 842 123 4567, passcode 123456. Host:"
    assert one(notes="Since 2019-03-04 at 12:30, 14610-1234").notes == "Since 2019-03-04 at 12:30, 14610-1234"


def test_notes_are_plain_text():
    assert one(notes="<p>Ring<br>twice &amp; wait</p>\x00\ud800").notes == "Ring\ntwice & wait"


# What is no directory


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"\xef\xbb\xbf<!doctype html><html></html>", "web page"),
        (b"<html>", "web page"),
        (json.dumps([GUIDE] * 3).encode()[:-30], "breaks off"),
        (b'[{"name": "x', "breaks off"),
        (b"[1, 2}", "no JSON"),
        (b'[{"a": NaN}]', "no JSON"),
        (b"\xff\xfe\xfa", "no JSON"),
        (b" \x00", "no JSON"),
        (b"[" * 100_000, "JSON|breaks off"),
        (b'"meetings"', "no list"),
        (b"{}", "no list of meetings"),
        (b'{"meetings": "none"}', "no list"),
        (b'{"formats": []}', "no list of meetings"),
        (b"[1, 2]", "not of meetings"),
        (b"[" + b"7," * 60_000 + b"7]", "more than"),
    ],
)
def test_what_is_no_directory_is_refused_in_a_sentence(data, why):
    with pytest.raises(Unreadable, match=why) as refused:
        feeds.read(data, time_zone=ZONE)

    assert str(refused.value).endswith(".")


def test_fifty_megabytes_of_one_meeting_are_one_meeting():
    assert len(one(notes="x " * 25_000_000).notes) <= 4000


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=30)
    | st.sampled_from(
        ["1", "25:61", "23:59:59", "10:00", "yes", "O,W", "https://x.org/", "43.1,-77.6", "America/Denver"]
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    [
        *("name", "slug", "day", "time", "end_time", "timezone", "types", "notes", "address", "formatted_address"),
        *("latitude", "longitude", "coordinates", "approximate", "conference_url", "conference_phone", "regions"),
        *("id_bigint", "meeting_name", "weekday_tinyint", "start_time", "duration_time", "formats", "venue_type"),
        *("location_text", "virtual_meeting_link", "phone_meeting_number", "time_zone", "key_string", "name_string"),
    ]
)


@generated(st.lists(st.dictionaries(NAMES, VALUES, max_size=12) | VALUES, max_size=6) | VALUES)
def test_nothing_in_a_file_raises_anything_but_a_sentence(said):
    try:
        found = feeds.read(json.dumps(said).encode(), time_zone=ZONE)
    except Unreadable:
        return

    keys = [each.key for each in found.listed]
    assert len(keys) == len(set(keys))
    assert all(each.name and (each.weekday is None) == (each.starts is None) for each in found.listed)


@generated(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_sentence(data):
    with contextlib.suppress(Unreadable):
        feeds.read(data, time_zone=ZONE)
