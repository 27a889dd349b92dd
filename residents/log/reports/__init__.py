"""The papers about the log. Each takes a dataclass of facts and gives the bytes of a PDF: no query inside, and the same
facts under the same head give the same bytes. Facts are gathered in `residents.log.papers_<name>`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from soberhouse.documents.kinds import declare

LOG = declare("house-log", _("House log"), holds=_("what was written down in the house, with every amendment"))
LOG_OF_FEW = declare(
    "house-log-of-few",
    _("House log, with what few may read"),
    holds=_("the same, with what operators and managers read and other staff does not"),
    guarded=True,
)

COMPLAINT = declare(
    "complaint",
    _("Complaint"),
    holds=_("what was said, what was answered and what came of it; no name that is withheld"),
)
INCIDENT_REPORT = declare(
    "incident-report",
    _("Incident report"),
    holds=_("what happened in the order of time, who was told when, naloxone, cause, correction, what is to be done"),
)
HAND_OVER = declare(
    "hand-over",
    _("Hand-over"),
    holds=_("what the next one on shift must know, and what stands open; for those who run the house"),
    guarded=True,
)
SAFETY_SHEET = declare(
    "safety-sheet",
    _("Safety sheet"),
    holds=_("what keeps the house safe and where, when each was looked at, what is missing; no resident"),
)
ALL = (LOG, LOG_OF_FEW, COMPLAINT, INCIDENT_REPORT, HAND_OVER, SAFETY_SHEET)
