"""Addresses of houses, organizations and shared tablets."""

from __future__ import annotations

from django.urls import path

from residents.houses import views

PERSON = "organizations/<uuid:uuid>/people/<uuid:person>/"

urlpatterns = [
    path("houses/<uuid:uuid>/settings/", views.house_settings, name="house_settings"),
    path("houses/<uuid:uuid>/settings/change/", views.house_change, name="house_change"),
    path("houses/<uuid:uuid>/rooms/new/", views.room_add, name="room_add"),
    path("rooms/<uuid:uuid>/", views.room_change, name="room_change"),
    path("rooms/<uuid:uuid>/order/", views.room_shift, name="room_shift"),
    path("rooms/<uuid:uuid>/beds/new/", views.bed_add, name="bed_add"),
    path("beds/<uuid:uuid>/change/", views.bed_change, name="bed_change"),
    path("beds/<uuid:uuid>/order/", views.bed_shift, name="bed_shift"),
    path("beds/<uuid:uuid>/close/", views.bed_close, name="bed_close"),
    path("beds/<uuid:uuid>/reopen/", views.bed_reopen, name="bed_reopen"),
    path("houses/<uuid:uuid>/tablets/", views.tablets_of_house, name="tablets"),
    path("houses/<uuid:uuid>/tablets/new/", views.tablet_enrol, name="tablet_enrol"),
    path("tablets/<uuid:uuid>/revoke/", views.tablet_revoke, name="tablet_revoke"),
    path("organizations/<uuid:uuid>/settings/", views.organization_settings, name="organization_settings"),
    path("organizations/<uuid:uuid>/houses/new/", views.house_new, name="house_new"),
    path("organizations/<uuid:uuid>/people/", views.people, name="people"),
    path("organizations/<uuid:uuid>/people/new/", views.person_new, name="person_new"),
    path("organizations/<uuid:uuid>/roles/new/", views.role_new, name="role_new"),
    path("roles/<uuid:uuid>/end/", views.role_end, name="role_end"),
    path(PERSON, views.person, name="person"),
    path(f"{PERSON}change/", views.person_change, name="person_change"),
    path(f"{PERSON}password/", views.person_password, name="person_password"),
    path(f"{PERSON}pin/", views.person_pin, name="person_pin"),
    path(f"{PERSON}pin/remove/", views.person_pin_remove, name="person_pin_remove"),
    path(f"{PERSON}close/", views.person_deactivate, name="person_deactivate"),
    path(f"{PERSON}open/", views.person_reactivate, name="person_reactivate"),
    path("tablet/", views.tablet, name="tablet"),
    path("tablet/<uuid:uuid>/", views.tablet_pin, name="tablet_pin"),
]
