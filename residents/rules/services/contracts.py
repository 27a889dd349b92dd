"""Behavioral contracts: what a resident undertakes and what the house does to help, signed, and looked at until it is
over.

Nobody writes a contract with themselves or says how their own is kept. Residents sign for themselves; on paper,
somebody else writes down that they did.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.people.services import not_about_oneself, only_oneself
from residents.rules import notices
from residents.rules.hands import by_a_person
from residents.rules.models import Contract, ContractReview, ContractSignature, Signed, Violation
from residents.rules.queries.cases import upheld_only
from residents.rules.services.signing import check_paper_signature, kept_paper, require_own_name
from residents.stays.models import Stay
from residents.stays.steps import lock, locked_stay, save
from soberhouse.history import recorded
from soberhouse.words import is_blank, tidy


@transaction.atomic
def contract_make(
    *,
    stay: Stay,
    violation: Violation | None = None,
    terms: str,
    help: str = "",
    starts_on: date,
    ends_on: date,
    review_on: date,
    now: datetime,
) -> Contract:
    """Write down what is agreed with a resident, from one day until another; they sign it next.

    Refuses a contract with oneself or about a stay that is over; one that ends, or is first looked at, before today or
    outside of itself, or starts before the stay; and one because of a violation of somebody else, or that was not
    upheld.
    """
    stay = locked_stay(stay)
    today = stay.house.today(now)
    if violation is not None:
        _require_upheld(violation, stay)
    if is_blank(terms):
        raise ValidationError({"terms": _("Write down what is agreed.")})
    if starts_on < stay.starts_on:
        raise ValidationError(
            {"starts_on": _("This is before they moved in, on %(day)s.") % {"day": date_format(stay.starts_on)}}
        )
    if ends_on <= max(starts_on, today):
        raise ValidationError({"ends_on": _("A contract ends after it starts, and after today.")})
    if not max(starts_on, today) < review_on <= ends_on:
        raise ValidationError({"review_on": _("It is first looked at while it lasts, and after today.")})
    contract = Contract(
        house=stay.house,
        stay=stay,
        violation=violation,
        terms=terms.strip(),
        help=help.strip(),
        starts_on=starts_on,
        ends_on=ends_on,
        review_on=review_on,
        recorded_at=now,
        **recorded(),
    )
    save(contract)
    notices.tell_contract_made(contract)
    return contract


def _require_upheld(violation: Violation, stay: Stay) -> None:
    upheld = upheld_only(Violation.objects.filter(pk=violation.pk, stay=stay))
    if not upheld.exists():
        raise ValidationError(
            {
                "violation": _(
                    "A contract follows only what was upheld and is not being appealed, and only for whom it is about."
                )
            }
        )


@transaction.atomic
def contract_sign(
    *, contract: Contract, signed_name: str, drawing: str = "", on_tablet: bool = False, now: datetime
) -> ContractSignature:
    """The acting resident signs their contract, by typing their name and, if they like, drawing it.

    Refuses anybody else, a name that is not theirs, a contract that is over, and what they have signed already.
    """
    only_oneself(contract.stay.resident)
    contract = _locked(contract)
    require_own_name(resident=contract.stay.resident, typed=signed_name)
    return _sign(
        contract,
        signed_name=tidy(signed_name),
        drawing=drawing,
        signed_at=now,
        how=Signed.How.TABLET if on_tablet else Signed.How.OWN,
    )


def contract_sign_on_paper(
    *,
    contract: Contract,
    signed_name: str,
    witness: str,
    signed_at: datetime,
    paper: bytes | None = None,
    now: datetime,
) -> ContractSignature:
    """Write down that the resident signed it on paper, before a witness; with a photo of the paper, if given.

    Refuses to record about oneself; without a name or a witness, or themselves as one; a moment that is still to come
    or of a day before the contract was written; a contract that is over or signed; and what is no picture.
    """
    not_about_oneself(contract.stay.resident)
    file = kept_paper(data=paper)
    with transaction.atomic():
        contract = _locked(contract)
        check_paper_signature(
            signer=contract.stay.resident,
            house=contract.house,
            signed_name=signed_name,
            witness=witness,
            signed_at=signed_at,
            earliest=contract.house.today(contract.recorded_at),
            too_early=_("This contract was written on %(day)s. It cannot have been signed before."),
            now=now,
        )
        row = _sign(
            contract,
            signed_name=tidy(signed_name),
            witness=witness.strip(),
            paper=file,
            signed_at=signed_at,
            how=Signed.How.PAPER,
        )
        notices.tell_contract_signed_on_paper(row)
        return row


def _sign(contract: Contract, *, signed_at: datetime, **facts: Any) -> ContractSignature:
    if ContractSignature.objects.filter(contract=contract).exists():
        raise ValidationError(_("This contract is signed already."))
    return save(
        ContractSignature(
            house=contract.house,
            contract=contract,
            signed_at=signed_at,
            signed_on=contract.house.today(signed_at),
            **facts,
            **recorded(),
        )
    )


@transaction.atomic
def contract_review(
    *,
    contract: Contract,
    result: str,
    note: str,
    next_on: date | None = None,
    ends_it: bool = False,
    now: datetime,
) -> ContractReview:
    """Write down how a contract is kept, and when it is looked at again; or end it: today, or where it has not begun
    yet, on its first day, so that it holds for none.

    Refuses to say it about oneself, or without words; a contract that is over; one that nobody signed, unless this ends
    it; and a next day that is not after today and within the contract.
    """
    not_about_oneself(contract.stay.resident)
    by_a_person()
    contract = _locked(contract)
    today = contract.house.today(now)
    if is_blank(note):
        raise ValidationError({"note": _("Say in a few words how it goes.")})
    if not ends_it and not ContractSignature.objects.filter(contract=contract).exists():
        raise ValidationError(_("Nobody has signed this contract yet. Have it signed first, or end it."))
    if ends_it:
        next_on = None
    elif today >= contract.ends_on:
        raise ValidationError({"ends_it": _("The contract has run its time: this review ends it.")})
    elif next_on is None or not today < next_on <= contract.ends_on:
        raise ValidationError(
            {
                "next_on": _("Say when it is looked at again, after today and by %(day)s; or that this ends it.")
                % {"day": date_format(contract.ends_on)}
            }
        )
    review = save(
        ContractReview(
            house=contract.house,
            contract=contract,
            result=result,
            note=note.strip(),
            next_on=next_on,
            ends_it=ends_it,
            recorded_at=now,
            **recorded(),
        )
    )
    if ends_it:
        contract.ended_on = max(today, contract.starts_on)
        save(contract)
    notices.tell_contract_reviewed(review)
    return review


def _locked(contract: Contract) -> Contract:
    """The contract as it is now, its resident locked; refused where it is over."""
    lock(contract.stay.resident)
    contract = Contract.objects.select_related("house", "stay__resident", "stay__house").get(pk=contract.pk)
    ended = contract.ended_on or contract.stay.ends_on
    if ended is not None:
        if ended > contract.house.today():
            raise ValidationError(_("This contract was ended before it began."))
        raise ValidationError(_("This contract ended on %(day)s.") % {"day": date_format(ended)})
    return contract
