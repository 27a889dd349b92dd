"""`manage.py start_organization`: the first organization and its operator, who makes everything else on the site."""

from __future__ import annotations

import getpass
import secrets
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.houses.services import organization_create, person_add
from soberhouse.history import acting_as


class Command(BaseCommand):
    help = "Make an organization and the account of its operator. Asks for a password; without a terminal, prints one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="what the organization is called")
        parser.add_argument("--time-zone", required=True, help="where its days begin, such as America/New_York")
        parser.add_argument("--operator", required=True, metavar="USERNAME", help="who will run it")
        parser.add_argument("--operator-name", default="", metavar="NAME", help="their name (default: the user name)")
        parser.add_argument("--email", default="", help="their e-mail, for a forgotten password")
        parser.add_argument("--print-password", action="store_true", help="make a password and print it")

    def handle(
        self,
        *,
        name: str,
        time_zone: str,
        operator: str,
        operator_name: str,
        email: str,
        print_password: bool,
        **options: Any,
    ) -> None:
        """Both or neither: refuses a name that is taken, an unknown time zone, a weak password."""
        made_up = print_password or not sys.stdin.isatty()
        password = secrets.token_urlsafe(15) if made_up else self._ask()
        try:
            with acting_as(None, reason="manage.py start_organization", source="command"), transaction.atomic():
                organization = organization_create(name=name, time_zone=time_zone)
                person_add(
                    organization=organization,
                    username=operator,
                    name=operator_name or operator,
                    email=email,
                    password=password,
                    kind=RoleKind.OPERATOR,
                    starts_at=timezone.now(),
                )
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        self.stdout.write(f"{organization} is there, and {operator} operates it.")
        if made_up:
            self.stdout.write(f"Password, shown only now: {password}")
            self.stdout.write("Change it after signing in.")

    def _ask(self) -> str:
        password = getpass.getpass("Password for the operator: ")
        if getpass.getpass("The same again: ") != password:
            raise CommandError("The two are not the same. Nothing was made.")
        return password
