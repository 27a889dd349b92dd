"""The secret addresses of calendars: made, shown once, revoked; and what a calendar program reads there."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from residents.houses.access import of, of_house, public
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.meetings.calendar import written
from residents.meetings.calendar_cards import entry_rows
from residents.meetings.calendar_facts import calendar_of
from residents.meetings.forms.calendars import LinkForm, MyLinkForm
from residents.meetings.models import CalendarLink
from residents.meetings.queries.calendars import link_of
from residents.meetings.services.calendars import MOST, link_make, link_revoke
from residents.people.models import Resident
from residents.people.own import oneself
from residents.stays.models import Stay
from residents.stays.queries import living, stays_seen
from soberhouse.documents.limits import count_wrong, seconds_to_wait
from soberhouse.form_page import form_page

DOOR = "calendar"


@require_safe
@public("a calendar program cannot sign in: whoever has the secret address reads")
def calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The calendar that this secret opens. One that opens none, or no more, is not there."""
    wait = seconds_to_wait(request, DOOR)
    if wait:
        return HttpResponse(status=429, headers={"Retry-After": str(wait)})
    link = link_of(secret)
    if link is None:
        count_wrong(request, DOOR)
        return HttpResponseNotFound(headers={"Cache-Control": "private"})
    body = written(calendar_of(link, timezone.now()))
    etag = quote_etag(sha256(body).hexdigest())
    headers = {
        "ETag": etag,
        "Cache-Control": "private",
        "Content-Disposition": 'inline; filename="calendar.ics"',
        "X-Robots-Tag": "noindex, nofollow",
    }
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)
    return get_conditional_response(request, etag=etag, response=response)


@oneself
@require_safe
def my_calendar(request: HttpRequest, resident: Resident) -> HttpResponse:
    """What stands in one's own calendar, and the addresses under which programs read it."""
    stay = living(stays_seen(resident, request.user))
    links = CalendarLink.objects.visible_to(request.user).filter(stay__resident=resident)
    return _page(
        request,
        stay.house if stay else None,
        stay,
        links,
        title=_("My calendar"),
        back_url=reverse("my_house"),
        back_label=_("House"),
        new_url=reverse("my_calendar_link_new") if stay else "",
        revoke="my_calendar_link_revoke",
    )


@of_house(Action.SETTLE_HOUSE)
@require_safe
def house_calendar(request: HttpRequest, house: House) -> HttpResponse:
    """What stands in the calendar of the house, and the addresses under which programs read it."""
    links = CalendarLink.objects.visible_to(request.user).filter(house=house, stay=None)
    return _page(
        request,
        house,
        None,
        links,
        title=_("Calendar of the house"),
        subtitle=house.name,
        back_url=reverse("house_settings", args=[house.uuid]),
        back_label=_("House"),
        new_url=reverse("calendar_link_new", args=[house.uuid]),
        revoke="calendar_link_revoke",
    )


def _page(
    request: HttpRequest, house: House | None, stay: Stay | None, links: Any, *, revoke: str, new_url: str, **facts: Any
) -> HttpResponse:
    now = timezone.now()
    entries = calendar_of(CalendarLink(house=house, stay=stay), now).entries if house else ()
    links = list(links.select_related("stay"))
    live = [link for link in links if link.is_live]
    context = {
        "rows": entry_rows(entries, now),
        "live": [(link, reverse(revoke, args=[link.uuid])) for link in live],
        "over": [link for link in links if not link.is_live],
        "own": stay is not None or house is None,
        "new_url": new_url if len(live) < MOST else "",
        "most": MOST,
    }
    return render(request, "residents/meetings/calendar.html", context | facts)


@oneself
def my_calendar_link_new(request: HttpRequest, resident: Resident) -> HttpResponse:
    """An address for a program of one's own. Where somebody lives in no house of ours, there is nothing to read."""
    stay = living(stays_seen(resident, request.user))
    back = reverse("my_calendar")
    if stay is None:
        return render(request, "residents/meetings/calendar_none.html", {"back": back}, status=404)
    return _new(
        request,
        MyLinkForm(request.POST or None),
        lambda data: link_make(house=stay.house, stay=stay, now=timezone.now(), **data),
        back,
    )


@of_house(Action.SETTLE_HOUSE)
def calendar_link_new(request: HttpRequest, house: House) -> HttpResponse:
    """An address for whoever keeps the house's times in a program."""
    return _new(
        request,
        LinkForm(request.POST or None),
        lambda data: link_make(house=house, now=timezone.now(), **data),
        reverse("house_calendar", args=[house.uuid]),
    )


def _new(
    request: HttpRequest, form: forms.BaseForm, make: Callable[[dict[str, Any]], tuple[CalendarLink, str]], back: str
) -> HttpResponse:
    """The form; once it is taken, this same answer shows the address, and no other ever does."""
    made: list[tuple[CalendarLink, str]] = []
    response = form_page(
        request,
        form,
        lambda data: made.append(make(data)),
        title=_("A new address"),
        intro=_("You see it once, on the next page. Make one for each device, so that you can revoke each by itself."),
        submit=_("Make the address"),
        to=back,
        cancel_url=back,
        back_url=back,
        back_label=_("Calendar"),
    )
    for link, secret in made:
        url = request.build_absolute_uri(reverse("calendar_feed", args=[secret]))
        response = render(request, "residents/meetings/calendar_made.html", {"link": link, "url": url, "back": back})
    return response


@of(CalendarLink, Action.OWN_RECORD, "house__organization", "stay__resident")
def my_calendar_link_revoke(request: HttpRequest, link: CalendarLink) -> HttpResponse:
    return _revoke(request, link, reverse("my_calendar"))


@of(CalendarLink, Action.SETTLE_HOUSE, "house__organization", "stay__resident")
def calendar_link_revoke(request: HttpRequest, link: CalendarLink) -> HttpResponse:
    return _revoke(request, link, reverse("house_calendar", args=[link.house.uuid]))


def _revoke(request: HttpRequest, link: CalendarLink, back: str) -> HttpResponse:
    return form_page(
        request,
        forms.Form(request.POST if request.method == "POST" else None),
        lambda _data: link_revoke(link=link, now=timezone.now()),
        title=_("Revoke the address “%(name)s”?") % {"name": link.name},
        to=back,
        done=_("The address is revoked."),
        template="soberhouse/confirm.html",
        consequences=[
            _("Whatever reads it finds nothing there any more, from this moment on."),
            _("What a phone has read already it may show until it asks again, or until you remove the calendar there."),
        ],
        kept=[_("That there was this address, and when it was revoked.")],
        submit=_("Revoke the address"),
        danger=True,
        cancel_url=back,
    )
