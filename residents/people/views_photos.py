"""A resident's photo: shown to those who may know them, and to themselves; changed by those who record."""

from __future__ import annotations

import logging
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from residents.houses.access import of
from residents.houses.permissions import Action
from residents.people import photos
from residents.people.forms import PhotoForm, PhotoRemoveForm
from residents.people.looks import note_look
from residents.people.models import Look, Resident
from residents.people.queries import home
from soberhouse.documents import store
from soberhouse.form_page import form_page

log = logging.getLogger(__name__)


@of(Resident, Action.SEE_PHOTO, "organization")
@require_safe
def resident_photo(request: HttpRequest, resident: Resident) -> HttpResponse:
    """The picture itself. A file that is lost or was tampered with is none, and is loud in the log."""
    photo = photos.photo_of(resident, user=request.user)
    if photo is None:
        raise Http404
    try:
        answer = store.serve(photo.file, name="photo.jpg")
    except store.Damaged as problem:
        log.error("A stored file is damaged.", extra={"file": str(photo.file.uuid)})
        raise Http404 from problem
    note_look(resident, Look.What.PHOTO, user=request.user)
    return answer


@of(Resident, Action.RECORD, "organization")
def resident_photo_change(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Take a photo, or another one."""
    photo = photos.photo_of(resident, user=request.user)
    form = PhotoForm(request.POST, request.FILES) if request.method == "POST" else PhotoForm()
    return form_page(
        request,
        form,
        lambda data: photos.photo_take(resident=resident, data=data["photo"].read()),
        title=_("Another photo") if photo else _("Photo"),
        submit=_("Save the photo"),
        done=_("The photo is saved."),
        template="residents/people/photo.html",
        photo=photo,
        resident=resident,
        **_around(request, resident),
    )


@of(Resident, Action.RECORD, "organization")
def resident_photo_remove(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Show no photo of them any more."""
    if photos.photo_of(resident, user=request.user) is None:
        raise Http404
    return form_page(
        request,
        PhotoRemoveForm(request.POST if request.method == "POST" else None),
        lambda data: photos.photo_remove(resident=resident, reason=data["reason"]),
        title=_("Remove the photo?"),
        consequences=[_("Nobody sees it any more, neither on a page nor on a new paper.")],
        kept=[_("Papers that were issued with it stay as they are, and the record keeps it.")],
        submit=_("Remove the photo"),
        done=_("The photo is removed."),
        danger=True,
        template="soberhouse/confirm.html",
        **_around(request, resident),
    )


def _around(request: HttpRequest, resident: Resident) -> dict[str, Any]:
    """Where these pages stand, and where they lead back to. Whoever looks at one is written down."""
    note_look(resident, Look.What.PAGE, user=request.user)
    request.house = home(resident, user=request.user)
    page = reverse("resident", kwargs={"uuid": resident.uuid})
    return {"to": page, "cancel_url": page, "back_url": page, "back_label": resident.name}
