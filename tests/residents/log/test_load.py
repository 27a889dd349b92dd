"""Who carries how much: nights, call-outs, records and hand-overs, by manager, house and week, for the operator."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.urls import reverse

from residents.houses.permissions import RoleKind
from residents.log.models import Complaint
from residents.log.queries.load import Carried, load
from residents.models import CurfewCheck, House, Role, Stay
from soberhouse.accounts.models import User
from soberhouse.cards import Load
from soberhouse.history import acting_as, recorded
from tests.cast import Cast, grant
from tests.residents.log import given
from tests.residents.rules import given as of_rules

pytestmark = pytest.mark.django_db

# A month ago, when everybody in the cast lived there and nothing was written that a test does not write.
_MONTH_AGO = datetime.now(UTC).date() - timedelta(days=28)
MONDAY = _MONTH_AGO - timedelta(days=_MONTH_AGO.weekday())
NEW_YORK, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")


def at(day: date, hour: int, zone: ZoneInfo = NEW_YORK, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=zone)


@pytest.fixture
def long_ago(cast: Cast) -> Cast:
    """The cast, whose managers have been in office for years."""
    with transaction.atomic(), acting_as(None, reason="given", source="command"):
        Role.objects.update(starts_at=datetime(2020, 1, 1, tzinfo=UTC))
    return cast


@transaction.atomic
def counts_night(stay: Stay, by: User, night: date, **facts: Any) -> CurfewCheck:
    with acting_as(by, source="web"):
        return CurfewCheck.objects.create(
            house=stay.house, stay=stay, night=night, status="in", recorded_at=at(night, 23), **facts, **recorded()
        )


def carried(cast: Cast, *, since: date, days: int = 7, reader: str = "olive", **more: Any) -> list[Carried]:
    houses = House.objects.filter(organization=cast.organization)
    return load(houses, getattr(cast, reader), since=since, until=since + timedelta(days=days), **more)


def of(rows: list[Carried], user: User, house: House | None = None) -> Any:
    [row] = [row for row in rows if row.person == user and house in (None, row.house)]
    return row.counts


def test_managers_are_told_also_with_nothing_and_nobody_else_is(long_ago):
    cast = long_ago

    rows = carried(cast, since=MONDAY)

    assert [(row.person, row.house, row.counts) for row in rows] == [
        (cast.alice, cast.house_a, {}),
        (cast.bob, cast.house_a, {}),
        (cast.charlie, cast.house_b, {}),
    ]
    assert (rows[0].nights, rows[0].call_outs, rows[0].records, rows[0].hand_overs) == (0, 0, 0, 0)


def test_each_fact_counts_for_whoever_recorded_it_where_it_was(long_ago):
    cast = long_ago
    moment = at(MONDAY, 12)
    entry = given.entry_of(cast.house_a, cast.alice, happened_at=moment)
    given.amended(entry, cast.bob, recorded_at=moment + timedelta(hours=1))
    given.entry_of(cast.house_b, cast.charlie, happened_at=moment)
    given.hand_over_of(cast.house_a, cast.alice, recorded_at=moment)
    given.hand_over_of(cast.house_a, cast.olive, recorded_at=moment)
    given.entry_of(cast.house_a, cast.alice, happened_at=at(MONDAY + timedelta(days=7), 0))
    given.entry_of(cast.house_a, cast.alice, happened_at=at(MONDAY - timedelta(days=1), 23, minute=59))

    rows = carried(cast, since=MONDAY)

    assert of(rows, cast.alice) == {Load.RECORD: 1, Load.HAND_OVER: 1}
    assert of(rows, cast.bob) == {Load.RECORD: 1}
    assert of(rows, cast.charlie) == {Load.RECORD: 1}
    assert of(rows, cast.olive) == {Load.HAND_OVER: 1}
    assert [row.house for row in rows if row.person == cast.olive] == [cast.house_a]


def test_a_night_is_one_however_many_were_counted_and_whatever_was_put_right(long_ago):
    cast = long_ago
    tuesday = MONDAY + timedelta(days=1)
    first = counts_night(cast.stay_of_dana, cast.alice, MONDAY)
    counts_night(cast.stay_of_frank, cast.alice, MONDAY)
    counts_night(cast.stay_of_dana, cast.alice, tuesday)
    counts_night(cast.stay_of_frank, cast.bob, tuesday)
    counts_night(cast.stay_of_dana, cast.bob, MONDAY, corrects=first, correction_reason="It was another.")
    counts_night(cast.stay_of_dana, cast.frank.user, MONDAY + timedelta(days=2))

    rows = carried(cast, since=MONDAY)

    assert of(rows, cast.alice) == {Load.NIGHT: 2}
    assert of(rows, cast.bob) == {Load.NIGHT: 1}
    assert cast.frank.user not in [row.person for row in rows]


@pytest.mark.parametrize(
    ("hour", "minute", "counts"),
    [(21, 59, False), (22, 0, True), (23, 59, True), (0, 0, True), (5, 59, True), (6, 0, False), (12, 0, False)],
)
@pytest.mark.parametrize("house", ["house_a", "house_b"])
def test_a_call_out_is_an_incident_at_night_by_the_clock_of_the_house(long_ago, house, hour, minute, counts):
    cast = long_ago
    where, who = getattr(cast, house), cast.alice if house == "house_a" else cast.charlie
    given.incident_of(where, who, happened_at=at(MONDAY + timedelta(days=2), hour, where.zone, minute))

    assert of(carried(cast, since=MONDAY), who).get(Load.CALL_OUT, 0) == int(counts)


def test_weeks_are_those_of_the_house_and_nothing_is_told_of_empty_ones(long_ago):
    cast = long_ago
    second = MONDAY + timedelta(days=7)
    given.entry_of(cast.house_a, cast.alice, happened_at=at(MONDAY, 0))
    given.entry_of(cast.house_a, cast.alice, happened_at=at(second - timedelta(days=1), 23, minute=59))
    given.entry_of(cast.house_a, cast.alice, happened_at=at(second, 0))
    given.entry_of(cast.house_b, cast.charlie, happened_at=at(second - timedelta(days=1), 23, LOS_ANGELES, 59))
    counts_night(cast.stay_of_dana, cast.alice, second - timedelta(days=1))

    rows = carried(cast, since=MONDAY, days=14, by_week=True)

    assert [(row.week, row.person, row.records, row.nights) for row in rows] == [
        (second, cast.alice, 1, 0),
        (MONDAY, cast.alice, 2, 1),
        (MONDAY, cast.charlie, 1, 0),
    ]


def test_violations_and_decisions_count(long_ago):
    cast = long_ago
    book = of_rules.published_book(cast.house_a)
    of_rules.signed(book, cast.dana)
    row = of_rules.violation_of(cast.stay_of_dana, book.rules.first(), by=cast.alice)
    of_rules.decided(row, by=cast.bob)

    rows = carried(cast, since=cast.today - timedelta(days=6))

    assert of(rows, cast.alice) == {Load.RECORD: 1}
    assert of(rows, cast.bob) == {Load.RECORD: 1}


def test_whoever_relieved_for_a_time_is_told_for_that_time_alone(cast):
    with transaction.atomic(), acting_as(None, reason="given", source="command"):
        role = Role.objects.get(user=cast.bob)
        Role.objects.filter(pk=role.pk).update(starts_at=at(MONDAY, 8), ends_at=at(MONDAY + timedelta(days=2), 8))

    def people(since: date) -> list[User]:
        return [row.person for row in carried(cast, since=since)]

    assert people(MONDAY) == people(MONDAY + timedelta(days=2)) == [cast.bob]
    assert people(MONDAY + timedelta(days=3)) == people(MONDAY - timedelta(days=7)) == []


def test_what_is_withheld_from_an_operator_is_not_in_their_numbers(cast):
    with transaction.atomic(), acting_as(None, reason="given", source="command"):
        grant(cast.charlie, RoleKind.OPERATOR, cast.organization)
    given.complaint_of(cast.house_a, cast.alice, by_whom=Complaint.By.FAMILY, against=cast.olive)
    since = cast.today - timedelta(days=6)

    assert of(carried(cast, since=since), cast.alice) == {}
    assert of(carried(cast, since=since, reader="charlie"), cast.alice) == {Load.RECORD: 1}


@pytest.mark.parametrize("count", [1, 3])
def test_it_asks_the_same_however_much_there_is(long_ago, count, django_assert_num_queries):
    cast = long_ago
    for _ in range(count):
        given.entry_of(cast.house_a, cast.alice, happened_at=at(MONDAY, 12))
        given.incident_of(cast.house_b, cast.charlie, happened_at=at(MONDAY, 23))

    with django_assert_num_queries(3):
        carried(cast, since=MONDAY, by_week=True)


# The page


def page(cast: Cast, query: str = "") -> str:
    return reverse("load", args=[cast.organization.uuid]) + query


def test_the_operator_sees_the_last_thirty_days(cast, signed_in):
    given.entry_of(cast.house_a, cast.alice)
    given.entry_of(cast.house_a, cast.alice, days_ago=28)
    given.entry_of(cast.house_a, cast.alice, days_ago=31)

    shown = signed_in(cast.olive).get(page(cast))

    [(title, rows)] = shown.context["tables"]
    assert (title, of(rows, cast.alice)) == ("", {Load.RECORD: 2})
    assert "Alice Example" in shown.content.decode()


def test_by_week_there_is_a_table_for_each(cast, signed_in):
    given.entry_of(cast.house_a, cast.alice, days_ago=1)
    given.entry_of(cast.house_a, cast.alice, days_ago=15)

    shown = signed_in(cast.olive).get(page(cast, "?by=week"))

    assert [(title.startswith("Week of "), len(rows)) for title, rows in shown.context["tables"]] == [(True, 1)] * 2


@pytest.mark.parametrize("query", ["", "&by=week"])
def test_it_can_be_taken_along_as_a_file(long_ago, signed_in, query):
    cast = long_ago
    given.entry_of(cast.house_a, cast.alice, happened_at=at(MONDAY, 12))
    asked = f"?since={MONDAY}&until={MONDAY + timedelta(days=6)}&export=csv{query}"

    answer = signed_in(cast.olive).get(page(cast, asked))

    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Disposition"] == 'attachment; filename="load.csv"'
    assert rows[0][-6:] == ["Manager", "House", "Nights counted", "Call-outs", "Records written", "Hand-overs"]
    assert rows[1] == [*([str(MONDAY)] if query else []), "Alice Example", "Alder House", "0", "0", "1", "0"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("?since=2026-03-09&until=2026-03-02", "It ends before it begins."),
        ("?since=2020-03-09&until=2026-03-02", "A year at most."),
        ("?since=soon&until=2026-03-02", "Enter a valid date."),
    ],
)
def test_a_time_that_cannot_be_is_said_to_be_and_kept(cast, signed_in, asked, says):
    shown = signed_in(cast.olive).get(page(cast, asked))

    text = shown.content.decode()
    assert (shown.status_code, says in text, 'value="2026-03-02"' in text) == (200, True, True)
    assert shown.context["tables"] == []


@pytest.mark.parametrize(("who", "status"), [("alice", 403), ("audra", 403), ("dana", 403), ("oscar", 404)])
def test_it_is_for_the_operator(cast, signed_in, who, status):
    assert signed_in(getattr(cast, who)).get(page(cast)).status_code == status
