"""Incidents and follow-ups, as programs ask for them: staff, and residents about themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.log.models import Audience
from residents.models import Entry, FollowUp, FollowUpDone, Incident, IncidentClosing, IncidentStep, Look
from soberhouse.history import acting_as
from tests.api.conftest import by, fields, refused
from tests.cast import grant
from tests.residents.log.given import complaint_of, entry_of, follow_up_of, incident_of, step_of

pytestmark = pytest.mark.django_db

NOBODY = "00000000-0000-0000-0000-000000000000"
CLOSING = {"cause": "First use after weeks.", "correction": "Naloxone on each floor."}


def ago(**time: int) -> str:
    return (timezone.now() - timedelta(**time)).isoformat()


def an_incident(cast, **more: Any) -> dict[str, Any]:
    return {
        "house": str(cast.house_a.uuid),
        "type": "overdose",
        "text": "Found on the floor.",
        "happened_at": ago(hours=2),
        "about": [str(cast.stay_of_dana.uuid)],
    } | more


def a_fact(**more: Any) -> dict[str, Any]:
    return {"kind": "naloxone", "at": ago(hours=1), "who": "Frank O.", "doses": 2} | more


def test_an_incident_is_filed_read_added_to_and_closed(cast, alices, bobs, danas):
    filed = alices.post(
        "/incidents",
        an_incident(
            cast,
            place="Bathroom",
            steps=[{"kind": "told", "at": ago(minutes=50), "who": "911"}, a_fact()],
            follow_ups=[{"what": "Replace it", "due_on": cast.today.isoformat()}],
        ),
    )
    path = filed["Location"]

    told = filed.json()
    assert (filed.status_code, told["type"], told["audience"], told["state"]) == (201, "overdose", "few", "open")
    assert [(step["kind"], step["who"], step["doses"], step["counts"]) for step in told["steps"]] == [
        ("naloxone", "Frank O.", 2, True),
        ("told", "911", None, True),
    ]
    assert (told["naloxone_doses"], told["place"], told["waits"]) == (2, "Bathroom", "")
    assert [(each["what"], each["state"]) for each in told["follow_ups"]] == [("Replace it", "due")]
    added = bobs.post(f"{path}/steps", {"kind": "done", "at": ago(minutes=40), "what": "Taken to hospital."})
    assert (added.status_code, len(added.json()["steps"])) == (201, 3)
    refused(alices.post(f"{path}/close", CLOSING), 403, "not-allowed")
    closed = bobs.post(f"{path}/close", CLOSING).json()
    assert (closed["state"], closed["closing"]["recorded_by"]) == ("follow_ups", "Bob Example")
    refused(bobs.post(f"{path}/close", CLOSING), 422, "values-wrong")
    refused(bobs.post(f"{path}/steps", a_fact()), 422, "values-wrong")
    assert danas.get(path).json()["closing"]["cause"] == CLOSING["cause"]
    assert Look.objects.filter(resident=cast.dana, what=Look.What.API).exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"text": " "}, "text"),
        ({"type": "parade"}, "type"),
        ({"happened_at": "2199-01-01T10:00:00Z"}, "happened_at"),
        ({"happened_at": "2026-01-01T10:00:00"}, "happened_at"),
        ({"audience": "confidential"}, "audience_reason"),
        ({"audience": "operators", "audience_reason": "A colleague."}, "audience"),
        ({"about": [NOBODY]}, "about"),
        ({"house": NOBODY}, "house"),
        ({"mood": "bad"}, "mood"),
        ({"steps": [{"kind": "naloxone", "at": "2026-01-01T10:00:00Z"}]}, "steps"),
        ({"steps": [{"kind": "told", "at": "2026-01-01T10:00:00Z"}]}, "steps"),
        ({"steps": [{"kind": "sung", "at": "2026-01-01T10:00:00Z"}]}, "steps"),
        ({"steps": [{"kind": "done", "what": "x", "at": "2199-01-01T10:00:00Z"}]}, "steps"),
        ({"follow_ups": [{"what": "x", "due_on": "2020-01-01"}]}, "follow_ups"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(cast, alices, more, field):
    told = refused(alices.post("/incidents", an_incident(cast) | more), 422, "values-wrong")

    assert {name.partition(".")[0] for name in fields(told)} == {field}
    assert (Entry.objects.count(), Incident.objects.count()) == (0, 0)


def test_another_house_and_another_role_change_nothing(cast, program, danas):
    incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana], audience=Audience.STAFF)
    path = f"/incidents/{incident.entry.uuid}"
    charlies, audras = program(cast.charlie, "read", "write"), program(cast.audra, "read", "write")

    for asking, status, kind in (
        (charlies, 404, "not-found"),
        (audras, 403, "not-allowed"),
        (danas, 403, "not-allowed"),
    ):
        refused(asking.post(f"{path}/steps", a_fact()), status, kind)
        refused(asking.post(f"{path}/close", CLOSING), status, kind)
    refused(charlies.get(path), 404, "not-found")
    assert fields(refused(charlies.post("/incidents", an_incident(cast)), 422, "values-wrong")) == {"house"}
    for asking in (audras, danas):
        refused(asking.post("/incidents", an_incident(cast)), 403, "not-allowed")
    assert (Incident.objects.count(), IncidentStep.objects.count(), IncidentClosing.objects.count()) == (1, 0, 0)


def test_nobody_about_themselves(cast, program):
    incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    with acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    danas, path = program(cast.dana, "read", "write"), f"/incidents/{incident.entry.uuid}"

    refused(danas.post("/incidents", an_incident(cast)), 403, "not-allowed")
    refused(danas.post(f"{path}/steps", a_fact()), 403, "not-allowed")
    refused(danas.post(f"{path}/close", CLOSING), 403, "not-allowed")

    assert (Incident.objects.count(), IncidentStep.objects.count(), IncidentClosing.objects.count()) == (1, 0, 0)


def test_a_resident_is_told_their_own_without_the_names_of_others(cast, danas, program):
    both = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana, cast.stay_of_frank])
    incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana], audience=Audience.CONFIDENTIAL)
    incident_of(cast.house_a, cast.alice, about=[cast.stay_of_frank])

    [told] = danas.items("/incidents")

    assert (told["uuid"], [each["name"] for each in told["about"]]) == (str(both.entry.uuid), ["Dana Renner"])
    assert len(program(cast.alice, "read").items("/incidents")) == 3
    assert program(cast.audra, "read").items("/incidents") == []


def test_incidents_by_house_person_type_and_whether_they_are_open(cast, bobs, program):
    one = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    two = incident_of(cast.house_a, cast.alice, type="fire", about=[cast.stay_of_frank])
    incident_of(cast.house_b, cast.charlie, type="fire")
    bobs.post(f"/incidents/{two.entry.uuid}/close", CLOSING)
    olive = program(cast.olive, "read")

    def found(query: str) -> list[str]:
        return [row["uuid"] for row in olive.items(f"/incidents?{query}")]

    assert found(f"house={cast.house_a.uuid}") == [str(one.entry.uuid), str(two.entry.uuid)]
    assert found(f"resident={cast.frank.uuid}") == [str(two.entry.uuid)]
    assert found(f"type=fire&house={cast.house_a.uuid}") == [str(two.entry.uuid)]
    assert found(f"open=true&house={cast.house_a.uuid}") == [str(one.entry.uuid)]
    assert found(f"open=false&house={cast.house_a.uuid}") == [str(two.entry.uuid)]
    assert fields(refused(olive.get("/incidents?type=parade"), 400, "query-wrong")) == {"type"}


def test_what_is_no_incident_is_none_here(cast, alices):
    entry = entry_of(cast.house_a, cast.alice)

    refused(alices.get(f"/incidents/{entry.uuid}"), 404, "not-found")
    refused(alices.post(f"/incidents/{entry.uuid}/steps", a_fact()), 404, "not-found")


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same(cast, alices, django_assert_num_queries, count):
    for _each in range(count):
        incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
        step_of(incident, cast.alice)
        follow_up_of(incident.entry, cast.alice)
    alices.get("/incidents")  # the key was used before

    with django_assert_num_queries(11):
        assert len(alices.items("/incidents")) == count


@pytest.mark.parametrize("count", [1, 3])
def test_one_costs_the_same_however_much_there_is_to_tell(cast, alices, django_assert_num_queries, count):
    incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    for _each in range(count):
        step_of(incident, cast.alice)
        row = follow_up_of(incident.entry, cast.alice)
        alices.post(f"/follow-ups/{row.uuid}/done", {})
    path = f"/incidents/{incident.entry.uuid}"
    alices.get(path)  # looked at before

    with django_assert_num_queries(15):
        assert len(alices.get(path).json()["follow_ups"]) == count


# A fact put right


def right(**more: Any) -> dict[str, Any]:
    return a_fact(doses=1, reason="The other box was full.") | more


def test_a_fact_is_put_right_and_stays_on_record(cast, alices, bobs, danas):
    incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    step = step_of(incident, cast.alice)
    bobs.post(f"/incidents/{incident.entry.uuid}/close", CLOSING)  # it may be closed

    told = bobs.post(f"/incident-steps/{step.uuid}/amend", right())

    was, now = (by(told.json()["steps"], counts=counts) for counts in (False, True))
    assert (told.status_code, told.json()["naloxone_doses"]) == (200, 1)
    assert (was["uuid"], was["doses"], was["counts"], was["corrects"]) == (str(step.uuid), 2, False, None)
    assert (now["corrects"], now["counts"], now["correction_reason"], now["recorded_by"]) == (
        *(str(step.uuid), True, "The other box was full.", "Bob Example"),
    )
    assert danas.get(f"/incidents/{incident.entry.uuid}").json()["steps"] == told.json()["steps"]
    refused(alices.post(f"/incident-steps/{step.uuid}/amend", right(doses=3)), 422, "values-wrong")
    again = alices.post(f"/incident-steps/{now['uuid']}/amend", right(doses=3))
    assert (again.json()["naloxone_doses"], len(again.json()["steps"])) == (3, 3)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"doses": None}, "doses"),
        ({"doses": 21}, "doses"),
        ({"kind": "told", "who": ""}, "who"),
        ({"kind": "done"}, "what"),
        ({"kind": "sung"}, "kind"),
        ({"at": "2199-01-01T10:00:00Z"}, "at"),
        ({"mood": "bad"}, "mood"),
    ],
)
def test_what_puts_nothing_right(cast, alices, more, field):
    step = step_of(incident_of(cast.house_a, cast.alice), cast.alice)

    told = refused(alices.post(f"/incident-steps/{step.uuid}/amend", right() | more), 422, "values-wrong")

    assert fields(told) == {field}
    assert IncidentStep.objects.count() == 1


def test_a_fact_is_put_right_by_those_alone_who_may(cast, program, danas):
    incident = incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana], audience=Audience.STAFF)
    path = f"/incident-steps/{step_of(incident, cast.alice).uuid}/amend"
    of_few = step_of(incident_of(cast.house_a, cast.alice), cast.alice)
    charlies, audras = program(cast.charlie, "read", "write"), program(cast.audra, "read", "write")

    refused(charlies.post(path, right()), 404, "not-found")
    refused(audras.post(f"/incident-steps/{of_few.uuid}/amend", right()), 404, "not-found")
    refused(audras.post(path, right()), 403, "not-allowed")
    refused(danas.post(path, right()), 403, "not-allowed")
    with acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    refused(danas.post(path, right()), 403, "not-allowed")  # it is about her

    assert IncidentStep.objects.count() == 2


# Follow-ups


def a_due(cast, **more: Any) -> dict[str, Any]:
    return {"what": "Call the family", "due_on": cast.today.isoformat()} | more


def test_what_is_to_be_done_is_said_and_done(cast, alices, bobs, danas):
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])

    added = alices.post(f"/entries/{entry.uuid}/follow-ups", a_due(cast, who="Bob"))
    path = added["Location"]

    assert (added.status_code, added.json()["state"], added.json()["entry"]) == (201, "due", str(entry.uuid))
    assert danas.get(path).json() == danas.items("/follow-ups")[0] == added.json()
    done = bobs.post(f"{path}/done", {"note": "They come on Sunday."}).json()
    assert (done["state"], done["note"], done["done_by"]) == ("done", "They come on Sunday.", "Bob Example")
    refused(bobs.post(f"{path}/done", {}), 422, "values-wrong")
    assert bobs.get(path).json() == done
    assert FollowUpDone.objects.count() == 1
    assert Look.objects.filter(resident=cast.dana, what=Look.What.API).exists()


def test_what_is_sent_twice_is_to_be_done_once(cast, alices):
    entry = entry_of(cast.house_a, cast.alice)
    one, other = (
        alices.post(f"/entries/{entry.uuid}/follow-ups", a_due(cast), **{"Idempotency-Key": '"once"'}) for _ in "12"
    )

    assert (one.json(), other["Idempotent-Replayed"]) == (other.json(), "true")
    assert FollowUp.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"what": " "}, "what"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"due_on": "soon"}, "due_on"),
        ({"by": "x"}, "by"),
    ],
)
def test_what_cannot_be_to_be_done(cast, alices, wrong, field):
    entry = entry_of(cast.house_a, cast.alice)

    told = refused(alices.post(f"/entries/{entry.uuid}/follow-ups", a_due(cast) | wrong), 422, "values-wrong")

    assert fields(told) == {field}
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"outcome": "dropped"}, "note"), ({"outcome": "forgotten"}, "outcome"), ({"when": "today"}, "when")],
)
def test_what_cannot_have_become_of_it(cast, alices, wrong, field):
    row = follow_up_of(entry_of(cast.house_a, cast.alice), cast.alice)

    assert fields(refused(alices.post(f"/follow-ups/{row.uuid}/done", wrong), 422, "values-wrong")) == {field}
    assert not FollowUpDone.objects.exists()


def test_follow_ups_of_another_house_and_by_another_role(cast, program, danas):
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    row = follow_up_of(entry, cast.alice)
    posts = (f"/entries/{entry.uuid}/follow-ups", a_due(cast)), (f"/follow-ups/{row.uuid}/done", {})
    charlies, audras = program(cast.charlie, "read", "write"), program(cast.audra, "read", "write")

    for asking, status, kind in (
        (charlies, 404, "not-found"),
        (program(cast.frank, "read", "write"), 404, "not-found"),
        (audras, 403, "not-allowed"),
        (danas, 403, "not-allowed"),
    ):
        for path, body in posts:
            refused(asking.post(path, body), status, kind)
    refused(charlies.get(f"/follow-ups/{row.uuid}"), 404, "not-found")
    assert charlies.items("/follow-ups") == []
    with acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    for path, body in posts:  # it is about her
        refused(danas.post(path, body), 403, "not-allowed")

    assert (FollowUp.objects.count(), FollowUpDone.objects.count()) == (1, 0)


def test_a_resident_is_told_what_follows_from_their_own(cast, danas):
    theirs = follow_up_of(entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana]), cast.alice)
    hidden = [
        follow_up_of(entry_of(cast.house_a, cast.alice, about=about, audience=audience), cast.alice)
        for about, audience in (
            ([cast.stay_of_dana], Audience.CONFIDENTIAL),
            ([cast.stay_of_frank], Audience.STAFF),
            ([], Audience.STAFF),
        )
    ]

    assert [row["uuid"] for row in danas.items("/follow-ups")] == [str(theirs.uuid)]
    for row in hidden:
        refused(danas.get(f"/follow-ups/{row.uuid}"), 404, "not-found")


def test_what_follows_from_a_grievance_does_not_exist_for_whom_it_is_about(cast, alices, program, danas):
    entry = complaint_of(cast.house_a, cast.dana.user, by_whom="resident", against=cast.alice).entry
    row = follow_up_of(entry, cast.olive)

    assert alices.items("/follow-ups") == []
    refused(alices.get(f"/follow-ups/{row.uuid}"), 404, "not-found")
    refused(alices.post(f"/follow-ups/{row.uuid}/done", {}), 404, "not-found")
    refused(alices.post(f"/entries/{entry.uuid}/follow-ups", a_due(cast)), 404, "not-found")
    assert (FollowUp.objects.count(), FollowUpDone.objects.count()) == (1, 0)
    for reader in (program(cast.olive, "read"), danas):
        assert [each["uuid"] for each in reader.items("/follow-ups")] == [str(row.uuid)]


def test_follow_ups_by_house_person_entry_day_and_whether_they_are_done(cast, bobs, program):
    about_dana = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    late = follow_up_of(about_dana, cast.alice, due_in_days=-1)
    soon = follow_up_of(entry_of(cast.house_a, cast.alice), cast.alice, due_in_days=3)
    follow_up_of(entry_of(cast.house_b, cast.charlie), cast.charlie)
    bobs.post(f"/follow-ups/{soon.uuid}/done", {"outcome": "dropped", "note": "They moved away."})
    olive, house = program(cast.olive, "read"), f"house={cast.house_a.uuid}"

    def found(query: str) -> list[str]:
        return [row["uuid"] for row in olive.items(f"/follow-ups?{query}")]

    assert len(found("")) == 3
    assert found(house) == [str(late.uuid), str(soon.uuid)]
    assert found(f"resident={cast.dana.uuid}") == found(f"entry={about_dana.uuid}") == [str(late.uuid)]
    assert found(f"{house}&done=true") == [str(soon.uuid)]
    assert found(f"{house}&done=false") == found(f"{house}&due_before={cast.today}") == [str(late.uuid)]
    assert by(olive.items(f"/follow-ups?{house}"), uuid=str(late.uuid))["state"] == "overdue"
    assert by(olive.items(f"/follow-ups?{house}"), uuid=str(soon.uuid))["state"] == "dropped"
    assert fields(refused(olive.get("/follow-ups?due_before=soon"), 400, "query-wrong")) == {"due_before"}


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_of_follow_ups_costs_the_same(cast, alices, django_assert_num_queries, count):
    for _each in range(count):
        row = follow_up_of(entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana]), cast.alice)
        alices.post(f"/follow-ups/{row.uuid}/done", {})

    with django_assert_num_queries(4):
        assert len(alices.items("/follow-ups")) == count
