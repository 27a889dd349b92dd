"""Whether rules are applied alike, for those who run a house or look after the organization."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.rules.queries.consistency import consistency

SPANS = {"quarter": 91, "year": 365, "ever": None}


def _span(request: HttpRequest, today: date) -> tuple[str, date | None]:
    """Which time is asked for, and its first day."""
    asked = request.GET.get("span", "")
    name = asked if asked in SPANS else "year"
    days = SPANS[name]
    return name, today - timedelta(days=days) if days else None


def _page(request: HttpRequest, houses: Any, today: date, **context: Any) -> HttpResponse:
    span, since = _span(request, today)
    labels = {"quarter": _("3 months"), "year": _("a year"), "ever": _("ever")}
    tabs = [{"url": f"?span={name}", "label": labels[name], "current": name == span} for name in SPANS]
    return render(
        request,
        "residents/rules/consistency.html",
        {"report": consistency(houses, since=since), "spans": tabs, "since": since, **context},
    )


@of_house(Action.SEE_RESIDENTS)
def consistency_page(request: HttpRequest, house: House) -> HttpResponse:
    """One house."""
    organization = house.organization
    all_houses = standing_of(request).may(Action.SEE_RESIDENTS, organization)
    return _page(
        request,
        House.objects.visible_to(request.user).filter(pk=house.pk),
        house.today(),
        house=house,
        subtitle=house.name,
        back_url=reverse("violations", args=[house.uuid]),
        back_label=_("Violations"),
        all_url=reverse("consistency_all", args=[organization.uuid]) if all_houses else "",
    )


@of(Organization, Action.SEE_RESIDENTS)
def consistency_of_all(request: HttpRequest, organization: Organization) -> HttpResponse:
    """All houses of the organization, and between them."""
    return _page(
        request,
        House.objects.visible_to(request.user).filter(organization=organization),
        organization.today(),
        across=True,
        subtitle=organization.name,
        back_url=reverse("today"),
        back_label=_("Today"),
    )
