"""Searches: written down as they were made, and put right with a reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.log.models import Entry, EntryTelling, Search
from residents.log.search_panel import panel
from residents.log.services import searches as services
from residents.log.services.entries import entry_amend
from residents.people.models import Look
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import grant
from tests.residents.log.given import entry_of, search_of
from tests.residents.rules.given import published_book

FACTS = {"place": "Room 1", "why": "A smell of smoke.", "by": "Alice Example", "resident_present": True}


def rows():
    return {model.__name__: model.objects.count() for model in (Entry, EntryTelling, Search, Notice)}


def recorded(user, house, **facts):
    now = timezone.now()
    with acting_as(user, source="web"):
        return services.search_record(**{"house": house, "happened_at": now, "now": now} | FACTS | facts)


def amended(user, search, **facts):
    with acting_as(user, source="web"):
        return services.search_amend(search=search, now=timezone.now(), **{"reason": "It was the other room."} | facts)


@pytest.fixture
def policy(cast):
    return published_book(cast.house_a)


def test_a_search_is_written_down_and_whose_things_they_are_is_told(cast, policy):
    found = {"found": "One lighter.", "became": "Given back.", "policy": policy, "witness": "Bob Example"}

    search = recorded(cast.alice, cast.house_a, about=[cast.stay_of_dana], **found)

    assert (search.entry.kind, search.found, search.became, search.policy) == (
        "search",
        "One lighter.",
        "Given back.",
        policy,
    )
    assert search.entry.tellings.get().text == "Room 1: A smell of smoke."
    assert Search.objects.visible_to(cast.dana.user).get() == search
    assert not Search.objects.visible_to(cast.frank.user).exists()
    assert list(Notice.objects.values_list("user__username", "kind")) == [("dana", "entry-written")]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"place": " "}, "place"),
        ({"why": ""}, "why"),
        ({"by": ""}, "by"),
        ({"found": "One lighter."}, "became"),
        ({"became": "Given back."}, "found"),
        ({"happened_at": timezone.now() + timedelta(days=2)}, "happened_at"),
        ({"policy": "of house B"}, "policy"),
        ({"about": "erin"}, "about"),
    ],
)
def test_what_cannot_be_leaves_nothing(cast, facts, field):
    facts = dict(facts)
    if "policy" in facts:
        facts["policy"] = published_book(cast.house_b)
    if "about" in facts:
        facts["about"] = [cast.stay_of_erin]
    before = rows()

    with pytest.raises(ValidationError) as refusal:
        recorded(cast.alice, cast.house_a, **facts)

    assert field in refusal.value.message_dict
    assert rows() == before


def test_it_is_put_right_and_what_stood_there_stays(cast, signed_in):
    search = recorded(cast.alice, cast.house_a, about=[cast.stay_of_dana])

    row = amended(cast.bob, search, place="Room 2")

    assert (row.corrects, row.why, row.correction_reason) == (search, "A smell of smoke.", "It was the other room.")
    telling = search.entry.tellings.get(corrected_by=None)
    assert (telling.text, [each.stay for each in telling.about.all()]) == (
        "Room 2: A smell of smoke.",
        [cast.stay_of_dana],
    )
    page = signed_in(cast.dana).get(reverse("entry", args=[search.entry.uuid])).content.decode()
    assert "Room 2" in page
    assert "What stood there before" in page
    assert "It was the other room." in page


def test_as_it_was_known_before_it_was_put_right(cast, signed_in):
    search = recorded(cast.alice, cast.house_a, found="One lighter.", became="Given back.")
    between = timezone.now()
    amended(cast.bob, search, found="Two lighters.")
    client, url = signed_in(cast.bob), reverse("entry", args=[search.entry.uuid])

    then, now = client.get(url, {"known": between.isoformat()}).content.decode(), client.get(url).content.decode()

    assert "One lighter." in then
    assert "Two lighters." not in then
    assert "Two lighters." in now
    assert "One lighter." in now


def test_nothing_changed_no_reason_and_an_old_row_are_refused(cast):
    search = recorded(cast.alice, cast.house_a)
    newer = amended(cast.bob, search, witness="Bob Example")
    before = rows()

    for facts, row in (({"witness": "Bob Example"}, newer), ({"reason": " "}, newer), ({"place": "Attic"}, search)):
        with pytest.raises(ValidationError):
            amended(cast.bob, row, **facts)

    assert rows() == before


def test_whose_things_were_searched_writes_nothing(cast, signed_in):
    with acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    search = search_of(cast.house_a, cast.alice, about=[cast.stay_of_frank])
    before = rows()

    with pytest.raises(PermissionDenied):
        amended(cast.frank.user, search, place="Attic")
    with pytest.raises(PermissionDenied):
        recorded(cast.frank.user, cast.house_a, about=[cast.stay_of_frank])
    assert signed_in(cast.frank).get(reverse("search_amend", args=[search.entry.uuid])).status_code == 403
    assert rows() == before


def test_the_pages(cast, signed_in, policy):
    client, url = signed_in(cast.alice), reverse("search_new", args=[cast.house_a.uuid])
    sent = FACTS | {"resident_present": "no", "about": [cast.stay_of_dana.uuid], "policy": policy.uuid}
    assert f"{policy.title}, version {policy.number}" in client.get(url).content.decode()
    wrong = client.post(url, sent | {"found": "One lighter."})
    assert wrong.status_code == 200
    assert "One lighter." in wrong.content.decode()
    assert not Search.objects.exists()

    answer = client.post(url, sent)
    search = Search.objects.get()
    assert (search.policy, search.resident_present) == (policy, False)
    amend = reverse("search_amend", args=[search.entry.uuid])
    assert amend in client.get(answer["Location"]).content.decode()
    client.post(amend, sent | {"witness": "Bob Example", "reason": "Bob was there."})

    assert Search.objects.get(corrected_by=None).witness == "Bob Example"
    assert not Look.objects.filter(resident=cast.frank).exists()


@pytest.mark.parametrize("name", ["search_new", "search_amend"])
def test_who_may_not(cast, signed_in, name):
    search = search_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    of = cast.house_a if name == "search_new" else search.entry
    before = rows()

    status = {
        who: signed_in(getattr(cast, who)).post(reverse(name, args=[of.uuid]), FACTS).status_code
        for who in ("charlie", "audra", "dana", "erin")
    }

    assert status == {"charlie": 404, "audra": 403, "dana": 403, "erin": 404}
    assert rows() == before


def test_a_line_is_no_search(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice)

    assert signed_in(cast.bob).get(reverse("search_amend", args=[entry.uuid])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_what_the_page_shows_costs_the_same(cast, django_assert_num_queries, count):
    search = recorded(cast.alice, cast.house_a)
    for number in range(count):
        search = amended(cast.bob, search, found=f"{number + 1} lighters.", became="Given back.")
    standing = Standing(cast.bob)

    with django_assert_num_queries(3):
        told = panel(search.entry, standing, known_at=None, now=timezone.now())
    assert len(told["earlier"]) == count


def test_the_line_of_a_search_is_told_by_the_search_alone(cast, signed_in):
    search = recorded(cast.alice, cast.house_a, about=[cast.stay_of_dana])
    told = search.entry.tellings.get()
    words = {"entry": search.entry, "text": "Room 2: A smell of smoke.", "reason": "Room 2.", "now": timezone.now()}
    with acting_as(cast.alice, source="web"), pytest.raises(ValidationError) as refusal:
        entry_amend(**words, about=[], happened_at=told.happened_at)
    assert "text" in refusal.value.message_dict

    url, alice = reverse("entry_amend", args=[search.entry.uuid]), signed_in(cast.alice)
    page = alice.get(url)
    assert list(page.context["form"].fields) == ["happened_at", "about", "reason"]
    assert reverse("search_amend", args=[search.entry.uuid]) in page.content.decode()
    earlier = told.happened_at - timedelta(hours=1)
    sent = {"happened_at": f"{earlier.astimezone(cast.house_a.zone):%Y-%m-%dT%H:%M}", "reason": "It was Frank's."}
    assert alice.post(url, sent | {"text": "Room 2.", "about": [cast.stay_of_frank.uuid]}).status_code == 302

    amended(cast.alice, search, why="A smell of gas.")
    now = search.entry.tellings.get(corrected_by=None)
    assert (now.text, now.about.get().stay) == ("Room 1: A smell of gas.", cast.stay_of_frank)
    assert now.happened_at == earlier.replace(second=0, microsecond=0)
