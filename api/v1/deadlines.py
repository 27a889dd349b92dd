"""Clocks of an organization, and what is due by them in its houses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Id, Instant, PageQuery, Strict, Text
from api.v1 import shapes_of_log_c as told
from api.v1.records import at, recorded
from residents.log.looks import note_looks_at_deadline
from residents.log.models import Clock as ClockRow
from residents.log.models import Deadline as DeadlineRow
from residents.log.queries import clocks as queries
from residents.log.queries.clocks import Due
from residents.log.services.clocks import deadline_meet
from residents.people.models import Look


class ClockQuery(PageQuery):
    ended = serializers.BooleanField(required=False, help_text=gettext_lazy("Only those that ended, or the others."))


class Clocks(Endpoint):
    @operation(id="clocks_list", summary="List clocks", query=ClockQuery, gives=(told.Clocks,))
    def get(self, call: Call) -> Answer:
        """What your organization asks of its houses, and how long after what."""
        rows = ClockRow.objects.visible_to(call.user).filter(organization__in=call.houses().values("organization"))
        if "ended" in call.query:
            rows = rows.filter(ended_at__isnull=not call.query["ended"])
        page, following = call.page(rows)
        return Answer(body={"items": [_clock(row) for row in page], "next": following})


def _clock(row: ClockRow) -> dict[str, Any]:
    facts = {name: getattr(row, name) for name in ("name", "starts", "incident_type", "amount", "unit")}
    return facts | {
        "uuid": str(row.uuid),
        "recipient": row.recipient,
        "source": row.source,
        "begins_at": _utc(row.begins_at),
        "ended_at": _utc(row.ended_at) if row.ended_at else None,
    }


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")


class DeadlineQuery(PageQuery):
    house = Id(required=False, help_text=gettext_lazy("In this house only."))
    entry = Id(required=False, help_text=gettext_lazy("Because of this entry of the log only."))
    open = serializers.BooleanField(required=False, help_text=gettext_lazy("Only what is not done, or what is."))


class OfDeadline(Endpoint):
    """Tells one deadline whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        deadline = call.row(DeadlineRow, uuid, "house__organization")
        note_looks_at_deadline(deadline, call.caller.standing, Look.What.API)
        (due,) = queries.each_of([deadline], now=call.now, reader=call.user)
        here = reverse("api_deadline", args=[uuid])
        return Answer(body=_whole(due), about=deadline.uuid, location=here)


class Deadlines(Endpoint):
    @operation(id="deadlines_list", summary="List deadlines", query=DeadlineQuery, gives=(told.Deadlines,))
    def get(self, call: Call) -> Answer:
        """What is due by the clocks in your houses, and what was done, in the order in which the clocks started. What
        is due because of an entry is told to those who read the entry."""
        rows = queries.counting(call.rows(DeadlineRow))
        if "house" in call.query:
            rows = rows.filter(house__uuid=call.query["house"])
        if "entry" in call.query:
            rows = rows.filter(entry__uuid=call.query["entry"])
        if "open" in call.query:
            rows = queries.met_or_not(rows, met=not call.query["open"], at=call.now)
        page, following = call.page(rows)
        return Answer(
            body={
                "items": [_line(due) for due in queries.each_of(page, now=call.now, reader=call.user)],
                "next": following,
            }
        )


class Deadline(OfDeadline):
    @operation(id="deadlines_read", summary="Read a deadline", gives=(told.Deadline,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One deadline, and what proves that it was met. It is written down for whoever it is about that you
        looked."""
        return self.again(call, uuid)


class DeadlineMetIn(Strict):
    done_at = Instant(help_text=gettext_lazy("Never to come, and not before it happened."))
    proof = Text(max_length=500, help_text=gettext_lazy("Such as: number of the report, who took the call."))


class DeadlineMet(OfDeadline):
    @operation(
        id="deadlines_meet",
        summary="Meet a deadline",
        body=DeadlineMetIn,
        gives=(told.Deadline,),
        example={"done_at": "2026-06-14T10:20:00-04:00", "proof": "Report 2291, taken by the desk"},
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """What was due is done; late is better than never. Once, and never by whoever it is about."""
        deadline = call.row(DeadlineRow, uuid, "house__organization")
        deadline_meet(deadline=deadline, now=call.now, **call.data)
        return self.again(call, uuid)


# What is told


def _line(due: Due) -> dict[str, Any]:
    row = due.deadline
    return {
        "uuid": str(row.uuid),
        "house": str(row.house.uuid),
        "clock": str(row.clock.uuid),
        "name": row.clock.name,
        "recipient": row.clock.recipient,
        "entry": str(row.entry.uuid) if row.entry else None,
        "stay": str(row.stay.uuid) if row.stay else None,
        "started_at": at(row.started_at, row.house),
        "due_at": at(row.due_at, row.house),
        "state": due.state,
    }


def _whole(due: Due) -> dict[str, Any]:
    met, house = due.met, due.deadline.house
    told = None
    if met is not None:
        told = {"done_at": at(met.done_at, house), "proof": met.proof, "file": met.file_id is not None}
        told |= recorded(met, house)
    return _line(due) | {"met": told}
