"""Every write about an account: made, changed, closed, its password and its PIN.

Each service is one transaction. What it changes about the person is done as whoever acts now
(`soberhouse.history.acting_as`); a secret is never kept in any readable form, only that it changed, and who changed it.
What somebody else changes about a way in is told to the owner by mail, where there is an address.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from soberhouse.accounts.keys import keys_stop
from soberhouse.accounts.models import AccountEvent, User
from soberhouse.accounts.rules import check_reason, tidy
from soberhouse.history import acting_now, because

BY_LINK = "a link sent by e-mail"
PIN_DIGITS = 6
PIN_TRIES = 5
PIN_LOCKED_SECONDS = 15 * 60


@transaction.atomic
def user_create(*, username: str, name: str, email: str = "", password: str | None = None) -> User:
    """A new account. Without a password nobody can sign in to it by password until one is set; with one that somebody
    else chose, its owner must choose their own first.

    Refuses a user name or e-mail that somebody has already, whatever the letter case, and a weak password.
    """
    user = User(username=tidy(username, "NFKC"), name=tidy(name), email=email.strip().lower())
    if password is None:
        user.set_unusable_password()
    else:
        _check_password(password, user)
        user.set_password(password)
        user.must_change_password = _is_anothers_doing(user)
    _check(user)
    user.save()
    if password is not None:
        _happened(user, AccountEvent.Kind.PASSWORD)
    return user


@transaction.atomic
def user_change(*, user: User, name: str | None = None, username: str | None = None, email: str | None = None) -> User:
    """Write down a new name, user name or e-mail; what is None stays. The address before is told of a new one.

    Refuses what `user_create` refuses.
    """
    user = _locked(user)
    address = user.email
    if name is not None:
        user.name = tidy(name)
    if username is not None:
        user.username = tidy(username, "NFKC")
    if email is not None:
        user.email = email.strip().lower()
    _check(user)
    user.save()
    if user.email != address:
        _tell(address, "email_replaced")
    return user


@transaction.atomic
def user_deactivate(*, user: User, reason: str) -> User:
    """Close the account: nobody signs in to it, and whoever is signed in is out at once and for good.

    Password and PIN are thrown away and API keys revoked, so a session or a program from before stays dead even if the
    account is opened again. Refuses to go without a reason.
    """
    user = _locked(user)
    check_reason(reason)
    user.is_active = False
    user.pin = ""
    user.set_unusable_password()
    with because(reason):
        keys_stop(holder=user)
        user.save()
    return user


@transaction.atomic
def user_reactivate(*, user: User, reason: str) -> User:
    """Open a closed account again; it needs a new password. Refuses to go without a reason."""
    user = _locked(user)
    check_reason(reason)
    user.is_active = True
    with because(reason):
        user.save()
    return user


@transaction.atomic
def password_set(*, user: User, password: str, by_link: bool = False) -> User:
    """Give the account a new password. Every other session of it ends.

    One that somebody else chooses opens only the page where the owner chooses their own. `by_link`: nobody was signed
    in, a link sent by e-mail was enough, and whose hands that fell into nobody knows. Refuses a weak password, one's
    own that is the one somebody else chose, and an account that is closed.
    """
    locked = _locked(user)
    _check_open(locked)
    _check_password(password, locked)
    user.must_change_password = _is_anothers_doing(user)
    user.set_password(password)
    user.save(update_fields=["password", "must_change_password"])
    _happened(user, AccountEvent.Kind.PASSWORD, through=BY_LINK if by_link else "")
    if user.must_change_password:
        _tell(user.email, "password_given")
    return user


def check_own_password(*, user: User, password: str) -> None:
    """Raise ValidationError for a password of one's own that somebody else chose."""
    if user.must_change_password and not _is_anothers_doing(user) and user.check_password(password):
        raise ValidationError(_("Somebody else knows this password. Choose another."))


@transaction.atomic
def pin_set(*, user: User, pin: str) -> User:
    """Give the account a PIN for the shared tablets of its houses; it works nowhere else.

    Refuses anything but six digits, digits that are all the same, that count up or down or that repeat, and an account
    that is closed.
    """
    _check_open(_locked(user))
    _check_pin(pin)
    user.pin = make_password(pin)
    user.save(update_fields=["pin"])
    _happened(user, AccountEvent.Kind.PIN)
    if _is_anothers_doing(user):
        _tell(user.email, "pin_given")
    return user


@transaction.atomic
def pin_remove(*, user: User) -> User:
    """Take the PIN away: shared tablets no longer offer this person."""
    if _locked(user).pin:
        user.pin = ""
        user.save(update_fields=["pin"])
        _happened(user, AccountEvent.Kind.PIN)
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
        _happened(user, AccountEvent.Kind.PIN_LOCKED)
    return False


@transaction.atomic
def _count_try(user: User, device: str, now: datetime) -> int:
    """Count one more wrong PIN on this device, before it is looked at: whoever tries at the same moment comes after.

    Gives how many there were of late. Once they are too many, no more are counted, so that the lock has an end.
    """
    user, second = _locked(user), int(now.timestamp())
    late = {each: found for each, found in user.pin_tries.items() if second - found[1] < PIN_LOCKED_SECONDS}
    tries = late[device][0] if device in late else 0
    if tries < PIN_TRIES:
        user.pin_tries = late | {device: [tries + 1, second]}
        user.save(update_fields=["pin_tries"])
    return tries


@transaction.atomic
def _forget_tries(user: User, device: str) -> None:
    user = _locked(user)
    user.pin_tries.pop(device, None)
    user.save(update_fields=["pin_tries"])


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _check(user: User) -> None:
    """Raise ValidationError for what the table refuses, and for a name by which somebody else could be meant."""
    user.full_clean()
    others = User.objects.exclude(pk=user.pk)
    problems: dict[str, Any] = {}
    if others.filter(email__iexact=user.username).exists():
        problems["username"] = _("Another person signs in with this as their e-mail.")
    if user.email and others.filter(username__iexact=user.email).exists():
        problems["email"] = _("Another person signs in with this as their user name.")
    if problems:
        raise ValidationError(problems)


def _check_open(user: User) -> None:
    if not user.is_active:
        raise ValidationError(_("This account is closed. Open it again first."))


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
        check_own_password(user=user, password=password)
    except ValidationError as problem:
        raise ValidationError({"password": problem.messages}) from problem


def _check_pin(pin: str) -> None:
    if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        raise ValidationError({"pin": _("A PIN is six digits.")})
    steps = {(int(after) - int(before)) % 10 for before, after in zip(pin, pin[1:], strict=False)}
    repeats = pin[:2] * 3 == pin or pin[:3] * 2 == pin
    if repeats or (len(steps) == 1 and steps <= {0, 1, 9}):
        raise ValidationError({"pin": _("Everybody tries this PIN first. Choose another.")})


def _is_anothers_doing(user: User) -> bool:
    """Whether somebody else changes the account. Not a command: it speaks for whoever sets up the machine."""
    acting = acting_now()
    if acting is None or acting.source == "command":
        return False
    return (acting.actor_kind, acting.actor_id) != (user.actor_kind, user.pk)


def _tell(address: str, what: str) -> None:
    """Mail the owner of an account what became of it, once it stands."""
    if address:
        transaction.on_commit(lambda: get_adapter().send_mail(f"account/email/{what}", address, {}))


def _happened(user: User, kind: AccountEvent.Kind, *, through: str = "") -> None:
    acting = acting_now()
    AccountEvent.objects.create(user=user, kind=kind, recorded_as=through or (acting.actor_label if acting else ""))
