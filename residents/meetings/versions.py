"""How often a meeting was changed, and when last: programs that hold a copy of it are told by this that theirs is old.

The database counts, by trigger, so that no way of writing is missed; and only what history counts as a change.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models

from soberhouse.database.triggers import PREFIX, Trigger

TABLE = "residents_meetingversion"


class CountsVersions:
    """For the `trigger_sources` of meetings: a new one has the number 0, and each change adds one."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        table = model._meta.db_table
        now = "clock_timestamp()" if vendor == "postgresql" else "soberhouse_now()"
        differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
        columns = [field.column for field in model.history.model.tracked_fields]  # type: ignore[attr-defined]
        changed = " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in columns)
        body = (  # names of our own tables and columns
            f'INSERT INTO "{TABLE}" (meeting_id, number, changed_at) VALUES (NEW.id, 0, {now}) '  # noqa: S608
            f'ON CONFLICT (meeting_id) DO UPDATE SET number = "{TABLE}".number + 1, changed_at = excluded.changed_at;'
        )
        yield Trigger(f"{PREFIX}versions_{table}_insert", table, "AFTER INSERT", body)
        yield Trigger(f"{PREFIX}versions_{table}_update", table, "AFTER UPDATE", body, when=changed)
