"""One's own account: its page, its password, where it is signed in; and the way in with an invitation slip."""

from __future__ import annotations

import functools
from collections.abc import Callable
from uuid import UUID

from allauth.account import views as allauth_views
from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import Login
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from soberhouse.accounts import factors, invitations, keys, services, sessions
from soberhouse.accounts.forms import JoinForm, KeyRevokeForm, OwnAccountForm, PinForm, SlipForm
from soberhouse.accounts.models import AccountEvent, ApiKey, User
from soberhouse.form_page import form_page, show_refusal

View = Callable[..., HttpResponse]
OWN = "one's own account, on one's own device"
EVENTS_SHOWN = 20


def by_password(view: View) -> View:
    """Accounts, roles and devices ask for the real sign-in: 403 for whoever stepped up to a shared tablet by PIN."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.on_tablet:
            return render(request, "accounts/not_on_tablet.html", status=403)
        return view(request, *args, **kwargs)

    return wrapped


def own(view: View) -> View:
    """For a view of one's own account."""
    wrapped = login_required(by_password(view))
    wrapped.requires = OWN
    return wrapped


def confirmed_first(request: HttpRequest) -> None:
    """Lead whoever has not done so just now to say once more who they are, and back again: it raises what takes them
    there. Before a way in of one's own is made, which would outlast this session."""
    raise_if_reauthentication_required(request, app="soberhouse.accounts")


def events_of(user: User) -> QuerySet[AccountEvent]:
    """What happened to the secrets of an account of late, the newest first."""
    return user.account_events.all()[:EVENTS_SHOWN]


@own
def own_account(request: HttpRequest) -> HttpResponse:
    # A row of its own: the form writes into it, and `request.user` is who acts and whom the page greets.
    user = User.objects.visible_to(request.user).get(pk=request.user.pk)
    with timezone.override(settings.DEFAULT_HOUSE_TIME_ZONE):  # the page belongs to no house
        form = OwnAccountForm(request.POST or None, instance=user)
        return form_page(
            request,
            form,
            lambda data: services.user_change(user=user, **form.changes),
            title=_("Your account"),
            to=reverse("own_account"),
            done=_("Saved."),
            template="accounts/own.html",
            events=events_of(user),
            factors=factors.factors_of(user),
            devices=len(sessions.sessions_of(user, here=request.session.session_key)),
            keys=keys.listed(user.api_keys.all(), now=timezone.now(), revoke_url=own_key_revoke_url),
        )


@own
def own_sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in. What is sent names one of them to end, or says all but this one."""
    here = request.session.session_key
    if request.method == "POST":
        name = request.POST.get("end", "")
        if name == "others":
            sessions.sessions_end(user=request.user, but=here)
        else:
            sessions.session_end(user=request.user, name=name, here=here)
        messages.success(request, _("Signed out there."))
        return redirect("own_sessions")
    with timezone.override(settings.DEFAULT_HOUSE_TIME_ZONE):  # the page belongs to no house
        found = sessions.sessions_of(request.user, here=here)
        return render(request, "usersessions/usersession_list.html", {"sessions": found})


def own_key_revoke_url(key: ApiKey) -> str:
    return reverse("own_key_revoke", kwargs={"uuid": key.uuid})


@own
def own_key_revoke(request: HttpRequest, uuid: UUID) -> HttpResponse:
    key = get_object_or_404(request.user.api_keys, uuid=uuid)
    return form_page(
        request,
        KeyRevokeForm(request.POST or None),
        lambda data: keys.key_revoke(key=key, reason=data["reason"]),
        title=_("Revoke the key “%(name)s”?") % {"name": key.name},
        to=reverse("own_account"),
        done=_("The key is revoked."),
        template="soberhouse/confirm.html",
        intro=_("It begins with %(prefix)s.") % {"prefix": key.prefix},
        consequences=[_("Whatever program shows it gets no answer any more, from this moment on.")],
        kept=[_("What was done with it, under your name.")],
        submit=_("Revoke the key"),
        danger=True,
        cancel_url=reverse("own_account"),
    )


@own
def own_pin(request: HttpRequest) -> HttpResponse:
    return form_page(
        request,
        PinForm(request.POST or None),
        lambda data: services.pin_set(user=request.user, pin=data["pin"]),
        title=_("Your PIN"),
        to=reverse("own_account"),
        done=_("Your PIN is set."),
        intro=_("With it you step up to the shared tablet of your house. It works nowhere else."),
        submit=_("Set the PIN"),
        cancel_url=reverse("own_account"),
    )


@own
def password_change(request: HttpRequest) -> HttpResponse:
    if not request.user.has_usable_password():
        messages.error(
            request, _("Your account has no password yet. An invitation slip from your house lets you choose it.")
        )
        return redirect("own_account")
    return allauth_views.password_change(request)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@never_cache
def join(request: HttpRequest) -> HttpResponse:
    """With the code of a slip to a user name and a password of one's own. The code stands in what is sent, never in an
    address: what follows a # in one stays in the browser."""
    if request.method != "POST":
        return render(request, "accounts/join.html", {"form": SlipForm()})
    if not ratelimit.consume(request, action="join"):
        return ratelimit.respond_429(request)
    invitation = invitations.invitation_of(code=request.POST.get("code", ""), now=timezone.now())
    if invitation is None:
        form = SlipForm(request.POST)
        if form.is_valid():
            form.add_error("code", invitations.NO_WAY_IN)
        return render(request, "accounts/join.html", {"form": form})
    user = invitation.user
    initial = {"code": request.POST["code"], "username": user.username}
    chosen = request.POST if "password" in request.POST else None
    form = JoinForm(chosen, initial=initial, has_email=bool(user.email))
    if form.is_valid():
        try:
            return _joined(request, form)
        except ValidationError as refusal:
            show_refusal(form, refusal)
    return render(request, "accounts/join_choose.html", {"form": form, "person": user})


def _joined(request: HttpRequest, form: JoinForm) -> HttpResponse:
    """Spend the slip and sign its owner in; whoever was signed in on this device before is out."""
    data = {name: form.cleaned_data[name] for name in form.fields if name != "again"}
    user = invitations.invitation_use(**data, now=timezone.now())
    if request.user.is_authenticated:
        logout(request)
    messages.success(request, _("Welcome. From now on you sign in with your user name and this password."))
    return perform_password_login(request, {"username": user.username}, Login(user=user))
