"""How full each house is tonight: what partners ask again and again, so it is answered from two queries (one more for
each further date between the time zones), and that nothing changed from one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404

from api import etags
from api.endpoint import Answer, Call, Endpoint, dumped, operation
from api.pagination import last_row, next_page
from api.v1 import shapes
from api.v1.facts import Facts, Houses, State, nights_of, published, tag_of_states
from api.v1.houses import HouseQuery
from residents.houses.models import House
from residents.stays.queries import Occupancy as Counts

PATH = "/api/v1/occupancy"


class Occupancies(Endpoint):
    @operation(
        id="occupancy_list",
        summary="List how full each house is tonight",
        query=HouseQuery,
        gives=(shapes.Occupancies,),
    )
    def get(self, call: Call) -> Answer:
        """Of every house: what is published of it, and tonight's counts. Ask as often as you like with
        `If-None-Match`: the answer is 304 until something about the beds changes, or the day does. The tag is weak
        because `as_of` goes on while the counts stay."""
        asks_again = "If-None-Match" in call.request.headers
        known = functools.partial(etags.is_known, call.request) if asks_again else None
        return answer(houses_of(call), call.query, now=call.now, known=known)


class Occupancy(Endpoint):
    @operation(id="occupancy_read", summary="Read how full a house is tonight", gives=(shapes.Occupancy,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """The same of one house."""
        house = houses_of(call).one(uuid)
        states = house.states()
        if not states:
            if call.user is not None:
                call.row(House, uuid)  # in sight, and not allowed
            raise Http404
        tag = tag_of(states, {}, now=call.now)
        if etags.is_known(call.request, tag):
            return Answer(unchanged=True, tag=tag, published=True)
        rows = counted(house.facts(), now=call.now)
        if not rows:  # gone from sight since
            raise Http404
        return Answer(body=rows[0], tag=tag, published=True)


def houses_of(call: Call) -> Houses:
    """Those whose residents whoever asks may see; of a partner's organization all."""
    if call.caller.partner is not None:
        return Houses.of_organization(call.caller.partner.organization_id)
    return Houses.of(call.houses())


def answer(
    houses: Houses, query: Mapping[str, Any], *, now: datetime, known: Callable[[str], bool] | None = None
) -> Answer:
    """The bytes of one page of how full these houses are, and their tag; or that the tag is `known` already."""
    size, after = query["per_page"], last_row(PATH, query)
    page = houses.narrowed(query).page(after, size)
    if known is not None and known(tag := tag_of(page.states(), query, now=now)):
        return Answer(unchanged=True, tag=tag, published=True)
    found = page.facts()
    shown = found[:size]
    following = next_page(shown[-1].uuid, PATH, query) if len(found) > size else None
    body = {"items": counted(shown, now=now), "next": following}
    return Answer(content=dumped(body), tag=tag_of(found, query, now=now), published=True)


def tag_of(states: list[State] | list[Facts], query: Mapping[str, Any], *, now: datetime) -> str:
    return "W/" + tag_of_states("occupancy", states, query, sees_all=False, now=now)


def counted(rows: list[Facts], *, now: datetime) -> list[dict[str, Any]]:
    """These rows with tonight's counts, each in the night it has now. One query for each date there is.

    Counted are the houses that were found, whatever becomes of them meanwhile: that one is of another kind by now, or
    in another time zone, is for the next request.
    """
    nights = nights_of((row.zone for row in rows), now)
    numbers: dict[int, Counts] = {}
    for night in sorted(set(nights.values())):
        numbers |= Houses.these(row.pk for row in rows if nights[row.zone] == night).occupancy(night)
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
