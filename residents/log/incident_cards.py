"""What incidents and what is still to be done offer to the pages that gather: one tap to start one, what was begun,
what is open, what is due; and all of it on one's own record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.models import (
    EntryAbout,
    FollowUp,
    Incident,
    IncidentType,
)
from residents.log.queries.incidents import Closers, Task, closers, drafts_of, open_only, tasks
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Order, Row

USUAL = (IncidentType.OVERDOSE, IncidentType.MEDICAL, IncidentType.POLICE, IncidentType.VIOLENCE)
MOST_ROWS = 8


def today(house: House, standing: Standing, today: date) -> Iterator[Card]:
    """What was begun and is to be finished; one tap to start another; what waits to be closed, and what is due."""
    if standing.may(Action.RECORD, house):
        yield from _drafts(house, standing.user)
        yield Card(
            title=_("Start an incident"),
            order=Order.NUMBERS,
            anchor="incident",
            template="residents/log/incident_today.html",
            context={"house": house, "types": [(each.value, each.label) for each in USUAL]},
        )
    if standing.may(Action.SEE_RECORD, house):
        yield from _open(house, standing)
        yield from _due(house, standing, today)


def _drafts(house: House, user: User) -> Iterator[Card]:
    rows = [
        Row(
            fact=capfirst(str(draft.get_type_display())),
            reason=_("begun %(when)s by %(who)s, not filed yet")
            % {
                "when": date_format(timezone.localtime(draft.begun_at, house.zone), "SHORT_DATETIME_FORMAT"),
                "who": draft.begun_by,
            },
            url=reverse("incident_draft", args=[draft.uuid]),
            button=_("Finish"),
            button_url=reverse("incident_draft", args=[draft.uuid]),
        )
        for draft in drafts_of(house, user)
    ]
    if rows:
        yield Card(title=_("Incidents to finish"), order=Order.NOW, rows=rows)


def _open(house: House, standing: Standing) -> Iterator[Card]:
    rows = open_only(Incident.objects.visible_to(standing.user).filter(house=house)).select_related(
        "entry__house", "house"
    )
    found = list(rows.order_by("recorded_at", "pk")[: MOST_ROWS + 1])
    if not found:
        return
    about: dict[int, list[Stay]] = {}
    named = EntryAbout.objects.filter(
        telling__entry__in=[row.entry_id for row in found], telling__corrected_by=None
    ).select_related("stay__resident", "telling")
    for each in named.order_by("pk"):
        about.setdefault(each.telling.entry_id, []).append(each.stay)
    hands = closers(house)
    yield Card(
        title=_("Incidents to close"),
        order=Order.DUE,
        rows=[_incident_row(row, about.get(row.entry_id, []), hands, standing) for row in found[:MOST_ROWS]],
        more_url=f"{reverse('log', args=[house.uuid])}?kind=incident",
        more_label=_("All") if len(found) <= MOST_ROWS else _("More"),
    )


def _incident_row(incident: Incident, about: list[Stay], hands: Closers, standing: Standing) -> Row:
    """One open incident in a line: whom it is about, and who closes it."""
    people = hands.of(incident)
    own = any(stay.resident.user_id == standing.user.pk for stay in about)
    may = standing.user in people and standing.may(Action.DECIDE, incident)
    if may:
        reason = _("waits for you to close it")
    elif people and standing.user.pk == incident.recorded_by_id:
        reason = _("you wrote it down: %(names)s can close it") % {"names": ", ".join(map(str, people))}
    elif people:
        reason = _("%(names)s can close it") % {"names": ", ".join(map(str, people))}
    else:
        reason = _("it waits: nobody else may close it")
    day = date_format(timezone.localtime(incident.recorded_at, incident.house.zone), "MONTH_DAY_FORMAT")
    names = ", ".join(stay.short_name for stay in about) if not own else _("about you")
    return Row(
        fact=" · ".join(filter(None, [capfirst(str(incident)), names])),
        reason=f"{day} · {reason}",
        url=reverse("entry", args=[incident.entry.uuid]),
        state="late",
        word=_("open"),
        button=_("Close it") if may else "",
        button_url=reverse("incident_close", args=[incident.entry.uuid]) if may else "",
    )


def _due(house: House, standing: Standing, today: date) -> Iterator[Card]:
    rows = FollowUp.objects.visible_to(standing.user).filter(house=house, done=None, due_on__lte=today)
    found = tasks(rows, today=today)
    if found:
        may_write = standing.may(Action.RECORD, house)
        yield Card(
            title=_("To be done after what happened"),
            order=Order.DUE,
            rows=[task_row(task, may_write=may_write, leads=True) for task in found],
        )


def task_row(task: Task, *, may_write: bool, leads: bool = False) -> Row:
    """One thing to be done in a line; one that `leads` to its entry says after what."""
    row, done = task.follow_up, task.done
    by = _("by %(day)s") % {"day": date_format(row.due_on)}
    came = [done.note, done.recorded_as] if done is not None else []
    after = _("after: %(what)s") % {"what": row.entry} if leads else ""
    return Row(
        fact=row.what,
        reason=" · ".join(filter(None, [row.who, by, after, *came])),
        url=reverse("entry", args=[row.entry.uuid]) if leads else "",
        state=task.css_state,
        word=task.word,
        button=_("Done") if may_write and done is None else "",
        button_url=reverse("follow_up_done", args=[row.uuid]) if may_write and done is None else "",
    )
