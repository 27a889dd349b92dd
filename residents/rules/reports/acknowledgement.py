"""That somebody signed one version of a book: which, when, how, and before whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.rules.reports.book import fingerprint_words
from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class Signature:
    """One signature, with instants by the clock of the house. `how` in words."""

    name: str
    drawing: str = ""
    signed_at: datetime
    how: str
    witness: str = ""
    recorded_as: str
    recorded_at: datetime
    has_sheet: bool = False  # the signed sheet is kept


@dataclass(frozen=True, kw_only=True)
class Undone:
    """What was recorded by mistake: since when it is taken back, by whom and why."""

    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AcknowledgementPaper:
    """One acknowledgement and the version it stands under; `rules` by number and name."""

    house: str
    book: str
    title: str
    in_force_from: date
    fingerprint: str
    rules: tuple[str, ...] = ()
    signature: Signature
    undone: Undone | None = None


def draw(facts: AcknowledgementPaper, head: paper.Head) -> bytes:
    """The acknowledgement as a PDF."""
    blocks: list[paper.Block] = [paper.Heading(facts.signature.name)]
    if facts.undone is not None:
        blocks += undone_blocks(_("TAKEN BACK: this signature was recorded by mistake and binds nobody"), facts.undone)
    blocks += [
        paper.Text(
            _("%(name)s signed “%(title)s” of %(house)s (%(book)s).")
            % {
                "name": paper.isolated(facts.signature.name),
                "title": facts.title,
                "book": facts.book,
                "house": paper.isolated(facts.house),
            }
        ),
        paper.Heading(_("What was signed")),
        paper.Facts(
            [
                (_("House"), facts.house),
                (_("Version"), facts.book),
                (_("Title"), facts.title),
                (_("In force from"), date_format(facts.in_force_from)),
            ]
        ),
    ]
    if facts.rules:
        blocks.append(paper.Text(_("It holds these rules: %(rules)s.") % {"rules": "; ".join(facts.rules)}, small=True))
    blocks += [
        paper.Text(fingerprint_words(facts.fingerprint), small=True),
        *signature_blocks(facts.signature),
        paper.Text(
            _(
                "Not on this paper: the words of the rules, which the book itself holds, and whether they were kept. "
                "To have signed is not to have done anything."
            ),
            small=True,
        ),
    ]
    return paper.render(head, blocks)


def signature_blocks(signature: Signature) -> list[paper.Block]:
    """A signature as every paper shows it: drawn where it was drawn, then who, when and how."""
    blocks: list[paper.Block] = [paper.Heading(_("Signature"))]
    if signature.drawing:
        blocks.append(paper.Strokes(signature.drawing, _("As drawn by %(name)s") % {"name": signature.name}))
    rows = [
        (_("Name as signed"), signature.name),
        (_("Signed"), date_format(signature.signed_at, "DATETIME_FORMAT")),
        (_("How they were known"), signature.how),
    ]
    if signature.witness:
        rows.append((_("Witness"), signature.witness))
        rows.append((_("Signed sheet"), _("kept on file") if signature.has_sheet else _("not on file")))
    recorded = f"{signature.recorded_as} · {date_format(signature.recorded_at, 'DATETIME_FORMAT')}"
    return [*blocks, paper.Facts([*rows, (_("Recorded"), recorded)])]


def undone_blocks(title: str, undone: Undone) -> list[paper.Block]:
    """That something was taken back, where nobody can miss it."""
    words = {
        "who": paper.isolated(undone.by),
        "when": date_format(undone.at, "DATETIME_FORMAT"),
        "why": undone.reason,
    }
    return [paper.Heading(title), paper.Text(_("%(who)s wrote on %(when)s: %(why)s") % words)]
