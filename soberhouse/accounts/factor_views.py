"""The pages of the second factor. `urls.py` imports them when the first of them is asked for: what checks a passkey is
slow to import, and few requests need it."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import ReauthenticateView
from allauth.core.internal import ratelimit
from allauth.mfa.base import views as allauth_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.totp.internal.auth import clear_totp_secret
from allauth.mfa.webauthn import views as passkey_views
from allauth.mfa.webauthn.internal import auth, flows
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm, Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic.edit import FormView

from soberhouse.accounts import factors
from soberhouse.accounts.qr import code_of
from soberhouse.form_page import form_page, show_refusal

confirmed = reauthentication_required(app="allauth.mfa")


def as_text(options: Any) -> str:
    """What the browser is asked to do with a passkey, for the page to carry in an attribute."""
    return json.dumps(options)


# Signing in


class SignInByFactor(allauth_views.AuthenticateView):
    """After the password: a code, or a passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        has = factors.factors_of(self.stage.login.user)
        return found | {
            "options": as_text(found["js_data"]["request_options"]),
            "passkeys": has.passkeys,
            "codes": has.app or has.codes_left,
        }


class SignInByPasskey(passkey_views.LoginWebAuthnView):
    """A passkey instead of name and password; it goes on to where its owner was going."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Each answer is remembered in a session of its own: nobody fills the table with them.
        if not ratelimit.consume(request, app="allauth.mfa", action="passkey_asked", limit_get=True):
            return ratelimit.respond_429(request)
        return super().get(request, *args, **kwargs)

    def form_valid(self, form: BaseForm) -> HttpResponse:
        found = form.cleaned_data["credential"]
        login = Login(user=found.user, redirect_url=get_next_redirect_url(self.request))
        return flows.perform_passwordless_login(self.request, found, login)


# Saying once more who one is


class ConfirmByPassword(ReauthenticateView):
    """The password, before a change to how one signs in."""


class ConfirmByCode(allauth_views.ReauthenticateView):
    """A code, before the same."""


class ConfirmByPasskey(passkey_views.ReauthenticateWebAuthnView):
    """A passkey, before the same."""

    template_name = "mfa/webauthn/reauthenticate.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = super().get_context_data(**kwargs)
        return found | {
            "options": as_text(found["js_data"]["request_options"]),
            "reauthentication_alternatives": self.get_reauthentication_alternatives(),
        }

    def form_invalid(self, form: BaseForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form))


# Setting up and taking away


def second_factor(request: HttpRequest) -> HttpResponse:
    """What one has, and the ways to more."""
    with timezone.override(settings.DEFAULT_HOUSE_TIME_ZONE):  # the page belongs to no house
        has = factors.factors_of(request.user)
        must = factors.must_have_one(request.user)
        context = {
            "has": has,
            "must": must,
            "lacks": must and not has.any,
            "codes_made": settings.MFA_RECOVERY_CODE_COUNT,
        }
        return render(request, "mfa/index.html", context)


def _set_up(view: FormView, form: BaseForm, add: Any) -> HttpResponse:
    """Call the service and go on: to the recovery codes, where there are none yet."""
    request = view.request
    try:
        add(request.session.session_key)
    except ValidationError as refusal:
        show_refusal(form, refusal)
        return view.form_invalid(form)
    # Whoever set it up just now has shown it: this session needs no other proof of it.
    record_authentication(request, request.user, factors.SHOWN, reauthenticated=True)
    has = factors.factors_of(request.user)
    return redirect("mfa_view_recovery_codes" if has.codes_left is None else "mfa_index")


class AppAdd(totp_views.ActivateTOTPView):
    """A QR code for the app, and the first code that it shows."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = FormView.get_context_data(self, **kwargs)
        adapter, secret = totp_views.get_adapter(), found["form"].secret
        groups = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
        return found | {"qr": code_of(adapter.build_totp_url(self.request.user, secret)), "secret": groups}

    def form_valid(self, form: BaseForm) -> HttpResponse:
        answer = _set_up(
            self, form, lambda here: factors.app_add(user=self.request.user, secret=form.secret, here=here)
        )
        if not form.errors:
            clear_totp_secret(self.request)
        return answer


class PasskeyAdd(passkey_views.AddWebAuthnView):
    """The browser makes a passkey, after it asked its owner who they are."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = FormView.get_context_data(self, **kwargs)
        return found | {"options": as_text(auth.begin_registration(self.request.user, True))}

    def form_valid(self, form: BaseForm) -> HttpResponse:
        data = form.cleaned_data
        return _set_up(
            self,
            form,
            lambda here: factors.passkey_add(
                user=self.request.user, name=data["name"], credential=data["credential"], here=here
            ),
        )


@confirmed
def app_remove(request: HttpRequest) -> HttpResponse:
    if factors.factors_of(request.user).app is None:
        return redirect("mfa_activate_totp")
    return _take_away(
        request,
        lambda here: factors.app_remove(user=request.user, here=here),
        title=_("Remove the app?"),
        done=_("The app is removed."),
        consequences=[_("Its codes open nothing any more. Delete the entry in the app too.")],
        submit=_("Remove the app"),
    )


@confirmed
def passkey_remove(request: HttpRequest, *, key: str) -> HttpResponse:
    found = [each for each in factors.factors_of(request.user).passkeys if each.key == key]
    if not found:
        raise Http404
    return _take_away(
        request,
        lambda here: factors.passkey_remove(user=request.user, key=key, here=here),
        title=_("Remove the passkey “%(name)s”?") % {"name": found[0].name},
        done=_("The passkey is removed."),
        consequences=[_("It opens nothing any more. Delete it on the device too.")],
        submit=_("Remove the passkey"),
    )


def _take_away(request: HttpRequest, remove: Any, *, consequences: list[str], **words: Any) -> HttpResponse:
    last = _("If it is the last one, your password alone signs you in, and your recovery codes are gone too.")

    def save(_data: Any) -> None:
        remove(request.session.session_key)
        if not factors.has_one(request.user):
            factors.forget_shown(request)

    return form_page(
        request,
        Form(request.POST if request.method == "POST" else None),
        save,
        to=reverse("mfa_index"),
        template="soberhouse/confirm.html",
        consequences=[*consequences, last, _("You are signed out everywhere else.")],
        danger=True,
        cancel_url=reverse("mfa_index"),
        **words,
    )


@confirmed
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Made, and shown this once, in answer to the press of a button: they stand nowhere they could be read again. The
    same press sent again, as by loading the page anew, makes no others."""
    has = factors.factors_of(request.user)
    if not has.any:
        return redirect("mfa_index")
    made: list[str] = []
    if request.method == "POST":
        if request.POST.get("instead_of", has.codes_key) != has.codes_key:
            messages.warning(request, _("The codes were made and shown once. If you have not got them, make new ones."))
            return redirect("mfa_view_recovery_codes")
        made = factors.recovery_codes_make(user=request.user)
    context = {"has": has, "codes": made, "codes_made": settings.MFA_RECOVERY_CODE_COUNT, "host": request.get_host()}
    return render(request, "mfa/recovery_codes/index.html", context)


sign_in_by_factor = SignInByFactor.as_view()
sign_in_by_passkey = SignInByPasskey.as_view()
confirm_by_password = ConfirmByPassword.as_view()
confirm_by_code = ConfirmByCode.as_view()
confirm_by_passkey = ConfirmByPasskey.as_view()
app_add = AppAdd.as_view()
passkey_add = PasskeyAdd.as_view()
