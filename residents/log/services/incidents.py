"""Every write about incidents: begun as a draft, filed with its steps and what follows, put right, and closed.

A draft is no record: whoever records in the house goes on with what somebody began. Filed, an incident is told like any
entry, and closed by somebody who neither wrote it down nor is whom it is about.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.log import notices
from residents.log.hands import hand
from residents.log.models import (
    SEEN_BY_FEW,
    Audience,
    Incident,
    IncidentClosing,
    IncidentDraft,
    IncidentStep,
    IncidentType,
    Kind,
)
from residents.log.queries.incidents import about_now, why_not_closed_by, why_not_dropped_by
from residents.log.services.clocks import run_clocks
from residents.log.services.entries import begin_entry
from residents.log.services.follow_ups import Due, write_follow_up
from residents.people.services import not_about_oneself
from residents.stays.models import Stay
from residents.stays.steps import lock, reason_required, save
from soberhouse.accounts.models import User
from soberhouse.history import acting_now, because, recorded
from soberhouse.words import is_blank, tidy

MOST_STEPS = 100
MOST_FOLLOW_UPS = 30
MOST_BYTES = 200_000  # of a draft
PAGE = "page"  # among the data of a draft: the page on which it was saved last


@dataclass(frozen=True, kw_only=True)
class Step:
    """One fact of an incident, at its time. `who` gave naloxone, was told, or did it."""

    kind: str
    at: datetime
    who: str = ""
    what: str = ""
    doses: int | None = None


# --- drafts ---------------------------------------------------------------------------------------------------------


def usual_audience(*, type: str) -> str:
    """Who reads an incident of this type, unless somebody says otherwise."""
    return Audience.FEW if type in SEEN_BY_FEW else Audience.STAFF


@transaction.atomic
def draft_begin(*, house: House, type: str, now: datetime) -> IncidentDraft:
    """Begin to write an incident down: from now on it is kept on the server. What is usual stands in it already: that
    it happened now, and who reads it. Refuses what is no type, and whoever is no person."""
    usual = {"happened_at": f"{now.astimezone(house.zone):%Y-%m-%dT%H:%M}", "audience": usual_audience(type=type)}
    data = {name: [value] for name, value in usual.items()}
    facts = {"begun_at": now, "changed_at": now, "audience": usual["audience"], "data": data}
    return save(IncidentDraft(house=house, type=type, begun_by=_acting_user(), **facts))


class ChangedMeanwhile(ValidationError):
    """Somebody saved this draft on another page since: `draft` is what stands there now."""

    def __init__(self, draft: IncidentDraft) -> None:
        super().__init__(_("It was changed on another page meanwhile."))
        self.draft = draft


@transaction.atomic
def draft_save(
    *, draft: IncidentDraft, data: Mapping[str, Any], seen: str, page: str = "", left: bool = False, now: datetime
) -> IncidentDraft:
    """Keep what was typed on a page, whatever it is: what is wrong is said when it is filed. `seen` is the `changed_at`
    of the draft that the page was opened with (ISO 8601), `page` its own name: so nothing is written over that it has
    not shown, while what it sent twice, or without hearing that it arrived, is kept. Once it is `left`, nothing more
    of that page is: what it sent before and arrives late is older.

    Refuses a draft that was saved on another page since, one that was filed or given up meanwhile, and one that is too
    long.
    """
    draft = _locked_draft(draft)
    if seen != draft.changed_at.isoformat() and not (page and draft.data.get(PAGE) == [page]):
        raise ChangedMeanwhile(draft)
    data = {**data, PAGE: [] if left else [page]}
    if len(json.dumps(data)) > MOST_BYTES:
        raise ValidationError(_("This is too long to keep. File what you have, and add the rest afterwards."))
    draft.data, draft.changed_at = data, now
    if (chosen := "".join(data.get("audience", ()))) in Audience.values:
        draft.audience = chosen
    draft.save(update_fields=["data", "changed_at", "audience"])
    return draft


@transaction.atomic
def draft_drop(*, draft: IncidentDraft) -> None:
    """Give up a draft: nothing of it stays. Refuses one that was filed or given up meanwhile, and whoever neither began
    it nor operates the organization."""
    draft = _locked_draft(draft)
    if why := why_not_dropped_by(draft, _acting_user()):
        raise PermissionDenied(why)
    draft.delete()


def _locked_draft(draft: IncidentDraft) -> IncidentDraft:
    found = IncidentDraft.objects.select_for_update(of=("self",)).filter(pk=draft.pk).first()
    if found is None:
        raise ValidationError(_("It was filed or given up meanwhile: look in the log."))
    return found


def _acting_user() -> User:
    acting = acting_now()
    if acting is None or acting.actor_kind != User.actor_kind:
        raise PermissionDenied(_("Only a person begins this."))
    return User.objects.get(pk=acting.actor_id)


# --- filed ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def incident_file(
    *,
    house: House,
    type: str,
    place: str = "",
    text: str,
    happened_at: datetime,
    about: Collection[Stay] = (),
    audience: str,
    audience_reason: str = "",
    steps: Sequence[Step] = (),
    follow_ups: Sequence[Due] = (),
    draft: IncidentDraft | None = None,
    now: datetime,
) -> Incident:
    """Write an incident down: its story, its steps, what is to be done after it, all or nothing; its draft is gone
    then. Whom it is about are told, unless it is kept from them, and those who may close it; the clocks that it starts
    run from now on.

    Refuses as an entry does; a step to come or without what it needs; something to be done by a day that is over; a
    draft that was filed already, or changed since it was read.
    """
    if type not in IncidentType.values:
        raise ValidationError({"type": _("This is no type of incident.")})
    if len(steps) > MOST_STEPS or len(follow_ups) > MOST_FOLLOW_UPS:
        raise ValidationError(_("These are too many lines."))
    begun_by = None
    if draft is not None:
        found = _locked_draft(draft)
        if found.changed_at != draft.changed_at:
            raise ChangedMeanwhile(found)
        begun_by = found.begun_by if found.begun_by_id != hand() else None
        found.delete()
    entry = begin_entry(
        house=house,
        kind=Kind.INCIDENT,
        text=text,
        happened_at=happened_at,
        about=about,
        audience=audience,
        audience_reason=audience_reason,
        now=now,
    )
    incident = save(
        Incident(
            house=house,
            entry=entry,
            type=type,
            place=tidy(place),
            begun_by=begun_by,
            recorded_at=now,
            **recorded(),
        ),
    )
    with _refused_as("steps"):
        for step in sorted(steps, key=lambda step: step.at):
            _write_step(IncidentStep(incident=incident), step, now=now)
    with _refused_as("follow_ups"):
        for due in follow_ups:
            write_follow_up(entry=entry, due=due, now=now)
    notices.tell_incident_filed(incident)
    run_clocks(entry=entry, now=now)
    return incident


@contextmanager
def _refused_as(name: str) -> Iterator[None]:
    """What is refused of a line is refused of the field that holds the lines."""
    try:
        yield
    except ValidationError as refusal:
        raise ValidationError({name: refusal.messages}) from refusal


@transaction.atomic
def step_add(*, incident: Incident, step: Step, now: datetime) -> IncidentStep:
    """Add a fact that is missing. Refuses one to come, one without what it needs, an incident that is closed, and
    whoever it is about."""
    incident = _locked_incident(incident)
    if hasattr(incident, "closing"):
        raise ValidationError(
            _("It is closed. What was told wrong is put right in its place; the rest is a new entry.")
        )
    if IncidentStep.objects.filter(incident=incident, corrects=None).count() >= MOST_STEPS:
        raise ValidationError(_("These are too many lines."))
    return _write_step(IncidentStep(incident=incident), step, now=now)


@transaction.atomic
def step_amend(*, before: IncidentStep, step: Step, reason: str, now: datetime) -> IncidentStep:
    """Tell a fact anew, with what was wrong put right; also of an incident that is closed. The one before stays on
    record, marked.

    Refuses what changes nothing, no reason, one that was put right already, and as `step_add` says.
    """
    reason_required(reason)
    incident = _locked_incident(before.incident)
    before = IncidentStep.objects.get(pk=before.pk)
    if hasattr(before, "corrected_by"):
        raise ValidationError(_("This was put right already. Look at the newest."))
    told = Step(kind=before.kind, at=before.at, who=before.who, what=before.what, doses=before.doses)
    if _tidied(step) == told:
        raise ValidationError(_("Nothing is changed: there is nothing to put right."))
    row = IncidentStep(incident=incident, corrects=before, correction_reason=reason.strip())
    with because(reason.strip()):
        return _write_step(row, step, now=now)


def _locked_incident(incident: Incident) -> Incident:
    """The incident as it is now, held; refused to whom it is about."""
    lock(incident.entry)
    incident = Incident.objects.select_related("entry__house__organization", "closing").get(pk=incident.pk)
    for stay in about_now(incident.entry):
        not_about_oneself(stay.resident)
    return incident


def _tidied(step: Step) -> Step:
    return Step(
        kind=step.kind,
        at=step.at,
        who=tidy(step.who),
        what="" if is_blank(step.what) else step.what.strip(),
        doses=step.doses if step.kind == IncidentStep.Kind.NALOXONE else None,
    )


def _write_step(row: IncidentStep, step: Step, *, now: datetime) -> IncidentStep:
    step = _tidied(step)
    _check_step(step, now)
    row.house, row.recorded_at = row.incident.house, now
    for name, value in {**vars(step), **recorded()}.items():
        setattr(row, name, value)
    return save(row)


def _check_step(step: Step, now: datetime) -> None:
    if step.at > now:
        raise ValidationError({"at": _("This time has not come yet: only what happened is written down.")})
    match step.kind:
        case IncidentStep.Kind.NALOXONE if not step.doses:
            raise ValidationError({"doses": _("Say how many doses.")})
        case IncidentStep.Kind.TOLD if not step.who:
            raise ValidationError({"who": _("Say who was told.")})
        case IncidentStep.Kind.HAPPENED | IncidentStep.Kind.DONE if not step.what:
            raise ValidationError({"what": _("Say what.")})


@transaction.atomic
def incident_close(*, incident: Incident, cause: str, correction: str, now: datetime) -> IncidentClosing:
    """Close an incident: its cause, and what is done so that it does not happen again. What is still to be done after
    it goes on. Whom it is about are told, unless it is kept from them, and whoever wrote it down.

    Refuses whoever wrote it down, whom it is about, and whoever is no person; a second closing; one without cause or
    correction.
    """
    incident = _locked_incident(incident)
    if hasattr(incident, "closing"):
        raise ValidationError(_("It is closed already."))
    if sentence := why_not_closed_by(incident, _acting_user()):
        raise PermissionDenied(sentence)
    if is_blank(cause):
        raise ValidationError({"cause": _("Say what it came from, or that nobody knows.")})
    if is_blank(correction):
        raise ValidationError({"correction": _("Say what is done, or why nothing is.")})
    closing = save(
        IncidentClosing(
            house=incident.house,
            incident=incident,
            cause=cause.strip(),
            correction=correction.strip(),
            recorded_at=now,
            **recorded(),
        )
    )
    notices.tell_incident_closed(closing)
    return closing
