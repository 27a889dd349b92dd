"""Incidents: filed, with one fact more or one put right, closed. What is posted goes through the services
that the pages use.

Each is named by the `uuid` of its entry in the log. Residents read their own with their own key, where it is open to
them, without the names of others whom it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Id, Instant, Strict, Text
from api.v1 import shapes_of_log_b as told
from api.v1.follow_ups import DueIn, follow_up
from api.v1.log_rows import about_ids, entries_seen, entry_seen, heads, stays_named
from api.v1.people import named
from api.v1.records import RecordQuery, at, recorded
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log import models as rows
from residents.log.looks import note_looks
from residents.log.queries.entries import told_by
from residents.log.queries.incidents import Course, closers, courses, steps_of, waits
from residents.log.services import incidents as services
from residents.log.services.follow_ups import Due
from residents.people.models import Look


class IncidentQuery(RecordQuery):
    type = serializers.ChoiceField(rows.IncidentType.choices, required=False)
    open = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only those that nobody closed, or the rest.")
    )


class StepIn(Strict):
    """One fact, at its time."""

    kind = serializers.ChoiceField(rows.IncidentStep.Kind.choices)
    at = Instant(help_text=gettext_lazy("Never to come."))
    who = Text(
        max_length=120, required=False, allow_blank=True, help_text=gettext_lazy("Needed where somebody was told.")
    )
    what = Text(
        max_length=1000,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("Needed of what happened and what was done."),
    )
    doses = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=20, help_text=gettext_lazy("Needed of naloxone.")
    )


class IncidentIn(Strict):
    """An incident, whole: what is missing is added afterwards."""

    house = Id()
    type = serializers.ChoiceField(rows.IncidentType.choices)
    text = Text(max_length=4000, help_text=gettext_lazy("What was seen and heard, not what it means."))
    happened_at = Instant()
    place = Text(max_length=120, required=False, allow_blank=True)
    about = about_ids(gettext_lazy("The stays of those whom it is about. They read it, unless it is kept from them."))
    audience = serializers.ChoiceField(
        rows.Audience.choices,
        required=False,
        help_text=gettext_lazy("What is usual for the type, unless you say otherwise."),
    )
    audience_reason = Text(
        max_length=500,
        required=False,
        allow_blank=True,
        help_text=gettext_lazy("Needed where it is kept from whom it is about."),
    )
    steps = StepIn(many=True, required=False, max_length=services.MOST_STEPS)
    follow_ups = DueIn(many=True, required=False, max_length=services.MOST_FOLLOW_UPS)


class OfIncident(Endpoint):
    """Tells one incident whole: the one place where it is, so that no look stays unrecorded."""

    def again(self, call: Call, uuid: UUID) -> Answer:
        entry = entry_seen(call, rows.Kind.INCIDENT, uuid)
        location = reverse("api_incident", args=[entry.uuid])
        return Answer(body=whole(entry, call), about=entry.uuid, location=location)


class Incidents(OfIncident):
    @operation(id="incidents_list", summary="List incidents", query=IncidentQuery, gives=(told.Incidents,))
    def get(self, call: Call) -> Answer:
        """Every incident of your houses that you may read, in the order in which they were written down. A resident is
        told those about themselves that are open to them."""
        found = entries_seen(call, rows.Kind.INCIDENT, call.query)
        if "type" in call.query:
            found = found.filter(incident__type=call.query["type"])
        if "open" in call.query:
            found = found.filter(incident__closing__isnull=call.query["open"])
        page, following = call.page(found.select_related("house__organization"))
        at_hand, told_of = _courses(page, call), heads(page, told_by(page), call)
        items = [_line(at_hand[entry.pk], told_of[entry.pk]) for entry in page]
        return Answer(body={"items": items, "next": following})

    @operation(
        id="incidents_file",
        summary="File an incident",
        body=IncidentIn,
        gives=(told.Incident,),
        status=201,
        example={
            "house": "3d0f5b7a-1f0d-4c53-8b5e-9a3c2f1e7d44",
            "type": "overdose",
            "text": "Found on the bathroom floor, breathing slowly.",
            "happened_at": "2026-06-12T02:05:00-04:00",
            "place": "Bathroom upstairs",
            "about": ["c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a"],
            "steps": [
                {"kind": "naloxone", "at": "2026-06-12T02:07:00-04:00", "who": "Alice Moreno", "doses": 2},
                {"kind": "told", "at": "2026-06-12T02:08:00-04:00", "who": "911"},
            ],
            "follow_ups": [{"what": "Replace the naloxone", "due_on": "2026-06-13"}],
        },
    )
    def post(self, call: Call) -> Answer:
        """All or nothing. Those whom it is about are told at once, unless it is kept from them; the clocks that an
        incident starts run from then on."""
        data = dict(call.data)
        house = named(call, "house", House, data.pop("house"), "organization")
        call.require(house)
        audience = data.pop("audience", None) or services.usual_audience(type=data["type"])
        operates = call.caller.standing.may(Action.RUN_ORGANIZATION, house)
        if audience == rows.Audience.OPERATORS and not operates:
            raise ValidationError({"audience": _("You could not read it yourself. File this on the site.")})
        data["about"] = stays_named(call, data.get("about", ()))
        data["steps"] = [services.Step(**each) for each in data.get("steps", ())]
        data["follow_ups"] = [Due(**each) for each in data.get("follow_ups", ())]
        incident = services.incident_file(house=house, audience=audience, now=call.now, **data)
        return self.again(call, incident.entry.uuid)


class Incident(OfIncident):
    @operation(id="incidents_read", summary="Read an incident", gives=(told.Incident,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One incident with its facts in the order of time. It is written down for those whom it is about that you
        looked."""
        return self.again(call, uuid)


