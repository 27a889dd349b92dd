"""That nothing changed is told by a tag: it changes with everything that the answer tells, and with nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import (
    BooleanField,
    DateField,
    DateTimeField,
    DecimalField,
    Field,
    ForeignKey,
    IntegerField,
    Model,
    TimeField,
    UUIDField,
)
from django.utils import timezone

from residents.houses import services as houses
from residents.models import Application, Bed, BedUse, House, Organization, Room, Stay
from residents.people import services as people
from residents.stays import services as stays
from soberhouse.history import acting_as
from tests.api.conftest import change
from tests.residents.stays.stories import ORDINARY, applicant, days, hold, lives, overstays

pytestmark = pytest.mark.django_db

POLLED = ["/occupancy", "/houses", "/beds"]


@pytest.fixture
def noon(cast, monkeypatch):
    """It is the same day in both houses, and stays so."""
    instant = datetime.combine(cast.today, time(18), tzinfo=UTC)
    monkeypatch.setattr("api.endpoint.timezone.now", lambda: instant)
    return instant


@pytest.fixture
def by_alice(cast):
    with acting_as(cast.alice, source="web"):
        yield


def tag(asks, path: str) -> str:
    answer = asks.get(path)
    assert answer.status_code == 200
    return answer["ETag"]


@pytest.mark.parametrize("path", [*POLLED, "/residents", "/stays", "/applications"])
def test_unchanged_is_told_without_a_body(cast, program, noon, path):
    olive = program(cast.olive, "read")
    known = tag(olive, path)

    for header in (known, f"W/{known.removeprefix('W/')}", f'"x", {known}', "*"):
        answer = olive.get(path, **{"If-None-Match": header})
        assert (answer.status_code, answer.content) == (304, b""), header
        assert answer["ETag"] == known
        assert answer["Cache-Control"] == ("private, no-cache" if path == "/occupancy" else "private, no-store")
        assert "Authorization" in answer["Vary"]
        assert "Content-Type" not in answer
    for header in ('"x"', "", "x", known[:-2]):
        assert olive.get(path, **{"If-None-Match": header}).status_code == 200, header
    assert olive.ask("HEAD", path, **{"If-None-Match": known}).status_code == 304


def test_one_house_and_one_row_have_tags_too(cast, program, noon):
    olive = program(cast.olive, "read")
    for path in (
        f"/occupancy/{cast.house_a.uuid}",
        f"/houses/{cast.house_a.uuid}",
        f"/beds/{cast.bed_a('1A').uuid}",
        f"/residents/{cast.dana.uuid}",
        f"/stays/{cast.stay_of_dana.uuid}",
    ):
        known = tag(olive, path)
        assert olive.get(path, **{"If-None-Match": known}).status_code == 304, path


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


# One after the other, each from where the one before left it.
CHANGES = {
    "a house's facts": lambda cast: houses.house_change(house=cast.house_a, changes={"state": "NY"}),
    "a room": lambda cast: houses.room_add(house=cast.house_a, name="Attic"),
    "a bed": lambda cast: houses.bed_add(room=cast.bed_a("1A").room, name="1C"),
    "a bed closed": lambda cast: houses.bed_close(bed=cast.bed_a("3B"), closed_on=cast.today, reason="roof"),
    "somebody moves in": lambda cast: lives(cast.bed_a("2A"), since=cast.today),
    "a hold": lambda cast: hold(applicant(cast, "Ada Other"), cast.bed_a("3A"), today=cast.today),
    "a move-out is planned": lambda cast: stays.expect(
        stay=cast.stay_of_dana, expected_on=cast.today + days(3), today=cast.today
    ),
    "somebody moves beds": lambda cast: stays.move_bed(
        stay=cast.stay_of_dana, bed=cast.bed_a("2B"), on=cast.today, today=cast.today
    ),
    "a bed out of service": lambda cast: stays.bed_take_out(
        bed=cast.bed_a("1A"), starts_on=cast.today, ends_on=None, note="roof", today=cast.today
    ),
    "somebody leaves": lambda cast: stays.discharge(
        stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY
    ),
    "a move-in that was none": lambda cast: stays.stay_void(stay=cast.stay_of_frank, reason="mistyped"),
    "plain SQL on a stay": lambda cast: sql(
        "UPDATE residents_stay SET left_as = 'x' WHERE id = %s", cast.stay_of_dana.pk
    ),
    "plain SQL on a bed": lambda cast: sql("UPDATE residents_bed SET name = 'x' WHERE id = %s", cast.bed_a("1A").pk),
    "many at once": lambda cast: House.objects.filter(pk=cast.house_a.pk).update(serves="women"),
}


def test_every_change_of_a_houses_beds_changes_the_tag(committed_db, cast, program, noon, by_alice):
    """Committed: the database counts once a transaction."""
    olive = program(cast.olive, "read")
    paths = [*POLLED, f"/occupancy/{cast.house_a.uuid}", f"/beds?house={cast.house_a.uuid}"]
    elsewhere = [f"/occupancy/{cast.house_b.uuid}", f"/beds?house={cast.house_b.uuid}"]
    before = {path: tag(olive, path) for path in paths + elsewhere}

    for what, make in CHANGES.items():
        with transaction.atomic():
            make(cast)

        assert [path for path in elsewhere if tag(olive, path) != before[path]] == [], what
        for path in paths:
            answer = olive.get(path, **{"If-None-Match": before[path]})
            assert (answer.status_code, answer["ETag"] != before[path]) == (200, True), (what, path)
            before[path] = answer["ETag"]


# What the answers about houses, beds and counts are made of, besides the public ids, which the database lets nobody
# change. An application is told by its id alone.
TOLD_OF = {
    Organization: {"phone"},
    House: {
        *("name", "time_zone", "phone", "street", "city", "state", "postal_code", "address_confidential", "serves"),
        *("lgbtq_affirming", "parents_with_children", "narr_level", "fee", "fee_period"),
        *("supports_buprenorphine", "supports_methadone", "supports_naltrexone"),
    },
    Room: {"name"},
    Bed: {"room", "name", "opened_on", "closed_on"},
    BedUse: {"starts_on", "ends_on", "voided"},
    Stay: {"ends_on", "expected_on"},
    Application: set(),
}


def other_values(field: Field, row: Model) -> Iterator[Any]:
    """What else could stand there, as far as one can guess."""
    now = getattr(row, field.attname)
    match field:
        case ForeignKey():
            yield from field.related_model._base_manager.exclude(pk=now).values_list("pk", flat=True)[:3]
        case UUIDField():
            yield uuid4()
        case BooleanField():
            yield not now
        case DateTimeField():
            yield timezone.now() - timedelta(days=3)
        case DateField():
            day = now or timezone.now().date()
            yield from (day + timedelta(days=number) for number in (-40, -1, 1, 3))
            yield None
        case TimeField():
            yield time(1, 2)
        case DecimalField() | IntegerField():
            yield from (1, 2)
        case _ if field.name == "time_zone":
            yield "Asia/Tokyo"
        case _:
            yield from [value for value, _label in field.choices or [("another", "")] if value != now][:2]


def put(row: Model, field: Field, value: Any) -> bool:
    """Write it past the product; whether the database let it."""
    table = row._meta.db_table
    try:
        with transaction.atomic():
            sql(
                f'UPDATE "{table}" SET "{field.column}" = %s WHERE id = %s',
                field.get_db_prep_value(value, connection),
                row.pk,
            )
    except (DatabaseError, ValueError):
        return False
    return True


def test_no_column_of_what_is_told_changes_without_the_tag(
    committed_db, cast, program, partners, noon, by_alice, settings
):
    """Each column of each table is changed by plain SQL, alone, and back."""
    settings.API_REQUESTS_A_MINUTE = 10**9
    olive, late = program(cast.olive, "read"), overstays(cast.bed_a("2A"), today=cast.today)
    promised = hold(applicant(cast), cast.bed_a("2B"), today=cast.today)
    change(cast.house_a, address_confidential=False, narr_level=3, phone="+1 555 010 0001", fee=150)
    rows = [
        *(cast.organization, cast.house_a, cast.bed_a("1A").room, cast.bed_a("1A"), cast.bed_a("3A"), promised),
        *(late.uses.get(), late, cast.stay_of_dana.uses.get(), cast.stay_of_dana, promised.application),
    ]
    asked = [(olive, path) for path in (*POLLED, "/beds?state=occupied", f"/occupancy/{cast.house_b.uuid}")]
    asked += [(partners, "/houses")]
    told: dict[type[Model], set[str]] = {kind: set() for kind in TOLD_OF}

    def answers() -> list[tuple[str, Any]]:
        found = []
        for who, path in asked:
            answer = who.get(path)
            found.append((answer["ETag"], re.sub(rb'"as_of":"[^"]*",', b"", answer.content)))
        return found

    before = answers()
    for row in rows:
        row.refresh_from_db()
        kind = type(row)
        for field in kind._meta.concrete_fields:
            for value in other_values(field, row) if not field.primary_key else ():
                if not put(row, field, value):
                    continue
                after = answers()
                for (tag, body), (other_tag, other_body), (_who, path) in zip(before, after, asked, strict=True):
                    if body != other_body:
                        told[kind].add(field.name)
                        assert tag != other_tag, (kind, field.name, value, path)
                assert put(row, field, getattr(row, field.attname)), (kind, field.name)
                before = answers()

    assert told == TOLD_OF


@pytest.mark.parametrize("kind", TOLD_OF, ids=lambda kind: kind.__name__)
def test_no_row_of_what_is_told_can_be_deleted(cast, by_alice, kind):
    """So that no tag has to tell it."""
    hold(applicant(cast), cast.bed_a("2B"), today=cast.today)

    with pytest.raises(DatabaseError, match="delete"), transaction.atomic():
        sql(f'DELETE FROM "{kind._meta.db_table}"')


def test_another_phone_of_the_organization_changes_the_tag(committed_db, cast, partners, noon):
    """It is what is published for houses whose address is confidential."""
    paths = ["/occupancy", "/houses", f"/occupancy/{cast.house_a.uuid}", f"/houses/{cast.house_a.uuid}"]
    before = {path: tag(partners, path) for path in paths}
    with acting_as(cast.olive, source="web"):
        houses.organization_change(organization=cast.organization, changes={"phone": "+1 212 555 9999"})

    for path in paths:
        answer = partners.get(path, **{"If-None-Match": before[path]})
        assert (answer.status_code, b"+1 212 555 9999" in answer.content) == (200, True), path


def test_what_is_not_told_changes_no_tag_and_a_new_house_does(committed_db, cast, partners, noon, by_alice):
    before = {path: tag(partners, path) for path in ("/occupancy", "/houses")}

    people.contact_add(resident=cast.dana, kind="sponsor", name="Ruth Ekström")
    people.resident_change(resident=cast.dana, changes={"pronouns": "she"}, reason="", today=cast.today)
    with transaction.atomic():
        change(cast.house_c, state="IL")  # of another organization

    assert {path: tag(partners, path) for path in before} == before
    with acting_as(cast.olive, source="web"):
        houses.house_create(organization=cast.organization, name="Dogwood House", time_zone="America/New_York")
    assert not {tag(partners, path) for path in before} & set(before.values())


@pytest.mark.parametrize("path", POLLED)
def test_midnight_in_a_house_changes_the_tag(cast, program, monkeypatch, path):
    """Los Angeles is three hours behind New York: each house's day ends by its own clock."""
    olive = program(cast.olive, "read")
    midnight = datetime.combine(cast.today + days(1), time(), tzinfo=cast.house_a.zone)
    tags = []
    for minutes in (-2, -1, 0, 1, 179, 180):
        monkeypatch.setattr("api.endpoint.timezone.now", lambda m=minutes: midnight + timedelta(minutes=m))
        tags.append(tag(olive, path))

    evening, later, new_york, after, before_los_angeles, los_angeles = tags
    assert evening == later
    assert new_york == after == before_los_angeles
    assert len({evening, new_york, los_angeles}) == 3


