"""The guards themselves: each takes what it looks at and gives what is wrong there, so that each can be shown to work.

A guard that allows exceptions takes them with their reasons, and an exception that is none any more is wrong too.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from django import forms
from django.apps import apps
from django.db import models
from django.urls import URLPattern, URLResolver

ROOT = Path(__file__).resolve().parents[2]
OURS = ("soberhouse", "residents", "api")
Allowed = Mapping[str, str]


def stale(allowed: Allowed, used: Iterable[str]) -> list[str]:
    """Exceptions that nothing needs, or that give no reason."""
    used = set(used)
    return [f"{name}: no longer an exception" for name in allowed if name not in used] + [
        f"{name}: without a reason" for name, reason in allowed.items() if not reason.strip()
    ]


def python_files(*parts: str) -> list[Path]:
    """Our own modules, tests and migrations left out; with `parts`, those whose path holds one of them."""
    found = [path for name in OURS for path in sorted((ROOT / name).rglob("*.py")) if "migrations" not in path.parts]
    return [path for path in found if not parts or any(part in str(path.relative_to(ROOT)) for part in parts)]


def every_module() -> Iterator[ModuleType]:
    """Import everything of ours that can be imported, so that its classes are there to be walked."""
    for name in OURS:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".migrations" not in found.name and found.name != "soberhouse.wsgi":
                yield importlib.import_module(found.name)


# Models


def our_models() -> list[type[models.Model]]:
    """Every table of ours that is not a history table."""
    return [
        model
        for model in apps.get_models()
        if model.__module__.split(".")[0] in OURS and not hasattr(model, "instance_type")
    ]


def unscoped_models(found: Iterable[type[models.Model]], allowed: Allowed) -> list[str]:
    """Models that no house, resident or organization owns, or that cannot be asked for in somebody's scope."""
    wrong, exempt = [], []
    for model in found:
        label = model._meta.label
        owners = [
            field
            for field in model._meta.concrete_fields
            if field.name in ("house", "resident", "organization") and field.is_relation and not field.null
        ]
        if owners and hasattr(model.objects, "visible_to"):  # type: ignore[attr-defined]
            continue
        exempt.append(label)
        if label not in allowed:
            lacks = "an owner (house, resident or organization)" if not owners else "objects.visible_to"
            wrong.append(f"{label}: without {lacks}")
    return wrong + stale(allowed, exempt)


# URLs


def every_url(patterns: Iterable[Any], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Each route below these patterns, with the whole of its text."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from every_url(pattern.url_patterns, route)
        else:
            yield route, pattern


def urls_without_permission(found: Iterable[tuple[str, URLPattern]]) -> list[str]:
    return [route for route, pattern in found if not getattr(pattern.callback, "requires", None)]


def urls_with_reason_only(found: Iterable[tuple[str, URLPattern]], action: type, allowed: Allowed) -> list[str]:
    """Routes that ask for no action of the role × action table, beyond those known and explained."""
    without = {
        pattern.name for _route, pattern in found if not isinstance(getattr(pattern.callback, "requires", None), action)
    }
    return [f"{name}: asks for no action" for name in sorted(without - set(allowed))] + stale(allowed, without)


def urls_that_could_name_a_person(found: Iterable[tuple[str, URLPattern]], allowed: Allowed) -> list[str]:
    """Routes that carry anything but public ids, kinds and dates."""
    harmless = {"UUIDConverter", "SlugConverter", "DateConverter"}
    wrong = []
    for route, pattern in found:
        converters = {type(each).__name__ for each in pattern.pattern.converters.values()}
        if converters - harmless or (pattern.pattern.regex.groups and not pattern.pattern.converters):
            wrong.append(pattern.name or route)
    return [name for name in wrong if name not in allowed] + stale(allowed, wrong)


# Forms


def subclasses(base: type) -> set[type]:
    return {base} | {deeper for each in base.__subclasses__() for deeper in subclasses(each)}


def relational_fields(form: type[forms.BaseForm] | forms.BaseForm) -> list[str]:
    fields = form.fields if isinstance(form, forms.BaseForm) else form.base_fields
    return [name for name, field in fields.items() if isinstance(field, forms.ModelChoiceField)]


def forms_without_scope(found: Iterable[type[forms.BaseForm]], scoped: tuple[type, ...]) -> list[str]:
    """Forms that point at rows and are not of the scoped kind."""
    return [form.__qualname__ for form in found if relational_fields(form) and not issubclass(form, scoped)]


def keywords_of(form: type[forms.BaseForm]) -> dict[str, inspect.Parameter]:
    """The keywords that a form's constructors, its own and those it inherits of ours, ask for."""
    found: dict[str, inspect.Parameter] = {}
    for base in form.__mro__:
        if base.__module__.startswith(OURS + ("tests",)) and "__init__" in vars(base):
            for name, parameter in inspect.signature(vars(base)["__init__"]).parameters.items():
                if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                    found.setdefault(name, parameter)
    return found


def foreign_choices(form: forms.BaseForm, is_foreign: Callable[[models.Model], bool]) -> list[str]:
    """Rows that a form offers, or takes when they are typed in, and must not."""
    wrong = []
    for name in relational_fields(form):
        field = form.fields[name]
        model = field.queryset.model
        wrong += [f"{name} offers {row!r}" for row in field.queryset if is_foreign(row)]
        for row in model._default_manager.all():
            if is_foreign(row):
                try:
                    field.to_python(str(row.uuid))
                except forms.ValidationError:
                    continue
                wrong.append(f"{name} takes {row!r}")
    return wrong


def forms_with_open_fields(files: Iterable[Path]) -> list[str]:
    """ModelForms that take every field, or every field but some."""
    wrong = []
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.ClassDef) and node.name == "Meta"):
                continue
            for line in node.body:
                names = [target.id for target in getattr(line, "targets", []) if isinstance(target, ast.Name)]
                everything = isinstance(getattr(line, "value", None), ast.Constant) and line.value.value == "__all__"
                if "exclude" in names or ("fields" in names and everything):
                    wrong.append(f"{path.name}:{line.lineno}")
    return wrong


