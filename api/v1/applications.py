"""Who asks for a bed: a partner's referrals, the waitlist, and beds held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Day, Id, PageQuery, Strict, Text
from api.v1 import shapes
from api.v1.people import NeededReason, PersonIn, Reason, bed_named, named, one_of, uuids_in_sight
from residents.houses.models import House
from residents.people.looks import note_look
from residents.people.models import Look, Resident
from residents.stays import services
from residents.stays.models import Application as ApplicationRow
from residents.stays.models import BedUse

RELATED = ("resident", "house")
# What a partner does not say: it is known, or nobody's business to set.
NOT_A_PARTNERS = ("resident", "received_on", "referred_by")


class ApplicationQuery(PageQuery):
    house = Id(required=False, help_text=gettext_lazy("To this house only."))
    status = serializers.ChoiceField(ApplicationRow.Status.choices, required=False)


class ApplicationIn(Strict):
    """Somebody asks for a bed: who may be new (`person`) or whom you know (`resident`). A partner sends `person`, and
    neither `received_on` nor `referred_by`."""

    house = Id()
    person = PersonIn(required=False)
    resident = Id(required=False)
    received_on = Day(required=False, help_text=gettext_lazy("Today, where nothing is said."))
    wanted_on = Day(required=False, allow_null=True)
    referred_by = Text(max_length=120, required=False, allow_blank=True)
    note = Text(max_length=1000, required=False, allow_blank=True)


class OfApplication(Endpoint):
    """Tells one application whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        application = call.row(ApplicationRow, uuid, *RELATED)
        note_look(application.resident, Look.What.API, user=call.user, detail=_("an application of theirs"))
        (line,) = lines([application], call)
        body = line | {"referred_by": application.referred_by, "note": application.note}
        return Answer(body=body, about=application.uuid, location=reverse("api_application", args=[application.uuid]))


class Applications(OfApplication):
    @operation(
        id="applications_list",
        summary="List applications",
        query=ApplicationQuery,
        gives=(shapes.Applications,),
    )
    def get(self, call: Call) -> Answer:
        """Every application to your houses, closed ones too, in the order in which they were written down. Without more
        than a list needs."""
        rows = ApplicationRow.objects.visible_to(call.user).filter(house__in=call.houses())
        if "house" in call.query:
            rows = rows.filter(house__uuid=call.query["house"])
        if "status" in call.query:
            rows = rows.filter(status=call.query["status"])
        page, following = call.page(rows.select_related(*RELATED))
        return Answer(body={"items": lines(page, call), "next": following})

    @operation(
        id="applications_send",
        summary="Ask for a bed, or refer somebody",
        body=ApplicationIn,
        gives=(shapes.Application, shapes.Receipt),
        status=201,
        example={
            "house": "3d0f5b7a-1f0d-4c53-8b5e-9a3c2f1e7d44",
            "person": {"legal_first_name": "Nia", "legal_last_name": "Okafor", "birth_date": "1991-03-14"},
            "wanted_on": "2026-05-04",
            "note": "Leaves residential treatment that day.",
        },
    )
    def post(self, call: Call) -> Answer:
        """From a partner this is a referral. It is answered by a receipt, which says nothing about anybody, and the
        house decides. Otherwise the answer is the application."""
        return self._referred(call) if call.caller.partner else self._written_down(call)

    def _written_down(self, call: Call) -> Answer:
        data = dict(call.data)
        house = named(call, "house", House, data.pop("house"), "organization")
        call.require(house)
        today = house.today(call.now)
        who = one_of(data, "person", "resident")
        person = data.pop(who)
        facts = {"received_on": today} | data
        if who == "person":
            application = services.newcomer_applies(house=house, person=dict(person), today=today, **facts)
        else:
            resident = named(call, "resident", Resident, person)
            application = services.application_receive(house=house, resident=resident, today=today, **facts)
        return self.again(call, application.uuid)

    def _referred(self, call: Call) -> Answer:
        data, partner = dict(call.data), call.caller.partner
        if wrong := [name for name in NOT_A_PARTNERS if name in data]:
            raise ValidationError({name: _("A partner leaves this away.") for name in wrong})
        house = call.houses().select_related("organization").filter(uuid=data.pop("house")).first()
        if house is None:
            raise ValidationError({"house": _("There is no such house.")})
        one_of(data, "person")
        today = house.today(call.now)
        application = services.newcomer_applies(
            house=house,
            person=dict(data.pop("person")),
            received_on=today,
            referred_by=partner.name,
            partner=partner,
            today=today,
            **data,
        )
        at = call.now.astimezone(house.zone).isoformat(timespec="seconds")
        receipt = {"uuid": str(application.uuid), "house": str(house.uuid), "received_at": at}
        return Answer(body=receipt, receipt=True)


