"""Searches of rooms and belongings, and visitors."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.log.models.entries import Amendable, Entry, OfEntry, OfEntryQuerySet
from residents.log.models.words import Kind
from soberhouse.database.constraints import AppendOnly, Only, Same, SameHouse, WellWritten


class Search(Amendable):
    """A search: why, by whom, before whom, what was found and what became of it."""

    entry_path: ClassVar[str] = "entry"

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="searches")
    place = models.CharField(_("what was searched"), max_length=200)
    why = models.CharField(_("why"), max_length=500)
    by = models.CharField(_("who searched"), max_length=200)
    witness = models.CharField(_("who witnessed it"), max_length=200, blank=True)
    resident_present = models.BooleanField(_("the resident was there"))
    found = models.CharField(_("what was found"), max_length=1000, blank=True)  # empty: nothing
    became = models.CharField(_("what became of it"), max_length=500, blank=True)
    policy = models.ForeignKey(
        "residents.Book",
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("by which policy"),
    )

    objects = OfEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            *Amendable.Meta.constraints,
            models.UniqueConstraint(fields=["entry"], condition=Q(corrects=None), name="search_first"),
            SameHouse(via="entry", name="search_house"),
            Only(via="entry", column="kind", value=Kind.SEARCH, name="search_of_kind"),
            SameHouse(via="policy", name="search_policy_house"),
            Same(via="corrects", column="entry_id", name="search_corrects_entry"),
            models.CheckConstraint(condition=~Q(place="") & ~Q(why="") & ~Q(by=""), name="search_words"),
            models.CheckConstraint(
                condition=Q(found="", became="") | ~Q(found="") & ~Q(became=""),
                name="search_found",
                violation_error_message=_("Say what became of what was found."),
            ),
        ]
        verbose_name = _("search")

    def __str__(self) -> str:
        return self.place


class Visit(OfEntry):
    """A visitor came. Whom they visited is whom the entry is about."""

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="visit")
    name = models.CharField(_("visitor"), max_length=120)
    came_at = models.DateTimeField(_("came"))

    class Meta:
        ordering = ["-came_at", "-id"]
        constraints = [
            SameHouse(via="entry", name="visit_house"),
            Only(via="entry", column="kind", value=Kind.VISITOR, name="visit_of_kind"),
            models.CheckConstraint(condition=~Q(name=""), name="visit_name"),
            models.CheckConstraint(
                condition=Q(came_at__lte=F("recorded_at")),
                name="visit_past",
                violation_error_message=_("This time has not come yet."),
            ),
            WellWritten(instants=["came_at", "recorded_at"], name="visit_written"),
            AppendOnly(name="visit_kept"),
        ]
        verbose_name = _("visit")

    def __str__(self) -> str:
        return self.name


class VisitEnd(OfEntry):
    """A visitor went."""

    entry_path: ClassVar[str] = "visit__entry"

    visit = models.OneToOneField(Visit, on_delete=models.PROTECT, related_name="end")
    came_at = models.DateTimeField(editable=False)  # the visit's, so that the database can compare them
    left_at = models.DateTimeField(_("left"))

    class Meta:
        constraints = [
            SameHouse(via="visit", name="visitend_house"),
            Same(via="visit", column="came_at", name="visitend_came"),
            models.CheckConstraint(
                condition=Q(left_at__gte=F("came_at"), left_at__lte=F("recorded_at")),
                name="visitend_after",
                violation_error_message=_("They left after they came, and not in the future."),
            ),
            WellWritten(instants=["came_at", "left_at", "recorded_at"], name="visitend_written"),
            AppendOnly(name="visitend_kept"),
        ]
        verbose_name = _("end of a visit")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
