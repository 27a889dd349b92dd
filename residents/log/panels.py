"""What the page of an entry shows beside its words: the form of its own that a kind has, and what hangs on any entry.

A panel is a template and the function, "module:function", that gives its context:

    panel(entry, standing, *, known_at, now) -> dict

A function that gives an empty one has nothing to show, and nothing is drawn. What it tells is what was known at
`known_at`, or now; and it costs the same number of queries however many rows it tells. The template draws cards; beside
that context it has `entry`, `house`, `known_at` and the request.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString

from residents.houses.standing import Standing
from residents.log.models import Entry, Kind

# Of one kind alone, and of every entry, in the order in which they stand.
OF_KIND: dict[str, tuple[str, str]] = {
    Kind.INCIDENT: ("residents/log/incident_panel.html", "residents.log.incident_panel:panel"),
    Kind.COMPLAINT: ("residents/log/complaint_panel.html", "residents.log.complaint_panel:panel"),
    Kind.SEARCH: ("residents/log/search_panel.html", "residents.log.search_panel:panel"),
    Kind.VISITOR: ("residents/log/visit_panel.html", "residents.log.visit_panel:panel"),
}
OF_EVERY: tuple[tuple[str, str], ...] = (
    ("residents/log/deadline_panel.html", "residents.log.deadline_panel:panel"),
    ("residents/log/follow_up_panel.html", "residents.log.follow_up_panel:panel"),
)


def panels_of(
    request: HttpRequest, entry: Entry, standing: Standing, *, known_at: datetime | None, now: datetime
) -> list[SafeString]:
    """What there is to show of this entry beside its words, drawn."""
    asked = [*([OF_KIND[entry.kind]] if entry.kind in OF_KIND else []), *OF_EVERY]
    around = {"entry": entry, "house": entry.house, "known_at": known_at}
    found = []
    for template, name in asked:
        context = import_string(name.replace(":", "."))(entry, standing, known_at=known_at, now=now)
        if context:
            found.append(SafeString(render_to_string(template, around | context, request=request)))
    return found
