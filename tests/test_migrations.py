"""A filled database migrates to the newest schema, keeps its rows, and refuses afterwards what it refused before."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
MIGRATIONS = [path for app in ("soberhouse", "residents") for path in (ROOT / app).rglob("migrations/0*.py")]


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """A new, empty database on this engine, gone afterwards."""
    given = connection.settings_dict
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'migrating.sqlite3'}"
        return
    name = f"migrating_{uuid.uuid4().hex}"
    login = quote(given["USER"], safe="") + (f":{quote(given['PASSWORD'], safe='')}" if given["PASSWORD"] else "")
    server = f"postgres://{login}@{given['HOST']}:{given['PORT']}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        yield f"{server}/{name}"
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def run(module: str, database_url: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def found(database_url: str) -> dict:
    """What stands after a filled database with two tied, audited tables went through every kind of change."""
    run("tests.migrating.fill", database_url, TOY_STEP="1")
    return json.loads(run("tests.migrating.look", database_url, TOY_STEP="2"))


def test_audited_tables_go_through_every_kind_of_change(found):
    numbers = {"upper": [10_000] * 3, "lower": [0, 1000, 2000]}

    assert found["crocks"] == [[name, name, grams] for name, all_grams in numbers.items() for grams in all_grams]
    assert found["shelves"] == [["upper", "kitchen"], ["lower", "hall"]]
    assert found["missing"] == found["left over"] == []

    # What was history stays history, under the new names.
    assert [row for row in found["history"] if row[0] == "+"] == [
        ["+", name, number, "filling"] for name in ("upper", "lower") for number in range(3)
    ]
    # A data migration's changes are history too, with its reason.
    changes = [row for row in found["history"] if row[3] == "Weights are in milligrams."]
    assert sorted(changes) == sorted(
        [["~", "upper", 10_000, changes[0][3]]] * 3 + [["~", "lower", grams, changes[0][3]] for grams in (1000, 2000)]
    )
    assert found["shelf history"] == [
        ["+", "upper", "hall", "filling"],
        ["+", "lower", "hall", "filling"],
        ["~", "upper", "kitchen", "Weights are in milligrams."],
    ]

    # The rules hold as before, and changes are captured as before.
    for rule, said in found["refused"].items():
        named = {"overlap": "toy_jar_overlap", "within": "toy_jar_within", "frozen": "toy_shelf_frozen"}
        assert named.get(rule, rule) in said, rule
    assert found["captured afterwards"] == [["renamed", "afterwards"]]

    # One trigger dropped is noticed, and `migrate` puts it back.
    assert len(found["check"]) == 1
    assert found["check"][0].startswith("database.E001: 1 triggers are missing")
    assert found["dropped"] in found["check"][0]
    assert found["check after migrate"] == []


def test_the_first_schema_filled_becomes_the_newest(database_url):
    found = json.loads(run("tests.migrating.old", database_url))

    assert len(found["before"]) > 30
    assert set(found["before"].values()) == {1}
    assert found["after"] == found["before"]
    assert {label for label, rows in found["readable"].items() if len(rows) != 1} == set()
    assert found["missing"] == found["check"] == []


def test_password_that_somebody_else_chose_opens_nothing_any_more(database_url):
    assert json.loads(run("tests.migrating.given", database_url)) == {"alice": True, "bob": False}


def data_migrations_without_capture(files: list[Path]) -> list[str]:
    """Migrations that change rows, or may, without writing history."""
    bad = []
    for path in files:
        calls = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Call)
        }
        if "RunSQL" in calls or ("RunPython" in calls and "capturing" not in calls):
            bad.append(path.name)
    return bad


def test_data_migrations_write_history():
    assert MIGRATIONS
    assert data_migrations_without_capture(MIGRATIONS) == []


def test_a_data_migration_without_history_is_noticed(tmp_path):
    bad, good = tmp_path / "0002_bad.py", ROOT / "tests/migrating/toy/migrations/0003_grams.py"
    bad.write_text("operations = [migrations.RunPython(forwards)]")
    (tmp_path / "0003_sql.py").write_text("operations = [migrations.RunSQL('UPDATE residents_stay SET voided = true')]")

    noticed = data_migrations_without_capture([bad, good, tmp_path / "0003_sql.py"])

    assert noticed == ["0002_bad.py", "0003_sql.py"]
