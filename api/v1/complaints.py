"""Complaints and grievances. What is posted goes through the services that the pages use.

Staff file them for anybody; residents file and read their own with their own key. One against somebody of the staff is
told to operators and to whoever filed it: to that person there is none. Named by the `uuid` of its entry in the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Id, Instant, Strict, Text
from api.v1 import shapes_of_log_d as told
from api.v1.log_rows import about_ids, entries_seen, entry_seen, heads, stays_named
from api.v1.people import named
from api.v1.records import RecordQuery, at, recorded
from residents.houses.models import House
from residents.log.looks import note_looks
from residents.log.models import Complaint as ComplaintRow
from residents.log.models import ComplaintOutcome as OutcomeRow
from residents.log.models import Entry, Kind
from residents.log.queries.complaints import (
    Matter,
    clocks_after,
    matters,
    staff_of,
    who_decide,
    why_it_waits,
)
from residents.log.queries.entries import told_by
from residents.log.services import complaints
from residents.people.models import Look
from residents.stays.models import Stay
from soberhouse.accounts.models import User

OF_STAFF_ALONE = ("by", "name", "contact", "about", "happened_at")


class ComplaintQuery(RecordQuery):
    open = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only those without an outcome, or the rest.")
    )


class ComplaintIn(Strict):
    """What somebody complains of. Residents send `text`, `against`, `wish` and `name_withheld` alone: it is theirs."""

    house = Id(required=False, help_text=gettext_lazy("Needed by staff; a resident complains where they live."))
    text = Text(max_length=4000, help_text=gettext_lazy("In the words of whoever complains."))
    by = serializers.ChoiceField(
        ComplaintRow.By.choices, required=False, help_text=gettext_lazy("Who complains; needed by staff.")
    )
    against = Id(
        required=False, allow_null=True, help_text=gettext_lazy("Whom of the staff it is about: see `houses/…/staff`.")
    )
    about = about_ids(gettext_lazy("Stays of those whom it is about."))
    happened_at = Instant(required=False, allow_null=True, help_text=gettext_lazy("Now, unless told otherwise."))
    name = Text(max_length=120, required=False, allow_blank=True)
    contact = Text(max_length=200, required=False, allow_blank=True)
    name_withheld = serializers.BooleanField(
        default=False, help_text=gettext_lazy("Whom it is about is not told the name.")
    )
    wish = Text(max_length=1000, required=False, allow_blank=True, help_text=gettext_lazy("What should be done."))


class OfComplaint(Endpoint):
    """Tells one complaint whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        entry = entry_seen(call, Kind.COMPLAINT, uuid)
        location = reverse("api_complaint", args=[entry.uuid])
        return Answer(body=whole(entry, call), about=entry.uuid, location=location)


