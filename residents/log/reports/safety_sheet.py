"""The safety sheet of a house: what there is and where, when each was looked at, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class Thing:
    """One thing as it stands. `state` in words."""

    what: str
    place: str
    every_days: int
    state: str
    checked_on: date | None = None
    checked_by: str = ""
    next_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Look:
    """Somebody looked at a thing; `corrected` says that it was put right since, `reason` why it puts another right."""

    on: date
    what: str
    place: str
    in_order: bool
    note: str = ""
    expires_on: date | None = None
    by: str
    corrected: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SafetySheet:
    """A house on a day, and every look of the time before it, from `since`."""

    house: str
    on: date
    since: date
    things: tuple[Thing, ...] = ()
    missing: tuple[str, ...] = ()
    looks: tuple[Look, ...] = ()


def draw(facts: SafetySheet, head: paper.Head) -> bytes:
    """The sheet as a PDF."""
    blocks: list[paper.Block] = [
        paper.Facts(
            [
                (_("House"), facts.house),
                (_("Day"), date_format(facts.on)),
                (_("Missing"), ", ".join(facts.missing) or _("nothing that every house must have")),
            ]
        ),
        paper.Heading(_("What there is")),
        paper.Table(
            headers=[_("What"), _("Where"), _("State"), _("Looked at"), _("Next by"), _("Good until")],
            rows=[
                [each.what, each.place, each.state, _looked(each), _day(each.next_on), _day(each.expires_on)]
                for each in facts.things
            ],
            widths=(17, 19, 15, 19, 15, 15),
            empty=_("Nothing is on the list."),
        ),
        paper.Heading(_("Looked at since %(day)s") % {"day": date_format(facts.since)}),
        paper.Table(
            headers=[_("Day"), _("What"), _("Seen"), _("Good until"), _("By")],
            rows=[
                [date_format(each.on), f"{each.what}, {each.place}", _seen(each), _day(each.expires_on), each.by]
                for each in facts.looks
            ],
            widths=(14, 27, 29, 14, 16),
            empty=_("Nobody looked at anything in this time."),
        ),
        paper.Text(
            _(
                "Missing is said of what every house must have: naloxone, a fire extinguisher, smoke and carbon "
                "monoxide alarms, first aid. A star marks what was put right since."
            ),
            small=True,
        ),
        paper.Signature([_("Walked through the house"), _("Date")]),
    ]
    return paper.render(head, blocks)


def _day(day: date | None) -> str:
    return date_format(day) if day else "–"


def _looked(each: Thing) -> str:
    return f"{date_format(each.checked_on)}\n{each.checked_by}" if each.checked_on else _("never")


def _seen(each: Look) -> str:
    seen = _("in order") if each.in_order else _("NOT IN ORDER")
    words = " · ".join(filter(None, [seen, each.note]))
    if each.reason:
        words = f"{words} ({_('put right: %(reason)s') % {'reason': each.reason}})"
    return f"{words} *" if each.corrected else words
