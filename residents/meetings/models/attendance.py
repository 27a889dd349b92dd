"""Who was at which meeting, and how well that is proved."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.meetings.models.directory import Meeting
from residents.meetings.models.words import FIRST_NAME, Grade, Kind
from residents.people.models import Fact
from residents.rules.models.signing import STROKES
from residents.stays.models import AboutResident, Stay
from soberhouse.database.constraints import (
    AppendOnly,
    DayOf,
    Frozen,
    OtherHands,
    Same,
    SameHouse,
    SameOrganization,
    TriggerConstraint,
    WellWritten,
)
from soberhouse.database.triggers import Trigger, refuse
from soberhouse.documents.models import StoredFile


class InOwnHouse(TriggerConstraint):
    """A meeting that belongs to a house is attended by those of that house."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        other = (
            f'EXISTS (SELECT 1 FROM "{Meeting._meta.db_table}" m WHERE m.id = NEW.meeting_id '  # noqa: S608
            "AND m.house_id IS NOT NULL AND m.house_id <> NEW.house_id)"
        )
        for event in ("INSERT", "UPDATE"):
            yield Trigger(
                self.trigger_name(event.lower()),
                model._meta.db_table,
                f"BEFORE {event}",
                refuse(self.name, vendor, where=other),
            )


class Climbs(TriggerConstraint):
    """Evidence that is raised is of a higher grade than what it follows; what is struck or restored keeps the grade. A
    row that was struck is followed by nothing but its restoration."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        table = model._meta.db_table
        wrong = (
            f'EXISTS (SELECT 1 FROM "{table}" p WHERE p.id = NEW.follows_id AND ('  # noqa: S608
            "(NEW.step = 'raised' AND (NEW.grade <= p.grade OR p.step = 'struck')) OR "
            "(NEW.step = 'struck' AND (NEW.grade <> p.grade OR p.step = 'struck')) OR "
            "(NEW.step = 'restored' AND (NEW.grade <> p.grade OR p.step <> 'struck'))))"
        )
        yield Trigger(self.trigger_name("insert"), table, "BEFORE INSERT", refuse(self.name, vendor, where=wrong))


class Attendance(AboutResident, Fact):
    """One resident at one meeting, once, with the evidence for it. Better evidence, and a mistake put right, is a later
    row that follows this one; the newest counts, unless it strikes. What the meeting was called and what it was then
    stays with it."""

    class Step(models.TextChoices):
        LOGGED = "logged", _("written down")
        RAISED = "raised", _("better evidence")
        STRUCK = "struck", _("does not count")
        RESTORED = "restored", _("counts after all")

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="attendances")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="attendances")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    on = models.DateField(editable=False)  # the day of the start in the house
    called = models.CharField(max_length=255, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices, editable=False)
    online = models.BooleanField(_("online"), default=False, db_default=False)
    step = models.CharField(_("what"), max_length=8, choices=Step.choices, default=Step.LOGGED, editable=False)
    grade = models.PositiveSmallIntegerField(_("evidence"), choices=Grade.choices)
    photo = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    signer = models.CharField(
        _("who signed"),
        max_length=40,
        blank=True,
        validators=[FIRST_NAME],
        help_text=_("First name, and an initial at most."),
    )
    drawing = models.TextField(_("signature or initial"), max_length=20_000, blank=True, validators=[STROKES])
    note = models.CharField(_("note"), max_length=500, blank=True)
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="followed_by", null=True, blank=True, editable=False
    )
    reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stay", "meeting", "starts_at"],
                condition=Q(follows=None),
                name="attendance_once",
                violation_error_message=_("This meeting is written down already."),
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="attendance_range"),
            models.CheckConstraint(condition=Q(grade__range=(1, 5)), name="attendance_grade"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="attendance_kind"),
            models.CheckConstraint(
                condition=Q(step="logged", follows=None)
                | Q(step__in=["raised", "struck", "restored"], follows__isnull=False),
                name="attendance_step",
            ),
            models.CheckConstraint(
                condition=Q(step__in=["logged", "raised"]) | ~Q(reason=""),
                name="attendance_reason",
                violation_error_message=_("Say why."),
            ),
            models.CheckConstraint(
                condition=~Q(grade=2) | Q(photo__isnull=False) | Q(step__in=["struck", "restored"]),
                name="attendance_photo",
                violation_error_message=_("Add the photo of the slip."),
            ),
            models.CheckConstraint(
                condition=~Q(grade=3) | (~Q(signer="") & ~Q(drawing="")) | Q(step__in=["struck", "restored"]),
                name="attendance_signed",
                violation_error_message=_("The chair signs, with their first name."),
            ),
            Same(via="follows", column="stay_id", name="attendance_follows_stay"),
            Same(via="follows", column="meeting_id", name="attendance_follows_meeting"),
            Same(via="follows", column="starts_at", name="attendance_follows_start"),
            Climbs(name="attendance_climbs"),
            SameHouse(via="stay", name="attendance_stay_house"),
            SameOrganization(via="meeting", here="house", name="attendance_organization"),
            InOwnHouse(name="attendance_own_house"),
            DayOf(day="on", instant="starts_at", name="attendance_day"),
            WellWritten(days=["on"], instants=["starts_at", "ends_at"], name="attendance_written"),
            OtherHands(
                paths=["stay.resident.user"],
                unless="NEW.grade < 5 AND NEW.step IN ('logged', 'raised')",
                name="attendance_by_another",
            ),
            AppendOnly(name="attendance_kept"),
        ]
        indexes = [
            models.Index(fields=["house", "on"], name="attendance_of_house"),
            models.Index(fields=["stay", "-starts_at"], name="attendance_of_stay"),
        ]
        verbose_name = _("attendance")

    def __str__(self) -> str:
        return f"{self.stay.short_name} · {self.get_grade_display()}"


class DoubtSettled(AboutResident, Fact):
    """Somebody looked at an attendance that does not fit with other records, and lets it stand."""

    to_person = "attendance__stay__resident"

    attendance = models.ForeignKey(Attendance, on_delete=models.PROTECT, related_name="settled")
    doubts = models.CharField(_("what did not fit"), max_length=500)  # kinds of doubts, a blank between
    reason = models.CharField(_("why it stands"), max_length=500)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="attendance", name="doubtsettled_house"),
            models.CheckConstraint(
                condition=~Q(doubts="") & ~Q(reason=""),
                name="doubtsettled_reason",
                violation_error_message=_("Say why."),
            ),
            OtherHands(paths=["attendance.stay.resident.user"], name="doubtsettled_by_another"),
            AppendOnly(name="doubtsettled_kept"),
        ]
        verbose_name = _("doubt about an attendance, settled")

    def __str__(self) -> str:
        return self.doubts


class MeetingPlan(AboutResident):
    """A resident goes to this meeting regularly: it stands in their week and in their calendar until they end it."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="meeting_plans")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="plans")
    starts_on = models.DateField(_("since"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["stay", "meeting"],
                condition=Q(ends_on=None),
                name="meetingplan_once",
                violation_error_message=_("This meeting is in your week already."),
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="meetingplan_range"),
            SameHouse(via="stay", name="meetingplan_house"),
            SameOrganization(via="meeting", here="house", name="meetingplan_organization"),
            InOwnHouse(name="meetingplan_own_house"),
            Frozen(fields=["house", "stay", "meeting", "starts_on"], name="meetingplan_frozen"),
            WellWritten(days=["starts_on", "ends_on"], name="meetingplan_written"),
        ]
        verbose_name = _("meeting in somebody's week")

    def __str__(self) -> str:
        return str(self.meeting)
