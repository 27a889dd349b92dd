"""Measures one database, growing from size to size. Prints a JSON object for each ratio; says on the side what it does.

Two things are always measured in turn, several rounds of each; what counts are the times that something else on the
machine disturbed the least. A line with a bar holds it; one without only tells.
"""

from __future__ import annotations

import json
import logging
import os
import re
import statistics
import sys
import time
import uuid
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

os.environ["DJANGO_SETTINGS_MODULE"] = "soberhouse.settings"
django.setup()

from reportlab.graphics import renderPDF  # noqa: E402 -- as below; it is what is measured against
from reportlab.graphics.barcode.qr import QrCodeWidget  # noqa: E402 -- as above
from reportlab.graphics.shapes import Drawing  # noqa: E402 -- as above
from reportlab.pdfgen.canvas import Canvas  # noqa: E402 -- as above

from api.v1 import facts as api_facts  # noqa: E402 -- the settings must be there first
from api.v1 import occupancy as api  # noqa: E402 -- as above
from residents.models import (  # noqa: E402 -- as above
    Bed,
    BedUse,
    House,
    Organization,
    Resident,
    Stay,
)
from residents.stays.queries import OCCUPANCY_SQL, OPENING_DAYS, occupancy  # noqa: E402 -- as above
from soberhouse.accounts import keys  # noqa: E402 -- as above
from soberhouse.accounts.models import User  # noqa: E402 -- as above
from soberhouse.database import triggers  # noqa: E402 -- as above
from soberhouse.documents import lettering, paper  # noqa: E402 -- as above
from soberhouse.history import acting_as  # noqa: E402 -- as above
from tests.benchmarks import fill  # noqa: E402 -- as above

POSTGRESQL = connection.vendor == "postgresql"
ROUNDS = 9
SAVES = 300  # in a round
MOST_A_PAGE = 1000  # houses that the API answers at once
WARM = 20  # saves before each round: a change of triggers makes the database plan anew
# The least of plain saves that audited ones may reach.
BARS = {"many in one transaction": 0.85 if POSTGRESQL else 0.60, "one a transaction": 0.70 if POSTGRESQL else 0.55}


def say(text: str) -> None:
    print(f"  … {text}", file=sys.stderr, flush=True)


def found(what: str, ratio: float, **more: Any) -> None:
    print(json.dumps({"what": what, "ratio": ratio, **more}), flush=True)


def undisturbed(taken: list[float]) -> float:
    """The quarter of the times that something else disturbed the least ends here."""
    return statistics.quantiles(taken, n=4)[0]


