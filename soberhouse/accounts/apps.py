from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.core import checks
from django.http import HttpRequest

from soberhouse.checks import check_production


class AccountsConfig(AppConfig):
    name = "soberhouse.accounts"
    label = "accounts"

    def ready(self) -> None:
        checks.register(check_production, checks.Tags.security, deploy=True)
        user_logged_in.connect(note_session, dispatch_uid="soberhouse.accounts.session")


def note_session(request: HttpRequest, user: Any, **_more: Any) -> None:
    """Django tells of every way to sign in, by password, passkey or PIN, in this way only."""
    from soberhouse.accounts.sessions import session_began  # noqa: PLC0415 -- needs the models, which are not there yet

    session_began(request, user)
