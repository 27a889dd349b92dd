"""A roster on its way in: kept from the upload to the confirmation, then thrown away."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, Organization, Reach
from soberhouse.accounts.models import User
from soberhouse.database.models import Row

KEPT = timedelta(days=1)


class RosterUploadQuerySet(models.QuerySet["RosterUpload"]):
    def visible_to(self, user: User) -> RosterUploadQuerySet:
        """One's own, for a day: nobody else reads a file that is not imported yet."""
        if not getattr(user, "pk", None):
            return self.none()
        return self.filter(user=user, created_at__gt=timezone.now() - KEPT)


class RosterUpload(Row):
    """A file somebody has sent and not yet confirmed. It is no record: it is deleted once imported, or after a day.

    `house` is the house of rows that name none; without it the file must say each row's house.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    house = models.ForeignKey(House, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    filename = models.CharField(_("file"), max_length=200)
    content = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = RosterUploadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("uploaded roster")

    def __str__(self) -> str:
        return self.filename

    def reach(self) -> Reach:
        return self.house.reach() if self.house else Reach(self.organization_id)
