"""What entries of the log offer to the pages that gather: a box to write a line in, what was written about somebody,
what is new about oneself, and all of it on one's own record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.entry_words import forms_of, row_of, told
from residents.log.models import EntryAbout, EntryTelling
from residents.log.queries.entries import counted, lines
from residents.people.models import Resident
from residents.stays.models import Stay
from residents.stays.queries import living
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, Order

ON_A_PERSONS_PAGE = 5
NEWS_LASTS = timedelta(days=14)
MOST_NEWS = 20


def today(house: House, standing: Standing) -> Iterator[Card]:
    """A box to write a line in, and the forms of what needs more than a line. No query."""
    if standing.may(Action.RECORD, house):
        yield Card(
            title=_("Write it down"),
            order=Order.NUMBERS,
            anchor="write",
            template="residents/log/note_box.html",
            context={"house": house, "forms": forms_of(house)},
            more_url=reverse("log", args=[house.uuid]),
            more_label=_("Log"),
        )


def about(resident: Resident, stays: Iterable[Stay], standing: Standing) -> Iterator[Card | Entry]:
    """What was written about one person, as far as this reader may read it, the newest first."""
    found = told(lines(_tellings_about(resident, standing.user)), standing.user)
    stay = living(stays)
    more = {}
    if stay is not None and standing.may(Action.RECORD, stay):
        url = f"{reverse('entry_new', args=[stay.house.uuid])}?stay={stay.uuid}"
        more = {"more_url": url, "more_label": _("Write one")}
    yield Card(
        title=_("In the log"),
        order=Order.WAITING,
        rows=[row_of(each) for each in found[:ON_A_PERSONS_PAGE]],
        empty=_("Nothing was written about them."),
        **more,
    )
    for each in found:
        marks = [each.readers, _("amended") if each.line.amended else ""]
        yield Entry(
            each.at.astimezone(each.entry.house.zone).date(),
            f"{each.kind}: {each.summary}",
            " · ".join(filter(None, marks)),
            each.by,
            reverse("entry", args=[each.entry.uuid]),
        )


def week(resident: Resident) -> Iterator[Card]:
    """What was written about me of late, and is open to me."""
    rows = _tellings_about(resident, resident.user).filter(recorded_at__gt=timezone.now() - NEWS_LASTS)
    found = told(lines(rows[:MOST_NEWS]), resident.user)
    if found:
        yield Card(title=_("Written about me"), order=Order.DUE, rows=[row_of(each) for each in found])


def _tellings_about(resident: Resident, reader: User) -> QuerySet[EntryTelling]:
    """What counts and is about this person, the newest happening first."""
    rows = counted(EntryTelling.objects.visible_to(reader)).filter(
        pk__in=EntryAbout.objects.filter(stay__resident=resident).values("telling")
    )
    return rows.order_by("-happened_at", "-entry_id")
