"""Residents and what belongs to the person rather than to a stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, InHouse, InHouseQuerySet, Organization, Reach, Role, staff_roles
from residents.houses.permissions import MAY, Action
from soberhouse.accounts.models import User
from soberhouse.database.constraints import AppendOnly, Frozen, Same, SameOrganization
from soberhouse.database.models import Row
from soberhouse.documents.models import StoredFile
from soberhouse.history.records import Audited


class Fact(models.Model):
    """A fact somebody recorded. `recorded_by` is empty where a command did; `recorded_as` then still says what it
    was."""

    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    recorded_as = models.CharField(max_length=200, editable=False)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    class Meta:
        abstract = True


class ResidentQuerySet(models.QuerySet["Resident"]):
    def visible_to(self, user: User) -> ResidentQuerySet:
        """Oneself; everybody of the organization for its operator and auditor; and for a house those who live there, or
        who live nowhere and apply to it. What remains of a past stay is reached through the stay."""
        if not getattr(user, "pk", None):
            return self.none()
        return self.filter(Q(user=user) | reached_by(staff_roles(user)))

    def known_to(self, user: User | None) -> ResidentQuerySet:
        """Those whom `user` may recognise in somebody who comes: whom they see, and who stayed in a house of theirs.
        Everybody, for a command."""
        if user is None:
            return self
        here = staff_roles(user).exclude(house=None).values("house")
        stayed = Resident.objects.filter(stays__house__in=here, stays__voided=False)
        return self.filter(Q(pk__in=Resident.objects.visible_to(user).values("pk")) | Q(pk__in=stayed.values("pk")))


def reached_by(roles: models.QuerySet[Role]) -> Q:
    """The residents that these role rows reach. An application alone opens nobody who lives in another house."""
    here = roles.exclude(house=None).values("house")
    living = Resident.objects.filter(stays__ends_on=None, stays__voided=False)
    living_here = Resident.objects.filter(stays__house__in=here, stays__ends_on=None, stays__voided=False)
    applying = Resident.objects.filter(applications__house__in=here, applications__status__in=Resident.APPLYING)
    lives = models.Exists(living.filter(pk=models.OuterRef("pk")))
    return (
        Q(organization__in=roles.filter(house=None).values("organization"))
        | Q(pk__in=living_here.values("pk"))
        | Q(pk__in=applying.exclude(lives).values("pk"))
    )


class Resident(Audited):
    """A person who lives, lived or applied to live in a house. Belongs to the organization, not to a house."""

    # The states of an application in which the house it is for sees the person.
    APPLYING = ("received", "waiting", "accepted")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="residents")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="resident",
        null=True,
        blank=True,
        editable=False,
    )
    legal_first_name = models.CharField(_("legal first name"), max_length=100)
    legal_last_name = models.CharField(_("legal last name"), max_length=100, blank=True)
    preferred_name = models.CharField(
        _("preferred name"),
        max_length=100,
        blank=True,
        help_text=_("What they want to be called, if not the first name."),
    )
    gender = models.CharField(_("gender"), max_length=60, blank=True, help_text=_("In their own words."))
    pronouns = models.CharField(_("pronouns"), max_length=40, blank=True)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)

    objects = ResidentQuerySet.as_manager()

    class Meta:
        ordering = ["legal_last_name", "legal_first_name", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(legal_first_name=""), name="resident_has_name"),
            Frozen(fields=["organization"], name="resident_frozen"),
        ]
        verbose_name = _("resident")
        verbose_name_plural = _("residents")

    def __str__(self) -> str:
        return self.name

    def reach(self) -> Reach:
        """The organization, and the house where this person lives or, who lives nowhere, the houses applied to."""
        if not hasattr(self, "_house_ids"):
            living = House.objects.filter(stays__resident=self, stays__ends_on=None, stays__voided=False)
            applying = House.objects.filter(
                applications__resident=self, applications__status__in=self.APPLYING
            ).exclude(models.Exists(living))
            self._house_ids = frozenset((living | applying).values_list("pk", flat=True))
        return Reach(self.organization_id, self._house_ids, about_user_id=self.user_id)

    @property
    def called(self) -> str:
        """The first name they want to hear."""
        return self.preferred_name or self.legal_first_name

    @property
    def name(self) -> str:
        return f"{self.called} {self.legal_last_name}".strip()

    @property
    def legal_name(self) -> str:
        return f"{self.legal_first_name} {self.legal_last_name}".strip()

    @property
    def short_name(self) -> str:
        """First name and initial: what a shared board shows."""
        initial = self.legal_last_name[:1]
        return f"{self.called} {initial}." if initial else self.called


class OfResidentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> OfResidentQuerySet:
        """Rows of the residents whom `user` sees."""
        return self.filter(resident__in=Resident.objects.visible_to(user).values("pk"))


class OfResident(Audited):
    """A row that belongs to one person, for good, wherever they live."""

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="%(class)ss")

    objects = OfResidentQuerySet.as_manager()

    class Meta:
        abstract = True

    def reach(self) -> Reach:
        return self.resident.reach()


class SobrietyDate(OfResident, Fact):
    """The day since which a resident counts as sober. The newest row counts; a correction names the row it corrects."""

    since = models.DateField(_("sober since"))
    reason = models.CharField(_("why it is written down"), max_length=500, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="corrected_by", null=True, blank=True
    )

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            AppendOnly(name="sobriety_date_kept"),
            Same(via="corrects", column="resident_id", name="sobriety_date_corrects_person"),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(reason=""),
                name="sobriety_date_correction_reason",
                violation_error_message=_("A correction needs a reason."),
            ),
        ]
        verbose_name = _("sobriety date")

    def __str__(self) -> str:
        return str(self.since)


class Photo(OfResident, Fact):
    """What a resident looks like, for those who must know them at the door. The newest counts; without a file, none."""

    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [AppendOnly(name="photo_kept")]
        verbose_name = _("photo")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class LookQuerySet(models.QuerySet["Look"]):
    def visible_to(self, user: User) -> LookQuerySet:
        """Whoever is looked at, and the organization's operator and auditor."""
        if not getattr(user, "pk", None):
            return self.none()
        everywhere = staff_roles(user).filter(house=None).values("organization")
        return self.filter(Q(resident__user=user) | Q(resident__organization__in=everywhere))


