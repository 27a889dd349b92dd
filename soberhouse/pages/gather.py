"""Asks every subject for what it offers to the pages that gather (`soberhouse.cards`)."""

from __future__ import annotations

from typing import Any

from soberhouse.cards import Card, Entry
from soberhouse.subjects import offers


def gather(what: str, *asked: Any) -> list[Card]:
    """The cards of every subject for `today(house, standing, today)` or `about(resident, standing, today)`, the most
    pressing first."""
    return sorted((card for offer in offers("cards", what) for card in offer(*asked)), key=lambda card: card.order)


def timeline(*asked: Any) -> list[Entry]:
    """What happened to one resident, from every subject, the newest first."""
    entries = [entry for offer in offers("cards", "timeline") for entry in offer(*asked)]
    return sorted(entries, key=lambda entry: entry.day, reverse=True)
