"""The site as an app: what a phone is told and what it keeps is the same for everyone."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys

import pytest
from django.contrib.staticfiles import finders
from django.test import Client, override_settings
from django.urls import reverse

from soberhouse.pages import views_app
from tests.architecture import guards
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def kept() -> dict[str, object]:
    """What the service worker is told to keep."""
    script = Client().get("/sw.js").content.decode()
    return json.loads(script.splitlines()[0].removeprefix("const app = ").removesuffix(";"))


def test_manifest_names_the_app_by_the_setting_alone():
    with override_settings(APP_SHORT_NAME="Porch"):
        answer = Client().get("/manifest.webmanifest")

    told = answer.json()
    assert answer["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["short_name"]) == ("Porch", "Porch")
    assert (told["start_url"], told["scope"], told["display"]) == ("/", "/", "standalone")
    assert "sober" not in json.dumps({key: value for key, value in told.items() if key != "icons"}).casefold()


def test_every_picture_of_the_manifest_is_there_and_as_large_as_it_says():
    icons = Client().get("/manifest.webmanifest").json()["icons"]

    assert [(icon["sizes"], icon["purpose"]) for icon in icons] == [
        ("192x192", "any"),
        ("512x512", "any"),
        ("192x192", "maskable"),
        ("512x512", "maskable"),
    ]
    for icon in [*icons, {"src": "/static/soberhouse/app-touch.png", "sizes": "180x180"}]:
        with open(finders.find(icon["src"].removeprefix("/static/")), "rb") as file:
            head = file.read(24)
        width, height = struct.unpack(">II", head[16:24])
        assert (head[:8], f"{width}x{height}") == (b"\x89PNG\r\n\x1a\n", icon["sizes"])


def test_service_worker_is_a_script_of_the_root_that_browsers_ask_for_anew():
    answer = Client().get("/sw.js")

    assert answer["Content-Type"] == "text/javascript"
    assert answer["Cache-Control"] == "no-cache"
    assert "worker-src 'self'" in answer["Content-Security-Policy"]
    assert "manifest-src 'self'" in answer["Content-Security-Policy"]


def test_only_the_page_for_no_connection_and_static_files_are_kept():
    told = kept()

    assert set(told) == {"offline", "kept", "version"}
    assert told["offline"] == reverse("offline")
    assert all(str(url).startswith("/static/") for url in told["kept"])


def test_everything_the_page_for_no_connection_is_drawn_with_is_kept():
    page = Client().get("/offline/").content.decode()

    asked = {url.split("#")[0] for url in re.findall(r'(?:src|href)="(/static/[^"]+)"', page)}
    # Only browsers that put the site on a screen ask for its picture, and they have a connection.
    assert asked - {"/static/soberhouse/app-touch.png"} <= set(kept()["kept"])


def test_another_version_once_anything_kept_is_another(monkeypatch: pytest.MonkeyPatch):
    before = kept()["version"]
    assert kept()["version"] == before

    monkeypatch.setattr(views_app, "KEPT", views_app.KEPT[:-1])

    assert kept()["version"] != before


@pytest.mark.parametrize("name", ["manifest", "offline", "service_worker"])
def test_the_same_bytes_for_everyone(name: str, cast: Cast, signed_in):
    address = reverse(name)
    stranger = Client().get(address)

    for person in (cast.olive, cast.alice, cast.dana):
        client = signed_in(person)
        assert client.get(address).content == stranger.content
        assert client.post(reverse("account_logout"), follow=True).status_code == 200
        assert client.get(address).content == stranger.content
    assert not any(name in stranger.content.decode() for name in ("Alice", "Dana", "Alder", "csrf"))


def test_page_for_no_connection_says_whom_to_call():
    page = Client().get("/offline/").content.decode()

    assert 'href="tel:911"' in page
    assert 'href="tel:988"' in page


def test_numbers_to_call_are_those_of_the_country():
    with override_settings(EMERGENCY_NUMBER="112", CRISIS_LINE="116123"):
        page = Client().get(reverse("offline")).content.decode()

    assert 'href="tel:112"' in page
    assert 'href="tel:116123"' in page
    assert "911" not in page


def test_pages_say_where_the_manifest_is_and_which_color_is_around_them(cast: Cast, signed_in):
    client = signed_in(cast.alice)
    page = client.get("/residents/").content.decode()

    assert '<link rel="manifest" href="/manifest.webmanifest">' in page
    assert '<meta name="apple-mobile-web-app-title" content="House">' in page
    assert page.count('name="theme-color"') == 2

    client.cookies["theme"] = "dark"
    page = client.get("/residents/").content.decode()
    assert re.findall(r'<meta name="theme-color"[^>]*>', page) == ['<meta name="theme-color" content="#171614">']


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ({}, "http://localhost:8000"),
        (
            {"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "houses.example.org,other.example.org"},
            "https://houses.example.org",
        ),
        ({"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": ".example.org"}, "https://example.org"),
        ({"SITE_URL": "https://houses.example.org/"}, "https://houses.example.org"),
        ({"PORT": "8123"}, "http://localhost:8123"),
    ],
)
def test_mails_and_papers_say_the_address_of_the_site(environment: dict[str, str], address: str):
    code = "from soberhouse import settings; print(settings.SITE_URL)"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=guards.ROOT, env=environment, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == address
