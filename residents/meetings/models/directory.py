"""The directory of meetings: where it is read from, what it holds, and the days on which a meeting is not as usual."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, Organization, Reach, check_time_zone
from residents.meetings.models.words import Kind, Venue
from residents.meetings.versions import CountsVersions
from residents.people.models import Fact, WeeklyHours
from soberhouse.accounts.models import User
from soberhouse.database.constraints import AppendOnly, Frozen, Same, SameOrganization, WellWritten
from soberhouse.history.records import Audited


class OfOrganizationQuerySet(models.QuerySet):
    """What belongs to an organization is seen by everybody who works for it or lives in a house of it."""

    organization_path = "organization"

    def visible_to(self, user: User) -> OfOrganizationQuerySet:
        seen = Organization.objects.visible_to(user).values("pk")
        return self.filter(**{f"{self.organization_path}__in": seen})


class Feed(Audited):
    """A directory that others keep, in the Meeting Guide format or BMLT's, read from an address or from files."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="feeds")
    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("whose meetings"), max_length=10, choices=Kind.choices)
    url = models.URLField(_("address"), max_length=500, blank=True, help_text=_("Empty: read from files alone."))
    time_zone = models.CharField(
        _("time zone"), max_length=64, validators=[check_time_zone], help_text=_("Of meetings that name none.")
    )
    words = models.JSONField(default=dict, db_default={}, editable=False)  # what the feed calls its codes of types
    in_use = models.BooleanField(_("read"), default=True, db_default=True)

    objects = OfOrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="feed_name",
                violation_error_message=_("There is a directory of this name."),
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="feed_kind"),
            models.CheckConstraint(condition=~Q(name=""), name="feed_named"),
            Frozen(fields=["organization"], name="feed_frozen"),
        ]
        verbose_name = _("directory of meetings")

    def __str__(self) -> str:
        return self.name

    def reach(self) -> Reach:
        return Reach(self.organization_id)


class OfFeedQuerySet(OfOrganizationQuerySet):
    organization_path = "feed__organization"


class FeedReading(Audited, Fact):
    """A feed was read: what changed, or why nothing did."""

    class Outcome(models.TextChoices):
        READ = "read", _("read")
        REFUSED = "refused", _("changed nothing")

    feed = models.ForeignKey(Feed, on_delete=models.PROTECT, related_name="readings")
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome.choices)
    why = models.CharField(_("why"), max_length=1000, blank=True)
    digest = models.CharField(max_length=64, blank=True)  # SHA-256 of what was read
    total = models.PositiveIntegerField(_("meetings"), default=0)
    changes = models.JSONField(default=list)  # [what, uuid of the meeting, its name, what was changed in words]
    problems = models.JSONField(default=list)  # [which meeting, what is wrong with it, what would be right]

    objects = OfFeedQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="read") | Q(outcome="refused") & ~Q(why=""), name="feedreading_outcome"
            ),
            AppendOnly(name="feedreading_kept"),
        ]
        verbose_name = _("reading of a directory")

    def __str__(self) -> str:
        return str(self.get_outcome_display())

    def reach(self) -> Reach:
        return self.feed.reach()


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: User) -> MeetingQuerySet:
        """The directory, for everybody of the organization; a house's own meetings, for those of the house."""
        seen = Organization.objects.visible_to(user).values("pk")
        houses = House.objects.visible_to(user).values("pk")
        return self.filter(Q(house=None, organization__in=seen) | Q(house__in=houses))


