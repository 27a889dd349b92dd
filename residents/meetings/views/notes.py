"""Notes that residents keep for themselves: on the work with a sponsor, and the steps."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from residents.houses.access import of
from residents.houses.permissions import Action
from residents.meetings.forms.calendars import NoteForm
from residents.meetings.models import StepNote
from residents.meetings.services.notes import note_change, note_put_away, note_write
from residents.people.models import Resident
from residents.people.own import oneself
from residents.people.queries import home, today_for
from soberhouse.form_page import form_page

FORM = "residents/meetings/note_form.html"


@oneself
@require_safe
def my_notes(request: HttpRequest, resident: Resident) -> HttpResponse:
    """One's own notes, the newest first; those put away below."""
    notes = list(StepNote.objects.visible_to(request.user).filter(resident=resident))
    context = {
        "notes": [note for note in notes if not note.put_away],
        "put_away": [note for note in notes if note.put_away],
    }
    return render(request, "residents/meetings/notes.html", context)


@oneself
def my_note_new(request: HttpRequest, resident: Resident) -> HttpResponse:
    today, back = today_for(resident, house=request.house), reverse("my_notes")
    return form_page(
        request,
        NoteForm(request.POST or None, initial={"written_on": today}),
        lambda data: note_write(resident=resident, today=today, **data),
        title=_("A new note"),
        done=_("The note is kept."),
        template=FORM,
        to=back,
        cancel_url=back,
        back_url=back,
        back_label=_("My notes"),
    )


@of(StepNote, Action.OWN_RECORD, "resident__organization")
def my_note_change(request: HttpRequest, note: StepNote) -> HttpResponse:
    request.house = home(note.resident, user=request.user)
    today, back = today_for(note.resident, house=request.house), reverse("my_notes")
    if note.put_away:
        return render(request, "residents/meetings/note_put_away.html", {"note": note, "back_url": back})
    form = NoteForm(request.POST or None, instance=note)
    return form_page(
        request,
        form,
        lambda _data: note_change(note=note, changes=form.changes, today=today),
        title=note.about,
        done=_("The note is changed."),
        template=FORM,
        to=back,
        cancel_url=back,
        back_url=back,
        back_label=_("My notes"),
        note=note,
    )


@of(StepNote, Action.OWN_RECORD, "resident__organization")
def my_note_put_away(request: HttpRequest, note: StepNote) -> HttpResponse:
    request.house = home(note.resident, user=request.user)
    back = reverse("my_notes")
    return form_page(
        request,
        forms.Form(request.POST if request.method == "POST" else None),
        lambda _data: note_put_away(note=note),
        title=_("Put this note away?"),
        intro=note.about,
        done=_("The note is put away."),
        template="soberhouse/confirm.html",
        consequences=[
            _("It stands in your list no more."),
            _("Nobody else reads it, whether it was shared or not."),
        ],
        kept=[_("The note itself: you find it below your list, and in all that you can take along.")],
        submit=_("Put it away"),
        to=back,
        cancel_url=back,
        back_url=back,
        back_label=_("My notes"),
    )
