"""One's own account, and the page to change its password."""

from __future__ import annotations

import functools
from collections.abc import Callable

from allauth.account import views as allauth_views
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from soberhouse.accounts import services
from soberhouse.accounts.forms import OwnAccountForm, PinForm
from soberhouse.accounts.models import AccountEvent, User
from soberhouse.form_page import form_page

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
        messages.error(request, _("Your account has no password yet. Your operator can set the first one."))
        return redirect("own_account")
    return allauth_views.password_change(request)
