"""Clocks: what has to be done, for whom, how long after what; and what came due by them."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, InHouse, Organization, Reach, staff_roles
from residents.log.models.entries import Entry, EntryAbout
from residents.log.models.words import IncidentType
from residents.people.models import Fact
from residents.stays.models import Discharge, Stay
from soberhouse.accounts.models import User
from soberhouse.database.constraints import (
    AppendOnly,
    Frozen,
    FrozenOnceSet,
    Same,
    SameHouse,
    SameOrganization,
    WellWritten,
)
from soberhouse.documents.models import StoredFile
from soberhouse.history.records import Audited


class OfOrganizationQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> OfOrganizationQuerySet:
        """Whoever works for the organization."""
        if not getattr(user, "pk", None):
            return self.none()
        return self.filter(organization__in=staff_roles(user).values("organization"))


class OfOrganization(Audited):
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="%(class)ss")

    objects = OfOrganizationQuerySet.as_manager()

    class Meta:
        abstract = True

    def reach(self) -> Reach:
        return self.organization.reach()


class Clock(OfOrganization):
    """How long after something what has to be done, and for whom. Never changed: it ends, and another begins."""

    class Starts(models.TextChoices):
        INCIDENT = "incident", _("an incident")
        COMPLAINT = "complaint", _("a complaint")
        MOVE_IN = "move_in", _("a move-in")
        DISCHARGE = "discharge", _("a discharge")

    class Unit(models.TextChoices):
        HOURS = "hours", _("hours")
        DAYS = "days", _("days")
        BUSINESS_DAYS = "business_days", _("business days")

    name = models.CharField(_("what is to be done"), max_length=120)
    starts = models.CharField(_("after"), max_length=9, choices=Starts.choices)
    incident_type = models.CharField(_("of this kind alone"), max_length=9, choices=IncidentType.choices, blank=True)
    amount = models.PositiveSmallIntegerField(_("within"), validators=[MinValueValidator(1), MaxValueValidator(400)])
    unit = models.CharField(_("of"), max_length=13, choices=Unit.choices)
    recipient = models.CharField(_("for whom"), max_length=200)
    source = models.CharField(_("where it says so"), max_length=200, blank=True)
    begins_at = models.DateTimeField(_("from"), editable=False)
    ended_at = models.DateTimeField(_("until"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(recipient="") & ~Q(name=""),
                name="clock_words",
                violation_error_message=_("Say what is to be done, and for whom."),
            ),
            models.CheckConstraint(
                condition=Q(starts__in=["incident", "complaint", "move_in", "discharge"]), name="clock_starts"
            ),
            models.CheckConstraint(condition=Q(unit__in=["hours", "days", "business_days"]), name="clock_unit"),
            models.CheckConstraint(condition=Q(amount__gte=1, amount__lte=400), name="clock_amount"),
            models.CheckConstraint(
                condition=Q(incident_type="") | Q(starts="incident"),
                name="clock_incident_type",
                violation_error_message=_("Only a clock after an incident is for one kind of it."),
            ),
            models.CheckConstraint(condition=Q(ended_at__gte=F("begins_at")), name="clock_range"),
            Frozen(
                fields=[
                    *("organization", "name", "starts", "incident_type", "amount", "unit", "recipient", "source"),
                    "begins_at",
                ],
                name="clock_frozen",
            ),
            FrozenOnceSet(fields=["ended_at"], name="clock_ended_once"),
        ]
        verbose_name = _("clock")

    def __str__(self) -> str:
        return self.name


class Holiday(OfOrganization):
    """A day that is no business day. Saturdays and Sundays never are."""

    day = models.DateField(_("day"))
    name = models.CharField(_("name"), max_length=80)
    dropped = models.BooleanField(_("not a holiday after all"), default=False, db_default=False, editable=False)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "day"],
                condition=Q(dropped=False),
                name="holiday_once",
                violation_error_message=_("This day is on the list already."),
            ),
            Frozen(fields=["organization", "day"], name="holiday_frozen"),
            WellWritten(days=["day"], name="holiday_written"),
        ]
        verbose_name = _("holiday")

    def __str__(self) -> str:
        return self.name


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def visible_to(self, user: User) -> DeadlineQuerySet:
        """Of an entry: whoever of the staff reads that; not whom a complaint is about whose writer's name is withheld.
        Of a stay: the staff of the house."""
        if not getattr(user, "pk", None):
            return self.none()
        staffed = House.objects.staffed_by(user).values("pk")
        about = EntryAbout.objects.filter(stay__resident__user=user).values("telling__entry")
        rows = self.filter(Q(entry=None) | Q(entry__in=Entry.objects.visible_to(user).values("pk")), house__in=staffed)
        return rows.exclude(entry__complaint__name_withheld=True, entry__in=about)


class Deadline(InHouse, Fact):
    """A clock that runs: what is due, when, because of one entry or one stay. Each clock runs once for each."""

    entry_path: ClassVar[str] = "entry"

    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="deadlines")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="deadlines", null=True, blank=True)
    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="deadlines", null=True, blank=True)
    discharge = models.ForeignKey(  # the first row of the one that started it: it may be undone, and another follow
        Discharge, on_delete=models.PROTECT, related_name="deadlines", null=True, blank=True
    )
    started_at = models.DateTimeField(_("since"))
    due_at = models.DateTimeField(_("due"))

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["clock", "entry"], condition=Q(entry__isnull=False), name="deadline_entry"),
            models.UniqueConstraint(
                fields=["clock", "stay"], condition=Q(stay__isnull=False, discharge=None), name="deadline_stay"
            ),
            models.UniqueConstraint(
                fields=["clock", "discharge"], condition=Q(discharge__isnull=False), name="deadline_discharge"
            ),
            Same(via="discharge", column="stay_id", name="deadline_discharge_stay"),
            models.CheckConstraint(
                condition=Q(entry=None, stay__isnull=False) | Q(entry__isnull=False, stay=None), name="deadline_of_one"
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("started_at")), name="deadline_range"),
            SameHouse(via="entry", name="deadline_entry_house"),
            SameHouse(via="stay", name="deadline_stay_house"),
            SameOrganization(via="clock", here="house", name="deadline_clock_organization"),
            WellWritten(instants=["started_at", "due_at"], name="deadline_written"),
            AppendOnly(name="deadline_kept"),
        ]
        indexes = [models.Index(fields=["house", "due_at"], name="deadline_of_house")]
        verbose_name = _("deadline")

    def __str__(self) -> str:
        return self.clock.name


class OfDeadlineQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> OfDeadlineQuerySet:
        return self.filter(deadline__in=Deadline.objects.visible_to(user).values("pk"))


class DeadlineMet(InHouse, Fact):
    """What was due is done, with what proves it."""

    entry_path: ClassVar[str] = "deadline__entry"

    deadline = models.OneToOneField(Deadline, on_delete=models.PROTECT, related_name="met")
    done_at = models.DateTimeField(_("when"))
    proof = models.CharField(
        _("what proves it"), max_length=500, help_text=_("Such as: number of the report, who took the call.")
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    objects = OfDeadlineQuerySet.as_manager()

    class Meta:
        constraints = [
            SameHouse(via="deadline", name="deadlinemet_house"),
            models.CheckConstraint(
                condition=~Q(proof=""), name="deadlinemet_proof", violation_error_message=_("Say what proves it.")
            ),
            models.CheckConstraint(
                condition=Q(done_at__lte=F("recorded_at")),
                name="deadlinemet_past",
                violation_error_message=_("This time has not come yet."),
            ),
            WellWritten(instants=["done_at", "recorded_at"], name="deadlinemet_written"),
            AppendOnly(name="deadlinemet_kept"),
        ]
        verbose_name = _("deadline met")

    def __str__(self) -> str:
        return self.proof


class DeadlineCall(InHouse, Fact):
    """That people were told of a deadline: once when it starts to run, once when it is near, once when it is over."""

    class Stage(models.TextChoices):
        RUNS = "runs", _("runs")
        NEAR = "near", _("near")
        OVER = "over", _("over")

    entry_path: ClassVar[str] = "deadline__entry"

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="calls")
    stage = models.CharField(max_length=4, choices=Stage.choices)

    objects = OfDeadlineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deadline", "stage"], name="deadlinecall_once"),
            SameHouse(via="deadline", name="deadlinecall_house"),
            AppendOnly(name="deadlinecall_kept"),
        ]
        verbose_name = _("reminder of a deadline")

    def __str__(self) -> str:
        return str(self.get_stage_display())
