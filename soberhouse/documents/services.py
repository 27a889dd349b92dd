"""The register of issued documents: every paper that leaves, and what became of it.

Each service is one transaction, is done as whoever acts now (`soberhouse.history.acting_as`), and refuses with a
ValidationError that says what would be right. Who may issue what about whom is for the subjects to say: their services
call these, and pages call theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from soberhouse.documents import store
from soberhouse.documents.codes import new_code, verify_url
from soberhouse.documents.digests import facts_digest
from soberhouse.documents.models import IssuedDocument, Withdrawal
from soberhouse.documents.paper import Head
from soberhouse.history import recorded


def issue(
    *,
    kind: str,
    title: str,
    organization: Any,
    house: Any = None,
    resident: Any = None,
    subject: UUID | None = None,
    tells: tuple[date, date | None] | None = None,
    recipient: str = "",
    purpose: str = "",
    as_of: datetime,
    facts: Any,
    again: Callable[[], Any] | None = None,
    draw: Callable[[Head], bytes],
    zone: ZoneInfo | None = None,
    lines: tuple[str, ...] = (),
    confidential: str = "",
    replaces: IssuedDocument | None = None,
    tell: Callable[[IssuedDocument], Any] | None = None,
) -> IssuedDocument:
    """Draw a paper and put it into the register, with a new code by which its reader can check it.

    `draw` makes the PDF from what stands on every page, in the site's language whatever browser asks for it; with the
    same facts, code and instant it makes the same bytes again. `facts` is the dataclass that it tells: its digest is
    kept, so that one can show later what was told. `title` names the kind of paper and nobody; whoever
    checks the code reads it. `zone` is the one in which the paper tells its instants: the house's, else the
    organization's. `subject` and what it `tells` of that stand in the register for whoever must find the papers that
    tell of it. A paper that `replaces` another must be of the same kind and about the same person, house and subject.
    Refuses one that somebody replaced already. `tell` writes what stands or falls with the entry, in its transaction;
    the drawing is done before that, because on SQLite nobody else writes meanwhile. `again` gathers the facts once more
    there, of rows that it locks: where they are others by now, nothing is issued.
    """
    by = recorded()
    zone = zone or ZoneInfo((house or organization).time_zone)
    code, issued_at = new_code(), timezone.now()
    head = Head(
        organization=organization.name,
        title=title,
        as_of=as_of,
        zone=zone.key,
        issued_by=by["recorded_as"],
        issued_at=issued_at,
        code=code,
        verify_url=verify_url(code),
        lines=tuple(lines),
        confidential=confidential,
    )
    with translation.override(settings.LANGUAGE_CODE):
        data = draw(head)
    digest = facts_digest(facts)
    about = {"kind": kind, "organization": organization, "house": house, "resident": resident, "subject": subject}
    tells_from, tells_until = tells or (None, None)
    with transaction.atomic():
        if again is not None and facts_digest(again()) != digest:
            raise ValidationError(_("What this paper tells changed just now. Look again, then issue it."))
        if replaces is not None:
            _check_replaces(replaces, **about)
        document = IssuedDocument(
            **about,
            tells_from=tells_from,
            tells_until=tells_until,
            title=title,
            recipient=recipient.strip(),
            purpose=purpose.strip(),
            as_of=as_of,
            facts_digest=digest,
            file=store.put(data, allow=store.PAPERS),
            code=code,
            replaces=replaces,
            issued_by_id=by["recorded_by_id"],
            issued_as=by["recorded_as"],
            issued_at=issued_at,
        )
        document.full_clean()
        document.save(force_insert=True)
        if tell is not None:
            tell(document)
    return document


@transaction.atomic
def withdraw(*, document: IssuedDocument, reason: str) -> Withdrawal:
    """Take a paper back: whoever checks its code from now on is told so, and not why. The paper and its entry stay.

    Needs a reason. Refuses a paper that was withdrawn already.
    """
    by = recorded()
    document = _locked(document)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: a paper is not taken back without a reason.")})
    if Withdrawal.objects.filter(document=document).exists():
        raise ValidationError(_("This paper was withdrawn already."))
    withdrawal = Withdrawal(document=document, reason=reason.strip(), **by)
    withdrawal.full_clean()
    withdrawal.save(force_insert=True)
    return withdrawal


def _check_replaces(document: IssuedDocument, **about: Any) -> None:
    document = _locked(document)
    if any(getattr(document, name) != value for name, value in about.items()):
        raise ValidationError({"replaces": _("That paper is of another kind, or about somebody or something else.")})
    if IssuedDocument.objects.filter(replaces=document).exists():
        raise ValidationError({"replaces": _("That paper was replaced already. Replace the newest one.")})


def _locked(document: IssuedDocument) -> IssuedDocument:
    """The row, locked, so that two people who act on it at once see each other."""
    return IssuedDocument.objects.select_for_update(no_key=True).get(pk=document.pk)
