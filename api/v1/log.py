"""The log of a house: what happened, in a line. What is posted goes through the services that the pages use.

Residents read with their own key what is about them and open to them, without the names of others.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Id, Instant, Strict, Text
from api.v1 import shapes_of_log_a as told
from api.v1.log_rows import about_ids, entries_seen, entry_seen, stays_named
from api.v1.people import named
from api.v1.records import RecordQuery, at
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log import models as rows
from residents.log.looks import note_looks
from residents.log.queries.entries import Line, having, line_of, tellings, tellings_of, told_by, unnamed
from residents.log.services import entries as services
from residents.people.models import Look
from residents.stays.models import Stay

KNOWN = gettext_lazy("As it was known at this moment.")
SINCE = gettext_lazy("What happened at this moment or later.")


class EntryQuery(RecordQuery):
    kind = serializers.ChoiceField(rows.Kind.choices, required=False)
    stay = Id(required=False, help_text=gettext_lazy("About this stay only."))
    since = Instant(required=False, help_text=SINCE)
    until = Instant(required=False, help_text=gettext_lazy("What happened before this moment."))
    known = Instant(required=False, help_text=KNOWN)


class KnownQuery(Strict):
    known = Instant(required=False, help_text=KNOWN)


class LogEntryIn(Strict):
    """A line of the log."""

    house = Id()
    text = Text(max_length=4000, help_text=gettext_lazy("What happened."))
    kind = serializers.ChoiceField(
        [(kind.value, kind.label) for kind in rows.LINES],
        required=False,
        help_text=gettext_lazy("A note unless you say otherwise."),
    )
    happened_at = Instant(required=False, help_text=gettext_lazy("Now unless you say otherwise; never to come."))
    about = about_ids(gettext_lazy("The stays of those whom it is about. They read it, unless it is kept from them."))
    audience = serializers.ChoiceField(rows.Audience.choices, required=False)
    audience_reason = Text(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("Needed where it is kept from whom it is about."),
    )


class EntryAmendIn(Strict):
    """What is right. What is left out stays as it was."""

    text = Text(max_length=4000, required=False)
    happened_at = Instant(required=False)
    about = about_ids(gettext_lazy("Whom it is about now: all of them."))
    reason = Text(max_length=500, help_text=gettext_lazy("What was wrong. Stays on record."))


class EntryShowToIn(Strict):
    audience = serializers.ChoiceField(rows.Audience.choices)
    reason = Text(max_length=500, help_text=gettext_lazy("Stays on record."))


class OfEntry(Endpoint):
    """Tells one entry with every telling of it."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        entry = entry_seen(call, None, uuid)
        known_at = call.query.get("known")
        line = line_of(entry, known_at, reader=call.user)
        if line is None:
            raise Http404
        note_looks([line], call.caller.standing, Look.What.API)
        location = reverse("api_entry", args=[entry.uuid])
        return Answer(body=_whole(entry, line, call, known_at), about=entry.uuid, location=location)


class Entries(OfEntry):
    @operation(id="entries_list", summary="List entries of the log", query=EntryQuery, gives=(told.Entries,))
    def get(self, call: Call) -> Answer:
        """Every entry of your houses that you may read, in the order in which they were written down. A resident is
        told what is about themselves and open to them. It is written down for those whom they are about that you
        looked."""
        known_at = call.query.get("known")
        found = entries_seen(call, None, call.query)
        found = found.filter(pk__in=_asked(call, found, known_at).values("entry"))
        page, following = call.page(found.select_related("house__organization", "recorded_by"))
        return Answer(body={"items": _lines(page, call, known_at), "next": following})

    @operation(
        id="entries_write",
        summary="Write a line in the log",
        body=LogEntryIn,
        gives=(told.Entry,),
        status=201,
        example={
            "house": "3d0f5b7a-1f0d-4c53-8b5e-9a3c2f1e7d44",
            "kind": "maintenance",
            "text": "The lock of the back door sticks. The locksmith comes tomorrow.",
            "happened_at": "2026-06-12T21:40:00-04:00",
        },
    )
    def post(self, call: Call) -> Answer:
        """Those whom it is about are told at once, unless it is kept from them. Incidents, searches, visitors and
        complaints have forms of their own."""
        data = dict(call.data)
        house = named(call, "house", House, data.pop("house"), "organization")
        call.require(house)
        _check_audience(call, house, data.get("audience"))
        stays = stays_named(call, data.pop("about", ()))
        entry = services.entry_write(house=house, about=stays, now=call.now, **data)
        return self.again(call, entry.uuid)


