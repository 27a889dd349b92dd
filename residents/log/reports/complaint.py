"""One complaint from the first word to its outcome: for whoever complained, and for a body outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What stood there before it was amended, and why."""

    text: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What was answered, by the clock of the house."""

    text: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Closed:
    """What came of it."""

    outcome: str
    text: str
    told: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ComplaintPaper:
    """One complaint. Of a name that is withheld it holds that there is one, and neither the name nor who wrote it down
    where these are the same; of residents whom it is about, how many they are."""

    house: str
    who: str
    name: str = ""
    contact: str = ""
    withheld: bool = False
    against: str = ""
    about: int = 0
    happened_at: datetime
    text: str
    wish: str = ""
    by: str = ""
    recorded_at: datetime
    earlier: tuple[Earlier, ...] = ()
    answers: tuple[Answered, ...] = ()
    closed: Closed | None = None
    oversight: str = ""


def draw(facts: ComplaintPaper, head: paper.Head) -> bytes:
    """The complaint as a PDF."""
    blocks: list[paper.Block] = [
        paper.Facts(_rows(facts)),
        paper.Heading(_("1. What was said")),
        paper.Text(facts.text),
        *_wish(facts),
        *_earlier(facts),
        paper.Heading(_("2. What was answered")),
        *_answers(facts),
        paper.Heading(_("3. What came of it")),
        *_outcome(facts),
        paper.Space(),
        *_outside(facts),
        paper.Text(
            _(
                "Not on this paper: a name that is withheld, which residents it is about, and pictures that are kept "
                "with it."
            ),
            small=True,
        ),
        paper.Signature([_("Received, and date. To sign is not to agree."), _("For the house, and date")]),
    ]
    return paper.render(head, blocks)


def _rows(facts: ComplaintPaper) -> list[tuple[str, str]]:
    who = capfirst(facts.who)
    if facts.withheld:
        who = _("%(who)s; a name is withheld") % {"who": who}
    elif facts.name:
        who = " · ".join(filter(None, [who, paper.isolated(facts.name), facts.contact]))
    recorded = _when(facts.recorded_at)
    rows = [
        (_("House"), facts.house),
        (_("Who complains"), who),
        (_("About"), _about(facts)),
        (_("When it was"), _when(facts.happened_at)),
        (_("Filed"), f"{facts.by} · {recorded}" if facts.by else recorded),
        (_("Where it stands"), facts.closed.outcome if facts.closed else _("open: nothing is decided")),
    ]
    return [(label, text) for label, text in rows if text]


def _about(facts: ComplaintPaper) -> str:
    told = [paper.isolated(facts.against)] if facts.against else []
    if facts.about:
        told.append(
            ngettext("one resident, not named here", "%(count)s residents, not named here", facts.about)
            % {"count": facts.about}
        )
    return "; ".join(told)


def _wish(facts: ComplaintPaper) -> list[paper.Block]:
    return [paper.Facts([(_("What should be done"), facts.wish)])] if facts.wish else []


def _earlier(facts: ComplaintPaper) -> list[paper.Block]:
    blocks: list[paper.Block] = []
    for each in facts.earlier:
        blocks.append(paper.Text(_("Amended. Before, it said:"), small=True))
        blocks.append(
            paper.Facts(
                [(_("Words"), each.text), (_("Put right"), f"{each.by} · {_when(each.at)}"), (_("Why"), each.reason)]
            )
        )
    return blocks


def _answers(facts: ComplaintPaper) -> list[paper.Block]:
    if not facts.answers:
        return [paper.Text(_("No answer is on record."))]
    return [
        paper.Facts([(_("Answer"), each.text), (_("By"), f"{each.by} · {_when(each.at)}")]) for each in facts.answers
    ]


def _outcome(facts: ComplaintPaper) -> list[paper.Block]:
    closed = facts.closed
    if closed is None:
        return [paper.Text(_("Nothing yet. Whoever complains is told as soon as it is decided."))]
    return [
        paper.Facts(
            [
                (_("Outcome"), capfirst(closed.outcome)),
                (_("Why, and what is done"), closed.text),
                (_("How they were told"), closed.told),
                (_("By"), f"{closed.by} · {_when(closed.at)}"),
            ]
        ),
        paper.Text(
            _("Whoever says what came of a complaint neither wrote it down nor is whom it is about."), small=True
        ),
    ]


def _outside(facts: ComplaintPaper) -> list[paper.Block]:
    if not facts.oversight:
        return []
    return [paper.Facts([(_("Who hears complaints outside this house"), facts.oversight)])]


def _when(instant: datetime) -> str:
    return date_format(instant, "DATETIME_FORMAT")
