"""What happened in a house, what follows from it, and handing over the shift.

An entry is the thread: who reads it reads all that hangs on it. What was wrong is put right by a later row that names
the one it corrects and says why; the newest counts. So what was known at an instant is what had been written by then.
"""

from __future__ import annotations

from residents.log.models.clocks import Clock, Deadline, DeadlineCall, DeadlineMet, Holiday
from residents.log.models.complaints import Complainant, Complaint, ComplaintAnswer, ComplaintOutcome
from residents.log.models.entries import Amendable, Entry, EntryAbout, EntryPhoto, EntryTelling, OfEntryQuerySet
from residents.log.models.incidents import (
    FollowUp,
    FollowUpDone,
    Incident,
    IncidentClosing,
    IncidentDraft,
    IncidentStep,
)
from residents.log.models.safety import SafetyCheck, SafetyItem
from residents.log.models.searches import Search, Visit, VisitEnd
from residents.log.models.shifts import HandOver, HandOverRead, LogSeen
from residents.log.models.words import LINES, OPEN, SEEN_BY_FEW, Audience, IncidentType, Kind

__all__ = [
    "Amendable",
    "Audience",
    "Clock",
    "Complainant",
    "Complaint",
    "ComplaintAnswer",
    "ComplaintOutcome",
    "Deadline",
    "DeadlineCall",
    "DeadlineMet",
    "Entry",
    "EntryAbout",
    "EntryPhoto",
    "EntryTelling",
    "FollowUp",
    "FollowUpDone",
    "HandOver",
    "HandOverRead",
    "Holiday",
    "Incident",
    "IncidentClosing",
    "IncidentDraft",
    "IncidentStep",
    "IncidentType",
    "Kind",
    "LINES",
    "LogSeen",
    "OPEN",
    "OfEntryQuerySet",
    "SEEN_BY_FEW",
    "SafetyCheck",
    "SafetyItem",
    "Search",
    "Visit",
    "VisitEnd",
]
