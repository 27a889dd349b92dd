"""The minutes of a house meeting on paper, as whoever lives in the house may read them: first names and initials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class Said:
    """What was said or decided, and whether it was put right before the minutes were published."""

    what: str
    text: str
    put_right: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something on the agenda, by whom it was put there, and what was said about it."""

    title: str
    by: str = ""
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Vote:
    """A motion, how many were for it, what it needed, and whether it was carried; all in words but the counts."""

    text: str
    kind: str
    in_favour: int
    against: int
    abstained: int
    needed: str
    carried: bool


@dataclass(frozen=True, kw_only=True)
class Elected:
    name: str
    duty: str
    starts_on: date
    ends_on: date | None
    by: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """The section of another subject, as it was when the minutes were published."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class MinutesPaper:
    """One house meeting. Instants by the clock of the house."""

    house: str
    meeting: str
    starts_at: datetime
    present: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()
    unexcused: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    said: tuple[Said, ...] = ()  # about nothing on the agenda
    corrections: tuple[Said, ...] = ()
    votes: tuple[Vote, ...] = ()
    elected: tuple[Elected, ...] = ()
    parts: tuple[Part, ...] = ()


def draw(facts: MinutesPaper, head: paper.Head) -> bytes:
    """The minutes as a PDF."""
    blocks: list[paper.Block] = [
        paper.Facts(
            [
                (_("House"), facts.house),
                (_("Meeting"), facts.meeting),
                (_("Held"), date_format(facts.starts_at, "DATETIME_FORMAT")),
            ]
        ),
        paper.Heading(_("Roll")),
        paper.Table(
            headers=[_("State"), _("How many"), _("Who")],
            rows=[
                [word, str(len(names)), ", ".join(names) or "–"]
                for word, names in (
                    (_("present"), facts.present),
                    (_("excused"), facts.excused),
                    (_("unexcused"), facts.unexcused),
                )
            ],
            widths=(18, 14, 68),
            align=("", "right", ""),
        ),
        *_said_blocks(facts),
        *_votes(facts),
        *_elections(facts),
    ]
    for part in facts.parts:
        blocks += [
            paper.Heading(part.title),
            paper.Table(headers=list(part.headers), rows=[list(row) for row in part.rows], empty=_("Nothing to tell.")),
        ]
    return paper.render(head, blocks)


def _said_blocks(facts: MinutesPaper) -> list[paper.Block]:
    blocks: list[paper.Block] = []
    if facts.corrections:
        blocks.append(paper.Heading(_("Corrections of earlier minutes")))
        blocks += [paper.Text(each.text) for each in facts.corrections]
    blocks.append(paper.Heading(_("Agenda")))
    if not facts.items:
        blocks.append(paper.Text(_("Nothing was on the agenda.")))
    for number, item in enumerate(facts.items, start=1):
        said = "\n".join(map(_words, item.said)) or _("Nothing was written down about it.")
        blocks.append(paper.Clause(f"{number}. {item.title}", said, item.by))
    if facts.said:
        blocks.append(paper.Heading(_("What else was said")))
        blocks += [paper.Text(_words(each)) for each in facts.said]
    return blocks


def _words(said: Said) -> str:
    text = f"{said.what}: {said.text}"
    return _("%(text)s (put right)") % {"text": text} if said.put_right else text


def _votes(facts: MinutesPaper) -> list[paper.Block]:
    return [
        paper.Heading(_("Motions")),
        paper.Table(
            headers=[_("Motion"), _("For"), _("Against"), _("Neither"), _("It needs"), _("Outcome")],
            rows=[
                [
                    f"{vote.kind}: {vote.text}",
                    *map(str, (vote.in_favour, vote.against, vote.abstained)),
                    vote.needed,
                    _("carried") if vote.carried else _("not carried"),
                ]
                for vote in facts.votes
            ],
            widths=(34, 8, 10, 10, 24, 14),
            align=("", "right", "right", "right", "", ""),
            empty=_("Nothing was voted on."),
        ),
    ]


def _elections(facts: MinutesPaper) -> list[paper.Block]:
    if not facts.elected:
        return []
    return [
        paper.Heading(_("Elections")),
        paper.Table(
            headers=[_("Who"), _("Duty"), _("From"), _("Until"), _("By the vote")],
            rows=[
                [each.name, each.duty, _day(each.starts_on), _day(each.ends_on), each.by or "–"]
                for each in facts.elected
            ],
            widths=(20, 20, 16, 16, 28),
        ),
    ]


def _day(day: date | None) -> str:
    return date_format(day, "DATE_FORMAT") if day else "–"
