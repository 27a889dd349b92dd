"""Complaints and grievances: by whom, about whom, what was answered and what came of it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log.models.entries import ABOUT_OF_ENTRY, Entry, EntryAbout, OfEntry, OfEntryQuerySet
from residents.log.models.words import Kind
from soberhouse.accounts.models import User
from soberhouse.database.constraints import AppendOnly, Only, OtherHands, SameHouse


class Complaint(OfEntry):
    """Somebody complains. One about a member of staff is `against` them: its entry is withheld from them."""

    class By(models.TextChoices):
        RESIDENT = "resident", _("a resident")
        NEIGHBOR = "neighbor", _("a neighbor")
        FAMILY = "family", _("family")
        OTHER = "other", _("somebody else")

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="complaint")
    by = models.CharField(_("who complains"), max_length=8, choices=By.choices)
    name_withheld = models.BooleanField(
        _("name is withheld"),
        default=False,
        db_default=False,
        help_text=_("Whom it is about reads that a name is withheld, and no name."),
    )
    own = models.BooleanField(
        _("filed for themselves"), default=False, db_default=False, editable=False
    )  # by the resident who wrote it, and by nobody for them
    wish = models.CharField(_("what should be done"), max_length=1000, blank=True)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            SameHouse(via="entry", name="complaint_house"),
            models.CheckConstraint(
                condition=Q(by__in=["resident", "neighbor", "family", "other"]), name="complaint_by"
            ),
            models.CheckConstraint(condition=Q(own=False) | Q(by="resident"), name="complaint_own"),
            Only(via="entry", column="kind", value=Kind.COMPLAINT, name="complaint_of_kind"),
            AppendOnly(name="complaint_kept"),
        ]
        verbose_name = _("complaint")

    def __str__(self) -> str:
        return str(self.get_by_display())

    @property
    def against(self) -> User | None:
        """Whom of the staff it is about: from them its entry is withheld."""
        return self.entry.withheld_from


class OfComplaint(OfEntry):
    entry_path: ClassVar[str] = "complaint__entry"

    class Meta:
        abstract = True


class ComplainantQuerySet(OfEntryQuerySet):
    def visible_to(self, user: User) -> ComplainantQuerySet:
        """Whoever filed it for themselves; operators and managers who read the complaint, and whom it is not about; and
        whom it is about, unless the name is withheld."""
        rows = super().visible_to(user)
        if not getattr(user, "pk", None):
            return rows
        about = EntryAbout.objects.filter(stay__resident__user=user).values("telling__entry")
        run = House.objects.where_may(user, Action.SEE_GUARDED).values("pk")
        mine = Q(recorded_by=user, complaint__own=True)
        return rows.filter(mine | Q(house__in=run) | Q(complaint__entry__in=about)).exclude(
            ~mine & Q(complaint__name_withheld=True, complaint__entry__in=about)
        )


class Complainant(OfComplaint):
    """The name of whoever complains, and how to reach them; none where they would not say."""

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, related_name="complainant")
    name = models.CharField(_("their name"), max_length=120)
    contact = models.CharField(_("how to reach them"), max_length=200, blank=True)

    objects = ComplainantQuerySet.as_manager()

    class Meta:
        constraints = [
            SameHouse(via="complaint", name="complainant_house"),
            models.CheckConstraint(condition=~Q(name=""), name="complainant_name"),
            AppendOnly(name="complainant_kept"),
        ]
        verbose_name = _("who complains")

    def __str__(self) -> str:
        return self.name


class ComplaintAnswer(OfComplaint):
    """What was answered, to whoever complained, on the way."""

    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="answers")
    text = models.TextField(_("answer"), max_length=4000)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="complaint", name="complaintanswer_house"),
            models.CheckConstraint(condition=~Q(text=""), name="complaintanswer_text"),
            AppendOnly(name="complaintanswer_kept"),
        ]
        verbose_name = _("answer to a complaint")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class ComplaintOutcome(OfComplaint):
    """What came of it, by somebody whom it is not about, and how whoever complained was told."""

    class Outcome(models.TextChoices):
        RIGHT = "right", _("it was so, and is put right")
        PARTLY = "partly", _("partly so")
        WRONG = "wrong", _("it was not so")
        WITHDRAWN = "withdrawn", _("taken back by who complained")

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, related_name="outcome")
    outcome = models.CharField(_("what came of it"), max_length=9, choices=Outcome.choices)
    text = models.TextField(_("why, and what is done"), max_length=4000)
    told = models.CharField(_("how they were told"), max_length=200)

    class Meta:
        constraints = [
            SameHouse(via="complaint", name="complaintoutcome_house"),
            models.CheckConstraint(
                condition=Q(outcome__in=["right", "partly", "wrong", "withdrawn"]) & ~Q(text="") & ~Q(told=""),
                name="complaintoutcome_words",
            ),
            OtherHands(
                paths=["complaint.entry.withheld_from", "complaint.recorded_by", f"complaint.{ABOUT_OF_ENTRY}"],
                name="complaintoutcome_by_another",
            ),
            AppendOnly(name="complaintoutcome_kept"),
        ]
        verbose_name = _("outcome of a complaint")

    def __str__(self) -> str:
        return str(self.get_outcome_display())
