"""Asks an address as somebody, and sees what it did: what it answered, and what it wrote anywhere."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core import mail
from django.core.handlers.base import BaseHandler
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.urls import get_resolver, reverse

from tests.architecture.guards import every_url
from tests.matrix.world import World, make_world
from tests.once import taken_back

WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.I)
# What a request writes whatever it is answered.
ALWAYS = {
    "django_session": "when somebody was here last",
    "usersessions_usersession": "when somebody was here last",
    "api_keptanswer": "a program that sends the same again is refused the same again",
}
USE_OF_A_KEY = re.compile(r'UPDATE "accounts_apikey" SET "last_used_at" = \S+ WHERE')
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
TOKEN = re.compile(r'(csrfmiddlewaretoken" value="|name="page" value="|nonce="|nonce-|X-CSRFToken&quot;: &quot;)[\w-]+')


def all_names() -> set[str]:
    """The name of every address of the site."""
    return {pattern.name for _route, pattern in every_url(get_resolver().url_patterns)}


def api_names() -> set[str]:
    """Those that answer programs."""
    return {pattern.name for route, pattern in every_url(get_resolver().url_patterns) if route.startswith("api/v1/")}


def made_world(blocker: Any) -> Iterator[World]:
    """The world for a whole module. Nothing is logged: thousands of lines
    would be put into words for nobody."""
    before = logging.root.manager.disable
    with taken_back(blocker):
        world = make_world()
        logging.disable(logging.CRITICAL)
        try:
            yield world
        finally:
            logging.disable(before)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


# What was done


@dataclass(frozen=True)
class Asked:
    """An answer, and the tables that were written for it beyond those that every request may write."""

    response: HttpResponse
    wrote: frozenset[str]

    @property
    def status(self) -> int:
        return self.response.status_code


def ask(world: World, who: str, method: str, url: str, **sent: Any) -> Asked:
    written: set[str] = set()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = WRITES.match(sql)
        if found and not USE_OF_A_KEY.match(sql):
            written.add(found[1])
        return execute(sql, params, many, context)

    request = world.request(who, method, url, **sent)
    with connection.execute_wrapper(watch):
        response = site().get_response(request)
    return Asked(response, frozenset(written - set(ALWAYS)))


@cache
def site() -> BaseHandler:
    """The site as a server calls it. Django's test client does the same and copies every context of every page: that is
    half of the time."""
    handler = BaseHandler()
    handler.load_middleware()
    return handler


def is_sign_in(response: HttpResponse) -> bool:
    """Whether this leads to where one signs in."""
    return response.status_code == 302 and response["Location"].startswith(reverse("account_login"))


def fingerprint() -> dict[str, Any]:
    """Of every table how many rows it has and the newest of them; what is about to be mailed; and every file kept.

    A row changed in place shows as well: audited tables have a row of history more, and for the others `ask` watches
    what is written.
    """
    tables: dict[str, models.Field] = {
        model._meta.db_table: model._meta.pk
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and model._meta.db_table not in ALWAYS
    }
    parts = [
        f"SELECT '{table}', count(*), {f'max({pk.column})' if _is_number(pk) else 'NULL'} FROM {table}"
        for table, pk in sorted(tables.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        found: dict[str, Any] = {table: (count, newest) for table, count, newest in cursor.fetchall()}
    found["mail"] = len(mail.outbox), len(connection.run_on_commit)
    found["files"] = [
        str(path) for place in (settings.MEDIA_ROOT, settings.FILES_DIR) for path in sorted(Path(place).rglob("*"))
    ]
    return found


def _is_number(pk: models.Field) -> bool:
    while isinstance(pk, models.ForeignKey):
        pk = pk.target_field
    return isinstance(pk, models.IntegerField)


# What an answer tells


def told(response: HttpResponse) -> dict[str, Any]:
    """All that an answer tells, without the ids and the tokens that differ from request to request."""
    headers = {
        name: re.sub(r"=[^;]*", "=…", value, count=1) if name == "Set-Cookie" else UUID.sub("*", value)
        for name, value in response.items()
        if name not in ("X-Request-ID", "Content-Length", "RateLimit", "Content-Security-Policy")
    }
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return {
        "status": response.status_code,
        "headers": headers,
        "body": UUID.sub("*", TOKEN.sub(r"\1…", body.decode(errors="replace"))),
    }


def of_nothing(keys: Mapping[str, Any]) -> dict[str, Any]:
    """The same address of a row that there never was."""
    return {name: uuid.uuid4() if isinstance(value, uuid.UUID) else value for name, value in keys.items()}
