"""Applications, stays, the use of beds, phases and discharges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from residents.houses.changes import CountsChanges
from residents.houses.models import Bed, InHouse, InHouseQuerySet, OfHouseQuerySet, Reach
from residents.people.models import Fact, Resident
from residents.stays import hud
from soberhouse.accounts.models import Partner, User
from soberhouse.database.constraints import (
    AppendOnly,
    Frozen,
    NoOverlap,
    Same,
    SameHouse,
    SameOrganization,
    TriggerConstraint,
    Within,
)
from soberhouse.database.triggers import Trigger, refuse


class AboutResidentQuerySet(InHouseQuerySet):
    """Rows about one person each: residents see those about themselves."""

    def seen_by_resident(self, user: User) -> Q:
        return Q(**{f"{self.model.to_person}__user": user})


class AboutResident(InHouse):
    """A row of one house about one person, to whom `to_person` leads."""

    to_person: ClassVar[str] = "stay__resident"

    objects = AboutResidentQuerySet.as_manager()

    class Meta:
        abstract = True

    def person(self) -> Resident:
        return attrgetter(self.to_person.replace("__", "."))(self)

    def reach(self) -> Reach:
        return replace(self.house.reach(), about_user_id=self.person().user_id)


def in_range(day: date | models.F, prefix: str = "") -> Q:
    """Rows whose half-open range [starts_on, ends_on) holds `day`."""
    return Q(**{f"{prefix}starts_on__lte": day}) & (
        Q(**{f"{prefix}ends_on": None}) | Q(**{f"{prefix}ends_on__gt": day})
    )


class ApplicationQuerySet(AboutResidentQuerySet):
    def live(self) -> ApplicationQuerySet:
        return self.filter(status__in=Resident.APPLYING)


class Application(AboutResident):
    """Somebody asks for a bed in a house. `place` is the position on the house's waitlist, from 1."""

    to_person = "resident"

    class Status(models.TextChoices):
        RECEIVED = "received", _("received")
        WAITING = "waiting", _("on the waitlist")
        ACCEPTED = "accepted", _("accepted")
        MOVED_IN = "moved_in", _("moved in")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="applications")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.RECEIVED)
    received_on = models.DateField(_("received"))
    wanted_on = models.DateField(_("wants to move in"), null=True, blank=True)
    referred_by = models.CharField(_("referred by"), max_length=120, blank=True)
    # The partner whose program sent them; `referred_by` is what people are shown.
    partner = models.ForeignKey(
        Partner, on_delete=models.PROTECT, related_name="applications", null=True, blank=True, editable=False
    )
    note = models.CharField(_("note"), max_length=1000, blank=True)
    place = models.PositiveIntegerField(_("place on the waitlist"), null=True, blank=True, editable=False)
    closed_as = models.CharField(_("name when it was closed"), max_length=210, blank=True, editable=False)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["place", "received_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["house", "resident"],
                condition=Q(status__in=Resident.APPLYING),
                name="application_once",
                violation_error_message=_("This person already applies to this house."),
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", place__isnull=False) | (~Q(status="waiting") & Q(place__isnull=True)),
                name="application_place",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["received", "waiting", "accepted", "moved_in", "declined", "withdrawn"]),
                name="application_status",
            ),
            SameOrganization(via="resident", here="house", name="application_organization"),
            SameOrganization(via="partner", here="house", name="application_partner"),
            Frozen(fields=["house", "resident", "partner"], name="application_frozen"),
        ]
        verbose_name = _("application")

    def __str__(self) -> str:
        return f"{self.name} → {self.house}"

    @property
    def name(self) -> str:
        """The name they had when the application was closed; while it is open, the one they have."""
        return self.closed_as or self.resident.name

    @property
    def is_live(self) -> bool:
        return self.status in Resident.APPLYING

    @property
    def line(self) -> str:
        """Who sent them, since when they ask and for when, in one line."""
        parts = [self.referred_by, _("received %(day)s") % {"day": date_format(self.received_on, "MONTH_DAY_FORMAT")}]
        if self.wanted_on:
            parts.append(_("wants to move in %(day)s") % {"day": date_format(self.wanted_on, "MONTH_DAY_FORMAT")})
        return " · ".join(str(part) for part in parts if part)