class Look(Row):
    """Somebody opened something about a resident. The resident sees who, what and when."""

    class What(models.TextChoices):
        PAGE = "page", _("their page")
        HISTORY = "history", _("the history of a record")
        PAPER = "paper", _("a paper")
        PHOTO = "photo", _("their photo")
        API = "api", _("their record, by a program")

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="looks")
    what = models.CharField(max_length=10, choices=What.choices)
    detail = models.CharField(max_length=120, blank=True)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.BigIntegerField()
    actor_label = models.CharField(max_length=200)
    looked_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    objects = LookQuerySet.as_manager()

    class Meta:
        ordering = ["-looked_at", "-id"]
        constraints = [AppendOnly(name="look_kept")]
        indexes = [models.Index(fields=["resident", "-looked_at"], name="look_of_resident")]
        verbose_name = _("look")

    def __str__(self) -> str:
        return str(self.get_what_display())


class AlertQuerySet(OfResidentQuerySet):
    def visible_to(self, user: User) -> AlertQuerySet:
        """Seen by few: the operator, managers of the house where the person is now, and the resident."""
        if not getattr(user, "pk", None):
            return self.none()
        few = staff_roles(user).filter(kind__in=MAY[Action.SEE_GUARDED])
        return self.filter(resident__in=Resident.objects.filter(Q(user=user) | reached_by(few)).values("pk"))


