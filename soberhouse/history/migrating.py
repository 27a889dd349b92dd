"""For data migrations: what they change in audited tables is history too.

`migrate` drops every generated trigger first and installs them last, so a migration that changes rows in between must
capture its own:

    def forwards(apps, schema_editor):
        with capturing(apps, schema_editor, reason="Phone numbers lose their spaces."):
            ...

Keep such a migration apart from those that alter tables: PostgreSQL refuses to alter a table with changes pending.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.apps.registry import Apps
from django.db import transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from soberhouse.database import triggers
from soberhouse.database.triggers import Trigger
from soberhouse.history.acting import acting_as
from soberhouse.history.records import capture


@contextmanager
def capturing(apps: Apps, schema_editor: BaseDatabaseSchemaEditor, *, reason: str) -> Iterator[None]:
    """Every change inside is recorded as a command's, for `reason`, from the models as `apps` has them at this step.

    The triggers are gone again afterwards, so that later steps may alter the tables.
    """
    connection = schema_editor.connection
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            for trigger in _as_they_are(apps, connection.vendor):
                for statement in trigger.create(connection.vendor):
                    cursor.execute(statement)
        with acting_as(None, reason=reason, source="command"):
            yield
        triggers.drop_all(connection)


def _as_they_are(apps: Apps, vendor: str) -> Iterator[Trigger]:
    """The capture triggers of every model that has a history table in this state of the migrations."""
    tables = {model._meta.label_lower: model for model in apps.get_models()}
    for model in tables.values():
        history = tables.get(f"{model._meta.app_label}.historical{model._meta.model_name}")
        if history is not None:
            kept = {field.column for field in history._meta.local_fields}
            columns = [field.column for field in model._meta.local_fields if field.column in kept]
            yield from capture(model._meta.db_table, history._meta.db_table, columns, vendor)
