"""What a rule is about, how much hangs on it, and what a house may answer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """What a rule is about."""

    SUBSTANCES = "substances", _("alcohol and drugs")
    TESTING = "testing", _("drug testing")
    MEDICATION = "medication", _("medication")
    SAFETY = "safety", _("safety")
    RESPECT = "respect", _("respect")
    CURFEW = "curfew", _("curfew and nights away")
    MEETINGS = "meetings", _("meetings")
    CHORES = "chores", _("chores")
    VISITORS = "visitors", _("visitors")
    MONEY = "money", _("money")
    PROPERTY = "property", _("rooms and belongings")
    OTHER = "other", _("other")


class Severity(models.TextChoices):
    """How much hangs on a rule."""

    MINOR = "minor", _("minor")
    SERIOUS = "serious", _("serious")
    CRITICAL = "critical", _("critical")


class Consequence(models.TextChoices):
    """What the house may answer a violation with, from the lightest to the gravest."""

    NONE = "none", _("noted, nothing more")
    VERBAL = "verbal", _("verbal warning")
    WRITTEN = "written", _("written warning")
    CHORE = "chore", _("an extra chore")
    RESTRICTION = "restriction", _("restriction")
    CONTRACT = "contract", _("behavioral contract")
    REVIEW = "review", _("discharge review")


ON_THE_LADDER = tuple(each for each in Consequence.values if each != Consequence.NONE)
