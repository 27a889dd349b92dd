"""Who may be away and until when, by which hour everybody is in, and who was."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, InHouse, OfHouseQuerySet
from residents.people.models import Fact, WeeklyHours
from residents.stays.models import AboutResident, PhaseKind, Stay
from soberhouse.database.constraints import (
    AppendOnly,
    DayOf,
    Frozen,
    NoOverlap,
    OtherHands,
    Same,
    SameHouse,
    TriggerConstraint,
    WellWritten,
    Within,
)
from soberhouse.database.triggers import Trigger, refuse

# Curfew


class CurfewHour(InHouse):
    """By when to be in, where it differs from the house's two curfews: on one weekday, in one phase, or both. The
    weekday is the evening's; an hour before noon is of the next morning; without an hour there is no curfew then."""

    phase = models.ForeignKey(
        PhaseKind, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("phase")
    )
    weekday = models.PositiveSmallIntegerField(
        _("night of"), choices=WeeklyHours.Weekday.choices, null=True, blank=True
    )
    hour = models.TimeField(_("in by"), null=True, blank=True)
    in_use = models.BooleanField(_("holds"), default=True, db_default=True)

    objects = OfHouseQuerySet.as_manager()

    class Meta:
        ordering = ["phase__number", "weekday", "id"]
        constraints = [
            models.UniqueConstraint(
                F("house"),
                Coalesce("phase", 0),
                Coalesce("weekday", -1),
                condition=Q(in_use=True),
                name="curfew_hour_once",
                violation_error_message=_("There is an hour for this already."),
            ),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="curfew_hour_weekday"),
            models.CheckConstraint(
                condition=Q(phase__isnull=False) | Q(weekday__isnull=False),
                name="curfew_hour_differs",
                violation_error_message=_(
                    "Choose a phase, a weekday or both. What holds for all stands with the house."
                ),
            ),
            SameHouse(via="phase", name="curfew_hour_phase_house"),
            Frozen(fields=["house"], name="curfew_hour_frozen"),
        ]
        verbose_name = _("curfew hour")

    def __str__(self) -> str:
        return f"{self.house} · {self.hour}"


class CurfewException(AboutResident):
    """One resident's own hour, for a while. An officer's is kept where it is the stricter; the house's own replaces
    what the house asks of others."""

    class Source(models.TextChoices):
        HOUSE = "house", _("the house")
        OFFICER = "officer", _("probation or parole officer")

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="curfew_exceptions")
    source = models.CharField(_("set by"), max_length=7, choices=Source.choices)
    weekday = models.PositiveSmallIntegerField(
        _("night of"), choices=WeeklyHours.Weekday.choices, null=True, blank=True, help_text=_("Empty: every night.")
    )
    hour = models.TimeField(_("in by"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(source__in=["house", "officer"]), name="curfew_exception_source"),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="curfew_exception_weekday"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="curfew_exception_range",
                violation_error_message=_("The end is before the start."),
            ),
            WellWritten(days=["starts_on", "ends_on"], name="curfew_exception_days"),
            models.CheckConstraint(condition=~Q(reason=""), name="curfew_exception_reason"),
            SameHouse(via="stay", name="curfew_exception_stay_house"),
            Frozen(
                fields=["house", "stay", "source", "weekday", "hour", "starts_on", "reason"],
                name="curfew_exception_frozen",
            ),
        ]
        verbose_name = _("curfew of one resident")

    def __str__(self) -> str:
        return f"{self.stay.short_name} · {self.hour}"


# Passes


class PassKind(models.TextChoices):
    OVERNIGHT = "overnight", _("overnight")
    WEEKEND = "weekend", _("weekend")
    MEDICAL = "medical", _("medical")
    WORK = "work", _("work")
    FAMILY = "family", _("family")
    COURT = "court", _("court")


