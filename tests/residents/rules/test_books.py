"""Writing, publishing and comparing books, through the services and the pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from residents.models import Book, House, Rule
from residents.rules import starter
from residents.rules.models import Category
from residents.rules.queries import books as queries
from residents.rules.services import books as services
from residents.rules.services import signing
from residents.stays import services as stays
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import Cast, move_in
from tests.residents.rules.given import published_book, signed
from tests.residents.stays.stories import ORDINARY


@pytest.fixture
def alice_acts(cast: Cast) -> Any:
    with acting_as(cast.alice, source="web"):
        yield


def draft_of(cast: Cast, kind: str = "rules") -> Book:
    with acting_as(cast.alice, source="web"):
        return services.book_draft(house=cast.house_a, kind=kind)


def rule(book: Book, number: int) -> Rule:
    return book.rules.get(number=number)


def refused(act: Any, **facts: Any) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        act(**facts)
    return refusal.value.messages


# --- services


@pytest.mark.usefixtures("alice_acts")
def test_starter_book_has_rules_of_every_category_in_plain_words(cast):
    book = services.starter_book(house=cast.house_a)

    assert book.is_draft
    assert [rule.number for rule in book.rules.all()] == list(range(1, len(starter.RULES) + 1))
    assert {rule.category for rule in book.rules.all()} == set(Category.values)
    for one in book.rules.all():
        one.full_clean()


@pytest.mark.usefixtures("alice_acts")
@pytest.mark.parametrize("kind", Book.Kind.values)
def test_every_kind_has_a_starter_that_can_be_published(cast, kind):
    book = services.starter_book(house=cast.house_a, kind=kind)
    published = services.book_publish(book=book, in_force_from=cast.today, today=cast.today)

    assert (published.number, published.in_force_from) == (1, cast.today)
    assert published.text
    assert refused(services.starter_book, house=cast.house_a, kind=kind) == [
        "This house has one already. Begin a new version of it instead."
    ]


@pytest.mark.usefixtures("alice_acts")
def test_there_is_one_draft_of_a_kind(cast):
    services.book_draft(house=cast.house_a, kind="rules")
    services.book_draft(house=cast.house_a, kind="fees")

    for act in (services.book_draft, services.starter_book):
        assert refused(act, house=cast.house_a, kind="rules") == [
            "There is a draft of this already. Go on with that one."
        ]


@pytest.mark.usefixtures("alice_acts")
def test_a_draft_says_what_the_newest_version_says_and_numbers_are_never_used_again(cast):
    first = services.book_draft(house=cast.house_a, kind="rules")
    for title in ("One", "Two", "Three"):
        services.rule_add(book=first, category="other", severity="minor", title=title, text=f"{title}.")
    services.rule_drop(rule=rule(first, 3))
    services.book_publish(book=first, in_force_from=cast.today, today=cast.today)

    second = services.book_draft(house=cast.house_a, kind="rules")
    services.rule_drop(rule=rule(second, 1))
    added = services.rule_add(book=second, category="other", severity="minor", title="Four", text="Four.")

    assert [(each.number, each.title, each.dropped) for each in second.rules.all()] == [
        (1, "One", True),
        (2, "Two", False),
        (4, "Four", False),
    ]
    assert added.number == 4
    services.rule_restore(rule=rule(second, 1))
    assert not rule(second, 1).dropped


@pytest.mark.usefixtures("alice_acts")
def test_what_is_published_is_never_written_again(cast):
    book = published_book(cast.house_a)
    sentence = ["This version is published and stays as it is. Begin a new version instead."]

    assert refused(services.book_change, book=book, title="x", text="y") == sentence
    assert refused(services.rule_add, book=book, category="other", severity="minor", title="x", text="y") == sentence
    assert refused(services.rule_change, rule=rule(book, 1), title="x") == sentence
    assert refused(services.rule_drop, rule=rule(book, 1)) == sentence
    assert refused(services.book_publish, book=book, in_force_from=cast.today, today=cast.today) == sentence


@pytest.mark.usefixtures("alice_acts")
def test_publishing_refuses_what_nobody_could_sign(cast):
    empty = services.book_draft(house=cast.house_a, kind="rules")
    fees = services.book_draft(house=cast.house_a, kind="fees")
    days = {"in_force_from": cast.today, "today": cast.today}

    assert refused(services.book_publish, book=empty, **days) == ["There is no rule in it yet. Write one first."]
    assert refused(services.book_publish, book=fees, **days) == ["There is nothing to sign yet: write the text."]
    only = services.rule_add(book=empty, category="other", severity="minor", title="x", text="y")
    services.rule_drop(rule=only)
    assert refused(services.book_publish, book=empty, **days) == ["There is no rule in it yet. Write one first."]
    assert refused(services.rule_add, book=fees, category="other", severity="minor", title="x", text="y") == [
        "Only a rule book has numbered rules. Write this into the text."
    ]


@pytest.mark.usefixtures("alice_acts")
def test_a_version_is_not_in_force_in_the_past_nor_before_the_one_it_follows(cast):
    first = services.starter_book(house=cast.house_a)
    yesterday, later = cast.today - timedelta(days=1), cast.today + timedelta(days=9)
    assert refused(services.book_publish, book=first, in_force_from=yesterday, today=cast.today) == [
        "That day is past. A book is in force from today or later."
    ]
    services.book_publish(book=first, in_force_from=later, today=cast.today)
    second = services.book_draft(house=cast.house_a, kind="rules")

    [sentence] = refused(services.book_publish, book=second, in_force_from=cast.today, today=cast.today)
    assert "This one cannot be in force sooner." in sentence
    assert services.book_publish(book=second, in_force_from=later, today=cast.today).number == 2


@pytest.mark.usefixtures("alice_acts")
def test_whoever_lives_there_is_told_of_a_new_version(cast):
    book = services.starter_book(house=cast.house_a)
    services.book_publish(book=book, in_force_from=cast.today, today=cast.today)

    told = Notice.objects.filter(kind="book-published")
    assert set(told.values_list("user__username", flat=True)) == {"dana", "frank"}
    assert {notice.url for notice in told} == {reverse("book", args=[book.uuid])}


# --- what changed


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("be kind", "be kind", None),
        ("be kind \n", "be kind", None),
        ("Home by ten every night.", "Home by eleven every night.", ["Home by ", "-ten", "+eleven", " every night."]),
        ("a b c d", "a b d", ["a b ", "-c ", "d"]),
        ("Quiet after ten.", "Pets live elsewhere now.", []),
        ("", "Something", []),
    ],
)
def test_texts_are_compared_word_by_word_where_they_are_alike(old, new, pieces):
    found = queries.compare(old, new)

    if pieces is None:
        assert found is None
    else:
        signs = {"same": "", "out": "-", "in": "+"}
        assert [signs[piece.how] + piece.text for piece in found.pieces] == pieces
        assert "".join(piece.text for piece in found.pieces if piece.how != "in") in ("", old)
        assert "".join(piece.text for piece in found.pieces if piece.how != "out") in ("", new)


def test_what_changed_names_rules_added_taken_out_and_changed(cast, django_assert_num_queries):
    first = published_book(cast.house_a)
    second = draft_of(cast)
    with acting_as(cast.alice, source="web"):
        services.rule_drop(rule=rule(second, 1))
        services.rule_change(rule=rule(second, 2), text="What this house asks about curfews.", severity="serious")
        services.rule_add(book=second, category="other", severity="minor", title="New", text="New.")

    with django_assert_num_queries(2):
        changes = queries.what_changed(first, second)

    assert [each.number for each in changes.added] == [5]
    assert [each.number for each in changes.dropped] == [1]
    [change] = changes.changed
    assert (change.new.number, change.title, change.facts) == (2, None, [("how grave", "minor", "serious")])
    assert [piece.text for piece in change.text.pieces if piece.how == "in"] == ["curfews."]
    assert not queries.what_changed(first, first)


# --- pages


def page(name: str, row: Any, query: str = "") -> str:
    return reverse(name, args=[row.uuid]) + query


PAGES_OF_HOUSE = [("books", ""), ("book_begin", "?kind=fees")]
PAGES_OF_DRAFT = ["book", "book_changes", "book_change", "book_publish", "rule_add"]


def test_manager_writes_a_book_from_the_starter_to_its_publication(cast, signed_in):
    alice = signed_in(cast.alice)

    answer = alice.post(page("book_begin", cast.house_a, "?kind=rules"), {"begin": "starter"})
    book = Book.objects.get(house=cast.house_a)
    assert answer["Location"] == page("book", book)

    facts = {"title": "Rules of Alder", "text": "Read this.", "changes": ""}
    assert alice.post(page("book_change", book), facts)["Location"] == page("book", book)
    new = {"title": "Pets", "text": "No pets.", "category": "other", "severity": "minor"}
    alice.post(page("rule_add", book), new)
    added = Rule.objects.get(title="Pets")
    alice.post(page("rule_change", added), new | {"text": "Cats only."})
    alice.post(page("rule_drop", rule(book, 1)))
    asked = alice.get(page("book_publish", book)).context["form"]
    assert asked["in_force_from"].value() == cast.today + timedelta(days=7)
    alice.post(page("book_publish", book), {"in_force_from": cast.today.isoformat()})

    book.refresh_from_db()
    added.refresh_from_db()
    assert (book.title, book.number, book.published_on) == ("Rules of Alder", 1, cast.today)
    assert added.text == "Cats only."
    assert rule(book, 1).dropped
    text = alice.get(page("book", book)).content.decode()
    assert "Cats only." in text
    assert rule(book, 1).title not in text


def test_second_version_begins_without_a_question(cast, signed_in):
    published_book(cast.house_a)

    answer = signed_in(cast.alice).post(page("book_begin", cast.house_a, "?kind=rules"), {})

    assert answer["Location"] == page("book", Book.objects.get(published_on=None))


def test_bad_input_is_refused_beside_what_was_typed(cast, signed_in):
    draft, alice = draft_of(cast), signed_in(cast.alice)

    text = alice.post(page("book_publish", draft), {"in_force_from": "2020-01-01"}).content.decode()
    assert "That day is past." in text
    assert 'value="2020-01-01"' in text
    text = alice.post(page("rule_add", draft), {"title": "Half a rule", "text": "", "category": "x"}).content.decode()
    assert "Half a rule" in text
    assert not draft.rules.exists()


def test_published_books_have_no_pages_to_write_them(cast, signed_in):
    book, alice = published_book(cast.house_a), signed_in(cast.alice)

    for name in ("book_change", "book_publish", "rule_add"):
        assert alice.get(page(name, book)).status_code == 404
    assert alice.get(page("rule_change", rule(book, 1))).status_code == 404
    assert alice.post(page("rule_drop", rule(book, 1))).status_code == 404
    assert alice.get(page("book_begin", cast.house_a, "?kind=poems")).status_code == 404
    assert alice.get(page("book_changes", book)).status_code == 404


@pytest.mark.parametrize("name", ["charlie", "erin"])
def test_another_house_finds_nothing(cast, signed_in, name):
    first = published_book(cast.house_a)
    draft, client = draft_of(cast), signed_in(getattr(cast, name))

    for address in [
        *[page(each, cast.house_a, query) for each, query in PAGES_OF_HOUSE],
        *[page(each, draft) for each in PAGES_OF_DRAFT],
        page("book", first),
        page("rule_change", rule(draft, 1)),
    ]:
        assert client.get(address).status_code == 404
    posts = [
        (page("book_begin", cast.house_a, "?kind=fees"), {"begin": "starter"}),
        (page("book_publish", draft), {"in_force_from": cast.today.isoformat()}),
        (page("rule_drop", rule(draft, 1)), {}),
    ]
    for address, data in posts:
        assert client.post(address, data).status_code == 404
    draft.refresh_from_db()
    assert draft.is_draft
    assert not rule(draft, 1).dropped
    assert Book.objects.count() == 2


@pytest.mark.parametrize("name", ["dana", "audra"])
def test_whoever_may_not_publish_reads_only(cast, signed_in, name):
    first = published_book(cast.house_a)
    draft, client = draft_of(cast), signed_in(getattr(cast, name))
    hidden = 404 if name == "dana" else 403

    assert client.get(page("books", cast.house_a)).status_code == 200
    assert client.get(page("book", first)).status_code == 200
    assert client.post(page("book_begin", cast.house_a, "?kind=fees"), {"begin": "starter"}).status_code == 403
    for each in ("book_change", "book_publish", "rule_add"):
        assert client.post(page(each, draft), {}).status_code == hidden
    assert client.post(page("rule_drop", rule(draft, 1))).status_code == hidden
    assert Book.objects.count() == 2


def test_whoever_signed_reads_it_wherever_they_live_and_nothing_else_of_that_house(cast, signed_in):
    first, second, third, fees = [
        *(published_book(cast.house_a, days_ago=days) for days in (100, 60, 30)),
        published_book(cast.house_a, kind="fees"),
    ]
    for book in (first, third):
        signed(book, cast.dana, days_ago=20)
    with acting_as(cast.olive, source="web"):
        on = cast.today - timedelta(days=1)
        stays.transfer(stay=cast.stay_of_dana, bed=cast.bed_b("2A"), on=on, reason="a job", today=cast.today)
    dana = signed_in(cast.dana)

    text = dana.get(reverse("book", args=[third.uuid])).content.decode()

    assert "What this house asks about curfew." in text
    assert "You signed this on" in text
    assert reverse("my_record") in text
    assert reverse("books", args=[cast.house_a.uuid]) not in text
    assert reverse("book_sign", args=[third.uuid]) not in text
    changes = dana.get(reverse("book_changes", args=[third.uuid]))
    assert changes.context["changes"].old == first  # the second, which she never signed, is not hers to read
    assert dana.get(reverse("book_changes", args=[first.uuid])).status_code == 404
    for book in (second, fees):
        for name in ("book", "book_changes"):
            assert dana.get(reverse(name, args=[book.uuid])).status_code == 404
    assert dana.get(reverse("signatures", args=[third.uuid])).status_code == 403
    assert signed_in(cast.erin).get(reverse("book", args=[third.uuid])).status_code == 404


def test_an_applicant_reads_what_they_are_told_they_signed_on_paper(cast, signed_in):
    book, other = published_book(cast.house_b), published_book(cast.house_b, kind="fees")
    with acting_as(cast.alice, source="web"):
        stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)
    with acting_as(cast.charlie, source="web"):
        stays.application_receive(resident=cast.dana, house=cast.house_b, received_on=cast.today, today=cast.today)
        now = timezone.now()
        signing.book_sign_on_paper(
            book=book, resident=cast.dana, signed_name="Dana Renner", witness="Bob", signed_at=now, now=now
        )
    dana = signed_in(cast.dana)
    told = Notice.objects.get(user=cast.dana.user, kind="signed-on-paper")

    assert dana.get(told.url).status_code == 200
    assert dana.get(reverse("book", args=[other.uuid])).status_code == 404


def test_residents_see_no_draft(cast, signed_in):
    published_book(cast.house_a)
    draft = draft_of(cast)
    with acting_as(cast.alice, source="web"):
        services.book_change(book=draft, title="Secret plans", text="")

    assert signed_in(cast.dana).get(page("book", draft)).status_code == 404
    assert "Secret plans" not in signed_in(cast.dana).get(page("books", cast.house_a)).content.decode()
    assert "Secret plans" in signed_in(cast.alice).get(page("books", cast.house_a)).content.decode()


def more_of_everything(house: House, count: int) -> None:
    for number in range(count):
        book = published_book(house, days_ago=100 - number)
        with acting_as(None, source="command"), transaction.atomic():
            stay = move_in(house, f"{number % 2 + 2}{'AB'[number // 2]}", f"New {number}", "Comer", days_ago=3)
        signed(book, stay.resident, days_ago=1)


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_however_much_there_is(cast, signed_in, django_assert_num_queries, count):
    more_of_everything(cast.house_a, count)
    newest = Book.objects.order_by("-number").first()
    alice = signed_in(cast.alice)
    alice.get(page("books", cast.house_a))

    with django_assert_num_queries(COSTS["books"]):
        alice.get(page("books", cast.house_a))
    with django_assert_num_queries(COSTS["book"]):
        alice.get(page("book", newest))
    with django_assert_num_queries(COSTS["signatures"]):
        alice.get(page("signatures", newest))


COSTS = {"books": 11, "book": 12, "signatures": 10}


def test_changes_page_shows_both_texts(cast, signed_in):
    published_book(cast.house_a, days_ago=10)
    draft = draft_of(cast)
    with acting_as(cast.alice, source="web"):
        services.rule_change(rule=rule(draft, 2), text="What this house asks about curfews.")

    text = signed_in(cast.alice).get(page("book_changes", draft)).content.decode()

    assert "curfew.<" in text
    assert "curfews.<" in text
