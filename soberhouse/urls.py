from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("soberhouse.pages.urls")),
    path("", include("residents.houses.urls")),
    path("", include("residents.people.urls")),
    path("", include("residents.stays.urls")),
    path("", include("residents.stays.roster.urls")),
    path("", include("soberhouse.accounts.urls")),
]
