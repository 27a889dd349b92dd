"""Who looked at a resident's record is written down, once a visit, and never oneself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from residents.people.looks import SAME_VISIT, note_look
from residents.people.models import Look
from soberhouse.accounts.models import Partner
from soberhouse.history import acting_as

ONCE = (Look.What.PAGE, Look.What.PHOTO, Look.What.HISTORY, Look.What.API)


@pytest.fixture
def pax(cast):
    with acting_as(cast.olive, source="web"), transaction.atomic():
        return Partner.objects.create(organization=cast.organization, name="Pax County Court")


def written():
    return [(look.what, look.actor_kind, look.actor_label, look.detail) for look in Look.objects.order_by("id")]


def test_look_says_who_what_and_when(cast):
    before = timezone.now()

    note_look(cast.dana, Look.What.PAGE, user=cast.alice, detail="their stay")

    look = Look.objects.get()
    assert (look.resident, look.what, look.detail) == (cast.dana, "page", "their stay")
    assert (look.actor_kind, look.actor_id, look.actor_label) == ("user", cast.alice.pk, "Alice Example")
    assert before <= look.looked_at <= timezone.now()


def test_partner_is_named_as_a_partner(cast, pax):
    note_look(cast.dana, Look.What.API, partner=pax)

    assert written() == [("api", "partner", "Pax County Court", "")]


def test_nobody_looks_at_themselves(cast):
    for what in Look.What:
        note_look(cast.dana, what, user=cast.dana.user)

    assert written() == []


def test_somebody_without_an_account_is_looked_at_like_everybody(cast):
    note_look(cast.greta, Look.What.PAGE, user=cast.oscar)

    assert written() == [("page", "user", "Oscar Example", "")]


@pytest.mark.parametrize("what", ONCE)
def test_second_look_of_a_visit_is_the_same_look(cast, pax, what):
    for _again in range(3):
        note_look(cast.dana, what, user=cast.alice)

    assert len(written()) == 1
    note_look(cast.dana, what, user=cast.alice, detail="something else")
    note_look(cast.dana, what, user=cast.bob)
    note_look(cast.dana, what, partner=pax)
    note_look(cast.frank, what, user=cast.alice)
    assert len(written()) == 5


def test_papers_are_written_every_time(cast):
    for _again in range(3):
        note_look(cast.dana, Look.What.PAPER, user=cast.alice, detail="the same")

    assert len(written()) == 3


def test_look_after_the_visit_is_another(cast):
    earlier = timezone.now() - SAME_VISIT - timedelta(seconds=1)
    Look.objects.create(
        resident=cast.dana,
        what=Look.What.PAGE,
        actor_kind="user",
        actor_id=cast.alice.pk,
        actor_label="Alice Example",
        looked_at=earlier,
    )

    note_look(cast.dana, Look.What.PAGE, user=cast.alice)

    assert len(written()) == 2


def test_nobody_or_two_cannot_look(cast, pax):
    with pytest.raises(ValueError, match="Either"):
        note_look(cast.dana, Look.What.PAGE)
    with pytest.raises(ValueError, match="Either"):
        note_look(cast.dana, Look.What.PAGE, user=cast.alice, partner=pax)

    assert written() == []


def test_look_costs_one_question_and_one_row(cast, django_assert_num_queries):
    with django_assert_num_queries(2):
        note_look(cast.dana, Look.What.PAGE, user=cast.alice)
    with django_assert_num_queries(1):
        note_look(cast.dana, Look.What.PAGE, user=cast.alice)
    with django_assert_num_queries(1):
        note_look(cast.dana, Look.What.PAPER, user=cast.alice)


@pytest.mark.parametrize("change", [{"actor_label": "Nobody"}, None], ids=["change", "delete"])
def test_look_is_kept_as_it_was(cast, change):
    note_look(cast.dana, Look.What.PAGE, user=cast.alice)

    with pytest.raises(DatabaseError), transaction.atomic():
        Look.objects.update(**change) if change else Look.objects.all()._raw_delete("default")

    assert written() == [("page", "user", "Alice Example", "")]


def test_looks_are_seen_by_whom_they_are_about_and_by_the_organization(cast):
    note_look(cast.dana, Look.What.PAGE, user=cast.alice)

    for person, seen in (
        (cast.dana.user, 1),
        (cast.olive, 1),
        (cast.audra, 1),
        (cast.alice, 0),
        (cast.frank.user, 0),
        (cast.erin.user, 0),
        (cast.oscar, 0),
    ):
        assert (person, Look.objects.visible_to(person).count()) == (person, seen)
