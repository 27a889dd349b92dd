"""What a real house may not run with. `manage.py check --deploy` says it; `make serve` starts only once all is right.

Django's own deployment checks warn of the rest.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks

KEY_LENGTH = 50


def check_production(**kwargs: Any) -> list[checks.CheckMessage]:
    """Every unsafe setting, in one answer."""
    return [
        *_key(),
        *_debug(),
        *_hosts(),
        *_cookies(),
        *_database(),
    ]


def _debug() -> list[checks.CheckMessage]:
    if not settings.DEBUG:
        return []
    return [
        checks.Error(
            "DEBUG is on: error pages would show what the database holds.",
            hint="Set DEBUG=false in the environment.",
            id="soberhouse.E001",
        )
    ]


def _key() -> list[checks.CheckMessage]:
    key = settings.SECRET_KEY
    if key == settings.LOCAL_KEY:
        problem = "SECRET_KEY is the one everybody knows: anybody could sign in as anybody."
    elif len(key) < KEY_LENGTH:
        problem = f"SECRET_KEY is shorter than {KEY_LENGTH} characters: it could be guessed."
    else:
        return []
    return [
        checks.Error(
            problem,
            hint='Set it to what this prints: python -c "import secrets; print(secrets.token_urlsafe(50))"',
            id="soberhouse.E002",
        )
    ]


def _hosts() -> list[checks.CheckMessage]:
    if settings.ALLOWED_HOSTS and "*" not in settings.ALLOWED_HOSTS:
        return []
    return [
        checks.Error(
            "ALLOWED_HOSTS names no host, or every host: a link to a new password could point elsewhere.",
            hint="Set it to the site's names, such as ALLOWED_HOSTS=houses.example.org.",
            id="soberhouse.E003",
        )
    ]


def _cookies() -> list[checks.CheckMessage]:
    names = ("SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "CSRF_COOKIE_SECURE")
    if all(getattr(settings, name) for name in names) and settings.SESSION_COOKIE_SAMESITE in ("Lax", "Strict"):
        return []
    return [
        checks.Error(
            "Cookies are insecure: whoever listens on the network could take over a session.",
            hint="Serve by https and leave COOKIES_SECURE at its default.",
            id="soberhouse.E004",
        )
    ]


def _database() -> list[checks.CheckMessage]:
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"]:
        return []
    return [
        checks.Warning(
            "The database is SQLite: one writer at a time, on one machine. It is made for trying out.",
            hint="Set DATABASE_URL=postgres://user:password@host/name.",
            id="soberhouse.W001",
        )
    ]
