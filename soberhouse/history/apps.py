from __future__ import annotations

from django.apps import AppConfig
from django.core import checks


class HistoryConfig(AppConfig):
    name = "soberhouse.history"
    label = "history"

    def ready(self) -> None:
        from soberhouse.history.checks import check_can_be_mirrored  # noqa: PLC0415 -- models are not loaded before

        checks.register(check_can_be_mirrored, checks.Tags.models)
