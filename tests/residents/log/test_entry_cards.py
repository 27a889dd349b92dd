"""What entries of the log tell on the pages that gather, and what a resident takes along of them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.houses.standing import Standing
from residents.log import entry_cards, own_record
from residents.log.models import Audience, Kind
from residents.stays.queries import stays_seen
from soberhouse.cards import Card, Entry, Section
from tests.residents.log.given import amended, complaint_of, entry_of, photo_of

pytestmark = pytest.mark.django_db

SECRET = "Wanda Quillfeather"


def about(resident, user) -> tuple[Card, list[Entry]]:
    found = list(entry_cards.about(resident, stays_seen(resident, user), Standing(user)))
    [card] = [each for each in found if isinstance(each, Card)]
    return card, [each for each in found if isinstance(each, Entry)]


def own(resident) -> dict[str, Section]:
    return {section.name: section for section in own_record.own(resident)}


def test_the_box_on_today_costs_nothing(cast, django_assert_num_queries):
    standing = Standing(cast.alice)
    with django_assert_num_queries(0):
        [card] = entry_cards.today(cast.house_a, standing)
    assert card.more_url == reverse("log", args=[cast.house_a.uuid])
    assert list(entry_cards.today(cast.house_a, Standing(cast.audra))) == []


def test_on_their_page_stands_what_this_reader_may_read(cast):
    entry_of(cast.house_a, cast.alice, text="Soup.", kind=Kind.PRAISE, about=[cast.stay_of_dana], days_ago=2)
    few = entry_of(cast.house_a, cast.alice, text="x", about=[cast.stay_of_dana], audience=Audience.FEW, days_ago=1)
    amended(few, cast.bob, text="For few.")
    entry_of(cast.house_a, cast.alice, text="About Frank.", about=[cast.stay_of_frank])
    entry_of(cast.house_a, cast.olive, text=SECRET, about=[cast.stay_of_dana], audience=Audience.OPERATORS)

    card, entries = about(cast.dana, cast.alice)
    assert [row.fact for row in card.rows] == ["For few.", "Soup."]
    assert "amended" in card.rows[0].reason
    assert "seen by few" in card.rows[0].reason
    assert card.more_url == f"{reverse('entry_new', args=[cast.house_a.uuid])}?stay={cast.stay_of_dana.uuid}"
    assert [each.fact for each in entries] == ["Note: For few.", "Praise: Soup."]
    assert [each.by for each in entries] == ["Alice Example", "Alice Example"]

    card, entries = about(cast.dana, cast.audra)
    assert [row.fact for row in card.rows] == ["Soup."]
    assert card.more_url == ""


def test_nothing_is_said_where_nothing_was_written(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert list(entry_cards.week(cast.dana)) == []
    card, entries = about(cast.dana, cast.alice)
    assert (card.rows, entries) == ([], [])


@pytest.mark.parametrize("count", [1, 3])
def test_cards_cost_the_same_however_much_was_written(cast, django_assert_num_queries, count):
    for _number in range(count):
        photo_of(entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana]), cast.alice)
    stays, standing = list(stays_seen(cast.dana, cast.alice)), Standing(cast.alice)

    with django_assert_num_queries(3):
        assert len(list(entry_cards.about(cast.dana, stays, standing))) == count + 1
    with django_assert_num_queries(3):
        [card] = entry_cards.week(cast.dana)
        assert len(card.rows) == count


def test_my_week_tells_what_is_new_and_open_to_me(cast, signed_in):
    entry_of(cast.house_a, cast.alice, text="Soup.", kind=Kind.PRAISE, about=[cast.stay_of_dana])
    old = entry_of(cast.house_a, cast.alice, text="Old.", about=[cast.stay_of_dana], days_ago=20)
    entry_of(cast.house_a, cast.alice, text=SECRET, about=[cast.stay_of_dana], audience=Audience.CONFIDENTIAL)

    page = signed_in(cast.dana.user).get(reverse("my_week")).content.decode()
    assert "Written about me" in page
    assert "Soup." in page
    assert "Old." not in page
    assert SECRET not in page
    amended(old, cast.alice, text="Old, put right.")
    assert "Old, put right." in signed_in(cast.dana.user).get(reverse("my_week")).content.decode()


def test_one_takes_along_every_row_that_is_open_to_oneself(cast, signed_in):
    entry = entry_of(cast.house_a, cast.alice, text="Frank did it.", about=[cast.stay_of_frank], days_ago=2)
    amended(entry, cast.alice, text="Dana did it.", about=[cast.stay_of_dana])
    amended(entry, cast.bob, text="Dana helped.", reason="Bob saw it.")
    photo_of(entry, cast.alice, caption="The pot")
    entry_of(cast.house_a, cast.alice, text=SECRET, about=[cast.stay_of_dana], audience=Audience.CONFIDENTIAL)
    mine = complaint_of(cast.house_a, cast.dana.user, text="My complaint.", by_whom="resident", against=cast.alice)

    told = own(cast.dana)

    assert [record.data["uuid"] for record in told["log_entries"].records] == [str(entry.uuid), str(mine.entry.uuid)]
    assert {record.data["text"] for record in told["log_tellings"].records} == {
        "Dana did it.",
        "Dana helped.",
        "My complaint.",
    }
    assert [record.struck for record in told["log_tellings"].records].count("amended since") == 1
    assert len(told["log_abouts"].records) == 2
    assert [record.picture is not None for record in told["log_photos"].records] == [True]
    answer = signed_in(cast.dana.user).get(reverse("my_record_json"))
    assert "Dana helped." in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert "Frank did it." not in answer.content.decode()
    assert own(cast.erin)["log_entries"].records == []


def test_what_one_takes_along_withholds_a_name(cast):
    complaint = complaint_of(
        cast.house_a, cast.frank.user, name=SECRET, name_withheld=True, about=[cast.stay_of_dana], text="Loud."
    )
    photo_of(complaint.entry, cast.frank.user)

    told = own(cast.dana)
    everything = json.dumps([[record.data, record.cells] for each in told.values() for record in each.records])

    assert "Loud." in everything
    assert "name withheld" in everything
    assert str(cast.frank.user) not in everything
    assert SECRET not in everything


@pytest.mark.parametrize("count", [1, 3])
def test_own_sections_cost_the_same(cast, django_assert_num_queries, count):
    for _number in range(count):
        entry = entry_of(cast.house_a, cast.alice, about=[cast.stay_of_dana], recorded_at=timezone.now())
        amended(entry, cast.alice, recorded_at=timezone.now() + timedelta(seconds=1))
        photo_of(entry, cast.alice)

    with django_assert_num_queries(7):
        assert len(own(cast.dana)["log_abouts"].records) == 2 * count
