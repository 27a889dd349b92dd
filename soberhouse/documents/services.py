"""The register of issued documents: every paper that leaves, and what became of it.

Each service is one transaction, is done as whoever acts now (`soberhouse.history.acting_as`), and refuses with a
ValidationError that says what would be right. Who may issue what about whom is for the subjects to say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from soberhouse.documents import store
from soberhouse.documents.codes import new_code
from soberhouse.documents.models import IssuedDocument, Withdrawal
from soberhouse.documents.paper import Head
from soberhouse.documents.store import serve
from soberhouse.history import acting_now

__all__ = ["facts_digest", "issue", "serve", "withdraw"]


def issue(
    *,
    kind: str,
    title: str,
    organization: Any,
    house: Any = None,
    resident: Any = None,
    recipient: str = "",
    purpose: str = "",
    as_of: datetime,
    facts: Any,
    draw: Callable[[Head], bytes],
    zone: ZoneInfo | None = None,
    lines: tuple[str, ...] = (),
    confidential: str = "",
    replaces: IssuedDocument | None = None,
) -> IssuedDocument:
    """Draw a paper and put it into the register, with a new code by which its reader can check it.

    `draw` makes the PDF from what stands on every page; with the same facts, code and instant it makes the same bytes
    again. `facts` is the dataclass that it tells: its digest is kept, so that one can show later what was told.
    `title` names the kind of paper and nobody; whoever checks the code reads it. `zone` is the one in which the paper
    tells its instants: the house's, else the organization's. A paper that `replaces` another must be of the same kind
    and about the same person and house. Refuses one that somebody replaced already.
    """
    acting = acting_now()
    if acting is None:
        raise RuntimeError("Nobody acts; use acting_as().")
    zone = zone or ZoneInfo((house or organization).time_zone)
    code, issued_at = new_code(), timezone.now()
    head = Head(
        organization=organization.name,
        title=title,
        as_of=as_of,
        zone=zone.key,
        issued_by=acting.actor_label,
        issued_at=issued_at,
        code=code,
        verify_url=verify_url(code),
        lines=tuple(lines),
        confidential=confidential,
    )
    data = draw(head)
    with transaction.atomic():
        if replaces is not None:
            _check_replaces(replaces, kind=kind, organization=organization, house=house, resident=resident)
        document = IssuedDocument(
            organization=organization,
            house=house,
            resident=resident,
            kind=kind,
            title=title,
            recipient=recipient.strip(),
            purpose=purpose.strip(),
            as_of=as_of,
            facts_digest=facts_digest(facts),
            file=store.put(data, allow=store.PAPERS),
            code=code,
            replaces=replaces,
            issued_by_id=acting.actor_id if acting.actor_kind == "user" else None,
            issued_as=acting.actor_label,
            issued_at=issued_at,
        )
        document.full_clean()
        document.save(force_insert=True)
    return document


@transaction.atomic
def withdraw(*, document: IssuedDocument, reason: str) -> Withdrawal:
    """Take a paper back: whoever checks its code from now on is told so, and not why. The paper and its entry stay.

    Needs a reason. Refuses a paper that was withdrawn already.
    """
    acting = acting_now()
    if acting is None:
        raise RuntimeError("Nobody acts; use acting_as().")
    document = _locked(document)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: a paper is not taken back without a reason.")})
    if Withdrawal.objects.filter(document=document).exists():
        raise ValidationError(_("This paper was withdrawn already."))
    withdrawal = Withdrawal(
        document=document,
        reason=reason.strip(),
        recorded_by_id=acting.actor_id if acting.actor_kind == "user" else None,
        recorded_as=acting.actor_label,
    )
    withdrawal.full_clean()
    withdrawal.save(force_insert=True)
    return withdrawal


def verify_url(code: str) -> str:
    """Where the world checks this code."""
    return settings.SITE_URL + reverse("verify_code", args=[code])


def facts_digest(facts: Any) -> str:
    """The SHA-256 digest of a dataclass of facts: of its fields by name, in one spelling. TypeError for anything that
    has no one spelling, such as a row of the database."""
    spelled = json.dumps(_plain(facts), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(spelled.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    match value:
        case Enum():
            return _plain(value.value)
        case None | bool() | int() | float() | str():
            return value
        case Promise():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date() | time():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case bytes():
            return hashlib.sha256(value).hexdigest()
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case set() | frozenset():
            return sorted((_plain(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
        case list() | tuple():
            return [_plain(each) for each in value]
    raise TypeError(f"A fact cannot be a {type(value).__name__}.")


def _check_replaces(document: IssuedDocument, *, kind: str, organization: Any, house: Any, resident: Any) -> None:
    document = _locked(document)
    about = (document.kind, document.organization_id, document.house_id, document.resident_id)
    if about != (kind, organization.pk, house and house.pk, resident and resident.pk):
        raise ValidationError({"replaces": _("That paper is of another kind, or about somebody else.")})
    if IssuedDocument.objects.filter(replaces=document).exists():
        raise ValidationError({"replaces": _("That paper was replaced already. Replace the newest one.")})


def _locked(document: IssuedDocument) -> IssuedDocument:
    """The row, locked, so that two people who act on it at once see each other."""
    return IssuedDocument.objects.select_for_update(no_key=True).get(pk=document.pk)
