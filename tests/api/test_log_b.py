"""Incidents, as programs ask for them: staff, and residents about themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.log.models import Audience
from residents.models import Entry, Incident, IncidentClosing, IncidentStep, Look
from soberhouse.history import acting_as
from tests.api.conftest import fields, refused
from tests.cast import grant
from tests.residents.log.given import entry_of, follow_up_of, incident_of, step_of

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-0000-0000-000000000000"
CLOSING = {"cause": "First use after weeks.", "correction": "Naloxone on each floor."}


def ago(**time: int) -> str:
    return (timezone.now() - timedelta(**time)).isoformat()


def an_incident(cast, **more: Any) -> dict[str, Any]:
    return {
        "house": str(cast.house_a.uuid),
        "type": "overdose",
        "text": "Found on the floor.",
        "happened_at": ago(hours=2),
        "about": [str(cast.stay_of_dana.uuid)],
    } | more


def a_fact(**more: Any) -> dict[str, Any]:
    return {"kind": "naloxone", "at": ago(hours=1), "who": "Frank O.", "doses": 2} | more


def test_an_incident_is_filed_read_added_to_and_closed(cast, alices, bobs, danas):
    filed = alices.post(
        "/incidents",
        an_incident(
            cast,
            place="Bathroom",
            steps=[{"kind": "told", "at": ago(minutes=50), "who": "911"}, a_fact()],
            follow_ups=[{"what": "Replace it", "due_on": cast.today.isoformat()}],
        ),
    )
    path = filed["Location"]

    told = filed.json()
    assert (filed.status_code, told["type"], told["audience"], told["state"]) == (201, "overdose", "few", "open")
    assert [(step["kind"], step["who"], step["doses"], step["counts"]) for step in told["steps"]] == [
        ("naloxone", "Frank O.", 2, True),
        ("told", "911", None, True),
    ]
    assert (told["naloxone_doses"], told["place"], told["waits"]) == (2, "Bathroom", "")
    assert [(each["what"], each["state"]) for each in told["follow_ups"]] == [("Replace it", "due")]
    added = bobs.post(f"{path}/steps", {"kind": "done", "at": ago(minutes=40), "what": "Taken to hospital."})
    assert (added.status_code, len(added.json()["steps"])) == (201, 3)
    refused(alices.post(f"{path}/close", CLOSING), 403, "not-allowed")
    closed = bobs.post(f"{path}/close", CLOSING).json()
    assert (closed["state"], closed["closing"]["recorded_by"]) == ("follow_ups", "Bob Example")
    refused(bobs.post(f"{path}/close", CLOSING), 422, "values-wrong")
    refused(bobs.post(f"{path}/steps", a_fact()), 422, "values-wrong")
    assert danas.get(path).json()["closing"]["cause"] == CLOSING["cause"]
    assert Look.objects.filter(resident=cast.dana, what=Look.What.API).exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"text": " "}, "text"),
        ({"type": "parade"}, "type"),
        ({"happened_at": "2199-01-01T10:00:00Z"}, "happened_at"),
        ({"happened_at": "2026-01-01T10:00:00"}, "happened_at"),
        ({"audience": "confidential"}, "audience_reason"),
        ({"audience": "operators", "audience_reason": "A colleague."}, "audience"),
        ({"about": [NOBODY]}, "about"),
        ({"house": NOBODY}, "house"),
        ({"mood": "bad"}, "mood"),
        ({"steps": [{"kind": "naloxone", "at": "2026-01-01T10:00:00Z"}]}, "steps"),
        ({"steps": [{"kind": "told", "at": "2026-01-01T10:00:00Z"}]}, "steps"),
        ({"steps": [{"kind": "sung", "at": "2026-01-01T10:00:00Z"}]}, "steps"),
        ({"steps": [{"kind": "done", "what": "x", "at": "2199-01-01T10:00:00Z"}]}, "steps"),
        ({"follow_ups": [{"what": "x", "due_on": "2020-01-01"}]}, "follow_ups"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(cast, alices, more, field):
    told = refused(alices.post("/incidents", an_incident(cast) | more), 422, "values-wrong")

    assert {name.partition(".")[0] for name in fields(told)} == {field}
    assert (Entry.objects.count(), Incident.objects.count()) == (0, 0)


def test_another_house_and_another_role_change_nothing(cast, program, danas):
    incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana], audience=Audience.STAFF)
    path = f"/incidents/{incident.entry.uuid}"
    charlies, audras = program(cast.charlie, "read", "write"), program(cast.audra, "read", "write")

    for asking, status, kind in (
        (charlies, 404, "not-found"),
        (audras, 403, "not-allowed"),
        (danas, 403, "not-allowed"),
    ):
        refused(asking.post(f"{path}/steps", a_fact()), status, kind)
        refused(asking.post(f"{path}/close", CLOSING), status, kind)
    refused(charlies.get(path), 404, "not-found")
    assert fields(refused(charlies.post("/incidents", an_incident(cast)), 422, "values-wrong")) == {"house"}
    for asking in (audras, danas):
        refused(asking.post("/incidents", an_incident(cast)), 403, "not-allowed")
    assert (Incident.objects.count(), IncidentStep.objects.count(), IncidentClosing.objects.count()) == (1, 0, 0)


def test_nobody_about_themselves(cast, program):
    incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    with acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    danas, path = program(cast.dana, "read", "write"), f"/incidents/{incident.entry.uuid}"

    refused(danas.post("/incidents", an_incident(cast)), 403, "not-allowed")
    refused(danas.post(f"{path}/steps", a_fact()), 403, "not-allowed")
    refused(danas.post(f"{path}/close", CLOSING), 403, "not-allowed")

    assert (Incident.objects.count(), IncidentStep.objects.count(), IncidentClosing.objects.count()) == (1, 0, 0)


def test_a_resident_is_told_their_own_without_the_names_of_others(cast, danas, program):
    both = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana, cast.stay_of_frank])
    incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana], audience=Audience.CONFIDENTIAL)
    incident_of(cast.house_a, cast.alice, about=[cast.stay_of_frank])

    [told] = danas.items("/incidents")

    assert (told["uuid"], [each["name"] for each in told["about"]]) == (str(both.entry.uuid), ["Dana Renner"])
    assert len(program(cast.alice, "read").items("/incidents")) == 3
    assert program(cast.audra, "read").items("/incidents") == []


def test_incidents_by_house_person_type_and_whether_they_are_open(cast, bobs, program):
    one = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    two = incident_of(cast.house_a, cast.alice, type="fire", about=[cast.stay_of_frank])
    incident_of(cast.house_b, cast.charlie, type="fire")
    bobs.post(f"/incidents/{two.entry.uuid}/close", CLOSING)
    olive = program(cast.olive, "read")

    def found(query: str) -> list[str]:
        return [row["uuid"] for row in olive.items(f"/incidents?{query}")]

    assert found(f"house={cast.house_a.uuid}") == [str(one.entry.uuid), str(two.entry.uuid)]
    assert found(f"resident={cast.frank.uuid}") == [str(two.entry.uuid)]
    assert found(f"type=fire&house={cast.house_a.uuid}") == [str(two.entry.uuid)]
    assert found(f"open=true&house={cast.house_a.uuid}") == [str(one.entry.uuid)]
    assert found(f"open=false&house={cast.house_a.uuid}") == [str(two.entry.uuid)]
    assert fields(refused(olive.get("/incidents?type=parade"), 400, "query-wrong")) == {"type"}


def test_what_is_no_incident_is_none_here(cast, alices):
    entry = entry_of(cast.house_a, cast.alice)

    refused(alices.get(f"/incidents/{entry.uuid}"), 404, "not-found")
    refused(alices.post(f"/incidents/{entry.uuid}/steps", a_fact()), 404, "not-found")


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same(cast, alices, django_assert_num_queries, count):
    for _each in range(count):
        incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
        step_of(incident, cast.alice)
        follow_up_of(incident.entry, cast.alice)
    alices.get("/incidents")  # the key was used before

    with django_assert_num_queries(11):
        assert len(alices.items("/incidents")) == count
