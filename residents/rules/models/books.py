"""Rule books and agreements: versions that are published and never change after."""

from __future__ import annotations

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, InHouse, InHouseQuerySet
from residents.rules.models.words import Category, Severity
from soberhouse.accounts.models import User
from soberhouse.database.constraints import (
    Frozen,
    FrozenOnce,
    SameHouse,
)


class PublishedQuerySet(InHouseQuerySet):
    """Rows of a house that are published, or hang on something published; residents see those alone."""

    published = "published_on"

    def seen_by_resident(self, user: User) -> Q:
        return Q(**{f"{self.published}__isnull": False}, house__in=House.objects.lived_in_by(user).values("pk"))


class BookQuerySet(PublishedQuerySet):
    def seen_by_resident(self, user: User) -> Q:
        """What is published where they live, and whatever they signed."""
        signed = apps.get_model("residents.Acknowledgement").objects.filter(resident__user=user).values("book")
        return super().seen_by_resident(user) | Q(pk__in=signed)

    def out(self) -> BookQuerySet:
        """Published, in force or soon to be."""
        return self.exclude(published_on=None)


class Book(InHouse):
    """One version of what a house asks its residents to sign: its rule book, or an agreement. A draft may change;
    published, it has a number, a day from which it is in force, and never changes again."""

    class Kind(models.TextChoices):
        RULES = "rules", _("rule book")
        AGREEMENT = "agreement", _("resident agreement")
        FEES = "fees", _("fee sheet")
        TESTING = "testing", _("drug-testing policy")
        PRIVACY = "privacy", _("privacy notice")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    number = models.PositiveIntegerField(_("version"), null=True, blank=True, editable=False)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(
        _("text"),
        max_length=40_000,
        blank=True,
        help_text=_("In plain words. An empty line begins a new paragraph."),
    )
    changes = models.CharField(
        _("what is new"),
        max_length=1000,
        blank=True,
        help_text=_("For whoever signed the version before."),
    )
    published_on = models.DateField(_("published"), null=True, blank=True, editable=False)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True, editable=False)

    objects = BookQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["house", "kind", "number"], name="book_number"),
            models.UniqueConstraint(
                fields=["house", "kind"],
                condition=Q(published_on=None),
                name="book_one_draft",
                violation_error_message=_("There is a draft of this already."),
            ),
            models.CheckConstraint(
                condition=Q(number=None, published_on=None, in_force_from=None)
                | Q(number__isnull=False, number__gte=1, published_on__isnull=False, in_force_from__isnull=False),
                name="book_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(in_force_from__gte=F("published_on")),
                name="book_not_before_published",
                violation_error_message=_("It cannot be in force before it is published."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["rules", "agreement", "fees", "testing", "privacy"]), name="book_kind"
            ),
            models.CheckConstraint(
                condition=Q(published_on=None) | Q(kind="rules") | ~Q(text=""),
                name="book_has_text",
                violation_error_message=_("There is nothing to sign yet: write the text."),
            ),
            FrozenOnce(once="published_on", name="book_published"),
            Frozen(fields=["house", "kind"], name="book_frozen"),
        ]
        verbose_name = _("book")

    def __str__(self) -> str:
        return str(self.title)

    @property
    def is_draft(self) -> bool:
        return self.published_on is None

    @property
    def label(self) -> str:
        """What it is and which version."""
        kind = str(self.get_kind_display())
        if self.is_draft:
            return str(_("%(kind)s, draft") % {"kind": kind})
        return str(_("%(kind)s, version %(number)s") % {"kind": kind, "number": self.number})


class RuleQuerySet(PublishedQuerySet):
    published = "book__published_on"

    def seen_by_resident(self, user: User) -> Q:
        return Q(book__in=Book.objects.filter(Book.objects.seen_by_resident(user)).values("pk"))

    def standing(self) -> RuleQuerySet:
        """Without those that a version took out."""
        return self.filter(dropped=False)


class Rule(InHouse):
    """One rule of a rule book. Its number stays its own from version to version; one that is taken out leaves its
    number empty."""

    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="rules")
    number = models.PositiveSmallIntegerField(_("number"), editable=False)
    category = models.CharField(_("about"), max_length=10, choices=Category.choices)
    severity = models.CharField(_("how grave"), max_length=8, choices=Severity.choices)
    title = models.CharField(_("in a few words"), max_length=80)
    text = models.TextField(_("the rule"), max_length=2000)
    dropped = models.BooleanField(_("taken out"), default=False, db_default=False, editable=False)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="rule_number"),
            models.CheckConstraint(condition=Q(number__gte=1), name="rule_number_counts"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="rule_category"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="rule_severity"),
            SameHouse(via="book", name="rule_house"),
            FrozenOnce(once="published_on", via="book", name="rule_published"),
            Frozen(fields=["house", "book", "number"], name="rule_frozen"),
        ]
        verbose_name = _("house rule")

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"
