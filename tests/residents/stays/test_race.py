"""Fifty at once for one bed: one gets it, forty-nine are told who has it. By service and over HTTP."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.urls import reverse

from residents.models import Bed, BedUse, Resident, Stay
from residents.stays.services import admit
from soberhouse.history import acting_as

ROOT = Path(__file__).resolve().parents[3]
PEOPLE = 50
SOMEBODY = re.compile(r"Newcomer (\d+) E\. is in Bed Room 3 3B since .+, with no move-out planned\.")

pytestmark = pytest.mark.usefixtures("committed_db")


def at_once(work: Callable[[int], None], number: int = PEOPLE) -> None:
    """Run `work(0) … work(number - 1)` in threads that begin together; raise what any of them raised."""
    barrier, problems = threading.Barrier(number), []

    def run(turn: int) -> None:
        try:
            barrier.wait(timeout=60)
            work(turn)
        except BaseException as problem:  # a thread's error must reach the test
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(turn,)) for turn in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]


def assert_one_moved_in(bed: Bed, refusals: list[str]) -> None:
    """Exactly one stay and one use came to be, and every refusal names that person and says until when."""
    use = BedUse.objects.select_related("stay__resident").get(bed=bed)
    stay = Stay.objects.get(resident__legal_last_name="Example", resident__legal_first_name__startswith="Newcomer")
    (winner,) = re.findall(r"\d+", use.stay.resident.legal_first_name)

    assert use.stay == stay
    assert (use.history.count(), stay.history.count()) == (1, 1)
    assert len(refusals) == PEOPLE - 1
    assert {SOMEBODY.search(refusal)[1] if SOMEBODY.search(refusal) else refusal for refusal in refusals} == {winner}


def test_by_service(cast):
    bed, today = cast.bed_a("3B"), cast.today
    with acting_as(None, source="command"), transaction.atomic():
        people = [
            Resident.objects.create(
                organization=cast.organization, legal_first_name=f"Newcomer {number}", legal_last_name="Example"
            )
            for number in range(PEOPLE)
        ]
    managers, refusals, moved_in = [cast.alice, cast.bob, cast.olive], [], []

    def move_in(turn: int) -> None:
        with acting_as(managers[turn % 3], source="web"):
            try:
                moved_in.append(admit(resident=people[turn], bed=bed, starts_on=today, today=today))
            except ValidationError as refusal:
                refusals.extend(refusal.messages)

    at_once(move_in)

    assert len(moved_in) == 1
    assert_one_moved_in(bed, refusals)


def test_one_person_into_five_beds(cast):
    """The other way round: a person lives in one place."""
    with acting_as(None, source="command"), transaction.atomic():
        person = Resident.objects.create(organization=cast.organization, legal_first_name="Newcomer")
    beds = [cast.bed_a("2A"), cast.bed_a("2B"), cast.bed_a("3A"), cast.bed_b("1B"), cast.bed_b("2A")]
    refusals, moved_in = [], []

    def move_in(turn: int) -> None:
        bed, today = beds[turn], beds[turn].house.today()
        with acting_as(cast.olive, source="web"):
            try:
                moved_in.append(admit(resident=person, bed=bed, starts_on=today, today=today))
            except ValidationError as refusal:
                refusals.extend(refusal.messages)

    at_once(move_in, len(beds))

    assert len(moved_in) == 1
    assert len(refusals) == 4
    assert person.stays.count() == 1
    assert BedUse.objects.filter(stay__resident=person).count() == 1


# Over HTTP


def database_url() -> str:
    """The database of this test, as another process is told of it."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{given['NAME']}"
    login = quote(given["USER"], safe="") + (f":{quote(given['PASSWORD'], safe='')}" if given["PASSWORD"] else "")
    return f"postgres://{login}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


@contextlib.contextmanager
def served(log: Path) -> Iterator[int]:
    """The site under gunicorn with four workers, as `make serve` runs it; the port it listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": database_url(), "LOG_LEVEL": "ERROR"}
    command = [sys.executable, "-m", "gunicorn", "soberhouse.wsgi", "--workers", "4", "--threads", "4"]
    with log.open("w") as file:
        server = subprocess.Popen(
            [*command, "--bind", f"127.0.0.1:{port}", "--backlog", "256"],
            cwd=ROOT,
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_for(server, port, log)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=60)


def wait_for(server: subprocess.Popen, port: int, log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        with contextlib.suppress(OSError):
            if ask(port, "GET", reverse("account_login"))[0] == 200:
                return
        time.sleep(0.2)
    raise AssertionError(f"The server did not start:\n{log.read_text()}")


def ask(port: int, method: str, path: str, body: str = "", **headers: str) -> tuple[int, str]:
    """The status and the page that the server answers."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=120)) as visit:
        visit.request(method, path, body, headers)
        answer = visit.getresponse()
        return answer.status, answer.read().decode()


def test_over_http_with_four_workers(cast, signed_in, tmp_path):
    bed = cast.bed_a("3B")
    path = reverse("move_in", kwargs={"uuid": cast.house_a.uuid})
    sessions = [signed_in(person).cookies["sessionid"].value for person in (cast.alice, cast.bob, cast.olive)]
    token = uuid.uuid4().hex
    answers: list[tuple[int, str]] = []

    def move_in(turn: int) -> None:
        form = {
            "csrfmiddlewaretoken": token,
            "legal_first_name": f"Newcomer {turn}",
            "legal_last_name": "Example",
            "bed": str(bed.uuid),
            "starts_on": cast.today.isoformat(),
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={sessions[turn % 3]}; csrftoken={token}",
        }
        answers.append(ask(port, "POST", path, urlencode(form), **headers))

    with served(tmp_path / "server.log") as port:
        at_once(move_in)

    statuses = sorted(status for status, _page in answers)
    assert statuses == [200] * (PEOPLE - 1) + [302]
    assert_one_moved_in(bed, [page for status, page in answers if status == 200])
