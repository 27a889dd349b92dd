"""Rows of the log, written directly, as a test finds them. Each is recorded as whoever is named.

`days_ago` counts back from the house's today; instants lie at noon of that day in the house, today at this moment.
What is told was written down when it happened, unless `recorded_at` says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction
from PIL import Image

from residents.log.models import OPEN, SEEN_BY_FEW, Audience, IncidentType, Kind
from residents.models import (
    Clock,
    Complainant,
    Complaint,
    Deadline,
    DeadlineMet,
    Entry,
    EntryAbout,
    EntryPhoto,
    EntryTelling,
    FollowUp,
    HandOver,
    HandOverRead,
    House,
    Incident,
    IncidentStep,
    Organization,
    SafetyCheck,
    SafetyItem,
    Search,
    Stay,
    Visit,
)
from soberhouse.accounts.models import User
from soberhouse.documents import store
from soberhouse.history import acting_as, recorded
from tests.residents.rules.given import ago, noon


def instant(house: House, days_ago: int) -> datetime:
    """Noon of that day; where that has not come yet, this moment."""
    return min(noon(house, ago(house, days_ago)), datetime.now(UTC))


@transaction.atomic
def entry_of(
    house: House,
    by: User,
    *,
    text: str = "Somebody knocked late and left again.",
    kind: str = Kind.NOTE,
    about: Sequence[Stay] = (),
    audience: str = Audience.STAFF,
    audience_reason: str | None = None,
    withheld_from: User | None = None,
    days_ago: int = 0,
    happened_at: datetime | None = None,
    recorded_at: datetime | None = None,
) -> Entry:
    """An entry with its first telling. One that is kept from whom it is about says some reason."""
    happened_at = happened_at or min(instant(house, days_ago), recorded_at or datetime.now(UTC))
    recorded_at = recorded_at or happened_at
    reason = "" if audience in OPEN else "They might be hurt by it."
    with acting_as(by, source="web"):
        entry = Entry.objects.create(
            house=house,
            kind=kind,
            audience=audience,
            audience_reason=reason if audience_reason is None else audience_reason,
            withheld_from=withheld_from,
            recorded_at=recorded_at,
            **recorded(),
        )
        _tell(entry, text=text, happened_at=happened_at, about=about, recorded_at=recorded_at)
    return entry


@transaction.atomic
def amended(
    entry: Entry,
    by: User,
    *,
    text: str = "Nobody knocked: it was the wind.",
    about: Sequence[Stay] | None = None,
    happened_at: datetime | None = None,
    recorded_at: datetime | None = None,
    reason: str = "It was looked at again.",
) -> EntryTelling:
    """The entry told anew, now or at an instant; about the same people and of the same hour, unless others are
    named."""
    before = entry.tellings.get(corrected_by=None)
    with acting_as(by, source="web", reason=reason):
        return _tell(
            entry,
            text=text,
            happened_at=happened_at or before.happened_at,
            about=[row.stay for row in before.about.select_related("stay")] if about is None else about,
            recorded_at=recorded_at or datetime.now(UTC),
            corrects=before,
            correction_reason=reason,
        )


def _tell(
    entry: Entry, *, text: str, happened_at: datetime, about: Sequence[Stay], recorded_at: datetime, **facts: Any
) -> EntryTelling:
    telling = EntryTelling.objects.create(
        house=entry.house,
        entry=entry,
        text=text,
        happened_at=happened_at,
        recorded_at=recorded_at,
        **facts,
        **recorded(),
    )
    for stay in about:
        EntryAbout.objects.create(house=entry.house, telling=telling, stay=stay, recorded_at=recorded_at, **recorded())
    return telling


def photo_of(
    entry: Entry, by: User, *, caption: str = "The door", colour: str = "teal", recorded_at: datetime | None = None
) -> EntryPhoto:
    """A picture of one colour, stored as a camera's would be."""
    taken = BytesIO()
    Image.new("RGB", (60, 40), colour).save(taken, "PNG")
    file = store.put(taken.getvalue(), allow=store.PHOTOS)
    with transaction.atomic(), acting_as(by, source="web"):
        return EntryPhoto.objects.create(
            house=entry.house,
            entry=entry,
            file=file,
            caption=caption,
            recorded_at=recorded_at or datetime.now(UTC),
            **recorded(),
        )


