"""Immediate removals: somebody had to leave at once, for safety, and another person looks at it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Id, Instant, Strict, Text
from api.v1 import shapes_of_rules as told
from api.v1.people import named
from api.v1.records import OF_STAY, RecordQuery, at, head, narrowed, people_of, recorded, stay_meant
from residents.people.looks import note_look
from residents.people.models import Look
from residents.rules.models import Removal as RemovalRow
from residents.rules.models import RemovalReview as ReviewRow
from residents.rules.models import Violation
from residents.rules.services import removals

RELATED = (*OF_STAY, "review")


class RemovalQuery(RecordQuery):
    reviewed = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only those that another looked at, or only the others.")
    )


class RemovalIn(Strict):
    stay = Id()
    violation = Id(required=False, allow_null=True)
    happened_at = Instant()
    reason = Text(max_length=4000, help_text=gettext_lazy("What made it necessary."))
    help_given = Text(max_length=2000, help_text=gettext_lazy("What was done to find them another bed."))
    where_to = Text(max_length=200, required=False, allow_blank=True)


class OfRemoval(Endpoint):
    """Tells one removal whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        removal = call.row(RemovalRow, uuid, *RELATED, "violation")
        note_look(removal.stay.resident, Look.What.API, user=call.user, detail=_("a removal of theirs"))
        body = whole(removal, call)
        return Answer(body=body, about=removal.uuid, location=reverse("api_removal", args=[removal.uuid]))


class Removals(OfRemoval):
    @operation(id="removals_list", summary="List removals", query=RemovalQuery, gives=(told.Removals,))
    def get(self, call: Call) -> Answer:
        """Every immediate removal in your houses. A resident is told their own."""
        rows = narrowed(call.rows(RemovalRow), call.query)
        if "reviewed" in call.query:
            rows = rows.filter(review__isnull=not call.query["reviewed"])
        page, following = call.page(rows.select_related(*RELATED))
        people = people_of(page, call)
        return Answer(body={"items": [_line(row, people) for row in page], "next": following})

    @operation(
        id="removals_record",
        summary="Record a removal",
        body=RemovalIn,
        gives=(told.Removal,),
        status=201,
        example={
            "stay": "c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a",
            "happened_at": "2026-06-20T21:15:00-04:00",
            "reason": "Threatened another resident with a knife.",
            "help_given": "Called two houses; Birch House had a bed, and we drove them there.",
            "where_to": "Birch House",
        },
    )
    def post(self, call: Call) -> Answer:
        """One person may decide it; another looks at it within 24 hours. The stay goes on until a discharge ends it."""
        data = dict(call.data)
        stay = stay_meant(call, data)
        if (uuid := data.pop("violation", None)) is not None:
            data["violation"] = named(call, "violation", Violation, uuid)
        removal = removals.removal_record(stay=stay, now=call.now, **data)
        return self.again(call, removal.uuid)


class Removal(OfRemoval):
    @operation(id="removals_read", summary="Read a removal", gives=(told.Removal,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One removal. It is written down for the resident that you looked."""
        return self.again(call, uuid)


class RemovalReviewIn(Strict):
    outcome = serializers.ChoiceField(ReviewRow.Outcome.choices)
    reason = Text(max_length=4000)


class RemovalReview(OfRemoval):
    @operation(
        id="removals_review",
        summary="Look at a removal",
        body=RemovalReviewIn,
        gives=(told.Removal,),
        example={"outcome": "right", "reason": "Three people saw it; nobody was safe that night."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Once, by somebody who neither recorded it nor is whom it is about."""
        removal = call.row(RemovalRow, uuid, *OF_STAY)
        removals.removal_review(removal=removal, now=call.now, **call.data)
        return self.again(call, uuid)


# What is told


def _line(row: RemovalRow, people: dict[int, str]) -> dict[str, Any]:
    return head(row, people) | {
        "happened_at": at(row.happened_at, row.house),
        "review_by": at(row.review_by, row.house),
        "reviewed": hasattr(row, "review"),
    }


def whole(removal: RemovalRow, call: Call) -> dict[str, Any]:
    """One removal, and what another said of it."""
    review = getattr(removal, "review", None)
    return (
        _line(removal, people_of([removal], call))
        | recorded(removal, removal.house)
        | {
            "violation": str(removal.violation.uuid) if removal.violation else None,
            "reason": removal.reason,
            "help_given": removal.help_given,
            "where_to": removal.where_to,
            "review": {"outcome": review.outcome, "reason": review.reason} | recorded(review, removal.house)
            if review
            else None,
        }
    )
