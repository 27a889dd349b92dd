"""What a program is told when something is wrong: RFC 9457, `application/problem+json`, never a page.

Below `/api/` every refusal is one of these, whoever makes it: the endpoint, Django before it, or a middleware that
would send a person to the sign-in page.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views import defaults

CONTENT_TYPE = "application/problem+json"
# Where somebody reads what a problem of ours means.
DOCUMENTED_AT = "/api/docs/"


def problem(status: int, *, title: str = "", detail: str = "", type: str = "about:blank", **more: Any) -> HttpResponse:
    """The answer for a program. Without a `type` the title is the status's own; `more` are members beside them."""
    said = {"type": type, "title": title or HTTPStatus(status).phrase, "status": status}
    if detail:
        said["detail"] = detail
    body = json.dumps(said | more, ensure_ascii=False).encode("utf-8", "replace")
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE)


def for_programs(request: HttpRequest) -> bool:
    """Whether whoever asks is a program: everything below /api/ but the page that explains it."""
    path = f"{request.path}/"
    return path.startswith("/api/") and not path.startswith(DOCUMENTED_AT)


class Problems:
    """Whatever is refused below /api/ before or after its endpoint is told as a problem, not as a page.

    And an address below /api/v1/ means the same with a slash at its end as without.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not for_programs(request):
            return self.get_response(request)
        if request.path_info.startswith("/api/v1/") and request.path_info.endswith("/"):
            request.path_info, request.path = request.path_info[:-1], request.path[:-1]
        response = self.get_response(request)
        if response.status_code == HTTPStatus.FOUND:  # a page would lead to the sign-in, or to a choice of a password
            detail = _("This session opens the API no more. Open the site and sign in, or use a key.")
            return _instead_of(response, problem(401, detail=detail))
        if response.status_code >= HTTPStatus.BAD_REQUEST and not _is_ours(response):
            return _instead_of(response, problem(response.status_code))
        return response


def _is_ours(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith(CONTENT_TYPE)


def _instead_of(response: HttpResponse, told: HttpResponse) -> HttpResponse:
    if told.status_code == HTTPStatus.UNAUTHORIZED:
        told["WWW-Authenticate"] = "Bearer"
    if "Allow" in response:
        told["Allow"] = response["Allow"]
    told.cookies = response.cookies
    return told


# What Django calls where nothing else answers.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(400) if for_programs(request) else defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem(403) if for_programs(request) else defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not for_programs(request):
        return defaults.page_not_found(request, exception)
    return problem(404, detail=_("There is nothing at this address, or nothing that you may see."))


def server_error(request: HttpRequest) -> HttpResponse:
    if not for_programs(request):
        return defaults.server_error(request)
    return problem(500, detail=_("Something went wrong here. Nothing was changed."))
