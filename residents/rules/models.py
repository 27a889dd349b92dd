"""What a house asks in writing, who signed it, what is said to have been broken, and what became of it.

A violation is a chain of facts, each written once: recorded, answered, decided, appealed, decided again, or taken back.
Where it stands is read from them.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House, InHouse, InHouseQuerySet, OfHouseQuerySet
from residents.people.models import Fact, Resident
from residents.stays.models import AboutResident, OwnStayQuerySet, Stay
from soberhouse.accounts.models import User
from soberhouse.database.constraints import (
    AppendOnly,
    DayOf,
    Frozen,
    FrozenOnce,
    FrozenOnceSet,
    OtherHands,
    OwnHand,
    SameHouse,
    SameOrganization,
    TriggerConstraint,
    odd_time,
)
from soberhouse.database.triggers import Trigger, refuse
from soberhouse.documents.models import StoredFile


class Category(models.TextChoices):
    """What a rule is about."""

    SUBSTANCES = "substances", _("alcohol and drugs")
    TESTING = "testing", _("drug testing")
    MEDICATION = "medication", _("medication")
    SAFETY = "safety", _("safety")
    RESPECT = "respect", _("respect")
    CURFEW = "curfew", _("curfew and nights away")
    MEETINGS = "meetings", _("meetings")
    CHORES = "chores", _("chores")
    VISITORS = "visitors", _("visitors")
    MONEY = "money", _("money")
    PROPERTY = "property", _("rooms and belongings")
    OTHER = "other", _("other")


class Severity(models.TextChoices):
    """How much hangs on a rule."""

    MINOR = "minor", _("minor")
    SERIOUS = "serious", _("serious")
    CRITICAL = "critical", _("critical")


class Consequence(models.TextChoices):
    """What the house may answer a violation with, from the lightest to the gravest."""

    NONE = "none", _("noted, nothing more")
    VERBAL = "verbal", _("verbal warning")
    WRITTEN = "written", _("written warning")
    CHORE = "chore", _("an extra chore")
    RESTRICTION = "restriction", _("restriction")
    CONTRACT = "contract", _("behavioral contract")
    REVIEW = "review", _("discharge review")


ON_THE_LADDER = tuple(each for each in Consequence.values if each != Consequence.NONE)


# Books and who signed them


class PublishedQuerySet(InHouseQuerySet):
    """Rows of a house that are published, or hang on something published; residents see those alone."""

    published = "published_on"

    def seen_by_resident(self, user: User) -> Q:
        return Q(**{f"{self.published}__isnull": False}, house__in=House.objects.lived_in_by(user).values("pk"))


class BookQuerySet(PublishedQuerySet):
    def seen_by_resident(self, user: User) -> Q:
        """What is published where they live, and whatever they signed."""
        signed = Acknowledgement.objects.filter(resident__user=user).values("book")
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
        book, rule, violation, withdrawn = (
            each._meta.db_table for each in (Book, Rule, Violation, ViolationWithdrawal)
        )
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


class AcknowledgementQuerySet(InHouseQuerySet):
    def seen_by_resident(self, user: User) -> Q:
        return Q(resident__user=user)

    def good(self) -> AcknowledgementQuerySet:
        """Without those taken back as recorded by mistake."""
        return self.filter(undone=None)


class Acknowledgement(AboutResident, Signed):
    """A resident's signature under one version of a book."""

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

    def person(self) -> Resident:
        return self.resident


