"""How full each house is tonight: what partners ask again and again, so it is answered from two queries (one more for
each further date between the time zones), and that nothing changed from one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404

from api import etags
from api.endpoint import Answer, Call, Endpoint, dumped, operation
from api.pagination import begin_after, last_row, next_page
from api.v1 import shapes
from api.v1.facts import Facts, State, facts_of, narrowed, nights_of, published, states_of, tag_of_states
from api.v1.houses import HouseQuery
from residents.houses.models import House
from residents.stays.queries import occupancy

PATH = "/api/v1/occupancy"


class Occupancies(Endpoint):
    @operation(
        id="occupancy_list",
        summary="List how full each house is tonight",
        query=HouseQuery,
        gives=(shapes.Occupancies,),
        listed=True,
    )
    def get(self, call: Call) -> Answer:
        """Of every house: what is published of it, and tonight's counts. Ask as often as you like with
        `If-None-Match`: the answer is 304 until something about the beds changes, or the day does. The tag is weak
        because `as_of` goes on while the counts stay."""
        asks_again = "If-None-Match" in call.request.headers
        known = functools.partial(etags.is_known, call.request) if asks_again else None
        return answer(call.houses(), call.query, now=call.now, known=known)


class Occupancy(Endpoint):
    @operation(id="occupancy_read", summary="Read how full a house is tonight", gives=(shapes.Occupancy,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """The same of one house."""
        houses = call.houses().filter(uuid=uuid)
        states = states_of(houses)
        if not states:
            if call.user is not None:
                call.row(House, uuid)  # in sight, and not allowed
            raise Http404
        tag = tag_of(states, {}, now=call.now)
        if etags.is_known(call.request, tag):
            return Answer(unchanged=True, tag=tag)
        (row,) = counted(houses, facts_of(houses), now=call.now, all_of_them=True)
        return Answer(body=row, tag=tag)


def answer(
    houses: QuerySet[House],
    query: Mapping[str, Any],
    *,
    now: datetime,
    known: Callable[[str], bool] | None = None,
) -> Answer:
    """The bytes of one page of how full these houses are, and their tag; or that the tag is `known` already."""
    size, after = query["per_page"], last_row(PATH, query)
    asked = narrowed(houses, query)
    page = begin_after(asked, after)[: size + 1]
    if known is not None and known(tag := tag_of(states_of(page), query, now=now)):
        return Answer(unchanged=True, tag=tag)
    found = facts_of(page)
    more = len(found) > size
    body = {
        "items": counted(asked, found[:size], now=now, all_of_them=after is None and not more),
        "next": next_page(found[size - 1].uuid, PATH, query) if more else None,
    }
    return Answer(content=dumped(body), tag=tag_of(found, query, now=now))


def tag_of(states: list[State] | list[Facts], query: Mapping[str, Any], *, now: datetime) -> str:
    return "W/" + tag_of_states("occupancy", states, query, sees_all=False, now=now)


def counted(houses: QuerySet[House], rows: list[Facts], *, now: datetime, all_of_them: bool) -> list[dict[str, Any]]:
    """These rows of `houses` with tonight's counts, each in the night it has now."""
    if not rows:
        return []
    nights = nights_of((row.zone for row in rows), now)
    if not all_of_them:
        houses = houses.filter(pk__range=(rows[0].pk, rows[-1].pk))
    numbers = {}
    dates = set(nights.values())
    for night in dates:
        there = houses
        if len(dates) > 1:
            there = houses.filter(time_zone__in=[zone for zone, date in nights.items() if date == night])
        numbers |= occupancy(there, night, today=night)
    told = {zone: (night.isoformat(), _clock(now, zone)) for zone, night in nights.items()}
    items = []
    for row in rows:
        counts = numbers[row.pk]
        item = published(row)
        item["night"], item["as_of"] = told[row.zone]
        item["capacity"] = counts.capacity
        item["occupied"] = counts.occupied
        item["held"] = counts.held
        item["out_of_service"] = counts.out_of_service
        item["open"] = counts.open
        item["opening"] = counts.opening
        items.append(item)
    return items


def _clock(now: datetime, zone: str) -> str:
    return now.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")
