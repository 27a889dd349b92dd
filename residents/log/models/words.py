"""What an entry is, who reads it, and the kinds of what hangs on it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What an entry is. The last four have a form of their own."""

    NOTE = "note", _("note")
    MAINTENANCE = "maintenance", _("maintenance")
    MEDICATION = "medication", _("medication concern")
    CONTACT = "contact", _("contact with family or a partner")
    PRAISE = "praise", _("praise")
    INCIDENT = "incident", _("incident")
    SEARCH = "search", _("search")
    VISITOR = "visitor", _("visitor")
    COMPLAINT = "complaint", _("complaint")


LINES = (Kind.NOTE, Kind.MAINTENANCE, Kind.MEDICATION, Kind.CONTACT, Kind.PRAISE)  # a line is all there is to them


class Audience(models.TextChoices):
    """Who reads an entry. Whom it is about reads the first two, and neither of the others."""

    STAFF = "staff", _("staff, and whom it is about")
    FEW = "few", _("operators and managers, and whom it is about")
    CONFIDENTIAL = "confidential", _("operators and managers, not whom it is about")
    OPERATORS = "operators", _("operators alone")


OPEN = (Audience.STAFF, Audience.FEW)  # to whom it is about


class IncidentType(models.TextChoices):
    OVERDOSE = "overdose", _("overdose")
    MEDICAL = "medical", _("medical emergency")
    POLICE = "police", _("police")
    INJURY = "injury", _("injury")
    RELAPSE = "relapse", _("relapse")
    VIOLENCE = "violence", _("violence or threats")
    FIRE = "fire", _("fire")
    MISSING = "missing", _("missing person")
    ABUSE = "abuse", _("allegation of abuse")
    DEATH = "death", _("death")
    PROPERTY = "property", _("damage or theft")


SEEN_BY_FEW = (IncidentType.OVERDOSE, IncidentType.RELAPSE, IncidentType.ABUSE, IncidentType.DEATH)
