"""The organization before anybody lives in it: who runs it and signs in as what, its houses, rooms, beds and phases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from residents.houses import services as houses
from residents.houses.models import Bed, House, Organization
from residents.houses.permissions import RoleKind
from residents.stays.models import PhaseKind
from residents.stays.services import phase_kind_save
from soberhouse.accounts import services as accounts
from soberhouse.accounts.models import User
from soberhouse.history import acting_as

ORGANIZATION = "Kestrel Homes"
MADE_BY = "manage.py demo"  # the reason on record for the organization: by it the demo knows its own
PASSWORD = "porch light 26"  # noqa: S105 -- of fictional people; the command that uses it refuses a production setting

MAN, WOMAN = "man", "woman"


@dataclass(frozen=True)
class Person:
    """Somebody who signs in, and what to say of them in the table that the command prints."""

    username: str
    name: str
    does: str
    pin: str = ""


STAFF = (
    Person("olive", "Olive Marchand", "operator: all three houses, people and roles"),
    Person("alice", "Alice Thornton", "manager of Aspen House", "480317"),
    Person("bob", "Bob Castellano", "manager of Aspen House as relief, for three more days", "715902"),
    Person("nina", "Nina Petrov", "second manager of Aspen House", "263948"),
    Person("charlie", "Charlie Nwosu", "manager of Briar House"),
    Person("omar", "Omar Salazar", "manager of Canyon House"),
    Person("audra", "Audra Lindgren", "auditor: sees all but what few may see, changes nothing"),
)
# Residents of Aspen House who sign in: user name, first and last name, woman or man, days since they moved in.
RESIDENTS = (
    (Person("dana", "Dana Whitfield", "resident of Aspen House"), WOMAN, 204),
    (Person("frank", "Frank Adeyemi", "resident of Aspen House and its president"), MAN, 311),
)


@dataclass(frozen=True)
class Plan:
    """A house as it will be. `rooms`: name, number of beds, and whom the room is for (everybody, if empty)."""

    facts: dict[str, Any]
    rooms: tuple[tuple[str, int, str], ...]
    phases: tuple[str, ...]
    manager: str
    living: int  # how many live there in the end
    leaving: int  # how many leave in the half year
    area: str
    second: str = "olive"


PLANS = (
    Plan(
        {
            "name": "Aspen House",
            "time_zone": "America/New_York",
            "phone": "585-555-0101",
            "street": "18 Aspen Street",
            "city": "Rochester",
            "state": "NY",
            "postal_code": "14600",
            "serves": House.Serves.EVERYONE,
            "lgbtq_affirming": True,
            "narr_level": 2,
            "supports_buprenorphine": True,
            "supports_naltrexone": True,
            "fee": 185,
            "curfew_weeknights": time(22),
            "curfew_weekends": time(23),
        },
        (("Front", 2, WOMAN), ("Garden", 3, WOMAN), ("Porch", 3, MAN), ("Attic", 2, MAN), ("Back", 3, MAN)),
        ("Phase 1 · settling in", "Phase 2 · building", "Phase 3 · moving on"),
        "alice",
        living=10,
        leaving=23,
        area="585",
        second="nina",
    ),
    Plan(
        {
            "name": "Briar House",
            "time_zone": "America/Chicago",
            "phone": "414-555-0102",
            "street": "402 North Briar Lane",
            "city": "Milwaukee",
            "state": "WI",
            "postal_code": "53200",
            "serves": House.Serves.WOMEN,
            "parents_with_children": True,
            "narr_level": 3,
            "supports_buprenorphine": True,
            "supports_methadone": True,
            "supports_naltrexone": True,
            "fee": 640,
            "fee_period": House.FeePeriod.MONTH,
            "curfew_weeknights": time(21, 30),
            "curfew_weekends": time(22, 30),
        },
        (("Lilac", 2, WOMAN), ("Rose", 3, WOMAN), ("Fern", 2, WOMAN), ("Ivy", 2, WOMAN), ("Hazel", 2, WOMAN)),
        ("Arrival", "Growing", "Stepping out"),
        "charlie",
        living=9,
        leaving=21,
        area="414",
    ),
    Plan(
        {
            "name": "Canyon House",
            "time_zone": "America/Denver",
            "phone": "970-555-0103",
            "city": "Fort Collins",
            "state": "CO",
            "address_confidential": False,
            "street": "77 Canyon Road",
            "postal_code": "80500",
            "serves": House.Serves.MEN,
            "narr_level": 1,
            "supports_naltrexone": True,
            "fee": 150,
            "curfew_weeknights": time(23),
        },
        (("Mesa", 2, MAN), ("Ridge", 2, MAN), ("Creek", 3, MAN), ("Pine", 2, MAN)),
        ("New member", "Member"),
        "omar",
        living=7,
        leaving=16,
        area="970",
    ),
)


@dataclass
class Place:
    """A house that stands, with what the story needs to know of it."""

    plan: Plan
    house: House
    manager: User
    second: User  # who decides what the manager wrote down: another manager, or the operator
    beds: list[tuple[Bed, str]]
    phases: list[PhaseKind]
    living: list[Any] = field(default_factory=list)
    kept_free: list[int] = field(default_factory=list)  # beds (ids) that are promised or out of service

    def free_beds(self, who: str) -> list[Bed]:
        """Beds for such a person that nobody has and nobody is promised, in the house's order."""
        taken = {each.bed.pk for each in self.living} | set(self.kept_free)
        return [bed for bed, whom in self.beds if whom == who and bed.pk not in taken]


