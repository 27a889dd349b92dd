"""One entry of the log: written, read with all that hangs on it, amended, shown to fewer or more, with photos."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log.entry_words import forms_of, is_open, told, writer
from residents.log.forms.entries import AmendForm, NoteForm, PhotoForm, ShowToForm
from residents.log.known import known_asked
from residents.log.looks import note_looks
from residents.log.models import LINES, Entry, EntryPhoto
from residents.log.panels import panels_of
from residents.log.queries.entries import Line, line_of, own_part, tellings_of, unnamed
from residents.log.services import entries as services
from soberhouse.accounts.models import User
from soberhouse.documents import store
from soberhouse.form_page import form_page

log = logging.getLogger(__name__)


@of_house(Action.RECORD)
def entry_new(request: HttpRequest, house: House) -> HttpResponse:
    """Write a line. From Today it leads back there, with the words alone; who wants to say more takes them along."""
    from_today = request.POST.get("from") == "today"
    says_more = from_today and "more" in request.POST
    kind, stay = request.GET.get("kind"), request.GET.get("stay")
    form = NoteForm(
        None if says_more else request.POST or None,
        None if says_more else request.FILES or None,
        user=request.user,
        house=house,
        initial=({"kind": kind} if kind in LINES else {})
        | ({"about": [stay]} if stay else {})
        | ({"text": request.POST.get("text", "")} if says_more else {}),
    )
    the_log = reverse("log", args=[house.uuid])
    today = reverse("house_today", args=[house.uuid])

    def to(entry: Entry) -> str:
        if not Entry.objects.visible_to(request.user).filter(pk=entry.pk).exists():
            messages.info(request, _("The operators read it now, and you no more."))
            return the_log
        return today if from_today else reverse("entry", args=[entry.uuid])

    return form_page(
        request,
        form,
        lambda _data: services.entry_write(house=house, now=timezone.now(), **form.facts()),
        title=_("Write it down"),
        submit=_("Save"),
        done=_("Written in the log."),
        to=to,
        cancel_url=today if from_today else the_log,
        back_url=today if from_today else the_log,
        back_label=_("Today") if from_today else _("Log"),
        template="residents/log/entry_new.html",
        house=house,
        forms=forms_of(house),
        from_today=from_today,
    )


@of(Entry, Action.SEE_RECORD, "house__organization", "recorded_by", own=own_part)
@require_safe
def entry_page(request: HttpRequest, entry: Entry) -> HttpResponse:
    """What an entry tells, every telling of it, and what hangs on it; now or as it was known at an instant. Whom it is
    about reads it without the names of others."""
    now, standing = timezone.now(), standing_of(request)
    known_at = known_asked(request, entry.house.zone, now)
    line = line_of(entry, known_at, reader=request.user)
    note_looks([line] if line else [], standing)
    is_staff = standing.may(Action.SEE_RECORD, entry)
    is_own = line is not None and _is_about(line, request.user)
    may_write = is_staff and not is_own and known_at is None
    withheld = unnamed([entry], request.user)
    return render(
        request,
        "residents/log/entry.html",
        {
            "house": entry.house,
            "entry": entry,
            "told": told([line], request.user)[0] if line else None,
            "by": writer(entry, withheld),
            "by_withheld": entry.pk in withheld,
            "tellings": tellings_of(entry, known_at, reader=request.user),
            "others": sum(stay.resident.user_id != request.user.pk for stay in line.about) if line else 0,
            "panels": panels_of(request, entry, standing, known_at=known_at, now=now) if line else [],
            "known_at": known_at,
            "known": request.GET.get("known", "") if known_at else "",
            "is_staff": is_staff,
            "is_own": is_own,
            "is_open": is_open(entry.audience),
            "may_amend": may_write and standing.may(Action.CORRECT, entry),
            "may_show_to": may_write and standing.may(Action.CORRECT, entry) and entry.withheld_from_id is None,
            "may_add_photo": may_write and standing.may(Action.RECORD, entry),
            "may_see_history": standing.may(Action.SEE_HISTORY, entry) and not withheld,
        },
    )


@of(Entry, Action.CORRECT, "house__organization")
def entry_amend(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Put right what is wrong, with a reason."""
    line = _line_of_another(request, entry)
    telling = line.telling
    form = AmendForm(
        request.POST or None,
        user=request.user,
        house=entry.house,
        entry=entry,
        was_about=line.about,
        initial={
            "text": telling.text,
            "happened_at": telling.happened_at,
            "about": [stay.uuid for stay in line.about],
        },
    )
    return _step(
        request,
        entry,
        form,
        lambda _data: services.entry_amend(entry=entry, now=timezone.now(), **form.facts()),
        title=_("Put it right"),
        intro=_("What stood there before stays to be read, marked as amended, with your reason."),
        submit=_("Save what is right"),
        done=_("Amended. What stood there before can still be read below."),
    )


