"""What a subject offers to the pages that gather: cards for Today, cards and timeline entries for one resident's page.

A subject that has something to offer carries a module `cards` with any of these functions; the gathering pages ask
every subject in `settings.SUBJECTS` and do not know what they will find:

    today(house, standing, today) -> Iterable[Card]
    about(resident, standing, today) -> Iterable[Card]
    timeline(resident, standing, today) -> Iterable[Entry]

Each must cost the same number of queries however many rows it returns, and show only what `standing.user` may see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any


class Order(IntEnum):
    """Where a card stands: what needs a person now comes first, then the numbers, what is due, what waits, the rest."""

    NOW = 0
    NUMBERS = 1
    DUE = 2
    WAITING = 3
    LATER = 4


@dataclass(frozen=True)
class Row:
    """One line a tired person can read: the fact, the reason for it, and what to press.

    `state` is one of the stylesheet's states (in, late, missed, held, out, open, plain); `word` is always shown with
    it.
    """

    fact: str
    reason: str = ""
    url: str = ""
    state: str = ""
    word: str = ""
    button: str = ""
    button_url: str = ""


@dataclass(frozen=True)
class Card:
    """One card. With a `template`, that draws the inside from `context`; without, the rows are listed."""

    title: str
    order: Order
    rows: Sequence[Row] = ()
    template: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    more_url: str = ""
    more_label: str = ""
    empty: str = ""


@dataclass(frozen=True)
class Entry:
    """One event in a resident's timeline."""

    day: date
    fact: str
    detail: str = ""
    by: str = ""
    url: str = ""
    struck: bool = False  # corrected or undone since: stays visible, marked
