"""Houses full of people, as many as asked for, quickly made."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction
from django.utils import timezone

from residents.models import Application, Bed, BedUse, House, Organization, Resident, Role, Room, Stay
from soberhouse.accounts.models import User
from soberhouse.history import acting_as

ROOMS, BEDS = 4, 3  # so many rooms, and beds in each


def everything(today: date) -> tuple[Organization, User]:
    """The organization, and who manages its first house."""
    with acting_as(None, source="command"), transaction.atomic():
        organization = Organization.objects.create(name="Measured", time_zone="America/New_York")
        manager = User.objects.create(username="manager", name="Mae Measured")
        houses(organization, 1, today=today)
        Role.objects.create(
            user=manager,
            kind="manager",
            organization=organization,
            house=House.objects.get(),
            starts_at=timezone.now() - timedelta(days=1),
        )
    return organization, manager


def houses(organization: Organization, number: int, *, today: date) -> None:
    """So many houses more. Of twelve beds nine are slept in, one is held, one is out of service and one is open; each
    bed had two people before."""
    already = House.objects.count()
    made = House.objects.bulk_create(
        House(organization=organization, name=f"House {already + n}", time_zone="America/New_York")
        for n in range(number)
    )
    rooms = Room.objects.bulk_create(Room(house=house, name=f"{n}", position=n) for house in made for n in range(ROOMS))
    beds = Bed.objects.bulk_create(
        Bed(house=room.house, room=room, name=f"{room.name}{'ABC'[n]}", position=n)
        for room in rooms
        for n in range(BEDS)
    )
    for years in (2, 1):
        move_in(organization, beds, today - timedelta(days=300 * years), today - timedelta(days=300 * years - 200))
    move_in(organization, [bed for n, bed in enumerate(beds) if n % 12 < 9], today - timedelta(days=60), None)
    applicants = people(organization, number)
    applications = Application.objects.bulk_create(
        Application(house=house, resident=person, received_on=today, status="accepted")
        for house, person in zip(made, applicants, strict=True)
    )
    BedUse.objects.bulk_create(
        BedUse(house=bed.house, bed=bed, kind="hold", application=application, starts_on=today, ends_on=soon(today))
        for bed, application in zip(beds[9::12], applications, strict=True)
    )
    BedUse.objects.bulk_create(
        BedUse(house=bed.house, bed=bed, kind="out", starts_on=today, ends_on=soon(today), note="mattress")
        for bed in beds[10::12]
    )


def soon(today: date) -> date:
    return today + timedelta(days=5)


def people(organization: Organization, number: int) -> list[Resident]:
    return Resident.objects.bulk_create(
        Resident(
            organization=organization, legal_first_name="Robin", legal_last_name=f"Number {n}", phone="+1 555 010 2299"
        )
        for n in range(number)
    )


def move_in(organization: Organization, beds: list[Bed], starts_on: date, ends_on: date | None) -> None:
    stays = Stay.objects.bulk_create(
        Stay(house=bed.house, resident=person, starts_on=starts_on, ends_on=ends_on)
        for bed, person in zip(beds, people(organization, len(beds)), strict=True)
    )
    BedUse.objects.bulk_create(
        BedUse(house=stay.house, bed=bed, kind="stay", stay=stay, starts_on=starts_on, ends_on=ends_on)
        for stay, bed in zip(stays, beds, strict=True)
    )


def settle() -> None:
    """Let the database know how much there is, as it does by itself in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
