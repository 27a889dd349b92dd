"""The API's OpenAPI 3.1 document, made from what the endpoints themselves enforce."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from django.urls import path
from django.utils.translation import gettext as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from api import (
    examples,
    examples_of_away,
    examples_of_log_a,
    examples_of_log_b,
    examples_of_log_c,
    examples_of_log_d,
    examples_of_log_e,
    examples_of_meetings_attendance,
    examples_of_meetings_directory,
    examples_of_meetings_house_meetings,
    examples_of_meetings_requirements,
    examples_of_rules,
)
from api.doors import DOORS
from api.endpoint import Operation
from api.refusals import KINDS, type_of
from soberhouse.problems import CONTENT_TYPE

JSON = "application/json"
TAGS = {
    "occupancy": _("How full each house is tonight: what a partner asks again and again."),
    "houses": _("Houses, and what is published of them."),
    "beds": _("Every bed in any night."),
    "applications": _("Who asks for a bed: referrals, the waitlist, holds."),
    "stays": _("From move-in to discharge."),
    "residents": _("The people. Each look at one of them is on record for them."),
    "books": _("Rule books and agreements, version by version, and who has not signed them."),
    "acknowledgements": _("Signatures under them."),
    "ladders": _("What a house answers violations with, version by version."),
    "violations": _(
        "From recording to the last word on an appeal. Residents read their own with their own key, answer and appeal; "
        "a name given in confidence is never told to them."
    ),
    "contracts": _("Behavioral contracts and how they are kept."),
    "removals": _("Who had to leave at once, for safety, and who looked at that."),
    "passes": _("Who may be away. Residents ask for their own with their own key."),
    "curfew": _("By when everybody is in, one night, and who was: the roll of a house in one request."),
    "movements": _("Who is in now. Residents sign out and in with their own key."),
    "complaints": _(
        "From the first word to its outcome. Residents file and read their own with their own key; whoever of the "
        "staff one is about is never told of it."
    ),
    "searches": _("Searches of rooms and belongings. Residents read those of their own."),
    "visits": _("Who visits the house, and who is there now."),
    "incidents": _(
        "What happened step by step, who was told, and how it was closed by a second person. Residents read their own "
        "with their own key."
    ),
    "followups": _("What is to be done after entries of the log, by whom and by which day, and what became of it."),
    "clocks": _("What an organization asks of its houses, and how long after what."),
    "deadlines": _("What is due by the clocks, and by which proof it was done."),
    "meetings": _("The directory of meetings: what there is, when each is held, and when it is not as always."),
    "feeds": _("Where the directory is read from, and what each reading changed. For operators."),
    "attendances": _(
        "Who was at which meeting, and how well that is proved. Residents write down and read their own with their own "
        "key."
    ),
    "plans": _("The meetings that residents go to regularly."),
    "requirements": _("The meetings that are asked of residents, in each week or in a period, and since when."),
    "standings": _("How residents stand with the meetings asked of them, week by week, with the arithmetic."),
    "excuses": _("Weeks in which nothing is asked of somebody, and why."),
    "housemeetings": _(
        "House meetings: agenda, roll, votes, elections, minutes. Residents read those of their house with their own "
        "key, and put things on the agenda."
    ),
    "safety": _("Naloxone, extinguishers, alarms, first aid, drills: where they are and who looked at them."),
    "shifts": _("Handing over a shift, signing that one has read it, and, for operators, who carries how much."),
    "entries": _(
        "The log of a house: what happened, in a line, now or as it was known at a moment. Residents read with their "
        "own key what is about them and open to them."
    ),
}
ANSWERS = (
    examples.ANSWERS
    | examples_of_rules.ANSWERS
    | examples_of_away.ANSWERS
    | examples_of_log_a.ANSWERS
    | examples_of_log_b.ANSWERS
    | examples_of_log_c.ANSWERS
    | examples_of_log_d.ANSWERS
    | examples_of_log_e.ANSWERS
    | examples_of_meetings_attendance.ANSWERS
    | examples_of_meetings_directory.ANSWERS
    | examples_of_meetings_house_meetings.ANSWERS
    | examples_of_meetings_requirements.ANSWERS
)
HEADERS = {
    "RateLimit": {
        "description": _("What is left of the window: `r` requests, for `t` seconds."),
        "schema": {"type": "string"},
        "example": '"default";r=599;t=60',
    },
    "RateLimit-Policy": {
        "description": _("How much a window holds: `q` requests in `w` seconds."),
        "schema": {"type": "string"},
        "example": '"default";q=600;w=60',
    },
    "ETag": {
        "description": _("Send it back in `If-None-Match`: the answer is 304 for as long as nothing changed."),
        "schema": {"type": "string"},
        "example": 'W/"0c8f0b6a1e0b4c7f9a2d3e4f5a6b7c8d"',
    },
    "Location": {"description": _("Where what was made can be read."), "schema": {"type": "string"}},
    "Retry-After": {"description": _("Seconds to wait."), "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": _("How to ask, and what is wrong."), "schema": {"type": "string"}},
    "Allow": {"description": _("The methods of this address."), "schema": {"type": "string"}},
    "Idempotent-Replayed": {
        "description": _("`true` where an earlier request under the same key did it, and this one nothing."),
        "schema": {"type": "string", "enum": ["true"]},
    },
}
LIMITS = ("RateLimit", "RateLimit-Policy")
OF_A_REFUSAL = {401: ("WWW-Authenticate",), 405: ("Allow",), 429: ("Retry-After",)}
PROBLEM = {
    "type": "object",
    "description": _("What is wrong (RFC 9457)."),
    "required": ["type", "title", "status"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": _("Which kind of problem; it is explained there."),
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "description": _("Each thing that is wrong."),
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "additionalProperties": False,
                "properties": {
                    "field": {"type": "string", "description": _("Which field or parameter; empty: all of it.")},
                    "detail": {"type": "string"},
                },
            },
        },
        "scopes": {
            "type": "array",
            "items": {"type": "string"},
            "description": _("A key with one of them opens this."),
        },
    },
    "additionalProperties": False,
}


class Operations(AutoSchema):
    """One operation, told from what its method says of itself and from what its door asks for."""

    def get_operation(self, path: str, path_regex: str, path_prefix: str, method: str, registry: Any) -> dict[str, Any]:
        self.registry, self.path, self.path_regex, self.path_prefix = registry, path, path_regex, path_prefix
        self.method = method.upper()
        asked: Operation = getattr(self.view, method.lower()).operation
        return {
            "operationId": asked.id,
            "summary": str(asked.summary),
            "description": asked.says,
            "tags": [asked.id.partition("_")[0]],
            "security": self._security(),
            "parameters": [*self._in_path(), *self._in_query(asked), *self._in_headers(asked)],
            **self._body(asked),
            "responses": {str(status): response for status, response in sorted(self._responses(asked).items())},
        }

    def _security(self) -> list[dict[str, list[str]]]:
        return [{"key": [scope]} for scope in sorted(self.view.door.needs[self.method].scopes)] + [{"session": []}]

    def _in_path(self) -> list[dict[str, Any]]:
        if not self.view.door.about_one_row:
            return []
        says = _("Its public id.")
        return [
            {
                "name": "uuid",
                "in": "path",
                "required": True,
                "description": says,
                "schema": {"type": "string", "format": "uuid"},
            }
        ]

    def _in_query(self, asked: Operation) -> Iterable[dict[str, Any]]:
        if asked.query is None:
            return
        fields = self._map_serializer(asked.query, "request")
        for name, schema in fields["properties"].items():
            says = schema.pop("description", "")
            required = name in fields.get("required", ())
            yield {"name": name, "in": "query", "required": required, "description": says, "schema": schema}

    def _in_headers(self, asked: Operation) -> Iterable[dict[str, Any]]:
        if self.method == "GET":
            says = _("The `ETag` of the answer you have.")
            yield {"name": "If-None-Match", "in": "header", "description": says, "schema": {"type": "string"}}
        elif asked.effect:
            says = _("Of your own making, in quotation marks, another for each thing to do. A partner must send one.")
            yield {
                "name": "Idempotency-Key",
                "in": "header",
                "description": says,
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
                "example": '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
            }

    def _body(self, asked: Operation) -> dict[str, Any]:
        if asked.body is None:
            return {}
        media: dict[str, Any] = {"schema": self.resolve_serializer(asked.body, "request").ref}
        if asked.example is not None:
            media["example"] = asked.example
        needed = any(field.required for field in asked.body().fields.values())
        return {"requestBody": {"required": needed, "content": {JSON: media}}}

    def _responses(self, asked: Operation) -> dict[int, dict[str, Any]]:
        given = [self.resolve_serializer(shape, "response").ref for shape in asked.gives]
        media: dict[str, Any] = {"schema": given[0] if len(given) == 1 else {"anyOf": given}}
        media["example"] = ANSWERS[asked.id]
        names = [*LIMITS, *(["ETag"] if self.method == "GET" else ["Idempotent-Replayed"] if asked.effect else [])]
        if asked.status == 201:
            names.append("Location")
        good = {"description": str(asked.summary), "headers": _headers(names), "content": {JSON: media}}
        responses = {asked.status: good}
        if self.method == "GET":
            says = _("Nothing changed since the answer that `If-None-Match` names.")
            responses[304] = {"description": says, "headers": _headers([*LIMITS, "ETag"])}
        for status in self._refused(asked):
            responses[status] = {"$ref": f"#/components/responses/Refused{status}"}
        return responses

    def _refused(self, asked: Operation) -> Iterable[int]:
        yield from (400, 401, 403, 405, 429)
        if self.view.door.about_one_row:
            yield 404
        if self.method == "POST":
            yield from (413, 415, 422)
            if asked.effect:
                yield 409


def _headers(names: Iterable[str]) -> dict[str, dict[str, str]]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _refusals() -> dict[str, dict[str, Any]]:
    """An answer for each status, with each kind of problem of that status as an example."""
    made: dict[str, dict[str, Any]] = {}
    for name, kind in KINDS.items():
        response = made.setdefault(
            f"Refused{kind.status}",
            {
                "description": "",
                "headers": _headers([*LIMITS, *OF_A_REFUSAL.get(kind.status, ())]),
                "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}},
            },
        )
        response["description"] += f"{' / ' if response['description'] else ''}{kind.title}"
        response["content"][CONTENT_TYPE]["examples"][name] = {
            "summary": str(kind.means),
            "value": {
                "type": type_of(name),
                "title": str(kind.title),
                "status": kind.status,
                "detail": str(kind.means),
            },
        }
    return made


@functools.cache
def document() -> dict[str, Any]:
    """The whole document. It is the same for everybody, so it is made once."""
    endpoints = [(door, door.load().as_view(door=door)) for door in DOORS]
    patterns = [path(f"api/v1/{door.path}", view) for door, view in endpoints]
    made = SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)
    made["info"] |= {
        "summary": _("Who looks for a bed, and who runs the houses, asks here."),
        "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        "description": _(
            "Addresses have no slash at their end; with one they mean the same. Every refusal is a problem (RFC 9457)."
        ),
    }
    made["servers"] = [{"url": "/"}]
    made["tags"] = [{"name": name, "description": str(says)} for name, says in TAGS.items()]
    parts = made["components"]
    for schema in parts["schemas"].values():
        schema["additionalProperties"] = False
    parts["schemas"]["Problem"] = PROBLEM
    parts["responses"] = _refusals()
    parts["headers"] = HEADERS
    parts["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": _("A key: `Authorization: Bearer sober_…`.")},
        "session": {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": _("A signed-in browser.")},
    }
    return made
