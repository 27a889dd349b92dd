"""What is read of an entry by those whom it is about: who looked, what was said of another before, what was written to
somebody whose name is withheld. Nothing of it names who would not be named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.log.models import Audience
from residents.log.queries.complaints import matter_of
from residents.log.services import clocks, complaints, papers_complaint, papers_incident, searches
from residents.models import Deadline, EntryAbout, Look
from soberhouse.history import acting_as
from tests.api.conftest import Program, make_key
from tests.cast import grant, make_user
from tests.residents.log.given import (
    amended,
    clock_of,
    complaint_of,
    deadline_of,
    entry_of,
    incident_of,
    met,
    search_of,
)
from tests.residents.rules.test_violations import a_photo

pytestmark = pytest.mark.django_db


def lookers(resident) -> list[str]:
    return list(Look.objects.filter(resident=resident).order_by("pk").values_list("actor_label", flat=True))


def opened(signed_in, user, entry) -> int:
    return signed_in(user).get(reverse("entry", args=[entry.uuid])).status_code


def test_staff_who_look_are_written_down_for_each_whom_it_is_about(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana, cast.stay_of_frank])

    assert opened(signed_in, cast.bob, entry) == 200

    assert lookers(cast.dana) == lookers(cast.frank) == ["Bob Example"]


def test_a_resident_who_reads_their_own_part_is_told_to_no_other(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana, cast.stay_of_frank])

    assert opened(signed_in, cast.dana.user, entry) == 200
    Program(make_key(cast.dana, "read")).get(f"/entries/{entry.uuid}")

    assert lookers(cast.frank) == []


def test_whoever_filed_it_is_not_told_by_their_own_look(cast, signed_in):
    complaint = complaint_of(
        cast.house_a, cast.dana.user, by_whom="resident", name_withheld=True, audience=Audience.STAFF
    )
    amended(complaint.entry, cast.alice, about=[cast.stay_of_frank])

    assert opened(signed_in, cast.dana.user, complaint.entry) == 200
    assert opened(signed_in, cast.bob, complaint.entry) == 200

    assert lookers(cast.frank) == ["Bob Example"]


def test_nobody_looks_at_a_grievance_as_far_as_whom_it_is_about_is_told(cast, signed_in):
    with acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    grievance = complaint_of(
        cast.house_a, cast.dana.user, by_whom="resident", against=cast.frank.user, about=[cast.stay_of_frank]
    )
    deadline = deadline_of(grievance.entry)

    for user in (cast.olive, cast.dana.user):
        assert opened(signed_in, user, grievance.entry) == 200
    assert signed_in(cast.olive).get(reverse("deadline_met", args=[deadline.uuid])).status_code == 200
    Program(make_key(cast.olive, "read")).get(f"/complaints/{grievance.entry.uuid}")

    assert lookers(cast.frank) == []


def test_a_file_of_the_log_is_a_look_at_each_whom_it_tells_of(cast, signed_in, django_assert_num_queries):
    for stay in (cast.stay_of_dana, cast.stay_of_frank):
        entry_of(cast.house_a, cast.alice, about=[stay])

    signed_in(cast.bob).post(reverse("log", args=[cast.house_a.uuid]), {"export": "csv"})

    assert lookers(cast.dana) == lookers(cast.frank) == ["Bob Example"]


def test_nor_is_one_of_its_history_or_of_the_papers_of_a_grievance(cast, signed_in):
    with acting_as(None, source="command"):
        grant(oona := make_user("oona"), RoleKind.OPERATOR, cast.organization)
    grievance = complaint_of(
        cast.house_a, cast.dana.user, by_whom="resident", against=cast.olive, about=[cast.stay_of_frank]
    )
    with acting_as(oona, source="web"):
        paper = papers_complaint.complaint_issue(complaint=grievance, recipient="x", now=timezone.now())
    about = EntryAbout.objects.get()
    client = signed_in(oona)

    for name, row in (("paper", paper), ("paper_file", paper), ("paper_withdraw", paper)):
        assert client.get(reverse(name, args=[row.uuid])).status_code == 200
    assert client.get(reverse("history", args=["entryabout", about.uuid])).status_code == 200

    assert not Look.objects.visible_to(cast.olive).exists()


def test_a_paper_of_any_other_complaint_is_looked_at(cast, signed_in):
    complaint = complaint_of(cast.house_a, cast.dana.user, by_whom="resident")
    with acting_as(cast.alice, source="web"):
        paper = papers_complaint.complaint_issue(complaint=complaint, recipient="x", now=timezone.now())

    assert signed_in(cast.bob).get(reverse("paper_file", args=[paper.uuid])).status_code == 200

    assert lookers(cast.dana) == ["Bob Example"]


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_in_all_its_words_is_a_look_at_each_whom_it_tells_of(cast, django_assert_num_queries, count):
    for _number in range(count):
        entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana, cast.stay_of_frank])
        complaint_of(cast.house_a, cast.bob, about=[cast.stay_of_frank])
    program = Program(make_key(cast.bob, "read"))

    with django_assert_num_queries(LISTED):
        assert len(program.items("/entries")) == 2 * count
    Program(make_key(cast.frank, "read")).items("/entries")

    assert lookers(cast.dana) == lookers(cast.frank) == ["Bob Example"]


LISTED = 12


# What was said of another


@pytest.fixture
def mistaken(cast):
    entry = entry_of(cast.house_a, cast.alice, text="Frank drank vodka.", about=[cast.stay_of_frank], days_ago=2)
    amended(entry, cast.alice, text="Dana drank tea.", about=[cast.stay_of_dana])
    return entry


def test_what_was_said_of_another_is_not_read_by_looking_back(cast, signed_in, mistaken):
    before = (timezone.now() - timedelta(days=1)).astimezone(cast.house_a.zone)
    known = before.strftime("%Y-%m-%dT%H:%M")
    program = Program(make_key(cast.dana, "read"))

    page = signed_in(cast.dana).get(reverse("entry", args=[mistaken.uuid]), {"known": known}).content.decode()
    one = program.get(f"/entries/{mistaken.uuid}?known={before:%Y-%m-%dT%H:%M:%S}Z").content.decode()
    several = program.get(f"/entries?known={before:%Y-%m-%dT%H:%M:%S}Z").content.decode()
    staffs = signed_in(cast.bob).get(reverse("entry", args=[mistaken.uuid]), {"known": known}).content.decode()

    assert "vodka" not in page + one + several
    assert "vodka" in staffs
    assert "tea" in program.get(f"/entries/{mistaken.uuid}").content.decode()


def test_what_a_search_said_of_another_is_not_theirs_to_read(cast, signed_in):
    search = search_of(cast.house_a, cast.alice, about=[cast.stay_of_frank], place="Frank's locker", days_ago=1)

    def put_right(place: str) -> None:
        newest = search.entry.searches.get(corrected_by=None)
        with acting_as(cast.alice, source="web"):
            searches.search_amend(search=newest, place=place, reason="Looked it up.", now=timezone.now())

    put_right("Frank's drawer")
    amended(search.entry, cast.alice, about=[cast.stay_of_dana])
    put_right("Dana's drawer")
    put_right("Dana's shelf")
    page = reverse("entry", args=[search.entry.uuid])
    program = Program(make_key(cast.dana, "read"))

    told = program.get(f"/searches/{search.entry.uuid}").json()
    theirs = [signed_in(cast.dana.user).get(url).content.decode() for url in (page, reverse("my_record"))]

    assert [each["place"] for each in told["tellings"]] == ["Dana's shelf", "Dana's drawer"]
    for read in theirs:
        assert "Dana&#x27;s shelf" in read
        assert "Dana&#x27;s drawer" in read
        assert "Frank&#x27;s" not in read
    assert "Frank&#x27;s drawer" in signed_in(cast.bob).get(page).content.decode()


def test_a_report_that_tells_what_was_said_of_another_is_no_paper_of_theirs(cast):
    papers = []
    for before in (cast.stay_of_frank, cast.stay_of_dana):
        incident = incident_of(cast.house_a, cast.alice, type="fire", about=[before], days_ago=1)
        amended(incident.entry, cast.alice, about=[cast.stay_of_dana])
        with acting_as(cast.bob, source="web"):
            papers.append(papers_incident.incident_issue(entry=incident.entry, recipient="x", now=timezone.now()))

    assert [paper.resident for paper in papers] == [None, cast.dana]


def test_a_report_of_what_is_about_nobody_is_nobodys_paper(cast, signed_in):
    incident = incident_of(cast.house_a, cast.alice, type="fire")

    answer = signed_in(cast.bob).get(reverse("incident_issue", args=[incident.entry.uuid]))

    assert answer.status_code == 200
    with acting_as(cast.bob, source="web"):
        paper = papers_incident.incident_issue(entry=incident.entry, recipient="x", now=timezone.now())
    assert paper.resident is None


# What was written to somebody whose name is withheld


def test_what_was_written_to_whoever_would_not_be_named_is_kept_from_whom_it_is_about(cast, signed_in):
    clock_of(cast.organization, starts="complaint", amount=2, name="Answer")
    with acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    now = timezone.now()
    with acting_as(cast.alice, source="web"):
        complaint = complaints.complaint_file(
            house=cast.house_a,
            by="neighbor",
            text="Loud at night.",
            name="Ruth Quill",
            name_withheld=True,
            about=[cast.stay_of_frank],
            happened_at=now,
            now=now,
        )
    met(Deadline.objects.get(), cast.bob, proof="Called Ruth Quill")
    with acting_as(cast.olive, source="web"):
        complaints.complaint_answer(complaint=complaint, text="Dear Ruth", now=now)
        complaints.complaint_close(
            complaint=complaint, outcome="right", text="He is quiet now.", told="Rang Ruth Quill", now=now
        )
    client, key = signed_in(cast.frank.user), Program(make_key(cast.frank, "read"))

    read = [
        client.get(reverse("entry", args=[complaint.entry.uuid])).content.decode(),
        client.get(reverse("deadlines", args=[cast.house_a.uuid]), {"met": "1"}).content.decode(),
        client.get(reverse("my_record")).content.decode(),
        key.get(f"/complaints/{complaint.entry.uuid}").content.decode(),
        key.get("/deadlines").content.decode(),
    ]

    assert [page for page in read if "Ruth" in page] == []
    assert "He is quiet now." in read[0]
    assert matter_of(complaint, cast.olive).answers
    assert (
        "Rang Ruth Quill" in signed_in(cast.olive).get(reverse("entry", args=[complaint.entry.uuid])).content.decode()
    )


def test_the_proof_of_an_answer_is_for_those_who_are_told_who_complains(cast, signed_in):
    complaint = complaint_of(cast.house_a, cast.alice, name="Ruth Quill", name_withheld=True)
    with acting_as(cast.bob, source="web"):
        now = timezone.now()
        done = clocks.deadline_meet(
            deadline=deadline_of(complaint.entry), done_at=now, proof="Called Ruth Quill", file=a_photo(), now=now
        )
    pages = [
        reverse("entry", args=[complaint.entry.uuid]),
        f"{reverse('deadlines', args=[cast.house_a.uuid])}?show=done",
        reverse("api_deadline", args=[done.deadline.uuid]),
    ]

    read = {who: [signed_in(who).get(url).content.decode() for url in pages] for who in (cast.audra, cast.olive)}

    assert ["Ruth" in page for page in read[cast.audra]] == [False] * 3
    assert ["Ruth" in page for page in read[cast.olive]] == [True] * 3
    files = [signed_in(who).get(reverse("deadline_file", args=[done.uuid])) for who in (cast.audra, cast.olive)]
    assert [answer.status_code for answer in files] == [404, 200]
