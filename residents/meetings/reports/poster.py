"""The poster of a meeting: its code, by which residents show that they were there."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class Poster:
    """A meeting and its code. `address` is what the QR code says."""

    meeting: str
    when: str
    where: str
    code: str
    address: str


def draw(facts: Poster, head: paper.Head) -> bytes:
    """The poster as a PDF."""
    blocks: list[paper.Block] = [
        paper.Heading(facts.meeting),
        paper.Facts([(_("When"), facts.when), (_("Where"), facts.where), (_("Code"), facts.code)]),
        paper.Space(),
        paper.Code(
            facts.address,
            _("Point your phone here at the meeting, or enter %(code)s.") % {"code": facts.code},
        ),
        paper.Space(),
        paper.Text(
            _(
                "The code says that somebody was where it hangs. It asks for nobody’s name, and tells the meeting "
                "nothing. Whoever chairs the meeting keeps it, and shows it while the meeting is on."
            ),
            small=True,
        ),
    ]
    return paper.render(head, blocks)
