"""Asks every subject for what it offers to the pages that gather (`soberhouse.cards`)."""

from __future__ import annotations

from typing import Any

from soberhouse.cards import Card, Entry
from soberhouse.subjects import offers


def gather(what: str, *asked: Any) -> list[Card]:
    """The cards of every subject for `today`, `week` or `home`, the most pressing first."""
    return sorted(_told(what, *asked), key=lambda card: card.order)


def about(*asked: Any) -> tuple[list[Card], list[Entry]]:
    """What every subject tells of one resident: the cards, the most pressing first, and what happened, the newest
    first."""
    told = _told("about", *asked)
    cards = [each for each in told if isinstance(each, Card)]
    entries = [each for each in told if isinstance(each, Entry)]
    return sorted(cards, key=lambda card: card.order), sorted(entries, key=lambda entry: entry.day, reverse=True)


def _told(what: str, *asked: Any) -> list[Any]:
    return [each for offer in offers("cards", what) for each in offer(*asked)]
