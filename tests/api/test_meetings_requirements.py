"""What programs do with the meetings that are asked of residents: read, ask, end, excuse, and how everybody stands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from residents.meetings.models import Requirement, WeekExcused
from residents.meetings.standing import monday
from residents.models import PhaseKind
from residents.people.models import Look
from soberhouse.history import acting_as
from tests.api.conftest import fields, refused
from tests.residents.away.evening import sleepers
from tests.residents.meetings import given

DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture
def meeting(cast):
    return given.meeting_of(cast.organization)


def asking(cast, **facts):
    return {"house": str(cast.house_a.uuid), "count": 3, "starts_on": cast.today.isoformat()} | facts


def test_a_house_asks_for_meetings_and_no_longer(cast, alices, danas):
    with acting_as(cast.alice, source="web"):
        PhaseKind.objects.create(house=cast.house_a, number=1, name="Orientation")
    parts = [{"kind": "house", "count": 1}]
    sent = alices.post("/requirements", asking(cast, count=5, phase="Orientation", parts=parts))
    told = sent.json()
    assert (sent.status_code, sent["Location"]) == (201, f"/api/v1/requirements/{told['uuid']}")
    assert (told["phase"], told["count"], told["parts"], told["stay"]) == ("Orientation", 5, parts, None)
    assert danas.items("/requirements") == [told] == alices.items("/requirements")
    over = {"ends_on": (cast.today + DAY).isoformat(), "reason": "Three are enough."}
    ended = alices.post(f"/requirements/{told['uuid']}/end", over).json()
    assert ended == told | {"ends_on": over["ends_on"]}
    assert alices.items(f"/requirements?on={cast.today}") == [ended]
    assert alices.items(f"/requirements?on={cast.today + DAY}") == []


def test_something_is_asked_of_one_resident_and_told_to_them_and_staff(cast, alices, danas, program):
    body = {"stay": str(cast.stay_of_dana.uuid), "per": "period", "count": 90, "days": 90, "reason": "A judge."}
    sent = alices.post("/requirements", body | {"starts_on": cast.today.isoformat(), "besides": True})
    assert sent.status_code == 201
    told = sent.json()
    assert (told["stay"], told["days"], told["besides"]) == (body["stay"], 90, True)
    assert danas.get(f"/requirements/{told['uuid']}").json() == told
    assert danas.items(f"/requirements?stay={body['stay']}") == [told]
    for other in (cast.frank, cast.charlie):
        refused(program(other, "read").get(f"/requirements/{told['uuid']}"), 404, "not-found")
    assert Look.objects.filter(resident=cast.dana, detail="meetings asked of them").count() == 1
    assert {look.actor_id for look in Look.objects.filter(resident=cast.dana)} == {cast.alice.pk}


@pytest.mark.parametrize(
    ("facts", "about"),
    [
        ({"count": 0}, "count"),
        ({"starts_on": "2020-01-01"}, "starts_on"),
        ({"parts": [{"kind": "house", "count": 4}]}, "parts"),
        ({"parts": [{"kind": "aa", "count": 1}, {"kind": "aa", "count": 1}]}, "parts"),
        ({"phase": "Nowhere"}, "phase"),
        ({"house": None}, "house"),
        ({"stay": "STAY"}, "stay"),
        ({"least_grade": 7}, "least_grade"),
        ({"days": 90}, ""),
        ({"per": "period"}, ""),
    ],
)
def test_what_cannot_be_asked_is_told_by_field_and_nothing_is_kept(cast, alices, facts, about):
    body = asking(cast) | facts
    if facts.get("stay"):
        body["stay"] = str(cast.stay_of_dana.uuid)
    if "house" in facts:
        del body["house"]
    told = refused(alices.post("/requirements", body), 422, "values-wrong")
    assert about in fields(told) or not about
    assert not Requirement.objects.exists()


def test_nobody_is_asked_by_a_house_they_do_not_run_or_by_themselves(cast, program):
    body = {"stay": str(cast.stay_of_dana.uuid), "count": 1, "reason": "x", "starts_on": cast.today.isoformat()}
    charlie = program(cast.charlie, "write")
    refused(charlie.post("/requirements", body), 422, "values-wrong")
    refused(charlie.post("/requirements", asking(cast)), 422, "values-wrong")
    refused(program(cast.dana, "write").post("/requirements", body), 403, "not-allowed")
    assert not Requirement.objects.exists()


def test_a_whole_house_in_one_week(cast, alices, danas, meeting):
    given.requirement_of(cast.house_a, 7, parts={"house": 1})
    given.attendance_of(cast.stay_of_frank, meeting, cast.alice, days_ago=7)
    week = monday(cast.today) - WEEK
    told = alices.get(f"/houses/{cast.house_a.uuid}/meeting-week?week={cast.today - WEEK}").json()
    assert (told["house"], told["week"]) == (str(cast.house_a.uuid), week.isoformat())
    (frank,) = [each for each in told["items"] if each["stay"] == str(cast.stay_of_frank.uuid)]
    assert (frank["state"], frank["done"], frank["needed"], frank["still_needed"]) == ("missed", 1, 7, 6)
    (line,) = frank["lines"]
    assert line["parts"] == [{"kind": "house", "needed": 1, "done": 0}]
    assert line["arithmetic"] == "7 asked for a week; 1 counted, house meeting: 0 of 1."
    refused(danas.get(f"/houses/{cast.house_a.uuid}/meeting-week"), 403, "not-allowed")


def test_the_weeks_and_periods_of_one_resident(cast, alices, danas, meeting, program):
    given.requirement_of(cast.house_a, 1)
    given.requirement_of(cast.house_a, 30, stay=cast.stay_of_dana, per="period", days=60, days_ago=1)
    path = f"/stays/{cast.stay_of_dana.uuid}/meeting-weeks"
    told = alices.get(f"{path}?weeks=2").json()
    assert [each["starts_on"] for each in told["weeks"]] == [
        (monday(cast.today) - WEEK * number).isoformat() for number in range(len(told["weeks"]))
    ]
    (period,) = told["periods"]
    assert (period["needed"], period["lines"][0]["arithmetic"].startswith("30 asked for in 60 days")) == (30, True)
    assert danas.get(f"{path}?weeks=2").json() == told
    before = alices.get(f"{path}?weeks=1&until={cast.today - WEEK}").json()["weeks"]
    assert [each["ends_on"] for each in before] == [monday(cast.today).isoformat()]
    for other in (cast.frank, cast.charlie):
        refused(program(other, "read").get(path), 404, "not-found")
    assert Look.objects.filter(resident=cast.dana, detail="their meetings").count() == 1


def test_a_week_is_excused_and_taken_back(cast, alices, danas):
    week = monday(cast.today).isoformat()
    sent = alices.post("/excused-weeks", {"stay": str(cast.stay_of_dana.uuid), "week": week, "cause": "illness"})
    told = sent.json()
    assert (sent.status_code, told["week"], told["excused"], told["follows"]) == (201, week, True, None)
    assert danas.items("/excused-weeks") == [told]
    back = alices.post(f"/excused-weeks/{told['uuid']}/take-back", {"reason": "They are well."}).json()
    assert (back["excused"], back["follows"], back["note"]) == (False, told["uuid"], "They are well.")
    assert alices.items("/excused-weeks?counts=true") == []
    assert len(alices.items("/excused-weeks?counts=false")) == 2
    assert danas.get(f"/excused-weeks/{back['uuid']}").json() == back
    again = alices.post(f"/excused-weeks/{told['uuid']}/take-back", {"reason": "x"})
    refused(again, 422, "values-wrong")


def test_a_week_that_cannot_be_excused_is_refused(cast, alices, danas):
    stay, week = str(cast.stay_of_dana.uuid), monday(cast.today)
    body = {"stay": stay, "week": (week + DAY).isoformat(), "cause": "pass"}
    assert "week" in fields(refused(alices.post("/excused-weeks", body), 422, "values-wrong"))
    body = {"stay": stay, "week": week.isoformat(), "cause": "other"}
    assert "note" in fields(refused(alices.post("/excused-weeks", body), 422, "values-wrong"))
    refused(danas.post("/excused-weeks", body | {"cause": "work"}), 403, "not-allowed")
    assert not WeekExcused.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/requirements", 5),
        ("/houses/HOUSE/meeting-week", 10),
        ("/stays/STAY/meeting-weeks", 10),
        ("/excused-weeks", 5),
    ],
)
def test_a_list_costs_the_same_however_long(cast, alices, meeting, path, queries, count, django_assert_num_queries):
    stays = [cast.stay_of_dana, *sleepers(cast.house_a, count - 1)]
    given.requirement_of(cast.house_a, 3, parts={"house": 1})
    for stay in stays:
        given.requirement_of(cast.house_a, 2, stay=stay, parts={"aa": 1})
        given.attendance_of(stay, meeting, cast.alice)
        given.week_excused_of(stay, monday(cast.today), cast.olive)
    path = path.replace("HOUSE", str(cast.house_a.uuid)).replace("STAY", str(cast.stay_of_dana.uuid))
    alices.get(path)
    with django_assert_num_queries(queries):
        assert alices.get(path).status_code == 200
