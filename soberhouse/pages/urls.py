from __future__ import annotations

from django.urls import path

from soberhouse.pages import views_resident, views_residents

urlpatterns = [
    path("residents/", views_residents.residents, name="residents"),
    path("residents/<uuid:uuid>/", views_resident.resident, name="resident"),
]