class StillBound(TriggerConstraint):
    """A signature that a violation stands on is not taken back while that violation stands."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        signature, violation, withdrawn = (
            each._meta.db_table for each in (Acknowledgement, Violation, ViolationWithdrawal)
        )
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

    acknowledgement = models.OneToOneField(Acknowledgement, on_delete=models.PROTECT, related_name="undone")
    reason = models.CharField(_("reason"), max_length=500)

    class ScopedQuerySet(InHouseQuerySet):
        def seen_by_resident(self, user: User) -> Q:
            return Q(acknowledgement__resident__user=user)

    objects = ScopedQuerySet.as_manager()

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

    def person(self) -> Resident:
        return self.acknowledgement.resident


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

    objects = OwnStayQuerySet.as_manager()

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

    def person(self) -> Resident:
        return self.stay.resident


# The consequence ladder


class LadderQuerySet(PublishedQuerySet):
    def out(self) -> LadderQuerySet:
        return self.exclude(published_on=None)


class Ladder(InHouse):
    """One version of what a house answers violations with. Published, it never changes; residents read it
    beforehand."""

    number = models.PositiveIntegerField(_("version"), null=True, blank=True, editable=False)
    look_back_days = models.PositiveSmallIntegerField(
        _("looks back (days)"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text=_("Only violations this many days back count towards the next step."),
    )
    appeal_days = models.PositiveSmallIntegerField(
        _("time to appeal (days)"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("After the decision."),
    )
    text = models.TextField(_("in words"), max_length=4000, blank=True)
    published_on = models.DateField(_("published"), null=True, blank=True, editable=False)
    in_force_from = models.DateField(_("in force from"), null=True, blank=True, editable=False)

    objects = LadderQuerySet.as_manager()

    class Meta:
        ordering = ["-number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["house", "number"], name="ladder_number"),
            models.UniqueConstraint(
                fields=["house"],
                condition=Q(published_on=None),
                name="ladder_one_draft",
                violation_error_message=_("There is a draft of this already."),
            ),
            models.CheckConstraint(
                condition=Q(number=None, published_on=None, in_force_from=None)
                | Q(number__isnull=False, number__gte=1, published_on__isnull=False, in_force_from__isnull=False),
                name="ladder_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(in_force_from__gte=F("published_on")),
                name="ladder_not_before_published",
                violation_error_message=_("It cannot be in force before it is published."),
            ),
            models.CheckConstraint(condition=Q(look_back_days__gte=1, appeal_days__gte=1), name="ladder_days_count"),
            FrozenOnce(once="published_on", name="ladder_published"),
            Frozen(fields=["house"], name="ladder_frozen"),
        ]
        verbose_name = _("consequence ladder")

    def __str__(self) -> str:
        if self.published_on is None:
            return str(_("Consequence ladder, draft"))
        return str(_("Consequence ladder, version %(number)s") % {"number": self.number})


class LadderStepQuerySet(PublishedQuerySet):
    published = "ladder__published_on"


class LadderStep(InHouse):
    """The answer to the first, second, … violation of a category and severity within the time the ladder looks back.
    The last step is for every one after it. Without a category it is for those that have no steps of their own."""

    ladder = models.ForeignKey(Ladder, on_delete=models.PROTECT, related_name="steps")
    category = models.CharField(_("about"), max_length=10, choices=Category.choices, blank=True)
    severity = models.CharField(_("how grave"), max_length=8, choices=Severity.choices)
    position = models.PositiveSmallIntegerField(_("time"))
    consequence = models.CharField(_("consequence"), max_length=11, choices=Consequence.choices)
    dropped = models.BooleanField(_("taken out"), default=False, db_default=False, editable=False)

    objects = LadderStepQuerySet.as_manager()

    class Meta:
        ordering = ["severity", "category", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ladder", "category", "severity", "position"],
                condition=Q(dropped=False),
                name="ladder_step_once",
            ),
            models.CheckConstraint(condition=Q(position__range=(1, 9)), name="ladder_step_position"),
            models.CheckConstraint(condition=Q(category__in=["", *Category.values]), name="ladder_step_category"),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="ladder_step_severity"),
            models.CheckConstraint(condition=Q(consequence__in=ON_THE_LADDER), name="ladder_step_consequence"),
            SameHouse(via="ladder", name="ladder_step_house"),
            FrozenOnce(once="published_on", via="ladder", name="ladder_step_published"),
            Frozen(fields=["house", "ladder"], name="ladder_step_frozen"),
        ]
        verbose_name = _("step of the ladder")

    def __str__(self) -> str:
        return f"{self.position}. {self.get_consequence_display()}"


# Violations


class BindingBook(TriggerConstraint):
    """A violation is of a rule in the book that bound that resident that day: the newest of the house's rule books
    in force that they had signed. The day is one of their stay. The resident is locked first."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        book, rule, signature, undone = (
            each._meta.db_table for each in (Book, Rule, Acknowledgement, AcknowledgementUndone)
        )
        stay, resident = Stay._meta.db_table, Resident._meta.db_table
        signed = (
            f'EXISTS (SELECT 1 FROM "{signature}" a WHERE a.book_id = b.id AND a.resident_id = s.resident_id '  # noqa: S608
            f"AND a.signed_on <= NEW.happened_on "
            f'AND NOT EXISTS (SELECT 1 FROM "{undone}" u WHERE u.acknowledgement_id = a.id))'
        )
        binding = (
            f"(SELECT b.id FROM \"{book}\" b WHERE b.house_id = s.house_id AND b.kind = 'rules' "  # noqa: S608
            f"AND b.published_on IS NOT NULL AND b.in_force_from <= NEW.happened_on AND {signed} "
            f"ORDER BY b.number DESC LIMIT 1)"
        )
        bound = (
            f'EXISTS (SELECT 1 FROM "{rule}" r, "{stay}" s WHERE r.id = NEW.rule_id AND s.id = NEW.stay_id '  # noqa: S608
            f"AND NOT r.dropped AND NOT s.voided AND s.starts_on <= NEW.happened_on "
            f"AND (s.ends_on IS NULL OR NEW.happened_on <= s.ends_on) AND r.book_id = {binding})"
        )
        wrong, lock = f"NOT {bound}", ""
        if vendor == "sqlite":
            wrong = f"{odd_time('NEW.happened_on')} OR {wrong}"
        else:
            lock = (
                f'PERFORM 1 FROM "{resident}" WHERE id = (SELECT s.resident_id FROM "{stay}" s '  # noqa: S608
                "WHERE s.id = NEW.stay_id) FOR NO KEY UPDATE; "
            )
        yield Trigger(
            self.trigger_name("insert"),
            model._meta.db_table,
            "BEFORE INSERT",
            lock + refuse(self.name, vendor, where=wrong),
        )