def seconds(work: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    work()
    return clock() - began


# An audited save


@contextmanager
def disabled(name: str, model: type[Model]) -> Iterator[None]:
    """The same table without its triggers of this name."""
    found = [each for each in triggers.model_triggers(model, connection.vendor) if each.name.startswith(name)]
    with connection.cursor() as cursor:
        for trigger in found:
            if POSTGRESQL:
                cursor.execute(f'ALTER TABLE "{trigger.table}" DISABLE TRIGGER "{trigger.name}"')
            else:
                cursor.execute(f'DROP TRIGGER "{trigger.name}"')
        try:
            yield
        finally:
            for trigger in found:
                if POSTGRESQL:
                    cursor.execute(f'ALTER TABLE "{trigger.table}" ENABLE TRIGGER "{trigger.name}"')
                else:
                    cursor.execute(*trigger.create(connection.vendor))


def resident(organization: Organization, number: int) -> Resident:
    return Resident(
        organization=organization,
        legal_first_name="Robin",
        legal_last_name=f"Measured {number}",
        preferred_name="Rob",
        gender="in their own words",
        pronouns="they",
        phone="+1 555 010 2299",
    )


def saves(rows: Iterable[Model], each: Callable[[], AbstractContextManager], *, field: str = "phone") -> list[float]:
    """The seconds that each save takes, with what is around it."""
    taken = []
    for row in rows:
        setattr(row, field, str(time.perf_counter_ns()))
        began = time.perf_counter()
        with each():
            row.save()
        taken.append(time.perf_counter() - began)
    return taken


def audited_save(organization: Organization, manager: User, houses: int) -> None:
    with acting_as(manager, source="command"), transaction.atomic():
        rows = [resident(organization, number) for number in range(SAVES)]
        for row in rows:
            row.save()
    for way, around, each in (
        ("many in one transaction", transaction.atomic, nullcontext),
        ("one a transaction", nullcontext, transaction.atomic),
    ):
        for act in ("insert", "update"):
            say(f"audited save: {act}, {way}")
            audited, plain = [], []
            for _ in range(ROUNDS):
                for taken, as_whom in (
                    (audited, acting_as(manager, source="web")),
                    (plain, disabled("sober_history_", Resident)),
                ):
                    some = rows if act == "update" else [resident(organization, number) for number in range(SAVES)]
                    with as_whom, around():
                        saves(some[:WARM], each)
                        taken += saves(some[WARM:], each)
            ratio = undisturbed(plain) / undisturbed(audited)
            found(f"audited save ÷ plain save: {act}, {way}", ratio, houses=houses, **{"at least": BARS[way]})


def audited_save_of_a_house(organization: Organization, manager: User, houses: int) -> None:
    """What a save costs that also counts as a change of its house. Only told: a house is changed by people."""
    say("audited save of what a house counts")
    bed = Bed.objects.filter(house__organization=organization).order_by("pk").first()
    use = BedUse.objects.filter(house__organization=organization, kind="out").order_by("pk").first()
    for row, field in ((bed, "name"), (use, "note")):
        with_it, without = [], []
        for _ in range(ROUNDS):
            for taken, counting in ((with_it, nullcontext()), (without, disabled("sober_counts_", type(row)))):
                with counting, acting_as(manager, source="web"):
                    saves([row] * WARM, transaction.atomic, field=field)
                    taken += saves([row] * (SAVES // 3), transaction.atomic, field=field)
        ratio = undisturbed(without) / undisturbed(with_it)
        found(f"save of a {type(row)._meta.verbose_name} ÷ the same uncounted, one a transaction", ratio, houses=houses)


def move_in_of_many(organization: Organization, manager: User, houses: int) -> None:
    """Ten thousand people move into one house in one transaction, as a large roster is imported: each row asks the
    counter of the house, and that must not grow with what the transaction wrote before."""
    house = House.objects.filter(organization=organization).order_by("pk").first()
    today, times = house.today(), {True: [], False: []}
    for _ in range(3):
        for counted, taken in times.items():
            say(f"10,000 move-ins, {'counted' if counted else 'uncounted'}")
            with (
                nullcontext() if counted else disabled("sober_counts_", Stay),
                acting_as(manager, source="command"),
                transaction.atomic(),
            ):
                stays = [Stay(house=house, resident=one, starts_on=today) for one in fill.people(organization, 10_000)]
                taken.append(seconds(lambda stays=stays: Stay.objects.bulk_create(stays, batch_size=1000)))
                transaction.set_rollback(True)
    what = "10,000 move-ins in one transaction ÷ the same uncounted"
    found(what, min(times[True]) / min(times[False]), houses=houses, **{"at most": 1.3})


# Occupancy of all houses


def in_turn(*works: Callable[[], Any], rounds: int = 25, clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """The seconds that each takes, measured in turn."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times, strict=True):
            taken.append(seconds(work, clock))
    return [undisturbed(taken) for taken in times]


def occupancy_of_pages(houses: int) -> None:
    """What pages ask: the product's answer for every house, as JSON, against the same SQL through bare psycopg, as
    JSON."""
    say("occupancy, as pages have it")
    today = House.objects.order_by("pk").first().today()
    sql = OCCUPANCY_SQL.format(where="")
    params = {"day": today, "today": today, "soon": today + timedelta(days=OPENING_DAYS)}
    bare = connection.connection
    names = ("house_id", "capacity", "occupied", "held", "out_of_service", "opening")

    def ours() -> str:
        answer = occupancy(House.objects.all(), today, today=today)
        return json.dumps([vars(row) | {"open": row.open, "percent": row.percent} for row in answer.values()])

    def theirs() -> str:
        return json.dumps([dict(zip(names, row, strict=True)) for row in bare.execute(sql, params).fetchall()])

    check_counts(json.loads(ours()), houses)
    mine, bare_ones = in_turn(ours, theirs)
    found(
        "occupancy of all houses ÷ the same SQL through bare psycopg",
        mine / bare_ones,
        houses=houses,
        **{"at most": 1.5},
    )


def check_counts(answer: list[dict[str, Any]], houses: int) -> None:
    if len(answer) != houses or any((row["occupied"], row["held"], row["open"]) != (9, 1, 1) for row in answer):
        sys.exit("The occupancy that was measured is wrong.")


def occupancy_by_api(organization: Organization, houses: int) -> None:
    """The answer to a partner who asks for every house, from who asks and what to bytes, page by page; against the same
    SQL through bare psycopg and the same facts as JSON. Then whole requests, in process."""
    say("occupancy, as partners have it")
    everywhere = api_facts.Houses.of_organization(organization.pk)
    now = timezone.now()

    def ours(known: Callable[[str], bool] | None = None) -> list[Any]:
        answers, query = [], {"per_page": MOST_A_PAGE}
        while True:
            answers.append(api.answer(everywhere, query, now=now, known=known))
            cursor = re.search(rb"cursor=([^\"&]+)", (answers[-1].content or b"")[-400:])
            if cursor is None:
                return answers
            query = {"per_page": MOST_A_PAGE, "cursor": unquote(cursor[1].decode())}

    asked: list[tuple[str, Any]] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        first = ours()
    check_counts([row for answer in first for row in json.loads(answer.content)["items"]], houses)
    bare = connection.connection

    def theirs() -> list[bytes]:
        told = []
        for sql, params in asked:
            cursor = bare.execute(sql, params)
            names = [column.name for column in cursor.description]
            told.append(json.dumps([dict(zip(names, row, strict=True)) for row in cursor], default=str).encode())
        return told

    tags = {answer.tag for answer in first}
    full, bare_ones = in_turn(ours, theirs)
    what = "occupancy through the API, who asks to bytes, ÷ the same SQL bare"
    found(what, full / bare_ones, houses=houses, **{"at most": 1.5})
    if houses > MOST_A_PAGE:
        return  # asked again, each page is a request of its own
    if not ours(tags.__contains__)[0].unchanged:
        sys.exit("The answer that did not change was not known.")
    again, full = in_turn(lambda: ours(tags.__contains__), ours)
    found("the same asked again, unchanged, ÷ the full answer", again / full, houses=houses, **{"at most": 0.25})
    say("whole requests")
    client = Client(headers={"Authorization": f"Bearer {key_of_a_partner(organization)}"})
    url = f"{reverse('api_occupancies')}?per_page={MOST_A_PAGE}"
    tag = client.get(url)["ETag"]
    statuses = {client.get(url).status_code, client.get(url, headers={"If-None-Match": tag}).status_code}
    if statuses != {200, 304}:
        sys.exit(f"The API answered {statuses}.")
    again, whole = in_turn(lambda: client.get(url, headers={"If-None-Match": tag}), lambda: client.get(url))
    found("the whole request ÷ the same SQL bare", whole / bare_ones, houses=houses)
    found("the whole request, unchanged, ÷ the whole request", again / whole, houses=houses)


def key_of_a_partner(organization: Organization) -> str:
    with acting_as(None, source="command"):
        partner = keys.partner_create(organization=organization, name=f"Partner {uuid.uuid4().hex[:8]}")
        ends = timezone.now() + timedelta(days=1)
        return keys.key_create(partner=partner, name="a program", scopes=["occupancy"], expires_at=ends)[1]


# Paper


def one_page() -> None:
    """A page of a usual length, against the same words put down by bare reportlab, at the same places, in the same
    embedded fonts. A page in the register has a code to verify it by, on each another."""
    say("a one-page PDF")
    now = timezone.now()
    blocks = [
        paper.Heading("Residency"),
        paper.Text("To whom it may concern. " + "The person named below lives in this house and has a bed there. " * 5),
        paper.Facts([(f"Fact {n}", f"What is on record about it, number {n}") for n in range(8)]),
        paper.Table(
            ["Bed", "Since", "Until", "What for"],
            [[f"Room {n} {n}A", "March 4, 2026", "further notice", "recovery residence"] for n in range(8)],
        ),
        paper.Signature(["House manager", "Date"]),
    ]

    def head(code: str = "") -> paper.Head:
        return paper.Head(
            organization="Still Waters",
            title="Residency verification",
            as_of=now,
            zone="America/New_York",
            issued_by="Alice Example",
            issued_at=now,
            code=code,
            verify_url=f"https://houses.example.org/verify/{code}/" if code else "",
            lines=("Alder House", "+1 555 010 1000"),
            confidential="About one person. Keep it closed.",
        )

    def ours() -> bytes:
        return paper.render(head(), blocks)

    def registered() -> bytes:
        return paper.render(head(uuid.uuid4().hex[:16].upper()), blocks)

    pages, words = words_of(ours())
    if pages != 1:
        sys.exit(f"The page that was measured has {pages}.")

    def by_hand(code: str = "") -> bytes:
        file = BytesIO()
        canvas = Canvas(file, pagesize=paper.PAPER_SIZES["letter"], pageCompression=1)
        for x, y, font, size, text in words:
            canvas.setFont(font, size)
            canvas.drawString(x, y, text)
        if code:
            drawing = Drawing(60, 60)
            drawing.add(QrCodeWidget(f"https://houses.example.org/verify/{code}/", barLevel="M"))
            renderPDF.draw(drawing, canvas, 480, 40)
        canvas.save()
        return file.getvalue()

    def by_hand_with_code() -> bytes:
        return by_hand(uuid.uuid4().hex[:16].upper())

    if said(by_hand()) != said(ours()):
        sys.exit("Bare reportlab did not say the same.")
    # Nothing here waits for anything: the time of the processor is all there is, and nobody else disturbs that.
    works = (ours, by_hand, registered, by_hand_with_code)
    mine, bare, with_code, bare_with_code = in_turn(*works, rounds=60, clock=time.process_time)
    found("one-page PDF ÷ the same words by bare reportlab", mine / bare, **{"at most": 1.5})
    what = "one-page PDF with a code ÷ the same with reportlab's own QR code"
    found(what, with_code / bare_with_code, **{"at most": 1.5})
    found("one-page PDF with a code ÷ the words alone by bare reportlab", with_code / bare)


def words_of(pdf: bytes) -> tuple[int, list[tuple[float, float, str, float, str]]]:
    """How many pages there are, and the words of the first: where, in which of our fonts, how large."""
    reader = PdfReader(BytesIO(pdf))
    words: list[tuple[float, float, str, float, str]] = []

    def visit(text: str, _matrix: Any, place: list[float], font: dict | None, size: float) -> None:
        if text.strip() and font is not None:
            name = lettering.BOLD if "Bold" in font["/BaseFont"] else lettering.PLAIN
            words.append((place[4], place[5], name, size, text.strip()))

    reader.pages[0].extract_text(visitor_text=visit)
    return len(reader.pages), words


def said(pdf: bytes) -> list[str]:
    return sorted(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())


# The Today page


def today_page(manager: User) -> tuple[float, int]:
    """The seconds that the Today page of one house takes, and its number of queries."""
    client = Client()
    client.force_login(manager)
    url = reverse("house_today", kwargs={"uuid": House.objects.order_by("pk").first().uuid})
    with CaptureQueriesContext(connection):
        client.get(url)  # the first look is written into the session
    with CaptureQueriesContext(connection) as queries:
        if client.get(url).status_code != 200:
            sys.exit("The Today page did not answer.")
    count = len(queries)  # now: the next request empties the log
    return undisturbed([seconds(lambda: client.get(url)) for _ in range(40)]), count


def main(sizes: list[int]) -> None:
    logging.disable()
    warnings.filterwarnings("ignore", "No directory at", UserWarning)  # whitenoise, where nothing was collected
    setup_test_environment()
    say("an empty database")
    call_command("migrate", verbosity=0)
    today = Organization(time_zone="America/New_York").today()
    organization, manager = fill.everything(today)
    pages: dict[int, tuple[float, int]] = {}
    for size in sizes:
        say(f"{size:,} houses")
        with acting_as(None, source="command"), transaction.atomic():
            fill.houses(organization, size - House.objects.count(), today=today)
        fill.settle()
        if POSTGRESQL:
            occupancy_of_pages(size)
            occupancy_by_api(organization, size)
            say("the Today page")
            pages[size] = today_page(manager)
        audited_save(organization, manager, size)
        if size == sizes[0]:
            audited_save_of_a_house(organization, manager, size)
            move_in_of_many(organization, manager, size)
    if len(pages) > 1:
        (small, few), (large, many) = pages[sizes[0]], pages[sizes[-1]]
        what = f"Today page of one house ÷ itself at {sizes[0]} houses"
        found(what, large / small, houses=sizes[-1], **{"at most": 1.2})
        found(f"its queries ({many}) ÷ those at {sizes[0]} houses", many / few, houses=sizes[-1], **{"at most": 1})
    if POSTGRESQL:
        one_page()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1].split(",")])
