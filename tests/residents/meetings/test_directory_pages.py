"""The pages of the directory: what a resident finds, what a manager keeps, what the operator reads in."""

from __future__ import annotations

import io
import json
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from residents.meetings.codes import code_of
from residents.meetings.models import Feed, FeedReading, Meeting
from residents.meetings.services.directory import meeting_change
from residents.models import House
from soberhouse.codes import grouped
from soberhouse.documents import store
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from tests.pdf import qr_codes
from tests.residents.meetings import given

pytestmark = pytest.mark.django_db

EVEN_SO = {"taken_all_the_same": "on", "reason": "They number them anew."}
FORM: dict[str, Any] = {
    "name": "SMART",
    "kind": "smart",
    "how": "weekly",
    "weekday": "3",
    "every": "1",
    "starts": "19:00",
    "minutes": "60",
    "time_zone": "America/New_York",
    "starts_on": "2026-01-01",
    "venue": "in_person",
}


def text_of(document: IssuedDocument) -> str:
    pages = PdfReader(io.BytesIO(store.read(document.file))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def page(client: Client, name: str, *args: Any, asked: str = "") -> str:
    answer = client.get(reverse(name, args=args) + asked)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, to: str, *args: Any, asked: str = "", **data: Any) -> Any:
    return client.post(reverse(to, args=args) + asked, data)


# Finding


def test_resident_finds_what_is_held_today_with_map_and_join(cast, signed_in):
    given.meeting_of(cast.organization, name="Every noon", address="1 Main St", types=["W", "XYZ"])
    online = {"venue": "online", "conference_url": "https://meet.example.org/1"}
    given.meeting_of(cast.organization, name="On the screen", **online)
    given.meeting_of(cast.house_b, name="Of house B")

    seen = page(signed_in(cast.dana.user), "meetings")

    assert "Every noon" in seen
    assert "Women, XYZ" in seen
    assert "openstreetmap.org/search?query=1+Main+St" in seen
    assert "https://meet.example.org/1" in seen
    assert "Of house B" not in seen
    assert "Add a meeting" not in seen
    assert "Add a meeting" in page(signed_in(cast.alice), "meetings")


def test_what_somebody_looks_for_is_all_that_is_shown(cast, signed_in):
    given.meeting_of(cast.organization, name="For women", types=["W"])
    given.meeting_of(cast.organization, name="For anybody", kind="na")
    client = signed_in(cast.alice)

    assert "For anybody" not in page(client, "meetings", asked="?type=W&on=week")
    assert "For women" not in page(client, "meetings", asked="?kind=na")
    assert "No meeting like that" in page(client, "meetings", asked="?words=zebra")
    assert "Nobody has said yet where the house is" in page(client, "meetings", asked="?how=near")
    assert "For women" not in page(client, "meetings", asked="?on=1999-01-01")


def test_the_nearest_is_first_with_its_distance(cast, signed_in):
    given.meeting_of(cast.house_a, kind="house", name="House meeting", latitude="43.01", longitude="-77")
    given.meeting_of(cast.organization, name="Far", latitude="44", longitude="-77")
    given.meeting_of(cast.organization, name="Near", latitude="43", longitude="-77")

    seen = page(signed_in(cast.alice), "meetings", asked="?how=near")

    assert seen.index("· Near<") < seen.index("· Far<")
    assert "0.7 miles" in seen


def test_the_finder_begins_around_the_house_and_leads_to_all(cast, signed_in):
    given.meeting_of(cast.house_a, kind="house", name="House meeting", latitude="43", longitude="-77")
    given.meeting_of(cast.organization, name="Far", latitude="44", longitude="-77")  # 69 miles
    given.meeting_of(cast.organization, name="Near", latitude="43.2", longitude="-77")
    client = signed_in(cast.alice)

    first = page(client, "meetings")
    everywhere = page(client, "meetings", asked="?how=all")

    assert "Within 30 miles of the house, and online." in first
    assert "how=all" in first
    assert "· Near<" in first
    assert "· Far<" not in first
    assert "· Far<" in everywhere
    assert "Within 30 miles of the house, and" not in everywhere


def test_what_is_over_today_stands_below(cast, signed_in, monkeypatch):
    at = datetime.combine(cast.today, time(12), tzinfo=ZoneInfo(cast.house_a.time_zone))
    monkeypatch.setattr(timezone, "now", lambda: at)
    given.meeting_of(cast.house_a, name="First", starts=time(9))
    given.meeting_of(cast.house_a, name="Last", starts=time(19))

    seen = page(signed_in(cast.dana.user), "meetings")

    assert seen.index("· Last<") < seen.index("· First<")
    assert seen.count(">over<") == 1


