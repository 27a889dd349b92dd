"""Shared tablets: enrolled and revoked by an operator, stepped up to with a PIN."""

from __future__ import annotations

import functools
from collections.abc import Callable
from uuid import UUID

from allauth.core import ratelimit
from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from residents.houses import services, tablets
from residents.houses.access import of, of_house, public
from residents.houses.forms import ReasonForm, TabletForm, TabletPinForm
from residents.houses.models import House, Tablet
from residents.houses.permissions import Action
from residents.houses.views.doors import page
from soberhouse.accounts import services as accounts
from soberhouse.accounts.views import by_password
from soberhouse.form_page import form_page

View = Callable[..., HttpResponse]


@of_house(Action.RUN_ORGANIZATION)
@by_password
def tablets_of_house(request: HttpRequest, house: House) -> HttpResponse:
    devices = Tablet.objects.visible_to(request.user).filter(house=house)
    here = tablets.tablet_of(request)
    context = {"house": house, "tablets": devices, "here": here, "idle_seconds": settings.TABLET_IDLE_SECONDS}
    return render(request, "residents/houses/tablets.html", context)


@of_house(Action.RUN_ORGANIZATION)
@by_password
def tablet_enrol(request: HttpRequest, house: House) -> HttpResponse:
    made: list[str] = []

    def enrol(data: dict[str, str]) -> Tablet:
        tablet, token = services.tablet_enrol(house=house, name=data["name"])
        made.append(token)
        return tablet

    response = form_page(
        request,
        TabletForm(request.POST or None),
        enrol,
        title=_("Make this device a shared tablet of %(house)s?") % {"house": house},
        to=reverse("tablet"),
        template="soberhouse/confirm.html",
        consequences=[
            _("Whoever manages the house or runs the organization can step up to it with their PIN."),
            _("You are signed out of it now. It locks itself whenever it lies idle."),
        ],
        submit=_("Make it a shared tablet"),
        cancel_url=page("tablets", house),
    )
    for token in made:
        tablets.enrol_device(response, token)
        logout(request)
    return response


@of(Tablet, Action.RUN_ORGANIZATION, "house")
@by_password
def tablet_revoke(request: HttpRequest, tablet: Tablet) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: services.tablet_revoke(tablet=tablet, reason=data["reason"], now=timezone.now()),
        title=_("Revoke the tablet “%(name)s”?") % {"name": tablet},
        to=page("tablets", tablet.house),
        done=_("The tablet is revoked."),
        template="soberhouse/confirm.html",
        consequences=[_("Nobody can step up to it any more, and whoever is signed in on it is out.")],
        kept=[_("Everything that was recorded on it.")],
        submit=_("Revoke the tablet"),
        danger=True,
        cancel_url=page("tablets", tablet.house),
    )


SHARED = "a device that an operator enrolled; any other gets 404"


def on_tablet(view: View) -> View:
    """For the pages of an enrolled device. To arrive at one always locks it: whoever was signed in there is out."""

    @public(SHARED)
    @never_cache
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        tablet = tablets.tablet_of(request)
        if tablet is None:
            raise Http404
        if request.user.is_authenticated:
            logout(request)
        return view(request, tablet, *args, **kwargs)

    return wrapped


@on_tablet
def tablet(request: HttpRequest, tablet: Tablet) -> HttpResponse:
    return render(request, "residents/houses/tablet.html", {"tablet": tablet, "people": tablets.people_of(tablet)})


@sensitive_post_parameters("pin")
@on_tablet
def tablet_pin(request: HttpRequest, tablet: Tablet, *, uuid: UUID) -> HttpResponse:
    user = get_object_or_404(tablets.people_of(tablet), uuid=uuid)
    if not ratelimit.consume(request, action="tablet_pin", key=str(tablet.uuid)):
        return ratelimit.respond_429(request)
    form = TabletPinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        pin, device = form.cleaned_data["pin"], str(tablet.uuid)
        if accounts.pin_check(user=user, pin=pin, device=device, now=timezone.now()):
            tablets.open_session(request, user=user, tablet=tablet)
            return redirect(settings.LOGIN_REDIRECT_URL)
        form.add_error("pin", _("This is not the PIN. After five wrong tries it is locked here for 15 minutes."))
    return render(request, "residents/houses/tablet_pin.html", {"tablet": tablet, "person": user, "form": form})
