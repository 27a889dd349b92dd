"""Where somebody is signed in: on which devices, seen when; and ending that.

allauth's table names the device of each session; Django's holds the session itself. A session that Django no longer
takes is forgotten where they are listed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from soberhouse.accounts import upkeep
from soberhouse.accounts.models import AccountEvent, User

SHARED_DEVICE = "tablet"  # a session with this was opened by PIN on a shared device
SEEN = "seen_at"
SEEN_EVERY = 5 * 60  # seconds: one write, however much somebody does
NOWHERE = "0.0.0.0"  # noqa: S104 -- an address that nobody has, where none is known

# What a browser says of itself, the telling word first: Chrome says Safari, and everybody says Mozilla.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
DEVICES = {
    "iPhone": gettext_lazy("an iPhone"),
    "iPad": gettext_lazy("an iPad"),
    "Android.*Mobile": gettext_lazy("an Android phone"),
    "Android": gettext_lazy("an Android tablet"),
    "Windows": gettext_lazy("Windows"),
    "CrOS": gettext_lazy("a Chromebook"),
    "Macintosh": gettext_lazy("a Mac"),
    "Linux": gettext_lazy("Linux"),
}


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """One session of somebody. `name` stands for it on a page, and opens nothing."""

    name: str
    device: str
    since: datetime
    seen_at: datetime
    is_here: bool
    is_shared: bool


def sessions_of(user: User, *, here: str | None) -> list[SignedIn]:
    """Where `user` is signed in, this device first and then as last seen. Two queries, one more where some are over."""
    rows = list(UserSession.objects.filter(user=user))
    keys = [row.session_key for row in rows]
    live = {
        session.session_key: data
        for session in Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        if _opens((data := session.get_decoded()), user)
    }
    if over := [row.pk for row in rows if row.session_key not in live]:
        UserSession.objects.filter(pk__in=over).delete()
    found = [
        SignedIn(
            name=_name(row.session_key),
            device=device_in_words(row.user_agent),
            since=row.created_at,
            seen_at=row.last_seen_at,
            is_here=row.session_key == here,
            is_shared=SHARED_DEVICE in live[row.session_key],
        )
        for row in rows
        if row.session_key in live
    ]
    return sorted(found, key=lambda one: (one.is_here, one.seen_at), reverse=True)


@transaction.atomic
def session_end(*, user: User, name: str, here: str | None) -> None:
    """Sign `user` out of the one session of this name. Does nothing for this very session, and for one that is over."""
    keys = [key for key in _keys(user) if _name(key) == name and key != here]
    _end(user, keys)


@transaction.atomic
def sessions_end(*, user: User, but: str | None = None) -> None:
    """Sign `user` out everywhere, but in the session of this key where one is given."""
    _end(user, [key for key in _keys(user) if key != but])


def session_began(request: HttpRequest, user: User) -> None:
    """Keep in mind on which device `user` signed in."""
    request.session[SEEN] = int(timezone.now().timestamp())
    if request.session.session_key is None:  # somebody else was signed in here, and their session is thrown away
        request.session.save()
    UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user": user,
            "ip": get_client_ip(request) or NOWHERE,
            "user_agent": request.META.get("HTTP_USER_AGENT", "")[:200],
        },
    )


def session_seen(request: HttpRequest) -> None:
    """Keep in mind that somebody was here just now, once every few minutes."""
    now = timezone.now()
    if SEEN not in request.session:
        session_began(request, request.user)
    elif int(now.timestamp()) - request.session[SEEN] >= SEEN_EVERY:
        request.session[SEEN] = int(now.timestamp())
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=now)


def device_in_words(user_agent: str) -> str:
    """What the device is, as its owner would call it."""
    browser = next((name for word, name in BROWSERS.items() if word in user_agent), "")
    device = next((str(name) for word, name in DEVICES.items() if re.search(word, user_agent)), "")
    if browser and device:
        return _("%(browser)s on %(device)s") % {"browser": browser, "device": device}
    return browser or device or _("an unknown device")


def _opens(data: dict[str, Any], user: User) -> bool:
    """Whether Django takes this session for one of `user`, with the password they have now."""
    return data.get(SESSION_KEY) == str(user.pk) and data.get(HASH_SESSION_KEY) == user.get_session_auth_hash()


def _keys(user: User) -> list[str]:
    return list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))


def _end(user: User, keys: Iterable[str]) -> None:
    ended, _each = Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    if ended:
        upkeep.happened(user, AccountEvent.Kind.SIGNED_OUT)


def _name(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]
