"""The history page: whose it is, what it says, what it keeps to itself, and what it costs."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from residents.models import (
    Alert,
    Attendance,
    Clock,
    Complainant,
    Feed,
    FeedReading,
    HandOver,
    HandOverRead,
    Holiday,
    House,
    Meeting,
    MeetingChange,
    MeetingPlan,
    Organization,
    Requirement,
    Resident,
    Role,
    RollLine,
    Stay,
    StepNote,
    Tablet,
    WeekExcused,
)
from soberhouse.accounts.models import ApiKey, Invitation, Partner, User
from soberhouse.history import acting_as
from soberhouse.history.records import audited_models
from soberhouse.pages.views_history import zone_of
from tests import factories
from tests.cast import make_user

# Who in the cast's organization may read the history of a record of each model, made in house A.
# The directory of meetings, and what is read into it, is the organization's: no house keeps it.
DIRECTORY = {Feed, FeedReading, Meeting, MeetingChange}
OWNERS_ALONE = {StepNote}  # until its owner shares it, nobody who works there even knows that it is there
NOT_FOR_MANAGERS = {Clock, Holiday, Organization, Partner, Role, User, *DIRECTORY, *OWNERS_ALONE}
NOT_FOR_AUDITORS = {Alert, ApiKey, Complainant, HandOver, HandOverRead, Invitation, Partner, Role, User, *OWNERS_ALONE}
# Whoever works there sees it, and operators its history.
OF_THE_ORGANIZATION = {Clock, Holiday, Organization, *DIRECTORY}


def address(row, **query: str) -> str:
    url = reverse("history", kwargs={"kind": row._meta.model_name, "uuid": row.uuid})
    return f"{url}?{'&'.join(f'{key}={quote(value)}' for key, value in query.items())}" if query else url


def text(response) -> str:
    """What a reader sees of a page's main part."""
    main = response.content.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).replace("&#x27;", "'").split())


def in_house_a(model, cast):
    """A row of the model that house A has to do with, and its manager where managers have to do with such rows."""
    there = {Organization: cast.organization, House: cast.house_a, User: cast.dana.user, Resident: cast.dana}
    if model in there:
        return there[model]
    with acting_as(cast.alice, source="web"), transaction.atomic():
        row = factories.unsaved(model, cast)
        if factories.has_field(model, "resident") and model is not Stay:
            row.resident = cast.dana
        if isinstance(row, Invitation):
            row.user = cast.alice
        row.save()
        return row


@pytest.mark.parametrize("model", audited_models(), ids=lambda model: model.__name__)
def test_every_audited_model_has_its_history(cast, signed_in, model):
    row = in_house_a(model, cast)

    answers = {
        name: signed_in(getattr(cast, name)).get(address(row)).status_code
        for name in ("olive", "alice", "audra", "charlie", "oscar")
    }

    assert answers["olive"] == (404 if model in OWNERS_ALONE else 200)
    assert (answers["alice"] == 200) == (model not in NOT_FOR_MANAGERS)
    assert (answers["audra"] == 200) == (model not in NOT_FOR_AUDITORS)
    assert answers["charlie"] == (403 if model in OF_THE_ORGANIZATION else 404)
    assert answers["oscar"] == 404
    if model in OWNERS_ALONE:
        assert signed_in(cast.dana).get(address(row)).status_code == 200


def test_what_a_house_changes_about_its_own_meeting_is_for_its_manager(cast, signed_in):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        meeting, change = factories.unsaved(Meeting, cast), factories.unsaved(MeetingChange, cast)
        meeting.house, change.meeting = cast.house_a, meeting
        meeting.save()
        change.save()

    for row in (meeting, change):
        answers = {who: signed_in(getattr(cast, who)).get(address(row)).status_code for who in ("alice", "charlie")}
        assert answers == {"alice": 200, "charlie": 404}


