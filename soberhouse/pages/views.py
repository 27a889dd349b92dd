"""Today: what needs a person now, what is due, what waits."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from residents.houses.access import of_house, signed_in, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.stays.queries import occupancy
from soberhouse.pages.gather import gather


@signed_in("everybody starts here; the page shows only what each may see")
def today(request: HttpRequest) -> HttpResponse:
    """The only house's Today, or all one's houses at a glance."""
    houses = House.objects.visible_to(request.user).select_related("organization")
    shown = list(houses)
    if len(shown) == 1:
        return redirect("house_today", uuid=shown[0].uuid)
    staffed = House.objects.where_may(request.user, Action.SEE_RESIDENTS)
    now = timezone.now()
    numbers = occupancy(staffed, now.date(), today=now.date()) if staffed.exists() else {}
    return render(request, "soberhouse/houses.html", {"rows": [(house, numbers.get(house.pk)) for house in shown]})


@of_house(Action.SEE_HOUSE)
def house_today(request: HttpRequest, house: House) -> HttpResponse:
    """What one house asks of its people today, gathered from every subject."""
    day = house.today()
    cards = gather("today", house, standing_of(request), day)
    return render(request, "soberhouse/today.html", {"house": house, "cards": cards, "today": day})
