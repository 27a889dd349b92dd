"""Who was at which meeting, and how well that is proved; and where residents go regularly."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Day, Id, Instant, Strict, Text
from api.v1 import shapes_of_meetings_attendance as told
from api.v1.people import named
from api.v1.records import OF_STAY, RecordQuery, at, day, head, narrowed, people_of, recorded, stay_meant
from residents.meetings.attendance_words import SHOWS
from residents.meetings.models import Attendance as Row
from residents.meetings.models import Grade, Meeting
from residents.meetings.models import MeetingPlan as PlanRow
from residents.meetings.queries import attendance as queries
from residents.meetings.services import attendance as services
from residents.people.looks import note_look
from residents.people.models import Look

RELATED = (*OF_STAY, "meeting", "follows", "followed_by")
# Of a photo as text: ten megabytes of it.
LONGEST_PHOTO = 14_000_000


class AttendanceQuery(RecordQuery):
    since = Day(required=False, help_text=gettext_lazy("From this day on."))
    until = Day(required=False, help_text=gettext_lazy("Up to this day."))
    grade = serializers.ChoiceField(
        Grade.choices, required=False, help_text=gettext_lazy("Proved so: 1 is their own word, 5 that staff saw them.")
    )
    counts = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only those that count now, or only the others.")
    )


class OfAttendance(Endpoint):
    """Tells one attendance whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        row = call.row(Row, uuid, *RELATED, "house__organization")
        note_look(row.stay.resident, Look.What.API, user=call.user, detail=_("a meeting of theirs"))
        chain = queries.chain_of(row)
        newest = chain[-1]
        found = queries.all_doubts_of([newest])[newest.pk] if newest.pk == row.pk else []
        body = (
            _line(row, people_of([row], call))
            | recorded(row, row.house)
            | {
                "shows": str(SHOWS[row.grade]),
                "signer": row.signer,
                "drawn": bool(row.drawing),
                "photo": row.photo_id is not None,
                "note": row.note,
                "reason": row.reason,
                "doubts": [
                    {"kind": each.kind.value, "settled": each.settled.reason if each.settled else None}
                    for each in found
                ],
                "chain": [
                    {
                        "uuid": str(each.uuid),
                        "step": each.step,
                        "grade": each.grade,
                        "reason": each.reason,
                    }
                    | recorded(each, row.house)
                    for each in chain
                ],
            }
        )
        return Answer(body=body, about=row.uuid, location=reverse("api_attendance", args=[row.uuid]))


class EvidenceIn(Strict):
    grade = serializers.ChoiceField(
        Grade.choices,
        help_text=gettext_lazy(
            "1 their own word, 2 a photo of a slip, 3 signed by the chair, 4 the meeting's code, 5 seen by staff."
        ),
    )
    photo = Text(required=False, max_length=LONGEST_PHOTO, help_text=gettext_lazy("A JPEG, PNG or WebP, in Base64."))
    signer = Text(
        required=False,
        allow_blank=True,
        max_length=40,
        help_text=gettext_lazy("The chair: first name, and an initial at most."),
    )
    drawing = Text(
        required=False,
        allow_blank=True,
        max_length=20_000,
        help_text=gettext_lazy("Their signature: strokes such as M10 10L20 20, on a pad of 600 by 200."),
    )
    code = Text(required=False, allow_blank=True, max_length=20, help_text=gettext_lazy("While the meeting lasts."))


class AttendanceIn(EvidenceIn):
    stay = Id(required=False, help_text=gettext_lazy("Yours, where nothing is said."))
    meeting = Id()
    starts_at = Instant(help_text=gettext_lazy("When it began: a start of this meeting."))
    minutes = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=services.LONGEST,
        help_text=gettext_lazy("How long it was, of a meeting by appointment."),
    )
    online = serializers.BooleanField(required=False)
    note = Text(required=False, allow_blank=True, max_length=500)


class Attendances(OfAttendance):
    @operation(id="attendances_list", summary="List attendances", query=AttendanceQuery, gives=(told.Attendances,))
    def get(self, call: Call) -> Answer:
        """Who was at which meeting, in the order in which it was written down; what was proved better or struck since
        too. A resident is told their own."""
        rows = narrowed(call.rows(Row), call.query)
        if "since" in call.query:
            rows = rows.filter(on__gte=call.query["since"])
        if "until" in call.query:
            rows = rows.filter(on__lte=call.query["until"])
        if "grade" in call.query:
            rows = rows.filter(grade=call.query["grade"])
        if "counts" in call.query:
            counting = queries.counting(rows)
            rows = counting if call.query["counts"] else rows.exclude(pk__in=counting.values("pk"))
        page, following = call.page(rows.select_related(*RELATED))
        people = people_of(page, call)
        return Answer(body={"items": [_line(row, people) for row in page], "next": following})

    @operation(
        id="attendances_log",
        summary="Write down an attendance",
        body=AttendanceIn,
        gives=(told.Attendance,),
        status=201,
        example={
            "meeting": "4e6a8c0d-2b1f-4d3e-9a5c-7b9d1f3e5a7c",
            "starts_at": "2026-06-12T19:00:00-04:00",
            "grade": 1,
        },
    )
    def post(self, call: Call) -> Answer:
        """They were at a meeting. Residents write down their own, up to two weeks back; staff up to a year. Nothing
        counts for more than what is sent with it."""
        data = dict(call.data)
        stay = stay_meant(call, data)
        meeting = named(call, "meeting", Meeting, data.pop("meeting"))
        row = services.attendance_log(stay=stay, meeting=meeting, now=call.now, **_with_photo(data))
        return self.again(call, row.uuid)


