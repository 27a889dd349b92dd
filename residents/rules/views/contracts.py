"""Behavioral contracts: written, signed, looked at; and discharge reviews."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from residents.houses.access import of, standing_of
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look
from residents.rules.forms.books import PaperForm, SignForm
from residents.rules.forms.contracts import ContractForm, ContractReviewForm, OpinionForm
from residents.rules.models import Contract, ContractSignature, Violation
from residents.rules.queries.cases import Case, case_of
from residents.rules.queries.contracts import AGREE, agreed, is_offered_back, review_of
from residents.rules.rule_paper_cards import papers_of_contract
from residents.rules.services import contracts as services
from residents.rules.services import reviews
from residents.stays.models import Discharge, Stay
from soberhouse.documents import store
from soberhouse.form_page import form_page

log = logging.getLogger(__name__)


def _looked(request: HttpRequest, row: Any, detail: str) -> None:
    note_look(row.person(), Look.What.PAGE, user=request.user, detail=detail)


def _is_mine(request: HttpRequest, row: Any) -> bool:
    return row.person().user_id == request.user.pk


@of(Contract, Action.SEE_RECORD, "house", "stay__resident", "stay__house", "violation__rule")
def contract_page(request: HttpRequest, contract: Contract) -> HttpResponse:
    """What is agreed, who signed it, and how it goes; for staff and for whom it is about."""
    _looked(request, contract, _("a behavioral contract"))
    [each] = agreed(Contract.objects.visible_to(request.user).filter(pk=contract.pk))
    standing, mine = standing_of(request), _is_mine(request, contract)
    may_record = standing.may(Action.RECORD, contract) and not each.is_over
    return render(
        request,
        "residents/rules/contract.html",
        {
            "each": each,
            "contract": contract,
            "ended_by_move": each.ended_by_move,
            "is_mine": mine,
            "may_sign": mine and not each.is_over and each.signature is None,
            "may_record": may_record,
            "today": contract.house.today(),
            "papers": papers_of_contract(contract, standing),
        },
    )


@of(Stay, Action.RECORD, "resident", "house")
def contract_new(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Write down what is agreed. `violation` in the address names what it follows, and the terms of its review, if
    somebody gave any, are filled in."""
    _looked(request, stay, _("a behavioral contract"))
    form = ContractForm(
        request.POST or None, user=request.user, house=stay.house, stay=stay, initial=_begins_with(request, stay)
    )
    here = reverse("stay", args=[stay.uuid])
    return form_page(
        request,
        form,
        lambda data: services.contract_make(stay=stay, now=timezone.now(), **data),
        title=_("Contract with %(name)s") % {"name": stay.name},
        intro=_("Write it together. They read it and sign it on their own phone, or on paper before a witness."),
        submit=_("Write it down"),
        done=_("Written down. It waits for a signature."),
        to=lambda contract: reverse("contract", args=[contract.uuid]),
        cancel_url=here,
        back_url=here,
        back_label=stay.name,
    )


def _begins_with(request: HttpRequest, stay: Stay) -> dict[str, Any]:
    try:
        asked = UUID(request.GET.get("violation", ""))
    except ValueError:
        return {}
    violation = Violation.objects.visible_to(request.user).filter(stay=stay, uuid=asked).first()
    review = review_of(violation) if violation is not None else None
    terms = next((each.terms for each in review.opinions if each.terms), "") if review else ""
    return {"violation": asked, "terms": terms}


