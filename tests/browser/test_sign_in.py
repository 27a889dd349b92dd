"""The ways in, in a real browser on a small phone: a slip, a passkey, codes from an app, a recovery code."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse
from PIL import Image
from playwright.sync_api import Page, Route, expect
from zxingcpp import read_barcodes

from residents.stays import services as stays
from soberhouse.accounts import factors
from soberhouse.accounts.models import User
from soberhouse.history import acting_as
from tests.browser.test_every_page import look_at
from tests.cast import PASSWORD, Cast
from tests.pdf import pages_as_images, qr_codes


def code_now(secret: str) -> str:
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def type_password(page: Page, name: str, password: str = PASSWORD) -> None:
    page.goto("/account/login/")
    page.get_by_label("User name or e-mail").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.fixture
def with_authenticator() -> Callable[[Page], Any]:
    """Gives the page's browser a fingerprint reader that knows its owner."""

    def give(page: Page) -> Any:
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return session, made["authenticatorId"]

    return give


def printed(page: Page) -> list[bytes]:
    """The PDFs that this visitor opens from now on, whether the browser shows them or saves them."""
    papers: list[bytes] = []

    def look(route: Route) -> None:
        answer = route.fetch()
        if answer.headers["content-type"] == "application/pdf":
            papers.append(answer.body())
        route.fulfill(response=answer)

    page.context.route("**/slip/", look)
    return papers


@pytest.fixture
def newcomer(committed_db: None, cast: Cast) -> Any:
    """Somebody who moved into house A today and has no account."""
    with acting_as(cast.alice, source="web"):
        stay = stays.admit_newcomer(
            bed=cast.bed_a("2A"),
            person={"legal_first_name": "Noor", "legal_last_name": "Haddad"},
            starts_on=cast.today,
            today=cast.today,
        )
    return stay.resident


def test_new_resident_goes_from_the_slip_to_their_week(
    newcomer, cast: Cast, open_page: Callable[..., Page], sign_in: Any, assert_accessible: Any
):
    manager = open_page()
    sign_in(manager, cast.alice)
    manager.goto(reverse("resident", args=[newcomer.uuid]))
    manager.get_by_role("link", name="Invitation slip").click()
    look_at(manager, assert_accessible)
    papers = printed(manager)
    with manager.expect_popup() as opened:
        manager.get_by_role("button", name="Print the slip").click()
    opened.value.wait_for_url("**/slip/")
    expect(manager.get_by_role("heading", name="An invitation slip for Noor H.")).to_be_visible()
    (paper,) = papers

    assert len(pages_as_images(paper)) == 1
    (address,) = qr_codes(paper)
    phone = open_page()
    phone.goto(address)
    expect(phone.get_by_role("heading", name="Hello, Noor")).to_be_visible()
    assert phone.evaluate("location.href").endswith("/join/")
    look_at(phone, assert_accessible)
    phone.get_by_label("User name").fill("noor")
    phone.get_by_label("New password", exact=True).fill("a calm morning 3")
    phone.get_by_label("New password again").fill("a calm morning 3")
    phone.get_by_role("button", name="Save and sign in").click()

    expect(phone).to_have_url(re.compile(re.escape(reverse("my_week"))))
    expect(phone.locator("h1")).to_contain_text("Noor")
    user = User.objects.get(username="noor")
    assert user.resident == newcomer
    assert user.check_password("a calm morning 3")

    again = open_page()
    again.goto(address)
    expect(again.get_by_text("This slip opens nothing").first).to_be_visible()
    look_at(again, assert_accessible)


