from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("soberhouse.pages.urls")),
    path("", include("residents.houses.urls")),
    path("", include("residents.people.urls")),
    path("", include("residents.stays.urls")),
    path("", include("residents.stays.roster.urls")),
    path("", include("residents.rules.urls")),
    path("", include("residents.log.urls")),
    path("", include("residents.away.urls")),
    path("", include("residents.meetings.urls")),
    path("", include("soberhouse.accounts.urls")),
    path("", include("soberhouse.documents.urls")),
    path("", include("api.urls")),
]

# A program is told what is wrong as a problem, a person on a page.
handler400 = "soberhouse.problems.bad_request"
handler403 = "soberhouse.problems.permission_denied"
handler404 = "soberhouse.problems.page_not_found"
handler500 = "soberhouse.problems.server_error"
