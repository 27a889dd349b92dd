"""Who acted is who acted: no request, thread, connection or broken transaction lends its actor to another."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable

import psycopg
import pytest
from django.conf import settings
from django.db import DataError, IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.urls import path

from residents.models import Room
from soberhouse import urls
from soberhouse.history import acting_as, acting_now, because, recorded


def rename(room: Room, name: str) -> None:
    """A change as a service makes it: in a transaction of its own, or inside the one that is open."""
    with transaction.atomic():
        Room.objects.filter(pk=room.pk).update(name=name)


def who_named(room: Room) -> dict[str, str]:
    """For each name the room has had: by whom."""
    return dict(room.history.order_by("history_id").values_list("name", "history_actor_label"))


@pytest.fixture
def room(cast) -> Room:
    return cast.bed_a("1A").room


# Blocks


def test_the_inner_block_acts_until_it_ends(cast, room):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        rename(room, "one")
        with acting_as(cast.bob, source="api"):
            rename(room, "two")
            with because("it was wrong"):
                rename(room, "three")
        rename(room, "four")

    rows = room.history.order_by("history_id").values_list(
        "name", "history_actor_label", "history_source", "history_change_reason"
    )
    assert list(rows)[1:] == [
        ("one", "Alice Example", "web", ""),
        ("two", "Bob Example", "api", ""),
        ("three", "Bob Example", "api", "it was wrong"),
        ("four", "Alice Example", "web", ""),
    ]
    assert acting_now() is None


def test_a_savepoint_rolled_back_takes_its_actor_with_it(cast, room):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        with contextlib.suppress(ZeroDivisionError), transaction.atomic(), acting_as(cast.bob, source="web"):
            rename(room, "never")
            1 / 0  # noqa: B018 -- the error is the point
        rename(room, "after")

    assert who_named(room) == {"Room 1": "command", "after": "Alice Example"}


def test_an_actor_that_the_database_itself_stopped_is_gone(cast, room):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        with (
            contextlib.suppress(IntegrityError),
            transaction.atomic(),
            acting_as(cast.bob, source="web"),
        ):
            Room.objects.create(house=room.house, name=room.name)
        rename(room, "after")
        with acting_as(cast.olive, source="web"):
            with contextlib.suppress(IntegrityError), transaction.atomic():
                Room.objects.create(house=room.house, name="after")
            rename(room, "later")
        rename(room, "last")

    assert who_named(room) == {
        "Room 1": "command",
        "after": "Alice Example",
        "later": "Olive Example",
        "last": "Alice Example",
    }


@pytest.mark.parametrize(
    "odd", ["it's", 'a "quote"', "back\\slash", "$1 %s {}", "Zoë 李小龍 🙂", "a\nline", "x" * 5000]
)
def test_a_reason_arrives_as_it_was_given(cast, room, odd):
    with acting_as(cast.alice, reason=odd, source="web"), transaction.atomic():
        rename(room, "named")

    assert room.history.latest().history_change_reason == odd


def test_no_reason_can_pretend_to_be_somebody_else(cast, room):
    """The separator of what PostgreSQL is told is no way into the next part."""
    cast.alice.name = "Alice\x1fsql\x1fforged"
    with acting_as(cast.alice, reason="why\x1fforged", source="web"), transaction.atomic():
        rename(room, "named")

    row = room.history.latest()
    assert (row.history_actor_id, row.history_source, row.history_request_id) == (cast.alice.pk, "web", "")
    assert "forged" in row.history_actor_label
    assert "forged" in row.history_change_reason


@pytest.mark.postgresql
def test_a_null_byte_is_refused_and_the_connection_lives(cast, room):
    with pytest.raises(DataError), acting_as(cast.alice, reason="\0", source="web"), transaction.atomic():
        rename(room, "named")

    assert room.history.count() == 1


@pytest.mark.parametrize("source", ["sql", "", "WEB"])
def test_a_source_that_is_none_is_refused(cast, source):
    with pytest.raises(ValueError, match="Unknown source"), acting_as(cast.alice, source=source):
        raise AssertionError


@pytest.mark.parametrize("source", ["web", "api"])
def test_only_a_command_acts_without_somebody(source):
    with pytest.raises(ValueError, match="Only a command"), acting_as(None, source=source):
        raise AssertionError


def test_somebody_who_is_not_saved_cannot_act(cast):
    nobody = type(cast.alice)(username="nobody")

    with pytest.raises(ValueError, match="must be saved"), acting_as(nobody, source="web"):
        raise AssertionError


# Facts


def test_a_fact_names_the_user_who_records(cast):
    with acting_as(cast.alice, source="web"):
        assert recorded() == {"recorded_by_id": cast.alice.pk, "recorded_as": str(cast.alice)}


def test_a_fact_of_a_command_names_no_user():
    with acting_as(None, source="command"):
        assert recorded() == {"recorded_by_id": None, "recorded_as": "command"}


def test_a_fact_without_anybody_acting_is_refused():
    with pytest.raises(RuntimeError, match="acting_as"):
        recorded()


# Connections, with real commits


@pytest.mark.usefixtures("committed_db")
def test_a_connection_forgets_who_used_it(cast, room):
    with acting_as(cast.alice, source="web"):
        rename(room, "hers")

    for attempt in (lambda: rename(room, "nobody's"), lambda: Room.objects.filter(pk=room.pk).update(name="x")):
        with pytest.raises(IntegrityError, match="without an actor"):
            attempt()
    with acting_as(None, source="command"):
        rename(room, "a command's")

    assert who_named(room) == {"Room 1": "command", "hers": "Alice Example", "a command's": "command"}


@pytest.mark.usefixtures("committed_db")
def test_a_connection_forgets_who_used_it_in_a_transaction_that_broke(cast, room):
    with contextlib.suppress(IntegrityError), acting_as(cast.alice, source="web"), transaction.atomic():
        Room.objects.create(house=room.house, name=room.name)

    with pytest.raises(IntegrityError, match="without an actor"):
        rename(room, "nobody's")
    with acting_as(cast.bob, source="web"):
        rename(room, "his")

    assert who_named(room) == {"Room 1": "command", "his": "Bob Example"}


@pytest.mark.usefixtures("committed_db")
def test_an_actor_begun_inside_a_transaction_does_not_outlive_it(cast, room):
    with contextlib.suppress(ZeroDivisionError), transaction.atomic(), acting_as(cast.alice, source="web"):
        rename(room, "never")
        1 / 0  # noqa: B018 -- the error is the point

    with pytest.raises(IntegrityError, match="without an actor"):
        rename(room, "nobody's")
    assert who_named(room) == {"Room 1": "command"}


@pytest.mark.usefixtures("committed_db")
def test_threads_do_not_act_for_each_other(cast):
    """Five at once, a room each, twenty changes each."""
    rooms = Room.objects.filter(house__organization=cast.organization)
    people = [cast.alice, cast.bob, cast.charlie, cast.olive, cast.audra]
    pairs = list(zip(rooms, people, strict=False))
    barrier = threading.Barrier(len(pairs))
    problems: list[BaseException] = []

    def work(room: Room, person: object) -> None:
        try:
            barrier.wait(timeout=30)
            for number in range(20):
                with acting_as(person, reason=str(room.pk), source="web"):
                    rename(room, f"{room.pk}.{number}")
        except BaseException as problem:  # a thread's error must reach the test
            problems.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert len(pairs) == 5
    for room, person in pairs:
        rows = list(room.history.order_by("history_id").values_list("history_actor_id", "history_change_reason"))
        assert rows[1:] == [(person.pk, str(room.pk))] * 20


@pytest.mark.usefixtures("committed_db")
def test_a_thread_begins_with_nobody(cast, room):
    found: list[str] = []

    def work() -> None:
        try:
            rename(room, "nobody's")
        except IntegrityError as problem:
            found.append(str(problem))
        finally:
            connection.close()

    with acting_as(cast.alice, source="web"):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    assert len(found) == 1
    assert "without an actor" in found[0]


# Requests


def change_room(request, uuid, how):
    """A view that changes a room, and may break while it does."""
    from django.http import HttpResponse  # noqa: PLC0415 -- a view of this test alone

    room = Room.objects.get(uuid=uuid)
    try:
        with transaction.atomic():
            Room.objects.filter(pk=room.pk).update(name=f"{how} {request.user}")
            if how == "breaking":
                Room.objects.create(house=room.house, name=f"{how} {request.user}")
    except IntegrityError as problem:
        return HttpResponse(str(problem), status=409)
    if how == "raising":
        raise RuntimeError
    return HttpResponse("")


urlpatterns = [path("room/<uuid:uuid>/<slug:how>/", change_room), *urls.urlpatterns]


@pytest.mark.usefixtures("committed_db")
@override_settings(ROOT_URLCONF=__name__)
def test_requests_over_one_connection_each_act_as_their_own(cast, room, signed_in):
    alice, bob, stranger = signed_in(cast.alice), signed_in(cast.bob), Client()
    bob.raise_request_exception = False
    route = f"/room/{room.uuid}/"

    answers = [
        (client.post(route + how + "/").status_code)
        for client, how in [
            (alice, "plain"),
            (stranger, "plain"),
            (bob, "breaking"),
            (stranger, "plain"),
            (bob, "raising"),
            (stranger, "plain"),
            (alice, "last"),
        ]
    ]

    assert answers == [200, 409, 409, 409, 500, 409, 200]
    rows = list(room.history.order_by("history_id").values_list("name", "history_actor_label", "history_source"))
    assert rows[1:] == [
        ("plain Alice Example", "Alice Example", "web"),
        ("raising Bob Example", "Bob Example", "web"),
        ("last Alice Example", "Alice Example", "web"),
    ]
    requests = set(room.history.values_list("history_request_id", flat=True))
    assert len(requests - {""}) == 3


# Other clients of the database


@pytest.mark.sqlite
@pytest.mark.usefixtures("committed_db")
def test_a_client_without_our_functions_cannot_write(cast, room):
    other = sqlite3.connect(connection.settings_dict["NAME"])
    writes: list[Callable[[], object]] = [
        lambda: other.execute("UPDATE residents_room SET name = 'x'"),
        lambda: other.execute("DELETE FROM residents_officer"),
        lambda: other.execute("INSERT INTO residents_organization (name, time_zone, phone) VALUES ('x', 'UTC', '')"),
    ]

    for write in writes:
        with pytest.raises(sqlite3.OperationalError, match="no such function: soberhouse_"):
            write()
    for table in ("residents_historicalroom", "residents_historicalofficer"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(f"DELETE FROM {table}")
    other.close()

    room.refresh_from_db()
    assert room.name == "Room 1"


def another_client(name: str) -> psycopg.Connection:
    given = connection.get_connection_params()
    keys = ("host", "port", "dbname", "user", "password")
    return psycopg.connect(**{key: given[key] for key in keys if key in given}, application_name=name)


@pytest.mark.postgresql
@pytest.mark.usefixtures("committed_db")
def test_what_another_client_does_is_recorded_as_the_database_users(cast, room):
    with another_client("psql") as other:
        other.execute("UPDATE residents_room SET name = 'by hand' WHERE id = %s", [room.pk])
        (user,) = other.execute("SELECT session_user").fetchone()

    row = room.history.latest()
    assert (row.name, row.history_type, row.history_source) == ("by hand", "~", "sql")
    assert (row.history_actor_kind, row.history_actor_id, row.history_actor_label) == ("database", None, user)


@pytest.mark.postgresql
@pytest.mark.usefixtures("committed_db")
def test_our_own_name_needs_an_actor(cast, room):
    other = another_client(settings.APPLICATION_NAME)

    with pytest.raises(psycopg.errors.CheckViolation, match="without an actor"):
        other.execute("UPDATE residents_room SET name = 'by hand' WHERE id = %s", [room.pk])
    other.close()

    assert who_named(room) == {"Room 1": "command"}


@pytest.mark.postgresql
@pytest.mark.usefixtures("committed_db")
def test_nothing_is_left_in_the_settings_of_the_session(cast, room):
    with acting_as(cast.alice, source="web"):
        rename(room, "hers")

    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('soberhouse.acting', true)")
        assert cursor.fetchone()[0] in (None, "")
