"""One resident's meetings: each with how it is proved, how many of each grade, and what a grade does not prove."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class Line:
    """One meeting, by the clock of the house. `why_struck` where it does not count; `in_question` where it does not fit
    with another record and nobody has decided."""

    starts_at: datetime
    called: str
    kind: str
    online: bool
    grade: str
    by: str
    why_struck: str = ""
    struck: bool = False
    in_question: bool = False


@dataclass(frozen=True, kw_only=True)
class Grade:
    """How many meetings that count are proved so; and what that shows, and does not."""

    name: str
    count: int
    shows: str


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """One resident in one house from `first` to `last`, both counted."""

    name: str
    house: str
    first: date
    last: date
    lines: tuple[Line, ...] = ()
    grades: tuple[Grade, ...] = ()


def draw(facts: Attendance, head: paper.Head) -> bytes:
    """The report as a PDF."""
    counted = [line for line in facts.lines if not line.struck]
    struck = [line for line in facts.lines if line.struck]
    blocks: list[paper.Block] = [
        paper.Heading(facts.name),
        paper.Facts(
            [
                (_("House"), facts.house),
                (
                    _("Days"),
                    _("%(first)s to %(last)s") % {"first": date_format(facts.first), "last": date_format(facts.last)},
                ),
                (_("Meetings that count"), str(len(counted))),
            ]
        ),
        paper.Heading(_("How they are proved")),
        paper.Table(
            headers=[_("Evidence"), _("Meetings"), _("What it shows, and what not")],
            rows=[[each.name, str(each.count), each.shows] for each in facts.grades],
            widths=(24, 12, 64),
            align=("", "right", ""),
        ),
        paper.Heading(_("Each meeting")),
        paper.Table(
            headers=[_("When"), _("Meeting"), _("Kind"), _("Evidence"), _("Written down by")],
            rows=[_row(line) for line in counted],
            widths=(22, 28, 18, 18, 14),
            empty=_("No meeting is written down in these days."),
        ),
    ]
    if struck:
        blocks += [
            paper.Heading(_("Written down, and struck: these do not count")),
            paper.Table(
                headers=[_("When"), _("Meeting"), _("Why it does not count"), _("Struck by")],
                rows=[[_when(line), line.called, line.why_struck, line.by] for line in struck],
                widths=(22, 28, 36, 14),
            ),
        ]
    if any(line.in_question for line in counted):
        blocks.append(
            paper.Text(
                _("A star marks what does not fit with another record of the house, and is not decided yet."),
                small=True,
            )
        )
    blocks.append(
        paper.Text(
            _(
                "No fellowship confirms who comes to its meetings, and none confirmed these. Nobody outside the house "
                "is named on this paper."
            ),
            small=True,
        )
    )
    return paper.render(head, blocks)


def _row(line: Line) -> list[str]:
    called = f"{line.called} *" if line.in_question else line.called
    kind = _("%(kind)s, online") % {"kind": line.kind} if line.online else line.kind
    return [_when(line), called, kind, line.grade, line.by]


def _when(line: Line) -> str:
    return f"{date_format(line.starts_at, 'WEEKDAY_MONTH_DAY_FORMAT')}, {time_format(line.starts_at)}"
