"""Every rule of every kind that a model carries, found by walking the models and broken in plain SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from residents.models import House, Resident
from soberhouse.accounts.models import Partner
from soberhouse.database.constraints import Frozen, FrozenOnceSet, SameHouse, SameOrganization
from soberhouse.history import acting_as
from soberhouse.history.records import audited_models
from tests import factories
from tests.cast import Cast

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MODELS = [model for model in apps.get_models() if model.__module__.startswith(("soberhouse", "residents"))]
RANGES = [
    (model, starts, ends)
    for model in audited_models()
    for starts, ends in [("starts_on", "ends_on"), ("starts_at", "ends_at"), ("opened_on", "closed_on")]
    if {starts, ends} <= {field.name for field in model._meta.fields}
]


def rules(kind: type, *, but: tuple[type, ...] = ()) -> list:
    return [
        pytest.param(model, rule, id=rule.name)
        for model in MODELS
        for rule in model._meta.constraints
        if isinstance(rule, kind) and not isinstance(rule, but)
    ]


def execute(sql: str, values: list) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture(autouse=True)
def somebody_acts(cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


def another_value(field: models.Field, row: models.Model, cast: Cast) -> object:
    """A value of the field's own kind that differs from the row's, and that no other rule minds."""
    value = getattr(row, field.attname)
    if field.is_relation:
        return factories.saved(field.related_model, cast).pk
    if isinstance(field, models.DateTimeField | models.DateField):
        return value + timedelta(days=1)
    if field.choices:
        return next(choice for choice, _label in field.flatchoices if choice != value)
    return f"{value}x"


@pytest.mark.parametrize(("model", "rule"), rules(Frozen, but=(FrozenOnceSet,)))
def test_a_frozen_column_keeps_its_value(cast, model, rule):
    row = factories.saved(model, cast)
    of_one_house = [each.name for each in model._meta.constraints if isinstance(each, SameHouse)]
    for name in rule.fields:
        field = model._meta.get_field(name)
        # Another house alone is also another house than the parents'.
        refusals = [rule.name, *of_one_house] if name == "house" else [rule.name]

        with pytest.raises(IntegrityError, match="|".join(refusals)):
            execute(
                f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s WHERE id = %s',
                [field.get_db_prep_save(another_value(field, row, cast), connection), row.pk],
            )

    before = {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields}
    row.refresh_from_db()
    assert {field.attname: getattr(row, field.attname) for field in model._meta.concrete_fields} == before


@pytest.mark.parametrize(("model", "rule"), rules(FrozenOnceSet))
def test_what_is_set_once_is_neither_unset_nor_changed(cast, model, rule):
    for name in rule.fields:
        row, field = factories.unsaved(model, cast), model._meta.get_field(name)
        setattr(row, name, None)
        row.save()
        change = f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s WHERE id = %s'

        execute(change, [field.get_db_prep_save(NOON, connection), row.pk])
        for other in (None, NOON + timedelta(days=1)):
            with pytest.raises(IntegrityError, match=rule.name):
                execute(change, [field.get_db_prep_save(other, connection), row.pk])

        row.refresh_from_db()
        assert getattr(row, name) == NOON


@pytest.mark.parametrize("model", [model for model in audited_models() if hasattr(model, "house")])
def test_the_house_of_a_row_is_frozen_or_the_row_is_kept_as_it_is(model):
    """No row ever moves to another house: that is what the rules about houses stand on."""
    assert "house" in factories.frozen_fields(model) or factories.is_append_only(model)


@pytest.mark.parametrize(("model", "rule"), rules(SameHouse))
def test_a_row_of_another_house_than_its_parent_is_refused(cast, model, rule):
    row = factories.unsaved(model, cast)
    if getattr(row, rule.via) is None:
        # The rule stands, whatever else the row lacks: the trigger comes before the other checks.
        setattr(row, rule.via, factories.value_for(model._meta.get_field(rule.via), cast))
    if hasattr(row, "resident") and hasattr(getattr(row, rule.via), "resident"):
        row.resident = getattr(row, rule.via).resident
    row.house = cast.house_b
    names = {each.name for each in model._meta.constraints if isinstance(each, SameHouse | SameOrganization)}

    with pytest.raises(IntegrityError) as problem:
        execute(*factories.insert_sql(row))

    assert any(name in str(problem.value) for name in names)


@pytest.mark.parametrize(("model", "rule"), rules(SameOrganization))
def test_a_row_of_another_organization_is_refused(cast, model, rule):
    row = factories.unsaved(model, cast)
    with acting_as(cast.oscar, source="web"):
        partner = Partner.objects.create(organization=cast.other_organization, name="Far Clinic")
    theirs = {House: cast.house_c, Resident: cast.greta, Partner: partner}
    setattr(row, rule.via, theirs[model._meta.get_field(rule.via).related_model])
    if rule.via == "house":
        row.kind = "manager"

    with pytest.raises(IntegrityError, match=rule.name):
        execute(*factories.insert_sql(row))


@pytest.mark.parametrize(("model", "starts", "ends"), RANGES)
def test_a_range_never_ends_before_it_starts(cast, model, starts, ends):
    row = factories.unsaved(model, cast)
    begin = getattr(row, starts) or date(2020, 5, 5)
    setattr(row, starts, begin)
    setattr(row, ends, begin - timedelta(days=1))

    with pytest.raises(IntegrityError, match="_range"):
        execute(*factories.insert_sql(row))

    setattr(row, ends, begin)
    execute(*factories.insert_sql(row))


def test_every_kind_of_range_was_tried():
    assert len(RANGES) >= 7
    named = {field.name for model in audited_models() for field in model._meta.fields if field.name.startswith("ends_")}
    assert named == {"ends_on", "ends_at"}
