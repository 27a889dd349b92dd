"""The house log from a phone: a line in three taps and the words; an incident begun in one tap, finished later, by
somebody else, after the page was closed half-way and after the connection dropped."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from residents.models import Entry, Incident, IncidentDraft
from tests.cast import Cast

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
NOTE, STORY = "The boiler is out. The plumber comes at eight.", "Found on the bathroom floor, blue lips."


@pytest.fixture
def people(committed_db: None, cast: Cast) -> Cast:
    return cast


@pytest.fixture
def scripts() -> bool:
    return True


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


def today(page: Page, people: Cast) -> None:
    page.goto(reverse("house_today", args=[people.house_a.uuid]))


def kept(page: Page) -> Locator:
    return page.locator("#kept").get_by_text(re.compile("^Kept: "))


@SCRIPTS
def test_a_line_takes_at_most_three_taps_and_the_words(people: Cast, phone_of: Any):
    alice, thumb = phone_of(people.alice), Thumb()
    today(alice, people)

    thumb.tap(alice.get_by_label("What happened", exact=True))
    alice.get_by_label("What happened", exact=True).fill(NOTE)
    thumb.tap(alice.get_by_role("button", name="Save", exact=True))

    expect(alice.get_by_text("Written in the log.")).to_be_visible()
    assert thumb.taps <= 3
    assert Entry.objects.get().tellings.get().text == NOTE


@SCRIPTS
def test_an_overdose_is_begun_in_two_taps_and_finished_later(people: Cast, phone_of: Any, complaints: list[str]):
    alice, thumb = phone_of(people.alice), Thumb()
    today(alice, people)
    thumb.tap(alice.get_by_role("button", name="Overdose"))
    expect(alice.get_by_role("heading", name="Overdose")).to_be_visible()
    assert thumb.taps <= 2
    alice.get_by_label("What happened", exact=True).fill(STORY)
    alice.get_by_label("Dana R.").check()
    alice.locator("#id_naloxone_0_doses").fill("2")
    alice.get_by_role("button", name="Finish later").click()
    expect(alice.get_by_text("Anybody who runs the house can finish it from Today.")).to_be_visible()
    assert not Incident.objects.exists()

    # Bob is on next. What Alice typed stands there; he adds a line, is told what is missing, and files it.
    bob = phone_of(people.bob)
    today(bob, people)
    bob.get_by_role("link", name=re.compile("^Finish")).click()
    expect(bob.get_by_label("What happened", exact=True)).to_have_value(STORY)
    expect(bob.get_by_label("Dana R.")).to_be_checked()
    bob.locator("#told > summary").click()
    bob.locator("#id_told_0_who").fill("911")
    bob.locator("#told").get_by_role("button", name=re.compile("^One more line")).click()
    expect(bob.locator("#id_told_1_who")).to_be_visible()
    expect(bob.locator("#id_told_0_who")).to_have_value("911")
    bob.get_by_role("button", name="File it").click()
    expect(bob.get_by_text("It is kept, and not filed yet")).to_be_visible()
    begun_at = bob.get_by_label("When", exact=True).first.input_value()
    bob.locator("#id_told_0_at").fill(begun_at)
    bob.locator("#id_naloxone_0_at").fill(begun_at)
    bob.get_by_role("button", name="File it").click()

    expect(bob.get_by_text("Filed. Somebody else closes it.")).to_be_visible()
    expect(bob.get_by_text("Naloxone given: 2 doses", exact=True)).to_be_visible()
    expect(bob.get_by_text("Told: 911", exact=True)).to_be_visible()
    assert Incident.objects.get().recorded_by == people.bob
    assert not IncidentDraft.objects.exists()

    # What his page keeps by itself may reach the site when the draft is filed already, and finds it no more.
    complaints[:] = [each for each in complaints if " 404 " not in each]

    # Alice began it and Bob wrote it down, so the operator closes it.
    olive = phone_of(people.olive)
    today(olive, people)
    olive.get_by_role("link", name=re.compile("^Close it")).click()
    olive.get_by_label("Cause").fill("First use after weeks.")
    olive.get_by_label("What is done so that it does not happen again").fill("Naloxone on each floor.")
    olive.get_by_role("button", name="Close it").click()
    expect(olive.get_by_text("Naloxone on each floor.")).to_be_visible()


def test_what_was_typed_is_there_after_the_page_was_closed(people: Cast, phone_of: Any):
    alice = phone_of(people.alice)
    today(alice, people)
    alice.get_by_role("button", name="Overdose").click()
    alice.get_by_label("What happened", exact=True).fill(STORY)
    expect(kept(alice)).to_be_visible()
    address = alice.url
    alice.close()

    again = phone_of(people.alice)
    today(again, people)
    again.get_by_role("link", name=re.compile("^Finish")).click()

    assert again.url == address
    expect(again.get_by_label("What happened", exact=True)).to_have_value(STORY)


def test_a_dropped_connection_loses_nothing(people: Cast, phone_of: Any, complaints: list[str]):
    alice = phone_of(people.alice)
    today(alice, people)
    alice.get_by_role("button", name="Overdose").click()
    alice.get_by_label("What happened", exact=True).fill("Found on the floor.")
    expect(kept(alice)).to_be_visible()

    alice.context.set_offline(True)
    alice.get_by_label("What happened", exact=True).fill(STORY)
    expect(alice.get_by_text("Not kept: there is no connection.")).to_be_visible()
    assert IncidentDraft.objects.get().data["text"] == ["Found on the floor."]
    alice.context.set_offline(False)

    expect(kept(alice)).to_be_visible()
    assert IncidentDraft.objects.get().data["text"] == [STORY]
    assert complaints
    assert all("ERR_INTERNET_DISCONNECTED" in each or "htmx" in each or "sendError" in each for each in complaints)
    complaints.clear()


def test_coming_back_to_an_older_page_takes_nothing_away(people: Cast, phone_of: Any):
    older = phone_of(people.alice)
    today(older, people)
    older.get_by_role("button", name="Overdose").click()
    expect(older.get_by_role("heading", name="Overdose")).to_be_visible()
    newer = older.context.new_page()
    newer.goto(older.url)
    newer.get_by_label("What happened", exact=True).fill(STORY)
    expect(kept(newer)).to_be_visible()
    changed_at = IncidentDraft.objects.get().changed_at

    for page in (older, newer):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    older.get_by_label("What happened", exact=True).fill("Found on the floor.")
    expect(older.locator("#kept").get_by_text(re.compile("^Not kept: "))).to_be_visible()

    draft = IncidentDraft.objects.get()
    assert (draft.data["text"], draft.changed_at) == ([STORY], changed_at)
    older.get_by_role("button", name="Finish later").click()
    expect(older.get_by_text("This was changed on another page meanwhile")).to_be_visible()
    expect(older.get_by_label("What happened", exact=True)).to_have_value("Found on the floor.")
    older.get_by_role("button", name="Finish later").click()
    expect(older.get_by_text("Anybody who runs the house can finish it from Today.")).to_be_visible()
    assert IncidentDraft.objects.get().data["text"] == ["Found on the floor."]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("colors", ["light", "dark"])
def test_a_draft_has_no_violation_and_fits(
    people: Cast, open_page: Any, sign_in: Any, assert_accessible: Any, width: int, colors: str
):
    page = open_page(width=width, color_scheme=colors)
    sign_in(page, people.alice)
    page.goto(reverse("incident_start", args=[people.house_a.uuid]))
    assert_accessible(page)
    page.get_by_role("button", name="Overdose").click()
    expect(page.get_by_role("heading", name="Overdose")).to_be_visible()
    page.wait_for_load_state()
    shut = page.locator("details.part:not([open]) > summary")
    for _part in range(shut.count()):
        shut.first.click()
    page.locator("#id_told_0_who").fill("911")
    page.get_by_role("button", name="File it").click()
    expect(page.get_by_text("It is kept, and not filed yet")).to_be_visible()

    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
