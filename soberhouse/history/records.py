"""The history tables of django-simple-history, filled by triggers instead of signals.

A model is audited by inheriting `Audited` (or by carrying `history = History(...)` when some columns must stay out).
It then has `.history`, `.history.as_of(instant)`, `diff_against`, `prev_record` and `next_record` as that library
documents them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from simple_history.manager import HistoricalQuerySet
from simple_history.models import HistoricalRecords

from soberhouse.database.actor import KEYS, SEPARATOR, SETTING
from soberhouse.database.constraints import append_only
from soberhouse.database.models import Row
from soberhouse.database.triggers import PREFIX, Trigger, refuse

EVENTS = {"INSERT": ("+", "NEW"), "UPDATE": ("~", "NEW"), "DELETE": ("-", "OLD")}


class HistoryTriggers:
    """What the database does for one audited model: it writes history, and it lets no row go or change its keys.

    A row that could be deleted and made anew, or swap its key with another's, would slip past every rule that says what
    a row may never change.
    """

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        yield from capture_triggers(model, vendor)
        table = model._meta.db_table
        nothing = refuse(f"{table} is audited: nothing is deleted", vendor)
        yield Trigger(f"{PREFIX}kept_{table}_delete", table, "BEFORE DELETE", nothing)


class AppendOnlyHistory:
    """A history table refuses UPDATE, DELETE, TRUNCATE, and whatever is not written by a capture trigger.

    On SQLite, which has no measure of a trigger's depth, our own connections may still insert; no other client may.
    """

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        table = model._meta.db_table
        yield from append_only(f"kept_{table}", table, vendor, key=model._meta.pk.column)
        name, sentence = f"{PREFIX}kept_{table}_capture", f"{table} is written by triggers only"
        if vendor == "postgresql":
            yield Trigger(name, table, "BEFORE INSERT", refuse(sentence, vendor), when="pg_trigger_depth() = 0")
        else:
            nobody = "soberhouse_acting('actor_kind') IS NULL"
            yield Trigger(name, table, "BEFORE INSERT", refuse(sentence, vendor, where=nobody))


def capture_triggers(model: type[models.Model], vendor: str) -> Iterator[Trigger]:
    """The capture triggers of an audited model as it is now."""
    history = model.history.model  # type: ignore[attr-defined]
    columns = [field.column for field in history.tracked_fields]
    yield from capture(model._meta.db_table, history._meta.db_table, columns, vendor)


def capture(table: str, history: str, columns: list[str], vendor: str) -> Iterator[Trigger]:
    """One AFTER trigger per event that copies these columns of the row, and who acted, into the table `history`."""
    stamp = ["history_date", "history_type", "history_change_reason"]
    stamp += ["history_actor_kind", "history_actor_id", "history_actor_label", "history_source", "history_request_id"]
    names = ", ".join(f'"{name}"' for name in [*columns, *stamp])
    differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
    changed = " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in columns)
    nobody = f"{table}: a change without an actor is refused; use acting_as()"
    rekeyed = " OR ".join(f'OLD."{key}" {differs} NEW."{key}"' for key in ("id", "uuid") if key in columns)
    same_keys = refuse(f"{table}: a row keeps its keys", vendor, where=rekeyed)

    for event, (kind, row) in EVENTS.items():
        values = ", ".join(f'{row}."{column}"' for column in columns)
        into = f'INSERT INTO "{history}" ({names}) VALUES ({values}'
        name = f"{PREFIX}history_{table}_{event.lower()}"
        when = changed if event == "UPDATE" else ""
        if vendor == "sqlite":
            asked = ", ".join(
                f"soberhouse_acting('{key}')"
                for key in ("reason", "actor_kind", "actor_id", "actor_label", "source", "request_id")
            )
            body = refuse(nobody, vendor, where="soberhouse_acting('actor_kind') IS NULL")
            if when:
                body = f"{same_keys} {body}"
            body += f" {into}, soberhouse_now(), '{kind}', {asked});"
            yield Trigger(name, table, f"AFTER {event}", body, when=when)
        else:
            part = {key: f"acting[{place}]" for place, key in enumerate(KEYS, start=1)}
            asked = ", ".join(
                f"nullif({part[key]}, '')::bigint" if key == "actor_id" else part[key]
                for key in ("reason", "actor_kind", "actor_id", "actor_label", "source", "request_id")
            )
            unpacked = f"string_to_array(nullif(current_setting('{SETTING}', true), ''), chr({ord(SEPARATOR)}))"
            declare = f"acting text[] := {unpacked};"
            # Asked inside the function, which keeps its plan: PostgreSQL reads a WHEN clause anew for each statement.
            unchanged = f"IF NOT ({changed}) THEN RETURN NULL; END IF; {same_keys} " if when else ""
            # Who acts is believed only of our own connections; for any other client the database's own user acted.
            body = (
                f"{unchanged}IF current_setting('application_name') <> '{settings.APPLICATION_NAME}' THEN "
                f"acting := ARRAY['database', '', session_user::text, 'sql', '', '']; END IF; "
                f"{refuse(nobody, vendor, where='acting IS NULL')} "
                f"{into}, clock_timestamp(), '{kind}', {asked});"
            )
            yield Trigger(name, table, f"AFTER {event}", body, declare=declare)
    if vendor == "postgresql":
        # Row triggers do not see TRUNCATE.
        yield Trigger(
            f"{PREFIX}history_{table}_truncate",
            table,
            "BEFORE TRUNCATE",
            refuse(f"{table} is audited and cannot be truncated", vendor),
            each="STATEMENT",
        )


class HistoryQuerySet(HistoricalQuerySet):
    """simple-history's queryset with ties in time broken by `history_id`: many rows can share one microsecond."""

    def latest_of_each(self) -> HistoryQuerySet:
        later = self.filter(
            Q(history_date__gt=OuterRef("history_date"))
            | Q(history_date=OuterRef("history_date"), history_id__gt=OuterRef("history_id")),
            **{self._pk_attr: OuterRef(self._pk_attr)},
        )
        return self.filter(~Exists(later))


