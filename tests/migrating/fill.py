"""Step 1: an old schema, filled. Run as `python -m tests.migrating.fill` with DATABASE_URL and TOY_STEP=1."""

from __future__ import annotations

import os
from datetime import date

import django
from django.core.management import call_command
from django.db import transaction

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.migrating.settings"
django.setup()

from soberhouse.history import acting_as  # noqa: E402 -- the settings must be there first
from tests.migrating.toy.models import Jar, Shelf  # noqa: E402 -- as above

call_command("migrate", verbosity=0, app_label="toy", migration_name="0001")
with acting_as(None, reason="filling", source="command"), transaction.atomic():
    for name in ("upper", "lower"):
        shelf = Shelf.objects.create(name=name, colour="white", opened_on=date(2020, 1, 1))
        for number in range(3):
            day = date(2020, 1 + number, 1)
            Jar.objects.create(shelf=shelf, starts_on=day, ends_on=date(2020, 2 + number, 1), label=name, grams=number)
    Jar.objects.filter(label="upper").update(grams=10)
