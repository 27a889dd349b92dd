"""Who is in now: signed out and in again, by staff or by the resident with their own key."""

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
from api.v1.people import named
from api.v1.records import OF_STAY, RecordQuery, at, head, narrowed, people_of, recorded, stay_meant
from residents.away.models import Movement as MovementRow
from residents.away.models import Pass
from residents.away.queries.whereabouts import Where, whereabouts
from residents.away.services import movements
from residents.houses.models import House
from residents.people.looks import note_look
from residents.people.models import Look

RELATED = (*OF_STAY, "corrects", "corrected_by")


class HouseWhereabouts(Endpoint):
    @operation(id="movements_whereabouts", summary="Read who is in now", gives=(told.HouseWhereabouts,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """Everybody who lives in the house: the missing first, then who is overdue, who is out, and who is in."""
        house = call.row(House, uuid)
        items = [_where(row, house) for row in whereabouts(house, call.now)]
        return Answer(body={"house": str(house.uuid), "as_of": at(call.now, house), "items": items})


class MovementQuery(RecordQuery):
    since = Instant(required=False, help_text=gettext_lazy("From this moment on."))
    until = Instant(required=False, help_text=gettext_lazy("Before this moment."))


class OfMovement(Endpoint):
    """Tells one movement whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        row = call.row(MovementRow, uuid, *RELATED, "of_pass")
        note_look(row.stay.resident, Look.What.API, user=call.user, detail=_("where they went"))
        body = (
            _line(row, people_of([row], call))
            | recorded(row, row.house)
            | {
                "where": row.where,
                "of_pass": str(row.of_pass.uuid) if row.of_pass else None,
                "correction_reason": row.correction_reason,
            }
        )
        return Answer(body=body, about=row.uuid, location=reverse("api_movement", args=[row.uuid]))


class Movements(OfMovement):
    @operation(id="movements_list", summary="List movements", query=MovementQuery, gives=(told.Movements,))
    def get(self, call: Call) -> Answer:
        """Who went out and came in, in the order in which it was written down; what was put right since too. A resident
        is told their own."""
        rows = narrowed(call.rows(MovementRow), call.query)
        if "since" in call.query:
            rows = rows.filter(at__gte=call.query["since"])
        if "until" in call.query:
            rows = rows.filter(at__lt=call.query["until"])
        page, following = call.page(rows.select_related(*RELATED))
        people = people_of(page, call)
        return Answer(body={"items": [_line(row, people) for row in page], "next": following})


class Movement(OfMovement):
    @operation(id="movements_read", summary="Read a movement", gives=(told.Movement,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One movement. It is written down for the resident that you looked."""
        return self.again(call, uuid)


class OutIn(Strict):
    stay = Id(required=False, help_text=gettext_lazy("Yours, where nothing is said."))
    purpose = serializers.ChoiceField(MovementRow.Purpose.choices)
    where = Text(max_length=120, required=False, allow_blank=True)
    expected_at = Instant(required=False, allow_null=True, help_text=gettext_lazy("When they are expected back."))
    at = Instant(required=False, allow_null=True, help_text=gettext_lazy("Now, where nothing is said."))
    of_pass = Id(required=False, allow_null=True, help_text=gettext_lazy("The pass they go on."))


class MovementOut(OfMovement):
    @operation(
        id="movements_out",
        summary="Sign out",
        body=OutIn,
        gives=(told.Movement,),
        status=201,
        example={
            "stay": "c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a",
            "purpose": "work",
            "expected_at": "2026-06-12T17:30:00-04:00",
        },
    )
    def post(self, call: Call) -> Answer:
        """They left the house. A resident signs out themselves, as of now."""
        data = dict(call.data)
        stay = stay_meant(call, data)
        if (uuid := data.pop("of_pass", None)) is not None:
            data["of_pass"] = named(call, "of_pass", Pass, uuid)
        row = movements.sign_out(stay=stay, now=call.now, **data)
        return self.again(call, row.uuid)


class InIn(Strict):
    stay = Id(required=False, help_text=gettext_lazy("Yours, where nothing is said."))
    at = Instant(required=False, allow_null=True, help_text=gettext_lazy("Now, where nothing is said."))


class MovementIn(OfMovement):
    @operation(
        id="movements_in",
        summary="Sign in",
        body=InIn,
        gives=(told.Movement,),
        status=201,
        example={"stay": "c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a"},
    )
    def post(self, call: Call) -> Answer:
        """They are in the house again; a resident signs in themselves as of now. Whoever was counted as not in this
        night is counted as come in, where somebody else says so."""
        data = dict(call.data)
        stay = stay_meant(call, data)
        row = movements.sign_in(stay=stay, now=call.now, **data)
        return self.again(call, row.uuid)


class MovementCorrectIn(Strict):
    way = serializers.ChoiceField(MovementRow.Way.choices)
    at = Instant()
    purpose = serializers.ChoiceField(MovementRow.Purpose.choices, required=False)
    where = Text(max_length=120, required=False, allow_blank=True)
    expected_at = Instant(required=False, allow_null=True)
    reason = Text(max_length=500, help_text=gettext_lazy("Stays on record."))


class MovementCorrect(OfMovement):
    @operation(
        id="movements_correct",
        summary="Put a movement right",
        body=MovementCorrectIn,
        gives=(told.Movement,),
        status=201,
        example={
            "way": "out",
            "at": "2026-06-12T08:10:00-04:00",
            "purpose": "work",
            "reason": "It was ten past eight, not nine.",
        },
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Written anew; the first stays on record. Answers the new one."""
        row = call.row(MovementRow, uuid, *OF_STAY)
        corrected = movements.movement_correct(movement=row, now=call.now, **call.data)
        return self.again(call, corrected.uuid)


# What is told


def _where(row: Where, house: House) -> dict[str, Any]:
    signed_out = row.movement is not None and row.movement.way == MovementRow.Way.OUT
    return {
        "stay": str(row.stay.uuid),
        "name": row.stay.name,
        "out": row.out,
        "since": at(row.since, house),
        "purpose": row.movement.purpose if signed_out else "",
        "expected_at": at(row.expected_at, house),
        "on_pass": str(row.on_pass.uuid) if row.on_pass else None,
        "overdue": row.overdue,
        "missing": row.missing is not None,
        "says_back": row.says_back,
    }


def _line(row: MovementRow, people: Mapping[int, str]) -> dict[str, Any]:
    return head(row, people) | {
        "way": row.way,
        "at": at(row.at, row.house),
        "purpose": row.purpose,
        "expected_at": at(row.expected_at, row.house),
        "corrects": str(row.corrects.uuid) if row.corrects else None,
        "counts": not hasattr(row, "corrected_by"),
    }
