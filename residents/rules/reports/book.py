"""One version of a book: the rules of a house, or an agreement; to read, or to sign on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class RuleLine:
    """One rule that stands. `about` and `severity` in words."""

    number: int
    about: str
    severity: str
    title: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.number}. {self.title}"


@dataclass(frozen=True, kw_only=True)
class Version:
    """What is signed: a published version as it will always be. The rules stand in the order of what they are about.
    `is_rules` tells a rule book from an agreement."""

    house: str
    kind: str
    is_rules: bool
    number: int
    title: str
    text: str = ""
    changes: str = ""
    published_on: date
    in_force_from: date
    rules: tuple[RuleLine, ...] = ()

    @property
    def label(self) -> str:
        return _("%(kind)s, version %(number)s") % {"kind": capfirst(self.kind), "number": self.number}


@dataclass(frozen=True, kw_only=True)
class Newer:
    """The newest version, where it is another."""

    number: int
    in_force_from: date


@dataclass(frozen=True, kw_only=True)
class BookPaper:
    """A version with its fingerprint, and what it changed: the numbers of rules that are new and that read otherwise
    than in version `before`, and the rules that it took out."""

    version: Version
    fingerprint: str
    before: int | None = None
    new: tuple[int, ...] = ()
    changed: tuple[int, ...] = ()
    dropped: tuple[str, ...] = ()
    newer: Newer | None = None
    to_sign: bool = False


def draw(facts: BookPaper, head: paper.Head) -> bytes:
    """The book as a PDF; `to_sign`, with lines for a signature and a witness."""
    version = facts.version
    blocks: list[paper.Block] = [paper.Heading(version.title), paper.Facts(_what(facts))]
    if facts.newer is not None:
        blocks.append(paper.Text(_superseded(facts.newer)))
    blocks += _news(facts)
    if version.text:
        blocks.append(paper.Text(paragraphs(version.text)))
    blocks += _rules(facts)
    if facts.to_sign:
        blocks += _lines_to_sign(version)
    blocks += [
        paper.Space(),
        paper.Text(fingerprint_words(facts.fingerprint), small=True),
        paper.Text(
            _("Not on this paper: who signed this version, who lives in the house, and anything that happened there."),
            small=True,
        ),
    ]
    return paper.render(head, blocks)


def paragraphs(text: str) -> str:
    """A text as somebody typed it, one paragraph a line: an empty line between two is no paragraph."""
    return "\n".join(line for line in text.splitlines() if line.strip())


def fingerprint_words(fingerprint: str) -> str:
    """The sentence with which a version and the signatures under it are told to belong together."""
    return _(
        "Fingerprint of the text of this version: %(fingerprint)s. The same stands on every acknowledgement of it."
    ) % {"fingerprint": grouped(fingerprint)}


def grouped(fingerprint: str) -> str:
    """A digest as people compare it: in groups of eight."""
    return " ".join(fingerprint[at : at + 8] for at in range(0, len(fingerprint), 8))


def _what(facts: BookPaper) -> list[tuple[str, str]]:
    version = facts.version
    rows = [
        (_("House"), version.house),
        (_("Version"), version.label),
        (_("Published"), date_format(version.published_on)),
        (_("In force from"), date_format(version.in_force_from)),
    ]
    if version.is_rules:
        count = len(version.rules)
        rows.append((_("Holds"), ngettext("%(count)s rule", "%(count)s rules", count) % {"count": count}))
    return rows


def _superseded(newer: Newer) -> str:
    return _(
        "There is a newer one: version %(number)s, in force from %(day)s. Whoever signed that is bound by that."
    ) % {
        "number": newer.number,
        "day": date_format(newer.in_force_from),
    }


def _news(facts: BookPaper) -> list[paper.Block]:
    version = facts.version
    by_number = {rule.number: rule.name for rule in version.rules}
    rows = [
        [word, name]
        for word, names in (
            (_("New"), [by_number[number] for number in facts.new]),
            (_("Changed"), [by_number[number] for number in facts.changed]),
            (_("Taken out"), facts.dropped),
        )
        for name in names
    ]
    if facts.before is None or not (version.changes or rows):
        return []
    blocks: list[paper.Block] = [paper.Heading(_("What is new since version %(number)s") % {"number": facts.before})]
    if version.changes:
        blocks.append(paper.Text(version.changes))
    if rows:
        blocks.append(paper.Table(headers=[_("What"), _("Rule")], rows=rows, widths=(18, 82)))
    return blocks


def _rules(facts: BookPaper) -> list[paper.Block]:
    blocks: list[paper.Block] = []
    for about, rules in _by_subject(facts.version.rules):
        blocks.append(paper.Heading(about))
        blocks += [paper.Clause(rule.name, paragraphs(rule.text), _grave(rule, facts)) for rule in rules]
    return blocks


def _by_subject(rules: Sequence[RuleLine]) -> list[tuple[str, list[RuleLine]]]:
    found: dict[str, list[RuleLine]] = {}
    for rule in rules:
        found.setdefault(rule.about, []).append(rule)
    return list(found.items())


def _grave(rule: RuleLine, facts: BookPaper) -> str:
    if rule.number in facts.new:
        return _("new · %(severity)s") % {"severity": rule.severity}
    if rule.number in facts.changed:
        return _("changed · %(severity)s") % {"severity": rule.severity}
    return rule.severity


def _lines_to_sign(version: Version) -> list[paper.Block]:
    words = {"version": version.label, "title": version.title, "house": paper.isolated(version.house)}
    return [
        paper.Heading(_("Signature")),
        paper.Text(
            _(
                "I have read “%(title)s” of %(house)s (%(version)s), or it was read to me. I could ask what I did not "
                "understand."
            )
            % words
        ),
        paper.Signature(
            [
                _("Resident: name, in capital letters"),
                _("Signature"),
                _("Day and time"),
                _("I was given a copy (initials)"),
                _("Witness: name, in capital letters"),
                _("Signature of the witness"),
            ]
        ),
        paper.Text(
            _("It binds from the moment it is signed. Record it under the house's rules, with a picture of this page."),
            small=True,
        ),
    ]