def test_where_nobody_said_where_the_house_is_the_finder_says_how_to_narrow(cast, signed_in):
    with acting_as(cast.alice, source="web"):
        House.objects.filter(pk=cast.house_a.pk).update(city="Tupelo")
    given.meeting_of(cast.organization, name="Noon", address="1 Main St, Tupelo")
    given.meeting_of(cast.organization, name="Elsewhere", address="1 Main St, Albany")
    client = signed_in(cast.dana.user)

    seen, narrow = page(client, "meetings"), page(client, "meetings", asked="?words=Tupelo")

    assert "type a town" in seen
    assert "words=Tupelo" in seen
    assert "· Elsewhere<" in seen
    assert "latitude and longitude into the house meeting" not in seen
    assert "· Elsewhere<" not in narrow
    assert "type a town" not in narrow


@pytest.mark.parametrize("many", [1, 3])
def test_finding_costs_the_same_for_one_meeting_and_for_many(cast, signed_in, many, django_assert_num_queries):
    for number in range(many):
        given.meeting_of(cast.organization, name=f"Number {number}")
    client = signed_in(cast.alice)
    page(client, "meetings")

    with django_assert_num_queries(10):
        assert page(client, "meetings").count("· Number") == many


def test_a_meeting_tells_its_next_times_and_what_of_them_is_not_as_always(cast, signed_in):
    meeting = given.meeting_of(cast.house_a, name="Noon")
    on = cast.today + timedelta(days=1)
    with acting_as(cast.alice, source="web"):
        meeting_change(meeting=meeting, on=on, called_off=True, why="Burst pipe", now=timezone.now())

    of_resident, of_manager = (
        page(signed_in(cast.dana.user), "meeting", meeting.uuid),
        page(signed_in(cast.alice), "meeting", meeting.uuid),
    )

    assert "called off" in of_resident
    assert "Burst pipe" in of_resident
    assert reverse("my_attendance_new", args=[meeting.uuid]) in of_resident
    code = grouped(code_of(meeting), 4)
    assert code in of_manager
    assert code not in of_resident
    assert f"?on={on.isoformat()}" in of_manager


# By hand


def test_manager_makes_a_meeting_of_the_house_and_changes_closes_and_opens_it(cast, signed_in):
    client = signed_in(cast.alice)

    answer = post(client, "meeting_new", cast.house_a.uuid, **FORM, types=["W", "X"])
    meeting = Meeting.objects.get()
    assert answer["Location"] == reverse("meeting", args=[meeting.uuid])
    assert (meeting.house, meeting.types, meeting.recurrence) == (cast.house_a, ["W", "X"], "FREQ=WEEKLY;BYDAY=TH")

    post(client, "meeting_edit", meeting.uuid, **FORM | {"how": "monthly", "nth": "-1", "name": "Last"})
    post(client, "meeting_close", meeting.uuid, on=cast.today.isoformat(), reason="Sold")
    meeting.refresh_from_db()
    assert (meeting.name, meeting.recurrence, meeting.closed_why) == ("Last", "FREQ=MONTHLY;BYDAY=-1TH", "Sold")
    assert "closed since" in page(client, "meeting", meeting.uuid)

    post(client, "meeting_close", meeting.uuid, reopen="1")
    meeting.refresh_from_db()
    assert meeting.closed_on is None


def test_what_is_refused_stands_beside_its_field_and_what_was_typed_is_kept(cast, signed_in):
    answer = post(signed_in(cast.alice), "meeting_new", cast.house_a.uuid, **FORM | {"starts": "", "place": "Library"})

    assert answer.status_code == 200
    assert "Say at what time." in answer.content.decode()
    assert "Library" in answer.content.decode()
    assert not Meeting.objects.exists()


def test_form_shows_how_often_a_meeting_is_held(cast, signed_in):
    meeting = given.meeting_of(cast.house_a, recurrence="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", weekday=0)

    form = signed_in(cast.alice).get(reverse("meeting_edit", args=[meeting.uuid])).context["form"]

    assert (form.initial["how"], form.initial["every"], form.initial["nth"]) == ("weekly", 2, None)


def test_one_time_is_moved_and_held_as_always_after_all(cast, signed_in):
    meeting = given.meeting_of(cast.house_a)
    client, on = signed_in(cast.alice), cast.today + timedelta(days=2)
    moved = {"on": on.isoformat(), "what": "moved", "day": on.isoformat(), "at": "17:30", "why": "Funeral"}

    without = post(client, "meeting_once", meeting.uuid, **moved | {"at": ""})
    post(client, "meeting_once", meeting.uuid, **moved)

    assert "at what time it is held instead" in without.content.decode()
    change = meeting.changes.get()
    assert change.held_at.astimezone(cast.house_a.zone).strftime("%H:%M") == "17:30"
    post(client, "meeting_as_usual", meeting.uuid, asked=f"?on={on.isoformat()}", why="Put off")
    assert meeting.changes.count() == 2


