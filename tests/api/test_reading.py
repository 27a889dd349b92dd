"""What is told to whom: each list and each row, in scope, out of it, and where one may not."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from api.v1.facts import Houses
from residents.models import Application, Look, Resident
from residents.stays import services as stays
from soberhouse.history import acting_as
from tests.api.conftest import by, change, fields, outside, refused
from tests.residents.stays.stories import ORDINARY, applicant, days, hold, lives, overstays

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def by_alice(cast):
    with acting_as(cast.alice, source="web"):
        yield


# Houses


def test_a_manager_sees_all_of_her_house(cast, alices):
    change(cast.house_a, street="12 Mill Lane", city="Rochester", state="NY", postal_code="14600", fee="185")

    (house,) = alices.items("/houses")

    assert house == alices.get(f"/houses/{cast.house_a.uuid}").json()
    assert (house["street"], house["city"], house["fee"], house["time_zone"]) == (
        "12 Mill Lane",
        "Rochester",
        "185.00",
        "America/New_York",
    )


def test_a_key_for_occupancy_alone_is_told_what_is_published(cast, program):
    change(cast.house_a, street="12 Mill Lane", city="Rochester", state="NY", phone="+1 555 010 0001")
    alice = program(cast.alice, "occupancy")

    (house,) = alice.items("/houses")

    assert house == alice.get(f"/houses/{cast.house_a.uuid}").json()
    assert (house["city"], house["state"], house["phone"]) == (None, "NY", "")
    assert not {"street", "time_zone"} & set(house)


def test_an_address_that_is_not_confidential_is_published_as_far_as_the_postal_code(cast, partners):
    change(cast.house_b, address_confidential=False, street="1 Pier", city="Duluth", state="MN", postal_code="55800")

    house = by(partners.items("/houses"), name="Birch House")

    assert (house["city"], house["state"], house["postal_code"]) == ("Duluth", "MN", "55800")
    assert "street" not in house


@pytest.mark.parametrize(
    ("name", "street", "city"),
    [
        ("12 Mill Lane", "12 Mill Lane", ""),
        ("Elm Street House", "14B Elm Street", ""),
        ("Elm Street", "Unit 4, 12 Elm Street", ""),
        ("Elm Street", "12  Elm  Street", ""),
        ("Maple Ave House", "12 Maple Avenue", ""),
        ("12th Street House", "12 12th Street", ""),
        ("Main Street", "N. 12 Main Street", ""),
        ("Old Rochester", "", "Rochester, NY"),
        ("Alder House", "", ""),
    ],
)
def test_the_name_of_a_house_with_a_confidential_address_is_not_published(cast, program, partners, name, street, city):
    """Whatever it is: nobody can tell by comparing texts that it says nothing of where the house is."""
    change(cast.house_a, name=name, street=street, city=city)
    change(cast.house_b, address_confidential=False)
    row = f"/occupancy/{cast.house_a.uuid}", f"/houses/{cast.house_a.uuid}"

    for asks in (partners, program(cast.olive, "occupancy")):
        for path in ("/occupancy", "/houses"):
            assert [house["name"] for house in asks.items(path)] == [outside(cast.house_a), "Birch House"]
        assert {asks.get(path).json()["name"] for path in row} == {outside(cast.house_a)}
    assert program(cast.alice, "read").items("/houses")[0]["name"] == name


def test_a_partner_sees_the_houses_of_its_organization_alone(cast, partners):
    uuids = [str(house.uuid) for house in (cast.house_a, cast.house_b)]
    assert [house["uuid"] for house in partners.items("/houses")] == uuids
    refused(partners.get(f"/houses/{cast.house_c.uuid}"), 404, "not-found")
    refused(partners.get(f"/occupancy/{cast.house_c.uuid}"), 404, "not-found")


def test_houses_are_found_by_what_they_are(cast, partners):
    change(cast.house_a, serves="women", state="NY", narr_level=2, supports_methadone=True)
    change(cast.house_b, serves="men", state="MN", lgbtq_affirming=True, parents_with_children=True)

    def names(query: str) -> list[str]:
        found = [house["name"] for house in partners.items(f"/houses?{query}")]
        assert found == [house["name"] for house in partners.items(f"/occupancy?{query}")]
        return found

    alder, birch = outside(cast.house_a), outside(cast.house_b)

    for query in ("serves=women", "state=NY", "narr_level=2", "medication=methadone", "lgbtq_affirming=false"):
        assert names(query) == [alder], query
    assert names("serves=men&state=MN&parents_with_children=true") == [birch]
    assert names("serves=men&state=NY") == []


# Occupancy


def test_a_partner_sees_counts_and_nothing_else(cast, partners, by_alice):
    overstays(cast.bed_a("2A"), today=cast.today)
    hold(applicant(cast), cast.bed_a("2B"), today=cast.today)
    stays.bed_take_out(bed=cast.bed_a("3A"), starts_on=cast.today, ends_on=None, note="roof", today=cast.today)

    rows = partners.items("/occupancy")
    house = by(rows, uuid=str(cast.house_a.uuid))

    counts = {name: house[name] for name in ("capacity", "occupied", "held", "out_of_service", "open", "opening")}
    assert counts == {"capacity": 6, "occupied": 3, "held": 1, "out_of_service": 1, "open": 1, "opening": 1}
    assert house["night"] == cast.today.isoformat()
    assert house["as_of"][-6:] in ("-04:00", "-05:00")
    assert by(rows, uuid=str(cast.house_b.uuid))["as_of"][-6:] in ("-07:00", "-08:00")
    alone = partners.get(f"/occupancy/{cast.house_a.uuid}").json()
    assert alone | {"as_of": ""} == house | {"as_of": ""}


def test_occupancy_is_counted_in_each_houses_own_night(cast, partners, monkeypatch):
    """At five in the morning in London it is tomorrow in New York already and today still in Los Angeles."""
    now = cast.today
    instant = datetime.combine(now, time(5), tzinfo=UTC)
    monkeypatch.setattr("api.endpoint.timezone.now", lambda: instant)
    with acting_as(None, source="command"):
        stays.admit_newcomer(
            bed=cast.bed_b("2A"), person={"legal_first_name": "Nia"}, starts_on=now - days(1), today=now - days(1)
        )

    rows = partners.items("/occupancy")

    assert {row["uuid"]: row["night"] for row in rows} == {
        str(cast.house_a.uuid): str(now),
        str(cast.house_b.uuid): str(now - timedelta(days=1)),
    }
    assert by(rows, uuid=str(cast.house_b.uuid))["occupied"] == 2


def test_a_house_that_changes_while_it_is_counted_is_counted(cast, partners, monkeypatch):
    change(cast.house_a, serves="men")
    counted = Houses.occupancy

    def meanwhile(houses: Houses, night: date):
        change(cast.house_a, serves="women", time_zone="Asia/Tokyo")
        return counted(houses, night)

    monkeypatch.setattr(Houses, "occupancy", meanwhile)
    for path in ("/occupancy?serves=men", f"/occupancy/{cast.house_a.uuid}", "/occupancy?per_page=1"):
        answer = partners.get(path)
        change(cast.house_a, serves="men", time_zone="America/New_York")

        told = answer.json()
        assert answer.status_code == 200
        assert (told["items"][0] if "items" in told else told)["capacity"] == 6


def test_who_may_not_see_residents_sees_no_counts(cast, program):
    dana = program(cast.dana, "read", "occupancy")

    refused(dana.get("/occupancy"), 403, "not-allowed")
    refused(dana.get(f"/occupancy/{cast.house_a.uuid}"), 403, "not-allowed")
    refused(dana.get(f"/occupancy/{cast.house_b.uuid}"), 404, "not-found")
    refused(dana.get(f"/beds/{cast.bed_a('1A').uuid}"), 403, "not-allowed")
    refused(dana.get(f"/residents/{cast.dana.uuid}"), 403, "not-allowed")
    refused(dana.get(f"/stays/{cast.stay_of_dana.uuid}"), 403, "not-allowed")


# Beds


def test_beds_in_each_state(cast, alices, by_alice):
    late = overstays(cast.bed_a("2A"), today=cast.today)
    promised = hold(applicant(cast), cast.bed_a("2B"), today=cast.today)
    stays.bed_take_out(bed=cast.bed_a("3A"), starts_on=cast.today, ends_on=None, note="roof", today=cast.today)

    beds = alices.items("/beds")

    assert {bed["name"]: bed["state"] for bed in beds} == {
        "Room 1 1A": "occupied",
        "Room 1 1B": "occupied",
        "Room 2 2A": "occupied",
        "Room 2 2B": "held",
        "Room 3 3A": "out_of_service",
        "Room 3 3B": "open",
    }
    overdue, held = by(beds, name="Room 2 2A"), by(beds, state="held")
    assert (overdue["overdue"], overdue["stay"]) == (True, str(late.uuid))
    assert (held["application"], held["until"]) == (str(promised.application.uuid), str(promised.ends_on))
    for state in ("open", "occupied", "held", "out_of_service"):
        assert alices.items(f"/beds?state={state}") == [bed for bed in beds if bed["state"] == state]
    assert alices.get(f"/beds/{cast.bed_a('2A').uuid}").json() == overdue


def test_beds_of_another_night(cast, alices, by_alice):
    promised = hold(applicant(cast), cast.bed_a("2B"), today=cast.today, starts=3)
    night = cast.today + days(3)

    then = by(alices.items(f"/beds?night={night}&state=held"), name="Room 2 2B")

    assert (then["night"], then["since"]) == (str(night), str(promised.starts_on))
    assert by(alices.items("/beds"), name="Room 2 2B")["state"] == "open"
    assert alices.get(f"/beds/{cast.bed_a('2B').uuid}?night={night}").json() == then


def test_a_bed_that_is_promised_and_not_left_is_occupied(cast, alices, by_alice):
    lives(cast.bed_a("2A"), "Olu Late", since=cast.today - days(30), expected_on=cast.today + days(1))
    hold(applicant(cast), cast.bed_a("2A"), today=cast.today, starts=1)

    night = cast.today + days(1)

    assert by(alices.items(f"/beds?night={night}"), name="Room 2 2A")["state"] == "held"
    assert by(alices.items("/beds"), name="Room 2 2A")["state"] == "occupied"


# People


def test_a_list_of_residents_tells_no_more_than_a_list_needs(cast, alices):
    assert alices.items("/residents") == [
        {
            "uuid": str(person.uuid),
            "name": person.name,
            "stay": str(stay.uuid),
            "house": str(cast.house_a.uuid),
        }
        for person, stay in ((cast.dana, cast.stay_of_dana), (cast.frank, cast.stay_of_frank))
    ]
    assert not Look.objects.exists()


def test_a_look_at_a_resident_is_on_record_for_them(cast, alices):
    told = alices.get(f"/residents/{cast.dana.uuid}").json()
    alices.get(f"/residents/{cast.dana.uuid}")
    alices.get(f"/stays/{cast.stay_of_dana.uuid}")

    assert (told["birth_date"], told["legal_last_name"]) == ("1990-05-17", "Renner")
    looks = Look.objects.filter(resident=cast.dana).order_by("pk")
    assert [(look.what, look.actor_label) for look in looks] == [("api", "Alice Example")] * 2


def test_residents_by_house_and_by_what_they_do(cast, program, by_alice):
    asks = applicant(cast)
    olive = program(cast.olive, "read")

    def names(query: str) -> list[str]:
        return [row["name"] for row in olive.items(f"/residents?{query}")]

    assert names("") == ["Dana Renner", "Frank Osei", "Erin Castellanos", "Nia Okafor"]
    assert names(f"house={cast.house_a.uuid}") == ["Dana Renner", "Frank Osei", "Nia Okafor"]
    assert names(f"house={cast.house_b.uuid}&who=now") == ["Erin Castellanos"]
    assert names("who=applying") == [asks.resident.name]
    assert names(f"house={cast.house_c.uuid}") == []


@pytest.mark.parametrize("words", ["reNNer", "ner dan", "renner dana"])
def test_residents_are_found_by_a_name_that_is_posted(cast, alices, words):
    answer = alices.post("/residents/search", {"name": words})

    assert [row["name"] for row in answer.json()["items"]] == ["Dana Renner"]
    assert answer.json()["more"] is False
    assert alices.post("/residents/search", {"name": "castellanos"}).json()["items"] == []


def test_a_past_stay_tells_the_name_they_had_and_not_where_they_are(cast, program, by_alice):
    with acting_as(cast.olive, source="web"):
        stays.transfer(stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=cast.today, reason="r", today=cast.today)
        Resident.objects.filter(pk=cast.dana.pk).update(legal_last_name="Renamed")
    alice = program(cast.alice, "read")

    past = by(alice.items("/stays?current=false"), uuid=str(cast.stay_of_dana.uuid))
    whole = alice.get(f"/stays/{cast.stay_of_dana.uuid}")

    assert (past["name"], past["resident"]) == ("Dana Renner", None)
    assert whole.json()["discharge"]["reason"] == "transfer"
    assert str(cast.house_b.uuid) not in whole.content.decode()
    charlie = program(cast.charlie, "read")
    there = by(charlie.items("/stays?current=true"), name="Dana Renamed")
    assert charlie.get(f"/stays/{there['uuid']}").json()["began_on"] == str(cast.stay_of_dana.starts_on)


def test_a_discharge_is_told_with_its_stay(cast, alices, by_alice):
    stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    told = alices.get(f"/stays/{cast.stay_of_dana.uuid}").json()

    assert told["ends_on"] == str(cast.today)
    assert told["days"] == 40
    assert {name: told["discharge"][name] for name in ORDINARY} == ORDINARY


def test_stays_by_house_and_person(cast, program):
    olive = program(cast.olive, "read")

    assert [row["name"] for row in olive.items(f"/stays?house={cast.house_b.uuid}")] == ["Erin Castellanos"]
    assert [row["name"] for row in olive.items(f"/stays?resident={cast.dana.uuid}")] == ["Dana Renner"]
    assert olive.items(f"/stays?resident={cast.greta.uuid}") == []


def test_applications_and_the_beds_held_for_them(cast, alices, by_alice):
    asks = applicant(cast)
    promised = hold(asks, cast.bed_a("2B"), today=cast.today)

    (told,) = alices.items(f"/applications?house={cast.house_a.uuid}&status=accepted")

    assert told["name"] == "Nia Okafor"
    assert told["holds"] == [
        {
            "uuid": str(promised.uuid),
            "bed": str(cast.bed_a("2B").uuid),
            "starts_on": str(promised.starts_on),
            "ends_on": str(promised.ends_on),
        }
    ]
    assert not Look.objects.exists()
    assert alices.get(f"/applications/{asks.uuid}").json() == told | {"referred_by": "", "note": ""}
    assert Look.objects.get().resident == asks.resident


def test_a_list_of_applications_tells_no_more_than_a_list_needs(cast, alices, by_alice):
    asks = applicant(cast)
    Application.objects.filter(pk=asks.pk).update(note="hepatitis", referred_by="the county jail")

    listed = alices.get("/applications").content.decode()

    assert str(asks.uuid) in listed
    assert "hepatitis" not in listed
    assert "jail" not in listed
    assert not Look.objects.exists()
    whole = alices.get(f"/applications/{asks.uuid}").json()
    assert (whole["note"], whole["referred_by"]) == ("hepatitis", "the county jail")


# What may be kept on the way


def test_only_what_is_published_may_be_kept_and_asked_again(cast, alices, partners, by_alice):
    asks = applicant(cast)
    kept = {asking.get(path)["Cache-Control"] for asking, path in [(partners, "/houses"), (alices, "/occupancy")]}
    kept |= {partners.get(f"/{kind}/{cast.house_a.uuid}")["Cache-Control"] for kind in ("houses", "occupancy")}
    never = [
        alices.get(path)
        for path in (
            *("/houses", "/beds", "/residents", "/stays", "/applications", f"/houses/{cast.house_a.uuid}"),
            *(f"/residents/{cast.dana.uuid}", f"/stays/{cast.stay_of_dana.uuid}", f"/applications/{asks.uuid}"),
        )
    ]
    never += [alices.post("/residents/search", {"name": "renner"}), alices.post("/stays", {}), partners.get("/stays")]
    never.append(alices.post(f"/stays/{cast.stay_of_dana.uuid}/expect", {"expected_on": None}))
    again = alices.get("/residents", **{"If-None-Match": alices.get("/residents")["ETag"]})

    assert kept == {"private, no-cache"}
    assert {answer["Cache-Control"] for answer in [*never, again]} == {"private, no-store"}
    assert again.status_code == 304


# Scope


def rows_of_house_a(cast):
    asks = applicant(cast)
    return {
        "houses": cast.house_a,
        "occupancy": cast.house_a,
        "beds": cast.bed_a("1A"),
        "residents": cast.dana,
        "stays": cast.stay_of_dana,
        "applications": asks,
    }


@pytest.mark.parametrize("kind", ["houses", "occupancy", "beds", "residents", "stays", "applications"])
def test_a_row_out_of_scope_does_not_exist(cast, program, by_alice, kind):
    row = rows_of_house_a(cast)[kind]

    for who in (cast.charlie, cast.oscar):
        refused(program(who, "read").get(f"/{kind}/{row.uuid}"), 404, "not-found")
    refused(program(cast.olive, "read").get(f"/{kind}/{NOBODY}"), 404, "not-found")
    assert program(cast.olive, "read").get(f"/{kind}/not-a-uuid").status_code == 404
    assert program(cast.audra, "read").get(f"/{kind}/{row.uuid}").status_code == 200
    assert not Look.objects.exclude(actor_label="Audra Example").exists()


@pytest.mark.parametrize("kind", ["beds", "residents", "stays", "applications"])
def test_a_partner_reads_no_record(cast, partners, by_alice, kind):
    row = rows_of_house_a(cast)[kind]

    refused(partners.get(f"/{kind}"), 403, "scope-missing")
    refused(partners.get(f"/{kind}/{row.uuid}"), 403, "scope-missing")


@pytest.mark.parametrize("kind", ["beds", "residents", "stays", "applications"])
def test_another_houses_rows_are_in_no_list(cast, program, by_alice, kind):
    rows_of_house_a(cast)
    mine = {row["uuid"] for row in program(cast.alice, "read").items(f"/{kind}")}
    theirs = {row["uuid"] for row in program(cast.charlie, "read").items(f"/{kind}")}

    assert mine
    assert not mine & theirs
    everything = {row["uuid"] for row in program(cast.olive, "read").items(f"/{kind}")}
    assert everything == mine | theirs


# Pages


def test_a_list_goes_on_from_page_to_page(cast, program):
    olive = program(cast.olive, "read")
    for kind in ("houses", "occupancy", "beds", "residents", "stays"):
        everything = [row["uuid"] for row in olive.items(f"/{kind}")]
        pages, path = [], f"/{kind}?per_page=1"
        while path:
            told = olive.get(path).json()
            pages += told["items"]
            path = told["next"]
        assert [row["uuid"] for row in pages] == everything, kind
        assert len(everything) > 1


def test_a_row_that_comes_between_pages_disturbs_nothing(cast, alices, by_alice):
    first = alices.get("/residents?per_page=1").json()
    lives(cast.bed_a("2A"), "Aaron First", since=cast.today)

    second = alices.get(first["next"].replace("per_page=1", "per_page=9")).json()

    assert [row["name"] for row in second["items"]] == ["Frank Osei", "Aaron First"]


def test_a_cursor_is_good_for_its_own_list_alone(cast, program):
    olive = program(cast.olive, "read")
    following = olive.get("/residents?per_page=1&who=now").json()["next"]
    cursor = following.partition("cursor=")[2]
    name, _dot, signature = cursor.partition(".")

    assert olive.get(f"/residents?who=now&cursor={cursor}").status_code == 200
    for path in (
        f"/stays?cursor={cursor}",
        f"/residents?cursor={cursor}",
        f"/residents?who=applying&cursor={cursor}",
        f"/residents?who=now&cursor={cast.frank.uuid.hex}.{signature}",
        f"/residents?who=now&cursor={name}.{signature[:-1]}A",
        f"/residents?who=now&cursor={name}",
        "/residents?who=now&cursor=MQ",
        "/residents?who=now&cursor=%00",
        "/residents?who=now&cursor=",
        "/houses?cursor=1.1",
    ):
        told = olive.get(path)
        assert told.status_code == 400, path
        assert told.json()["type"].endswith(("cursor-wrong", "query-wrong")), path


@pytest.mark.parametrize(
    ("query", "field", "says"),
    [
        ("per_page=1000000000", "per_page", "1000"),
        ("per_page=0", "per_page", "1"),
        ("per_page=ten", "per_page", "integer"),
        ("name=Renner", "name", "per_page, cursor, house, who"),
        ("house=12", "house", "UUID"),
        ("who=now&who=applying", "who", "twice"),
        ("who=past", "who", "past"),
    ],
)
def test_a_wrong_query_is_told_what_would_be_right(cast, alices, query, field, says):
    told = refused(alices.get(f"/residents?{query}"), 400, "query-wrong")

    assert fields(told) == {field}
    assert says in told["errors"][0]["detail"]


@pytest.mark.parametrize("night", ["1899-01-01", "9999-12-31", "tonight", "2026-02-30", "2026-01-01T00:00:00", "0"])
def test_a_night_that_no_house_could_mean_is_refused(cast, alices, night):
    assert fields(refused(alices.get(f"/beds?night={night}"), 400, "query-wrong")) == {"night"}


# Cost


QUERIES = {"houses": 4, "occupancy": 5, "beds": 6, "residents": 5, "stays": 6, "applications": 6}


@pytest.mark.parametrize("kind", QUERIES)
@pytest.mark.parametrize("number", [1, 3])
def test_a_list_costs_the_same_however_long_it_is(cast, alices, by_alice, django_assert_num_queries, kind, number):
    for turn in range(number):
        hold(applicant(cast, f"Nia{turn} Okafor"), cast.bed_a(("2A", "2B", "3A")[turn]), today=cast.today)
    alices.get("/houses")  # the first use of a key is noted

    with django_assert_num_queries(QUERIES[kind]):
        alices.get(f"/{kind}")


@pytest.mark.parametrize("path", ["/houses", "/occupancy"])
def test_a_partner_that_asks_again_costs_two_queries(cast, partners, django_assert_num_queries, monkeypatch, path):
    noon = datetime.combine(cast.today, time(18), tzinfo=UTC)  # the same day in both houses
    monkeypatch.setattr("api.endpoint.timezone.now", lambda: noon)
    tag = partners.get(path)["ETag"]

    with django_assert_num_queries(2):  # the key, and the numbers
        assert partners.get(path, **{"If-None-Match": tag}).status_code == 304
    with django_assert_num_queries(3 if path == "/occupancy" else 2):
        assert partners.get(path).status_code == 200
