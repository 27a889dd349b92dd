"""What is logged: one JSON line per request, with its id and without anything about a person."""

from __future__ import annotations

import copy
import io
import json
import logging.config
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client

from tests.cast import Cast


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Log as a real house does, and give what was written so far."""
    written = io.StringIO()
    product = copy.deepcopy(settings.LOGGING)
    product["root"]["level"] = "INFO"
    product["handlers"]["console"]["stream"] = written
    logging.config.dictConfig(product)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logging.config.dictConfig(settings.LOGGING)


def test_refused_sign_in_leaves_lines_with_the_request_id_and_nothing_about_anybody(cast: Cast, lines):
    form = {"login": "alice@example.org", "password": "wrong password 1"}

    response = Client().post("/account/login/?next=/residents/Renner", form)

    logged = lines()
    text = json.dumps(logged).lower()
    assert [line["message"] for line in logged] == ["request"]
    assert {line["request_id"] for line in logged} == {response["X-Request-ID"]}
    assert logged[0] | {"route": "account/login/", "status": 200, "method": "POST", "user_id": None} == logged[0]
    assert not [word for word in ("alice", "example.org", "wrong password", "renner", "next=") if word in text]


def test_page_that_is_not_there_leaves_no_address(cast: Cast, lines):
    response = Client().get("/residents/Dana-Renner/?name=Dana")

    logged = lines()
    assert response.status_code == 404
    assert {line["request_id"] for line in logged} == {response["X-Request-ID"]}
    assert [line["message"] for line in logged] == ["request", "Not Found: "]
    assert "dana" not in json.dumps(logged).lower()


def test_link_to_a_new_password_stands_in_no_line(cast: Cast, lines):
    path = "/account/password/reset/key/3-secret-link/"

    codes = [Client().get(path).status_code for _ in range(3)] + [Client().post(path).status_code for _ in range(21)]

    assert codes[-1] == 429
    assert "secret-link" not in json.dumps(lines())


def test_message_of_an_exception_is_left_out_because_it_may_quote_a_row(lines):
    quoted = "Key (email)=(dana@example.org) already exists."
    try:
        raise IntegrityError(quoted)
    except IntegrityError:
        logging.getLogger("soberhouse").exception("it went wrong")

    (line,) = lines()
    assert line["exc_info"].endswith("IntegrityError")
    assert "test_logs.py" in line["exc_info"]
    assert "dana@example.org" not in json.dumps(line)
