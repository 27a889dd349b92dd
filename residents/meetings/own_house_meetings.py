"""What is on record about somebody from house meetings, for them: whether they were there, what they put on an agenda
and what the published minutes say about that, to what they were elected."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from residents.meetings.models import AgendaItem, Election, MinutesLine, RollLine
from residents.people.models import Resident
from soberhouse.cards import Section, section


def own(resident: Resident) -> Iterator[Section]:
    """Four sections, four queries."""
    user = resident.user
    of_meeting = ("house", "house_meeting__meeting")
    lines = RollLine.objects.visible_to(user).filter(stay__resident=resident)
    yield _section(
        RollLine,
        "house_meeting_rolls",
        _("House meetings: whether I was there"),
        lines.select_related(
            *of_meeting, "stay__house", "stay__resident", "corrects__stay__resident", "corrected_by"
        ).order_by("pk"),
        ["house", "house_meeting", "stay", "status", "why", "corrects", "correction_reason"],
        struck=lambda row: _("put right since") if hasattr(row, "corrected_by") else "",
    )
    items = AgendaItem.objects.visible_to(user).filter(by_stay__resident=resident)
    yield _section(
        AgendaItem,
        "agenda_items",
        _("What I put on agendas"),
        items.select_related(*of_meeting, "by_stay__house", "by_stay__resident").order_by("pk"),
        ["house", "house_meeting", "title", "by_stay", "taken_off"],
        struck=lambda row: _("taken off") if row.taken_off else "",
        history=False,  # staff put it there and take it off as well
    )
    said = MinutesLine.objects.visible_to(user).filter(item__by_stay__resident=resident)
    yield _section(
        MinutesLine,
        "minutes_of_agenda_items",
        _("What published minutes say about it"),
        said.filter(house_meeting__published_at__isnull=False)
        .select_related(*of_meeting, "item", "corrects", "corrected_by")
        .order_by("pk"),
        ["house", "house_meeting", "item", "what", "text", "corrects", "correction_reason"],
        struck=lambda row: _("put right since") if hasattr(row, "corrected_by") else "",
        history=False,  # what a line said before the minutes were published is the house's
    )
    elected = Election.objects.visible_to(user).filter(officer__resident=resident)
    yield _section(
        Election,
        "elections",
        _("To what I was elected"),
        elected.select_related(*of_meeting, "officer", "motion").order_by("pk"),
        ["house", "house_meeting", "officer", "motion"],
    )


def _section(model: type[Model], name: str, title: str, rows: Iterable[Any], fields: list[str], **more: Any) -> Section:
    return section(
        name,
        title,
        rows,
        [*fields, "recorded_as", "recorded_at"],
        model=model,
        labels={
            "house": _("House"),
            "house_meeting": _("House meeting"),
            "stay": _("Stay"),
            "by_stay": _("Stay"),
            "corrects": _("Instead of"),
            "officer": _("Duty"),
            "recorded_as": _("By"),
            "recorded_at": _("Written down"),
        },
        **more,
    )
