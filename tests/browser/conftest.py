"""A real Chromium on the live site. What the page complains about fails the test.

    def test_today(page, sign_in, assert_accessible, alice):
        sign_in(page, alice)
        page.goto("/")
        assert_accessible(page)

`page` is a phone; `open_page(width=1280, color_scheme="dark", java_script_enabled=False, …)` opens others.
Script errors, refused content and failed requests gather in `complaints`; a test that provokes one takes it
out again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests import engines

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer

    from soberhouse.accounts.models import User

PHONE = {"width": 360, "height": 800}
PATIENCE = 20_000  # milliseconds: a busy machine may take its time, and a right page comes at once
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
]
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the session, found as `make test` finds it."""
    # Playwright keeps an event loop in this thread; the ORM calls of the tests beside it are ordinary ones.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    path = os.environ.get("CHROMIUM") or engines.chromium()
    expect.set_options(timeout=PATIENCE)
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about so far in this test; must be empty at its end."""
    return []


@pytest.fixture
def open_page(chromium: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Opens pages on the live site, each a visitor of its own: `open_page(width=…, height=…, **options)`."""
    contexts = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(f"{message.type}: {message.text}")

    def open_page(**options: Any) -> Page:
        viewport = {edge: options.pop(edge, length) for edge, length in PHONE.items()}
        context = chromium.new_context(base_url=live_server.url, viewport=viewport, locale="en-US", **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A phone."""
    return open_page()


@pytest.fixture
def sign_in(live_server: LiveServer) -> Callable[[Page, User], None]:
    """Makes the page's visitor this user, without the sign-in form."""

    def sign_in(page: Page, user: User) -> None:
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
        page.context.add_cookies([cookie])

    return sign_in


@pytest.fixture
def assert_accessible() -> Callable[[Page], None]:
    """Zero axe violations on the page as it is once loaded."""

    def assert_accessible(page: Page) -> None:
        page.wait_for_load_state()
        found = Axe().run(page, options={"runOnly": {"type": "tag", "values": AXE_TAGS}})
        assert found.violations_count == 0, found.generate_report()

    return assert_accessible
