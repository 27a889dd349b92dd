"""What keeps a house safe: where it is, how it stands, and that somebody looked at it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Day, Id, PageQuery, Strict, Text
from api.v1 import shapes_of_log_c as told
from api.v1.records import day, recorded
from residents.log.models import SafetyItem as ItemRow
from residents.log.queries.safety import Kept, each_of, newest_check
from residents.log.services.safety import check_record


class SafetyQuery(PageQuery):
    house = Id(required=False, help_text=gettext_lazy("In this house only."))
    kind = serializers.ChoiceField(ItemRow.Kind.choices, required=False)
    retired = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only what is not there any more, or what is.")
    )


class OfItem(Endpoint):
    def again(self, call: Call, uuid: UUID) -> Answer:
        item = call.row(ItemRow, uuid, "house__organization")
        (kept,) = each_of([item], now=call.now)
        return Answer(body=_item(kept), about=item.uuid, location=reverse("api_safety_item", args=[uuid]))


class SafetyItems(Endpoint):
    @operation(id="safety_list", summary="List what keeps houses safe", query=SafetyQuery, gives=(told.SafetyItems,))
    def get(self, call: Call) -> Answer:
        """Naloxone, extinguishers, alarms, first aid, drills: where each is and how it stands. Residents are told those
        of their house."""
        rows = call.rows(ItemRow)
        if "house" in call.query:
            rows = rows.filter(house__uuid=call.query["house"])
        if "kind" in call.query:
            rows = rows.filter(kind=call.query["kind"])
        if "retired" in call.query:
            rows = rows.filter(retired_on__isnull=not call.query["retired"])
        page, following = call.page(rows.select_related("house"))
        return Answer(body={"items": [_item(each) for each in each_of(page, now=call.now)], "next": following})


class SafetyItem(OfItem):
    @operation(id="safety_read", summary="Read one of them", gives=(told.SafetyItem,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One thing, and the newest look at it."""
        return self.again(call, uuid)


class SafetyCheckIn(Strict):
    in_order = serializers.BooleanField()
    checked_on = Day(required=False, help_text=gettext_lazy("Today, unless you say so; never to come."))
    expires_on = Day(
        required=False,
        allow_null=True,
        help_text=gettext_lazy("As it was, unless you say so; null where no day stands on it."),
    )
    note = Text(
        max_length=500,
        required=False,
        allow_blank=True,
        default="",
        help_text=gettext_lazy("Needed where it is not in order."),
    )


class SafetyItemCheck(OfItem):
    @operation(
        id="safety_check",
        summary="Look at one of them",
        body=SafetyCheckIn,
        gives=(told.SafetyItem,),
        example={"in_order": True, "expires_on": "2027-05-31"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """That somebody looked at it, and what they saw. What has expired is not in order."""
        item = call.row(ItemRow, uuid, "house__organization")
        data = dict(call.data)
        if "expires_on" not in data:
            last = newest_check(item)
            data["expires_on"] = last.expires_on if last else None
        check_record(item=item, now=call.now, **data)
        return self.again(call, uuid)


# What is told


def _item(each: Kept) -> dict[str, Any]:
    item, check = each.item, each.check
    seen = None
    if check is not None:
        seen = {
            "uuid": str(check.uuid),
            "in_order": check.in_order,
            "checked_on": day(check.checked_on),
            "expires_on": day(check.expires_on),
            "note": check.note,
        } | recorded(check, item.house)
    return {
        "uuid": str(item.uuid),
        "house": str(item.house.uuid),
        "kind": item.kind,
        "place": item.place,
        "every_days": item.every_days,
        "retired_on": day(item.retired_on),
        "state": each.state,
        "next_on": day(each.next_on),
        "checked": seen,
    }
