"""Complaints, searches and visitors, as programs ask for them: staff, and residents about themselves."""

from __future__ import annotations

import pytest

from residents.houses.permissions import RoleKind
from residents.models import Complaint, Entry, Look, Search, Visit, VisitEnd
from soberhouse.history import acting_as
from tests.api.conftest import by, fields, refused
from tests.cast import grant
from tests.residents.log.given import complaint_of, search_of, visit_of
from tests.residents.rules.given import published_book

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-0000-0000-000000000000"
WORDS = "The heater has been broken since Monday."


@pytest.fixture
def olives(cast, program):
    return program(cast.olive, "read", "write")


# Complaints


def test_staff_file_answer_and_close(cast, alices, bobs):
    body = {"house": str(cast.house_a.uuid), "by": "neighbor", "text": WORDS, "name": "Ruth Ekström", "wish": "Heat."}
    filed = alices.post("/complaints", body)
    path = filed["Location"]

    assert (filed.status_code, filed.json()["state"], filed.json()["name"]) == (201, "open", "Ruth Ekström")
    refused(alices.post(f"{path}/close", {"outcome": "right", "text": "So.", "told": "Called."}), 403, "not-allowed")
    assert bobs.post(f"{path}/answer", {"text": "We look at it."}).json()["state"] == "answered"
    closed = bobs.post(f"{path}/close", {"outcome": "right", "text": "So.", "told": "Called."}).json()
    assert (closed["state"], closed["outcome"], closed["outcome_told"]["told"]) == ("closed", "right", "Called.")
    assert bobs.get(path).json() == closed
    again = refused(bobs.post(f"{path}/answer", {"text": "More."}), 422, "values-wrong")
    assert "closed already" in again["detail"]


def test_a_resident_files_and_reads_their_own(cast, alices, bobs, danas, olives):
    told = danas.get(f"/houses/{cast.house_a.uuid}/staff").json()
    alice = by(told["staff"], name="Alice Example")
    assert (alice["role"], alice["alone"]) == ("manager", False)
    assert by(told["staff"], name="Olive Example")["alone"]

    filed = danas.post("/complaints", {"text": WORDS, "against": alice["uuid"]})
    path = filed["Location"]

    assert (filed.json()["by"], filed.json()["name"], filed.json()["against"]["name"]) == (
        "resident",
        "Dana Renner",
        "Alice Example",
    )
    for program in (alices, bobs):
        refused(program.get(path), 404, "not-found")
        assert program.items("/complaints") == []
        assert program.items("/entries") == []
    assert by(olives.items("/complaints"), uuid=filed.json()["uuid"])["state"] == "open"
    olives.post(f"{path}/answer", {"text": "I speak with her."})
    assert [answer["text"] for answer in danas.get(path).json()["answers"]] == ["I speak with her."]
    refused(danas.post(f"{path}/answer", {"text": "No."}), 403, "not-allowed")


def test_what_a_resident_leaves_away(danas):
    answer = danas.post("/complaints", {"text": WORDS, "name": "Somebody Else"})

    assert fields(refused(answer, 422, "values-wrong")) == {"name"}
    assert not Complaint.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"by": None}, "by"),
        ({"text": " "}, "text"),
        ({"against": NOBODY}, "against"),
        ({"about": [NOBODY]}, "about"),
        ({"happened_at": "2099-06-12T21:30:00-04:00"}, "happened_at"),
    ],
)
def test_what_cannot_be_filed(cast, alices, wrong, field):
    body = {"house": str(cast.house_a.uuid), "by": "neighbor", "text": WORDS} | wrong
    body = {name: value for name, value in body.items() if value is not None}

    assert fields(refused(alices.post("/complaints", body), 422, "values-wrong")) == {field}
    assert not Entry.objects.exists()


