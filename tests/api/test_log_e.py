"""Shifts, as programs ask for them: handed over, read, signed; and for the operator who carries how much."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from residents.models import HandOver, HandOverRead, Role
from soberhouse.history import acting_as
from tests.api.conftest import by, fields, refused
from tests.residents.log import given

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-0000-0000-000000000000"


def test_a_shift_is_handed_over_and_the_next_one_signs(cast, alices, bobs):
    given.incident_of(cast.house_a, cast.alice)

    written = alices.post("/hand-overs", {"house": str(cast.house_a.uuid), "text": "The boiler man comes at nine."})
    path = written["Location"]

    told = written.json()
    assert (written.status_code, told["read"], told["counts"]["incidents"], told["reads"]) == (201, False, 1, [])
    assert (told["recorded_by"], told["text"]) == ("Alice Example", "The boiler man comes at nine.")
    refused(alices.post(f"{path}/read", {}), 403, "not-allowed")
    signed = bobs.post(f"{path}/read", {}).json()
    assert (signed["read"], [read["recorded_by"] for read in signed["reads"]]) == (True, ["Bob Example"])
    refused(bobs.post(f"{path}/read", {}), 422, "values-wrong")
    assert alices.get(path).json() == signed
    assert HandOverRead.objects.count() == 1


def test_hand_overs_by_house_and_by_whether_somebody_read_them(cast, alices, program):
    read, waits = given.hand_over_of(cast.house_a, cast.alice), given.hand_over_of(cast.house_a, cast.bob)
    other = given.hand_over_of(cast.house_b, cast.charlie)
    given.read(read, cast.bob)

    def uuids(who, query: str = "") -> list[str]:
        return [row["uuid"] for row in who.items(f"/hand-overs{query}")]

    olives = program(cast.olive, "read")
    assert uuids(alices) == [str(read.uuid), str(waits.uuid)]
    assert uuids(olives) == [str(read.uuid), str(waits.uuid), str(other.uuid)]
    assert (uuids(alices, "?read=true"), uuids(alices, "?read=false")) == ([str(read.uuid)], [str(waits.uuid)])
    assert uuids(olives, f"?house={cast.house_b.uuid}") == [str(other.uuid)]
    assert uuids(alices, f"?house={cast.house_b.uuid}") == []


def test_who_does_not_run_the_house_reads_and_writes_nothing(cast, danas, program):
    row = given.hand_over_of(cast.house_a, cast.alice)
    body = {"house": str(cast.house_a.uuid), "text": "x"}

    refused(danas.get("/hand-overs"), 403, "not-allowed")
    refused(program(cast.audra, "read").get("/hand-overs"), 403, "not-allowed")
    refused(danas.post("/hand-overs", body), 403, "not-allowed")
    charlies = program(cast.charlie, "read", "write")
    assert charlies.items("/hand-overs") == []
    for who in (danas, charlies, program(cast.oscar, "read", "write")):
        refused(who.get(f"/hand-overs/{row.uuid}"), 404, "not-found")
        refused(who.post(f"/hand-overs/{row.uuid}/read", {}), 404, "not-found")
    assert fields(refused(charlies.post("/hand-overs", body), 422, "values-wrong")) == {"house"}
    assert (HandOver.objects.count(), HandOverRead.objects.count()) == (1, 0)


def test_what_a_relief_manager_is_told_ends_with_the_role(cast, bobs):
    row = given.hand_over_of(cast.house_a, cast.alice)
    assert bobs.get(f"/hand-overs/{row.uuid}").status_code == 200
    with transaction.atomic(), acting_as(cast.olive, source="web"):
        Role.objects.filter(user=cast.bob).update(ends_at=timezone.now() - timedelta(minutes=1))

    refused(bobs.get(f"/hand-overs/{row.uuid}"), 404, "not-found")
    refused(bobs.post(f"/hand-overs/{row.uuid}/read", {}), 404, "not-found")
    refused(bobs.get("/hand-overs"), 403, "not-allowed")
    assert HandOverRead.objects.count() == 0


@pytest.mark.parametrize(
    ("more", "about"),
    [({"text": "x" * 4001}, {"text"}), ({"text": 3}, {"text"}), ({"house": NOBODY}, {"house"}), ({"a": 1}, {"a"})],
)
def test_what_cannot_be_handed_over_is_refused(cast, alices, more, about):
    body = {"house": str(cast.house_a.uuid), "text": "x"} | more

    assert fields(refused(alices.post("/hand-overs", body), 422, "values-wrong")) == about
    assert HandOver.objects.count() == 0


def test_the_operator_is_told_who_carries_how_much(cast, program):
    given.entry_of(cast.house_a, cast.alice)
    given.hand_over_of(cast.house_a, cast.alice)

    olives = program(cast.olive, "read")
    told = olives.get("/load").json()

    assert (told["since"], told["until"]) == (str(cast.today - timedelta(days=29)), str(cast.today))
    alice = by(told["items"], name="Alice Example")
    assert alice == {
        "house": str(cast.house_a.uuid),
        "person": str(cast.alice.uuid),
        "name": "Alice Example",
        "week": None,
        "nights": 0,
        "call_outs": 0,
        "records": 1,
        "hand_overs": 1,
    }
    assert by(told["items"], name="Charlie Example")["house"] == str(cast.house_b.uuid)
    monday = cast.today - timedelta(days=cast.today.weekday())
    [week] = olives.get("/load?by=week").json()["items"]
    assert week == alice | {"week": str(monday)}
    assert program(cast.oscar, "read").get("/load").json()["items"] == []


@pytest.mark.parametrize(
    ("query", "about"),
    [
        ("since=2026-03-09&until=2026-03-02", {"until"}),
        ("since=2020-03-09&until=2026-03-02", {"until"}),
        ("since=1900-01-01", {"until"}),
        ("since=soon", {"since"}),
        ("by=month", {"by"}),
    ],
)
def test_a_time_that_cannot_be_is_refused(cast, program, query, about):
    assert fields(refused(program(cast.olive, "read").get(f"/load?{query}"), 400, "query-wrong")) == about


def test_a_load_is_for_the_operator(cast, alices, danas, program):
    for who in (alices, danas, program(cast.audra, "read")):
        refused(who.get("/load"), 403, "not-allowed")


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_same_however_long_they_are(cast, program, count, django_assert_num_queries):
    for _ in range(count):
        given.read(given.hand_over_of(cast.house_a, cast.alice), cast.bob)
        given.entry_of(cast.house_a, cast.alice)
    olives = program(cast.olive, "read")
    olives.get("/hand-overs")

    with django_assert_num_queries(5):
        olives.get("/hand-overs")
    with django_assert_num_queries(7):
        olives.get("/load")