def test_the_tag_follows_what_is_asked_and_who_asks(cast, program, partners, noon):
    alice = program(cast.alice, "read")
    published = program(cast.alice, "occupancy")
    olive = program(cast.olive, "read")

    tags = [
        tag(alice, "/houses"),
        tag(published, "/houses"),
        tag(olive, "/houses"),
        tag(olive, "/houses?per_page=1"),
        tag(olive, "/houses?serves=everyone"),
        tag(partners, "/houses"),
        tag(partners, "/occupancy"),
    ]

    assert len(set(tags)) == len(tags)
    assert tag(program(cast.alice, "read"), "/houses") == tags[0]


def test_the_tag_of_counts_is_weak_because_their_instant_goes_on(cast, partners, noon):
    assert tag(partners, "/occupancy").startswith('W/"')
    assert tag(partners, "/houses").startswith('"')


def test_a_role_that_ends_changes_the_tag(cast, program, noon):
    bob = program(cast.bob, "read")
    known = tag(bob, "/beds")
    with acting_as(cast.olive, source="web"):
        houses.role_end(role=cast.bob.roles.get(), ends_at=noon - timedelta(minutes=1), reason="back early")

    assert bob.get("/beds", **{"If-None-Match": known}).status_code == 403
    assert Stay.objects.exists()
