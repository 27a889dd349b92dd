"""Signing in and one's own account. Of allauth's pages only these: nobody signs up, confirms or connects anything."""

from __future__ import annotations

from allauth.account import views as allauth_views
from django.urls import path, re_path

from soberhouse.accounts import views
from soberhouse.accounts.views import View, own
from soberhouse.lazy_views import views_of

SIGNING_IN = "signing in, out, and back in with a new password"
BY_SLIP = "the code of an invitation slip is the key"


def public(view: View, why: str = SIGNING_IN) -> View:
    view.requires = why
    return view


factors = views_of("soberhouse.accounts.factor_views")

urlpatterns = [
    path("account/", views.own_account, name="own_account"),
    path("account/pin/", views.own_pin, name="own_pin"),
    path("account/keys/<uuid:uuid>/revoke/", views.own_key_revoke, name="own_key_revoke"),
    path("account/sessions/", views.own_sessions, name="own_sessions"),
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
    path("join/", public(views.join, BY_SLIP), name="join"),
    # allauth leads to these by the names it gives them.
    path("account/login/factor/", public(factors.sign_in_by_factor), name="mfa_authenticate"),
    path("account/login/passkey/", public(factors.sign_in_by_passkey), name="mfa_login_webauthn"),
    path("account/confirm/", own(factors.confirm_by_password), name="account_reauthenticate"),
    path("account/confirm/code/", own(factors.confirm_by_code), name="mfa_reauthenticate"),
    path("account/confirm/passkey/", own(factors.confirm_by_passkey), name="mfa_reauthenticate_webauthn"),
    path("account/factors/", own(factors.second_factor), name="mfa_index"),
    path("account/factors/app/", own(factors.app_add), name="mfa_activate_totp"),
    path("account/factors/app/remove/", own(factors.app_remove), name="mfa_deactivate_totp"),
    path("account/factors/codes/", own(factors.recovery_codes), name="mfa_view_recovery_codes"),
    path("account/factors/passkeys/new/", own(factors.passkey_add), name="mfa_add_webauthn"),
    path("account/factors/passkeys/<slug:key>/remove/", own(factors.passkey_remove), name="passkey_remove"),
]
