"""A violation from a manager's phone to the last word: recorded in three taps and the words, answered by the resident,
decided by another, appealed, and decided again by a third person. And the pages of it, for everybody."""

from __future__ import annotations

import io
import re
from typing import Any

import pypdf
import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from residents.models import Violation
from residents.rules.queries.cases import case_of
from residents.rules.services import ladders
from soberhouse.documents import store
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.rules.given import decided, published_book, published_ladder, signed, violation_of

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
MOST_TAPS = 3
WORDS = "Came in at ten past one. The alarm on the back door went."


@pytest.fixture
def bound(committed_db: None, cast: Cast) -> Cast:
    """Dana and Frank signed the rule book; the house has a ladder."""
    book = published_book(cast.house_a)
    signed(book, cast.dana)
    signed(book, cast.frank)
    published_ladder(cast.house_a)
    return cast


@pytest.fixture
def phone_of(open_page: Any, sign_in: Any, scripts: bool) -> Any:
    def phone_of(person: Any) -> Page:
        page = open_page(java_script_enabled=scripts)
        sign_in(page, getattr(person, "user", person))
        return page

    return phone_of


class Thumb:
    """Taps, counted."""

    def __init__(self) -> None:
        self.taps = 0

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.click()


@SCRIPTS
def test_violation_goes_from_a_phone_to_the_last_word(bound: Cast, phone_of: Any):
    # Alice records it: at most three taps and the words.
    alice, thumb = phone_of(bound.alice), Thumb()
    alice.goto(reverse("house_today", args=[bound.house_a.uuid]))
    thumb.tap(alice.get_by_role("link", name="Record a violation: Dana R."))
    thumb.tap(alice.get_by_label("2. About curfew 2"))
    alice.get_by_label("What happened").fill(WORDS)
    thumb.tap(alice.get_by_role("button", name="Save: Dana R. is told"))
    expect(alice.get_by_text("Recorded. They can read it now and say their side.")).to_be_visible()
    assert thumb.taps <= MOST_TAPS
    violation = Violation.objects.get()
    assert (violation.what, violation.happened_on) == (WORDS, bound.today)

    # Dana sees it at once in her week, and says her side.
    dana = phone_of(bound.dana)
    dana.goto(reverse("my_week"))
    dana.get_by_role("link", name=re.compile("^My side")).click()
    expect(dana.get_by_text(WORDS)).to_be_visible()
    dana.get_by_label("there is more to it").check()
    dana.get_by_label("In your words").fill("The last bus did not come.")
    dana.get_by_role("button", name="Send my answer").click()
    expect(dana.get_by_text("Your answer is on record.", exact=False).first).to_be_visible()

    # Alice recorded it, so she is told who decides; Olive does, with the ladder's advice beside her.
    alice.goto(reverse("house_today", args=[bound.house_a.uuid]))
    expect(alice.get_by_text("waits for Bob Example or Olive Example")).to_be_visible()
    olive = phone_of(bound.olive)
    olive.goto(reverse("house_today", args=[bound.house_a.uuid]))
    olive.get_by_role("link", name=re.compile("^Decide")).click()
    expect(olive.get_by_text("The last bus did not come.")).to_be_visible()
    expect(olive.get_by_text("The ladder says: verbal warning.")).to_be_visible()
    olive.locator("label", has_text="it was so").first.click()
    olive.get_by_label("verbal warning").check()  # advised, and chosen by hand
    olive.get_by_label("Why", exact=True).fill("The alarm's log says ten past one.")
    olive.get_by_role("button", name="Save the decision").click()
    expect(olive.get_by_text("Upheld: it was so")).to_be_visible()

    # Dana appeals.
    dana.goto(reverse("my_week"))
    dana.get_by_role("link", name=re.compile("^Appeal")).click()
    dana.get_by_label("Why should it be decided again?").fill("Here is the note of the bus company.")
    dana.get_by_role("button", name="Send my appeal").click()
    expect(dana.get_by_text("The appeal waits for a decision").first).to_be_visible()

    # The second manager, who had no hand in it, decides the appeal.
    bob = phone_of(bound.bob)
    bob.goto(reverse("house_today", args=[bound.house_a.uuid]))
    bob.get_by_role("link", name=re.compile("^Decide")).click()
    bob.get_by_label("the decision is overturned").check()
    bob.get_by_label("Why", exact=True).fill("The note says that no bus came.")
    bob.get_by_role("button", name="Save the decision").click()
    expect(bob.get_by_text("On appeal: the decision is overturned")).to_be_visible()

    dana.goto(reverse("violation", args=[violation.uuid]))
    titles = dana.locator(".story .entry-title").all_inner_texts()
    assert titles == [
        "Recorded",
        "Answer: there is more to it",
        "Upheld: it was so",
        "Appealed",
        "On appeal: the decision is overturned",
    ]
    assert case_of(violation).outcome == "overturned"

    # The paper tells the same story, in order.
    bob.get_by_role("button", name="Violation notice").click()
    expect(bob.get_by_role("heading", name="Violation notice")).to_be_visible()
    told = text_of(IssuedDocument.objects.get())
    said = [WORDS, "The last bus did not come.", "The alarm's log", "the note of the bus company", "that no bus came"]
    places = [told.index(each) for each in said]
    assert places == sorted(places)


