"""The facts of the report of an incident, read from the database as they are now. The same number of queries however
much was written down."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.log.models import Entry, Incident, IncidentStep
from residents.log.queries.entries import Line, tellings_of
from residents.log.queries.incidents import Course, Task, course_of, steps_of
from residents.log.reports.incident_report import Closed, Fact, IncidentReport, ToDo, Written


def incident_facts(entry: Entry, *, now: datetime) -> IncidentReport:
    """One incident and what became of it. Refuses an entry that is none."""
    incident = Incident.objects.filter(entry=entry).first()
    if incident is None:
        raise ValidationError(_("This is no incident."))
    course = course_of(incident, now=now)
    entry, house = course.incident.entry, entry.house
    tellings = tellings_of(entry)
    newest = tellings[0]
    return IncidentReport(
        house=house.name,
        type=str(course.incident.get_type_display()),
        happened_at=_local(newest.telling.happened_at, house),
        place=course.incident.place,
        about=tuple(stay.name for stay in newest.about),
        readers=capfirst(str(entry.get_audience_display())),
        by=entry.recorded_as,
        written_at=_local(entry.recorded_at, house),
        tellings=tuple(_written(tellings, place, house) for place in range(len(tellings))),
        facts=tuple(_fact(step, house) for step in steps_of(course.incident)),
        to_do=tuple(_to_do(task) for task in course.tasks),
        closed=_closed(course, house),
        photos=len(newest.photos),
    )


def _written(tellings: list[Line], place: int, house: House) -> Written:
    """A telling, the newest first; all but that were put right by the one before it in this list."""
    telling = tellings[place].telling
    after = tellings[place - 1].telling if place else None
    return Written(
        text=telling.text,
        at=_local(telling.happened_at, house),
        by=telling.recorded_as,
        written_at=_local(telling.recorded_at, house),
        reason=after.correction_reason if after else "",
        corrected_by=after.recorded_as if after else "",
        corrected_at=_local(after.recorded_at, house) if after else None,
    )


def _fact(step: IncidentStep, house: House) -> Fact:
    after = getattr(step, "corrected_by", None)
    return Fact(
        kind=str(step.get_kind_display()),
        is_told=step.kind == IncidentStep.Kind.TOLD,
        who=step.who,
        text=step.what,
        doses=step.doses or 0,
        at=_local(step.at, house),
        by=step.recorded_as,
        written_at=_local(step.recorded_at, house),
        reason=after.correction_reason if after else "",
        corrected_by=after.recorded_as if after else "",
        corrected_at=_local(after.recorded_at, house) if after else None,
    )


def _to_do(task: Task) -> ToDo:
    row = task.follow_up
    return ToDo(
        what=row.what,
        who=row.who,
        due_on=row.due_on,
        state=capfirst(task.word),
        note=" · ".join(filter(None, [task.done.note, task.done.recorded_as])) if task.done else "",
    )


def _closed(course: Course, house: House) -> Closed | None:
    closing = course.closing
    if closing is None:
        return None
    return Closed(
        cause=closing.cause,
        correction=closing.correction,
        by=closing.recorded_as,
        at=_local(closing.recorded_at, house),
    )


def _local(instant: datetime, house: House) -> datetime:
    return timezone.localtime(instant, house.zone)
