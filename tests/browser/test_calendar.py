"""A resident puts their meetings into their phone, keeps a note, and shares one: on the pages as they are met."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.test_every_page import look_at
from tests.cast import Cast
from tests.residents.meetings import given


@pytest.mark.usefixtures("committed_db")
def test_address_of_a_calendar_is_copied_shown_once_and_revoked(
    cast: Cast, open_page: Any, sign_in: Any, assert_accessible: Any
):
    given.meeting_of(cast.house_a, kind="house", name="Sunday house meeting")
    given.plan_of(cast.stay_of_dana, given.meeting_of(cast.organization, name="Keep Coming Back"))
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    sign_in(page, cast.dana.user)
    page.goto(reverse("my_house"))
    page.get_by_role("link", name="My calendar").click()
    expect(page.get_by_text("House meeting", exact=True)).to_be_visible()
    expect(page.get_by_text("Keep Coming Back")).to_have_count(0)
    look_at(page, assert_accessible)
    page.get_by_role("link", name="New address").click()
    page.get_by_label("Name").fill("My phone")
    look_at(page, assert_accessible)
    page.get_by_role("button", name="Make the address").click()

    address = page.locator("#address").inner_text()
    look_at(page, assert_accessible)
    page.get_by_role("button", name="Copy the address").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == address
    path = re.sub(r"^http://[^/]+", "", address)
    assert Client().get(path).status_code == 200

    page.get_by_role("link", name="I have it").click()
    expect(page.get_by_text("My phone", exact=True)).to_be_visible()
    assert path not in page.content()
    page.get_by_role("link", name=re.compile("^Revoke")).click()
    look_at(page, assert_accessible)
    page.get_by_role("button", name="Revoke the address").click()
    expect(page.get_by_text("The address is revoked.")).to_be_visible()
    assert Client().get(path).status_code == 404


@pytest.mark.usefixtures("committed_db")
def test_note_is_written_shared_read_by_staff_and_put_away(
    cast: Cast, page: Page, open_page: Any, sign_in: Any, assert_accessible: Any
):
    sign_in(page, cast.dana.user)
    page.goto(reverse("my_notes"))
    page.get_by_role("link", name="Write a note").click()
    page.get_by_label("About").fill("Step 4")
    page.get_by_label("Note", exact=True).fill("I made a list.")
    page.get_by_label("My house may read it").check()
    look_at(page, assert_accessible)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Step 4")).to_be_visible()
    look_at(page, assert_accessible)

    staff = open_page()
    sign_in(staff, cast.alice)
    staff.goto(reverse("resident", args=[cast.dana.uuid]))
    staff.get_by_text("Read it").click()
    expect(staff.get_by_text("I made a list.")).to_be_visible()
    look_at(staff, assert_accessible)

    page.get_by_role("link", name="Step 4").click()
    look_at(page, assert_accessible)
    page.get_by_role("link", name="Put it away").click()
    page.get_by_role("button", name="Put it away").click()
    expect(page.get_by_text("The note is put away.")).to_be_visible()
    look_at(page, assert_accessible)
    staff.reload()
    expect(staff.get_by_text("Notes they share")).to_have_count(0)
