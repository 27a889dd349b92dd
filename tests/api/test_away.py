"""Passes, nights and who is in, as programs ask for them: staff, officers, and residents about themselves."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction

from residents.away.hours import night_of
from residents.away.night_words import excuse
from residents.away.queries.nights import night_roll
from residents.away.services import curfew
from residents.away.services import passes as pass_services
from residents.away.services.curfew import curfew_exception_add
from residents.models import CurfewCheck, Look, Movement, Pass, PhaseKind
from soberhouse.history import acting_as
from tests.api.conftest import by, fields, refused
from tests.api.ruled import (
    Ruled,
    make_check,
    make_exception,
    make_given_pass,
    make_movement,
    make_pass,
    make_ruled,
    now,
    soon,
)
from tests.residents.away.evening import sleepers
from tests.residents.rules import given
from tests.residents.stays.stories import days, written

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def ruled(cast) -> Ruled:
    return make_ruled(cast)


def same(told: str, sent: str) -> bool:
    """Whether these are the same minute, by whatever clock."""
    one, other = (datetime.fromisoformat(each).replace(second=0, microsecond=0) for each in (told, sent))
    return one == other


# Passes


def asking(**more: Any) -> dict[str, Any]:
    return {
        "kind": "family",
        "starts_at": soon(24),
        "ends_at": soon(30),
        "where": "Her sister's",
        "contact": "Ada, 585-555-0122",
    } | more


def test_a_resident_asks_with_their_own_key_and_staff_decide(cast, alices, danas):
    body = asking()
    asked = danas.post("/passes", body)
    path = asked["Location"]

    assert (asked.status_code, asked.json()["status"], asked.json()["name"]) == (201, "asked", "Dana Renner")
    assert same(asked.json()["starts_at"], body["starts_at"])
    assert asked.json()["starts_at"][-6:] in ("-04:00", "-05:00")
    refused(danas.post(f"{path}/decide", {"outcome": "approved"}), 403, "not-allowed")
    sooner = soon(28)
    changed = alices.post(f"{path}/decide", {"outcome": "changed", "ends_at": sooner, "reason": "House meeting."})
    assert (changed.json()["status"], changed.json()["decision"]["outcome"]) == ("approved", "changed")
    assert same(changed.json()["ends_at"], sooner)
    again = refused(alices.post(f"{path}/decide", {"outcome": "refused", "reason": "No."}), 422, "values-wrong")
    assert "Nothing is asked for any more" in again["detail"]
    more = danas.post(f"{path}/more-time", {"until": soon(32), "note": "the train"}).json()
    assert (more["events"][0]["kind"], same(more["ends_at"], sooner)) == ("more_time", True)
    refused(danas.post(f"{path}/extend", {"until": soon(32), "reason": "the train"}), 403, "not-allowed")
    until = soon(32)
    longer = alices.post(f"{path}/extend", {"until": until, "reason": "the train"}).json()
    assert same(longer["ends_at"], until)
    cancelled = danas.post(f"{path}/cancel", {"reason": "She is ill."}).json()
    assert (cancelled["status"], [event["kind"] for event in cancelled["events"]]) == (
        "cancelled",
        ["more_time", "extended", "cancelled"],
    )
    assert danas.get(path).json() == cancelled
    refused(danas.post(f"{path}/cancel", {"reason": "again"}), 422, "values-wrong")


def test_whoever_wrote_a_request_down_does_not_decide_it(cast, alices, bobs):
    path = alices.post("/passes", asking(stay=str(cast.stay_of_dana.uuid)))["Location"]

    told = refused(alices.post(f"{path}/decide", {"outcome": "approved"}), 403, "not-allowed")

    assert "You wrote this request down" in told["detail"]
    assert bobs.post(f"{path}/decide", {"outcome": "approved"}).json()["status"] == "approved"


def test_what_the_rules_ask_for_is_told_and_a_pass_in_spite_of_it_needs_a_reason(cast, alices, danas):
    with acting_as(cast.alice, source="web"):
        pass_services.pass_rule_save(house=cast.house_a, kind="family", min_days=100)
    asked = danas.post("/passes", asking()).json()

    assert ["100 days" in sentence for sentence in asked["unmet"]] == [True]
    path = f"/passes/{asked['uuid']}/decide"
    assert fields(refused(alices.post(path, {"outcome": "approved"}), 422, "values-wrong")) == {"reason"}
    told = alices.post(path, {"outcome": "approved", "reason": "Her sister marries."}).json()
    assert (told["unmet"], told["decision"]["unmet"]) == ([], asked["unmet"][0])


def test_a_return_is_told_with_how_late_it_was(cast, alices, danas):
    row = make_pass(cast, starts_in_hours=-8, hours=7, decided_by=cast.bob)
    path = f"/passes/{row.uuid}/return"
    back = (row.ends_at + timedelta(minutes=20)).isoformat()

    refused(danas.post(path, {"at": back}), 403, "not-allowed")
    assert fields(refused(alices.post(path, {"at": soon(1)}), 422, "values-wrong")) == {"at"}
    told = alices.post(path, {"at": back, "test_asked": True}).json()
    (event,) = told["events"]
    assert (told["status"], event["minutes_late"], event["test_asked"]) == ("returned", 20, True)
    refused(alices.post(path, {"at": back}), 422, "values-wrong")


@pytest.mark.parametrize(
    ("more", "about"),
    [
        ({"kind": "holiday"}, {"kind"}),
        ({"where": ""}, {"where"}),
        ({"where": None}, {"where"}),
        ({"starts_at": "tomorrow"}, {"starts_at"}),
        ({"starts_at": "2026-06-27T10:00:00"}, {"starts_at"}),
        ({"starts_at": "2026-06-27"}, {"starts_at"}),
        ({"starts_at": "0001-01-01T00:00:00+23:59"}, {"starts_at"}),
        ({"starts_at": "9999-12-31T23:59:59-23:59"}, {"starts_at"}),
        ({"starts_at": 1750000000}, {"starts_at"}),
        ({"ends_at": "1999-06-27T10:00:00Z"}, {"ends_at"}),
        ({"ends_at": "2199-06-27T10:00:00Z"}, {"ends_at"}),
        ({"stay": NOBODY}, {"stay"}),
        ({"status": "approved"}, {"status"}),
    ],
)
def test_a_pass_that_cannot_be_is_refused(cast, danas, more, about):
    before = written()

    told = refused(danas.post("/passes", asking(**more)), 422, "values-wrong")

    assert fields(told) == about, told
    assert written() == before


def test_a_pass_that_meets_another_is_refused(cast, danas):
    make_pass(cast)

    told = danas.post("/passes", asking())

    assert told.status_code in (409, 422)
    assert fields(told.json()) <= {"", "starts_at", "ends_at"}
    assert Pass.objects.count() == 1


def test_a_resident_asks_for_nobody_else(cast, danas, alices):
    before = written()

    for stay in (cast.stay_of_erin, cast.stay_of_frank):
        assert fields(refused(danas.post("/passes", asking(stay=str(stay.uuid))), 422, "values-wrong")) == {"stay"}
    told = refused(alices.post("/passes", asking()), 422, "values-wrong")
    assert fields(told) == {"stay"}  # alice lives nowhere
    assert written() == before


def test_passes_by_house_person_state_and_time(cast, alices, danas, program):
    early = make_pass(cast, starts_in_hours=24, hours=4)
    late = make_given_pass(cast, starts_in_hours=72, hours=4)

    def uuids(query: str) -> list[str]:
        return [row["uuid"] for row in alices.items(f"/passes?{query}")]

    assert uuids("") == [row["uuid"] for row in danas.items("/passes")] == [str(early.uuid), str(late.uuid)]
    assert uuids("status=approved") == [str(late.uuid)]
    after = (now() + timedelta(hours=48)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (uuids(f"ends_after={after}"), uuids(f"starts_before={after}")) == ([str(late.uuid)], [str(early.uuid)])
    assert uuids(f"resident={cast.frank.uuid}") == uuids(f"house={cast.house_b.uuid}") == []
    assert fields(refused(alices.get("/passes?ends_after=2026-06-27"), 400, "query-wrong")) == {"ends_after"}
    for name in ("frank", "erin", "charlie", "oscar"):
        assert program(getattr(cast, name), "read").items("/passes") == []


# Nights


def roll(cast) -> str:
    return f"/houses/{cast.house_a.uuid}/roll"


def night(cast, ago: int = 2) -> str:
    return str(cast.today - days(ago))


def tonight(cast) -> str:
    return str(night_of(now(), cast.house_a.zone))


def entry(stay: Any, status: str = "in", **more: Any) -> dict[str, Any]:
    return {"stay": str(stay.uuid), "status": status} | more


def test_the_roll_says_by_when_each_is_in(cast, ruled, alices, danas, program):
    told = alices.get(f"{roll(cast)}?night={night(cast)}").json()

    assert told["night"] == night(cast)
    assert [(row["name"], row["due_at"][:16], row["set_by"], row["status"]) for row in told["items"]] == [
        ("Dana R.", f"{night(cast)}T22:00", "house", None),
        ("Frank O.", f"{night(cast)}T22:00", "house", None),
    ]
    assert alices.get(roll(cast)).json()["items"]
    assert program(cast.frank, "read").get(roll(cast)).status_code == 200  # an officer counts
    assert program(cast.audra, "read").get(roll(cast)).status_code == 200
    refused(danas.get(roll(cast)), 403, "not-allowed")
    for name in ("charlie", "erin", "oscar"):
        refused(program(getattr(cast, name), "read").get(roll(cast)), 404, "not-found")


def test_a_whole_roll_is_one_request(cast, ruled, alices):
    entries = [entry(cast.stay_of_dana, "absent"), entry(cast.stay_of_frank)]
    body = {"night": night(cast), "entries": entries}

    first = alices.post(roll(cast), body)
    second = alices.post(roll(cast), body)

    assert (first.status_code, first.json()) == (200, second.json())
    assert [(row["name"], row["status"]) for row in first.json()["items"]] == [
        ("Dana R.", "absent"),
        ("Frank O.", "in"),
    ]
    checks = CurfewCheck.objects.order_by("pk")
    assert [(check.stay_id, check.status) for check in checks] == [
        (cast.stay_of_dana.pk, "absent"),
        (cast.stay_of_frank.pk, "in"),
    ]
    other = {"night": night(cast), "entries": [entry(cast.stay_of_dana)]}
    assert "counted by Alice" in refused(alices.post(roll(cast), other), 422, "values-wrong")["detail"]


def test_a_roll_under_one_key_is_told_again(cast, ruled, alices):
    body, key = {"night": night(cast), "entries": [entry(cast.stay_of_dana)]}, {"Idempotency-Key": '"roll"'}

    first, second = alices.post(roll(cast), body, **key), alices.post(roll(cast), body, **key)

    assert (first.json(), second["Idempotent-Replayed"]) == (second.json(), "true")
    assert CurfewCheck.objects.count() == 1


def test_an_officer_counts_everybody_but_themselves(cast, ruled, program):
    frank = program(cast.frank, "read", "write")
    before, night = CurfewCheck.objects.count(), tonight(cast)

    refused(frank.post(roll(cast), {"night": night, "entries": [entry(cast.stay_of_frank)]}), 403, "not-allowed")
    assert CurfewCheck.objects.count() == before
    told = frank.post(roll(cast), {"night": night, "entries": [entry(cast.stay_of_dana)]})
    assert by(told.json()["items"], name="Dana R.")["counted"] is True
    assert "Renner" not in told.content.decode()
    assert frank.items("/curfew-checks") == []  # what he recorded about others is not his to read
    check = CurfewCheck.objects.get()
    refused(frank.get(f"/curfew-checks/{check.uuid}"), 404, "not-found")


def test_an_officer_is_told_the_hour_and_who_is_counted_and_no_more(cast, ruled, alices, program):
    given_pass = make_given_pass(cast, starts_in_hours=-20, hours=96)
    with acting_as(cast.alice, source="web"):
        hour = {"hour": time(20), "starts_on": cast.today, "reason": "ordered", "today": cast.today}
        curfew_exception_add(stay=cast.stay_of_dana, source="officer", **hour)
    frank = program(cast.frank, "read", "write")

    def leaks(response: Any) -> None:
        assert [set(row) for row in response.json()["items"]] == [{"stay", "name", "due_at", "counted"}] * 2
        for secret in ("officer", "overnight", "excused", 'house"', str(given_pass.uuid)):
            assert secret not in response.content.decode().replace('"house":', ""), secret

    leaks(frank.get(roll(cast)))
    told = frank.post(roll(cast), {"night": tonight(cast), "entries": [entry(cast.stay_of_dana, "excused")]})
    leaks(told)
    assert by(told.json()["items"], name="Dana R.")["counted"] is True
    assert by(alices.get(roll(cast)).json()["items"], name="Dana R.")["status"] == "excused"


def test_an_officer_reads_and_counts_no_other_night(cast, ruled, program):
    frank = program(cast.frank, "read", "write")

    refused(frank.get(f"{roll(cast)}?night={night(cast)}"), 403, "not-allowed")
    body = {"night": night(cast), "entries": [entry(cast.stay_of_dana)]}
    refused(frank.post(roll(cast), body), 403, "not-allowed")
    assert frank.get(f"{roll(cast)}?night={tonight(cast)}").status_code == 200
    assert not CurfewCheck.objects.exists()


def test_a_night_more_than_a_week_ago_is_not_counted(cast, ruled, alices):
    body = {"night": night(cast, 9), "entries": [entry(cast.stay_of_dana)]}

    assert "too long ago" in refused(alices.post(roll(cast), body), 422, "values-wrong")["detail"]


def test_whoever_is_on_a_pass_is_excused_by_it(cast, ruled, alices):
    row = make_given_pass(cast, starts_in_hours=-72, hours=96)

    told = by(alices.get(f"{roll(cast)}?night={night(cast)}").json()["items"], name="Dana R.")
    assert (told["foreseen"], told["on_pass"]) == ("excused", str(row.uuid))
    body = {"night": night(cast), "entries": [entry(cast.stay_of_dana, "excused")]}
    alices.post(roll(cast), body)

    check = CurfewCheck.objects.get()
    (known,) = [one for one in night_roll(cast.house_a, check.night, now()).rows if one.stay == cast.stay_of_dana]
    words = excuse(known.foreseen, known.known.curfew, cast.house_a)
    assert (check.status, check.of_pass, check.why) == ("excused", row, words)
    assert alices.post(roll(cast), body).status_code == 200
    body["entries"][0]["why"] = words  # as the page sends it
    assert alices.post(roll(cast), body).status_code == 200
    assert CurfewCheck.objects.count() == 1


@pytest.mark.parametrize(
    ("entries", "about"),
    [
        ([], {"entries"}),
        (None, {"entries"}),
        ("dana", {"entries"}),
        ([{"status": "in"}], {"entries.0.stay"}),
        ([{"stay": NOBODY, "status": "in"}], {"entries"}),
        ([{"stay": "DANA", "status": "asleep"}], {"entries.0.status"}),
        ([{"stay": "DANA", "status": "in", "hour": 22}], {"entries.0.hour"}),
        ([{"stay": "DANA", "status": "in", "in_at": "22:00"}], {"entries.0.in_at"}),
        ([{"stay": "DANA", "status": "late"}], {""}),
        ([{"stay": "DANA", "status": "excused"}], {""}),
        ([{"stay": "DANA", "status": "in"}, {"stay": "DANA", "status": "absent"}], {"entries"}),
        ([{"stay": "FRANK", "status": "in"}, {"stay": "ERIN", "status": "in"}], {"entries"}),
    ],
)
def test_a_roll_that_cannot_be_is_refused_as_a_whole(cast, ruled, alices, entries, about):
    stays = {"DANA": cast.stay_of_dana, "FRANK": cast.stay_of_frank, "ERIN": cast.stay_of_erin}
    if isinstance(entries, list):
        entries = [
            each | ({"stay": str(stays[each["stay"]].uuid)} if each.get("stay") in stays else {}) for each in entries
        ]
    before = written()

    told = refused(alices.post(roll(cast), {"night": night(cast), "entries": entries}), 422, "values-wrong")

    assert fields(told) == about, told
    assert written() == before


def test_a_night_that_has_not_begun_is_not_counted(cast, ruled, alices):
    body = {"night": night(cast, -2), "entries": [entry(cast.stay_of_dana)]}

    assert "has not begun" in refused(alices.post(roll(cast), body), 422, "values-wrong")["detail"]


def test_curfew_checks_by_house_person_and_night(cast, ruled, alices, danas, program):
    first, second = make_check(cast, nights_ago=3), make_check(cast, "in", nights_ago=1)
    path = f"/curfew-checks/{first.uuid}"
    corrected = alices.post(f"{path}/correct", {"status": "in", "reason": "She was in her room."})

    assert (corrected.status_code, corrected.json()["corrects"]) == (201, str(first.uuid))
    assert corrected.json()["correction_reason"] == "She was in her room."
    refused(alices.post(f"{path}/correct", {"status": "in", "reason": "again"}), 422, "values-wrong")
    refused(danas.post(f"{path}/correct", {"status": "in", "reason": "I was in"}), 403, "not-allowed")

    def told(query: str) -> list[tuple[str, bool]]:
        return [(row["status"], row["counts"]) for row in alices.items(f"/curfew-checks?{query}")]

    assert told("") == [("absent", False), ("in", True), ("in", True)]
    assert told("counts=true") == [("in", True)] * 2
    assert told("counts=false") == [("absent", False)]
    assert told(f"since={second.night}") == [("in", True)]
    assert told(f"until={first.night}&house={cast.house_a.uuid}") == [("absent", False), ("in", True)]
    assert told(f"resident={cast.frank.uuid}") == told(f"house={cast.house_b.uuid}") == []
    assert danas.items("/curfew-checks") == alices.items("/curfew-checks")
    for name in ("erin", "charlie", "oscar", "frank"):
        assert program(getattr(cast, name), "read").items("/curfew-checks") == []


# What holds


def test_curfew_hours_and_rules_for_passes_are_told_to_whom_they_are_for(cast, alices, danas, program):
    house, kind = cast.house_a, PhaseKind(house=cast.house_a, number=1, name="Orientation")
    with acting_as(cast.alice, source="web"):
        with transaction.atomic():
            kind.save()
        curfew.curfew_hour_save(house=house, phase=kind, weekday=2, hour=time(21))
        curfew.curfew_hour_drop(row=curfew.curfew_hour_save(house=house, weekday=3, hour=None))
        pass_services.pass_rule_save(house=house, kind="weekend", phase=kind, min_days=60, max_nights=2)
    path = f"/houses/{house.uuid}"

    told = danas.get(f"{path}/curfew").json()
    assert told["differs"] == [{"phase": str(kind), "weekday": 2, "hour": "21:00"}]
    assert (told["house"], told["grace"]) == (str(house.uuid), house.curfew_grace)
    (rule,) = danas.get(f"{path}/pass-rules").json()["items"]
    assert rule == {
        "kind": "weekend",
        "phase": str(kind),
        "min_days": 60,
        "max_nights": 2,
        "max_in_30_days": None,
        "notice_hours": 0,
        "officer_agrees": False,
        "test_on_return": False,
    }
    for asked in ("curfew", "pass-rules"):
        assert alices.get(f"{path}/{asked}").json() == danas.get(f"{path}/{asked}").json()
        for name in ("charlie", "erin", "oscar"):
            refused(program(getattr(cast, name), "read").get(f"{path}/{asked}"), 404, "not-found")


def test_hours_of_single_residents_are_told_to_staff_and_to_them(cast, alices, danas, program):
    row = make_exception(cast)
    (line,) = alices.items("/curfew-exceptions")

    assert (line["uuid"], line["source"], line["hour"], line["weekday"], line["ends_on"]) == (
        str(row.uuid),
        "officer",
        "20:00",
        None,
        None,
    )
    assert "reason" not in line
    assert danas.items("/curfew-exceptions") == [line]
    assert alices.get(f"/curfew-exceptions/{row.uuid}").json() == line | {"reason": "Condition of probation."}
    assert Look.objects.get(resident=cast.dana).detail == "a curfew hour of theirs"
    assert alices.items(f"/curfew-exceptions?resident={cast.frank.uuid}") == []
    with acting_as(cast.alice, source="web"):
        curfew.curfew_exception_end(exception=row, ends_on=cast.today, reason="Over.", today=cast.today)
    assert alices.items(f"/curfew-exceptions?until_after={cast.today}") == []
    assert len(alices.items(f"/curfew-exceptions?until_after={cast.today - days(1)}")) == 1
    for name in ("charlie", "erin", "oscar", "frank"):
        asks = program(getattr(cast, name), "read")
        assert asks.items("/curfew-exceptions") == []
        refused(asks.get(f"/curfew-exceptions/{row.uuid}"), 404, "not-found")


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"), [("/houses/HOUSE/curfew", 5), ("/houses/HOUSE/pass-rules", 5), ("/curfew-exceptions", 5)]
)
def test_what_holds_costs_the_same_however_much(cast, alices, path, queries, count, django_assert_num_queries):
    kinds = ["overnight", "weekend", "family"]
    with acting_as(cast.alice, source="web"):
        for number in range(count):
            curfew.curfew_hour_save(house=cast.house_a, weekday=number, hour=time(21))
            pass_services.pass_rule_save(house=cast.house_a, kind=kinds[number], min_days=3)
            make_exception(cast)
    path = path.replace("HOUSE", str(cast.house_a.uuid))
    alices.get(path)

    with django_assert_num_queries(queries):
        assert alices.get(path).status_code == 200


# Who is in


def test_a_resident_signs_out_and_in_with_their_own_key(cast, danas, alices):
    back = soon(4)
    out = danas.post("/movements/out", {"purpose": "work", "where": "Tamarack Bakery", "expected_at": back})

    assert (out.status_code, out.json()["way"], out.json()["where"]) == (201, "out", "Tamarack Bakery")
    assert same(out.json()["expected_at"], back)
    assert danas.get(out["Location"]).json() == out.json()
    told = refused(danas.post("/movements/out", {"purpose": "work"}), 422, "values-wrong")
    assert "You are signed out since" in told["detail"]
    inside = alices.get(f"/houses/{cast.house_a.uuid}/whereabouts").json()["items"]
    assert [(row["name"], row["out"], row["purpose"]) for row in inside] == [
        ("Dana Renner", True, "work"),
        ("Frank Osei", False, ""),
    ]
    assert danas.post("/movements/in", {}).json()["way"] == "in"
    assert "You are signed in already" in refused(danas.post("/movements/in", {}), 422, "values-wrong")["detail"]
    assert [row["way"] for row in alices.items("/movements")] == ["out", "in"]
    assert danas.items("/movements") == alices.items("/movements")


def test_a_resident_signs_out_and_in_as_of_now_alone(cast, danas):
    assert fields(refused(danas.post("/movements/out", {"purpose": "work", "at": soon(-1)}), 422, "values-wrong")) == {
        "at"
    }
    danas.post("/movements/out", {"purpose": "work", "at": soon(0)})
    assert fields(refused(danas.post("/movements/in", {"at": soon(-0.1)}), 422, "values-wrong")) == {"at"}
    assert [row["way"] for row in danas.items("/movements")] == ["out"]


def test_staff_sign_out_whom_they_may_and_residents_themselves_alone(cast, alices, danas, program):
    body = {"purpose": "court", "stay": str(cast.stay_of_frank.uuid)}
    charlies, audras = program(cast.charlie, "write"), program(cast.audra, "read", "write")
    before = written()

    assert fields(refused(danas.post("/movements/out", body), 422, "values-wrong")) == {"stay"}
    assert fields(refused(charlies.post("/movements/out", body), 422, "values-wrong")) == {"stay"}
    refused(audras.post("/movements/out", body), 403, "not-allowed")
    assert written() == before
    assert alices.post("/movements/out", body).json()["name"] == "Frank Osei"


def test_a_movement_goes_on_ones_own_pass_alone(cast, alices, danas):
    mine = make_given_pass(cast, starts_in_hours=-1, hours=8)
    other = given.pass_of(cast.stay_of_frank, by=cast.frank.user)

    for wrong in (str(other.uuid), NOBODY):
        told = refused(danas.post("/movements/out", {"purpose": "pass", "of_pass": wrong}), 422, "values-wrong")
        assert fields(told) == {"of_pass"}
    wrong = {"purpose": "pass", "of_pass": str(other.uuid), "stay": str(cast.stay_of_dana.uuid)}
    assert fields(refused(alices.post("/movements/out", wrong), 422, "values-wrong")) == {"of_pass"}
    told = danas.post("/movements/out", {"purpose": "pass", "of_pass": str(mine.uuid)}).json()
    assert told["of_pass"] == str(mine.uuid)


def test_a_movement_is_put_right(cast, alices, danas):
    row = make_movement(cast)
    body = {"way": "out", "at": soon(-0.1), "purpose": "court", "reason": "It was court."}

    refused(danas.post(f"/movements/{row.uuid}/correct", body), 403, "not-allowed")
    told = alices.post(f"/movements/{row.uuid}/correct", body)

    assert (told.status_code, told.json()["corrects"], told.json()["purpose"]) == (201, str(row.uuid), "court")
    refused(alices.post(f"/movements/{row.uuid}/correct", body), 422, "values-wrong")
    assert [line["counts"] for line in alices.items("/movements")] == [False, True]
    since = (row.at - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(alices.items(f"/movements?since={since}")) == 2
    assert alices.items(f"/movements?until={since}") == []


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ({}, {"purpose"}),
        ({"purpose": "fun"}, {"purpose"}),
        ({"purpose": "work", "expected_at": "2001-01-01T00:00:00Z"}, {"expected_at"}),
        ({"purpose": "work", "at": "2199-01-01T00:00:00Z"}, {"at"}),
        ({"purpose": "work", "at": "now"}, {"at"}),
        ({"purpose": "work", "way": "out"}, {"way"}),
    ],
)
def test_a_movement_that_cannot_be_is_refused(cast, danas, body, about):
    before = written()

    told = refused(danas.post("/movements/out", body), 422, "values-wrong")

    assert fields(told) == about, told
    assert written() == before


def test_lists_tell_no_more_than_a_list_needs_and_a_look_at_one_record_is_on_record(cast, ruled, alices, danas):
    rows = {"passes": make_pass(cast), "curfew-checks": make_check(cast), "movements": make_movement(cast)}
    told = {"passes": "where", "curfew-checks": "why", "movements": "where"}
    for kind in rows:
        assert told[kind] not in by(alices.items(f"/{kind}"), uuid=str(rows[kind].uuid))
    assert not Look.objects.exists()

    for kind, row in rows.items():
        assert told[kind] in alices.get(f"/{kind}/{row.uuid}").json()
        assert danas.get(f"/{kind}/{row.uuid}").status_code == 200

    looks = Look.objects.filter(resident=cast.dana).order_by("pk")
    assert [(look.actor_label, look.detail) for look in looks] == [
        ("Alice Example", "a pass of theirs"),
        ("Alice Example", "a curfew check of theirs"),
        ("Alice Example", "where they went"),
    ]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [("/passes", 5), ("/curfew-checks", 5), ("/movements", 5), ("ROLL", 12), ("WHEREABOUTS", 8)],
)
def test_a_list_costs_the_same_however_long(cast, ruled, alices, path, queries, count, django_assert_num_queries):
    stays = [cast.stay_of_dana, cast.stay_of_frank, *sleepers(cast.house_a, count)]
    for turn in range(count):
        make_pass(cast, starts_in_hours=24 * (turn + 1), hours=5)
        make_check(cast, "in", nights_ago=turn + 1)
    for stay in stays:
        with acting_as(cast.alice, source="web"):
            Movement.objects.create(
                house=cast.house_a,
                stay=stay,
                way="out",
                at=now() - timedelta(hours=1),
                purpose="work",
                recorded_by=cast.alice,
                recorded_as="Alice Example",
            )
    path = path.replace("ROLL", roll(cast)).replace("WHEREABOUTS", f"/houses/{cast.house_a.uuid}/whereabouts")
    alices.get(path)

    with django_assert_num_queries(queries):
        assert alices.get(path).status_code == 200
