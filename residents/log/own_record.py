"""What the log holds about a resident, for the record that they take along: every entry that is about them and open to
them, every complaint they filed for themselves, and all that hangs on either. Of a name that is withheld it says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Model, Q
from django.utils.translation import gettext as _

from residents.log.models import (
    Complainant,
    Complaint,
    ComplaintAnswer,
    ComplaintOutcome,
    Deadline,
    DeadlineMet,
    Entry,
    EntryAbout,
    EntryPhoto,
    EntryTelling,
    FollowUp,
    FollowUpDone,
    Incident,
    IncidentClosing,
    IncidentStep,
    Kind,
    Search,
    Visit,
    VisitEnd,
)
from residents.log.queries.complaints import filed_by
from residents.log.queries.entries import unnamed, written_for
from residents.people.models import Resident
from soberhouse.accounts.models import User
from soberhouse.cards import Section, hanging, section
from soberhouse.documents.store import JPEG

WITH_AN_ENTRY = (
    *("house", "incident__house", "incident__closing", "incident__begun_by", "visit__house", "visit__end__visit"),
    *("complaint__house", "complaint__outcome", "withheld_from"),
)


def own(resident: Resident) -> Iterator[Section]:
    """Eighteen sections. As many queries for one entry of each kind as for many."""
    reader = resident.user
    abouts = list(
        EntryAbout.objects.visible_to(reader)
        .filter(stay__resident=resident)
        .select_related("stay__house", "stay__resident", "telling__entry")
        .order_by("pk")
    )
    filed = set(filed_by(reader).values_list("entry", flat=True))
    entries = list(
        Entry.objects.visible_to(reader)
        .filter(pk__in={row.telling.entry_id for row in abouts} | filed)
        .select_related(*WITH_AN_ENTRY)
        .order_by("recorded_at", "pk")
    )
    withheld = unnamed(entries, reader)
    yield from _entries(entries, abouts, filed, withheld)
    yield from _incidents(entries)
    yield from _complaints(entries, withheld, reader)
    yield from _searches_and_visits(entries, reader)
    yield from _to_be_done(resident, entries, withheld)


def _entries(
    entries: list[Entry], abouts: list[EntryAbout], filed: Collection[int], withheld: Collection[int]
) -> Iterator[Section]:
    """What was told of another by mistake is theirs to read, not mine: of a telling, those that are about me."""
    of_me = Q(pk__in=[row.telling_id for row in abouts]) | Q(entry__in=filed)
    tellings = list(EntryTelling.objects.filter(of_me).select_related("entry", "corrects__entry").order_by("pk"))
    anew = {row.corrects_id for row in tellings}
    photos = list(EntryPhoto.objects.filter(entry__in=entries).select_related("entry", "file"))
    yield _told(
        Entry,
        ("log_entries", _("Entries about me in the log")),
        entries,
        ["house", "kind", "audience", "audience_reason", "withheld_from"],
        labels={"withheld_from": _("About somebody of the staff, who does not read it")},
        withheld=withheld,
    )
    yield _told(
        EntryTelling,
        ("log_tellings", _("What they tell")),
        tellings,
        ["entry", "text", "happened_at", "corrects", "correction_reason"],
        struck=lambda row: _("amended since") if row.pk in anew else "",
        withheld={row.pk for row in tellings if row.entry_id in withheld},
    )
    yield _told(
        EntryAbout,
        ("log_abouts", _("That they are about me")),
        abouts,
        ["telling", "stay"],
        withheld={row.pk for row in abouts if row.telling.entry_id in withheld},
    )
    yield _told(
        EntryPhoto,
        ("log_photos", _("Photos in the log")),
        photos,
        ["entry", "caption", "file"],
        labels={"file": _("Kind of file")},
        picture=lambda row: row.file if row.file.content_type == JPEG else None,
        withheld={row.pk for row in photos if row.entry_id in withheld},
    )


def _incidents(entries: list[Entry]) -> Iterator[Section]:
    incidents = hanging(entries, "incident")
    steps = IncidentStep.objects.filter(incident__in=incidents)
    yield _told(
        Incident, ("incidents", _("Incidents about me")), incidents, ["house", "entry", "type", "place", "begun_by"]
    )
    yield _told(
        IncidentStep,
        ("incident_steps", _("Facts of incidents about me")),
        steps.select_related("incident", "corrects", "corrected_by").order_by("at", "pk"),
        ["incident", "kind", "at", "who", "what", "doses", "corrects", "correction_reason"],
        struck=lambda row: _("amended since") if hasattr(row, "corrected_by") else "",
    )
    yield _told(
        IncidentClosing,
        ("incident_closings", _("How incidents about me were closed")),
        hanging(incidents, "closing"),
        ["incident", "cause", "correction"],
    )


def _complaints(entries: list[Entry], withheld: Collection[int], reader: User) -> Iterator[Section]:
    """Where a name is withheld, only what came of it: what was written to them may name them."""
    complaints = hanging(entries, "complaint")
    answers = ComplaintAnswer.objects.filter(complaint__in=complaints).exclude(complaint__entry__in=withheld)
    outcomes = hanging(complaints, "outcome")
    for row in outcomes:
        if row.complaint.entry_id in withheld:
            row.told = _("kept from you: a name is withheld")
    named = Complainant.objects.visible_to(reader).filter(complaint__in=complaints)
    yield _told(
        Complaint,
        ("complaints", _("Complaints")),
        complaints,
        ["house", "entry", "by", "own", "name_withheld", "wish"],
        withheld={row.pk for row in complaints if row.entry_id in withheld},
    )
    yield _told(
        Complainant,
        ("complainants", _("Who complained")),
        named.select_related("complaint").order_by("pk"),
        ["complaint", "name", "contact"],
    )
    yield _told(
        ComplaintAnswer,
        ("complaint_answers", _("Answers to complaints")),
        answers.select_related("complaint").order_by("pk"),
        ["complaint", "text"],
    )
    yield _told(
        ComplaintOutcome,
        ("complaint_outcomes", _("What came of complaints")),
        outcomes,
        ["complaint", "outcome", "text", "told"],
    )


def _searches_and_visits(entries: list[Entry], reader: User) -> Iterator[Section]:
    searches = Search.objects.filter(entry__in=[row for row in entries if row.kind == Kind.SEARCH])
    searches = list(
        written_for(searches, reader)
        .select_related("house", "entry", "policy", "corrected_by", "corrects")
        .order_by("pk")
    )
    theirs = {row.pk for row in searches}
    for row in searches:
        if row.corrects_id not in theirs:  # it says what was searched, of another
            row.corrects = None
    visits = hanging(entries, "visit")
    yield _told(
        Search,
        ("searches", _("Searches")),
        searches,
        [
            *("house", "entry", "place", "why", "by", "witness", "resident_present", "found", "became", "policy"),
            *("corrects", "correction_reason"),
        ],
        struck=lambda row: _("amended since") if hasattr(row, "corrected_by") else "",
        empty=_("Nothing of mine was searched."),
    )
    yield _told(
        Visit, ("visits", _("Who visited me")), visits, ["house", "entry", "name", "came_at"], empty=_("Nobody.")
    )
    yield _told(
        VisitEnd, ("visit_ends", _("When visitors left")), hanging(visits, "end"), ["visit", "came_at", "left_at"]
    )


def _to_be_done(resident: Resident, entries: list[Entry], withheld: Collection[int]) -> Iterator[Section]:
    """Of a complaint whose writer's name is withheld no proof that it was answered: that may say to whom."""
    follow_ups = list(
        FollowUp.objects.filter(entry__in=entries).select_related("entry", "done__follow_up").order_by("due_on", "pk")
    )
    told = [entry for entry in entries if entry.pk not in withheld]
    deadlines = list(
        Deadline.objects.filter(Q(stay__resident=resident) | Q(entry__in=told))
        .select_related(
            "house",
            "clock",
            "entry",
            "stay__house",
            "stay__resident",
            "discharge__stay__resident",
            "discharge__stay__house",
            "met__deadline__clock",
            "met__file",
        )
        .order_by("due_at", "pk")
    )
    yield _told(
        FollowUp,
        ("follow_ups", _("What is to be done after what was written about me")),
        follow_ups,
        ["entry", "what", "who", "due_on"],
    )
    yield _told(
        FollowUpDone,
        ("follow_ups_done", _("What became of that")),
        hanging(follow_ups, "done"),
        ["follow_up", "outcome", "note"],
    )
    yield _told(
        Deadline,
        ("deadlines", _("What is due by a day because of me")),
        deadlines,
        ["house", "clock", "entry", "stay", "discharge", "started_at", "due_at"],
    )
    yield _told(
        DeadlineMet,
        ("deadlines_met", _("How that was done")),
        hanging(deadlines, "met"),
        ["deadline", "done_at", "proof", "file"],
        labels={"file": _("Kind of file")},
    )


