"""A valid row of any audited model, and a valid change to it, made from the model itself.

A test that walks `audited_models()` covers a new model without being touched. Where a model's rules ask for more than
its fields tell, it needs a line in RECIPES; without it the walking tests fail and say so.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Concat

from residents.models import (
    Application,
    Bed,
    BedUse,
    House,
    Organization,
    PhaseKind,
    Resident,
    Room,
    RosterUpload,
    Stay,
)
from soberhouse.accounts.models import ApiKey, Invitation, User
from soberhouse.database.constraints import AppendOnly, Frozen
from soberhouse.documents.models import IssuedDocument, StoredFile
from tests.cast import Cast

_numbers = itertools.count(1)


def next_number() -> int:
    return next(_numbers)


def next_day() -> date:
    """A day long past, ten days after the one before."""
    return date(2001, 1, 1) + timedelta(days=10 * (next_number() % 900))


# What stands around a new row


def new_user() -> User:
    number = next_number()
    return User.objects.create(username=f"person{number}", name=f"Person Number {number}")


def new_resident(cast: Cast) -> Resident:
    return Resident.objects.create(
        organization=cast.organization, legal_first_name="Nadia", legal_last_name=f"Number {next_number()}"
    )


def new_stay(cast: Cast) -> Stay:
    """A stay of a new person in house A, since long ago."""
    return Stay.objects.create(house=cast.house_a, resident=new_resident(cast), starts_on=date(2000, 1, 1))


def new_application(cast: Cast) -> Application:
    return Application.objects.create(house=cast.house_a, resident=new_resident(cast), received_on=date(2000, 1, 1))


def new_file() -> StoredFile:
    return StoredFile.objects.create(digest=f"{next_number():064x}", content_type="application/pdf", size=1)


def new_phase_kind(cast: Cast) -> PhaseKind:
    number = next_number() % 30_000
    return PhaseKind.objects.create(house=cast.house_a, number=number, name=f"Phase {number}")


PARENTS: dict[type[models.Model], Callable[[Cast], models.Model]] = {
    Application: new_application,
    Bed: lambda cast: cast.bed_a("3A"),
    House: lambda cast: cast.house_a,
    Organization: lambda cast: cast.organization,
    PhaseKind: new_phase_kind,
    Resident: new_resident,
    Room: lambda cast: cast.bed_a("3A").room,
    Stay: new_stay,
    User: lambda cast: cast.olive,
}
# Values that the fields alone do not tell.
RECIPES: dict[type[models.Model], Callable[[Cast], dict[str, Any]]] = {
    ApiKey: lambda cast: {"user": cast.alice, "scopes": "read"},
    BedUse: lambda cast: {"kind": BedUse.Kind.OUT, "ends_on": date(2000, 1, 1), "starts_on": date(2000, 1, 1)},
    Invitation: lambda cast: {"user": new_user()},
    House: lambda cast: {"time_zone": "America/New_York"},
    IssuedDocument: lambda cast: {"house": cast.house_a, "resident": new_resident(cast), "file": new_file()},
    Organization: lambda cast: {"time_zone": "America/New_York"},
    RosterUpload: lambda cast: {"content": b"Bed,Name,Move in\n"},
}


# Rows


def unsaved(model: type[models.Model], cast: Cast) -> Any:
    """A valid row of the model, different from every other, not yet in the database; its parents are."""
    values = RECIPES[model](cast) if model in RECIPES else {}
    for field in model._meta.concrete_fields:
        if field.name not in values and is_needed(field):
            values[field.name] = value_for(field, cast)
    return model(**values)


def saved(model: type[models.Model], cast: Cast) -> Any:
    row = unsaved(model, cast)
    row.save()
    row.refresh_from_db()
    return row


def is_needed(field: models.Field) -> bool:
    return not (field.primary_key or field.null or field.has_default() or field.blank)


def value_for(field: models.Field, cast: Cast) -> Any:
    """Some valid value for a field that must have one."""
    if field.is_relation:
        if field.related_model not in PARENTS:
            raise LookupError(f"{field.related_model.__name__} needs a line in PARENTS of tests/factories.py")
        return PARENTS[field.related_model](cast)
    if field.choices:
        return field.flatchoices[0][0]
    number = next_number()
    match field:
        case models.EmailField():
            return f"person{number}@example.org"
        case models.CharField() | models.TextField():
            return f"{field.name[:20]} {number}"[: field.max_length]
        case models.BooleanField():
            return False
        case models.DateTimeField():
            return datetime(2001, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        case models.DateField():
            return next_day()
        case models.TimeField():
            return time(number % 24)
        case models.DecimalField():
            return Decimal(number % 100)
        case models.IntegerField():
            return number % 30_000
    raise LookupError(f"{field} needs a line in RECIPES of tests/factories.py")


# Changes


def is_append_only(model: type[models.Model]) -> bool:
    return any(isinstance(constraint, AppendOnly) for constraint in model._meta.constraints)


def frozen_fields(model: type[models.Model]) -> set[str]:
    """What keeps the value it was born with; what may be set once, and is empty in a new row, can still change."""
    rules = [rule for rule in model._meta.constraints if type(rule) is Frozen]
    return {name for rule in rules for name in rule.fields}


def free_fields(model: type[models.Model]) -> Iterator[models.Field]:
    """Audited fields that may take another value of their own kind."""
    kept = {field.name for field in model.history.model.tracked_fields}
    frozen = frozen_fields(model) | {"id", "uuid"}
    for field in model._meta.concrete_fields:
        if field.name in kept - frozen and not field.is_relation and not field.choices:
            yield field


def changeable(model: type[models.Model]) -> models.Field:
    """The field that the tests change: a text where there is one, else an instant, else a day."""
    fields = list(free_fields(model))
    for kind in (models.CharField, models.DateTimeField, models.DateField):
        for field in fields:
            # A day that may be empty is the end of a range: it can always be set to the start.
            if isinstance(field, kind) and (kind is not models.DateField or field.null):
                return field
    raise LookupError(f"{model.__name__} has no field that tests/factories.py knows how to change")


def changed_value(row: models.Model, field: models.Field) -> Any:
    old = getattr(row, field.attname)
    if isinstance(field, models.CharField):
        return f"{old}x"
    if isinstance(field, models.DateTimeField):
        return old + timedelta(minutes=1) if old else datetime(2050, 1, 1, tzinfo=UTC)
    return row.starts_on  # type: ignore[attr-defined]


def changing_expression(field: models.Field) -> Any:
    """The same change, reckoned by the database from the row as it is."""
    if isinstance(field, models.CharField):
        return Concat(F(field.name), Value("x"))
    if isinstance(field, models.DateTimeField):
        return Coalesce(F(field.name), Value(datetime(2050, 1, 1, tzinfo=UTC))) + timedelta(minutes=1)
    return F("starts_on")


# Plain SQL


def insert_sql(row: models.Model) -> tuple[str, list[Any]]:
    """The INSERT that a person in a shell would write: without what the database fills in by itself."""

    def is_left_out(field: models.Field) -> bool:
        usual = callable(field.default) or getattr(row, field.attname) == field.default
        return field.primary_key or (field.db_default is not models.NOT_PROVIDED and usual)

    fields = [field for field in row._meta.concrete_fields if not is_left_out(field)]
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join("%s" for _ in fields)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    return f'INSERT INTO "{row._meta.db_table}" ({names}) VALUES ({marks})', values
