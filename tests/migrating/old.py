"""The product's own first schema, filled, brought to the newest. Prints what it finds as JSON.

Run as `python -m tests.migrating.old` with DATABASE_URL. Rows are made from the models as the first migrations have
them, one of each, so that this needs no change when later migrations come.
"""

from __future__ import annotations

import json
import os
from typing import Any

import django
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.executor import MigrationExecutor

os.environ["DJANGO_SETTINGS_MODULE"] = "soberhouse.settings"
django.setup()

from soberhouse.database import triggers  # noqa: E402 -- the settings must be there first
from soberhouse.history.records import audited_models  # noqa: E402 -- as above
from tests.factories import is_needed, value_for  # noqa: E402 -- as above

OURS = ("accounts", "residents")
RECIPES: dict[str, dict[str, Any]] = {
    "beduse": {"kind": "out"},
    "organization": {"time_zone": "America/New_York"},
    "house": {"time_zone": "America/New_York"},
}


def first_step() -> list[tuple[str, str]]:
    """The first migration of each of our apps, and the newest of all others."""
    executor = MigrationExecutor(connection)
    firsts = [node for node in executor.loader.graph.nodes if node[0] in OURS and node[1].startswith("0001")]
    theirs = {app.label for app in apps.get_app_configs() if app.name.split(".")[0] not in ("soberhouse", *OURS, "api")}
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] in theirs]
    executor.migrate(others + firsts)
    return firsts


def fill(firsts: list[tuple[str, str]]) -> dict[str, int]:
    """One row in each table of that schema, and one in each history table; how many rows each has."""
    then = MigrationExecutor(connection).loader.project_state(firsts).apps
    waiting = [model for model in then.get_models() if model._meta.app_label in OURS]
    made: dict[type[models.Model], models.Model] = {}
    while waiting:
        model = next(each for each in waiting if parents(each) <= set(made))
        waiting.remove(model)
        made[model] = model._default_manager.create(**values(model, made))
    return {model._meta.db_table: model._default_manager.count() for model in made}


def parents(model: type[models.Model]) -> set[type[models.Model]]:
    needed = (field for field in model._meta.concrete_fields if is_needed(field) or is_due(field))
    return {field.related_model for field in needed if field.is_relation}


def is_due(field: models.Field) -> bool:
    """A history row's key columns may be empty by the schema and never are."""
    return field.is_relation and not field.db_constraint and field.related_model is not None and not field.null


def values(model: type[models.Model], made: dict[type[models.Model], models.Model]) -> dict[str, Any]:
    given = dict(RECIPES.get(model._meta.model_name.removeprefix("historical"), {}))
    for field in model._meta.concrete_fields:
        if field.name in given or field.primary_key or not (is_needed(field) or field.name == "id"):
            continue
        if field.is_relation:
            given[field.name] = made[field.related_model]
        else:
            given[field.name] = 1 if field.name == "id" else value_for(field, None)
    return given


before = fill(first_step())
call_command("migrate", verbosity=0)
after = {}
with connection.cursor() as cursor:
    for table in before:
        if table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            after[table] = cursor.fetchone()[0]
readable = {
    model._meta.label: [str(row) for row in model._default_manager.all()]
    for model in audited_models()
    if model._meta.db_table in before
}
found = {
    "before": before,
    "after": after,
    "readable": readable,
    "missing": triggers.missing(connection),
    "check": [error.msg for error in triggers.check_installed(databases=["default"])],
}
print(json.dumps(found))  # noqa: T201 -- read by the test that started this
