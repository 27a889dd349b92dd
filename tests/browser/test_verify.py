"""Somebody with a paper in hand asks whether it is genuine; somebody at the door takes a photo. On a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from residents.models import Photo
from soberhouse.documents import paper, services, store
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from tests.cast import Cast


@pytest.fixture
def letter(committed_db: None, cast: Cast) -> IssuedDocument:
    with acting_as(cast.alice, source="web"):
        return services.issue(
            kind="residency-letter",
            title="Residency letter",
            organization=cast.organization,
            house=cast.house_a,
            resident=cast.dana,
            as_of=timezone.now(),
            facts=None,
            draw=lambda head: paper.render(head, [paper.Text("About Dana Renner.")]),
        )


def test_a_stranger_types_the_code_without_javascript(
    letter: IssuedDocument, open_page: Callable[..., Page], complaints: list[str]
):
    page = open_page(java_script_enabled=False)

    page.goto("/verify/")
    page.get_by_label("Code").fill(letter.code.lower().replace("-", ""))
    page.get_by_role("button", name="Check the code").click()

    expect(page.get_by_text("Genuine", exact=True)).to_be_visible()
    expect(page.get_by_text("Residency letter", exact=True)).to_be_visible()
    assert "Dana" not in page.content()
    page.get_by_label("Code").fill("12345")
    page.get_by_role("button", name="Check the code").click()
    expect(page.get_by_text("There is no paper with this code")).to_be_visible()
    complaints.clear()  # that it is not found


def test_a_stranger_compares_the_file(
    letter: IssuedDocument, page: Page, complaints: list[str], assert_accessible: Any, tmp_path: Any
):
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(store.read(letter.file) + b"\n")

    page.goto("/verify/")
    page.get_by_text("You have the file itself?").click()
    page.get_by_label("PDF file").set_input_files(store.path_of(letter.file.digest))
    page.get_by_role("button", name="Compare the file").click()

    expect(page.get_by_text("to the last byte")).to_be_visible()
    page.get_by_label("PDF file").set_input_files(changed)
    page.get_by_role("button", name="Compare the file").click()
    expect(page.get_by_text("This file was not issued here")).to_be_visible()
    assert_accessible(page)
    complaints.clear()  # that it is not found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_told_can_be_read_by_everybody(
    scheme: Any, letter: IssuedDocument, cast: Cast, open_page: Callable[..., Page], assert_accessible: Any
):
    page = open_page(color_scheme=scheme)
    for address in ("/verify/", reverse("verify_code", args=[letter.code])):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert_accessible(page)
    with acting_as(cast.alice, source="web"):
        services.withdraw(document=letter, reason="wrong date")
    page.reload()
    expect(page.get_by_text("Withdrawn: do not rely on it")).to_be_visible()
    assert_accessible(page)


def test_a_manager_takes_a_photo_and_takes_it_away_again(
    committed_db: None, cast: Cast, page: Page, sign_in: Any, assert_accessible: Any, tmp_path: Any
):
    photo = tmp_path / "photo.png"
    Image.new("RGB", (600, 800), "teal").save(photo)
    sign_in(page, cast.alice)

    page.goto(reverse("resident", args=[cast.dana.uuid]))
    page.get_by_role("link", name="Add photo").click()
    page.get_by_label("Photo").set_input_files(photo)
    page.get_by_role("button", name="Save the photo").click()

    shown = page.get_by_role("img", name="Photo of Dana")
    expect(shown).to_be_visible()
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 600
    assert_accessible(page)
    page.get_by_role("link", name="Change photo").click()
    assert_accessible(page)
    page.get_by_role("link", name="Remove the photo").click()
    assert_accessible(page)
    page.get_by_role("button", name="Remove the photo").click()
    expect(page.get_by_role("link", name="Add photo")).to_be_visible()
    assert [bool(each.file_id) for each in Photo.objects.order_by("id")] == [True, False]