class Meeting(Audited):
    """A meeting that recurs. Times are local to where it is held (`time_zone`). Without a recurrence it is held by
    appointment. What comes from a feed is found again by its key; what vanished from it is closed, not deleted."""

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="meetings")
    # A meeting of one house alone: its house meeting, its own groups.
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="meetings", null=True, blank=True)
    feed = models.ForeignKey(
        Feed, on_delete=models.PROTECT, related_name="meetings", null=True, blank=True, editable=False
    )
    key = models.CharField(max_length=200, blank=True, editable=False)  # in its feed, one for each day of the week
    name = models.CharField(_("name"), max_length=255)
    kind = models.CharField(_("what it is"), max_length=10, choices=Kind.choices)
    types = models.JSONField(_("types"), default=list, blank=True)  # codes as the feed has them, known or not
    weekday = models.PositiveSmallIntegerField(_("day"), choices=WeeklyHours.Weekday.choices, null=True, blank=True)
    starts = models.TimeField(_("starts"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=60, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[check_time_zone])
    recurrence = models.CharField(  # an RRULE of RFC 5545 without COUNT and UNTIL; empty: by appointment
        _("how often"), max_length=200, blank=True
    )
    starts_on = models.DateField(_("held from"))  # the first day from which the recurrence counts
    closed_on = models.DateField(_("closed since"), null=True, blank=True)
    closed_why = models.CharField(_("why it is closed"), max_length=300, blank=True)
    venue = models.CharField(_("where it is held"), max_length=9, choices=Venue.choices, default=Venue.IN_PERSON)
    place = models.CharField(_("place"), max_length=255, blank=True)
    address = models.CharField(_("address"), max_length=500, blank=True)
    region = models.CharField(_("region"), max_length=255, blank=True)
    approximate = models.BooleanField(_("only roughly known where"), default=False, db_default=False)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    conference_url = models.URLField(_("address online"), max_length=1000, blank=True)
    conference_phone = models.CharField(_("number to dial in"), max_length=120, blank=True)
    conference_notes = models.CharField(_("how to join"), max_length=1000, blank=True)
    notes = models.TextField(_("notes"), max_length=4000, blank=True)
    # Its code is worked out from this number and a secret of the site; 0: it has none.
    code_number = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = MeetingQuerySet.as_manager()
    trigger_sources = (*Audited.trigger_sources, CountsVersions())

    class Meta:
        ordering = ["weekday", "starts", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["feed", "key"], condition=Q(feed__isnull=False), name="meeting_key"),
            models.CheckConstraint(condition=~Q(name=""), name="meeting_named"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="meeting_kind"),
            models.CheckConstraint(condition=Q(venue__in=Venue.values), name="meeting_venue"),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="meeting_weekday"),
            models.CheckConstraint(condition=Q(minutes__range=(1, 1440)), name="meeting_minutes"),
            models.CheckConstraint(
                condition=Q(recurrence="") | Q(starts__isnull=False),
                name="meeting_time",
                violation_error_message=_("Say at what time."),
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, closed_why="") | Q(closed_on__isnull=False) & ~Q(closed_why=""),
                name="meeting_closed",
                violation_error_message=_("Say why it is closed."),
            ),
            models.CheckConstraint(
                condition=Q(kind="house", house__isnull=False) | ~Q(kind="house"), name="meeting_of_house"
            ),
            models.CheckConstraint(condition=Q(latitude__range=(-90, 90)), name="meeting_latitude"),
            models.CheckConstraint(condition=Q(longitude__range=(-180, 180)), name="meeting_longitude"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                name="meeting_on_map",
                violation_error_message=_("A place on the map is a latitude and a longitude."),
            ),
            SameOrganization(via="house", name="meeting_house_organization"),
            SameOrganization(via="feed", name="meeting_feed_organization"),
            Frozen(fields=["organization", "house", "feed", "key"], name="meeting_frozen"),
            WellWritten(days=["starts_on", "closed_on"], name="meeting_written"),
        ]
        indexes = [models.Index(fields=["organization", "weekday", "starts"], name="meeting_of_day")]
        verbose_name = _("meeting")

    def __str__(self) -> str:
        return self.name

    def reach(self) -> Reach:
        return self.house.reach() if self.house is not None else Reach(self.organization_id)


class OfMeetingQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> OfMeetingQuerySet:
        return self.filter(meeting__in=Meeting.objects.visible_to(user).values("pk"))


class MeetingVersion(models.Model):
    """How often a meeting was changed, and when last: see `residents.meetings.versions`. Written by triggers alone."""

    # The database refuses to delete a meeting; nothing here has a say in it.
    meeting = models.OneToOneField(Meeting, on_delete=models.DO_NOTHING, related_name="version", primary_key=True)
    number = models.BigIntegerField()
    changed_at = models.DateTimeField()

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of a meeting")

    def __str__(self) -> str:
        return str(self.number)


class MeetingChange(Audited, Fact):
    """One occurrence of a meeting is not as usual: called off, or held at another time. The newest row counts; one that
    says neither takes the change back."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="changes")
    on = models.DateField(_("the meeting of"))  # the day on which it would be held
    called_off = models.BooleanField(_("called off"), default=False, db_default=False)
    held_at = models.DateTimeField(_("held instead"), null=True, blank=True)
    why = models.CharField(_("why"), max_length=300)
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="followed_by", null=True, blank=True, editable=False
    )

    objects = OfMeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "on"], condition=Q(follows=None), name="meetingchange_first"),
            models.CheckConstraint(
                condition=Q(called_off=False) | Q(held_at=None),
                name="meetingchange_what",
                violation_error_message=_("It is called off, or held at another time."),
            ),
            models.CheckConstraint(
                condition=~Q(why=""), name="meetingchange_why", violation_error_message=_("Say why.")
            ),
            models.CheckConstraint(
                condition=Q(follows__isnull=False) | Q(called_off=True) | Q(held_at__isnull=False),
                name="meetingchange_says",
            ),
            models.CheckConstraint(condition=~Q(follows=F("id")), name="meetingchange_not_itself"),
            Same(via="follows", column="meeting_id", name="meetingchange_follows_meeting"),
            Same(via="follows", column="on", name="meetingchange_follows_on"),
            WellWritten(days=["on"], instants=["held_at"], name="meetingchange_written"),
            AppendOnly(name="meetingchange_kept"),
        ]
        verbose_name = _("change of one meeting")

    def __str__(self) -> str:
        return f"{self.meeting} · {self.on}"

    def reach(self) -> Reach:
        return self.meeting.reach()
