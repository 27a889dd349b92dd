"""A directory fetched from its address, from a server that stands here; and the addresses that are never asked."""

from __future__ import annotations

import contextlib
import gzip
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import CommandError, call_command

from residents.meetings.fetch import Unfetched, checked, fetch, is_public, taken_apart
from residents.meetings.models import Feed, FeedReading, Meeting
from residents.meetings.services.directory import feed_fetch, feed_save, feeds_catch_up
from soberhouse.history import acting_as

HERE = [ipaddress.ip_network(each) for each in ("127.0.0.1", "::1")]
MEETINGS = [{"name": "Noon Group", "slug": "noon", "day": 1, "time": "12:00"}]


class Answers(BaseHTTPRequestHandler):
    """By its path: a directory, leading on, too much, never, nothing."""

    asked: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Host"]))
        name, _slash, rest = self.path[1:].partition("?")[0].partition("/")
        getattr(self, f"do_{name}", self.do_nothing)(rest)

    def do_meetings(self, _rest: str) -> None:
        self._send(200, json.dumps(MEETINGS).encode())

    def do_packed(self, _rest: str) -> None:
        self._send(200, gzip.compress(b" " * 50_000_000), **{"Content-Encoding": "gzip"})

    def do_large(self, _rest: str) -> None:
        self._send(200, b" " * 3_000_000)

    def do_on(self, rest: str) -> None:
        count = int(rest)
        self._send(302, b"", Location=f"/on/{count - 1}" if count > 1 else "/meetings")

    def do_to(self, rest: str) -> None:
        self._send(301, b"", Location=rest)

    def do_slow(self, _rest: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        with contextlib.suppress(OSError):
            for _each in range(40):
                time.sleep(0.1)
                self.wfile.write(b" ")

    def do_drip(self, _rest: str) -> None:
        with contextlib.suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            for _each in range(60):
                time.sleep(0.1)
                self.wfile.write(b"x")

    def do_short(self, _rest: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"[")

    def do_nothing(self, _rest: str) -> None:
        self._send(404, b"not here")

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(settings) -> Iterator[str]:
    settings.MEETING_FEEDS_PRIVATE = HERE
    Answers.asked = []
    here = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=here.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{here.server_address[1]}"
    here.shutdown()
    here.server_close()


def port_of(server: str) -> str:
    return server.rpartition(":")[2]


def test_a_directory_is_fetched(server):
    assert json.loads(fetch(f"{server}/meetings?x=1")) == MEETINGS
    assert Answers.asked == [("/meetings?x=1", server.removeprefix("http://"))]


def test_the_name_is_asked_for_at_the_address_that_was_looked_up(server):
    assert json.loads(fetch(f"http://localhost:{port_of(server)}/meetings")) == MEETINGS
    assert Answers.asked[-1][1] == f"localhost:{port_of(server)}"


def test_three_redirects_are_followed_and_no_fourth(server):
    assert json.loads(fetch(f"{server}/on/3")) == MEETINGS
    with pytest.raises(Unfetched, match="on and on"):
        fetch(f"{server}/on/4")


@pytest.mark.parametrize("to", ["ftp://example.org/", "file:///etc/passwd", "http://bob:pw@127.0.0.1/", "//[::1"])
def test_where_it_leads_is_checked_again(server, to):
    with pytest.raises(Unfetched):
        fetch(f"{server}/to/{to}")


def test_a_redirect_into_a_private_network_is_not_followed(server):
    """One address is allowed; what it leads to is asked about for itself."""
    with pytest.raises(Unfetched, match="private network"):
        fetch(f"{server}/to/http://127.0.0.2:{port_of(server)}/meetings")

    assert [path.partition("/to")[0] for path, _host in Answers.asked] == [""]


@pytest.mark.parametrize("path", ["packed", "large"])
def test_what_is_too_large_is_not_read_to_its_end(server, settings, path):
    settings.MEETING_FEEDS_MAX_BYTES = 1024 * 1024

    with pytest.raises(Unfetched, match="larger than 1 MB"):
        fetch(f"{server}/{path}")


def test_what_takes_too_long_is_left(server, settings):
    settings.MEETING_FEEDS_SECONDS = 1
    began = time.monotonic()

    with pytest.raises(Unfetched, match="too long"):
        fetch(f"{server}/slow")

    assert time.monotonic() - began < 4


@pytest.mark.parametrize(("path", "why"), [("short", "broke off"), ("nothing", "404")])
def test_what_is_no_answer_is_said(server, path, why):
    with pytest.raises(Unfetched, match=why):
        fetch(f"{server}/{path}")


def test_whoever_sends_one_letter_at_a_time_is_left(server, settings):
    settings.MEETING_FEEDS_SECONDS = 1
    began = time.monotonic()

    with pytest.raises(Unfetched, match="too long"):
        fetch(f"{server}/drip")

    assert time.monotonic() - began < 3


def test_nobody_answers(settings):
    settings.MEETING_FEEDS_PRIVATE = HERE
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unfetched, match="did not answer"):
            fetch(f"http://127.0.0.1:{taken.getsockname()[1]}/")


def test_a_server_that_speaks_plainly_cannot_prove_who_it_is(server):
    with pytest.raises(Unfetched, match="prove"):
        fetch(server.replace("http:", "https:") + "/meetings")


