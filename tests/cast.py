"""The people every test is about, in the houses they live in and run.

    alice    manages house A              dana    lives in house A, signs in
    bob      relieves alice for two weeks erin    lives in house B, signs in
    charlie  manages house B              frank   lives in house A, an officer there, signs in
    olive    operates the organization    greta   lives in house C, of another organization
    audra    audits it                    oscar   operates that other organization

`cast` gives them all; `signed_in(cast.alice)` gives a browser's client that is signed in as her. A is in
New York and B in Los Angeles: their days differ for three hours of each. All dates lie around the houses'
today.

The rows are written directly: through services the cast costs ten times as much, and every test pays for it. A
test holds each row to what the services check (`full_clean`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.models import Bed, BedUse, House, Officer, Organization, Resident, Role, Room, Stay
from soberhouse.accounts.models import User
from soberhouse.history import acting_as

PASSWORD = "a quiet evening 7"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody and everything. `beds` of a house are found by their label: `cast.bed_a("1A")`."""

    organization: Organization
    house_a: House
    house_b: House
    alice: User
    bob: User
    charlie: User
    olive: User
    audra: User
    dana: Resident
    erin: Resident
    frank: Resident
    stay_of_dana: Stay
    stay_of_erin: Stay
    stay_of_frank: Stay
    duty_of_frank: Officer
    other_organization: Organization
    house_c: House
    oscar: User
    greta: Resident
    stay_of_greta: Stay

    def bed_a(self, label: str) -> Bed:
        return bed_of(self.house_a, label)

    def bed_b(self, label: str) -> Bed:
        return bed_of(self.house_b, label)

    @property
    def today(self) -> date:
        """The date in house A."""
        return self.house_a.today()


def bed_of(house: House, label: str) -> Bed:
    """The bed called so: rooms are `Room 1`, `Room 2`; beds are `1A`, `1B`, `2A`, …"""
    return Bed.objects.select_related("room").get(house=house, name=label)


def make_user(username: str, *, name: str = "") -> User:
    user = User(username=username, name=name or f"{username.title()} Example", email=f"{username}@example.org")
    user.set_password(PASSWORD)
    user.save()
    return user


def make_house(organization: Organization, name: str, *, time_zone: str, rooms: int, **facts: str) -> House:
    """A house with two beds in each room: 1A and 1B, 2A and 2B …"""
    house = House.objects.create(organization=organization, name=name, time_zone=time_zone, **facts)
    for number in range(1, rooms + 1):
        room = Room.objects.create(house=house, name=f"Room {number}", position=number)
        for place, letter in enumerate("AB"):
            Bed.objects.create(house=house, room=room, name=f"{number}{letter}", position=place)
    return house


def grant(user: User, kind: RoleKind, organization: Organization, house: House | None = None, *, days: int = 0) -> Role:
    """A role since yesterday, until further notice or for `days` from now."""
    now = timezone.now()
    ends_at = now + timedelta(days=days) if days else None
    return Role.objects.create(
        user=user,
        kind=kind,
        organization=organization,
        house=house,
        starts_at=now - timedelta(days=1),
        ends_at=ends_at,
    )


def move_in(house: House, label: str, first: str, last: str, *, days_ago: int, user: User | None = None) -> Stay:
    """A new person who has lived in a bed of the house for so many days."""
    starts_on = house.today() - timedelta(days=days_ago)
    resident = Resident.objects.create(
        organization=house.organization,
        user=user,
        legal_first_name=first,
        legal_last_name=last,
        birth_date=date(1990, 5, 17),
    )
    stay = Stay.objects.create(house=house, resident=resident, starts_on=starts_on)
    bed = bed_of(house, label)
    BedUse.objects.create(house=house, bed=bed, kind=BedUse.Kind.STAY, stay=stay, starts_on=starts_on)
    return stay


@transaction.atomic
def make_cast() -> Cast:
    """Make everybody, recorded as a command's work."""
    with acting_as(None, reason="the cast of the tests", source="command"):
        organization = Organization.objects.create(name="Still Waters", time_zone="America/New_York")
        house_a = make_house(organization, "Alder House", time_zone="America/New_York", rooms=3)
        house_b = make_house(organization, "Birch House", time_zone="America/Los_Angeles", rooms=2)
        alice, bob, charlie = make_user("alice"), make_user("bob"), make_user("charlie")
        olive, audra = make_user("olive"), make_user("audra")
        grant(alice, RoleKind.MANAGER, organization, house_a)
        grant(bob, RoleKind.MANAGER, organization, house_a, days=14)
        grant(charlie, RoleKind.MANAGER, organization, house_b)
        grant(olive, RoleKind.OPERATOR, organization)
        grant(audra, RoleKind.AUDITOR, organization)
        stay_of_dana = move_in(house_a, "1A", "Dana", "Renner", days_ago=40, user=make_user("dana"))
        stay_of_frank = move_in(house_a, "1B", "Frank", "Osei", days_ago=120, user=make_user("frank"))
        stay_of_erin = move_in(house_b, "1A", "Erin", "Castellanos", days_ago=75, user=make_user("erin"))
        duty_of_frank = Officer.objects.create(
            house=house_a,
            resident=stay_of_frank.resident,
            duty=Officer.Duty.PRESIDENT,
            starts_on=house_a.today() - timedelta(days=30),
        )
        other = Organization.objects.create(name="Far Shore", time_zone="America/Chicago")
        house_c = make_house(other, "Cedar House", time_zone="America/Chicago", rooms=1)
        oscar = make_user("oscar")
        grant(oscar, RoleKind.OPERATOR, other)
        stay_of_greta = move_in(house_c, "1A", "Greta", "Lindqvist", days_ago=10)
    return Cast(
        organization=organization,
        house_a=house_a,
        house_b=house_b,
        alice=alice,
        bob=bob,
        charlie=charlie,
        olive=olive,
        audra=audra,
        dana=stay_of_dana.resident,
        erin=stay_of_erin.resident,
        frank=stay_of_frank.resident,
        stay_of_dana=stay_of_dana,
        stay_of_erin=stay_of_erin,
        stay_of_frank=stay_of_frank,
        duty_of_frank=duty_of_frank,
        other_organization=other,
        house_c=house_c,
        oscar=oscar,
        greta=stay_of_greta.resident,
        stay_of_greta=stay_of_greta,
    )


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody; with `committed_db` asked for as well, seen by other threads and processes."""
    return make_cast()


@pytest.fixture
def signed_in() -> Callable[[User | Resident], Client]:
    """A client signed in as this user (or as the resident's own user)."""

    def sign_in(person: User | Resident) -> Client:
        client = Client()
        client.force_login(person.user if isinstance(person, Resident) else person)
        return client

    return sign_in