def test_the_list_is_narrowed(cast, alices):
    one = complaint_of(cast.house_a, cast.alice)
    other = complaint_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    assert len(alices.items("/complaints?open=true")) == 2
    assert alices.items("/complaints?open=false") == []
    narrowed = alices.items(f"/complaints?resident={cast.dana.uuid}&house={cast.house_a.uuid}")
    assert [row["uuid"] for row in narrowed] == [str(other.entry.uuid)]
    assert narrowed[0]["about"] == [{"stay": str(cast.stay_of_dana.uuid), "name": "Dana Renner"}]
    assert one.entry != other.entry


def test_a_name_that_is_withheld(cast, alices, danas):
    complaint = complaint_of(
        cast.house_a,
        cast.alice,
        name="Ruth Ekström",
        contact="585-555-0171",
        name_withheld=True,
        about=[cast.stay_of_dana, cast.stay_of_frank],
    )
    path = f"/complaints/{complaint.entry.uuid}"

    theirs, staff = danas.get(path).json(), alices.get(path).json()

    assert (theirs["name"], theirs["contact"], theirs["name_withheld"], theirs["recorded_by"]) == (
        *(None, None, True, None),
    )
    assert [each["name"] for each in theirs["about"]] == ["Dana Renner"]
    assert (staff["name"], len(staff["about"])) == ("Ruth Ekström", 2)
    assert Look.objects.filter(resident=cast.dana, what="api").exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same(cast, alices, django_assert_num_queries, count):
    for _ in range(count):
        complaint_of(cast.house_a, cast.bob, name="Ruth Ekström", about=[cast.stay_of_dana])
    alices.items("/complaints")

    with django_assert_num_queries(13):
        assert len(alices.items("/complaints")) == count


# Searches


def searching(cast, **more):
    return {
        "house": str(cast.house_a.uuid),
        "place": "Room 1",
        "why": "A smell of smoke.",
        "by": "Alice Example",
        "resident_present": True,
        "about": [str(cast.stay_of_dana.uuid)],
    } | more


def test_a_search_is_recorded_and_read(cast, alices, danas):
    book = published_book(cast.house_a)
    found = {"found": "One lighter.", "became": "Given back.", "policy": str(book.uuid)}

    answer = alices.post("/searches", searching(cast, **found))

    assert (answer.status_code, answer.json()["policy"]["number"]) == (201, book.number)
    assert danas.get(answer["Location"]).json()["found"] == "One lighter."
    assert [row["place"] for row in danas.items("/searches")] == ["Room 1"]
    refused(danas.post("/searches", searching(cast)), 403, "not-allowed")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"found": "One lighter."}, "became"),
        ({"policy": NOBODY}, "policy"),
        ({"house": NOBODY}, "house"),
        ({"place": ""}, "place"),
    ],
)
def test_what_is_no_search(cast, alices, wrong, field):
    assert fields(refused(alices.post("/searches", searching(cast, **wrong)), 422, "values-wrong")) == {field}
    assert not Search.objects.exists()


def test_a_search_elsewhere_does_not_exist(cast, program, alices):
    search = search_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    path = f"/searches/{search.entry.uuid}"
    assert alices.get(path).status_code == 200

    for who in (cast.charlie, cast.erin, cast.frank, cast.oscar):
        refused(program(who, "read", "write").get(path), 404, "not-found")
    refused(alices.get(f"/visits/{search.entry.uuid}"), 404, "not-found")


def test_a_search_is_put_right_and_stays_on_record(cast, alices, bobs, danas):
    book = published_book(cast.house_a)
    path = alices.post("/searches", searching(cast, policy=str(book.uuid)))["Location"]
    found = {"found": "One lighter.", "became": "Given back."}

    told = bobs.post(f"{path}/amend", found | {"policy": None, "reason": "It was overlooked."})

    now, was = told.json()["tellings"]
    assert (told.status_code, told.json()["found"], told.json()["place"]) == (200, "One lighter.", "Room 1")
    assert (now["found"], now["policy"], now["correction_reason"], now["recorded_by"]) == (
        *("One lighter.", None, "It was overlooked.", "Bob Example"),
    )
    assert (was["found"], was["policy"]["number"], was["correction_reason"], was["recorded_by"]) == (
        *("", book.number, "", "Alice Example"),
    )
    assert danas.get(path).json() == told.json()
    anew = alices.post(f"{path}/amend", {"place": "Room 2", "policy": str(book.uuid), "reason": "The other room."})
    assert [each["place"] for each in anew.json()["tellings"]] == ["Room 2", "Room 1", "Room 1"]
    assert [(row["place"], row["found"]) for row in danas.items("/searches")] == [("Room 2", "One lighter.")]


