"""A hand-over on paper: what the next one must know, what stood open then and stands open now, who read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class Open:
    """A part of what stands open: how much it was when the shift was handed over, and line by line what it is now, each
    with a fact, the reason for it and a word. Of what an entry of the log tells, nothing."""

    title: str
    then: int
    now: int
    lines: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReadBy:
    name: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class HandOverPaper:
    """One hand-over. Instants by the clock of the house."""

    house: str
    by: str
    at: datetime
    text: str = ""
    parts: tuple[Open, ...] = ()
    reads: tuple[ReadBy, ...] = ()


def draw(facts: HandOverPaper, head: paper.Head) -> bytes:
    """The hand-over as a PDF."""
    reads = [f"{each.name}, {date_format(each.at, 'DATETIME_FORMAT')}" for each in facts.reads]
    blocks: list[paper.Block] = [
        paper.Facts(
            [
                (_("House"), facts.house),
                (_("Handed over"), f"{facts.by}, {date_format(facts.at, 'DATETIME_FORMAT')}"),
                (_("Read by"), "; ".join(reads) or _("nobody yet")),
            ]
        ),
        paper.Heading(_("What the next one must know")),
        paper.Text(facts.text or _("Nothing beside what stands open.")),
        paper.Heading(_("How much stands open")),
        paper.Table(
            headers=[_("What"), _("When it was handed over"), _("Now")],
            rows=[[part.title, str(part.then), str(part.now)] for part in facts.parts],
            widths=(60, 22, 18),
            align=("", "right", "right"),
            empty=_("Nothing stands open."),
        ),
    ]
    for part in facts.parts:
        if part.lines:
            blocks += [
                paper.Heading(part.title),
                paper.Table(
                    headers=[_("What"), _("More about it"), _("It is")],
                    rows=[list(line) for line in part.lines],
                    widths=(36, 44, 20),
                ),
            ]
    blocks.append(
        paper.Text(
            _(
                "Not on this paper: what the log says, and what is kept from some of those who run the house. It is "
                "read in the log."
            ),
            small=True,
        )
    )
    return paper.render(head, blocks)
