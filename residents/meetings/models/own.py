"""What residents keep for themselves, and the secret addresses of calendars."""

from __future__ import annotations

from dataclasses import replace

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.houses.models import InHouse, InHouseQuerySet, Reach
from residents.people.models import OfResident, Resident
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.database.constraints import Frozen, FrozenOnceSet, SameHouse, WellWritten


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
            models.CheckConstraint(condition=Q(put_away=False) | Q(shared=False), name="stepnote_put_away"),
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

    def live(self) -> CalendarLinkQuerySet:
        """Those that somebody can read: not revoked and, of a resident's, those of whoever still lives there."""
        stays = Q(stay=None) | Q(stay__ends_on=None, stay__voided=False)
        return self.filter(stays, revoked_at=None)


class CalendarLink(InHouse):
    """A secret address under which a calendar program reads a resident's meetings, or a house's. Only a digest of the
    secret is kept; whoever has the address reads, until it is revoked or they move out."""

    stay = models.ForeignKey(
        Stay, on_delete=models.PROTECT, related_name="calendar_links", null=True, blank=True, editable=False
    )
    name = models.CharField(_("name"), max_length=60, help_text=_("For which device or person it is."))
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    with_places = models.BooleanField(_("with addresses"), default=False, db_default=False)
    made_at = models.DateTimeField(_("made"), editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    objects = CalendarLinkQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="calendarlink_named"),
            SameHouse(via="stay", name="calendarlink_house"),
            models.CheckConstraint(condition=Q(stay__isnull=False) | Q(with_places=False), name="calendarlink_places"),
            Frozen(fields=["house", "stay", "token_digest", "with_places", "made_at"], name="calendarlink_frozen"),
            FrozenOnceSet(fields=["revoked_at"], name="calendarlink_revoked"),
            WellWritten(instants=["made_at", "revoked_at"], name="calendarlink_written"),
        ]
        verbose_name = _("address of a calendar")

    def __str__(self) -> str:
        return self.name

    @property
    def resident(self) -> Resident | None:
        """Whose it is; nobody's, where it is the house's."""
        return self.stay.resident if self.stay is not None else None

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None and (self.stay is None or (self.stay.ends_on is None and not self.stay.voided))

    def reach(self) -> Reach:
        return replace(self.house.reach(), about_user_id=self.resident.user_id if self.resident else None)
