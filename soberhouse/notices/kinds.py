"""What notices are about: each kind is declared once, by the subject that tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from soberhouse.notices.models import Notice


@dataclass(frozen=True)
class Kind:
    """What a notice is about: `slug` stands in its row, `label` is told to people."""

    slug: str
    label: Any  # translated when it is shown

    def __str__(self) -> str:
        return str(self.label)


declared: dict[str, Kind] = {}


def declare(slug: str, label: Any) -> Kind:
    """A new kind of notices. Refuses a slug that is taken, and one that its column refuses."""
    if slug in declared:
        raise ValueError(f"There are notices of the kind {slug!r} already.")
    Notice._meta.get_field("kind").clean(slug, None)
    return declared.setdefault(slug, Kind(slug, label))
