"""The roll of a house meeting on a phone: fourteen residents, three absences, five taps from the page of the meeting,
with and without scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from residents.meetings.models import Attendance, RollLine
from tests.browser.test_night_roll import Fingers, line
from tests.residents.away.evening import sleepers
from tests.residents.meetings.given import agenda_item_of, house_meeting_of

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.mark.parametrize("scripts", [True, False])
def test_roll_call_for_fourteen_residents_with_three_absences_takes_five_taps(cast, open_page, sign_in, scripts):
    sleepers(cast.house_a, 12)
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    page = open_page(width=360, java_script_enabled=scripts)
    sign_in(page, cast.alice)
    page.goto(reverse("house_meeting", args=[row.uuid]))
    fingers = Fingers(page)

    fingers.press(page.get_by_role("link", name="Take the roll"))
    expect(page.locator(".roll-row")).to_have_count(14)
    for name in ("Ana M.", "Cai M.", "Ivy M."):
        fingers.press(line(page, name).locator(".segment-absent"))
    fingers.press(page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Saved: 11 present, 3 unexcused.")).to_be_visible()

    assert fingers.presses <= 5
    assert fingers.sent == 1
    absent = RollLine.objects.exclude(status="present").values_list("stay__resident__legal_first_name", flat=True)
    assert set(absent) == {"Ana", "Cai", "Ivy"}
    assert Attendance.objects.filter(grade=5).count() == 11


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_roll_and_code_can_be_read_and_pressed_by_everybody(cast, open_page, sign_in, assert_accessible, width, scheme):
    sleepers(cast.house_a, 3)
    row = house_meeting_of(cast.house_a, cast.alice)
    agenda_item_of(row, cast.alice)
    page = open_page(width=width, color_scheme=scheme)
    sign_in(page, cast.alice)
    page.goto(reverse("house_meeting_roll", args=[row.uuid]))

    line(page, "Ana M.").locator(".segment-excused").click()
    expect(line(page, "Ana M.").get_by_label("Because")).to_be_visible()
    expect(line(page, "Bo M.").get_by_label("Because")).to_be_hidden()
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Say what excuses them.").first).to_be_visible()
    assert_accessible(page)
    page.goto(reverse("house_meeting_code", args=[row.uuid]))
    expect(page.locator(".code-figures")).to_be_visible()
    assert_accessible(page)