class PassRule(InHouse):
    """What a pass of one kind asks for, in one phase or in all. What is not met does not stop anybody from asking: it
    stands beside the decision, and a pass that is given all the same needs a reason."""

    kind = models.CharField(_("kind of pass"), max_length=9, choices=PassKind.choices)
    phase = models.ForeignKey(
        PhaseKind, on_delete=models.PROTECT, related_name="+", null=True, blank=True, verbose_name=_("phase")
    )
    min_days = models.PositiveSmallIntegerField(_("days in the house, at least"), default=0)
    max_nights = models.PositiveSmallIntegerField(_("nights in a row, at most"), null=True, blank=True)
    max_in_30_days = models.PositiveSmallIntegerField(_("nights in 30 days, at most"), null=True, blank=True)
    notice_hours = models.PositiveSmallIntegerField(_("asked for how many hours before"), default=0)
    officer_agrees = models.BooleanField(_("officer must agree, where there is one"), default=False, db_default=False)
    test_on_return = models.BooleanField(_("test on return"), default=False, db_default=False)
    in_use = models.BooleanField(_("holds"), default=True, db_default=True)

    objects = OfHouseQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "phase__number", "id"]
        constraints = [
            models.UniqueConstraint(
                F("house"),
                F("kind"),
                Coalesce("phase", 0),
                condition=Q(in_use=True),
                name="pass_rule_once",
                violation_error_message=_("There is a rule for this already."),
            ),
            models.CheckConstraint(condition=Q(kind__in=PassKind.values), name="pass_rule_kind"),
            SameHouse(via="phase", name="pass_rule_phase_house"),
            Frozen(fields=["house"], name="pass_rule_frozen"),
        ]
        verbose_name = _("rule for passes")

    def __str__(self) -> str:
        return str(self.get_kind_display())


