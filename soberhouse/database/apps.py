from __future__ import annotations

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate


class DatabaseConfig(AppConfig):
    name = "soberhouse.database"
    label = "database"

    def ready(self) -> None:
        from soberhouse.database import triggers  # noqa: PLC0415 -- models are not loaded before ready()

        pre_migrate.connect(triggers.before_migrate, sender=self, dispatch_uid="triggers.before_migrate")
        post_migrate.connect(triggers.after_migrate, sender=self, dispatch_uid="triggers.after_migrate")
        # A deploy check: `migrate` runs the plain database checks first, and it is what installs the triggers.
        checks.register(triggers.check_installed, checks.Tags.database, deploy=True)
