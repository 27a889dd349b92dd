"""The API told to whoever wants to use it: the OpenAPI document, and a page made of it."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from api import etags, pagination
from api.refusals import KINDS
from api.schema import document
from soberhouse.accounts.scopes import OF_PARTNERS, OF_USERS, Scope

YAML = "application/yaml"
AUTHORIZATION = '-H "Authorization: Bearer $KEY"'


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The document as JSON; as YAML where that is asked for, by `Accept` or by `?format=yaml`."""
    if request.GET.get("format") == "yaml" or YAML in request.headers.get("Accept", ""):
        body, kind = _as_yaml(), YAML
    else:
        body, kind = _as_json(), "application/json"
    tag = etags.tag_of_body(body)
    headers = {"ETag": tag, "Vary": "Accept", "Cache-Control": "no-cache"}
    if etags.is_known(request, tag):
        response = HttpResponse(status=304, headers=headers)
        del response["Content-Type"]
        return response
    return HttpResponse(body, content_type=kind, headers=headers)


@functools.cache
def _as_json() -> bytes:
    return json.dumps(document(), ensure_ascii=False, indent=2).encode()


@functools.cache
def _as_yaml() -> bytes:
    import yaml  # noqa: PLC0415 -- slow to import, and few requests need it

    return yaml.safe_dump(json.loads(_as_json()), sort_keys=False, allow_unicode=True).encode()


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The same for people, with a start that runs as it stands there."""
    facts = {
        "schema_url": reverse("api_schema"),
        "site": f"{request.scheme}://{request.get_host()}",
        "steps": _steps(),
        "scopes": [
            {
                "name": scope.value,
                "says": scope.label,
                "of": ", ".join(
                    who for who, of in ((_("a person"), OF_USERS), (_("a partner"), OF_PARTNERS)) if scope in of
                ),
            }
            for scope in Scope
        ],
        "least": pagination.LEAST,
        "most": pagination.MOST,
        "usual": pagination.USUAL,
        "limits": [
            {
                "name": "API_REQUESTS_A_MINUTE",
                "value": settings.API_REQUESTS_A_MINUTE,
                "says": _("Requests of one person or partner in a minute, whatever the number of keys."),
            },
            {
                "name": "API_UNKNOWN_A_MINUTE",
                "value": settings.API_UNKNOWN_A_MINUTE,
                "says": _("Requests without a key that works in a minute, from one address or IPv6 network."),
            },
        ],
        "kinds": [{"name": name, **vars(kind), "means": _words(kind.means)} for name, kind in KINDS.items()],
        "tags": list(_tags()),
    }
    return render(request, "api/docs.html", facts)


def _steps() -> list[dict[str, Any]]:
    """What to type, one after the other. A test runs each as it is shown."""
    return [
        {
            "name": "occupancy",
            "says": _("How full each house is tonight, and what is published of it:"),
            "command": f'curl -s -D headers.txt -o occupancy.json "$SOBERHOUSE/api/v1/occupancy" {AUTHORIZATION}\n'
            "cat occupancy.json",
        },
        {
            "name": "again",
            "says": _("Has anything changed since? 304 says no:"),
            "command": "ETAG=$(grep -i '^etag:' headers.txt | cut -d' ' -f2- | tr -d '\\r')\n"
            f"curl -s -o /dev/null -w '%{{http_code}}\\n' \"$SOBERHOUSE/api/v1/occupancy\" {AUTHORIZATION} \\\n"
            '  -H "If-None-Match: $ETAG"',
        },
        {
            "name": "refer",
            "says": _("Refer somebody to the first of these houses, with a key that is good for referrals:"),
            "command": 'HOUSE=$(grep -o \'"uuid":"[^"]*"\' occupancy.json | head -n 1 | cut -d\'"\' -f4)\n'
            f'curl -s "$SOBERHOUSE/api/v1/applications" {AUTHORIZATION} \\\n'
            "  -H 'Content-Type: application/json' -H 'Idempotency-Key: \"my-first-referral\"' \\\n"
            '  -d \'{"house": "\'"$HOUSE"\'", "person": {"legal_first_name": "Nia", "legal_last_name": "Okafor"}}\'',
        },
    ]


def _tags() -> Iterator[dict[str, Any]]:
    made = document()
    told: dict[str, list[dict[str, Any]]] = {}
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            told.setdefault(operation["tags"][0], []).append(_operation(made, path, method, operation))
    for tag in made["tags"]:
        yield {"name": tag["name"], "says": _words(tag["description"]), "operations": told[tag["name"]]}


def _operation(made: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    parts = []
    if operation["parameters"]:
        fields = [_field(one["name"], one["schema"], one["description"], made) for one in operation["parameters"]]
        parts.append({"title": _("Parameters"), "fields": fields})
    if "requestBody" in operation:
        media = operation["requestBody"]["content"]["application/json"]
        parts.append({"title": _("Body"), "fields": _fields(media["schema"], made), "example": _shown(media)})
    for status, response in operation["responses"].items():
        if "content" in response:
            media = response["content"]["application/json"]
            title = _("Answer %(status)s") % {"status": status}
            parts.append({"title": title, "fields": _fields(media["schema"], made), "example": _shown(media)})
    return {
        "id": operation["operationId"],
        "summary": operation["summary"],
        "says": _words(operation["description"]),
        "method": method.upper(),
        "path": path,
        "scopes": [scope for way in operation["security"] for scope in way.get("key", ())],
        "statuses": list(operation["responses"]),
        "parts": parts,
    }


def _words(text: Any) -> list[dict[str, Any]]:
    """The text in parts: what stands in `backticks` is code. Nothing where there is nothing."""
    parts = [{"text": part, "code": turn % 2 == 1} for turn, part in enumerate(str(text).split("`"))]
    return [part for part in parts if part["text"]]


def _shown(media: dict[str, Any]) -> str:
    return json.dumps(media["example"], ensure_ascii=False, indent=2)


def _resolved(schema: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for; of several shapes the first, which says the most."""
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _resolved(schema[several][0], made)
    if "$ref" in schema:
        return made["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _fields(schema: dict[str, Any], made: dict[str, Any]) -> list[dict[str, Any]]:
    shape = _resolved(schema, made)
    rows = shape.get("properties", {})
    told = [_field(name, one, str(one.get("description", "")), made) for name, one in rows.items()]
    if "items" in rows:  # a list: its rows are what one wants to know
        told += [{**one, "name": f"items[].{one['name']}"} for one in _fields(rows["items"].get("items", {}), made)]
    return told


def _field(name: str, schema: dict[str, Any], says: str, made: dict[str, Any]) -> dict[str, Any]:
    kinds = schema.get("type", "")
    whole = _resolved(schema, made)
    kind = " | ".join(kinds) if isinstance(kinds, list) else kinds or whole.get("type", "")
    if "enum" in schema:
        kind = " | ".join(json.dumps(value) if value is None else str(value) for value in schema["enum"])
    elif "format" in schema:
        kind = f"{kind} ({schema['format']})"
    inner = ", ".join(whole.get("properties", {})) if whole is not schema else ""
    if inner:
        kind = f"{kind}: {inner}"
    if "minimum" in schema or "maximum" in schema:
        kind = f"{kind}, {schema.get('minimum', '')}…{schema.get('maximum', '')}"
    return {"name": name, "kind": kind, "says": [] if "\n" in says else _words(says)}
