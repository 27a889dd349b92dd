"""Behavioral contracts: what a resident undertakes, and how it is kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Day, Id, Strict, Text
from api.v1 import shapes_of_rules as told
from api.v1.people import named
from api.v1.records import OF_STAY, RecordQuery, at, day, head, narrowed, people_of, recorded, stay_meant
from residents.people.looks import note_look
from residents.people.models import Look
from residents.rules.models import Contract as ContractRow
from residents.rules.models import ContractReview as ReviewRow
from residents.rules.models import Violation
from residents.rules.queries.contracts import Agreed
from residents.rules.services import contracts

RELATED = (*OF_STAY, "signature")


class ContractQuery(RecordQuery):
    running = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only those not over, or only those over.")
    )


class ContractIn(Strict):
    stay = Id()
    violation = Id(required=False, allow_null=True, help_text=gettext_lazy("The one it follows, if it follows one."))
    terms = Text(max_length=4000)
    help = Text(
        max_length=2000, required=False, allow_blank=True, help_text=gettext_lazy("What the house does to help.")
    )
    starts_on = Day()
    ends_on = Day()
    review_on = Day(help_text=gettext_lazy("When it is first looked at."))


class OfContract(Endpoint):
    """Tells one contract whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        contract = call.row(ContractRow, uuid, *RELATED, "violation")
        note_look(contract.stay.resident, Look.What.API, user=call.user, detail=_("a contract of theirs"))
        body = whole(contract, call)
        return Answer(body=body, about=contract.uuid, location=reverse("api_contract", args=[contract.uuid]))


class Contracts(OfContract):
    @operation(id="contracts_list", summary="List contracts", query=ContractQuery, gives=(told.Contracts,))
    def get(self, call: Call) -> Answer:
        """Every behavioral contract in your houses. A resident is told their own."""
        rows = narrowed(call.rows(ContractRow), call.query)
        if "running" in call.query:
            running = call.rows(ContractRow).filter(ended_on=None, stay__ends_on=None, stay__voided=False).values("pk")
            rows = rows.filter(pk__in=running) if call.query["running"] else rows.exclude(pk__in=running)
        page, following = call.page(rows.select_related(*RELATED).prefetch_related("reviews"))
        people = people_of(page, call)
        return Answer(body={"items": [_line(_agreed(row), people) for row in page], "next": following})

    @operation(
        id="contracts_make",
        summary="Make a contract",
        body=ContractIn,
        gives=(told.Contract,),
        status=201,
        example={
            "stay": "c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a",
            "terms": "In by ten on every weekday.",
            "help": "A bus pass from the house.",
            "starts_on": "2026-06-15",
            "ends_on": "2026-07-15",
            "review_on": "2026-06-29",
        },
    )
    def post(self, call: Call) -> Answer:
        """What is agreed; the resident signs it next, on their own pages or on paper."""
        data = dict(call.data)
        stay = stay_meant(call, data)
        if (uuid := data.pop("violation", None)) is not None:
            data["violation"] = named(call, "violation", Violation, uuid)
        contract = contracts.contract_make(stay=stay, now=call.now, **data)
        return self.again(call, contract.uuid)


class Contract(OfContract):
    @operation(id="contracts_read", summary="Read a contract", gives=(told.Contract,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One contract and how it is kept. It is written down for the resident that you looked."""
        return self.again(call, uuid)


class ContractReviewIn(Strict):
    result = serializers.ChoiceField(ReviewRow.Result.choices)
    note = Text(max_length=2000)
    next_on = Day(required=False, allow_null=True, help_text=gettext_lazy("When it is looked at again."))
    ends_it = serializers.BooleanField(default=False)


class ContractReview(OfContract):
    @operation(
        id="contracts_review",
        summary="Say how a contract is kept",
        body=ContractReviewIn,
        gives=(told.Contract,),
        example={"result": "kept", "note": "In by ten on every day but one.", "next_on": "2026-07-10"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Either it ends the contract, or it says when it is looked at again."""
        contract = call.row(ContractRow, uuid, *OF_STAY)
        contracts.contract_review(contract=contract, now=call.now, **call.data)
        return self.again(call, uuid)


# What is told


def _agreed(row: ContractRow) -> Agreed:
    reviews = sorted(row.reviews.all(), key=lambda each: (each.recorded_at, each.pk))
    return Agreed(row, getattr(row, "signature", None), reviews)


def _line(agreed: Agreed, people: dict[int, str]) -> dict[str, Any]:
    row = agreed.contract
    return head(row, people) | {
        "starts_on": row.starts_on.isoformat(),
        "ends_on": row.ends_on.isoformat(),
        "signed": agreed.signature is not None,
        "due_on": day(agreed.due_on),
        "ended_on": day(row.ended_on),
    }


def whole(contract: ContractRow, call: Call) -> dict[str, Any]:
    """One contract with its signature and its reviews."""
    agreed, house = _agreed(contract), contract.house
    signed = agreed.signature
    return _line(agreed, people_of([contract], call)) | {
        "violation": str(contract.violation.uuid) if contract.violation else None,
        "terms": contract.terms,
        "help": contract.help,
        **recorded(contract, house),
        "signature": {
            "signed_name": signed.signed_name,
            "signed_at": at(signed.signed_at, house),
            "how": signed.how,
            "witness": signed.witness,
        }
        if signed
        else None,
        "reviews": [
            {"result": row.result, "note": row.note, "next_on": day(row.next_on), "ends_it": row.ends_it}
            | recorded(row, house)
            for row in agreed.reviews
        ],
    }