class Attendance(OfAttendance):
    @operation(id="attendances_read", summary="Read an attendance", gives=(told.Attendance,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One attendance with all that was written down about it, and what does not fit with other records. It is
        written down for the resident that you looked."""
        return self.again(call, uuid)


class AttendanceRaise(OfAttendance):
    @operation(
        id="attendances_raise",
        summary="Add better evidence",
        body=EvidenceIn,
        gives=(told.Attendance,),
        status=201,
        example={"grade": 3, "signer": "Sam K.", "drawing": "M10 90L60 20L110 90"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Better evidence for the same meeting: a new row, which counts from now on. Answers the new one."""
        row = call.row(Row, uuid, *RELATED, "house__organization")
        raised = services.attendance_raise(attendance=row, now=call.now, **_with_photo(dict(call.data)))
        return self.again(call, raised.uuid)


class WhyIn(Strict):
    reason = Text(max_length=500, help_text=gettext_lazy("Stays on record, and the resident reads it."))


class AttendanceStrike(OfAttendance):
    @operation(
        id="attendances_strike",
        summary="Strike an attendance",
        body=WhyIn,
        gives=(told.Attendance,),
        status=201,
        example={"reason": "She was at work then, and says so herself."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """It does not count. It stays on record, and can be restored. Answers the row that strikes it."""
        row = call.row(Row, uuid, *RELATED, "house__organization")
        struck = services.attendance_strike(attendance=row, now=call.now, **call.data)
        return self.again(call, struck.uuid)


class AttendanceRestore(OfAttendance):
    @operation(
        id="attendances_restore",
        summary="Let an attendance count again",
        body=WhyIn,
        gives=(told.Attendance,),
        status=201,
        example={"reason": "It was another day on which she worked."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """What was struck counts after all, with the evidence that it had."""
        row = call.row(Row, uuid, *RELATED, "house__organization")
        restored = services.attendance_restore(attendance=row, now=call.now, **call.data)
        return self.again(call, restored.uuid)


class AttendanceSettle(OfAttendance):
    @operation(
        id="attendances_settle",
        summary="Let an attendance stand",
        body=WhyIn,
        gives=(told.Attendance,),
        example={"reason": "The other meeting ended early; I called its chair."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """It does not fit with another record, somebody looked at it, and it stands all the same."""
        row = call.row(Row, uuid, *RELATED, "house__organization")
        services.doubt_settle(attendance=row, now=call.now, **call.data)
        return self.again(call, row.uuid)


# Where they go regularly


class OfPlan(Endpoint):
    def again(self, call: Call, uuid: UUID) -> Answer:
        row = call.row(PlanRow, uuid, *OF_STAY, "meeting", "house__organization")
        note_look(row.stay.resident, Look.What.API, user=call.user, detail=_("where they go regularly"))
        return Answer(body=_plan(row, people_of([row], call)), about=row.uuid)


class PlanIn(Strict):
    stay = Id(required=False, help_text=gettext_lazy("Yours, where nothing is said."))
    meeting = Id()


class MeetingPlans(OfPlan):
    @operation(id="plans_list", summary="List meetings in the weeks", query=RecordQuery, gives=(told.MeetingPlans,))
    def get(self, call: Call) -> Answer:
        """Which meetings residents go to regularly, or went to. A resident is told their own."""
        rows = narrowed(call.rows(PlanRow), call.query)
        page, following = call.page(rows.select_related(*OF_STAY, "meeting"))
        people = people_of(page, call)
        return Answer(body={"items": [_plan(row, people) for row in page], "next": following})

    @operation(
        id="plans_add",
        summary="Put a meeting into a week",
        body=PlanIn,
        gives=(told.MeetingPlan,),
        status=201,
        example={"meeting": "4e6a8c0d-2b1f-4d3e-9a5c-7b9d1f3e5a7c"},
    )
    def post(self, call: Call) -> Answer:
        """They go there regularly from today on. It proves nothing."""
        data = dict(call.data)
        stay = stay_meant(call, data)
        meeting = named(call, "meeting", Meeting, data["meeting"])
        row = services.plan_add(stay=stay, meeting=meeting, today=stay.house.today(call.now))
        return self.again(call, row.uuid)


class MeetingPlanEnd(OfPlan):
    @operation(id="plans_end", summary="Take a meeting out of a week", gives=(told.MeetingPlan,))
    def post(self, call: Call, uuid: UUID) -> Answer:
        """They do not go there regularly any more. What was written down stays."""
        row = call.row(PlanRow, uuid, *OF_STAY, "meeting", "house__organization")
        services.plan_end(plan=row, today=row.house.today(call.now))
        return self.again(call, row.uuid)


# What is told


def _with_photo(data: dict[str, Any]) -> dict[str, Any]:
    """What was sent, its photo as bytes."""
    if "photo" in data:
        try:
            data["photo"] = b64decode(data["photo"], validate=True)
        except (binascii.Error, ValueError) as problem:
            raise ValidationError({"photo": _("This is not Base64.")}) from problem
    return data


def _line(row: Row, people: Mapping[int, str]) -> dict[str, Any]:
    followed = getattr(row, "followed_by", None)
    return head(row, people) | {
        "meeting": str(row.meeting.uuid),
        "called": row.called,
        "kind": row.kind,
        "starts_at": at(row.starts_at, row.house),
        "ends_at": at(row.ends_at, row.house),
        "on": day(row.on),
        "online": row.online,
        "step": row.step,
        "grade": row.grade,
        "follows": str(row.follows.uuid) if row.follows else None,
        "counts": followed is None and row.step != Row.Step.STRUCK,
    }


def _plan(row: PlanRow, people: Mapping[int, str]) -> dict[str, Any]:
    return head(row, people) | {
        "meeting": str(row.meeting.uuid),
        "called": row.meeting.name,
        "starts_on": day(row.starts_on),
        "ends_on": day(row.ends_on),
    }
