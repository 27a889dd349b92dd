"""An invitation slip on paper: facts in, PDF out. It is drawn in answer to the press that makes it, and not kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class Slip:
    """What stands on a slip. `link` carries the code after a #, which browsers send to nobody."""

    name: str  # first name and initial: it may lie about
    place: str  # the house, or the organization
    organization: str
    address: str
    link: str
    code: str
    good_until: datetime
    zone: str
    made_by: str
    made_at: datetime

    @property
    def until(self) -> str:
        """The last moment in words, by the clocks of the place."""
        with timezone.override(self.zone):
            return date_format(timezone.localtime(self.good_until), "DATETIME_FORMAT")


def draw(slip: Slip) -> bytes:
    """The slip on one page, in few words."""
    head = paper.Head(
        organization=slip.organization,
        title=_("Invitation slip"),
        as_of=slip.made_at,
        zone=slip.zone,
        issued_by=slip.made_by,
        issued_at=slip.made_at,
        lines=(slip.place,) if slip.place != slip.organization else (),
        confidential=_("For one person. Whoever holds it can use it, once."),
    )
    blocks = [
        paper.Heading(_("For %(name)s") % {"name": slip.name}),
        paper.Text(_("With this slip you choose your own user name and password. Nobody else will know the password.")),
        paper.Space(),
        paper.Heading(_("With a phone: point its camera at this picture")),
        paper.Code(slip.link, _("Open what the camera finds. If it finds nothing, go on as with a computer.")),
        paper.Space(),
        paper.Heading(_("With a computer: open this address and type the code")),
        paper.Heading(slip.address),
        paper.Heading(slip.code),
        paper.Space(),
        paper.Facts(
            [
                (_("Good until"), slip.until),
                (_("Works"), _("once; then throw it away")),
                (_("Lost, or too late"), _("ask for a new one: the old one then opens nothing")),
            ]
        ),
    ]
    return paper.render(head, blocks)
