"""Constraints that Django lacks, for `Meta.constraints`. They hold on SQLite and PostgreSQL alike.

Each names itself, refuses by the database (`triggers`, or PostgreSQL's EXCLUDE), and answers `full_clean` through
`validate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, Model, Q
from django.db.models.constraints import BaseConstraint

from soberhouse.database.triggers import PREFIX, Trigger, refuse

# Where the schema editor has nothing to do. Not None: where a table's defaults need parameters (PostgreSQL), the editor
# executes what `create_sql` of each constraint gave, whatever it is.
NOTHING_TO_DO = "SELECT 1"


def odd_time(column: str, *, instant: bool = False) -> str:
    """The condition under which `column` holds no date (no instant) as it should be written. SQLite has only text, and
    '2026-9-05' would sort after '2026-10-01'."""
    if instant:
        return f"substr({column}, 1, 19) IS NOT datetime({column})"
    return f"{column} IS NOT date({column})"


class TriggerConstraint(BaseConstraint):
    """A rule kept by triggers. Django's schema editor has nothing to do for it: `triggers.install_all` installs it."""

    def constraint_sql(self, model: type[Model], schema_editor: Any) -> str | None:
        return None

    def create_sql(self, model: type[Model], schema_editor: Any) -> str | None:
        return NOTHING_TO_DO

    def remove_sql(self, model: type[Model], schema_editor: Any) -> str | None:
        return NOTHING_TO_DO

    def validate(self, model: type[Model], instance: Model, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        """Nothing to say beforehand, unless a subclass knows how."""

    def triggers(self, model: type[Model], vendor: str) -> Iterable[Trigger]:
        raise TypeError(f"{type(self).__name__} names no triggers")

    def trigger_name(self, suffix: str) -> str:
        return f"{PREFIX}{self.name}_{suffix}"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.deconstruct() == other.deconstruct()  # type: ignore[attr-defined]

    __hash__ = BaseConstraint.__hash__

    def deconstruct(self) -> tuple[str, tuple, dict]:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | self.options()

    def options(self) -> dict[str, Any]:
        """What, beside the name, makes this constraint this one; it goes into migrations."""
        return {}


class NoOverlap(TriggerConstraint):
    """No two rows with the same `key` columns have overlapping half-open ranges [starts, ends) of dates, or of instants
    (`instants`).

    `ends` may be NULL (no end). An empty range overlaps nothing. Rows whose boolean column `ignoring` is true do not
    count. On PostgreSQL an EXCLUDE constraint over int8range and daterange (tstzrange), which needs no extension and
    cannot race.
    """

    def __init__(
        self,
        *,
        key: str,
        name: str,
        starts: str = "starts_on",
        ends: str = "ends_on",
        ignoring: str = "",
        instants: bool = False,
        violation_error_code: str | None = "overlap",
        violation_error_message: str | None = None,
    ) -> None:
        self.key, self.starts, self.ends, self.ignoring, self.instants = key, starts, ends, ignoring, instants
        super().__init__(
            name=name, violation_error_code=violation_error_code, violation_error_message=violation_error_message
        )

    def options(self) -> dict[str, Any]:
        options = {"key": self.key, "starts": self.starts, "ends": self.ends, "ignoring": self.ignoring}
        return options | ({"instants": True} if self.instants else {})

    def _columns(self, model: type[Model]) -> tuple[str, str, str]:
        return tuple(model._meta.get_field(name).column for name in (self.key, self.starts, self.ends))  # type: ignore[return-value]

    def _exclude(self, model: type[Model]) -> str:
        key, starts, ends = self._columns(model)
        conditions = [f'NOT "{self.ignoring}"'] if self.ignoring else []
        if model._meta.get_field(self.key).null:
            conditions.append(f'"{key}" IS NOT NULL')  # a range from NULL to NULL would meet every other
        where = f" WHERE ({' AND '.join(conditions)})" if conditions else ""
        return (
            f'EXCLUDE USING gist (int8range("{key}", "{key}", \'[]\') WITH &&, '
            f'{"tstzrange" if self.instants else "daterange"}("{starts}", "{ends}", \'[)\') WITH &&){where}'
        )

    def constraint_sql(self, model: type[Model], schema_editor: Any) -> str | None:
        if schema_editor.connection.vendor == "postgresql":
            return f'CONSTRAINT "{self.name}" {self._exclude(model)}'
        return None

    def create_sql(self, model: type[Model], schema_editor: Any) -> str | None:
        if sql := self.constraint_sql(model, schema_editor):
            return f'ALTER TABLE "{model._meta.db_table}" ADD {sql}'
        return NOTHING_TO_DO

    def remove_sql(self, model: type[Model], schema_editor: Any) -> str | None:
        if schema_editor.connection.vendor == "postgresql":
            return f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{self.name}"'
        return NOTHING_TO_DO

    def triggers(self, model: type[Model], vendor: str) -> Iterator[Trigger]:
        if vendor != "sqlite":
            return
        table = model._meta.db_table
        key, starts, ends = self._columns(model)
        new_end, old_end = f"""coalesce(NEW."{ends}", '9999-12-31')""", f"""coalesce(o."{ends}", '9999-12-31')"""
        live = f'NOT o."{self.ignoring}" AND ' if self.ignoring else ""
        overlap = (
            f'EXISTS (SELECT 1 FROM "{table}" o WHERE {live}o."{key}" = NEW."{key}" AND o.id <> NEW.id '
            f'AND o."{starts}" < {new_end} AND NEW."{starts}" < {old_end} '
            f'AND o."{starts}" < {old_end} AND NEW."{starts}" < {new_end})'
        )
        if self.ignoring:
            overlap = f'NOT NEW."{self.ignoring}" AND {overlap}'
        odd = " OR ".join(odd_time(f'NEW."{column}"', instant=self.instants) for column in (starts, ends))
        overlap = f"({odd}) OR ({overlap})"
        # AFTER, because a new row has its id only then.
        for event in ("INSERT", "UPDATE"):
            yield Trigger(
                self.trigger_name(event.lower()), table, f"AFTER {event}", refuse(self.name, vendor, where=overlap)
            )

    def validate(self, model: type[Model], instance: Model, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        exclude = exclude or ()
        if {self.key, self.starts, self.ends} & set(exclude) or (self.ignoring and getattr(instance, self.ignoring)):
            return
        if getattr(instance, model._meta.get_field(self.key).attname) is None:
            return
        starts, ends = getattr(instance, self.starts), getattr(instance, self.ends)
        if starts is None or (ends is not None and ends <= starts):
            return
        others = model._default_manager.using(using).filter(
            Q(**{f"{self.ends}__isnull": True})
            | Q(**{f"{self.ends}__gt": starts}) & Q(**{f"{self.ends}__gt": F(self.starts)}),
            **{self.key: getattr(instance, model._meta.get_field(self.key).attname)},
        )
        if ends is not None:
            others = others.filter(**{f"{self.starts}__lt": ends})
        if self.ignoring:
            others = others.filter(**{self.ignoring: False})
        if others.exclude(pk=instance.pk).exists():
            raise ValidationError(self.get_violation_error_message(), code=self.violation_error_code)


class Same(TriggerConstraint):
    """A row has the same value in `column` as the row it points to through `via` (where it points at all). NULL is the
    same as NULL, and as nothing else.

    It cannot race where the column never changes (`Frozen`) and rows are never deleted (`HistoryTriggers`).
    """

    def __init__(self, *, via: str, column: str, name: str, **kwargs: Any) -> None:
        self.via, self.column = via, column
        super().__init__(name=name, **kwargs)

    def options(self) -> dict[str, Any]:
        return {"via": self.via, "column": self.column}

    def triggers(self, model: type[Model], vendor: str) -> Iterator[Trigger]:
        field = model._meta.get_field(self.via)
        parent = field.related_model._meta.db_table
        same = "IS" if vendor == "sqlite" else "IS NOT DISTINCT FROM"
        wrong = (
            f'NEW."{field.column}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "{parent}" p '
            f'WHERE p.id = NEW."{field.column}" AND p."{self.column}" {same} NEW."{self.column}")'
        )
        for event in ("INSERT", "UPDATE"):
            yield Trigger(
                self.trigger_name(event.lower()),
                model._meta.db_table,
                f"BEFORE {event}",
                refuse(self.name, vendor, where=wrong),
            )

    def validate(self, model: type[Model], instance: Model, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        parent = getattr(instance, self.via, None)
        if parent is not None and getattr(parent, self.column) != getattr(instance, self.column):
            raise ValidationError({self.via: self.get_violation_error_message()})


class SameHouse(Same):
    """A row's house is the house of the row it points to through `via`."""

    def __init__(self, *, via: str, name: str, **kwargs: Any) -> None:
        super().__init__(via=via, column="house_id", name=name, **kwargs)

    def options(self) -> dict[str, Any]:
        return {"via": self.via}


class SameOrganization(TriggerConstraint):
    """What `via` points to belongs to the same organization. Each side is a column, or a path through one foreign key:
    `here` and `there` name the foreign key to a house, or are empty where the row carries `organization_id` itself."""

    def __init__(self, *, via: str, name: str, here: str = "", there: str = "", **kwargs: Any) -> None:
        self.via, self.here, self.there = via, here, there
        super().__init__(name=name, **kwargs)

    def options(self) -> dict[str, Any]:
        return {"via": self.via, "here": self.here, "there": self.there}

    @staticmethod
    def _organization(model: type[Model], row: str, path: str) -> str:
        if not path:
            return f"{row}.organization_id"
        field = model._meta.get_field(path)
        table = field.related_model._meta.db_table
        return f'(SELECT h.organization_id FROM "{table}" h WHERE h.id = {row}."{field.column}")'

    def triggers(self, model: type[Model], vendor: str) -> Iterator[Trigger]:
        field = model._meta.get_field(self.via)
        parent = field.related_model
        mine, theirs = self._organization(model, "NEW", self.here), self._organization(parent, "p", self.there)
        wrong = (
            f'NEW."{field.column}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "{parent._meta.db_table}" p '
            f'WHERE p.id = NEW."{field.column}" AND {theirs} = {mine})'
        )
        for event in ("INSERT", "UPDATE"):
            yield Trigger(
                self.trigger_name(event.lower()),
                model._meta.db_table,
                f"BEFORE {event}",
                refuse(self.name, vendor, where=wrong),
            )


class Only(TriggerConstraint):
    """What `via` points to has `value` in its `column`."""

    def __init__(self, *, via: str, column: str, value: str, name: str, **kwargs: Any) -> None:
        self.via, self.column, self.value = via, column, str(value)
        super().__init__(name=name, **kwargs)

    def options(self) -> dict[str, Any]:
        return {"via": self.via, "column": self.column, "value": self.value}

    def triggers(self, model: type[Model], vendor: str) -> Iterator[Trigger]:
        field = model._meta.get_field(self.via)
        wrong = (
            f'NOT EXISTS (SELECT 1 FROM "{field.related_model._meta.db_table}" p '
            f'WHERE p.id = NEW."{field.column}" AND p."{self.column}" = \'{self.value}\')'
        )
        for event in ("INSERT", "UPDATE"):
            yield Trigger(
                self.trigger_name(event.lower()),
                model._meta.db_table,
                f"BEFORE {event}",
                refuse(self.name, vendor, where=wrong),
            )


class Frozen(TriggerConstraint):
    """These columns keep the value they were born with."""

    def __init__(self, *, fields: Iterable[str], name: str, **kwargs: Any) -> None:
        self.fields = tuple(fields)
        super().__init__(name=name, **kwargs)

    def options(self) -> dict[str, Any]:
        return {"fields": self.fields}

    def triggers(self, model: type[Model], vendor: str) -> Iterator[Trigger]:
        columns = [model._meta.get_field(name).column for name in self.fields]
        changed = " OR ".join(self.changed(column, vendor) for column in columns)
        yield Trigger(
            self.trigger_name("update"), model._meta.db_table, "BEFORE UPDATE", refuse(self.name, vendor), when=changed
        )

    def changed(self, column: str, vendor: str) -> str:
        """The condition under which this column has another value than it may have."""
        differs = "IS NOT" if vendor == "sqlite" else "IS DISTINCT FROM"
        return f'OLD."{column}" {differs} NEW."{column}"'


class FrozenOnceSet(Frozen):
    """These columns may be empty. Once one has a value, it keeps that."""

    def changed(self, column: str, vendor: str) -> str:
        return f'(OLD."{column}" IS NOT NULL AND {super().changed(column, vendor)})'


class FrozenOnce(TriggerConstraint):
    """Once the column `once` has a value, nothing of the row changes any more. With `via`, the column is of the row
    that this one points to: once it has a value, rows are neither added to it nor changed."""

    def __init__(self, *, once: str, name: str, via: str = "", **kwargs: Any) -> None:
        self.once, self.via = once, via
        super().__init__(name=name, **kwargs)

    def options(self) -> dict[str, Any]:
        return {"once": self.once} | ({"via": self.via} if self.via else {})

    def triggers(self, model: type[Model], vendor: str) -> Iterator[Trigger]:
        table = model._meta.db_table
        if not self.via:
            column = model._meta.get_field(self.once).column
            yield Trigger(
                self.trigger_name("update"),
                table,
                "BEFORE UPDATE",
                refuse(self.name, vendor),
                when=f'OLD."{column}" IS NOT NULL',
            )
            return
        field = model._meta.get_field(self.via)
        parent = field.related_model._meta.db_table
        column = field.related_model._meta.get_field(self.once).column
        for event, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW"))):
            keys = ", ".join(f'{row}."{field.column}"' for row in rows)
            lock = ""
            if vendor == "postgresql":
                lock = f'PERFORM 1 FROM "{parent}" WHERE id IN ({keys}) FOR NO KEY UPDATE; '
            frozen = f'EXISTS (SELECT 1 FROM "{parent}" p WHERE p.id IN ({keys}) AND p."{column}" IS NOT NULL)'
            yield Trigger(
                self.trigger_name(event.lower()),
                table,
                f"BEFORE {event}",
                lock + refuse(self.name, vendor, where=frozen),
            )


class WellWritten(TriggerConstraint):
    """Days and instants are written as they should be. PostgreSQL knows no other way; SQLite takes any text, and then
    neither compares nor counts it right."""

    def __init__(self, *, name: str, days: Iterable[str] = (), instants: Iterable[str] = (), **kwargs: Any) -> None:
        self.days, self.instants = tuple(days), tuple(instants)
        super().__init__(name=name, **kwargs)

    def options(self) -> dict[str, Any]:
        return {"days": self.days, "instants": self.instants}

    def triggers(self, model: type[Model], vendor: str) -> Iterator[Trigger]:
        if vendor != "sqlite":
            return
        columns = [(name, False) for name in self.days] + [(name, True) for name in self.instants]
        odd = " OR ".join(
            odd_time(f'NEW."{model._meta.get_field(name).column}"', instant=instant) for name, instant in columns
        )
        for event in ("INSERT", "UPDATE"):
            yield Trigger(
                self.trigger_name(event.lower()),
                model._meta.db_table,
                f"BEFORE {event}",
                refuse(self.name, vendor, where=odd),
            )


class DayOf(TriggerConstraint):
    """The day in one column is that of the instant in another, by some clock on earth: the databases know no house's
    time zone, so it may be the day before or after that in UTC."""

    def __init__(self, *, day: str, instant: str, name: str, **kwargs: Any) -> None:
        self.day, self.instant = day, instant
        super().__init__(name=name, **kwargs)

    def options(self) -> dict[str, Any]:
        return {"day": self.day, "instant": self.instant}

    def triggers(self, model: type[Model], vendor: str) -> Iterator[Trigger]:
        day, instant = (f'NEW."{model._meta.get_field(name).column}"' for name in (self.day, self.instant))
        if vendor == "sqlite":
            wrong = f"{odd_time(day)} OR abs(julianday({day}) - julianday(date({instant}))) > 1"
        else:
            wrong = f"abs({day} - ({instant} AT TIME ZONE 'UTC')::date) > 1"
        for event in ("INSERT", "UPDATE"):
            yield Trigger(
                self.trigger_name(event.lower()),
                model._meta.db_table,
                f"BEFORE {event}",
                refuse(self.name, vendor, where=wrong),
            )


class Hands(TriggerConstraint):
    """Whose hand a row is recorded by. `paths` lead from the row to users along foreign keys, a dot between, such as
    `violation.stay.resident.user`, and back along them to many, such as `entry.tellings.about.stay.resident.user`. Rows
    where the SQL condition `unless` holds (on NEW) do not count."""

    def __init__(self, *, paths: Iterable[str], name: str, unless: str = "", **kwargs: Any) -> None:
        self.paths, self.unless = tuple(paths), unless
        super().__init__(name=name, **kwargs)

    def options(self) -> dict[str, Any]:
        return {"paths": self.paths} | ({"unless": self.unless} if self.unless else {})

    @staticmethod
    def _end(model: type[Model], path: str, vendor: str) -> str:
        """The SQL of the key at the end of `path`; of all of them, from where it leads back to many.

        PostgreSQL is given each step as an array: it would join the tables of nested ones in an order of its own
        choice, and one that knows nothing yet of tables just filled chose one that took 40 seconds.
        """
        first, *rest = path.split(".")
        field = model._meta.get_field(first)
        sql, many = f'NEW."{field.column}"', False
        for name in rest:
            parent = field.related_model
            field = parent._meta.get_field(name)
            if field.concrete:
                table, key, found = parent._meta.db_table, "id", field.column
            else:
                table, key, found = field.related_model._meta.db_table, field.field.column, "id"
            among = f"= ANY (ARRAY{sql})" if vendor == "postgresql" else f"IN {sql}"
            same = among if many else f"= {sql}"
            sql = f'(SELECT t."{found}" FROM "{table}" t WHERE t."{key}" {same})'
            many = many or not field.concrete
        return sql

    def wrong(self, hand: str, ends: list[str]) -> str:
        """The condition on the user `hand` and those at the ends of the paths under which the row is refused."""
        raise TypeError(f"{type(self).__name__} refuses no hand")

    def triggers(self, model: type[Model], vendor: str) -> Iterator[Trigger]:
        hand = f'NEW."{model._meta.get_field("recorded_by").column}"'
        wrong = self.wrong(hand, [self._end(model, path, vendor) for path in self.paths])
        if self.unless:
            wrong = f"NOT ({self.unless}) AND ({wrong})"
        for event in ("INSERT", "UPDATE"):
            yield Trigger(
                self.trigger_name(event.lower()),
                model._meta.db_table,
                f"BEFORE {event}",
                refuse(self.name, vendor, where=wrong),
            )


class OtherHands(Hands):
    """The row is recorded by a person, and by none of those whom `paths` lead to. Where `anybody`, a command or a
    program may record it too."""

    def __init__(self, *, anybody: bool = False, **kwargs: Any) -> None:
        self.anybody = anybody
        super().__init__(**kwargs)

    def options(self) -> dict[str, Any]:
        return super().options() | ({"anybody": True} if self.anybody else {})

    def wrong(self, hand: str, ends: list[str]) -> str:
        same = [f"{hand} {'IN' if end.startswith('(') else '='} {end}" for end in ends]
        return " OR ".join(same if self.anybody else [f"{hand} IS NULL", *same])


class OwnHand(Hands):
    """The row is recorded by whom `paths` lead to, and by nobody else."""

    def wrong(self, hand: str, ends: list[str]) -> str:
        return " OR ".join(f"{end} IS NULL OR {hand} IS NULL OR {hand} <> {end}" for end in ends)


class AppendOnly(TriggerConstraint):
    """Rows are written once: UPDATE, DELETE and TRUNCATE are refused."""

    def triggers(self, model: type[Model], vendor: str) -> Iterator[Trigger]:
        yield from append_only(self.name, model._meta.db_table, vendor)


def append_only(name: str, table: str, vendor: str, *, key: str = "id") -> Iterator[Trigger]:
    """The triggers that refuse to change `table`, whose primary key is the column `key`."""
    body = refuse(f"{table} is append-only", vendor)
    for event in ("UPDATE", "DELETE"):
        yield Trigger(f"{PREFIX}{name}_{event.lower()}", table, f"BEFORE {event}", body)
    if vendor == "postgresql":
        yield Trigger(f"{PREFIX}{name}_truncate", table, "BEFORE TRUNCATE", body, each="STATEMENT")
    else:
        # INSERT OR REPLACE fires no delete trigger in a client that did not ask for recursive ones.
        there = f'EXISTS (SELECT 1 FROM "{table}" t WHERE t."{key}" = NEW."{key}")'
        again = refuse(f"{table} is append-only", vendor, where=there)
        yield Trigger(f"{PREFIX}{name}_insert", table, "BEFORE INSERT", again)


class Within(TriggerConstraint):
    """A row's range [starts, ends) lies inside that of the row it points to through `via`, from either side.

    A NULL end is no end; a NULL start of the parent is no start; a child without an end fits only a parent without one.
    Rows whose `ignoring` column is true do not count; a parent whose `parent_ignoring` column is true holds none that
    count. The trigger locks the parent first, so two transactions cannot
    each see the other's old range. With `when_written` only the child is asked, when it is written: the parent may
    end later in the middle of it.
    """

    def __init__(
        self,
        *,
        via: str,
        name: str,
        parent_starts: str = "starts_on",
        parent_ends: str = "ends_on",
        ignoring: str = "",
        parent_ignoring: str = "",
        when_written: bool = False,
        **kwargs: Any,
    ) -> None:
        self.via, self.ignoring, self.parent_ignoring = via, ignoring, parent_ignoring
        self.when_written = when_written
        self.parent_starts, self.parent_ends = parent_starts, parent_ends
        super().__init__(name=name, **kwargs)

    def options(self) -> dict[str, Any]:
        return {
            "via": self.via,
            "ignoring": self.ignoring,
            "parent_ignoring": self.parent_ignoring,
            "parent_starts": self.parent_starts,
            "parent_ends": self.parent_ends,
            **({"when_written": True} if self.when_written else {}),
        }

    def triggers(self, model: type[Model], vendor: str) -> Iterator[Trigger]:
        field = model._meta.get_field(self.via)
        column, child, parent = field.column, model._meta.db_table, field.related_model._meta.db_table

        def outside(c: str, p: str) -> str:
            voided = f"{p}.{self.parent_ignoring} OR " if self.parent_ignoring else ""
            return (
                f"({voided}({p}.{self.parent_starts} IS NOT NULL AND {c}.starts_on < {p}.{self.parent_starts}) OR "
                f"({p}.{self.parent_ends} IS NOT NULL "
                f"AND ({c}.ends_on IS NULL OR {c}.ends_on > {p}.{self.parent_ends})))"
            )

        live = f'NOT NEW."{self.ignoring}" AND ' if self.ignoring else ""
        live_child = f' AND NOT c."{self.ignoring}"' if self.ignoring else ""
        from_child = f'{live}EXISTS (SELECT 1 FROM "{parent}" p WHERE p.id = NEW."{column}" AND {outside("NEW", "p")})'
        from_parent = (
            f'EXISTS (SELECT 1 FROM "{child}" c WHERE c."{column}" = NEW.id{live_child} AND {outside("c", "NEW")})'
        )
        lock = (
            f'PERFORM 1 FROM "{parent}" WHERE id = NEW."{column}" FOR NO KEY UPDATE; ' if vendor == "postgresql" else ""
        )
        for event in ("INSERT", "UPDATE"):
            yield Trigger(
                self.trigger_name(event.lower()),
                child,
                f"BEFORE {event}",
                lock + refuse(self.name, vendor, where=from_child),
            )
        if not self.when_written:
            yield Trigger(
                self.trigger_name("parent"), parent, "AFTER UPDATE", refuse(self.name, vendor, where=from_parent)
            )
