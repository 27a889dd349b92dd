"""Organizations, houses, rooms, beds, and who has which role there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.houses import narr
from residents.houses.changes import CountsChanges
from residents.houses.permissions import MAY, Action, RoleKind
from soberhouse.accounts.models import Partner, User
from soberhouse.database.constraints import Frozen, SameHouse, SameOrganization
from soberhouse.history.records import Audited


@cache
def known_time_zones() -> frozenset[str]:
    """Every time zone of the tz database, which lies in many files."""
    return frozenset(available_timezones())


def check_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is a time zone of the tz database."""
    if name not in known_time_zones():
        raise ValidationError(_("“%(name)s” is no time zone. Write it like America/New_York."), params={"name": name})


def staff_roles(user: User, *, now: datetime | None = None) -> models.QuerySet[Role]:
    """The role rows `user` holds at this instant; none for somebody who may not sign in."""
    if not getattr(user, "pk", None) or not user.is_active:
        return Role.objects.none()
    return Role.objects.live(now=now).filter(user=user)


@dataclass(frozen=True)
class Reach:
    """Where a record is: its organization, the houses it is in now, and the user it is about, if any."""

    organization_id: int
    house_ids: frozenset[int] = frozenset()
    about_user_id: int | None = None


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def visible_to(self, user: User) -> OrganizationQuerySet:
        """Those where `user` has any role now, or lives."""
        if not getattr(user, "pk", None):
            return self.none()
        return self.filter(
            Q(pk__in=staff_roles(user).values("organization"))
            | Q(pk__in=House.objects.lived_in_by(user).values("organization"))
        )


class Organization(Audited):
    """The operator that runs houses."""

    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[check_time_zone])
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    oversight = models.CharField(
        _("body outside the house for complaints"),
        max_length=500,
        blank=True,
        db_default="",
        help_text=_("Name, phone and address. Residents read it where they complain. NARR asks for its affiliate."),
    )

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="organization_name",
                violation_error_message=_("There is an organization of this name."),
            )
        ]
        verbose_name = _("organization")

    def __str__(self) -> str:
        return self.name

    def reach(self) -> Reach:
        return Reach(self.pk)

    def today(self, now: datetime | None = None) -> date:
        """The date where the organization is."""
        return (now or timezone.now()).astimezone(ZoneInfo(self.time_zone)).date()


class HouseQuerySet(models.QuerySet["House"]):
    def visible_to(self, user: User) -> HouseQuerySet:
        """Houses where `user` has a role now (all of the organization for its operator and auditor), or lives."""
        if not getattr(user, "pk", None):
            return self.none()
        return self.filter(
            Q(pk__in=House.objects.staffed_by(user).values("pk"))
            | Q(pk__in=House.objects.lived_in_by(user).values("pk"))
        )

    def staffed_by(self, user: User) -> HouseQuerySet:
        """Houses that `user` reaches by a role, not by living there."""
        return self._reached(staff_roles(user))

    def where_may(self, user: User, action: Action) -> HouseQuerySet:
        """Houses where a role of `user` allows `action`."""
        return self._reached(staff_roles(user).filter(kind__in=MAY[action]))

    def _reached(self, roles: models.QuerySet[Role]) -> HouseQuerySet:
        return self.filter(
            Q(organization__in=roles.filter(house=None).values("organization"))
            | Q(pk__in=roles.exclude(house=None).values("house"))
        )

    def published_to(self, partner: Partner) -> HouseQuerySet:
        """The houses of the organization that gave `partner` its keys: their published facts and counts, no person."""
        return self.filter(organization=partner.organization_id)

    def lived_in_by(self, user: User) -> HouseQuerySet:
        """The house where `user` lives now."""
        return self.filter(stays__resident__user=user, stays__ends_on=None, stays__voided=False)

    def lived_in_with_duty(self, user: User, *, now: datetime | None = None) -> dict[int, bool]:
        """The key of the house where `user` lives now, and whether they have a duty there today as its officer."""
        duty = "stays__resident__duties"
        rows = self.lived_in_by(user).values_list(
            "pk", "time_zone", f"{duty}__house", f"{duty}__starts_on", f"{duty}__ends_on"
        )
        found: dict[int, bool] = {}
        for house, zone, where, starts_on, ends_on in rows:
            today = (now or timezone.now()).astimezone(ZoneInfo(zone)).date()
            on_duty = where == house and starts_on <= today and (ends_on is None or today < ends_on)
            found[house] = on_duty or found.get(house, False)
        return found


