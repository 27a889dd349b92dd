"""What programs are told of every entry of the log, and how one finds those they may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import serializers

from api.endpoint import Call
from api.fields import Id
from api.v1.people import named
from api.v1.records import at
from residents.houses.permissions import Action
from residents.log.models import Entry, EntryAbout
from residents.log.queries.entries import Line, own_part, unnamed
from residents.stays.models import Stay


def entries_seen(call: Call, kind: str | None, query: Mapping[str, Any]) -> QuerySet[Entry]:
    """The entries of a kind, or of any, that whoever asks may read, in the house and about the person that are asked
    for."""
    rows = Entry.objects.visible_to(call.user).filter(**_of(kind))
    if "house" in query:
        rows = rows.filter(house__uuid=query["house"])
    if "resident" in query:
        about = EntryAbout.objects.visible_to(call.user).filter(
            telling__entry=OuterRef("pk"), telling__corrected_by=None
        )
        rows = rows.filter(Exists(about.filter(stay__resident__uuid=query["resident"])))
    return rows


def _of(kind: str | None) -> dict[str, str]:
    return {} if kind is None else {"kind": kind}


def entry_seen(call: Call, kind: str | None, uuid: UUID) -> Entry:
    """The entry of this public id, and of this kind if one is named: Http404 out of scope, PermissionDenied where the
    action is not allowed. A part of one's own record is open to oneself, where the action is."""
    rows = Entry.objects.visible_to(call.user).filter(**_of(kind))
    rows = rows.select_related("house__organization", "recorded_by")
    entry = get_object_or_404(rows, uuid=uuid)
    standing = call.caller.standing
    if standing.may(call.need.action, entry):
        return entry
    theirs = own_part(call.user, entry) if Action.OWN_RECORD in call.need.actions else None
    if theirs is None or not standing.may(Action.OWN_RECORD, theirs):
        raise PermissionDenied
    return entry


def stays_named(call: Call, uuids: Iterable[UUID]) -> list[Stay]:
    """Those that the body names as `about`."""
    return [named(call, "about", Stay, uuid, "house", "resident") for uuid in uuids]


def about_ids(help_text: Any) -> Any:
    """Several stays in a body."""
    return serializers.ListField(child=Id(), required=False, max_length=50, help_text=help_text)


def heads(entries: Sequence[Entry], found: Mapping[int, Line], call: Call) -> dict[int, dict[str, Any]]:
    """What every entry begins with, by its key. Whoever is no staff of the house reads of nobody but themselves."""
    withheld = unnamed(entries, call.user)
    told = {}
    for entry in entries:
        line, house = found[entry.pk], entry.house
        staff = call.caller.standing.may(Action.SEE_RECORD, entry)
        about = [stay for stay in line.about if staff or stay.resident.user_id == call.user.pk]
        told[entry.pk] = {
            "uuid": str(entry.uuid),
            "house": str(house.uuid),
            "happened_at": at(line.telling.happened_at, house),
            "about": [{"stay": str(stay.uuid), "name": stay.name} for stay in about],
            "recorded_by": None if entry.pk in withheld else entry.recorded_as,
            "recorded_at": at(entry.recorded_at, house),
        }
    return told
