"""What is told of a house: to a partner what is published, to its own people all of it.

Rows are read by plain SQL that stands here: a partner asks for every house there is, again and again, and to compile a
query of Django's costs more than to answer one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from api import etags
from residents.houses import narr
from residents.houses.models import House
from residents.stays.queries import OCCUPANCY_SQL, OPENING_DAYS, Occupancy

MEDICATIONS = ("buprenorphine", "methadone", "naltrexone")
# Each filter of a list of houses, as a condition on the house.
FILTERS = {
    "serves": "h.serves = %(serves)s",
    "state": "h.state = %(state)s",
    "narr_level": "h.narr_level = %(narr_level)s",
    "lgbtq_affirming": "h.lgbtq_affirming = %(lgbtq_affirming)s",
    "parents_with_children": "h.parents_with_children = %(parents_with_children)s",
}
SUPPORTS = {name: f"h.supports_{name}" for name in MEDICATIONS}
# Two lookups for each house cost the planner less than two joins, and of a short list most of the time is planning.
STATE_SQL = """
SELECT h.id, h.time_zone, (SELECT c.number FROM residents_housechanges c WHERE c.house_id = h.id),
       (SELECT o.phone FROM residents_organization o WHERE o.id = h.organization_id)
FROM residents_house h
WHERE {where}
"""
FACTS_SQL = f"""
SELECT h.id, h.time_zone, c.number, o.phone, h.uuid, h.name, h.phone, h.street, h.city, h.state, h.postal_code,
       h.address_confidential, h.serves, h.lgbtq_affirming, h.parents_with_children, h.narr_level,
       {", ".join(SUPPORTS.values())}, h.fee, h.fee_period
FROM residents_house h
JOIN residents_organization o ON o.id = h.organization_id
LEFT JOIN residents_housechanges c ON c.house_id = h.id
WHERE {{where}}
"""  # noqa: S608 -- made of the names of our own columns
COUNTS_SQL = OCCUPANCY_SQL.replace("{where}", "WHERE {where}")
SOON = timedelta(days=OPENING_DAYS)


class State(NamedTuple):
    """What tells whether anything about a house's beds changed, or anything that its organization publishes: the
    number counts no change of the organization."""

    pk: int
    zone: str
    number: int | None
    organization_phone: str


class Facts(NamedTuple):
    """A row of `House`, beginning as a `State` does."""

    pk: int
    zone: str
    number: int | None
    organization_phone: str
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


@dataclass(frozen=True)
class Houses:
    """Houses by a condition on `residents_house h`. `where` is made of our own words; what was asked is in `params`."""

    where: str
    params: Mapping[str, Any]

    @classmethod
    def of_organization(cls, pk: int) -> Houses:
        return cls("h.organization_id = %(organization)s", {"organization": pk})

    @classmethod
    def of(cls, rows: QuerySet[House]) -> Houses:
        try:
            sql, values = rows.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            return cls("1 = 0", {})
        names = [f"scope{n}" for n in range(len(values))]
        named = sql % tuple(f"%({name})s" for name in names)
        return cls(f"h.id IN ({named})", dict(zip(names, values, strict=True)))

    @classmethod
    def these(cls, pks: Iterable[int]) -> Houses:
        """Those that were found in scope before, whatever has become of them since."""
        return cls(f"h.id IN ({', '.join(f'{pk:d}' for pk in pks) or 'NULL'})", {})

    def only(self, condition: str, **params: Any) -> Houses:
        return replace(self, where=f"{self.where} AND {condition}", params={**self.params, **params})

    def one(self, uuid: UUID) -> Houses:
        return self.only("h.uuid = %(uuid)s", uuid=_as_stored(uuid))

    def narrowed(self, query: Mapping[str, Any]) -> Houses:
        """Those that the filters of the query leave."""
        houses = self
        for name, condition in FILTERS.items():
            if name in query:
                houses = houses.only(condition, **{name: query[name]})
        return houses.only(SUPPORTS[query["medication"]]) if "medication" in query else houses

    def page(self, after: UUID | None, size: int) -> Houses:
        """From the house that follows in the order in which they were made, and one more than fit on the page."""
        houses = self
        if after is not None:
            last = "(SELECT id FROM residents_house WHERE uuid = %(after)s)"
            houses = houses.only(f"h.id > {last}", after=_as_stored(after))
        return replace(houses, where=f"{houses.where} ORDER BY h.id LIMIT {size + 1:d}")

    def states(self) -> list[State]:
        """The one small query that says whether anything changed."""
        return [State._make(row) for row in self._read(STATE_SQL)]

    def facts(self) -> list[Facts]:
        make = Facts._make if connection.vendor == "postgresql" else _plain
        return [make(row) for row in self._read(FACTS_SQL)]

    def occupancy(self, night: date) -> dict[int, Occupancy]:
        """As `residents.stays.queries.occupancy` counts tonight."""
        rows = self._read(COUNTS_SQL, day=night, today=night, soon=night + SOON)
        return {row[0]: Occupancy(*row) for row in rows}

    def _read(self, sql: str, **params: Any) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("{where}", self.where), {**self.params, **params})
            return cursor.fetchall()


def _as_stored(uuid: UUID) -> Any:
    return House._meta.get_field("uuid").get_db_prep_value(uuid, connection)


def _plain(row: tuple) -> Facts:
    """A row as SQLite has it, which knows neither UUIDs nor booleans nor decimals."""
    facts = Facts._make(row)
    booleans = {
        name: bool(getattr(facts, name))
        for name in ("confidential", "lgbtq_affirming", "parents_with_children", *MEDICATIONS)
    }
    fee = None if facts.fee is None else Decimal(str(facts.fee)).quantize(Decimal("0.01"))
    return facts._replace(uuid=UUID(str(facts.uuid)), fee=fee, **booleans)


def nights_of(zones: Iterable[str], now: datetime) -> dict[str, date]:
    """The date at `now` in each of these time zones."""
    return {zone: now.astimezone(ZoneInfo(zone)).date() for zone in set(zones)}


def tag_of_states(
    kind: str, states: Sequence[State | Facts], query: Mapping[str, Any], *, sees_all: bool, now: datetime
) -> str:
    """The tag of what is told about these houses' beds: which houses, how often each changed, what is told of its
    organization, which night it is there, what was asked, and how much of it whoever asks is told."""
    rows = [(row.pk, row.number, row.organization_phone) for row in states]
    nights = sorted(nights_of((row.zone for row in states), now).items())
    asked = sorted((name, str(value)) for name, value in query.items())
    return etags.tag_of(kind, rows, nights, asked, sees_all)


def published(house: Facts) -> dict[str, Any]:
    """What anybody may know who looks for a bed. Of a confidential address nothing finer than the state, and not the
    house's name, which may tell more."""
    hidden = house.confidential
    return {
        "uuid": str(house.uuid),
        "name": neutral_name(house) if hidden else house.name,
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


def neutral_name(house: Facts) -> str:
    """What a house with a confidential address is called outside. Its own name is never published: houses are named
    after their streets and towns, and no comparison of texts finds every way of writing those."""
    return f"House {str(house.uuid)[:8]}"


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
