"""What shifts offer to the pages that gather: on Today what waits to be read, and the end of the shift; of the log what
the next one finds open, and what people recorded in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.entry_words import Told, is_open, short, told
from residents.log.models import (
    ComplaintAnswer,
    ComplaintOutcome,
    DeadlineMet,
    Entry,
    EntryTelling,
    FollowUp,
    FollowUpDone,
    HandOver,
    Incident,
    IncidentClosing,
    IncidentDraft,
    Kind,
    SafetyCheck,
)
from residents.log.queries.clocks import OVER, Due, pressing
from residents.log.queries.entries import lines, tellings
from residents.log.queries.incidents import Task, drafts_of, tasks
from residents.log.queries.shifts import to_be_read, unread
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Load, Order, Pending, Row, Work

MOST_WAITING = 3


# --- Today ----------------------------------------------------------------------------------------------------------


def today(house: House, standing: Standing) -> Iterator[Card]:
    """The hand-overs that wait to be read, how much of the log is new to this person, and the way to hand over. Two
    queries."""
    if not standing.may(Action.RECORD, house):
        return
    rows = [
        Row(
            fact=_("%(name)s handed over") % {"name": each.recorded_as},
            reason=" · ".join(filter(None, [instant(each.recorded_at, house), short(each.text)])),
            url=reverse("hand_over", args=[each.uuid]),
            state="late",
            word=_("to be read"),
        )
        for each in to_be_read(house, standing.user)[:MOST_WAITING]
    ]
    count = unread(house, standing.user, now=timezone.now()).count()
    if count:
        entries = ngettext("%(count)s entry of the log", "%(count)s entries of the log", count) % {"count": count}
        rows.append(
            Row(
                fact=entries,
                reason=_("written since you last opened it"),
                url=reverse("log", args=[house.uuid]),
                state="open",
                word=_("not read yet"),
            )
        )
    yield Card(
        title=_("Shift"),
        order=Order.DUE,
        rows=rows,
        more_url=reverse("hand_over_new", args=[house.uuid]),
        more_label=_("Hand over"),
        empty=_("You have read everything there is."),
    )


def instant(at: datetime, house: House) -> str:
    """A day and an hour by the house's clock, as short as can be."""
    local = at.astimezone(house.zone)
    return f"{date_format(local, 'MONTH_DAY_FORMAT')}, {time_format(local, 'TIME_FORMAT')}"


# --- what the next one finds ----------------------------------------------------------------------------------------


def hand_over(house: House, standing: Standing, now: datetime) -> Iterator[Pending]:
    """Incidents and complaints that nobody closed, deadlines, follow-ups, and what was begun; of what an entry tells
    nothing: it is read where it is. Nine queries at most."""
    user = standing.user
    open_entries = Entry.objects.visible_to(user).filter(
        Q(incident__isnull=False, incident__closing=None) | Q(complaint__isnull=False, complaint__outcome=None),
        house=house,
    )
    found = told(lines(tellings(open_entries).select_related("entry__incident", "entry__complaint")), user)
    for kind, name, title in (
        (Kind.INCIDENT, "incidents", _("Incidents not closed")),
        (Kind.COMPLAINT, "complaints", _("Complaints not closed")),
    ):
        rows = [(each.entry, _open_row(each, house)) for each in found if each.entry.kind == kind]
        yield _pending(name, title, rows, Order.NOW if kind == Kind.INCIDENT else Order.DUE)
    due = [(each.deadline.entry, _due_row(each, house)) for each in pressing(house, user, now=now)]
    yield _pending("deadlines", _("Deadlines near or over"), due, Order.NOW)
    asked = FollowUp.objects.visible_to(user).filter(house=house, done=None, due_on__lte=house.today(now))
    to_do = [(each.follow_up.entry, _task_row(each)) for each in tasks(asked, today=house.today(now))]
    yield _pending("follow_ups", _("Follow-ups due"), to_do, Order.DUE)
    # What was only begun is no record: it is shown to whoever may finish it, and neither counted nor printed.
    begun = [_draft_row(each, house) for each in drafts_of(house, user)]
    yield Pending("drafts", _("Incidents begun, to be finished"), [], begun, order=Order.NOW)


def _pending(name: str, title: str, rows: Iterable[tuple[Entry | None, Row]], order: Order) -> Pending:
    """What hangs on entries (None: on a stay), by whether everybody who runs the house may read them."""
    rows = list(rows)
    shared = [row for entry, row in rows if entry is None or is_open(entry.audience)]
    apart = [row for entry, row in rows if entry is not None and not is_open(entry.audience)]
    return Pending(name, title, shared, apart, order=order)


def _open_row(each: Told, house: House) -> Row:
    incident = getattr(each.entry, "incident", None)
    of = incident or each.entry.complaint
    who = f"{capfirst(str(of))} · {each.names}" if each.names else capfirst(str(of))
    return Row(
        fact=who,
        reason=" · ".join(filter(None, [instant(each.at, house), each.readers])),
        url=_entry_url(each.entry),
        state="late" if incident else "open",
        word=_("open"),
    )


def _due_row(each: Due, house: House) -> Row:
    deadline = each.deadline
    facts = {"when": instant(deadline.due_at, house), "whom": deadline.clock.recipient}
    return Row(
        fact=deadline.clock.name,
        reason=_("due %(when)s, for %(whom)s") % facts,
        url=_entry_url(deadline.entry) if deadline.entry else reverse("deadlines", args=[house.uuid]),
        state="missed" if each.state == OVER else "late",
        word=_("overdue") if each.state == OVER else _("due soon"),
    )


def _task_row(each: Task) -> Row:
    row = each.follow_up
    day = _("due %(day)s") % {"day": date_format(row.due_on, "MONTH_DAY_FORMAT")}
    return Row(row.what, " · ".join(filter(None, [row.who, day])), _entry_url(row.entry), each.css_state, each.word)


def _draft_row(draft: IncidentDraft, house: House) -> Row:
    facts = {"who": draft.begun_by, "when": instant(draft.begun_at, house)}
    return Row(
        fact=capfirst(draft.get_type_display()),
        reason=_("begun by %(who)s, %(when)s") % facts,
        url=reverse("incident_draft", args=[draft.uuid]),
        state="held",
        word=_("not filed"),
    )


def _entry_url(entry: Entry) -> str:
    return reverse("entry", args=[entry.uuid])


# --- what people recorded -------------------------------------------------------------------------------------------

RECORDS = (EntryTelling, IncidentClosing, FollowUpDone, ComplaintAnswer, ComplaintOutcome, DeadlineMet, SafetyCheck)


def work(user: User) -> Iterator[Work]:
    """Hand-overs, incidents recorded at night, and what else is written in the log."""
    yield Work(Load.HAND_OVER, HandOver.objects.visible_to(user))
    yield Work(Load.CALL_OUT, Incident.objects.visible_to(user))
    for model in RECORDS:
        yield Work(Load.RECORD, model.objects.visible_to(user))
