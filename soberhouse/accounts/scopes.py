"""What an API key may be good for. A scope narrows what its holder may do; it never widens it."""

from __future__ import annotations

from collections.abc import Collection
from itertools import combinations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Scope(models.TextChoices):
    OCCUPANCY = "occupancy", gettext_lazy("see counts and published facts of the houses")
    REFERRALS = "referrals", gettext_lazy("send referrals")
    READ = "read", gettext_lazy("read what its person may read")
    WRITE = "write", gettext_lazy("write what its person may write")


OF_PARTNERS = frozenset({Scope.OCCUPANCY, Scope.REFERRALS})
OF_USERS = frozenset({Scope.OCCUPANCY, Scope.READ, Scope.WRITE})
# What somebody else may put into a person's key: nothing that looks or writes in that person's name.
BY_OTHERS = frozenset({Scope.OCCUPANCY})


def written(scopes: Collection[str]) -> list[str]:
    """Every choice of one or more of these scopes, as a key keeps it: names in the order above, a blank between."""
    known = [scope.value for scope in Scope if scope in scopes]
    return [" ".join(chosen) for count in range(1, len(known) + 1) for chosen in combinations(known, count)]


def known_scopes(text: str) -> None:
    """Raise ValidationError unless `text` is one or more scopes with a blank between."""
    unknown = sorted(set(text.split()) - set(Scope.values))
    if unknown or not text.split():
        raise ValidationError(
            _("“%(unknown)s” is no scope. There are: %(known)s."),
            params={"unknown": " ".join(unknown), "known": ", ".join(Scope.values)},
        )
