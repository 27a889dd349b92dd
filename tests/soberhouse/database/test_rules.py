"""Every rule of every kind that a model carries, found by walking the models and broken in plain SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from residents.models import (
    Attendance,
    Clock,
    Contract,
    ContractReview,
    Feed,
    House,
    Meeting,
    Pass,
    PassDecision,
    Resident,
)
from soberhouse.accounts.models import Partner, User
from soberhouse.database.constraints import (
    Frozen,
    FrozenOnce,
    FrozenOnceSet,
    Hands,
    OtherHands,
    OwnHand,
    SameHouse,
    SameOrganization,
)
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
NEVER_EMPTY = {(Attendance, "ends_at"), (Contract, "ends_on"), (Pass, "ends_at"), (PassDecision, "ends_at")}


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
    if isinstance(field, models.TimeField | models.IntegerField | models.BooleanField):
        return factories.changed_value(row, field)
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
        once = NOON if isinstance(field, models.DateTimeField) else date(2050, 5, 5)
        change = f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s WHERE id = %s'

        execute(change, [field.get_db_prep_save(once, connection), row.pk])
        for other in (None, once + timedelta(days=1)):
            with pytest.raises(IntegrityError, match=rule.name):
                execute(change, [field.get_db_prep_save(other, connection), row.pk])

        row.refresh_from_db()
        assert getattr(row, name) == once


@pytest.mark.parametrize(("model", "rule"), rules(FrozenOnce))
def test_what_was_published_takes_in_nothing_and_changes_no_more(cast, model, rule):
    row = factories.saved(model, cast)
    draft = factories.unsaved(model, cast)
    once = getattr(row, rule.via) if rule.via else row
    factories.published(once)
    # What is append-only never changes, published or not: there only the row that comes too late is left to refuse.
    free = [] if factories.is_append_only(model) else list(factories.free_fields(model))
    assert free or rule.via
    for field in free:
        is_day = isinstance(field, models.DateField) and not isinstance(field, models.DateTimeField)
        another = date(2035, 1, 1) if is_day else factories.changed_value(row, field)
        value = field.get_db_prep_save(another, connection)
        with pytest.raises(IntegrityError, match=rule.name):
            execute(f'UPDATE "{model._meta.db_table}" SET "{field.column}" = %s WHERE id = %s', [value, row.pk])
    if rule.via:
        setattr(draft, rule.via, once)
        draft.house = once.house
        with pytest.raises(IntegrityError, match=rule.name):
            execute(*factories.insert_sql(draft))


# What a row is made of where a rule about hands counts.
WITH_HANDS = {
    "acknowledgement_own_hand": {"how": "own"},
    "contract_signature_own_hand": {"how": "own"},
    "pass_event_by_another": {"kind": "returned", "minutes_late": 0},
    "pass_event_extended_by_another": {"kind": "extended", "until": NOON},
    "movement_corrected_by_another": {"correction_reason": "another hour"},
    "complaintoutcome_by_another": {"complaint": factories.new_grievance},
    "attendance_by_another": {"grade": 5},  # seen by staff; on lower grades residents write it down themselves
    "requirement_by_another": {"stay": factories.new_stay, "reason": "the court asks it"},
}


def with_hands(model: type[models.Model], rule: Hands, cast: Cast) -> models.Model:
    """A new row that the rule counts."""
    row = factories.unsaved(model, cast)
    for name, value in WITH_HANDS.get(rule.name, {}).items():
        setattr(row, name, value(cast) if callable(value) else value)
    if "correction_reason" in WITH_HANDS.get(rule.name, {}):
        row.corrects = factories.saved(model, cast)
        row.stay = row.corrects.stay
    return row


def led_to(row: models.Model, path: str, cast: Cast) -> User:
    """The user at the end of the path; one is put there where there is none, and so is a row where it leads to many."""
    *way, last = path.split(".")
    for name in way:
        parent, row = row, getattr(row, name)
        if hasattr(row, "field"):  # many
            child = factories.unsaved(row.model, cast)
            setattr(child, row.field.name, parent)
            child.save()
            row = child
    user = getattr(row, last)
    if user is None:
        user = factories.new_user()
        setattr(row, last, user)
        row.save()
    return user


@pytest.mark.parametrize(("model", "rule"), rules(OtherHands))
def test_nobody_whom_it_is_about_has_a_hand_in_it(cast, model, rule):
    for path in rule.paths:
        row = with_hands(model, rule, cast)
        row.recorded_by = led_to(row, path, cast)
        with pytest.raises(IntegrityError, match=rule.name):
            execute(*factories.insert_sql(row))

    row = with_hands(model, rule, cast)
    row.recorded_by = None
    if rule.anybody:
        execute(*factories.insert_sql(row))
        row = with_hands(model, rule, cast)
    else:
        with pytest.raises(IntegrityError, match=rule.name):
            execute(*factories.insert_sql(row))
    row.recorded_by = factories.new_user()
    execute(*factories.insert_sql(row))


@pytest.mark.parametrize(("model", "rule"), rules(OwnHand))
def test_only_whom_it_is_of_has_a_hand_in_it(cast, model, rule):
    for hand in (None, cast.alice):
        row = with_hands(model, rule, cast)
        row.recorded_by = hand
        for somebody in (False, True):
            if somebody:
                for path in rule.paths:
                    led_to(row, path, cast)
            with pytest.raises(IntegrityError, match=rule.name):
                execute(*factories.insert_sql(row))

    row = with_hands(model, rule, cast)
    (path,) = rule.paths
    row.recorded_by = led_to(row, path, cast)
    execute(*factories.insert_sql(row))


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
    if factories.has_field(model, "resident") and hasattr(getattr(row, rule.via), "resident"):
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
        clock = factories.unsaved(Clock, cast)
        clock.organization = cast.other_organization
        clock.save()
        feed, meeting = factories.unsaved(Feed, cast), factories.unsaved(Meeting, cast)
        feed.organization = meeting.organization = cast.other_organization
        feed.save()
        meeting.save()
    theirs = {
        House: cast.house_c,
        Resident: cast.greta,
        Partner: partner,
        Clock: clock,
        Feed: feed,
        Meeting: meeting,
    }
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
    set_end(row, ends, begin - timedelta(days=1))

    with pytest.raises(IntegrityError, match="_range"):
        execute(*factories.insert_sql(row))

    set_end(row, ends, begin)
    if (model, ends) in NEVER_EMPTY:
        with pytest.raises(IntegrityError, match="_range"):
            execute(*factories.insert_sql(row))
        set_end(row, ends, begin + timedelta(days=1))
    execute(*factories.insert_sql(row))


def set_end(row: Any, name: str, end: Any) -> None:
    """The end of a range; of a pass, its day and its instant together."""
    setattr(row, name, end)
    if isinstance(row, Pass):
        if name == "ends_on":
            row.ends_at = datetime.combine(end, time(17, 1), tzinfo=UTC)
        else:
            row.ends_on = end.date()


def test_every_kind_of_range_was_tried():
    assert len(RANGES) >= 11
    named = {field.name for model in audited_models() for field in model._meta.fields if field.name.startswith("ends_")}
    assert named == {"ends_on", "ends_at", "ends_it"}
    assert isinstance(ContractReview._meta.get_field("ends_it"), models.BooleanField)
