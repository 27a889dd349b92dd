"""Step 2: the same database brought to the newest schema. Prints what it finds as JSON.

Run as `python -m tests.migrating.look` with DATABASE_URL and TOY_STEP=2.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from typing import Any

import django
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.migrating.settings"
django.setup()

from soberhouse.database import triggers  # noqa: E402 -- the settings must be there first
from soberhouse.history import acting_as  # noqa: E402 -- as above
from tests.migrating.toy.models import Crock, Shelf  # noqa: E402 -- as above


def refusal(change: Callable[[], Any]) -> str:
    """What the database says to a change it must refuse; empty where it does not."""
    try:
        with acting_as(None, source="command"), transaction.atomic():
            change()
    except IntegrityError as problem:
        return str(problem)
    return ""


call_command("makemigrations", "toy", check_changes=True, dry_run=True, verbosity=0)
call_command("migrate", verbosity=0)
found: dict[str, Any] = {
    "crocks": list(Crock.objects.order_by("id").values_list("shelf__name", "title", "grams")),
    "shelves": list(Shelf.objects.order_by("id").values_list("name", "place")),
    "history": list(
        Crock.history.order_by("history_id").values_list("history_type", "title", "grams", "history_change_reason")
    ),
    "shelf history": list(
        Shelf.history.order_by("history_id").values_list("history_type", "name", "place", "history_change_reason")
    ),
    "missing": triggers.missing(connection),
    "left over": sorted(triggers.installed(connection) - {each.name for each in triggers.expected(connection.vendor)}),
}
upper, crock = Shelf.objects.get(name="upper"), Crock.objects.first()
found["refused"] = {
    "overlap": refusal(lambda: Crock.objects.create(shelf=upper, starts_on=date(2020, 1, 15), title="x", grams=1)),
    "within": refusal(lambda: Shelf.objects.filter(name="upper").update(closed_on=date(2020, 1, 5))),
    "frozen": refusal(lambda: Shelf.objects.update(opened_on=date(2019, 1, 1))),
    "append-only": refusal(lambda: Crock.history.all().delete()),
}
before = Crock.history.count()
with acting_as(None, reason="afterwards", source="command"), transaction.atomic():
    Crock.objects.filter(pk=crock.pk).update(title="renamed")
found["captured afterwards"] = list(
    Crock.history.order_by("history_id").values_list("title", "history_change_reason")[before:]
)
with transaction.atomic(), connection.cursor() as cursor:
    name = sorted(triggers.installed(connection))[0]
    if connection.vendor == "sqlite":
        cursor.execute(f'DROP TRIGGER "{name}"')
    else:
        cursor.execute(f'DROP FUNCTION "{name}"() CASCADE')
found["dropped"] = name
found["check"] = [f"{error.id}: {error.msg}" for error in triggers.check_installed(databases=["default"])]
call_command("migrate", verbosity=0)
found["check after migrate"] = triggers.check_installed(databases=["default"])
print(json.dumps(found))  # noqa: T201 -- read by the test that started this
