"""What happens around every request: one log line, a limit on size, who acts, and what may not be kept."""

from __future__ import annotations

import logging
import time
import traceback
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from pythonjsonlogger.json import JsonFormatter

from soberhouse.history.acting import acting_as, request_id
from soberhouse.problems import for_programs, problem

Handler = Callable[[HttpRequest], HttpResponse]
log = logging.getLogger("soberhouse.request")


class RequestIdFilter(logging.Filter):
    """Every log record carries the id of the request it belongs to, and the route of it instead of its address.

    Django names the request after it is over, with path and query: those may hold what somebody typed, or a link that
    opens an account.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = record.__dict__.pop("request", None)
        record.request_id = getattr(request, "id", "") or request_id.get()
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
            route = getattr(request.resolver_match, "route", "")
            record.args = tuple(route if part == request.path else part for part in record.args)
        return True


class LogFormatter(JsonFormatter):
    """JSON lines. An exception is told by its type and where it happened: its message may quote a row."""

    def formatException(self, ei: Any) -> str:
        return "".join([*traceback.format_tb(ei[2]), ei[0].__name__])


class RequestLog:
    """One line per request: method, route (not path), status, milliseconds, user id; its id goes back as a header."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = uuid.uuid4().hex
        token = request_id.set(request.id)
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


class BrowserFeatures:
    """No page asks for the camera, the microphone, the place or the like, and nothing smuggled into one may."""

    POLICY = ", ".join(
        f"{feature}=()"
        for feature in ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")
    )

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = self.POLICY
        return response


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
        if for_programs(request):
            return problem(413)
        megabytes = settings.MAX_BODY_BYTES // (1024 * 1024)
        return render(request, "413.html", {"megabytes": megabytes}, status=413)


def lead_away(request: HttpRequest, url: str) -> HttpResponse:
    """Go to another page instead; where htmx asked for a part of one, as a whole."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


class NothingKept:
    """Neither the browser nor anything between keeps what a signed-in person is shown: after they sign out, the way
    back shows nothing."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = request.user.is_authenticated
        response = self.get_response(request)
        if before or request.user.is_authenticated:
            patch_cache_control(response, no_store=True, private=True)
        return response


class Acting:
    """Whatever a signed-in person changes during a request is recorded as theirs."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with acting_as(request.user, source="web"):
            return self.get_response(request)


class LastSeen:
    """Keeps in mind when somebody was last seen on each of their devices, to the nearest five minutes."""

    def __init__(self, get_response: Handler) -> None:
        from soberhouse.accounts import sessions  # noqa: PLC0415 -- the log wants this module before there are models

        self.get_response, self.sessions = get_response, sessions

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self.sessions.session_seen(request)
        return self.get_response(request)


class FirstThingsFirst:
    """Whoever must have a second factor sees no page before this session has shown one.

    Where the account has none, they see the pages where they set one up; where it has, they sign in again, with it: a
    session from before opens nothing and adds no other factor. The database is asked until the session has shown one,
    and not after that: when a factor is added or removed, every other session of the account ends, and with the last
    this one forgets what it has shown. A PIN on a shared tablet opens what it always does: it was given by somebody who
    had one.
    """

    # The way in and out, and what shows nobody anything about anybody.
    OPEN = frozenset(["account_login", "account_logout", "join", "manifest", "offline", "service_worker"])
    # The way to a second factor, for whoever has none.
    SETTING_UP = frozenset(["mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate"])

    def __init__(self, get_response: Handler) -> None:
        from soberhouse.accounts import factors  # noqa: PLC0415 -- the log wants this module before there are models

        self.get_response, self.factors = get_response, factors

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if not settings.SECOND_FACTOR_REQUIRED or not request.user.is_authenticated or request.on_tablet:
            return None
        page = request.resolver_match.url_name
        if page in self.OPEN or self.factors.factor_shown(request) or not self.factors.must_have_one(request.user):
            return None
        if not self.factors.has_one(request.user):
            return None if page in self.SETTING_UP else lead_away(request, reverse("mfa_index"))
        logout(request)
        messages.warning(request, _("Sign in again, with your second factor: this session had not shown it."))
        return lead_away(request, reverse(settings.LOGIN_URL))
