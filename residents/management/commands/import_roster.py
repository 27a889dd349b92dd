"""`manage.py import_roster FILE`: a spreadsheet becomes beds and stays, or one list of all that is wrong with it."""

from __future__ import annotations

import gc
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.models import Organization, check_time_zone
from residents.stays.roster.dates import Order
from residents.stays.roster.mapping import Field, RosterMapping
from residents.stays.roster.plan import Plan, by_house, make_plan
from residents.stays.roster.reading import MAX_BYTES, RosterError, read_workbook
from residents.stays.roster.services import BATCH, Reading, read_roster, roster_import, uploads_purge
from soberhouse.history import acting_as

DEFAULT_TIME_ZONE = settings.DEFAULT_HOUSE_TIME_ZONE


class Command(BaseCommand):
    help = (
        "Read a roster (CSV or XLSX) and make the houses, beds, residents and stays it tells: all of it or none. "
        "What is on record already stays as it is, so the same file twice changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="the spreadsheet")
        parser.add_argument("--house", default="", metavar="NAME", help="the house of rows that name none")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="say what would be made, and make nothing; with --verbosity 2 bed by bed",
        )
        parser.add_argument("--organization", default="", metavar="NAME", help="whose houses these are, if not clear")
        parser.add_argument(
            "--time-zone",
            default="",
            metavar="ZONE",
            help=f"of the organization that an empty database gets (default {DEFAULT_TIME_ZONE})",
        )
        parser.add_argument(
            "--column",
            action="append",
            default=[],
            metavar="LETTER=FIELD",
            help=f"what a column holds, where the guess is wrong; one of {', '.join(kind for kind in Field if kind)}, "
            "or nothing to leave it out",
        )
        parser.add_argument("--dates", choices=list(Order), help="which number comes first in 05/06/2026")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        organization = self._organization(options["organization"], options["time_zone"])
        with acting_as(None, reason=f"import_roster {path.name}", source="command"), _nothing_thrown_away():
            reading = self._read(path, organization, options)
            if organization.pk is None and not organization.name:
                houses = list(reading.roster.houses.values())
                organization.name = houses[0] if len(houses) == 1 else _("Our houses")
            plan = make_plan(reading.roster, organization=organization, user=None, today=organization.today())
            self._tell(reading, plan)
            if options["dry_run"] and options["verbosity"] > 1:
                self._list(plan)
            if plan.problems:
                raise CommandError(
                    ngettext(
                        "Nothing was imported: %(count)s problem.",
                        "Nothing was imported: %(count)s problems.",
                        len(plan.problems),
                    )
                    % {"count": len(plan.problems)}
                )
            if not plan.size:
                self.stdout.write(_("Nothing to import: all of it is on record already."))
            elif options["dry_run"]:
                self.stdout.write(_("Would import: %(new)s. Nothing was written.") % {"new": plan.made})
            else:
                self._import(plan, path)

    def _organization(self, name: str, time_zone: str) -> Organization:
        """The organization the import is for; an unsaved one in an empty database."""
        if not connection.introspection.table_names():
            raise CommandError(_("The database is not set up yet. Run: manage.py migrate"))
        known = list(Organization.objects.order_by("name")[:50])
        if known and time_zone:
            raise CommandError(_("--time-zone counts only where the organization is made; here it is known already."))
        named = [each for each in known if each.name.casefold() == name.casefold()] if name else known
        if len(named) == 1:
            return named[0]
        if known:
            names = ", ".join(f"“{each.name}”" for each in known)
            raise CommandError(
                _("Say whose houses these are: --organization with one of %(names)s.") % {"names": names}
            )
        try:
            check_time_zone(time_zone or DEFAULT_TIME_ZONE)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        return Organization(name=name, time_zone=time_zone or DEFAULT_TIME_ZONE)

    def _read(self, path: Path, organization: Organization, options: dict[str, Any]) -> Reading:
        try:
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            workbook = read_workbook(data, path.name)
            houses = list(organization.houses.values_list("name", flat=True)) if organization.pk else []
            known = {"house": options["house"], "known_houses": houses, "today": organization.today()}
            reading = read_roster(workbook=workbook, **known)
        except RosterError as refusal:
            raise CommandError(_("Nothing was imported. %(why)s") % {"why": refusal}) from refusal
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be read: %(why)s.") % {"file": path, "why": error.strerror}
            ) from error
        if options["column"] or options["dates"]:
            chosen = _chosen(reading.mapping, options["column"], options["dates"])
            reading = read_roster(workbook=workbook, chosen=chosen, **known)
        return reading

    def _tell(self, reading: Reading, plan: Plan) -> None:
        """How the file was understood, what was noticed, and everything that is wrong."""
        self.stdout.write(_("%(file)s: %(how)s") % {"file": reading.workbook.filename, "how": reading.workbook.how})
        told: set[int] = set()
        for table in reading.mapping.tables:
            sheet = reading.workbook.sheets[table.sheet].name
            where = [_("sheet “%(sheet)s”") % {"sheet": sheet}] if sheet else []
            if table.header_line is not None:
                where.append(_("header on line %(line)s") % {"line": table.header_line})
            if table.house:
                where.append(_("house “%(house)s”") % {"house": table.house})
            self.stdout.write("  " + (", ".join(where) or _("no header")))
            if table.layout in told:
                self.stdout.write("    " + _("the same columns as above"))
                continue
            told.add(table.layout)
            for _number, letter, header, kind, sample in reading.mapping.layouts[table.layout].columns():
                if kind or sample:
                    self.stdout.write(f"    {letter}  {header or '–'} → {kind.label}")
        for note in plan.notes:
            self.stdout.write(_("Note: %(note)s") % {"note": note})
        for problem in plan.problems:
            self.stdout.write(_("Problem: %(problem)s") % {"problem": problem})
        if not plan.problems:
            self.stdout.write(_("The file tells: %(told)s.") % {"told": plan.told})
        if plan.makes_organization and not plan.problems:
            self.stdout.write(
                _("The database is empty: this makes the organization “%(name)s”, in the time zone %(zone)s.")
                % {"name": plan.organization.name, "zone": plan.organization.time_zone}
            )

    def _list(self, plan: Plan) -> None:
        """Every bed and person of the file, house by house, and what would become of them."""
        for house, lines in by_house(plan.lines):
            self.stdout.write("  " + house)
            for line in lines:
                when = f"{line.starts_on} – {line.until}".rstrip() if line.starts_on else ""
                parts = (line.bed, line.name, when, str(line.outcome.label))
                self.stdout.write("    " + "  ".join(part for part in parts if part))

    def _import(self, plan: Plan, path: Path) -> None:
        started = timezone.now()
        uploads_purge(now=started)
        shown = 0

        def progress(done: int, size: int) -> None:
            nonlocal shown
            if size > BATCH and done * 10 // size > shown:
                shown = done * 10 // size
                self.stdout.write(_("Wrote %(done)s of %(size)s rows") % {"done": f"{done:,}", "size": f"{size:,}"})
                sys.stdout.flush()

        try:
            made = roster_import(plan=plan, reason=f"import_roster {path.name}", progress=progress)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal
        seconds = (timezone.now() - started).total_seconds()
        self.stdout.write(
            self.style.SUCCESS(_("Imported: %(made)s (%(seconds)s s).") % {"made": made, "seconds": f"{seconds:.1f}"})
        )


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    """All rows of an import stay in memory until it ends: to look among them for garbage is a third of the work."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _chosen(mapping: RosterMapping, columns: list[str], order: str | None) -> dict[str, str]:
    """What a person said on the command line, as the mapping's form would send it. It counts for every table."""
    chosen = mapping.to_data()
    if order:
        chosen["order"] = order
    for text in columns:
        letter, equals, kind = text.partition("=")
        letter = letter.strip().upper()
        keys = [f"layout-{number}-{letter}" for number in range(len(mapping.layouts))]
        if not equals or kind not in set(Field):
            raise CommandError(
                _("--column %(text)s: write a column's letter and what it holds, for example B=bed.") % {"text": text}
            )
        if not any(key in chosen for key in keys):
            raise CommandError(
                _("--column %(text)s: the file has no column %(letter)s.") % {"text": text, "letter": letter}
            )
        for key in keys:
            if key in chosen:
                for other, value in chosen.items():
                    if value == kind and kind and other.startswith(key.rpartition("-")[0] + "-"):
                        chosen[other] = ""
                chosen[key] = kind
    return chosen