@pytest.mark.parametrize("count", [1, 3])
def test_a_search_costs_the_same_however_often_it_was_put_right(cast, alices, django_assert_num_queries, count):
    path = f"/searches/{search_of(cast.house_a, cast.alice).entry.uuid}"
    for number in range(count):
        alices.post(f"{path}/amend", {"witness": f"Nobody {number}", "reason": "Looked again."})

    with django_assert_num_queries(8):
        assert len(alices.get(path).json()["tellings"]) == count + 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"found": "One lighter."}, "became"),
        ({"policy": NOBODY}, "policy"),
        ({"place": ""}, "place"),
        ({"about": []}, "about"),
        ({"place": "Room 1"}, ""),  # as it was
    ],
)
def test_what_puts_no_search_right(cast, alices, wrong, field):
    search = search_of(cast.house_a, cast.alice)
    body = {"reason": "Looked again."} | wrong

    assert fields(refused(alices.post(f"/searches/{search.entry.uuid}/amend", body), 422, "values-wrong")) == {field}
    assert Search.objects.count() == 1


def test_a_search_is_put_right_by_those_alone_who_may(cast, program, alices, danas):
    search = search_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    path, body = f"/searches/{search.entry.uuid}/amend", {"place": "Room 2", "reason": "The other room."}

    for who in (cast.charlie, cast.erin, cast.frank, cast.oscar):
        refused(program(who, "read", "write").post(path, body), 404, "not-found")
    refused(program(cast.audra, "read", "write").post(path, body), 403, "not-allowed")
    refused(danas.post(path, body), 403, "not-allowed")
    with acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    refused(danas.post(path, body), 403, "not-allowed")  # they are her things
    entry = visit_of(cast.house_a, cast.alice).entry
    refused(alices.post(f"/searches/{entry.uuid}/amend", body), 404, "not-found")

    assert Search.objects.count() == 1


# Visitors


def test_somebody_comes_and_goes(cast, alices, danas):
    body = {"house": str(cast.house_a.uuid), "name": "Vera Holm", "about": [str(cast.stay_of_dana.uuid)]}
    came = alices.post("/visits", body)
    path = came["Location"]
    assert (came.status_code, came.json()["left_at"]) == (201, None)
    assert [row["name"] for row in alices.items("/visits?here=true")] == ["Vera Holm"]
    assert danas.get(path).json()["name"] == "Vera Holm"
    refused(danas.post(f"{path}/end", {}), 403, "not-allowed")

    left = alices.post(f"{path}/end", {})

    assert left.json()["left_at"]
    assert alices.items("/visits?here=true") == []
    assert len(alices.items("/visits?here=false")) == 1
    refused(alices.post(f"{path}/end", {}), 422, "values-wrong")
    assert VisitEnd.objects.count() == 1


def test_before_they_came_nobody_leaves(cast, alices):
    visit = visit_of(cast.house_a, cast.alice)

    answer = alices.post(f"/visits/{visit.entry.uuid}/end", {"left_at": "2020-06-12T21:30:00-04:00"})

    assert fields(refused(answer, 422, "values-wrong")) == {"left_at"}
    assert not VisitEnd.objects.exists()


def test_a_name_is_needed(cast, alices):
    refused(alices.post("/visits", {"house": str(cast.house_a.uuid), "name": " "}), 422, "values-wrong")
    assert not Visit.objects.exists()


def test_a_partner_asks_in_vain(cast, partners):
    complaint_of(cast.house_a, cast.alice)

    for path in ("/complaints", "/searches", "/visits"):
        refused(partners.get(path), 403, "scope-missing")
