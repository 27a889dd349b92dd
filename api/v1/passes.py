"""Passes: asked for, decided, prolonged, over. What is posted goes through the services that the pages use.

Residents ask for their own with their own key, take it back, and ask for more time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Id, Instant, Strict, Text
from api.v1 import shapes_of_away as told
from api.v1.people import NeededReason
from api.v1.records import OF_STAY, RecordQuery, at, head, narrowed, people_of, recorded, stay_meant
from residents.away.models import Pass as PassRow
from residents.away.models import PassDecision as DecisionRow
from residents.away.models import PassEvent, PassKind
from residents.away.queries.passes import unmet
from residents.away.services import passes
from residents.people.looks import note_look
from residents.people.models import Look


class PassQuery(RecordQuery):
    status = serializers.ChoiceField(PassRow.Status.choices, required=False)
    ends_after = Instant(required=False, help_text=gettext_lazy("Only those that last beyond this moment."))
    starts_before = Instant(required=False, help_text=gettext_lazy("Only those that begin before this moment."))


class PassIn(Strict):
    """Somebody asks to be away."""

    stay = Id(required=False, help_text=gettext_lazy("Yours, where nothing is said."))
    kind = serializers.ChoiceField(PassKind.choices)
    starts_at = Instant()
    ends_at = Instant()
    where = Text(max_length=200)
    contact = Text(
        max_length=200, required=False, allow_blank=True, help_text=gettext_lazy("A name and a phone number.")
    )
    transport = Text(max_length=120, required=False, allow_blank=True)
    note = Text(max_length=500, required=False, allow_blank=True, help_text=gettext_lazy("What for."))
    officer_agreed = Text(
        max_length=200,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("The officer's permission: who gave it, when and how."),
    )


class OfPass(Endpoint):
    """Tells one pass whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        row = call.row(PassRow, uuid, *OF_STAY, "decision")
        note_look(row.stay.resident, Look.What.API, user=call.user, detail=_("a pass of theirs"))
        return Answer(body=whole(row, call), about=row.uuid, location=reverse("api_pass", args=[row.uuid]))


class Passes(OfPass):
    @operation(id="passes_list", summary="List passes", query=PassQuery, gives=(told.Passes,))
    def get(self, call: Call) -> Answer:
        """Every pass in your houses, refused and cancelled ones too, in the order in which they were asked for. A
        resident is told their own."""
        rows = narrowed(call.rows(PassRow), call.query)
        if "status" in call.query:
            rows = rows.filter(status=call.query["status"])
        if "ends_after" in call.query:
            rows = rows.filter(ends_at__gt=call.query["ends_after"])
        if "starts_before" in call.query:
            rows = rows.filter(starts_at__lt=call.query["starts_before"])
        page, following = call.page(rows.select_related(*OF_STAY))
        people = people_of(page, call)
        return Answer(body={"items": [_line(row, people) for row in page], "next": following})

    @operation(
        id="passes_ask",
        summary="Ask for a pass",
        body=PassIn,
        gives=(told.Pass,),
        status=201,
        example={
            "stay": "c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a",
            "kind": "overnight",
            "starts_at": "2026-06-27T10:00:00-04:00",
            "ends_at": "2026-06-28T18:00:00-04:00",
            "where": "With my sister in Utica",
            "contact": "Ada Okafor, 585-555-0122",
        },
    )
    def post(self, call: Call) -> Answer:
        """A resident asks for themselves; staff write down what they were asked, and then somebody else decides. What
        the rules for passes ask for and is not met stops nobody from asking: it is told as `unmet`."""
        data = dict(call.data)
        stay = stay_meant(call, data)
        asked = passes.pass_ask(stay=stay, now=call.now, **data)
        return self.again(call, asked.uuid)


