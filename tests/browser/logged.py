"""What the pages of the log are opened with: about one resident, with words as long as may be. Alice recorded it, so
that Olive may take the next step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from residents.log.models import Audience, Holiday, IncidentDraft, SafetyItem
from residents.log.services.clocks import deadline_meet
from residents.log.services.complaints import complaint_answer, complaint_close
from residents.log.services.follow_ups import follow_up_done
from residents.log.services.incidents import incident_close
from residents.models import Stay
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.log import given


def logged_rows(cast: Cast, stay: Stay, long: str) -> dict[str, Any]:
    """`long` is a hundred letters without a space."""
    return {
        **_entries(cast, stay, long),
        **_incidents(cast, stay, long),
        **_complaints(cast, stay, long),
        **_clocks(cast, stay, long),
        **_house(cast, long),
    }


def _entries(cast: Cast, stay: Stay, long: str) -> dict[str, Any]:
    house, alice = cast.house_a, cast.alice
    entry = given.entry_of(house, alice, text=long * 3, about=[stay], days_ago=1)
    given.amended(entry, cast.bob, text=f"{long} {long}", reason=long)
    given.photo_of(entry, alice, caption=long)
    kept = given.entry_of(
        house, alice, text=long, about=[stay], audience=Audience.CONFIDENTIAL, audience_reason=long, days_ago=1
    )
    follow_up = given.follow_up_of(entry, alice, what=long, who=long, due_in_days=-2)
    done = given.follow_up_of(entry, alice, what=long)
    with acting_as(cast.bob, source="web"):
        follow_up_done(follow_up=done, outcome="dropped", note=long, now=timezone.now())
    return {"entry": entry, "kept entry": kept, "follow up": follow_up}


def _incidents(cast: Cast, stay: Stay, long: str) -> dict[str, Any]:
    house, alice = cast.house_a, cast.alice
    begun = given.incident_of(house, alice, text=long * 3, place=long, about=[stay], days_ago=1)
    closed = given.incident_of(house, alice, text=long * 3, place=long, about=[stay], days_ago=2)
    for incident in (begun, closed):
        step = given.step_of(incident, alice, kind="naloxone", who=long, what=long * 3, doses=3)
        for kind in ("happened", "told", "done"):
            given.step_of(incident, alice, kind=kind, who=long, what=long * 3)
        given.follow_up_of(incident.entry, alice, what=long, who=long)
    with acting_as(cast.olive, source="web"):
        incident_close(incident=closed, cause=long * 3, correction=long * 3, now=timezone.now())
        draft = IncidentDraft.objects.create(house=house, begun_by=alice, type="fire", data={"text": long * 3})
    return {"incident": begun.entry, "closed incident": closed.entry, "step": step, "draft": draft}


def _complaints(cast: Cast, stay: Stay, long: str) -> dict[str, Any]:
    house, now = cast.house_a, timezone.now()
    facts = {"text": long * 3, "name": long, "contact": long, "wish": long * 3}
    waits, closed = (given.complaint_of(house, cast.alice, about=[stay], days_ago=1, **facts) for _ in range(2))
    grievance = given.complaint_of(house, cast.bob, by_whom="resident", against=cast.alice, days_ago=1, **facts)
    with acting_as(cast.olive, source="web"):
        complaint_answer(complaint=closed, text=long * 3, now=now)
        complaint_close(complaint=closed, outcome="right", text=long * 3, told=long, now=now)
    search = given.search_of(
        house, cast.alice, about=[stay], place=long, why=long * 3, by=long, witness=long, found=long, became=long
    )
    visit = given.visit_of(house, cast.alice, about=[stay], name=long)
    return {
        "complaint": waits.entry,
        "closed complaint": closed.entry,
        "grievance": grievance.entry,
        "search": search.entry,
        "visit": visit.entry,
    }


def _clocks(cast: Cast, stay: Stay, long: str) -> dict[str, Any]:
    now = timezone.now()
    clock = given.clock_of(cast.organization, name=long, recipient=long * 2, source=long * 2)
    entry = given.entry_of(cast.house_a, cast.alice, text=long, about=[stay], days_ago=1)
    other = given.entry_of(cast.house_a, cast.alice, text=long, days_ago=1)
    late = given.deadline_of(entry, clock=clock, due_in_hours=-5)
    done = given.deadline_of(other, clock=clock, due_in_hours=5)
    given.deadline_of(stay, clock=given.clock_of(cast.organization, name=long, starts="move_in"), due_in_hours=2)
    with acting_as(cast.olive, source="web"):
        deadline_meet(deadline=done, done_at=now, proof=long * 3, now=now)
        holiday = Holiday.objects.create(organization=cast.organization, day=cast.today, name=long[:80])
    return {"clock": clock, "deadline": late, "holiday": holiday}


def _house(cast: Cast, long: str) -> dict[str, Any]:
    item = given.safety_item_of(cast.house_a, kind=SafetyItem.Kind.OTHER, place=long)
    check = given.check_of(item, cast.alice, days_ago=40, in_order=False, note=long * 3)
    given.check_of(
        given.safety_item_of(cast.house_a, place=long),
        cast.alice,
        expires_on=cast.today + timedelta(days=3),
        note=long,
    )
    handed = given.hand_over_of(cast.house_a, cast.alice, text=f"{long * 3}\n\n{long}")
    given.read(handed, cast.bob)
    return {"safety item": item, "safety check": check, "hand-over": handed}
