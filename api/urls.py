from __future__ import annotations

from django.urls import path

from api.doors import DOORS
from residents.houses.access import public
from soberhouse.lazy_views import views_of

WHY = "it says how to ask, to whoever may want to, and nothing about anybody"
explained = views_of("api.explained")

urlpatterns = [
    *(path(f"api/v1/{door.path}", door.open(), name=door.name) for door in DOORS),
    path("api/schema/", public(WHY)(explained.schema), name="api_schema"),
    path("api/docs/", public(WHY)(explained.docs), name="api_docs"),
]
