"""What is still to be done after an entry: said, and done."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.houses.access import of, standing_of
from residents.houses.permissions import Action
from residents.log.forms.follow_ups import FollowUpDoneForm, FollowUpForm
from residents.log.looks import note_looks_at
from residents.log.models import Entry, FollowUp
from residents.log.queries.incidents import about_now
from residents.log.services import follow_ups as services
from soberhouse.form_page import form_page


@of(Entry, Action.RECORD, "house__organization")
def follow_up_new(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Say what is to be done after an entry, and by when."""
    form = FollowUpForm(request.POST or None, initial={"due_on": entry.house.today()})
    return step_page(
        request,
        entry,
        form,
        lambda _data: services.follow_up_add(entry=entry, due=form.due, now=timezone.now()),
        title=_("What is still to be done?"),
        intro=_("It shows on Today from the day it is due, until somebody says what became of it."),
        submit=_("Save"),
        done=_("Saved. It shows on Today when it is due."),
    )


@of(FollowUp, Action.RECORD, "entry__house", "house__organization")
def follow_up_done(request: HttpRequest, follow_up: FollowUp) -> HttpResponse:
    """Say what became of it."""
    return step_page(
        request,
        follow_up.entry,
        FollowUpDoneForm(request.POST or None),
        lambda data: services.follow_up_done(follow_up=follow_up, now=timezone.now(), **data),
        title=_("What became of it?"),
        intro=follow_up.what,
        submit=_("Save"),
        done=_("Saved."),
    )


def step_page(request: HttpRequest, entry: Entry, form: BaseForm, save: Any, **page: Any) -> HttpResponse:
    """One form about an entry, which leads back to it; refused to whom it is about. Whoever looks at it is written
    down."""
    if any(stay.resident.user_id == request.user.pk for stay in about_now(entry)):
        raise PermissionDenied(_("Nobody records about themselves."))
    note_looks_at(entry, standing_of(request))
    here = reverse("entry", args=[entry.uuid])
    around = {"to": here, "cancel_url": here, "back_url": here, "back_label": capfirst(str(entry))}
    return form_page(request, form, save, entry=entry, **(around | page))
