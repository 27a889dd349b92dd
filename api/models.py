"""What the API itself keeps: for a day, what it did for a program that may send the same twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from soberhouse.accounts.models import Partner, User

KEPT = timedelta(hours=24)


class KeptAnswerQuerySet(models.QuerySet["KeptAnswer"]):
    def of(self, holder: User | Partner) -> KeptAnswerQuerySet:
        """Those that this user or this partner was given."""
        return self.filter(**{holder.actor_kind: holder})

    def over(self, now: datetime) -> KeptAnswerQuerySet:
        """Those that are kept no longer."""
        return self.filter(made_at__lte=now - KEPT)


class KeptAnswer(models.Model):
    """What was done under one `Idempotency-Key` of one user or partner: the same request again does nothing.

    Nothing about a person is kept. Of what was asked there is a digest; of what was answered the public id of the
    record, which is read again by whoever may still see it, or a receipt that tells nothing about anybody. The row is
    written in the transaction of what was done. It counts for a day, and is deleted some minutes after that, or when
    anybody next asks the API for anything.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="+", null=True)
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64)
    about = models.UUIDField(null=True)
    receipt = models.TextField(blank=True)
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = KeptAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, partner__isnull=True) | Q(user__isnull=True, partner__isnull=False),
                name="kept_answer_of_one",
            ),
            models.UniqueConstraint(
                fields=["user", "key"], condition=Q(user__isnull=False), name="kept_answer_once_a_user"
            ),
            models.UniqueConstraint(
                fields=["partner", "key"], condition=Q(partner__isnull=False), name="kept_answer_once_a_partner"
            ),
        ]

    def __str__(self) -> str:
        return self.key
