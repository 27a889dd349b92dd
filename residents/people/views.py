"""The forms about one person. Each leads back to the person's page; what they keep themselves, to their own record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.forms.models import model_to_dict
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.slip_page import Wanted, slip_page
from residents.people import services
from residents.people.forms import (
    AlertChangeForm,
    AlertForm,
    ContactChangeForm,
    ContactForm,
    HoursChangeForm,
    HoursEndForm,
    HoursForm,
    OfficerEndForm,
    OfficerForm,
    OwnContactChangeForm,
    OwnContactForm,
    PersonForm,
    SobrietyCorrectionForm,
    SobrietyForm,
)
from residents.people.looks import note_look
from residents.people.models import Alert, Contact, Look, Officer, Resident, SobrietyDate, WeeklyHours
from residents.people.own import oneself
from residents.people.queries import home, hours_in_words, today_for
from soberhouse.accounts.views import by_password
from soberhouse.form_page import form_page


def ask(
    request: HttpRequest,
    form: forms.BaseForm,
    save: Callable[[dict[str, Any]], Any],
    *,
    resident: Resident,
    **facts: Any,
) -> HttpResponse:
    """One form about `resident`, which leads back to their page."""
    page = reverse("resident", kwargs={"uuid": resident.uuid})
    around = {"cancel_url": page, "back_url": page, "back_label": resident.name}
    return form_page(request, form, save, to=page, template="residents/people/form.html", **around, **facts)


def where(request: HttpRequest, resident: Resident) -> tuple[House | None, date]:
    """The person's house, as far as the one asking sees it, and the date there. The page then stands in that house, and
    whoever looks at it is written down."""
    note_look(resident, Look.What.PAGE, user=request.user)
    request.house = home(resident, user=request.user)
    return request.house, today_for(resident, house=request.house)


@of(Resident, Action.RECORD, "organization")
def resident_change(request: HttpRequest, resident: Resident) -> HttpResponse:
    _house, today = where(request, resident)
    form = PersonForm(request.POST or None, initial=model_to_dict(resident))
    return ask(
        request,
        form,
        lambda data: services.resident_change(
            resident=resident, changes=form.changes, reason=data["reason"], today=today
        ),
        resident=resident,
        title=_("About %(name)s") % {"name": resident.name},
        submit=_("Save"),
        done=_("Saved."),
    )


@of(Resident, Action.RECORD, "organization", "user")
@by_password
def resident_slip(request: HttpRequest, resident: Resident) -> HttpResponse:
    """A manager lets their resident in."""
    now, user = timezone.now(), resident.user
    services.slip_check(resident=resident, now=now)
    house, _today = where(request, resident)
    place = house or resident.organization
    return slip_page(
        request,
        Wanted(
            user=user,
            short_name=resident.short_name,
            place=place.name,
            organization=resident.organization.name,
            zone=place.time_zone,
            back_url=reverse("resident", kwargs={"uuid": resident.uuid}),
            back_label=resident.name,
            make=lambda: services.slip_give(resident=resident, now=now),
        ),
    )


@of(Resident, Action.RECORD, "organization")
def sobriety_record(request: HttpRequest, resident: Resident) -> HttpResponse:
    _house, today = where(request, resident)
    return ask(
        request,
        SobrietyForm(request.POST or None, initial={"since": today}),
        lambda data: services.sobriety_record(resident=resident, today=today, **data),
        resident=resident,
        title=_("Sobriety date"),
        submit=_("Write it down"),
        done=_("The sobriety date is written down."),
    )


@of(SobrietyDate, Action.CORRECT, "resident__organization")
def sobriety_correct(request: HttpRequest, written: SobrietyDate) -> HttpResponse:
    resident = written.resident
    _house, today = where(request, resident)
    return ask(
        request,
        SobrietyCorrectionForm(request.POST or None, initial={"since": written.since}),
        lambda data: services.sobriety_correct(date=written, today=today, **data),
        resident=resident,
        title=_("Correct the sobriety date"),
        submit=_("Correct it"),
        done=_("The sobriety date is corrected."),
    )


@of(Resident, Action.RECORD, "organization")
def alert_add(request: HttpRequest, resident: Resident) -> HttpResponse:
    where(request, resident)
    return ask(
        request,
        AlertForm(request.POST or None),
        lambda data: services.alert_add(resident=resident, **data),
        resident=resident,
        title=_("What to know in an emergency"),
        intro=_("Seen by the operator, the managers of the house and the resident. Nobody else."),
        submit=_("Add it"),
        done=_("The alert is added."),
    )


@of(Alert, Action.CORRECT, "resident__organization")
def alert_change(request: HttpRequest, alert: Alert) -> HttpResponse:
    where(request, alert.resident)
    form = AlertChangeForm(request.POST or None, initial=model_to_dict(alert))
    return ask(
        request,
        form,
        lambda data: services.alert_change(alert=alert, changes=form.changes, reason=data["reason"]),
        resident=alert.resident,
        title=_("Correct an alert"),
        submit=_("Save"),
        done=_("The alert is changed."),
    )


@of(Resident, Action.RECORD, "organization")
def contact_add(request: HttpRequest, resident: Resident) -> HttpResponse:
    where(request, resident)
    return ask(
        request,
        ContactForm(request.POST or None),
        lambda data: services.contact_add(resident=resident, **data),
        resident=resident,
        title=_("Somebody to call"),
        submit=_("Add the contact"),
        done=_("The contact is added."),
    )


@of(Contact, Action.RECORD, "resident__organization")
def contact_change(request: HttpRequest, contact: Contact) -> HttpResponse:
    where(request, contact.resident)
    form = ContactChangeForm(request.POST or None, initial=model_to_dict(contact))
    return ask(
        request,
        form,
        lambda data: services.contact_change(contact=contact, changes=form.changes, reason=data["reason"]),
        resident=contact.resident,
        title=contact.name,
        submit=_("Save"),
        done=_("The contact is changed."),
    )


@oneself
def my_contact_add(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Somebody to call, written down by the resident themselves."""
    return _ask_oneself(
        request,
        OwnContactForm(request.POST or None),
        lambda data: services.own_contact_add(resident=resident, **data),
        title=_("Somebody to call for me"),
        intro=_("Those who run your house see it at once."),
        submit=_("Add the contact"),
        done=_("The contact is added."),
    )


