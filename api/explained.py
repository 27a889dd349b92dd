"""The API told to whoever wants to use it: the OpenAPI document, and a page made of it."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from api import etags
from api.schema import document

YAML = "application/yaml"
OPENAPI = "application/vnd.oai.openapi+json"


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The document as JSON; as YAML where that is asked for, by `Accept` or by `?format=yaml`."""
    if request.GET.get("format") == "yaml" or YAML in request.headers.get("Accept", ""):
        import yaml  # noqa: PLC0415 -- slow to import, and few requests need it

        body = yaml.safe_dump(json.loads(json.dumps(document())), sort_keys=False, allow_unicode=True).encode()
        kind = YAML
    else:
        body = json.dumps(document(), ensure_ascii=False, indent=2).encode()
        kind = "application/json"
    tag = etags.tag_of_body(body)
    headers = {"ETag": tag, "Vary": "Accept", "Cache-Control": "no-cache"}
    if etags.is_known(request, tag):
        response = HttpResponse(status=304, headers=headers)
        del response["Content-Type"]
        return response
    return HttpResponse(body, content_type=kind, headers=headers)