class Alert(OfResident):
    """An allergy, a condition or a danger that those who run the house must know in an emergency."""

    class Kind(models.TextChoices):
        ALLERGY = "allergy", _("allergy")
        MEDICAL = "medical", _("medical")
        SAFETY = "safety", _("safety")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    text = models.CharField(_("what to know"), max_length=500)
    is_current = models.BooleanField(_("still true"), default=True, db_default=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "id"]
        constraints = [Frozen(fields=["resident"], name="alert_frozen")]
        verbose_name = _("alert")

    def __str__(self) -> str:
        return self.text


class Contact(OfResident):
    """Somebody to call for, or about, a resident."""

    class Kind(models.TextChoices):
        EMERGENCY = "emergency", _("emergency")
        FAMILY = "family", _("family")
        SPONSOR = "sponsor", _("sponsor")
        COUNSELOR = "counselor", _("counselor")
        COACH = "coach", _("recovery coach")
        OFFICER = "officer", _("probation or parole officer")
        EMPLOYER = "employer", _("employer")
        OTHER = "other", _("other")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=120)
    relationship = models.CharField(_("relationship"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    is_current = models.BooleanField(_("still a contact"), default=True, db_default=True)

    class Meta:
        ordering = ["kind", "name", "id"]
        constraints = [Frozen(fields=["resident"], name="contact_frozen")]
        verbose_name = _("contact")

    def __str__(self) -> str:
        return self.name


class WeeklyHours(OfResident):
    """Hours of a week that are spoken for: work, school, treatment. Local to the house. May cross midnight."""

    class Kind(models.TextChoices):
        WORK = "work", _("work")
        SCHOOL = "school", _("school")
        TREATMENT = "treatment", _("treatment")
        OTHER = "other", _("other")

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    kind = models.CharField(_("what"), max_length=10, choices=Kind.choices)
    where = models.CharField(_("where"), max_length=120, blank=True)
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("until"), help_text=_("Earlier than the start means the next morning."))
    starts_on = models.DateField(_("since"))
    ends_on = models.DateField(_("until day"), null=True, blank=True)

    class Meta:
        ordering = ["weekday", "starts", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="weekly_hours_range",
                violation_error_message=_("These hours cannot end before they start."),
            ),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="weekly_hours_weekday"),
            Frozen(fields=["resident"], name="weekly_hours_frozen"),
        ]
        verbose_name = _("weekly hours")
        verbose_name_plural = _("weekly hours")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_weekday_display()}"


class OfficerQuerySet(InHouseQuerySet):
    def seen_by_resident(self, user: User) -> Q:
        return Q(house__in=House.objects.lived_in_by(user).values("pk")) | Q(resident__user=user)


class Officer(InHouse):
    """A resident with a dated duty in the house: takes roll, inspects others' chores, nothing else."""

    class Duty(models.TextChoices):
        PRESIDENT = "president", _("president")
        SECRETARY = "secretary", _("secretary")
        TREASURER = "treasurer", _("treasurer")
        COMPTROLLER = "comptroller", _("comptroller")
        COORDINATOR = "coordinator", _("chore coordinator")
        SENIOR = "senior", _("senior resident")

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="duties")
    duty = models.CharField(_("duty"), max_length=12, choices=Duty.choices)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = OfficerQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="officer_range",
                violation_error_message=_("A duty cannot end before it starts."),
            ),
            SameOrganization(via="resident", here="house", name="officer_organization"),
            Frozen(fields=["house", "resident", "duty"], name="officer_frozen"),
        ]
        verbose_name = _("house officer")

    def __str__(self) -> str:
        return str(self.get_duty_display())

    def reach(self) -> Reach:
        return replace(self.house.reach(), about_user_id=self.resident.user_id)


def days_sober(since: date | None, *, today: date) -> int | None:
    """Whole days since `since`, counting from 0 on the day itself; None where no date is known."""
    return None if since is None else max((today - since).days, 0)


def with_sober_since(residents: Any) -> Any:
    """Annotate residents with `sober_since`: the date of their newest sobriety row, or None."""
    newest = SobrietyDate.objects.filter(resident=models.OuterRef("pk")).order_by("-recorded_at", "-id")
    return residents.annotate(sober_since=models.Subquery(newest.values("since")[:1]))