# What has a form of its own


@transaction.atomic
def incident_of(
    house: House,
    by: User,
    *,
    type: str = IncidentType.OVERDOSE,
    text: str = "Found on the bathroom floor, breathing slowly.",
    place: str = "Bathroom upstairs",
    about: Sequence[Stay] = (),
    audience: str | None = None,
    days_ago: int = 0,
    **facts: Any,
) -> Incident:
    """An incident without steps (`step_of` adds them), read by few where its type asks for that."""
    usual = Audience.FEW if type in SEEN_BY_FEW else Audience.STAFF
    entry = entry_of(
        house,
        by,
        text=text,
        kind=Kind.INCIDENT,
        about=about,
        audience=usual if audience is None else audience,
        days_ago=days_ago,
        **facts,
    )
    with acting_as(by, source="web"):
        return Incident.objects.create(
            house=house, entry=entry, type=type, place=place, recorded_at=entry.recorded_at, **recorded()
        )


@transaction.atomic
def step_of(incident: Incident, by: User, *, at: datetime | None = None, **facts: Any) -> IncidentStep:
    """One fact of an incident: naloxone given, unless `kind` and what belongs to it say otherwise."""
    happened_at = incident.entry.tellings.get(corrected_by=None).happened_at
    with acting_as(by, source="web"):
        return IncidentStep.objects.create(
            house=incident.house,
            incident=incident,
            at=at or happened_at,
            **({"kind": "naloxone", "who": "Frank O.", "doses": 2} if "kind" not in facts else {}) | facts,
            **recorded(),
        )


@transaction.atomic
def follow_up_of(entry: Entry, by: User, *, due_in_days: int = 3, **facts: Any) -> FollowUp:
    """Something to be done, so many days from the house's today."""
    with acting_as(by, source="web"):
        return FollowUp.objects.create(
            house=entry.house,
            entry=entry,
            due_on=entry.house.today() + timedelta(days=due_in_days),
            **{"what": "Speak with the family"} | facts,
            **recorded(),
        )


@transaction.atomic
def search_of(
    house: House, by: User, /, *, about: Sequence[Stay] = (), days_ago: int = 0, entry_facts: Any = None, **facts: Any
) -> Search:
    """A search that found nothing, unless told otherwise."""
    text = facts.get("why", "A smell of smoke in the hall.")
    entry = entry_of(house, by, text=text, kind=Kind.SEARCH, about=about, days_ago=days_ago, **entry_facts or {})
    usual = {"place": "Room 1", "why": text, "by": by.name, "witness": "Bob Example", "resident_present": True}
    with acting_as(by, source="web"):
        return Search.objects.create(
            house=house, entry=entry, recorded_at=entry.recorded_at, **usual | facts, **recorded()
        )


@transaction.atomic
def visit_of(
    house: House, by: User, *, about: Sequence[Stay] = (), days_ago: int = 0, name: str = "Vera Quill"
) -> Visit:
    """Somebody came, and is here still."""
    entry = entry_of(house, by, text=f"{name} came.", kind=Kind.VISITOR, about=about, days_ago=days_ago)
    with acting_as(by, source="web"):
        return Visit.objects.create(
            house=house, entry=entry, name=name, came_at=entry.recorded_at, recorded_at=entry.recorded_at, **recorded()
        )