def test_a_change_says_who_when_from_what_to_what_why_and_through_what(cast, signed_in):
    bed = cast.bed_a("2A")
    with acting_as(cast.bob, reason="the plate on the door says so", source="web"), transaction.atomic():
        bed.name = "2 window"
        bed.save()
    changed = bed.history.latest().history_date.astimezone(ZoneInfo("America/New_York"))

    page = text(signed_in(cast.alice).get(address(bed)))

    for words in (
        "Name from 2A to 2 window",
        "Bob Example",
        "on the site",
        "the plate on the door says so",
        "a command",
        f" {changed.day}, {changed.year}, ",
        changed.tzname(),
        "America/New_York",
    ):
        assert words in page


def test_the_time_is_the_houses(cast, signed_in):
    row = cast.bed_b("1A")
    written = row.history.get().history_date.astimezone(ZoneInfo("America/Los_Angeles"))

    page = text(signed_in(cast.charlie).get(address(row)))

    assert f"{written.tzname()}" in page
    assert "America/Los_Angeles" in page


def test_a_foreign_row_is_named_only_to_those_who_may_see_it(cast, signed_in):
    """Dana moves to house B: the manager of A keeps her stay there, and no more of the person."""
    with acting_as(cast.olive, source="web"), transaction.atomic():
        cast.stay_of_dana.uses.update(ends_on=cast.today)
        type(cast.stay_of_dana).objects.filter(pk=cast.stay_of_dana.pk).update(ends_on=cast.today)

    for_alice = text(signed_in(cast.alice).get(address(cast.stay_of_dana)))
    for_olive = text(signed_in(cast.olive).get(address(cast.stay_of_dana)))

    assert "Resident not shown" in for_alice
    assert "Resident Dana Renner" in for_olive


def test_residents_read_their_own_history_and_no_other(cast, signed_in):
    dana = signed_in(cast.dana)

    assert dana.get(address(cast.dana)).status_code == 200
    assert dana.get(address(cast.stay_of_dana)).status_code == 200
    assert dana.get(address(cast.frank)).status_code == 404
    assert dana.get(address(cast.stay_of_frank)).status_code == 404
    assert dana.get(address(cast.bed_a("1A"))).status_code == 403
    assert dana.get(address(cast.house_a)).status_code == 403


def test_an_alert_is_for_few(cast, signed_in):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        alert = Alert.objects.create(resident=cast.dana, kind="allergy", text="peanuts")

    seen = {
        name: "peanuts" in signed_in(getattr(cast, name)).get(address(alert)).content.decode()
        for name in ("alice", "bob", "olive", "dana", "audra", "charlie", "frank", "erin", "oscar")
    }
    linked = {
        name: address(alert) in signed_in(getattr(cast, name)).get(address(cast.dana)).content.decode()
        for name in ("alice", "audra")
    }

    assert [name for name, sees in seen.items() if sees] == ["alice", "bob", "olive", "dana"]
    assert linked == {"alice": True, "audra": False}


@pytest.mark.parametrize("reader", ["alice", "audra", "olive", "dana"])
@pytest.mark.parametrize("about", ["dana", "stay_of_dana"])
def test_what_a_record_leads_on_to_is_open_to_the_same_reader(cast, signed_in, reader, about):
    client, row = signed_in(getattr(cast, reader)), getattr(cast, about)

    page = client.get(address(row)).content.decode().split("<main", 1)[1]
    links = set(re.findall(r'href="(/history/[^"?]+)"', page)) - {address(row)}

    assert links
    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


# The record at one instant


def test_the_whole_record_at_an_instant(cast, signed_in):
    bed, client = cast.bed_a("2A"), signed_in(cast.alice)
    for name in ("second", "third"):
        with acting_as(cast.alice, source="web"), transaction.atomic():
            bed.name = name
            bed.save()
    instants = list(bed.history.order_by("history_id").values_list("history_date", flat=True))

    names = [
        re.search(r"Name (\S+)", text(client.get(address(bed, at=instant.isoformat()))))[1] for instant in instants
    ]

    assert names == ["2A", "second", "third"]


