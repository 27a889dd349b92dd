"""`manage.py demo`: a believable organization to look around in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from soberhouse.pages.demo import seed
from soberhouse.pages.demo.doors import PARTNER
from soberhouse.pages.demo.place import PASSWORD, RESIDENTS, STAFF


class Command(BaseCommand):
    help = "Make a fictional organization with three houses and half a year of moves, and say who signs in as what."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=7, help="another number, another story (default: 7)")

    def handle(self, *, seed: int, **options: Any) -> None:
        """Make the demo where it is not there yet. Refuses production, and a database that holds anything else."""
        if not settings.LOCAL:
            raise CommandError("This is a real house: the demo, with its well-known password, is for a laptop only.")
        key = self._make(seed)
        self._say_who_signs_in()
        self._say_who_asks(key)

    def _make(self, number: int) -> str:
        """The partner's key, where the demo was made just now."""
        with transaction.atomic():
            if problem := seed.in_the_way():
                raise CommandError(f"{problem} Name another database in DATABASE_URL for the demo.")
            if seed.is_there():
                self.stdout.write("The demo is there already. For a new one, start from an empty database.")
                return ""
            return seed.make(seed=number, now=timezone.now(), say=self._say).key

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _say_who_signs_in(self) -> None:
        people = [*STAFF, *(person for person, _who, _days in RESIDENTS)]
        self.stdout.write("\nWho signs in:")
        for person in people:
            pin = f" · PIN {person.pin}" if person.pin else ""
            self.stdout.write(f"  {person.username:<8} {person.does}{pin}")
        self.stdout.write(f"All with the password: {PASSWORD}")
        self.stdout.write("PINs work on a shared tablet, once olive has enrolled one in Aspen House.")

    def _say_who_asks(self, key: str) -> None:
        if key:
            self.stdout.write(f"{PARTNER} asks the API with this key, shown this once: {key}\n")
        else:
            self.stdout.write(f'Another key for the API: manage.py api_key create --partner "{PARTNER}" --help\n')
