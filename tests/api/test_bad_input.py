"""What no program should send: told as a problem of the right status, with nothing done; never an error of ours."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from residents.models import Stay
from tests.api.conftest import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(cast, alices):
    """Post these bytes, as this type, to where somebody moves in."""

    def send(content: bytes, kind: str = "application/json", **headers: str):
        before = Stay.objects.count()
        headers = {"Authorization": f"Bearer {alices.secret}"} | headers
        answer = Client().generic("POST", "/api/v1/stays", content, content_type=kind, headers=headers)
        assert Stay.objects.count() == before
        return answer

    return send


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"nonsense",
        b'{"a": 1} {"b": 2}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"bed": "\xff\xfe"}',
        b"\xef\xbb\xbf{}",
        b"\x00",
        b'{"a": "\x00"}',
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"a": ' + b"9" * 10_000 + b"}",
    ],
    ids=lambda content: repr(content[:24]),
)
def test_a_body_that_is_no_json_is_malformed(send, content):
    refused(send(content), 400, "body-malformed")


@pytest.mark.parametrize("content", [b"[]", b"1", b'"x"', b"null", b"true", b"", b"{}", b'{"a": 1e999}'])
def test_json_that_is_no_move_in_is_wrong(send, content):
    refused(send(content), 422, "values-wrong")


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/xml",
        "application/json; charset=latin-1",
        "x",
    ],
)
def test_a_body_of_another_type_is_refused(send, kind):
    answer = send(b'{"bed": "x"}', kind)

    refused(answer, 415, "content-type")
    assert answer["Accept-Post"] == "application/json"


def test_a_type_may_say_its_charset(send):
    refused(send(b"{}", "application/json; charset=UTF-8"), 422, "values-wrong")


def test_a_body_of_two_megabytes_is_too_large(send):
    refused(send(json.dumps({"note": "x" * 2_000_000}).encode()), 413, "body-too-large")


def test_a_body_of_twenty_megabytes_is_refused_before_anything_reads_it(send):
    answer = send(b'"' + b"x" * 20_000_000 + b'"')

    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert answer.json()["status"] == 413


@pytest.mark.parametrize("path", ["/houses", "/occupancy", "/beds", "/residents", "/stays", "/applications"])
def test_head_is_get_without_a_body(cast, program, path):
    olive = program(cast.olive, "read")

    head, get = olive.ask("HEAD", path), olive.get(path)

    assert (head.status_code, head.content) == (200, b"")
    assert (head["Content-Length"], head["Content-Type"]) == (get["Content-Length"], "application/json")
    assert head["ETag"] == get["ETag"]


def test_options_name_the_methods(cast, alices):
    for path, methods in {
        "/houses": "GET, HEAD, OPTIONS",
        "/stays": "GET, HEAD, OPTIONS, POST",
        f"/stays/{cast.stay_of_dana.uuid}/move": "OPTIONS, POST",
    }.items():
        answer = alices.ask("OPTIONS", path)
        assert (answer.status_code, answer["Allow"], answer.content) == (204, methods, b"")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "BREW"])
def test_a_method_that_is_not_there_is_refused(cast, alices, method):
    answer = alices.ask(method, "/stays")

    refused(answer, 405, "method-not-allowed")
    assert answer["Allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/houses/1",
        "/houses/%00",
        "/stays/x/move",
        "/../houses",
        "/houses/../stays",
        "/api/",
        "/api/v2/houses",
    ],
)
def test_an_address_that_is_not_there_is_a_problem(cast, alices, path):
    answer = alices.get(path)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.json()["title"] == "Not Found"


def test_an_address_means_the_same_with_a_slash_at_its_end(cast, alices):
    for path in ("/houses", f"/houses/{cast.house_a.uuid}", "/stays"):
        assert alices.get(f"{path}/").content == alices.get(path).content
    following = alices.get("/residents/?per_page=1").json()["next"]
    assert alices.get(following).status_code == 200
    assert alices.post("/residents/search/", {"name": "renner"}).status_code == 200


def test_a_session_that_lacks_its_second_factor_is_told_as_a_program(cast, signed_in, settings):
    settings.SECOND_FACTOR_REQUIRED = True

    answer = signed_in(cast.alice).get("/api/v1/houses")

    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")


def test_a_host_that_is_not_ours_is_refused_as_a_problem(cast, alices):
    answer = alices.get("/houses", Host="evil.example")

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_an_error_of_ours_tells_nothing(cast, alices, monkeypatch):
    monkeypatch.setattr("api.v1.houses.houses_of", None)
    client = Client(raise_request_exception=False)

    answer = client.get("/api/v1/houses", headers={"Authorization": f"Bearer {alices.secret}"})

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert answer.json() == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something went wrong here. Nothing was changed.",
    }
    assert b"Traceback" not in answer.content
