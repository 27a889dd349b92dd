"""Attendance by API: written down and proved by residents and staff, struck, restored and settled by staff."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import pytest

from residents.meetings.models import Attendance, DoubtSettled, Grade, MeetingPlan
from residents.models import Look
from tests.api.conftest import fields
from tests.matrix.ruled import a_picture
from tests.residents.meetings import given

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cast):
    return given.meeting_of(cast.organization)


@pytest.fixture
def row(cast, meeting):
    return given.attendance_of(cast.stay_of_dana, meeting, cast.dana.user)


@pytest.fixture
def dana(cast, program):
    return program(cast.dana, "read", "write")


@pytest.fixture
def alice(cast, program):
    return program(cast.alice, "read", "write")


def sent(cast, meeting, *, days_ago=1, **more):
    starts_at = given.held(meeting, cast.house_a, days_ago).isoformat()
    return {"meeting": str(meeting.uuid), "starts_at": starts_at, "grade": 1} | more


def test_a_resident_writes_down_their_own(cast, meeting, dana):
    answer = dana.post("/attendances", sent(cast, meeting))

    assert answer.status_code == 201, answer.content
    told, row = answer.json(), Attendance.objects.get()
    assert (told["uuid"], told["grade"], told["counts"], told["stay"]) == (
        str(row.uuid),
        1,
        True,
        str(cast.stay_of_dana.uuid),
    )
    assert "Nobody else confirms it" in told["shows"]
    assert [step["step"] for step in told["chain"]] == ["logged"]
    assert answer["Location"].endswith(str(row.uuid))


def test_with_a_photo(cast, meeting, dana):
    photo = b64encode(a_picture()).decode()
    told = dana.post("/attendances", sent(cast, meeting, grade=2, photo=photo)).json()

    assert told["photo"] is True
    assert Attendance.objects.get().photo is not None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"photo": "%%%", "grade": 2}, "photo"),
        ({"photo": b64encode(b"MZ a program").decode(), "grade": 2}, "photo"),
        ({"grade": 2}, "photo"),
        ({"grade": 3, "signer": "Sam"}, "signer"),
        ({"grade": 3, "signer": "Sam Kowalski", "drawing": "M1 1L2 2"}, "signer"),
        ({"grade": 4, "code": "WRONG"}, "code"),
        ({"grade": 5}, "grade"),
        ({"grade": 6}, "grade"),
        ({"minutes": 0}, "minutes"),
        ({"starts_at": "2099-01-01T19:00:00-05:00"}, "starts_at"),
        ({"starts_at": "2026-01-01T19:00:00"}, "starts_at"),
        ({"meeting": "00000000-0000-0000-0000-000000000000"}, "meeting"),
        ({"unknown": 1}, "unknown"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_by_field_and_nothing_is_written(cast, meeting, dana, wrong, field):
    answer = dana.post("/attendances", sent(cast, meeting) | wrong)

    assert answer.status_code == 422, answer.content
    assert field in fields(answer.json())
    assert not Attendance.objects.exists()


def test_twice_is_refused(cast, meeting, dana, row):
    answer = dana.post("/attendances", sent(cast, meeting))

    assert answer.status_code == 422
    assert b"written down already" in answer.content


def test_a_list_is_narrowed(cast, meeting, row, alice):
    other = given.attendance_of(cast.stay_of_frank, meeting, cast.bob, days_ago=3, grade=Grade.SEEN)
    elsewhere = given.meeting_of(cast.organization, name="Elsewhere")
    given.attendance_of(cast.stay_of_erin, elsewhere, cast.charlie)

    def found(asked=""):
        return {each["uuid"] for each in alice.items(f"/attendances{asked}")}

    both = {str(row.uuid), str(other.uuid)}
    assert found() == both
    assert found(f"?resident={cast.dana.uuid}") == {str(row.uuid)}
    assert found(f"?house={cast.house_b.uuid}") == set()
    assert found("?grade=5") == {str(other.uuid)}
    assert found(f"?since={row.on}") == {str(row.uuid)}
    assert found(f"?until={other.on}") == {str(other.uuid)}
    assert found("?counts=true") == both
    assert found("?counts=false") == set()


def test_a_resident_is_told_their_own_alone(cast, meeting, row, dana):
    other = given.attendance_of(cast.stay_of_frank, meeting, cast.bob)

    assert [each["uuid"] for each in dana.items("/attendances")] == [str(row.uuid)]
    assert dana.get(f"/attendances/{other.uuid}").status_code == 404


def test_whoever_reads_one_is_on_record(cast, row, alice):
    assert alice.get(f"/attendances/{row.uuid}").json()["called"] == "Keep Coming Back"

    assert Look.objects.filter(resident=cast.dana, what="api", detail="a meeting of theirs").count() == 1


def test_better_evidence_struck_and_restored(row, dana, alice):
    raised = dana.post(f"/attendances/{row.uuid}/raise", {"grade": 3, "signer": "Sam", "drawing": "M1 1L2 2"}).json()
    assert (raised["step"], raised["signer"], raised["drawn"], raised["follows"]) == (
        "raised",
        "Sam",
        True,
        str(row.uuid),
    )
    struck = alice.post(f"/attendances/{raised['uuid']}/strike", {"reason": "At work"}).json()
    assert (struck["counts"], struck["reason"]) == (False, "At work")
    assert dana.post(f"/attendances/{struck['uuid']}/restore", {"reason": "I was there"}).status_code == 403
    restored = alice.post(f"/attendances/{struck['uuid']}/restore", {"reason": "Another day"}).json()
    assert [step["step"] for step in restored["chain"]] == ["logged", "raised", "struck", "restored"]
    assert restored["counts"]


def test_a_doubt_is_told_and_settled(cast, row, dana, alice):
    other = given.meeting_of(cast.organization, name="Other")
    given.attendance_of(cast.stay_of_dana, other, cast.dana.user)
    path = f"/attendances/{row.uuid}"
    assert alice.get(path).json()["doubts"] == [{"kind": "two_places", "settled": None}]
    assert dana.post(f"{path}/settle", {"reason": "I know"}).status_code == 403

    told = alice.post(f"{path}/settle", {"reason": "One was cut short"}).json()

    assert told["doubts"] == [{"kind": "two_places", "settled": "One was cut short"}]
    assert DoubtSettled.objects.count() == 1
    assert alice.post(f"{path}/settle", {"reason": "Again"}).status_code == 422


def test_a_meeting_is_put_into_the_week_and_taken_out(cast, meeting, dana, alice):
    plan = dana.post("/meeting-plans", {"meeting": str(meeting.uuid)}).json()
    assert (plan["called"], plan["ends_on"]) == ("Keep Coming Back", None)
    assert [each["uuid"] for each in alice.items(f"/meeting-plans?house={cast.house_a.uuid}")] == [plan["uuid"]]
    assert dana.post("/meeting-plans", {"meeting": str(meeting.uuid)}).status_code == 422

    ended = dana.post(f"/meeting-plans/{plan['uuid']}/end", None).json()

    assert ended["ends_on"] == cast.today.isoformat()
    assert MeetingPlan.objects.get().ends_on == cast.today


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same(cast, meeting, alice, django_assert_num_queries, count):
    for days_ago in range(1, count + 1):
        given.attendance_of(cast.stay_of_dana, meeting, cast.bob, days_ago=days_ago)
    alice.get("/attendances")

    with django_assert_num_queries(5):
        assert len(alice.items("/attendances")) == count


def test_the_days_of_a_list_are_of_the_house(cast, alice, row):
    told = alice.items("/attendances")[0]

    assert told["on"] == (cast.today - timedelta(days=1)).isoformat()
    assert told["starts_at"].startswith(told["on"])
