"""The log of a house: what happened, the newest day first, now or as it was known at an instant."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log.entry_words import Told, forms_of, told
from residents.log.forms.entries import FindForm
from residents.log.known import known_asked
from residents.log.looks import note_looks
from residents.log.models import Entry, EntryTelling
from residents.log.queries.entries import having, lines, tellings
from residents.log.reckoning import day_begins
from residents.log.services.shifts import log_seen
from residents.people.models import Look
from soberhouse.exports import KINDS, export

PAGE = 50
MOST_EXPORTED = 10_000


@of_house(Action.SEE_RECORD)
def log(request: HttpRequest, house: House) -> HttpResponse:
    """Find, filter, take along as a file. Words are only ever posted; an address may say kind, person, days, and as of
    when."""
    now = timezone.now()
    known_at = known_asked(request, house.zone, now)
    asked = request.POST if request.method == "POST" else {**request.GET.dict(), "q": ""}
    form = FindForm(asked, user=request.user, house=house)
    found: QuerySet[EntryTelling] | list = []
    if form.is_valid():
        found = _found(request, house, form.cleaned_data, known_at)
        if request.POST.get("export") in KINDS:
            return _file(request, house, found, known_at, request.POST["export"])
    page = Paginator(found, PAGE).get_page(asked.get("page"))
    narrowed = any(form.cleaned_data.get(name) for name in form.fields) if form.is_valid() else True
    may_write = standing_of(request).may(Action.RECORD, house) and known_at is None
    shown = told(lines(page.object_list, known_at), request.user)
    if may_write and not narrowed and page.number == 1 and shown:  # the newest are before them
        log_seen(house=house, user=request.user, until=max(each.line.telling.recorded_at for each in shown))
    return render(
        request,
        "residents/log/log.html",
        {
            "house": house,
            "form": form,
            "known_at": known_at,
            "known": request.GET.get("known", "") if known_at else "",
            "page": page,
            "days": _by_day(shown, house),
            "narrowed": narrowed,
            "may_write": may_write,
            "may_issue": standing_of(request).may(Action.ISSUE_PAPERS, house),
            "forms": forms_of(house),
        },
    )


def _found(
    request: HttpRequest, house: House, asked: dict[str, Any], known_at: datetime | None
) -> QuerySet[EntryTelling]:
    entries = Entry.objects.visible_to(request.user).filter(house=house)
    since, until = asked["since"], asked["until"]
    return having(
        tellings(entries, known_at),
        kind=asked["kind"],
        stay=asked["stay"],
        words=asked["q"],
        since=day_begins(since, house.zone) if since else None,
        until=day_begins(until + timedelta(days=1), house.zone) if until and until < date.max else None,
    ).select_related("entry__house", "entry__recorded_by")


def _by_day(found: list[Told], house: House) -> list[tuple[date, list[Told]]]:
    """The entries of a page under the days on which they happened, in their order."""
    days: dict[date, list[Told]] = {}
    for each in found:
        days.setdefault(each.at.astimezone(house.zone).date(), []).append(each)
    return list(days.items())


def _file(
    request: HttpRequest, house: House, found: QuerySet[EntryTelling], known_at: datetime | None, kind: str
) -> HttpResponse:
    """All of it at once. It leaves the house, and for each resident it is about that it did."""
    at_hand = lines(found[:MOST_EXPORTED], known_at)
    note_looks(at_hand, standing_of(request), Look.What.PAPER)
    headers = [
        *(_("Happened"), _("Kind"), _("What happened"), _("About"), _("Who reads it"), _("Written by")),
        *(_("Written"), _("Amended"), _("Photos")),
    ]
    rows = (
        [
            each.at.astimezone(house.zone),
            each.kind,
            each.text,
            ", ".join(stay.name for stay in each.line.about),
            each.entry.get_audience_display(),
            each.by,
            each.entry.recorded_at.astimezone(house.zone),
            each.line.telling.recorded_at.astimezone(house.zone) if each.line.amended else "",
            len(each.line.photos),
        ]
        for each in told(at_hand, request.user)
    )
    return export(name="house-log", headers=headers, rows=rows, kind=kind)
