"""A roster is imported: all of it or none of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from residents.houses.models import House, Organization
from residents.stays.roster.collisions import settle
from residents.stays.roster.entries import Roster, read_entries
from residents.stays.roster.mapping import RosterMapping, guess_mapping
from residents.stays.roster.models import KEPT, RosterUpload
from residents.stays.roster.plan import Plan
from residents.stays.roster.reading import Workbook
from residents.stays.roster.words import clean
from soberhouse.accounts.models import User
from soberhouse.history import because

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as it was understood."""

    workbook: Workbook
    mapping: RosterMapping
    roster: Roster


def read_roster(
    *,
    workbook: Workbook,
    house: str = "",
    known_houses: Iterable[str] = (),
    chosen: Mapping[str, str] | None = None,
    today: date,
) -> Reading:
    """Understand a workbook, with what a person chose (`RosterMapping.corrected`) instead of the guess.

    `house` is for rows that name none (`RosterMapping.in_house`). Touches no database. Raises RosterError for a file
    that is no roster as a whole; what is wrong in its rows becomes a problem.
    """
    mapping = guess_mapping(workbook)
    if house:
        mapping = mapping.in_house(house, known_houses)
    if chosen is not None:
        mapping = mapping.corrected(chosen)
    roster = read_entries(workbook, mapping, today=today)
    settle(roster)
    return Reading(workbook, mapping, roster)


@transaction.atomic
def upload_keep(
    *, user: User, organization: Organization, house: House | None, filename: str, content: bytes, now: datetime
) -> RosterUpload:
    """Keep a file until it is confirmed, in the place of any other of this user."""
    uploads_purge(now=now)
    RosterUpload.objects.filter(user=user).delete()
    return RosterUpload.objects.create(
        user=user,
        organization=organization,
        house=house,
        filename=clean(filename)[:200] or "roster",
        content=content,
        created_at=now,
    )


def uploads_purge(*, now: datetime) -> int:
    """Throw away whatever anybody left lying for a day, and say how many files it was."""
    gone, _of_each = RosterUpload.objects.filter(created_at__lte=now - KEPT).delete()
    return gone


def upload_discard(*, upload: RosterUpload) -> None:
    """Throw a file away: it is imported, or will not be."""
    RosterUpload.objects.filter(pk=upload.pk).delete()


def roster_import(*, plan: Plan, reason: str, progress: Callable[[int, int], None] | None = None) -> str:
    """Write a plan in one transaction and say in words what was made; `progress` is told (rows written, rows in all).

    Refuses a plan with problems. Where somebody has changed these houses since the plan was made, the database's own
    constraints refuse it, nothing is written, and the plan must be made anew.
    """
    if plan.problems:
        raise ValidationError([str(problem) for problem in plan.problems])
    made = plan.made
    try:
        with transaction.atomic(), because(reason):
            _write(plan, progress)
    except IntegrityError as error:
        raise ValidationError(
            _("Somebody changed these houses in the meantime. Nothing was imported. Look at it and try again."),
            code="changed",
        ) from error
    return made


def _write(plan: Plan, progress: Callable[[int, int], None] | None) -> None:
    if not plan.makes_organization:
        # One import at a time: two at once would wait for each other's beds.
        Organization.objects.select_for_update(no_key=True).get(pk=plan.organization.pk)
        # And every house in one order: each counts its changes, and so does a move between two of them.
        houses = {getattr(row, "house_id", None) for _model, rows in plan.batches() for row in rows}
        list(House.objects.select_for_update(no_key=True).filter(pk__in=houses - {None}).order_by("pk"))
    done, size = 0, plan.size
    for model, rows in plan.batches():
        left = iter(rows)
        while batch := list(islice(left, BATCH)):
            model._default_manager.bulk_create(batch)
            done += len(batch)
            if progress is not None:
                progress(done, size)
