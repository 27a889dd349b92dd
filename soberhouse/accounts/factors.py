"""The second factor: what somebody shows beside the password. A code from an app, a passkey, a recovery code.

The tables and the arithmetic are allauth's. A secret that codes are made from is kept sealed with the site's key, so
that a copy of the database gives nobody a second factor; of a passkey only the public half is ever here.

Each service is one transaction, is written down as an event of the account, and is told to the owner by mail, where
there is an address.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from soberhouse.accounts import sessions, upkeep
from soberhouse.accounts.keys import keys_stop
from soberhouse.accounts.models import AccountEvent, User
from soberhouse.history import acting_now
from soberhouse.words import check_reason, tidy

Type = Authenticator.Type
REAL = (Type.TOTP, Type.WEBAUTHN)  # recovery codes only stand in for one of these
SHOWN = "mfa"  # how allauth notes in a session that a second factor was shown in it
ROLES_THAT_NEED_ONE = ("operator", "manager")
NAME_MAX = 60
PASSKEYS_MAX = 20


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """One passkey of somebody. `key` stands for it in an address."""

    key: str
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Factors:
    """What somebody can show beside the password."""

    app: Authenticator | None
    passkeys: list[Passkey]
    codes_left: int | None  # None: never made
    codes_key: str = ""  # another one for each time they are made

    @property
    def any(self) -> bool:
        return self.app is not None or bool(self.passkeys)


def factors_of(user: User) -> Factors:
    """What `user` has now. One query."""
    app, passkeys, codes_left, codes_key = None, [], None, ""
    for row in Authenticator.objects.filter(user=user).order_by("created_at", "pk"):
        if row.type == Type.TOTP:
            app = row
        elif row.type == Type.RECOVERY_CODES:
            codes_left, codes_key = _codes_left(row), str(row.pk)
        else:
            passkeys.append(
                Passkey(key=_key(row), name=row.data["name"], added_at=row.created_at, used_at=row.last_used_at)
            )
    return Factors(app=app, passkeys=passkeys, codes_left=codes_left, codes_key=codes_key)


def must_have_one(user: User) -> bool:
    """Whether the person's roles now ask for a second factor here. No query where nobody's do."""
    return settings.SECOND_FACTOR_REQUIRED and _roles(user).exists()


def has_one(user: User) -> bool:
    """Whether `user` has a second factor. One query."""
    return Authenticator.objects.filter(user=user, type__in=REAL).exists()


def factor_shown(request: HttpRequest) -> bool:
    """Whether whoever is signed in showed a second factor in this session. No query."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == SHOWN for record in records)


def forget_shown(request: HttpRequest) -> None:
    """From now on this session has not shown a second factor: there is none any more that it could have."""
    records = get_authentication_records(request, request.user)
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [one for one in records if one.get("method") != SHOWN]


# A change of the factors ends every session of the account but `here`, the key of the one it is made in: another may
# have been opened without the new factor, or with the one that is gone.


@transaction.atomic
def app_add(*, user: User, secret: str, here: str | None = None) -> None:
    """From now on the codes that an app makes from `secret` are a second factor. Refuses a second app."""
    locked = upkeep.locked(user)
    if Authenticator.objects.filter(user=locked, type=Type.TOTP).exists():
        raise ValidationError(_("An app is set up already. Remove it first."))
    _add(locked, Type.TOTP, {"secret": seal(secret)}, here=here)


@transaction.atomic
def passkey_add(*, user: User, name: str, credential: dict[str, Any], here: str | None = None) -> None:
    """From now on the passkey, whose registration was checked, signs `user` in, and is a second factor.

    Refuses more than twenty.
    """
    locked = upkeep.locked(user)
    if Authenticator.objects.filter(user=locked, type=Type.WEBAUTHN).count() >= PASSKEYS_MAX:
        raise ValidationError(_("You have many passkeys already. Remove one you no longer use first."))
    data = {"name": tidy(name)[:NAME_MAX] or _("Passkey"), "credential": credential}
    _add(locked, Type.WEBAUTHN, data, here=here)


@transaction.atomic
def app_remove(*, user: User, here: str | None = None) -> None:
    """The app's codes are worth nothing any more. Refuses to leave somebody without a factor whose role asks for one;
    with the last factor the recovery codes go too."""
    _remove(user, [row for row in _rows(user) if row.type == Type.TOTP], here=here)


@transaction.atomic
def passkey_remove(*, user: User, key: str, here: str | None = None) -> None:
    """The passkey is worth nothing any more. Refuses what `app_remove` refuses."""
    _remove(user, [row for row in _rows(user) if row.type == Type.WEBAUTHN and _key(row) == key], here=here)


