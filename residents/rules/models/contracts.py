"""Behavioral contracts: terms, who signed them, and how they were kept."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from residents.people.models import Fact
from residents.rules.models.signing import Signed
from residents.rules.models.violations import Violation
from residents.stays.models import AboutResident, Stay
from soberhouse.database.constraints import (
    AppendOnly,
    Frozen,
    FrozenOnceSet,
    OtherHands,
    OwnHand,
    SameHouse,
)


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


class ContractSignature(AboutResident, Signed):
    """The resident's signature under a contract."""

    to_person = "contract__stay__resident"

    contract = models.OneToOneField(Contract, on_delete=models.PROTECT, related_name="signature")

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


class ContractReview(AboutResident, Fact):
    """Somebody looked at how a contract is kept. The last one ends it."""

    to_person = "contract__stay__resident"

    class Result(models.TextChoices):
        KEPT = "kept", _("kept")
        PARTLY = "partly", _("kept in part")
        BROKEN = "broken", _("not kept")

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="reviews")
    result = models.CharField(_("how it is kept"), max_length=6, choices=Result.choices)
    note = models.TextField(_("what was said"), max_length=2000)
    next_on = models.DateField(_("looked at again"), null=True, blank=True)
    ends_it = models.BooleanField(_("ends the contract"), default=False, db_default=False)

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
