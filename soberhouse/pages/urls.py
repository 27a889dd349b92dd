from __future__ import annotations

from django.urls import path

from soberhouse.lazy_views import views_of

views = views_of("soberhouse.pages.views")
views_app = views_of("soberhouse.pages.views_app")
views_components = views_of("soberhouse.pages.views_components")
views_history = views_of("soberhouse.pages.views_history")
views_mine = views_of("soberhouse.pages.views_mine")
views_notices = views_of("soberhouse.pages.views_notices")
views_papers = views_of("soberhouse.pages.views_papers")
views_resident = views_of("soberhouse.pages.views_resident")
views_residents = views_of("soberhouse.pages.views_residents")

urlpatterns = [
    path("", views.today, name="today"),
    path("houses/<uuid:uuid>/", views.house_today, name="house_today"),
    path("manifest.webmanifest", views_app.manifest, name="manifest"),
    path("offline/", views_app.offline, name="offline"),
    path("sw.js", views_app.service_worker, name="service_worker"),
    path("components/", views_components.components, name="components"),
    path("history/<slug:kind>/<uuid:uuid>/", views_history.history, name="history"),
    path("my/week/", views_mine.my_week, name="my_week"),
    path("my/record/", views_mine.my_record, name="my_record"),
    path("my/record/pdf/", views_mine.my_record_pdf, name="my_record_pdf"),
    path("my/record/json/", views_mine.my_record_json, name="my_record_json"),
    path("my/looks/", views_mine.my_looks, name="my_looks"),
    path("my/house/", views_mine.my_house, name="my_house"),
    path("notices/", views_notices.notices, name="notices"),
    path("notices/read/", views_notices.notices_read, name="notices_read"),
    path("notices/<uuid:uuid>/", views_notices.notice_open, name="notice_open"),
    path("houses/<uuid:uuid>/papers/", views_papers.papers, name="papers"),
    path("organizations/<uuid:uuid>/papers/", views_papers.papers_of_all, name="papers_of_all"),
    path("papers/<uuid:uuid>/", views_papers.paper, name="paper"),
    path("papers/<uuid:uuid>/file/", views_papers.paper_file, name="paper_file"),
    path("papers/<uuid:uuid>/withdraw/", views_papers.paper_withdraw, name="paper_withdraw"),
    path("residents/", views_residents.residents, name="residents"),
    path("residents/<uuid:uuid>/", views_resident.resident, name="resident"),
]
