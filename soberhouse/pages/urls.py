from __future__ import annotations

from django.urls import path

from soberhouse.pages import views, views_components, views_history, views_notices, views_resident, views_residents

urlpatterns = [
    path("", views.today, name="today"),
    path("houses/<uuid:uuid>/", views.house_today, name="house_today"),
    path("components/", views_components.components, name="components"),
    path("history/<slug:kind>/<uuid:uuid>/", views_history.history, name="history"),
    path("notices/", views_notices.notices, name="notices"),
    path("notices/read/", views_notices.notices_read, name="notices_read"),
    path("notices/<uuid:uuid>/", views_notices.notice_open, name="notice_open"),
    path("residents/", views_residents.residents, name="residents"),
    path("residents/<uuid:uuid>/", views_resident.resident, name="resident"),
]
