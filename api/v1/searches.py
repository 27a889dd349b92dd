"""Searches and visitors. What is posted goes through the services that the pages use. Each is named by the `uuid` of
its entry in the log; residents read their own with their own key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Id, Instant, Strict, Text
from api.v1 import shapes_of_log_d as told
from api.v1.log_rows import about_ids, entries_seen, entry_seen, heads, stays_named
from api.v1.people import named
from api.v1.records import RecordQuery, at, recorded
from residents.houses.models import House
from residents.log.looks import note_looks
from residents.log.models import Entry, Kind
from residents.log.models import Search as SearchRow
from residents.log.models import Visit as VisitRow
from residents.log.queries.entries import told_by, written_for
from residents.log.services import searches, visits
from residents.people.models import Look

# --- searches -------------------------------------------------------------------------------------------------------


class HouseSearchIn(Strict):
    """A search, as it was made."""

    house = Id()
    place = Text(max_length=200, help_text=gettext_lazy("What was searched."))
    why = Text(max_length=500)
    by = Text(max_length=200, help_text=gettext_lazy("Who searched."))
    witness = Text(max_length=200, required=False, allow_blank=True)
    resident_present = serializers.BooleanField(help_text=gettext_lazy("Whether whose things they are was there."))
    found = Text(max_length=1000, required=False, allow_blank=True, help_text=gettext_lazy("Empty: nothing."))
    became = Text(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("What became of what was found; needed where something was."),
    )
    policy = Id(required=False, allow_null=True, help_text=gettext_lazy("A published version of a book of the house."))
    about = about_ids(gettext_lazy("Stays of those whose room or things were searched."))
    happened_at = Instant(required=False, allow_null=True, help_text=gettext_lazy("Now, unless told otherwise."))


class SearchAmendIn(Strict):
    """What is right. What is left out stays as it was; whom it is about and when it was is amended in the entry."""

    place = Text(max_length=200, required=False)
    why = Text(max_length=500, required=False)
    by = Text(max_length=200, required=False)
    witness = Text(max_length=200, required=False, allow_blank=True)
    resident_present = serializers.BooleanField(required=False)
    found = Text(max_length=1000, required=False, allow_blank=True)
    became = Text(max_length=500, required=False, allow_blank=True)
    policy = Id(required=False, allow_null=True)
    reason = Text(max_length=500, help_text=gettext_lazy("What was wrong. Stays on record."))


class OfSearch(Endpoint):
    """Tells one search whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        entry = entry_seen(call, Kind.SEARCH, uuid)
        location = reverse("api_search", args=[entry.uuid])
        return Answer(body=whole_search(entry, call), about=entry.uuid, location=location)


class Searches(OfSearch):
    @operation(id="searches_list", summary="List searches", query=RecordQuery, gives=(told.Searches,))
    def get(self, call: Call) -> Answer:
        """Every search that you may read, in the order in which they were written down. A resident is told those of
        their own room and things."""
        found = entries_seen(call, Kind.SEARCH, call.query).select_related("house__organization")
        page, following = call.page(found)
        rows, told_of = _searches(page, call), heads(page, told_by(page), call)
        items = [_search_line(rows[entry.pk], told_of[entry.pk]) for entry in page]
        return Answer(body={"items": items, "next": following})

    @operation(
        id="searches_record",
        summary="Record a search",
        body=HouseSearchIn,
        gives=(told.Search,),
        status=201,
        example={
            "house": "3d0f5b7a-1f0d-4c53-8b5e-9a3c2f1e7d44",
            "about": ["c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a"],
            "place": "Room 2",
            "why": "A smell of smoke in the hall.",
            "by": "Alice Moreno",
            "witness": "Bob Stein",
            "resident_present": True,
        },
    )
    def post(self, call: Call) -> Answer:
        """Whose things were searched is told, and reads it."""
        data = dict(call.data)
        house = _house(call, data)
        _name_policy(call, data)
        data["about"] = stays_named(call, data.get("about", ()))
        data["happened_at"] = data.get("happened_at") or call.now
        search = searches.search_record(house=house, now=call.now, **data)
        return self.again(call, search.entry.uuid)