def text_of(document: IssuedDocument) -> str:
    pages = pypdf.PdfReader(io.BytesIO(store.read(document.file))).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


@SCRIPTS
def test_wrong_record_keeps_what_was_typed_and_says_what_to_put_right(bound: Cast, phone_of: Any):
    page = phone_of(bound.alice)
    page.goto(reverse("violation_new", args=[bound.stay_of_dana.uuid]))
    page.get_by_label("What happened").fill(WORDS)

    page.get_by_role("button", name="Save: Dana R. is told").click()

    expect(page.get_by_role("alert")).to_contain_text("Choose the rule it is about.")
    expect(page.get_by_label("What happened")).to_have_value(WORDS)
    assert not Violation.objects.exists()


LOOKS = pytest.mark.parametrize(
    "look",
    [{"width": 360, "color_scheme": "light"}, {"width": 1280, "color_scheme": "dark"}],
    ids=["phone", "wide and dark"],
)


@LOOKS
def test_pages_of_violations_and_of_the_ladder_have_no_barrier(
    bound: Cast, open_page: Any, sign_in: Any, assert_accessible: Any, look: dict[str, Any]
):
    rule = bound.stay_of_dana.house.books.get(kind="rules").rules.get(number=2)
    violation = violation_of(bound.stay_of_dana, rule, by=bound.alice)
    done = violation_of(bound.stay_of_dana, rule, by=bound.alice)
    decided(done, by=bound.olive)
    with acting_as(bound.alice, source="web"):
        draft = ladders.ladder_draft(house=bound.house_a)
    of_house, of_it = [bound.house_a.uuid], [violation.uuid]
    pages = [
        (bound.alice, "house_today", of_house),
        (bound.alice, "violations", of_house),
        (bound.alice, "violation_new", [bound.stay_of_dana.uuid]),
        (bound.bob, "violation", of_it),
        (bound.bob, "violation_decide", of_it),
        (bound.alice, "violation_withdraw", of_it),
        (bound.alice, "violation_attach", of_it),
        (bound.dana, "violation", [done.uuid]),
        (bound.dana, "violation_answer", of_it),
        (bound.dana, "violation_appeal", [done.uuid]),
        (bound.dana, "ladder", of_house),
        (bound.alice, "ladder_draft", [draft.uuid]),
        (bound.alice, "ladder_line", [draft.uuid]),
        (bound.alice, "ladder_publish", [draft.uuid]),
    ]

    for person, name, keys in pages:
        page = open_page(**look)
        sign_in(page, getattr(person, "user", person))
        page.goto(reverse(name, args=keys))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than the screen"
        assert_accessible(page)
