from __future__ import annotations

from django.apps import AppConfig
from django.core import checks

from soberhouse.checks import check_production


class AccountsConfig(AppConfig):
    name = "soberhouse.accounts"
    label = "accounts"

    def ready(self) -> None:
        checks.register(check_production, checks.Tags.security, deploy=True)