class WithinItsStay(TriggerConstraint):
    """The days of a stay are not corrected so that a violation that stands would lie outside them. A stay entered by
    mistake has none that count. The resident is locked first."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        violation, withdrawn = model._meta.db_table, ViolationWithdrawal._meta.db_table
        outside = (
            f'NOT NEW.voided AND EXISTS (SELECT 1 FROM "{violation}" v WHERE v.stay_id = NEW.id '  # noqa: S608
            f"AND (v.happened_on < NEW.starts_on OR v.happened_on > NEW.ends_on) "
            f'AND NOT EXISTS (SELECT 1 FROM "{withdrawn}" w WHERE w.violation_id = v.id))'
        )
        lock = ""
        if vendor == "postgresql":
            lock = f'PERFORM 1 FROM "{Resident._meta.db_table}" WHERE id = NEW.resident_id FOR NO KEY UPDATE; '
        yield Trigger(
            self.trigger_name("stay"),
            Stay._meta.db_table,
            "BEFORE UPDATE",
            lock + refuse(self.name, vendor, where=outside),
        )


class NotTakenBack(TriggerConstraint):
    """Nothing is added to a violation that was taken back as recorded by mistake."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        withdrawn = f'SELECT 1 FROM "{ViolationWithdrawal._meta.db_table}" w WHERE w.violation_id = NEW.violation_id'  # noqa: S608
        yield Trigger(
            self.trigger_name("insert"),
            model._meta.db_table,
            "BEFORE INSERT",
            refuse(self.name, vendor, where=f"EXISTS ({withdrawn})"),
        )


class AppealInTime(TriggerConstraint):
    """An appeal is of a decision that upheld a violation that still stands, and within its time."""

    def triggers(self, model: type[models.Model], vendor: str) -> Iterator[Trigger]:
        decision, withdrawn = Decision._meta.db_table, ViolationWithdrawal._meta.db_table
        open_ = (
            f"EXISTS (SELECT 1 FROM \"{decision}\" d WHERE d.id = NEW.decision_id AND d.outcome = 'upheld' "  # noqa: S608
            f"AND NEW.recorded_at <= d.appeal_until "
            f'AND NOT EXISTS (SELECT 1 FROM "{withdrawn}" w WHERE w.violation_id = d.violation_id))'
        )
        yield Trigger(
            self.trigger_name("insert"),
            model._meta.db_table,
            "BEFORE INSERT",
            refuse(self.name, vendor, where=f"NOT {open_}"),
        )


