"""What became of an appeal: for whoever made it, and to show to others who were told of the first decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.rules.reports.acknowledgement import Undone, undone_blocks
from residents.rules.reports.violation_notice import (
    Decided,
    DecidedAgain,
    Said,
    decided_again_rows,
    decision_rows,
    said_block,
)
from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class AppealPaper:
    """One appeal that was decided. `holds` is the consequence that stands now; empty where none does."""

    name: str
    house: str
    rule: str
    book: str
    happened_on: date
    recorded_at: datetime
    decision: Decided
    appeal: Said
    appeal_decision: DecidedAgain
    holds: str = ""
    terms: str = ""
    withdrawal: Undone | None = None


def draw(facts: AppealPaper, head: paper.Head) -> bytes:
    """The decision on the appeal as a PDF; what holds now stands first."""
    blocks: list[paper.Block] = [paper.Heading(facts.name)]
    if facts.withdrawal is not None:
        blocks += undone_blocks(
            _("TAKEN BACK: the matter was recorded by mistake and counts no more"), facts.withdrawal
        )
    rows = [
        (_("About rule"), f"{facts.rule} · {facts.book}"),
        (
            _("The matter"),
            _("said to have happened on %(day)s, recorded on %(when)s")
            % {
                "day": date_format(facts.happened_on),
                "when": date_format(facts.recorded_at, "DATETIME_FORMAT"),
            },
        ),
        (_("What holds now"), facts.holds or _("nothing: no consequence follows, and it does not count")),
        (_("What exactly"), facts.terms),
    ]
    blocks += [
        paper.Facts([(label, text) for label, text in rows if text]),
        paper.Heading(_("1. What was decided first")),
        paper.Facts(decision_rows(facts.decision)),
        paper.Heading(_("2. Why %(name)s appealed") % {"name": paper.isolated(facts.name)}),
        said_block(facts.appeal),
        paper.Heading(_("3. The decision on the appeal")),
        paper.Facts(decided_again_rows(facts.appeal_decision)),
        paper.Text(
            _(
                "Whoever decided the appeal neither recorded nor decided the matter. Not on this paper: who reported "
                "it, and what was answered before the first decision. The violation notice tells the whole story."
            ),
            small=True,
        ),
        paper.Signature([_("Received, and date. To sign is not to agree."), _("For the house, and date")]),
    ]
    return paper.render(head, blocks)
