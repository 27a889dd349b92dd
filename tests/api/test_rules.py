"""Rule books, ladders, violations, contracts and removals, as programs ask for them: staff, and residents about
themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from residents.houses.permissions import RoleKind
from residents.models import Acknowledgement, Look, Reporter, Violation
from residents.rules.services.removals import removal_review
from residents.rules.services.signing import signature_undo
from residents.stays import services as stays
from soberhouse.history import acting_as
from tests.api.conftest import fields, refused
from tests.api.ruled import IN_CONFIDENCE, Ruled, make_appeal, make_contract, make_removal, make_review, make_ruled, now
from tests.cast import grant
from tests.residents.rules import given
from tests.residents.stays.stories import ORDINARY, days, written

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture
def ruled(cast) -> Ruled:
    return make_ruled(cast)


# Books


def test_a_manager_sees_every_version_and_a_resident_what_is_published(cast, ruled, alices, danas):
    seen = [(row["kind"], row["number"], row["in_force"]) for row in alices.items("/books")]

    assert seen == [("rules", 1, False), ("rules", 2, True), ("privacy", 1, True), ("agreement", None, False)]
    assert [(row["kind"], row["number"]) for row in danas.items("/books")] == [
        ("rules", 1),
        ("rules", 2),
        ("privacy", 1),
    ]
    refused(danas.get(f"/books/{ruled.draft.uuid}"), 404, "not-found")


def test_books_by_house_kind_and_whether_they_are_in_force(cast, ruled, program):
    given.published_book(cast.house_a, days_ago=0)
    given.published_book(cast.house_b)
    olive = program(cast.olive, "read")

    def numbers(query: str) -> list[Any]:
        return [(row["kind"], row["number"]) for row in olive.items(f"/books?{query}")]

    assert numbers("in_force=true") == [("privacy", 1), ("rules", 3), ("rules", 1)]
    assert numbers(f"in_force=true&house={cast.house_a.uuid}&kind=rules") == [("rules", 3)]
    assert numbers(f"in_force=false&house={cast.house_a.uuid}") == [
        ("rules", 1),
        ("rules", 2),
        ("agreement", None),
    ]
    assert fields(refused(olive.get("/books?kind=novel"), 400, "query-wrong")) == {"kind"}


def test_a_book_is_told_whole_with_what_changed(cast, ruled, danas):
    told = danas.get(f"/books/{ruled.book.uuid}").json()

    assert told["text"] == "Be kind."
    assert [(rule["number"], rule["category"], rule["severity"]) for rule in told["rules"]] == [
        (number, str(category), str(severity)) for number, (category, severity) in enumerate(given.USUAL, start=1)
    ]
    assert told["changed"] == {
        "before": str(ruled.earlier.uuid),
        "added": [3, 4],
        "changed": [],
        "dropped": [],
        "text": True,
    }
    assert danas.get(f"/books/{ruled.earlier.uuid}").json()["changed"] is None


def test_who_has_not_signed(cast, ruled, alices, danas, program):
    path = f"/books/{given.published_book(cast.house_a, days_ago=1).uuid}/unsigned"

    assert [row["name"] for row in alices.items(path)] == ["Dana Renner", "Frank Osei"]
    assert alices.items(f"/books/{ruled.book.uuid}/unsigned") == []
    refused(danas.get(path), 403, "not-allowed")
    refused(program(cast.charlie, "read").get(path), 404, "not-found")


def test_signatures_and_those_taken_back(cast, ruled, alices, danas):
    mine = Acknowledgement.objects.get(resident=cast.dana)
    newer = given.published_book(cast.house_a, days_ago=1)
    mistaken = given.signed(newer, cast.dana, days_ago=0)
    with acting_as(cast.alice, source="web"):
        signature_undo(acknowledgement=mistaken, reason="The wrong sheet.")

    assert [(row["signed_name"], row["undone"]) for row in alices.items("/acknowledgements")] == [
        ("Dana Renner", False),
        ("Frank Osei", False),
        ("Dana Renner", True),
    ]
    assert [row["uuid"] for row in danas.items("/acknowledgements")] == [str(mine.uuid), str(mistaken.uuid)]
    assert len(alices.items(f"/acknowledgements?book={ruled.book.uuid}")) == 2
    assert len(alices.items(f"/acknowledgements?resident={cast.frank.uuid}")) == 1


def test_a_ladder_is_told_step_by_step(cast, ruled, danas):
    (line,) = danas.items("/ladders?in_force=true")
    told = danas.get(f"/ladders/{line['uuid']}").json()

    assert (told["number"], told["look_back_days"], told["appeal_days"], told["in_force"]) == (1, 90, 3, True)
    assert told["steps"] == [
        {"category": "", "severity": "minor", "consequences": ["verbal", "written", "restriction"]},
        {"category": "", "severity": "serious", "consequences": ["written", "contract", "review"]},
        {"category": "", "severity": "critical", "consequences": ["review"]},
    ]


def test_books_and_ladders_of_another_house_are_not_there(cast, ruled, program):
    for name in ("charlie", "erin", "oscar"):
        asks = program(getattr(cast, name), "read")
        assert asks.items("/books") == asks.items("/ladders") == asks.items("/acknowledgements") == []
        for path in (f"/books/{ruled.book.uuid}", f"/ladders/{ruled.ladder.uuid}"):
            refused(asks.get(path), 404, "not-found")


# A violation, from recording to the last word


def recording(cast, ruled, **more: Any) -> dict[str, Any]:
    return {
        "stay": str(cast.stay_of_dana.uuid),
        "rule": str(ruled.rule().uuid),
        "happened_on": str(cast.today - days(1)),
        "what": "Came in late.",
    } | more


def test_from_recording_to_the_last_word(cast, ruled, alices, bobs, danas, program):
    olive = program(cast.olive, "read", "write")
    sent = alices.post("/violations", recording(cast, ruled, happened_at="23:40", place="kitchen"))
    path = sent["Location"]

    assert (sent.status_code, sent.json()["state"], sent.json()["waits_for"]) == (201, "recorded", "decision")
    assert (sent.json()["happened_at"], sent.json()["recorded_by"]) == ("23:40", "Alice Example")
    said = danas.post(f"{path}/answer", {"stance": "dispute", "text": "I was in by ten."}).json()
    assert (said["state"], said["answers"][0]["recorded_by"]) == ("answered", "Dana Example")
    decision = {"outcome": "upheld", "consequence": "verbal", "reason": "Two people heard the door."}
    assert "You recorded it" in refused(alices.post(f"{path}/decide", decision), 403, "not-allowed")["detail"]
    decided = bobs.post(f"{path}/decide", decision).json()
    assert (decided["state"], decided["outcome"], decided["consequence"]) == ("decided", "upheld", "verbal")
    assert (decided["decision"]["advised"], decided["decision"]["time"]) == ("verbal", 1)
    assert "already" in refused(olive.post(f"{path}/decide", decision), 422, "values-wrong")["detail"]
    appealed = danas.post(f"{path}/appeal", {"text": "The door was Frank."}).json()
    assert (appealed["state"], appealed["waits_for"]) == ("appealed", "appeal_decision")
    assert (appealed["outcome"], appealed["consequence"]) == ("", "")
    assert (appealed["decision"]["outcome"], appealed["decision"]["consequence"]) == ("upheld", "verbal")
    refused(danas.post(f"{path}/appeal", {"text": "Again."}), 422, "values-wrong")
    appeal, last = f"/appeals/{appealed['appeal']['uuid']}/decide", {"outcome": "overturned", "reason": "It was Frank."}
    for asks in (alices, bobs):
        assert "third person" in refused(asks.post(appeal, last), 403, "not-allowed")["detail"]
    closed = olive.post(appeal, last).json()
    assert (closed["state"], closed["outcome"], closed["consequence"]) == ("closed", "overturned", "")
    assert closed["appeal"]["decision"]["recorded_by"] == "Olive Example"
    assert "already" in refused(olive.post(appeal, last), 422, "values-wrong")["detail"]
    assert danas.get(path).json() | {"reporters": []} == closed | {"reporters": []}


def test_a_violation_that_was_recorded_by_mistake_is_taken_back(cast, ruled, alices, bobs):
    path = f"/violations/{ruled.violation.uuid}"

    told = alices.post(f"{path}/withdraw", {"reason": "It was somebody else."}).json()

    assert (told["state"], told["withdrawal"]["reason"]) == ("withdrawn", "It was somebody else.")
    for act, body in {
        "withdraw": {"reason": "x"},
        "answer": {"stance": "accept"},
        "decide": {"outcome": "dismissed", "reason": "x"},
    }.items():
        assert "taken back" in refused(bobs.post(f"{path}/{act}", body), 422, "values-wrong")["detail"], act


def test_two_people_say_that_somebody_must_leave(cast, ruled, alices, bobs, program):
    path = f"/violations/{make_review(cast, ruled).uuid}"
    word = {"leaves": True, "reason": "It was the third time."}

    refused(alices.post(f"{path}/opinion", word), 403, "not-allowed")  # who recorded it
    assert bobs.post(f"{path}/opinion", word).json()["review"] == "open"
    refused(bobs.post(f"{path}/opinion", word), 422, "values-wrong")
    told = program(cast.olive, "read", "write").post(f"{path}/opinion", word).json()
    assert (told["review"], [each["leaves"] for each in told["opinions"]]) == ("leaves", [True, True])


def test_violations_by_house_person_and_whether_they_wait(cast, ruled, program, alices, danas):
    def states(query: str) -> list[str]:
        return [row["state"] for row in alices.items(f"/violations?{query}")]

    assert states("") == ["recorded", "decided"]
    assert (states("open=true"), states("open=false")) == (["recorded"], ["decided"])
    make_appeal(cast, ruled)
    assert states("open=true") == ["recorded", "appealed"]
    assert states(f"resident={cast.frank.uuid}") == states(f"house={cast.house_b.uuid}") == []
    assert alices.items(f"/violations?resident={cast.dana.uuid}") == danas.items("/violations")
    for name in ("frank", "erin", "charlie", "oscar"):
        assert program(getattr(cast, name), "read").items("/violations") == []


def test_a_list_tells_no_more_than_a_list_needs(cast, ruled, alices):
    for row in alices.items("/violations"):
        assert not {"what", "reporters", "answers", "decision"} & set(row)
    assert not Look.objects.exists()


@pytest.mark.parametrize(
    ("more", "about"),
    [
        ({"stay": NOBODY}, {"stay"}),
        ({"rule": NOBODY}, {"rule"}),
        ({"rule": None}, {"rule"}),
        ({"happened_on": "2199-01-01"}, {"happened_on"}),
        ({"happened_on": "2001-01-01"}, {"happened_on"}),
        ({"happened_on": "yesterday"}, {"happened_on"}),
        ({"happened_at": "24:00"}, {"happened_at"}),
        ({"happened_at": "23:40:10"}, {"happened_at"}),
        ({"happened_at": 2340}, {"happened_at"}),
        ({"what": ""}, {"what"}),
        ({"what": "   "}, {"what"}),
        ({"what": "\u200b\u2060\ufeff"}, {"what"}),
        ({"reporters": [{"name": "\u200b"}]}, {"reporters.0.name"}),
        ({"what": "x" * 4001}, {"what"}),
        ({"what": "N\0"}, {"what"}),
        ({"reporters": [{"name": ""}]}, {"reporters.0.name"}),
        ({"reporters": [{"name": "Sam", "confidential": "maybe"}]}, {"reporters.0.confidential"}),
        ({"reporters": [{"name": "Sam", "phone": "1"}]}, {"reporters.0.phone"}),
        ({"reporters": "Sam"}, {"reporters"}),
        ({"reporters": [{"name": "Sam"}] * 21}, {"reporters"}),
        ({"state": "decided"}, {"state"}),
    ],
)
def test_what_is_wrong_is_told_by_field_and_changes_nothing(cast, ruled, alices, more, about):
    before = written()

    told = refused(alices.post("/violations", recording(cast, ruled, **more)), 422, "values-wrong")

    assert fields(told) == about, told
    assert written() == before


def test_a_rule_that_did_not_bind_is_refused(cast, ruled, alices, program):
    elsewhere = given.published_book(cast.house_b).rules.first()
    olive = program(cast.olive, "write")
    before = written()

    for asks, rule in (
        (alices, ruled.earlier.rules.first()),
        (alices, elsewhere),
        (olive, elsewhere),
    ):
        told = refused(asks.post("/violations", recording(cast, ruled, rule=str(rule.uuid))), 422, "values-wrong")
        assert fields(told) == {"rule"}
    assert written() == before


@pytest.mark.parametrize(
    ("act", "body", "about"),
    [
        ("answer", {"stance": "shrug"}, {"stance"}),
        ("answer", {"stance": "dispute"}, {"text"}),
        ("answer", {}, {"stance"}),
        ("decide", {"outcome": "upheld", "reason": "x"}, {"consequence"}),
        ("decide", {"outcome": "upheld", "consequence": "prison", "reason": "x"}, {"consequence"}),
        ("decide", {"outcome": "upheld", "consequence": "review", "reason": "x"}, {"deviation"}),
        ("decide", {"outcome": "dismissed", "consequence": "verbal", "reason": "x"}, {"consequence"}),
        ("decide", {"outcome": "dismissed"}, {"reason"}),
        ("appeal", {"text": "I did not."}, {""}),
        ("appeal", {"text": ""}, {"text"}),
        ("withdraw", {"reason": " "}, {"reason"}),
        ("opinion", {"leaves": True, "reason": "x"}, {""}),
        ("opinion", {"reason": "x"}, {"leaves"}),
    ],
)
def test_a_step_that_cannot_be_taken_is_refused(cast, ruled, bobs, act, body, about):
    before = written()

    told = refused(bobs.post(f"/violations/{ruled.violation.uuid}/{act}", body), 422, "values-wrong")

    assert fields(told) == about, told
    assert written() == before


def test_an_appeal_after_its_time_is_refused(cast, ruled, danas):
    late = given.violation_of(cast.stay_of_dana, ruled.rule(), by=cast.alice)
    given.decided(late, by=cast.bob, appeal_days=-1)

    told = refused(danas.post(f"/violations/{late.uuid}/appeal", {"text": "I did not."}), 422, "values-wrong")

    assert "The time to appeal ended on" in told["detail"]


def test_nobody_acts_about_themselves(cast, ruled, program):
    """Frank lives in the house that he manages."""
    with acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    frank, mine = program(cast.frank, "read", "write"), str(cast.stay_of_frank.uuid)
    violation = given.violation_of(cast.stay_of_frank, ruled.rule(), by=cast.alice)
    before = written()

    refused(frank.post("/violations", recording(cast, ruled, stay=mine)), 403, "not-allowed")
    for act, body in {
        "decide": {"outcome": "dismissed", "reason": "I did not."},
        "withdraw": {"reason": "I did not."},
        "opinion": {"leaves": False, "reason": "I stay."},
    }.items():
        refused(frank.post(f"/violations/{violation.uuid}/{act}", body), 403, "not-allowed")
    assert written() == before
    assert frank.post(f"/violations/{violation.uuid}/answer", {"stance": "accept"}).json()["state"] == "answered"


# Names given in confidence


def test_a_name_given_in_confidence_is_told_to_staff(cast, ruled, alices, program):
    told = [{"name": "Ignatz Pomerantz", "confidential": False}] + [
        {"name": name, "confidential": True} for name in IN_CONFIDENCE
    ]

    for asks in (alices, program(cast.olive, "read"), program(cast.audra, "read")):
        assert asks.get(f"/violations/{ruled.violation.uuid}").json()["reporters"] == told


def test_the_resident_is_told_that_a_name_is_withheld_and_no_name(cast, ruled, danas, alices):
    path = f"/violations/{ruled.violation.uuid}"
    withheld = [{"name": "Ignatz Pomerantz", "confidential": False}, *[{"name": None, "confidential": True}] * 2]

    assert danas.get(path).json()["reporters"] == withheld
    answered = danas.post(f"{path}/answer", {"stance": "accept"}, **{"Idempotency-Key": '"a"'})
    again = danas.post(f"{path}/answer", {"stance": "accept"}, **{"Idempotency-Key": '"a"'})
    everything = [danas.get(path), answered, again, danas.get("/violations")]
    everything += [danas.post(f"{path}/decide", {}), danas.post(f"{path}/withdraw", {"reason": "x"})]
    for answer in everything:
        assert not [name for name in IN_CONFIDENCE if name.split()[0] in answer.content.decode()]
    assert IN_CONFIDENCE[0] in alices.get(path).content.decode()  # it could have been told


def test_a_manager_whom_it_is_about_is_told_what_the_resident_is(cast, ruled, program):
    with acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    dana = program(cast.dana, "read")

    told = dana.get(f"/violations/{ruled.violation.uuid}")

    assert [each["name"] for each in told.json()["reporters"]] == ["Ignatz Pomerantz", None, None]
    assert not [name for name in IN_CONFIDENCE if name in told.content.decode()]
    other = given.violation_of(cast.stay_of_frank, ruled.rule(), by=cast.alice)
    with acting_as(cast.alice, source="web"):
        Reporter.objects.create(
            house=cast.house_a,
            violation=other,
            name="Ignatz Pomerantz",
            confidential=True,
            recorded_by=cast.alice,
            recorded_as="Alice Example",
        )
    assert dana.get(f"/violations/{other.uuid}").json()["reporters"] == [
        {"name": "Ignatz Pomerantz", "confidential": True}
    ]


# What remains of it


def test_what_was_recorded_about_a_resident_stays_theirs_after_they_left(cast, ruled, alices, danas):
    with acting_as(cast.alice, source="web"):
        stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    assert [row["uuid"] for row in danas.items("/violations")] == [
        str(ruled.violation.uuid),
        str(ruled.upheld.uuid),
    ]
    assert danas.get(f"/violations/{ruled.violation.uuid}").json()["reporters"][1]["name"] is None
    assert [row["kind"] for row in danas.items("/books")] == ["rules"]  # what she signed
    assert danas.get(f"/books/{ruled.book.uuid}").json()["rules"]
    assert alices.get(f"/violations/{ruled.violation.uuid}").json()["resident"] is None


def test_a_look_at_a_violation_is_on_record_for_the_resident_and_ones_own_is_none(cast, ruled, alices, danas):
    contract, removal = make_contract(cast), make_removal(cast)
    paths = (f"/violations/{ruled.violation.uuid}", f"/contracts/{contract.uuid}", f"/removals/{removal.uuid}")
    for path in paths:
        assert alices.get(path).status_code == danas.get(path).status_code == 200

    looks = Look.objects.filter(resident=cast.dana).order_by("pk")
    assert [(look.what, look.actor_label, look.detail) for look in looks] == [
        ("api", "Alice Example", f"a {what} of theirs") for what in ("violation", "contract", "removal")
    ]


# Contracts and removals


def test_a_contract_from_first_to_last(cast, ruled, alices, danas):
    body = {
        "stay": str(cast.stay_of_dana.uuid),
        "violation": str(ruled.upheld.uuid),
        "terms": "In by ten.",
        "help": "A bus pass.",
        "starts_on": str(cast.today),
        "ends_on": str(cast.today + days(30)),
        "review_on": str(cast.today + days(14)),
    }
    made = alices.post("/contracts", body)
    path = made["Location"]

    assert (made.status_code, made.json()["signed"], made.json()["due_on"]) == (201, False, body["review_on"])
    assert made.json()["violation"] == body["violation"]
    word = {"result": "partly", "note": "Twice late.", "next_on": str(cast.today + days(20))}
    assert "signed" in refused(alices.post(f"{path}/review", word), 422, "values-wrong")["detail"]
    given_contract = make_contract(cast)
    path = f"/contracts/{given_contract.uuid}"
    told = alices.post(f"{path}/review", word).json()
    assert (told["due_on"], told["reviews"][0]["result"], told["signature"]["how"]) == (
        word["next_on"],
        "partly",
        "own",
    )
    ended = alices.post(f"{path}/review", {"result": "kept", "note": "Kept.", "ends_it": True}).json()
    assert (ended["ended_on"], ended["due_on"], len(ended["reviews"])) == (str(cast.today), None, 2)
    assert "ended on" in refused(alices.post(f"{path}/review", word), 422, "values-wrong")["detail"]
    assert [row["ended_on"] for row in danas.items("/contracts?running=true")] == [None]
    assert [row["uuid"] for row in danas.items("/contracts?running=false")] == [str(given_contract.uuid)]
    refused(danas.post(f"{path}/review", word), 403, "not-allowed")


@pytest.mark.parametrize(
    ("more", "about"),
    [
        ({"terms": ""}, {"terms"}),
        ({"ends_on": "2001-01-01"}, {"ends_on"}),
        ({"review_on": "2199-01-01"}, {"review_on"}),
        ({"violation": NOBODY}, {"violation"}),
        ({"stay": NOBODY}, {"stay"}),
    ],
)
def test_a_contract_that_cannot_be_is_refused(cast, ruled, alices, more, about):
    body = {
        "stay": str(cast.stay_of_dana.uuid),
        "terms": "In by ten.",
        "starts_on": str(cast.today),
        "ends_on": str(cast.today + days(30)),
        "review_on": str(cast.today + days(14)),
    }
    before = written()

    told = refused(alices.post("/contracts", body | more), 422, "values-wrong")

    assert fields(told) == about, told
    assert written() == before


def test_a_removal_is_looked_at_by_another(cast, ruled, alices, bobs, danas):
    happened = (cast.house_a.today() - timedelta(days=1)).isoformat() + "T21:15:00-04:00"
    body = {
        "stay": str(cast.stay_of_dana.uuid),
        "violation": str(ruled.violation.uuid),
        "happened_at": happened,
        "reason": "A fight in the kitchen.",
        "help_given": "Called two houses.",
    }
    made = alices.post("/removals", body)
    path = made["Location"]

    assert (made.status_code, made.json()["reviewed"], made.json()["violation"]) == (201, False, body["violation"])
    word = {"outcome": "wrong", "reason": "Nobody was in danger."}
    assert "You recorded" in refused(alices.post(f"{path}/review", word), 403, "not-allowed")["detail"]
    refused(danas.post(f"{path}/review", word), 403, "not-allowed")
    assert bobs.post(f"{path}/review", word).json()["review"]["outcome"] == "wrong"
    refused(bobs.post(f"{path}/review", word), 422, "values-wrong")
    assert [row["uuid"] for row in danas.items("/removals?reviewed=true")] == [made.json()["uuid"]]
    assert danas.items("/removals?reviewed=false") == []
    for wrong, about in (
        ({"help_given": ""}, {"help_given"}),
        ({"happened_at": "2026-06-20T21:15:00"}, {"happened_at"}),
        ({"happened_at": "2198-06-20T21:15:00Z"}, {"happened_at"}),
    ):
        assert fields(refused(alices.post("/removals", body | wrong), 422, "values-wrong")) == about


def test_what_is_sent_twice_is_recorded_once(cast, ruled, alices):
    body, key = recording(cast, ruled), {"Idempotency-Key": '"once"'}
    before = Violation.objects.count()

    first, second = alices.post("/violations", body, **key), alices.post("/violations", body, **key)

    assert (first.json(), second["Idempotent-Replayed"]) == (second.json(), "true")
    assert Violation.objects.count() == before + 1


def one_more(cast, ruled: Ruled, kind: str) -> None:
    match kind:
        case "books":
            given.published_book(cast.house_a, days_ago=0)
        case "acknowledgements":
            given.signed(given.published_book(cast.house_a, days_ago=0), cast.dana, days_ago=0)
        case "ladders":
            given.published_ladder(cast.house_a)
        case "contracts":
            make_contract(cast)
        case "violations":
            row = given.violation_of(cast.stay_of_dana, ruled.rule(), by=cast.alice)
            given.decided(row, by=cast.bob)
            make_appeal(cast, replace(ruled, upheld=row))
        case "removals":
            removal = make_removal(cast)
            with acting_as(cast.bob, source="web"):
                removal_review(removal=removal, outcome="wrong", reason="Nobody was in danger.", now=now())


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/books", 5),
        ("/acknowledgements", 5),
        ("/ladders", 5),
        ("/violations", 6),
        ("/violations?open=true", 6),
        ("/contracts", 6),
        ("/removals", 5),
    ],
)
def test_a_list_costs_the_same_however_long(cast, ruled, alices, path, queries, count, django_assert_num_queries):
    for _turn in range(count):
        one_more(cast, ruled, path[1:].partition("?")[0])
    alices.get(path)

    with django_assert_num_queries(queries):
        assert alices.get(path).status_code == 200
