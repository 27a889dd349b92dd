"""A pass to carry: who may be away, from when until when, and whom to call. It says nothing about why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class PassSlip:
    """One pass that was given, with instants by the clock of the house; `until` as it is now, `extended` or not;
    `late_since`, the end that had passed when it was extended."""

    name: str
    house: str
    phone: str = ""
    starts_at: datetime
    until: datetime
    extended: bool = False
    late_since: datetime | None = None
    conditions: str = ""
    given_by: str
    given_at: datetime


def draw(facts: PassSlip, head: paper.Head) -> bytes:
    """The slip as a PDF, on half a sheet."""
    until = _when(facts.until)
    rows = [
        (_("From"), _when(facts.starts_at)),
        (_("Back by"), _("%(when)s (extended)") % {"when": until} if facts.extended else until),
        *_lateness(facts),
        (_("House"), facts.house),
        (_("Phone"), facts.phone or _("none is written down")),
        (_("Conditions"), facts.conditions or _("none")),
        (_("Given by"), f"{facts.given_by} · {date_format(facts.given_at, 'DATETIME_FORMAT')}"),
    ]
    blocks: list[paper.Block] = [
        paper.Heading(facts.name),
        paper.Text(_("may be away from the house for this time.")),
        paper.Facts(rows),
        paper.Text(_("Late or in trouble? Call the house.")),
        paper.Text(_("Not on this slip: where they go, what for, and anything else about them."), small=True),
    ]
    return paper.render(head, blocks, small=True)


def _lateness(facts: PassSlip) -> list[tuple[str, str]]:
    if facts.late_since is None:
        return []
    return [(_("Late since"), _("%(when)s; the longer time was given after it") % {"when": _when(facts.late_since)})]


def _when(instant: datetime) -> str:
    zone = instant.tzname() or ""
    return f"{date_format(instant, 'l')}, {date_format(instant)}, {time_format(instant)} {zone}".rstrip()
