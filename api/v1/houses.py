"""Houses: what is published of them, and to their own people all of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.http import Http404
from rest_framework import serializers

from api import etags
from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import PageQuery, Text
from api.pagination import last_row, next_page
from api.v1 import shapes
from api.v1.facts import Facts, State, published, tag_of_states, told
from api.v1.facts import Houses as HouseRows
from residents.houses.models import House as HouseRow


class HouseQuery(PageQuery):
    serves = serializers.ChoiceField(HouseRow.Serves.choices, required=False)
    state = Text(required=False, max_length=40)
    narr_level = serializers.IntegerField(required=False, min_value=1, max_value=4)
    medication = serializers.ChoiceField(shapes.MEDICATIONS, required=False)
    lgbtq_affirming = serializers.BooleanField(required=False)
    parents_with_children = serializers.BooleanField(required=False)


class Houses(Endpoint):
    @operation(
        id="houses_list",
        summary="List houses",
        query=HouseQuery,
        gives=(shapes.Houses, shapes.PublishedHouses),
    )
    def get(self, call: Call) -> Answer:
        """The houses that you see. With a key that is good for `occupancy` alone: what is published of them."""
        path, size = call.request.path, call.query["per_page"]
        page = houses_of(call).narrowed(call.query).page(last_row(path, call.query), size)

        def tag(rows: Sequence[State | Facts]) -> str:
            return tag_of_states("houses", rows, call.query, sees_all=call.sees_all, now=call.now)

        if "If-None-Match" in call.request.headers and etags.is_known(call.request, known := tag(page.states())):
            return Answer(unchanged=True, tag=known, published=not call.sees_all)
        found = page.facts()
        tell = told if call.sees_all else published
        following = next_page(found[size - 1].uuid, path, call.query) if len(found) > size else None
        body = {"items": [tell(house) for house in found[:size]], "next": following}
        return Answer(body=body, tag=tag(found), published=not call.sees_all)


class House(Endpoint):
    @operation(id="houses_read", summary="Read a house", gives=(shapes.House, shapes.PublishedHouse))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One house."""
        found = houses_of(call).one(uuid).facts()
        if not found:
            raise Http404
        return Answer(body=(told if call.sees_all else published)(found[0]), published=not call.sees_all)


def houses_of(call: Call) -> HouseRows:
    """Whoever lives in a house sees it too."""
    if call.caller.partner is not None:
        return HouseRows.of_organization(call.caller.partner.organization_id)
    return HouseRows.of(HouseRow.objects.visible_to(call.user))
