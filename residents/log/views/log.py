"""The log of a house: what happened, the newest day first, now or as it was known at an instant."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
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
from residents.log.models import Entry, EntryTelling
from residents.log.queries.entries import having, lines, tellings
from residents.log.services.shifts import log_seen
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
    if may_write and not narrowed and page.number == 1:  # the newest are before them: nothing is unread any more
        log_seen(house=house, user=request.user, now=now)
    return render(
        request,
        "residents/log/log.html",
        {
            "house": house,
            "form": form,
            "known_at": known_at,
            "known": request.GET.get("known", "") if known_at else "",
            "page": page,
            "days": _by_day(told(lines(page.object_list, known_at), request.user), house),
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
        since=begins(since, house) if since else None,
        until=begins(until + timedelta(days=1), house) if until and until < date.max else None,
    ).select_related("entry__house", "entry__recorded_by")


def begins(day: date, house: House) -> datetime:
    """The first instant of a day in the house."""
    return datetime.combine(day, time(), tzinfo=house.zone)


def _by_day(found: list[Told], house: House) -> list[tuple[date, list[Told]]]:
    """The entries of a page under the days on which they happened, in their order."""
    days: dict[date, list[Told]] = {}
    for each in found:
        days.setdefault(each.at.astimezone(house.zone).date(), []).append(each)
    return list(days.items())


def _file(
    request: HttpRequest, house: House, found: QuerySet[EntryTelling], known_at: datetime | None, kind: str
) -> HttpResponse:
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
        for each in told(lines(found[:MOST_EXPORTED], known_at), request.user)
    )
    return export(name="house-log", headers=headers, rows=rows, kind=kind)