class ApplicationEvent(AboutResident, Fact):
    """What happened to an application, in order: received, put on or moved along the waitlist, accepted, declined …"""

    to_person = "application__resident"

    class Kind(models.TextChoices):
        RECEIVED = "received", _("received")
        WAITING = "waiting", _("put on the waitlist")
        MOVED = "moved", _("moved on the waitlist")
        ACCEPTED = "accepted", _("accepted")
        MOVED_IN = "moved_in", _("moved in")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")
        REOPENED = "reopened", _("opened again")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    place = models.PositiveIntegerField(_("new place"), null=True, blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="application", name="application_event_house"),
            models.CheckConstraint(
                condition=~Q(kind__in=["moved", "declined", "reopened"]) | ~Q(reason=""),
                name="application_event_reason",
                violation_error_message=_("Say why."),
            ),
            AppendOnly(name="application_event_kept"),
        ]


class StayQuerySet(AboutResidentQuerySet):
    def real(self) -> StayQuerySet:
        """Without those entered by mistake."""
        return self.filter(voided=False)

    def current(self) -> StayQuerySet:
        """Not yet discharged."""
        return self.real().filter(ends_on=None)


class Stay(AboutResident):
    """A resident's time in one house, from move-in to discharge. `expected_on` plans the end; only a discharge makes
    it.

    A move to another house ends one stay and begins another that `continues` it; days count along the chain.
    """

    to_person = "resident"

    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="stays")
    starts_on = models.DateField(_("moved in"))
    ends_on = models.DateField(_("moved out"), null=True, blank=True, editable=False)
    expected_on = models.DateField(_("expected to move out"), null=True, blank=True)
    continues = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="continued_by", null=True, blank=True, editable=False
    )
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="stays", null=True, blank=True, editable=False
    )
    voided = models.BooleanField(_("entered by mistake"), default=False, db_default=False)
    left_as = models.CharField(_("name when they left"), max_length=210, blank=True, editable=False)
    # When it was written down: on the day of the move-in, clocks that begin with it run from here.
    entered_at = models.DateTimeField(_("written down"), default=timezone.now, db_default=Now(), editable=False)

    objects = StayQuerySet.as_manager()
    trigger_sources = (*InHouse.trigger_sources, CountsChanges())

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            NoOverlap(
                key="resident",
                ignoring="voided",
                name="stay_overlap",
                violation_error_message=_("This person already has a stay then."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="stay_range",
                violation_error_message=_("A stay cannot end before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(expected_on__gt=F("starts_on")),
                name="stay_expected",
                violation_error_message=_("The expected move-out is before the move-in."),
            ),
            SameOrganization(via="resident", here="house", name="stay_organization"),
            SameHouse(via="application", name="stay_application_house"),
            Same(via="application", column="resident_id", name="stay_application_person"),
            Same(via="continues", column="resident_id", name="stay_continues_person"),
            Frozen(fields=["house", "resident", "entered_at"], name="stay_frozen"),
        ]
        indexes = [models.Index(fields=["house", "ends_on"], name="stay_house_ends")]
        verbose_name = _("stay")

    def __str__(self) -> str:
        return f"{self.name} · {self.house}"

    @property
    def name(self) -> str:
        """The name they had when they left, which is all the house goes on knowing; while they are here, the one they
        have."""
        return self.left_as or self.resident.name

    @property
    def short_name(self) -> str:
        """First name and initial of `name`."""
        if not self.left_as:
            return self.resident.short_name
        first, _space, rest = self.left_as.partition(" ")
        return f"{first} {rest[:1]}." if rest else first


class NobodyStillThere(TriggerConstraint):
    """No stay uses a bed after somebody overdue who has not left it; one that was over before its first night does not
    count.

    An overdue resident's last bed use has ended, as planned, while their stay has not, so no overlap shows it.
    Asked from every side: the use that comes after, the use that came before, and the stay that is opened again.
    The bed is locked first.
    """

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        use, stay, bed = model._meta.db_table, Stay._meta.db_table, Bed._meta.db_table

        def exists(rows: str, *conditions: str) -> str:
            return f"EXISTS (SELECT 1 FROM {rows} WHERE {' AND '.join(conditions)})"  # noqa: S608 -- names of tables

        def still_there(u: str, s: str) -> str:
            later = exists(
                f'"{use}" l',
                f"l.stay_id = {u}.stay_id",
                "NOT l.voided",
                f"l.starts_on >= {u}.ends_on",
                f"l.id <> {u}.id",
            )
            live = f"{u}.kind = 'stay' AND NOT {u}.voided AND NOT {s}.voided AND {s}.ends_on IS NULL"
            return f"{live} AND {u}.ends_on IS NOT NULL AND NOT {later}"

        def comes_after(o: str, u: str) -> str:
            return (
                f"{o}.kind = 'stay' AND NOT {o}.voided AND {o}.bed_id = {u}.bed_id AND {o}.stay_id <> {u}.stay_id "
                f"AND {o}.starts_on >= {u}.ends_on AND NOT ({was_no_night(o)})"
            )

        def was_no_night(o: str) -> str:
            over = exists(f'"{stay}" w', f"w.id = {o}.stay_id", "w.ends_on IS NOT NULL")
            return f"{o}.ends_on IS NOT NULL AND {o}.ends_on = {o}.starts_on AND {over}"

        others = f'"{use}" o JOIN "{stay}" os ON os.id = o.stay_id AND NOT os.voided'
        after = exists(f'"{use}" u JOIN "{stay}" s ON s.id = u.stay_id', still_there("u", "s"), comes_after("NEW", "u"))
        before = exists(
            f'"{stay}" s', "s.id = NEW.stay_id", still_there("NEW", "s"), exists(others, comes_after("o", "NEW"))
        )
        opened = exists(
            f'"{use}" u', "u.stay_id = NEW.id", still_there("u", "NEW"), exists(others, comes_after("o", "u"))
        )
        lock_bed = lock_beds = ""
        if vendor == "postgresql":
            lock_bed = f'PERFORM 1 FROM "{bed}" WHERE id = NEW.bed_id FOR NO KEY UPDATE; '
            left = exists(f'"{use}" u', "u.bed_id = b.id", "u.stay_id = NEW.id", "u.ends_on IS NOT NULL")
            lock_beds = (
                f'IF NEW.ends_on IS NULL THEN PERFORM 1 FROM "{bed}" b WHERE {left} ORDER BY b.id FOR NO KEY UPDATE; '
                "END IF; "
            )
        for event in ("INSERT", "UPDATE"):
            yield Trigger(
                self.trigger_name(event.lower()),
                use,
                f"BEFORE {event}",
                lock_bed + refuse(self.name, vendor, where=f"({after}) OR ({before})"),
            )
        yield Trigger(
            self.trigger_name("stay"), stay, "AFTER UPDATE", lock_beds + refuse(self.name, vendor, where=opened)
        )


class BedUseQuerySet(InHouseQuerySet):
    def seen_by_resident(self, user: User) -> Q:
        return Q(stay__resident__user=user) | Q(application__resident__user=user)

    def real(self) -> BedUseQuerySet:
        return self.filter(voided=False)

    def on(self, day: date, *, today: date) -> BedUseQuerySet:
        """What has its bed in the night of `day`. Whoever is overdue `today` is taken to stay until discharged; for a
        coming night, whoever is expected to leave before it is taken to have left."""
        return self.real().filter(in_range(day) | self.overdue(min(day, today)))

    @staticmethod
    def overdue(day: date) -> Q:
        """The use of somebody who was expected to have left by `day` and has not."""
        return BedUseQuerySet.planned_end() & Q(ends_on__lte=day)

    @staticmethod
    def planned_end() -> Q:
        """The last use of a stay that is not over, which ends only by plan."""
        return Q(kind=BedUse.Kind.STAY, stay__ends_on=None, ends_on=F("stay__expected_on"))


class BedUse(InHouse):
    """Who or what has a bed when: *the* table. One kind, one half-open range; a mistaken row is voided, never
    deleted."""

    class Kind(models.TextChoices):
        STAY = "stay", _("stay")
        HOLD = "hold", _("hold")
        OUT = "out", _("out of service")

    bed = models.ForeignKey(Bed, on_delete=models.PROTECT, related_name="uses")
    kind = models.CharField(_("kind"), max_length=4, choices=Kind.choices)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="uses", null=True, blank=True)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="holds", null=True, blank=True)
    note = models.CharField(_("reason"), max_length=200, blank=True)
    voided = models.BooleanField(_("entered by mistake"), default=False, db_default=False)

    objects = BedUseQuerySet.as_manager()
    trigger_sources = (*InHouse.trigger_sources, CountsChanges())

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            NoOverlap(
                key="bed",
                ignoring="voided",
                name="bed_use_overlap",
                violation_error_message=_("The bed is taken then."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="bed_use_range",
                violation_error_message=_("The end is before the start."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind="stay", stay__isnull=False, application__isnull=True)
                    | Q(kind="hold", stay__isnull=True, application__isnull=False, ends_on__isnull=False)
                    | Q(kind="out", stay__isnull=True, application__isnull=True)
                ),
                name="bed_use_kind",
            ),
            NoOverlap(
                key="stay",
                ignoring="voided",
                name="bed_use_one_bed",
                violation_error_message=_("A resident has one bed at a time."),
            ),
            Within(via="stay", ignoring="voided", parent_ignoring="voided", name="bed_use_within_stay"),
            Within(
                via="bed",
                parent_starts="opened_on",
                parent_ends="closed_on",
                ignoring="voided",
                name="bed_use_within_bed",
            ),
            SameHouse(via="bed", name="bed_use_bed_house", violation_error_message=_("This bed is in another house.")),
            SameHouse(via="stay", name="bed_use_stay_house"),
            SameHouse(via="application", name="bed_use_application_house"),
            NobodyStillThere(name="bed_use_still_there"),
            Frozen(fields=["house", "bed", "kind", "stay", "application"], name="bed_use_frozen"),
        ]
        indexes = [models.Index(fields=["bed", "starts_on"], name="bed_use_bed_starts")]
        verbose_name = _("bed use")

    def __str__(self) -> str:
        return f"{self.bed} · {self.get_kind_display()}"

    @property
    def has_it(self) -> str:
        """Who or what has the bed, in a few words."""
        if self.kind == self.Kind.STAY:
            return self.stay.resident.short_name
        if self.kind == self.Kind.HOLD:
            return _("held for %(name)s") % {"name": self.application.resident.short_name}
        return str(self.get_kind_display())

    def reach(self) -> Reach:
        """About whoever lives in the bed or has it held, if anybody."""
        about = self.stay or self.application
        return about.reach() if about else self.house.reach()


