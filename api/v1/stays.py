"""Stays from move-in to discharge. What is posted goes through the services that the pages use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Day, Id, PageQuery, Strict, Text
from api.v1 import shapes
from api.v1.people import PersonIn, bed_named, named, one_of, uuids_in_sight
from residents.people.looks import note_look
from residents.people.models import Look, Resident
from residents.stays import hud, services
from residents.stays.models import Application, BedUse
from residents.stays.models import Discharge as DischargeRow
from residents.stays.models import Stay as StayRow
from residents.stays.queries import chain_starts
from residents.stays.steps import DISCHARGE_FACTS

RELATED = ("resident", "house", "application")


class StayQuery(PageQuery):
    house = Id(required=False, help_text=gettext_lazy("In this house only."))
    resident = Id(required=False, help_text=gettext_lazy("Of this person only."))
    current = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only those not over, or only those over.")
    )


class StayIn(Strict):
    """Somebody moves in: who applied (`application`), whom you know (`resident`), or who may be new (`person`)."""

    bed = Id()
    application = Id(required=False)
    resident = Id(required=False)
    person = PersonIn(required=False)
    starts_on = Day(help_text=gettext_lazy("The first night, today or earlier."))
    expected_on = Day(required=False, allow_null=True)
    sober_since = Day(required=False, allow_null=True)


class OfStay(Endpoint):
    """Tells one stay whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        stay = call.row(StayRow, uuid, *RELATED)
        note_look(stay.resident, Look.What.API, user=call.user, detail=_("a stay of theirs"))
        return Answer(body=whole(stay, call), about=stay.uuid, location=reverse("api_stay", args=[stay.uuid]))


class Stays(OfStay):
    @operation(id="stays_list", summary="List stays", query=StayQuery, gives=(shapes.Stays,))
    def get(self, call: Call) -> Answer:
        """Every stay in your houses, those entered by mistake too, in the order in which they were written down."""
        rows = StayRow.objects.visible_to(call.user).filter(house__in=call.houses())
        if "house" in call.query:
            rows = rows.filter(house__uuid=call.query["house"])
        if "resident" in call.query:
            rows = rows.filter(resident__uuid=call.query["resident"])
        if "current" in call.query:
            rows = rows.filter(voided=False, ends_on__isnull=call.query["current"])
        page, following = call.page(rows.select_related(*RELATED))
        return Answer(body={"items": lines(page, call), "next": following})

    @operation(
        id="stays_admit",
        summary="Move somebody in",
        body=StayIn,
        gives=(shapes.Stay,),
        status=201,
        example={
            "bed": "6f2b1c1e-5c3d-4f60-9a51-2b7a7f0c1d11",
            "person": {"legal_first_name": "Nia", "legal_last_name": "Okafor", "birth_date": "1991-03-14"},
            "starts_on": "2026-05-04",
        },
    )
    def post(self, call: Call) -> Answer:
        """The stay begins; a live application to this house is closed and its hold ends. A bed that is taken is a
        conflict (409), which says who has it until when."""
        data = dict(call.data)
        bed = bed_named(call, data.pop("bed"))
        facts = {name: data[name] for name in ("starts_on", "expected_on", "sober_since") if name in data}
        facts |= {"bed": bed, "today": bed.house.today(call.now)}
        who = one_of(data, "application", "resident", "person")
        if who == "person":
            stay = services.admit_newcomer(person=dict(data["person"]), **facts)
        elif who == "resident":
            stay = services.admit(resident=named(call, "resident", Resident, data["resident"]), **facts)
        else:
            application = named(call, "application", Application, data["application"], "resident", "house")
            stay = services.admit(resident=application.resident, application=application, **facts)
        return self.again(call, stay.uuid)


