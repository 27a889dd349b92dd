"""Applications and the waitlist."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.people.models import Resident
from residents.people.services import (
    not_about_oneself,
)
from residents.stays import notices
from residents.stays.models import Application, ApplicationEvent, Stay
from residents.stays.steps import (
    held_beds,
    known_or_new,
    live_only,
    lock,
    locked_application,
    note_event,
    release_holds,
    renumber,
    save,
    set_status,
)
from soberhouse.accounts.models import Partner
from soberhouse.history import because

LONGEST_WANTED = timedelta(days=366)  # before it came in


@transaction.atomic
def application_receive(
    *,
    house: House,
    resident: Resident,
    received_on: date,
    wanted_on: date | None = None,
    referred_by: str = "",
    note: str = "",
    partner: Partner | None = None,
    today: date,
) -> Application:
    """A person asks for a bed in `house`, or `partner` asks for them. Refuses a second live application to the same
    house, somebody who lives there, a bed wanted over a year before they asked, and a partner of another
    organization."""
    not_about_oneself(resident)
    lock(resident)
    if received_on > today:
        raise ValidationError({"received_on": _("An application cannot have come in the future. Today or earlier.")})
    if wanted_on is not None and received_on - wanted_on > LONGEST_WANTED:
        refusal = _("That is over a year before the application came in. Write %(day)s or later, or leave it empty.")
        raise ValidationError({"wanted_on": refusal % {"day": date_format(received_on - LONGEST_WANTED)}})
    if Stay.objects.current().filter(resident=resident, house=house).exists():
        raise ValidationError(_("%(name)s lives in this house already.") % {"name": resident.name})
    application = Application(
        house=house,
        resident=resident,
        received_on=received_on,
        wanted_on=wanted_on,
        referred_by=referred_by,
        note=note,
        partner=partner,
    )
    save(application)
    note_event(application, ApplicationEvent.Kind.RECEIVED)
    notices.tell_application_received(application)
    return application


@transaction.atomic
def newcomer_applies(*, house: House, person: dict[str, Any], today: date, **application: Any) -> Application:
    """The same for somebody new. A person of the same name and birth date whom the organization knows is not made
    twice."""
    return application_receive(house=house, resident=known_or_new(house, person, today), today=today, **application)


@transaction.atomic
def application_wait(*, application: Application, reason: str = "") -> Application:
    """Put an application at the end of the house's waitlist."""
    application = locked_application(application)
    if application.status == Application.Status.WAITING:
        raise ValidationError(_("This application is on the waitlist already."))
    live_only(application)
    last = Application.objects.filter(house=application.house).aggregate(last=Max("place"))["last"] or 0
    application.status, application.place = Application.Status.WAITING, last + 1
    save(application)
    note_event(application, ApplicationEvent.Kind.WAITING, reason=reason, place=application.place)
    return application


@transaction.atomic
def application_move(*, application: Application, place: int, reason: str) -> Application:
    """Move an application to another place on the waitlist (from 1), for a reason that stays on record with
    it. The others close ranks, and read in their own history only that they did."""
    application = locked_application(application)
    if application.status != Application.Status.WAITING:
        raise ValidationError(_("Only an application on the waitlist can be moved along it."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why this application moves: the others on the list may ask.")})
    line = list(
        Application.objects.filter(house=application.house, status=Application.Status.WAITING).exclude(
            pk=application.pk
        )
    )
    if not 1 <= place <= len(line) + 1:
        raise ValidationError({"place": _("The list has places 1 to %(last)s.") % {"last": len(line) + 1}})
    if place == application.place:
        raise ValidationError({"place": _("This application is at place %(place)s already.") % {"place": place}})
    line.insert(place - 1, application)
    with because(reason):
        renumber(line, moved=application)
    note_event(application, ApplicationEvent.Kind.MOVED, reason=reason, place=place)
    return application


@transaction.atomic
def application_accept(*, application: Application, reason: str = "") -> Application:
    """Accept an application: it leaves the waitlist and may be given a bed."""
    application = locked_application(application)
    if application.status == Application.Status.ACCEPTED:
        raise ValidationError(_("This application is accepted already."))
    live_only(application)
    set_status(application, Application.Status.ACCEPTED, ApplicationEvent.Kind.ACCEPTED, reason)
    notices.tell_application_decided(application)
    return application


@transaction.atomic
def application_close(*, application: Application, declined: bool, reason: str, today: date) -> Application:
    """Decline an application (a reason is required) or record that it was withdrawn. Beds held for it are released."""
    application = locked_application(application)
    live_only(application)
    if declined and not reason.strip():
        raise ValidationError({"reason": _("Say why: admission criteria are applied alike, and this shows it.")})
    with because(reason):
        if held := held_beds(application):
            lock(*held)
        release_holds(application, today)
        status = Application.Status.DECLINED if declined else Application.Status.WITHDRAWN
        kind = ApplicationEvent.Kind.DECLINED if declined else ApplicationEvent.Kind.WITHDRAWN
        set_status(application, status, kind, reason)
    if declined:
        notices.tell_application_decided(application)
    return application
