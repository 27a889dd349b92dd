"""What is told of a house: to a partner what is published, to its own people all of it.

Rows are read as plain tuples and not as models: a partner asks for every house there is, again and again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from api import etags
from residents.houses import narr
from residents.houses.models import House

MEDICATIONS = ("buprenorphine", "methadone", "naltrexone")
FILTERS = ("serves", "state", "narr_level", "lgbtq_affirming", "parents_with_children")


class State(NamedTuple):
    """What tells whether anything about a house's beds changed."""

    pk: int
    zone: str
    number: int | None


class Facts(NamedTuple):
    """A row of `House`, beginning as a `State` does."""

    pk: int
    zone: str
    number: int | None
    uuid: UUID
    name: str
    phone: str
    street: str
    city: str
    state: str
    postal_code: str
    confidential: bool
    serves: str
    lgbtq_affirming: bool
    parents_with_children: bool
    narr_level: int | None
    buprenorphine: bool
    methadone: bool
    naltrexone: bool
    fee: Decimal | None
    fee_period: str
    organization_phone: str


STATE = ("pk", "time_zone", "changes__number")
COLUMNS = (
    *STATE,
    "uuid",
    "name",
    "phone",
    "street",
    "city",
    "state",
    "postal_code",
    "address_confidential",
    "serves",
    "lgbtq_affirming",
    "parents_with_children",
    "narr_level",
    *(f"supports_{name}" for name in MEDICATIONS),
    "fee",
    "fee_period",
    "organization__phone",
)


def states_of(houses: QuerySet[House]) -> list[State]:
    """The one small query that says whether anything changed."""
    return [State._make(row) for row in houses.values_list(*STATE)]


def facts_of(houses: QuerySet[House]) -> list[Facts]:
    return [Facts._make(row) for row in houses.values_list(*COLUMNS)]


def nights_of(zones: Iterable[str], now: datetime) -> dict[str, date]:
    """The date at `now` in each of these time zones."""
    return {zone: now.astimezone(ZoneInfo(zone)).date() for zone in set(zones)}


def tag_of_states(
    kind: str, states: Iterable[State | Facts], query: Mapping[str, Any], *, sees_all: bool, now: datetime
) -> str:
    """The tag of what is told about these houses' beds: which houses, how often each changed, which night it is
    there, what was asked, and how much of it whoever asks is told."""
    rows = [(row.pk, row.number) for row in states]
    nights = sorted(nights_of((row.zone for row in states), now).items())
    asked = sorted((name, str(value)) for name, value in query.items())
    return etags.tag_of(kind, rows, nights, asked, sees_all)


def narrowed(houses: QuerySet[House], query: Mapping[str, Any]) -> QuerySet[House]:
    """The houses that the filters of the query leave."""
    houses = houses.filter(**{name: query[name] for name in FILTERS if name in query})
    if "medication" in query:
        houses = houses.filter(**{f"supports_{query['medication']}": True})
    return houses


def published(house: Facts) -> dict[str, Any]:
    """What anybody may know who looks for a bed. Of a confidential address nothing finer than the state."""
    hidden = house.confidential
    return {
        "uuid": str(house.uuid),
        "name": published_name(house) if hidden else house.name,
        "phone": house.organization_phone if hidden else house.phone or house.organization_phone,
        "city": None if hidden else house.city,
        "state": house.state,
        "postal_code": None if hidden else house.postal_code,
        "address_confidential": hidden,
        "serves": house.serves,
        "lgbtq_affirming": house.lgbtq_affirming,
        "parents_with_children": house.parents_with_children,
        "narr_level": house.narr_level,
        "narr_letter": narr.LEVELS[house.narr_level][0] if house.narr_level else None,
        "medications": [
            name
            for name, supported in zip(
                MEDICATIONS, (house.buprenorphine, house.methadone, house.naltrexone), strict=True
            )
            if supported
        ],
        "fee": None if house.fee is None else str(house.fee),
        "fee_period": house.fee_period,
    }


def published_name(house: Facts) -> str:
    """The house's name; but where that tells the confidential street, city or postal code, a name that does not."""
    name = house.name.casefold()
    street = re.sub(r"^[\W\d]+", "", house.street).casefold()
    if any(place and place in name for place in (street, house.city.casefold(), house.postal_code.casefold())):
        return f"House {str(house.uuid)[:8]}"
    return house.name


def told(house: Facts) -> dict[str, Any]:
    """What the people of the house see."""
    return published(house) | {
        "name": house.name,
        "phone": house.phone,
        "street": house.street,
        "city": house.city,
        "postal_code": house.postal_code,
        "time_zone": house.zone,
    }