@of(Entry, Action.CORRECT, "house__organization")
def entry_show_to(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Let fewer or more people read it, with a reason. A complaint about somebody of the staff stays where it is."""
    _line_of_another(request, entry)
    services.readers_may_change(entry=entry)

    def to(_entry: Entry) -> str:
        seen = Entry.objects.visible_to(request.user).filter(pk=entry.pk).exists()
        return reverse("entry", args=[entry.uuid]) if seen else reverse("log", args=[entry.house.uuid])

    return _step(
        request,
        entry,
        ShowToForm(request.POST or None, initial={"audience": entry.audience}),
        lambda data: services.entry_show_to(entry=entry, now=timezone.now(), **data),
        title=_("Who reads it?"),
        intro=_("The reason is kept. Those whom it is about are told once they may read it."),
        submit=_("Save who reads it"),
        done=_("Saved who reads it."),
        to=to,
    )


@of(Entry, Action.RECORD, "house__organization")
def entry_photo_add(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Add a picture."""
    _line_of_another(request, entry)
    return _step(
        request,
        entry,
        PhotoForm(request.POST or None, request.FILES or None),
        lambda data: services.photo_add(
            entry=entry, data=data["photo"].read(), caption=data["caption"], now=timezone.now()
        ),
        title=_("Add a photo"),
        intro=_("It stays on record. Whoever reads the entry sees it."),
        submit=_("Add it"),
        done=_("Added."),
    )


def own_photo(user: User, photo: EntryPhoto) -> Any:
    return own_part(user, photo.entry)


@of(EntryPhoto, Action.SEE_RECORD, "entry__house", "file", "house__organization", own=own_photo)
@require_safe
def entry_photo(request: HttpRequest, photo: EntryPhoto) -> HttpResponse:
    """The picture itself. One that is lost or was tampered with is none, and is loud in the log of the server."""
    try:
        answer = store.serve(photo.file, name="photo.jpg")
    except store.Damaged as problem:
        log.error("A stored file is damaged.", extra={"file": str(photo.file.uuid)})
        raise Http404 from problem
    line = line_of(photo.entry)
    note_looks([line] if line else [], standing_of(request))
    return answer


def _step(request: HttpRequest, entry: Entry, form: Any, save: Any, **page: Any) -> HttpResponse:
    """One form about an entry, which leads back to it."""
    here = reverse("entry", args=[entry.uuid])
    around = {"to": here, "cancel_url": here, "back_url": here, "back_label": _("The entry")}
    return form_page(request, form, save, entry=entry, **(around | page))


def _line_of_another(request: HttpRequest, entry: Entry) -> Line:
    """What the entry tells now; refused to whom it is about. Whoever looks at it is written down."""
    line = line_of(entry)
    if line is None:
        raise Http404
    if _is_about(line, request.user):
        raise PermissionDenied(_("Nobody records about themselves."))
    note_looks([line], standing_of(request))
    return line


def _is_about(line: Line, user: User) -> bool:
    return any(stay.resident.user_id == user.pk for stay in line.about)
