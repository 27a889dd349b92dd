"""Is this paper genuine? Anybody may ask, learns nothing about a person, and cannot guess."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from soberhouse.documents import limits, services, store
from soberhouse.documents.codes import new_code
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as

VERIFY = "/verify/"


@pytest.fixture
def document(issue: Callable[..., IssuedDocument]) -> IssuedDocument:
    return issue(title="Residency letter")


def page(code: str, client: Client | None = None):
    return (client or Client()).get(reverse("verify_code", args=[code]))


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


# Answers


def test_a_genuine_paper_is_told_with_what_can_be_compared(document):
    answer = page(document.code)

    assert answer.status_code == 200
    said = words(answer)
    for fact in ("Genuine", "Residency letter", "Still Waters", "Nov. 20, 2026, noon EST", document.code):
        assert fact in said
    assert document.file.digest in said


def test_nothing_is_told_about_a_person_or_a_house(cast, document):
    told = page(document.code).content.decode()

    for secret in (
        "Dana",
        "Renner",
        "Pell",
        "probation",
        "Alder",
        "Alice",
        "alice",
        str(cast.dana.uuid),
        str(document.uuid),
        document.facts_digest,
    ):
        assert secret not in told


def test_a_withdrawn_paper_is_told_without_the_reason(cast, document):
    with acting_as(cast.alice, source="web"):
        services.withdraw(document=document, reason="Dana moved out in March")

    said = words(page(document.code))

    assert "Withdrawn: do not rely on it" in said
    assert "Genuine" not in said
    assert "March" not in said


def test_a_replaced_paper_is_told_without_the_newer_ones_code(issue, document):
    newer = issue(replaces=document)

    assert "Replaced by a newer paper" in words(page(document.code))
    assert newer.code not in words(page(document.code))
    assert "Genuine" in words(page(newer.code))


@pytest.mark.parametrize("code", ["X", "residency-letter", "7K3QH-M2XWA-9RBTD-ZP4E", "0" * 300, "%00", "ÖÖÖ"])
def test_what_is_no_code_is_no_paper(db, code):
    answer = Client().get(f"/verify/{code}/")

    assert answer.status_code == 404


def test_a_code_nobody_was_given_is_told_like_one_that_cannot_be(document):
    unknown, impossible = page(new_code()), page("impossible")

    assert unknown.status_code == impossible.status_code == 404
    for answer in (unknown, impossible):
        assert "There is no paper with this code" in words(answer)
    blind = re.compile(r'value="[^"]*"')
    assert blind.sub("", words(unknown)) == blind.sub("", words(impossible))


def test_a_code_is_typed_and_leads_to_its_own_page(document):
    client = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get(VERIFY).content.decode())[1]

    answer = client.post(
        VERIFY, {"code": document.code.lower().replace("-", " "), "csrfmiddlewaretoken": token}, follow=True
    )

    assert answer.redirect_chain == [(reverse("verify_code", args=[document.code]), 302)]
    assert "Genuine" in words(answer)


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [("", 200, "This field is required"), ("x" * 61, 200, "at most 60"), ("12345", 404, "There is no paper")],
)
def test_what_is_typed_wrong_is_told(db, typed, status, said):
    answer = Client().post(VERIFY, {"code": typed})

    assert answer.status_code == status
    assert said in words(answer)


@pytest.mark.parametrize("size", ["one", "three"])
def test_an_answer_costs_the_same_whatever_became_of_the_paper(
    issue,
    document,
    django_assert_num_queries,
    size,
):
    if size == "three":
        issue(replaces=issue(replaces=document))

    with django_assert_num_queries(1):
        page(document.code)
    with django_assert_num_queries(1):
        page(new_code())
    with django_assert_num_queries(0):
        page("impossible")


# The file itself


def ask(data: bytes, name: str = "letter.pdf"):
    return Client().post(VERIFY, {"file": SimpleUploadedFile(name, data)})


def test_the_file_as_it_was_issued_is_known_and_nothing_is_kept(document):
    before = sorted(store.path_of(document.file.digest).parent.parent.rglob("*"))

    answer = ask(store.read(document.file))

    assert answer.status_code == 200
    assert "to the last byte" in words(answer)
    assert document.code in words(answer)
    assert "Dana" not in answer.content.decode()
    assert sorted(store.path_of(document.file.digest).parent.parent.rglob("*")) == before


@pytest.mark.parametrize("data", [b"%PDF-1.4 mine %%EOF", b"MZ\x90\x00", b"x"])
def test_any_other_file_is_not_ours(document, data):
    answer = ask(data)

    assert answer.status_code == 404
    assert "This file was not issued here" in words(answer)


def test_one_changed_byte_is_another_file(document):
    data = bytearray(store.read(document.file))
    data[len(data) // 2] ^= 1

    assert ask(bytes(data)).status_code == 404


def test_an_empty_file_is_asked_for_again(db):
    assert "The submitted file is empty" in words(ask(b""))


def test_a_question_saves_nothing_and_does_not_say_so(db):
    said = words(Client().post(VERIFY, {"code": ""}))

    assert "One thing to put right" in said
    assert "Nothing was saved" not in said


# Guessing


@pytest.fixture
def one_window(monkeypatch):
    """The time of the register stands still: no window ends between two questions."""
    noon = datetime(2026, 11, 20, 12, 0).astimezone().timestamp()
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: noon))
    return noon


def test_ten_thousand_guesses_are_stopped_soon_and_a_genuine_check_works_later(document, one_window, monkeypatch):
    client = Client()

    answers = [page(new_code(), client) for _ in range(limits.MOST_WRONG + 5)]

    assert [answer.status_code for answer in answers] == [404] * limits.MOST_WRONG + [429] * 5
    assert 0 < int(answers[-1]["Retry-After"]) <= limits.WINDOW
    assert page(document.code, client).status_code == 429
    assert client.post(VERIFY, {"file": SimpleUploadedFile("x.pdf", b"x")}).status_code == 429
    later = one_window + int(answers[-1]["Retry-After"])
    monkeypatch.setattr(limits, "time", SimpleNamespace(time=lambda: later))
    assert page(document.code, client).status_code == 200


def test_a_stranger_who_is_stopped_is_not_led_to_pages_that_are_not_theirs(
    cast, document, signed_in, one_window, monkeypatch
):
    monkeypatch.setattr(limits, "MOST_WRONG", 1)
    stranger, known = Client(), signed_in(cast.alice)
    page(new_code(), stranger)

    stopped, led = page(new_code(), stranger), page(new_code(), known)

    assert [stopped.status_code, led.status_code] == [429, 429]
    assert ["Go to Today" in words(answer) for answer in (stopped, led)] == [False, True]


def test_guessing_from_one_place_stops_nobody_elsewhere(document, one_window):
    guesser, reader = Client(REMOTE_ADDR="203.0.113.5"), Client(REMOTE_ADDR="203.0.113.6")
    for _ in range(limits.MOST_WRONG + 1):
        page(new_code(), guesser)

    assert page(new_code(), guesser).status_code == 429
    assert page(document.code, reader).status_code == 200


def test_one_network_of_the_new_addresses_is_one_place(db, one_window):
    for n in range(limits.MOST_WRONG):
        page(new_code(), Client(REMOTE_ADDR=f"2001:db8:1:2::{n:x}"))

    assert page(new_code(), Client(REMOTE_ADDR="2001:db8:1:2:ffff::1")).status_code == 429
    assert page(new_code(), Client(REMOTE_ADDR="2001:db8:1:3::1")).status_code == 404


def test_genuine_codes_are_limited_as_well_but_later(document, one_window):
    answers = [page(document.code).status_code for _ in range(limits.MOST_WRONG + 5)]

    assert set(answers) == {200}


# Around it


@pytest.mark.parametrize("path", [VERIFY, "/verify/unknown/"])
def test_no_search_engine_and_no_cache_keeps_an_answer(db, path):
    answer = Client().get(path)

    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(db, method):
    assert getattr(Client(), method)(VERIFY).status_code == 405
    assert getattr(Client(), method)("/verify/unknown/").status_code == 405


def test_asking_leaves_no_trace(cast, document, signed_in):
    assert "Genuine" in words(page(document.code, signed_in(cast.alice)))
    assert IssuedDocument.objects.count() == 1
    assert "sessionid" not in page(document.code).cookies