@of(Contract, Action.OWN_RECORD, "house", "stay__resident", "stay__house")
def contract_sign(request: HttpRequest, contract: Contract) -> HttpResponse:
    """Read and sign one's own contract."""
    [each] = agreed(Contract.objects.visible_to(request.user).filter(pk=contract.pk))
    here = reverse("contract", args=[contract.uuid])

    def sign(data: dict[str, Any]) -> Any:
        data.pop("has_read")
        return services.contract_sign(contract=contract, on_tablet=request.on_tablet, now=timezone.now(), **data)

    return form_page(
        request,
        SignForm(request.POST or None),
        sign,
        title=_("Sign my contract"),
        submit=_("Sign"),
        done=_("Signed. Thank you."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("My contract"),
        template="residents/rules/contract_sign.html",
        each=each,
        is_mine=True,
        name=contract.stay.resident.name,
        on_tablet=request.on_tablet,
    )


@of(ContractSignature, Action.SEE_RECORD, "contract__stay__resident", "paper", "house")
@require_safe
def contract_signature_paper(request: HttpRequest, row: ContractSignature) -> HttpResponse:
    """The photo of the paper that was signed."""
    if row.paper is None:
        raise Http404
    try:
        answer = store.serve(row.paper, name="contract.jpg")
    except store.Damaged as problem:
        log.error("A stored file is damaged.", extra={"file": str(row.paper.uuid)})
        raise Http404 from problem
    note_look(row.person(), Look.What.PAPER, user=request.user, detail=_("a behavioral contract"))
    return answer


@of(Contract, Action.RECORD, "house", "stay__resident", "stay__house")
def contract_paper(request: HttpRequest, contract: Contract) -> HttpResponse:
    """Write down that it was signed on paper."""
    _looked(request, contract, _("a behavioral contract"))
    here = reverse("contract", args=[contract.uuid])
    form = PaperForm(
        request.POST or None,
        request.FILES or None,
        initial={"signed_at": timezone.localtime(), "signed_name": contract.stay.name},
    )

    def save(data: dict[str, Any]) -> Any:
        file = data.pop("paper")
        return services.contract_sign_on_paper(
            contract=contract, paper=file.read() if file else None, now=timezone.now(), **data
        )

    return form_page(
        request,
        form,
        save,
        title=_("Signed on paper"),
        subtitle=_("Contract with %(name)s") % {"name": contract.stay.name},
        done=_("Written down."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Contract"),
    )


@of(Contract, Action.RECORD, "house", "stay__resident", "stay__house")
def contract_review(request: HttpRequest, contract: Contract) -> HttpResponse:
    """Sit down together and write down how it goes."""
    _looked(request, contract, _("a behavioral contract"))
    here = reverse("contract", args=[contract.uuid])
    [each] = agreed(Contract.objects.visible_to(request.user).filter(pk=contract.pk))
    return form_page(
        request,
        ContractReviewForm(request.POST or None, contract=contract),
        lambda data: services.contract_review(contract=contract, now=timezone.now(), **data),
        title=_("How does it go?"),
        subtitle=_("Contract with %(name)s, until %(day)s")
        % {"name": contract.stay.name, "day": date_format(contract.ends_on)},
        done=_("Written down."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Contract"),
        template="residents/rules/contract_review.html",
        each=each,
        contract=contract,
    )


def _to_undo(stay: Stay) -> Discharge | None:
    """The discharge that ended this stay."""
    return stay.discharges.filter(undone=False, corrected_by=None).last() if stay.ends_on is not None else None


def _why_no_word(case: Case, user: Any, has_spoken: bool) -> str:
    """Why this person has no word in an open review; empty where it is for no such reason."""
    if case.is_recorded_by(user.pk):
        return _("You recorded it: two other people say whether they must leave.")
    return _("You have spoken: somebody else has to agree.") if has_spoken else ""


@of(Violation, Action.DECIDE, "house", "rule", "stay__resident", "stay__house")
def review_opinion(request: HttpRequest, violation: Violation) -> HttpResponse:
    """Say whether the resident must leave; whoever may not is told who may."""
    _looked(request, violation, _("a discharge review"))
    review = review_of(violation)
    may_speak = review is not None and request.user in review.may_speak and violation.stay.ends_on is None
    case, user = case_of(violation), request.user
    has_spoken = review is not None and any(each.recorded_by_id == user.pk for each in review.opinions)
    why_not = "" if may_speak or review is None else _why_no_word(case, user, has_spoken)
    if request.method == "POST" and why_not and review.outcome == "open":
        raise PermissionDenied(why_not)
    form = OpinionForm(request.POST or None) if may_speak or request.method == "POST" else None
    here = reverse("review_opinion", args=[violation.uuid])

    def speak(data: dict[str, Any]) -> Any:
        leaves = data.pop("word") == OpinionForm.LEAVES
        return reviews.opinion_give(violation=violation, leaves=leaves, now=timezone.now(), **data)

    now, standing = timezone.now(), standing_of(request)
    context = {
        "title": _("Discharge review"),
        "subtitle": violation.stay.name,
        "back_url": reverse("violation", args=[violation.uuid]),
        "back_label": _("Violation"),
        "violation": violation,
        "case": case,
        "review": review,
        "appeal_until": review.appeal_until(now) if review and review.outcome == "leaves" else None,
        "is_stale": review is not None
        and review.outcome == "leaves"
        and violation.house.today(now) > review.counts_until,
        "removal_url": reverse("removal_new", args=[violation.stay.uuid]),
        "offered_back": is_offered_back(violation, now),
        "undo": _to_undo(violation.stay) if standing.may(Action.CORRECT, violation) else None,
        "may_speak": may_speak,
        "why_not": why_not,
        "lacks": review is not None
        and review.outcome == "open"
        and AGREE - len(review.opinions) > len(review.may_speak) > 0,
        "may_record": standing.may(Action.RECORD, violation) and violation.stay.ends_on is None,
        "cancel_url": reverse("violation", args=[violation.uuid]),
        "submit": _("Say so"),
    }
    template = "residents/rules/review.html"
    if form is None:
        return render(request, template, {"form": None, **context})
    return form_page(request, form, speak, done=_("Written down."), to=here, template=template, **context)
