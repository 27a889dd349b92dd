"""Rules about the code itself, and each guard shown to work on something planted."""

from __future__ import annotations

import importlib
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.core.checks import run_checks
from django.db import connection, transaction

from soberhouse.database import triggers
from tests.architecture import guards

VIEWS = guards.python_files("views")
SERVICES = [path for path in guards.python_files() if path.name == "services.py" or path.parent.name == "services"]
TEMPLATES = sorted((guards.ROOT / "templates").rglob("*.html"))
DOORS = frozenset({"visible_to", "where_may"})  # both begin with the person asking
LOOSE_SERVICES = {
    "residents.people.services.not_about_oneself": "a question about one thing, asked at the head of services",
    "residents.people.services.only_oneself": "a question about one thing, asked at the head of services",
}
RAW = {
    "hints.html: a value that is not escaped": "help texts are the code's own, and Django's about passwords are HTML",
}


def planted(folder: Path, text: str) -> list[Path]:
    path = folder / "planted.py"
    path.write_text(text)
    return [path]


# Views


def test_views_fetch_in_scope():
    assert len(VIEWS) > 5
    assert guards.rows_fetched_out_of_scope(VIEWS, DOORS) == []


@pytest.mark.parametrize(
    "line",
    [
        "House.objects.get(uuid=uuid)",
        "get_object_or_404(House.objects, uuid=uuid)",
        "House._default_manager.all()",
        "House.objects.filter(pk=1).visible_to(user)",
        "rows = House.objects",
        "manager.raw('SELECT 1')",
    ],
)
def test_a_row_fetched_out_of_scope_is_noticed(tmp_path, line):
    files = planted(tmp_path, f"a = House.objects.visible_to(user).get(uuid=uuid)\n{line}\n")

    assert guards.rows_fetched_out_of_scope(files, DOORS) == ["planted.py:2"]


# Transactions


def test_no_database_error_is_caught_inside_a_transaction():
    assert guards.errors_caught_inside_a_transaction(guards.python_files()) == []


def test_a_database_error_caught_inside_a_transaction_is_noticed(tmp_path):
    files = planted(
        tmp_path,
        """
@transaction.atomic
def one():
    try:
        save()
    except IntegrityError:
        pass

def two():
    with transaction.atomic(using="x"):
        for row in rows:
            try:
                save()
            except (ValueError, db.DatabaseError):
                pass

@transaction.atomic
def three():
    try:
        save()
    except:
        pass

@transaction.atomic
def with_a_savepoint():
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        pass

def outside():
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        pass

@transaction.atomic
def another_error():
    try:
        int("x")
    except ValueError:
        pass
""",
    )

    assert guards.errors_caught_inside_a_transaction(files) == ["planted.py:6", "planted.py:14", "planted.py:21"]


# Services


def modules_of(files: list[Path]) -> list[ModuleType]:
    return [importlib.import_module(".".join(path.relative_to(guards.ROOT).with_suffix("").parts)) for path in files]


def test_services_take_keywords_and_say_what_they_promise():
    assert len(SERVICES) >= 4
    assert guards.loose_services(modules_of(SERVICES), LOOSE_SERVICES) == []


def test_a_loose_service_is_noticed():
    module = ModuleType("planted")
    text = '''
def positional(house: str, *, today: str) -> None:
    """Says."""
def silent(*, house: str) -> None: ...
def bare(*, house):
    """Says."""
def good(*, house: str, **more: str) -> None:
    """Says."""
def _private(house): ...
'''
    exec(text, module.__dict__)  # noqa: S102 -- a module made for this test

    assert guards.loose_services([module], {"planted.silent": "x", "planted.good": "x"}) == [
        "planted.positional: house is positional",
        "planted.bare: house has no annotation, what it returns has no annotation",
        "planted.good: no longer an exception",
    ]


# Forms


def test_no_form_takes_every_field():
    assert guards.forms_with_open_fields(guards.python_files()) == []


