"""The log of a house by period: what was written down, in order, with what it said before it was put right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class Before:
    """What an entry said before it was put right, and why. Instants by the clock of the house."""

    text: str
    happened_at: datetime
    about: tuple[str, ...] = ()
    by: str
    written_at: datetime
    reason: str  # for which it was put right
    put_right_by: str
    put_right_at: datetime


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One entry as it counts now, and what it said before, the newest first."""

    happened_at: datetime
    kind: str
    text: str
    about: tuple[str, ...] = ()
    readers: str = ""
    by: str
    written_at: datetime
    photos: tuple[str, ...] = ()
    before: tuple[Before, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LogPaper:
    """The log of a house from `first` to `last`, both days included. `left_out` is how many entries few may read, where
    they are left out; None where they are on it."""

    house: str
    first: date
    last: date
    entries: tuple[LogEntry, ...] = ()
    left_out: int | None = None


def draw(facts: LogPaper, head: paper.Head) -> bytes:
    """The log as a PDF, day by day, the first day first."""
    days = _("%(first)s to %(last)s") % {"first": date_format(facts.first), "last": date_format(facts.last)}
    blocks: list[paper.Block] = [
        paper.Facts(
            [
                (_("House"), facts.house),
                (_("Days"), days),
                (_("Entries"), str(len(facts.entries))),
                (_("Put right since"), str(sum(bool(each.before) for each in facts.entries))),
            ]
        )
    ]
    found: dict[date, list[LogEntry]] = {}
    for each in facts.entries:
        found.setdefault(each.happened_at.date(), []).append(each)
    for day, entries in found.items():
        blocks.append(paper.Heading(date_format(day, "LONG_WEEKDAY_MONTH_DAY_FORMAT")))
        for each in entries:
            blocks += _entry(each)
    if not found:
        blocks.append(paper.Text(_("Nothing was written down of these days.")))
    blocks.append(paper.Space())
    blocks += [paper.Text(sentence, small=True) for sentence in _not_on_it(facts)]
    return paper.render(head, blocks)


def _entry(each: LogEntry) -> Iterator[paper.Block]:
    """The words under when, what and about whom; below them who wrote it, and what it said before."""
    marks = [each.readers, _("put right") if each.before else ""]
    yield paper.Clause(
        name=" · ".join(filter(None, [time_format(each.happened_at), each.kind, ", ".join(each.about)])),
        text=_lines(each.text),
        aside=" · ".join(filter(None, marks)),
    )
    said = [_("%(who)s, %(at)s") % {"who": each.by, "at": _instant(each.written_at)}]
    if each.photos:
        said.append(_("photos: %(what)s") % {"what": ", ".join(each.photos)})
    yield paper.Text(" · ".join(said), small=True)
    for before in each.before:
        yield paper.Text(_before(before), small=True)


def _before(before: Before) -> str:
    about = _(", about %(names)s") % {"names": ", ".join(before.about)} if before.about else ""
    return _(
        "Put right %(at)s by %(who)s: %(reason)s Before that it said (%(happened)s%(about)s; written by %(by)s, "
        "%(written)s): “%(text)s”"
    ) % {
        "at": _instant(before.put_right_at),
        "who": before.put_right_by,
        "reason": _sentence(before.reason),
        "happened": _instant(before.happened_at),
        "about": about,
        "by": before.by,
        "written": _instant(before.written_at),
        "text": " ".join(before.text.split()),
    }


def _lines(text: str) -> str:
    """Without the empty ones: on paper a paragraph stands apart by itself."""
    return "\n".join(filter(None, map(str.strip, text.splitlines())))


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _instant(instant: datetime) -> str:
    return date_format(instant, "SHORT_DATETIME_FORMAT")


def _not_on_it(facts: LogPaper) -> Iterator[str]:
    yield _("By the clock of the house. What was put right is marked, with what it said before and why.")
    if facts.left_out is None:
        yield _("With entries that operators and managers read and other staff does not. Keep it closed.")
    elif facts.left_out:
        yield ngettext(
            "Not on this paper: %(count)s entry of these days that few may read.",
            "Not on this paper: %(count)s entries of these days that few may read.",
            facts.left_out,
        ) % {"count": facts.left_out}
    yield _(
        "What is confidential, or for the operators alone, is never on this paper and is not counted on it; nor are "
        "the forms of incidents, searches, visitors and complaints. The name of whoever asked not to be named is not "
        "on it."
    )
