"""Entries of the log, as programs ask for them: staff, and residents about themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from residents.log.models import Audience, Kind
from residents.models import Entry, EntryTelling, Look
from tests.api.conftest import fields, refused
from tests.residents.log.given import amended, complaint_of, entry_of, photo_of

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-0000-0000-000000000000"


def a_line(cast, **more: Any) -> dict[str, Any]:
    return {"house": str(cast.house_a.uuid), "text": "The boiler is out."} | more


def texts(answer: list[dict[str, Any]]) -> list[str]:
    return [each["text"] for each in answer]


def test_a_line_is_written_read_and_put_right(cast, alices, bobs, danas):
    sent = a_line(cast, kind="praise", about=[str(cast.stay_of_dana.uuid)])
    written = alices.post("/entries", sent)
    path = written["Location"]

    assert (written.status_code, written.json()["kind"], written.json()["audience"]) == (201, "praise", "staff")
    assert written.json()["about"] == [{"stay": str(cast.stay_of_dana.uuid), "name": "Dana Renner"}]
    assert danas.get(path).json()["text"] == "The boiler is out."
    nothing = refused(bobs.post(f"{path}/amend", {"reason": "Wrong."}), 422, "values-wrong")
    assert "Nothing is changed" in nothing["detail"]
    told = bobs.post(f"{path}/amend", {"text": "The boiler works.", "reason": "It was the fuse."}).json()
    assert (told["amended"], told["recorded_by"], told["about"]) == (True, "Alice Example", written.json()["about"])
    assert [(each["text"], each["correction_reason"], each["recorded_by"]) for each in told["tellings"]] == [
        ("The boiler works.", "It was the fuse.", "Bob Example"),
        ("The boiler is out.", "", "Alice Example"),
    ]
    few = alices.post(f"{path}/show-to", {"audience": "confidential", "reason": "A diagnosis."}).json()
    assert (few["audience"], few["audience_reason"]) == ("confidential", "A diagnosis.")
    refused(danas.get(path), 404, "not-found")
    assert Look.objects.filter(resident=cast.dana, what=Look.What.API).exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"text": " "}, "text"),
        ({"happened_at": "2199-01-01T10:00:00Z"}, "happened_at"),
        ({"happened_at": "2026-01-01T10:00:00"}, "happened_at"),
        ({"kind": "incident"}, "kind"),
        ({"audience": "confidential"}, "audience_reason"),
        ({"audience": "operators", "audience_reason": "A colleague."}, "audience"),
        ({"about": [NOBODY]}, "about"),
        ({"house": NOBODY}, "house"),
        ({"mood": "bad"}, "mood"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(cast, alices, more, field):
    told = refused(alices.post("/entries", a_line(cast) | more), 422, "values-wrong")

    assert {name.partition(".")[0] for name in fields(told)} == {field}
    assert (Entry.objects.count(), EntryTelling.objects.count()) == (0, 0)


def test_another_house_and_another_role_change_nothing(cast, program, danas):
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    path = f"/entries/{entry.uuid}"
    charlies, audras = program(cast.charlie, "read", "write"), program(cast.audra, "read", "write")

    for asking, status, kind in (
        (charlies, 404, "not-found"),
        (audras, 403, "not-allowed"),
        (danas, 403, "not-allowed"),
    ):
        refused(asking.post(f"{path}/amend", {"text": "x", "reason": "x"}), status, kind)
        refused(asking.post(f"{path}/show-to", {"audience": "few", "reason": "x"}), status, kind)
    refused(charlies.get(path), 404, "not-found")
    assert fields(refused(charlies.post("/entries", a_line(cast)), 422, "values-wrong")) == {"house"}
    for asking in (audras, danas):
        refused(asking.post("/entries", a_line(cast)), 403, "not-allowed")
    assert (Entry.objects.count(), EntryTelling.objects.count()) == (1, 1)
    assert Entry.objects.get().audience == "staff"


def test_the_list_is_asked_by_house_kind_person_and_moment(cast, program):
    soup = entry_of(cast.house_a, cast.alice, text="Soup.", kind=Kind.PRAISE, about=[cast.stay_of_dana], days_ago=4)
    entry_of(cast.house_b, cast.charlie, text="In B.", days_ago=2)
    amended(soup, cast.alice, text="Stew.", recorded_at=timezone.now() - timedelta(days=1))
    olives = program(cast.olive, "read")

    def listed(**asked: Any) -> list[str]:
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        return texts(olives.items(f"/entries?{query}"))

    def moment(days: int) -> str:
        return (timezone.now() - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert listed() == ["Stew.", "In B."]
    assert listed(house=cast.house_b.uuid) == ["In B."]
    assert listed(kind="praise") == ["Stew."]
    assert listed(stay=cast.stay_of_dana.uuid) == listed(resident=cast.dana.uuid) == ["Stew."]
    assert listed(stay=NOBODY) == []
    assert listed(since=moment(3)) == ["In B."]
    assert listed(until=moment(3)) == ["Stew."]
    assert listed(known=moment(2), kind="praise") == ["Soup."]
    assert listed(known=moment(30)) == []
    path = f"/entries/{soup.uuid}"
    then = olives.get(f"{path}?known={moment(2)}").json()
    assert (then["text"], then["amended"], len(then["tellings"])) == ("Soup.", False, 1)
    refused(olives.get(f"{path}?known={moment(30)}"), 404, "not-found")


def test_a_resident_reads_what_is_about_them_and_open_to_them(cast, danas, program):
    both = entry_of(cast.house_a, cast.alice, text="Both.", about=[cast.stay_of_dana, cast.stay_of_frank])
    entry_of(cast.house_a, cast.alice, text="Few.", about=[cast.stay_of_dana], audience=Audience.FEW)
    kept = entry_of(cast.house_a, cast.alice, text="Kept.", about=[cast.stay_of_dana], audience=Audience.CONFIDENTIAL)
    other = entry_of(cast.house_a, cast.alice, text="Frank's.", about=[cast.stay_of_frank])
    mistaken = entry_of(cast.house_a, cast.alice, text="Frank did it.", about=[cast.stay_of_frank])
    amended(mistaken, cast.alice, text="Dana did it.", about=[cast.stay_of_dana])

    assert texts(danas.items("/entries")) == ["Both.", "Few.", "Dana did it."]
    assert danas.get(f"/entries/{both.uuid}").json()["about"] == [
        {"stay": str(cast.stay_of_dana.uuid), "name": "Dana Renner"}
    ]
    assert texts(danas.get(f"/entries/{mistaken.uuid}").json()["tellings"]) == ["Dana did it."]
    for entry in (kept, other):
        refused(danas.get(f"/entries/{entry.uuid}"), 404, "not-found")
    assert Look.objects.filter(resident=cast.dana).count() == 0


def test_a_name_that_is_withheld_is_not_told(cast, danas, alices):
    complaint = complaint_of(
        cast.house_a, cast.frank.user, name="Frank O.", name_withheld=True, about=[cast.stay_of_dana]
    )
    path = f"/entries/{complaint.entry.uuid}"

    told = danas.get(path)
    assert told.json()["recorded_by"] is None
    assert "Frank" not in told.content.decode()
    assert alices.get(path).json()["recorded_by"] == str(cast.frank.user)


def test_a_grievance_is_no_row_of_whom_it_is_about(cast, alices, program):
    complaint = complaint_of(cast.house_a, cast.dana.user, against=cast.alice)

    assert alices.items("/entries") == []
    refused(alices.get(f"/entries/{complaint.entry.uuid}"), 404, "not-found")
    assert len(program(cast.olive, "read").items("/entries")) == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_however_long(cast, alices, django_assert_num_queries, count):
    for _number in range(count):
        photo_of(entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana]), cast.alice)
    alices.items("/entries")

    with django_assert_num_queries(QUERIES):
        items = alices.items("/entries")
    assert len(items) == count
    assert datetime.fromisoformat(items[0]["happened_at"]) <= timezone.now()


QUERIES = 8
