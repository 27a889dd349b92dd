"""Shared tablets: which device this is, who may step up to it, and the lock that shuts it when it lies idle.

An enrolled device carries a signed cookie with a token of which the database keeps a digest. Every session on it ends
when it lies idle, by whichever way it was opened. One opened by PIN is bound to the device: it ends when that is
revoked, and wherever it turns up on any other.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import login, logout
from django.core.signing import BadSignature
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from residents.houses.models import Role, Tablet
from residents.houses.permissions import RoleKind
from soberhouse.accounts.models import User
from soberhouse.accounts.sessions import SHARED_DEVICE
from soberhouse.middleware import lead_away

COOKIE = "soberhouse_tablet"
COOKIE_AGE = 400 * 24 * 60 * 60  # as long as browsers keep any
DEVICE, SEEN = SHARED_DEVICE, "tablet_seen"
SEEN_EVERY = 5  # seconds: one write of the session, however fast somebody taps


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token. It is long and random, so a plain hash hides it."""
    return hashlib.sha256(token.encode()).hexdigest()


def enrol_device(response: HttpResponse, token: str) -> None:
    """Make the browser that gets this response the enrolled device."""
    response.set_signed_cookie(
        COOKIE,
        token,
        salt=COOKIE,
        max_age=COOKIE_AGE,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def tablet_of(request: HttpRequest) -> Tablet | None:
    """The enrolled tablet that this request comes from, or None. Asks the database once, only for a cookie of ours."""
    if not hasattr(request, "tablet"):
        request.tablet = _find(request)
    return request.tablet


def _find(request: HttpRequest) -> Tablet | None:
    try:
        token = request.get_signed_cookie(COOKIE, salt=COOKIE, max_age=COOKIE_AGE)
    except (KeyError, BadSignature):
        return None
    live = Tablet.objects.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()), token_digest=digest(token))
    return live.select_related("house__organization").first()


def people_of(tablet: Tablet) -> QuerySet[User]:
    """Who may step up to this tablet: those with a PIN who manage its house or operate its organization now."""
    roles = Role.objects.live().filter(
        Q(kind=RoleKind.MANAGER, house=tablet.house)
        | Q(kind=RoleKind.OPERATOR, organization=tablet.house.organization_id)
    )
    return User.objects.filter(pk__in=roles.values("user"), is_active=True).exclude(pin="").order_by("name", "pk")


def open_session(request: HttpRequest, *, user: User, tablet: Tablet) -> None:
    """Sign `user` in on this tablet, until it lies idle."""
    login(request, user)
    request.session[DEVICE] = str(tablet.uuid)
    request.session[SEEN] = int(timezone.now().timestamp())


class TabletLock:
    """Ends a session on a tablet that lay idle for `TABLET_IDLE_SECONDS`; and one opened by PIN whose tablet was
    revoked or is another one.

    `request.on_tablet` says to the pages that it was opened by PIN, `request.idle_seconds` how long it may lie idle: 0
    where that does not matter.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        device = request.session.get(DEVICE)
        tablet = tablet_of(request) if device or request.user.is_authenticated else None
        request.on_tablet = device is not None
        request.idle_seconds = settings.TABLET_IDLE_SECONDS if device or tablet else 0
        if not request.idle_seconds:
            return self.get_response(request)
        now = int(timezone.now().timestamp())
        # A sign-in by password leaves no mark: the first page after it begins to count.
        idle = now - request.session.get(SEEN, 0 if device else now)
        if idle >= settings.TABLET_IDLE_SECONDS or (device and (tablet is None or str(tablet.uuid) != device)):
            logout(request)
            return lead_away(request, reverse("tablet") if tablet else reverse(settings.LOGIN_URL))
        if idle >= SEEN_EVERY or SEEN not in request.session:
            request.session[SEEN] = now
        return self.get_response(request)
