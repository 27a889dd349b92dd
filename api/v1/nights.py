"""By which hour everybody is in, one night, and who was: the roll of a whole house in one request."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Day, Id, Instant, Strict, Text
from api.v1 import shapes_of_away as told
from api.v1.beds import NightQuery
from api.v1.records import OF_STAY, RecordQuery, at, head, narrowed, people_of, recorded
from residents.away.hours import night_of
from residents.away.models import CurfewCheck as CheckRow
from residents.away.night_words import excuse
from residents.away.queries.nights import Roll, RollRow, night_roll
from residents.away.services import nights
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look

MOST_ENTRIES = 200
RELATED = (*OF_STAY, "corrects", "corrected_by")


class EntryIn(Strict):
    stay = Id()
    status = serializers.ChoiceField(CheckRow.Status.choices)
    in_at = Instant(required=False, allow_null=True, help_text=gettext_lazy("Needed where they are late."))
    why = Text(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text=gettext_lazy(
            "What excuses them; nothing where they are on a pass or at work. Or why they are not in who signed in."
        ),
    )


class RollIn(Strict):
    night = Day(help_text=gettext_lazy("Named by its evening; it lasts until noon."))
    entries = EntryIn(many=True, allow_empty=False, max_length=MOST_ENTRIES)


class HouseRoll(Endpoint):
    """The roll of one house in one night. Whoever counts there is told first names and initials; house officers are
    told no reasons, and of no other night than it is."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        house = call.row(House, uuid)
        roll = night_roll(house, _own_night(call, house, call.data["night"]), call.now)
        return Answer(body=_roll(call, roll), about=house.uuid)

    @operation(id="curfew_roll", summary="Read the roll of a night", query=NightQuery, gives=(told.Roll,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """By when each resident of the house is in, tonight or another night, who is on a pass, and who was counted
        how. House officers are told tonight's hours and who is counted, and no more."""
        house = call.row(House, uuid)
        night = _own_night(call, house, call.query.get("night", night_of(call.now, house.zone)))
        return Answer(body=_roll(call, night_roll(house, night, call.now)))

    @operation(
        id="curfew_take_roll",
        summary="Take the roll of a night",
        body=RollIn,
        gives=(told.Roll,),
        example={
            "night": "2026-06-12",
            "entries": [
                {"stay": "c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a", "status": "in"},
                {
                    "stay": "9b3e5d7f-1c2a-4e8b-a6d4-0f1e2d3c4b5a",
                    "status": "late",
                    "in_at": "2026-06-12T23:40:00-04:00",
                },
            ],
        },
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """All that are sent are counted, or none. What says the same as is written down already is passed over, so the
        same roll may be sent twice. Nobody counts themselves. A night is counted within a week, by house officers while
        it lasts."""
        house = call.row(House, uuid)
        night = _own_night(call, house, call.data["night"])
        there = {row.stay.uuid: row for row in night_roll(house, night, call.now).rows}
        sent = call.data["entries"]
        if twice := {each["stay"] for each in sent if [other["stay"] for other in sent].count(each["stay"]) > 1}:
            raise ValidationError({"entries": _("%(count)s stand here twice.") % {"count": len(twice)}})
        if any(each["stay"] not in there for each in sent):
            raise ValidationError({"entries": _("Somebody did not live here that night. Read the roll anew.")})
        entries = [_entry(there[each["stay"]], each) for each in sent]
        nights.roll_take(house=house, night=night, entries=entries, now=call.now)
        return self.again(call, uuid)


def _entry(row: RollRow, said: Mapping[str, Any]) -> nights.RollEntry:
    """What is sent about one resident; whoever is excused and nothing is said of it is excused by what is foreseen:
    their pass, or their shift."""
    why, of_pass, found = said["why"], None, row.foreseen
    if CheckRow.Status.EXCUSED == said["status"] == found.status and not why.strip():
        why, of_pass = excuse(found, row.known.curfew, row.stay.house), found.of_pass
    return nights.RollEntry(stay=row.stay, status=said["status"], in_at=said.get("in_at"), why=why, of_pass=of_pass)


class CheckQuery(RecordQuery):
    since = Day(required=False, help_text=gettext_lazy("From this night on."))
    until = Day(required=False, help_text=gettext_lazy("Up to this night."))
    counts = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only those that no later one puts right, or only the others.")
    )


class OfCheck(Endpoint):
    """Tells one curfew check whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        check = call.row(CheckRow, uuid, *RELATED, "of_pass")
        note_look(check.stay.resident, Look.What.API, user=call.user, detail=_("a curfew check of theirs"))
        body = (
            _line(check, people_of([check], call))
            | recorded(check, check.house)
            | {
                "why": check.why,
                "of_pass": str(check.of_pass.uuid) if check.of_pass else None,
                "correction_reason": check.correction_reason,
            }
        )
        return Answer(body=body, about=check.uuid, location=reverse("api_curfew_check", args=[check.uuid]))


class CurfewChecks(OfCheck):
    @operation(id="curfew_list", summary="List curfew checks", query=CheckQuery, gives=(told.CurfewChecks,))
    def get(self, call: Call) -> Answer:
        """Who was in by their hour and who was not, night by night, in the order in which they were counted; those put
        right since too. A resident is told their own."""
        rows = narrowed(call.rows(CheckRow), call.query)
        if "since" in call.query:
            rows = rows.filter(night__gte=call.query["since"])
        if "until" in call.query:
            rows = rows.filter(night__lte=call.query["until"])
        if "counts" in call.query:
            rows = rows.filter(corrected_by__isnull=call.query["counts"])
        page, following = call.page(rows.select_related(*RELATED))
        people = people_of(page, call)
        return Answer(body={"items": [_line(row, people) for row in page], "next": following})


class CurfewCheck(OfCheck):
    @operation(id="curfew_read", summary="Read a curfew check", gives=(told.CurfewCheck,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One curfew check. It is written down for the resident that you looked."""
        return self.again(call, uuid)


class CheckCorrectIn(Strict):
    status = serializers.ChoiceField(CheckRow.Status.choices)
    in_at = Instant(required=False, allow_null=True)
    why = Text(max_length=200, required=False, allow_blank=True, default="")
    reason = Text(max_length=500, help_text=gettext_lazy("Stays on record."))


class CurfewCheckCorrect(OfCheck):
    @operation(
        id="curfew_correct",
        summary="Put a curfew check right",
        body=CheckCorrectIn,
        gives=(told.CurfewCheck,),
        status=201,
        example={
            "status": "late",
            "in_at": "2026-06-12T23:50:00-04:00",
            "reason": "Came in ten minutes after I had counted.",
        },
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """How they were counted, written anew; the first stays on record. Answers the new one."""
        check = call.row(CheckRow, uuid, *OF_STAY)
        corrected = nights.check_correct(check=check, now=call.now, **call.data)
        return self.again(call, corrected.uuid)


# What is told


def _sees_residents(call: Call, house: House) -> bool:
    return call.caller.standing.may(Action.SEE_RESIDENTS, house)


def _own_night(call: Call, house: House, night: date) -> date:
    """Raise PermissionDenied where whoever counts and sees no more asks for another night than it is."""
    if night != night_of(call.now, house.zone) and not _sees_residents(call, house):
        raise PermissionDenied(_("House officers count the night it is."))
    return night


def _roll(call: Call, roll: Roll) -> dict[str, Any]:
    plain = not _sees_residents(call, roll.house)
    return {
        "house": str(roll.house.uuid),
        "night": roll.night.isoformat(),
        "items": [_row(row, roll.house, plain=plain) for row in roll.rows],
    }


def _row(row: RollRow, house: House, *, plain: bool) -> dict[str, Any]:
    """`plain`: to whoever counts and is told no reasons."""
    check, on_pass = row.check, row.foreseen.of_pass or row.known.on_pass
    told = {
        "stay": str(row.stay.uuid),
        "name": row.stay.short_name,
        "due_at": at(row.due_at, house),
        "counted": check is not None,
    }
    if plain:
        return told
    return told | {
        "set_by": row.known.curfew.set_by.value,
        "on_pass": str(on_pass.uuid) if on_pass else None,
        "foreseen": str(row.foreseen.status),
        "status": check.status if check else None,
        "in_at": at(check.in_at, house) if check else None,
        "check": str(check.uuid) if check else None,
    }


def _line(row: CheckRow, people: Mapping[int, str]) -> dict[str, Any]:
    return head(row, people) | {
        "night": row.night.isoformat(),
        "due_at": at(row.due_at, row.house),
        "status": row.status,
        "in_at": at(row.in_at, row.house),
        "corrects": str(row.corrects.uuid) if row.corrects else None,
        "counts": not hasattr(row, "corrected_by"),
    }