def test_each_change_links_to_the_record_as_it_was_then(cast, signed_in):
    bed, client = cast.bed_a("2A"), signed_in(cast.alice)
    with acting_as(cast.alice, source="web"), transaction.atomic():
        bed.name = "renamed"
        bed.save()
    page = client.get(address(bed)).content.decode()

    newest, oldest = re.findall(r'href="(\?at=[^"#]+)#then"', page)

    assert "Name renamed" in text(client.get(address(bed) + newest))
    assert "Name 2A" in text(client.get(address(bed) + oldest))


def test_a_typed_minute_means_its_end(cast, signed_in):
    bed = cast.bed_a("2A")
    local = bed.history.get().history_date.astimezone(cast.house_a.zone)

    page = text(signed_in(cast.alice).get(address(bed, at=local.strftime("%Y-%m-%dT%H:%M"))))

    assert "Name 2A" in page


@pytest.mark.parametrize(
    ("at", "answer"),
    [
        ("1999-01-01T00:00:00", "This was not written down yet."),
        ("yesterday", "Enter a valid date/time."),
        ("", "This field is required."),
        ("2026-13-45T99:00", "Enter a valid date/time."),
        ("2027-03-14T02:30:00", "be interpreted in time zone America/New_York"),
        ("\x00", "Enter a valid date/time."),
        ("9" * 5000, "Enter a valid date/time."),
        ("9999-12-31T23:59:59", "Write a year from 1900 to 2999."),
        ("0001-01-01T00:00:00", "Write a year from 1900 to 2999."),
        ("2999-12-31T23:59:59", "Name 2A"),
    ],
)
def test_an_instant_that_is_none_is_answered(cast, signed_in, at, answer):
    response = signed_in(cast.alice).get(address(cast.bed_a("2A")), {"at": at})

    assert response.status_code == 200
    assert answer in text(response)


# Bad addresses


def test_no_kind_and_no_record_are_not_found(cast, signed_in):
    client = signed_in(cast.olive)
    for kind, uuid in [
        ("nothing", cast.dana.uuid),
        ("session", cast.dana.uuid),
        ("historicalstay", cast.dana.uuid),
        ("stay", cast.dana.uuid),
        ("stay", "00000000-0000-4000-8000-000000000000"),
    ]:
        assert client.get(f"/history/{kind}/{uuid}/").status_code == 404


def test_a_stranger_is_sent_to_sign_in(cast):
    response = Client().get(address(cast.dana))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_nothing_secret_is_told(cast, signed_in):
    with acting_as(cast.olive, source="web"), transaction.atomic():
        tablet = Tablet.objects.create(house=cast.house_a, name="kitchen", token_digest="0123456789abcdef")
        cast.alice.set_password("another quiet evening")
        cast.alice.pin = "hashed-pin"
        cast.alice.save()
    client = signed_in(cast.olive)

    pages = client.get(address(tablet)).content.decode() + client.get(address(cast.alice)).content.decode()

    assert "kitchen" in pages
    for secret in ("0123456789abcdef", "hashed-pin", cast.alice.password, tablet.token_digest):
        assert secret not in pages


# Pages and cost


def change_often(cast, bed, times: int) -> None:
    with acting_as(cast.alice, source="web"), transaction.atomic():
        for number in range(times):
            bed.name = f"name {number}"
            bed.save()


def test_fifty_on_a_page_and_none_lost_between_pages(cast, signed_in):
    bed, client = cast.bed_a("2A"), signed_in(cast.alice)
    change_often(cast, bed, 60)

    first, second = text(client.get(address(bed))), text(client.get(address(bed, page="2")))

    assert first.count("Changed") == 50
    assert second.count("Changed") == 10
    assert "Name from name 9 to name 10" in first
    assert "Name from name 8 to name 9" in second
    assert text(client.get(address(bed, page="999"))) == second
    assert text(client.get(address(bed, page="x"))) == first


