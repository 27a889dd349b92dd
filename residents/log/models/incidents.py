"""Incidents: what happened step by step, who was told, what follows, and who closed it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, Reach
from residents.houses.permissions import Action
from residents.log.models.entries import ABOUT_OF_ENTRY, Amendable, Entry, OfEntry, OfEntryQuerySet
from residents.log.models.words import Audience, IncidentType, Kind
from soberhouse.accounts.models import User
from soberhouse.database.constraints import AppendOnly, Only, OtherHands, Same, SameHouse, WellWritten
from soberhouse.database.models import Row


class IncidentDraftQuerySet(models.QuerySet["IncidentDraft"]):
    def visible_to(self, user: User) -> IncidentDraftQuerySet:
        """Whoever records in the house: the next on shift may finish what somebody began. What is to be read by
        operators alone is theirs and whose it is."""
        if not getattr(user, "pk", None):
            return self.none()
        operated = House.objects.where_may(user, Action.RUN_ORGANIZATION).values("pk")
        rows = self.filter(house__in=House.objects.where_may(user, Action.RECORD).values("pk"))
        return rows.filter(~Q(audience=Audience.OPERATORS) | Q(begun_by=user) | Q(house__in=operated))


class IncidentDraft(Row):
    """An incident somebody has begun to write down. It is no record: it is deleted once filed or given up."""

    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="incident_drafts")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    type = models.CharField(_("what it is"), max_length=9, choices=IncidentType.choices)
    audience = models.CharField(max_length=12, choices=Audience.choices, default=Audience.STAFF)
    data = models.JSONField(default=dict)  # the fields of the form, as they were typed

    objects = IncidentDraftQuerySet.as_manager()

    class Meta:
        ordering = ["begun_at", "id"]
        verbose_name = _("incident begun")

    def __str__(self) -> str:
        return str(self.get_type_display())

    def reach(self) -> Reach:
        return self.house.reach()


class Incident(OfEntry):
    """An incident: its entry tells the story, its steps what happened when."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="incident")
    type = models.CharField(_("what it is"), max_length=9, choices=IncidentType.choices)
    place = models.CharField(_("where"), max_length=120, blank=True)
    begun_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("begun by"),
    )  # where somebody else finished it

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            SameHouse(via="entry", name="incident_house"),
            Only(via="entry", column="kind", value=Kind.INCIDENT, name="incident_of_kind"),
            models.CheckConstraint(condition=Q(type__in=IncidentType.values), name="incident_type"),
            AppendOnly(name="incident_kept"),
        ]
        verbose_name = _("incident")

    def __str__(self) -> str:
        return str(self.get_type_display())


class IncidentStep(Amendable):
    """One fact of an incident, at its time: what happened, naloxone given, who was told, what was done."""

    class Kind(models.TextChoices):
        HAPPENED = "happened", _("happened")
        NALOXONE = "naloxone", _("naloxone given")
        TOLD = "told", _("told")
        DONE = "done", _("done")

    entry_path: ClassVar[str] = "incident__entry"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    at = models.DateTimeField(_("when"))
    who = models.CharField(_("who"), max_length=120, blank=True)  # gave it, was told, did it
    what = models.CharField(_("what"), max_length=1000, blank=True)
    doses = models.PositiveSmallIntegerField(
        _("doses"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )

    objects = OfEntryQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            *Amendable.Meta.constraints,
            SameHouse(via="incident", name="incidentstep_house"),
            Same(via="corrects", column="incident_id", name="incidentstep_corrects_incident"),
            models.CheckConstraint(
                condition=Q(kind="naloxone", doses__isnull=False, doses__gte=1, doses__lte=20)
                | Q(kind="told", doses=None) & ~Q(who="")
                | Q(kind__in=["happened", "done"], doses=None) & ~Q(what=""),
                name="incidentstep_whole",
            ),
            models.CheckConstraint(
                condition=Q(at__lte=F("recorded_at")),
                name="incidentstep_past",
                violation_error_message=_("This time has not come yet: only what happened is written down."),
            ),
            WellWritten(instants=["at", "recorded_at"], name="incidentstep_written"),
        ]
        verbose_name = _("step of an incident")

    def __str__(self) -> str:
        return str(self.get_kind_display())


class FollowUp(OfEntry):
    """Something that has to be done after an entry, by a day."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="follow_ups")
    what = models.CharField(_("what is to be done"), max_length=300)
    who = models.CharField(_("by whom"), max_length=120, blank=True)
    due_on = models.DateField(_("by when"))

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            SameHouse(via="entry", name="followup_house"),
            models.CheckConstraint(condition=~Q(what=""), name="followup_what"),
            WellWritten(days=["due_on"], name="followup_written"),
            AppendOnly(name="followup_kept"),
        ]
        verbose_name = _("follow-up")

    def __str__(self) -> str:
        return self.what


class FollowUpDone(OfEntry):
    """What became of a follow-up: done, or no longer needed and why."""

    class Outcome(models.TextChoices):
        DONE = "done", _("done")
        DROPPED = "dropped", _("no longer needed")

    entry_path: ClassVar[str] = "follow_up__entry"

    follow_up = models.OneToOneField(FollowUp, on_delete=models.PROTECT, related_name="done")
    outcome = models.CharField(_("what became of it"), max_length=7, choices=Outcome.choices, default=Outcome.DONE)
    note = models.CharField(_("how"), max_length=500, blank=True)

    class Meta:
        constraints = [
            SameHouse(via="follow_up", name="followupdone_house"),
            models.CheckConstraint(
                condition=Q(outcome="done") | Q(outcome="dropped") & ~Q(note=""),
                name="followupdone_note",
                violation_error_message=_("Say why it is no longer needed."),
            ),
            AppendOnly(name="followupdone_kept"),
        ]
        verbose_name = _("follow-up done")

    def __str__(self) -> str:
        return str(self.get_outcome_display())


class IncidentClosing(OfEntry):
    """An incident looked at and closed, by somebody other than who wrote it down: its cause, and what is done so that
    it does not happen again."""

    entry_path: ClassVar[str] = "incident__entry"

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="closing")
    cause = models.TextField(_("cause"), max_length=2000)
    correction = models.TextField(_("what is done so that it does not happen again"), max_length=2000)

    class Meta:
        constraints = [
            SameHouse(via="incident", name="incidentclosing_house"),
            models.CheckConstraint(condition=~Q(cause="") & ~Q(correction=""), name="incidentclosing_words"),
            OtherHands(
                paths=[
                    *("incident.recorded_by", "incident.begun_by", "incident.entry.recorded_by"),
                    f"incident.{ABOUT_OF_ENTRY}",
                ],
                name="incidentclosing_by_another",
            ),
            AppendOnly(name="incidentclosing_kept"),
        ]
        verbose_name = _("closing of an incident")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