def _told(
    model: type[Model],
    named: tuple[str, str],
    rows: Iterable[Any],
    fields: list[str],
    *,
    labels: Mapping[str, str] | None = None,
    empty: str = "",
    withheld: Collection[int] = (),
    **more: Any,
) -> Section:
    """A section of facts. Of the `withheld` rows, by their keys, it tells neither who wrote them nor their history,
    which says that too."""
    name, title = named
    rows = list(rows)
    for row in rows:
        if row.pk in withheld:
            row.recorded_as = _("name withheld")
    found = section(
        name,
        title,
        rows,
        [*fields, "recorded_as", "recorded_at"],
        model=model,
        labels={
            "house": _("House"),
            "stay": _("Stay"),
            "entry": _("Entry"),
            "telling": _("Entry"),
            "corrects": _("Instead of"),
            "incident": _("Incident"),
            "complaint": _("Complaint"),
            "visit": _("Visitor"),
            "came_at": _("Came"),
            "follow_up": _("What was to be done"),
            "clock": _("What is to be done"),
            "deadline": _("What was due"),
            "recorded_as": _("By"),
            "recorded_at": _("Written down"),
        }
        | dict(labels or {}),
        empty=empty or _("Nothing."),
        history=False,
        **more,
    )
    return replace(found, records=[replace(one, key=0) if one.key in withheld else one for one in found.records])
