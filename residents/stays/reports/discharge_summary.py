"""How a stay ended: when, why, where to, what was handed over, and what was put right afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class Written:
    """One discharge as it was written down, in words. What corrects an earlier one says why; `undone` says that there
    was none after all."""

    left_on: date
    reason: str
    destination_code: int
    destination: str
    where_to: str = ""
    decided_by: str = ""
    belongings: str
    medications: str
    money: str
    naloxone: str
    may_return: str
    return_terms: str = ""
    note: str = ""
    correction_reason: str = ""
    undone: bool = False
    recorded_as: str
    recorded_at: datetime  # by the clock of the house


@dataclass(frozen=True, kw_only=True)
class DischargeSummary:
    """One stay, and every discharge written for it, the first one first: the last counts."""

    name: str
    house: str
    starts_on: date
    ends_on: date | None
    nights: int
    counted_from: date | None = None
    days_in_all: int | None = None
    beds: tuple[tuple[str, date], ...] = ()  # and since when
    written: tuple[Written, ...]


def draw(facts: DischargeSummary, head: paper.Head) -> bytes:
    """The summary as a PDF; what was corrected or undone is shown as such."""
    last = facts.written[-1]
    blocks: list[paper.Block] = [paper.Heading(facts.name), *_undone_before(facts.written)]
    if last.undone:
        blocks += [
            paper.Heading(_("UNDONE: there was no discharge after all")),
            paper.Text(
                _("%(who)s wrote on %(when)s: %(why)s")
                % {
                    "who": paper.isolated(last.recorded_as),
                    "when": date_format(last.recorded_at, "DATETIME_FORMAT"),
                    "why": last.correction_reason,
                }
            ),
        ]
    blocks += [
        paper.Facts(_stay(facts)),
        paper.Heading(_("Discharge, undone since") if last.undone else _("Discharge")),
        paper.Facts([(label, text) for label, text in _said(last) if text]),
        paper.Heading(_("Handed over")),
        paper.Facts(_handed_over(last)),
    ]
    blocks += _corrections(facts.written)
    blocks.append(paper.Signature([_("Resident, and date"), _("For the house, and date")]))
    return paper.render(head, blocks)


def _stay(facts: DischargeSummary) -> list[tuple[str, str]]:
    nights = ngettext("%(count)s night", "%(count)s nights", facts.nights) % {"count": facts.nights}
    words = {"start": date_format(facts.starts_on), "nights": nights}
    if facts.ends_on is None:
        stayed = _("since %(start)s, and still there: %(nights)s") % words
    else:
        stayed = _("%(start)s until %(end)s: %(nights)s") % {**words, "end": date_format(facts.ends_on)}
    rows = [(_("House"), facts.house), (_("Stayed"), stayed)]
    if facts.counted_from is not None and facts.days_in_all is not None:
        days = ngettext("%(count)s day", "%(count)s days", facts.days_in_all) % {"count": facts.days_in_all}
        since = _("%(days)s, since %(day)s") % {"days": days, "day": date_format(facts.counted_from)}
        rows.append((_("In all our houses"), since))
    beds = [_("%(bed)s from %(day)s") % {"bed": bed, "day": date_format(day)} for bed, day in facts.beds]
    rows.append((_("Beds"), "; ".join(beds)))
    return rows


def _said(written: Written) -> list[tuple[str, str]]:
    return [
        (_("Last day"), date_format(written.left_on)),
        (_("Reason"), written.reason),
        (
            _("Went to (HUD 3.12)"),
            f"{written.destination_code} · {written.destination}",
        ),
        (_("Where exactly"), written.where_to),
        (_("Decided by"), written.decided_by),
        (_("May return"), written.may_return),
        (_("Terms of return"), written.return_terms),
        (_("Note"), written.note),
        (_("Recorded"), f"{written.recorded_as} · {date_format(written.recorded_at, 'DATETIME_FORMAT')}"),
    ]


def _handed_over(written: Written) -> list[tuple[str, str]]:
    return [
        (_("Belongings"), written.belongings),
        (_("Medications"), written.medications),
        (_("Money"), written.money),
        (_("Naloxone"), written.naloxone),
    ]


def _undone_before(written: tuple[Written, ...]) -> list[paper.Block]:
    """Each discharge that was undone before the one that this paper sums up."""
    blocks: list[paper.Block] = []
    first = None
    for each in written[:-1]:
        first = first or each
        if each.undone:
            blocks.append(
                paper.Text(
                    _(
                        "First recorded on %(first)s by %(who)s: last day %(day)s, %(reason)s. That was undone on "
                        "%(when)s by %(by)s, because: %(why)s"
                    )
                    % {
                        "first": date_format(first.recorded_at, "DATETIME_FORMAT"),
                        "who": paper.isolated(first.recorded_as),
                        "day": date_format(first.left_on),
                        "reason": first.reason,
                        "when": date_format(each.recorded_at, "DATETIME_FORMAT"),
                        "by": paper.isolated(each.recorded_as),
                        "why": each.correction_reason,
                    }
                )
            )
            first = None
    return blocks


def _corrections(written: tuple[Written, ...]) -> list[paper.Block]:
    """What each later writing changed, and why. The earlier words stay legible. A discharge that follows an undone one
    corrects nothing."""
    blocks: list[paper.Block] = []
    for before, after in zip(written, written[1:], strict=False):
        if before.undone or (after.undone and after is not written[-1]):
            continue
        title = _("Undone on %(when)s by %(who)s") if after.undone else _("Corrected on %(when)s by %(who)s")
        blocks += [
            paper.Heading(
                title % {"when": date_format(after.recorded_at, "DATETIME_FORMAT"), "who": after.recorded_as}
            ),
            paper.Text(_("Why: %(reason)s") % {"reason": after.correction_reason}),
        ]
        if not after.undone:
            blocks.append(
                paper.Table(
                    headers=[_("What"), _("Written first"), _("Corrected to")],
                    rows=_differences(before, after),
                    widths=(24, 38, 38),
                    empty=_("Nothing that this paper shows was changed."),
                )
            )
    return blocks


def _differences(before: Written, after: Written) -> list[list[str]]:
    then, now = ([*_said(each)[:-1], *_handed_over(each)] for each in (before, after))
    return [
        [label, old or "–", new or "–"] for (label, old), (_label, new) in zip(then, now, strict=True) if old != new
    ]
