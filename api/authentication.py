"""Who asks: a user or a partner with a key, or a user in a browser's session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.translation import gettext as _

from api.refusals import Refused
from residents.houses.access import standing_of
from residents.houses.standing import Standing
from soberhouse.accounts.keys import key_found, key_used
from soberhouse.accounts.models import ApiKey, Partner, User
from soberhouse.accounts.scopes import OF_USERS, Scope

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What is told of a key that is right and does not work any more.
DEAD = {"expired": "key-expired", "revoked": "key-revoked", "closed": "key-closed"}


@dataclass(frozen=True)
class Caller:
    """Who asks, with what they may ask for. A partner has no standing: its scopes are all it has."""

    holder: User | Partner
    scopes: frozenset[Scope]
    key: ApiKey | None = None
    standing: Standing | None = None

    @property
    def partner(self) -> Partner | None:
        return self.holder if isinstance(self.holder, Partner) else None

    @property
    def user(self) -> User | None:
        return self.holder if isinstance(self.holder, User) else None

    @property
    def label(self) -> str:
        """What the limits count by."""
        return f"{self.holder.actor_kind}-{self.holder.pk}"


def caller_of(request: HttpRequest, *, now: datetime) -> Caller:
    """Whoever asks. A key counts before a session; a wrong key is told nothing, a right one why it does not work.

    Raises Refused (401), or (403) where a session posts without its token.
    """
    header = request.headers.get("Authorization")
    if header is None:
        return _in_session(request)
    scheme, _space, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise Refused("key-missing", headers={"WWW-Authenticate": "Bearer"})
    key = key_found(secret.strip())
    state = "wrong" if key is None else key.state(now)
    if key is None or state != "live":
        challenge = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
        raise Refused(DEAD.get(state, "key-wrong"), headers=challenge)
    key_used(key, now=now)
    if key.partner is not None:
        return Caller(key.partner, key.scope_set, key)
    request.standing = Standing(key.user, now=now)
    return Caller(key.user, key.scope_set, key, request.standing)


def _in_session(request: HttpRequest) -> Caller:
    if not request.user.is_authenticated:
        raise Refused("key-missing", headers={"WWW-Authenticate": "Bearer"})
    if request.method not in SAFE:
        _require_token(request)
    return Caller(request.user, OF_USERS, None, standing_of(request))


class _TokenCheck(CsrfViewMiddleware):
    """Django's check, which tells why instead of making a page of it."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def _require_token(request: HttpRequest) -> None:
    """Raise Refused where a browser may have been made to send this by another site."""
    check = _TokenCheck(lambda request: None)  # type: ignore[arg-type, return-value]
    check.process_request(request)
    if check.process_view(request, None, (), {}):
        raise Refused("token-missing", _("Send the token of the cookie “csrftoken” as X-CSRFToken."))
