"""How often somebody may ask the register from one address."""

from __future__ import annotations

import hashlib
import time
from ipaddress import ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

WINDOW = 5 * 60
MOST_WRONG, MOST = 20, 200


def seconds_to_wait(request: HttpRequest) -> int:
    """Zero while the visitor's address may ask; counts this time. After `MOST_WRONG` wrong codes or `MOST` questions in
    a window, how long it still is until the next."""
    asked = _counted(request, "asked")
    wrong = cache.get(_key(request, "wrong"), 0)
    return _left() if asked > MOST or wrong >= MOST_WRONG else 0


def count_wrong(request: HttpRequest) -> None:
    """This one asked for a paper that there is not."""
    _counted(request, "wrong")


def _counted(request: HttpRequest, what: str) -> int:
    key = _key(request, what)
    cache.add(key, 0, timeout=WINDOW)
    try:
        return cache.incr(key)
    except ValueError:  # the window ended between the two
        return 1


def _key(request: HttpRequest, what: str) -> str:
    address = ip_address(get_adapter().get_client_ip(request))
    if address.version == 6:  # one subscriber has all addresses of such a network
        address = ip_network(f"{address}/64", strict=False).network_address
    whose = hashlib.sha256(str(address).encode()).hexdigest()[:32]
    return f"verify:{what}:{int(time.time() // WINDOW)}:{whose}"


def _left() -> int:
    return WINDOW - int(time.time() % WINDOW)