class Application(OfApplication):
    @operation(id="applications_read", summary="Read an application", gives=(shapes.Application,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One application. It is written down for the person that you looked."""
        return self.again(call, uuid)


class ApplicationWait(OfApplication):
    @operation(
        id="applications_wait", summary="Put on the waitlist", body=Reason, gives=(shapes.Application,), example={}
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The last place on the list of the house."""
        application = call.row(ApplicationRow, uuid, *RELATED)
        services.application_wait(application=application, **call.data)
        return self.again(call, uuid)


class ApplicationAccept(OfApplication):
    @operation(id="applications_accept", summary="Accept", body=Reason, gives=(shapes.Application,), example={})
    def post(self, call: Call, uuid: UUID) -> Answer:
        """It leaves the waitlist and may be given a bed."""
        application = call.row(ApplicationRow, uuid, *RELATED)
        services.application_accept(application=application, **call.data)
        return self.again(call, uuid)


class ApplicationDecline(OfApplication):
    @operation(
        id="applications_decline",
        summary="Decline",
        body=NeededReason,
        gives=(shapes.Application,),
        example={"reason": "needs medical care that we cannot give"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The application is closed; beds held for it are released."""
        _close(call, uuid, declined=True)
        return self.again(call, uuid)


class ApplicationWithdraw(OfApplication):
    @operation(
        id="applications_withdraw", summary="Record as withdrawn", body=Reason, gives=(shapes.Application,), example={}
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The person asks no more; beds held for them are released."""
        _close(call, uuid, declined=False)
        return self.again(call, uuid)


def _close(call: Call, uuid: UUID, *, declined: bool) -> None:
    application = call.row(ApplicationRow, uuid, *RELATED)
    today = application.house.today(call.now)
    services.application_close(application=application, declined=declined, today=today, **call.data)


class HoldIn(Strict):
    bed = Id()
    starts_on = Day(help_text=gettext_lazy("The first night, today or later."))
    ends_on = Day(help_text=gettext_lazy("The first night it is not held any more."))


class ApplicationHold(OfApplication):
    @operation(
        id="applications_hold",
        summary="Hold a bed",
        body=HoldIn,
        gives=(shapes.Application,),
        status=201,
        example={
            "bed": "6f2b1c1e-5c3d-4f60-9a51-2b7a7f0c1d11",
            "starts_on": "2026-05-01",
            "ends_on": "2026-05-04",
        },
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The bed is promised to the applicant until then, and the promise lapses by itself. Accepts the application if
        nobody has."""
        application = call.row(ApplicationRow, uuid, *RELATED)
        data = dict(call.data)
        bed = bed_named(call, data.pop("bed"))
        services.hold_place(application=application, bed=bed, today=application.house.today(call.now), **data)
        return self.again(call, uuid)


class HoldRelease(OfApplication):
    @operation(
        id="applications_release",
        summary="Release a held bed",
        body=NeededReason,
        gives=(shapes.Application,),
        example={"reason": "found a place elsewhere"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The bed is free from today; the application stays as it is."""
        hold = call.row(BedUse, uuid, "house", "bed__house", "application__resident", "application__house", "stay")
        if hold.kind != BedUse.Kind.HOLD:
            raise ValidationError(_("This is no hold."))
        services.hold_release(hold=hold, today=hold.house.today(call.now), **call.data)
        return self.again(call, hold.application.uuid)


# What is told


def lines(applications: Sequence[ApplicationRow], call: Call) -> list[dict[str, Any]]:
    """These applications as a list shows them, with the holds in force. Two queries."""
    people = uuids_in_sight((application.resident_id for application in applications), call)
    holds: dict[int, list[dict[str, Any]]] = {}
    uses = BedUse.objects.real().filter(application__in=applications, kind=BedUse.Kind.HOLD).select_related("bed")
    today = {application.pk: application.house.today(call.now) for application in applications}
    for use in uses.order_by("starts_on", "id"):
        if use.ends_on > today[use.application_id]:
            holds.setdefault(use.application_id, []).append(
                {
                    "uuid": str(use.uuid),
                    "bed": str(use.bed.uuid),
                    "starts_on": use.starts_on.isoformat(),
                    "ends_on": use.ends_on.isoformat(),
                }
            )
    return [
        {
            "uuid": str(row.uuid),
            "house": str(row.house.uuid),
            "resident": people.get(row.resident_id),
            "name": row.name,
            "status": row.status,
            "place": row.place,
            "received_on": row.received_on.isoformat(),
            "wanted_on": row.wanted_on.isoformat() if row.wanted_on else None,
            "holds": holds.get(row.pk, []),
        }
        for row in applications
    ]
