from __future__ import annotations

from django.urls import path

from soberhouse.lazy_views import views_of

applications = views_of("residents.stays.views.applications")
beds = views_of("residents.stays.views.beds")
occupancy = views_of("residents.stays.views.occupancy")
papers = views_of("residents.stays.views.papers")
stays = views_of("residents.stays.views.stays")

urlpatterns = [
    path("houses/<uuid:uuid>/beds/", beds.bed_board, name="board"),
    path("houses/<uuid:uuid>/beds/move-in/", beds.move_in, name="move_in"),
    path("houses/<uuid:uuid>/beds/hold/", beds.hold, name="hold"),
    path("beds/<uuid:uuid>/out/", beds.bed_out, name="bed_out"),
    path("bed-uses/<uuid:uuid>/back/", beds.bed_back, name="bed_back"),
    path("bed-uses/<uuid:uuid>/change/", beds.hold_change, name="hold_change"),
    path("bed-uses/<uuid:uuid>/release/", beds.hold_release, name="hold_release"),
    path("stays/<uuid:uuid>/", stays.stay_page, name="stay"),
    path("stays/<uuid:uuid>/move/", stays.stay_move, name="stay_move"),
    path("stays/<uuid:uuid>/transfer/", stays.stay_transfer, name="stay_transfer"),
    path("stays/<uuid:uuid>/expect/", stays.stay_expect, name="stay_expect"),
    path("stays/<uuid:uuid>/discharge/", stays.stay_discharge, name="stay_discharge"),
    path("stays/<uuid:uuid>/phase/", stays.stay_phase, name="stay_phase"),
    path("stays/<uuid:uuid>/void/", stays.stay_void, name="stay_void"),
    path("stays/<uuid:uuid>/start/", stays.stay_correct_start, name="stay_correct_start"),
    path("discharges/<uuid:uuid>/correct/", stays.discharge_correct, name="discharge_correct"),
    path("discharges/<uuid:uuid>/undo/", stays.discharge_undo, name="discharge_undo"),
    path("houses/<uuid:uuid>/applications/", applications.applications, name="applications"),
    path("houses/<uuid:uuid>/applications/new/", applications.application_new, name="application_new"),
    path("applications/<uuid:uuid>/", applications.application_page, name="application"),
    path("applications/<uuid:uuid>/accept/", applications.application_accept, name="application_accept"),
    path("applications/<uuid:uuid>/wait/", applications.application_wait, name="application_wait"),
    path("applications/<uuid:uuid>/move/", applications.application_move, name="application_move"),
    path("applications/<uuid:uuid>/decline/", applications.application_decline, name="application_decline"),
    path("applications/<uuid:uuid>/withdraw/", applications.application_withdraw, name="application_withdraw"),
    path("occupancy/", occupancy.occupancy_all, name="occupancy_all"),
    path("houses/<uuid:uuid>/occupancy/", occupancy.occupancy_page, name="occupancy"),
    path("houses/<uuid:uuid>/phases/", stays.phase_kinds, name="phase_kinds"),
    path("houses/<uuid:uuid>/phases/new/", stays.phase_kind_new, name="phase_kind_new"),
    path("phases/<uuid:uuid>/", stays.phase_kind_change, name="phase_kind_change"),
    path("houses/<uuid:uuid>/papers/census/", papers.census, name="census_issue"),
    path("houses/<uuid:uuid>/papers/occupancy/", papers.occupancy, name="occupancy_issue"),
    path("organizations/<uuid:uuid>/papers/occupancy/", papers.occupancy_of_all, name="occupancy_all_issue"),
    path("residents/<uuid:uuid>/papers/face-sheet/", papers.face_sheet, name="face_sheet_issue"),
    path("stays/<uuid:uuid>/papers/letter/", papers.letter, name="letter_issue"),
    path("stays/<uuid:uuid>/papers/discharge/", papers.discharge_summary, name="discharge_summary_issue"),
]
