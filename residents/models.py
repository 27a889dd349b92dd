"""Every model of the app, gathered so that Django finds them. Each lives in its subject's folder."""

from __future__ import annotations

from residents.houses.models import Bed, House, HouseChanges, Organization, Role, Room, Tablet
from residents.people.models import Alert, Contact, Look, Officer, Photo, Resident, SobrietyDate, WeeklyHours
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
    "HouseChanges",
    "Look",
    "Officer",
    "Organization",
    "Phase",
    "PhaseKind",
    "Photo",
    "Resident",
    "Role",
    "Room",
    "RosterUpload",
    "SobrietyDate",
    "Stay",
    "Tablet",
    "WeeklyHours",
]