def test_a_form_that_takes_every_field_is_noticed(tmp_path):
    files = planted(
        tmp_path,
        """
class A(ModelForm):
    class Meta:
        model = House
        fields = "__all__"
class B(ModelForm):
    class Meta:
        exclude = ["house"]
class C(ModelForm):
    class Meta:
        fields = ["name"]
""",
    )

    assert guards.forms_with_open_fields(files) == ["planted.py:5", "planted.py:8"]


# Templates


def test_no_template_holds_code_or_style():
    assert len(TEMPLATES) > 30
    found = guards.inline_code(TEMPLATES)

    assert [name for name in found if name not in RAW] == []
    assert guards.stale(RAW, found) == []


def test_every_template_with_words_can_be_translated():
    assert guards.untranslatable(TEMPLATES) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<p style="color: red">', "an inline style"),
        ("<style>p {}</style>", "a style element"),
        ("<script>go()</script>", "an inline script"),
        ('<script defer type="module">go()</script>', "an inline script"),
        ('<a\n onclick="go()">', "an inline handler"),
        ('<a href="javascript:go()">', "an address made of a script"),
        ("{{ name|safe }}", "a value that is not escaped"),
        ("{% autoescape off %}", "a value that is not escaped"),
        ('<script src="app.js" defer></script><p class="on">', ""),
    ],
)
def test_code_in_a_template_is_noticed(tmp_path, text, what):
    path = tmp_path / "planted.html"
    path.write_text(text)

    assert guards.inline_code([path]) == ([f"planted.html: {what}"] if what else [])


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("<p>Hello</p>", True),
        ("{% load static %}<p>Hello</p>", True),
        ("{% load static i18n %}<p>{% translate 'Hello' %} there</p>", False),
        ('<p class="name">{{ name }}</p>{# a note #}{% comment %}words{% endcomment %}', False),
        ("<p>—</p>", False),
    ],
)
def test_words_that_cannot_be_translated_are_noticed(tmp_path, text, wrong):
    path = tmp_path / "planted.html"
    path.write_text(text)

    assert guards.untranslatable([path]) == (["planted.html"] if wrong else [])


# Triggers


@pytest.mark.django_db
def test_every_trigger_that_the_models_ask_for_is_there_and_no_other():
    names = [trigger.name for trigger in triggers.expected(connection.vendor)]

    assert len(names) > 100
    assert sorted(names) == sorted(set(names))
    assert triggers.installed(connection) == set(names)


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["dropped", "switched off"])
def test_a_missing_trigger_is_noticed(way):
    trigger = next(each for each in triggers.expected(connection.vendor) if each.table == "residents_stay")
    sql = {
        ("dropped", "sqlite"): f'DROP TRIGGER "{trigger.name}"',
        ("switched off", "sqlite"): f'DROP TRIGGER "{trigger.name}"',
        ("dropped", "postgresql"): f'DROP TRIGGER "{trigger.name}" ON residents_stay',
        ("switched off", "postgresql"): f'ALTER TABLE residents_stay DISABLE TRIGGER "{trigger.name}"',
    }[way, connection.vendor]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql)

        assert triggers.missing(connection) == [trigger.name]
        errors = run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])
        transaction.set_rollback(True)

    assert [error.id for error in errors] == ["database.E001"]
    assert triggers.missing(connection) == []


# Imports


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [str(command), "--no-cache"],
        cwd=folder,
        env={"PATH": "", "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("", ""),
        ("soberhouse/history/acting.py", "import residents.houses.models"),
        ("residents/houses/models.py", "from residents.stays import models as later"),
        ("residents/people/services.py", "from residents.people import views"),
        ("soberhouse/database/triggers.py", "from soberhouse.pages import context"),
    ],
)
def test_imports_go_one_way(tmp_path, module, line):
    """As it stands all contracts are kept; with an import the wrong way planted, one is broken."""
    for name in guards.OURS:
        shutil.copytree(guards.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(guards.ROOT / "pyproject.toml", tmp_path)
    if module:
        with (tmp_path / module).open("a") as file:
            file.write(f"\n{line}\n")

    done = lint_imports(tmp_path)

    assert (done.returncode != 0) == bool(module), done.stdout + done.stderr
    assert "BROKEN" in done.stdout if module else "0 broken" in done.stdout
