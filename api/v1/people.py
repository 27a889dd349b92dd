"""What is posted about a person, and which of the persons and beds that others post about one may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.endpoint import Call
from api.fields import Day, Strict, Text
from residents.houses.models import Bed
from residents.people.models import Resident


class PersonIn(Strict):
    """Somebody who may be new. Whom your house knows by the same name and date of birth is not written down twice."""

    legal_first_name = Text(max_length=100)
    legal_last_name = Text(max_length=100, required=False, allow_blank=True)
    birth_date = Day(required=False, allow_null=True)
    phone = Text(max_length=40, required=False, allow_blank=True)


class Reason(Strict):
    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class NeededReason(Strict):
    reason = Text(max_length=500, help_text=gettext_lazy("Stays on record."))


def named(call: Call, field: str, model: type[Model], uuid: UUID, *related: str) -> Any:
    """The row that a field of the body names; ValidationError where whoever asks sees no such row."""
    row = model.objects.visible_to(call.user).select_related(*related).filter(uuid=uuid).first()
    if row is None:
        raise ValidationError({field: _("There is no such record, or none that you may see.")})
    return row


def bed_named(call: Call, uuid: UUID) -> Bed:
    """The bed that the body names, in a house where whoever asks may admit."""
    bed = named(call, "bed", Bed, uuid, "room", "house__organization")
    call.require(bed.house)
    return bed


def uuids_in_sight(people: Iterable[int], call: Call) -> dict[int, str]:
    """The public ids of those among them whom whoever asks sees: of a past stay one may see no more than the stay."""
    seen = Resident.objects.visible_to(call.user).filter(pk__in=set(people)).values_list("pk", "uuid")
    return {pk: str(uuid) for pk, uuid in seen}


def one_of(data: dict[str, Any], *names: str) -> str:
    """Which of these fields was sent; ValidationError unless it is exactly one."""
    sent = [name for name in names if data.get(name) is not None]
    if len(sent) != 1:
        raise ValidationError(_("Send one of these: %(names)s.") % {"names": ", ".join(names)})
    return sent[0]
