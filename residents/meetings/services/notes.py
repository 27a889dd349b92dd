"""Every write about the notes that residents keep for themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.meetings.models import StepNote
from residents.people.models import Resident
from residents.people.services import only_oneself
from residents.stays.steps import lock, save
from soberhouse.words import is_blank, tidy

OF_NOTE = ("about", "text", "written_on", "shared")


@transaction.atomic
def note_write(
    *, resident: Resident, about: str, text: str, written_on: date, shared: bool = False, today: date
) -> StepNote:
    """A note of one's own on the work with a sponsor and the steps. Nobody else reads it unless it is `shared`; then
    those who see the resident do.

    Refuses one without words, of a day to come, and of anybody but oneself.
    """
    lock(resident)
    only_oneself(resident)
    return _checked(StepNote(resident=resident, about=about, text=text, written_on=written_on, shared=shared), today)


@transaction.atomic
def note_change(*, note: StepNote, changes: Mapping[str, Any], today: date) -> StepNote:
    """Other words, another day, shared or not any more; fields not in `changes` stay. What it said before stays on
    record for the resident alone. Refuses what `note_write` refuses, and one that is put away."""
    note = _locked(note)
    for name in OF_NOTE:
        if name in changes:
            setattr(note, name, changes[name])
    return _checked(note, today)


@transaction.atomic
def note_put_away(*, note: StepNote) -> StepNote:
    """It stands in the list no more, and nobody else reads it. It stays in the resident's own record. Refuses a second
    time."""
    note = _locked(note)
    note.put_away, note.shared = True, False
    return save(note)


def _locked(note: StepNote) -> StepNote:
    lock(note.resident)
    note = StepNote.objects.select_related("resident").get(pk=note.pk)
    only_oneself(note.resident)
    if note.put_away:
        raise ValidationError(_("This note is put away."))
    return note


def _checked(note: StepNote, today: date) -> StepNote:
    problems = {}
    note.about, note.text = tidy(note.about), note.text.strip()
    if is_blank(note.about):
        problems["about"] = _("Say what it is about, such as “Step 4”.")
    if is_blank(note.text):
        problems["text"] = _("There is nothing in it yet.")
    if note.written_on > today:
        problems["written_on"] = _("This day has not come yet.")
    if problems:
        raise ValidationError(problems)
    return save(note)
