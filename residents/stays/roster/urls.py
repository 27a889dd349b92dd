"""Addresses of the roster import. They carry the upload's public id and nothing of what is in the file."""

from __future__ import annotations

from django.urls import path

from soberhouse.lazy_views import views_of

views = views_of("residents.stays.roster.views")

urlpatterns = [
    path("import/", views.import_roster, name="import_roster"),
    path("import/<uuid:uuid>/", views.import_preview, name="import_preview"),
]
