"""Asks every subject for what it offers to the pages that gather (`soberhouse.cards`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings

from soberhouse.cards import Card, Entry


@cache
def offers(what: str) -> tuple[Callable[..., Iterable[Any]], ...]:
    """The functions called `what` in the `cards` modules of `settings.SUBJECTS`, in that order."""
    names = [f"{subject}.cards" for subject in settings.SUBJECTS]
    modules = [import_module(name) for name in names if find_spec(name) is not None]
    return tuple(getattr(module, what) for module in modules if hasattr(module, what))


def gather(what: str, *asked: Any) -> list[Card]:
    """The cards of every subject for `today(house, standing, today)` or `about(resident, standing, today)`, the most
    pressing first."""
    return sorted((card for offer in offers(what) for card in offer(*asked)), key=lambda card: card.order)


def timeline(*asked: Any) -> list[Entry]:
    """What happened to one resident, from every subject, the newest first."""
    entries = [entry for offer in offers("timeline") for entry in offer(*asked)]
    return sorted(entries, key=lambda entry: entry.day, reverse=True)
