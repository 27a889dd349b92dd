"""One number for each house that goes up whenever something about its beds changes.

A program that polls is told that nothing changed by this number, without the answer being made again. The database
counts, by trigger, so that no way of writing is missed. It counts once a transaction: nobody sees what is in between.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models

from soberhouse.database.triggers import PREFIX, Trigger

TABLE = "residents_housechanges"


class CountsChanges:
    """For a model's `trigger_sources`: a change of a row counts as a change of the house in its column `house`."""

    def __init__(self, *, house: str = "house_id") -> None:
        self.house = house

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        table = model._meta.db_table
        number = f'"{TABLE}".number + 1'
        if vendor == "postgresql":
            once = f'WHERE "{TABLE}".changed_in <> excluded.changed_in'
            # With its instant: in a database that was restored elsewhere, numbers of transactions begin anew.
            values, changed_in = "concat(pg_current_xact_id(), ' ', now())", "excluded.changed_in"
        else:
            once, values, changed_in = "", "''", "''"
        for event in ("INSERT", "UPDATE"):
            body = (  # names of our own tables and columns
                f'INSERT INTO "{TABLE}" (house_id, number, changed_in) VALUES (NEW."{self.house}", 1, {values}) '  # noqa: S608
                f"ON CONFLICT (house_id) DO UPDATE SET number = {number}, changed_in = {changed_in} {once};"
            )
            yield Trigger(f"{PREFIX}counts_{table}_{event.lower()}", table, f"AFTER {event}", body)
