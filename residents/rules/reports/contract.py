"""A behavioral contract: what is agreed, what the house does to help, who signed, and how it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.rules.reports.acknowledgement import Signature, signature_blocks
from residents.rules.reports.book import paragraphs
from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """Somebody looked at how it is kept."""

    at: datetime
    by: str
    result: str
    note: str
    next_on: date | None = None
    ends_it: bool = False


@dataclass(frozen=True, kw_only=True)
class ContractPaper:
    """One contract. Without a signature it is printed to be signed; `follows` is the rule of the violation it comes
    from, if it comes from one."""

    name: str
    house: str
    terms: str
    help: str = ""
    starts_on: date
    ends_on: date
    review_on: date
    ended_on: date | None = None
    never_began: bool = False
    written_at: datetime
    written_by: str
    follows: str = ""
    signature: Signature | None = None
    reviews: tuple[Reviewed, ...] = ()


def _ended(facts: ContractPaper) -> str:
    if facts.ended_on is None:
        return ""
    return _("before it began") if facts.never_began else date_format(facts.ended_on)


def draw(facts: ContractPaper, head: paper.Head) -> bytes:
    """The contract as a PDF."""
    rows = [
        (_("House"), facts.house),
        (_("From"), date_format(facts.starts_on)),
        (_("Until"), date_format(facts.ends_on)),
        (_("Ended"), _ended(facts)),
        (_("First looked at"), date_format(facts.review_on)),
        (
            _("Written down"),
            _("%(when)s, by %(who)s")
            % {"when": date_format(facts.written_at, "DATETIME_FORMAT"), "who": facts.written_by},
        ),
        (_("Follows a violation of"), facts.follows),
    ]
    blocks: list[paper.Block] = [
        paper.Heading(facts.name),
        paper.Facts([(label, text) for label, text in rows if text]),
        paper.Heading(_("What is agreed")),
        paper.Text(paragraphs(facts.terms)),
        paper.Heading(_("What the house does to help")),
        paper.Text(paragraphs(facts.help) or _("Nothing is written down.")),
    ]
    if facts.signature is not None:
        blocks += signature_blocks(facts.signature)
    else:
        blocks += [
            paper.Heading(_("Signature")),
            paper.Text(_("It is not signed yet. I have read it, I could ask about it, and I agree to it.")),
            paper.Signature(
                [
                    _("Signature of %(name)s") % {"name": facts.name},
                    _("Day and time"),
                    _("Witness: name, in capital letters"),
                    _("Signature of the witness"),
                ]
            ),
        ]
    blocks += [
        paper.Heading(_("How it goes")),
        paper.Table(
            headers=[_("When"), _("Who looked"), _("It is"), _("What was said"), _("Next")],
            rows=[
                [
                    date_format(each.at, "DATETIME_FORMAT"),
                    each.by,
                    capfirst(each.result),
                    each.note,
                    _("ends the contract") if each.ends_it else date_format(each.next_on) if each.next_on else "",
                ]
                for each in facts.reviews
            ],
            widths=(18, 16, 12, 38, 16),
            empty=_("Nobody has looked at it together yet."),
        ),
        paper.Text(
            _("Not on this paper: tests, health, payments, and what was recorded apart from this contract."),
            small=True,
        ),
    ]
    return paper.render(head, blocks)