class PhaseKind(InHouse):
    """A step of the house's program, such as Phase 1. Its number orders it."""

    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("name"), max_length=60)

    objects = OfHouseQuerySet.as_manager()

    class Meta:
        ordering = ["number", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["house", "number"],
                name="phase_kind_number",
                violation_error_message=_("The house has a phase of this number."),
            ),
            Frozen(fields=["house"], name="phase_kind_frozen"),
        ]
        verbose_name = _("phase of the program")

    def __str__(self) -> str:
        return self.name


class Phase(AboutResident):
    """Where a resident is in the house's program, from one day until another."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="phases")
    kind = models.ForeignKey(PhaseKind, on_delete=models.PROTECT, related_name="phases")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    voided = models.BooleanField(_("entered by mistake"), default=False, db_default=False)

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            NoOverlap(
                key="stay", ignoring="voided", name="phase_overlap", violation_error_message=_("There is a phase then.")
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="phase_range",
                violation_error_message=_("A phase cannot end before it starts."),
            ),
            Within(via="stay", ignoring="voided", parent_ignoring="voided", name="phase_within_stay"),
            SameHouse(via="stay", name="phase_stay_house"),
            SameHouse(via="kind", name="phase_kind_house"),
            Frozen(fields=["house", "stay", "kind"], name="phase_frozen"),
        ]
        verbose_name = _("phase")

    def __str__(self) -> str:
        return str(self.kind)


class Discharge(AboutResident, Fact):
    """The end of a stay: why, where to, who decided, and what was handed over. Written once; a correction is a new
    row that names the one it corrects and why. The newest counts. `undone` says that there was no discharge after
    all."""

    class Reason(models.TextChoices):
        COMPLETED = "completed", _("completed the program")
        CHOICE = "choice", _("left by choice")
        TRANSFER = "transfer", _("moved to another of our houses")
        TREATMENT = "treatment", _("went to treatment or hospital")
        RULES = "rules", _("rule violations")
        USE = "use", _("return to use")
        SAFETY = "safety", _("safety of the house")
        MONEY = "money", _("could not pay")
        ABSENT = "absent", _("did not come back")
        CUSTODY = "custody", _("taken into custody")
        DEATH = "death", _("died")
        OTHER = "other", _("other")
        UNKNOWN = "unknown", _("not known (imported)")

    class HandedOver(models.TextChoices):
        YES = "yes", _("yes, all")
        NOTHING = "nothing", _("nothing to return")
        KEPT = "kept", _("kept for them")
        UNKNOWN = "unknown", _("not known")

    class Naloxone(models.TextChoices):
        TAKEN = "taken", _("offered and taken")
        REFUSED = "refused", _("offered and declined")
        NOT_OFFERED = "not_offered", _("not offered")
        UNKNOWN = "unknown", _("not known")

    class Return(models.TextChoices):
        WELCOME = "welcome", _("welcome any time")
        TERMS = "terms", _("on terms")
        NO = "no", _("not to this house")
        UNDECIDED = "undecided", _("not decided")

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="discharges")
    left_on = models.DateField(_("last day"), help_text=_("The day they left; the bed is free that night."))
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices)
    destination = models.PositiveSmallIntegerField(_("went to (HUD 3.12)"), choices=hud.CHOICES)
    where_to = models.CharField(_("where exactly"), max_length=200, blank=True)
    decided_by = models.CharField(_("who decided"), max_length=120, blank=True)
    belongings = models.CharField(_("belongings returned"), max_length=8, choices=HandedOver.choices)
    medications = models.CharField(_("medications returned"), max_length=8, choices=HandedOver.choices)
    money = models.CharField(_("money returned"), max_length=8, choices=HandedOver.choices)
    naloxone = models.CharField(_("naloxone"), max_length=12, choices=Naloxone.choices)
    may_return = models.CharField(_("may return"), max_length=10, choices=Return.choices)
    return_terms = models.CharField(_("terms of return"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=1000, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="corrected_by", null=True, blank=True, editable=False
    )
    correction_reason = models.CharField(max_length=500, blank=True, editable=False)
    undone = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="stay", name="discharge_house"),
            Same(via="corrects", column="stay_id", name="discharge_corrects_stay"),
            models.CheckConstraint(
                condition=Q(destination__in=list(hud.DESTINATIONS)),
                name="discharge_destination",
                violation_error_message=_("This is no code of HUD's list 3.12."),
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(correction_reason=""),
                name="discharge_correction_reason",
                violation_error_message=_("A correction needs a reason."),
            ),
            models.CheckConstraint(
                condition=~Q(may_return="terms") | ~Q(return_terms=""),
                name="discharge_terms",
                violation_error_message=_("Say on which terms they may return."),
            ),
            AppendOnly(name="discharge_kept"),
        ]
        verbose_name = _("discharge")

    def __str__(self) -> str:
        return f"{self.stay} · {self.get_reason_display()}"
