"""What follows whoever moves to another house, and what does not."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q
from django.utils.translation import gettext as _

from residents.away import notices
from residents.away.models import CurfewException
from residents.away.services.passes import close_for_transfer
from residents.stays.models import Stay
from residents.stays.steps import save
from soberhouse.history import because
from soberhouse.language import in_site_language


def after_transfer(*, stay: Stay, following: Stay, now: datetime) -> None:
    """An officer's hour binds the person wherever they live: each that holds or will hold goes on with the new stay.
    What this house allowed, its own hours and its passes, stays behind. The person is locked."""
    _take_officers_hours_along(stay, following)
    close_for_transfer(stay=stay, now=now)


def _take_officers_hours_along(stay: Stay, following: Stay) -> None:
    moved_on = following.starts_on
    live = Q(ends_on=None) | (Q(ends_on__gt=moved_on) & Q(ends_on__gt=F("starts_on")))
    rows = CurfewException.objects.filter(live, stay=stay, source=CurfewException.Source.OFFICER)
    for row in rows.select_related("house", "stay").order_by("pk"):
        copy = save(
            CurfewException(
                house=following.house,
                stay=following,
                source=row.source,
                weekday=row.weekday,
                hour=row.hour,
                starts_on=max(row.starts_on, moved_on),
                ends_on=row.ends_on,
                reason=row.reason,
            )
        )
        row.ends_on = max(moved_on, row.starts_on)
        with because(_moved()):
            save(row)
        notices.tell_own_hour(copy)


@in_site_language
def _moved() -> str:
    return _("They moved to another house of the organization.")
