"""The meetings that are asked of residents, how they stand week by week, and weeks that are excused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Day, Id, PageQuery, Strict, Text
from api.v1 import shapes_of_meetings_requirements as told
from api.v1.people import named
from api.v1.records import OF_STAY, RecordQuery, day, head, narrowed, people_of, recorded, stay_meant
from residents.houses.models import House
from residents.meetings.models import Grade, Kind
from residents.meetings.models import Requirement as Row
from residents.meetings.models import WeekExcused as WeekRow
from residents.meetings.queries.standings import WEEKS_SHOWN, Known, living_in, weeks_of
from residents.meetings.services import requirements as services
from residents.meetings.standing import WEEK, Standing, monday
from residents.meetings.standing_words import sum_of
from residents.people.looks import note_look
from residents.people.models import Look
from residents.stays.models import PhaseKind, Stay

RELATED = ("house__organization", "phase", "stay__resident", "stay__house")
MOST_WEEKS = 104


class RequirementQuery(PageQuery):
    house = Id(required=False, help_text=gettext_lazy("In this house only."))
    stay = Id(required=False, help_text=gettext_lazy("Only what is asked of the resident of this stay alone."))
    on = Day(required=False, help_text=gettext_lazy("Only what is asked on this day."))


class OfRequirement(Endpoint):
    def again(self, call: Call, uuid: UUID) -> Answer:
        row = call.row(Row, uuid, *RELATED)
        if row.stay is not None:
            note_look(row.stay.resident, Look.What.API, user=call.user, detail=_("meetings asked of them"))
        return Answer(body=_requirement(row), about=row.uuid, location=reverse("api_requirement", args=[row.uuid]))


class PartIn(Strict):
    kind = serializers.ChoiceField(Kind.choices)
    count = serializers.IntegerField(min_value=1, max_value=400)


class RequirementIn(Strict):
    house = Id(required=False, help_text=gettext_lazy("Asked of everybody there, or of those in `phase`."))
    phase = Text(max_length=60, required=False, help_text=gettext_lazy("The name of a phase of that house."))
    stay = Id(required=False, help_text=gettext_lazy("Asked of this resident alone; then neither house nor phase."))
    per = serializers.ChoiceField(Row.Per.choices, default=Row.Per.WEEK)
    count = serializers.IntegerField(min_value=1, max_value=400)
    days = serializers.IntegerField(
        min_value=2, max_value=400, required=False, allow_null=True, help_text=gettext_lazy("Of a period.")
    )
    least_grade = serializers.ChoiceField(Grade.choices, default=Grade.SELF.value)
    besides = serializers.BooleanField(default=False)
    parts = PartIn(many=True, required=False, max_length=len(Kind.values))
    starts_on = Day(help_text=gettext_lazy("Today or later; for one resident up to a week back."))
    ends_on = Day(required=False, allow_null=True)
    reason = Text(
        max_length=500,
        required=False,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("Needed where it is asked of one resident."),
    )


class Requirements(OfRequirement):
    @operation(
        id="requirements_list",
        summary="List the meetings that are asked",
        query=RequirementQuery,
        gives=(told.Requirements,),
    )
    def get(self, call: Call) -> Answer:
        """What is or was asked of everybody in a house, in a phase, and of single residents. Residents are told what
        their house asks, and what is asked of them alone."""
        rows = call.rows(Row)
        if "house" in call.query:
            rows = rows.filter(house__uuid=call.query["house"])
        if "stay" in call.query:
            rows = rows.filter(stay__uuid=call.query["stay"])
        if "on" in call.query:
            on = call.query["on"]
            rows = rows.filter(Q(ends_on=None) | Q(ends_on__gt=on), starts_on__lte=on)
        page, following = call.page(rows.select_related("house", "phase", "stay").prefetch_related("parts"))
        return Answer(body={"items": [_requirement(row) for row in page], "next": following})

    @operation(
        id="requirements_add",
        summary="Ask for meetings",
        body=RequirementIn,
        gives=(told.Requirement,),
        status=201,
        example={
            "house": "3d0f5b7a-1f0d-4c53-8b5e-9a3c2f1e7d44",
            "count": 3,
            "parts": [{"kind": "house", "count": 1}],
            "starts_on": "2026-06-15",
        },
    )
    def post(self, call: Call) -> Answer:
        """Of everybody or of a phase it comes in place of what was asked of the same before, which ends that day. A
        week is judged by what is asked on its Monday, or on the day of the move-in. Those it is asked of are told."""
        data = dict(call.data)
        whom = _whom(call, data)
        parts = data.pop("parts", [])
        kinds = [part["kind"] for part in parts]
        if len(set(kinds)) < len(kinds):
            raise ValidationError({"parts": _("A kind stands here twice.")})
        counts = {part["kind"]: part["count"] for part in parts}
        row = services.requirement_add(**whom, parts=counts, today=whom["house"].today(call.now), **data)
        return self.again(call, row.uuid)


def _whom(call: Call, data: dict[str, Any]) -> dict[str, Any]:
    """The house, phase and stay that the body means, taken out of it."""
    house, phase, stay = (data.pop(name, None) for name in ("house", "phase", "stay"))
    if stay is not None:
        if house is not None or phase is not None:
            raise ValidationError({"stay": _("Of one resident: then send neither house nor phase.")})
        row = named(call, "stay", Stay, stay, "house__organization", "resident")
        call.require(row)
        return {"house": row.house, "stay": row}
    if house is None:
        raise ValidationError({"house": _("Say in which house, or of whose stay.")})
    place = named(call, "house", House, house, "organization")
    call.require(place)
    if phase is None:
        return {"house": place}
    kind = PhaseKind.objects.visible_to(call.user).filter(house=place, name=phase).first()
    if kind is None:
        raise ValidationError({"phase": _("The house has no phase of this name.")})
    return {"house": place, "phase": kind}


class Requirement(OfRequirement):
    @operation(id="requirements_read", summary="Read what is asked", gives=(told.Requirement,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One requirement. Where it is asked of one resident, it is written down for them that you looked."""
        return self.again(call, uuid)