@transaction.atomic
def factors_reset(*, user: User, reason: str) -> None:
    """Take every second factor away from somebody who lost theirs, sign them out everywhere, and revoke their API keys.

    For somebody else only: refuses one's own account, one that is also another organization's, to go without a reason,
    and where there is none.
    """
    check_reason(reason)
    upkeep.check_not_shared(upkeep.locked(user))
    if not upkeep.is_anothers_doing(user) and (acting := acting_now()) is not None and acting.source != "command":
        raise ValidationError(_("You remove your own second factor on your account page."))
    if not Authenticator.objects.filter(user=user).exists():
        raise ValidationError(_("There is no second factor on this account."))
    forget_all(user=user, reason=reason)
    keys_stop(holder=user, reason=reason)
    sessions.sessions_end(user=user)
    upkeep.tell(user.email, "second_factor_reset")


@transaction.atomic
def recovery_codes_make(*, user: User) -> list[str]:
    """New recovery codes, each good once; those from before open nothing. Only the one who asks is told them, now.

    Refuses where there is no second factor they could stand in for.
    """
    locked = upkeep.locked(user)
    if not Authenticator.objects.filter(user=locked, type__in=REAL).exists():
        raise ValidationError(_("Set up an app or a passkey first. Recovery codes stand in for them."))
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: PLC0415 -- few requests need it

    Authenticator.objects.filter(user=locked, type=Type.RECOVERY_CODES).delete()
    made = RecoveryCodes.activate(locked)
    upkeep.happened(locked, AccountEvent.Kind.RECOVERY_CODES)
    upkeep.tell(locked.email, "recovery_codes")
    return made.generate_codes()


@transaction.atomic
def code_check(*, user: User, code: str, now: datetime) -> Authenticator | None:
    """The factor that this code is of, or None. A code is good once, also when it comes twice at the same moment: one
    of an app for a minute around its time, a recovery code until it was used."""
    from allauth.core.internal.cryptokit import compare_user_code  # noqa: PLC0415 -- few requests need it
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value  # noqa: PLC0415 -- few requests need it

    step = int(now.timestamp()) // 30
    for row in Authenticator.objects.select_for_update().filter(user=user).exclude(type=Type.WEBAUTHN):
        if row.type == Type.RECOVERY_CODES:
            if row.wrap().validate_code(code):
                return row
            continue
        secret = unseal(row.data["secret"])
        for at in (step - 1, step, step + 1):
            right = compare_user_code(actual=code, expected=format_hotp_value(hotp_value(secret, at)))
            if right and at > row.data.get("last_step", 0):
                row.data["last_step"] = at
                row.save(update_fields=["data"])
                return row
    return None


def forget_all(*, user: User, reason: str = "") -> None:
    """Take every second factor away, in the transaction of the one who asks."""
    gone, _each = Authenticator.objects.filter(user=user).delete()
    if gone:
        upkeep.happened(user, AccountEvent.Kind.SECOND_FACTOR_GONE, reason=reason)


def seal(text: str) -> str:
    """The text as it is kept: unreadable without the site's key."""
    return _box().encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """What `seal` was given. Raises ValidationError where the site's key is another now."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415 -- few requests need it

    try:
        return _box().decrypt(text.encode()).decode()
    except InvalidToken as problem:
        raise ValidationError(
            _("The site's key was changed, so this second factor is lost. Your operator can remove it.")
        ) from problem


def _box() -> Any:
    """Seals with the site's key; opens with it and with those before it."""
    from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 -- few requests need it

    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key_of(key)) for key in keys])


def _key_of(key: str) -> bytes:
    return urlsafe_b64encode(salted_hmac("soberhouse.second-factor", "", secret=key, algorithm="sha256").digest())


def _roles(user: User) -> Any:
    return user.roles.live().filter(kind__in=ROLES_THAT_NEED_ONE)


def _rows(user: User) -> list[Authenticator]:
    """The factors of the account, which nobody else changes meanwhile."""
    upkeep.locked(user)
    return list(Authenticator.objects.filter(user=user))


def _add(user: User, kind: str, data: dict[str, Any], *, here: str | None) -> None:
    Authenticator.objects.create(user=user, type=kind, data=data)
    upkeep.happened(user, AccountEvent.Kind.SECOND_FACTOR)
    sessions.sessions_end(user=user, but=here)
    upkeep.tell(user.email, "second_factor")


def _remove(user: User, rows: list[Authenticator], *, here: str | None) -> None:
    if not rows:
        return
    left = Authenticator.objects.filter(user=user, type__in=REAL).exclude(pk__in=[row.pk for row in rows]).exists()
    if not left and must_have_one(user):
        raise ValidationError(_("Your role asks for a second factor. Set up another one before you remove this."))
    if left:
        Authenticator.objects.filter(pk__in=[row.pk for row in rows]).delete()
        upkeep.happened(user, AccountEvent.Kind.SECOND_FACTOR_GONE)
    else:
        forget_all(user=user)
    sessions.sessions_end(user=user, but=here)
    upkeep.tell(user.email, "second_factor_gone")


def _key(row: Authenticator) -> str:
    return hashlib.sha256(row.data["credential"]["id"].encode()).hexdigest()[:16]


def _codes_left(row: Authenticator) -> int:
    return settings.MFA_RECOVERY_CODE_COUNT - row.data["used_mask"].bit_count()
