"""How allauth's second factor behaves here. allauth asks for this only where a second factor is shown or set up."""

from __future__ import annotations

from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.utils.translation import gettext_lazy as _

from soberhouse.accounts import factors
from soberhouse.accounts.models import User


class SecondFactorAdapter(DefaultMFAAdapter):
    """Secrets are kept sealed, and what a phone shows others names neither the person's house nor what the site is."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or was used already. Type the newest one."),
    }

    def encrypt(self, text: str) -> str:
        return factors.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return factors.unseal(encrypted_text)

    def get_totp_label(self, user: User) -> str:
        return user.username

    def get_totp_issuer(self) -> str:
        return context.request.get_host().partition(":")[0]

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = context.request.get_host().partition(":")[0]
        return {"id": host, "name": host}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        return {"id": user.uuid.bytes, "name": user.username, "display_name": user.username}
