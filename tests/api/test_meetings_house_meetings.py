"""House meetings, as programs ask for them: staff run them, residents read theirs and put things on the agenda."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from residents.meetings.models import AgendaItem, Attendance, HouseMeeting, MinutesLine, RollLine
from tests.api.conftest import by, refused
from tests.residents.away.evening import sleepers
from tests.residents.meetings.given import (
    agenda_item_of,
    house_meeting_of,
    meeting_of,
    minutes_line_of,
    motion_kind_of,
    motion_of,
    published,
    roll_line_of,
)

pytestmark = pytest.mark.django_db


def path(row: HouseMeeting, part: str = "") -> str:
    return f"/house-meetings/{row.uuid}{part}"


def test_house_meeting_goes_from_its_agenda_to_published_minutes(cast, alices, danas):
    meeting = meeting_of(cast.house_a, kind="house")
    kind = motion_kind_of(cast.house_a, of="present", percent=50, more_than=False)
    yesterday = (cast.today - timedelta(days=1)).isoformat()

    row = alices.post("/house-meetings", {"meeting": str(meeting.uuid), "on": yesterday})
    assert row.status_code == 201
    here = f"/house-meetings/{row.json()['uuid']}"
    item = alices.post(f"{here}/agenda", {"title": "The bench"}).json()["agenda"][0]
    roll = alices.post(
        f"{here}/roll", {"lines": [{"stay": str(cast.stay_of_dana.uuid), "status": "excused", "why": "ill"}]}
    ).json()
    alices.post(f"{here}/lines", {"text": "We build it", "what": "decided", "item": item["uuid"]})
    vote = alices.post(f"{here}/motions", {"kind": str(kind.uuid), "text": "Pay for it", "in_favour": 1}).json()
    alices.post(
        f"{here}/elections",
        {
            "stay": str(cast.stay_of_frank.uuid),
            "duty": "treasurer",
            "starts_on": yesterday,
            "ends_on": cast.today.isoformat(),
            "motion": vote["minutes"]["motions"][0]["uuid"],
        },
    )
    assert danas.get(here).json()["minutes"] is None
    done = alices.post(f"{here}/publish", {}).json()

    assert (roll["taken"], {each["name"]: each["line"]["status"] for each in roll["items"]}) == (
        True,
        {"Dana R.": "excused", "Frank O.": "present"},
    )
    assert done["state"] == "published"
    assert done["minutes"]["motions"][0]["of_how_many"] == 1
    assert done["minutes"]["motions"][0]["carried"] is True
    assert done["minutes"]["elections"][0]["name"] == "Frank O."
    told = danas.get(here).json()
    assert told["minutes"]["lines"][0]["text"] == "We build it"
    assert {(each["why"], each["recorded_by"]) for each in told["minutes"]["roll"]} == {("", "")}
    assert {each["why"] for each in done["minutes"]["roll"]} == {"ill", ""}
    assert Attendance.objects.get().stay == cast.stay_of_frank


def test_lists_tell_those_of_the_houses_in_sight(cast, alices, danas, program):
    one = house_meeting_of(cast.house_a, cast.alice, days_ago=2)
    two = published(house_meeting_of(cast.house_a, cast.alice, days_ago=1), cast.alice)
    house_meeting_of(cast.house_b, cast.charlie)

    assert [row["uuid"] for row in alices.items("/house-meetings")] == [str(one.uuid), str(two.uuid)]
    assert [row["state"] for row in danas.items("/house-meetings")] == ["no_roll", "published"]
    assert by(alices.items("/house-meetings?published=true"), uuid=str(two.uuid))
    assert alices.items(f"/house-meetings?house={cast.house_b.uuid}") == []
    refused(program(cast.charlie, "read").get(path(one)), 404, "not-found")


def test_resident_puts_something_on_the_agenda_with_their_own_key(cast, alices, program):
    on = cast.house_a.today(timezone.now() + timedelta(days=1))
    row = house_meeting_of(cast.house_a, cast.alice, starts_at=timezone.now() + timedelta(days=1), on=on)
    dana, frank = program(cast.dana.user, "read", "write"), program(cast.frank.user, "read", "write")

    told = dana.post(path(row, "/agenda"), {"title": "The bench"}).json()

    assert told["agenda"][0]["by"] == "Dana R."
    item = AgendaItem.objects.get()
    refused(frank.post(f"/agenda-items/{item.uuid}/off", {"reason": "x"}), 403, "not-allowed")
    assert dana.post(f"/agenda-items/{item.uuid}/off", {"reason": "Built"}).json()["agenda"] == []
    refused(program(cast.audra, "read", "write").post(path(row, "/agenda"), {"title": "x"}), 403, "not-allowed")
    refused(program(cast.erin.user, "read", "write").post(path(row, "/agenda"), {"title": "x"}), 404, "not-found")


def test_roll_by_an_officer_leaves_them_out_and_tells_no_reasons(cast, alices, program):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    frank = program(cast.frank.user, "read", "write")

    told = frank.post(path(row, "/roll"), {"lines": []}).json()

    assert told["taken"] is False
    assert by(told["items"], name="Frank O.")["line"] is None
    own = {"lines": [{"stay": str(cast.stay_of_frank.uuid), "status": "present"}]}
    refused(frank.post(path(row, "/roll"), own), 403, "not-allowed")
    assert alices.post(path(row, "/roll"), {"lines": []}).json()["taken"] is True


def test_roll_that_cannot_be_is_refused_whole(cast, alices):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    line = {"stay": str(cast.stay_of_dana.uuid), "status": "excused"}
    elsewhere = {"stay": str(cast.stay_of_erin.uuid), "status": "excused", "why": "x"}

    for lines in ([line], [line | {"why": "x"}] * 2, [elsewhere]):
        refused(alices.post(path(row, "/roll"), {"lines": lines}), 422, "values-wrong")
    assert not RollLine.objects.exists()


def test_what_was_written_is_put_right_by_programs_too(cast, alices):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    line = roll_line_of(row, cast.stay_of_dana, cast.alice)
    said = minutes_line_of(row, cast.alice)
    motion = motion_of(row, cast.alice)

    alices.post(f"/roll-lines/{line.uuid}/correct", {"status": "unexcused", "reason": "Not there"})
    alices.post(f"/minutes-lines/{said.uuid}/correct", {"text": "Mend it", "reason": "Misheard"})
    told = alices.post(
        f"/motions/{motion.uuid}/correct", {"text": "A pot", "in_favour": 1, "against": 1, "reason": "Anew"}
    ).json()["minutes"]

    assert [(each["status"], each["corrected"]) for each in told["roll"]] == [("unexcused", True)]
    assert [(each["text"], each["corrected"]) for each in told["lines"]] == [("Mend it", True)]
    assert [(each["text"], each["carried"]) for each in told["motions"]] == [("A pot", False)]


def test_published_minutes_are_closed_to_programs(cast, alices):
    row = published(house_meeting_of(cast.house_a, cast.alice, days_ago=1), cast.alice)

    refused(alices.post(path(row, "/lines"), {"text": "x"}), 422, "values-wrong")
    refused(alices.post(path(row, "/publish"), {}), 422, "values-wrong")
    assert not MinutesLine.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_however_long(cast, alices, count, django_assert_num_queries):
    for number in range(count):
        house_meeting_of(cast.house_a, cast.alice, days_ago=number + 1)
        motion_kind_of(cast.house_a, f"Kind {number}")
    alices.get("/house-meetings")

    with django_assert_num_queries(LIST):
        assert len(alices.items("/house-meetings")) == count
    with django_assert_num_queries(KINDS):
        assert len(alices.items("/motion-kinds")) == count


@pytest.mark.parametrize("count", [1, 3])
def test_one_meeting_costs_the_same_however_much_is_in_it(cast, alices, count, django_assert_num_queries):
    row = house_meeting_of(cast.house_a, cast.alice, days_ago=1)
    for stay in sleepers(cast.house_a, 5)[:count]:
        roll_line_of(row, stay, cast.alice)
        minutes_line_of(row, cast.alice, item=agenda_item_of(row, cast.alice, f"Item {stay.pk}"))
        motion_of(row, cast.alice)
    alices.get(path(row))

    with django_assert_num_queries(WHOLE):
        assert len(alices.get(path(row)).json()["minutes"]["motions"]) == count


LIST, KINDS, WHOLE = 5, 4, 19
