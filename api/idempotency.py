"""`Idempotency-Key`: what is sent twice under one key is done once.

The second time whoever asks is told the record as it stands then, if they may still see it: their right to it is looked
at again, and what was told the first time is not kept. What was refused did nothing, so it is not kept either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from api.authentication import Caller
from api.models import KeptAnswer
from api.refusals import Refused

if TYPE_CHECKING:
    from api.endpoint import Answer

SIGNS = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,255}")  # visible ASCII but the quotation mark and the backslash
PURGED_EVERY, PURGED_AT_ONCE = timedelta(minutes=5), 500


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


class _InUse(Exception):
    """Another request has claimed the key."""


def once(
    caller: Caller,
    key: str,
    *,
    path: str,
    data: Any,
    now: datetime,
    work: Callable[[], Answer],
    again: Callable[[UUID], Answer],
) -> Answer:
    """What `work` answers; or, where this key was used for the same before, what `again` tells of the record.

    The key is claimed in the transaction in which the work is done, so that of two at once one waits for the other,
    and whatever is refused or fails leaves no claim. Raises Refused where the key was used for something else.
    """
    asked = salted_hmac("api.idempotency", json.dumps([path, data], sort_keys=True), algorithm="sha256").hexdigest()
    answers = KeptAnswer.objects.of(caller.holder).filter(key=key)
    answers.over(now).delete()
    while (earlier := answers.first()) is None:
        try:
            return _claimed(caller, key, asked, now, work)
        except _InUse:
            continue
    if earlier.asked != asked:
        raise Refused("idempotency-key-reused")
    answer = again(earlier.about) if earlier.about else _received(earlier)
    return replace(answer, replayed=True)


def _claimed(caller: Caller, key: str, asked: str, now: datetime, work: Callable[[], Answer]) -> Answer:
    with transaction.atomic():
        try:
            with transaction.atomic():
                claim = KeptAnswer.objects.create(
                    **{caller.holder.actor_kind: caller.holder}, key=key, asked=asked, made_at=now
                )
        except IntegrityError:
            raise _InUse from None
        answer = work()
        if not answer.about and not answer.receipt:
            raise TypeError("It can be told again only as a record or as a receipt.")
        claim.about, claim.receipt = answer.about, json.dumps(answer.body) if answer.receipt else ""
        claim.save()
    return answer


def _received(earlier: KeptAnswer) -> Answer:
    from api.endpoint import Answer  # noqa: PLC0415 -- endpoints stand on this module

    return Answer(body=json.loads(earlier.receipt), receipt=True)


def purge(now: datetime) -> None:
    """Forget what is older than a day: at most once in some minutes, and some at a time. Rows that another purge has at
    hand are left to it."""
    if not cache.add("api:purged", True, PURGED_EVERY.total_seconds()) or not KeptAnswer.objects.over(now).exists():
        return
    with transaction.atomic():
        old = KeptAnswer.objects.over(now).order_by("pk")
        keys = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:PURGED_AT_ONCE])
        KeptAnswer.objects.filter(pk__in=keys).delete()
    if len(keys) == PURGED_AT_ONCE:  # there are more: whoever asks next goes on
        cache.delete("api:purged")
