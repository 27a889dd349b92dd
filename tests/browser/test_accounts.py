"""Signing in, people and roles, house settings and the shared tablet, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from residents.houses import services
from residents.models import Role
from soberhouse.accounts import services as accounts
from soberhouse.history import acting_as
from tests.cast import PASSWORD, Cast

PIN = "482915"


@pytest.fixture
def tokens(committed_db: None, cast: Cast) -> dict[str, str]:
    """Addresses of one row of each kind, on a house with a tablet and people with PINs."""
    with acting_as(cast.olive, source="web"):
        tablet, _token = services.tablet_enrol(house=cast.house_a, name="Office")
        for user in (cast.alice, cast.bob):
            accounts.pin_set(user=user, pin=PIN)
        services.bed_close(bed=cast.bed_a("3B"), closed_on=cast.today, reason="roof")
        accounts.user_deactivate(user=cast.charlie, reason="left")
    one = {"uuid": cast.organization.uuid, "person": cast.alice.uuid}
    closed = {"uuid": cast.organization.uuid, "person": cast.charlie.uuid}
    house, organization = {"uuid": cast.house_a.uuid}, {"uuid": cast.organization.uuid}
    return {
        "settings": reverse("house_settings", kwargs=house),
        "house": reverse("house_change", kwargs=house),
        "room": reverse("room_change", kwargs={"uuid": cast.bed_a("1A").room.uuid}),
        "bed": reverse("bed_change", kwargs={"uuid": cast.bed_a("1A").uuid}),
        "close": reverse("bed_close", kwargs={"uuid": cast.bed_a("1A").uuid}),
        "tablets": reverse("tablets", kwargs=house),
        "enrol": reverse("tablet_enrol", kwargs=house),
        "revoke": reverse("tablet_revoke", kwargs={"uuid": tablet.uuid}),
        "organization": reverse("organization_settings", kwargs=organization),
        "house-new": reverse("house_new", kwargs=organization),
        "people": reverse("people", kwargs=organization),
        "people-before": reverse("people", kwargs=organization) + "?show=past",
        "person-new": reverse("person_new", kwargs=organization),
        "role-new": reverse("role_new", kwargs=organization),
        "role-end": reverse("role_end", kwargs={"uuid": Role.objects.get(user=cast.bob).uuid}),
        "person": reverse("person", kwargs=one),
        "person-closed": reverse("person", kwargs=closed),
        "person-slip": reverse("person_slip", kwargs=one),
        "person-factors-reset": reverse("person_factors_reset", kwargs=one),
        "person-deactivate": reverse("person_deactivate", kwargs=one),
        "own": "/account/",
        "pin": "/account/pin/",
        "password": "/account/password/change/",
        "factors": "/account/factors/",
        "sessions": "/account/sessions/",
    }


def assert_fits(page: Page) -> None:
    """Nothing sticks out to the side."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.parametrize(("scheme", "width"), [("light", 360), ("dark", 1280)])
def test_every_page_is_accessible_and_fits(
    tokens, cast: Cast, open_page: Callable[..., Page], sign_in: Any, assert_accessible: Any, scheme, width
):
    page = open_page(width=width, color_scheme=scheme)
    sign_in(page, cast.olive)

    for address in tokens.values():
        page.goto(address)
        assert_fits(page)
        assert_accessible(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_signing_in_is_accessible_and_says_what_is_wrong(
    committed_db, cast: Cast, open_page: Callable[..., Page], assert_accessible: Any, scheme
):
    page = open_page(color_scheme=scheme)
    page.goto("/account/login/")
    assert_accessible(page)

    page.get_by_label("User name or e-mail").fill("alice")
    page.get_by_label("Password").fill("wrong password 1")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("The name or the password is not right.")).to_be_visible()
    assert_accessible(page)

    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def enrol(page: Page, cast: Cast, sign_in: Any) -> None:
    sign_in(page, cast.olive)
    page.goto(reverse("tablet_enrol", kwargs={"uuid": cast.house_a.uuid}))
    page.get_by_label("name").fill("Kitchen")
    page.get_by_role("button", name="Make it a shared tablet").click()
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()


def step_up(page: Page, name: str) -> None:
    page.get_by_role("link", name=name).click()
    page.get_by_label("PIN").fill(PIN)
    page.get_by_role("button", name="Step up").click()
    expect(page.get_by_role("link", name="Switch person")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_people_take_turns_at_the_tablet_in_one_tap(
    tokens, cast: Cast, open_page: Callable[..., Page], sign_in: Any, assert_accessible: Any, scripts
):
    page = open_page(java_script_enabled=scripts)
    enrol(page, cast, sign_in)
    if scripts:
        assert_accessible(page)

    step_up(page, "Alice E.")
    if scripts:
        assert_accessible(page)
        assert_fits(page)
    page.get_by_role("link", name="Switch person").click()
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    step_up(page, "Bob E.")

    expect(page.locator(".user-menu")).to_contain_text("Bob Example")


def test_tablet_that_nobody_touches_shows_nothing_and_the_way_back_neither(
    tokens, cast: Cast, page: Page, sign_in: Any, settings
):
    settings.TABLET_IDLE_SECONDS = 3
    enrol(page, cast, sign_in)
    step_up(page, "Alice E.")

    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible(timeout=8_000)
    page.go_back()

    expect(page.get_by_role("link", name="Switch person")).to_have_count(0)
