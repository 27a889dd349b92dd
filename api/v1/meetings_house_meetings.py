"""House meetings: prepared, the roll, minutes, votes, elections, and their publication."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Clock, Day, Id, PageQuery, Strict, Text
from api.v1 import shapes_of_meetings_house_meetings as told
from api.v1.people import named
from api.v1.records import at, day, recorded
from residents.houses.permissions import Action
from residents.meetings.models import AgendaItem, MinutesLine, Motion, MotionKind, RollLine
from residents.meetings.models import HouseMeeting as Row
from residents.meetings.models import Meeting as MeetingRow
from residents.meetings.queries import house_meetings as queries
from residents.meetings.services import house_meetings as services
from residents.meetings.services.papers_minutes import minutes_publish
from residents.people.models import Officer
from residents.stays.models import Stay

OF_ROW = ("house__organization", "meeting__house")
OF_PART = ("house__organization", "house_meeting__house", "house_meeting__meeting")
MOST_LINES = 200
A_STAY = "c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a"


class HouseMeetingQuery(PageQuery):
    house = Id(required=False, help_text=gettext_lazy("In this house only."))
    published = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only those whose minutes are published, or those whose are not.")
    )


class OfHouseMeeting(Endpoint):
    """Tells one house meeting whole, to whoever acted on it too."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        row = call.row(Row, uuid, *OF_ROW)
        body = _head(row, call, {row.pk} & queries.called_off([row])) | _whole(row, call)
        return Answer(body=body, about=row.uuid, location=reverse("api_house_meeting", args=[row.uuid]))


class BeginIn(Strict):
    meeting = Id(help_text=gettext_lazy("A meeting of the house, of the kind `house`."))
    on = Day()
    at = Clock(
        required=False,
        allow_null=True,
        default=None,
        help_text=gettext_lazy("Only where it is called for once, at a time of its own; by the clock of the house."),
    )


class HouseMeetings(OfHouseMeeting):
    @operation(
        id="housemeetings_list", summary="List house meetings", query=HouseMeetingQuery, gives=(told.HouseMeetings,)
    )
    def get(self, call: Call) -> Answer:
        """Those that are prepared and those that were held, in the order in which they were prepared. Residents are
        told those of their house."""
        rows = call.rows(Row)
        if "house" in call.query:
            rows = rows.filter(house__uuid=call.query["house"])
        if "published" in call.query:
            rows = rows.filter(published_at__isnull=not call.query["published"])
        page, following = call.page(rows.select_related(*OF_ROW))
        off = queries.called_off(page)
        return Answer(body={"items": [_head(row, call, off) for row in page], "next": following})

    @operation(
        id="housemeetings_begin",
        summary="Prepare a house meeting",
        body=BeginIn,
        gives=(told.HouseMeeting,),
        status=201,
        example={"meeting": "4d6f8b1a-3c5e-4a7d-9b2f-8e0c6a4d2f19", "on": "2026-06-14"},
    )
    def post(self, call: Call) -> Answer:
        """One of a day on which it recurs, or one that is called for once. Its agenda is open from then on."""
        meeting = named(call, "meeting", MeetingRow, call.data["meeting"], "house__organization")
        if meeting.house is None:
            raise ValidationError({"meeting": _("This is no house meeting.")})
        call.require(meeting.house)
        row = services.house_meeting_begin(meeting=meeting, on=call.data["on"], at=call.data["at"], now=call.now)
        return self.again(call, row.uuid)