@transaction.atomic
def complaint_of(
    house: House,
    by: User,
    *,
    by_whom: str = Complaint.By.NEIGHBOR,
    text: str = "Cars stand across the drive of the house next door.",
    against: User | None = None,
    about: Sequence[Stay] = (),
    name: str = "",
    contact: str = "",
    name_withheld: bool = False,
    wish: str = "",
    days_ago: int = 0,
    audience: str | None = None,
) -> Complaint:
    """Written down, or filed, by `by`. One `against` somebody of the staff is the operators' alone and withheld from
    them."""
    withheld = {"withheld_from": against, "audience_reason": "It is about somebody of the staff."} if against else {}
    entry = entry_of(
        house,
        by,
        text=text,
        kind=Kind.COMPLAINT,
        about=about,
        audience=audience or (Audience.OPERATORS if against else Audience.STAFF),
        days_ago=days_ago,
        **withheld,
    )
    with acting_as(by, source="web"):
        complaint = Complaint.objects.create(
            house=house,
            entry=entry,
            by=by_whom,
            own=by_whom == Complaint.By.RESIDENT and Stay.objects.filter(house=house, resident__user=by).exists(),
            name_withheld=name_withheld,
            wish=wish,
            recorded_at=entry.recorded_at,
            **recorded(),
        )
        if name:
            Complainant.objects.create(
                house=house,
                complaint=complaint,
                name=name,
                contact=contact,
                recorded_at=entry.recorded_at,
                **recorded(),
            )
    return complaint


# Clocks


@transaction.atomic
def clock_of(organization: Organization, **facts: Any) -> Clock:
    """A report to the state within three business days of any incident, unless told otherwise."""
    usual = {
        "name": "Report to the state",
        "starts": Clock.Starts.INCIDENT,
        "amount": 3,
        "unit": Clock.Unit.BUSINESS_DAYS,
        "recipient": "Department of Health, licensing",
        "begins_at": datetime.now(UTC) - timedelta(days=400),
    }
    with acting_as(None, reason="given", source="command"):
        return Clock.objects.create(organization=organization, **usual | facts)


@transaction.atomic
def deadline_of(
    of: Entry | Stay, *, clock: Clock | None = None, due_in_hours: int = 24, started_at: datetime | None = None
) -> Deadline:
    """A clock that runs for this entry or this stay, due so many hours from now (or ago, where negative)."""
    due_at = datetime.now(UTC) + timedelta(hours=due_in_hours)
    clock = clock or clock_of(of.house.organization)
    with acting_as(None, reason="given", source="command"):
        return Deadline.objects.create(
            house=of.house,
            clock=clock,
            entry=of if isinstance(of, Entry) else None,
            stay=of if isinstance(of, Stay) else None,
            discharge=of.discharges.first() if isinstance(of, Stay) and clock.starts == "discharge" else None,
            started_at=started_at or due_at - timedelta(days=3),
            due_at=due_at,
            **recorded(),
        )


@transaction.atomic
def met(deadline: Deadline, by: User, *, proof: str = "Report 2291, taken by the desk") -> DeadlineMet:
    with acting_as(by, source="web"):
        return DeadlineMet.objects.create(
            house=deadline.house, deadline=deadline, done_at=datetime.now(UTC), proof=proof, **recorded()
        )


# Safety and shifts


@transaction.atomic
def safety_item_of(
    house: House,
    *,
    kind: str = SafetyItem.Kind.NALOXONE,
    place: str = "Kitchen cupboard",
    every_days: int = 30,
    retired_on: Any = None,
) -> SafetyItem:
    with acting_as(None, reason="given", source="command"):
        return SafetyItem.objects.create(
            house=house, kind=kind, place=place, every_days=every_days, retired_on=retired_on
        )


@transaction.atomic
def check_of(item: SafetyItem, by: User, *, days_ago: int = 1, in_order: bool = True, **facts: Any) -> SafetyCheck:
    """Looked at so many days ago; what is out of order says so."""
    note = {} if in_order or "note" in facts else {"note": "The box is empty."}
    with acting_as(by, source="web"):
        return SafetyCheck.objects.create(
            house=item.house,
            item=item,
            checked_on=ago(item.house, days_ago),
            in_order=in_order,
            **note | facts,
            **recorded(),
        )


@transaction.atomic
def hand_over_of(
    house: House, by: User, *, text: str = "All quiet. The boiler man comes at nine.", days_ago: int = 0, **facts: Any
) -> HandOver:
    with acting_as(by, source="web"):
        return HandOver.objects.create(
            house=house, text=text, **{"recorded_at": instant(house, days_ago)} | facts, **recorded()
        )


@transaction.atomic
def read(hand_over: HandOver, by: User) -> HandOverRead:
    with acting_as(by, source="web"):
        return HandOverRead.objects.create(house=hand_over.house, hand_over=hand_over, **recorded())
