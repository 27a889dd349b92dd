"""Settings: a laptop needs none, a real house is refused what is unsafe, and every answer carries its headers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.cache.backends.filebased import FileBasedCache
from django.test import Client, override_settings

from soberhouse import settings as product
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[2]
KEY = "a-key-that-only-this-test-knows-and-that-is-long-enough-0123456789"
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "houses.example.org",
    "DATABASE_URL": "postgres://houses:secret@database.example.org/houses",
}


UNSENT = ("console", "dummy", "filebased", "locmem")


def deploy_check(*options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`manage.py check --deploy` in an environment of its own."""
    return python("manage.py", "check", "--deploy", *options, **environment)


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_sane_production_comes_out_clean():
    done = deploy_check("--fail-level", "WARNING", **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"DEBUG": "true"}, "soberhouse.E001"),
        ({"SECRET_KEY": "short"}, "soberhouse.E002"),
        ({"SECRET_KEY": "local-only-key-that-everybody-knows-and-no-real-house-may-use"}, "soberhouse.E002"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "soberhouse.E003"),
        ({"ALLOWED_HOSTS": "houses.example.org,*"}, "soberhouse.E003"),
        ({"SITE_URL": "http://houses.example.org"}, "soberhouse.E010"),
        ({"SITE_URL": "https://elsewhere.example.org"}, "soberhouse.E010"),
        ({"COOKIES_SECURE": "false"}, "soberhouse.E004"),
        *(({"EMAIL_BACKEND": f"django.core.mail.backends.{name}.EmailBackend"}, "soberhouse.E005") for name in UNSENT),
        ({"TABLET_IDLE_SECONDS": "901"}, "soberhouse.E006"),
        ({"TABLET_IDLE_SECONDS": "0"}, "soberhouse.E006"),
        ({"TRUSTED_PROXIES": "4"}, "soberhouse.E007"),
        ({"TRUSTED_PROXIES": "-1"}, "soberhouse.E007"),
        ({"FILES_DIR": "var/static/files"}, "soberhouse.E008"),
        ({"FILES_DIR": "var"}, "soberhouse.E008"),
        ({"FILES_DIR": "soberhouse/static"}, "soberhouse.E008"),
        ({"FILES_DIR": "manage.py/files"}, "soberhouse.E009"),
        ({"PAPER_SIZE": "napkin"}, "PAPER_SIZE"),
    ],
)
def test_unsafe_production_is_refused_even_where_warnings_pass(change, problem):
    done = deploy_check("--fail-level", "ERROR", **PRODUCTION | change)

    assert done.returncode != 0
    assert problem in done.stderr


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"DATABASE_URL": "sqlite://:memory:"}, "soberhouse.W001"),
        ({"SECURE_HSTS_SECONDS": "0"}, "security.W004"),
        ({"SECURE_SSL_REDIRECT": "false"}, "security.W008"),
    ],
)
def test_doubtful_production_is_warned_of(change, problem):
    strict = deploy_check("--fail-level", "WARNING", **PRODUCTION | change)
    lenient = deploy_check("--fail-level", "ERROR", **PRODUCTION | change)

    assert (strict.returncode != 0, lenient.returncode) == (True, 0)
    assert problem in strict.stderr


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"DEBUG": "false", "SECRET_KEY": "local-only-key-that-everybody-knows-and-no-real-house-may-use"}, "E002"),
        ({"ALLOWED_HOSTS": "*"}, "E003"),
        ({"COOKIES_SECURE": "false"}, "E004"),
        ({"TABLET_IDLE_SECONDS": "36000"}, "E006"),
    ],
)
def test_server_does_not_start_with_an_unsafe_setting(change, problem):
    done = python("-c", "import soberhouse.wsgi", **PRODUCTION | {"DATABASE_URL": "sqlite://:memory:"} | change)

    assert done.returncode != 0
    assert f"ImproperlyConfigured: soberhouse.{problem}: " in done.stderr


@pytest.mark.parametrize("environment", [PRODUCTION, {}])
def test_server_of_a_sane_house_or_a_laptop_gets_as_far_as_its_database(environment):
    done = python("-c", "import soberhouse.wsgi", **environment | {"DATABASE_URL": "sqlite://:memory:"})

    assert done.returncode != 0
    assert "triggers are missing" in done.stderr


def test_every_unsafe_setting_is_named_at_once():
    done = deploy_check(DEBUG="true", ALLOWED_HOSTS="*", DATABASE_URL="sqlite://:memory:")

    named = {f"soberhouse.E00{number}" for number in range(1, 5)} | {"soberhouse.W001"}
    assert {code for code in named if code in done.stderr} == named


def test_value_of_the_wrong_type_is_refused_at_start():
    done = deploy_check(**PRODUCTION | {"TABLET_IDLE_SECONDS": "two minutes"})

    assert done.returncode != 0
    assert "TABLET_IDLE_SECONDS" in done.stderr


SAME_EVERYWHERE = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
    ),
}


def policy(text: str) -> set[str]:
    return {part.strip() for part in text.split(";")}


@pytest.mark.parametrize("path", ["/account/login/", "/", "/nowhere/", "/account/password/reset/"])
def test_every_answer_carries_the_security_headers(cast: Cast, path):
    response = Client().get(path)

    assert policy(response["Content-Security-Policy"]) == policy(SAME_EVERYWHERE["Content-Security-Policy"])
    others = {name: value for name, value in SAME_EVERYWHERE.items() if name != "Content-Security-Policy"}
    assert {name: response[name] for name in others} == others
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_production_insists_on_https_and_says_so_for_a_year():
    with override_settings(SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=31536000, SECURE_HSTS_INCLUDE_SUBDOMAINS=True):
        client = Client()
        plain, safe = client.get("/account/login/"), client.get("/account/login/", secure=True)

    assert (plain.status_code, plain.url) == (301, "https://testserver/account/login/")
    assert (safe.status_code, safe["Strict-Transport-Security"]) == (200, "max-age=31536000; includeSubDomains")


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(cast: Cast):
    with override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True):
        response = Client().post("/account/login/", {"login": "alice", "password": "a quiet evening 7"}, secure=True)

    session = response.cookies["sessionid"]
    assert (session["httponly"], session["secure"], session["samesite"]) == (True, True, "Lax")


def test_limits_are_not_forgotten_because_somebody_fills_the_store(tmp_path):
    store = FileBasedCache(tmp_path, {"OPTIONS": product.CACHES["default"]["OPTIONS"]})
    store.set("tries-of-alice", 5)

    for number in range(400):
        store.set(f"tries-of-somebody-{number}", 1)

    assert store.get("tries-of-alice") == 5
