from __future__ import annotations

from django.urls import path
from django.utils.module_loading import import_string

from api.doors import DOORS
from residents.houses.access import View, public


def explained(name: str) -> View:
    """The view of this name in `api.explained`, imported when somebody asks for it."""

    @public("it says how to ask, to whoever may want to, and nothing about anybody")
    def view(request, **keys):
        return import_string(f"api.explained.{name}")(request, **keys)

    return view


urlpatterns = [
    *(path(f"api/v1/{door.path}", door.open(), name=door.name) for door in DOORS),
    path("api/schema/", explained("schema"), name="api_schema"),
    path("api/docs/", explained("docs"), name="api_docs"),
]
