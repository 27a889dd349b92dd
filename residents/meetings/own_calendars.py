"""The addresses of calendars and the notes of a resident, for the record that they take along."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from residents.meetings.models import CalendarLink, StepNote
from residents.people.models import Resident
from soberhouse.cards import Section, section


def own(resident: Resident) -> Iterator[Section]:
    """Two sections. Two queries."""
    links = CalendarLink.objects.visible_to(resident.user).filter(stay__resident=resident)
    yield section(
        "calendar_links",
        _("Addresses of my calendar"),
        links.select_related("house", "stay__resident", "stay__house"),
        ("name", "house", "stay", "with_places", "made_at", "revoked_at"),
        model=CalendarLink,
        quiet={"with_places"},
        struck=lambda row: _("revoked") if row.revoked_at else "",
    )
    yield section(
        "step_notes",
        _("My notes"),
        StepNote.objects.visible_to(resident.user).filter(resident=resident),
        ("written_on", "about", "text", "shared", "put_away"),
        model=StepNote,
        quiet={"shared", "put_away"},
        struck=lambda row: _("put away") if row.put_away else "",
    )
