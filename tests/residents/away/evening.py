"""An evening in a house, as the tests about nights find it. Hours are those of the house's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from residents.away import hours
from residents.away.models import CurfewCheck, Pass
from residents.models import House, Resident, Stay, WeeklyHours
from soberhouse.accounts.models import User
from soberhouse.history import acting_as, recorded
from tests.residents.rules import given

NAMES = ["Ana", "Bo", "Cai", "Dee", "Eli", "Fay", "Gus", "Hal", "Ivy", "Jo", "Kim", "Lou", "Max", "Nia", "Oz", "Pia"]


def by_the_clock(house: House, hour: int, minute: int = 0, *, night: date | None = None) -> datetime:
    """The instant of this hour in the night of today (or another)."""
    return hours.instant(night or house.today(), time(hour, minute), house.zone)


@transaction.atomic
def curfew_at(house: House, weeknights: int | None, weekends: int | None = None, **facts: Any) -> House:
    """The house's two hours; the second is the first unless given."""
    weekends = weeknights if weekends is None else weekends
    with acting_as(None, reason="given", source="command"):
        for name, hour in (("curfew_weeknights", weeknights), ("curfew_weekends", weekends)):
            setattr(house, name, None if hour is None else time(hour))
        for name, value in facts.items():
            setattr(house, name, value)
        house.save()
    return house


@transaction.atomic
def sleepers(house: House, count: int, *, since: date | None = None) -> list[Stay]:
    """So many more people who live in the house: Ana Marsh, Bo Marsh …"""
    with acting_as(None, reason="given", source="command"):
        there = Stay.objects.filter(house=house, resident__legal_last_name="Marsh").count()
        return [
            Stay.objects.create(
                house=house,
                resident=Resident.objects.create(
                    organization=house.organization, legal_first_name=name, legal_last_name="Marsh"
                ),
                starts_on=since or house.today() - timedelta(days=60),
            )
            for name in NAMES[there : there + count]
        ]


@transaction.atomic
def works(stay: Stay, starts: int, ends: int, *, night: date | None = None, kind: str = "work") -> WeeklyHours:
    """Every week on the day of the night."""
    day = night or stay.house.today()
    with acting_as(None, reason="given", source="command"):
        return WeeklyHours.objects.create(
            resident=stay.resident,
            kind=kind,
            weekday=day.weekday(),
            starts=time(starts),
            ends=time(ends),
            starts_on=day - timedelta(days=7),
        )


@transaction.atomic
def away(stay: Stay, starts_at: datetime, ends_at: datetime, *, by: User, status: str = "approved") -> Pass:
    """A pass that was asked for on the phone, and decided by `by`."""
    zone = stay.house.zone
    with acting_as(None, reason="given", source="command"):
        row = Pass.objects.create(
            house=stay.house,
            stay=stay,
            kind="overnight",
            where="My sister's",
            starts_at=starts_at.astimezone(UTC),
            ends_at=ends_at.astimezone(UTC),
            starts_on=starts_at.astimezone(zone).date(),
            ends_on=ends_at.astimezone(zone).date(),
            **recorded(),
        )
    if status != "asked":
        given.decide_pass(row, by=by, status=status)
    return row


@transaction.atomic
def checked(stay: Stay, *, by: User, night: date | None = None, status: str = "in", **facts: Any) -> CurfewCheck:
    """How somebody was counted, written directly."""
    night = night or stay.house.today()
    with acting_as(by, source="web"):
        return CurfewCheck.objects.create(
            house=stay.house, stay=stay, night=night, status=status, **facts, **recorded()
        )
