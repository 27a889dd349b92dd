"""The base of every endpoint: the one place that finds out who asks, whether they may, and what they ask for; that runs
what is asked as them, and puts every answer and every refusal into words.

A subclass has a method for each method of its door. It wears `@operation`, takes a `Call` and gives an `Answer`, or
raises: `Refused`, `Http404`, and what services raise.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, RequestDataTooBig, ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.views import APIView

from api import etags, idempotency, throttling
from api.authentication import Caller, caller_of
from api.doors import Door, Need
from api.fields import PageQuery, Strict
from api.pagination import page_of
from api.refusals import Refused
from residents.houses.models import House
from residents.houses.standing import HasReach
from residents.people.queries import resident_of
from soberhouse.accounts.scopes import Scope
from soberhouse.history import acting_as

log = logging.getLogger("soberhouse.api")
MOST_BYTES = 1024 * 1024  # of a body
JSON = "application/json"
# Errors of services that say that another has what is asked for; everything else can be put right by asking otherwise.
TAKEN = frozenset({"taken", "overlap"})


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What a method of an endpoint takes and gives: enforced by the endpoint, told by the schema."""

    id: str
    summary: str
    says: str = ""
    query: type[PageQuery | Strict] | None = None
    body: type[serializers.Serializer] | None = None
    gives: Sequence[type[serializers.Serializer]] = ()
    status: int = 200
    effect: bool = True  # of a POST: whether it changes anything
    example: Mapping[str, Any] | None = None


def operation(**facts: Any) -> Callable[[Callable], Callable]:
    """Say what a method of an endpoint takes and gives. Its docstring is told to whoever reads the docs."""

    def decorate(method: Callable) -> Callable:
        said = " ".join((method.__doc__ or "").split())
        method.operation = Operation(says=said, **facts)  # type: ignore[attr-defined]
        return method

    return decorate


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, by whoever may make it, with what it asks for in order."""

    request: HttpRequest
    caller: Caller
    need: Need
    now: datetime
    query: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def user(self) -> Any:
        """The user who asks; None for a partner."""
        return self.caller.user

    def row(self, model: type[models.Model], uuid: UUID, *related: str) -> Any:
        """The row of this public id: Http404 out of scope, PermissionDenied where the action is not allowed."""
        row = get_object_or_404(model.objects.visible_to(self.user).select_related(*related), uuid=uuid)
        self.require(row)
        return row

    def require(self, where: HasReach) -> None:
        """Raise PermissionDenied unless whoever asks may do there what this method asks for."""
        if not any(self.caller.standing.may(action, where) for action in self.need.actions):
            raise PermissionDenied

    def rows(self, model: type[models.Model]) -> models.QuerySet:
        """The rows of the houses where a role of whoever asks allows what this method asks for; and, where it is open
        to the person whom a record is about, those that they see as a resident."""
        rows = model.objects.visible_to(self.user)
        here = Q(house__in=self.houses())
        return rows.filter(here | rows.seen_by_resident(self.user) if self.need.of_oneself else here)

    def houses(self) -> models.QuerySet[House]:
        """The houses where whoever asks may do what this method asks for."""
        if self.caller.partner is not None:
            return House.objects.published_to(self.caller.partner)
        return House.objects.where_may(self.user, self.need.action)

    @property
    def sees_all(self) -> bool:
        """Whether more is told than what is published."""
        return Scope.READ in self.caller.scopes

    def page(self, rows: models.QuerySet) -> tuple[list[Any], str | None]:
        return page_of(rows, self.request.path, self.query)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What is answered: a body, or its bytes where they are at hand; a tag where it is known without the body.

    Of a record that somebody acted on, `about` is its public id, and `location` where it can be read; a `receipt` tells
    nothing about anybody. `published` says that anybody may know all of it.
    """

    body: Any = None
    content: bytes | None = None
    tag: str = ""
    location: str = ""
    unchanged: bool = False
    published: bool = False
    about: UUID | None = None
    receipt: bool = False
    replayed: bool = False


