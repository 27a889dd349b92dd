"""What calendars and own notes offer to the pages that gather."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.meetings import recurrence
from residents.meetings.models import StepNote
from residents.meetings.queries import calendars as queries
from residents.people.looks import note_look
from residents.people.models import Look, Resident
from residents.stays.models import Stay
from residents.stays.queries import living
from soberhouse.cards import CalendarEntry, Card, Order, Row


def about(resident: Resident, standing: Standing) -> Iterator[Card]:
    """The notes that a resident shares, to be read and no more. That they are shown is written down first."""
    notes = list(StepNote.objects.visible_to(standing.user).filter(resident=resident, shared=True, put_away=False))
    if notes:
        note_look(resident, Look.What.PAGE, user=standing.user, detail=_("notes they share"))
        yield Card(
            title=_("Notes they share"),
            order=Order.LATER,
            template="residents/meetings/notes_shared.html",
            context={"notes": notes},
        )


def home(stays: Iterable[Stay]) -> Iterator[Card]:
    """The way to one's own calendar and notes."""
    if living(stays) is not None:
        yield Card(
            title=_("For yourself"),
            order=Order.LATER,
            rows=[
                Row(fact=_("My calendar"), reason=_("your meetings in your phone"), url=reverse("my_calendar")),
                Row(fact=_("My notes"), reason=_("sponsor and steps, yours alone"), url=reverse("my_notes")),
            ],
        )


def settings(house: House, standing: Standing) -> Iterator[Row]:
    if standing.may(Action.SETTLE_HOUSE, house):
        yield Row(
            fact=_("Calendar"),
            reason=_("the house's meetings in a phone or a program"),
            url=reverse("house_calendar", args=[house.uuid]),
        )


def calendar(place: Stay | House, since: datetime) -> Iterator[CalendarEntry]:
    yield from queries.of_stay(place, since) if isinstance(place, Stay) else queries.of_house(place, since)


def entry_rows(entries: Iterable[CalendarEntry], now: datetime) -> list[Row]:
    """Each entry as whoever reads the calendar sees it, by when it comes next, by its own clock."""
    found = []
    for each in entries:
        there = now.astimezone(ZoneInfo(each.zone)).replace(tzinfo=None)
        first = each.starts.date()
        since = there.date() if there.time() <= each.starts.time() else there.date() + timedelta(days=1)
        on = first if first >= since else recurrence.first_day(each.rule, first, since)
        if on is None or (each.ends_on is not None and on >= each.ends_on):
            continue
        said = {"day": date_format(on, "WEEKDAY_MONTH_DAY_FORMAT"), "time": time_format(each.starts, "TIME_FORMAT")}
        found.append((on, each.starts.time(), Row(fact=each.title, reason=_("next on %(day)s, %(time)s") % said)))
    return [row for _on, _time, row in sorted(found, key=lambda one: one[:2])]