class Violation(AboutResident, Fact):
    """What is said to be a breach of one rule by one resident. It says nothing about guilt: that is the decision's."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="violations")
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="violations", verbose_name=_("rule"))
    happened_on = models.DateField(_("day"))
    happened_at = models.TimeField(_("time"), null=True, blank=True)  # by the house's clock
    place = models.CharField(_("where"), max_length=120, blank=True)
    what = models.TextField(
        _("what happened"), max_length=4000, help_text=_("What was seen and heard, not what it means.")
    )
    response = models.CharField(
        _("what was done at once"),
        max_length=500,
        blank=True,
        help_text=_("Such as: talked with them, called for help."),
    )

    objects = OwnStayQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_on", "-id"]
        constraints = [
            SameHouse(via="stay", name="violation_stay_house"),
            SameHouse(via="rule", name="violation_rule_house"),
            models.CheckConstraint(
                condition=~Q(what=""), name="violation_what", violation_error_message=_("Say what happened.")
            ),
            BindingBook(
                name="violation_binding_book",
                violation_error_message=_("This rule did not bind them that day."),
            ),
            WithinItsStay(name="violation_within_stay"),
            OtherHands(paths=["stay.resident.user"], anybody=True, name="violation_by_another"),
            AppendOnly(name="violation_kept"),
        ]
        indexes = [models.Index(fields=["house", "-happened_on"], name="violation_of_house")]
        verbose_name = _("violation")

    def __str__(self) -> str:
        return f"{self.stay.short_name} · {self.rule}"

    def person(self) -> Resident:
        return self.stay.resident


class OfViolationQuerySet(InHouseQuerySet):
    """Rows that hang on a violation: the resident sees those of their own."""

    def seen_by_resident(self, user: User) -> Q:
        return Q(violation__stay__resident__user=user)


class OfViolation(AboutResident):
    """A row that hangs on one violation."""

    objects = OfViolationQuerySet.as_manager()

    class Meta:
        abstract = True

    def person(self) -> Resident:
        return self.violation.stay.resident


class ReporterQuerySet(InHouseQuerySet):
    def visible_to(self, user: User) -> ReporterQuerySet:
        """Whoever asked not to be named is withheld from the resident, also where they help to run the house."""
        rows = super().visible_to(user)
        if not getattr(user, "pk", None):
            return rows
        return rows.exclude(confidential=True, violation__stay__resident__user=user)

    def seen_by_resident(self, user: User) -> Q:
        return Q(violation__stay__resident__user=user, confidential=False)


class Reporter(OfViolation, Fact):
    """Who saw it, or told of it. Where it is confidential, the resident sees that a name is withheld, and no name."""

    violation = models.ForeignKey(Violation, on_delete=models.PROTECT, related_name="reporters")
    name = models.CharField(_("who saw it"), max_length=120)
    confidential = models.BooleanField(_("name is withheld"), default=False, db_default=False)

    objects = ReporterQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            SameHouse(via="violation", name="reporter_house"),
            models.CheckConstraint(condition=~Q(name=""), name="reporter_name"),
            OtherHands(paths=["violation.stay.resident.user"], anybody=True, name="reporter_by_another"),
            AppendOnly(name="reporter_kept"),
        ]
        verbose_name = _("who saw it")

    def __str__(self) -> str:
        return str(_("a name that is withheld")) if self.confidential else self.name


class Attachment(OfViolation, Fact):
    """A picture or a paper that belongs to a violation, from whoever added it."""

    violation = models.ForeignKey(Violation, on_delete=models.PROTECT, related_name="attachments")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(_("what it shows"), max_length=200)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="violation", name="attachment_house"),
            AppendOnly(name="attachment_kept"),
        ]
        verbose_name = _("attachment")

    def __str__(self) -> str:
        return self.caption


class Answer(OfViolation, Fact):
    """What the resident says to it. They may say more later; the newest stance is theirs. Recorded by somebody else
    where it was told by word of mouth."""

    class Stance(models.TextChoices):
        ACCEPT = "accept", _("it was so")
        DISPUTE = "dispute", _("it was not so")
        EXPLAIN = "explain", _("there is more to it")

    violation = models.ForeignKey(Violation, on_delete=models.PROTECT, related_name="answers")
    stance = models.CharField(_("what they say"), max_length=8, choices=Stance.choices)
    text = models.TextField(_("in their words"), max_length=4000, blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="violation", name="answer_house"),
            models.CheckConstraint(condition=Q(stance__in=["accept", "dispute", "explain"]), name="answer_stance"),
            models.CheckConstraint(
                condition=Q(stance="accept") | ~Q(text=""),
                name="answer_text",
                violation_error_message=_("Say it in a few words."),
            ),
            NotTakenBack(name="answer_of_standing"),
            AppendOnly(name="answer_kept"),
        ]
        verbose_name = _("answer")

    def __str__(self) -> str:
        return str(self.get_stance_display())


class Decision(OfViolation, Fact):
    """What a violation turned out to be, and its consequence, by somebody other than who recorded it.

    `time` says that it was the first, second, … within the time the ladder looks back, `advised` what the ladder said
    to it; empty where the house had no ladder then. Another consequence needs a reason.
    """

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("it was so")
        DISMISSED = "dismissed", _("it was not so")

    violation = models.OneToOneField(Violation, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(_("decision"), max_length=9, choices=Outcome.choices)
    ladder = models.ForeignKey(
        Ladder, on_delete=models.PROTECT, related_name="decisions", null=True, blank=True, editable=False
    )
    time = models.PositiveSmallIntegerField(_("time"), null=True, blank=True, editable=False)
    advised = models.CharField(
        _("the ladder says"), max_length=11, choices=Consequence.choices, blank=True, editable=False
    )
    consequence = models.CharField(_("consequence"), max_length=11, choices=Consequence.choices, blank=True)
    terms = models.CharField(
        _("what exactly"), max_length=1000, blank=True, help_text=_("Such as which chore, until when.")
    )
    reason = models.TextField(_("why"), max_length=4000)
    deviation = models.CharField(_("why not what the ladder says"), max_length=1000, blank=True)
    appeal_until = models.DateTimeField(_("can be appealed until"), editable=False)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="violation", name="decision_house"),
            SameHouse(via="ladder", name="decision_ladder_house"),
            models.CheckConstraint(
                condition=Q(outcome="upheld", consequence__in=Consequence.values)
                | Q(outcome="dismissed", consequence="", advised=""),
                name="decision_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="decision_reason", violation_error_message=_("Say why.")
            ),
            models.CheckConstraint(
                condition=Q(advised="") | Q(advised=F("consequence")) | ~Q(deviation=""),
                name="decision_deviation",
                violation_error_message=_("The ladder says something else: say why not."),
            ),
            OtherHands(paths=["violation.recorded_by", "violation.stay.resident.user"], name="decision_by_another"),
            NotTakenBack(name="decision_of_standing"),
            AppendOnly(name="decision_kept"),
        ]
        verbose_name = _("decision")

    def __str__(self) -> str:
        return str(self.get_outcome_display())


class Appeal(AboutResident, Fact):
    """The resident asks somebody else to decide again, and says why."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="appeal")
    text = models.TextField(_("why it should be decided again"), max_length=4000)

    class ScopedQuerySet(InHouseQuerySet):
        def seen_by_resident(self, user: User) -> Q:
            return Q(decision__violation__stay__resident__user=user)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="decision", name="appeal_house"),
            models.CheckConstraint(condition=~Q(text=""), name="appeal_text"),
            AppealInTime(name="appeal_in_time"),
            AppendOnly(name="appeal_kept"),
        ]
        verbose_name = _("appeal")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    def person(self) -> Resident:
        return self.decision.violation.stay.resident


