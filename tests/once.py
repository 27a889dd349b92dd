"""Rows that many tests of a module begin with, made once: by services they cost more than most tests.

They stand in a transaction that is taken back after the last test of the module, and each test in one of its own inside
that. What a test is given is its own copy: a test that changes a row changes no other's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, TypeVar

import pytest
from django.db import transaction

T = TypeVar("T")


@contextmanager
def taken_back(blocker: Any) -> Iterator[None]:
    """The database of the tests, for longer than one of them; nothing that is written inside stays."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def made_once(make: Callable[[], T]) -> tuple[Any, Any]:
    """Two fixtures: what `make` gives, once for the module; and a copy of it for each test.

        once, facts = made_once(make_facts)

    The first needs a name in the module and nothing else. No test that asks for `committed_db` may ask for the second.
    """

    @pytest.fixture(scope="module")
    def once(django_db_setup: None, django_db_blocker: Any) -> Iterator[T]:
        with taken_back(django_db_blocker):
            yield make()

    @pytest.fixture
    def copied(once: T, db: None) -> T:
        return deepcopy(once)

    return once, copied
