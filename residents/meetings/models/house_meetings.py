"""House meetings as they are held: agenda, roll, minutes, motions, elections."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Lower
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual
from django.utils.translation import gettext_lazy as _

from residents.houses.models import InHouse, OfHouseQuerySet
from residents.log.models import Amendable
from residents.meetings.models.directory import Meeting
from residents.meetings.models.words import Kind
from residents.people.models import Fact, Officer
from residents.stays.models import AboutResident, Stay
from soberhouse.accounts.models import User
from soberhouse.database.constraints import (
    AppendOnly,
    DayOf,
    Frozen,
    FrozenOnce,
    Only,
    OtherHands,
    Same,
    SameHouse,
    TriggerConstraint,
    WellWritten,
)
from soberhouse.database.triggers import Trigger, refuse


class HouseMeeting(InHouse, Fact):
    """One house meeting. Once its minutes are published, nothing of it changes any more."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="held")
    starts_at = models.DateTimeField(_("starts"))
    on = models.DateField(editable=False)  # the day of it in the house
    roll_taken_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What other subjects had to say when the minutes were published: [name, title, headers, rows of cells].
    sections = models.JSONField(default=list, db_default=[], blank=True, editable=False)

    objects = OfHouseQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "on"],
                name="housemeeting_once",
                violation_error_message=_("The house meeting of this day is there already."),
            ),
            SameHouse(via="meeting", name="housemeeting_house"),
            Only(via="meeting", column="kind", value=Kind.HOUSE, name="housemeeting_kind"),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(roll_taken_at__isnull=False), name="housemeeting_roll_first"
            ),
            DayOf(day="on", instant="starts_at", name="housemeeting_day"),
            WellWritten(
                days=["on"], instants=["starts_at", "roll_taken_at", "published_at"], name="housemeeting_written"
            ),
            Frozen(
                fields=["house", "meeting", "starts_at", "on", "recorded_by", "recorded_as", "recorded_at"],
                name="housemeeting_frozen",
            ),
            FrozenOnce(once="published_at", name="housemeeting_published"),
        ]
        verbose_name = _("house meeting")

    def __str__(self) -> str:
        return f"{self.meeting} · {self.on}"


class AgendaItemQuerySet(OfHouseQuerySet):
    def seen_by_resident(self, user: User) -> Q:
        """Those who live there; and whoever put it on the agenda, also when they live there no more."""
        return super().seen_by_resident(user) | Q(by_stay__resident__user=user)


class AgendaItem(InHouse, Fact):
    """Something to be talked about, put there by staff or by a resident."""

    house_meeting = models.ForeignKey(HouseMeeting, on_delete=models.PROTECT, related_name="agenda")
    title = models.CharField(_("what about"), max_length=200)
    by_stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False)
    taken_off = models.BooleanField(_("taken off"), default=False, db_default=False, editable=False)

    objects = AgendaItemQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            SameHouse(via="house_meeting", name="agendaitem_house"),
            SameHouse(via="by_stay", name="agendaitem_stay_house"),
            models.CheckConstraint(condition=~Q(title=""), name="agendaitem_title"),
            Frozen(
                fields=["house", "house_meeting", "title", "by_stay", "recorded_by", "recorded_as", "recorded_at"],
                name="agendaitem_frozen",
            ),
            FrozenOnce(once="published_at", via="house_meeting", name="agendaitem_published"),
        ]
        verbose_name = _("item of the agenda")

    def __str__(self) -> str:
        return self.title


class RollLine(AboutResident, Fact):
    """Whether a resident was at a house meeting. Put right by a later line, which follows this one."""

    class Status(models.TextChoices):
        PRESENT = "present", _("present")
        EXCUSED = "excused", _("excused")
        UNEXCUSED = "unexcused", _("unexcused")

    house_meeting = models.ForeignKey(HouseMeeting, on_delete=models.PROTECT, related_name="roll")
    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="roll_lines")
    status = models.CharField(_("state"), max_length=9, choices=Status.choices)
    why = models.CharField(_("why"), max_length=200, blank=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="corrected_by", null=True, blank=True, editable=False
    )
    correction_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["house_meeting", "stay"], condition=Q(corrects=None), name="rollline_once"),
            SameHouse(via="house_meeting", name="rollline_house"),
            SameHouse(via="stay", name="rollline_stay_house"),
            Same(via="corrects", column="stay_id", name="rollline_corrects_stay"),
            Same(via="corrects", column="house_meeting_id", name="rollline_corrects_meeting"),
            models.CheckConstraint(condition=Q(status__in=["present", "excused", "unexcused"]), name="rollline_status"),
            models.CheckConstraint(
                condition=~Q(status="excused") | ~Q(why=""),
                name="rollline_why",
                violation_error_message=_("Say what excuses it."),
            ),
            models.CheckConstraint(
                condition=Q(corrects=None, correction_reason="") | Q(corrects__isnull=False) & ~Q(correction_reason=""),
                name="rollline_correction_reason",
            ),
            FrozenOnce(once="published_at", via="house_meeting", name="rollline_published"),
            OtherHands(paths=["stay.resident.user"], name="rollline_by_another"),
            AppendOnly(name="rollline_kept"),
        ]
        verbose_name = _("line of the roll")

    def __str__(self) -> str:
        return f"{self.stay.short_name} · {self.get_status_display()}"


