"""The hours by which people are in: those of the house, and one resident's own."""

from __future__ import annotations

from django import forms
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from residents.away import hours
from residents.away.forms.nights import CurfewExceptionEndForm, CurfewExceptionForm, CurfewHourForm
from residents.away.models import CurfewException, CurfewHour
from residents.away.services.curfew import (
    curfew_exception_add,
    curfew_exception_end,
    curfew_hour_drop,
    curfew_hour_save,
)
from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look
from residents.stays.models import Stay
from soberhouse.form_page import form_page


@of_house(Action.SEE_HOUSE)
def curfew_hours_page(request: HttpRequest, house: House) -> HttpResponse:
    """By when people are in: the house's two hours, and where a phase or a weekday differs. For everybody there."""
    standing = standing_of(request)
    may_settle = standing.may(Action.SETTLE_HOUSE, house)
    if may_settle:
        back_url = reverse("house_settings", args=[house.uuid])
    elif standing.may(Action.SEE_RESIDENTS, house):
        back_url = reverse("whereabouts", args=[house.uuid])
    else:
        back_url = reverse("my_house")
    rows = CurfewHour.objects.visible_to(request.user).filter(house=house, in_use=True).select_related("phase")
    by_phase = F("phase__number").asc(nulls_first=True), F("weekday").asc(nulls_first=True)  # else the engines differ
    return render(
        request,
        "residents/away/curfew_hours.html",
        {
            "house": house,
            "rows": [(row, for_whom(row), hour_of(row)) for row in rows.order_by(*by_phase, "pk")],
            "may_settle": may_settle,
            "back_url": back_url,
        },
    )


def for_whom(row: CurfewHour) -> str:
    """For whom and when an hour holds."""
    if row.phase is None:
        return _("Night of %(weekday)s") % {"weekday": row.get_weekday_display()}
    if row.weekday is None:
        return row.phase.name
    return _("%(phase)s, night of %(weekday)s") % {"phase": row.phase.name, "weekday": row.get_weekday_display()}


def hour_of(row: CurfewHour) -> str:
    return time_format(row.hour, "TIME_FORMAT") if row.hour is not None else _("no curfew")


@of_house(Action.SETTLE_HOUSE)
def curfew_hour_new(request: HttpRequest, house: House) -> HttpResponse:
    return _hour_form(request, house, None)


@of(CurfewHour, Action.SETTLE_HOUSE, "house", "phase")
def curfew_hour_change(request: HttpRequest, row: CurfewHour) -> HttpResponse:
    return _hour_form(request, row.house, row)


def _hour_form(request: HttpRequest, house: House, row: CurfewHour | None) -> HttpResponse:
    initial = {"phase": row.phase and row.phase.uuid, "weekday": row.weekday, "hour": row.hour} if row else {}
    form = CurfewHourForm(request.POST or None, user=request.user, house=house, initial=initial)
    page = reverse("curfew_hours", args=[house.uuid])
    return form_page(
        request,
        form,
        lambda data: curfew_hour_save(house=house, row=row, **data),
        title=_("Another hour"),
        intro=_("For one phase, one weekday, or one phase on one weekday. Everybody who lives here is told."),
        done=_("The hours are changed."),
        to=page,
        cancel_url=page,
        back_url=page,
        back_label=_("Curfew hours"),
    )


@of(CurfewHour, Action.SETTLE_HOUSE, "house", "phase")
def curfew_hour_end(request: HttpRequest, row: CurfewHour) -> HttpResponse:
    """Take an hour out: what holds for all holds there too."""
    page = reverse("curfew_hours", args=[row.house.uuid])
    facts = {"whom": for_whom(row), "hour": hour_of(row)}
    return form_page(
        request,
        forms.Form(request.POST if request.method == "POST" else None),
        lambda _data: curfew_hour_drop(row=row),
        title=_("Take this hour out?"),
        consequences=[
            _("%(whom)s: %(hour)s no longer holds. What holds for all holds there too, from tonight.") % facts,
            _("Everybody who lives here is told that the hours changed."),
        ],
        kept=[_("Nights that were counted stay as they were.")],
        submit=_("Take it out"),
        done=_("The hours are changed."),
        template="soberhouse/confirm.html",
        to=page,
        cancel_url=page,
        back_url=page,
        back_label=_("Curfew hours"),
    )


@of(Stay, Action.RECORD, "resident", "house")
def curfew_exception_new(request: HttpRequest, stay: Stay) -> HttpResponse:
    """An hour of one resident's own."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("their nights"))
    tonight = hours.night_of(timezone.now(), stay.house.zone)
    initial = {"source": CurfewException.Source.HOUSE, "starts_on": tonight}
    page = reverse("curfew_of_stay", args=[stay.uuid])
    return form_page(
        request,
        CurfewExceptionForm(request.POST or None, initial=initial),
        lambda data: curfew_exception_add(stay=stay, today=tonight, **data),
        title=_("An hour for %(name)s") % {"name": stay.short_name},
        submit=_("Set the hour"),
        done=_("The hour is set. They are told."),
        to=page,
        cancel_url=page,
        back_url=page,
        back_label=stay.name,
    )


@of(CurfewException, Action.RECORD, "house", "stay__resident", "stay__house")
def curfew_exception_over(request: HttpRequest, exception: CurfewException) -> HttpResponse:
    """An hour of one resident's own holds no more."""
    stay = exception.stay
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("their nights"))
    tonight = hours.night_of(timezone.now(), stay.house.zone)
    page = reverse("curfew_of_stay", args=[stay.uuid])
    facts = {
        "hour": time_format(exception.hour, "TIME_FORMAT"),
        "who": exception.get_source_display(),
        "day": date_format(exception.starts_on),
    }
    return form_page(
        request,
        CurfewExceptionEndForm(request.POST or None, initial={"ends_on": max(tonight, exception.starts_on)}),
        lambda data: curfew_exception_end(exception=exception, today=tonight, **data),
        title=_("End the hour of %(name)s") % {"name": stay.short_name},
        intro=_("In by %(hour)s, set by %(who)s from %(day)s on.") % facts,
        submit=_("End it"),
        done=_("It no longer holds. They are told."),
        to=page,
        cancel_url=page,
        back_url=page,
        back_label=stay.name,
    )
