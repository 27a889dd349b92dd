"""Asks every subject for what it offers, without knowing what it will find."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings


@cache
def offers(module: str, what: str) -> tuple[Callable[..., Any], ...]:
    """The functions called `what` in the module called `module` of every subject in `settings.SUBJECTS` that has one,
    in that order."""
    names = [f"{subject}.{module}" for subject in settings.SUBJECTS]
    modules = [import_module(name) for name in names if find_spec(name) is not None]
    return tuple(getattr(each, what) for each in modules if hasattr(each, what))
