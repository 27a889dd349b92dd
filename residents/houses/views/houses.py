"""One house, its rooms and beds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from residents.houses import queries, services
from residents.houses.access import of, of_house
from residents.houses.forms import (
    BedChangeForm,
    BedCloseForm,
    BedForm,
    HouseChangeForm,
    HouseForm,
    ReasonForm,
    RoomChangeForm,
    RoomForm,
)
from residents.houses.models import Bed, House, Organization, Room
from residents.houses.permissions import Action
from residents.houses.views.doors import page
from soberhouse.accounts.views import by_password
from soberhouse.form_page import form_page
from soberhouse.subjects import offers

# One house


@of_house(Action.SETTLE_HOUSE)
def house_settings(request: HttpRequest, house: House) -> HttpResponse:
    context = {
        "rooms": queries.rooms_of(house, today=house.today()),
        "kept_elsewhere": [row for offer in offers("cards", "settings") for row in offer(house, request.standing)],
        "may_run": request.standing.may(Action.RUN_ORGANIZATION, house),
    }
    return render(request, "residents/houses/settings.html", {"house": house} | context)


@of_house(Action.SETTLE_HOUSE)
def house_change(request: HttpRequest, house: House) -> HttpResponse:
    form = HouseChangeForm(request.POST or None, instance=house)
    return form_page(
        request,
        form,
        lambda data: services.house_change(house=house, changes=form.changes),
        title=_("About the house"),
        to=page("house_settings", house),
        done=_("Saved."),
        template="residents/houses/house_form.html",
        back_url=page("house_settings", house),
        cancel_url=page("house_settings", house),
    )


@of(Organization, Action.RUN_ORGANIZATION)
@by_password
def house_new(request: HttpRequest, organization: Organization) -> HttpResponse:
    initial = {"time_zone": organization.time_zone}
    return form_page(
        request,
        HouseForm(request.POST or None, initial=initial),
        lambda data: services.house_create(organization=organization, **data),
        title=_("A new house"),
        to=lambda house: page("house_settings", house),
        done=_("The house is made. Now its rooms and beds."),
        template="residents/houses/house_form.html",
        submit=_("Make the house"),
        cancel_url=page("people", organization),
    )


# Rooms and beds


@of_house(Action.SETTLE_HOUSE)
def room_add(request: HttpRequest, house: House) -> HttpResponse:
    return form_page(
        request,
        RoomForm(request.POST or None),
        lambda data: services.room_add(house=house, name=data["name"]),
        title=_("A new room"),
        to=page("house_settings", house),
        done=_("The room is made."),
        submit=_("Add the room"),
        cancel_url=page("house_settings", house),
    )


@of(Room, Action.SETTLE_HOUSE, "house")
def room_change(request: HttpRequest, room: Room) -> HttpResponse:
    form = RoomChangeForm(request.POST or None, instance=room)
    return form_page(
        request,
        form,
        lambda data: services.room_change(room=room, **form.changes),
        title=_("Room"),
        template="residents/houses/row_form.html",
        kind="room",
        row=room,
        to=page("house_settings", room.house),
        done=_("Saved."),
        cancel_url=page("house_settings", room.house),
    )


@require_POST
@of(Room, Action.SETTLE_HOUSE, "house")
def room_shift(request: HttpRequest, room: Room) -> HttpResponse:
    services.room_shift(room=room, earlier=request.POST.get("go") == "earlier")
    return redirect(page("house_settings", room.house))


@of(Room, Action.SETTLE_HOUSE, "house")
def bed_add(request: HttpRequest, room: Room) -> HttpResponse:
    return form_page(
        request,
        BedForm(request.POST or None),
        lambda data: services.bed_add(room=room, **data),
        title=_("A new bed in %(room)s") % {"room": room},
        to=page("house_settings", room.house),
        done=_("The bed is made."),
        submit=_("Add the bed"),
        cancel_url=page("house_settings", room.house),
    )


@of(Bed, Action.SETTLE_HOUSE, "house", "room")
def bed_change(request: HttpRequest, bed: Bed) -> HttpResponse:
    form = BedChangeForm(request.POST or None, instance=bed, user=request.user, house=bed.house)
    return form_page(
        request,
        form,
        lambda data: services.bed_change(bed=bed, **form.changes),
        title=_("Bed"),
        template="residents/houses/row_form.html",
        kind="bed",
        row=bed,
        to=page("house_settings", bed.house),
        done=_("Saved."),
        cancel_url=page("house_settings", bed.house),
    )


@require_POST
@of(Bed, Action.SETTLE_HOUSE, "house", "room")
def bed_shift(request: HttpRequest, bed: Bed) -> HttpResponse:
    services.bed_shift(bed=bed, earlier=request.POST.get("go") == "earlier")
    return redirect(page("house_settings", bed.house))


@of(Bed, Action.SETTLE_HOUSE, "house", "room")
def bed_close(request: HttpRequest, bed: Bed) -> HttpResponse:
    return form_page(
        request,
        BedCloseForm(request.POST or None, initial={"closed_on": bed.house.today()}),
        lambda data: services.bed_close(bed=bed, **data),
        title=_("Close bed %(bed)s?") % {"bed": bed.label},
        to=page("house_settings", bed.house),
        done=_("The bed is closed."),
        template="soberhouse/confirm.html",
        consequences=[
            _("From that day the house has one bed less, and nobody can be moved into it."),
            _("It is refused while somebody is or will be in the bed, or while it is held."),
        ],
        kept=[_("Who slept in it, and what the house's beds were before.")],
        submit=_("Close the bed"),
        danger=True,
        cancel_url=page("house_settings", bed.house),
    )


@of(Bed, Action.SETTLE_HOUSE, "house", "room")
def bed_reopen(request: HttpRequest, bed: Bed) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: services.bed_reopen(bed=bed, reason=data["reason"]),
        title=_("Open bed %(bed)s again?") % {"bed": bed.label},
        to=page("house_settings", bed.house),
        done=_("The bed is open again."),
        template="soberhouse/confirm.html",
        consequences=[_("The bed counts as if it had never been closed.")],
        submit=_("Open the bed again"),
        cancel_url=page("house_settings", bed.house),
    )
