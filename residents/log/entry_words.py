"""Entries of the log as their readers see them: in lists, on cards, on their own page."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.log.models import OPEN, Audience, Entry, Kind
from residents.log.queries.entries import Line, unnamed
from soberhouse.accounts.models import User
from soberhouse.cards import Row

AT_ONCE = timedelta(minutes=15)  # written down so soon after it happened, nobody asks when
SHORT = 140

ICONS = {
    Kind.NOTE: "note",
    Kind.MAINTENANCE: "wrench",
    Kind.MEDICATION: "warning",
    Kind.CONTACT: "phone",
    Kind.PRAISE: "star",
    Kind.INCIDENT: "warning",
    Kind.SEARCH: "search",
    Kind.VISITOR: "door",
    Kind.COMPLAINT: "message",
}
# Kinds with a form of their own: the name of its address, and what a button says that leads there.
FORMS = (
    ("incident_start", Kind.INCIDENT),
    ("search_new", Kind.SEARCH),
    ("visit_new", Kind.VISITOR),
    ("complaint_new", Kind.COMPLAINT),
)


@dataclass(frozen=True)
class Told:
    """One entry for one reader. `by` is who wrote it, where the reader is told that; `written_at` says when, where that
    was later than it happened."""

    line: Line
    by: str
    written_at: datetime | None

    @property
    def entry(self) -> Entry:
        return self.line.entry

    @property
    def at(self) -> datetime:
        return self.line.telling.happened_at

    @property
    def text(self) -> str:
        return self.line.telling.text

    @property
    def kind(self) -> str:
        return capfirst(str(self.entry.get_kind_display()))

    @property
    def icon(self) -> str:
        return ICONS[Kind(self.entry.kind)]

    @property
    def readers(self) -> str:
        """Who reads it, where that is not everybody who works there."""
        return audience_word(self.entry.audience)

    @property
    def names(self) -> str:
        return ", ".join(stay.short_name for stay in self.line.about)

    @property
    def summary(self) -> str:
        return short(self.text)


def told(lines: Iterable[Line], reader: User | None) -> list[Told]:
    """These entries for one reader; without one, for a paper. One query at most."""
    lines = list(lines)
    withheld = unnamed((line.entry for line in lines), reader)
    return [Told(line=line, by=writer(line.entry, withheld), written_at=_written_later(line)) for line in lines]


def writer(entry: Entry, withheld: Collection[int]) -> str:
    """Who wrote an entry first; of a name that is withheld, only that it is."""
    return _("name withheld") if entry.pk in withheld else entry.recorded_as


def _written_later(line: Line) -> datetime | None:
    written = line.entry.recorded_at
    return written if written - line.telling.happened_at > AT_ONCE else None


def audience_word(audience: str) -> str:
    """A mark for what few read; empty for what the staff of the house reads."""
    return {
        Audience.FEW: _("seen by few"),
        Audience.CONFIDENTIAL: _("confidential"),
        Audience.OPERATORS: _("operators alone"),
    }.get(Audience(audience), "")


def is_open(audience: str) -> bool:
    """Whether those whom it is about read it."""
    return audience in OPEN


def short(text: str) -> str:
    return Truncator(" ".join(text.split())).chars(SHORT)


def row_of(each: Told, *, lead: str = "") -> Row:
    """One entry as a line of a card."""
    when = date_format(each.at.astimezone(each.entry.house.zone), "SHORT_DATETIME_FORMAT")
    marks = [each.readers, _("amended") if each.line.amended else ""]
    return Row(
        fact=each.summary,
        reason=" · ".join(filter(None, [lead, each.kind, when, each.by, *marks])),
        url=reverse("entry", args=[each.entry.uuid]),
    )


def forms_of(house: House) -> list[tuple[str, str, str]]:
    """The forms that some kinds have of their own: label, address, icon."""
    found = []
    for name, kind in FORMS:
        try:
            found.append((capfirst(str(kind.label)), reverse(name, args=[house.uuid]), ICONS[kind]))
        except NoReverseMatch:
            continue
    return found
