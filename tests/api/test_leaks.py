"""A partner is told counts and published facts, and nothing else: every byte of every answer is read, whatever it asks
for, whatever goes wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from api.doors import DOORS
from residents.houses import services as houses
from residents.meetings.standing import monday
from residents.models import (
    Appeal,
    Application,
    BedUse,
    Book,
    Contract,
    CurfewCheck,
    CurfewException,
    Deadline,
    Entry,
    Feed,
    HandOver,
    HouseMeeting,
    Ladder,
    Meeting,
    Movement,
    Pass,
    Removal,
    Resident,
    SafetyItem,
    Stay,
    Violation,
    WeekExcused,
)
from residents.people.services import alert_add, contact_add, sobriety_record
from residents.stays import services as stays
from soberhouse.accounts.models import User
from soberhouse.history import acting_as
from tests.api import ruled
from tests.api.conftest import Program, change, make_key
from tests.residents.log import given as log
from tests.residents.meetings import given as meetings
from tests.residents.rules import given
from tests.residents.stays.stories import ORDINARY, applicant, hold, overstays

pytestmark = pytest.mark.django_db

STREET, CITY, POSTAL = "47 Hollyhock Terrace", "Quillmouth", "90417"
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]


# Words of the log and of meetings: what is about Dana, or for all who live there, and what she must not read of Frank,
# of others, of who complained, or before it is published.
OF_DANA = ("Marzipan", "Tupperware", "Thistlewood", "Tulsa", "Halcyon", "Rhubarb")
OF_OTHERS = ("Wolfsbane", "Philippa Vantongeren", "Obsidian", "Cardamom")
OF_OTHERS += ("Vermilion", "Perdita", "Leopoldina", "Saskatoon", "Ocarina", "Zucchini")
LOGGED = (*OF_DANA, *OF_OTHERS)


def in_the_log(cast) -> None:
    house, alice, dana, frank = cast.house_a, cast.alice, cast.stay_of_dana, cast.stay_of_frank
    log.entry_of(house, alice, text="Brought Marzipan for everybody.", about=[dana])
    log.entry_of(house, alice, text="Grows Wolfsbane on the sill.", about=[frank])
    log.incident_of(house, alice, type="injury", text="Cut by the Tupperware.", about=[dana])
    log.search_of(house, alice, about=[frank], place="The Obsidian box")
    log.visit_of(house, alice, about=[frank], name="Cardamom Okafor")
    log.complaint_of(
        house, frank.resident.user, by_whom="resident", about=[dana], name="Philippa Vantongeren", name_withheld=True
    )
    log.hand_over_of(house, alice, text="The Obsidian box is in the office.")
    log.deadline_of(dana)
    log.safety_item_of(house)


def met(cast) -> None:
    """Of Dana, of Frank, and of their house meetings, of which the last one is not published."""
    house, alice, dana, frank = cast.house_a, cast.alice, cast.stay_of_dana, cast.stay_of_frank
    week = monday(cast.today)
    meetings.requirement_of(house, stay=dana, reason="Judge Thistlewood asks for it.")
    meetings.requirement_of(house, stay=frank, reason="Officer Leopoldina asks for it.")
    meetings.week_excused_of(dana, week, alice, cause="other", note="A funeral in Tulsa")
    meetings.week_excused_of(frank, week, alice, cause="other", note="Interviews in Saskatoon")
    meeting = meetings.meeting_of(cast.organization)
    meetings.attendance_of(dana, meeting, cast.dana.user, note="Halcyon spoke.")
    meetings.attendance_of(
        frank, meeting, alice, grade=3, signer="Perdita", drawing="M1 1L2 2", note="Vermilion carpet."
    )
    meetings.plan_of(dana, meeting)
    meetings.plan_of(frank, meeting)
    meetings.feed_of(cast.organization)
    meetings.meeting_of(cast.house_b, name="Calliope Circle")
    before, last = (meetings.house_meeting_of(house, alice, days_ago=days_ago) for days_ago in (2, 1))
    for row, text in ((before, "Rhubarb for dessert."), (last, "Zucchini for dinner.")):
        meetings.agenda_item_of(row, alice)
        meetings.minutes_line_of(row, alice, text)
        meetings.motion_of(row, alice)
        meetings.roll_line_of(row, dana, alice)
        meetings.roll_line_of(row, frank, alice, "excused", why="Ocarina lesson")
    meetings.published(before, alice)


@pytest.fixture
def secrets(cast, pax) -> set[str]:
    """Fill the houses with everything that must not leave; what of it stands nowhere in an answer."""
    change(
        cast.house_a,
        street=STREET,
        city=CITY,
        postal_code=POSTAL,
        phone="+1 555 010 4711",
        state="NY",
        name=f"{CITY} House",
    )
    change(cast.house_b, name="Zinnia Court House")
    rules = ruled.make_ruled(cast)
    ruled.make_appeal(cast, rules)
    ruled.make_contract(cast)
    ruled.make_removal(cast)
    ruled.make_check(cast)
    ruled.make_exception(cast)
    ruled.make_movement(cast)
    given.pass_of(cast.stay_of_dana, by=cast.dana.user, where="Spindrift Cottage")
    given.violation_of(cast.stay_of_frank, rules.rule(), by=cast.alice, what="Found with a bottle of Mirabelle.")
    in_the_log(cast)
    met(cast)
    with acting_as(cast.alice, source="web"):
        overstays(cast.bed_a("2A"), "Olu Zelenkovic", today=cast.today)
        asks = applicant(cast, "Nkechi Adichievale")
        hold(asks, cast.bed_a("2B"), today=cast.today)
        stays.application_wait(application=applicant(cast, "Wilhelmina Querquetula"))
        stays.discharge(
            stay=cast.stay_of_frank, left_on=cast.today, today=cast.today, note="left for Bellweather", **ORDINARY
        )
        contact_add(resident=cast.dana, kind="sponsor", name="Ruth Ekström", phone="+1 555 010 9913")
        alert_add(resident=cast.dana, kind="allergy", text="penicillin")
        sobriety_record(resident=cast.dana, since=cast.today - timedelta(days=431), today=cast.today)
        houses.room_change(room=cast.bed_a("1A").room, name="Heliotrope")
        Resident.objects.update(birth_date=date(1987, 6, 5), phone="+1 555 010 8824")
    names = {part for person in Resident.objects.all() for part in (person.legal_first_name, person.legal_last_name)}
    users = {user.name for user in User.objects.all()}
    rows = {str(person.uuid) for person in Resident.objects.all()}
    rows |= {str(stay.uuid) for stay in (cast.stay_of_dana, cast.stay_of_frank)}
    return {
        *(name for name in names | users if name),
        *rows,
        STREET,
        "Hollyhock",
        CITY,
        POSTAL,
        "1987-06-05",
        "June 5",
        "4711",
        "8824",
        "9913",
        "Ekström",
        "penicillin",
        "Bellweather",
        "Heliotrope",
        "Zinnia Court",
        *ruled.IN_CONFIDENCE,
        "Ignatz Pomerantz",
        "Spindrift",
        "Cloudberry",
        "Mirabelle",
        "Tamarack Bakery",
        *LOGGED,
        "Calliope",
        str(cast.today - timedelta(days=431)),
    }


BODIES: list[Any] = [
    {},
    [],
    {"house": "HOUSE", "person": {"legal_first_name": "Referred"}},
    {"house": "HOUSE", "person": {"legal_first_name": "Dana", "legal_last_name": "Renner", "birth_date": "1987-06-05"}},
    {"house": "HOUSE", "person": {"legal_first_name": "", "birth_date": "x"}, "wanted_on": "never"},
    {"house": "00000000-0000-0000-0000-000000000000", "resident": "RESIDENT"},
    {"bed": "BED", "person": {"legal_first_name": "Referred"}, "starts_on": "2026-01-01"},
    {"name": "Renner"},
    {"stay": "STAY", "kind": "family", "purpose": "work", "stance": "accept", "outcome": "upheld", "reason": "Renner"},
    {"night": "2026-01-01", "entries": [{"stay": "STAY", "status": "in"}]},
]
QUERIES = [
    "",
    "?per_page=1",
    "?per_page=0",
    "?cursor=x",
    "?who=now",
    "?name=Renner",
    "?house=HOUSE",
    "?serves=everyone",
    "?resident=RESIDENT",
]


def everything_asked(cast, secret: str) -> Iterator[tuple[str, HttpResponse]]:
    """Each address with each method, and with each query or body that might make it say more."""
    program = Program(secret)
    real = {
        "HOUSE": str(cast.house_a.uuid),
        "BED": str(cast.bed_a("1A").uuid),
        "RESIDENT": str(cast.dana.uuid),
        "STAY": str(cast.stay_of_dana.uuid),
    }
    rows = {
        "beds": real["BED"],
        "residents": real["RESIDENT"],
        "stays": str(cast.stay_of_dana.uuid),
        "applications": str(Application.objects.first().uuid),
        "holds": str(BedUse.objects.get(kind=BedUse.Kind.HOLD).uuid),
        "books": str(Book.objects.filter(kind=Book.Kind.RULES).latest("pk").uuid),
        "ladders": str(Ladder.objects.get().uuid),
        "violations": str(Violation.objects.earliest("pk").uuid),
        "appeals": str(Appeal.objects.get().uuid),
        "contracts": str(Contract.objects.get().uuid),
        "removals": str(Removal.objects.get().uuid),
        "passes": str(Pass.objects.get().uuid),
        "curfew-exceptions": str(CurfewException.objects.get().uuid),
        "curfew-checks": str(CurfewCheck.objects.get().uuid),
        "movements": str(Movement.objects.get().uuid),
        "entries": str(Entry.objects.filter(kind="note").earliest("pk").uuid),
        **_rows_of_meetings(cast.stay_of_dana, published_at__isnull=False),
        "hand-overs": str(HandOver.objects.get().uuid),
        "deadlines": str(Deadline.objects.get().uuid),
        "safety-items": str(SafetyItem.objects.get().uuid),
        **{f"{kind}s": str(Entry.objects.get(kind=kind).uuid) for kind in ("incident", "complaint")},
        "searches": str(Entry.objects.get(kind="search").uuid),
        "visits": str(Entry.objects.get(kind="visitor").uuid),
    }
    for door in DOORS:
        row = rows.get(door.path.partition("/")[0], real["HOUSE"])
        path = f"/api/v1/{door.path.replace('<uuid:uuid>', row)}"
        for method in METHODS:
            yield f"{method} {path}", program.ask(method, path)
        for query in QUERIES if "GET" in door.needs else ():
            query = query.replace("HOUSE", real["HOUSE"]).replace("RESIDENT", real["RESIDENT"])
            yield f"GET {path}{query}", program.get(f"{path}{query}")
        for turn, body in enumerate(BODIES if "POST" in door.needs else ()):
            text = json.dumps(body)
            for name, value in real.items():
                text = text.replace(f'"{name}"', f'"{value}"')
            yield f"POST {path} {text}", program.post(path, json.loads(text), **{"Idempotency-Key": f'"{path}{turn}"'})
    for kind, row in _rows_of_meetings(cast.stay_of_frank, published_at=None).items():
        for path in [door.path for door in DOORS if "GET" in door.needs and door.path.startswith(f"{kind}/<uuid")]:
            path = f"/api/v1/{path.replace('<uuid:uuid>', row)}"
            yield f"GET {path}", program.get(path)
    for path in ("/api/v1/nothing", "/api/", "/api/schema/", "/api/docs/"):
        yield path, program.get(path)


def _rows_of_meetings(stay: Stay, **of_house_meeting: Any) -> dict[str, str]:
    """One of each kind that is about this stay, or about the directory, or hangs on such a house meeting."""
    held = HouseMeeting.objects.get(**of_house_meeting)
    feed = Feed.objects.get()
    rows = {
        "meetings": Meeting.objects.get(house__name="Zinnia Court House"),
        "feeds": feed,
        "feed-readings": feed.readings.get(),
        "attendances": stay.attendances.get(),
        "meeting-plans": stay.meeting_plans.get(),
        "requirements": stay.requirements.get(),
        "excused-weeks": WeekExcused.objects.get(stay=stay),
        "house-meetings": held,
        "agenda-items": held.agenda.get(),
        "roll-lines": held.roll.get(stay=stay),
        "minutes-lines": held.lines.get(),
        "motions": held.motions.get(),
    }
    return {kind: str(row.uuid) for kind, row in rows.items()}


def read(answer: HttpResponse) -> str:
    """Every byte of it, as it is and as it is meant."""
    content = answer.content.decode()
    if content and answer.get("Content-Type", "").endswith("json"):
        content += json.dumps(json.loads(content), ensure_ascii=False)
    return f"{answer.status_code} {answer.reason_phrase} {dict(answer.headers)} {answer.cookies} {content}"


def in_it(secrets: set[str], told: str) -> set[str]:
    """Those that stand there as words of their own, in whatever case."""
    several = "|".join(re.escape(word) for word in sorted(secrets))
    return set(re.findall(rf"(?<!\w)(?:{several})(?!\w)", told, re.I))


def test_a_partner_is_told_nothing_about_anybody(cast, pax, secrets, settings):
    settings.API_REQUESTS_A_MINUTE = 10**9
    secret = make_key(pax, "occupancy", "referrals")
    asked, statuses = 0, set()

    for what, answer in everything_asked(cast, secret):
        told = read(answer)
        assert in_it(secrets, told) == set(), (what, told)
        assert answer.status_code < 500, what
        asked += 1
        statuses.add(answer.status_code)

    assert asked > 250
    assert {200, 201, 204, 400, 403, 404, 405, 422} <= statuses


def test_what_must_not_be_told_is_told_to_those_who_may_see_it(cast, secrets, program):
    """The test above could find something."""
    alice = program(cast.alice, "read")
    told = "".join(read(alice.get(path)) for path in ("/houses", "/residents", "/stays", "/applications", "/beds"))
    told += read(alice.get(f"/residents/{cast.dana.uuid}")) + read(alice.get(f"/stays/{cast.stay_of_frank.uuid}"))
    ruled_and_logged = ("violations", "passes", "movements", "entries", "incidents", "searches", "visits", "complaints")
    for kind in (*ruled_and_logged, "requirements", "excused-weeks", "attendances", "house-meetings"):
        told += "".join(read(alice.get(f"/{kind}/{row['uuid']}")) for row in alice.items(f"/{kind}"))

    found = in_it(secrets, told)

    assert {STREET, CITY, POSTAL, "1987-06-05", "Renner", "Osei", "Zelenkovic", "Adichievale"} <= found
    assert {"Bellweather", "Heliotrope", str(cast.dana.uuid), "4711", "8824"} <= found
    assert set(LOGGED) <= found
    assert {*ruled.IN_CONFIDENCE, "Ignatz Pomerantz", "Spindrift", "Mirabelle", "Tamarack Bakery"} <= found


def test_a_resident_is_told_nothing_about_others(cast, secrets, settings):
    """Whatever Dana asks for: not who gave a name in confidence, not what Frank is said to have done."""
    settings.API_REQUESTS_A_MINUTE = 10**9
    secret = make_key(cast.dana, "read", "write", "occupancy")
    others = {*ruled.IN_CONFIDENCE, "Mirabelle", "Bellweather", "Zelenkovic", "Adichievale", str(cast.frank.uuid)}
    others |= {*OF_OTHERS, "Calliope"}
    told = ""

    for what, answer in everything_asked(cast, secret):
        told += read(answer)
        assert in_it(others, read(answer)) == set(), what
        assert answer.status_code < 500, what

    mine = {"Ignatz Pomerantz", "Spindrift", "Tamarack Bakery", *OF_DANA}
    assert in_it(mine, told) == mine


def test_nobody_without_a_key_is_told_more(cast, secrets, settings):
    settings.API_UNKNOWN_A_MINUTE = 10**9
    for what, answer in everything_asked(cast, ""):
        assert in_it(secrets, read(answer)) == set(), what
        assert answer.status_code in (200, 204, 401, 404, 405), what
        if answer.status_code == 200:
            assert what in ("/api/schema/", "/api/docs/")


def test_a_page_of_a_partner_holds_these_fields_and_no_other(cast, partners, secrets):
    published = {
        *("uuid", "name", "phone", "city", "state", "postal_code", "address_confidential", "serves"),
        *("lgbtq_affirming", "parents_with_children", "narr_level", "narr_letter", "medications", "fee", "fee_period"),
    }
    counts = {"night", "as_of", "capacity", "occupied", "held", "out_of_service", "open", "opening"}

    houses, occupancy = partners.get("/houses").json(), partners.get("/occupancy").json()

    assert set(houses) == set(occupancy) == {"items", "next"}
    assert {frozenset(house) for house in houses["items"]} == {frozenset(published)}
    assert {frozenset(house) for house in occupancy["items"]} == {frozenset(published | counts)}


def test_nothing_of_a_request_stands_in_the_log(cast, partners, alices, secrets, caplog):
    caplog.set_level("DEBUG", logger="soberhouse")
    caplog.set_level("INFO", logger="django")
    alices.post("/residents/search", {"name": "Renner"})
    alices.get("/residents?name=Renner")
    alices.get("/residents/Renner")
    alices.post(
        "/stays", {"bed": str(cast.bed_a("1A").uuid), "person": {"legal_first_name": "Unusual"}, "starts_on": "x"}
    )
    partners.post("/applications", {"house": "x", "person": {"legal_first_name": "Unusual"}})
    Client().get("/api/v1/houses", headers={"Authorization": "Bearer sober_secret_of_somebody"})

    said = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)

    assert caplog.records
    for word in ("Renner", "Unusual", "secret_of_somebody", alices.secret, partners.secret):
        assert word not in said