class AppealDecision(AboutResident, Fact):
    """What became of an appeal, by somebody who neither recorded nor decided the matter."""

    class Outcome(models.TextChoices):
        STANDS = "stands", _("the decision stands")
        CHANGED = "changed", _("another consequence")
        OVERTURNED = "overturned", _("the decision is overturned")

    appeal = models.OneToOneField(Appeal, on_delete=models.PROTECT, related_name="decision_on_it")
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome.choices)
    consequence = models.CharField(_("consequence"), max_length=11, choices=Consequence.choices, blank=True)
    terms = models.CharField(_("what exactly"), max_length=1000, blank=True)
    reason = models.TextField(_("why"), max_length=4000)

    class ScopedQuerySet(InHouseQuerySet):
        def seen_by_resident(self, user: User) -> Q:
            return Q(appeal__decision__violation__stay__resident__user=user)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="appeal", name="appeal_decision_house"),
            models.CheckConstraint(
                condition=Q(outcome="changed", consequence__in=Consequence.values)
                | Q(outcome__in=["stands", "overturned"], consequence=""),
                name="appeal_decision_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="appeal_decision_reason", violation_error_message=_("Say why.")
            ),
            OtherHands(
                paths=[
                    "appeal.decision.recorded_by",
                    "appeal.decision.violation.recorded_by",
                    "appeal.decision.violation.stay.resident.user",
                ],
                name="appeal_decision_by_another",
            ),
            AppendOnly(name="appeal_decision_kept"),
        ]
        verbose_name = _("decision on an appeal")

    def __str__(self) -> str:
        return str(self.get_outcome_display())

    def person(self) -> Resident:
        return self.appeal.decision.violation.stay.resident


