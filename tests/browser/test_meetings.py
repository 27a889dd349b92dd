"""Meetings on a phone of 360 points: a resident writes one down in at most four presses, with and without scripts; what
proves it is on the same page."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from residents.meetings.models import Attendance, Grade
from tests.residents.meetings import given

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def at_nine(cast, monkeypatch):
    """It is nine in the evening of today in house A."""
    zone = ZoneInfo(cast.house_a.time_zone)
    now = datetime.combine(cast.today, time(21), tzinfo=zone)
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


@pytest.fixture
def directory(cast, at_nine):
    """Twenty meetings of today, one of them at eight."""
    for number in range(20):
        given.meeting_of(cast.organization, name=f"Meeting {number}", starts=time(number % 12 + 6))
    return given.meeting_of(cast.organization, name="Serenity at eight", starts=time(20), place="St. Luke's")


class Fingers:
    """Presses, counted, each on something that a thumb finds."""

    def __init__(self) -> None:
        self.presses = 0

    def press(self, found) -> None:
        expect(found).to_be_visible()
        box = found.bounding_box()
        assert min(box["width"], box["height"]) >= 44, box
        found.click()
        self.presses += 1


@pytest.mark.parametrize("scripts", [True, False])
def test_resident_logs_a_meeting_from_the_directory_in_four_taps(cast, open_page, sign_in, directory, scripts):
    page, fingers = open_page(java_script_enabled=scripts), Fingers()
    sign_in(page, cast.dana.user)
    page.goto(reverse("my_week"))

    fingers.press(page.get_by_role("link", name="I was at a meeting"))
    expect(page.get_by_role("heading", name="Which meeting?")).to_be_visible()
    row = page.get_by_role("listitem").filter(has_text="Serenity at eight")
    fingers.press(row)
    expect(page.get_by_role("heading", name="Serenity at eight")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    fingers.press(page.get_by_role("button", name="I was there"))
    expect(page.get_by_text("Written down.")).to_be_visible()
    expect(page.get_by_text("own word", exact=True)).to_be_visible()

    assert fingers.presses <= 4
    row = Attendance.objects.get()
    assert (row.stay, row.meeting, row.grade) == (cast.stay_of_dana, directory, Grade.SELF)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_regular_meeting_is_one_press_on_my_week(cast, open_page, sign_in, directory, scripts):
    given.plan_of(cast.stay_of_dana, directory)
    page, fingers = open_page(java_script_enabled=scripts), Fingers()
    sign_in(page, cast.dana.user)
    page.goto(reverse("my_week"))

    row = page.get_by_role("listitem").filter(has_text="Serenity at eight")
    fingers.press(row.get_by_role("button", name="I was there"))
    expect(page.get_by_text("Written down.")).to_be_visible()

    assert fingers.presses == 1
    assert Attendance.objects.count() == 1


def test_the_chair_draws_an_initial(cast, page, sign_in, directory, at_nine):
    sign_in(page, cast.dana.user)
    page.goto(f"{reverse('my_attendance_new', args=[directory.uuid])}?on={at_nine.date().isoformat()}")

    page.get_by_text("The chair signs here").click()
    page.get_by_label("First name of the chair").fill("Sam K.")
    pad = page.locator(".pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 20)
    page.mouse.move(box["x"] + 140, box["y"] + 50)
    page.mouse.up()
    page.get_by_role("button", name="I was there").click()
    expect(page.get_by_text("signed by the chair")).to_be_visible()

    row = Attendance.objects.get()
    assert (row.grade, row.signer) == (Grade.SIGNED, "Sam K.")
    assert row.drawing.startswith("M")


def test_without_scripts_a_typed_initial_is_not_enough_and_a_photo_is_offered(
    cast, open_page, sign_in, directory, at_nine
):
    page = open_page(java_script_enabled=False)
    sign_in(page, cast.dana.user)
    page.goto(f"{reverse('my_attendance_new', args=[directory.uuid])}?on={at_nine.date().isoformat()}")

    page.get_by_text("The chair signs here").click()
    expect(page.locator(".pad")).to_be_hidden()
    page.get_by_label("First name of the chair").fill("S")
    page.get_by_role("button", name="I was there").click()

    expect(page.get_by_text("is no signature").first).to_be_visible()
    expect(page.get_by_label("First name of the chair")).to_have_value("S")
    assert not Attendance.objects.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_what_is_refused_can_be_read_by_everybody(
    cast, open_page, sign_in, assert_accessible, directory, at_nine, width, scheme
):
    given.attendance_of(cast.stay_of_dana, directory, cast.dana.user, starts_at=at_nine - timedelta(hours=1))
    other = given.meeting_of(cast.organization, name="At the same time", starts=time(20))
    page = open_page(width=width, color_scheme=scheme)
    sign_in(page, cast.dana.user)
    page.goto(f"{reverse('my_attendance_new', args=[other.uuid])}?on={at_nine.date().isoformat()}")

    for summary in page.locator("main details > summary").all():
        summary.click()
    page.get_by_label("First name of the chair").fill("Sam Kowalski")
    page.get_by_role("button", name="I was there").click()
    expect(page.locator(".error-summary")).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
