"""The papers about meetings. Each takes a dataclass of facts and gives the bytes of a PDF: no query inside, and the
same facts under the same head give the same bytes. Facts are gathered in `residents.meetings.papers_<name>`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from soberhouse.documents.kinds import declare

MINUTES = declare(
    "house-meeting-minutes",
    _("Minutes of the house meeting"),
    holds=_("who was there, what was said and decided, each vote with its count; first names and initials"),
)
ATTENDANCE = declare(
    "meeting-attendance",
    _("Meeting attendance"),
    holds=_("one resident's meetings, how each is proved, and what that does not prove"),
)
MEETING_SLIP = declare(
    "meeting-slip", _("Slip for meetings"), holds=_("empty lines for meetings and the chair's first name; to carry")
)
SIGN_IN_SHEET = declare(
    "sign-in-sheet", _("Sign-in sheet"), holds=_("who lives in the house, with a line to sign at a house meeting")
)
POSTER = declare(
    "meeting-code",
    _("Poster with a meeting’s code"),
    holds=_("when and where the meeting is held, and the code by which residents show that they were there; no person"),
)
ALL = (POSTER, MINUTES, ATTENDANCE, MEETING_SLIP, SIGN_IN_SHEET)
