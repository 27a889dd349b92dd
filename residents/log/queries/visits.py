"""What is read about visitors: who is in the house now."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from residents.houses.models import House
from residents.log.models import EntryAbout, Visit
from residents.stays.models import Stay
from soberhouse.accounts.models import User


def here_now(house: House, user: User) -> QuerySet[Visit]:
    """Visitors of the house of whom nobody wrote down that they left, the first who came first; with whom they visit.
    Two queries."""
    about = EntryAbout.objects.filter(telling__corrected_by=None).select_related("stay__resident", "telling")
    rows = Visit.objects.visible_to(user).filter(house=house, end=None).select_related("entry")
    return rows.order_by("came_at", "pk").prefetch_related(
        Prefetch("entry__tellings__about", about, to_attr="counted_about")
    )


def visited(visit: Visit) -> list[Stay]:
    """Whom they visit, of a visit as `here_now` reads it."""
    return [row.stay for telling in visit.entry.tellings.all() for row in telling.counted_about]