class Search(OfSearch):
    @operation(id="searches_read", summary="Read a search", gives=(told.Search,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One search as it counts now. It is written down for whose things they are that you looked."""
        return self.again(call, uuid)


class SearchAmend(OfSearch):
    @operation(
        id="searches_amend",
        summary="Put a search right",
        body=SearchAmendIn,
        gives=(told.Search,),
        example={
            "found": "One lighter.",
            "became": "Given back.",
            "reason": "The lighter lay under the bed and was overlooked.",
        },
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """What it said before stays on record, marked. Whose things were searched does not amend it."""
        entry = entry_seen(call, Kind.SEARCH, uuid)
        data = dict(call.data)
        _name_policy(call, data)
        searches.search_amend(search=_searches([entry], call)[entry.pk], now=call.now, **data)
        return self.again(call, uuid)


def _name_policy(call: Call, data: dict[str, Any]) -> None:
    """The book in the place of its public id, where the body names one."""
    if data.get("policy") is not None:
        data["policy"] = named(call, "policy", apps.get_model("residents.Book"), data["policy"])


def _house(call: Call, data: dict[str, Any]) -> House:
    """The house that the body names, taken out of it."""
    house = named(call, "house", House, data.pop("house"), "organization")
    call.require(house)
    return house


def _searches(page: Sequence[Entry], call: Call) -> dict[int, SearchRow]:
    rows = SearchRow.objects.visible_to(call.user).filter(entry__in=[entry.pk for entry in page], corrected_by=None)
    return {row.entry_id: row for row in rows.select_related("policy")}


def _search_line(row: SearchRow, head: Mapping[str, Any]) -> dict[str, Any]:
    return dict(head) | {"place": row.place, "resident_present": row.resident_present, "found": row.found}


def whole_search(entry: Entry, call: Call) -> dict[str, Any]:
    """One search, as far as whoever asks may know it."""
    found = told_by([entry])
    note_looks([found[entry.pk]], call.caller.standing, Look.What.API)
    visible = written_for(SearchRow.objects.visible_to(call.user).filter(entry=entry), call.user)
    rows = list(visible.select_related("policy").order_by("-pk"))
    return (
        heads([entry], found, call)[entry.pk]
        | _facts(rows[0])
        | {"tellings": [_facts(row) | recorded(row, entry.house) for row in rows]}
    )


def _facts(row: SearchRow) -> dict[str, Any]:
    names = ("place", "why", "by", "witness", "resident_present", "found", "became", "correction_reason")
    policy = row.policy
    return {name: getattr(row, name) for name in names} | {
        "policy": {"uuid": str(policy.uuid), "title": policy.title, "number": policy.number} if policy else None
    }


# --- visitors -------------------------------------------------------------------------------------------------------


class VisitQuery(RecordQuery):
    here = serializers.BooleanField(required=False, help_text=gettext_lazy("Only those who are in the house, or left."))


class VisitIn(Strict):
    """Somebody came."""

    house = Id()
    name = Text(max_length=120)
    about = about_ids(gettext_lazy("Stays of those whom they visit."))
    came_at = Instant(required=False, allow_null=True, help_text=gettext_lazy("Now, unless told otherwise."))


class VisitEndIn(Strict):
    left_at = Instant(required=False, allow_null=True, help_text=gettext_lazy("Now, unless told otherwise."))


class OfVisit(Endpoint):
    """Tells one visit: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        entry = entry_seen(call, Kind.VISITOR, uuid)
        found = told_by([entry])
        note_looks([found[entry.pk]], call.caller.standing, Look.What.API)
        body = _visit(_visits([entry], call)[entry.pk], heads([entry], found, call)[entry.pk])
        return Answer(body=body, about=entry.uuid, location=reverse("api_visit", args=[entry.uuid]))


class Visits(OfVisit):
    @operation(id="visits_list", summary="List visitors", query=VisitQuery, gives=(told.Visits,))
    def get(self, call: Call) -> Answer:
        """Who came, in the order in which it was written down; with `here`, who is in the house now."""
        found = entries_seen(call, Kind.VISITOR, call.query).select_related("house__organization")
        if "here" in call.query:
            found = found.filter(visit__end__isnull=call.query["here"])
        page, following = call.page(found)
        rows, told_of = _visits(page, call), heads(page, told_by(page), call)
        items = [_visit(rows[entry.pk], told_of[entry.pk]) for entry in page]
        return Answer(body={"items": items, "next": following})

    @operation(
        id="visits_record",
        summary="Record a visitor",
        body=VisitIn,
        gives=(told.Visit,),
        status=201,
        example={
            "house": "3d0f5b7a-1f0d-4c53-8b5e-9a3c2f1e7d44",
            "name": "Vera Holm",
            "about": ["c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a"],
        },
    )
    def post(self, call: Call) -> Answer:
        """Somebody came, now or at an instant past. They are in the house until it is written down that they left."""
        data = dict(call.data)
        house = _house(call, data)
        data["about"] = stays_named(call, data.get("about", ()))
        visit = visits.visit_record(house=house, now=call.now, **data)
        return self.again(call, visit.entry.uuid)


class Visit(OfVisit):
    @operation(id="visits_read", summary="Read a visit", gives=(told.Visit,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """Who came and when, and when they left."""
        return self.again(call, uuid)


class VisitEnd(OfVisit):
    @operation(
        id="visits_end",
        summary="Record that a visitor left",
        body=VisitEndIn,
        gives=(told.Visit,),
        example={"left_at": "2026-06-12T21:30:00-04:00"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """They left, now or at an instant past; once, and not by whom they visited."""
        entry = entry_seen(call, Kind.VISITOR, uuid)
        visits.visit_end(visit=_visits([entry], call)[entry.pk], now=call.now, **call.data)
        return self.again(call, uuid)


def _visits(page: Sequence[Entry], call: Call) -> dict[int, VisitRow]:
    rows = VisitRow.objects.visible_to(call.user).filter(entry__in=[entry.pk for entry in page])
    return {row.entry_id: row for row in rows.select_related("entry", "house", "end")}


def _visit(row: VisitRow, head: Mapping[str, Any]) -> dict[str, Any]:
    end = getattr(row, "end", None)
    return dict(head) | {
        "name": row.name,
        "came_at": at(row.came_at, row.house),
        "left_at": at(end.left_at, row.house) if end is not None else None,
    }
