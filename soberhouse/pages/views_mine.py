"""The resident's phone: my week, my record, who looked at it, and my house. Nobody sees anything here but their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import standing_of
from residents.people.milestones import in_words, path
from residents.people.models import Resident
from residents.people.own import oneself
from residents.people.photos import photo_of
from residents.people.queries import (
    at_oneself,
    contacts_of,
    housemates_of,
    lookers_since,
    looks_at,
    managers_of,
    start_of_week,
    tel,
    today_for,
)
from residents.people.services import KEPT_BY_STAFF
from residents.stays.queries import living, sober_since, stays_seen
from soberhouse.pages import own_record as record
from soberhouse.pages.gather import gather
from soberhouse.pages.residents import where_now

LOOKS_ON_A_PAGE = 50


@oneself
def my_week(request: HttpRequest, resident: Resident) -> HttpResponse:
    """How many days, what comes next, and what each subject has for this week."""
    today = today_for(resident, house=request.house)
    since = sober_since([resident.pk]).get(resident.pk)
    stays = stays_seen(resident, request.user)
    now = where_now(stays, today=today)
    context = {
        "resident": resident,
        "greeting": greeting(timezone.now()),
        "today": today,
        "now": now,
        "began": today - timedelta(days=now.days) if now else None,
        "sober": path(since, today=today) if since else None,
        "in_words": in_words(since, today=today) if since else "",
        "cards": gather("week", resident, stays, standing_of(request), today),
    }
    return render(request, "soberhouse/mine/week.html", context)


def greeting(now: datetime) -> str:
    """The words for this time of the day, by the clock in force."""
    hour = timezone.localtime(now).hour
    if 5 <= hour < 12:
        return _("Good morning,")
    if 12 <= hour < 17:
        return _("Good afternoon,")
    if 17 <= hour < 23:
        return _("Good evening,")
    return _("Hello,")


@oneself
def my_record(request: HttpRequest, resident: Resident) -> HttpResponse:
    """All that is on record about oneself, whom to call, who looked, and the way to take it along."""
    today = today_for(resident, house=request.house)
    contacts, former = contacts_of(resident, user=request.user)
    papers = record.papers_of(resident)
    sections = record.sections_of(resident, today=today, papers=papers)
    context = {
        "resident": resident,
        "photo": photo_of(resident, user=request.user),
        "contacts": contacts,
        "former": former,
        "kept_by_staff": KEPT_BY_STAFF,
        "lookers": lookers_since(resident, user=request.user, since=start_of_week(today)),
        "papers": papers,
        "sections": [each for each in sections if each.records and each.name != "looks"],
        "nothing_in": [each.title for each in sections if not each.records],
        "may_take_along": not request.on_tablet,
    }
    return render(request, "soberhouse/mine/record.html", context)


@oneself
def my_record_pdf(request: HttpRequest, resident: Resident) -> HttpResponse:
    """All of it on paper."""
    return _download(request, resident, record.as_pdf, "application/pdf", "pdf")


@oneself
def my_record_json(request: HttpRequest, resident: Resident) -> HttpResponse:
    """All of it for a program."""
    return _download(request, resident, record.as_json, "application/json", "json")


def _download(
    request: HttpRequest,
    resident: Resident,
    draw: Callable[[record.OwnRecord], bytes],
    content_type: str,
    ending: str,
) -> HttpResponse:
    """A file that names nobody. Not on a shared tablet, which would keep it."""
    if request.on_tablet:
        return render(request, "accounts/not_on_tablet.html", status=403)
    place, now = request.house or resident.organization, timezone.now()
    today = today_for(resident, house=request.house)
    data = draw(record.own_record(resident, zone=place.time_zone, today=today, now=now))
    name = f"my-record-{today.isoformat()}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type=content_type, headers=headers)


@oneself
def my_looks(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Who looked at what of one's record, day by day, the latest first."""
    page = Paginator(looks_at(resident, user=request.user), LOOKS_ON_A_PAGE).get_page(request.GET.get("page"))
    told = [(timezone.localtime(look.looked_at), look, at_oneself(look)) for look in page]
    days = [(day, list(looks)) for day, looks in groupby(told, key=lambda one: one[0].date())]
    return render(request, "soberhouse/mine/looks.html", {"page": page, "days": days})


@oneself
def my_house(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Whom to call, where it is, what holds there, and who else lives there: first names only."""
    stays = stays_seen(resident, request.user)
    stay = living(stays)
    house = stay.house if stay else None
    run_by = house.organization if house else resident.organization
    numbers = [(run_by.name, run_by.phone)]
    if house is not None:
        numbers.insert(0, (house.name, house.phone))
    context = {
        "resident": resident,
        "home": house,
        "numbers": [(name, phone, tel(phone)) for name, phone in numbers if tel(phone)],
        "crisis_line": settings.CRISIS_LINE,
        "emergency": settings.EMERGENCY_NUMBER,
        "managers": managers_of(house, now=timezone.now()) if house else [],
        "mates": housemates_of(resident, house=house, today=house.today()) if house else [],
        "cards": gather("home", resident, stays, standing_of(request), house.today()) if house else [],
    }
    return render(request, "soberhouse/mine/house.html", context)
