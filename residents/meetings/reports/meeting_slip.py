"""An empty slip to carry to meetings. It names its bearer by first name and initial, and nobody else; nor the house:
whoever chairs need not know where somebody lives."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from soberhouse.documents import paper

LINES = 7  # with these all of it is on one half sheet, of either size


@dataclass(frozen=True, kw_only=True)
class MeetingSlip:
    """Whose slip, by first name and initial; and the address at which they write meetings down."""

    name: str
    url: str


def draw(facts: MeetingSlip, head: paper.Head) -> bytes:
    """The slip as a PDF, on half a sheet. Of the head only what it is, when, and the code to check it by."""
    blocks: list[paper.Block] = [
        paper.Heading(facts.name),
        paper.Table(
            headers=[_("Day"), _("Meeting"), _("Chair's first name"), _("Initial")],
            rows=[["\u00a0", "", "", ""] for _line in range(LINES)],
            widths=(20, 40, 24, 16),
        ),
        paper.Text(_("To the chair: your first name and initial are enough, and nobody has to sign.")),
        paper.Code(facts.url, _("Write the meeting down and add a photo of this slip."), side=80),
        paper.Text(
            _("A slip shows that somebody wrote on it. It does not prove who was there, or for how long."), small=True
        ),
    ]
    return paper.render(replace(head, organization="", lines=(), issued_by=""), blocks, small=True)
