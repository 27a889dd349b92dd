from __future__ import annotations

from django.urls import path

from soberhouse.lazy_views import views_of

views = views_of("soberhouse.documents.views")

urlpatterns = [
    path("verify/", views.verify, name="verify"),
    path("verify/<slug:code>/", views.verify_code, name="verify_code"),
]
