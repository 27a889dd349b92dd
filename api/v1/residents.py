"""Residents, as their houses see them. A name is only ever posted: addresses are kept in logs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Id, PageQuery, Strict, Text
from api.v1 import shapes
from residents.houses.models import staff_roles
from residents.people.looks import note_look
from residents.people.models import Look, reached_by
from residents.people.models import Resident as ResidentRow
from residents.stays.models import Application, Stay
from residents.stays.queries import sober_since

MOST_FOUND = 100


class ResidentQuery(PageQuery):
    house = Id(required=False, help_text=gettext_lazy("Who lives in this house, or applies to it."))
    who = serializers.ChoiceField(["now", "applying"], required=False)


class Residents(Endpoint):
    @operation(id="residents_list", summary="List residents", query=ResidentQuery, gives=(shapes.Residents,))
    def get(self, call: Call) -> Answer:
        """Everybody in your sight: who lives in your houses or applies to them, and for an operator or auditor
        everybody of the organization. Without more than a list needs."""
        page, following = call.page(_asked(in_sight(call), call))
        return Answer(body={"items": lines(page, call), "next": following})


class SearchIn(Strict):
    name = Text(
        max_length=200, help_text=gettext_lazy("Words of the name, in any order, letter case and accents aside.")
    )


class ResidentSearch(Endpoint):
    @operation(
        id="residents_search",
        summary="Find residents by name",
        body=SearchIn,
        gives=(shapes.ResidentsFound,),
        effect=False,
        example={"name": "okafor nia"},
    )
    def post(self, call: Call) -> Answer:
        """Of those in your sight, the first hundred whose name holds every word."""
        words = folded(call.data["name"]).split()
        names = in_sight(call).order_by("pk").values_list("pk", "preferred_name", "legal_first_name", "legal_last_name")
        found = [pk for pk, *name in names if all(word in folded(" ".join(name)) for word in words)]
        people = ResidentRow.objects.visible_to(call.user).filter(pk__in=found[:MOST_FOUND]).order_by("pk")
        return Answer(body={"items": lines(list(people), call), "more": len(found) > MOST_FOUND})


class Resident(Endpoint):
    @operation(id="residents_read", summary="Read a resident", gives=(shapes.Resident,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One resident. It is written down for them that you looked."""
        resident = call.row(ResidentRow, uuid)
        note_look(resident, Look.What.API, user=call.user, detail=_("their record"))
        (line,) = lines([resident], call)
        birth, sober = resident.birth_date, sober_since([resident.pk]).get(resident.pk)
        return Answer(
            body=line
            | {
                "legal_first_name": resident.legal_first_name,
                "legal_last_name": resident.legal_last_name,
                "preferred_name": resident.preferred_name,
                "gender": resident.gender,
                "pronouns": resident.pronouns,
                "birth_date": birth.isoformat() if birth else None,
                "phone": resident.phone,
                "sober_since": sober.isoformat() if sober else None,
            }
        )


def in_sight(call: Call) -> QuerySet[ResidentRow]:
    """Whom a role lets see; who lives in a house sees themselves on their own pages."""
    return ResidentRow.objects.visible_to(call.user).filter(reached_by(staff_roles(call.user, now=call.now)))


def _asked(people: QuerySet[ResidentRow], call: Call) -> QuerySet[ResidentRow]:
    stays = Stay.objects.visible_to(call.user).current()
    applications = Application.objects.visible_to(call.user).live()
    if "house" in call.query:
        stays = stays.filter(house__uuid=call.query["house"])
        applications = applications.filter(house__uuid=call.query["house"])
    lives, applies = Q(pk__in=stays.values("resident")), Q(pk__in=applications.values("resident"))
    match call.query.get("who"):
        case "now":
            return people.filter(lives)
        case "applying":
            return people.filter(applies)
    return people.filter(lives | applies) if "house" in call.query else people


def lines(people: Sequence[ResidentRow], call: Call) -> list[dict[str, Any]]:
    """These people with the stay that goes on, where whoever asks sees it. One query."""
    stays = {
        stay.resident_id: stay
        for stay in Stay.objects.visible_to(call.user).current().filter(resident__in=people).select_related("house")
    }
    told = []
    for resident in people:
        stay = stays.get(resident.pk)
        told.append(
            {
                "uuid": str(resident.uuid),
                "name": resident.name,
                "stay": str(stay.uuid) if stay else None,
                "house": str(stay.house.uuid) if stay else None,
            }
        )
    return told


def folded(text: str) -> str:
    """Without case and accents. The engines differ in this, so names are compared here."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