class AsDecided(TriggerConstraint):
    """A pass is approved, refused or over only as somebody decided: its state never says more than its decision."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        decided = f'SELECT 1 FROM "{PassDecision._meta.db_table}" d WHERE d.of_pass_id = NEW.id AND d.outcome'  # noqa: S608
        wrong = (
            f"(NEW.status IN ('approved', 'returned') AND NOT EXISTS ({decided} <> 'refused')) "
            f"OR (NEW.status = 'refused' AND NOT EXISTS ({decided} = 'refused')) "
            f"OR (NEW.status = 'asked' AND EXISTS ({decided} <> ''))"
        )
        # AFTER, because a new row has its id only then.
        for event in ("INSERT", "UPDATE"):
            yield Trigger(
                self.trigger_name(event.lower()),
                model._meta.db_table,
                f"AFTER {event}",
                refuse(self.name, vendor, where=wrong),
            )


class Pass(AboutResident, Fact):
    """Permission to be away, asked for and decided. Its range is what holds now: as asked, as decided, as extended;
    what it was before is with its decision and its events."""

    class Status(models.TextChoices):
        ASKED = "asked", _("asked for")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("refused")
        CANCELLED = "cancelled", _("cancelled")
        RETURNED = "returned", _("came back")

    OVER = (Status.REFUSED, Status.CANCELLED, Status.RETURNED)

    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="passes")
    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="passes")
    kind = models.CharField(_("kind of pass"), max_length=9, choices=PassKind.choices)
    starts_at = models.DateTimeField(_("leaves"))
    ends_at = models.DateTimeField(_("back by"))
    starts_on = models.DateField(editable=False)  # the days of both in the house
    ends_on = models.DateField(editable=False)
    where = models.CharField(_("where to"), max_length=200)
    contact = models.CharField(
        _("who can reach them there"), max_length=200, blank=True, help_text=_("A name and a phone number.")
    )
    transport = models.CharField(_("how they get there and back"), max_length=120, blank=True)
    note = models.CharField(_("what for"), max_length=500, blank=True)
    officer_agreed = models.CharField(
        _("officer's permission"), max_length=200, blank=True, help_text=_("Who gave it, when and how.")
    )
    status = models.CharField(_("state"), max_length=9, choices=Status.choices, default=Status.ASKED, editable=False)
    over = models.BooleanField(default=False, db_default=False, editable=False)
    test_on_return = models.BooleanField(_("test on return"), default=False, db_default=False, editable=False)

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")) & Q(ends_on__gte=F("starts_on")),
                name="pass_range",
                violation_error_message=_("A pass ends after it starts."),
            ),
            models.CheckConstraint(condition=Q(kind__in=PassKind.values), name="pass_kind"),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "approved"], over=False)
                | Q(status__in=["refused", "cancelled", "returned"], over=True),
                name="pass_status",
            ),
            NoOverlap(
                key="stay",
                starts="starts_at",
                ends="ends_at",
                ignoring="over",
                instants=True,
                name="pass_overlap",
                violation_error_message=_("There is a pass for that time already."),
            ),
            Within(
                via="stay",
                ignoring="over",
                parent_ignoring="voided",
                when_written=True,
                name="pass_within_stay",
                violation_error_message=_("A pass lies within the stay."),
            ),
            DayOf(day="starts_on", instant="starts_at", name="pass_first_day"),
            DayOf(day="ends_on", instant="ends_at", name="pass_last_day"),
            AsDecided(name="pass_as_decided"),
            SameHouse(via="stay", name="pass_stay_house"),
            Frozen(fields=["house", "stay", "kind", "recorded_by", "recorded_as", "recorded_at"], name="pass_frozen"),
        ]
        indexes = [models.Index(fields=["house", "over", "starts_at"], name="pass_of_house")]
        verbose_name = _("pass")
        verbose_name_plural = _("passes")

    def __str__(self) -> str:
        return f"{self.stay.short_name} · {self.get_kind_display()}"


class OfPass(AboutResident, Fact):
    """A fact about one pass."""

    to_person = "of_pass__stay__resident"

    class Meta:
        abstract = True


class PassDecision(OfPass):
    """The answer to somebody who asked for a pass, by another: as asked, changed or refused; the range as
    it was asked for and as it was given; and what was not met."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("approved as asked")
        CHANGED = "changed", _("approved with changes")
        REFUSED = "refused", _("refused")

    of_pass = models.OneToOneField(Pass, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(_("decision"), max_length=8, choices=Outcome.choices)
    asked_from = models.DateTimeField(_("asked to leave"))
    asked_until = models.DateTimeField(_("asked to be back by"))
    starts_at = models.DateTimeField(_("leaves"))
    ends_at = models.DateTimeField(_("back by"))
    conditions = models.CharField(_("conditions"), max_length=500, blank=True)
    test_on_return = models.BooleanField(_("test on return"), default=False, db_default=False)
    unmet = models.TextField(_("what the rules for passes ask for and was not met"), blank=True, editable=False)
    reason = models.CharField(_("why"), max_length=1000, blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="of_pass", name="pass_decision_house"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="pass_decision_range"),
            models.CheckConstraint(
                condition=Q(outcome__in=["approved", "changed", "refused"]), name="pass_decision_outcome"
            ),
            models.CheckConstraint(
                condition=(Q(outcome="approved") & (Q(unmet="") | ~Q(reason="")))
                | (Q(outcome__in=["changed", "refused"]) & ~Q(reason="")),
                name="pass_decision_reason",
                violation_error_message=_("Say why."),
            ),
            OtherHands(paths=["of_pass.recorded_by", "of_pass.stay.resident.user"], name="pass_decision_by_another"),
            AppendOnly(name="pass_decision_kept"),
        ]
        verbose_name = _("decision on a pass")

    def __str__(self) -> str:
        return str(self.get_outcome_display())


