"""Who asks for a bed: applications and the waitlist."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look, Resident
from residents.stays import forms, services
from residents.stays.models import Application
from residents.stays.queries import (
    earlier_discharges,
    open_applications,
)
from soberhouse.exports import KINDS, export
from soberhouse.form_page import form_page


@of_house(Action.SEE_RESIDENTS)
def applications(request: HttpRequest, house: House) -> HttpResponse:
    """Who asks for a bed: the waitlist in its order, then the others; closed ones on demand."""
    show_closed = request.GET.get("show") == "closed"
    rows = (
        Application.objects.visible_to(request.user)
        .filter(house=house)
        .exclude(status__in=Resident.APPLYING)
        .select_related("resident")
        .order_by("-received_on", "-id")[:200]
        if show_closed
        else open_applications(house)
    )
    if request.GET.get("export") in KINDS:
        headers = [_("place"), _("name"), _("status"), _("received"), _("wants to move in"), _("referred by")]
        table = (
            [row.place, row.name, row.get_status_display(), row.received_on, row.wanted_on, row.referred_by]
            for row in rows
        )
        return export(name="applications", headers=headers, rows=table, kind=request.GET["export"])
    return render(
        request,
        "residents/stays/applications.html",
        {
            "house": house,
            "applications": rows,
            "show_closed": show_closed,
            "may_admit": standing_of(request).may(Action.ADMIT, house),
        },
    )


@of_house(Action.ADMIT)
def application_new(request: HttpRequest, house: House) -> HttpResponse:
    """Write down that somebody asks for a bed."""
    today = house.today()
    form = forms.ApplicationForm(request.POST or None, user=request.user, house=house, initial={"received_on": today})
    return form_page(
        request,
        form,
        lambda data: services.newcomer_applies(house=house, person=form.person(), today=today, **form.details()),
        title=_("New application"),
        submit=_("Save the application"),
        done=_("The application is on record."),
        to=lambda application: reverse("application", args=[application.uuid]),
        cancel_url=reverse("applications", args=[house.uuid]),
    )


@of(Application, Action.SEE_RESIDENTS, "resident", "house")
def application_page(request: HttpRequest, application: Application) -> HttpResponse:
    """An application: what was asked, what happened, what can be done now."""
    note_look(application.resident, Look.What.PAGE, user=request.user, detail=_("an application"))
    today = application.house.today()
    holds = list(application.holds.filter(voided=False).select_related("bed__room").order_by("-starts_on", "-id"))
    return render(
        request,
        "residents/stays/application.html",
        {
            "application": application,
            "events": application.events.select_related("recorded_by").order_by("-recorded_at", "-id"),
            "holds": holds,
            "live_hold": next((use for use in holds if use.ends_on > today), None),
            "may_admit": standing_of(request).may(Action.ADMIT, application),
            "today": today,
            "stay": application.stays.filter(voided=False).first(),
            "sees_resident": Resident.objects.visible_to(request.user).filter(pk=application.resident_id).exists(),
            "earlier": earlier_discharges(application.resident, request.user),
        },
    )


def _application_form(
    request: HttpRequest, application: Application, form: Any, save: Any, **page: Any
) -> HttpResponse:
    """One form about an application, which leads back to it. Whoever looks at it is written down."""
    note_look(application.resident, Look.What.PAGE, user=request.user, detail=_("an application"))
    here = reverse("application", args=[application.uuid])
    return form_page(request, form, save, **({"to": here, "cancel_url": here} | page))


@of(Application, Action.ADMIT, "resident", "house")
def application_accept(request: HttpRequest, application: Application) -> HttpResponse:
    form = forms.OptionalReasonForm(request.POST or None, user=request.user, house=application.house)
    return _application_form(
        request,
        application,
        form,
        lambda data: services.application_accept(application=application, **data),
        title=_("Accept %(name)s?") % {"name": application.name},
        consequences=[_("They leave the waitlist and may be given a bed.")],
        submit=_("Accept"),
        done=_("Accepted."),
        template="soberhouse/confirm.html",
    )


@of(Application, Action.ADMIT, "resident", "house")
def application_wait(request: HttpRequest, application: Application) -> HttpResponse:
    form = forms.OptionalReasonForm(request.POST or None, user=request.user, house=application.house)
    return _application_form(
        request,
        application,
        form,
        lambda data: services.application_wait(application=application, **data),
        title=_("Put %(name)s on the waitlist?") % {"name": application.name},
        consequences=[_("They get the last place on the list of this house.")],
        submit=_("Put on the waitlist"),
        done=_("On the waitlist."),
        template="soberhouse/confirm.html",
    )


@of(Application, Action.ADMIT, "resident", "house")
def application_move(request: HttpRequest, application: Application) -> HttpResponse:
    form = forms.WaitlistMoveForm(
        request.POST or None, user=request.user, house=application.house, initial={"place": application.place}
    )
    return _application_form(
        request,
        application,
        form,
        lambda data: services.application_move(application=application, **data),
        title=_("Move %(name)s on the waitlist") % {"name": application.name},
        intro=_("The order of the list is a promise. Whoever moves, moves for a reason that stays on record."),
        submit=_("Move"),
        done=_("Moved."),
        to=reverse("applications", args=[application.house.uuid]),
    )


def _close(request: HttpRequest, application: Application, *, declined: bool, **page: Any) -> HttpResponse:
    kind = forms.ReasonForm if declined else forms.OptionalReasonForm
    form = kind(request.POST or None, user=request.user, house=application.house)
    return _application_form(
        request,
        application,
        form,
        lambda data: services.application_close(
            application=application, declined=declined, today=application.house.today(), **data
        ),
        consequences=[_("The application is closed and leaves the waitlist."), _("A bed held for it is released.")],
        to=reverse("applications", args=[application.house.uuid]),
        template="soberhouse/confirm.html",
        **page,
    )


@of(Application, Action.ADMIT, "resident", "house")
def application_decline(request: HttpRequest, application: Application) -> HttpResponse:
    return _close(
        request,
        application,
        declined=True,
        title=_("Decline %(name)s?") % {"name": application.name},
        submit=_("Decline"),
        done=_("Declined."),
        danger=True,
    )


@of(Application, Action.ADMIT, "resident", "house")
def application_withdraw(request: HttpRequest, application: Application) -> HttpResponse:
    return _close(
        request,
        application,
        declined=False,
        title=_("%(name)s no longer asks for a bed?") % {"name": application.name},
        submit=_("Record as withdrawn"),
        done=_("Withdrawn."),
    )