class House(Audited):
    """One house: where it is, whom it serves, what it asks and offers."""

    class Serves(models.TextChoices):
        MEN = "men", _("men")
        WOMEN = "women", _("women")
        EVERYONE = "everyone", _("everyone")

    class FeePeriod(models.TextChoices):
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="houses")
    name = models.CharField(_("name"), max_length=80)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[check_time_zone])
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    street = models.CharField(_("street"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=40, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    address_confidential = models.BooleanField(
        _("address is confidential"), default=True, help_text=_("Then it is never published, only shown to this house.")
    )
    serves = models.CharField(_("serves"), max_length=10, choices=Serves.choices, default=Serves.EVERYONE)
    lgbtq_affirming = models.BooleanField(_("LGBTQ+ affirming"), default=False)
    parents_with_children = models.BooleanField(_("parents with children"), default=False)
    narr_level = models.PositiveSmallIntegerField(_("NARR level"), choices=narr.CHOICES, null=True, blank=True)
    supports_buprenorphine = models.BooleanField(_("buprenorphine"), default=False)
    supports_methadone = models.BooleanField(_("methadone"), default=False)
    supports_naltrexone = models.BooleanField(_("naltrexone"), default=False)
    fee = models.DecimalField(
        _("fee"), max_digits=8, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    fee_period = models.CharField(_("fee is for"), max_length=5, choices=FeePeriod.choices, default=FeePeriod.WEEK)
    curfew_weeknights = models.TimeField(_("curfew Sunday to Thursday"), null=True, blank=True)
    curfew_weekends = models.TimeField(_("curfew Friday and Saturday"), null=True, blank=True)
    curfew_grace = models.PositiveSmallIntegerField(
        _("minutes of grace"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(120)],
        help_text=_("Whoever comes in so many minutes after the hour is not late."),
    )
    absent_after = models.PositiveSmallIntegerField(
        _("missing after (minutes)"),
        default=60,
        db_default=60,
        validators=[MaxValueValidator(720)],
        help_text=_("Whoever is not in so many minutes after the hour is shown first on Today."),
    )
    orientation_hours = models.PositiveSmallIntegerField(
        _("hours for orientation"),
        default=24,
        db_default=24,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
        help_text=_("After move-in. Arizona asks for 24."),
    )

    objects = HouseQuerySet.as_manager()
    trigger_sources = (*Audited.trigger_sources, CountsChanges(house="id"))

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                F("organization"),
                Lower("name"),
                name="house_name",
                violation_error_message=_("The organization has a house of this name."),
            ),
            models.CheckConstraint(condition=Q(narr_level__range=(1, 4)), name="house_narr_level"),
            models.CheckConstraint(condition=Q(fee__gte=0), name="house_fee"),
            Frozen(fields=["organization"], name="house_frozen"),
        ]
        verbose_name = _("house")
        verbose_name_plural = _("houses")

    def __str__(self) -> str:
        return self.name

    def reach(self) -> Reach:
        return Reach(self.organization_id, frozenset({self.pk}))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self, now: datetime | None = None) -> date:
        """The date in this house at `now` (this instant by default)."""
        return (now or timezone.now()).astimezone(self.zone).date()

    @property
    def narr_letter(self) -> str:
        return narr.LEVELS[self.narr_level][0] if self.narr_level else ""

    @property
    def medications(self) -> list[str]:
        """The medications for opioid use disorder that the house supports."""
        names = ("buprenorphine", "methadone", "naltrexone")
        return [
            str(self._meta.get_field(f"supports_{name}").verbose_name)
            for name in names
            if getattr(self, f"supports_{name}")
        ]


class InHouseQuerySet(models.QuerySet):
    """Rows of one house. Staff of the house see them all; a subclass says which a resident sees
    (`seen_by_resident`)."""

    def visible_to(self, user: User) -> InHouseQuerySet:
        if not getattr(user, "pk", None):
            return self.none()
        return self.filter(Q(house__in=House.objects.staffed_by(user).values("pk")) | self.seen_by_resident(user))

    def seen_by_resident(self, user: User) -> Q:
        return Q(pk__in=())


class OfHouseQuerySet(InHouseQuerySet):
    """Facts about the house itself, which those who live there see too."""

    def seen_by_resident(self, user: User) -> Q:
        return Q(house__in=House.objects.lived_in_by(user).values("pk"))


class InHouse(Audited):
    """A row that belongs to one house, for good."""

    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="%(class)ss")

    objects = InHouseQuerySet.as_manager()

    class Meta:
        abstract = True

    def reach(self) -> Reach:
        return self.house.reach()


