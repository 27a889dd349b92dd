"""How full the houses were, are and will be."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from residents.houses.access import anywhere, of_house, standing_of
from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.stays.queries import (
    occupancy,
    occupancy_curve,
)
from residents.stays.views.beds import night_asked
from soberhouse.curve import Point, curve
from soberhouse.exports import KINDS, export

SPANS = {"month": 31, "quarter": 92, "year": 365}


@of_house(Action.SEE_RESIDENTS)
def occupancy_page(request: HttpRequest, house: House) -> HttpResponse:
    """How full this house was and will be, as a curve."""
    return _occupancy(request, House.objects.visible_to(request.user).filter(pk=house.pk), house.today(), house=house)


@anywhere(Action.SEE_RESIDENTS)
def occupancy_all(request: HttpRequest) -> HttpResponse:
    """How full all one's houses are."""
    houses = House.objects.where_may(request.user, Action.SEE_RESIDENTS).select_related("organization")
    first = houses.first()
    today = first.organization.today() if first else date.today()  # noqa: DTZ011 -- nobody's house: any day will do
    return _occupancy(request, houses, today, house=None)


def span_asked(request: HttpRequest, today: date) -> tuple[date, date]:
    """The nights [from, until) of the span in the query; nonsense counts as three months."""
    span = SPANS.get(request.GET.get("span", ""), SPANS["quarter"])
    return today - timedelta(days=span), today + timedelta(days=15)


def _occupancy(request: HttpRequest, houses: Any, today: date, *, house: House | None) -> HttpResponse:
    span = request.GET.get("span") if request.GET.get("span") in SPANS else "quarter"
    night = night_asked(request, today)
    starts_on, ends_on = span_asked(request, today)
    nights = occupancy_curve(houses, starts_on, ends_on, today=today)
    numbers = occupancy(houses, night, today=today)
    if request.GET.get("export") in KINDS:
        headers = [
            _("house"),
            _("beds"),
            _("occupied"),
            _("held"),
            _("out of service"),
            _("open"),
            _("opening within 7 days"),
        ]
        table = (
            [each.name, row.capacity, row.occupied, row.held, row.out_of_service, row.open, row.opening]
            for each, row in ((each, numbers[each.pk]) for each in houses)
        )
        return export(name="occupancy", headers=headers, rows=table, kind=request.GET["export"])
    beds = sum(each.capacity for each in nights if each.day <= today)
    used = sum(each.occupied for each in nights if each.day <= today)
    return render(
        request,
        "residents/stays/occupancy.html",
        {
            "house": house,
            "rows": [(each, numbers[each.pk]) for each in houses],
            "drawn": curve(
                [
                    Point(day=each.day, occupied=each.occupied, held=each.held, capacity=each.capacity)
                    for each in nights
                ],
                until=ends_on,
                today=today,
            ),
            "night": night,
            "today": today,
            "span": span,
            "spans": [
                {"label": label, "url": f"?span={key}", "current": key == span}
                for key, label in (("month", _("a month")), ("quarter", _("three months")), ("year", _("a year")))
            ],
            "report_url": _report_url(request, house, span),
            "percent": round(100 * used / beds) if beds else 0,
        },
    )


def _report_url(request: HttpRequest, house: House | None, span: str) -> str:
    """Where what this page shows is issued as a paper, for those who may."""
    standing = standing_of(request)
    organizations = [] if house else list(Organization.objects.visible_to(request.user))
    place = house or (organizations[0] if len(organizations) == 1 else None)
    if place is None or not standing.may(Action.ISSUE_PAPERS, place):
        return ""
    return f"{reverse('occupancy_issue' if house else 'occupancy_all_issue', args=[place.uuid])}?span={span}"
