"""A letter that somebody lives, or lived, in a house: for a court, a probation office, a benefits office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class ResidencyLetter:
    """What the letter says, and to whom. `address` is empty where the recipient may not know it; `ends_on` is empty
    while they live there. `counted_from` is set where earlier stays in the organization's houses count, and
    `here_before` where one of those was in this house."""

    recipient: str
    purpose: str
    dated: date
    name: str
    birth_date: date | None = None
    organization: str
    house: str
    phone: str = ""
    address: str = ""
    address_withheld: bool = False
    starts_on: date
    ends_on: date | None = None
    days: int
    counted_from: date | None = None
    days_in_all: int | None = None
    here_before: bool = False


def draw(facts: ResidencyLetter, head: paper.Head) -> bytes:
    """The letter as a PDF, with room for a signature."""
    rows = [(_("To"), facts.recipient), (_("For"), facts.purpose), (_("About"), facts.name)]
    if facts.birth_date is not None:
        rows.append((_("Born"), date_format(facts.birth_date)))
    blocks: list[paper.Block] = [
        paper.Text(date_format(facts.dated)),
        paper.Facts(rows),
        paper.Space(),
        *(paper.Text(sentence) for sentence in _sentences(facts)),
        paper.Space(),
        paper.Text(
            _(
                "This letter says where this person lives or lived, and since when. It says nothing about health, "
                "treatment, tests, conduct or payment, and nothing may be concluded from its silence."
            )
        ),
        paper.Space(),
        paper.Signature(
            [
                _("Signature, for %(house)s") % {"house": paper.isolated(facts.house)},
                _("Date"),
                _("Name, in capital letters"),
                _("Position"),
            ]
        ),
    ]
    return paper.render(head, blocks)


def _sentences(facts: ResidencyLetter) -> list[str]:
    words = {
        "name": paper.isolated(facts.name),
        "house": paper.isolated(facts.house),
        "organization": paper.isolated(facts.organization),
        "start": _day(facts.starts_on),
        "dated": _day(facts.dated),
        "days": _days(facts.days),
    }
    if facts.ends_on is None:
        sentences = [
            _("We confirm that %(name)s has lived at %(house)s, a house of %(organization)s, since %(start)s.") % words,
            (
                _("On %(dated)s, the day of this letter, %(name)s still lives there: %(days)s so far.")
                if facts.days
                else _("On %(dated)s, the day of this letter, %(name)s lives there, since today.")
            )
            % words,
        ]
    else:
        words["end"] = _day(facts.ends_on)
        sentences = [
            _(
                "We confirm that %(name)s lived at %(house)s, a house of %(organization)s, from %(start)s until "
                "%(end)s: %(days)s."
            )
            % words,
            _("On %(dated)s, the day of this letter, %(name)s does not live there any more.") % words,
        ]
    if facts.counted_from is not None and facts.days_in_all is not None:
        before = (
            _(
                "Before that, and without a break, %(name)s lived in housing of %(organization)s, this house included, "
                "since %(first)s: %(all)s in all."
            )
            if facts.here_before
            else _(
                "Before that, and without a break, %(name)s lived in other housing of %(organization)s since "
                "%(first)s: %(all)s in all."
            )
        )
        sentences.append(before % {**words, "first": _day(facts.counted_from), "all": _days(facts.days_in_all)})
    if facts.address:
        sentences.append(_("The address of the house is %(address)s.") % {"address": paper.isolated(facts.address)})
    elif facts.address_withheld:
        sentences.append(_("The address of the house is confidential and is not printed here."))
    if facts.phone:
        sentences.append(_("Questions about this letter are answered at %(phone)s.") % {"phone": facts.phone})
    return sentences


def _day(day: date) -> str:
    """A day that no line's end takes apart."""
    return date_format(day).replace(" ", "\u00a0")


def _days(count: int) -> str:
    return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}
