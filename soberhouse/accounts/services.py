"""Every write about an account: made, changed, closed, its password and its PIN.

Slips, second factors and sessions have modules of their own beside this one.

Each service is one transaction. What it changes about the person is done as whoever acts now
(`soberhouse.history.acting_as`); a secret is never kept in any readable form, only that it changed, and who changed it.
What somebody else changes about a way in is told to the owner by mail, where there is an address.
"""

from __future__ import annotations

import itertools
import re
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from soberhouse.accounts import factors, invitations, sessions
from soberhouse.accounts.keys import keys_stop
from soberhouse.accounts.models import AccountEvent, User
from soberhouse.accounts.upkeep import check, check_open, happened, is_anothers_doing, locked, tell
from soberhouse.accounts.upkeep import check_password as check_new_password
from soberhouse.history import because
from soberhouse.words import check_reason, tidy

BY_LINK = "a link sent by e-mail"
PIN_DIGITS = 6
PIN_TRIES = 5
PIN_LOCKED_SECONDS = 15 * 60


@transaction.atomic
def user_create(*, username: str, name: str, email: str = "", password: str | None = None) -> User:
    """A new account. Nobody can sign in to it before its owner has a password, which an invitation slip lets them
    choose; only a command gives one.

    Refuses a user name or e-mail that somebody has already, whatever the letter case, a weak password, and one that
    somebody chooses for somebody else.
    """
    user = User(username=tidy(username, "NFKC"), name=tidy(name), email=email.strip().lower())
    if password is None:
        user.set_unusable_password()
    else:
        _check_ones_own(user)
        check_new_password(password, user)
        user.set_password(password)
    check(user)
    user.save()
    if password is not None:
        happened(user, AccountEvent.Kind.PASSWORD)
    return user


def username_for(*, name: str) -> str:
    """A user name that nobody has, made from a name: for whoever chooses another with an invitation slip."""
    first, *rest = tidy(name, "NFKC").lower().split() or [""]
    whole = f"{first}.{rest[-1][0]}" if rest else first
    base = re.sub(r"[^\w.]", "", whole).strip(".")[:40] or "guest"
    tries = itertools.chain([base], (f"{base}{number}" for number in itertools.count(2)))
    return next(found for found in tries if User.objects.known_as(found) is None)


@transaction.atomic
def user_change(
    *,
    user: User,
    name: str | None = None,
    username: str | None = None,
    email: str | None = None,
    notices_by_mail: bool | None = None,
) -> User:
    """Write down a new name, user name or e-mail, and whether news is told by mail; what is None stays. The address
    before is told of a new one.

    Refuses what `user_create` refuses.
    """
    user = locked(user)
    address = user.email
    if name is not None:
        user.name = tidy(name)
    if username is not None:
        user.username = tidy(username, "NFKC")
    if email is not None:
        user.email = email.strip().lower()
    if notices_by_mail is not None:
        user.notices_by_mail = notices_by_mail
    check(user)
    user.save()
    if user.email != address:
        tell(address, "email_replaced")
    return user


@transaction.atomic
def user_deactivate(*, user: User, reason: str) -> User:
    """Close the account: nobody signs in to it, and whoever is signed in is out at once and for good.

    Password, PIN, second factors and a slip that is out are thrown away and API keys revoked, so that nothing from
    before, no session and no program, opens the account even if it is opened again. Refuses to go without a reason.
    """
    user = locked(user)
    check_reason(reason)
    user.is_active = False
    user.pin = ""
    user.set_unusable_password()
    with because(reason):
        keys_stop(holder=user, reason=reason)
        invitations.revoke_open(user=user, now=timezone.now())
        factors.forget_all(user=user, reason=reason)
        sessions.sessions_end(user=user)
        user.save()
    return user


@transaction.atomic
def user_reactivate(*, user: User, reason: str) -> User:
    """Open a closed account again; it needs a new password. Refuses to go without a reason."""
    user = locked(user)
    check_reason(reason)
    user.is_active = True
    with because(reason):
        user.save()
    return user


