"""Who signed which version, and what a newcomer was shown."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from residents.houses.models import InHouse, OfHouseQuerySet
from residents.people.models import Fact, Resident
from residents.rules.models.books import Book, Rule
from residents.stays.models import AboutResident, AboutResidentQuerySet, Stay
from soberhouse.database.constraints import (
    AppendOnly,
    DayOf,
    Frozen,
    OtherHands,
    OwnHand,
    SameHouse,
    SameOrganization,
    TriggerConstraint,
    odd_time,
)
from soberhouse.database.triggers import Trigger, refuse
from soberhouse.documents.models import StoredFile

# A path of straight strokes, in whole numbers: it can hold nothing that a browser would run.
STROKES = RegexValidator(r"\A(M-?\d{1,4} -?\d{1,4}(L-?\d{1,4} -?\d{1,4})*)*\Z")


class Signed(Fact):
    """A signature: who, when, and how it is known that it was they."""

    class How(models.TextChoices):
        OWN = "own", _("signed in on their own")
        TABLET = "tablet", _("with their PIN on the house's tablet")
        PAPER = "paper", _("on paper, before a witness")

    signed_name = models.CharField(_("name as signed"), max_length=210)
    drawing = models.TextField(_("drawn signature"), max_length=20_000, blank=True, validators=[STROKES])
    signed_at = models.DateTimeField(_("signed"))
    signed_on = models.DateField(editable=False)  # the day of it in the house
    how = models.CharField(_("how"), max_length=6, choices=How.choices)
    witness = models.CharField(_("witness"), max_length=120, blank=True)
    paper = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=~Q(signed_name=""), name="%(class)s_name"),
            models.CheckConstraint(
                condition=Q(how__in=["own", "tablet"]) | (Q(how="paper") & ~Q(witness="")),
                name="%(class)s_witness",
                violation_error_message=_("Say who saw them sign."),
            ),
            DayOf(day="signed_on", instant="signed_at", name="%(class)s_day"),
        ]


def tables_of_violations() -> tuple[str, str]:
    """Of violations, and of those taken back. Their models build on these, so they are asked for late."""
    violation, withdrawn = map(apps.get_model, ("residents.Violation", "residents.ViolationWithdrawal"))
    return violation._meta.db_table, withdrawn._meta.db_table


class SignedBookOnly(TriggerConstraint):
    """Only what is published can be signed, and not before it was."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        book = Book._meta.db_table
        signable = "b.id = NEW.book_id AND b.published_on IS NOT NULL AND b.published_on <= NEW.signed_on"
        wrong = f'NOT EXISTS (SELECT 1 FROM "{book}" b WHERE {signable})'  # noqa: S608 -- names of tables
        if vendor == "sqlite":
            wrong = f"{odd_time('NEW.signed_on')} OR {wrong}"
        yield Trigger(
            self.trigger_name("insert"), model._meta.db_table, "BEFORE INSERT", refuse(self.name, vendor, where=wrong)
        )


class RebindsNobody(TriggerConstraint):
    """No signature is recorded with a day in the past by which a violation that stands would be one of a book that did
    not bind. A violation of the very day of the signature counts as before it. The resident is locked first."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        book, rule = Book._meta.db_table, Rule._meta.db_table
        violation, withdrawn = tables_of_violations()
        stay, resident = Stay._meta.db_table, Resident._meta.db_table
        rebound = (
            f'EXISTS (SELECT 1 FROM "{book}" b JOIN "{stay}" s ON s.house_id = b.house_id '  # noqa: S608 -- names of tables
            f'JOIN "{violation}" v ON v.stay_id = s.id JOIN "{rule}" r ON r.id = v.rule_id '
            f'JOIN "{book}" was ON was.id = r.book_id '
            f"WHERE b.id = NEW.book_id AND b.kind = 'rules' AND s.resident_id = NEW.resident_id "
            f"AND NOT s.voided AND was.number < b.number "
            f"AND v.happened_on > NEW.signed_on AND v.happened_on >= b.in_force_from "
            f'AND NOT EXISTS (SELECT 1 FROM "{withdrawn}" w WHERE w.violation_id = v.id))'
        )
        lock = ""
        if vendor == "postgresql":
            lock = f'PERFORM 1 FROM "{resident}" WHERE id = NEW.resident_id FOR NO KEY UPDATE; '
        yield Trigger(
            self.trigger_name("insert"),
            model._meta.db_table,
            "BEFORE INSERT",
            lock + refuse(self.name, vendor, where=rebound),
        )


class AcknowledgementQuerySet(AboutResidentQuerySet):
    def good(self) -> AcknowledgementQuerySet:
        """Without those taken back as recorded by mistake."""
        return self.filter(undone=None)


class Acknowledgement(AboutResident, Signed):
    """A resident's signature under one version of a book."""

    to_person = "resident"

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="acknowledgements")
    resident = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="acknowledgements")

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            *Signed.Meta.constraints,
            SameHouse(via="book", name="acknowledgement_house"),
            SameOrganization(via="resident", here="house", name="acknowledgement_organization"),
            SignedBookOnly(name="acknowledgement_of_published"),
            RebindsNobody(name="acknowledgement_rebinds"),
            OwnHand(paths=["resident.user"], unless="NEW.how = 'paper'", name="acknowledgement_own_hand"),
            OtherHands(
                paths=["resident.user"],
                unless="NEW.how <> 'paper'",
                anybody=True,
                name="acknowledgement_witnessed",
            ),
            AppendOnly(name="acknowledgement_kept"),
        ]
        indexes = [models.Index(fields=["resident", "book"], name="acknowledgement_of")]
        verbose_name = _("acknowledgement")

    def __str__(self) -> str:
        return f"{self.signed_name} · {self.book}"


