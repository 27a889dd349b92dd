"""Whoever looks at a page about an entry is written down for each resident it is about."""

from __future__ import annotations

from django.utils.translation import gettext as _

from residents.log.models import Entry, EntryAbout
from residents.people.looks import note_look
from residents.people.models import Look
from soberhouse.accounts.models import User


def note_looks(entry: Entry, user: User) -> None:
    about = EntryAbout.objects.visible_to(user).filter(telling__entry=entry, telling__corrected_by=None)
    for row in about.select_related("stay__resident"):
        note_look(row.stay.resident, Look.What.PAGE, user=user, detail=_("the house log"))
