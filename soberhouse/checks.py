"""What a real house may not run with. `manage.py check --deploy` says it, and the server does not start with it.

Django's own deployment checks warn of the rest.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

KEY_LENGTH = 50
LONGEST_IDLE = 15 * 60
MOST_PROXIES = 3
NOT_SENT = [f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "filebased", "locmem")]


def check_production(**kwargs: Any) -> list[checks.CheckMessage]:
    """Every unsafe setting, in one answer."""
    return [
        *_key(),
        *_debug(),
        *_hosts(),
        *_site(),
        *_cookies(),
        *_mail(),
        *_tablets(),
        *_proxies(),
        *_database(),
        *_second_factor(),
        *_files(),
    ]


def require_safe() -> None:
    """Raise ImproperlyConfigured where a real house would run with an unsafe setting: its server must not start."""
    errors = [] if settings.LOCAL else [message for message in check_production() if message.is_serious()]
    if errors:
        raise ImproperlyConfigured(" ".join(f"{message.id}: {message.msg} {message.hint}" for message in errors))


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


def _site() -> list[checks.CheckMessage]:
    site = urlsplit(settings.SITE_URL)
    if settings.LOCAL or (site.scheme == "https" and validate_host(site.hostname or "", settings.ALLOWED_HOSTS)):
        return []
    return [
        checks.Error(
            "SITE_URL is not https, or of a host that ALLOWED_HOSTS does not name: what stands on papers and in mail "
            "would lead nowhere.",
            hint="Set it to the address people use, such as SITE_URL=https://houses.example.org.",
            id="soberhouse.E010",
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


def _mail() -> list[checks.CheckMessage]:
    if settings.LOCAL or settings.EMAIL_BACKEND not in NOT_SENT:
        return []
    return [
        checks.Error(
            "Mail is not sent: links to a new password would reach nobody, or stand in the log for all who read it.",
            hint="Leave EMAIL_BACKEND at its default and set EMAIL_HOST to a mail server.",
            id="soberhouse.E005",
        )
    ]


def _tablets() -> list[checks.CheckMessage]:
    if 0 < settings.TABLET_IDLE_SECONDS <= LONGEST_IDLE:
        return []
    return [
        checks.Error(
            f"TABLET_IDLE_SECONDS is not from 1 to {LONGEST_IDLE}: a shared tablet would lie open to whoever passes.",
            hint="Leave it at its default of 120.",
            id="soberhouse.E006",
        )
    ]


def _proxies() -> list[checks.CheckMessage]:
    if 0 <= settings.TRUSTED_PROXIES <= MOST_PROXIES:
        return []
    return [
        checks.Error(
            f"TRUSTED_PROXIES is not from 0 to {MOST_PROXIES}: visitors could name their own address, "
            "and no limit on sign-in would hold.",
            hint="Set it to how many proxies of yours stand in front of the server.",
            id="soberhouse.E007",
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


def _second_factor() -> list[checks.CheckMessage]:
    if settings.SECOND_FACTOR_REQUIRED or settings.LOCAL:
        return []
    return [
        checks.Info(
            "SECOND_FACTOR_REQUIRED is off: a password that an operator or manager typed elsewhere too opens every "
            "resident's record.",
            hint="Leave it at its default.",
            id="soberhouse.I001",
        )
    ]


def _files() -> list[checks.CheckMessage]:
    store = Path(settings.FILES_DIR).resolve()
    handed_out = [settings.STATIC_ROOT, settings.MEDIA_ROOT, *settings.STATICFILES_DIRS]
    if any(_overlap(store, Path(folder).resolve()) for folder in handed_out if folder):
        return [
            checks.Error(
                "FILES_DIR lies where files are handed to anybody: photos and papers would be on the open web.",
                hint="Leave FILES_DIR at its default, or set it to a folder that no web server knows.",
                id="soberhouse.E008",
            )
        ]
    nearest = next(folder for folder in (store, *store.parents) if folder.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK):
        return []
    return [
        checks.Error(
            "FILES_DIR cannot be written to: no photo could be kept and no paper issued.",
            hint="Let the user that runs the server own that folder.",
            id="soberhouse.E009",
        )
    ]


def _overlap(one: Path, other: Path) -> bool:
    return one.is_relative_to(other) or other.is_relative_to(one)
