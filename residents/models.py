"""Every model of the app, gathered so that Django finds them. Each lives in its subject's folder."""

from __future__ import annotations

from residents.houses.models import Bed, House, Organization, Role, Room, Tablet
from residents.people.models import Alert, Contact, Officer, Resident, SobrietyDate, WeeklyHours
from residents.stays.models import (
    Application,
    ApplicationEvent,
    BedUse,
    Discharge,
    Phase,
    PhaseKind,
    Stay,
)
from residents.stays.roster.models import RosterUpload

__all__ = [
    "Alert",
    "Application",
    "ApplicationEvent",
    "Bed",
    "BedUse",
    "Contact",
    "Discharge",
    "House",
    "Officer",
    "Organization",
    "Phase",
    "PhaseKind",
    "Resident",
    "Role",
    "Room",
    "RosterUpload",
    "SobrietyDate",
    "Stay",
    "Tablet",
    "WeeklyHours",
]
