"""The page that says how to ask: whoever types what stands there gets what it says."""

from __future__ import annotations

import html
import json
import re
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from api.refusals import KINDS
from api.schema import document
from residents.models import Application
from soberhouse.accounts.keys import partner_create
from soberhouse.history import acting_as
from tests import engines
from tests.api.conftest import make_key, outside


def page() -> str:
    answer = Client().get("/api/docs/")
    assert answer.status_code == 200
    return answer.content.decode()


def steps() -> dict[str, str]:
    """What is to be typed, by name, as a reader copies it from the page."""
    found = re.findall(r'<pre tabindex="0" data-quick-start="(\w+)"><code>(.*?)</code></pre>', page(), re.S)
    return {name: html.unescape(command) for name, command in found}


@pytest.mark.django_db
def test_the_quick_start_runs_as_it_stands(committed_db, cast, live_server, tmp_path: Path):
    with acting_as(cast.olive, source="web"):
        partner = partner_create(organization=cast.organization, name="Harbor Treatment")
    surroundings = {
        "SOBERHOUSE": live_server.url,
        "KEY": make_key(partner, "occupancy", "referrals"),
        "PATH": f"{Path(engines.curl()).parent}:/usr/local/bin:/usr/bin:/bin",
    }

    def typed(command: str) -> str:
        done = subprocess.run(
            ["/bin/sh", "-ec", command], cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        return done.stdout

    told = {name: typed(command) for name, command in steps().items()}

    assert list(told) == ["occupancy", "again", "refer"]
    names = [outside(house) for house in (cast.house_a, cast.house_b)]
    assert [house["name"] for house in json.loads(told["occupancy"])["items"]] == names
    assert told["again"] == "304\n"
    assert json.loads(told["refer"])["house"] == str(cast.house_a.uuid)
    assert Application.objects.get().partner == partner


def test_the_page_can_be_read_without_signing_in_and_runs_no_script_of_others():
    told = page()

    assert "<h1>The API</h1>" in told
    assert not re.search(r'<script[^>]*src="(?!/)', told)
    assert not re.search(r"<link[^>]*href=\"https?:", told)
    assert Client().post("/api/docs/").status_code == 405


def test_the_page_holds_every_operation_and_explains_every_problem():
    ids = set(re.findall(r'id="([^"]+)"', page()))

    operations = {one["operationId"] for path in document()["paths"].values() for one in path.values()}
    assert operations <= ids
    assert {f"problem-{name}" for name in KINDS} <= ids


def test_the_page_says_what_the_limits_are_and_what_sets_them(settings):
    settings.API_REQUESTS_A_MINUTE, settings.API_UNKNOWN_A_MINUTE = 4711, 47

    told = page()

    assert "<code>API_REQUESTS_A_MINUTE</code> · 4711" in told
    assert "<code>API_UNKNOWN_A_MINUTE</code> · 47" in told


@pytest.mark.django_db
def test_whoever_gives_keys_is_led_to_the_page(cast, signed_in):
    told = signed_in(cast.olive).get(f"/organizations/{cast.organization.uuid}/partners/").content.decode()

    assert 'href="/api/docs/"' in told


@pytest.mark.django_db
def test_the_page_is_the_sites_to_who_is_signed_in(cast, signed_in):
    told = signed_in(cast.alice).get("/api/docs/").content.decode()

    assert "Alice Example" in told
    assert 'class="nav"' in told
