"""One incident: its story, the facts in the order of time, who was told when, and how it was closed. What was put right
since stands beside what counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class Written:
    """What was told, by whom and when it was written down. `reason` says why it was put right since, by whom and when;
    empty where it counts."""

    text: str
    at: datetime
    by: str
    written_at: datetime
    reason: str = ""
    corrected_by: str = ""
    corrected_at: datetime | None = None

    @property
    def counts(self) -> bool:
        return self.corrected_at is None


@dataclass(frozen=True, kw_only=True)
class Fact(Written):
    """One fact, its kind in words; `who` gave naloxone, was told, or did it."""

    kind: str
    is_told: bool = False
    who: str = ""
    doses: int = 0


@dataclass(frozen=True, kw_only=True)
class ToDo:
    """What was to be done, and what became of it."""

    what: str
    who: str
    due_on: date
    state: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Closed:
    """Why it happened and what is done about it, by whoever closed it."""

    cause: str
    correction: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class IncidentReport:
    """One incident as its paper tells it. Instants by the clock of the house."""

    house: str
    type: str
    happened_at: datetime
    place: str = ""
    about: tuple[str, ...] = ()
    readers: str
    by: str
    written_at: datetime
    tellings: tuple[Written, ...]  # the one that counts first
    facts: tuple[Fact, ...] = ()
    to_do: tuple[ToDo, ...] = ()
    closed: Closed | None = None
    photos: int = 0

    @property
    def doses(self) -> int:
        return sum(fact.doses for fact in self.facts if fact.counts)


def draw(facts: IncidentReport, head: paper.Head) -> bytes:
    """The incident as a PDF."""
    blocks: list[paper.Block] = [
        paper.Heading(capfirst(facts.type)),
        paper.Facts([(label, text) for label, text in _head(facts) if text]),
        paper.Heading(_("1. What happened")),
        *_tellings(facts),
        paper.Heading(_("2. Facts, in the order of time")),
        *_facts(facts),
        paper.Heading(_("3. Who was told, and when")),
        *_told(facts),
        paper.Heading(_("4. Cause and correction")),
        *_closed(facts),
        paper.Heading(_("5. What is still to be done")),
        *_to_do(facts),
        paper.Space(),
        paper.Text(_not_on_it(facts), small=True),
    ]
    return paper.render(head, blocks)


def _head(facts: IncidentReport) -> list[tuple[str, str]]:
    naloxone = ngettext("%(count)s dose was given", "%(count)s doses were given", facts.doses) % {"count": facts.doses}
    return [
        (_("House"), facts.house),
        (_("When"), date_format(facts.happened_at, "DATETIME_FORMAT")),
        (_("Where"), facts.place),
        (_("About"), "; ".join(paper.isolated(name) for name in facts.about) or _("nobody in particular")),
        (_("Naloxone"), naloxone if facts.doses else ""),
        (_("Where it stands"), _("Closed.") if facts.closed else _("Open: nobody has closed it.")),
        (_("Written down by"), _by(facts.by, facts.written_at)),
        (_("Who reads it"), facts.readers),
    ]


def _tellings(facts: IncidentReport) -> list[paper.Block]:
    counts, *before = facts.tellings
    return [paper.Text(counts.text), *(paper.Text(_amended(old), small=True) for old in before)]


def _facts(facts: IncidentReport) -> list[paper.Block]:
    if not facts.facts:
        return [paper.Text(_("No single facts are written down."))]
    return [
        paper.Table(
            headers=[_("When"), _("What"), _("Who"), _("Written down by")],
            rows=[
                [date_format(each.at, "SHORT_DATETIME_FORMAT"), _words(each), each.who, _by(each.by, each.written_at)]
                for each in facts.facts
            ],
            widths=(20, 42, 16, 22),
        )
    ]


def _words(fact: Fact) -> str:
    title = capfirst(fact.kind)
    if fact.doses:
        title = ngettext("Naloxone given: %(count)s dose", "Naloxone given: %(count)s doses", fact.doses)
        title %= {"count": fact.doses}
    words = f"{title}. {fact.text}" if fact.text else title
    return words if fact.counts else f"{words}\n{_put_right(fact)}"


def _told(facts: IncidentReport) -> list[paper.Block]:
    told = [each for each in facts.facts if each.is_told and each.counts]
    if not told:
        return [paper.Text(_("Nobody, as far as it is written down."))]
    return [
        paper.Table(
            headers=[_("When"), _("Who"), _("What they said")],
            rows=[[date_format(each.at, "SHORT_DATETIME_FORMAT"), each.who, each.text] for each in told],
            widths=(20, 30, 50),
        )
    ]


def _closed(facts: IncidentReport) -> list[paper.Block]:
    if facts.closed is None:
        return [paper.Text(_("It waits to be closed by somebody who did not write it down."))]
    return [
        paper.Facts(
            [
                (_("Cause"), facts.closed.cause),
                (_("So that it does not happen again"), facts.closed.correction),
                (_("Closed by"), _by(facts.closed.by, facts.closed.at)),
            ]
        )
    ]


def _to_do(facts: IncidentReport) -> list[paper.Block]:
    if not facts.to_do:
        return [paper.Text(_("Nothing."))]
    return [
        paper.Table(
            headers=[_("What"), _("By whom"), _("By when"), _("What became of it")],
            rows=[
                [each.what, each.who, date_format(each.due_on), "\n".join(filter(None, [each.state, each.note]))]
                for each in facts.to_do
            ],
            widths=(38, 18, 18, 26),
        )
    ]


def _amended(old: Written) -> str:
    return _("%(put_right)s Before that it said (%(by)s): “%(text)s”") % {
        "put_right": _put_right(old),
        "by": _by(old.by, old.written_at),
        "text": old.text,
    }


def _put_right(old: Written) -> str:
    return _("PUT RIGHT by %(by)s, because: %(reason)s.") % {
        "by": _by(old.corrected_by, old.corrected_at) if old.corrected_at else old.corrected_by,
        "reason": old.reason.rstrip("."),
    }


def _by(name: str, at: datetime) -> str:
    return f"{name} · {date_format(at, 'SHORT_DATETIME_FORMAT')}"


def _not_on_it(facts: IncidentReport) -> str:
    photos = ""
    if facts.photos:
        photos = ngettext(
            "Kept with it and not on this paper: %(count)s photo.",
            "Kept with it and not on this paper: %(count)s photos.",
            facts.photos,
        ) % {"count": facts.photos}
    rest = _(
        "By the clock of the house. Not on this paper: who looked at it, reports that others made of it, and anything "
        "that was written down elsewhere. What was put right is marked, with what it said before and why."
    )
    return f"{photos} {rest}".strip()
