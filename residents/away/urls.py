from __future__ import annotations

from django.urls import URLPattern, path

from soberhouse.lazy_views import views_of

curfew = views_of("residents.away.views.curfew")
nights = views_of("residents.away.views.nights")
papers = views_of("residents.away.views.papers")
passes = views_of("residents.away.views.passes")
whereabouts = views_of("residents.away.views.whereabouts")

urlpatterns: list[URLPattern] = [
    path("houses/<uuid:uuid>/passes/", passes.passes_page, name="passes"),
    path("houses/<uuid:uuid>/passes/rules/", passes.pass_rules, name="pass_rules"),
    path("houses/<uuid:uuid>/passes/rules/new/", passes.pass_rule_new, name="pass_rule_new"),
    path("houses/<uuid:uuid>/passes/rules/start/", passes.pass_rules_start, name="pass_rules_start"),
    path("pass-rules/<uuid:uuid>/", passes.pass_rule_change, name="pass_rule_change"),
    path("pass-rules/<uuid:uuid>/drop/", passes.pass_rule_drop, name="pass_rule_drop"),
    path("stays/<uuid:uuid>/pass/", passes.pass_new, name="pass_new"),
    path("passes/<uuid:uuid>/", passes.pass_page, name="pass"),
    path("passes/<uuid:uuid>/decide/", passes.pass_decide, name="pass_decide"),
    path("passes/<uuid:uuid>/officer/", passes.pass_officer, name="pass_officer"),
    path("passes/<uuid:uuid>/cancel/", passes.pass_cancel, name="pass_cancel"),
    path("passes/<uuid:uuid>/extend/", passes.pass_extend, name="pass_extend"),
    path("passes/<uuid:uuid>/return/", passes.pass_return, name="pass_return"),
    path("my/passes/ask/", passes.my_pass_ask, name="my_pass_ask"),
    path("my/passes/<uuid:uuid>/officer/", passes.my_pass_officer, name="my_pass_officer"),
    path("my/passes/<uuid:uuid>/cancel/", passes.my_pass_cancel, name="my_pass_cancel"),
    path("my/passes/<uuid:uuid>/more-time/", passes.my_pass_more_time, name="my_pass_more_time"),
    path("my/passes/<uuid:uuid>/back/", passes.my_pass_back, name="my_pass_back"),
    path("houses/<uuid:uuid>/roll/", nights.roll_page, name="night_roll"),
    path("houses/<uuid:uuid>/roll/came-in/", nights.roll_came_in, name="roll_came_in"),
    path("houses/<uuid:uuid>/curfew/log/", nights.log_page, name="curfew_log"),
    path("curfew-checks/<uuid:uuid>/correct/", nights.check_correct_page, name="curfew_check_correct"),
    path("stays/<uuid:uuid>/curfew/", nights.curfew_of_stay_page, name="curfew_of_stay"),
    path("houses/<uuid:uuid>/curfew/", curfew.curfew_hours_page, name="curfew_hours"),
    path("houses/<uuid:uuid>/curfew/new/", curfew.curfew_hour_new, name="curfew_hour_new"),
    path("curfew-hours/<uuid:uuid>/", curfew.curfew_hour_change, name="curfew_hour_change"),
    path("curfew-hours/<uuid:uuid>/end/", curfew.curfew_hour_end, name="curfew_hour_end"),
    path("stays/<uuid:uuid>/curfew/hour/", curfew.curfew_exception_new, name="curfew_exception_new"),
    path("curfew-exceptions/<uuid:uuid>/end/", curfew.curfew_exception_over, name="curfew_exception_end"),
    path("houses/<uuid:uuid>/in-and-out/", whereabouts.whereabouts_page, name="whereabouts"),
    path("stays/<uuid:uuid>/out/", whereabouts.sign_out_page, name="sign_out"),
    path("stays/<uuid:uuid>/in/", whereabouts.sign_in_page, name="sign_in"),
    path("movements/<uuid:uuid>/correct/", whereabouts.movement_correct_page, name="movement_correct"),
    path("my/out/", whereabouts.my_sign_out, name="my_sign_out"),
    path("my/in/", whereabouts.my_sign_in, name="my_sign_in"),
    path("passes/<uuid:uuid>/papers/", papers.pass_slip, name="pass_slip_issue"),
    path("houses/<uuid:uuid>/papers/curfew/", papers.curfew_log, name="curfew_log_issue"),
    path("stays/<uuid:uuid>/papers/curfew/", papers.curfew_record, name="curfew_record_issue"),
]
