"""The life of one record, read for people: who changed it, when, from what to what, why, and through what.

Values are told in the reader's words. A row that a foreign key points to is named only where the reader may see
it; all of them are looked up at once, one query for each table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db import models
from django.db.models import QuerySet
from django.utils.formats import date_format, number_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from soberhouse.history.records import audited_models

PER_PAGE = 50
# Nothing to a reader: keys, digests, and who recorded a fact where `recorded_as` says it in words.
SILENT = frozenset({"id", "uuid", "token_digest", "recorded_by"})

Names = Mapping[tuple[type[models.Model], int], str]


@dataclass(frozen=True)
class Change:
    """One field from its old value to its new one; in what a record was born with, `old` is empty."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Moment:
    """One change of a record. `kind` is simple-history's: + made, ~ changed, - deleted."""

    kind: str
    at: datetime
    when: str
    who: str
    through: str
    why: str
    changes: list[Change]

    @property
    def title(self) -> str:
        return {"+": _("Written down"), "~": _("Changed"), "-": _("Deleted")}[self.kind]


@dataclass(frozen=True)
class Snapshot:
    """Every field of a record at one instant; `missing` says why there is none."""

    when: str
    values: list[Change]
    missing: str = ""


def audited_model(kind: str) -> type[models.Model] | None:
    """The audited model of this name, such as `stay`."""
    return next((model for model in audited_models() if model._meta.model_name == kind), None)


def life(row: Any, *, reader: Any, zone: ZoneInfo, page: str | int | None = None) -> tuple[Page, list[Moment]]:
    """A page of the record's changes, the newest first. The same number of queries, however many changes there are."""
    rows = row.history.order_by("-history_date", "-history_id")
    found = Paginator(rows, PER_PAGE).get_page(page)
    # One more than is shown: the oldest on the page is compared with the one before it.
    here = list(rows[found.start_index() - 1 : found.end_index() + 1]) if found.paginator.count else []
    names = _names(here, reader)
    before = [*here[1:], None]
    shown = here[: len(found)]
    return found, [_moment(new, old, names, zone) for new, old in zip(shown, before, strict=False)]


def as_of(row: Any, instant: datetime, *, reader: Any, zone: ZoneInfo) -> Snapshot:
    """The whole record as it was at `instant`. Ties go to the last change of that instant."""
    when = in_words(instant, zone)
    copy = row.history.filter(history_date__lte=instant).order_by("-history_date", "-history_id").first()
    if copy is None:
        return Snapshot(when, [], missing=_("This was not written down yet."))
    if copy.history_type == "-":
        return Snapshot(when, [], missing=_("This had been deleted by then."))
    names = _names([copy], reader)
    return Snapshot(when, [Change(_label(field), "", _value(copy, field, names, zone)) for field in _told(copy)])


def in_words(instant: datetime, zone: ZoneInfo) -> str:
    """An instant as the clock in the house shows it, with the name of its time."""
    local = instant.astimezone(zone)
    return f"{date_format(local, 'DATE_FORMAT')}, {time_format(local, 'TIME_FORMAT')} {local.tzname()}"


# --- one change ---


def _moment(new: Any, old: Any | None, names: Names, zone: ZoneInfo) -> Moment:
    return Moment(
        kind=new.history_type,
        at=new.history_date,
        when=in_words(new.history_date, zone),
        who=who(new),
        through=_through(new),
        why=new.history_change_reason,
        changes=list(_changes(new, old, names, zone)),
    )


def _changes(new: Any, old: Any | None, names: Names, zone: ZoneInfo) -> Iterator[Change]:
    if new.history_type == "-":
        return
    born = new.history_type == "+" or old is None
    for field in _told(new):
        after = _value(new, field, names, zone)
        if born:
            if after and getattr(new, field.attname) is not False:
                yield Change(_label(field), "", after)
        elif getattr(new, field.attname) != getattr(old, field.attname):
            yield Change(_label(field), _value(old, field, names, zone), after)


def who(row: Any) -> str:
    """Who made the change that this history row tells of."""
    if row.history_actor_kind == "command":
        return _("a command")
    if row.history_actor_kind == "database":
        return _("%(name)s, in the database itself") % {"name": row.history_actor_label}
    return row.history_actor_label


def _through(row: Any) -> str:
    if row.history_actor_kind in ("command", "database"):
        return ""  # who acted says it already
    ways = {
        "web": _("on the site"),
        "api": _("through the API"),
        "command": _("by a command"),
    }
    return ways.get(row.history_source, row.history_source)


# --- fields and values ---


def _told(copy: Any) -> list[models.Field]:
    return [field for field in copy.tracked_fields if field.name not in SILENT]


def _label(field: models.Field) -> str:
    return capfirst(str(field.verbose_name))


def _value(copy: Any, field: models.Field, names: Names, zone: ZoneInfo) -> str:
    value = getattr(copy, field.attname)
    if value is None or value == "":
        return ""
    if field.is_relation:
        return names.get((field.related_model, value), _("not shown"))
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    match field:
        case models.BooleanField():
            return _("yes") if value else _("no")
        case models.DateTimeField():
            return in_words(value, zone)
        case models.DateField():
            return date_format(value, "DATE_FORMAT")
        case models.TimeField():
            return time_format(value, "TIME_FORMAT")
        case models.DecimalField() | models.IntegerField():
            return number_format(value)
    return str(value)


def _names(copies: Iterable[Any], reader: Any) -> Names:
    """What the rows that these copies point to are called, as far as the reader may see them."""
    wanted: defaultdict[type[models.Model], set[int]] = defaultdict(set)
    for copy in copies:
        for field in _told(copy):
            if field.is_relation and getattr(copy, field.attname) is not None:
                wanted[field.related_model].add(getattr(copy, field.attname))
    return {
        (model, row.pk): name_of(row)
        for model, keys in wanted.items()
        for row in _seen(model, reader).filter(pk__in=keys).select_related(*parents(model))
    }


def _seen(model: type[models.Model], reader: Any) -> QuerySet:
    """The rows of a table that the reader may see; none of one that has no scope of its own, such as stored files."""
    visible_to: Callable[[Any], QuerySet] | None = getattr(model.objects, "visible_to", None)  # type: ignore[attr-defined]
    return visible_to(reader) if visible_to is not None else model.objects.none()  # type: ignore[attr-defined]


def parents(model: type[models.Model], depth: int = 2) -> list[str]:
    """The foreign keys of a model, and theirs: what a row's name may be made of, for `select_related`."""
    found = []
    for field in model._meta.concrete_fields:
        if field.is_relation and field.related_model is not model and field.name not in SILENT:
            found.append(field.name)
            if depth > 1:
                found += [f"{field.name}__{deeper}" for deeper in parents(field.related_model, depth - 1)]
    return found


def name_of(row: models.Model) -> str:
    """A row in words: its own, else the words for its kind."""
    if type(row).__str__ is models.Model.__str__:
        return capfirst(str(row._meta.verbose_name))
    return str(row)
