"""What the page of an entry shows of an incident: its facts in the order of time, who was told, how it was closed, and
what can be done next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.incident_paper_cards import papers_of_incident
from residents.log.models import Entry, Incident, IncidentStep
from residents.log.queries.incidents import Course, closers, course_of, steps_of, waits

ICONS = {"happened": "note", "naloxone": "plus", "told": "phone", "done": "check"}


@dataclass(frozen=True)
class Shown:
    """One fact as its reader sees it; `struck` where another counts instead."""

    row: IncidentStep
    title: str
    struck: bool

    @property
    def by(self) -> str:
        return self.row.who if self.row.kind != IncidentStep.Kind.TOLD else ""

    @property
    def tone(self) -> str:
        return "out" if self.struck else "plain"

    @property
    def icon(self) -> str:
        return ICONS[self.row.kind]

    @property
    def reason(self) -> str:
        return self.row.correction_reason


def panel(entry: Entry, standing: Standing, *, known_at: datetime | None, now: datetime) -> dict[str, Any]:
    """The incident as it was known. What may be done is offered only now, and to nobody whom it is about."""
    incident = Incident.objects.visible_to(standing.user).filter(entry=entry).first()
    if incident is None or (known_at is not None and incident.recorded_at > known_at):
        return {}
    course = course_of(incident, known_at=known_at, now=now)
    counting = {step.pk for step in course.steps}
    steps = [Shown(row, title_of(row), row.pk not in counting) for row in steps_of(incident, known_at)]
    context = {
        "course": course,
        "steps": steps,
        "told": [step for step in course.steps if step.kind == IncidentStep.Kind.TOLD],
    }
    if known_at is not None:
        return context
    return context | _next(course, entry, standing, now)


def title_of(step: IncidentStep) -> str:
    """A fact in a few words."""
    match step.kind:
        case IncidentStep.Kind.NALOXONE:
            words = ngettext("Naloxone given: %(count)s dose", "Naloxone given: %(count)s doses", step.doses or 0)
            return words % {"count": step.doses}
        case IncidentStep.Kind.TOLD:
            return _("Told: %(who)s") % {"who": step.who}
        case IncidentStep.Kind.DONE:
            return _("Done")
    return _("Happened")


def _next(course: Course, entry: Entry, standing: Standing, now: datetime) -> dict[str, Any]:
    """Who can close it, and what this reader may do."""
    user = standing.user
    people = closers(entry.house, now=now).of(course.incident)
    is_own = any(stay.resident.user_id == user.pk for stay in course.about)
    is_open = course.closing is None
    runs = not is_own and standing.may(Action.RECORD, entry)
    return {
        "may_add": runs and is_open,
        "may_amend": not is_own and standing.may(Action.CORRECT, entry),
        "may_close": is_open and not is_own and standing.may(Action.DECIDE, entry) and user in people,
        "waits": waits() if is_open and not people else "",
        "who": [str(each) for each in people] if runs else [],
        "papers": None if is_own else papers_of_incident(entry, standing),
    }
