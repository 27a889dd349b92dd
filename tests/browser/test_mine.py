"""A resident with their own phone, 360 pixels wide: what they open every day, and what is theirs to do."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from residents.people import services as people
from residents.people.looks import note_look
from residents.people.models import Look
from soberhouse.history import acting_as
from tests.cast import PASSWORD, Cast


@pytest.fixture
def recorded(committed_db: None, cast: Cast) -> None:
    with acting_as(cast.alice, source="web"):
        people.sobriety_record(resident=cast.dana, since=cast.today - timedelta(days=80), today=cast.today)
    note_look(cast.dana, Look.What.PAGE, user=cast.alice)


def test_a_day_of_a_resident(recorded: None, cast: Cast, page: Page, assert_accessible: Any):
    """She signs in, lands on her week, sees who looked, adds whom to call, and takes all of it along."""
    page.goto("/")
    page.locator("#id_login").fill("dana")
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").first.click()

    expect(page).to_have_url(page.url.split("/my/")[0] + reverse("my_week"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dana")
    expect(page.get_by_text("days sober")).to_be_visible()
    expect(page.locator(".ring-number")).to_have_text("10")
    expect(page.get_by_text("40 days in Alder House")).to_be_visible()
    assert_accessible(page)

    nav = page.get_by_role("navigation", name="Main")
    assert [item.inner_text() for item in nav.get_by_role("link").all()] == ["My week", "House", "Notices", "Me"]
    for item in nav.get_by_role("link").all():
        box = item.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 44

    nav.get_by_role("link", name="Me", exact=True).click()
    expect(page.locator(".fact", has_text="Alice Example")).to_be_visible()
    page.get_by_role("link", name="Add").click()
    page.locator("#id_kind").select_option(label="sponsor")
    page.locator("#id_name").fill("Ruth E.")
    page.locator("#id_phone").fill("555 010 7788")
    page.get_by_role("button", name="Add the contact").click()
    expect(page.get_by_text("The contact is added.")).to_be_visible()
    expect(page.get_by_text("sponsor · 555 010 7788")).to_be_visible()

    with page.expect_download() as drawn:
        page.get_by_role("link", name="As a PDF").click()
    with page.expect_download() as told:
        page.get_by_role("link", name="For a program (JSON)").click()
    assert drawn.value.suggested_filename == f"my-record-{cast.today}.pdf"
    text = "\n".join(each.extract_text() for each in PdfReader(BytesIO(read(drawn.value))).pages)
    assert "Ruth E." in text
    assert [one["name"] for one in json.loads(read(told.value))["records"]["contacts"]] == ["Ruth E."]

    contacts = page.locator("details.record", has=page.locator("summary", has_text="Contacts"))
    contacts.locator("summary").click()
    contacts.get_by_role("link", name="How it changed").click()
    expect(page.get_by_text("Dana Example").first).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Me", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Me")

    nav.get_by_role("link", name="House", exact=True).click()
    expect(page.get_by_text("Frank O.")).to_be_visible()
    expect(page.locator('a[href="tel:988"]')).to_be_visible()
    assert "Osei" not in page.content()


def read(download: Any) -> bytes:
    return Path(download.path()).read_bytes()


def test_a_resident_needs_no_scripts(recorded: None, cast: Cast, open_page: Any, sign_in: Any):
    page = open_page(java_script_enabled=False)
    sign_in(page, cast.dana.user)

    page.goto("/")

    expect(page.get_by_text("days sober")).to_be_visible()
    page.goto(reverse("my_contact_add"))
    page.locator("#id_name").fill("Ruth E.")
    page.get_by_role("button", name="Add the contact").click()
    expect(page.get_by_text("The contact is added.")).to_be_visible()


def test_staff_who_looks_is_told_of_on_the_phone(recorded: None, cast: Cast, open_page: Any, sign_in: Any):
    desk, phone = open_page(width=1280), open_page()
    sign_in(desk, cast.bob)
    sign_in(phone, cast.dana.user)

    desk.goto(reverse("stay", args=[cast.stay_of_dana.uuid]))
    phone.goto(reverse("my_looks"))

    expect(phone.get_by_text("Bob Example")).to_be_visible()
    expect(phone.get_by_text("your page (a stay)")).to_be_visible()
