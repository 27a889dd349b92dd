"""Who somebody is, by user name or e-mail and password; and the links that let them choose a new one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.http import HttpRequest

from soberhouse.accounts.models import User


class NameOrEmailBackend(ModelBackend):
    """Sign-in by user name or e-mail.

    Whoever is asked for, known, unknown, deactivated or without a password, exactly one password hash is computed, so
    that the time of the answer tells nothing either.
    """

    def authenticate(  # type: ignore[override]
        self,
        request: HttpRequest | None,
        username: str = "",
        email: str = "",
        password: str = "",
        **credentials: Any,
    ) -> User | None:
        user = User.objects.known_as(username or email)
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None

    def get_user(self, user_id: int) -> User | None:
        """Who a session is of, with the resident they are, if any: the way through every page depends on it."""
        user = User.objects.select_related("resident").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


class ResetLink(PasswordResetTokenGenerator):
    """A link to a new password works once, for some days, and not for somebody who was deactivated since."""

    def check_token(self, user: User | None, token: str | None) -> bool:
        return user is not None and user.is_active and super().check_token(user, token)
