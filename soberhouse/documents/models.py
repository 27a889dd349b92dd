"""The register of issued documents, and what is known of each stored file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soberhouse.accounts.models import User
from soberhouse.database.constraints import AppendOnly, Same, SameOrganization
from soberhouse.database.models import Row


class StoredFile(Row):
    """Bytes in the private store, named by their SHA-256 digest: the same bytes are kept once.

    By itself a file is nobody's: it is served only through the row that points to it, in that row's scope.
    """

    digest = models.CharField(max_length=64, unique=True, editable=False)
    content_type = models.CharField(max_length=40, editable=False)
    size = models.PositiveIntegerField(editable=False)
    stored_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(digest="") & ~Q(content_type=""), name="stored_file_digest_and_type"),
            AppendOnly(name="stored_file_kept"),
        ]
        verbose_name = _("stored file")

    def __str__(self) -> str:
        return self.content_type


class IssuedDocumentQuerySet(models.QuerySet["IssuedDocument"]):
    def visible_to(self, user: User) -> IssuedDocumentQuerySet:
        """Papers about people one sees and oneself; of houses one works for; of organizations one operates or audits.

        A paper about somebody who lives elsewhere now stays with the house that issued it. One that tells of something
        with readers of its own is seen by these alone.
        """
        if not getattr(user, "pk", None):
            return self.none()
        houses, organizations = _model("house").objects.staffed_by(user), _model("organization").objects
        everywhere = user.roles.live().filter(house=None) if user.is_active else user.roles.none()
        return self.filter(
            Q(house__in=houses.values("pk"))
            | Q(organization__in=organizations.filter(pk__in=everywhere.values("organization")).values("pk"))
            | Q(resident__user=user)
        ).exclude(Exists(_not_read_by(user)))

    def valid(self) -> IssuedDocumentQuerySet:
        """Those that nobody withdrew or replaced."""
        return self.filter(withdrawal=None, replaced_by=None)


def _not_read_by(user: User) -> models.QuerySet:
    """The row that a paper tells of, where it is an entry of the log that `user` may not read."""
    entries = apps.get_model("residents.Entry").objects
    told_of = entries.filter(uuid=OuterRef("subject"))
    return told_of.exclude(Exists(entries.visible_to(user).filter(pk=OuterRef("pk"))))


def _model(name: str) -> Any:
    """The model that a foreign key of the register points to: the subjects stand above this floor."""
    return IssuedDocument._meta.get_field(name).related_model


class IssuedDocument(Row):
    """One paper that left the building, as it left. Written once; what became of it since is a `Withdrawal`, or the
    document that `replaces` it.

    `code` lets whoever holds the paper ask whether it is genuine; the answer tells nothing about a person. `subject` is
    the public id of what it tells of beyond the person, such as one stay of theirs, and it says that this lasted from
    `tells_from` until `tells_until`, or had not ended.
    """

    organization = models.ForeignKey(
        "residents.Organization", on_delete=models.PROTECT, related_name="issued_documents", editable=False
    )
    house = models.ForeignKey(
        "residents.House", on_delete=models.PROTECT, related_name="issued_documents", null=True, editable=False
    )
    resident = models.ForeignKey(
        "residents.Resident", on_delete=models.PROTECT, related_name="issued_documents", null=True, editable=False
    )
    subject = models.UUIDField(null=True, editable=False)
    tells_from = models.DateField(null=True, editable=False)
    tells_until = models.DateField(null=True, editable=False)
    kind = models.SlugField(max_length=40, editable=False)
    title = models.CharField(_("title"), max_length=120, editable=False)
    recipient = models.CharField(_("for"), max_length=200, blank=True)
    purpose = models.CharField(_("purpose"), max_length=300, blank=True)
    as_of = models.DateTimeField(_("as of"), editable=False)
    facts_digest = models.CharField(max_length=64, editable=False)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="issued_as", editable=False)
    code = models.CharField(max_length=40, unique=True, editable=False)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="replaced_by", null=True, blank=True, editable=False
    )
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    issued_as = models.CharField(_("issued by"), max_length=200, editable=False)
    issued_at = models.DateTimeField(_("issued"), default=timezone.now, db_default=Now(), editable=False)

    objects = IssuedDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_at", "-id"]
        constraints = [
            SameOrganization(via="house", name="issued_document_house"),
            SameOrganization(via="resident", name="issued_document_resident"),
            Same(via="replaces", column="organization_id", name="issued_document_replaces"),
            Same(via="replaces", column="kind", name="issued_document_replaces_kind"),
            Same(via="replaces", column="house_id", name="issued_document_replaces_house"),
            Same(via="replaces", column="resident_id", name="issued_document_replaces_about"),
            Same(via="replaces", column="subject", name="issued_document_replaces_subject"),
            *(
                models.CheckConstraint(condition=~Q(**{name: ""}), name=f"issued_document_{name}")
                for name in ("kind", "title", "facts_digest", "code", "issued_as")
            ),
            AppendOnly(name="issued_document_kept"),
        ]
        indexes = [models.Index(fields=["house", "-issued_at"], name="issued_document_house_at")]
        verbose_name = _("issued document")

    def __str__(self) -> str:
        return self.title

    def reach(self) -> Any:
        """Where the house that issued it is, else the organization; and whom it is about."""
        place = self.house or self.organization
        return replace(place.reach(), about_user_id=self.resident.user_id if self.resident else None)

    @property
    def state(self) -> str:
        """valid, replaced or withdrawn. Needs `withdrawal` and `replaced_by`."""
        if hasattr(self, "withdrawal"):
            return "withdrawn"
        return "replaced" if hasattr(self, "replaced_by") else "valid"


class Withdrawal(Row):
    """Somebody took a document back: whoever checks its code is told so."""

    document = models.OneToOneField(IssuedDocument, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(_("reason"), max_length=500)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    recorded_as = models.CharField(max_length=200, editable=False)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="withdrawal_reason"),
            models.CheckConstraint(condition=~Q(recorded_as=""), name="withdrawal_recorded_as"),
            AppendOnly(name="withdrawal_kept"),
        ]
        verbose_name = _("withdrawal of a document")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
