from __future__ import annotations

from django.urls import path

from residents.stays import views

urlpatterns = [
    path("houses/<uuid:uuid>/beds/", views.bed_board, name="board"),
    path("houses/<uuid:uuid>/beds/move-in/", views.move_in, name="move_in"),
    path("houses/<uuid:uuid>/beds/hold/", views.hold, name="hold"),
    path("beds/<uuid:uuid>/out/", views.bed_out, name="bed_out"),
    path("bed-uses/<uuid:uuid>/back/", views.bed_back, name="bed_back"),
    path("bed-uses/<uuid:uuid>/change/", views.hold_change, name="hold_change"),
    path("bed-uses/<uuid:uuid>/release/", views.hold_release, name="hold_release"),
    path("stays/<uuid:uuid>/", views.stay_page, name="stay"),
    path("stays/<uuid:uuid>/move/", views.stay_move, name="stay_move"),
    path("stays/<uuid:uuid>/transfer/", views.stay_transfer, name="stay_transfer"),
    path("stays/<uuid:uuid>/expect/", views.stay_expect, name="stay_expect"),
    path("stays/<uuid:uuid>/discharge/", views.stay_discharge, name="stay_discharge"),
    path("stays/<uuid:uuid>/phase/", views.stay_phase, name="stay_phase"),
    path("stays/<uuid:uuid>/void/", views.stay_void, name="stay_void"),
    path("stays/<uuid:uuid>/start/", views.stay_correct_start, name="stay_correct_start"),
    path("discharges/<uuid:uuid>/correct/", views.discharge_correct, name="discharge_correct"),
    path("discharges/<uuid:uuid>/undo/", views.discharge_undo, name="discharge_undo"),
    path("houses/<uuid:uuid>/applications/", views.applications, name="applications"),
    path("houses/<uuid:uuid>/applications/new/", views.application_new, name="application_new"),
    path("applications/<uuid:uuid>/", views.application_page, name="application"),
    path("applications/<uuid:uuid>/accept/", views.application_accept, name="application_accept"),
    path("applications/<uuid:uuid>/wait/", views.application_wait, name="application_wait"),
    path("applications/<uuid:uuid>/move/", views.application_move, name="application_move"),
    path("applications/<uuid:uuid>/decline/", views.application_decline, name="application_decline"),
    path("applications/<uuid:uuid>/withdraw/", views.application_withdraw, name="application_withdraw"),
    path("occupancy/", views.occupancy_all, name="occupancy_all"),
    path("houses/<uuid:uuid>/occupancy/", views.occupancy_page, name="occupancy"),
    path("houses/<uuid:uuid>/phases/", views.phase_kinds, name="phase_kinds"),
    path("houses/<uuid:uuid>/phases/new/", views.phase_kind_new, name="phase_kind_new"),
    path("phases/<uuid:uuid>/", views.phase_kind_change, name="phase_kind_change"),
]
