"""Rows of the log for the matrix: each about Nia, or about nobody, and written by audra, so that alice, bob and olive
may take the next step; some about Dana; and a grievance of Dana's against alice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from residents.log.models import Audience, Complaint, Entry, Holiday
from residents.log.services.clocks import clock_start, deadline_meet
from residents.log.services.incidents import draft_begin
from residents.models import Stay
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.log import given


def logged_rows(cast: Cast, stay: Stay, picture: bytes) -> dict[str, Any]:
    """`stay` is Nia's."""
    house, writer, dana = cast.house_a, cast.audra, cast.stay_of_dana
    entry = given.entry_of(house, writer, about=[stay])
    incident = given.incident_of(house, writer, type="fire", about=[stay])
    of_dana = given.incident_of(house, writer, type="fire", about=[dana])
    grievance = a_grievance(cast)
    return {
        "entry": entry,
        "entry of dana": given.entry_of(house, writer, about=[dana]),
        "entry of few": given.entry_of(house, writer, about=[stay], audience=Audience.FEW),
        "entry of few of dana": given.entry_of(house, writer, about=[dana], audience=Audience.FEW),
        "entry kept from dana": given.entry_of(house, writer, about=[dana], audience=Audience.CONFIDENTIAL),
        "entry for operators": given.entry_of(house, writer, audience=Audience.OPERATORS),
        "entry photo": given.photo_of(entry, writer),
        "incident": incident.entry,
        "incident of dana": of_dana.entry,
        "step": given.step_of(incident, writer),
        "follow up": given.follow_up_of(entry, writer),
        "complaint": given.complaint_of(house, writer, about=[stay]).entry,
        "grievance": grievance,
        "follow up of the grievance": given.follow_up_of(grievance, cast.olive),
        "photo of the grievance": given.photo_of(grievance, cast.olive, colour="olive"),
        "deadline of the grievance": given.deadline_of(grievance),
        "search": given.search_of(house, writer, about=[stay]).entry,
        "visit": given.visit_of(house, writer, about=[stay]).entry,
        "safety item": (item := given.safety_item_of(house)),
        "safety check": given.check_of(item, writer),
        "hand-over": given.hand_over_of(house, writer),
        "history of an entry": {"kind": "entry", "uuid": entry.uuid},
        "history of the grievance": {"kind": "entry", "uuid": grievance.uuid},
        "history of its complaint": {"kind": "complaint", "uuid": grievance.complaint.uuid},
        **rows_of_clocks(cast, entry, picture),
    }


def a_grievance(cast: Cast, **facts: Any) -> Entry:
    """Of Dana's, against alice."""
    return given.complaint_of(
        cast.house_a,
        cast.dana.user,
        by_whom=Complaint.By.RESIDENT,
        against=cast.alice,
        **{"text": "She reads our letters before we do."} | facts,
    ).entry


def rows_of_clocks(cast: Cast, entry: Entry, picture: bytes) -> dict[str, Any]:
    now = datetime.now(UTC)
    done = given.deadline_of(entry)
    with acting_as(cast.olive, source="web"):
        clock = clock_start(
            organization=cast.organization,
            name="First aid",
            starts="incident",
            amount=3,
            unit="hours",
            recipient="The state",
            now=now,
        )
        draft = draft_begin(house=cast.house_a, type="fire", now=now)
        holiday = Holiday.objects.create(organization=cast.organization, day=cast.today, name="A feast")
    with acting_as(cast.bob, source="web"):
        met = deadline_meet(deadline=done, done_at=now, proof="Report 2291", file=picture, now=now)
    return {
        "clock": clock,
        "holiday": holiday,
        "draft": draft,
        "deadline": given.deadline_of(entry),
        "deadline of a stay": given.deadline_of(cast.stay_of_dana),
        "deadline met": met,
    }
