"""Handing over a shift, reading what was handed over, and who carries how much."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Day, Id, PageQuery, Strict, Text
from api.refusals import Refused
from api.v1 import shapes_of_log_e as told
from api.v1.people import named
from api.v1.records import recorded
from residents.houses.models import House
from residents.log.models import HandOver as HandOverRow
from residents.log.queries.load import LONGEST, USUAL, Carried, load
from residents.log.queries.shifts import Handed, handed
from residents.log.services import shifts


class HandOverQuery(PageQuery):
    house = Id(required=False, help_text=gettext_lazy("In this house only."))
    read = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only those that somebody has read, or those that wait.")
    )


class HandOverIn(Strict):
    house = Id()
    text = Text(
        max_length=4000,
        required=False,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("What the next one must know. What stands open is counted by itself."),
    )


class OfHandOver(Endpoint):
    """Tells one hand-over whole."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        row = call.row(HandOverRow, uuid, "house__organization")
        [one] = handed([row])
        body = _line(one) | {
            "text": row.text,
            "counts": row.counts,
            "reads": [recorded(read, row.house) for read in one.reads],
        }
        return Answer(body=body, about=row.uuid, location=reverse("api_hand_over", args=[row.uuid]))


class HandOvers(OfHandOver):
    @operation(id="shifts_list", summary="List hand-overs", query=HandOverQuery, gives=(told.HandOvers,))
    def get(self, call: Call) -> Answer:
        """Every hand-over in the houses that you run, in the order in which they were written."""
        found = call.rows(HandOverRow)
        if "house" in call.query:
            found = found.filter(house__uuid=call.query["house"])
        if "read" in call.query:
            waiting = call.rows(HandOverRow).filter(reads=None).values("pk")
            found = found.exclude(pk__in=waiting) if call.query["read"] else found.filter(pk__in=waiting)
        page, following = call.page(found.select_related("house"))
        return Answer(body={"items": [_line(each) for each in handed(page)], "next": following})

    @operation(
        id="shifts_write",
        summary="Hand over a shift",
        body=HandOverIn,
        gives=(told.HandOver,),
        status=201,
        example={
            "house": "3d0f5b7a-1f0d-4c53-8b5e-9a3c2f1e7d44",
            "text": "Nia is at the hospital until the morning. The boiler man comes at nine.",
        },
    )
    def post(self, call: Call) -> Answer:
        """How much stands open is kept with it, as numbers."""
        house = named(call, "house", House, call.data["house"], "organization")
        call.require(house)
        row = shifts.hand_over(house=house, text=call.data["text"], now=call.now)
        return self.again(call, row.uuid)


class HandOver(OfHandOver):
    @operation(id="shifts_read", summary="Read a hand-over", gives=(told.HandOver,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One hand-over, and who has signed that they have read it."""
        return self.again(call, uuid)


class HandOverSign(OfHandOver):
    @operation(id="shifts_sign", summary="Sign a hand-over as read", gives=(told.HandOver,))
    def post(self, call: Call, uuid: UUID) -> Answer:
        """That you have read it. Nobody signs their own, and nobody twice."""
        row = call.row(HandOverRow, uuid, "house__organization")
        shifts.hand_over_read(hand_over=row, now=call.now)
        return self.again(call, row.uuid)


def _line(one: Handed) -> dict[str, Any]:
    row = one.hand_over
    head = {"uuid": str(row.uuid), "house": str(row.house.uuid), "read": not one.waits}
    return head | recorded(row, row.house)


# Who carries how much


class LoadQuery(Strict):
    since = Day(required=False, help_text=gettext_lazy("The first day; else a month back."))
    until = Day(required=False, help_text=gettext_lazy("The last day; else today. A year at most."))
    by = serializers.ChoiceField(
        [("week", _("week"))], required=False, help_text=gettext_lazy("Week by week, instead of the whole time.")
    )


class Load(Endpoint):
    @operation(id="shifts_load", summary="Read who carries how much", query=LoadQuery, gives=(told.Load,))
    def get(self, call: Call) -> Answer:
        """What each manager did in each house that you operate: nights counted, call-outs, what they wrote down and
        handed over. In the whole time those are told too who did nothing."""
        houses = call.houses().select_related("organization")
        since, until = _days(call.query, houses.order_by("pk").first(), call)
        day = timedelta(days=1)
        rows = load(houses, call.user, since=since, until=until + day, by_week="by" in call.query)
        items = [_carried(row) for row in rows]
        return Answer(body={"since": since.isoformat(), "until": until.isoformat(), "items": items})


def _days(asked: Mapping[str, Any], house: House | None, call: Call) -> tuple[date, date]:
    """The days that are asked for, both of them counted. Raises Refused for what is no time."""
    today = house.today(call.now) if house is not None else call.now.date()
    until = asked.get("until", max(today, asked["since"]) if "since" in asked else today)
    since = asked.get("since", until - USUAL + timedelta(days=1))
    if until < since:
        raise _no_time(_("It ends before it begins."))
    if until - since >= LONGEST:
        raise _no_time(_("A year at most."))
    return since, until


def _no_time(says: str) -> Refused:
    return Refused("query-wrong", errors=[{"field": "until", "detail": says}])


def _carried(row: Carried) -> dict[str, Any]:
    return {
        "house": str(row.house.uuid),
        "person": str(row.person.uuid),
        "name": str(row.person),
        "week": row.week.isoformat() if row.week else None,
        "nights": row.nights,
        "call_outs": row.call_outs,
        "records": row.records,
        "hand_overs": row.hand_overs,
    }
