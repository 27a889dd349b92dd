from __future__ import annotations

from django.urls import path

from soberhouse.lazy_views import views_of

follow_ups = views_of("residents.log.views.follow_ups")
incidents = views_of("residents.log.views.incidents")
papers_incident = views_of("residents.log.views.papers_incident")
complaints = views_of("residents.log.views.complaints")
clocks = views_of("residents.log.views.clocks")
deadlines = views_of("residents.log.views.deadlines")
entries = views_of("residents.log.views.entries")
papers_complaint = views_of("residents.log.views.papers_complaint")
papers_safety = views_of("residents.log.views.papers_safety")
safety = views_of("residents.log.views.safety")
searches = views_of("residents.log.views.searches")
visits = views_of("residents.log.views.visits")
the_log = views_of("residents.log.views.log")
shifts = views_of("residents.log.views.shifts")
papers_hand_over = views_of("residents.log.views.papers_hand_over")
papers_log = views_of("residents.log.views.papers_log")

urlpatterns = [
    path("houses/<uuid:uuid>/log/", the_log.log, name="log"),
    path("houses/<uuid:uuid>/log/new/", entries.entry_new, name="entry_new"),
    path("entries/<uuid:uuid>/", entries.entry_page, name="entry"),
    path("entries/<uuid:uuid>/amend/", entries.entry_amend, name="entry_amend"),
    path("entries/<uuid:uuid>/readers/", entries.entry_show_to, name="entry_show_to"),
    path("entries/<uuid:uuid>/photos/", entries.entry_photo_add, name="entry_photo_add"),
    path("entry-photos/<uuid:uuid>/", entries.entry_photo, name="entry_photo"),
    path("houses/<uuid:uuid>/papers/log/", papers_log.log_issue, name="log_issue"),
    path("houses/<uuid:uuid>/papers/log/few/", papers_log.log_of_few_issue, name="log_of_few_issue"),
    path("houses/<uuid:uuid>/incidents/start/", incidents.incident_start, name="incident_start"),
    path("incident-drafts/<uuid:uuid>/", incidents.incident_draft, name="incident_draft"),
    path("incident-drafts/<uuid:uuid>/drop/", incidents.incident_draft_drop, name="incident_draft_drop"),
    path("entries/<uuid:uuid>/steps/new/", incidents.incident_step_new, name="incident_step_new"),
    path("incident-steps/<uuid:uuid>/", incidents.incident_step_amend, name="incident_step_amend"),
    path("entries/<uuid:uuid>/close/", incidents.incident_close, name="incident_close"),
    path("entries/<uuid:uuid>/follow-up/", follow_ups.follow_up_new, name="follow_up_new"),
    path("follow-ups/<uuid:uuid>/done/", follow_ups.follow_up_done, name="follow_up_done"),
    path("entries/<uuid:uuid>/papers/incident/", papers_incident.incident_issue, name="incident_issue"),
    path("houses/<uuid:uuid>/complaints/new/", complaints.complaint_new, name="complaint_new"),
    path("my/complaints/", complaints.my_complaints, name="my_complaints"),
    path("my/complaints/new/", complaints.my_complaint_new, name="my_complaint_new"),
    path("entries/<uuid:uuid>/answer/", complaints.complaint_answer, name="complaint_answer"),
    path("entries/<uuid:uuid>/outcome/", complaints.complaint_close, name="complaint_close"),
    path("entries/<uuid:uuid>/papers/complaint/", papers_complaint.complaint_issue, name="complaint_issue"),
    path("houses/<uuid:uuid>/searches/new/", searches.search_new, name="search_new"),
    path("entries/<uuid:uuid>/search/", searches.search_amend, name="search_amend"),
    path("houses/<uuid:uuid>/visits/new/", visits.visit_new, name="visit_new"),
    path("entries/<uuid:uuid>/left/", visits.visit_end, name="visit_end"),
    path("organizations/<uuid:uuid>/clocks/", clocks.clocks, name="clocks"),
    path("organizations/<uuid:uuid>/clocks/new/", clocks.clock_new, name="clock_new"),
    path("clocks/<uuid:uuid>/end/", clocks.clock_end, name="clock_end"),
    path("organizations/<uuid:uuid>/holidays/new/", clocks.holiday_new, name="holiday_new"),
    path("organizations/<uuid:uuid>/holidays/federal/", clocks.holidays_start, name="holidays_start"),
    path("holidays/<uuid:uuid>/drop/", clocks.holiday_drop, name="holiday_drop"),
    path("houses/<uuid:uuid>/deadlines/", deadlines.deadlines, name="deadlines"),
    path("deadlines/<uuid:uuid>/met/", deadlines.deadline_met, name="deadline_met"),
    path("deadlines-met/<uuid:uuid>/file/", deadlines.deadline_file, name="deadline_file"),
    path("houses/<uuid:uuid>/hand-over/", shifts.hand_over_new, name="hand_over_new"),
    path("houses/<uuid:uuid>/hand-overs/", shifts.hand_overs, name="hand_overs"),
    path("hand-overs/<uuid:uuid>/", shifts.hand_over_page, name="hand_over"),
    path("hand-overs/<uuid:uuid>/read/", shifts.hand_over_read, name="hand_over_read"),
    path("hand-overs/<uuid:uuid>/papers/hand-over/", papers_hand_over.hand_over_issue, name="hand_over_issue"),
    path("organizations/<uuid:uuid>/load/", shifts.load_page, name="load"),
    path("houses/<uuid:uuid>/safety/", safety.safety, name="safety"),
    path("houses/<uuid:uuid>/safety/start/", safety.safety_start, name="safety_start"),
    path("houses/<uuid:uuid>/safety/new/", safety.safety_item_new, name="safety_item_new"),
    path("safety-items/<uuid:uuid>/", safety.safety_item_change, name="safety_item_change"),
    path("safety-items/<uuid:uuid>/check/", safety.safety_check_new, name="safety_check_new"),
    path("safety-checks/<uuid:uuid>/correct/", safety.safety_check_correct, name="safety_check_correct"),
    path("houses/<uuid:uuid>/papers/safety/", papers_safety.safety_issue, name="safety_issue"),
]