@dataclass
class Setting:
    organization: Organization
    users: dict[str, User]
    places: list[Place]
    now: datetime
    key: str = ""  # the partner's, told once

    def today(self, place: Place) -> date:
        return place.house.today(self.now)

    @property
    def day(self) -> date:
        """The day that has begun in every house."""
        return min(self.today(place) for place in self.places)


def set_up(*, now: datetime, say: Callable[[str], None]) -> Setting:
    """The organization, its people and its empty houses: the operator by the command, all else by the operator."""
    say("An organization, three houses, and the people who run them …")
    years_ago = now - timedelta(days=500)
    with acting_as(None, reason=MADE_BY, source="command"):
        organization = houses.organization_create(name=ORGANIZATION, time_zone="America/New_York", phone="585-555-0100")
        olive = houses.person_add(
            organization=organization,
            kind=RoleKind.OPERATOR,
            starts_at=years_ago,
            password=PASSWORD,
            username=STAFF[0].username,
            name=STAFF[0].name,
        )
    with acting_as(olive, source="command"):
        users = {person.username: _user(person) for person in STAFF[1:]} | {"olive": olive}
        places = [_place(organization, plan, users[plan.manager], users[plan.second]) for plan in PLANS]

        def grant(username: str, kind: RoleKind, **role: Any) -> None:
            role = {"starts_at": years_ago} | role
            houses.role_grant(user=users[username], kind=kind, organization=organization, **role)

        for place in places:
            grant(place.plan.manager, RoleKind.MANAGER, house=place.house)
        grant("nina", RoleKind.MANAGER, house=places[0].house)
        relief = {"starts_at": now - timedelta(days=11), "ends_at": now + timedelta(days=3)}
        grant("bob", RoleKind.MANAGER, house=places[0].house, **relief)
        grant("audra", RoleKind.AUDITOR)
    return Setting(organization, users, places, now)


def _user(person: Person) -> User:
    user = accounts.user_create(username=person.username, name=person.name, password=PASSWORD)
    if person.pin:
        accounts.pin_set(user=user, pin=person.pin)
    return user


def _place(organization: Organization, plan: Plan, manager: User, second: User) -> Place:
    house = houses.house_create(organization=organization, **plan.facts)
    beds = []
    for name, count, whom in plan.rooms:
        room = houses.room_add(house=house, name=name)
        beds += [(houses.bed_add(room=room, name=str(number)), whom) for number in range(1, count + 1)]
    phases = [
        phase_kind_save(house=house, number=number, name=name) for number, name in enumerate(plan.phases, start=1)
    ]
    return Place(plan, house, manager, second, beds, phases)
