"""What a subject offers to the pages that gather: cards for Today, cards and timeline entries for one resident's page,
cards for that resident's own week, and everything it has on record about them.

A subject that has something to offer carries a module `cards` with any of these functions; the gathering pages ask
every subject in `settings.SUBJECTS` and do not know what they will find:

    today(house, stays, standing, today) -> Iterable[Card]
    about(resident, stays, standing, today) -> Iterable[Card | Entry]
    week(resident, stays, standing, today) -> Iterable[Card]
    home(resident, stays, standing, today) -> Iterable[Card]
    settings(house, standing) -> Iterable[Row]
    beside_pass(stay, starts_at, ends_at, now) -> Iterable[Row]
    own(resident, today) -> Iterable[Section]
    papers(place, standing, today) -> Iterable[documents.kinds.Offer]
    issued_anew(document, standing) -> Iterable[str]
    hand_over(house, standing, now) -> Iterable[Pending]
    work(user) -> Iterable[Work]
    minutes(house, house_meeting_at, since) -> Iterable[MinutesSection]

`stays` are those the page is about, read once by whoever asks for them first: on Today of whoever lives in the house or
left it of late, else all of the person's that the reader sees. `about` tells cards and, of what happened, entries: the
same rows are read once for both. `home` is what holds in the house, for whoever lives there; `settings` leads to the
pages where a subject keeps what is so in a house; `beside_pass` are the facts beside the decision on a pass. `papers`
are those that can be issued now about a house or an organization, `issued_anew` the address where one that was issued
is issued again. `hand_over` is what the next one on shift finds in a house, each part told also where nothing is in it;
`work` is what people record, by which their load is counted. `minutes` is what the minutes of a house meeting tell of
a subject, as of the instant of the meeting and `since` the one before it, if there was one: everybody who lives in the
house reads it, so it holds nothing that one of them may not know of another.

Each must cost the same number of queries however many rows it returns, and show only what `standing.user` may see;
`week`, `home` and `own` are read by the resident alone, and show what `resident.user` may see. `own` leaves nothing
out: what a subject records about somebody is in a section of its own, every row and every field of it, corrected and
voided ones too (a test walks the tables).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any
from uuid import UUID

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _


class Order(IntEnum):
    """Where a card stands: whoever is missing comes first, then what needs a person now, the numbers, what is due, what
    waits, the rest."""

    FIRST = -1
    NOW = 0
    NUMBERS = 1
    DUE = 2
    WAITING = 3
    LATER = 4


@dataclass(frozen=True)
class Row:
    """One line a tired person can read: the fact, the reason for it, and what to press.

    `state` is one of the stylesheet's states (in, late, missed, held, out, open, plain); `word` is always shown with
    it.
    """

    fact: str
    reason: str = ""
    url: str = ""
    state: str = ""
    word: str = ""
    button: str = ""
    button_url: str = ""


@dataclass(frozen=True)
class Card:
    """One card. With a `template`, that draws the inside from `context`; without, the rows are listed. Under `anchor`
    the head of Today leads to it: for what somebody comes there to do."""

    title: str
    order: Order
    rows: Sequence[Row] = ()
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    more_url: str = ""
    more_label: str = ""
    empty: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Pending:
    """A part of what the next one on shift finds: what stands open, who is due, who is away. Its `rows` are what
    everybody who runs the house may read: they can be printed, and are counted under `name`, by `number` where that is
    not theirs. `apart` is what this reader may read beyond that: it is shown to them, and neither printed nor
    counted. No row says "you"."""

    name: str
    title: str
    rows: Sequence[Row]
    apart: Sequence[Row] = ()
    number: int | None = None
    order: Order = Order.DUE

    @property
    def count(self) -> int:
        return len(self.rows) if self.number is None else self.number


class Load(StrEnum):
    """As what somebody's work is counted."""

    NIGHT = "nights"  # each night in which they counted somebody
    CALL_OUT = "call_outs"  # each that was recorded at night, by the clock of the house
    RECORD = "records"
    HAND_OVER = "hand_overs"


@dataclass(frozen=True)
class Work:
    """Facts of houses that people record, as far as one reader may see them: each with a `house`, `recorded_by` and
    `recorded_at`; those that count as nights with a `night`."""

    counts_as: Load
    rows: models.QuerySet


@dataclass(frozen=True)
class MinutesSection:
    """A subject's section of the minutes of a house meeting: rows of words under headers. `name` is what programs call
    it. It is kept as it is when the minutes are published."""

    name: str
    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class CalendarChange:
    """One occurrence of an entry that is not as usual. `usual` is what the clocks of the entry's zone show when it
    would begin; it begins at the instant `moved_to` or, without one, is called off."""

    usual: datetime
    moved_to: datetime | None = None


