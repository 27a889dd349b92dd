"""Entries of the log: what they tell, about whom, with which pictures, and who reads them."""

from __future__ import annotations

from typing import ClassVar

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, InHouse
from residents.houses.permissions import Action
from residents.log.models.words import OPEN, Audience, Kind
from residents.people.models import Fact, Resident
from residents.stays.models import AboutResident, Stay
from soberhouse.accounts.models import User
from soberhouse.database.constraints import AppendOnly, Frozen, OtherHands, Same, SameHouse, WellWritten
from soberhouse.documents.models import StoredFile


class Amendable(InHouse, Fact):
    """A fact that may be put right by a later one, which names it and says why. The newest counts."""

    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="corrected_by", null=True, blank=True, editable=False
    )
    correction_reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(corrects=None, correction_reason="") | Q(corrects__isnull=False) & ~Q(correction_reason=""),
                name="%(class)s_correction_reason",
            ),
            AppendOnly(name="%(class)s_kept"),
        ]


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, user: User) -> EntryQuerySet:
        """By who reads it: staff of the house, operators and managers, operators; whom it is about, unless it is kept
        from them; and whoever filed a complaint, for themselves or while they run the house. Never the one from whom it
        is withheld, nor, where it is kept from whom it is about, one of those who help to run the house."""
        if not getattr(user, "pk", None):
            return self.none()
        about = apps.get_model("residents.EntryAbout").objects.filter(stay__resident__user=user)
        run = House.objects.where_may(user, Action.SEE_GUARDED).values("pk")
        operated = House.objects.where_may(user, Action.RUN_ORGANIZATION).values("pk")
        reads = (
            Q(house__in=House.objects.staffed_by(user).values("pk"), audience=Audience.STAFF)
            | Q(house__in=run, audience__in=[Audience.FEW, Audience.CONFIDENTIAL])
            | Q(house__in=operated, audience=Audience.OPERATORS)
            | Q(audience__in=OPEN, pk__in=about.filter(telling__corrected_by=None).values("telling__entry"))
            | Q(kind=Kind.COMPLAINT, recorded_by=user, complaint__own=True)
            | Q(kind=Kind.COMPLAINT, recorded_by=user, house__in=run)
        )
        kept = ~Q(audience__in=OPEN) & ~Q(recorded_by=user) & Q(pk__in=about.values("telling__entry"))
        return self.filter(reads).exclude(kept).exclude(withheld_from=user)


class Entry(InHouse, Fact):
    """Something that happened in a house. What it tells stands in its tellings. Who reads it may be narrowed and
    widened, with a reason; it is never read by the one from whom it is withheld, whom a complaint is about."""

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.NOTE)
    audience = models.CharField(_("who reads it"), max_length=12, choices=Audience.choices, default=Audience.STAFF)
    audience_reason = models.CharField(_("why so few"), max_length=500, blank=True)
    withheld_from = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="entry_kind"),
            models.CheckConstraint(condition=Q(audience__in=Audience.values), name="entry_audience"),
            models.CheckConstraint(
                condition=Q(audience__in=["staff", "few"]) | ~Q(audience_reason=""),
                name="entry_audience_reason",
                violation_error_message=_("Say why it is kept from whom it is about."),
            ),
            models.CheckConstraint(
                condition=Q(withheld_from=None) | Q(kind="complaint", audience="operators"), name="entry_withheld"
            ),
            Frozen(
                fields=["house", "kind", "withheld_from", "recorded_by", "recorded_as", "recorded_at"],
                name="entry_frozen",
            ),
        ]
        indexes = [models.Index(fields=["house", "-recorded_at"], name="entry_of_house")]
        verbose_name = _("entry of the log")

    def __str__(self) -> str:
        return str(self.get_kind_display())


class OfEntryQuerySet(models.QuerySet):
    """Rows that hang on an entry are read by whoever reads it."""

    def visible_to(self, user: User) -> OfEntryQuerySet:
        return self.filter(**{f"{self.model.entry_path}__in": Entry.objects.visible_to(user).values("pk")})


class EntryTelling(Amendable):
    """What an entry tells: the first time, or anew with what was wrong put right."""

    entry_path: ClassVar[str] = "entry"

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="tellings")
    text = models.TextField(_("what happened"), max_length=4000)
    happened_at = models.DateTimeField(_("when"))

    objects = OfEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-id"]
        constraints = [
            *Amendable.Meta.constraints,
            models.UniqueConstraint(fields=["entry"], condition=Q(corrects=None), name="entrytelling_first"),
            SameHouse(via="entry", name="entrytelling_house"),
            Same(via="corrects", column="entry_id", name="entrytelling_corrects_entry"),
            models.CheckConstraint(
                condition=~Q(text=""), name="entrytelling_text", violation_error_message=_("Say what happened.")
            ),
            models.CheckConstraint(
                condition=Q(happened_at__lte=F("recorded_at")),
                name="entrytelling_past",
                violation_error_message=_("This time has not come yet: only what happened is written down."),
            ),
            WellWritten(instants=["happened_at", "recorded_at"], name="entrytelling_written"),
        ]
        indexes = [models.Index(fields=["house", "-happened_at"], name="entry_telling_of_house")]
        verbose_name = _("telling")

    def __str__(self) -> str:
        return str(self.entry)


class EntryAbout(AboutResident, Fact):
    """Whom a telling is about: somebody who lives or lived in the house."""

    entry_path: ClassVar[str] = "telling__entry"

    telling = models.ForeignKey(EntryTelling, on_delete=models.PROTECT, related_name="about")
    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="entries")

    objects = OfEntryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["telling", "stay"], name="entryabout_once"),
            SameHouse(via="telling", name="entryabout_house"),
            SameHouse(
                via="stay",
                name="entryabout_stay_house",
                violation_error_message=_("They never lived in this house."),
            ),
            OtherHands(paths=["stay.resident.user"], anybody=True, name="entryabout_by_another"),
            AppendOnly(name="entryabout_kept"),
        ]
        verbose_name = _("whom an entry is about")

    def __str__(self) -> str:
        return self.stay.short_name

    def person(self) -> Resident:
        return self.stay.resident


# The path from an entry to whom it is, or once was, about.
ABOUT_OF_ENTRY = "entry.tellings.about.stay.resident.user"


class EntryPhoto(InHouse, Fact):
    """A picture that belongs to an entry."""

    entry_path: ClassVar[str] = "entry"

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(_("what it shows"), max_length=200)

    objects = OfEntryQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="entry", name="entryphoto_house"),
            models.CheckConstraint(condition=~Q(caption=""), name="entryphoto_caption"),
            AppendOnly(name="entryphoto_kept"),
        ]
        verbose_name = _("photo of an entry")

    def __str__(self) -> str:
        return self.caption


class OfEntry(InHouse, Fact):
    """A fact that hangs on one entry, told by whoever reads that."""

    entry_path: ClassVar[str] = "entry"

    objects = OfEntryQuerySet.as_manager()

    class Meta:
        abstract = True
