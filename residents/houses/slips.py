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
        paper.Text(_("With this slip you choose your own user name and password. You need a phone or a computer.")),
        paper.Space(),
        paper.Heading(_("With a phone")),
        paper.Code(slip.link, _("Point the camera at this picture and open what it finds.")),
        paper.Space(),
        paper.Heading(_("Without")),
        paper.Facts(
            [
                (_("1. Open this address"), slip.address),
                (_("2. Type this code"), slip.code),
                (_("3. Choose your password"), _("Nobody else knows it, and nobody here can look it up.")),
            ]
        ),
        paper.Space(),
        paper.Text(_("It works once, until %(until)s. After that ask for a new one.") % {"until": slip.until}),
        paper.Text(_("Then throw it away."), small=True),
    ]
    return paper.render(head, blocks)
