"""The clocks and holidays of an organization."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from residents.houses.access import of
from residents.houses.models import Organization
from residents.houses.permissions import Action
from residents.houses.scoped_forms import ScopedForm
from residents.log import starter
from residents.log.clock_words import clock_words
from residents.log.forms.clocks import ClockForm, HolidayForm
from residents.log.models import Clock, Holiday
from residents.log.queries import clocks as queries
from residents.log.services import clocks as services
from soberhouse.cards import Row
from soberhouse.form_page import form_page


@of(Organization, Action.RUN_ORGANIZATION)
@require_safe
def clocks(request: HttpRequest, organization: Organization) -> HttpResponse:
    """What has to be done how long after what, what may be taken over from others, and which days do not count."""
    found = queries.clocks_of(organization)
    running = [each for each in found if each.ended_at is None]
    taken = {(each.starts, each.amount, each.unit) for each in running}
    today = organization.today()
    return render(
        request,
        "residents/log/clocks.html",
        {
            "organization": organization,
            "running": [(each, _row(each)) for each in running],
            "ended": [each for each in found if each.ended_at is not None],
            "offered": [
                (each, Row(fact=str(each.name), reason=f"{capfirst(clock_words(each))} · {each.source}"))
                for each in starter.CLOCKS
                if (each.starts, each.amount, each.unit) not in taken
            ],
            "holidays": queries.holidays_of(organization, today),
            "years": (today.year, today.year + 1),
        },
    )


def _row(clock: Clock) -> Row:
    since = _("since %(day)s") % {"day": date_format(timezone.localtime(clock.begins_at))}
    said = " · ".join(filter(None, [capfirst(clock_words(clock)), clock.source, since]))
    return Row(fact=clock.name, reason=said, button=_("End it"), button_url=reverse("clock_end", args=[clock.uuid]))


@of(Organization, Action.RUN_ORGANIZATION)
def clock_new(request: HttpRequest, organization: Organization) -> HttpResponse:
    """A new clock; `like` in the address names one that is offered, to begin with."""
    offered = next((each for each in starter.CLOCKS if each.key == request.GET.get("like")), None)
    here = reverse("clocks", args=[organization.uuid])
    return form_page(
        request,
        ClockForm(request.POST or None, initial=offered.facts if offered else {}),
        lambda data: services.clock_start(organization=organization, now=timezone.now(), **data),
        title=_("A new clock"),
        subtitle=organization.name,
        intro=_("It runs by itself for everything that is written down from now on, in all houses."),
        submit=_("Start it"),
        done=_("The clock runs."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Clocks"),
    )


@of(Clock, Action.RUN_ORGANIZATION, "organization")
def clock_end(request: HttpRequest, clock: Clock) -> HttpResponse:
    """End a clock. It asks first."""
    here = reverse("clocks", args=[clock.organization.uuid])
    return form_page(
        request,
        ScopedForm(request.POST if request.method == "POST" else None, user=request.user),  # nothing to fill in
        lambda _data: services.clock_end(clock=clock, now=timezone.now()),
        title=_("End the clock"),
        subtitle=clock.name,
        intro=_("It starts for nothing any more from now on. What is due by it already stays due."),
        submit=_("End it"),
        danger=True,
        done=_("The clock has ended."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Clocks"),
    )


@of(Organization, Action.RUN_ORGANIZATION)
def holiday_new(request: HttpRequest, organization: Organization) -> HttpResponse:
    """One more day that is no business day."""
    here = reverse("clocks", args=[organization.uuid])
    return form_page(
        request,
        HolidayForm(request.POST or None, user=request.user),
        lambda data: services.holiday_add(organization=organization, **data),
        title=_("A holiday"),
        subtitle=organization.name,
        intro=_("It does not count as a business day from then on. What is due already stays due when it is."),
        submit=_("Add the day"),
        done=_("The day is on the list."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Clocks"),
    )


@require_POST
@of(Organization, Action.RUN_ORGANIZATION)
def holidays_start(request: HttpRequest, organization: Organization) -> HttpResponse:
    """Add the federal holidays of this year or the next."""
    year = organization.today().year
    if request.POST.get("year") == str(year + 1):
        year += 1
    count = len(services.holidays_add_federal(organization=organization, year=year))
    said = ngettext("%(count)s day was added.", "%(count)s days were added.", count)
    messages.success(request, said % {"count": count} if count else _("They are on the list already."))
    return redirect("clocks", organization.uuid)


@require_POST
@of(Holiday, Action.RUN_ORGANIZATION, "organization")
def holiday_drop(request: HttpRequest, holiday: Holiday) -> HttpResponse:
    """Take a day off the list. It can be added again."""
    services.holiday_drop(holiday=holiday)
    messages.success(request, _("%(day)s is a business day again.") % {"day": date_format(holiday.day)})
    return redirect("clocks", holiday.organization.uuid)
