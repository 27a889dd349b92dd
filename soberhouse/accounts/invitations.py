"""Invitation slips: a code on paper by which somebody chooses their own user name and password, once.

Each service is one transaction. The code is told to whoever makes the slip, and to nobody again: of it only a digest is
kept.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from soberhouse.accounts import upkeep
from soberhouse.accounts.keys import keys_stop
from soberhouse.accounts.models import AccountEvent, Invitation, User
from soberhouse.codes import as_made, grouped, new_letters
from soberhouse.history import acting_as, acting_now
from soberhouse.words import tidy

LENGTH, GROUP = 16, 4  # 80 random bits
DAYS, MOST_DAYS = 7, 30
BY_SLIP = "whoever held an invitation slip"
NO_WAY_IN = gettext_lazy(
    "This slip opens nothing: it was used, is too old, was replaced by another, or there is a letter wrong. "
    "Check the letters, or ask your house for a new slip."
)


@transaction.atomic
def invitation_make(*, user: User, days: int = DAYS, now: datetime) -> tuple[Invitation, str]:
    """A new slip for the account, good for some days, and its code. Any slip before it opens nothing from now on.

    The owner is told by mail, where there is an address. Refuses an account that is closed or also another
    organization's, one's own, and more than 30 days.
    """
    locked = upkeep.locked(user)
    upkeep.check_open(locked)
    upkeep.check_not_shared(locked)
    acting = acting_now()
    if acting is not None and (acting.actor_kind, acting.actor_id) == (user.actor_kind, user.pk):
        raise ValidationError(_("Nobody makes a slip for themselves. Change your password on your account page."))
    if not 1 <= days <= MOST_DAYS:
        raise ValidationError(_("A slip is good for 1 to %(days)s days."), params={"days": MOST_DAYS})
    revoke_open(user=locked, now=now)
    code = new_letters(LENGTH)
    invitation = Invitation.objects.create(
        user=locked,
        digest=_digest(code),
        made_at=now,
        made_as=acting.actor_label if acting else "",
        expires_at=now + timedelta(days=days),
    )
    upkeep.happened(locked, AccountEvent.Kind.INVITED)
    upkeep.tell(locked.email, "slip_made")
    return invitation, grouped(code, GROUP)


@transaction.atomic
def invitation_use(
    *, code: str, username: str | None = None, password: str, email: str | None = None, now: datetime
) -> User:
    """Spend the slip: its owner has this password from now on, and this user name and e-mail where they are given.

    Recorded as its owner's doing, by the slip. Whoever was signed in as them is out, and every API key of theirs is
    revoked; a second factor and a PIN stay. Refuses alike, whatever the reason, a code that opens nothing; then a weak
    password, and what `user_create` refuses of names. What is refused spends nothing; of two who use it at once, one
    does.
    """
    invitation = invitation_of(code=code, now=now)
    if invitation is None:
        raise ValidationError({"code": NO_WAY_IN})
    user = upkeep.locked(invitation.user)
    address = user.email
    with acting_as(user, source="web"):
        spent = Invitation.objects.live(now=now).filter(pk=invitation.pk).update(used_at=now)
        if not spent or not user.is_active:
            raise ValidationError({"code": NO_WAY_IN})
        if username is not None:
            user.username = tidy(username, "NFKC")
        if email is not None:
            user.email = email.strip().lower()
        upkeep.check(user)
        upkeep.check_password(password, user)
        user.set_password(password)
        user.save()
        upkeep.happened(user, AccountEvent.Kind.JOINED, through=BY_SLIP)
        keys_stop(holder=user, through=BY_SLIP)
        upkeep.tell(address, "slip_used")
    return user


@transaction.atomic
def invitation_take_back(*, user: User, now: datetime) -> None:
    """Whatever slip is out for the account opens nothing any more."""
    revoke_open(user=upkeep.locked(user), now=now)


def invitation_of(*, code: str, now: datetime) -> Invitation | None:
    """The slip with this code, however its letters were typed, while it still opens an account."""
    live = Invitation.objects.live(now=now).filter(user__is_active=True)
    return live.select_related("user").filter(digest=_digest(as_made(code, LENGTH))).first()


def open_invitation(*, user: User, now: datetime) -> Invitation | None:
    """The slip that is out for the account, if one is."""
    return Invitation.objects.live(now=now).filter(user=user).first()


def revoke_open(*, user: User, now: datetime) -> None:
    """Spend whatever slip of the account nobody used, in the transaction of the one who asks."""
    Invitation.objects.filter(user=user, used_at=None, revoked_at=None).update(revoked_at=now)


def _digest(code: str) -> str:
    """What is kept of a code. It is long and random, so a plain hash hides it."""
    return hashlib.sha256(code.encode()).hexdigest()
