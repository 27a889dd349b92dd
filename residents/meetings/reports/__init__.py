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
ALL = (MINUTES,)