class StillBound(TriggerConstraint):
    """A signature that a violation stands on is not taken back while that violation stands."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        signature = Acknowledgement._meta.db_table
        violation, withdrawn = tables_of_violations()
        rule, stay, resident = Rule._meta.db_table, Stay._meta.db_table, Resident._meta.db_table
        undone = model._meta.db_table
        other = (
            f'SELECT 1 FROM "{signature}" o WHERE o.book_id = a.book_id AND o.resident_id = a.resident_id '  # noqa: S608
            f"AND o.id <> a.id AND o.signed_on <= v.happened_on "
            f'AND NOT EXISTS (SELECT 1 FROM "{undone}" u WHERE u.acknowledgement_id = o.id)'
        )
        rests = (
            f'EXISTS (SELECT 1 FROM "{signature}" a JOIN "{stay}" s ON s.resident_id = a.resident_id '  # noqa: S608
            f'JOIN "{violation}" v ON v.stay_id = s.id JOIN "{rule}" r ON r.id = v.rule_id AND r.book_id = a.book_id '
            f"WHERE a.id = NEW.acknowledgement_id AND v.happened_on >= a.signed_on "
            f'AND NOT EXISTS (SELECT 1 FROM "{withdrawn}" w WHERE w.violation_id = v.id) AND NOT EXISTS ({other}))'
        )
        lock = ""
        if vendor == "postgresql":
            lock = (
                f'PERFORM 1 FROM "{resident}" WHERE id = (SELECT a.resident_id FROM "{signature}" a '  # noqa: S608
                "WHERE a.id = NEW.acknowledgement_id) FOR NO KEY UPDATE; "
            )
        yield Trigger(
            self.trigger_name("insert"), undone, "BEFORE INSERT", lock + refuse(self.name, vendor, where=rests)
        )


class AcknowledgementUndone(AboutResident, Fact):
    """A signature was recorded by mistake: it binds nobody, and stays on record."""

    to_person = "acknowledgement__resident"

    acknowledgement = models.OneToOneField(Acknowledgement, on_delete=models.PROTECT, related_name="undone")
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="acknowledgement", name="acknowledgement_undone_house"),
            models.CheckConstraint(condition=~Q(reason=""), name="acknowledgement_undone_reason"),
            StillBound(name="acknowledgement_undone_bound"),
            OtherHands(paths=["acknowledgement.resident.user"], anybody=True, name="acknowledgement_undone_by_another"),
            AppendOnly(name="acknowledgement_undone_kept"),
        ]
        verbose_name = _("acknowledgement taken back")

    def __str__(self) -> str:
        return str(self.acknowledgement)


# Orientation


class OrientationItem(InHouse):
    """Something that whoever moves in is shown."""

    position = models.PositiveSmallIntegerField(_("order"), default=0, db_default=0)
    text = models.CharField(_("what is shown"), max_length=200)
    in_use = models.BooleanField(_("on the list"), default=True, db_default=True)

    objects = OfHouseQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [Frozen(fields=["house"], name="orientation_item_frozen")]
        verbose_name = _("orientation item")

    def __str__(self) -> str:
        return self.text


class OrientationShown(AboutResident, Fact):
    """One item was shown to one resident, by whoever recorded it. What was ticked by mistake is voided."""

    item = models.ForeignKey(OrientationItem, on_delete=models.PROTECT, related_name="shown")
    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="orientation")
    voided = models.BooleanField(_("entered by mistake"), default=False, db_default=False)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["stay", "item"], condition=Q(voided=False), name="orientation_shown_once"),
            SameHouse(via="stay", name="orientation_shown_stay_house"),
            SameHouse(via="item", name="orientation_shown_item_house"),
            OtherHands(paths=["stay.resident.user"], anybody=True, name="orientation_shown_by_another"),
            Frozen(
                fields=["house", "item", "stay", "recorded_by", "recorded_as", "recorded_at"],
                name="orientation_shown_frozen",
            ),
        ]
        verbose_name = _("orientation")

    def __str__(self) -> str:
        return str(self.item)
