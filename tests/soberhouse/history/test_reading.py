"""History read back: one copy per instant, neighbours in order, and no secret in it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from residents.models import Room
from soberhouse.accounts.models import User
from soberhouse.history import acting_as
from soberhouse.history.checks import check_can_be_mirrored
from soberhouse.history.records import audited_models


@pytest.fixture
def room(cast) -> Room:
    """A room that was renamed twenty times as fast as one can."""
    room = cast.bed_a("1A").room
    with acting_as(cast.alice, source="web"), transaction.atomic():
        for number in range(20):
            room.name = f"name {number}"
            room.save()
    return room


def test_quick_saves_are_all_there_in_order(room):
    names = list(room.history.order_by("history_date", "history_id").values_list("name", flat=True))

    assert names == ["Room 1", *(f"name {number}" for number in range(20))]


def test_as_of_gives_one_copy_of_each(room):
    rooms = Room.history.as_of(timezone.now())

    copies = [copy.name for copy in rooms if copy.pk == room.pk]

    assert copies == ["name 19"]
    assert rooms.count() == Room.objects.count()


def test_as_of_an_instant_shared_by_many_gives_the_last_of_them(room):
    for row in room.history.all():
        tied = room.history.filter(history_date=row.history_date).order_by("-history_id").first()

        copies = list(Room.history.as_of(row.history_date).filter(pk=room.pk).values_list("name", flat=True))

        assert copies == [tied.name]
        assert room.history.as_of(row.history_date).name == tied.name


def test_neighbours_lead_through_every_row_and_back(room):
    forth, row = [], room.history.order_by("history_id").first()
    while row:
        forth.append(row.name)
        last, row = row, row.next_record
    back, row = [], last
    while row:
        back.append(row.name)
        row = row.prev_record

    assert forth == ["Room 1", *(f"name {number}" for number in range(20))]
    assert back == forth[::-1]


def test_as_of_before_the_beginning_gives_nothing(room):
    began = room.history.order_by("history_id").first().history_date

    assert not Room.history.as_of(began.replace(year=1999)).exists()
    with pytest.raises(Room.DoesNotExist):
        room.history.as_of(began.replace(year=1999))


def test_secrets_are_no_history(cast):
    kept = {field.name for field in User.history.model._meta.get_fields()}

    assert kept.isdisjoint({"password", "pin", "last_login"})
    assert {"username", "name", "email", "is_active"} <= kept


def test_a_new_password_pin_or_sign_in_writes_no_history(cast):
    mark = cast.alice.history.count()

    cast.alice.set_password("another quiet evening")
    cast.alice.pin = "hashed"
    cast.alice.last_login = timezone.now()
    cast.alice.save()

    assert cast.alice.history.count() == mark == 1


def test_every_table_that_looks_like_a_record_is_audited():
    """A model of ours without history says so here, with the reason."""
    without = {
        "accounts.AccountEvent": "append-only itself: it is the record of changes that hold no value",
        "documents.IssuedDocument": "append-only itself",
        "documents.StoredFile": "append-only itself",
        "documents.Withdrawal": "append-only itself",
        "notices.Notice": "tells of a record; that it was read is nobody else's business",
        "residents.HouseChanges": "a count of changes that history holds",
        "residents.IncidentDraft": "no record yet: it is filed, which is audited, or given up",
        "residents.LogSeen": "how far somebody has read",
        "residents.Look": "append-only itself",
        "residents.MeetingVersion": "a count of changes that history holds",
        "residents.RosterUpload": "a file on its way in, deleted within a day; what is imported from it is audited",
    }
    ours = [model for model in apps.get_models() if model.__module__.startswith(("soberhouse", "residents"))]
    history = {model.history.model for model in audited_models()}

    found = {model._meta.label for model in ours} - {model._meta.label for model in [*audited_models(), *history]}

    assert found <= set(without)


def test_what_triggers_cannot_mirror_is_not_there():
    assert check_can_be_mirrored() == []
