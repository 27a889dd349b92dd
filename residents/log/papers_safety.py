"""The facts of the safety sheet, read from the database as they are now."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.text import capfirst

from residents.houses.models import House
from residents.log.models import SafetyCheck
from residents.log.queries.safety import checks_of, safety
from residents.log.reports.safety_sheet import Look, SafetySheet, Thing
from residents.log.safety_words import kind_words, state_words

TOLD = timedelta(days=365)


def sheet_facts(house: House, *, now: datetime) -> SafetySheet:
    """How a house stands today, and every look of a year. Three queries."""
    today = house.today(now)
    found, since = safety(house, today=today), today - TOLD
    checks = checks_of(SafetyCheck.objects.filter(house=house, checked_on__gte=since))
    return SafetySheet(
        house=house.name,
        on=today,
        since=since,
        things=tuple(
            Thing(
                what=capfirst(each.item.get_kind_display()),
                place=each.item.place,
                every_days=each.item.every_days,
                state=state_words(each, today),
                checked_on=each.check.checked_on if each.check else None,
                checked_by=each.check.recorded_as if each.check else "",
                next_on=each.next_on,
                expires_on=each.expires_on,
            )
            for each in found.items
        ),
        missing=tuple(kind_words(kind) for kind in found.missing),
        looks=tuple(
            Look(
                on=check.checked_on,
                what=capfirst(check.item.get_kind_display()),
                place=check.item.place,
                in_order=check.in_order,
                note=check.note,
                expires_on=check.expires_on,
                by=check.recorded_as,
                corrected=not counts,
                reason=check.correction_reason,
            )
            for check, counts in checks
        ),
    )