class PassEvent(OfPass):
    """What happened to a pass after it was decided."""

    class Kind(models.TextChoices):
        CANCELLED = "cancelled", _("cancelled")
        MORE_TIME = "more_time", _("more time asked for")
        EXTENDED = "extended", _("extended")
        RETURNED = "returned", _("came back")

    of_pass = models.ForeignKey(Pass, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("what"), max_length=9, choices=Kind.choices)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    at = models.DateTimeField(_("when"))
    minutes_late = models.PositiveIntegerField(_("minutes late"), null=True, blank=True)
    test_asked = models.BooleanField(_("a test was asked for"), default=False, db_default=False)
    unmet = models.TextField(_("what the rules for passes ask for and was not met"), blank=True, editable=False)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="of_pass", name="pass_event_house"),
            models.CheckConstraint(
                condition=Q(kind__in=["more_time", "extended"], until__isnull=False)
                | Q(kind__in=["cancelled", "returned"], until=None),
                name="pass_event_until",
            ),
            models.CheckConstraint(
                condition=Q(kind="returned", minutes_late__isnull=False) | (~Q(kind="returned") & Q(minutes_late=None)),
                name="pass_event_late",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["cancelled", "extended"]) | ~Q(note=""),
                name="pass_event_reason",
                violation_error_message=_("Say why."),
            ),
            OtherHands(
                paths=["of_pass.stay.resident.user"],
                unless="NEW.kind <> 'returned'",
                anybody=True,
                name="pass_event_by_another",
            ),
            OtherHands(
                paths=["of_pass.recorded_by", "of_pass.stay.resident.user"],
                unless="NEW.kind <> 'extended'",
                name="pass_event_extended_by_another",
            ),
            WellWritten(instants=["until", "at"], name="pass_event_instants"),
            AppendOnly(name="pass_event_kept"),
        ]
        verbose_name = _("event of a pass")

    def __str__(self) -> str:
        return str(self.get_kind_display())


# Who is in


class Movement(AboutResident, Fact):
    """A resident signed out of the house, or in again. The newest says where they are. A mistaken one is corrected by
    a new one."""

    class Way(models.TextChoices):
        OUT = "out", _("out")
        IN = "in", _("in")

    class Purpose(models.TextChoices):
        WORK = "work", _("work")
        MEETING = "meeting", _("meeting")
        TREATMENT = "treatment", _("treatment or therapy")
        MEDICAL = "medical", _("doctor or hospital")
        COURT = "court", _("court or officer")
        FAMILY = "family", _("family")
        ERRAND = "errand", _("errands")
        PASS = "pass", _("on a pass")
        OTHER = "other", _("other")

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="movements")
    way = models.CharField(_("in or out"), max_length=3, choices=Way.choices)
    at = models.DateTimeField(_("when"))
    purpose = models.CharField(_("what for"), max_length=9, choices=Purpose.choices, blank=True)
    where = models.CharField(_("where to"), max_length=120, blank=True)
    expected_at = models.DateTimeField(_("expected back"), null=True, blank=True)
    of_pass = models.ForeignKey(
        Pass, on_delete=models.PROTECT, related_name="movements", null=True, blank=True, editable=False
    )
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="corrected_by", null=True, blank=True, editable=False
    )
    correction_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            SameHouse(via="stay", name="movement_stay_house"),
            Same(via="of_pass", column="stay_id", name="movement_pass_stay"),
            Same(via="corrects", column="stay_id", name="movement_corrects_stay"),
            models.CheckConstraint(
                condition=(Q(way="out") & ~Q(purpose="")) | Q(way="in", purpose="", expected_at=None),
                name="movement_purpose",
                violation_error_message=_("Say what for."),
            ),
            models.CheckConstraint(
                condition=Q(expected_at__gt=F("at")),
                name="movement_expected",
                violation_error_message=_("The return is after leaving."),
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(correction_reason=""), name="movement_correction_reason"
            ),
            WellWritten(instants=["at", "expected_at"], name="movement_instants"),
            OtherHands(
                paths=["stay.resident.user"],
                unless="NEW.corrects_id IS NULL",
                anybody=True,
                name="movement_corrected_by_another",
            ),
            AppendOnly(name="movement_kept"),
        ]
        indexes = [models.Index(fields=["stay", "-at"], name="movement_of_stay")]
        verbose_name = _("in or out")

    def __str__(self) -> str:
        return f"{self.stay.short_name} · {self.get_way_display()}"


