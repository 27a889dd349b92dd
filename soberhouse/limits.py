"""What every limit on asking counts by, and where those on strangers count."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address

from allauth.core.internal.httpkit import get_client_ip
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.http import HttpRequest

NOWHERE = "nowhere"


def counted_by(request: HttpRequest) -> str:
    """The visitor's address, or the network of it: of IPv6 one subscriber has all addresses of a /64."""
    found = get_client_ip(request)
    if not found:
        return NOWHERE
    address = ip_address(found)
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))
    return str(address)


def counters() -> BaseCache:
    """The store for the counts of whoever may ask without signing in. They may fill it from many addresses: the limits
    on sign-in lie in another, which then forgets none."""
    return caches["counters"]
