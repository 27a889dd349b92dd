"""The words of meetings: what they are, where they are held, and how well an attendance is proved."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a meeting is. The mutual-help fellowships first."""

    AA = "aa", _("Alcoholics Anonymous")
    NA = "na", _("Narcotics Anonymous")
    CA = "ca", _("Cocaine Anonymous")
    CMA = "cma", _("Crystal Meth Anonymous")
    MA = "ma", _("Marijuana Anonymous")
    HA = "ha", _("Heroin Anonymous")
    ALANON = "alanon", _("Al-Anon and Alateen")
    SMART = "smart", _("SMART Recovery")
    DHARMA = "dharma", _("Recovery Dharma")
    FAITH = "faith", _("faith")
    THERAPY = "therapy", _("therapy")
    OUTPATIENT = "outpatient", _("outpatient treatment")
    HOUSE = "house", _("house meeting")
    OTHER = "other", _("other")


class Venue(models.TextChoices):
    IN_PERSON = "in_person", _("in person")
    ONLINE = "online", _("online")
    HYBRID = "hybrid", _("in person and online")
    SHUT = "shut", _("place closed for now")


class Grade(models.IntegerChoices):
    """How well it is proved that somebody was there, in strict order. Nothing claims more than its grade."""

    SELF = 1, _("own word")
    PHOTO = 2, _("photo of a slip")
    SIGNED = 3, _("signed by the chair")
    CODE = 4, _("the meeting's code")
    SEEN = 5, _("seen by staff, or on the roll")


# First name, and an initial at most: nobody outside the house is written down with more.
FIRST_NAME = RegexValidator(
    r"\A[^\W\d_][^\W\d_'’-]*( [^\W\d_]\.?)?\Z", _("A first name, and an initial at most, such as “Sam K.”")
)
