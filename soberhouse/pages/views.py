"""Today: what needs a person now, what is due, what waits."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from residents.houses.access import of_house, signed_in, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.people.queries import resident_of
from residents.stays.queries import Occupancy, occupancy, stays_of_late
from soberhouse.pages.gather import gather


@signed_in("everybody starts here; the page shows only what each may see")
def today(request: HttpRequest) -> HttpResponse:
    """The only house's Today, or all one's houses at a glance; for a resident who works in none, their own week."""
    if not standing_of(request).roles and resident_of(request.user) is not None:
        return redirect("my_week")
    houses = House.objects.visible_to(request.user).select_related("organization")
    shown = list(houses)
    if len(shown) == 1:
        return redirect("house_today", uuid=shown[0].uuid)
    numbers = _numbers_tonight(request, shown)
    return render(request, "soberhouse/houses.html", {"rows": [(house, numbers.get(house.pk)) for house in shown]})


def _numbers_tonight(request: HttpRequest, houses: list[House]) -> dict[int, Occupancy]:
    """How full those of these houses are whose residents this person sees, each in its own night: one query a date."""
    now = timezone.now()
    staffed = House.objects.where_may(request.user, Action.SEE_RESIDENTS)
    dates: dict[date, set[int]] = {}
    for house in houses:
        dates.setdefault(house.today(now), set()).add(house.pk)
    return {
        pk: numbers
        for day, there in dates.items()
        for pk, numbers in occupancy(staffed, day, today=day).items()
        if pk in there
    }


@of_house(Action.SEE_HOUSE)
def house_today(request: HttpRequest, house: House) -> HttpResponse:
    """What one house asks of its people today, gathered from every subject."""
    day = house.today()
    cards = gather("today", house, stays_of_late(house, day), standing_of(request), day)
    shortcuts = [card for card in cards if card.anchor]
    return render(
        request, "soberhouse/today.html", {"house": house, "cards": cards, "shortcuts": shortcuts, "today": day}
    )
