"""The night roll on a phone: fourteen residents, two exceptions, six presses and one request; also in the nights in
which clocks change, and without scripts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from residents.away.models import CurfewCheck
from residents.away.services.movements import sign_in as signs_in
from residents.away.services.movements import sign_out as signs_out
from residents.houses.permissions import RoleKind
from residents.models import House
from soberhouse.history import acting_as
from tests.cast import grant, make_house
from tests.residents.away.evening import by_the_clock, curfew_at, sleepers

pytestmark = pytest.mark.usefixtures("committed_db")

THIRTEEN = 13  # and one who is out


@pytest.fixture
def clock(monkeypatch):
    """Sets what time it is."""
    return lambda instant: monkeypatch.setattr(timezone, "now", lambda: instant)


@transaction.atomic
def house_of_fourteen(cast, *, zone: str, night: date, hour: time) -> House:
    with acting_as(None, reason="given", source="command"):
        house = make_house(cast.organization, "Linden House", time_zone=zone, rooms=7)
        role = grant(cast.alice, RoleKind.MANAGER, cast.organization, house)
        cast.alice.roles.filter(pk=role.pk).update(starts_at=datetime(2026, 1, 1, tzinfo=UTC))
        house.curfew_weeknights = house.curfew_weekends = hour
        house.save()
    sleepers(house, 14, since=date(2026, 1, 1))
    return house


class Fingers:
    """Presses, counted; and what the page asked the server to write."""

    def __init__(self, page) -> None:
        self.page, self.presses, self.sent = page, 0, 0
        page.on("request", self._hear)

    def _hear(self, request) -> None:
        self.sent += request.method == "POST"

    def press(self, found) -> None:
        box = found.bounding_box()
        assert min(box["width"], box["height"]) >= 44, box
        found.click()
        self.presses += 1


def line(page, name):
    return page.locator(".roll-row", has=page.get_by_text(name, exact=True))


@pytest.mark.parametrize("scripts", [True, False])
def test_fourteen_residents_two_exceptions_six_presses_one_request(cast, open_page, sign_in, clock, scripts):
    house = curfew_at(cast.house_a, 22)
    sleepers(house, 12)
    now = by_the_clock(house, 22, 40)
    clock(now)
    page = open_page(java_script_enabled=scripts)
    sign_in(page, cast.alice)
    page.goto(reverse("house_today", args=[house.uuid]))
    fingers = Fingers(page)

    fingers.press(page.get_by_role("link", name="Take the roll"))
    expect(page.locator(".roll-row")).to_have_count(14)
    fingers.press(line(page, "Cai M.").locator(".segment-late"))
    fingers.press(line(page, "Ivy M.").locator(".segment-absent"))
    expect(line(page, "Cai M.").get_by_label("Came in at")).to_have_value("22:40")
    expect(line(page, "Ana M.").get_by_label("Came in at")).to_be_hidden()
    fingers.press(page.get_by_role("button", name="Save"))
    page.get_by_text("Saved: 12 in, 1 late, 1 not in.").wait_for()

    assert fingers.presses <= 6
    assert fingers.sent == 1
    kept = {check.stay.resident.called: check for check in CurfewCheck.objects.select_related("stay__resident")}
    assert len(kept) == 14
    assert {name for name, check in kept.items() if check.status != "in"} == {"Cai", "Ivy"}
    assert (kept["Cai"].status, kept["Cai"].in_at) == ("late", now)

    fingers.press(page.get_by_role("button", name="Came in"))
    page.get_by_text("Ivy M. is in.").wait_for()
    assert CurfewCheck.objects.get(corrects=kept["Ivy"]).status == "late"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_roll_can_be_read_and_pressed_by_everybody(
    cast, open_page, sign_in, clock, assert_accessible, width, scheme
):
    house = curfew_at(cast.house_a, 22)
    sleepers(house, 3)
    at = by_the_clock(house, 21)
    with acting_as(cast.bob, source="web"):
        signs_out(stay=cast.stay_of_dana, purpose="errand", at=at, now=at)
        signs_in(stay=cast.stay_of_dana, at=at, now=at)
    clock(by_the_clock(house, 22, 40))
    page = open_page(width=width, color_scheme=scheme)
    sign_in(page, cast.alice)
    page.goto(reverse("night_roll", args=[house.uuid]))

    line(page, "Ana M.").locator(".segment-late").click()
    line(page, "Bo M.").locator(".segment-excused").click()
    doubt = line(page, "Dana R.").get_by_label("Signed in, but not in because")
    expect(doubt).to_be_hidden()
    line(page, "Dana R.").locator(".segment-absent").click()
    assert_accessible(page)
    page.get_by_role("button", name="Save").click()
    line(page, "Dana R.").get_by_text("say why they are not in").wait_for()
    assert_accessible(page)
    doubt.fill("The bed is empty.")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved:").wait_for()
    assert_accessible(page)


def test_a_radio_is_reached_and_changed_by_the_keyboard(cast, page, sign_in, clock):
    house = curfew_at(cast.house_a, 22)
    clock(by_the_clock(house, 22, 40))
    sign_in(page, cast.alice)
    page.goto(reverse("night_roll", args=[house.uuid]))

    line(page, "Dana R.").get_by_label("In", exact=True).focus()
    page.keyboard.press("ArrowRight")

    expect(line(page, "Dana R.").get_by_label("Late")).to_be_checked()
    expect(line(page, "Dana R.").get_by_label("Came in at")).to_be_visible()


@pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles"])
@pytest.mark.parametrize(
    ("night", "due"),
    [
        # The clock jumps from two to three: by half past two is by the jump.
        (date(2026, 3, 7), (2026, 3, 8, 3, 0, 0)),
        # From one to two comes twice: by half past one is the first time.
        (date(2026, 10, 31), (2026, 11, 1, 1, 30, 0)),
    ],
)
def test_the_roll_is_right_in_the_nights_in_which_clocks_change(cast, open_page, sign_in, clock, zone, night, due):
    hour = time(2, 30) if night.month == 3 else time(1, 30)
    house = house_of_fourteen(cast, zone=zone, night=night, hour=hour)
    expected = datetime(*due[:5], tzinfo=house.zone, fold=due[5]).astimezone(UTC)
    now = expected + timedelta(minutes=50)  # in autumn the clock shows 1:20 again
    clock(now)
    page = open_page()
    sign_in(page, cast.alice)
    page.goto(reverse("night_roll", args=[house.uuid]))
    shown = now.astimezone(house.zone).strftime("%H:%M")

    line(page, "Cai M.").locator(".segment-late").click()
    expect(line(page, "Cai M.").get_by_label("Came in at")).to_have_value(shown)
    line(page, "Ivy M.").locator(".segment-absent").click()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved: 12 in, 1 late, 1 not in.").wait_for()

    kept = {check.stay.resident.called: check for check in CurfewCheck.objects.select_related("stay__resident")}
    assert {check.night for check in kept.values()} == {night}
    assert {check.due_at for check in kept.values()} == {expected}
    assert kept["Cai"].in_at == now
