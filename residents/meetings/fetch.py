"""A directory fetched from its address: an address that an operator typed, which must lead to the internet and never
into the network that the site itself stands in.

A name is looked up once. Each address it has must be public, and the connection goes to the one that was looked at:
whoever owns the name cannot let it point elsewhere in between.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import urllib3
from django.conf import settings
from django.utils.translation import gettext as _

PORTS = {"http": 80, "https": 443}
MOST_REDIRECTS = 3
AT_ONCE = 64 * 1024  # bytes
REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What stands for an address of version 4 in one of version 6: NAT64, of RFC 6052.
NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Unfetched(Exception):
    """It could not be fetched, or may not be. Says why, in a sentence."""


@dataclass(frozen=True)
class Place:
    """An address taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def header(self) -> str:
        """As the header Host says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def fetch(url: str) -> bytes:
    """What stands at this address. Raises Unfetched: for another scheme than http and https, for a name and password in
    the address, for any address that is not public, for a fourth redirect, and for what is too large or takes too
    long."""
    until = time.monotonic() + settings.MEETING_FEEDS_SECONDS
    for _each in range(MOST_REDIRECTS + 1):
        place = taken_apart(url)
        answer = _asked(place, _public_address(place), until)
        try:
            if answer.status not in REDIRECTS:
                return _body(answer, until)
            url = urljoin(url, answer.headers.get("Location", ""))
        finally:
            answer.close()
    raise Unfetched(_("It leads on and on: more than %(most)s times.") % {"most": MOST_REDIRECTS})


def taken_apart(url: str) -> Place:
    """The parts of an address that may be asked. Raises Unfetched."""
    try:
        if not url.isprintable() or " " in url:
            raise ValueError(url)
        parts = urlsplit(url)
        host, port = (parts.hostname or ""), parts.port
        if not host.isascii():
            host = host.encode("idna").decode()
    except (ValueError, UnicodeError):
        raise Unfetched(_("This is no address. It begins with https://.")) from None
    if parts.scheme not in PORTS or not host:
        raise Unfetched(_("The address must begin with https:// or http://."))
    if parts.username is not None or parts.password is not None:
        raise Unfetched(_("The address holds a name or password. A directory is open to everybody: leave them out."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    quoted = urllib3.util.parse_url(f"http://host{path}").request_uri  # a letter of any script as a URL has it
    return Place(parts.scheme, host, port or PORTS[parts.scheme], quoted)


def is_public(address: Address) -> bool:
    """Whether this address lies in the internet: not of this machine, of a private network, of a link, of many, or kept
    for other uses; nor an address of version 6 that stands for such a one."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or address.is_site_local:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
        and not address.is_loopback
        and not address.is_link_local
    )


def _public_address(place: Place) -> str:
    """One address of this name, looked up once. Raises Unfetched where any of them is not public."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unfetched(_("There is no “%(host)s”: the name was not found.") % {"host": place.host}) from None
    addresses = [str(each[4][0]) for each in found]
    if not settings.MEETING_FEEDS_PRIVATE:
        for each in addresses:
            if "%" in each or not is_public(ipaddress.ip_address(each)):
                raise Unfetched(
                    _("This address leads into a private network, and is not fetched. Take the public address.")
                )
    return addresses[0]


def _asked(place: Place, address: str, until: float) -> Any:
    left = max(0.1, until - time.monotonic())
    options: dict[str, Any] = {
        "timeout": urllib3.Timeout(connect=min(10.0, left), read=min(20.0, left)),
        "retries": False,
    }
    pool: Any
    if place.scheme == "https":
        pool = urllib3.HTTPSConnectionPool(
            address,
            place.port,
            server_hostname=place.host,
            assert_hostname=place.host,
            cert_reqs="CERT_REQUIRED",
            **options,
        )
    else:
        pool = urllib3.HTTPConnectionPool(address, place.port, **options)
    headers = {
        "Host": place.header,
        "User-Agent": "Soberhouse (directory of meetings)",
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
    }
    try:
        return pool.urlopen(
            "GET", place.path, headers=headers, redirect=False, preload_content=False, assert_same_host=False
        )
    except urllib3.exceptions.SSLError:
        raise Unfetched(_("“%(host)s” could not prove that it is itself.") % {"host": place.host}) from None
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        raise Unfetched(_("“%(host)s” did not answer.") % {"host": place.host}) from None


def _body(answer: Any, until: float) -> bytes:
    if answer.status != 200:
        raise Unfetched(_("The answer was %(status)s, not the directory.") % {"status": answer.status})
    most = settings.MEETING_FEEDS_MAX_BYTES
    parts, size = [], 0
    try:
        while part := answer.read1(AT_ONCE, decode_content=True):  # what is there, without waiting for more
            parts.append(part)
            size += len(part)
            if size > most:
                raise Unfetched(_("It is larger than %(most)s MB.") % {"most": most // 1024 // 1024 or 1})
            if time.monotonic() > until:
                raise Unfetched(_("It took too long."))
    except (urllib3.exceptions.HTTPError, OSError):
        raise Unfetched(_("It broke off in the middle.")) from None
    return b"".join(parts)
