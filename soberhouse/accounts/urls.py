"""Signing in and one's own account. Of allauth's pages only these: nobody signs up, confirms or connects anything."""

from __future__ import annotations

from allauth.account import views as allauth_views
from django.urls import path, re_path

from soberhouse.accounts import views
from soberhouse.accounts.views import View

SIGNING_IN = "signing in, out, and back in with a new password"


def public(view: View) -> View:
    view.requires = SIGNING_IN
    return view


urlpatterns = [
    path("account/", views.own_account, name="own_account"),
    path("account/pin/", views.own_pin, name="own_pin"),
    path("account/login/", public(allauth_views.login), name="account_login"),
    path("account/logout/", public(allauth_views.logout), name="account_logout"),
    path("account/password/change/", views.password_change, name="account_change_password"),
    path("account/password/reset/", public(allauth_views.password_reset), name="account_reset_password"),
    path("account/password/reset/done/", public(allauth_views.password_reset_done), name="account_reset_password_done"),
    path(
        "account/password/reset/key/done/",
        public(allauth_views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(allauth_views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]