class ViolationWithdrawal(OfViolation, Fact):
    """A violation was recorded by mistake: it counts no more, and stays on record."""

    violation = models.OneToOneField(Violation, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="violation", name="violation_withdrawal_house"),
            models.CheckConstraint(condition=~Q(reason=""), name="violation_withdrawal_reason"),
            OtherHands(paths=["violation.stay.resident.user"], anybody=True, name="violation_withdrawal_by_another"),
            AppendOnly(name="violation_withdrawal_kept"),
        ]
        verbose_name = _("violation taken back")

    def __str__(self) -> str:
        return self.reason


# What the gravest consequences ask for


class Contract(AboutResident, Fact):
    """A behavioral contract: what a resident undertakes, from one day until another, and when it is looked at."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="contracts")
    violation = models.ForeignKey(
        Violation, on_delete=models.PROTECT, related_name="contracts", null=True, blank=True, editable=False
    )
    terms = models.TextField(_("what is agreed"), max_length=4000)
    help = models.TextField(_("what the house does to help"), max_length=2000, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    review_on = models.DateField(_("first looked at"))
    ended_on = models.DateField(_("ended"), null=True, blank=True, editable=False)

    objects = OwnStayQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-id"]
        constraints = [
            SameHouse(via="stay", name="contract_stay_house"),
            SameHouse(via="violation", name="contract_violation_house"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("starts_on")),
                name="contract_range",
                violation_error_message=_("A contract ends after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(review_on__gt=F("starts_on"), review_on__lte=F("ends_on")),
                name="contract_review",
                violation_error_message=_("It is first looked at while it lasts."),
            ),
            models.CheckConstraint(condition=~Q(terms=""), name="contract_terms"),
            models.CheckConstraint(condition=Q(ended_on__gte=F("starts_on")), name="contract_ended"),
            OtherHands(paths=["stay.resident.user"], anybody=True, name="contract_by_another"),
            Frozen(
                fields=[
                    *("house", "stay", "violation", "terms", "help", "starts_on", "ends_on", "review_on"),
                    *("recorded_by", "recorded_as", "recorded_at"),
                ],
                name="contract_frozen",
            ),
            FrozenOnceSet(fields=["ended_on"], name="contract_ended_once"),
        ]
        verbose_name = _("behavioral contract")

    def __str__(self) -> str:
        return f"{self.stay.short_name} · {self.starts_on}"

    def person(self) -> Resident:
        return self.stay.resident


class OfContractQuerySet(InHouseQuerySet):
    def seen_by_resident(self, user: User) -> Q:
        return Q(contract__stay__resident__user=user)


class ContractSignature(AboutResident, Signed):
    """The resident's signature under a contract."""

    contract = models.OneToOneField(Contract, on_delete=models.PROTECT, related_name="signature")

    objects = OfContractQuerySet.as_manager()

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            *Signed.Meta.constraints,
            SameHouse(via="contract", name="contract_signature_house"),
            OwnHand(
                paths=["contract.stay.resident.user"], unless="NEW.how = 'paper'", name="contract_signature_own_hand"
            ),
            OtherHands(
                paths=["contract.stay.resident.user"],
                unless="NEW.how <> 'paper'",
                anybody=True,
                name="contract_signature_witnessed",
            ),
            AppendOnly(name="contract_signature_kept"),
        ]
        verbose_name = _("signature under a contract")

    def __str__(self) -> str:
        return self.signed_name

    def person(self) -> Resident:
        return self.contract.stay.resident


class ContractReview(AboutResident, Fact):
    """Somebody looked at how a contract is kept. The last one ends it."""

    class Result(models.TextChoices):
        KEPT = "kept", _("kept")
        PARTLY = "partly", _("kept in part")
        BROKEN = "broken", _("not kept")

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="reviews")
    result = models.CharField(_("how it is kept"), max_length=6, choices=Result.choices)
    note = models.TextField(_("what was said"), max_length=2000)
    next_on = models.DateField(_("looked at again"), null=True, blank=True)
    ends_it = models.BooleanField(_("ends the contract"), default=False, db_default=False)

    objects = OfContractQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="contract", name="contract_review_house"),
            models.CheckConstraint(
                condition=Q(ends_it=True, next_on=None) | Q(ends_it=False, next_on__isnull=False),
                name="contract_review_next",
                violation_error_message=_("Either it ends the contract, or say when it is looked at again."),
            ),
            models.CheckConstraint(condition=Q(result__in=["kept", "partly", "broken"]), name="contract_review_result"),
            OtherHands(paths=["contract.stay.resident.user"], name="contract_review_by_another"),
            AppendOnly(name="contract_review_kept"),
        ]
        verbose_name = _("review of a contract")

    def __str__(self) -> str:
        return str(self.get_result_display())

    def person(self) -> Resident:
        return self.contract.stay.resident


