"""The site as an app on somebody's phone: what it is called there, and what it shows without a connection.

None of this is about anybody: it is the same for everyone, and it is all that a phone may keep.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, get_language_bidi

from residents.houses.access import public

SAME_FOR_ALL = "the same for everyone: an app's name, its pictures, a page that says there is no connection"
GROUND, GROUND_DARK = "#f8f5ef", "#171614"
ICONS = [(192, "any"), (512, "any"), (192, "maskable"), (512, "maskable")]
# All that a phone keeps, besides the page that says there is no connection.
KEPT = (
    *(f"soberhouse/{name}" for name in ("app.css", "app.js", "icons.svg", "chevron.svg", "favicon.svg")),
    "django_htmx/htmx-2.min.js",
)

SCRIPT = Path(__file__).with_name("service_worker.js").read_text("utf-8")


def icon(size: int, purpose: str) -> str:
    """The address of one picture of the app."""
    return static(f"soberhouse/app-{size}.png" if purpose == "any" else f"soberhouse/app-{purpose}-{size}.png")


@public(SAME_FOR_ALL)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone is told when somebody puts the site on its screen. The name says nothing to others who look."""
    facts: dict[str, Any] = {
        "id": "/",
        "name": settings.APP_SHORT_NAME,
        "short_name": settings.APP_SHORT_NAME,
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "start_url": reverse("today"),
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": GROUND,
        "icons": [
            {"src": icon(size, purpose), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for size, purpose in ICONS
        ],
    }
    return JsonResponse(facts, content_type="application/manifest+json")


@public(SAME_FOR_ALL)
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown without a connection. Drawn without the request: nothing of who asks can get into it."""
    return HttpResponse(_offline())


@public(SAME_FOR_ALL)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps the page for no connection and what it is drawn with. At the root: it sees to the whole
    site."""
    facts = {"offline": reverse("offline"), "kept": [static(name) for name in KEPT], "version": _version()}
    script = f"const app = {json.dumps(facts)};\n{SCRIPT}"
    return HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


def _offline() -> str:
    numbers = {"emergency": settings.EMERGENCY_NUMBER, "crisis_line": settings.CRISIS_LINE}
    return render_to_string("soberhouse/offline.html", numbers)


def _version() -> str:
    """Another one whenever anything that is kept is another."""
    return _digest() if settings.LOCAL else _digest_once()


def _digest() -> str:
    found = hashlib.sha256(_offline().encode())
    for name in KEPT:
        found.update(static(name).encode())
        found.update(Path(finders.find(name)).read_bytes())
    return found.hexdigest()[:16]


_digest_once = cache(_digest)