class MinutesLineQuerySet(OfHouseQuerySet):
    def seen_by_resident(self, user: User) -> Q:
        """Those who live there; and, once published, whoever put on the agenda what it is about."""
        own = Q(item__by_stay__resident__user=user, house_meeting__published_at__isnull=False)
        return super().seen_by_resident(user) | own


class MinutesLine(Amendable):
    """What was said or decided."""

    class What(models.TextChoices):
        SAID = "said", _("said")
        DECIDED = "decided", _("decided")
        CORRECTION = "correction", _("correction of earlier minutes")

    house_meeting = models.ForeignKey(HouseMeeting, on_delete=models.PROTECT, related_name="lines")
    item = models.ForeignKey(
        AgendaItem,
        on_delete=models.PROTECT,
        related_name="lines",
        null=True,
        blank=True,
        verbose_name=_("item of the agenda"),
    )
    what = models.CharField(_("what"), max_length=10, choices=What.choices, default=What.SAID)
    text = models.TextField(_("words"), max_length=4000)

    objects = MinutesLineQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            *Amendable.Meta.constraints,
            SameHouse(via="house_meeting", name="minutesline_house"),
            Same(via="item", column="house_meeting_id", name="minutesline_item_meeting"),
            Same(via="corrects", column="house_meeting_id", name="minutesline_corrects_meeting"),
            models.CheckConstraint(condition=~Q(text=""), name="minutesline_text"),
            models.CheckConstraint(condition=Q(what__in=["said", "decided", "correction"]), name="minutesline_what"),
            FrozenOnce(once="published_at", via="house_meeting", name="minutesline_published"),
        ]
        verbose_name = _("line of the minutes")

    def __str__(self) -> str:
        return str(self.get_what_display())


class MotionKind(InHouse):
    """A kind of motion, and how many have to be for it. Oxford House: 80 % of the members for an admission."""

    class Of(models.TextChoices):
        MEMBERS = "members", _("of all who live there")
        PRESENT = "present", _("of those present")
        CAST = "cast", _("of the votes cast")

    name = models.CharField(_("name"), max_length=120)
    percent = models.PositiveSmallIntegerField(
        _("percent for it"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    more_than = models.BooleanField(_("more than that, not just as many"), default=False, db_default=False)
    of = models.CharField(_("of whom"), max_length=7, choices=Of.choices, default=Of.MEMBERS)
    in_use = models.BooleanField(_("in use"), default=True, db_default=True)

    objects = OfHouseQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                F("house"),
                Lower("name"),
                name="motionkind_name",
                violation_error_message=_("There is a kind of this name."),
            ),
            models.CheckConstraint(condition=Q(percent__range=(1, 100)), name="motionkind_percent"),
            models.CheckConstraint(condition=Q(of__in=["members", "present", "cast"]), name="motionkind_of"),
            Frozen(fields=["house"], name="motionkind_frozen"),
        ]
        verbose_name = _("kind of motion")

    def __str__(self) -> str:
        return self.name


# Hundredths, in whole numbers: neither database rounds them.
FOR = Cast("in_favour", models.BigIntegerField()) * 100
NEEDED = Cast("of_how_many", models.BigIntegerField()) * F("percent")


