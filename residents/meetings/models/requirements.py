"""How many meetings are asked of whom, and which weeks are excused."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, InHouse, InHouseQuerySet, Reach
from residents.meetings.models.words import Grade, Kind
from residents.people.models import Fact
from residents.stays.models import AboutResident, PhaseKind, Stay
from soberhouse.accounts.models import User
from soberhouse.database.constraints import (
    AppendOnly,
    Frozen,
    OtherHands,
    Same,
    SameHouse,
    WellWritten,
)


class RequirementQuerySet(InHouseQuerySet):
    def seen_by_resident(self, user: User) -> Q:
        """What the house asks of all or in a phase; of one resident, that resident."""
        of_all = Q(house__in=House.objects.lived_in_by(user).values("pk"), stay=None)
        return of_all | Q(stay__resident__user=user)


class Requirement(InHouse, Fact):
    """So many meetings, in each week or in a period, asked of all who live in the house, of those in one phase, or of
    one resident. What is asked of fewer replaces what is asked of more, unless it comes besides. What it asks never
    changes: it ends, and another begins."""

    class Per(models.TextChoices):
        WEEK = "week", _("a week")
        PERIOD = "period", _("in a period")

    phase = models.ForeignKey(
        PhaseKind, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("phase")
    )
    stay = models.ForeignKey(
        Stay, on_delete=models.PROTECT, related_name="requirements", null=True, blank=True, editable=False
    )
    per = models.CharField(_("how often"), max_length=6, choices=Per.choices, default=Per.WEEK)
    count = models.PositiveSmallIntegerField(_("meetings"), validators=[MinValueValidator(1), MaxValueValidator(400)])
    days = models.PositiveSmallIntegerField(  # of the period, from `starts_on` or the move-in, whichever is later
        _("days of the period"), null=True, blank=True, validators=[MinValueValidator(2), MaxValueValidator(400)]
    )
    least_grade = models.PositiveSmallIntegerField(_("least evidence"), choices=Grade.choices, default=Grade.SELF)
    besides = models.BooleanField(_("besides what is asked of others"), default=False, db_default=False)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("why"), max_length=500, blank=True)

    objects = RequirementQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(per__in=["week", "period"]), name="requirement_per"),
            models.CheckConstraint(condition=Q(count__range=(1, 400)), name="requirement_count"),
            models.CheckConstraint(
                condition=Q(per="week", days=None) | Q(per="period", days__isnull=False, days__range=(2, 400)),
                name="requirement_days",
                violation_error_message=_("A period has days, a week has not."),
            ),
            models.CheckConstraint(condition=Q(least_grade__range=(1, 5)), name="requirement_grade"),
            models.CheckConstraint(condition=Q(phase=None) | Q(stay=None), name="requirement_of_whom"),
            models.CheckConstraint(
                condition=Q(stay=None) | ~Q(reason=""),
                name="requirement_reason",
                violation_error_message=_("Say why it is asked of them."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="requirement_range",
                violation_error_message=_("The end is before the start."),
            ),
            SameHouse(via="phase", name="requirement_phase_house"),
            SameHouse(via="stay", name="requirement_stay_house"),
            Frozen(
                fields=[
                    *(
                        "house",
                        "phase",
                        "stay",
                        "per",
                        "count",
                        "days",
                        "least_grade",
                        "besides",
                        "starts_on",
                        "reason",
                    ),
                    *("recorded_by", "recorded_as", "recorded_at"),
                ],
                name="requirement_frozen",
            ),
            OtherHands(paths=["stay.resident.user"], anybody=True, name="requirement_by_another"),
            WellWritten(days=["starts_on", "ends_on"], name="requirement_written"),
        ]
        verbose_name = _("required meetings")

    def __str__(self) -> str:
        return str(self.count)

    def reach(self) -> Reach:
        """About the one resident of whom it is asked, if it is of one."""
        return self.stay.reach() if self.stay is not None else super().reach()


class OfRequirementQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> OfRequirementQuerySet:
        return self.filter(requirement__in=Requirement.objects.visible_to(user).values("pk"))


class RequirementPart(InHouse):
    """Of the meetings that are required, so many have to be of this kind."""

    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="parts")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    count = models.PositiveSmallIntegerField(_("meetings"), validators=[MinValueValidator(1)])

    objects = OfRequirementQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["requirement", "kind"], name="requirementpart_once"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="requirementpart_kind"),
            models.CheckConstraint(condition=Q(count__gte=1), name="requirementpart_count"),
            SameHouse(via="requirement", name="requirementpart_house"),
            AppendOnly(name="requirementpart_kept"),
        ]
        verbose_name = _("kind of required meetings")

    def __str__(self) -> str:
        return f"{self.count} {self.get_kind_display()}"


class WeekExcused(AboutResident, Fact):
    """A resident is excused from the meetings of one week. Taken back by a later row that follows this one."""

    class Cause(models.TextChoices):
        PASS = "pass", _("away on a pass")
        ILLNESS = "illness", _("ill")
        WORK = "work", _("work")
        OTHER = "other", _("something else")

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="weeks_excused")
    week = models.DateField(_("week"))  # its Monday
    excused = models.BooleanField(default=True, editable=False)
    cause = models.CharField(_("why"), max_length=7, choices=Cause.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="followed_by", null=True, blank=True, editable=False
    )

    class Meta:
        ordering = ["-week", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stay", "week"],
                condition=Q(follows=None),
                name="weekexcused_once",
                violation_error_message=_("This week is excused already."),
            ),
            models.CheckConstraint(condition=Q(week__week_day=2), name="weekexcused_monday"),
            models.CheckConstraint(
                condition=Q(cause__in=["pass", "illness", "work", "other"]), name="weekexcused_cause"
            ),
            models.CheckConstraint(
                condition=Q(cause__in=["pass", "illness", "work"], excused=True) | ~Q(note=""),
                name="weekexcused_note",
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(condition=Q(follows__isnull=False) | Q(excused=True), name="weekexcused_first"),
            SameHouse(via="stay", name="weekexcused_house"),
            Same(via="follows", column="stay_id", name="weekexcused_follows_stay"),
            Same(via="follows", column="week", name="weekexcused_follows_week"),
            OtherHands(paths=["stay.resident.user"], name="weekexcused_by_another"),
            WellWritten(days=["week"], name="weekexcused_written"),
            AppendOnly(name="weekexcused_kept"),
        ]
        verbose_name = _("excused week")

    def __str__(self) -> str:
        return f"{self.stay.short_name} · {self.week}"
