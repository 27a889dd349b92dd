"""The language of what is kept and of what others read."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.utils import translation

P, R = ParamSpec("P"), TypeVar("R")


def in_site_language(act: Callable[P, R]) -> Callable[P, R]:
    """`act`, done in the site's language whatever the browser of whoever asks prefers: what it puts into words is not
    for them alone."""

    @functools.wraps(act)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        with translation.override(settings.LANGUAGE_CODE):
            return act(*args, **kwargs)

    return done
