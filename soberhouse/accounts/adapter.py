"""How allauth behaves here."""

from __future__ import annotations

import logging
import time
from smtplib import SMTPException
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from soberhouse.accounts import services
from soberhouse.accounts.models import User
from soberhouse.history import acting_as
from soberhouse.limits import counted_by

log = logging.getLogger("soberhouse.accounts")

NO_MATCH = _("The name or the password is not right.")


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves, and no answer tells whether somebody has an account."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": NO_MATCH,
        "username_password_mismatch": NO_MATCH,
        "too_many_login_attempts": _("Too many tries with this name. Wait five minutes and try again."),
        "enter_current_password": _("This is not your password now."),
        "incorrect_password": _("This is not your password."),
        "rate_limited": _("Too many tries. Wait five minutes and try again."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """What allauth's limits count by."""
        return counted_by(request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        """Whoever knows the old password or opens the link is taken for the owner; the record says which of both."""
        by_link = self.request.user != user
        with acting_as(user, source="web"):
            services.password_set(user=user, password=password, by_link=by_link)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return first_page(request.user)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """A closed account is answered like one that is not there."""
        messages.error(request, NO_MATCH)
        return redirect("account_login")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in just now is not asked once more who they are."""
        records = get_authentication_records(self.request, self.request.user)
        if records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        words = {
            "reauthenticate": _("Use my password"),
            "mfa_reauthenticate": _("Use a code"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
        }
        return [each | {"description": words[each["id"]]} for each in super().get_reauthentication_methods(user)]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("own_account")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Back to the list of people on a shared tablet, else to the sign-in page."""
        return reverse("tablet" if request.on_tablet else "account_login")

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell somebody about their own account at the address it has; allauth's own list of addresses stays empty."""
        if email or user.email:
            super().send_notification_mail(template_prefix, user, context, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is down changes no answer: the page would tell who has an account.

        Unlike allauth's, it needs no request: a service sends mail too.
        """
        try:
            self.render_mail(template_prefix, email, {"email": email} | context).send()
        except (OSError, SMTPException) as problem:
            log.error("mail not sent", extra={"mail": template_prefix, "problem": type(problem).__name__})


def first_page(user: User) -> str:
    """Where somebody begins: a resident who does nothing else here with their own week, everybody else with today."""
    if hasattr(user, "resident") and not user.roles.live().exists():
        try:
            return reverse("my_week")
        except NoReverseMatch:
            pass
    return reverse(settings.LOGIN_REDIRECT_URL)