class HouseMeeting(OfHouseMeeting):
    @operation(id="housemeetings_read", summary="Read a house meeting", gives=(told.HouseMeeting,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """Its agenda; and its minutes, which those who live in the house read once they are published."""
        return self.again(call, uuid)


# Agenda


class AgendaIn(Strict):
    title = Text(max_length=200)


class HouseMeetingAgenda(OfHouseMeeting):
    @operation(
        id="housemeetings_agenda",
        summary="Put something on the agenda",
        body=AgendaIn,
        gives=(told.HouseMeeting,),
        example={"title": "Quiet hours on Sunday"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """As staff, or as somebody who lives there, until the meeting begins."""
        row = call.row(Row, uuid, *OF_ROW)
        stay = None
        if not call.caller.standing.may(Action.RECORD, row):
            stay = queries.resident_in(call.user, row.house)
            if stay is None:
                raise PermissionDenied
        services.agenda_add(house_meeting=row, stay=stay, now=call.now, **call.data)
        return self.again(call, uuid)


class ReasonIn(Strict):
    reason = Text(max_length=500)


class AgendaItemOff(OfHouseMeeting):
    @operation(
        id="housemeetings_agendaoff",
        summary="Take something off the agenda",
        body=ReasonIn,
        gives=(told.HouseMeeting,),
        example={"reason": "Settled at breakfast"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Staff anything, residents what they put there, until the meeting begins. It stays on record."""
        item = call.row(AgendaItem, uuid, *OF_PART, "by_stay__resident")
        stay = None
        if not call.caller.standing.may(Action.RECORD, item):
            stay = item.by_stay
            if stay is None or stay.resident.user_id != call.user.pk:
                raise PermissionDenied
        services.agenda_take_off(item=item, stay=stay, reason=call.data["reason"], now=call.now)
        return self.again(call, item.house_meeting.uuid)


# The roll


class RollLineIn(Strict):
    stay = Id()
    status = serializers.ChoiceField(RollLine.Status.choices)
    why = Text(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("Needed where they are excused."),
    )


class HouseMeetingRollIn(Strict):
    lines = RollLineIn(
        many=True,
        allow_empty=True,
        max_length=MOST_LINES,
        help_text=gettext_lazy("Whoever is not named is present."),
    )


class HouseMeetingRoll(Endpoint):
    """The roll of one house meeting. House officers are told no reasons."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        row = call.row(Row, uuid, *OF_ROW)
        return Answer(body=_roll_answer(row, call), about=row.uuid)

    @operation(id="housemeetings_roll", summary="Read the roll", gives=(told.HouseMeetingRoll,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """Everybody who lives there that day, what is known to excuse them, and how they were counted."""
        return self.again(call, uuid)

    @operation(
        id="housemeetings_takeroll",
        summary="Take the roll",
        body=HouseMeetingRollIn,
        gives=(told.HouseMeetingRoll,),
        example={
            "lines": [
                {"stay": A_STAY, "status": "unexcused"},
                {"stay": "9b3e5d7f-1c2a-4e8b-a6d4-0f1e2d3c4b5a", "status": "excused", "why": "at work until nine"},
            ]
        },
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Whoever is not named is present, but you: another person counts you. What says the same as is written down
        already is passed over. Each who is present gets an attendance that staff saw."""
        row = call.row(Row, uuid, *OF_ROW)
        there = {each.stay.uuid: each.stay for each in queries.roll_of(row).rows}
        sent = call.data["lines"]
        if len({each["stay"] for each in sent}) < len(sent):
            raise ValidationError({"lines": _("Somebody stands here twice.")})
        if any(each["stay"] not in there for each in sent):
            raise ValidationError({"lines": _("Somebody did not live here that day. Read the roll anew.")})
        lines = [services.RollEntry(there[each["stay"]], each["status"], each["why"]) for each in sent]
        services.roll_take(house_meeting=row, lines=lines, now=call.now)
        return self.again(call, uuid)


class RollCorrectIn(Strict):
    status = serializers.ChoiceField(RollLine.Status.choices)
    why = Text(max_length=200, required=False, allow_blank=True, default="")
    reason = Text(max_length=500)


class RollLineCorrect(OfHouseMeeting):
    @operation(
        id="housemeetings_correctroll",
        summary="Put a line of the roll right",
        body=RollCorrectIn,
        gives=(told.HouseMeeting,),
        example={"status": "present", "reason": "Came ten minutes late"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The first line stays on record. Their attendance is struck or counts again, accordingly."""
        line = call.row(RollLine, uuid, *OF_PART, "stay__resident")
        services.roll_correct(line=line, now=call.now, **call.data)
        return self.again(call, line.house_meeting.uuid)


# Minutes


class LineIn(Strict):
    text = Text(max_length=4000)
    what = serializers.ChoiceField(MinutesLine.What.choices, required=False, default=MinutesLine.What.SAID)
    item = Id(
        required=False,
        allow_null=True,
        default=None,
        help_text=gettext_lazy("The item of the agenda it is about."),
    )


def _with_item(call: Call) -> dict[str, Any]:
    data = dict(call.data)
    if data["item"] is not None:
        data["item"] = named(call, "item", AgendaItem, data["item"])
    return data


class HouseMeetingLines(OfHouseMeeting):
    @operation(
        id="housemeetings_write",
        summary="Write into the minutes",
        body=LineIn,
        gives=(told.HouseMeeting,),
        example={"text": "We buy a kettle, from the house money.", "what": "decided"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """What was said or decided; or a correction of earlier minutes."""
        row = call.row(Row, uuid, *OF_ROW)
        services.minutes_add(house_meeting=row, now=call.now, **_with_item(call))
        return self.again(call, uuid)


class LineCorrectIn(LineIn):
    reason = Text(max_length=500)


class MinutesLineCorrect(OfHouseMeeting):
    @operation(
        id="housemeetings_correctline",
        summary="Put a line of the minutes right",
        body=LineCorrectIn,
        gives=(told.HouseMeeting,),
        example={"text": "We mend the kettle.", "what": "decided", "reason": "Misheard"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The first words stay on record."""
        line = call.row(MinutesLine, uuid, *OF_PART, "item")
        services.minutes_correct(line=line, now=call.now, **_with_item(call))
        return self.again(call, line.house_meeting.uuid)


# Motions and elections


class VotesIn(Strict):
    text = Text(max_length=1000)
    in_favour = serializers.IntegerField(min_value=0, max_value=1000)
    against = serializers.IntegerField(min_value=0, max_value=1000, required=False, default=0)
    abstained = serializers.IntegerField(min_value=0, max_value=1000, required=False, default=0)


class MotionIn(VotesIn):
    kind = Id(help_text=gettext_lazy("A kind of motion of the house."))


class HouseMeetingMotions(OfHouseMeeting):
    @operation(
        id="housemeetings_vote",
        summary="Write down a vote",
        body=MotionIn,
        gives=(told.HouseMeeting,),
        example={
            "kind": "6e8a0c2d-4f1b-4d3e-8a5c-7b9d1f3e5a27",
            "text": "Sam may move in",
            "in_favour": 12,
            "against": 1,
            "abstained": 1,
        },
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Whether it is carried follows from the count and from what its kind needs, in whole numbers."""
        row = call.row(Row, uuid, *OF_ROW)
        data = dict(call.data)
        data["kind"] = named(call, "kind", MotionKind, data["kind"])
        services.motion_record(house_meeting=row, now=call.now, **data)
        return self.again(call, uuid)


class VotesCorrectIn(VotesIn):
    reason = Text(max_length=500)


class MotionCorrect(OfHouseMeeting):
    @operation(
        id="housemeetings_correctvote",
        summary="Put a vote right",
        body=VotesCorrectIn,
        gives=(told.HouseMeeting,),
        example={"text": "Sam may move in", "in_favour": 11, "against": 2, "reason": "Counted anew"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """By what it needed then. The first count stays on record."""
        motion = call.row(Motion, uuid, *OF_PART, "kind", "corrects")
        services.motion_correct(motion=motion, now=call.now, **call.data)
        return self.again(call, motion.house_meeting.uuid)


class ElectionIn(Strict):
    stay = Id()
    duty = serializers.ChoiceField(Officer.Duty.choices)
    starts_on = Day()
    ends_on = Day(help_text=gettext_lazy("Six months after it begins at most. Of that day on they no longer have it."))
    motion = Id(required=False, allow_null=True, default=None, help_text=gettext_lazy("The vote by which they were."))


class HouseMeetingElections(OfHouseMeeting):
    @operation(
        id="housemeetings_elect",
        summary="Write down an election",
        body=ElectionIn,
        gives=(told.HouseMeeting,),
        example={"stay": A_STAY, "duty": "treasurer", "starts_on": "2026-06-15", "ends_on": "2026-12-15"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Somebody who lives in the house has a duty from then on. Nobody has the same one twice running."""
        row = call.row(Row, uuid, *OF_ROW)
        data = dict(call.data)
        stay = named(call, "stay", Stay, data.pop("stay"), "resident")
        if data["motion"] is not None:
            data["motion"] = named(call, "motion", Motion, data["motion"])
        services.officer_elect(house_meeting=row, resident=stay.resident, now=call.now, **data)
        return self.again(call, uuid)


class HouseMeetingPublish(OfHouseMeeting):
    @operation(id="housemeetings_publish", summary="Publish the minutes", gives=(told.HouseMeeting,))
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The roll must be whole. From then on nothing of the meeting changes; the paper is issued, and everybody who
        lives there is told."""
        row = call.row(Row, uuid, *OF_ROW)
        minutes_publish(house_meeting=row, now=call.now)
        return self.again(call, uuid)


class KindQuery(PageQuery):
    house = Id(required=False, help_text=gettext_lazy("In this house only."))
    in_use = serializers.BooleanField(required=False)


class MotionKinds(Endpoint):
    @operation(
        id="housemeetings_motionkinds", summary="List kinds of motions", query=KindQuery, gives=(told.MotionKinds,)
    )
    def get(self, call: Call) -> Answer:
        """How many have to be for what. Residents are told those of their house."""
        rows = call.rows(MotionKind)
        if "house" in call.query:
            rows = rows.filter(house__uuid=call.query["house"])
        if "in_use" in call.query:
            rows = rows.filter(in_use=call.query["in_use"])
        page, following = call.page(rows.select_related("house"))
        return Answer(body={"items": [_kind(kind) for kind in page], "next": following})


# What is told


def _head(row: Row, call: Call, off: set[int]) -> dict[str, Any]:
    return {
        "uuid": str(row.uuid),
        "house": str(row.house.uuid),
        "meeting": str(row.meeting.uuid),
        "name": row.meeting.name,
        "starts_at": at(row.starts_at, row.house),
        "on": day(row.on),
        "state": queries.state(row, call.now, called_off=row.pk in off),
        "published_at": at(row.published_at, row.house),
    } | recorded(row, row.house)


def _whole(row: Row, call: Call) -> dict[str, Any]:
    found = queries.minutes_of(row)
    staff = call.caller.standing.may(Action.SEE_RESIDENTS, row.house)
    agenda = [
        {
            "uuid": str(item.uuid),
            "title": item.title,
            "by": item.by_stay.short_name if item.by_stay else item.recorded_as,
        }
        for item in found.items
    ]
    if not staff and row.published_at is None:
        return {"agenda": agenda, "minutes": None}
    return {
        "agenda": agenda,
        "minutes": {
            "roll": [_line(line, whys=staff) for line in found.roll],
            "lines": [_said(line) for line in found.lines],
            "motions": [_motion(motion) for motion in found.motions],
            "elections": [
                {
                    "uuid": str(each.uuid),
                    "name": each.officer.resident.short_name,
                    "duty": each.officer.duty,
                    "starts_on": day(each.officer.starts_on),
                    "ends_on": day(each.officer.ends_on),
                    "motion": str(each.motion.uuid) if each.motion else None,
                }
                for each in found.elections
            ],
            "sections": [
                {
                    "name": each.name,
                    "title": each.title,
                    "headers": list(each.headers),
                    "rows": [list(cells) for cells in each.rows],
                }
                for each in queries.sections_of(row)
            ],
        },
    }


def _line(line: RollLine, *, whys: bool) -> dict[str, Any]:
    """Without `whys` neither why somebody is excused nor who says so, which may be another resident by their full
    name."""
    by = {} if whys else {"recorded_by": ""}
    return {
        "uuid": str(line.uuid),
        "stay": str(line.stay.uuid),
        "name": line.stay.short_name,
        "status": line.status,
        "why": line.why if whys else "",
        "corrected": line.corrects_id is not None,
        **recorded(line, line.house),
        **by,
    }


def _said(line: MinutesLine) -> dict[str, Any]:
    return {
        "uuid": str(line.uuid),
        "what": line.what,
        "item": str(line.item.uuid) if line.item else None,
        "text": line.text,
        "corrected": line.corrects_id is not None,
    } | recorded(line, line.house)


def _motion(motion: Motion) -> dict[str, Any]:
    counts = ("in_favour", "against", "abstained", "percent", "more_than", "of", "of_how_many", "carried")
    return (
        {"uuid": str(motion.uuid), "kind": str(motion.kind.uuid), "text": motion.text}
        | {name: getattr(motion, name) for name in counts}
        | {"corrected": motion.corrects_id is not None}
        | recorded(motion, motion.house)
    )


def _roll_answer(row: Row, call: Call) -> dict[str, Any]:
    roll = queries.roll_of(row)
    whys = call.caller.standing.may(Action.SEE_RESIDENTS, row.house)
    return {
        "house_meeting": str(row.uuid),
        "taken": roll.taken,
        "items": [
            {
                "stay": str(each.stay.uuid),
                "name": each.stay.short_name,
                "known": each.known if whys else "",
                "line": _line(each.line, whys=whys) if each.line else None,
            }
            for each in roll.rows
        ],
    }


def _kind(kind: MotionKind) -> dict[str, Any]:
    return {
        "uuid": str(kind.uuid),
        "house": str(kind.house.uuid),
        "name": kind.name,
        "percent": kind.percent,
        "more_than": kind.more_than,
        "of": kind.of,
        "in_use": kind.in_use,
    }
