"""Phases of the program."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.stays import notices
from residents.stays.models import Phase, PhaseKind, Stay
from residents.stays.steps import locked_stay, require_between, save


@transaction.atomic
def phase_set(*, stay: Stay, kind: PhaseKind, starts_on: date, reason: str = "", today: date) -> Phase:
    """The resident is in this phase of the program from `starts_on`; the phase before it ends there."""
    stay = locked_stay(stay)
    if kind.house_id != stay.house_id:
        raise ValidationError({"kind": _("This phase belongs to another house.")})
    current = stay.phases.filter(voided=False).order_by("-starts_on", "-id").first()
    require_between(starts_on, current.starts_on if current else stay.starts_on, today, field="starts_on")
    if current is not None:
        if current.kind_id == kind.pk and current.ends_on is None:
            raise ValidationError({"kind": _("The resident is in this phase already.")})
        current.ends_on = starts_on
        save(current)
    phase = save(Phase(house=stay.house, stay=stay, kind=kind, starts_on=starts_on, reason=reason))
    notices.tell_phase_set(phase)
    return phase


@transaction.atomic
def phase_kind_save(*, house: House, number: int, name: str, kind: PhaseKind | None = None) -> PhaseKind:
    """Name a phase of the house's program, or rename one."""
    kind = kind or PhaseKind(house=house)
    kind.number, kind.name = number, name
    return save(kind)