class Pass(OfPass):
    @operation(id="passes_read", summary="Read a pass", gives=(told.Pass,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One pass and what became of it. It is written down for the resident that you looked."""
        return self.again(call, uuid)


class PassDecisionIn(Strict):
    outcome = serializers.ChoiceField(DecisionRow.Outcome.choices)
    starts_at = Instant(required=False, allow_null=True, help_text=gettext_lazy("Another time than the one asked for."))
    ends_at = Instant(required=False, allow_null=True)
    conditions = Text(max_length=500, required=False, allow_blank=True)
    test_on_return = serializers.BooleanField(required=False)
    reason = Text(
        max_length=1000,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("Needed for a change, a refusal, and where the rules are not met."),
    )


class PassDecide(OfPass):
    @operation(
        id="passes_decide",
        summary="Decide a pass",
        body=PassDecisionIn,
        gives=(told.Pass,),
        example={"outcome": "changed", "ends_at": "2026-06-28T12:00:00-04:00", "reason": "House meeting at one."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Once, by somebody who neither wrote the request down nor is whom it is about."""
        asked = call.row(PassRow, uuid, *OF_STAY)
        passes.pass_decide(asked=asked, now=call.now, **call.data)
        return self.again(call, uuid)


class PassCancel(OfPass):
    @operation(
        id="passes_cancel",
        summary="Cancel a pass",
        body=NeededReason,
        gives=(told.Pass,),
        example={"reason": "My sister is ill."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Nobody goes: the resident or staff take the pass, or the question, back."""
        row = call.row(PassRow, uuid, *OF_STAY)
        passes.pass_cancel(pass_=row, now=call.now, **call.data)
        return self.again(call, uuid)


class MoreTimeIn(Strict):
    until = Instant()
    note = Text(max_length=500, required=False, allow_blank=True, default="")


class PassMoreTime(OfPass):
    @operation(
        id="passes_ask_more_time",
        summary="Ask for more time",
        body=MoreTimeIn,
        gives=(told.Pass,),
        example={"until": "2026-06-28T20:00:00-04:00", "note": "The train is late."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Until somebody extends the pass, its end stays what it was."""
        row = call.row(PassRow, uuid, *OF_STAY)
        passes.pass_ask_more_time(pass_=row, now=call.now, **call.data)
        return self.again(call, uuid)


class ExtendIn(Strict):
    until = Instant()
    reason = Text(max_length=500)


class PassExtend(OfPass):
    @operation(
        id="passes_extend",
        summary="Extend a pass",
        body=ExtendIn,
        gives=(told.Pass,),
        example={"until": "2026-06-28T20:00:00-04:00", "reason": "The train is late; they called at five."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """It lasts longer, asked for or not; what the rules ask for and the longer time does not meet is told with it.
        By somebody who neither wrote the request down nor is whom it is about."""
        row = call.row(PassRow, uuid, *OF_STAY)
        passes.pass_extend(pass_=row, now=call.now, **call.data)
        return self.again(call, uuid)


class ReturnIn(Strict):
    at = Instant(help_text=gettext_lazy("When they came back."))
    test_asked = serializers.BooleanField(default=False)
    note = Text(
        max_length=500,
        required=False,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("Why no test was asked for, where one is a condition."),
    )


class PassReturn(OfPass):
    @operation(
        id="passes_return",
        summary="Record the return",
        body=ReturnIn,
        gives=(told.Pass,),
        example={"at": "2026-06-28T17:40:00-04:00", "test_asked": True},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """By how much they were late is kept. It signs them in, where they are signed out and did not go out since."""
        row = call.row(PassRow, uuid, *OF_STAY)
        passes.pass_return(pass_=row, now=call.now, **call.data)
        return self.again(call, uuid)


# What is told


def _line(row: PassRow, people: Mapping[int, str]) -> dict[str, Any]:
    return head(row, people) | {
        "kind": row.kind,
        "starts_at": at(row.starts_at, row.house),
        "ends_at": at(row.ends_at, row.house),
        "status": row.status,
    }


def whole(row: PassRow, call: Call) -> dict[str, Any]:
    """One pass with its decision and what happened to it since."""
    names = ("where", "contact", "transport", "note", "officer_agreed", "test_on_return")
    events = PassEvent.objects.visible_to(call.user).filter(of_pass=row).order_by("recorded_at", "id")
    return (
        _line(row, people_of([row], call))
        | recorded(row, row.house)
        | {name: getattr(row, name) for name in names}
        | {
            "unmet": unmet(row) if row.status == PassRow.Status.ASKED else [],
            "decision": _decision(row),
            "events": [
                {
                    "kind": event.kind,
                    "at": at(event.at, row.house),
                    "until": at(event.until, row.house),
                    "minutes_late": event.minutes_late,
                    "test_asked": event.test_asked,
                    "unmet": event.unmet,
                    "note": event.note,
                }
                | recorded(event, row.house)
                for event in events
            ],
        }
    )


def _decision(row: PassRow) -> dict[str, Any] | None:
    decision = getattr(row, "decision", None)
    if decision is None:
        return None
    names = ("outcome", "conditions", "test_on_return", "unmet", "reason")
    return (
        {name: getattr(decision, name) for name in names}
        | {
            name: at(getattr(decision, name), row.house)
            for name in ("asked_from", "asked_until", "starts_at", "ends_at")
        }
        | recorded(decision, row.house)
    )
