"""What happens around every request: one log line, a limit on size, and who acts."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from soberhouse.history.acting import acting_as, request_id

Handler = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("soberhouse.request")


class RequestIdFilter(logging.Filter):
    """Every log record carries the id of the request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class RequestLog:
    """One line per request: method, route (not path), status, milliseconds, user id. The id goes back in `X-Request-ID`."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_id.set(uuid.uuid4().hex)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            match = request.resolver_match
            log.info(
                "request",
                extra={
                    "method": request.method,
                    "route": match.route if match else "",
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - started) * 1000),
                    "user_id": getattr(getattr(request, "user", None), "pk", None),
                },
            )
            response["X-Request-ID"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class BodyLimit:
    """A request body over `MAX_BODY_BYTES` is refused with 413 before anything reads it."""

    DRAIN = 64 * 1024 * 1024  # read and thrown away, so that an honest browser hears the answer

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length <= settings.MAX_BODY_BYTES:
            return self.get_response(request)
        left = min(length, self.DRAIN)
        while left > 0 and (chunk := request.read(min(left, 65536))):
            left -= len(chunk)
        megabytes = settings.MAX_BODY_BYTES // (1024 * 1024)
        return render(request, "413.html", {"megabytes": megabytes}, status=413)


class Acting:
    """Whatever a signed-in person changes during a request is recorded as theirs."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with acting_as(request.user, source="web"):
            return self.get_response(request)
