"""Visitors: they came, and they went."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.log.models import EntryAbout, Kind, Visit, VisitEnd
from residents.log.services.entries import begin_entry
from residents.people.services import not_about_oneself
from residents.stays.models import Stay
from residents.stays.steps import lock, save
from soberhouse.history import recorded
from soberhouse.words import tidy


@transaction.atomic
def visit_record(
    *, house: House, name: str, about: Collection[Stay] = (), came_at: datetime | None = None, now: datetime
) -> Visit:
    """Somebody came, now or at an instant past, to visit those whom it is `about`.

    Refuses no name, an instant to come, whoever never lived here, and that anybody writes down a visit to themselves.
    """
    if not tidy(name):
        raise ValidationError({"name": _("Say who came.")})
    came_at = came_at or now
    if came_at > now:
        raise ValidationError({"came_at": _("This time has not come yet: only what happened is written down.")})
    text = _("%(name)s came to visit.") % {"name": tidy(name)}
    entry = begin_entry(house=house, kind=Kind.VISITOR, text=text, happened_at=came_at, about=about, now=now)
    return save(Visit(house=house, entry=entry, name=tidy(name), came_at=came_at, recorded_at=now, **recorded()))


@transaction.atomic
def visit_end(*, visit: Visit, left_at: datetime | None = None, now: datetime) -> VisitEnd:
    """They went, now or at an instant past. Refuses a second time, before they came, an instant to come, and whom they
    visited."""
    lock(visit.entry)
    left_at = left_at or now
    about = EntryAbout.objects.filter(telling__entry=visit.entry, telling__corrected_by=None)
    for row in about.select_related("stay__resident"):
        not_about_oneself(row.stay.resident)
    if VisitEnd.objects.filter(visit=visit).exists():
        raise ValidationError(_("It is written down already that they left."))
    if left_at > now:
        raise ValidationError({"left_at": _("This time has not come yet: only what happened is written down.")})
    if left_at < visit.came_at:
        raise ValidationError({"left_at": _("They left after they came.")})
    return save(
        VisitEnd(house=visit.house, visit=visit, came_at=visit.came_at, left_at=left_at, recorded_at=now, **recorded())
    )
