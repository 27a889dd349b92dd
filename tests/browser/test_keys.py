"""A partner and its key, made by an operator: shown once, copied, and gone from the page at the next look."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from soberhouse.accounts import keys
from soberhouse.accounts.models import ApiKey
from tests.cast import PASSWORD, Cast

LOOKS = [(360, "light"), (360, "dark"), (1280, "light"), (1280, "dark")]


@pytest.mark.usefixtures("committed_db")
def test_a_partner_gets_a_key_that_is_copied_and_shown_once(
    cast: Cast, open_page: Any, sign_in: Any, assert_accessible: Any
):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    sign_in(page, cast.olive)
    page.goto(reverse("people", args=[cast.organization.uuid]))
    page.get_by_role("link", name="Partners and keys").click()
    page.get_by_role("link", name="Add a partner").click()
    page.get_by_label("Name").fill("Lakeside Treatment Center")
    page.get_by_role("button", name="Make the partner").click()
    page.get_by_role("link", name="New key").first.click()
    page.get_by_label("What it is for").fill("Bed finder")
    page.get_by_role("button", name="Make the key").click()

    secret = page.locator("#secret").inner_text()
    assert keys.key_found(secret) == ApiKey.objects.get()
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert_accessible(page)
    page.get_by_role("button", name="Copy the key").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == secret
    page.get_by_role("button", name="Copy the line").click()
    line = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf'curl -H "Authorization: Bearer {secret}" http://\S+/api/v1/occupancy', line)

    page.get_by_role("link", name="I have it").click()
    expect(page.get_by_text("Bed finder", exact=True)).to_be_visible()
    assert secret not in page.content()

    page.get_by_role("link", name=re.compile("^Revoke")).click()
    page.get_by_label("Reason").fill("the laptop is gone")
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("The key is revoked.")).to_be_visible()


@pytest.mark.usefixtures("committed_db")
def test_a_key_is_made_and_read_without_javascript(cast: Cast, open_page: Any, sign_in: Any):
    page = open_page(java_script_enabled=False)
    sign_in(page, cast.olive)
    page.goto(reverse("person_key_new", args=[cast.organization.uuid, cast.olive.uuid]))
    page.get_by_label("Password").fill(PASSWORD)  # a key of one's own is a way in of one's own
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("What it is for").fill("Own script")
    page.get_by_role("button", name="Make the key").click()

    assert keys.key_found(page.locator("#secret").inner_text()).user == cast.olive
    expect(page.get_by_role("button", name="Copy the key")).to_be_hidden()
