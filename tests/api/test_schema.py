"""The document: it is valid OpenAPI 3.1, it says of every address what is so, and Schemathesis finds nothing else."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import hypothesis
import pytest
import requests
import schemathesis
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.doors import DOORS
from api.refusals import KINDS
from api.schema import document
from residents.meetings.standing import monday
from residents.stays.services import application_wait
from soberhouse.accounts.models import ApiKey
from soberhouse.history import acting_as
from tests.api import ruled
from tests.api.conftest import Program, make_key
from tests.architecture import guards
from tests.residents.log import given as log
from tests.residents.meetings import given as meetings
from tests.residents.stays.stories import applicant, hold

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    (path, method, operation) for path, item in document()["paths"].items() for method, operation in item.items()
]


# The document


def test_the_document_is_valid_openapi_3_1():
    made = json.loads(json.dumps(document()))

    assert made["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(made).validate()


def test_the_document_is_served_as_json_and_as_yaml():
    client = Client()

    as_json, as_yaml = client.get("/api/schema/"), client.get("/api/schema/?format=yaml")

    assert as_json.json() == json.loads(json.dumps(document()))
    assert as_yaml["Content-Type"] == "application/yaml"
    assert as_yaml.content.startswith(b"openapi: 3.1.0\n")
    assert client.get("/api/schema/", headers={"Accept": "application/yaml"}).content == as_yaml.content
    assert client.get("/api/schema/", headers={"If-None-Match": as_json["ETag"]}).status_code == 304
    assert client.head("/api/schema/").status_code == 200
    answer = client.post("/api/schema/")
    assert (answer.status_code, answer["Content-Type"], answer["Allow"]) == (
        405,
        "application/problem+json",
        "GET, HEAD",
    )


def test_every_door_is_in_the_document_with_each_of_its_methods_and_scopes():
    told = {
        (path, method.upper()): {scope for way in operation["security"] for scope in way.get("key", ())}
        for path, method, operation in OPERATIONS
    }
    there = {
        (f"/api/v1/{door.path.replace('<uuid:uuid>', '{uuid}')}", method): set(need.scopes)
        for door in DOORS
        for method, need in door.needs.items()
    }

    assert told == there


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.path)
def test_an_endpoint_answers_the_methods_of_its_door_and_no_other(door):
    methods = {method for method in ("get", "post", "put", "patch", "delete") if hasattr(door.load(), method)}

    assert {method.upper() for method in methods} == set(door.needs)
    assert all(getattr(door.load(), method).operation.id for method in methods)


def test_every_view_of_the_api_tells_the_guards_what_it_asks_for():
    views = [
        pattern.callback
        for route, pattern in guards.every_url(get_resolver().url_patterns)
        if route.startswith("api/v1/")
    ]

    assert len(views) == len(DOORS)
    assert all(view.requires and view.scopes and view.needs for view in views)


def test_every_operation_says_how_it_can_end():
    ids = [operation["operationId"] for _path, _method, operation in OPERATIONS]
    assert len(ids) == len(set(ids))
    for path, method, operation in OPERATIONS:
        told = set(operation["responses"])
        assert {"400", "401", "403", "405", "429"} <= told, path
        assert ("404" in told) == ("{uuid}" in path), path
        assert ("304" in told) == (method == "get"), path
        assert method == "get" or {"413", "415", "422"} <= told, path
        assert operation["summary"], path
        assert operation["description"], path
    statuses = {f"Refused{kind.status}" for kind in KINDS.values()}
    assert set(document()["components"]["responses"]) == statuses


def test_every_refusal_of_the_document_is_one_that_exists():
    examples = [
        name
        for response in document()["components"]["responses"].values()
        for name in response["content"]["application/problem+json"]["examples"]
    ]

    assert sorted(examples) == sorted(KINDS)


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    made = json.loads(json.dumps(document()))
    return Draft202012Validator({**schema, "components": made["components"]}, format_checker=FormatChecker())


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=lambda part: str(part)[:40])
def test_every_example_is_what_it_is_an_example_of(path, method, operation):
    good = [response for status, response in operation["responses"].items() if status.startswith("20")]
    media = [answer["content"]["application/json"] for answer in good]
    if "requestBody" in operation:
        media.append(operation["requestBody"]["content"]["application/json"])

    for one in media:
        assert "example" in one, (path, method)
        validator(json.loads(json.dumps(one["schema"]))).validate(one["example"])


# Schemathesis


class Rows:
    """Public ids that lead somewhere, so that what is generated gets beyond the door."""

    def __init__(self, cast: Any) -> None:
        with acting_as(cast.alice, source="web"):
            asks, waits = applicant(cast), applicant(cast, "Ada Other")
            promised = hold(asks, cast.bed_a("3A"), today=cast.today)
            application_wait(application=waits)
        rules = ruled.make_ruled(cast)
        appeal, contract, removal = ruled.make_appeal(cast, rules), ruled.make_contract(cast), ruled.make_removal(cast)
        asked, away = ruled.make_pass(cast), ruled.make_given_pass(cast, starts_in_hours=-3, hours=9)
        self.of = {
            "houses": [cast.house_a.uuid, cast.house_b.uuid],
            "occupancy": [cast.house_a.uuid],
            "beds": [cast.bed_a("1A").uuid, cast.bed_a("2A").uuid, cast.bed_a("2B").uuid],
            "residents": [cast.dana.uuid, cast.frank.uuid],
            "stays": [cast.stay_of_dana.uuid, cast.stay_of_frank.uuid, cast.stay_of_erin.uuid],
            "applications": [asks.uuid, waits.uuid],
            "holds": [promised.uuid],
            "books": [rules.book.uuid, rules.earlier.uuid, rules.draft.uuid],
            "rules": [rules.rule().uuid, rules.earlier.rules.first().uuid],
            "ladders": [rules.ladder.uuid],
            "violations": [rules.violation.uuid, rules.upheld.uuid, ruled.make_review(cast, rules).uuid],
            "appeals": [appeal.uuid],
            "contracts": [contract.uuid],
            "removals": [removal.uuid],
            "passes": [asked.uuid, away.uuid],
            "curfew-exceptions": [ruled.make_exception(cast).uuid],
            "curfew-checks": [ruled.make_check(cast).uuid],
            "movements": [ruled.make_movement(cast).uuid],
            **_logged(cast),
            **_met(cast),
        }
        self.days = [str(cast.today), "2026-01-05", "2199-12-31"]
        self.instants = [ruled.soon(hours) for hours in (-1, 30, 60)]

    def filled(self, case: Any, chance: random.Random) -> None:
        """Most ids of the case become real ones, and most days days that could be meant."""
        kind = case.path.removeprefix("/api/v1/").partition("/")[0]
        if "uuid" in (case.path_parameters or {}) and chance.random() < 0.8:
            case.path_parameters["uuid"] = str(chance.choice(self.of[kind]))
        self._body_filled(case.body, chance)

    def _body_filled(self, body: Any, chance: random.Random) -> None:
        if isinstance(body, list):
            for part in body:
                self._body_filled(part, chance)
        if not isinstance(body, dict):
            return
        for name, value in list(body.items()):
            plural = {"house": "houses", "of_pass": "passes", "item": "agenda-items"}.get(name, f"{name}s")
            if isinstance(value, str) and plural in self.of and chance.random() < 0.9:
                body[name] = str(chance.choice(self.of[plural]))
            elif (name.endswith("_on") or name in ("on", "night", "week", "sober_since")) and chance.random() < 0.8:
                body[name] = chance.choice(self.days)
            elif (name.endswith("_at") or name in ("at", "until")) and chance.random() < 0.8:
                body[name] = chance.choice(self.instants)
            else:
                self._body_filled(value, chance)


def _logged(cast: Any) -> dict[str, list[UUID]]:
    """Of each kind of the log one about Dana, written down by Bob, so that the others may take the next step."""
    house, about = cast.house_a, [cast.stay_of_dana]
    entry = log.entry_of(house, cast.bob, about=about, text="Talked at the door.")
    item, incident = log.safety_item_of(house), log.incident_of(house, cast.bob, type="injury", about=about)
    return {
        "entries": [entry.uuid, log.entry_of(house, cast.alice, audience="few").uuid],
        "incidents": [incident.entry.uuid],
        "incident-steps": [log.step_of(incident, cast.bob).uuid],
        "follow-ups": [log.follow_up_of(entry, cast.bob).uuid],
        "complaints": [
            log.complaint_of(house, cast.bob, about=about).entry.uuid,
            log.complaint_of(house, cast.dana.user, by_whom="resident", against=cast.bob).entry.uuid,
        ],
        "searches": [log.search_of(house, cast.bob, about=about).entry.uuid],
        "visits": [log.visit_of(house, cast.bob, about=about).entry.uuid],
        "hand-overs": [log.hand_over_of(house, cast.bob).uuid],
        "deadlines": [log.deadline_of(entry).uuid, log.deadline_of(cast.stay_of_dana).uuid],
        "safety-items": [item.uuid],
    }


def _met(cast: Any) -> dict[str, list[UUID]]:
    """Of each kind of meetings some about Dana or her house, written down by Bob, so that the others may go on."""
    house, stay, bob = cast.house_a, cast.stay_of_dana, cast.bob
    meeting, (feed, reading) = meetings.meeting_of(cast.organization), meetings.feed_of(cast.organization)
    held, earlier = (meetings.house_meeting_of(house, bob, days_ago=days_ago) for days_ago in (0, 2))
    return {
        "meetings": [meeting.uuid, held.meeting.uuid],
        "feeds": [feed.uuid],
        "feed-readings": [reading.uuid],
        "attendances": [
            meetings.attendance_of(stay, meeting, cast.dana.user).uuid,
            meetings.attendance_of(stay, meeting, bob, days_ago=2, grade=5).uuid,
        ],
        "meeting-plans": [meetings.plan_of(stay, meeting).uuid],
        "requirements": [meetings.requirement_of(house).uuid, meetings.requirement_of(house, stay=stay).uuid],
        "excused-weeks": [meetings.week_excused_of(stay, monday(cast.today), bob).uuid],
        "house-meetings": [held.uuid, meetings.published(earlier, bob).uuid],
        "agenda-items": [meetings.agenda_item_of(held, bob).uuid],
        "roll-lines": [meetings.roll_line_of(held, stay, bob).uuid],
        "minutes-lines": [meetings.minutes_line_of(held, bob).uuid],
        "motions": [meetings.motion_of(held, bob).uuid],
    }


# Of what is told with a house meeting or a feed, and has no list of its own.
WITHIN = {"feed-readings", "agenda-items", "roll-lines", "minutes-lines", "motions"}


def answered(case: Any, headers: dict[str, str]) -> schemathesis.Response:
    """What the site answers to this request, byte for byte as it would be sent, inside the test's own transaction."""
    sent = requests.Request(**case.as_transport_kwargs(base_url="http://testserver", headers=headers)).prepare()
    kind = sent.headers.get("Content-Type", "")
    others = {name: value for name, value in sent.headers.items() if name not in ("Content-Type", "Content-Length")}
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    client = Client(raise_request_exception=False)
    answer = client.generic(sent.method, sent.path_url, body, content_type=kind, headers=others)
    told = {name: [value] for name, value in answer.headers.items()}
    return schemathesis.Response(answer.status_code, told, answer.content, sent, elapsed=0.0, verify=False)