class IncidentSteps(OfIncident):
    @operation(
        id="incidents_add_step",
        summary="Add a fact to an incident",
        body=StepIn,
        gives=(told.Incident,),
        status=201,
        example={
            "kind": "done",
            "at": "2026-06-12T02:20:00-04:00",
            "what": "The ambulance took them to General Hospital.",
        },
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """As long as it is open, and not by whom it is about."""
        entry = entry_seen(call, rows.Kind.INCIDENT, uuid)
        services.step_add(incident=entry.incident, step=services.Step(**call.data), now=call.now)
        return self.again(call, uuid)


class StepAmendIn(StepIn):
    """What is right, whole: what is left out is empty."""

    reason = Text(max_length=500, help_text=gettext_lazy("What was wrong. Stays on record."))


class IncidentStepAmend(OfIncident):
    @operation(
        id="incidents_amend_step",
        summary="Put a fact of an incident right",
        body=StepAmendIn,
        gives=(told.Incident,),
        example={
            "kind": "naloxone",
            "at": "2026-06-12T02:07:00-04:00",
            "who": "Alice Moreno",
            "doses": 1,
            "reason": "It was one dose: the other box was full.",
        },
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Also of one that is closed, and not by whom it is about. What it told before stays on record, marked; each
        fact is put right once, then the newest of it."""
        visible = rows.IncidentStep.objects.visible_to(call.user)
        before = get_object_or_404(visible.select_related("incident__entry"), uuid=uuid)
        entry = entry_seen(call, rows.Kind.INCIDENT, before.incident.entry.uuid)
        data = dict(call.data)
        reason = data.pop("reason")
        services.step_amend(before=before, step=services.Step(**data), reason=reason, now=call.now)
        return self.again(call, entry.uuid)


class ClosingIn(Strict):
    cause = Text(max_length=2000)
    correction = Text(max_length=2000, help_text=gettext_lazy("What is done so that it does not happen again."))


class IncidentClose(OfIncident):
    @operation(
        id="incidents_close",
        summary="Close an incident",
        body=ClosingIn,
        gives=(told.Incident,),
        example={
            "cause": "They had not used for a month and took what they took before.",
            "correction": "Naloxone on each floor; everybody shown how to use it.",
        },
    )
    def post(self, call: Call, uuid: UUID) -> Answer:
        """Once, by somebody who neither wrote it down nor is whom it is about. What is still to be done goes on."""
        entry = entry_seen(call, rows.Kind.INCIDENT, uuid)
        services.incident_close(incident=entry.incident, now=call.now, **call.data)
        return self.again(call, uuid)


# What is told


def _courses(page: Sequence[rows.Entry], call: Call) -> dict[int, Course]:
    found = rows.Incident.objects.visible_to(call.user).filter(entry__in=[entry.pk for entry in page])
    return {course.incident.entry_id: course for course in courses(found, now=call.now)}


def _line(course: Course, head: Mapping[str, Any]) -> dict[str, Any]:
    return dict(head) | {
        "type": course.incident.type,
        "place": course.incident.place,
        "audience": course.incident.entry.audience,
        "state": course.state,
        "naloxone_doses": course.doses,
    }


def whole(entry: rows.Entry, call: Call) -> dict[str, Any]:
    """One incident, as far as whoever asks may know it."""
    found, course = told_by([entry]), _courses([entry], call)[entry.pk]
    note_looks([found[entry.pk]], call.caller.standing, Look.What.API)
    house, closing = entry.house, course.closing
    stuck = closing is None and not closers(house, now=call.now).of(course.incident)
    counting = {step.pk for step in course.steps}
    steps = steps_of(course.incident)
    uuids = {step.pk: str(step.uuid) for step in steps}
    return _line(course, heads([entry], found, call)[entry.pk]) | {
        "text": found[entry.pk].telling.text,
        "steps": [
            {
                "uuid": uuids[step.pk],
                "kind": step.kind,
                "at": at(step.at, house),
                "who": step.who,
                "what": step.what,
                "doses": step.doses,
                "corrects": uuids.get(step.corrects_id),
                "correction_reason": step.correction_reason,
                "counts": step.pk in counting,
            }
            | recorded(step, house)
            for step in steps
        ],
        "follow_ups": [follow_up(task) for task in course.tasks],
        "closing": {"cause": closing.cause, "correction": closing.correction} | recorded(closing, house)
        if closing
        else None,
        "waits": waits() if stuck else "",
    }
