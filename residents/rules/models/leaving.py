"""What must be so before somebody has to leave: a discharge review by two people, or a removal that another looks
at."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.people.models import Fact
from residents.rules.models.violations import OfViolation, Violation
from residents.stays.models import AboutResident, Stay
from soberhouse.database.constraints import (
    AppendOnly,
    OtherHands,
    SameHouse,
)


class ReviewOpinion(OfViolation, Fact):
    """One person's word in a discharge review. Two who say that the resident must leave make it so; one who says that
    they stay ends it."""

    violation = models.ForeignKey(Violation, on_delete=models.PROTECT, related_name="opinions")
    leaves = models.BooleanField(_("must leave"))
    reason = models.TextField(_("why"), max_length=4000)
    terms = models.CharField(_("on which terms they stay"), max_length=1000, blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["violation", "recorded_by"],
                name="review_opinion_once",
                violation_error_message=_("You have said what you think already."),
            ),
            SameHouse(via="violation", name="review_opinion_house"),
            models.CheckConstraint(
                condition=~Q(reason=""), name="review_opinion_reason", violation_error_message=_("Say why.")
            ),
            OtherHands(
                paths=["violation.recorded_by", "violation.stay.resident.user"], name="review_opinion_by_another"
            ),
            AppendOnly(name="review_opinion_kept"),
        ]
        verbose_name = _("word in a discharge review")

    def __str__(self) -> str:
        return str(_("must leave") if self.leaves else _("stays"))


class Removal(AboutResident, Fact):
    """Somebody had to leave at once, for safety. One person may decide it; another looks at it within 24 hours."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="removals")
    violation = models.ForeignKey(
        Violation, on_delete=models.PROTECT, related_name="removals", null=True, blank=True, editable=False
    )
    happened_at = models.DateTimeField(_("when"))
    reason = models.TextField(_("what made it necessary"), max_length=4000)
    help_given = models.TextField(
        _("help to find another bed"),
        max_length=2000,
        help_text=_("Whom you called, what they offered, who drove, what was handed over."),
    )
    where_to = models.CharField(_("where they went"), max_length=200, blank=True)
    review_by = models.DateTimeField(_("to be looked at by"), editable=False)

    class Meta:
        ordering = ["-happened_at", "-id"]
        constraints = [
            SameHouse(via="stay", name="removal_stay_house"),
            SameHouse(via="violation", name="removal_violation_house"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(help_given=""), name="removal_said_why"),
            OtherHands(paths=["stay.resident.user"], name="removal_by_another"),
            AppendOnly(name="removal_kept"),
        ]
        verbose_name = _("immediate removal")

    def __str__(self) -> str:
        return f"{self.stay.short_name} · {self.happened_at:%Y-%m-%d}"


class RemovalReview(AboutResident, Fact):
    """Another person looked at a removal."""

    to_person = "removal__stay__resident"

    class Outcome(models.TextChoices):
        RIGHT = "right", _("it was necessary")
        WRONG = "wrong", _("it was not: they are offered their bed back")

    removal = models.OneToOneField(Removal, on_delete=models.PROTECT, related_name="review")
    outcome = models.CharField(_("outcome"), max_length=5, choices=Outcome.choices)
    reason = models.TextField(_("why"), max_length=4000)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="removal", name="removal_review_house"),
            models.CheckConstraint(
                condition=~Q(reason=""), name="removal_review_reason", violation_error_message=_("Say why.")
            ),
            models.CheckConstraint(condition=Q(outcome__in=["right", "wrong"]), name="removal_review_outcome"),
            OtherHands(paths=["removal.recorded_by", "removal.stay.resident.user"], name="removal_review_by_another"),
            AppendOnly(name="removal_review_kept"),
        ]
        verbose_name = _("review of a removal")

    def __str__(self) -> str:
        return str(self.get_outcome_display())
