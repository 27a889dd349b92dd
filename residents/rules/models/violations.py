"""Violations. Each is a chain of facts, written once: recorded, answered, decided, appealed, decided again, or taken
back. Where it stands is read from them."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.people.models import Fact, Resident
from residents.rules.models.books import Book, Rule
from residents.rules.models.ladders import Ladder
from residents.rules.models.signing import Acknowledgement, AcknowledgementUndone
from residents.rules.models.words import Consequence
from residents.stays.models import AboutResident, AboutResidentQuerySet, Stay
from soberhouse.accounts.models import User
from soberhouse.database.constraints import (
    AppendOnly,
    OtherHands,
    SameHouse,
    TriggerConstraint,
    odd_time,
)
from soberhouse.database.triggers import Trigger, refuse
from soberhouse.documents.models import StoredFile


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


class OfViolation(AboutResident):
    """A row that hangs on one violation."""

    to_person = "violation__stay__resident"

    class Meta:
        abstract = True


class ReporterQuerySet(AboutResidentQuerySet):
    def visible_to(self, user: User) -> ReporterQuerySet:
        """Whoever asked not to be named is withheld from the resident, also where they help to run the house."""
        rows = super().visible_to(user)
        if not getattr(user, "pk", None):
            return rows
        return rows.exclude(confidential=True, violation__stay__resident__user=user)

    def seen_by_resident(self, user: User) -> Q:
        return super().seen_by_resident(user) & Q(confidential=False)


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

    to_person = "decision__violation__stay__resident"

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="appeal")
    text = models.TextField(_("why it should be decided again"), max_length=4000)

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


class AppealDecision(AboutResident, Fact):
    """What became of an appeal, by somebody who neither recorded nor decided the matter."""

    to_person = "appeal__decision__violation__stay__resident"

    class Outcome(models.TextChoices):
        STANDS = "stands", _("the decision stands")
        CHANGED = "changed", _("another consequence")
        OVERTURNED = "overturned", _("the decision is overturned")

    appeal = models.OneToOneField(Appeal, on_delete=models.PROTECT, related_name="decision_on_it")
    outcome = models.CharField(_("decision"), max_length=10, choices=Outcome.choices)
    consequence = models.CharField(_("consequence"), max_length=11, choices=Consequence.choices, blank=True)
    terms = models.CharField(_("what exactly"), max_length=1000, blank=True)
    reason = models.TextField(_("why"), max_length=4000)

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
