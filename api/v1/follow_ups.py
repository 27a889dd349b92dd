"""What is to be done after entries of the log: said, done, or no longer needed. What is posted goes through the
services that the pages use.

Whoever reads an entry reads what is to be done after it: residents those of their own, with their own key.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Day, Id, Strict, Text
from api.v1 import shapes_of_log_b as told
from api.v1.log_rows import entries_seen, entry_seen
from api.v1.records import RecordQuery, at, day, recorded
from residents.log import models as rows
from residents.log.looks import note_looks
from residents.log.queries.entries import told_by
from residents.log.queries.incidents import Task
from residents.log.services import follow_ups as services
from residents.people.models import Look


class FollowUpQuery(RecordQuery):
    entry = Id(required=False, help_text=gettext_lazy("After this entry of the log only."))
    done = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only those that are done or no longer needed, or the rest.")
    )
    due_before = Day(required=False, help_text=gettext_lazy("Only those due before this day."))


class DueIn(Strict):
    """Something to be done, by whom and by which day."""

    what = Text(max_length=300)
    who = Text(max_length=120, required=False, allow_blank=True)
    due_on = Day()


class FollowUpDoneIn(Strict):
    """What became of it."""

    outcome = serializers.ChoiceField(
        rows.FollowUpDone.Outcome.choices, required=False, help_text=gettext_lazy("Done unless you say otherwise.")
    )
    note = Text(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("Needed where it is no longer needed: say why."),
    )


class OfFollowUp(Endpoint):
    """Tells one thing to be done: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        row = follow_up_seen(call, uuid)
        note_looks(told_by([row.entry]).values(), call.caller.standing, Look.What.API)
        location = reverse("api_follow_up", args=[row.uuid])
        return Answer(body=follow_up(_task(row, call)), about=row.uuid, location=location)


class FollowUps(Endpoint):
    @operation(id="followups_list", summary="List follow-ups", query=FollowUpQuery, gives=(told.FollowUps,))
    def get(self, call: Call) -> Answer:
        """What is to be done after the entries that you may read, and what was done, in the order in which it was
        written down. A resident is told what follows from entries about themselves that are open to them."""
        found = rows.FollowUp.objects.visible_to(call.user)
        found = found.filter(entry__in=entries_seen(call, None, call.query).values("pk"))
        if "entry" in call.query:
            found = found.filter(entry__uuid=call.query["entry"])
        if "done" in call.query:
            found = found.filter(done__isnull=not call.query["done"])
        if "due_before" in call.query:
            found = found.filter(due_on__lt=call.query["due_before"])
        page, following = call.page(found.select_related("entry__house", "done"))
        return Answer(body={"items": [follow_up(_task(row, call)) for row in page], "next": following})


class FollowUp(OfFollowUp):
    @operation(id="followups_read", summary="Read a follow-up", gives=(told.FollowUp,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One thing to be done, and what became of it. It is written down for those whom its entry is about that you
        looked."""
        return self.again(call, uuid)


class EntryFollowUps(OfFollowUp):
    @operation(
        id="followups_add",
        summary="Say what is to be done after an entry",
        body=DueIn,
        gives=(told.FollowUp,),
        status=201,
        example={"what": "Replace the naloxone", "due_on": "2026-06-13"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Of an entry of any kind, and not by whom it is about. It shows on Today from the day it is due."""
        entry = entry_seen(call, None, uuid)
        row = services.follow_up_add(entry=entry, due=services.Due(**call.data), now=call.now)
        return self.again(call, row.uuid)


class FollowUpDone(OfFollowUp):
    @operation(
        id="followups_done",
        summary="Say what became of a follow-up",
        body=FollowUpDoneIn,
        gives=(told.FollowUp,),
        example={"outcome": "done", "note": "Two new kits hang upstairs."},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Done, or no longer needed and why: once, and not by whom its entry is about."""
        services.follow_up_done(follow_up=follow_up_seen(call, uuid), now=call.now, **call.data)
        return self.again(call, uuid)


def follow_up_seen(call: Call, uuid: UUID) -> rows.FollowUp:
    """The one of this public id, after an entry where whoever asks may do this: see `entry_seen`."""
    visible = rows.FollowUp.objects.visible_to(call.user)
    row = get_object_or_404(visible.select_related("entry", "house", "done"), uuid=uuid)
    row.entry = entry_seen(call, None, row.entry.uuid)
    return row


# What is told


def _task(row: rows.FollowUp, call: Call) -> Task:
    return Task(row, getattr(row, "done", None), row.entry.house.today(call.now))


def follow_up(task: Task) -> dict[str, Any]:
    """One thing to be done. It takes the entry, its house and what became of it from memory."""
    row, done, house = task.follow_up, task.done, task.follow_up.entry.house
    return {
        "uuid": str(row.uuid),
        "house": str(house.uuid),
        "entry": str(row.entry.uuid),
        "what": row.what,
        "who": row.who,
        "due_on": day(row.due_on),
        "state": task.state,
        "note": done.note if done else "",
        "done_by": done.recorded_as if done else None,
        "done_at": at(done.recorded_at, house) if done else None,
    } | recorded(row, house)
