"""The site on somebody's phone as an app: without a connection, and what the phone keeps."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from soberhouse.pages.views_app import KEPT
from tests.cast import Cast

EVERYTHING_KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) found[request.url] = await (await cache.match(request)).text();
  }
  return found;
}"""
NAMES = ["Dana", "Renner", "Frank", "Osei", "Alice", "Bob", "Olive", "Alder", "Still Waters"]


@pytest.fixture
def opened(committed_db: None, cast: Cast, page: Page, sign_in: Any) -> Page:
    """Dana's phone, with the service worker at work and several of her pages looked at."""
    sign_in(page, cast.dana.user)
    page.goto("/")
    until(page, "navigator.serviceWorker.controller")
    for name in ("today", "notices", "own_account"):
        page.goto(reverse(name))
    return page


def until(page: Page, happened: str) -> None:
    """Wait until this is so on the page. Playwright's own waiting evaluates text, which the page refuses."""
    page.evaluate(f"async () => {{ while (!({happened})) await new Promise(go => setTimeout(go, 20)); }}")


def kept(page: Page) -> dict[str, str]:
    """What the phone keeps: path and text."""
    return {urlsplit(url).path: text for url, text in page.evaluate(EVERYTHING_KEPT).items()}


def test_a_phone_keeps_nothing_about_anybody(opened: Page):
    found = kept(opened)

    assert set(found) == {reverse("offline"), *(f"/static/{name}" for name in KEPT)}
    assert not any(name in text for name in NAMES for text in found.values())


def test_without_a_connection_there_is_a_page_that_says_so(opened: Page, assert_accessible: Any, complaints: list[str]):
    opened.context.set_offline(True)
    opened.goto(reverse("notices"))

    expect(opened.locator("h1")).to_have_text("There is no connection")
    assert opened.url.endswith(reverse("notices"))
    assert not any(name in opened.content() for name in NAMES)
    expect(opened.get_by_role("link", name="911")).to_be_visible()
    # Drawn as it should be: the stylesheet came from what was kept.
    assert opened.locator(".plain-card").evaluate("card => getComputedStyle(card).borderTopWidth") == "1px"
    assert_accessible(opened)

    opened.context.set_offline(False)
    opened.get_by_role("link", name="Try again").click()
    expect(opened.locator("h1")).to_have_text("Notices")
    complaints[:] = [each for each in complaints if "ERR_INTERNET_DISCONNECTED" not in each]


def test_signing_out_throws_away_whatever_is_kept(opened: Page):
    opened.evaluate("caches.open('left over').then(cache => cache.put('/residents/', new Response('Dana')))")
    assert "/residents/" in kept(opened)

    opened.locator(".user-menu summary").click()
    opened.get_by_role("button", name="Sign out").click()

    expect(opened).to_have_title("Sign in · Soberhouse")
    until(opened, "!(await caches.has('left over'))")
    # The page for no connection is there again for whoever comes next.
    until(opened, "await caches.match('/offline/')")
    assert set(kept(opened)) == {reverse("offline"), *(f"/static/{name}" for name in KEPT)}


def test_what_was_left_half_kept_is_kept_whole_the_next_time(opened: Page):
    """A browser ends a service worker when it likes: here, before the page itself was put away."""
    opened.evaluate("caches.keys().then(([name]) => caches.open(name)).then(cache => cache.delete('/offline/'))")
    assert reverse("offline") not in kept(opened)

    opened.evaluate("navigator.serviceWorker.controller.postMessage('fill')")

    until(opened, "await caches.match('/offline/')")
    assert set(kept(opened)) == {reverse("offline"), *(f"/static/{name}" for name in KEPT)}


def test_a_phone_may_put_the_site_on_its_screen(opened: Page):
    devtools = opened.context.new_cdp_session(opened)

    manifest = devtools.send("Page.getAppManifest")

    assert manifest["errors"] == []
    assert manifest["url"].endswith(reverse("manifest"))
    assert devtools.send("Page.getInstallabilityErrors")["installabilityErrors"] in (
        [],
        [{"errorId": "in-incognito", "errorArguments": []}],
    )
