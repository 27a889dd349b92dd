"""The test surroundings keep what the product promises: no helper of a test may be a back door."""

from __future__ import annotations

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from soberhouse.accounts.models import User
from soberhouse.database import triggers
from soberhouse.history import acting_as


def make_user(username: str) -> User:
    with acting_as(None, source="command"), transaction.atomic():
        return User.objects.create(username=username, name=username.title())


@pytest.mark.parametrize("turn", [1, 2])
def test_committed_rows_are_gone_and_triggers_are_back_for_the_next_test(committed_db, turn):
    before = (User.objects.count(), User.history.count(), triggers.missing(connection))

    make_user("dana")

    assert before == (0, 0, [])
    assert (User.objects.count(), User.history.count()) == (1, 1)


def test_committed_rows_are_seen_by_another_connection(committed_db):
    seen = []

    def look() -> None:
        seen.append(list(User.objects.values_list("username", flat=True)))
        connection.close()

    make_user("dana")
    thread = threading.Thread(target=look)
    thread.start()
    thread.join()

    assert seen == [["dana"]]


@pytest.mark.django_db
def test_a_change_without_an_actor_is_refused():
    with pytest.raises(IntegrityError, match="without an actor"), transaction.atomic():
        User.objects.create(username="dana", name="Dana")

    assert User.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.sqlite
def test_the_database_is_a_file_that_threads_open_each_for_themselves():
    assert not connection.is_in_memory_db()


@pytest.mark.django_db
@pytest.mark.postgresql
def test_the_server_compiles_no_question():
    """The tables of the suite are full of rows rolled back. The server then overrates a question and compiles it, which
    takes most of a second; one run of the suite took minutes longer for it."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