class HouseChanges(models.Model):
    """How often anything about a house's beds changed: see `residents.houses.changes`. Written by triggers alone."""

    # The database refuses to delete a house; nothing here has a say in it.
    house = models.OneToOneField(House, on_delete=models.DO_NOTHING, related_name="changes", primary_key=True)
    number = models.BigIntegerField()
    changed_in = models.CharField(max_length=60)  # the transaction, where the engine numbers them

    objects = OfHouseQuerySet.as_manager()

    class Meta:
        verbose_name = _("changes of a house")

    def __str__(self) -> str:
        return str(self.number)


class Room(InHouse):
    name = models.CharField(_("name"), max_length=60)
    position = models.PositiveSmallIntegerField(_("order"), default=0, db_default=0)

    objects = OfHouseQuerySet.as_manager()
    trigger_sources = (*InHouse.trigger_sources, CountsChanges())

    class Meta:
        ordering = ["position", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                F("house"),
                Lower("name"),
                name="room_name",
                violation_error_message=_("The house has a room of this name."),
            ),
            Frozen(fields=["house"], name="room_frozen"),
        ]
        verbose_name = _("room")

    def __str__(self) -> str:
        return self.name


class Bed(InHouse):
    """One sleeping place. It counts from `opened_on` (always, if empty) until `closed_on`."""

    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="beds")
    name = models.CharField(_("name"), max_length=40)
    position = models.PositiveSmallIntegerField(_("order"), default=0, db_default=0)
    opened_on = models.DateField(_("in use from"), null=True, blank=True)
    closed_on = models.DateField(_("in use until"), null=True, blank=True)

    objects = OfHouseQuerySet.as_manager()
    trigger_sources = (*InHouse.trigger_sources, CountsChanges())

    class Meta:
        ordering = ["room__position", "room__name", "position", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                F("room"), Lower("name"), name="bed_name", violation_error_message=_("The room has a bed of this name.")
            ),
            models.CheckConstraint(
                condition=Q(closed_on__gte=F("opened_on")),
                name="bed_range",
                violation_error_message=_("A bed cannot end before it starts."),
            ),
            SameHouse(via="room", name="bed_room_house", violation_error_message=_("This room is in another house.")),
            Frozen(fields=["house"], name="bed_frozen"),
        ]
        verbose_name = _("bed")

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What people call the bed: `1A`, or `Front 1` where the name alone says too little. Needs `room`."""
        room = self.room.name
        return self.name if self.name.casefold().startswith(room.casefold()) else f"{room} {self.name}"


class RoleQuerySet(models.QuerySet["Role"]):
    def live(self, *, now: datetime | None = None) -> RoleQuerySet:
        now = now or timezone.now()
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=now), starts_at__lte=now)

    def visible_to(self, user: User) -> RoleQuerySet:
        """An operator sees the roles of the organization; everybody sees their own."""
        if not getattr(user, "pk", None):
            return self.none()
        run = staff_roles(user).filter(kind=RoleKind.OPERATOR).values("organization")
        return self.filter(Q(organization__in=run) | Q(user=user))


class Role(Audited):
    """Somebody's role in a house, or in the whole organization, from one instant until another (or until further
    notice)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="roles")
    kind = models.CharField(_("role"), max_length=10, choices=RoleKind.choices)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="roles")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="roles", null=True, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("starts_at")),
                name="role_range",
                violation_error_message=_("A role cannot end before it starts."),
            ),
            models.CheckConstraint(condition=Q(kind__in=RoleKind.values), name="role_kind"),
            models.CheckConstraint(
                condition=Q(kind=RoleKind.MANAGER, house__isnull=False)
                | (~Q(kind=RoleKind.MANAGER) & Q(house__isnull=True)),
                name="role_reach",
                violation_error_message=_("A manager is of a house; an operator or auditor is of the organization."),
            ),
            SameOrganization(via="house", name="role_house_organization"),
            Frozen(fields=["user", "kind", "organization", "house"], name="role_frozen"),
        ]
        verbose_name = _("role")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.house or self.organization}"

    def reach(self) -> Reach:
        return Reach(self.organization_id, frozenset({self.house_id} - {None}), about_user_id=self.user_id)


class Tablet(InHouse):
    """A device of the house that an operator has enrolled: on it people switch by PIN. Only a digest of its token is
    kept."""

    name = models.CharField(_("name"), max_length=60)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    ends_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [Frozen(fields=["house", "token_digest"], name="tablet_frozen")]
        verbose_name = _("tablet")

    def __str__(self) -> str:
        return self.name
