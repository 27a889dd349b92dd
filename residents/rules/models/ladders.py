"""The consequence ladder: what a house says beforehand it will answer."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.houses.models import InHouse
from residents.rules.models.books import PublishedQuerySet
from residents.rules.models.words import ON_THE_LADDER, Category, Consequence, Severity
from soberhouse.database.constraints import (
    Frozen,
    FrozenOnce,
    SameHouse,
)


class LadderQuerySet(PublishedQuerySet):
    def out(self) -> LadderQuerySet:
        return self.exclude(published_on=None)


class Ladder(InHouse):
    """One version of what a house answers violations with. Published, it never changes; residents read it
    beforehand."""

    number = models.PositiveIntegerField(_("version"), null=True, blank=True, editable=False)
    look_back_days = models.PositiveSmallIntegerField(
        _("looks back (days)"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=_("Only violations this many days back count towards the next step."),
    )
    appeal_days = models.PositiveSmallIntegerField(
        _("time to appeal (days)"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("After the decision."),
    )
    text = models.TextField(_("in words"), max_length=4000, blank=True)
    published_on = models.DateField(_("published"), null=True, blank=True, editable=False)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True, editable=False)

    objects = LadderQuerySet.as_manager()

    class Meta:
        ordering = ["-number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["house", "number"], name="ladder_number"),
            models.UniqueConstraint(
                fields=["house"],
                condition=Q(published_on=None),
                name="ladder_one_draft",
                violation_error_message=_("There is a draft of this already."),
            ),
            models.CheckConstraint(
                condition=Q(number=None, published_on=None, in_force_from=None)
                | Q(number__isnull=False, number__gte=1, published_on__isnull=False, in_force_from__isnull=False),
                name="ladder_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(in_force_from__gte=F("published_on")),
                name="ladder_not_before_published",
                violation_error_message=_("It cannot be in force before it is published."),
            ),
            models.CheckConstraint(condition=Q(look_back_days__gte=1, appeal_days__gte=1), name="ladder_days_count"),
            FrozenOnce(once="published_on", name="ladder_published"),
            Frozen(fields=["house"], name="ladder_frozen"),
        ]
        verbose_name = _("consequence ladder")

    def __str__(self) -> str:
        if self.published_on is None:
            return str(_("Consequence ladder, draft"))
        return str(_("Consequence ladder, version %(number)s") % {"number": self.number})


class LadderStepQuerySet(PublishedQuerySet):
    published = "ladder__published_on"


class LadderStep(InHouse):
    """The answer to the first, second, … violation of a category and severity within the time the ladder looks back.
    The last step is for every one after it. Without a category it is for those that have no steps of their own."""

    ladder = models.ForeignKey(Ladder, on_delete=models.PROTECT, related_name="steps")
    category = models.CharField(_("about"), max_length=10, choices=Category.choices, blank=True)
    severity = models.CharField(_("how grave"), max_length=8, choices=Severity.choices)
    position = models.PositiveSmallIntegerField(_("time"))
    consequence = models.CharField(_("consequence"), max_length=11, choices=Consequence.choices)
    dropped = models.BooleanField(_("taken out"), default=False, db_default=False, editable=False)

    objects = LadderStepQuerySet.as_manager()

    class Meta:
        ordering = ["severity", "category", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ladder", "category", "severity", "position"],
                condition=Q(dropped=False),
                name="ladder_step_once",
            ),
            models.CheckConstraint(condition=Q(position__range=(1, 9)), name="ladder_step_position"),
            models.CheckConstraint(condition=Q(category__in=["", *Category.values]), name="ladder_step_category"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="ladder_step_severity"),
            models.CheckConstraint(condition=Q(consequence__in=ON_THE_LADDER), name="ladder_step_consequence"),
            SameHouse(via="ladder", name="ladder_step_house"),
            FrozenOnce(once="published_on", via="ladder", name="ladder_step_published"),
            Frozen(fields=["house", "ladder"], name="ladder_step_frozen"),
        ]
        verbose_name = _("step of the ladder")

    def __str__(self) -> str:
        return f"{self.position}. {self.get_consequence_display()}"
