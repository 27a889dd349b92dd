"""Visitors: they came, and they went."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log.forms.visits import VisitEndForm, VisitForm
from residents.log.looks import note_looks_at
from residents.log.models import Entry, Visit
from residents.log.queries.entries import own_part
from residents.log.services import visits as services
from soberhouse.form_page import form_page


@of_house(Action.RECORD)
def visit_new(request: HttpRequest, house: House) -> HttpResponse:
    """A visitor came: their name, and whom they visit."""
    form = VisitForm(request.POST or None, user=request.user, house=house)
    today = reverse("house_today", args=[house.uuid])
    return form_page(
        request,
        form,
        lambda _data: services.visit_record(house=house, now=timezone.now(), **form.facts()),
        title=_("A visitor came"),
        submit=_("They are in"),
        done=_("Written down. Today shows them until they leave."),
        to=today,
        cancel_url=today,
        back_url=today,
        back_label=_("Today"),
    )


@of(Entry, Action.RECORD, "house__organization")
def visit_end(request: HttpRequest, entry: Entry) -> HttpResponse:
    """They left: now, by one tap, or at a time that is told. Whom they visited does not write it down."""
    found = Visit.objects.visible_to(request.user).filter(entry=entry)
    visit = found.select_related("entry", "house").first()
    if visit is None:
        raise Http404
    if own_part(request.user, entry) is not None:
        raise PermissionDenied(_("Nobody records about themselves."))
    note_looks_at(entry, standing_of(request))
    form = VisitEndForm(request.POST if request.method == "POST" else None, user=request.user, house=entry.house)
    from_today = request.POST.get("from") == "today"
    here = reverse("entry", args=[entry.uuid])
    return form_page(
        request,
        form,
        lambda data: services.visit_end(visit=visit, now=timezone.now(), **data),
        title=_("%(name)s left") % {"name": visit.name},
        submit=_("They left"),
        done=_("%(name)s left.") % {"name": visit.name},
        to=reverse("house_today", args=[entry.house.uuid]) if from_today else here,
        cancel_url=here,
        back_url=here,
        back_label=_("The visit"),
    )
