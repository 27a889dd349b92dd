"""Notices: one line to one person, read or not."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soberhouse.accounts.models import User
from soberhouse.database.constraints import Frozen
from soberhouse.database.models import Row


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> NoticeQuerySet:
        """One's own."""
        return self.filter(user=user) if getattr(user, "pk", None) else self.none()

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)


class Notice(Row):
    """What somebody should know, in one line, and where it leads. `kind` is declared by a subject."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notices")
    kind = models.SlugField(max_length=40)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=200, blank=True)  # an address of this site: it names no person
    made_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            Frozen(fields=["user", "kind", "text", "url", "made_at"], name="notice_frozen"),
            # Browsers read // and /\\ as the beginning of another site.
            models.CheckConstraint(
                condition=Q(url="") | (Q(url__startswith="/") & ~Q(url__startswith="//") & ~Q(url__startswith="/\\")),
                name="notice_url",
            ),
        ]
        indexes = [models.Index(fields=["user"], condition=Q(read_at=None), name="notice_unread")]
        verbose_name = _("notice")

    def __str__(self) -> str:
        return self.text