class ReviewOpinion(OfViolation, Fact):
    """One person's word in a discharge review. Two who say that the resident must leave make it so; one who says that
    they stay ends it."""

    violation = models.ForeignKey(Violation, on_delete=models.PROTECT, related_name="opinions")
    leaves = models.BooleanField(_("must leave"))
    reason = models.TextField(_("why"), max_length=4000)
    terms = models.CharField(_("on which terms they stay"), max_length=1000, blank=True)

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["violation", "recorded_by"],
                name="review_opinion_once",
                violation_error_message=_("You have said what you think already."),
            ),
            SameHouse(via="violation", name="review_opinion_house"),
            models.CheckConstraint(
                condition=~Q(reason=""), name="review_opinion_reason", violation_error_message=_("Say why.")
            ),
            OtherHands(
                paths=["violation.recorded_by", "violation.stay.resident.user"], name="review_opinion_by_another"
            ),
            AppendOnly(name="review_opinion_kept"),
        ]
        verbose_name = _("word in a discharge review")

    def __str__(self) -> str:
        return str(_("must leave") if self.leaves else _("stays"))


class Removal(AboutResident, Fact):
    """Somebody had to leave at once, for safety. One person may decide it; another looks at it within 24 hours."""

    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, related_name="removals")
    violation = models.ForeignKey(
        Violation, on_delete=models.PROTECT, related_name="removals", null=True, blank=True, editable=False
    )
    happened_at = models.DateTimeField(_("when"))
    reason = models.TextField(_("what made it necessary"), max_length=4000)
    help_given = models.TextField(
        _("help to find another bed"),
        max_length=2000,
        help_text=_("Whom you called, what they offered, who drove, what was handed over."),
    )
    where_to = models.CharField(_("where they went"), max_length=200, blank=True)
    review_by = models.DateTimeField(_("to be looked at by"), editable=False)

    objects = OwnStayQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-id"]
        constraints = [
            SameHouse(via="stay", name="removal_stay_house"),
            SameHouse(via="violation", name="removal_violation_house"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(help_given=""), name="removal_said_why"),
            OtherHands(paths=["stay.resident.user"], name="removal_by_another"),
            AppendOnly(name="removal_kept"),
        ]
        verbose_name = _("immediate removal")

    def __str__(self) -> str:
        return f"{self.stay.short_name} · {self.happened_at:%Y-%m-%d}"

    def person(self) -> Resident:
        return self.stay.resident


class RemovalReview(AboutResident, Fact):
    """Another person looked at a removal."""

    class Outcome(models.TextChoices):
        RIGHT = "right", _("it was necessary")
        WRONG = "wrong", _("it was not: they are offered their bed back")

    removal = models.OneToOneField(Removal, on_delete=models.PROTECT, related_name="review")
    outcome = models.CharField(_("outcome"), max_length=5, choices=Outcome.choices)
    reason = models.TextField(_("why"), max_length=4000)

    class ScopedQuerySet(InHouseQuerySet):
        def seen_by_resident(self, user: User) -> Q:
            return Q(removal__stay__resident__user=user)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["recorded_at", "id"]
        constraints = [
            SameHouse(via="removal", name="removal_review_house"),
            models.CheckConstraint(
                condition=~Q(reason=""), name="removal_review_reason", violation_error_message=_("Say why.")
            ),
            models.CheckConstraint(condition=Q(outcome__in=["right", "wrong"]), name="removal_review_outcome"),
            OtherHands(paths=["removal.recorded_by", "removal.stay.resident.user"], name="removal_review_by_another"),
            AppendOnly(name="removal_review_kept"),
        ]
        verbose_name = _("review of a removal")

    def __str__(self) -> str:
        return str(self.get_outcome_display())

    def person(self) -> Resident:
        return self.removal.stay.resident
