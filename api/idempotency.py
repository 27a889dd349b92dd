"""`Idempotency-Key`: what is sent twice under one key is done once, and answered the same both times."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from api.authentication import Caller
from api.models import KeptAnswer
from api.refusals import Refused
from soberhouse.problems import CONTENT_TYPE

SIGNS = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,255}")  # visible ASCII but the quotation mark and the backslash
# Asked again, these may be answered otherwise: nothing was done, and it did not depend on what was asked.
NOT_KEPT = frozenset({401, 403, 429})
PURGED_AT_ONCE = 500


def key_of(request: HttpRequest, caller: Caller) -> str:
    """The key in the header, quoted (as the draft has it) or bare; empty where a user sends none.

    Raises Refused where it is no key, or where a partner sends none.
    """
    header = request.headers.get("Idempotency-Key", "").strip()
    if not header:
        if caller.partner is not None:
            raise Refused("idempotency-key-missing")
        return ""
    key = header[1:-1] if len(header) > 1 and header[0] == header[-1] == '"' else header
    if not SIGNS.fullmatch(key):
        raise Refused("idempotency-key-wrong")
    return key


def once(
    caller: Caller, key: str, *, path: str, data: Any, now: datetime, work: Callable[[], HttpResponse]
) -> HttpResponse:
    """What `work` answers; or, where this key was used for the same before, what was answered then.

    The key is claimed in the transaction in which the work is done, so that of two at once one waits for the other,
    and whatever fails leaves no claim. Raises Refused where the key was used for something else.
    """
    asked = salted_hmac("api.idempotency", json.dumps([path, data], sort_keys=True), algorithm="sha256").hexdigest()
    answers = KeptAnswer.objects.of(caller.holder)
    answers.filter(key=key).over(now).delete()
    if (earlier := answers.filter(key=key).first()) is None:
        try:
            response = _claim(caller, key, asked, now, work)
        except IntegrityError:
            earlier = answers.get(key=key)
        else:
            _purge(now)
            return response
    if earlier.asked != asked:
        raise Refused("idempotency-key-reused")
    return _again(earlier)


def _claim(caller: Caller, key: str, asked: str, now: datetime, work: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        claim = KeptAnswer.objects.create(
            **{caller.holder.actor_kind: caller.holder}, key=key, asked=asked, made_at=now
        )
        try:
            with transaction.atomic():
                response = work()
        except Refused as refusal:
            if refusal.status in NOT_KEPT:
                raise
            response = refusal.answer()
        claim.status, claim.body = response.status_code, response.content.decode()
        claim.location = response.headers.get("Location", "")
        claim.save()
    return response


def _again(earlier: KeptAnswer) -> HttpResponse:
    kind = CONTENT_TYPE if earlier.status >= 400 else "application/json"
    response = HttpResponse(earlier.body, status=earlier.status, content_type=kind)
    if earlier.location:
        response["Location"] = earlier.location
    response["Idempotent-Replayed"] = "true"
    return response


def _purge(now: datetime) -> None:
    """Forget what is older than a day, some at a time; rows that another purge has at hand are left to it."""
    with transaction.atomic():
        old = KeptAnswer.objects.over(now).order_by("pk")
        keys = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:PURGED_AT_ONCE])
        if keys:
            KeptAnswer.objects.filter(pk__in=keys).delete()
