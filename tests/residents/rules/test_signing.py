"""Signatures under books: by residents themselves, on paper, taken back; through the services and the pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from PIL import Image

from residents.models import Acknowledgement, AcknowledgementUndone, Book, Look, Resident
from residents.rules.queries import binding
from residents.rules.services import signing as services
from residents.rules.services.violations import violation_withdraw
from residents.stays import services as stays
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import Cast
from tests.residents.away.evening import by_the_clock
from tests.residents.rules.given import published_book, signed, violation_of
from tests.residents.stays.stories import ORDINARY

DRAWN = "M10 20L30 40L50 60M70 80L90 100"


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 50), "teal").save(out, "PNG")
    return out.getvalue()


def sign(book: Book, resident: Resident, name: str = "", **facts: Any) -> Acknowledgement:
    with acting_as(resident.user, source="web"):
        return services.book_sign(
            book=book, resident=resident, signed_name=name or resident.name, now=timezone.now(), **facts
        )


def on_paper(cast: Cast, book: Book, **facts: Any) -> Acknowledgement:
    now = timezone.now()
    ordinary = {"resident": cast.dana, "signed_name": "D. Renner", "witness": "Bob", "signed_at": now, "now": now}
    with acting_as(cast.alice, source="web"):
        return services.book_sign_on_paper(book=book, **(ordinary | facts))


def undo(cast: Cast, row: Acknowledgement, reason: str = "Wrong person") -> AcknowledgementUndone:
    with acting_as(cast.alice, source="web"):
        return services.signature_undo(acknowledgement=row, reason=reason)


def refusal(act: Any, *args: Any, **facts: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        act(*args, **facts)
    return refused.value.messages


# --- services


def test_resident_signs_as_themselves(cast):
    book = published_book(cast.house_a)

    row = sign(book, cast.dana, drawing=DRAWN)

    assert (row.signed_name, row.drawing, row.how) == ("Dana Renner", DRAWN, "own")
    assert (row.signed_on, row.recorded_by, row.house) == (cast.today, cast.dana.user, cast.house_a)
    assert binding.binding_book(cast.dana, cast.house_a, cast.today) == book
    assert sign(book, cast.frank, on_tablet=True).how == "tablet"


@pytest.mark.parametrize("name", ["Dana Renner", "  dana   RENNER ", "Dańa Renner", "Danielle Renner"])
def test_name_is_theirs_as_they_are_called_or_legal(cast, name):
    with acting_as(None, source="command"), transaction.atomic():
        cast.dana.legal_first_name, cast.dana.preferred_name = "Danielle", "Dana"
        cast.dana.save()

    assert sign(published_book(cast.house_a), cast.dana, name)


@pytest.mark.parametrize("name", ["Frank Osei", "Dana", "D. Renner", "x", "."])
def test_another_name_is_no_signature(cast, name):
    assert refusal(sign, published_book(cast.house_a), cast.dana, name) == ["Type your own name to sign: Dana Renner."]
    assert not Acknowledgement.objects.exists()


@pytest.mark.parametrize("drawing", ["<script>", "M1 1 L2 2", "M10000 1", "M1 1C2 2", "url(x)", "L1 1"])
def test_a_drawing_is_strokes_and_nothing_else(cast, drawing):
    assert refusal(sign, published_book(cast.house_a), cast.dana, drawing=drawing)
    assert not Acknowledgement.objects.exists()


def test_nobody_signs_for_somebody_else(cast):
    book = published_book(cast.house_a)

    for user in (cast.alice, cast.frank.user):
        with acting_as(user, source="web"), pytest.raises(PermissionDenied):
            services.book_sign(book=book, resident=cast.dana, signed_name="Dana Renner", now=timezone.now())
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        services.book_sign_on_paper(
            book=book,
            resident=cast.dana,
            signed_name="Dana Renner",
            witness="Bob",
            signed_at=timezone.now(),
            now=timezone.now(),
        )
    assert not Acknowledgement.objects.exists()


def test_what_cannot_be_signed(cast):
    first = published_book(cast.house_a, days_ago=50)
    published_book(cast.house_a, days_ago=10)
    elsewhere = published_book(cast.house_b)
    with acting_as(None, source="command"), transaction.atomic():
        draft = Book.objects.create(house=cast.house_a, kind="fees", title="Draft")

    assert refusal(sign, draft, cast.dana) == ["This is a draft. It can be signed when it is published."]
    assert refusal(sign, first, cast.dana) == ["There is a newer version. Read and sign that one."]
    assert refusal(sign, elsewhere, cast.dana) == [
        "You do not live in this house, so there is nothing for you to sign."
    ]


def test_a_version_is_signed_once(cast):
    book = published_book(cast.house_a)
    row = sign(book, cast.dana)

    assert "signed already" in refusal(sign, book, cast.dana)[0]
    assert "signed already" in refusal(on_paper, cast, book)[0]
    undo(cast, row)
    assert sign(book, cast.dana) != row


def test_a_version_that_comes_can_be_signed_beforehand_and_the_one_in_force_still(cast):
    first = published_book(cast.house_a, days_ago=50)
    with acting_as(None, source="command"), transaction.atomic():
        coming = Book.objects.create(house=cast.house_a, kind="rules", title="Next", number=None)
        coming.number, coming.published_on = 2, cast.today
        coming.in_force_from = cast.today + timedelta(days=9)
        coming.save()

    assert sign(first, cast.dana)
    assert sign(coming, cast.dana)
    assert binding.binding_book(cast.dana, cast.house_a, cast.today) == first


def test_paper_is_kept_with_its_witness_and_photo(cast):
    book = published_book(cast.house_a)
    at = timezone.now() - timedelta(days=3)

    row = on_paper(cast, book, signed_at=at, paper=picture())

    assert (row.how, row.witness, row.signed_name) == ("paper", "Bob", "D. Renner")
    assert (row.signed_at, row.signed_on) == (at, cast.house_a.today(at))
    assert row.paper.content_type == "image/jpeg"
    assert Notice.objects.get(user=cast.dana.user).kind == "signed-on-paper"


def test_paper_is_refused_where_it_cannot_be_so(cast):
    book, now = published_book(cast.house_a, days_ago=10), timezone.now()

    assert refusal(on_paper, cast, book, signed_at=now + timedelta(hours=1)) == ["That moment is still to come."]
    assert "cannot have been signed before" in refusal(on_paper, cast, book, signed_at=now - timedelta(days=12))[0]
    assert refusal(on_paper, cast, book, witness=" ") == ["Say who saw them sign."]
    assert refusal(on_paper, cast, book, witness="dana renner") == [
        "The witness is somebody else than the one who signed."
    ]
    assert refusal(on_paper, cast, book, resident=cast.erin) == ["This person has no stay in this house."]
    assert refusal(on_paper, cast, book, witness="d. RENNER") == [
        "The witness is somebody else than the one who signed."
    ]
    assert refusal(on_paper, cast, book, signed_name=" ") == ["Write the name as they signed it."]
    assert refusal(on_paper, cast, book, paper=b"<html>") == [
        "This is not a photo that can be read. Choose a JPEG, PNG or WebP picture."
    ]
    assert not Acknowledgement.objects.exists()


def leaves(cast: Cast, days_ago: int, *, renamed: bool = False) -> None:
    """Dana leaves the house for another one, and, if wanted, is called otherwise there."""
    with acting_as(cast.olive, source="web"):
        on = cast.today - timedelta(days=days_ago)
        stays.transfer(stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=on, reason="a job", today=cast.today)
    with acting_as(None, source="command"), transaction.atomic():
        if renamed:
            cast.dana.legal_first_name, cast.dana.legal_last_name = "Mara", "Quill"
            cast.dana.save()
    cast.dana.refresh_from_db()
    cast.stay_of_dana.refresh_from_db()


def test_whoever_left_signed_on_a_day_of_their_stay_or_not_at_all(cast):
    book, now = published_book(cast.house_a, days_ago=100), timezone.now()
    leaves(cast, 10)
    moved_in = (cast.today - cast.stay_of_dana.starts_on).days

    for days in (0, 9, moved_in + 2):
        at = now - timedelta(days=days)
        sentence = f"Dana Renner did not live in this house on {date_format(cast.house_a.today(at))}."
        assert refusal(on_paper, cast, book, signed_at=at) == [sentence]
    assert not Acknowledgement.objects.exists()

    assert on_paper(cast, book, signed_at=now - timedelta(days=10))


def test_a_stay_entered_by_mistake_is_none_to_have_signed_in(cast):
    book = published_book(cast.house_a)
    with acting_as(cast.alice, source="web"):
        stays.stay_void(stay=cast.stay_of_dana, reason="Another Dana")

    assert refusal(on_paper, cast, book) == ["This person has no stay in this house."]


def test_whoever_left_and_applies_again_signs_today(cast):
    book = published_book(cast.house_a)
    with acting_as(cast.alice, source="web"):
        stays.discharge(stay=cast.stay_of_dana, left_on=cast.today - timedelta(days=5), today=cast.today, **ORDINARY)
        stays.application_receive(resident=cast.dana, house=cast.house_a, received_on=cast.today, today=cast.today)

    assert on_paper(cast, book)


def test_the_old_house_does_not_learn_a_new_name(cast, signed_in):
    book, alice = published_book(cast.house_a, days_ago=100), signed_in(cast.alice)
    leaves(cast, 10, renamed=True)
    address = page("book_sign_paper", cast.stay_of_dana)

    pages = [alice.get(address), alice.post(address, paper_facts(book))]
    with acting_as(cast.alice, source="web"), pytest.raises(ValidationError) as ended:
        services.items_shown(items=[], stay=cast.stay_of_dana, now=timezone.now())

    assert 'value="Dana Renner"' in pages[0].content.decode()
    assert "Dana Renner did not live in this house on" in pages[1].content.decode()
    assert ended.value.messages == [f"Dana Renner left on {date_format(cast.stay_of_dana.ends_on)}."]
    assert not any("Mara" in each.content.decode() for each in pages)


def test_paper_of_before_a_violation_does_not_make_it_one_of_a_book_that_did_not_bind(cast):
    now = timezone.now()
    first, second = published_book(cast.house_a, days_ago=100), published_book(cast.house_a, days_ago=20)
    signed(first, cast.dana)
    violation = violation_of(cast.stay_of_dana, first.rules.first(), by=cast.alice, days_ago=5)
    violation_of(cast.stay_of_dana, first.rules.first(), by=cast.alice, days_ago=12)

    for days in (6, 13):
        assert refusal(on_paper, cast, second, signed_at=now - timedelta(days=days)) == [
            f"A violation of version 1 is on record for {date_format(violation.happened_on)}. Had they signed this "
            "version before, that one would not have bound them any more. If they had, take the violation back first; "
            "if not, correct the day."
        ]
    assert not Acknowledgement.objects.filter(book=second).exists()

    with acting_as(cast.alice, source="web"):
        violation_withdraw(violation=violation, reason="Version 2 bound them", now=now)
    assert on_paper(cast, second, signed_at=now - timedelta(days=6))


def test_paper_of_an_older_version_or_of_the_day_itself_rebinds_nothing(cast):
    first, now = published_book(cast.house_a, days_ago=100), timezone.now()
    second, third = published_book(cast.house_a, days_ago=60), published_book(cast.house_a, days_ago=20)
    signed(second, cast.dana)
    violation_of(cast.stay_of_dana, second.rules.first(), by=cast.alice, days_ago=5)

    assert on_paper(cast, first, signed_at=now - timedelta(days=10))
    assert on_paper(cast, third, signed_at=now - timedelta(days=5))


def test_a_signature_is_taken_back_with_a_reason(cast):
    row = signed(published_book(cast.house_a), cast.dana)

    assert refusal(undo, cast, row, " ") == ["Say why."]
    undo(cast, row, "It was Frank who signed")

    assert row.undone.reason == "It was Frank who signed"
    assert binding.binding_book(cast.dana, cast.house_a, cast.today) is None
    assert Notice.objects.get(user=cast.dana.user).kind == "signature-undone"
    assert refusal(undo, cast, row) == ["This signature has been taken back already."]
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        services.signature_undo(acknowledgement=row, reason="x")


def test_a_signature_that_a_violation_rests_on_stays(cast):
    book = published_book(cast.house_a)
    row = signed(book, cast.dana, days_ago=30)
    violation_of(cast.stay_of_dana, book.rules.first(), by=cast.alice, days_ago=2)

    [sentence] = refusal(undo, cast, row)
    assert "A violation rests on this signature" in sentence
    assert not AcknowledgementUndone.objects.exists()


def test_a_signature_goes_where_another_carries_the_violation(cast):
    book = published_book(cast.house_a)
    mistaken = signed(book, cast.dana, days_ago=30)
    signed(book, cast.dana, days_ago=20)
    violation_of(cast.stay_of_dana, book.rules.first(), by=cast.alice, days_ago=2)

    assert undo(cast, mistaken)


def test_a_violation_before_the_signature_does_not_rest_on_it(cast):
    book = published_book(cast.house_a)
    signed(book, cast.dana, days_ago=30)
    later = signed(book, cast.dana, days_ago=1)
    violation_of(cast.stay_of_dana, book.rules.first(), by=cast.alice, days_ago=2)

    assert undo(cast, later)


# --- pages


def page(name: str, row: Any, query: str = "") -> str:
    return reverse(name, args=[row.uuid]) + query


GOOD = {"has_read": "on", "signed_name": "Dana Renner", "drawing": ""}


def test_resident_reads_and_signs_on_their_phone(cast, signed_in):
    book, dana = published_book(cast.house_a), signed_in(cast.dana)
    assert page("book_sign", book) in dana.get(reverse("my_week")).content.decode()

    text = dana.get(page("book_sign", book)).content.decode()
    assert "What this house asks about curfew." in text
    answer = dana.post(page("book_sign", book), GOOD | {"drawing": DRAWN})

    assert answer["Location"] == reverse("my_week")
    row = Acknowledgement.objects.get()
    assert (row.drawing, row.how, row.resident) == (DRAWN, "own", cast.dana)
    assert page("book_sign", book) not in dana.get(reverse("my_week")).content.decode()
    assert dana.get(page("book_sign", book))["Location"] == page("signature", row)
    assert f'd="{DRAWN}"' in dana.get(page("signature", row)).content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"has_read": ""}, "Read it first, then tick this."),
        ({"signed_name": "Donald"}, "Type your own name to sign: Dana Renner."),
        ({"drawing": "M1 1<b>"}, "Enter a valid value."),
    ],
)
def test_bad_signature_is_refused_and_keeps_what_was_typed(cast, signed_in, wrong, sentence):
    book = published_book(cast.house_a)

    text = signed_in(cast.dana).post(page("book_sign", book), GOOD | wrong).content.decode()

    assert sentence in text
    assert f'value="{(GOOD | wrong)["signed_name"]}"' in text
    assert not Acknowledgement.objects.exists()


def test_a_new_version_is_compared_with_the_one_they_signed(cast, signed_in):
    first = published_book(cast.house_a, days_ago=100)
    published_book(cast.house_a, days_ago=50, rules=[("curfew", "minor")])
    third = published_book(cast.house_a, days_ago=5, rules=[("curfew", "minor"), ("money", "minor")])
    signed(first, cast.dana)

    text = signed_in(cast.dana).get(page("book_sign", third)).content.decode()

    assert "What is new since version 1, which you signed" in text


def test_book_of_another_house_is_not_there_to_sign(cast, signed_in):
    book = published_book(cast.house_b)

    for person in (cast.dana, cast.alice, cast.frank):
        assert signed_in(person).post(page("book_sign", book), GOOD).status_code == 404
    assert not Acknowledgement.objects.exists()


def test_whoever_is_no_resident_has_nothing_to_sign(cast, signed_in):
    book = published_book(cast.house_a)

    assert signed_in(cast.alice).post(page("book_sign", book), GOOD).status_code == 404


def paper_facts(book: Book, at: datetime | None = None, **facts: str) -> dict[str, Any]:
    at = timezone.localtime(at or timezone.now() - timedelta(hours=5), book.house.zone)
    return {
        "book": str(book.uuid),
        "signed_at": f"{at:%Y-%m-%dT%H:%M}",
        "signed_name": "Dana Renner",
        "witness": "Bob",
    } | facts


def test_manager_writes_down_a_signature_on_paper(cast, signed_in):
    book, alice = published_book(cast.house_a), signed_in(cast.alice)
    address = page("book_sign_paper", cast.stay_of_dana, f"?book={book.uuid}")
    assert f'value="{book.uuid}" selected' in alice.get(address).content.decode()

    photo = SimpleUploadedFile("x.png", picture(), content_type="image/png")
    answer = alice.post(address, paper_facts(book, paper=photo))

    assert answer["Location"] == page("signatures", book)
    row = Acknowledgement.objects.get()
    text = alice.get(page("signature", row)).content.decode()
    assert page("signature_paper", row) in text
    seen = alice.get(page("signature_paper", row))
    assert (seen["Content-Type"], seen["Cache-Control"]) == ("image/jpeg", "private, no-store")
    assert set(Look.objects.filter(resident=cast.dana).values_list("detail", flat=True)) == {"a signature"}
    assert signed_in(cast.dana).get(page("signature_paper", row)).status_code == 200


def test_bad_paper_keeps_what_was_typed(cast, signed_in):
    book = published_book(cast.house_a, days_ago=10)
    long_ago = by_the_clock(cast.house_a, 12, night=cast.today - timedelta(days=20))
    early = paper_facts(book, long_ago, witness="Bob the neighbor")

    text = signed_in(cast.alice).post(page("book_sign_paper", cast.stay_of_dana), early).content.decode()

    assert "cannot have been signed before" in text
    assert 'value="Bob the neighbor"' in text
    assert not Acknowledgement.objects.exists()


def test_book_of_another_house_cannot_be_written_down(cast, signed_in):
    book = published_book(cast.house_b)

    text = signed_in(cast.olive).post(page("book_sign_paper", cast.stay_of_dana), paper_facts(book)).content.decode()

    assert "Select a valid choice" in text
    assert not Acknowledgement.objects.exists()


@pytest.mark.parametrize("name", ["charlie", "erin"])
def test_another_house_sees_no_signature(cast, signed_in, name):
    book = published_book(cast.house_a)
    row, client = signed(book, cast.dana), signed_in(getattr(cast, name))

    for address in (page("signature", row), page("signature_paper", row), page("signature_undo", row)):
        assert client.get(address).status_code == 404
    assert client.get(page("signatures", book)).status_code == 404
    assert client.post(page("signature_undo", row), {"reason": "x"}).status_code == 404
    assert client.post(page("book_sign_paper", cast.stay_of_dana), paper_facts(book)).status_code == 404
    assert not AcknowledgementUndone.objects.exists()
    assert Acknowledgement.objects.count() == 1


@pytest.mark.parametrize(("name", "status"), [("audra", 403), ("dana", 403), ("frank", 404)])
def test_whoever_may_not_record_takes_nothing_back(cast, signed_in, name, status):
    book = published_book(cast.house_a)
    row, client = signed(book, cast.dana), signed_in(getattr(cast, name))

    assert client.post(page("signature_undo", row), {"reason": "x"}).status_code == status
    assert client.post(page("book_sign_paper", cast.stay_of_dana), paper_facts(book)).status_code == status
    assert client.get(page("signatures", book)).status_code == (200 if name == "audra" else 403)
    assert not AcknowledgementUndone.objects.exists()
    assert Acknowledgement.objects.count() == 1


def test_manager_takes_a_signature_back(cast, signed_in):
    row, alice = signed(published_book(cast.house_a), cast.dana), signed_in(cast.alice)

    assert "This field is required." in alice.post(page("signature_undo", row), {"reason": " "}).content.decode()
    assert alice.post(page("signature_undo", row), {"reason": "Wrong name"})["Location"] == page("signature", row)

    assert "Wrong name" in alice.get(page("signature", row)).content.decode()
    assert "Wrong name" in signed_in(cast.dana).get(reverse("my_record")).content.decode()


def test_refusal_to_take_back_what_a_violation_rests_on_is_said(cast, signed_in):
    book = published_book(cast.house_a)
    row = signed(book, cast.dana)
    violation_of(cast.stay_of_dana, book.rules.first(), by=cast.bob)

    text = signed_in(cast.alice).post(page("signature_undo", row), {"reason": "Oops"}).content.decode()

    assert "A violation rests on this signature" in text
    assert 'value="Oops"' in text


def test_today_says_who_has_not_signed(cast, signed_in):
    book = published_book(cast.house_a)
    signed(book, cast.frank)

    text = signed_in(cast.alice).get(page("house_today", cast.house_a)).content.decode()

    assert f"has not signed: {book.title}" in text
    assert text.count("has not signed:") == 1
    assert "Dana R." in text


@pytest.mark.parametrize("count", [1, 3])
def test_signing_page_costs_the_same_however_many_rules(cast, signed_in, django_assert_num_queries, count):
    book = published_book(cast.house_a, rules=[("curfew", "minor")] * count)
    dana = signed_in(cast.dana)
    dana.get(page("book_sign", book))

    with django_assert_num_queries(12):
        dana.get(page("book_sign", book))


@pytest.mark.parametrize("count", [1, 3])
def test_resident_s_own_pages_cost_the_same(cast, signed_in, django_assert_num_queries, count):
    for each in range(count):
        signed(published_book(cast.house_a, days_ago=100 - each), cast.dana, days_ago=each)
    row = Acknowledgement.objects.filter(resident=cast.dana).latest("id")
    dana = signed_in(cast.dana)
    dana.get(page("signature", row))

    with django_assert_num_queries(9):
        dana.get(page("signature", row))