@pytest.fixture
def proved(settings, tmp_path) -> Iterator[tuple[int, Path]]:
    """The port of a server that proves that it is localhost, and who vouches for it."""
    settings.MEETING_FEEDS_PRIVATE = HERE
    Answers.asked = []
    made = tmp_path / "certificate.pem"
    made.write_bytes(certificate("localhost"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made)
    here = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    here.socket = context.wrap_socket(here.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=here.serve_forever, daemon=True).start()
    yield here.server_address[1], made
    here.shutdown()
    here.server_close()


def certificate(host: str) -> bytes:
    """One that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return made.public_bytes(serialization.Encoding.PEM) + secret


def test_a_server_for_which_somebody_vouches_is_believed_under_its_own_name_alone(proved, monkeypatch):
    port, made = proved
    monkeypatch.setenv("SSL_CERT_FILE", str(made))

    assert json.loads(fetch(f"https://localhost:{port}/meetings")) == MEETINGS
    with pytest.raises(Unfetched, match="prove"):
        fetch(f"https://127.0.0.1:{port}/meetings")


def test_a_server_for_which_nobody_vouches_is_not_believed(proved):
    with pytest.raises(Unfetched, match="prove"):
        fetch(f"https://localhost:{proved[0]}/meetings")

    assert Answers.asked == []


@pytest.mark.parametrize(
    "host",
    [
        *(
            "127.0.0.1",
            "localhost",
            "[::1]",
            "0.0.0.0",  # noqa: S104 -- asked for, not bound to
            "[::]",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
        ),
        *("[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "224.0.0.1", "[ff02::1]", "240.0.0.1"),
        *("100.64.0.1", "[2002:7f00:1::]", "[64:ff9b::7f00:1]", "2130706433", "0x7f.1", "255.255.255.255"),
        *("198.18.0.1", "192.0.2.1", "[2001:db8::1]", "[2001:0:7f00:1::]"),
    ],
)
def test_no_address_of_a_private_network_is_asked(host):
    with pytest.raises(Unfetched, match="private network|not found"):
        fetch(f"http://{host}/meetings")


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_the_internet_is_public(address):
    assert is_public(ipaddress.ip_address(address))


def test_of_a_name_every_address_must_be_public():
    public = ["93.184.216.34", "2606:4700:4700::1111"]

    assert checked(public) == public
    for private in ("127.0.0.1", "fe80::1%2"):
        with pytest.raises(Unfetched, match="private network"):
            checked([*public, private])


def test_the_setting_allows_a_network_and_no_other(settings):
    settings.MEETING_FEEDS_PRIVATE = [ipaddress.ip_network("10.1.0.0/16")]

    assert checked(["10.1.2.3"]) == ["10.1.2.3"]
    for other in ("10.2.0.1", "169.254.169.254", "::ffff:10.2.0.1"):
        with pytest.raises(Unfetched, match="private network"):
            checked([other])


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "meetings.json",
            "ftp://x.org/",
            "file:///etc/passwd",
            "https://",
            "http://a b.org/",
            "http://x.org:99999/",
        ),
        *(
            "http://bob@x.org/",
            "http://bob:pw@x.org/",
            "http://x.org/\r\nHost: y.org",
            "gopher://x.org/",
            "http://[::1",
        ),
    ],
)
def test_what_is_no_address_of_a_directory_is_refused(url):
    with pytest.raises(Unfetched):
        taken_apart(url)


# By the clock


@pytest.fixture
def feed(cast, server) -> Feed:
    with acting_as(cast.olive, source="web"):
        return feed_save(organization=cast.organization, name="A", kind="aa", url=f"{server}/meetings")


@pytest.mark.django_db
def test_a_directory_is_read_from_its_address(cast, feed):
    with acting_as(cast.olive, source="web"):
        reading = feed_fetch(feed=feed, now=datetime.now(UTC))

    assert reading is not None
    assert (reading.outcome, Meeting.objects.get().name) == ("read", "Noon Group")


@pytest.mark.django_db
def test_each_directory_is_read_once_a_day_and_one_that_fails_stops_no_other(cast, server, feed):
    now = datetime(2026, 6, 10, 16, tzinfo=UTC)
    with acting_as(cast.olive, source="web"):
        broken = feed_save(organization=cast.organization, name="0 first", kind="na", url=f"{server}/nothing")
        feed_save(organization=cast.organization, name="File", kind="na")
        feed_save(organization=cast.organization, name="Ended", kind="na", url=f"{server}/x", in_use=False)
    with acting_as(None, reason="due", source="command"):
        assert feeds_catch_up(now=now) == 2
        assert feeds_catch_up(now=now + timedelta(hours=11)) == 0
        assert feeds_catch_up(now=now + timedelta(hours=13)) == 2  # the next day in New York

    assert [each.outcome for each in FeedReading.objects.filter(feed=feed)] == ["read", "read"]
    assert {each.why for each in FeedReading.objects.filter(feed=broken)} == {"The answer was 404, not the directory."}


@pytest.mark.django_db
def test_the_command_for_all_work_reads_directories(cast, feed, capsys):
    with contextlib.suppress(CommandError):  # of other jobs
        call_command("due")

    assert FeedReading.objects.get(feed=feed).outcome == "read"
    assert "directories of meetings read: 1" in capsys.readouterr().out