class Stay(OfStay):
    @operation(id="stays_read", summary="Read a stay", gives=(shapes.Stay,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One stay and how it ended. It is written down for the resident that you looked."""
        return self.again(call, uuid)


class MoveIn(Strict):
    bed = Id(help_text=gettext_lazy("Another bed of the same house."))
    on = Day()
    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class StayMove(OfStay):
    @operation(
        id="stays_move",
        summary="Move to another bed",
        body=MoveIn,
        gives=(shapes.Stay,),
        example={"bed": "6f2b1c1e-5c3d-4f60-9a51-2b7a7f0c1d11", "on": "2026-05-11", "reason": "a bed downstairs"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """One bed use closes and the next opens, on the same day."""
        stay = call.row(StayRow, uuid, *RELATED)
        data = dict(call.data)
        bed = bed_named(call, data.pop("bed"))
        services.move_bed(stay=stay, bed=bed, today=stay.house.today(call.now), **data)
        return self.again(call, stay.uuid)


class TransferIn(Strict):
    bed = Id(help_text=gettext_lazy("A bed of another house, where you may admit too."))
    on = Day()
    reason = Text(max_length=500)
    expected_on = Day(required=False, allow_null=True)


class StayTransfer(OfStay):
    @operation(
        id="stays_transfer",
        summary="Move to another house",
        body=TransferIn,
        gives=(shapes.Stay,),
        status=201,
        example={"bed": "0b7a3a55-8f0e-4f43-8a58-d0a3a9b1c2d3", "on": "2026-05-11", "reason": "nearer to work"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """This stay ends and the next one continues it; days go on counting. Answers the next stay."""
        stay = call.row(StayRow, uuid, *RELATED)
        data = dict(call.data)
        bed = bed_named(call, data.pop("bed"))
        following = services.transfer(stay=stay, bed=bed, today=stay.house.today(call.now), **data)
        return self.again(call, following.uuid)


class ExpectIn(Strict):
    expected_on = Day(allow_null=True, help_text=gettext_lazy("Null plans none."))
    displace = serializers.BooleanField(
        default=False, help_text=gettext_lazy("The hold on this bed gives way; needs a reason.")
    )
    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class StayExpect(OfStay):
    @operation(
        id="stays_expect",
        summary="Plan the move-out",
        body=ExpectIn,
        gives=(shapes.Stay,),
        example={"expected_on": "2026-08-31"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """From that day on the bed can be promised. Only a discharge ends a stay."""
        stay = call.row(StayRow, uuid, *RELATED)
        services.expect(stay=stay, today=stay.house.today(call.now), **call.data)
        return self.again(call, stay.uuid)


# A transfer is made by moving the resident, an unknown reason only by an import.
REASONS = [
    choice
    for choice in DischargeRow.Reason.choices
    if choice[0] not in (DischargeRow.Reason.TRANSFER, DischargeRow.Reason.UNKNOWN)
]


class DischargeIn(Strict):
    left_on = Day(help_text=gettext_lazy("The bed is free that night."))
    reason = serializers.ChoiceField(REASONS)
    destination = serializers.ChoiceField(list(hud.DESTINATIONS), help_text=gettext_lazy("A code of HUD's list 3.12."))
    where_to = Text(max_length=200, required=False, allow_blank=True)
    decided_by = Text(max_length=120, required=False, allow_blank=True)
    belongings = serializers.ChoiceField(DischargeRow.HandedOver.choices)
    medications = serializers.ChoiceField(DischargeRow.HandedOver.choices)
    money = serializers.ChoiceField(DischargeRow.HandedOver.choices)
    naloxone = serializers.ChoiceField(DischargeRow.Naloxone.choices)
    may_return = serializers.ChoiceField(DischargeRow.Return.choices)
    return_terms = Text(max_length=500, required=False, allow_blank=True)
    note = Text(max_length=1000, required=False, allow_blank=True)


class StayDischarge(OfStay):
    @operation(
        id="stays_discharge",
        summary="End a stay",
        body=DischargeIn,
        gives=(shapes.Stay,),
        example={
            "left_on": "2026-08-31",
            "reason": "completed",
            "destination": 410,
            "belongings": "yes",
            "medications": "nothing",
            "money": "nothing",
            "naloxone": "taken",
            "may_return": "welcome",
        },
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The bed is free the night of `left_on`; a bed promised from then on is the applicant's."""
        stay = call.row(StayRow, uuid, *RELATED)
        services.discharge(stay=stay, today=stay.house.today(call.now), **call.data)
        return self.again(call, stay.uuid)


# What is told


def lines(stays: Sequence[StayRow], call: Call) -> list[dict[str, Any]]:
    """These stays as a list shows them. Two queries."""
    uses = BedUse.objects.real().filter(stay__in=stays, kind=BedUse.Kind.STAY).order_by("starts_on", "id")
    beds = {use.stay_id: str(use.bed.uuid) for use in uses.select_related("bed")}
    people = uuids_in_sight((stay.resident_id for stay in stays), call)
    return [_line(stay, beds, people) for stay in stays]


def _line(stay: StayRow, beds: Mapping[int, str], people: Mapping[int, str]) -> dict[str, Any]:
    return {
        "uuid": str(stay.uuid),
        "house": str(stay.house.uuid),
        "resident": people.get(stay.resident_id),
        "name": stay.name,
        "starts_on": stay.starts_on.isoformat(),
        "ends_on": stay.ends_on.isoformat() if stay.ends_on else None,
        "expected_on": stay.expected_on.isoformat() if stay.expected_on else None,
        "bed": beds.get(stay.pk),
        "voided": stay.voided,
    }


def whole(stay: StayRow, call: Call) -> dict[str, Any]:
    """One stay with its days and its end."""
    (line,) = lines([stay], call)
    began = chain_starts([stay.resident_id]).get(stay.pk, stay.starts_on)
    last = stay.discharges.order_by("recorded_at", "id").last()
    end = last if last is not None and not last.undone else None
    return line | {
        "began_on": began.isoformat(),
        "days": ((stay.ends_on or stay.house.today(call.now)) - began).days,
        "application": str(stay.application.uuid) if stay.application_id else None,
        "discharge": {name: _plain(getattr(end, name)) for name in DISCHARGE_FACTS} if end else None,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