@dataclass(frozen=True)
class CalendarEntry:
    """What stands in a calendar, once or by a rule. `starts` is what the clocks of `zone` show when it is first held.
    `rule` is a recurrence of RFC 5545 without an end; `ends_on` the first day on which it is held no more. `version`
    goes up with each change of it, and `changed_at` says when the last one was."""

    uid: UUID
    title: str
    starts: datetime
    zone: str
    minutes: int
    version: int
    changed_at: datetime
    rule: str = ""
    ends_on: date | None = None
    place: str = ""
    changes: Sequence[CalendarChange] = ()


@dataclass(frozen=True)
class Entry:
    """One event in a resident's timeline."""

    day: date
    fact: str
    detail: str = ""
    by: str = ""
    url: str = ""
    struck: bool = False  # corrected or undone since: stays visible, marked


@dataclass(frozen=True)
class Record:
    """One row on record: what a person reads, cell by cell under the section's headers; what a program reads, by field;
    and where its life is told. `struck`, in a word, where it counts no more: corrected, entered by mistake. `picture`
    is its stored file, where it is one."""

    cells: tuple[str, ...]
    data: Mapping[str, Any]
    key: int = 0
    history_url: str = ""
    struck: str = ""
    picture: Any = None


@dataclass(frozen=True)
class Section:
    """Everything of one kind that is on record about somebody. `name` is what programs call it; `fields` of `model` are
    told."""

    name: str
    title: str
    headers: tuple[str, ...]
    records: Sequence[Record]
    model: type[models.Model]
    fields: tuple[str, ...]
    empty: str = ""


def section(
    name: str,
    title: str,
    rows: Iterable[models.Model],
    fields: Sequence[str],
    *,
    model: type[models.Model],
    labels: Mapping[str, str] | None = None,
    quiet: Collection[str] = (),
    struck: Callable[[Any], str] = lambda row: "",
    words: Mapping[str, Callable[[Any], str]] | None = None,
    picture: Callable[[Any], Any] = lambda row: None,
    history: bool = True,
    empty: str = "",
) -> Section:
    """A section of these rows of `model`: each field as people read it, with its own name or that of `labels`, and as
    programs do. A row that a foreign key points to is told by its name: select it with the rows. Of the `quiet` fields
    people read only what is true. `words` say a field where its column alone does not. Without `history` the rows lead
    to none."""
    words = words or {}
    asked = [model._meta.get_field(each) for each in fields]
    labels = labels or {}
    return Section(
        name=name,
        title=title,
        headers=tuple(labels.get(each.name) or capfirst(str(each.verbose_name)) for each in asked),
        records=[
            Record(
                cells=tuple(
                    ""
                    if each.name in quiet and not getattr(row, each.name)
                    else words[each.name](getattr(row, each.name))
                    if each.name in words
                    else in_words(row, each)
                    for each in asked
                ),
                data={"uuid": str(row.uuid)} | {each.name: plainly(row, each) for each in asked},
                key=row.pk,
                history_url=reverse("history", args=[model._meta.model_name, row.uuid]) if history else "",
                struck=struck(row),
                picture=picture(row),
            )
            for row in rows
        ],
        model=model,
        fields=tuple(fields),
        empty=empty,
    )


def hanging(rows: Iterable[models.Model], name: str) -> list[Any]:
    """What hangs on these rows one to one under this name, in the order in which it was recorded: select it with them,
    and it costs nothing. Whoever sees such a row sees what hangs on it."""
    found = [getattr(row, name) for row in rows if hasattr(row, name)]
    return sorted(found, key=lambda each: (each.recorded_at, each.pk))


def in_words(row: models.Model, asked: models.Field) -> str:
    """A field of a row as its reader says it; empty where nothing is known. Instants by the clock in force."""
    value = getattr(row, asked.name)
    if value is None or value == "":
        return ""
    if asked.choices:
        return str(dict(asked.flatchoices).get(value, value))
    match value:
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return date_format(timezone.localtime(value), "DATETIME_FORMAT")
        case date():
            return date_format(value, "DATE_FORMAT")
        case time():
            return time_format(value, "TIME_FORMAT")
        case int() | Decimal():
            return number_format(value)
    return str(value)


def plainly(row: models.Model, asked: models.Field) -> Any:
    """The same for a program: what JSON can hold, dates and instants (in UTC) by ISO 8601, a row by its public id and
    name."""
    value = getattr(row, asked.name)
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case models.Model():
            return {"uuid": str(value.uuid), "name": str(value)}
    return value
