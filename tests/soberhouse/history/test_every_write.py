"""Whatever way a row of an audited model is written, its history has exactly one row for it, or nothing was written.

Walks every audited model; each way of writing is one function of WRITES.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from soberhouse.history import acting_as
from soberhouse.history.acting import request_id
from soberhouse.history.records import audited_models
from tests import factories
from tests.cast import Cast

MODELS = audited_models()
CHANGEABLE = [model for model in MODELS if not factories.is_append_only(model)]
Model = type[models.Model]
Keys = set[int]
KEPT = re.compile("append-only|nothing is deleted")
REASON = "because the test says so"


def three(model: Model, cast: Cast) -> list[Any]:
    return [factories.saved(model, cast) for _ in range(3)]


def execute(sql: str, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def delete_at_once(row: models.Model) -> None:
    """Delete in plain SQL and have foreign keys looked at now, not at the commit."""
    execute(f'DELETE FROM "{row._meta.db_table}" WHERE id = %s', [row.pk])
    connection.check_constraints()


def truncate(table: str) -> None:
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute(f'TRUNCATE "{table}" CASCADE')


def keys_of(model: Model) -> Keys:
    return set(model._default_manager.values_list("pk", flat=True))


# Each prepares what it needs and gives the write itself, with the keys of the rows it is to change.
# A new row's key is not known before: then the keys are those that came to be.

Write = tuple[Callable[[], Any], Keys | None]


def save_new(model: Model, cast: Cast) -> Write:
    return factories.unsaved(model, cast).save, None


def create(model: Model, cast: Cast) -> Write:
    row = factories.unsaved(model, cast)
    values = {field.name: getattr(row, field.name) for field in model._meta.concrete_fields if field.name != "id"}
    return lambda: model._default_manager.create(**values), None


def bulk_create(model: Model, cast: Cast) -> Write:
    rows = [factories.unsaved(model, cast) for _ in range(3)]
    return lambda: model._default_manager.bulk_create(rows), None


def sql_insert(model: Model, cast: Cast) -> Write:
    sql, values = factories.insert_sql(factories.unsaved(model, cast))
    return lambda: execute(sql, values), None


def save_changed(model: Model, cast: Cast) -> Write:
    row, field = factories.saved(model, cast), factories.changeable(model)
    setattr(row, field.name, factories.changed_value(row, field))
    return row.save, {row.pk}


def bulk_update(model: Model, cast: Cast) -> Write:
    rows, field = three(model, cast), factories.changeable(model)
    for row in rows:
        setattr(row, field.name, factories.changed_value(row, field))
    return lambda: model._default_manager.bulk_update(rows, [field.name]), {row.pk for row in rows}


def queryset_update(model: Model, cast: Cast) -> Write:
    row, field = factories.saved(model, cast), factories.changeable(model)
    value = factories.changed_value(row, field)
    return lambda: model._default_manager.filter(pk=row.pk).update(**{field.name: value}), {row.pk}


def expression_update(model: Model, cast: Cast) -> Write:
    keys, field = {row.pk for row in three(model, cast)}, factories.changeable(model)
    change = {field.name: factories.changing_expression(field)}
    return lambda: model._default_manager.filter(pk__in=keys).update(**change), keys


def sql_update(model: Model, cast: Cast) -> Write:
    row, field = factories.saved(model, cast), factories.changeable(model)
    value = field.get_db_prep_save(factories.changed_value(row, field), connection)
    sql = f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s WHERE id = %s'
    return lambda: execute(sql, [value, row.pk]), {row.pk}


def delete(model: Model, cast: Cast) -> Write:
    row = factories.saved(model, cast)
    return row.delete, {row.pk}


def queryset_delete(model: Model, cast: Cast) -> Write:
    keys = {row.pk for row in three(model, cast)}
    return model._default_manager.filter(pk__in=keys).delete, keys


def raw_delete(model: Model, cast: Cast) -> Write:
    keys = {row.pk for row in three(model, cast)}
    return lambda: model._default_manager.filter(pk__in=keys)._raw_delete("default"), keys


def sql_delete(model: Model, cast: Cast) -> Write:
    row = factories.saved(model, cast)
    return lambda: execute(f'DELETE FROM "{model._meta.db_table}" WHERE id = %s', [row.pk]), {row.pk}


WRITES: dict[Callable[[Model, Cast], Write], str] = {
    save_new: "+",
    create: "+",
    bulk_create: "+",
    sql_insert: "+",
    save_changed: "~",
    bulk_update: "~",
    queryset_update: "~",
    expression_update: "~",
    sql_update: "~",
    delete: "-",
    queryset_delete: "-",
    raw_delete: "-",
    sql_delete: "-",
}


def prepared(model: Model, cast: Cast, write: Callable[[Model, Cast], Write]) -> Write:
    """The write of this model; where its rows cannot be made, say what is missing."""
    try:
        with acting_as(None, source="command"), transaction.atomic():
            return write(model, cast)
    except (IntegrityError, LookupError) as problem:
        pytest.fail(f"{model.__name__} needs a line in RECIPES of tests/factories.py: {problem}")


def newest(model: Model) -> int:
    return model.history.order_by("-history_id").values_list("history_id", flat=True).first() or 0


@pytest.mark.parametrize("write", WRITES, ids=lambda write: write.__name__)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_write_leaves_one_row_for_each_row_changed(cast, model, write):
    kind = WRITES[write]
    do, keys = prepared(model, cast, write)
    before, mark, started = keys_of(model), newest(model), timezone.now()
    copies_before = {row.pk: row for row in model._default_manager.filter(pk__in=keys or ())}
    token, refusal = request_id.set("request-1"), ""

    try:
        with acting_as(cast.alice, reason=REASON, source="web"), transaction.atomic():
            do()
    except IntegrityError as problem:
        refusal = str(problem)
    finally:
        request_id.reset(token)

    written = list(model.history.filter(history_id__gt=mark))
    kept = kind == "-" or (kind == "~" and factories.is_append_only(model))
    assert bool(refusal) == kept
    if refusal:
        assert KEPT.search(refusal)
        assert written == []
        assert keys_of(model) == before
        return
    changed = keys if keys is not None else keys_of(model) - before
    live = {row.pk: row for row in model._default_manager.filter(pk__in=changed)}
    assert changed
    assert sorted(row.id for row in written) == sorted(changed)
    assert set(live) == (set() if kind == "-" else changed)
    for row in written:
        who = (row.history_actor_kind, row.history_actor_id, row.history_actor_label)
        assert who == ("user", cast.alice.pk, "Alice Example")
        assert (row.history_type, row.history_source, row.history_request_id) == (kind, "web", "request-1")
        assert row.history_change_reason == REASON
        assert started - timedelta(seconds=1) <= row.history_date <= timezone.now() + timedelta(seconds=1)
        source = copies_before[row.id] if kind == "-" else live[row.id]
        for field in model.history.model.tracked_fields:
            assert getattr(row, field.attname) == getattr(source, field.attname), field.name


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_no_way_of_writing_works_while_nobody_acts(cast, model):
    for write in WRITES:
        do, keys = prepared(model, cast, write)
        before, mark = keys_of(model), newest(model)
        copies = list(model._default_manager.filter(pk__in=keys or ()).order_by("pk").values())

        with (
            pytest.raises(IntegrityError, match=r"without an actor|append-only|nothing is deleted"),
            transaction.atomic(),
        ):
            do()

        assert keys_of(model) == before, write.__name__
        assert list(model._default_manager.filter(pk__in=keys or ()).order_by("pk").values()) == copies
        assert newest(model) == mark


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_row_that_others_point_to_cannot_be_deleted(cast, model):
    """Nothing audited cascades: the parent stays, by the ORM and by SQL."""
    with acting_as(cast.alice, source="web"), transaction.atomic():
        child = factories.saved(model, cast)
        parents = [
            getattr(child, field.name)
            for field in model._meta.concrete_fields
            if field.is_relation and getattr(child, field.attname) is not None
        ]
        mark = newest(model)

        for parent in parents:
            with pytest.raises(ProtectedError), transaction.atomic():
                parent.delete()
            with pytest.raises(IntegrityError), transaction.atomic():
                delete_at_once(parent)

    assert model._default_manager.filter(pk=child.pk).exists()
    assert newest(model) == mark


@pytest.mark.parametrize("model", CHANGEABLE, ids=lambda model: model.__name__)
def test_a_save_that_changes_nothing_writes_nothing(cast, model):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        row = factories.saved(model, cast)
        mark = newest(model)

        row.save()
        model._default_manager.bulk_update([row], [factories.changeable(model).name])
        execute(f'UPDATE "{model._meta.db_table}" SET id = id')

    assert newest(model) == mark


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_history_is_never_changed_nor_deleted(cast, model):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        factories.saved(model, cast)
    table = model.history.model._meta.db_table
    before = list(model.history.order_by("history_id").values())

    with acting_as(cast.olive, source="web"):
        for attempt in (
            lambda: model.history.update(history_change_reason="another"),
            lambda: model.history.all().delete(),
            lambda: model.history.first().delete(),
            lambda: model.history.all()._raw_delete("default"),
            lambda: execute(f"UPDATE \"{table}\" SET history_actor_label = 'Nobody'"),
            lambda: execute(f'UPDATE "{table}" SET history_id = history_id'),
            lambda: execute(f'DELETE FROM "{table}"'),
        ):
            with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
                attempt()

    assert before
    assert list(model.history.order_by("history_id").values()) == before


@pytest.mark.postgresql
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_neither_table_can_be_truncated(cast, model):
    for table in (model._meta.db_table, model.history.model._meta.db_table):
        with (
            acting_as(cast.olive, source="web"),
            pytest.raises(IntegrityError, match=r"truncated|append-only"),
            transaction.atomic(),
        ):
            truncate(table)


@pytest.mark.sqlite
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_replace_does_not_slip_past_history(cast, model):
    """INSERT OR REPLACE is a deletion and an insertion, and nothing is deleted."""
    with acting_as(cast.alice, reason=REASON, source="web"), transaction.atomic():
        row = factories.saved(model, cast)
    mark = newest(model)
    columns = ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)
    table = model._meta.db_table

    refusal = ""

    try:
        with acting_as(cast.alice, reason=REASON, source="web"), transaction.atomic():
            execute(
                f'INSERT OR REPLACE INTO "{table}" ({columns}) SELECT {columns} FROM "{table}" WHERE id = %s',
                [row.pk],
            )
    except IntegrityError as problem:
        refusal = str(problem)

    assert KEPT.search(refusal)
    assert newest(model) == mark
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.sqlite
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_replace_does_not_rewrite_a_history_row(cast, model):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        factories.saved(model, cast)
    history = model.history.model
    columns = [field.column for field in history._meta.concrete_fields]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join("'Nobody'" if column == "history_actor_label" else f'"{column}"' for column in columns)

    def replace() -> None:
        table = history._meta.db_table
        execute(f'INSERT OR REPLACE INTO "{table}" ({names}) SELECT {values} FROM "{table}"')

    with pytest.raises(IntegrityError, match="triggers only"), transaction.atomic():
        replace()
    with (
        acting_as(cast.olive, source="web"),
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
    ):
        replace()

    assert not model.history.filter(history_actor_label="Nobody").exists()


@pytest.mark.postgresql
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_history_is_not_written_by_hand(cast, model):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        factories.saved(model, cast)
    row = model.history.latest()
    row.history_id, row.history_actor_label = None, "Nobody"

    with (
        acting_as(cast.olive, source="web"),
        pytest.raises(IntegrityError, match="triggers only"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)

    assert not model.history.filter(history_actor_label="Nobody").exists()


@pytest.mark.parametrize("key", ["id", "uuid"])
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_row_keeps_its_keys(cast, model, key):
    """A row that took another's key would take its history too."""
    with acting_as(cast.alice, source="web"), transaction.atomic():
        row = factories.saved(model, cast)
    value = {"id": row.pk + 100_000, "uuid": model._meta.get_field("uuid").get_db_prep_save(uuid4(), connection)}[key]

    with (
        acting_as(cast.alice, source="web"),
        pytest.raises(IntegrityError, match=r"keeps its keys|append-only"),
        transaction.atomic(),
    ):
        execute(f'UPDATE "{model._meta.db_table}" SET "{key}" = %s WHERE id = %s', [value, row.pk])

    assert model._default_manager.filter(pk=row.pk, uuid=row.uuid).exists()