def confirm(page: Page) -> None:
    """Say once more who one is, where one is asked."""
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def test_passkey_is_made_and_signs_in(
    committed_db, cast: Cast, page: Page, assert_accessible: Any, with_authenticator: Any, settings
):
    settings.SECOND_FACTOR_REQUIRED = True
    with_authenticator(page)

    type_password(page, "alice")
    expect(page.get_by_text("Your role asks for one")).to_be_visible()
    look_at(page, assert_accessible)
    page.goto("/residents/")
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_role("link", name="Add a passkey").click()
    look_at(page, assert_accessible)
    page.get_by_label("Name").fill("My phone")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_role("button", name="Make 10 recovery codes").click()
    expect(page.locator("#recovery-codes li")).to_have_count(10)
    look_at(page, assert_accessible)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    assert len(re.findall(r"^\d{4} \d{4}$", saved.value.path().read_text(), re.MULTILINE)) == 10
    page.get_by_role("link", name="I have them").click()
    expect(page.get_by_text("My phone", exact=True)).to_be_visible()
    look_at(page, assert_accessible)
    page.goto("/residents/")
    expect(page.get_by_role("heading", name="Residents")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/account/login/?next=/residents/")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("heading", name="Residents")).to_be_visible()
    page.goto("/account/")
    expect(page.get_by_text("1 passkey · 10 recovery codes left")).to_be_visible()


def test_passkey_is_the_second_factor_after_the_password_and_removes_itself(
    committed_db, cast: Cast, page: Page, assert_accessible: Any, with_authenticator: Any
):
    with_authenticator(page)
    type_password(page, "dana")
    page.goto("/account/factors/passkeys/new/")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.context.clear_cookies()

    type_password(page, "dana")
    expect(page.get_by_role("heading", name="Now the second factor")).to_be_visible()
    look_at(page, assert_accessible)
    page.get_by_role("button", name="Use my passkey").click()
    expect(page).to_have_url(re.compile(re.escape(reverse("my_week"))))
    page.goto("/account/factors/")
    page.get_by_role("link", name=re.compile("Remove.*My phone")).click()
    look_at(page, assert_accessible)
    page.get_by_role("button", name="Remove the passkey").click()

    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    assert not factors.factors_of(cast.dana.user).any


def test_browser_without_the_passkey_says_so_and_leaves_the_other_ways(
    committed_db, cast: Cast, page: Page, assert_accessible: Any, with_authenticator: Any
):
    session, authenticator = with_authenticator(page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.goto("/account/login/")

    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_text("No passkey was used.")).to_be_visible()
    look_at(page, assert_accessible)


def test_app_is_set_up_by_its_picture_and_its_codes_and_recovery_codes_sign_in(
    committed_db, cast: Cast, page: Page, assert_accessible: Any, sign_in: Any
):
    sign_in(page, cast.dana.user)
    page.goto("/account/factors/")
    page.get_by_role("link", name="Set up an app").click()
    look_at(page, assert_accessible)
    confirm(page)
    look_at(page, assert_accessible)
    picture = Image.open(BytesIO(page.locator("svg.qr").screenshot()))
    (found,) = read_barcodes(picture)
    secret = re.search(r"secret=([A-Z2-7]+)", found.text)[1]
    assert found.text.startswith("otpauth://totp/dana?")
    assert page.locator(".secret").inner_text().replace(" ", "") == secret
    page.get_by_role("textbox", name="Code").fill("000000")
    page.get_by_role("button", name="Set up the app").click()
    expect(page.locator(".error-summary")).to_be_visible()
    look_at(page, assert_accessible)
    page.get_by_role("textbox", name="Code").fill(code_now(secret))
    page.get_by_role("button", name="Set up the app").click()
    page.get_by_role("button", name="Make 10 recovery codes").click()
    recovery = page.locator("#recovery-codes li").first.inner_text()
    page.context.clear_cookies()

    type_password(page, "dana")
    look_at(page, assert_accessible)
    page.get_by_role("textbox", name="Code").fill(code_now(secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile(re.escape(reverse("my_week"))))
    page.context.clear_cookies()
    type_password(page, "dana")
    page.get_by_role("textbox", name="Code").fill(recovery)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page).to_have_url(re.compile(re.escape(reverse("my_week"))))

    assert factors.factors_of(cast.dana.user).codes_left == 9


def test_slip_on_the_screen_and_typed_by_hand_without_javascript(
    committed_db, cast: Cast, open_page: Callable[..., Page], sign_in: Any, assert_accessible: Any
):
    operator = open_page()
    sign_in(operator, cast.olive)
    operator.goto(reverse("person_slip", kwargs={"uuid": cast.organization.uuid, "person": cast.bob.uuid}))
    operator.get_by_role("button", name="Show it on this screen").click()
    look_at(operator, assert_accessible)
    code = operator.locator(".slip-shown").inner_text()
    (found,) = read_barcodes(Image.open(BytesIO(operator.locator("svg.qr").screenshot())))
    assert found.text.endswith(f"/join/#{code}")

    bob = open_page(java_script_enabled=False)
    bob.goto("/account/login/")
    bob.get_by_role("link", name="I have an invitation slip").click()
    bob.get_by_label("Code on the slip").fill(code.lower().replace("-", " "))
    bob.get_by_role("button", name="Go on").click()
    bob.get_by_label("New password", exact=True).fill("a calm morning 3")
    bob.get_by_label("New password again").fill("a calm morning 3")
    bob.get_by_role("button", name="Save and sign in").click()

    expect(bob.get_by_role("heading", name="Today")).to_be_visible()
    operator.goto(reverse("person", kwargs={"uuid": cast.organization.uuid, "person": cast.bob.uuid}))
    expect(operator.get_by_text("by whoever held an invitation slip")).to_be_visible()


def test_own_devices_are_listed_and_ended(
    committed_db, cast: Cast, open_page: Callable[..., Page], assert_accessible: Any
):
    here, lost = open_page(), open_page()
    for page in (here, lost):
        type_password(page, "alice")
    here.goto("/account/")
    here.get_by_role("link", name="Where I am signed in").click()
    look_at(here, assert_accessible)

    here.get_by_role("button", name="Sign out there").click()
    expect(here.get_by_text("Signed out there.")).to_be_visible()

    lost.goto("/residents/")
    expect(lost.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(here.get_by_text("this device")).to_have_count(1)


def test_code_or_passkey_says_once_more_who_one_is(
    committed_db, cast: Cast, page: Page, assert_accessible: Any, with_authenticator: Any, sign_in: Any
):
    with_authenticator(page)
    type_password(page, "dana")
    page.goto("/account/factors/passkeys/new/")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto("/account/factors/app/")
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_role("textbox", name="Code").fill(code_now(secret))
    page.get_by_role("button", name="Set up the app").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("button", name="Make 10 recovery codes").click()
    recovery = page.locator("#recovery-codes li").first.inner_text()

    page.context.clear_cookies()
    sign_in(page, cast.dana.user)
    page.goto("/account/factors/app/remove/")
    page.get_by_role("link", name="Use a passkey").click()
    look_at(page, assert_accessible)
    page.get_by_role("button", name="Use my passkey").click()
    expect(page.get_by_role("heading", name="Remove the app?")).to_be_visible()
    look_at(page, assert_accessible)

    page.context.clear_cookies()
    sign_in(page, cast.dana.user)
    page.goto("/account/factors/app/remove/")
    page.get_by_role("link", name="Use a code").click()
    look_at(page, assert_accessible)
    page.get_by_role("textbox", name="Code").fill(recovery)
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Remove the app").click()
    expect(page.get_by_text("The app is removed.")).to_be_visible()
