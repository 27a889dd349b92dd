"""A roster is imported: all of it or none of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from residents.houses.models import Organization
from soberhouse.history import because

from .collisions import settle
from .entries import Roster, read_entries
from .mapping import RosterMapping, guess_mapping
from .plan import Counts, Plan
from .reading import Workbook, read_workbook

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was understood."""

    workbook: Workbook
    mapping: RosterMapping
    roster: Roster


def read_roster(
    data: bytes, filename: str, *, house: str = "", chosen: Mapping[str, str] | None = None, today: date
) -> Reading:
    """Read a file, with what a person chose (`RosterMapping.corrected`) instead of the guess. Touches no database.

    `house` is for rows that name none. Raises RosterError where the file as a whole cannot be read; everything else
    that is wrong is a problem of the roster.
    """
    workbook = read_workbook(data, filename)
    mapping = guess_mapping(workbook, house=house)
    if chosen is not None:
        mapping = mapping.corrected(chosen)
    roster = read_entries(workbook, mapping, today=today)
    settle(roster)
    return Reading(workbook, mapping, roster)


def roster_import(*, plan: Plan, reason: str, progress: Callable[[int, int], None] | None = None) -> Counts:
    """Write a plan in one transaction and say what was made; `progress` is told (rows written, rows in all).

    Refuses a plan with problems. Where somebody has changed these houses since the plan was made, the database's own
    constraints refuse it, nothing is written, and the plan must be made anew.
    """
    if plan.problems:
        raise ValidationError([str(problem) for problem in plan.problems])
    made = plan.new
    try:
        with transaction.atomic(), because(reason):
            _write(plan, progress)
    except IntegrityError as error:
        raise ValidationError(
            _("Somebody changed these houses in the meantime. Nothing was imported; look at the preview again."),
            code="changed",
        ) from error
    return made


def _write(plan: Plan, progress: Callable[[int, int], None] | None) -> None:
    if not plan.makes_organization:
        # One import at a time: two at once would wait for each other's beds.
        Organization.objects.select_for_update(no_key=True).get(pk=plan.organization.pk)
    done, size = 0, plan.size
    for model, rows in plan.batches():
        left = iter(rows)
        while batch := list(islice(left, BATCH)):
            model._default_manager.bulk_create(batch)
            done += len(batch)
            if progress is not None:
                progress(done, size)