class Entry(OfEntry):
    @operation(id="entries_read", summary="Read an entry of the log", query=KnownQuery, gives=(told.Entry,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One entry, with every telling of it. It is written down for those whom it is about that you looked."""
        return self.again(call, uuid)


class EntryAmend(OfEntry):
    @operation(
        id="entries_amend",
        summary="Put an entry right",
        body=EntryAmendIn,
        gives=(told.Entry,),
        example={"text": "The lock of the front door sticks.", "reason": "It is the front door."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """What it told before stays on record, marked. Nobody amends what is about themselves."""
        entry = entry_seen(call, None, uuid)
        line = line_of(entry)
        data = dict(call.data)
        stays = stays_named(call, data.pop("about")) if "about" in data else list(line.about)
        before = {"text": line.telling.text, "happened_at": line.telling.happened_at}
        services.entry_amend(entry=entry, about=stays, now=call.now, **(before | data))
        return self.again(call, uuid)


class EntryShowTo(OfEntry):
    @operation(
        id="entries_show_to",
        summary="Let fewer or more read an entry",
        body=EntryShowToIn,
        gives=(told.Entry,),
        example={"audience": "few", "reason": "It names a diagnosis."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Those whom it is about are told once it is opened to them."""
        entry = entry_seen(call, None, uuid)
        _check_audience(call, entry.house, call.data["audience"])
        services.entry_show_to(entry=entry, now=call.now, **call.data)
        return self.again(call, uuid)


def _check_audience(call: Call, house: House, audience: str | None) -> None:
    """Refuse what whoever asks could not read themselves: there would be nothing to answer."""
    operates = call.caller.standing.may(Action.RUN_ORGANIZATION, house)
    if audience == rows.Audience.OPERATORS and not operates:
        raise ValidationError({"audience": _("You could not read it yourself. Write this on the site.")})


def _asked(call: Call, entries: QuerySet[rows.Entry], known_at: datetime | None) -> QuerySet[rows.EntryTelling]:
    query = call.query
    stay = Stay.objects.visible_to(call.user).filter(uuid=query["stay"]).first() if "stay" in query else None
    found = having(
        tellings(entries, known_at, reader=call.user),
        kind=query.get("kind", ""),
        stay=stay,
        since=query.get("since"),
        until=query.get("until"),
    )
    return found.none() if stay is None and "stay" in query else found


# What is told


def _lines(page: list[rows.Entry], call: Call, known_at: datetime | None) -> list[dict[str, Any]]:
    """These entries as a list shows them, in all their words: so each is looked at. The same queries, however many."""
    found = told_by(page, known_at, reader=call.user)
    note_looks(found.values(), call.caller.standing, Look.What.API)
    withheld = unnamed(page, call.user)
    return [_line(entry, found[entry.pk], call, entry.pk in withheld) for entry in page]


def _line(entry: rows.Entry, line: Line, call: Call, is_withheld: bool) -> dict[str, Any]:
    return {
        "uuid": str(entry.uuid),
        "house": str(entry.house.uuid),
        "kind": entry.kind,
        "audience": entry.audience,
        "text": line.telling.text,
        "happened_at": at(line.telling.happened_at, entry.house),
        "about": _about(entry, line, call),
        "amended": line.amended,
        "recorded_by": None if is_withheld else entry.recorded_as,
        "recorded_at": at(entry.recorded_at, entry.house),
    }


def _about(entry: rows.Entry, line: Line, call: Call) -> list[dict[str, Any]]:
    """Whom it is about. Whoever is no staff of the house reads of nobody but themselves."""
    staff = call.caller.standing.may(Action.SEE_RECORD, entry)
    people = [stay for stay in line.about if staff or stay.resident.user_id == call.user.pk]
    return [{"stay": str(stay.uuid), "name": stay.name} for stay in people]


def _whole(entry: rows.Entry, line: Line, call: Call, known_at: datetime | None) -> dict[str, Any]:
    is_withheld = entry.pk in unnamed([entry], call.user)
    return _line(entry, line, call, is_withheld) | {
        "audience_reason": entry.audience_reason,
        "photos": [{"uuid": str(photo.uuid), "caption": photo.caption} for photo in line.photos],
        "tellings": [
            {
                "text": each.telling.text,
                "happened_at": at(each.telling.happened_at, entry.house),
                "about": _about(entry, each, call),
                "correction_reason": each.telling.correction_reason,
                "recorded_by": None if is_withheld else each.telling.recorded_as,
                "recorded_at": at(each.telling.recorded_at, entry.house),
            }
            for each in tellings_of(entry, known_at, reader=call.user)
        ],
    }