def test_code_is_renewed_withdrawn_and_printed(cast, signed_in):
    meeting = given.meeting_of(cast.house_a, code_number=0)
    client = signed_in(cast.alice)

    assert "no code yet" in post(client, "meeting_poster", meeting.uuid, recipient="", purpose="").content.decode()
    post(client, "meeting_code", meeting.uuid)
    meeting.refresh_from_db()
    post(client, "meeting_poster", meeting.uuid, recipient="", purpose="")
    document = IssuedDocument.objects.get()
    assert grouped(code_of(meeting), 4) in text_of(document)
    assert f"{reverse('my_attendance_code')}?code={code_of(meeting)}" in " ".join(qr_codes(store.read(document.file)))
    post(client, "meeting_code", meeting.uuid, withdraw="1")
    meeting.refresh_from_db()
    assert meeting.code_number == 0


# Feeds


def test_operator_adds_a_directory_reads_a_file_and_sees_what_changed(cast, signed_in):
    client = signed_in(cast.olive)
    post(client, "feed_new", cast.organization.uuid, name="Intergroup", kind="aa", time_zone="America/New_York")
    feed = Feed.objects.get()
    rows = [{"name": "Noon", "slug": "a", "day": 1, "time": "12:00"}, {"name": "Bad", "slug": "b", "day": 7}]
    file = SimpleUploadedFile("feed.json", json.dumps(rows).encode())

    answer = post(client, "feed_file", feed.uuid, file=file)

    seen = client.get(answer["Location"]).content.decode()
    assert "Noon" in seen
    assert "“7” is no day of the week." in seen
    assert "1 new" in page(client, "feed", feed.uuid)
    assert "Intergroup" in page(client, "feeds", cast.organization.uuid)


def test_a_file_that_is_too_large_is_refused_beside_its_field(cast, signed_in, settings):
    settings.MEETING_FEEDS_MAX_BYTES = 1024 * 1024
    feed, _reading = given.feed_of(cast.organization)
    file = SimpleUploadedFile("feed.json", b" " * (1024 * 1024 + 1))

    answer = post(signed_in(cast.olive), "feed_file", feed.uuid, file=file)

    assert "too large: 1 MB at most" in answer.content.decode()
    assert FeedReading.objects.filter(feed=feed).count() == 1


def test_a_reading_with_very_many_changes_shows_the_first_and_counts_all(cast, signed_in):
    feed, _reading = given.feed_of(cast.organization)
    rows = [{"name": f"Number {n}", "slug": f"n{n}", "day": 1, "time": "12:00"} for n in range(520)]
    file = SimpleUploadedFile("feed.json", json.dumps(rows).encode())
    client = signed_in(cast.olive)

    seen = client.get(post(client, "feed_file", feed.uuid, file=file, **EVEN_SO)["Location"]).content.decode()

    assert seen.count(">Number ") == 500
    assert "And 21 more" in seen  # and the one that was there is closed


def test_reading_now_says_why_nothing_was_changed(cast, signed_in):
    feed, _reading = given.feed_of(cast.organization, url="http://127.0.0.1:1/meetings")

    answer = signed_in(cast.olive).post(reverse("feed_read_now", args=[feed.uuid]), follow=True)

    assert "leads into a private network" in answer.content.decode()
    assert FeedReading.objects.filter(feed=feed).first().outcome == "refused"
    assert "Intergroup" in page(signed_in(cast.olive), "house_today", cast.house_a.uuid)
    assert "Directories of meetings" not in page(signed_in(cast.alice), "house_today", cast.house_a.uuid)


def test_settings_and_the_house_of_a_resident_lead_to_the_meetings(cast, signed_in):
    assert reverse("meetings") in page(signed_in(cast.alice), "house_settings", cast.house_a.uuid)
    assert reverse("feeds", args=[cast.organization.uuid]) in page(
        signed_in(cast.olive), "house_settings", cast.house_a.uuid
    )
    assert reverse("meetings") in page(signed_in(cast.dana.user), "my_house")


def test_a_manager_of_several_houses_chooses_for_which_one(cast, signed_in):
    client = signed_in(cast.olive)
    given.meeting_of(cast.house_b, name="Of house B")

    assert "Of house B" in page(client, "meetings", asked=f"?house={cast.house_b.uuid}&on=week")
    assert "Of house B" not in page(client, "meetings", asked=f"?house={cast.house_a.uuid}&on=week")
    assert House.objects.visible_to(cast.olive).count() == 2
