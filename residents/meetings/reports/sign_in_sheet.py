"""A sheet on which those who live in a house sign that they are at a house meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from soberhouse.documents import paper

GUESTS = 4  # empty lines below the names


@dataclass(frozen=True, kw_only=True)
class SignInSheet:
    """The house meetings of one day, each with its start by the clock of the house, and who lives there, by first name
    and initial."""

    house: str
    day: date
    meetings: tuple[tuple[str, datetime], ...]
    people: tuple[str, ...]


def draw(facts: SignInSheet, head: paper.Head) -> bytes:
    """The sheet as a PDF."""
    held = ", ".join(f"{name}, {time_format(starts_at)}" for name, starts_at in facts.meetings)
    blocks: list[paper.Block] = [
        paper.Facts([(_("House"), facts.house), (_("Day"), date_format(facts.day)), (_("House meeting"), held)]),
        paper.Table(
            headers=[_("Name"), _("Came at"), _("Signature")],
            rows=[[name, "", ""] for name in (*facts.people, *["\u00a0"] * GUESTS)],
            widths=(36, 20, 44),
        ),
        paper.Signature([_("Who ran the meeting"), _("Day")]),
        paper.Text(
            _("What counts is the roll; whoever takes it writes down who was there from this sheet."), small=True
        ),
    ]
    return paper.render(head, blocks)
