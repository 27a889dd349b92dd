"""The life of a record, on a phone and on a desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect

from soberhouse.history import acting_as
from tests.cast import Cast


@pytest.fixture
def address(committed_db: None, cast: Cast) -> str:
    """Dana's stay, with changes of several kinds."""
    stay = cast.stay_of_dana
    with acting_as(cast.bob, reason="She starts a job in another town and asked for two more weeks.", source="web"):
        for days in (30, 44):
            stay.expected_on = cast.today + timedelta(days=days)
            with transaction.atomic():
                stay.save()
    return reverse("history", kwargs={"kind": "stay", "uuid": stay.uuid})


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_it_reads_well_and_fits(
    cast, address, open_page: Callable[..., Page], sign_in, assert_accessible, width, color_scheme
):
    page = open_page(width=width, color_scheme=color_scheme)
    sign_in(page, cast.alice)
    page.goto(address)

    expect(page.get_by_role("heading", name="History", exact=True)).to_be_visible()
    expect(page.get_by_text("She starts a job in another town")).to_have_count(2)
    assert_accessible(page)
    page.get_by_role("link", name="The whole record then").first.click()
    expect(page.get_by_role("term").filter(has_text="Expected to move out").first).to_be_visible()
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_any_instant_can_be_asked_for_without_javascript(cast, address, open_page: Callable[..., Page], sign_in):
    page = open_page(java_script_enabled=False)
    sign_in(page, cast.alice)
    page.goto(address)

    page.get_by_label("As it was on").fill("2020-01-01T12:00")
    page.get_by_role("button", name="Show").click()

    expect(page.get_by_text("This was not written down yet.")).to_be_visible()
