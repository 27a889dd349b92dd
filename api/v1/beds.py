"""Every bed of the houses that one manages, and what has it in one night."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api import etags
from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Day, Id, PageQuery, Strict
from api.v1 import shapes
from api.v1.facts import Houses, nights_of, tag_of_states
from residents.houses.models import Bed as BedRow
from residents.stays.models import BedUse

FIRST_NIGHT, NIGHTS_AHEAD = date(1990, 1, 1), timedelta(days=730)
STATES = {"occupied": BedUse.Kind.STAY, "held": BedUse.Kind.HOLD, "out_of_service": BedUse.Kind.OUT}


class NightQuery(Strict):
    night = Day(required=False, help_text=gettext_lazy("Another night than tonight, up to two years ahead."))

    def validate_night(self, night: date) -> date:
        if not FIRST_NIGHT <= night <= date.today() + NIGHTS_AHEAD:  # noqa: DTZ011 -- a bound, to the day or so
            raise serializers.ValidationError(_("From 1990 until two years ahead."))
        return night


class BedQuery(PageQuery, NightQuery):
    house = Id(required=False, help_text=gettext_lazy("Of this house only."))
    state = serializers.ChoiceField(["open", *STATES], required=False)


class Beds(Endpoint):
    @operation(id="beds_list", summary="List beds", query=BedQuery, gives=(shapes.Beds,))
    def get(self, call: Call) -> Answer:
        """The beds in use that night, each in one of four states: open, occupied, held, out of service."""
        houses = call.houses()
        if "house" in call.query:
            houses = houses.filter(uuid=call.query["house"])
        states = sorted(Houses.of(houses).states())
        tag = tag_of_states("beds", states, call.query, sees_all=True, now=call.now)
        if etags.is_known(call.request, tag):
            return Answer(unchanged=True, tag=tag)
        groups = _groups(states, call)
        rows = BedRow.objects.visible_to(call.user).filter(_any(_in_use(*group) for group in groups))
        if "state" in call.query:
            rows = rows.filter(_any(_in_state(call.query["state"], *group) for group in groups))
        page, following = call.page(rows.select_related("room", "house"))
        return Answer(body={"items": _told(page, groups), "next": following}, tag=tag)


class Bed(Endpoint):
    @operation(id="beds_read", summary="Read a bed", query=NightQuery, gives=(shapes.Bed,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One bed and what has it that night; `state` is null where it is not in use then."""
        bed = call.row(BedRow, uuid, "room", "house")
        today = bed.house.today(call.now)
        (told,) = _told([bed], [(call.query.get("night", today), today, [bed.house_id])])
        return Answer(body=told)


Group = tuple[date, date, list[int]]


def _groups(states: list[Any], call: Call) -> list[Group]:
    """The night that is asked for, the date, and the houses where it is that date."""
    today = nights_of((state.zone for state in states), call.now)
    return [
        (call.query.get("night", day), day, [state.pk for state in states if today[state.zone] == day])
        for day in sorted(set(today.values()))
    ]


def _any(conditions: Any) -> Q:
    found = Q(pk__in=())
    for condition in conditions:
        found |= condition
    return found


def _in_use(night: date, _today: date, houses: list[int]) -> Q:
    opened = Q(opened_on=None) | Q(opened_on__lte=night)
    return Q(house__in=houses) & opened & (Q(closed_on=None) | Q(closed_on__gt=night))


def _uses(night: date, today: date, houses: list[int]) -> QuerySet[BedUse]:
    return BedUse.objects.on(night, today=today).filter(house__in=houses)


def _in_state(state: str, night: date, today: date, houses: list[int]) -> Q:
    """Where somebody overdue is still in a promised bed, they are who has it."""
    uses = _uses(night, today, houses)
    here = Q(house__in=houses)
    if state == "open":
        return here & ~Q(pk__in=uses.values("bed"))
    had = here & Q(pk__in=uses.filter(kind=STATES[state]).values("bed"))
    return had if state == "occupied" else had & ~Q(pk__in=uses.filter(kind=BedUse.Kind.STAY).values("bed"))


def _told(beds: list[BedRow], groups: list[Group]) -> list[dict[str, Any]]:
    """These beds with what has them. One query for each date there is now between the houses."""
    has, night_in, today_in = {}, {}, {}
    for night, today, houses in groups:
        uses = _uses(night, today, houses).filter(bed__in=beds).order_by("kind")
        has |= {use.bed_id: use for use in uses.select_related("stay", "application")}
        night_in |= dict.fromkeys(houses, night)
        today_in |= dict.fromkeys(houses, today)
    words = {kind: state for state, kind in STATES.items()}
    told = []
    for bed in beds:
        use, night = has.get(bed.pk), night_in[bed.house_id]
        in_use = (bed.opened_on or night) <= night and (bed.closed_on is None or bed.closed_on > night)
        told.append(
            {
                "uuid": str(bed.uuid),
                "house": str(bed.house.uuid),
                "room": bed.room.name,
                "name": bed.label,
                "night": night.isoformat(),
                "state": None if not in_use else words[use.kind] if use else "open",
                "since": use.starts_on.isoformat() if use else None,
                "until": use.ends_on.isoformat() if use and use.ends_on else None,
                "overdue": bool(
                    use
                    and use.stay_id
                    and use.ends_on
                    and use.ends_on <= min(night, today_in[bed.house_id])
                    and use.stay.ends_on is None
                ),
                "stay": str(use.stay.uuid) if use and use.stay_id else None,
                "application": str(use.application.uuid) if use and use.application_id else None,
            }
        )
    return told
