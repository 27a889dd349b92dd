"""What holds, to be read: by which hour everybody is in, whose own hour differs, and what a pass asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Day
from api.v1 import shapes_of_away as told
from api.v1.records import OF_STAY, RecordQuery, day, head, narrowed, people_of
from residents.away.models import CurfewException as ExceptionRow
from residents.away.models import CurfewHour, PassRule
from residents.houses.models import House
from residents.people.looks import note_look
from residents.people.models import Look


class HouseCurfew(Endpoint):
    @operation(id="curfew_hours", summary="Read the curfew hours of a house", gives=(told.HouseCurfew,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """By when everybody is in, and where it differs by phase or weekday. Residents read those of their house."""
        house = call.row(House, uuid)
        differs = CurfewHour.objects.visible_to(call.user).filter(house=house, in_use=True).select_related("phase")
        body = {
            "house": str(house.uuid),
            "weeknights": clock(house.curfew_weeknights),
            "weekends": clock(house.curfew_weekends),
            "grace": house.curfew_grace,
            "differs": [
                {"phase": str(row.phase) if row.phase else None, "weekday": row.weekday, "hour": clock(row.hour)}
                for row in differs
            ],
        }
        return Answer(body=body)


class HousePassRules(Endpoint):
    @operation(id="passes_rules", summary="Read what a pass asks for in a house", gives=(told.HousePassRules,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """What a pass of each kind asks for, in one phase or in all that have no rule of their own. What is not met
        stops nobody from asking. Residents read those of their house."""
        house = call.row(House, uuid)
        rules = PassRule.objects.visible_to(call.user).filter(house=house, in_use=True).select_related("phase")
        names = (
            *("kind", "min_days", "max_nights", "max_in_30_days"),
            *("notice_hours", "officer_agrees", "test_on_return"),
        )
        items = [
            {name: getattr(rule, name) for name in names} | {"phase": str(rule.phase) if rule.phase else None}
            for rule in rules
        ]
        return Answer(body={"house": str(house.uuid), "items": items})


class ExceptionQuery(RecordQuery):
    until_after = Day(required=False, help_text=gettext_lazy("Only those that hold in this night or a later one."))


class OfException(Endpoint):
    """Tells one resident's own hour whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        row = call.row(ExceptionRow, uuid, *OF_STAY)
        note_look(row.stay.resident, Look.What.API, user=call.user, detail=_("a curfew hour of theirs"))
        body = _line(row, people_of([row], call)) | {"reason": row.reason}
        return Answer(body=body, about=row.uuid, location=reverse("api_curfew_exception", args=[row.uuid]))


class CurfewExceptions(OfException):
    @operation(
        id="curfew_exceptions_list",
        summary="List hours of single residents",
        query=ExceptionQuery,
        gives=(told.CurfewExceptions,),
    )
    def get(self, call: Call) -> Answer:
        """The hours that hold, or held, for one resident alone, set by the house or by an officer. A resident is told
        their own."""
        rows = narrowed(call.rows(ExceptionRow), call.query)
        if "until_after" in call.query:
            rows = rows.filter(Q(ends_on=None) | Q(ends_on__gt=call.query["until_after"]))
        page, following = call.page(rows.select_related(*OF_STAY))
        people = people_of(page, call)
        return Answer(body={"items": [_line(row, people) for row in page], "next": following})


class CurfewException(OfException):
    @operation(id="curfew_exceptions_read", summary="Read an hour of one resident", gives=(told.CurfewException,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One resident's own hour. It is written down for the resident that you looked."""
        return self.again(call, uuid)


# What is told


def clock(hour: time | None) -> str | None:
    return None if hour is None else hour.strftime("%H:%M")


def _line(row: ExceptionRow, people: Mapping[int, str]) -> dict[str, Any]:
    return head(row, people) | {
        "source": row.source,
        "weekday": row.weekday,
        "hour": clock(row.hour),
        "starts_on": day(row.starts_on),
        "ends_on": day(row.ends_on),
    }
