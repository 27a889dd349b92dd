"""A directory fetched from its address: an address that an operator typed, which must lead to the internet and never
into the network that the site itself stands in.

A name is looked up once. Each address it has must be public, and the connection goes to one that was looked at: whoever
owns the name cannot let it point elsewhere in between.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import urljoin, urlsplit

import urllib3
from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_match_hostname import CertificateError

PORTS = {"http": 80, "https": 443}
MOST_REDIRECTS = 3
MOST_ADDRESSES = 4  # of one name that are tried
AT_ONCE = 64 * 1024  # bytes
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {
    "User-Agent": "Soberhouse (directory of meetings)",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}
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
    the address, for any address that is neither public nor in a network of `MEETING_FEEDS_PRIVATE`, for a fourth
    redirect, and for what is too large or takes too long."""
    until = time.monotonic() + settings.MEETING_FEEDS_SECONDS
    for _each in range(MOST_REDIRECTS + 1):
        place = taken_apart(url)
        with _asked(place, checked(_looked_up(place)), until) as answer:
            if answer.status not in REDIRECTS:
                return _body(answer, until)
            url = _led(url, answer.headers.get("Location", ""))
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


def checked(addresses: Sequence[str]) -> Sequence[str]:
    """These addresses of one name. Raises Unfetched where any of them is neither public nor in a network that the
    setting allows."""
    for each in addresses:
        if "%" in each or not _may_be_asked(ipaddress.ip_address(each)):
            raise Unfetched(
                _("This address leads into a private network, and is not fetched. Take the public address.")
            )
    return addresses


def _may_be_asked(address: Address) -> bool:
    return is_public(address) or any(address in network for network in settings.MEETING_FEEDS_PRIVATE)


def _looked_up(place: Place) -> list[str]:
    """The addresses of a name, looked up once."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unfetched(_("There is no “%(host)s”: the name was not found.") % {"host": place.host}) from None
    return list(dict.fromkeys(str(each[4][0]) for each in found))


@contextmanager
def _asked(place: Place, addresses: Sequence[str], until: float) -> Iterator[Any]:
    """The answer, its body not read yet. When time is over the line is cut: whoever sends one letter at a time holds
    nobody up."""
    connection = _connected(place, addresses, until)
    cut = threading.Timer(_left(until), _cut, [connection.sock])
    cut.daemon = True
    cut.start()
    try:
        connection.timeout = min(20.0, _left(until))
        connection.request("GET", place.path, headers=HEADERS | {"Host": place.header}, preload_content=False)
        yield connection.getresponse()
    except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError):
        if time.monotonic() > until:
            raise Unfetched(_("It took too long.")) from None
        raise Unfetched(_("“%(host)s” did not answer.") % {"host": place.host}) from None
    finally:
        cut.cancel()
        connection.close()


def _connected(place: Place, addresses: Sequence[str], until: float) -> Any:
    """A line to the first of these addresses that takes one."""
    for address in addresses[:MOST_ADDRESSES]:
        connection: Any
        if place.scheme == "https":
            connection = HTTPSConnection(
                address,
                place.port,
                timeout=min(10.0, _left(until)),
                server_hostname=place.host,
                assert_hostname=place.host,
                cert_reqs="CERT_REQUIRED",
            )
        else:
            connection = HTTPConnection(address, place.port, timeout=min(10.0, _left(until)))
        try:
            connection.connect()
        except (ssl.SSLError, CertificateError, urllib3.exceptions.SSLError):
            connection.close()
            raise Unfetched(_("“%(host)s” could not prove that it is itself.") % {"host": place.host}) from None
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            connection.close()
        else:
            return connection
    raise Unfetched(_("“%(host)s” did not answer.") % {"host": place.host})


def _left(until: float) -> float:
    """Seconds."""
    return max(0.1, until - time.monotonic())


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # it was closed in time
        line.shutdown(socket.SHUT_RDWR)


def _led(url: str, to: str) -> str:
    try:
        return urljoin(url, to)
    except ValueError:
        raise Unfetched(_("It leads to an address that is none.")) from None


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
    except (urllib3.exceptions.HTTPError, HTTPException, OSError):
        if time.monotonic() > until:
            raise Unfetched(_("It took too long.")) from None
        raise Unfetched(_("It broke off in the middle.")) from None
    if time.monotonic() > until:  # the line was cut: what arrived may look whole, and is not
        raise Unfetched(_("It took too long."))
    return b"".join(parts)
