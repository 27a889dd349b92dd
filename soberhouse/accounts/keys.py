"""Every write about partners and API keys, and the way from what a program shows to the key it is.

Each service is one transaction and is done as whoever acts now (`soberhouse.history.acting_as`). Of a key only a digest
is kept: whoever makes one is told it once, and nobody again.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from soberhouse.accounts.models import AccountEvent, ApiKey, Partner, User
from soberhouse.accounts.scopes import BY_OTHERS, OF_PARTNERS, OF_USERS, Scope
from soberhouse.accounts.upkeep import check_not_shared, happened, is_anothers_doing, tell
from soberhouse.history import because
from soberhouse.history.queries import who
from soberhouse.words import check_reason, tidy

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # read out over a telephone: nothing that looks like something else
SHAPE = re.compile(rf"sober_[{LETTERS}]{{8}}_[A-Za-z0-9_-]{{43}}")
MOST = timedelta(days=731)  # two years, one of them a leap year
USE_NOTED = timedelta(minutes=1)
SOON = 14  # days: time to make the next one


# Partners


@transaction.atomic
def partner_create(*, organization: Any, name: str, email: str = "") -> Partner:
    """A new partner of the organization; it asks nothing before it has a key. Refuses a name that another has there."""
    return _save(Partner(organization=organization, name=tidy(name), email=email.strip().lower()))


@transaction.atomic
def partner_change(*, partner: Partner, name: str | None = None, email: str | None = None) -> Partner:
    """Write down a new name or e-mail; what is None stays. Refuses what `partner_create` refuses."""
    partner = _locked(partner)
    if name is not None:
        partner.name = tidy(name)
    if email is not None:
        partner.email = email.strip().lower()
    return _save(partner)


@transaction.atomic
def partner_close(*, partner: Partner, reason: str, now: datetime | None = None) -> Partner:
    """The partner asks nothing any more: its keys are revoked at once and for good.

    Refuses to go without a reason, and for a partner that is closed.
    """
    check_reason(reason)
    partner = _locked(partner)
    if not partner.is_active:
        raise ValidationError(_("This partner is closed already."))
    partner.is_active = False
    with because(reason):
        keys_stop(holder=partner, now=now)
        return _save(partner)


@transaction.atomic
def partner_reopen(*, partner: Partner, reason: str) -> Partner:
    """The partner may ask again, with new keys. Refuses to go without a reason."""
    check_reason(reason)
    partner = _locked(partner)
    partner.is_active = True
    with because(reason):
        return _save(partner)


# Keys


@transaction.atomic
def key_create(
    *,
    user: User | None = None,
    partner: Partner | None = None,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime,
    now: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key of this user or of this partner, and the key itself, which is told this once and never again.

    What it is good for is what its holder may do, narrowed by `scopes`. A user with an e-mail is told that there is
    one. Refuses both holders or neither, one that is closed or also another organization's, a scope that is none or not
    for such a holder, one that looks or writes in the name of somebody else (but a command may), an end that is past or
    more than two years away, and the name of another key of theirs that works.
    """
    now = now or timezone.now()
    if (user is None) == (partner is None):
        raise ValueError("A key is of one user or of one partner.")
    holder = _locked(user or partner)
    if not holder.is_active:
        raise ValidationError(_("%(name)s is closed. Open it again first.") % {"name": holder})
    if user is not None:
        check_not_shared(user)
    name = tidy(name)
    problems: dict[str, Any] = {}
    if holder.api_keys.live(now=now).filter(name__iexact=name).exists():
        problems["name"] = _("A key of this name works already. Revoke that one first, or choose another name.")
    chosen = set(scopes)
    if problem := _wrong_scopes(chosen, OF_USERS if user else OF_PARTNERS):
        problems["scopes"] = problem
    elif user is not None and chosen - BY_OTHERS and is_anothers_doing(user):
        problems["scopes"] = _("It would look or write in the name of %(name)s: they make such a key themselves.") % {
            "name": user
        }
    if problem := _wrong_end(expires_at, now):
        problems["expires_at"] = problem
    if problems:
        raise ValidationError(problems)
    prefix = _new_prefix()
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        user=user,
        partner=partner,
        name=name,
        prefix=prefix,
        digest=digest(secret),
        scopes=" ".join(scope for scope in Scope.values if scope in chosen),
        made_at=now,
        expires_at=expires_at,
    )
    _save(key)
    if user is not None:
        tell(holder.email, "key_made")
    return key, secret


@transaction.atomic
def key_revoke(*, key: ApiKey, reason: str, now: datetime | None = None) -> ApiKey:
    """The key opens nothing from now on, for good. Refuses to go without a reason, and a second time."""
    check_reason(reason)
    key = _locked(key)
    if key.revoked_at is not None:
        raise ValidationError(
            _("This key was revoked on %(day)s already."), params={"day": date_format(key.revoked_at, "DATE_FORMAT")}
        )
    key.revoked_at = now or timezone.now()
    with because(reason):
        return _save(key)