class NightOfStay(TriggerConstraint):
    """The night is one of the stay, from the day of the move-in to the day they left."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        lived = (
            f'EXISTS (SELECT 1 FROM "{Stay._meta.db_table}" s WHERE s.id = NEW.stay_id AND NOT s.voided '  # noqa: S608
            "AND s.starts_on <= NEW.night AND (s.ends_on IS NULL OR NEW.night <= s.ends_on))"
        )
        yield Trigger(
            self.trigger_name("insert"),
            model._meta.db_table,
            "BEFORE INSERT",
            refuse(self.name, vendor, where=f"NOT {lived}"),
        )


class CurfewCheck(AboutResident, Fact):
    """Whether a resident was in by their hour, one night. Written once; whoever comes in later, or was miscounted, gets
    a new row that names the one it corrects. The newest counts."""

    class Status(models.TextChoices):
        IN = "in", _("in")
        LATE = "late", _("late")
        EXCUSED = "excused", _("excused")
        ABSENT = "absent", _("not in")

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="curfew_checks")
    night = models.DateField(_("night of"))
    due_at = models.DateTimeField(_("in by"), null=True, blank=True)
    grace = models.PositiveSmallIntegerField(_("minutes of grace"), default=0, db_default=0)
    status = models.CharField(_("state"), max_length=7, choices=Status.choices)
    in_at = models.DateTimeField(_("came in"), null=True, blank=True)
    why = models.CharField(_("why"), max_length=200, blank=True)
    of_pass = models.ForeignKey(
        Pass, on_delete=models.PROTECT, related_name="curfew_checks", null=True, blank=True, editable=False
    )
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="corrected_by", null=True, blank=True, editable=False
    )
    correction_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)

    class Meta:
        ordering = ["-night", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stay", "night"],
                condition=Q(corrects=None),
                name="curfew_check_once",
                violation_error_message=_("This night is counted already."),
            ),
            SameHouse(via="stay", name="curfew_check_stay_house"),
            Same(via="of_pass", column="stay_id", name="curfew_check_pass_stay"),
            Same(via="corrects", column="stay_id", name="curfew_check_corrects_stay"),
            Same(via="corrects", column="night", name="curfew_check_corrects_night"),
            models.CheckConstraint(
                condition=Q(status__in=["in", "late", "excused", "absent"]), name="curfew_check_status"
            ),
            models.CheckConstraint(
                condition=~Q(status="absent") | Q(in_at=None),
                name="curfew_check_absent",
                violation_error_message=_("Whoever is not in has not come in."),
            ),
            models.CheckConstraint(
                condition=~Q(status="late") | Q(in_at__isnull=False),
                name="curfew_check_late",
                violation_error_message=_("Say when they came in."),
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["late", "absent"]) | Q(due_at__isnull=False),
                name="curfew_check_due",
                violation_error_message=_("Without an hour nobody is late."),
            ),
            models.CheckConstraint(
                condition=~Q(status="late") | Q(due_at__isnull=False, in_at__isnull=False, in_at__gt=F("due_at")),
                name="curfew_check_after",
                violation_error_message=_("Late is after the hour."),
            ),
            WellWritten(days=["night"], instants=["due_at", "in_at"], name="curfew_check_written"),
            NightOfStay(name="curfew_check_of_stay"),
            models.CheckConstraint(
                condition=~Q(status="excused") | ~Q(why=""),
                name="curfew_check_excused",
                violation_error_message=_("Say what excuses it."),
            ),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(correction_reason=""), name="curfew_check_correction_reason"
            ),
            OtherHands(paths=["stay.resident.user"], anybody=True, name="curfew_check_by_another"),
            AppendOnly(name="curfew_check_kept"),
        ]
        indexes = [models.Index(fields=["house", "-night"], name="curfew_check_of_house")]
        verbose_name = _("curfew check")

    def __str__(self) -> str:
        return f"{self.stay.short_name} · {self.get_status_display()}"
