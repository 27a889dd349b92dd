"""What every write about an account does on the way: hold the account, check what it may hold, and write down and tell
what became of it."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from soberhouse.accounts.models import AccountEvent, User
from soberhouse.history import acting_now


def locked(user: User) -> User:
    """The account as it is now, until the transaction ends nobody else's to change."""
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def check(user: User) -> None:
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


def check_open(user: User) -> None:
    """Raise ValidationError for an account that is closed."""
    if not user.is_active:
        raise ValidationError(_("This account is closed. Open it again first."))


def check_password(password: str, user: User) -> None:
    """Raise ValidationError for a weak password."""
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise ValidationError({"password": problem.messages}) from problem


def is_anothers_doing(user: User) -> bool:
    """Whether somebody else changes the account. Not a command: it speaks for whoever sets up the machine."""
    acting = acting_now()
    if acting is None or acting.source == "command":
        return False
    return (acting.actor_kind, acting.actor_id) != (user.actor_kind, user.pk)


def check_not_shared(user: User) -> None:
    """Raise PermissionDenied where somebody else takes hold of an account that is not only their organization's."""
    if not is_anothers_doing(user):
        return
    # `roles` reaches back from the subject that knows what they mean.
    roles = User._meta.get_field("roles").related_model.objects.live().filter(user=acting_now().actor_id)
    if User.objects.shared_beyond(roles.values("organization")).filter(pk=user.pk).exists():
        raise PermissionDenied(_("This account also works for another organization."))


def tell(address: str, what: str) -> None:
    """Mail the owner of an account what became of it, once it stands."""
    if address:
        transaction.on_commit(lambda: get_adapter().send_mail(f"account/email/{what}", address, {}))


def happened(user: User, kind: AccountEvent.Kind, *, through: str = "", reason: str = "") -> None:
    """Write down what happened, and who did it: whoever acts now, or what is said of them in `through`."""
    acting = acting_now()
    who = through or (acting.actor_label if acting else "")
    AccountEvent.objects.create(user=user, kind=kind, recorded_as=who, reason=reason)
