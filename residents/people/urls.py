from __future__ import annotations

from django.urls import path

from soberhouse.lazy_views import views_of

views = views_of("residents.people.views")
views_photos = views_of("residents.people.views_photos")

urlpatterns = [
    path("residents/<uuid:uuid>/about/", views.resident_change, name="resident_change"),
    path("residents/<uuid:uuid>/slip/", views.resident_slip, name="resident_slip"),
    path("residents/<uuid:uuid>/photo/", views_photos.resident_photo, name="resident_photo"),
    path("residents/<uuid:uuid>/photo/change/", views_photos.resident_photo_change, name="resident_photo_change"),
    path("residents/<uuid:uuid>/photo/remove/", views_photos.resident_photo_remove, name="resident_photo_remove"),
    path("residents/<uuid:uuid>/sobriety/", views.sobriety_record, name="sobriety_record"),
    path("sobriety/<uuid:uuid>/", views.sobriety_correct, name="sobriety_correct"),
    path("residents/<uuid:uuid>/alerts/", views.alert_add, name="alert_add"),
    path("alerts/<uuid:uuid>/", views.alert_change, name="alert_change"),
    path("residents/<uuid:uuid>/contacts/", views.contact_add, name="contact_add"),
    path("contacts/<uuid:uuid>/", views.contact_change, name="contact_change"),
    path("my/contacts/", views.my_contact_add, name="my_contact_add"),
    path("my/contacts/<uuid:uuid>/", views.my_contact_change, name="my_contact_change"),
    path("residents/<uuid:uuid>/hours/", views.hours_add, name="hours_add"),
    path("hours/<uuid:uuid>/", views.hours_change, name="hours_change"),
    path("hours/<uuid:uuid>/end/", views.hours_end, name="hours_end"),
    path("residents/<uuid:uuid>/duties/", views.officer_appoint, name="officer_appoint"),
    path("duties/<uuid:uuid>/", views.officer_end, name="officer_end"),
]