class HouseStaff(Endpoint):
    @operation(id="complaints_hear", summary="Read about whom one can complain", gives=(told.WhoHears,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """Before one complains: who runs the house and who operates the organization, what has to be done within which
        time, and the body outside."""
        house = call.row(House, uuid, "organization")
        staff = staff_of(house, but=call.user, now=call.now)
        return Answer(
            body={
                "house": str(house.uuid),
                "staff": [
                    {"uuid": str(each.user.uuid), "name": str(each.user), "role": each.word, "alone": each.alone}
                    for each in staff
                ],
                "clocks": [
                    {"what": clock.name, "amount": clock.amount, "unit": clock.unit}
                    for clock in clocks_after(house.organization)
                ],
                "oversight": house.organization.oversight,
            }
        )


class Complaints(OfComplaint):
    @operation(id="complaints_list", summary="List complaints", query=ComplaintQuery, gives=(told.Complaints,))
    def get(self, call: Call) -> Answer:
        """Every complaint that you may read, in the order in which they were written down. A resident is told those
        that they filed, and those about them that are open to them."""
        found = entries_seen(call, Kind.COMPLAINT, call.query)
        if "open" in call.query:
            found = found.filter(complaint__outcome__isnull=call.query["open"])
        page, following = call.page(found.select_related("house__organization"))
        return Answer(body={"items": lines(page, call), "next": following})

    @operation(
        id="complaints_file",
        summary="File a complaint",
        body=ComplaintIn,
        gives=(told.Complaint,),
        status=201,
        example={
            "house": "3d0f5b7a-1f0d-4c53-8b5e-9a3c2f1e7d44",
            "by": "neighbor",
            "text": "Cars stand across our drive every Sunday.",
            "name": "Rosa Lindgren",
            "contact": "585-555-0171",
            "name_withheld": True,
        },
    )
    def post(self, call: Call) -> Answer:
        """Those who can decide it are told. One about somebody of the staff goes to the operators alone. A resident
        files their own; staff write it down for anybody else, and somebody else then says what came of it."""
        data = dict(call.data)
        house, own = _house_meant(call, data)
        data["against"] = _against(house, data.get("against"), call)
        data["about"] = stays_named(call, data.get("about", ()))
        if own is not None:
            data |= {"by": ComplaintRow.By.RESIDENT, "own": True, "name": own.resident.name}
        elif "by" not in data:
            raise ValidationError({"by": _("Say who complains.")})
        data["happened_at"] = data.get("happened_at") or call.now
        complaint = complaints.complaint_file(house=house, now=call.now, **data)
        return self.again(call, complaint.entry.uuid)


def _house_meant(call: Call, data: dict[str, Any]) -> tuple[House, Stay | None]:
    """The house that the body names, for staff there; else that where whoever asks lives, or lived last, with their
    stay."""
    uuid = data.pop("house", None)
    house = None if uuid is None else named(call, "house", House, uuid, "organization")
    if house is not None and call.caller.standing.may(call.need.action, house):
        return house, None
    stays = Stay.objects.visible_to(call.user).real().filter(resident__user=call.user)
    stays = stays.select_related("house__organization", "resident")
    stay = stays.filter(ends_on=None).first() or stays.order_by("-ends_on", "-pk").first()
    if stay is None and house is None:
        raise ValidationError({"house": _("Say which house it is about.")})
    if stay is None or (house is not None and house.pk != stay.house_id):
        raise PermissionDenied
    call.require(stay)
    for name in OF_STAFF_ALONE:
        if data.get(name):
            raise ValidationError({name: _("You file your own: leave this away.")})
    return stay.house, stay


def _against(house: House, uuid: UUID | None, call: Call) -> User | None:
    if uuid is None:
        return None
    for each in staff_of(house, now=call.now):
        if each.user.uuid == uuid:
            return each.user
    raise ValidationError({"against": _("They neither run this house nor operate the organization.")})


class Complaint(OfComplaint):
    @operation(id="complaints_read", summary="Read a complaint", gives=(told.Complaint,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One complaint from the first word to its outcome. It is written down for whom it is about that you looked."""
        return self.again(call, uuid)


class ComplaintAnswerIn(Strict):
    text = Text(max_length=4000, help_text=gettext_lazy("Whoever complains reads it, or is told."))


class ComplaintAnswer(OfComplaint):
    @operation(
        id="complaints_answer",
        summary="Answer a complaint",
        body=ComplaintAnswerIn,
        gives=(told.Complaint,),
        example={"text": "We have asked everybody to park behind the house."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """On the way to an outcome, by somebody whom it is not about; one about staff by operators alone."""
        complaint = entry_seen(call, Kind.COMPLAINT, uuid).complaint
        complaints.complaint_answer(complaint=complaint, now=call.now, **call.data)
        return self.again(call, uuid)


class ComplaintCloseIn(Strict):
    outcome = serializers.ChoiceField(OutcomeRow.Outcome.choices)
    text = Text(max_length=4000, help_text=gettext_lazy("Why, and what is done."))
    told = Text(max_length=200, help_text=gettext_lazy("How whoever complained was told."))


class ComplaintClose(OfComplaint):
    @operation(
        id="complaints_close",
        summary="Close a complaint",
        body=ComplaintCloseIn,
        gives=(told.Complaint,),
        example={"outcome": "right", "text": "Cars are parked behind the house now.", "told": "Called on Tuesday."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Say what came of it: once, by somebody who neither wrote it down nor is whom it is about."""
        complaint = entry_seen(call, Kind.COMPLAINT, uuid).complaint
        complaints.complaint_close(complaint=complaint, now=call.now, **call.data)
        return self.again(call, uuid)


# What is told


def lines(page: Sequence[Entry], call: Call) -> list[dict[str, Any]]:
    """These complaints as a list shows them. The same queries, however many."""
    found = {matter.complaint.entry_id: matter for matter in matters(_of(page, call), call.user)}
    told_of = heads(page, told_by(page), call)
    return [_line(found[entry.pk], told_of[entry.pk]) for entry in page]


def _of(page: Sequence[Entry], call: Call) -> QuerySet[ComplaintRow]:
    return ComplaintRow.objects.visible_to(call.user).filter(entry__in=[entry.pk for entry in page])


def _line(matter: Matter, head: Mapping[str, Any]) -> dict[str, Any]:
    complaint, outcome = matter.complaint, matter.outcome
    return dict(head) | {
        "by": complaint.by,
        "state": "closed" if outcome is not None else "answered" if matter.is_answered else "open",
        "outcome": outcome.outcome if outcome is not None else "",
        "due_at": at(matter.due.due_at, complaint.house) if matter.due is not None else None,
    }


def whole(entry: Entry, call: Call) -> dict[str, Any]:
    """One complaint and everything that became of it, as far as whoever asks may know it."""
    (matter,) = matters(_of([entry], call), call.user)
    found = told_by([entry])
    line, complaint, house, outcome = found[entry.pk], matter.complaint, matter.complaint.house, matter.outcome
    note_looks([line], call.caller.standing, Look.What.API)
    deciders = [] if outcome is not None else who_decide(complaint, now=call.now)
    against = complaint.against
    return _line(matter, heads([entry], found, call)[entry.pk]) | {
        "text": line.telling.text,
        "wish": complaint.wish,
        "name": matter.name or None,
        "contact": matter.contact or None,
        "name_withheld": complaint.name_withheld,
        "against": {"uuid": str(against.uuid), "name": str(against)} if against is not None else None,
        "answers": [{"text": answer.text} | recorded(answer, house) for answer in matter.answers],
        "outcome_told": {"outcome": outcome.outcome, "text": outcome.text, "told": outcome.told}
        | recorded(outcome, house)
        if outcome is not None
        else None,
        "waits": "" if outcome is not None else why_it_waits(complaint, deciders),
    }