@of(Contact, Action.OWN_RECORD, "resident__organization")
def my_contact_change(request: HttpRequest, contact: Contact) -> HttpResponse:
    """Change one's own contact, or say that it is none any more."""
    where(request, contact.resident)
    if contact.kind in services.KEPT_BY_STAFF:
        raise PermissionDenied(_("The staff of the house keep this contact."))
    form = OwnContactChangeForm(request.POST or None, initial=model_to_dict(contact))
    return _ask_oneself(
        request,
        form,
        lambda data: services.own_contact_change(contact=contact, changes=form.changes),
        title=contact.name,
        submit=_("Save"),
        done=_("The contact is changed."),
    )


def _ask_oneself(
    request: HttpRequest, form: forms.BaseForm, save: Callable[[dict[str, Any]], Any], **facts: Any
) -> HttpResponse:
    """One form of one's own record, which leads back there."""
    page = reverse("my_record")
    return form_page(request, form, save, to=page, cancel_url=page, back_url=page, back_label=_("Me"), **facts)


@of(Resident, Action.RECORD, "organization")
def hours_add(request: HttpRequest, resident: Resident) -> HttpResponse:
    _house, today = where(request, resident)
    return ask(
        request,
        HoursForm(request.POST or None, initial={"starts_on": today}),
        lambda data: services.hours_add(resident=resident, **data),
        resident=resident,
        title=_("Weekly hours"),
        submit=_("Add the hours"),
        done=_("The hours are added."),
    )


@of(WeeklyHours, Action.CORRECT, "resident__organization")
def hours_change(request: HttpRequest, hours: WeeklyHours) -> HttpResponse:
    where(request, hours.resident)
    form = HoursChangeForm(request.POST or None, initial=model_to_dict(hours))
    return ask(
        request,
        form,
        lambda data: services.hours_change(hours=hours, changes=form.changes, reason=data["reason"]),
        resident=hours.resident,
        title=_("Correct weekly hours"),
        intro=_("For hours that were written down wrong. Hours that were right until now are ended."),
        submit=_("Correct them"),
        instead_url=reverse("hours_end", kwargs={"uuid": hours.uuid}),
        instead=_("They end"),
        done=_("The hours are corrected."),
    )


@of(WeeklyHours, Action.RECORD, "resident__organization")
def hours_end(request: HttpRequest, hours: WeeklyHours) -> HttpResponse:
    resident = hours.resident
    _house, today = where(request, resident)
    return ask(
        request,
        HoursEndForm(request.POST or None, initial={"ends_on": today}),
        lambda data: services.hours_end(hours=hours, **data),
        resident=resident,
        title=_("These hours end"),
        intro=hours_in_words(hours),
        submit=_("End them"),
        done=_("The hours end."),
    )


@of(Resident, Action.RECORD, "organization")
def officer_appoint(request: HttpRequest, resident: Resident) -> HttpResponse:
    house = home(resident, user=request.user)
    if house is None:
        raise Http404
    _house, today = where(request, resident)
    return ask(
        request,
        OfficerForm(request.POST or None, initial={"starts_on": today}),
        lambda data: services.officer_appoint(resident=resident, house=house, today=today, **data),
        resident=resident,
        title=_("A duty in the house"),
        intro=_("A house officer takes roll and inspects the chores of others, and nothing else."),
        submit=_("Appoint %(name)s") % {"name": resident.called},
        done=_("%(name)s has a duty now.") % {"name": resident.called},
    )


@of(Officer, Action.RECORD, "house", "resident__organization")
def officer_end(request: HttpRequest, officer: Officer) -> HttpResponse:
    note_look(officer.resident, Look.What.PAGE, user=request.user)
    today = officer.house.today()
    return ask(
        request,
        OfficerEndForm(request.POST or None, initial={"ends_on": today}),
        lambda data: services.officer_end(officer=officer, today=today, **data),
        resident=officer.resident,
        title=_("End a duty"),
        intro=str(officer),
        submit=_("End it"),
        done=_("The duty ends."),
    )