class Motion(Amendable):
    """A motion as it was voted on. What it needed then stays with it; whether it is carried follows from the count."""

    house_meeting = models.ForeignKey(HouseMeeting, on_delete=models.PROTECT, related_name="motions")
    kind = models.ForeignKey(MotionKind, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind of motion"))
    text = models.CharField(_("motion"), max_length=1000)
    in_favour = models.PositiveSmallIntegerField(_("for it"))
    against = models.PositiveSmallIntegerField(_("against it"), default=0)
    abstained = models.PositiveSmallIntegerField(_("neither"), default=0)
    percent = models.PositiveSmallIntegerField(editable=False)
    more_than = models.BooleanField(editable=False)
    of = models.CharField(max_length=7, choices=MotionKind.Of.choices, editable=False)
    of_how_many = models.PositiveSmallIntegerField(editable=False)  # members, present, or votes cast
    carried = models.BooleanField(editable=False)

    objects = OfHouseQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            *Amendable.Meta.constraints,
            SameHouse(via="house_meeting", name="motion_house"),
            SameHouse(via="kind", name="motion_kind_house"),
            Same(via="corrects", column="house_meeting_id", name="motion_corrects_meeting"),
            models.CheckConstraint(condition=~Q(text=""), name="motion_text"),
            models.CheckConstraint(condition=Q(percent__range=(1, 100)), name="motion_percent"),
            models.CheckConstraint(
                condition=~Q(of="cast") | Q(of_how_many=F("in_favour") + F("against")), name="motion_cast"
            ),
            models.CheckConstraint(
                condition=Q(of="cast") | Q(of_how_many__gte=F("in_favour") + F("against") + F("abstained")),
                name="motion_votes",
                violation_error_message=_("There are more votes than people."),
            ),
            models.CheckConstraint(
                condition=Q(of_how_many=0, carried=False)
                | Q(of_how_many__gt=0)
                & (
                    Q(GreaterThanOrEqual(FOR, NEEDED), carried=True, more_than=False)
                    | Q(LessThan(FOR, NEEDED), carried=False, more_than=False)
                    | Q(GreaterThan(FOR, NEEDED), carried=True, more_than=True)
                    | Q(LessThanOrEqual(FOR, NEEDED), carried=False, more_than=True)
                ),
                name="motion_carried",
            ),
            FrozenOnce(once="published_at", via="house_meeting", name="motion_published"),
        ]
        verbose_name = _("motion")

    def __str__(self) -> str:
        return self.text


class NoneTwiceRunning(TriggerConstraint):
    """Nobody is elected to a duty whom the election before or after elected to the same, and no term is over six
    months."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        table, officer = model._meta.db_table, Officer._meta.db_table
        days = "julianday(o.ends_on) - julianday(o.starts_on)" if vendor == "sqlite" else "o.ends_on - o.starts_on"
        too_long = (
            f'EXISTS (SELECT 1 FROM "{officer}" o WHERE o.id = NEW.officer_id '  # noqa: S608
            f"AND (o.ends_on IS NULL OR {days} > 184))"
        )
        before, after = (
            f'EXISTS (SELECT 1 FROM "{officer}" o WHERE o.id = NEW.officer_id AND o.resident_id = ('  # noqa: S608
            f'SELECT b.resident_id FROM "{table}" e JOIN "{officer}" b ON b.id = e.officer_id '
            f"WHERE b.house_id = o.house_id AND b.duty = o.duty AND b.starts_on {side} o.starts_on "
            "AND (b.ends_on IS NULL OR b.ends_on > b.starts_on) "
            f"ORDER BY b.starts_on {way}, b.id {way} LIMIT 1))"
            for side, way in (("<", "DESC"), (">", "ASC"))
        )
        yield Trigger(
            self.trigger_name("insert"),
            table,
            "BEFORE INSERT",
            refuse(self.name, vendor, where=f"{too_long} OR {before} OR {after}"),
        )


class Election(AboutResident, Fact):
    """A house meeting elected an officer, for six months at most."""

    to_person = "officer__resident"

    house_meeting = models.ForeignKey(HouseMeeting, on_delete=models.PROTECT, related_name="elections")
    officer = models.OneToOneField(Officer, on_delete=models.PROTECT, related_name="elected")
    motion = models.ForeignKey(
        Motion, on_delete=models.PROTECT, related_name="elections", null=True, blank=True, verbose_name=_("by the vote")
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            SameHouse(via="house_meeting", name="election_house"),
            SameHouse(via="officer", name="election_officer_house"),
            Same(via="motion", column="house_meeting_id", name="election_motion_meeting"),
            NoneTwiceRunning(name="election_none_twice_running"),
            FrozenOnce(once="published_at", via="house_meeting", name="election_published"),
            AppendOnly(name="election_kept"),
        ]
        verbose_name = _("election")

    def __str__(self) -> str:
        return str(self.officer)