MANAGER = "a manager"
CALLERS: dict[str, Callable[[Any], str]] = {
    MANAGER: lambda world: make_key(world["cast"].alice, "read", "write"),
    "a resident": lambda world: make_key(world["cast"].dana, "read", "write"),
    "an operator": lambda world: make_key(world["cast"].olive, "read", "write", "occupancy"),
    "a partner": lambda world: make_key(world["pax"], "occupancy", "referrals"),
    "nobody": lambda world: "",
}


@pytest.mark.django_db
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize(
    "who", [MANAGER, *(pytest.param(who, marks=pytest.mark.sqlite) for who in CALLERS if who != MANAGER)]
)
def test_schemathesis_finds_nothing(cast, pax, settings, who, mode):
    """Bounded: three requests for each operation, caller and kind; some 20 seconds of one processor in all.

    Every caller asks on SQLite. On PostgreSQL the manager does alone, who gets to the tables by every operation: who
    may ask is decided before that, and alike.
    """
    settings.API_REQUESTS_A_MINUTE = settings.API_UNKNOWN_A_MINUTE = 10**9
    settings.ALLOWED_HOSTS = ["*"]
    rows, secret = Rows(cast), CALLERS[who]({"cast": cast, "pax": pax})
    ApiKey.objects.update(last_used_at=timezone.now())
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document())))
    schema.config.generation.update(modes=[mode])
    ended: dict[int, int] = {}

    for result in schema.get_all_operations():
        operation = result.ok()

        @hypothesis.settings(
            derandomize=True,
            max_examples=3 if secret else 1,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode), turn=st.integers(0, 2**16))
        def ask(case: Any, turn: int) -> None:
            rows.filled(case, random.Random(turn))
            if turn % 2:
                case.headers = {**(case.headers or {}), "Idempotency-Key": f'"{turn}"'}
            response = answered(case, headers)
            case.validate_response(response, checks=CHECKS)
            ended[response.status_code] = ended.get(response.status_code, 0) + 1

        ask()

    assert sum(ended.values()) >= len(OPERATIONS)
    assert set(ended) <= {200, 201, 304, 400, 401, 403, 404, 405, 409, 413, 415, 422}
    if secret:
        assert {200, 400} & set(ended)
    else:
        assert set(ended) <= {401, 404}


# What leaves the building


@pytest.mark.django_db
def test_no_answer_holds_a_number_of_ours(cast, program):
    """Rows are named by their public ids alone."""

    def numbers(told: Any) -> set[str]:
        if isinstance(told, dict):
            own = {name for name in told if name in ("id", "pk") or name.endswith("_id")}
            return own | {name for value in told.values() for name in numbers(value)}
        return {name for value in told for name in numbers(value)} if isinstance(told, list) else set()

    olive: Program = program(cast.olive, "read")
    rows = Rows(cast)
    without_a_list = {"holds", "appeals", "rules", "incident-steps"} | WITHIN
    for kind in rows.of.keys() - without_a_list | {"acknowledgements", "motion-kinds"}:
        told = olive.get(f"/{kind}").json()
        assert told["items"], kind
        assert numbers(told) == set()
        assert all(UUID(row["uuid"]) for row in told["items"])
