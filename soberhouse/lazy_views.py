"""Views that are imported when they are first asked for: a command that answers no request starts without them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver

_handed_out: list[LazyView] = []


class LazyView:
    """The view called `name` in a module. Whatever is asked of it, beside its name, is asked of the view itself."""

    def __init__(self, module: str, name: str) -> None:
        self.__module__, self.__name__, self.__qualname__ = module, name, name
        _handed_out.append(self)

    def load(self) -> Any:
        """The view itself. ImportError or AttributeError where it is not there."""
        return getattr(import_module(self.__module__), self.__name__)

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.load()(request, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self.load(), name)


class LazyViews:
    """The views of a module, as attributes."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return LazyView(self._module, name)


def views_of(module: str) -> LazyViews:
    """What an address book says instead of importing the module."""
    return LazyViews(module)


def import_all() -> None:
    """Import the view of every address: a server does, so that nobody waits and nothing missing goes unnoticed.
    Raises ImportError or AttributeError for a view that is not there."""
    get_resolver().url_patterns  # noqa: B018 -- asking reads the address books
    for each in _handed_out:
        each.load()
