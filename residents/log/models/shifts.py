"""Handing over the shift: what the next one must know, and that they read it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, InHouse, Reach
from residents.houses.permissions import Action
from residents.people.models import Fact
from soberhouse.accounts.models import User
from soberhouse.database.constraints import AppendOnly, OtherHands, SameHouse
from soberhouse.database.models import Row


class RunnersQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> RunnersQuerySet:
        """Whoever runs the house, as long as they do."""
        if not getattr(user, "pk", None):
            return self.none()
        return self.filter(house__in=House.objects.where_may(user, Action.RECORD).values("pk"))


class HandOver(InHouse, Fact):
    """The end of a shift: what the next one must know, in words, and what stood open then. What an entry tells is not
    copied: it is read where it is, by whoever may."""

    text = models.TextField(_("what the next one must know"), max_length=4000, blank=True)
    counts = models.JSONField(default=dict)  # what stood open, by name and number alone

    objects = RunnersQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [AppendOnly(name="handover_kept")]
        indexes = [models.Index(fields=["house", "-recorded_at"], name="handover_of_house")]
        verbose_name = _("hand-over")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class HandOverRead(InHouse, Fact):
    """Somebody else has read it, and signed that they have."""

    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="reads")

    objects = RunnersQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="hand_over", name="handoverread_house"),
            models.UniqueConstraint(fields=["hand_over", "recorded_by"], name="handoverread_once"),
            OtherHands(paths=["hand_over.recorded_by"], name="handoverread_by_another"),
            AppendOnly(name="handoverread_kept"),
        ]
        verbose_name = _("hand-over read")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class LogSeen(Row):
    """Until when somebody has seen the log of a house. It is no record of the house: it moves on as they read."""

    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()

    objects = RunnersQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["house", "user"], name="logseen_once")]
        verbose_name = _("log seen")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def reach(self) -> Reach:
        return self.house.reach()
