"""Measures one database, growing from size to size. Prints a JSON object for each ratio; says on the side what it does.

Two things are always measured in turn, several rounds of each; what counts are the times that something else on the
machine disturbed the least.
"""

from __future__ import annotations

import json
import logging
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from typing import Any

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, setup_test_environment
from django.urls import reverse

os.environ["DJANGO_SETTINGS_MODULE"] = "soberhouse.settings"
django.setup()

from residents.models import House, Organization, Resident  # noqa: E402 -- the settings must be there first
from residents.stays.queries import OCCUPANCY_SQL, OPENING_DAYS, occupancy  # noqa: E402 -- as above
from soberhouse.accounts.models import User  # noqa: E402 -- as above
from soberhouse.database import triggers  # noqa: E402 -- as above
from soberhouse.history import acting_as  # noqa: E402 -- as above
from tests.benchmarks import fill  # noqa: E402 -- as above

POSTGRESQL = connection.vendor == "postgresql"
ROUNDS = 9
SAVES = 300  # in a round
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


def seconds(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


# An audited save


def capture() -> list[triggers.Trigger]:
    """The triggers that write the history of residents."""
    return [each for each in triggers.model_triggers(Resident, connection.vendor) if "history_" in each.name]


@contextmanager
def without_history() -> Iterator[None]:
    """The same table with every other rule, and nobody to name."""
    with connection.cursor() as cursor:
        for trigger in capture():
            if POSTGRESQL:
                cursor.execute(f'ALTER TABLE "{trigger.table}" DISABLE TRIGGER "{trigger.name}"')
            else:
                cursor.execute(f'DROP TRIGGER "{trigger.name}"')
        try:
            yield
        finally:
            for trigger in capture():
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


def saves(rows: Iterable[Resident], each: Callable[[], AbstractContextManager]) -> list[float]:
    """The seconds that each save takes, with what is around it."""
    taken = []
    for row in rows:
        row.phone = str(time.perf_counter_ns())
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
                for taken, as_whom in ((audited, acting_as(manager, source="web")), (plain, without_history())):
                    some = rows if act == "update" else [resident(organization, number) for number in range(SAVES)]
                    with as_whom, around():
                        saves(some[:WARM], each)
                        taken += saves(some[WARM:], each)
            ratio = undisturbed(plain) / undisturbed(audited)
            found(f"audited save ÷ plain save: {act}, {way}", ratio, houses=houses, **{"at least": BARS[way]})


# Occupancy of all houses


def occupancy_answer(houses: int) -> None:
    """The product's answer for every house, as JSON, against the same SQL through bare psycopg, as JSON."""
    say("occupancy")
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

    answer = json.loads(ours())
    if len(answer) != houses or any((row["occupied"], row["held"], row["open"]) != (9, 1, 1) for row in answer):
        sys.exit("The occupancy that was measured is wrong.")
    times: dict[Callable, list[float]] = {ours: [], theirs: []}
    for _ in range(25):
        for work, taken in times.items():
            taken.append(seconds(work))
    ratio = undisturbed(times[ours]) / undisturbed(times[theirs])
    found("occupancy of all houses ÷ the same SQL through bare psycopg", ratio, houses=houses, **{"at most": 1.5})


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
            occupancy_answer(size)
            say("the Today page")
            pages[size] = today_page(manager)
        audited_save(organization, manager, size)
    if len(pages) > 1:
        (small, few), (large, many) = pages[sizes[0]], pages[sizes[-1]]
        what = f"Today page of one house ÷ itself at {sizes[0]} houses"
        found(what, large / small, houses=sizes[-1], **{"at most": 1.2})
        found(f"its queries ({many}) ÷ those at {sizes[0]} houses", many / few, houses=sizes[-1], **{"at most": 1})


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1].split(",")])
