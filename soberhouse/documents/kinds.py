"""The kinds of paper that subjects declare, and what can be issued now.

A subject declares its kinds where its reports are:

    CENSUS = declare("house-census", _("House census"), holds=_("every bed, and who sleeps in it"))

and offers them in the function `papers(house, standing, today) -> Iterable[Offer]` of its module `cards`; the shelf of
papers asks every subject and does not know what it will find.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of paper. `holds` says in a few words what stands in it. One that is `guarded` holds what few may see:
    its pages open only to those few, whoever else sees that it was issued."""

    slug: str
    name: Any
    holds: Any
    guarded: bool = False

    def __str__(self) -> str:
        return str(self.name)


@dataclass(frozen=True, kw_only=True)
class About:
    """Whom a paper is about. `key` tells two people of one name apart; some `left`."""

    key: str
    name: str
    detail: str = ""
    left: bool = False


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A paper that can be issued now, and where: about a person or, without one, about the house. `name` tells two of
    one kind apart. `replaces` is the public id of the one that a new one takes the place of, if it takes any."""

    kind: Kind
    url: str
    about: About | None = None
    name: str = ""
    replaces: str = ""

    def __str__(self) -> str:
        return self.name or str(self.kind)


_declared: dict[str, Kind] = {}


def declare(slug: str, name: Any, *, holds: Any, guarded: bool = False) -> Kind:
    """A kind that the register may hold from now on. ValueError where another has the same slug."""
    kind = Kind(slug=slug, name=name, holds=holds, guarded=guarded)
    if slug in _declared:
        raise ValueError(f"There is a kind of paper {slug!r} already.")
    _declared[slug] = kind
    return kind


def kind_of(slug: str) -> Kind | None:
    """The kind of this name, or None where nobody declares it (any more)."""
    return _declared.get(slug)


def declared() -> tuple[Kind, ...]:
    """Every kind, in the order in which they were declared."""
    return tuple(_declared.values())
