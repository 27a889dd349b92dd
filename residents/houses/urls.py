"""Addresses of houses, organizations, partners and shared tablets."""

from __future__ import annotations

from django.urls import path

from soberhouse.lazy_views import views_of

houses = views_of("residents.houses.views.houses")
keys = views_of("residents.houses.views.keys")
partners = views_of("residents.houses.views.partners")
people = views_of("residents.houses.views.people")
slips = views_of("residents.houses.views.slips")
tablets = views_of("residents.houses.views.tablets")

PERSON = "organizations/<uuid:uuid>/people/<uuid:person>/"

urlpatterns = [
    path("houses/<uuid:uuid>/settings/", houses.house_settings, name="house_settings"),
    path("houses/<uuid:uuid>/settings/change/", houses.house_change, name="house_change"),
    path("houses/<uuid:uuid>/rooms/new/", houses.room_add, name="room_add"),
    path("rooms/<uuid:uuid>/", houses.room_change, name="room_change"),
    path("rooms/<uuid:uuid>/order/", houses.room_shift, name="room_shift"),
    path("rooms/<uuid:uuid>/beds/new/", houses.bed_add, name="bed_add"),
    path("beds/<uuid:uuid>/change/", houses.bed_change, name="bed_change"),
    path("beds/<uuid:uuid>/order/", houses.bed_shift, name="bed_shift"),
    path("beds/<uuid:uuid>/close/", houses.bed_close, name="bed_close"),
    path("beds/<uuid:uuid>/reopen/", houses.bed_reopen, name="bed_reopen"),
    path("houses/<uuid:uuid>/tablets/", tablets.tablets_of_house, name="tablets"),
    path("houses/<uuid:uuid>/tablets/new/", tablets.tablet_enrol, name="tablet_enrol"),
    path("tablets/<uuid:uuid>/revoke/", tablets.tablet_revoke, name="tablet_revoke"),
    path("organizations/<uuid:uuid>/settings/", people.organization_settings, name="organization_settings"),
    path("organizations/<uuid:uuid>/houses/new/", houses.house_new, name="house_new"),
    path("organizations/<uuid:uuid>/people/", people.people, name="people"),
    path("organizations/<uuid:uuid>/people/new/", people.person_new, name="person_new"),
    path("organizations/<uuid:uuid>/roles/new/", people.role_new, name="role_new"),
    path("roles/<uuid:uuid>/end/", people.role_end, name="role_end"),
    path(PERSON, people.person, name="person"),
    path(f"{PERSON}change/", people.person_change, name="person_change"),
    path(f"{PERSON}slip/", slips.person_slip, name="person_slip"),
    path(f"{PERSON}factors/remove/", people.person_factors_reset, name="person_factors_reset"),
    path(f"{PERSON}pin/", people.person_pin, name="person_pin"),
    path(f"{PERSON}pin/remove/", people.person_pin_remove, name="person_pin_remove"),
    path(f"{PERSON}close/", people.person_deactivate, name="person_deactivate"),
    path(f"{PERSON}open/", people.person_reactivate, name="person_reactivate"),
    path(f"{PERSON}keys/new/", keys.person_key_new, name="person_key_new"),
    path(f"{PERSON}keys/<uuid:key>/revoke/", keys.person_key_revoke, name="person_key_revoke"),
    path("organizations/<uuid:uuid>/partners/", partners.partners, name="partners"),
    path("organizations/<uuid:uuid>/partners/new/", partners.partner_new, name="partner_new"),
    path("partners/<uuid:uuid>/", partners.partner, name="partner"),
    path("partners/<uuid:uuid>/change/", partners.partner_change, name="partner_change"),
    path("partners/<uuid:uuid>/close/", partners.partner_close, name="partner_close"),
    path("partners/<uuid:uuid>/open/", partners.partner_reopen, name="partner_reopen"),
    path("partners/<uuid:uuid>/keys/new/", keys.partner_key_new, name="partner_key_new"),
    path("partners/<uuid:uuid>/keys/<uuid:key>/revoke/", keys.partner_key_revoke, name="partner_key_revoke"),
    path("tablet/", tablets.tablet, name="tablet"),
    path("tablet/<uuid:uuid>/", tablets.tablet_pin, name="tablet_pin"),
]
