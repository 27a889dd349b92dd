from __future__ import annotations

from django.urls import URLPattern, path

from residents.away.views import passes

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
]
