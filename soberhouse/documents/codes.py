"""The code on a paper: a hundred random bits that somebody can read out over the telephone."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from soberhouse.codes import as_made, grouped, new_letters

LENGTH, GROUP = 20, 5


def new_code() -> str:
    return grouped(new_letters(LENGTH), GROUP)


def as_typed(text: str) -> str:
    """The code that somebody means who typed this, as it is printed. Empty where it is no code."""
    return grouped(as_made(text, LENGTH), GROUP)


def verify_url(code: str) -> str:
    """Where the world checks this code."""
    return settings.SITE_URL + reverse("verify_code", args=[code])
