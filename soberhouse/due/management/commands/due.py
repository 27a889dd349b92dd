"""`manage.py due`: all work that has come due."""

from __future__ import annotations

import logging
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from soberhouse.due import all_jobs
from soberhouse.history import acting_as

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Do all work that has come due. Safe to run every minute, twice, or late."

    def handle(self, **options: Any) -> None:
        """Run every job, and say what was done; silent where nothing was. A job that fails keeps no other from its
        work: it is logged and named at the end, and the command ends with 1."""
        now, failed = timezone.now(), []
        for job in all_jobs():
            try:
                with acting_as(None, reason=f"due: {job.name}", source="command"):
                    done = job.run(now)
            except Exception:
                log.exception("due: %s failed", job.name)
                failed.append(job.name)
            else:
                if done:
                    self.stdout.write(f"{job.name}: {done}")
        if failed:
            raise CommandError(f"Failed, and tried again next time: {', '.join(failed)}.")
