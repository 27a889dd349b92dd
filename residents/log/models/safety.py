"""What keeps the house safe: where it is, and when it was last looked at."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.houses.models import InHouse, OfHouseQuerySet
from residents.people.models import Fact
from soberhouse.database.constraints import AppendOnly, Frozen, Same, SameHouse, WellWritten


class SafetyItem(InHouse):
    """One thing that has to be there and to work, or a drill that has to be held."""

    class Kind(models.TextChoices):
        NALOXONE = "naloxone", _("naloxone")
        EXTINGUISHER = "extinguisher", _("fire extinguisher")
        SMOKE = "smoke", _("smoke alarm")
        CARBON_MONOXIDE = "co", _("carbon monoxide alarm")
        FIRST_AID = "first_aid", _("first aid kit")
        DRILL = "drill", _("fire drill")
        OTHER = "other", _("something else")

    kind = models.CharField(_("what it is"), max_length=12, choices=Kind.choices)
    place = models.CharField(_("where"), max_length=120)
    every_days = models.PositiveSmallIntegerField(
        _("looked at every (days)"), validators=[MinValueValidator(1), MaxValueValidator(1100)]
    )
    retired_on = models.DateField(_("no longer there since"), null=True, blank=True)

    objects = OfHouseQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "place", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(place=""), name="safetyitem_place"),
            models.CheckConstraint(condition=Q(every_days__gte=1, every_days__lte=1100), name="safetyitem_every"),
            Frozen(fields=["house", "kind"], name="safetyitem_frozen"),
            WellWritten(days=["retired_on"], name="safetyitem_written"),
        ]
        verbose_name = _("safety item")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.place}"


class SafetyCheck(InHouse, Fact):
    """Somebody looked at it: in order or not, good until when."""

    item = models.ForeignKey(SafetyItem, on_delete=models.PROTECT, related_name="checks")
    checked_on = models.DateField(_("day"))
    in_order = models.BooleanField(_("in order"))
    expires_on = models.DateField(_("good until"), null=True, blank=True)
    note = models.CharField(_("what was seen"), max_length=500, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="corrected_by", null=True, blank=True, editable=False
    )
    correction_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)

    objects = OfHouseQuerySet.as_manager()

    class Meta:
        ordering = ["-checked_on", "-id"]
        constraints = [
            SameHouse(via="item", name="safetycheck_house"),
            Same(via="corrects", column="item_id", name="safetycheck_corrects_item"),
            models.CheckConstraint(
                condition=Q(in_order=True) | ~Q(note=""),
                name="safetycheck_note",
                violation_error_message=_("Say what is not in order."),
            ),
            models.CheckConstraint(
                condition=Q(corrects=None, correction_reason="") | Q(corrects__isnull=False) & ~Q(correction_reason=""),
                name="safetycheck_correction_reason",
            ),
            WellWritten(days=["checked_on", "expires_on"], name="safetycheck_written"),
            AppendOnly(name="safetycheck_kept"),
        ]
        verbose_name = _("safety check")

    def __str__(self) -> str:
        return f"{self.item} · {self.checked_on}"
