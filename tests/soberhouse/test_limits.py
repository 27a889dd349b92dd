"""What limits count by, and that nobody makes one forget by filling the store of another."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import cache
from django.test import Client, RequestFactory

from soberhouse import settings as product
from soberhouse.limits import counted_by
from tests.cast import Cast

FILES = "django.core.cache.backends.filebased.FileBasedCache"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("", "nowhere"),
        ("no address", "nowhere"),
    ],
)
def test_one_subscriber_is_one_address(address, counted):
    assert counted_by(RequestFactory(REMOTE_ADDR=address).get("/")) == counted


def test_proxy_that_is_trusted_says_who_asks(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    request = RequestFactory(REMOTE_ADDR="10.0.0.1").get("/", headers={"X-Forwarded-For": "192.0.2.1, 198.51.100.7"})

    assert counted_by(request) == "198.51.100.7"


def test_codes_of_slips_are_guessed_from_one_network_as_from_one_address(cast: Cast):
    statuses = [Client(REMOTE_ADDR=f"2001:db8:1:2::{n:x}").post("/join/", {"code": "x"}).status_code for n in range(21)]
    others = Client(REMOTE_ADDR="2001:db8:1:3::1").post("/join/", {"code": "x"}).status_code

    assert (statuses, others) == ([200] * 20 + [429], 200)


def test_strangers_count_in_a_store_of_their_own(cast: Cast, settings, tmp_path: Path):
    settings.CACHES = {
        name: {"BACKEND": FILES, "LOCATION": tmp_path / name, "OPTIONS": {"MAX_ENTRIES": 30}} for name in product.CACHES
    }
    cache.set("tries-of-alice", 5)

    for number in range(60):
        Client(REMOTE_ADDR=f"2001:db8:0:{number:x}::1").get("/verify/AAAAA-AAAAA-AAAAA-AAAAA/")

    assert cache.get("tries-of-alice") == 5
    assert len(list((tmp_path / "default").iterdir())) == 1
    assert len({store["LOCATION"] for store in product.CACHES.values()}) == 2
