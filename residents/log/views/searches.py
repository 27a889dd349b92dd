"""Searches: written down, and put right."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log.forms.searches import SearchAmendForm, SearchForm, initial_of
from residents.log.looks import note_looks_at
from residents.log.models import Entry, Search
from residents.log.queries.entries import own_part
from residents.log.services import searches as services
from soberhouse.form_page import form_page


@of_house(Action.RECORD)
def search_new(request: HttpRequest, house: House) -> HttpResponse:
    """Write down a search, as it was made."""
    now = timezone.now()
    form = SearchForm(request.POST or None, user=request.user, house=house, initial={"by": str(request.user)})
    here = reverse("log", args=[house.uuid])
    return form_page(
        request,
        form,
        lambda _data: services.search_record(house=house, now=now, **form.facts_at(now)),
        title=_("Write down a search"),
        intro=_("Whose room or things were searched is told, and reads it."),
        submit=_("Save"),
        done=_("Written in the log."),
        to=lambda search: reverse("entry", args=[search.entry.uuid]),
        cancel_url=here,
        back_url=here,
        back_label=_("Log"),
    )


@of(Entry, Action.CORRECT, "house__organization")
def search_amend(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Put a search right, with a reason. Whose things were searched does not."""
    found = Search.objects.visible_to(request.user).filter(entry=entry, corrected_by=None)
    search = found.select_related("entry", "house", "policy").first()
    if search is None:
        raise Http404
    if own_part(request.user, entry) is not None:
        raise PermissionDenied(_("Nobody records about themselves."))
    note_looks_at(entry, standing_of(request))
    form = SearchAmendForm(request.POST or None, user=request.user, house=entry.house, initial=initial_of(search))
    here = reverse("entry", args=[entry.uuid])
    return form_page(
        request,
        form,
        lambda _data: services.search_amend(search=search, now=timezone.now(), **form.facts()),
        title=_("Put the search right"),
        intro=_("What stood there before stays to be read, marked as put right, with your reason."),
        submit=_("Save what is right"),
        done=_("Put right. What stood there before can still be read."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("The search"),
    )