class RequirementEndIn(Strict):
    ends_on = Day(help_text=gettext_lazy("The first day it is no longer asked: today or later."))
    reason = Text(max_length=500)


class RequirementEnd(OfRequirement):
    @operation(
        id="requirements_end",
        summary="No longer ask for meetings",
        body=RequirementEndIn,
        gives=(told.Requirement,),
        example={"ends_on": "2026-07-06", "reason": "The court closed the case."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Weeks that are past stay as they were. Those it was asked of are told."""
        row = call.row(Row, uuid, *RELATED)
        services.requirement_end(requirement=row, today=row.house.today(call.now), **call.data)
        return self.again(call, uuid)


# Standings


class WeekQuery(Strict):
    week = Day(required=False, help_text=gettext_lazy("A day of the week that is meant; this week, unless you say so."))


class HouseMeetingWeek(Endpoint):
    @operation(id="standings_house", summary="Read a week of a house", query=WeekQuery, gives=(told.HouseMeetingWeek,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """How everybody who lived in the house in this week stands with the meetings asked of them."""
        house = call.row(House, uuid)
        today = house.today(call.now)
        week = monday(call.query.get("week", today))
        stays = list(living_in(house, week))
        known = Known(house, stays, week, week + WEEK)
        items = [
            {"stay": str(stay.uuid), "name": stay.short_name} | _standing(known, known.week(stay, week, today))
            for stay in stays
        ]
        return Answer(body={"house": str(house.uuid), "week": day(week), "items": items})


class WeeksQuery(Strict):
    until = Day(required=False, help_text=gettext_lazy("A day of the last week; today, unless you say so."))
    weeks = serializers.IntegerField(
        min_value=1, max_value=MOST_WEEKS, default=WEEKS_SHOWN, help_text=gettext_lazy("So many, up to that one.")
    )


class StayMeetingWeeks(Endpoint):
    @operation(
        id="standings_stay",
        summary="Read the weeks of a resident",
        query=WeeksQuery,
        gives=(told.StayMeetingWeeks,),
    )
    def get(self, call: Call, uuid: UUID) -> Answer:
        """How one resident stands, week by week and in periods. A resident is told their own. It is written down for
        them that you looked."""
        stay = call.row(Stay, uuid, "house__organization", "resident")
        note_look(stay.resident, Look.What.API, user=call.user, detail=_("their meetings"))
        today = stay.house.today(call.now)
        last: date = min(call.query.get("until", today), today)
        weeks = weeks_of(stay, last, count=call.query["weeks"])
        known = Known(stay.house, [stay], weeks[-1] if weeks else today, today + WEEK)
        body = {
            "house": str(stay.house.uuid),
            "stay": str(stay.uuid),
            "name": stay.name,
            "weeks": [_standing(known, known.week(stay, week, today)) for week in weeks],
            "periods": [_standing(known, each.standing) for each in known.periods(stay, today)],
        }
        return Answer(body=body)


# Excused weeks


class ExcusedQuery(RecordQuery):
    counts = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only weeks that are excused now, or only what is over.")
    )


class OfWeek(Endpoint):
    def again(self, call: Call, uuid: UUID) -> Answer:
        row = call.row(WeekRow, uuid, *OF_STAY, "follows")
        note_look(row.stay.resident, Look.What.API, user=call.user, detail=_("an excused week of theirs"))
        body = _week(row, people_of([row], call))
        return Answer(body=body, about=row.uuid, location=reverse("api_excused_week", args=[row.uuid]))


class ExcuseIn(Strict):
    stay = Id()
    week = Day(help_text=gettext_lazy("Its Monday."))
    cause = serializers.ChoiceField(WeekRow.Cause.choices)
    note = Text(
        max_length=500,
        required=False,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("Needed for something else. Nothing about an illness belongs here."),
    )


class ExcusedWeeks(OfWeek):
    @operation(id="excuses_list", summary="List excused weeks", query=ExcusedQuery, gives=(told.ExcusedWeeks,))
    def get(self, call: Call) -> Answer:
        """Weeks in which nothing was asked of somebody, and those taken back, in the order in which they were written
        down. A resident is told their own."""
        rows = narrowed(call.rows(WeekRow), call.query)
        if "counts" in call.query:
            now = Q(followed_by=None, excused=True)
            rows = rows.filter(now if call.query["counts"] else ~now)
        page, following = call.page(rows.select_related(*OF_STAY, "follows"))
        people = people_of(page, call)
        return Answer(body={"items": [_week(row, people) for row in page], "next": following})

    @operation(
        id="excuses_add",
        summary="Excuse a week",
        body=ExcuseIn,
        gives=(told.ExcusedWeek,),
        status=201,
        example={"stay": "c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a", "week": "2026-06-15", "cause": "pass"},
    )
    def post(self, call: Call) -> Answer:
        """The resident is excused from the meetings of this week, and told."""
        data = dict(call.data)
        stay = stay_meant(call, data)
        row = services.week_excuse(stay=stay, today=stay.house.today(call.now), **data)
        return self.again(call, row.uuid)


class ExcusedWeek(OfWeek):
    @operation(id="excuses_read", summary="Read an excused week", gives=(told.ExcusedWeek,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One excused week. It is written down for the resident that you looked."""
        return self.again(call, uuid)


class TakeBackIn(Strict):
    reason = Text(max_length=500)


class ExcusedWeekTakeBack(OfWeek):
    @operation(
        id="excuses_take_back",
        summary="Take an excuse back",
        body=TakeBackIn,
        gives=(told.ExcusedWeek,),
        status=201,
        example={"reason": "The pass was cancelled."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """The week is asked for again: a later row, which is answered. The first stays on record. They are told."""
        row = call.row(WeekRow, uuid, *OF_STAY)
        return self.again(call, services.week_excuse_take_back(excused=row, **call.data).uuid)


# What is told


def _requirement(row: Row) -> dict[str, Any]:
    facts = ("per", "count", "days", "least_grade", "besides", "reason")
    return (
        {name: getattr(row, name) for name in facts}
        | {
            "uuid": str(row.uuid),
            "house": str(row.house.uuid),
            "phase": row.phase.name if row.phase else None,
            "stay": str(row.stay.uuid) if row.stay else None,
            "parts": [{"kind": part.kind, "count": part.count} for part in row.parts.all()],
            "starts_on": day(row.starts_on),
            "ends_on": day(row.ends_on),
        }
        | recorded(row, row.house)
    )


def _standing(known: Known, found: Standing) -> dict[str, Any]:
    return {
        "starts_on": day(found.first),
        "ends_on": day(found.until),
        "state": str(found.state),
        "days_lived": len(found.lived),
        "done": found.done,
        "needed": found.needed,
        "still_needed": found.still_needed,
        "lines": [
            {
                "requirement": str(known.requirements[line.asked.key].uuid),
                "needed": line.needed,
                "done": line.done,
                "below": line.below,
                "parts": [{"kind": part.kind, "needed": part.needed, "done": part.done} for part in line.parts],
                "arithmetic": sum_of(found, line, own=False),
            }
            for line in found.lines
        ],
    }


def _week(row: WeekRow, people: Mapping[int, str]) -> dict[str, Any]:
    return (
        head(row, people)
        | recorded(row, row.house)
        | {
            "week": day(row.week),
            "excused": row.excused,
            "cause": row.cause,
            "note": row.note,
            "follows": str(row.follows.uuid) if row.follows else None,
        }
    )
