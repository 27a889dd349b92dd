"""A resident reads a book and signs it with a finger; and without JavaScript, by their name alone."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page, expect

from residents.models import Acknowledgement
from residents.rules.models import STROKES
from tests.cast import Cast
from tests.residents.rules.given import published_book


def open_book(page: Page, sign_in: Any, cast: Cast) -> None:
    book = published_book(cast.house_a)
    sign_in(page, cast.dana.user)
    page.goto(reverse("my_week"))
    page.get_by_role("link", name=book.title).click()
    expect(page.get_by_role("heading", name=book.title, level=1)).to_be_visible()


def type_name(page: Page) -> None:
    page.get_by_label("I have read this and understand it.").check()
    page.get_by_label("Your name").fill("Dana Renner")


def draw(page: Page, *points: tuple[float, float]) -> None:
    """One stroke over the pad, from point to point, as parts of its width and height."""
    pad = page.locator("svg.pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    (x, y), *rest = [(box["x"] + box["width"] * x, box["y"] + box["height"] * y) for x, y in points]
    page.mouse.move(x, y)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y, steps=4)
    page.mouse.up()


def test_resident_draws_their_signature(
    committed_db: None, cast: Cast, page: Page, sign_in: Any, assert_accessible: Any, complaints: list[str]
) -> None:
    open_book(page, sign_in, cast)
    assert_accessible(page)
    draw(page, (0.1, 0.2), (0.5, 0.5))
    page.get_by_role("button", name="Draw again").click()
    assert page.locator("[name=drawing]").input_value() == ""

    draw(page, (0.1, 0.2), (0.3, 0.5), (0.5, 0.2))
    draw(page, (0.6, 0.3), (0.9, 0.3))
    type_name(page)
    page.get_by_role("button", name="Sign", exact=True).click()

    expect(page.get_by_text("Signed. Thank you.")).to_be_visible()
    row = Acknowledgement.objects.get()
    STROKES(row.drawing)
    assert row.drawing.count("M") == 2
    xs = [int(x) for x in re.findall(r"[ML](\d+) ", row.drawing)]
    assert (min(xs), max(xs)) == (60, 540)
    page.goto(reverse("signature", args=[row.uuid]))
    expect(page.get_by_role("img", name="Drawn signature")).to_be_visible()
    assert complaints == []


def test_a_refused_signature_keeps_the_drawing(committed_db: None, cast: Cast, page: Page, sign_in: Any) -> None:
    open_book(page, sign_in, cast)
    draw(page, (0.1, 0.2), (0.5, 0.5))
    drawn = page.locator("[name=drawing]").input_value()
    type_name(page)
    page.get_by_label("Your name").fill("Somebody Else")
    page.get_by_role("button", name="Sign", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("Type your own name to sign: Dana Renner.")
    assert page.locator("svg.pad path").get_attribute("d") == drawn
    assert not Acknowledgement.objects.exists()


def test_resident_signs_without_javascript(committed_db: None, cast: Cast, open_page: Any, sign_in: Any) -> None:
    page = open_page(java_script_enabled=False)
    open_book(page, sign_in, cast)
    expect(page.locator("svg.pad")).to_be_hidden()

    type_name(page)
    page.get_by_role("button", name="Sign", exact=True).click()

    expect(page.get_by_text("Signed. Thank you.")).to_be_visible()
    assert Acknowledgement.objects.get().drawing == ""
