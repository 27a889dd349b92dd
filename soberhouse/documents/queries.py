"""What anybody may learn of an issued document: whoever holds the paper has its code, and nobody else does."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from soberhouse.documents.codes import as_typed
from soberhouse.documents.models import IssuedDocument
from soberhouse.history.queries import in_words


@dataclass(frozen=True)
class Genuine:
    """A paper that is in the register: what kind, of which organization, true for when, issued when, and what became of
    it. Not about whom, for whom, why, from which house or by which person."""

    title: str
    organization: str
    code: str
    as_of: str
    issued: str
    replaced: str
    withdrawn: str
    fingerprint: str

    @property
    def counts(self) -> bool:
        return not (self.replaced or self.withdrawn)


def by_code(typed: str) -> Genuine | None:
    """The paper with this code, in whatever way it was typed. One query; none where it cannot be a code."""
    code = as_typed(typed)
    return _genuine(code=code) if code else None


def by_file(data: bytes) -> Genuine | None:
    """The paper whose file is exactly this, to the last byte. One query."""
    return _genuine(file__digest=hashlib.sha256(data).hexdigest())


def _genuine(**facts: str) -> Genuine | None:
    rows = IssuedDocument.objects.select_related("organization", "house", "file", "withdrawal", "replaced_by")
    document = rows.filter(**facts).first()
    if document is None:
        return None
    zone = ZoneInfo((document.house or document.organization).time_zone)  # as the paper tells its instants

    def told(instant: datetime | None) -> str:
        return in_words(instant, zone) if instant else ""

    replacement, withdrawal = getattr(document, "replaced_by", None), getattr(document, "withdrawal", None)
    return Genuine(
        title=document.title,
        organization=document.organization.name,
        code=document.code,
        as_of=told(document.as_of),
        issued=told(document.issued_at),
        replaced=told(replacement and replacement.issued_at),
        withdrawn=told(withdrawal and withdrawal.recorded_at),
        fingerprint=document.file.digest,
    )