class Endpoint(APIView):
    """See the module. `door` says what each method asks for."""

    door: ClassVar[Door] = None  # type: ignore[assignment]
    authentication_classes: ClassVar[list] = []
    permission_classes: ClassVar[list] = []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        told: dict[str, str] = {}
        try:
            response = self._respond(request, told, now, kwargs)
        except Refused as refusal:
            response = refusal.answer()
        for name, value in told.items():
            response[name] = value
        response.setdefault("Cache-Control", "private, no-store")
        patch_vary_headers(response, ["Authorization", "Cookie"])
        if response.status_code in (204, 304):
            del response["Content-Type"]
        elif request.method == "HEAD":  # its length is told, and not every server leaves the body away
            response["Content-Length"] = str(len(response.content))
            response.content = b""
        return response

    def _respond(self, request: HttpRequest, told: dict[str, str], now: datetime, kwargs: Any) -> HttpResponse:
        method = "GET" if request.method == "HEAD" else request.method
        allowed = ", ".join(self.allowed_methods)
        need = self.door.needs.get(method or "")
        if need is None:
            self._count(request, told, now)
            if method == "OPTIONS":
                return HttpResponse(status=204, headers={"Allow": allowed})
            raise Refused("method-not-allowed", headers={"Allow": allowed})
        caller = self._let_in(request, told, now)
        if not need.scopes & caller.scopes:
            raise _not_good_for(need)
        handler = getattr(self, method.lower())
        asked: Operation = handler.operation
        if not self.door.about_one_row and not _may_anywhere(caller, need):  # of one row its endpoint asks
            raise Refused("not-allowed")
        call = Call(
            request=request,
            caller=caller,
            need=need,
            now=now,
            query=parsed_query(request, asked.query),
            data=parsed_body(request, asked.body) if method == "POST" else {},
        )

        with acting_as(caller.holder, source="api"):
            return self._made(request, self._ask(handler, call, kwargs), asked.status)

    def again(self, call: Call, uuid: UUID) -> Answer:
        """What is told of the record of this public id to whoever acted on it, now or before: in scope, as it is."""
        raise NotImplementedError

    @property
    def allowed_methods(self) -> list[str]:
        methods = {method for method in ("GET", "POST") if hasattr(self, method.lower())}
        return sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set()))

    def _let_in(self, request: HttpRequest, told: dict[str, str], now: datetime) -> Caller:
        """Who asks, counted. Raises Refused for whoever may not ask at all, or not so often."""
        caller = self._count(request, told, now)
        if isinstance(caller, Refused):
            raise caller
        idempotency.purge(now)
        return caller

    @staticmethod
    def _count(request: HttpRequest, told: dict[str, str], now: datetime) -> Caller | Refused:
        """Who asks, or why nobody is let in. Either is counted, and their allowance told with whatever is answered."""
        caller: Caller | Refused
        try:
            caller = caller_of(request, now=now)
            allowance = throttling.spend(caller.label)
        except Refused as refusal:
            caller = refusal
            allowance = throttling.spend_unknown(request)
        told.update(allowance.headers)
        allowance.require()
        return caller

    def _ask(self, handler: Callable[..., Answer], call: Call, kwargs: Mapping[str, Any]) -> Answer:
        """What the endpoint answers; whatever it or a service refuses as Refused, and then nothing was changed."""

        def work() -> Answer:
            with transaction.atomic():
                return handler(call, **kwargs)

        def again(uuid: UUID) -> Answer:
            return self.again(call, uuid)

        try:
            if call.request.method != "POST" or not handler.operation.effect:
                return handler(call, **kwargs)
            key = idempotency.key_of(call.request, call.caller)
            if not key:
                return work()
            said, path = json.loads(call.request.body or b"{}"), call.request.path
            return idempotency.once(call.caller, key, path=path, data=said, now=call.now, work=work, again=again)
        except Http404:
            raise Refused("not-found") from None
        except PermissionDenied as refusal:
            raise Refused("not-allowed", str(refusal)) from None
        except ValidationError as refusal:
            raise _refused(refusal, handler.operation.body) from None
        except IntegrityError:  # another was quicker, and the database refused
            log.warning("refused by the database", extra={"operation": handler.operation.id})
            raise Refused("taken") from None

    @staticmethod
    def _made(request: HttpRequest, answer: Answer, status: int) -> HttpResponse:
        kept = {"Cache-Control": "private, no-cache"} if answer.published else {}
        if answer.unchanged:
            return HttpResponse(status=304, headers={"ETag": answer.tag, **kept})
        content = answer.content if answer.content is not None else dumped(answer.body)
        response = HttpResponse(content, status=status, content_type=JSON, headers=kept)
        if answer.location and status == 201:
            response["Location"] = answer.location
        if answer.replayed:
            response["Idempotent-Replayed"] = "true"
        if request.method in ("GET", "HEAD"):
            tag = answer.tag or etags.tag_of_body(content)
            if not answer.tag and etags.is_known(request, tag):
                return HttpResponse(status=304, headers={"ETag": tag, **kept})
            response["ETag"] = tag
        return response


