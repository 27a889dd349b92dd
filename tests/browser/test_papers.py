"""A paper leaves the building: a manager prints it on a phone, and a stranger finds out whether it is genuine."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from soberhouse.documents import services as documents
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.pdf import qr_codes

COURT = "Superior Court of Example County"
SECRETS = ("Dana", "Renner", "Superior Court", "26-CR-0192")


def issue_letter(page: Page, cast: Cast) -> bytes:
    """From the shelf of papers to the PDF of Dana's letter."""
    page.goto(reverse("papers", args=[cast.house_a.uuid]))
    page.get_by_role("link", name=re.compile("Residency letter.*Dana Renner")).click()
    page.get_by_label("for whom").fill(COURT)
    page.get_by_label("what for").fill("Case 26-CR-0192")
    page.get_by_role("button", name="Issue it").click()
    expect(page.locator("#messages")).to_contain_text("Issued. Open it to print it.")
    url = page.get_by_role("link", name="Open the PDF").get_attribute("href")
    assert url is not None
    answer = page.request.get(url)
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_manager_prints_a_letter_and_a_stranger_verifies_it(
    committed_db: None, cast: Cast, open_page: Any, sign_in: Any, live_server: Any, settings: Any, scripts: bool
):
    settings.SITE_URL = live_server.url
    alice, stranger = open_page(java_script_enabled=scripts), open_page(java_script_enabled=scripts)
    sign_in(alice, cast.alice)

    pdf = issue_letter(alice, cast)

    code = IssuedDocument.objects.get().code
    (square,) = qr_codes(pdf)
    stranger.goto(square)
    expect(stranger.get_by_role("heading", level=1)).to_be_visible()
    by_square = stranger.locator("main").inner_text()
    stranger.goto(reverse("verify"))
    stranger.get_by_label("code").fill(f"  {code.lower().replace('-', ' ')} ")
    stranger.locator("main form").first.get_by_role("button").click()
    stranger.wait_for_load_state()
    by_hand = stranger.locator("main").inner_text()

    for told in (by_square, by_hand):
        assert "genuine" in told.lower()
        assert "Residency letter" in told
        assert not [secret for secret in SECRETS if secret in told]


def test_stranger_is_told_that_a_letter_was_withdrawn(
    committed_db: None, cast: Cast, page: Page, open_page: Any, sign_in: Any, assert_accessible: Any
):
    sign_in(page, cast.alice)
    issue_letter(page, cast)

    page.get_by_role("link", name="Withdraw").click()
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    page.get_by_label("reason").fill("the wrong Dana")
    page.get_by_role("button", name="Withdraw").click()
    expect(page.locator("main")).to_contain_text("Withdrawn by Alice Example")
    assert_accessible(page)

    stranger = open_page()
    stranger.goto(reverse("verify_code", args=[IssuedDocument.objects.get().code]))
    expect(stranger.locator("main")).to_contain_text("Withdrawn")
    assert "the wrong Dana" not in stranger.locator("main").inner_text()


def test_letter_is_issued_anew_from_its_page(committed_db: None, cast: Cast, page: Page, sign_in: Any):
    sign_in(page, cast.alice)
    issue_letter(page, cast)
    first = IssuedDocument.objects.get()

    page.get_by_role("link", name="Issue anew, replacing this one").click()
    expect(page.get_by_label("for whom")).to_have_value(COURT)
    page.get_by_label("what for").fill("Case 27")
    page.get_by_role("button", name="Issue it anew").click()
    page.get_by_role("link", name="the one of").click()

    expect(page.locator("main")).to_contain_text("There is a newer one, which replaces it.")
    assert IssuedDocument.objects.get(purpose="Case 27").replaces == first


def test_resident_opens_a_paper_about_themselves(
    committed_db: None, cast: Cast, page: Page, open_page: Any, sign_in: Any, assert_accessible: Any
):
    sign_in(page, cast.alice)
    issue_letter(page, cast)
    document = IssuedDocument.objects.get()
    with acting_as(cast.alice, source="web"):
        documents.withdraw(document=document, reason="a typing mistake")

    own = open_page()
    sign_in(own, cast.dana.user)
    own.goto(reverse("paper", args=[document.uuid]))

    expect(own.get_by_role("link", name="Open the PDF")).to_be_visible()
    expect(own.get_by_role("link", name="Withdraw")).to_have_count(0)
    assert_accessible(own)
