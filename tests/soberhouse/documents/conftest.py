"""Papers to ask about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest

from soberhouse.documents import paper, services
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from tests.cast import Cast

NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Letter:
    name: str
    since: date


FACTS = Letter("Dana Renner", date(2026, 10, 11))


def draw(head: paper.Head) -> bytes:
    return paper.render(head, [paper.Text(f"{FACTS.name} lives here since {FACTS.since}.")])


@pytest.fixture
def issue(cast: Cast) -> Callable[..., IssuedDocument]:
    """Issue a letter about dana, as alice."""

    def issued(**changes: Any) -> IssuedDocument:
        usual = {
            "kind": "residency-letter",
            "title": "Residency letter",
            "organization": cast.organization,
            "house": cast.house_a,
            "resident": cast.dana,
            "recipient": " Office of Officer Pell ",
            "purpose": "probation",
            "as_of": NOON,
            "facts": FACTS,
            "draw": draw,
        }
        with acting_as(cast.alice, source="web"):
            return services.issue(**usual | changes)

    return issued