@pytest.fixture
def reader(cast, signed_in) -> Client:
    """Alice, who has looked at the house before: the first look at a house is written into the session."""
    client = signed_in(cast.alice)
    client.get(address(cast.bed_a("1A")))
    return client


@pytest.mark.parametrize("changes", [1, 3])
def test_the_cost_does_not_grow_with_the_changes(cast, reader, django_assert_num_queries, changes):
    stay = cast.stay_of_dana
    with acting_as(cast.alice, source="web"), transaction.atomic():
        for number in range(changes):
            stay.expected_on = cast.today + timedelta(days=30 + number)
            stay.save()

    with django_assert_num_queries(35):
        reader.get(address(stay))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_cost_does_not_grow_with_what_it_leads_on_to(cast, reader, django_assert_num_queries, rows):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        for number in range(rows):
            cast.dana.contacts.create(kind="family", name=f"Aunt {number}")
            cast.dana.sobrietydates.create(since=date(2026, 1, 1 + number), recorded_as="Alice Example")

    with django_assert_num_queries(26):
        reader.get(address(cast.dana))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_cost_does_not_grow_with_the_meetings_of_a_stay(cast, reader, django_assert_num_queries, rows):
    stay = cast.stay_of_dana
    kinds = [Attendance, MeetingPlan, Requirement, RollLine, WeekExcused]
    with acting_as(cast.olive, source="web"), transaction.atomic():
        for kind in kinds * rows:
            row = factories.unsaved(kind, cast)
            row.stay = stay
            if kind is Requirement:
                row.reason = "the court asks it"
            row.save()

    with django_assert_num_queries(35):
        page = reader.get(address(stay)).content.decode()

    assert {kind: page.count(f"/history/{kind._meta.model_name}/") for kind in kinds} == dict.fromkeys(kinds, rows)


def test_an_hour_that_comes_twice_is_still_told_apart(cast, signed_in):
    """In the night the clocks go back the link names its offset, so that it means one instant."""
    zone = ZoneInfo("America/New_York")
    twice = [datetime(2026, 11, 1, 1, 30, tzinfo=zone, fold=fold) for fold in (0, 1)]

    answers = [signed_in(cast.alice).get(address(cast.bed_a("2A"), at=at.isoformat())) for at in twice]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert twice[0].utcoffset() != twice[1].utcoffset()
    assert timezone.is_aware(twice[0])


def test_what_hangs_on_a_meeting_or_a_directory_keeps_the_time_of_whose_that_is(cast):
    with acting_as(cast.oscar, source="web"), transaction.atomic():
        meeting, change = factories.unsaved(Meeting, cast), factories.unsaved(MeetingChange, cast)
        meeting.house, change.meeting = cast.house_b, meeting
        meeting.save()
        feed, reading = factories.unsaved(Feed, cast), factories.unsaved(FeedReading, cast)
        feed.organization, reading.feed = cast.other_organization, feed
        feed.save()

    zones = [zone_of(row, cast.olive).key for row in (change, reading)]

    assert zones == ["America/Los_Angeles", "America/Chicago"]


def test_accounts_keep_the_time_of_where_their_owners_live_or_work(cast):
    with acting_as(cast.olive, source="web"), transaction.atomic():
        nobody = make_user("nico")

    zones = {
        who.name: zone_of(row, reader).key
        for who, row, reader in [
            (cast.erin, cast.erin.user, cast.erin.user),
            (cast.alice, cast.alice, cast.alice),
            (cast.oscar, cast.oscar, cast.oscar),
            (nobody, nobody, nobody),
        ]
    }

    assert zones == {
        cast.erin.name: "America/Los_Angeles",
        "Alice Example": "America/New_York",
        "Oscar Example": "America/Chicago",
        "Nico Example": settings.DEFAULT_HOUSE_TIME_ZONE,
    }
