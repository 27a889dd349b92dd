"""Who was in by their hour, night by night: of a whole house, or of one resident."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from soberhouse.documents import paper

IN, LATE, EXCUSED, ABSENT = "in", "late", "excused", "absent"
DAYS = 7  # a week beside each other


@dataclass(frozen=True, kw_only=True)
class Counted:
    """How somebody was counted one night, as it counts now; `status` is empty where nobody counted. Instants by the
    clock of the house."""

    night: date
    status: str = ""
    due_at: datetime | None = None
    in_at: datetime | None = None
    why: str = ""
    by: str = ""
    at: datetime | None = None
    corrected: bool = False


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One night counted anew: how it was written before, how now, why, by whom and when."""

    night: date
    name: str
    before: Counted
    after: Counted
    reason: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """One resident and the nights in which they had a bed in the house."""

    name: str
    nights: tuple[Counted, ...]


@dataclass(frozen=True, kw_only=True)
class CurfewLog:
    """A house from the night of `first` to that of `last`."""

    house: str
    first: date
    last: date
    people: tuple[Person, ...] = ()
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CurfewRecord:
    """One resident in one house from the night of `first` to that of `last`."""

    name: str
    house: str
    first: date
    last: date
    nights: tuple[Counted, ...] = ()
    corrections: tuple[Correction, ...] = ()


def draw(facts: CurfewLog, head: paper.Head) -> bytes:
    """The log as a PDF: what it comes to, week by week, and what was corrected."""
    nights = [facts.first + timedelta(days=n) for n in range((facts.last - facts.first).days + 1)]
    blocks: list[paper.Block] = [
        paper.Facts(
            [
                (_("House"), facts.house),
                (_("Nights"), _span(facts.first, facts.last)),
                (_("Residents"), str(len(facts.people))),
            ]
        ),
        paper.Heading(_("What it comes to")),
        paper.Table(
            headers=[_("Resident"), _("Nights here"), _("In"), _("Late"), _("Excused"), _("Not in"), _("Not counted")],
            rows=[[person.name, *_tally(person.nights)] for person in facts.people],
            widths=(34, 12, 10, 10, 12, 10, 12),
            align=("", *["right"] * 6),
            empty=_("Nobody had a bed in the house in these nights."),
        ),
    ]
    for week in (nights[at : at + DAYS] for at in range(0, len(nights), DAYS)):
        rows = _week(facts.people, week)
        if not rows:
            continue
        blocks += [
            paper.Heading(_span(week[0], week[-1])),
            paper.Table(
                headers=[_("Resident"), *map(_evening, week), *[""] * (DAYS - len(week))],
                rows=[[*row, *[""] * (DAYS - len(week))] for row in rows],
                widths=(26, *[74 / DAYS] * DAYS),
            ),
        ]
    blocks += _corrections(facts.corrections, named=True)
    blocks += [
        paper.Text(
            _(
                "A night is named by its evening. A star marks what was counted anew; a dash, that nobody counted; an "
                "empty field, that they had no bed here."
            ),
            small=True,
        ),
        paper.Text(
            _("Not on this paper: by which hour each of them had to be in, what excused them, and where they were."),
            small=True,
        ),
    ]
    return paper.render(head, blocks)


def draw_record(facts: CurfewRecord, head: paper.Head) -> bytes:
    """One resident's nights as a PDF."""
    here, *counts = _tally(facts.nights)
    words = dict(zip(("in", "late", "excused", "absent", "open"), counts, strict=True))
    blocks: list[paper.Block] = [
        paper.Heading(facts.name),
        paper.Facts(
            [
                (_("House"), facts.house),
                (_("Nights"), _span(facts.first, facts.last)),
                (_("Nights here"), here),
                (
                    _("Counted"),
                    _("%(in)s in, %(late)s late, %(excused)s excused, %(absent)s not in; %(open)s not counted") % words,
                ),
            ]
        ),
        paper.Table(
            headers=[_("Night of"), _("In by"), _("Counted"), _("Came in"), _("Why"), _("Counted by")],
            rows=[
                [
                    date_format(each.night, "WEEKDAY_MONTH_DAY_FORMAT"),
                    time_format(each.due_at) if each.due_at else _("no hour") if each.status else "",
                    _starred(status_words(each.status), each),
                    time_format(each.in_at) if each.in_at else "",
                    each.why,
                    each.by,
                ]
                for each in facts.nights
            ],
            widths=(17, 13, 13, 13, 24, 20),
            empty=_("They had no bed in the house in these nights."),
        ),
        *_corrections(facts.corrections, named=False),
        paper.Text(
            _("A night is named by its evening. A star marks what was counted anew."),
            small=True,
        ),
        paper.Text(
            _("Not on this paper: where they were, passes that were refused, and anything about other residents."),
            small=True,
        ),
    ]
    return paper.render(head, blocks)


def status_words(status: str) -> str:
    """How somebody was counted, in words; a dash where nobody did."""
    return {IN: _("in"), LATE: _("late"), EXCUSED: _("excused"), ABSENT: _("NOT IN")}.get(status, "–")


def _week(people: Sequence[Person], week: Sequence[date]) -> list[list[str]]:
    rows = []
    for person in people:
        by_night = {each.night: each for each in person.nights}
        if any(night in by_night for night in week):
            rows.append([person.name, *(_cell(by_night.get(night)) for night in week)])
    return rows


def _evening(night: date) -> str:
    return f"{date_format(night, 'D')}\n{date_format(night, 'MONTH_DAY_FORMAT')}"


def _cell(each: Counted | None) -> str:
    if each is None:
        return ""
    words = status_words(each.status)
    if each.status == LATE and each.in_at is not None:
        words = f"{words} {time_format(each.in_at)}"
    return _starred(words, each)


def _starred(words: str, each: Counted) -> str:
    return f"{words} *" if each.corrected else words


def _tally(nights: Sequence[Counted]) -> list[str]:
    counts = Counter(each.status for each in nights)
    return [str(len(nights)), *(str(counts[status]) for status in (IN, LATE, EXCUSED, ABSENT, ""))]


def _corrections(corrections: Sequence[Correction], *, named: bool) -> list[paper.Block]:
    rows = []
    for each in corrections:
        row = [date_format(each.night, "WEEKDAY_MONTH_DAY_FORMAT")]
        if named:
            row.append(each.name)
        row += [_written(each.before), _written(each.after), each.reason, _by(each.after)]
        rows.append(row)
    headers = [_("Night of"), *([_("Resident")] if named else []), _("Before"), _("Since"), _("Why"), _("By")]
    widths = (13, 16, 16, 16, 21, 18) if named else (14, 20, 20, 24, 22)
    return [
        paper.Heading(_("Counted anew")),
        paper.Table(headers=headers, rows=rows, widths=widths, empty=_("Nothing was counted anew.")),
    ]


def _written(each: Counted) -> str:
    came = time_format(each.in_at) if each.in_at else ""
    return " · ".join(filter(None, [status_words(each.status), came, each.why]))


def _by(each: Counted) -> str:
    when = date_format(each.at, "DATETIME_FORMAT") if each.at else ""
    return " · ".join(filter(None, [each.by, when]))


def _span(first: date, last: date) -> str:
    return _("%(first)s to %(last)s") % {"first": date_format(first), "last": date_format(last)}
