"""What residents keep for themselves, and the secret addresses of calendars."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.houses.models import InHouse, InHouseQuerySet
from residents.people.models import OfResident, Resident
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.database.constraints import Frozen, SameHouse


class StepNoteQuerySet(models.QuerySet["StepNote"]):
    def visible_to(self, user: User) -> StepNoteQuerySet:
        """One's own; of others, what they chose to share with those who see them."""
        if not getattr(user, "pk", None):
            return self.none()
        shared = Q(shared=True, resident__in=Resident.objects.visible_to(user).values("pk"))
        return self.filter(Q(resident__user=user) | shared)


class StepNote(OfResident):
    """A resident's own note on their work with a sponsor and the steps. Theirs alone, unless they share it."""

    about = models.CharField(_("about"), max_length=120, help_text=_("Such as “Step 4”, or “Sponsor”."))
    text = models.TextField(_("note"), max_length=10_000)
    written_on = models.DateField(_("day"))
    shared = models.BooleanField(_("my house may read it"), default=False, db_default=False)
    put_away = models.BooleanField(_("put away"), default=False, db_default=False, editable=False)

    objects = StepNoteQuerySet.as_manager()

    class Meta:
        ordering = ["-written_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text="") & ~Q(about=""), name="stepnote_words"),
            Frozen(fields=["resident"], name="stepnote_frozen"),
        ]
        verbose_name = _("own note")

    def __str__(self) -> str:
        return str(self.written_on)


class CalendarLinkQuerySet(InHouseQuerySet):
    def visible_to(self, user: User) -> CalendarLinkQuerySet:
        """A resident's own; those of the house itself, for its staff."""
        if not getattr(user, "pk", None):
            return self.none()
        of_house = super().visible_to(user).filter(stay=None)
        return self.filter(Q(pk__in=of_house.values("pk")) | Q(stay__resident__user=user))


class CalendarLink(InHouse):
    """A secret address under which a calendar program reads a resident's meetings, or a house's. Only a digest of the
    secret is kept; whoever has the address reads, until it is revoked or they move out."""

    stay = models.ForeignKey(
        Stay, on_delete=models.PROTECT, related_name="calendar_links", null=True, blank=True, editable=False
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("For which device or person it is."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CalendarLinkQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="calendarlink_named"),
            SameHouse(via="stay", name="calendarlink_house"),
            Frozen(fields=["house", "stay", "digest", "made_at"], name="calendarlink_frozen"),
        ]
        verbose_name = _("address of a calendar")

    def __str__(self) -> str:
        return self.name