def keys_stop(*, holder: User | Partner, now: datetime | None = None, through: str = "", reason: str = "") -> bool:
    """Revoke every key of theirs that works, in the transaction of the one who asks. Whether there was one; of a user
    that is an event of the account (`happened`)."""
    now = now or timezone.now()
    stopped = holder.api_keys.filter(revoked_at=None, expires_at__gt=now).update(revoked_at=now) > 0
    if stopped and isinstance(holder, User):
        happened(holder, AccountEvent.Kind.KEYS_STOPPED, through=through, reason=reason)
    return stopped


# What a program shows


def digest(secret: str) -> str:
    """What is kept of a key. It is 256 random bits: there is nothing to guess, and nothing to slow down."""
    return hashlib.sha256(secret.encode()).hexdigest()


def key_found(secret: str) -> ApiKey | None:
    """The key that this is, with its holder, live or not (`ApiKey.state` tells); None for anything else."""
    if not SHAPE.fullmatch(secret):
        return None
    found = ApiKey.objects.select_related("user", "partner__organization")
    return found.filter(digest=digest(secret)).first()


def key_used(key: ApiKey, *, now: datetime) -> None:
    """Note that the key is used, once a minute at most. That is no change of it: history says nothing."""
    if key.last_used_at is None or now - key.last_used_at >= USE_NOTED:
        long_ago = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_NOTED)
        ApiKey.objects.filter(long_ago, pk=key.pk).update(last_used_at=now)


# What people are shown


@dataclass(frozen=True)
class Listed:
    """A key as a row of a list: what it may do, in words, who made it, how it stands, and where it is revoked."""

    key: ApiKey
    may: str
    made_by: str
    state: ApiKey.State
    days_left: int
    revoke_url: str

    @property
    def tone(self) -> str:
        if self.state != ApiKey.State.LIVE:
            return "plain"
        return "late" if self.ends_soon else "in"

    @property
    def ends_soon(self) -> bool:
        return self.state == ApiKey.State.LIVE and self.days_left <= SOON


def listed(keys: QuerySet[ApiKey], *, now: datetime, revoke_url: Callable[[ApiKey], str] | None = None) -> list[Listed]:
    """These keys, those that work first, then the newest. Two queries."""
    found = list(keys.select_related("user", "partner"))
    made = ApiKey.history.filter(id__in=[key.pk for key in found], history_type="+")
    makers = {row.id: who(row) for row in made}
    rows = [
        Listed(
            key,
            may="; ".join(str(scope.label) for scope in Scope if scope in key.scope_set),
            made_by=makers.get(key.pk, ""),
            state=key.state(now),
            days_left=(key.expires_at - now).days,
            revoke_url=revoke_url(key) if revoke_url else "",
        )
        for key in found
    ]
    return sorted(rows, key=lambda row: row.state != ApiKey.State.LIVE)


# Shared


def _locked(row: Any) -> Any:
    """The row as it is now, so that no other transaction changes it meanwhile."""
    return type(row).objects.select_for_update(no_key=True).get(pk=row.pk)


def _save(row: Any) -> Any:
    row.full_clean()
    row.save()
    return row


def _new_prefix() -> str:
    """The first letters of a key, which no other has."""
    while True:
        prefix = "sober_" + "".join(secrets.choice(LETTERS) for _place in range(8))
        if not ApiKey.objects.filter(prefix=prefix).exists():
            return prefix


def _wrong_scopes(scopes: Collection[str], allowed: Collection[str]) -> str:
    """What is wrong with them, or nothing."""
    there_are = ", ".join(scope for scope in Scope.values if scope in allowed)
    if not scopes:
        return _("Say what it may do: %(known)s.") % {"known": there_are}
    if unknown := sorted(set(scopes) - set(Scope.values)):
        return _("“%(unknown)s” is no scope. There are: %(known)s.") % {
            "unknown": ", ".join(unknown),
            "known": there_are,
        }
    if other := [scope for scope in Scope.values if scope in scopes and scope not in allowed]:
        facts = {"other": ", ".join(other), "known": there_are}
        if allowed == OF_PARTNERS:
            return _("A partner's key cannot have “%(other)s”. It may have: %(known)s.") % facts
        return _("A person's key cannot have “%(other)s”. It may have: %(known)s.") % facts
    return ""


def _wrong_end(expires_at: datetime, now: datetime) -> str:
    """What is wrong with the end of a key, or nothing."""
    if expires_at <= now:
        return _("This is past. A key must be good for a while.")
    if expires_at - now > MOST:
        return _("Two years at most: a key that somebody lost or forgot must not open the house for ever.")
    return ""