# Code


def rows_fetched_out_of_scope(files: Iterable[Path], doors: frozenset[str]) -> list[str]:
    """Views that reach for a table by anything but its scoped doors."""
    wrong = []
    for path in files:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        through = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in doors}
        for node in ast.walk(tree):
            manager = isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager")
            if manager and id(node) not in through:
                wrong.append(f"{path.name}:{node.lineno}")
            if isinstance(node, ast.Attribute) and node.attr == "raw":
                wrong.append(f"{path.name}:{node.lineno}")
    return wrong


DATABASE_ERRORS = frozenset({"IntegrityError", "DatabaseError", "OperationalError", "DataError", "Error"})


def errors_caught_inside_a_transaction(files: Iterable[Path]) -> list[str]:
    """`except IntegrityError` inside `atomic()` without a savepoint of its own: it goes on in a broken transaction."""
    return [f"{path.name}:{line}" for path in files for line in _caught(ast.parse(path.read_text(encoding="utf-8")))]


def _is_atomic(node: ast.expr) -> bool:
    target = node.func if isinstance(node, ast.Call) else node
    return (isinstance(target, ast.Attribute) and target.attr == "atomic") or (
        isinstance(target, ast.Name) and target.id == "atomic"
    )


def _names_in(node: ast.expr | None) -> set[str]:
    if node is None:
        return {"Error"}  # a bare except catches all
    return {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)} | {
        each.id for each in ast.walk(node) if isinstance(each, ast.Name)
    }


def _caught(node: ast.AST, inside: bool = False) -> Iterator[int]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inside = any(_is_atomic(decorator) for decorator in node.decorator_list)
    if isinstance(node, ast.With) and any(_is_atomic(item.context_expr) for item in node.items):
        inside = True
    if isinstance(node, ast.Try) and inside:
        savepoint = all(
            isinstance(line, ast.With) and any(_is_atomic(item.context_expr) for item in line.items)
            for line in node.body
        )
        for handler in node.handlers:
            if _names_in(handler.type) & DATABASE_ERRORS and not savepoint:
                yield handler.lineno
    for child in ast.iter_child_nodes(node):
        yield from _caught(child, inside)


def loose_services(modules: Iterable[ModuleType], allowed: Allowed) -> list[str]:
    """Services that take positional arguments, or lack a docstring, an annotation or a transaction."""
    wrong, exempt = [], []
    for module in modules:
        for name, function in vars(module).items():
            if name.startswith("_") or not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            label = f"{module.__name__}.{name}"
            signature = inspect.signature(function)
            problems = []
            for parameter in signature.parameters.values():
                if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
                    problems.append(f"{parameter.name} is positional")
                if parameter.annotation is parameter.empty:
                    problems.append(f"{parameter.name} has no annotation")
            if signature.return_annotation is signature.empty:
                problems.append("what it returns has no annotation")
            if not function.__doc__:
                problems.append("no docstring")
            if problems:
                exempt.append(label)
                if label not in allowed:
                    wrong.append(f"{label}: {', '.join(problems)}")
    return wrong + stale(allowed, exempt)


# Templates


TAGS = re.compile(r"{#.*?#}|{% *comment.*?endcomment *%}|{%.*?%}|{{.*?}}|<!--.*?-->", re.S)
INLINE = {
    "an inline style": re.compile(r"<[^>]*\sstyle\s*=", re.I | re.S),
    "a style element": re.compile(r"<style\b", re.I),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)[^>]*>", re.I | re.S),
    "an inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.I | re.S),
    "an address made of a script": re.compile(r"javascript:", re.I),
    "a value that is not escaped": re.compile(r"\|\s*safe\b|{%\s*autoescape\s+off"),
}


def inline_code(files: Iterable[Path]) -> list[str]:
    """Templates with something that the content security policy refuses, or that is not escaped."""
    return [
        f"{path.name}: {what}"
        for path in files
        for what, rule in INLINE.items()
        if rule.search(path.read_text("utf-8"))
    ]


def untranslatable(files: Iterable[Path]) -> list[str]:
    """HTML templates that say something in words and do not load i18n."""
    wrong = []
    for path in files:
        text = path.read_text("utf-8")
        words = re.sub(r"<[^>]*>", " ", TAGS.sub(" ", text), flags=re.S)
        if re.search(r"[^\W\d_]{2,}", words) and not re.search(r"{%\s*load\b[^%]*\bi18n\b", text):
            wrong.append(path.name)
    return wrong