class HistoryRow(models.Model):
    """What every history row carries beside the copied columns. No foreign key: people, partner keys and commands all
    act, and an append-only row could not follow a deletion."""

    history_actor_kind = models.CharField(max_length=20)
    history_actor_id = models.BigIntegerField(null=True)
    history_actor_label = models.CharField(max_length=200)
    history_source = models.CharField(max_length=20)
    history_request_id = models.CharField(max_length=64)

    trigger_sources = (AppendOnlyHistory(),)

    class Meta:
        abstract = True


def _beside(row: Any, *, later: bool) -> Any:
    """The history row just after or before this one of the same record, or None."""
    sign = "gt" if later else "lt"
    near = Q(**{f"history_date__{sign}": row.history_date}) | Q(
        **{"history_date": row.history_date, f"history_id__{sign}": row.history_id}
    )
    order = ("history_date", "history_id") if later else ("-history_date", "-history_id")
    key = row.instance_type._meta.pk.attname
    return type(row).objects.filter(near, **{key: getattr(row, key)}).order_by(*order).first()


class History(HistoricalRecords):
    """simple-history's records without its writer: `post_save` and its siblings see too little (no bulk, no SQL)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            bases=(HistoryRow,),
            history_id_field=models.BigAutoField(),
            historical_queryset=HistoryQuerySet,
            **options,
        )

    def finalize(self, sender: type[models.Model], **kwargs: Any) -> None:
        super().finalize(sender, **kwargs)
        for signal, writer in (
            (models.signals.post_save, self.post_save),
            (models.signals.post_delete, self.post_delete),
            (models.signals.pre_delete, self.pre_delete),
        ):
            signal.disconnect(writer, sender=sender)

    def copy_fields(self, model: type[models.Model]) -> dict[str, models.Field]:
        fields = super().copy_fields(model)
        for field in fields.values():
            field.db_index = False  # one index serves: see get_meta_options
            field.db_default = models.NOT_PROVIDED
        return fields

    def _get_history_change_reason_field(self) -> models.Field:
        # One of its own for each table: simple-history would give all of them the same field object, whose `model` is
        # then the last one's, and an update of one table's reasons would go to another table.
        return models.TextField(default="", blank=True)

    def _get_history_user_fields(self) -> dict[str, models.Field]:
        return {}

    def get_extra_fields(self, model: type[models.Model], fields: dict) -> dict[str, Any]:
        return super().get_extra_fields(model, fields) | {
            "prev_record": property(lambda row: _beside(row, later=False)),
            "next_record": property(lambda row: _beside(row, later=True)),
        }

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        key = model._meta.pk.attname
        name = f"hist_{model._meta.model_name}"[:27]
        index = models.Index(fields=[key, "-history_date", "-history_id"], name=f"{name}_ix")
        return super().get_meta_options(model) | {"indexes": [index]}


class Audited(Row):
    """A table whose every change the database writes down."""

    history = History(inherit=True)
    trigger_sources = (HistoryTriggers(),)

    class Meta:
        abstract = True


def audited_models() -> list[type[models.Model]]:
    """Every model with a history, in a stable order."""
    from django.apps import apps  # noqa: PLC0415 -- the registry is not there when this module loads

    found = [model for model in apps.get_models() if hasattr(model._meta, "simple_history_manager_attribute")]
    return sorted(found, key=lambda model: model._meta.label_lower)