def dumped(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _may_anywhere(caller: Caller, need: Need) -> bool:
    """Whether there may be anything here for them. What was recorded about a resident is theirs after they left too."""
    if caller.standing is None or any(caller.standing.may_anywhere(action) for action in need.actions):
        return True
    return need.of_oneself and resident_of(caller.user) is not None


def _not_good_for(need: Need) -> Refused:
    scopes = sorted(need.scopes)
    return Refused(
        "scope-missing",
        _("It needs the scope %(scopes)s.") % {"scopes": _(" or ").join(f"“{scope}”" for scope in scopes)},
        headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{" ".join(scopes)}"'},
        scopes=scopes,
    )


# What was sent


def parsed_query(request: HttpRequest, kind: type[serializers.Serializer] | None) -> Mapping[str, Any]:
    """The parameters of the address, each known, given once and good. Raises Refused (400)."""
    kind = kind or Strict
    twice = sorted(name for name, values in request.GET.lists() if len(values) > 1)
    if twice:
        errors = [{"field": name, "detail": _("This parameter is given twice.")} for name in twice]
        raise Refused("query-wrong", errors=errors)
    asked = kind(data=request.GET.dict())
    if not asked.is_valid():
        raise Refused("query-wrong", errors=flat(asked.errors))
    return asked.validated_data


def parsed_body(request: HttpRequest, kind: type[serializers.Serializer] | None) -> Mapping[str, Any]:
    """The body, read as JSON and looked at. Raises Refused: 400 broken, 413 too large, 415 no JSON, 422 wrong."""
    kind = kind or Strict
    try:
        content = request.body if request.content_type in (JSON, "") else None
    except RequestDataTooBig:
        raise Refused("body-too-large") from None
    except UnreadablePostError:
        raise Refused("body-malformed") from None
    charset = request.content_params.get("charset", "utf-8").lower()
    if content is None or charset not in ("utf-8", "utf8") or (content and not request.content_type):
        raise Refused("content-type", headers={"Accept-Post": JSON})
    if len(content) > MOST_BYTES:
        raise Refused("body-too-large")
    try:
        said = json.loads(content.decode(), parse_constant=_no_number) if content else {}
    except (ValueError, RecursionError):
        raise Refused("body-malformed") from None
    asked = kind(data=said)
    if not asked.is_valid():
        raise Refused("values-wrong", errors=flat(asked.errors))
    return asked.validated_data


def _no_number(name: str) -> Any:
    raise ValueError(name)


def flat(errors: Any, before: str = "") -> list[dict[str, str]]:
    """Each thing that is wrong, with the field it is about: `person.birth_date`."""
    if isinstance(errors, Mapping):
        return [one for name, more in errors.items() for one in flat(more, _below(before, str(name)))]
    if isinstance(errors, list):
        return [one for more in errors for one in flat(more, before)]
    return [{"field": before, "detail": str(errors)}]


def _below(before: str, name: str) -> str:
    name = "" if name in ("non_field_errors", NON_FIELD_ERRORS) else name
    return ".".join(part for part in (before, name) if part)


def _refused(refusal: ValidationError, kind: type[serializers.Serializer] | None) -> Refused:
    """What a service refuses, as it says it, with the fields as the body names them."""
    by_field = refusal.error_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.error_list}
    every = [(name, one) for name, errors in by_field.items() for one in errors]
    errors = [{"field": _place(name, kind), "detail": " ".join(ValidationError([one]).messages)} for name, one in every]
    taken = any(one.code in TAKEN for _name, one in every)
    detail = errors[0]["detail"] if len(errors) == 1 else ""
    return Refused("taken" if taken else "values-wrong", detail, errors=errors)


def _place(name: str, kind: type[serializers.Serializer] | None) -> str:
    """Where in the body this field stands; empty where it is not in it."""
    fields = kind().fields if kind else {}
    if name in fields:
        return name
    inner = [outer for outer, field in fields.items() if name in getattr(field, "fields", ())]
    return f"{inner[0]}.{name}" if inner else _below("", name)
