"""What every test stands on: one database per worker on the engine DATABASE_URL names, and nothing skipped.

* A test that needs real commits (threads, subprocesses, a live server) asks for `committed_db`; every other
  one for pytest-django's `db`.
* A rule that exists on one engine only is marked `@pytest.mark.postgresql` or `@pytest.mark.sqlite`; the
  other engine deselects it. A test that skips itself fails: what is not run must not look as if it had been.
* There is no actor unless the test says `acting_as(...)`, as in the product.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest
from django.core.cache import caches
from django.db import connection, connections
from django.test import TransactionTestCase
from django.test.utils import override_settings

from soberhouse.database import triggers
from soberhouse.history.acting import acting_now

pytest_plugins = ["tests.cast"]

hypothesis.settings.register_profile("suite", deadline=None, print_blob=True)
hypothesis.settings.load_profile("suite")


# What is collected and what counts


# Some of these take as long as hundreds of others. They begin, so that no worker is left alone with one at the end.
LONG = (
    "test_crawl.py",
    "test_grievance.py",
    "test_demo.py",
    "test_any_order.py",
    "test_leaks.py",
    "test_schema.py",
    "test_own_notes.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the other engine alone promises, and begin with what takes long."""
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}[connection.vendor]
    left_out = [item for item in items if item.get_closest_marker(other)]
    if left_out:
        items[:] = [item for item in items if not item.get_closest_marker(other)]
        config.hook.pytest_deselected(items=left_out)
    turn = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: turn.get(item.path.name, len(LONG)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"Skipped, and nothing here may be: {report.longrepr}"
    return report


def pytest_report_header() -> str:
    return f"database: {connection.vendor}"


# The database


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Name this worker's database.

    On SQLite a file: a database in memory is one connection shared by all threads, which no server ever has.
    """
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    if connection.vendor == "sqlite":
        name = str(tmp_path_factory.getbasetemp() / "soberhouse.sqlite3")
    else:
        name = f"test_{connection.settings_dict['NAME']}_{worker}"
    connection.settings_dict["TEST"]["NAME"] = name


@pytest.fixture(scope="session", autouse=True)
def flush_without_triggers() -> Iterator[None]:
    """Append-only tables refuse the flush that ends a test with real commits: it runs without the triggers.

    They come back with the flush's `post_migrate`, as after every `migrate`.
    """
    flush = TransactionTestCase._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        names = case._databases_names(include_mirrors=False)
        for name in names:
            triggers.drop_all(connections[name])
        flush(case)
        for name in names:
            if triggers.missing(connections[name]):
                triggers.install_all(connections[name])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture
def committed_db(transactional_db: None) -> None:
    """The database with real commits, that other threads and processes see; emptied afterwards."""


# The rest of the surroundings


@pytest.fixture(scope="session", autouse=True)
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fast password hashes and stores of this worker's own; everything else is as the product has it."""
    var: Path = tmp_path_factory.mktemp("var")
    own = {
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "CACHES": {
            name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
            for name in ("default", "counters")
        },
        "FILES_DIR": var / "files",
        "MEDIA_ROOT": str(var / "media"),
        "STATIC_ROOT": str(var / "static"),
    }
    (var / "static").mkdir()
    with override_settings(**own):
        yield


@pytest.fixture(autouse=True)
def fresh_start() -> None:
    """Limits on sign-in count from nothing, and nobody acts, in each test."""
    for store in ("default", "counters"):
        caches[store].clear()
    assert acting_now() is None, "An earlier test left an actor behind."
