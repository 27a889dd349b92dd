"""What every record about a resident is told with, and whose stay a body means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.endpoint import Call
from api.fields import Id, PageQuery
from api.v1.people import named, uuids_in_sight
from residents.houses.models import House
from residents.stays.models import Stay

OF_STAY = ("house", "stay__house", "stay__resident")


class RecordQuery(PageQuery):
    """What every list of records about residents may be asked with."""

    house = Id(required=False, help_text=gettext_lazy("In this house only."))
    resident = Id(required=False, help_text=gettext_lazy("Of this person only."))


def narrowed(rows: QuerySet, query: Mapping[str, Any], *, person: str = "stay__resident") -> QuerySet:
    """Those of the house and of the person that are asked for."""
    if "house" in query:
        rows = rows.filter(house__uuid=query["house"])
    if "resident" in query:
        rows = rows.filter(**{f"{person}__uuid": query["resident"]})
    return rows


def stay_meant(call: Call, data: dict[str, Any]) -> Stay:
    """The stay that the body names as `stay`, taken out of it; where it names none, that of whoever asks.

    Raises ValidationError where there is none that they see, PermissionDenied where they may not do this about it.
    """
    uuid = data.pop("stay", None)
    if uuid is not None:
        stay = named(call, "stay", Stay, uuid, "house__organization", "resident")
    else:
        mine = Stay.objects.visible_to(call.user).current().filter(resident__user=call.user)
        stay = mine.select_related("house__organization", "resident").first()
    if stay is None:
        raise ValidationError({"stay": _("Say whose stay it is about.")})
    call.require(stay)
    return stay


def people_of(rows: Iterable[Any], call: Call) -> dict[int, str]:
    """The public ids of those whom these records are about, of whom whoever asks sees more than the stay. One query."""
    return uuids_in_sight((row.stay.resident_id for row in rows), call)


def head(row: Any, people: Mapping[int, str]) -> dict[str, Any]:
    """What every record that hangs on a stay begins with."""
    return {
        "uuid": str(row.uuid),
        "house": str(row.house.uuid),
        "stay": str(row.stay.uuid),
        "resident": people.get(row.stay.resident_id),
        "name": row.stay.name,
    }


def recorded(row: Any, house: House) -> dict[str, Any]:
    """Who recorded a fact, and when."""
    return {"recorded_by": row.recorded_as, "recorded_at": at(row.recorded_at, house)}


def at(instant: datetime | None, house: House) -> str | None:
    """An instant by the clock of the house."""
    return None if instant is None else instant.astimezone(house.zone).isoformat(timespec="seconds")


def day(when: date | None) -> str | None:
    return None if when is None else when.isoformat()