@transaction.atomic
def password_set(*, user: User, password: str, by_link: bool = False) -> User:
    """Give the account the new password that its owner chose. Every other session of it ends, and a slip that is out
    opens nothing any more.

    `by_link`: nobody was signed in, a link sent by e-mail was enough, and whose hands that fell into nobody knows. Then
    it is taken back from whoever had it before, and every API key is revoked.

    Refuses a weak password, one that somebody else chooses (but a command may), and an account that is closed.
    """
    now = locked(user)
    check_open(now)
    _check_ones_own(user)
    check_new_password(password, now)
    user.set_password(password)
    user.save(update_fields=["password"])
    invitations.revoke_open(user=user, now=timezone.now())
    happened(user, AccountEvent.Kind.PASSWORD, through=BY_LINK if by_link else "")
    if by_link:
        keys_stop(holder=user, through=BY_LINK)
    return user


@transaction.atomic
def pin_set(*, user: User, pin: str) -> User:
    """Give the account a PIN for the shared tablets of its houses; it works nowhere else.

    Refuses anything but six digits, digits that are all the same, that count up or down or that repeat, and an account
    that is closed.
    """
    check_open(locked(user))
    _check_pin(pin)
    user.pin = make_password(pin)
    user.save(update_fields=["pin"])
    happened(user, AccountEvent.Kind.PIN)
    if is_anothers_doing(user):
        tell(user.email, "pin_given")
    return user


@transaction.atomic
def pin_remove(*, user: User) -> User:
    """Take the PIN away: shared tablets no longer offer this person."""
    if locked(user).pin:
        user.pin = ""
        user.save(update_fields=["pin"])
        happened(user, AccountEvent.Kind.PIN)
    return user


def pin_check(*, user: User, pin: str, device: str, now: datetime) -> bool:
    """Whether this is the person's PIN.

    The fifth wrong try on a device locks the PIN there for 15 minutes, and that is written down; while it is locked the
    right PIN is answered like a wrong one. One hash is computed whatever the answer.
    """
    tries = _count_try(user, device, now)
    if not user.pin:
        make_password(pin)
    right = bool(user.pin) and check_password(pin, user.pin) and user.is_active
    if tries >= PIN_TRIES:
        return False
    if right:
        _forget_tries(user, device)
        return True
    if tries + 1 == PIN_TRIES:
        happened(user, AccountEvent.Kind.PIN_LOCKED)
    return False


@transaction.atomic
def _count_try(user: User, device: str, now: datetime) -> int:
    """Count one more wrong PIN on this device, before it is looked at: whoever tries at the same moment comes after.

    Gives how many there were of late. Once they are too many, no more are counted, so that the lock has an end.
    """
    user, second = locked(user), int(now.timestamp())
    late = {each: found for each, found in user.pin_tries.items() if second - found[1] < PIN_LOCKED_SECONDS}
    tries = late[device][0] if device in late else 0
    if tries < PIN_TRIES:
        user.pin_tries = late | {device: [tries + 1, second]}
        user.save(update_fields=["pin_tries"])
    return tries


@transaction.atomic
def _forget_tries(user: User, device: str) -> None:
    user = locked(user)
    user.pin_tries.pop(device, None)
    user.save(update_fields=["pin_tries"])


def _check_pin(pin: str) -> None:
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        raise ValidationError({"pin": _("A PIN is six digits.")})
    steps = {(int(after) - int(before)) % 10 for before, after in zip(pin, pin[1:], strict=False)}
    repeats = pin[:2] * 3 == pin or pin[:3] * 2 == pin
    if repeats or (len(steps) == 1 and steps <= {0, 1, 9}):
        raise ValidationError({"pin": _("Everybody tries this PIN first. Choose another.")})


def _check_ones_own(user: User) -> None:
    if is_anothers_doing(user):
        raise ValidationError(_("Nobody chooses a password for somebody else. Make them an invitation slip."))
