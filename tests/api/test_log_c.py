"""Clocks, deadlines and the safety of a house, as programs ask for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.log.queries.clocks import OVER, RUNS
from residents.models import Deadline, DeadlineMet, Look, SafetyCheck
from soberhouse.history import acting_as
from tests.api.conftest import by, fields, refused
from tests.cast import Cast, grant
from tests.residents.log.given import (
    check_of,
    clock_of,
    complaint_of,
    deadline_of,
    incident_of,
    met,
    safety_item_of,
)
from tests.residents.stays.stories import days, written

pytestmark = pytest.mark.django_db


def overdue(cast: Cast, **facts: Any) -> Deadline:
    """A report that was due an hour ago."""
    return deadline_of(incident_of(cast.house_a, cast.alice, type="police", days_ago=2, **facts).entry, due_in_hours=-1)


def said(hours: float = 1, **facts: Any) -> dict[str, Any]:
    at = timezone.now() - timedelta(hours=hours)
    return {"done_at": at.isoformat(timespec="seconds"), "proof": "Report 2291"} | facts


# Clocks


def test_staff_are_told_the_clocks_of_their_organization_and_residents_are_not(cast, alices, danas, program):
    clock = clock_of(cast.organization)
    ended = clock_of(cast.organization, name="Old", ended_at=timezone.now())
    clock_of(cast.other_organization)

    told = alices.items("/clocks")

    assert [row["uuid"] for row in told] == [str(clock.uuid), str(ended.uuid)]
    assert (told[0]["amount"], told[0]["unit"], told[0]["ended_at"]) == (3, "business_days", None)
    assert [row["name"] for row in program(cast.audra, "read").items("/clocks?ended=true")] == ["Old"]
    refused(danas.get("/clocks"), 403, "not-allowed")


# Deadlines


def test_deadlines_of_the_houses_that_one_sees(cast, alices, program):
    over = overdue(cast)
    done = deadline_of(cast.stay_of_dana, clock=clock_of(cast.organization, name="Orientation", starts="move_in"))
    met(done, cast.bob)
    deadline_of(incident_of(cast.house_b, cast.charlie, days_ago=1).entry)

    rows = alices.items("/deadlines")

    assert [(row["uuid"], row["state"]) for row in rows] == [(str(over.uuid), "over"), (str(done.uuid), "met")]
    assert (rows[0]["entry"], rows[0]["stay"]) == (str(over.entry.uuid), None)
    assert (rows[1]["entry"], rows[1]["stay"]) == (None, str(cast.stay_of_dana.uuid))
    assert [row["state"] for row in alices.items("/deadlines?open=true")] == [OVER]
    assert [row["state"] for row in alices.items("/deadlines?open=false")] == ["met"]
    assert [row["state"] for row in alices.items(f"/deadlines?entry={over.entry.uuid}")] == [OVER]
    olive = program(cast.olive, "read")
    assert [row["state"] for row in olive.items(f"/deadlines?house={cast.house_b.uuid}")] == [RUNS]


def test_deadline_is_told_whole_and_the_look_is_on_record(cast, alices):
    deadline = overdue(cast, about=[cast.stay_of_dana])
    met(deadline, cast.bob, proof="Report 17")

    told = alices.get(f"/deadlines/{deadline.uuid}").json()

    assert (told["met"]["proof"], told["met"]["file"], told["met"]["recorded_by"]) == (
        "Report 17",
        False,
        "Bob Example",
    )
    assert Look.objects.filter(resident=cast.dana, what=Look.What.API, detail="a deadline").count() == 1


def test_deadline_is_met_once(cast, alices):
    deadline = overdue(cast)

    told = alices.post(f"/deadlines/{deadline.uuid}/met", said()).json()

    assert (told["state"], told["met"]["proof"]) == ("met", "Report 2291")
    refused(alices.post(f"/deadlines/{deadline.uuid}/met", said(proof="again")), 422, "values-wrong")
    assert DeadlineMet.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (said(proof="\u2800"), "proof"),
        (said(hours=-2), "done_at"),
        (said(hours=24 * 30), "done_at"),
        ({"proof": "x"}, "done_at"),
        (said(by="me"), "by"),
    ],
)
def test_what_cannot_be_is_refused(cast, alices, body, field):
    deadline = overdue(cast)
    before = written()

    told = refused(alices.post(f"/deadlines/{deadline.uuid}/met", body), 422, "values-wrong")

    assert fields(told) == {field}
    assert written() == before


def test_other_houses_and_readers_meet_nothing(cast, program, danas):
    deadline = overdue(cast, about=[cast.stay_of_dana])
    path = f"/deadlines/{deadline.uuid}/met"

    refused(program(cast.charlie, "read", "write").post(path, said()), 404, "not-found")
    refused(program(cast.audra, "read").post(path, said()), 403, "scope-missing")
    refused(danas.get("/deadlines"), 403, "not-allowed")
    refused(danas.post(path, said()), 404, "not-found")
    assert not DeadlineMet.objects.exists()


def test_nobody_meets_one_about_themselves(cast, program):
    with acting_as(None, source="command"), transaction.atomic():
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    deadline = overdue(cast, about=[cast.stay_of_frank])

    refused(program(cast.frank, "read", "write").post(f"/deadlines/{deadline.uuid}/met", said()), 403, "not-allowed")
    assert not DeadlineMet.objects.exists()


def test_deadline_of_a_grievance_does_not_exist_for_whom_it_is_about(cast, alices, program):
    clock = clock_of(cast.organization, starts="complaint")
    deadline = deadline_of(complaint_of(cast.house_a, cast.dana.user, against=cast.alice).entry, clock=clock)

    assert alices.items("/deadlines") == []
    assert alices.items(f"/deadlines?entry={deadline.entry.uuid}") == []
    refused(alices.get(f"/deadlines/{deadline.uuid}"), 404, "not-found")
    refused(alices.post(f"/deadlines/{deadline.uuid}/met", said()), 404, "not-found")
    assert len(program(cast.olive, "read").items("/deadlines")) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_deadlines_costs_the_same_however_long(cast, alices, count, django_assert_num_queries):
    for _number in range(count):
        overdue(cast, about=[cast.stay_of_dana])
        deadline_of(cast.stay_of_dana, clock=clock_of(cast.organization, starts="move_in"))

    with django_assert_num_queries(8):
        alices.get("/deadlines")


# Safety


def test_what_keeps_a_house_safe_is_told_to_staff_and_to_who_lives_there(cast, alices, danas, program):
    item = safety_item_of(cast.house_a)
    check_of(item, cast.alice, expires_on=cast.today + days(9))
    gone = safety_item_of(cast.house_a, kind="smoke", place="Attic", retired_on=cast.today)
    safety_item_of(cast.house_b)

    told = by(alices.items("/safety-items"), uuid=str(item.uuid))

    assert (told["state"], told["place"], told["checked"]["recorded_by"]) == (
        "expiring",
        "Kitchen cupboard",
        "Alice Example",
    )
    assert told["next_on"] == (cast.today + days(29)).isoformat()
    assert [row["uuid"] for row in danas.items("/safety-items?kind=naloxone")] == [str(item.uuid)]
    assert [row["uuid"] for row in alices.items("/safety-items?retired=true")] == [str(gone.uuid)]
    assert [row["uuid"] for row in alices.items("/safety-items?retired=false")] == [str(item.uuid)]
    refused(program(cast.charlie, "read").get(f"/safety-items/{item.uuid}"), 404, "not-found")


def test_looked_at_keeps_the_day_it_is_good_until_unless_another_is_said(cast, alices):
    item = safety_item_of(cast.house_a)
    good = cast.today + days(200)
    check_of(item, cast.bob, days_ago=40, expires_on=good)

    kept = alices.post(f"/safety-items/{item.uuid}/check", {"in_order": True}).json()
    none = alices.post(f"/safety-items/{item.uuid}/check", {"in_order": True, "expires_on": None}).json()

    assert (kept["state"], kept["checked"]["expires_on"]) == ("fine", good.isoformat())
    assert none["checked"]["expires_on"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"in_order": False}, "note"),
        ({"in_order": True, "checked_on": "2199-01-01"}, "checked_on"),
        ({"in_order": True, "expires_on": "2020-01-01"}, "expires_on"),
        ({}, "in_order"),
        ({"in_order": "maybe"}, "in_order"),
    ],
)
def test_look_that_cannot_be_is_refused(cast, alices, body, field):
    item = safety_item_of(cast.house_a)

    told = refused(alices.post(f"/safety-items/{item.uuid}/check", body), 422, "values-wrong")

    assert fields(told) == {field}
    assert not SafetyCheck.objects.exists()


def test_who_only_lives_there_looks_at_nothing_on_record(cast, danas, program):
    item = safety_item_of(cast.house_a)
    path = f"/safety-items/{item.uuid}/check"

    refused(danas.post(path, {"in_order": True}), 403, "not-allowed")
    refused(program(cast.charlie, "read", "write").post(path, {"in_order": True}), 404, "not-found")
    assert not SafetyCheck.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_safety_costs_the_same_however_long(cast, alices, count, django_assert_num_queries):
    for number in range(count):
        check_of(safety_item_of(cast.house_a, place=f"Hall {number}"), cast.alice)

    with django_assert_num_queries(8):
        alices.get("/safety-items")
