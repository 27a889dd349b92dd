"""A pass from a resident's phone to the late return: asked for, approved, prolonged, and loud on Today."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from residents.away.models import Pass
from residents.away.services import passes as services
from soberhouse.history import acting_as
from tests.cast import Cast


def typed(instant: datetime, cast: Cast) -> str:
    return instant.astimezone(cast.house_a.zone).strftime("%Y-%m-%dT%H:%M")


def test_a_pass_from_the_question_to_the_late_return(
    committed_db: None, cast: Cast, open_page: Any, sign_in: Any, assert_accessible: Any, monkeypatch: Any
):
    with acting_as(cast.alice, source="web"):
        services.pass_rule_save(house=cast.house_a, kind="overnight", notice_hours=168, test_on_return=True)
    now = timezone.now()
    phone, desk = open_page(), open_page(width=1280)
    sign_in(phone, cast.dana.user)
    sign_in(desk, cast.alice)

    asks(phone, cast, now, assert_accessible)
    row = Pass.objects.get()
    decides(desk, row, cast, assert_accessible)

    phone.goto(reverse("my_week"))
    expect(phone.get_by_text("approved").first).to_be_visible()
    assert_accessible(phone)

    row.refresh_from_db()
    late = row.ends_at + timedelta(minutes=50)
    monkeypatch.setattr(timezone, "now", lambda: late)
    asks_for_more_time(phone, row, cast, late, assert_accessible)
    is_given_more_time(desk, row, cast, late, assert_accessible)
    monkeypatch.setattr(timezone, "now", lambda: late + timedelta(minutes=30))
    comes_back_late(desk, row, assert_accessible)

    phone.goto(reverse("pass", args=[row.uuid]))
    expect(phone.get_by_text("80 minutes late")).to_be_visible()
    expect(phone.get_by_text("a test was asked for")).to_be_visible()
    assert_accessible(phone)


def asks(phone: Page, cast: Cast, now: datetime, assert_accessible: Any) -> None:
    phone.goto(reverse("my_week"))
    phone.get_by_role("link", name="Ask for a pass").click()
    assert_accessible(phone)
    phone.locator("#id_starts_at").fill(typed(now + timedelta(hours=1), cast))
    phone.locator("#id_ends_at").fill(typed(now + timedelta(hours=9), cast))
    phone.locator("#id_where").fill("My sister's, 4 Mill Lane")
    phone.get_by_role("button", name="Ask for it").click()

    expect(phone.get_by_text("To be asked for 7 days before.")).to_be_visible()
    expect(phone.locator("#id_where")).to_have_value("My sister's, 4 Mill Lane")
    assert_accessible(phone)
    phone.get_by_role("button", name="Ask all the same").click()
    expect(phone.get_by_text("You are told here when it is decided.")).to_be_visible()
    expect(phone.get_by_text("Who can decide:")).to_be_visible()
    assert_accessible(phone)


def decides(desk: Page, row: Pass, cast: Cast, assert_accessible: Any) -> None:
    desk.goto(reverse("house_today", args=[cast.house_a.uuid]))
    card = desk.locator("section.card", has_text="Passes to decide")
    card.get_by_role("link", name="Decide").click()
    expect(desk.get_by_text("40 days in the house")).to_be_visible()
    expect(desk.locator("#id_test_on_return")).to_be_checked()
    assert_accessible(desk)

    desk.get_by_role("button", name="Save the decision").click()
    expect(desk.get_by_text("Say why it is given all the same.").first).to_be_visible()
    desk.locator("#id_reason").fill("Her niece is baptised.")
    desk.get_by_role("button", name="Save the decision").click()

    expect(desk.get_by_text("Decided. They are told.")).to_be_visible()
    expect(desk.get_by_text("Her niece is baptised.").first).to_be_visible()
    assert_accessible(desk)


def asks_for_more_time(phone: Page, row: Pass, cast: Cast, now: datetime, assert_accessible: Any) -> None:
    phone.goto(reverse("pass", args=[row.uuid]))
    expect(phone.get_by_text("Your pass is over")).to_be_visible()
    assert_accessible(phone)
    phone.get_by_role("link", name="Ask for more time").click()
    phone.locator("#id_until").fill(typed(now + timedelta(hours=2), cast))
    phone.locator("#id_note").fill("The bus did not come.")
    phone.get_by_role("button", name="Ask for more time").click()
    expect(phone.get_by_text("Asked. Your manager is told.")).to_be_visible()


def is_given_more_time(desk: Page, row: Pass, cast: Cast, now: datetime, assert_accessible: Any) -> None:
    """Alice gives a little of what was asked for; that Dana is late stays so."""
    desk.goto(reverse("house_today", args=[cast.house_a.uuid]))
    loud = desk.locator("section.loud", has_text="Not back from a pass")
    expect(loud.get_by_text("minutes late")).to_be_visible()
    assert_accessible(desk)
    desk.goto(reverse("pass", args=[row.uuid]))
    expect(desk.get_by_text("More time is asked for")).to_be_visible()
    desk.get_by_role("link", name="Give more time").click()
    expect(desk.locator("#id_reason")).to_have_value("The bus did not come.")
    expect(desk.get_by_text("that stays on record")).to_be_visible()
    assert_accessible(desk)
    desk.locator("#id_until").fill(typed(now + timedelta(minutes=60), cast))
    desk.get_by_role("button", name="Extend the pass").click()
    expect(desk.get_by_text("The pass lasts longer.")).to_be_visible()
    expect(desk.get_by_text("late, with more time")).to_be_visible()
    assert_accessible(desk)


def comes_back_late(desk: Page, row: Pass, assert_accessible: Any) -> None:
    desk.goto(reverse("pass", args=[row.uuid]))
    desk.get_by_role("link", name="Came back").click()
    expect(desk.get_by_text("A test on return is a condition of this pass")).to_be_visible()
    expect(desk.locator("#id_test_asked")).to_be_checked()
    assert_accessible(desk)
    desk.get_by_role("button", name="Write the return down").click()
    expect(desk.get_by_text("came back late").first).to_be_visible()
    assert_accessible(desk)
