"""A manager's day on a phone: sign in, see the house, move somebody in, hold a bed, discharge; also without scripts,
and with nothing but a keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from residents.models import Stay
from residents.stays import services
from residents.stays.models import Application, BedUse, Discharge
from soberhouse.history import acting_as
from tests.cast import PASSWORD, Cast
from tests.residents.stays.stories import applicant, days, lives

SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
MOST_FIELDS = 5


@pytest.fixture
def phone(committed_db: None, cast: Cast, open_page: Any, sign_in: Any, scripts: bool) -> Page:
    """Alice's phone, 360 pixels wide."""
    page = open_page(java_script_enabled=scripts)
    sign_in(page, cast.alice)
    return page


def bed_on(page: Page, label: str) -> Locator:
    """A bed as the board shows it."""
    return page.locator("li.bed").filter(has=page.locator(".bed-label", has_text=label))


def open_board(page: Page, cast: Cast) -> None:
    page.goto(reverse("house_today", args=[cast.house_a.uuid]))
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Beds").click()
    expect(page.get_by_role("heading", name="Beds", exact=True)).to_be_visible()


def submit(page: Page, name: str) -> None:
    page.locator("main form").get_by_role("button", name=name, exact=True).click()


# --- signing in ---------------------------------------------------------------------------------------------------


@SCRIPTS
def test_manager_signs_in_and_is_in_the_house(committed_db: None, cast: Cast, open_page: Any, scripts: bool):
    page = open_page(java_script_enabled=scripts)
    page.goto("/")

    page.get_by_label("User name or e-mail").fill("alice")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    expect(page.locator(".subtitle")).to_contain_text("Alder House")
    expect(page.locator(".stats")).to_contain_text("2")


# --- the bed board ------------------------------------------------------------------------------------------------


@SCRIPTS
def test_somebody_new_moves_into_an_open_bed_by_one_form_with_few_fields(phone: Page, cast: Cast, scripts: bool):
    open_board(phone, cast)
    bed_on(phone, "2A").get_by_role("link", name="Move in").click()
    answer = {
        "first name": "Zoë",
        "last name": "Ångström",
        "date of birth": "1988-02-29",
        "sober since": str(cast.today - days(30)),
    }
    assert len(answer) <= MOST_FIELDS

    for label, text in answer.items():
        phone.get_by_label(label).fill(text)
    submit(phone, "Move in")

    expect(phone.get_by_role("heading", name="Beds", exact=True)).to_be_visible()
    expect(phone.locator("#messages")).to_contain_text("Moved in.")
    expect(bed_on(phone, "2A")).to_contain_text("Zoë Å.")
    expect(bed_on(phone, "2A")).to_contain_text("sober 30")
    stay = Stay.objects.select_related("resident").latest("id")
    assert (stay.resident.legal_name, stay.starts_on, stay.uses.get().bed.name) == ("Zoë Ångström", cast.today, "2A")


@SCRIPTS
def test_applicant_gets_a_bed_held_and_moves_into_it(phone: Page, cast: Cast, scripts: bool):
    with acting_as(cast.alice, source="web"):
        applicant(cast, "Hal Held")
    open_board(phone, cast)

    bed_on(phone, "3A").get_by_role("link", name="Hold").click()
    phone.get_by_label("for").select_option(label="Hal Held · received")
    submit(phone, "Hold the bed")
    expect(bed_on(phone, "3A")).to_contain_text("Held for Hal H.")

    bed_on(phone, "3A").get_by_role("link", name="Held for Hal H.").first.click()
    phone.get_by_role("link", name="Move in").click()
    submit(phone, "Move in")

    expect(bed_on(phone, "3A")).to_contain_text("Hal H.")
    assert Application.objects.get().status == "moved_in"
    assert BedUse.objects.real().on(cast.today, today=cast.today).get(bed=cast.bed_a("3A")).kind == "stay"


@SCRIPTS
def test_resident_is_discharged_with_the_ordinary_answers_chosen(phone: Page, cast: Cast, scripts: bool):
    open_board(phone, cast)
    bed_on(phone, "1A").get_by_role("link", name="Discharge").click()

    phone.locator("#id_reason").select_option("choice")
    phone.locator("#id_destination").select_option("422")
    phone.wait_for_load_state()
    if phone.locator("#id_naloxone").count():
        phone.locator("#id_naloxone").select_option("taken")
    submit(phone, "Discharge")

    expect(phone.locator("#messages")).to_contain_text("Discharged.")
    discharge = Discharge.objects.get()
    assert (discharge.stay, discharge.destination, discharge.left_on) == (cast.stay_of_dana, 422, cast.today)
    open_board(phone, cast)
    expect(bed_on(phone, "1A")).to_contain_text("Open since")


@SCRIPTS
def test_mistaken_move_in_is_undone_with_a_reason_after_being_told_what_happens(phone: Page, cast: Cast, scripts: bool):
    phone.goto(reverse("stay", args=[cast.stay_of_dana.uuid]))
    phone.get_by_role("link", name="Never moved in").click()
    expect(phone.get_by_role("heading", name="What will happen")).to_be_visible()

    submit(phone, "Undo the move-in")
    expect(phone.locator(".error-summary")).to_contain_text("This field is required.")
    phone.get_by_label("reason").fill("wrong person")
    submit(phone, "Undo the move-in")

    expect(phone.locator("#messages")).to_contain_text("The move-in is undone.")
    expect(phone.get_by_text("entered by mistake").first).to_be_visible()
    assert Stay.objects.get(pk=cast.stay_of_dana.pk).voided


@SCRIPTS
def test_bed_that_was_taken_meanwhile_is_refused_and_what_was_typed_is_kept(phone: Page, cast: Cast, scripts: bool):
    open_board(phone, cast)
    bed_on(phone, "2A").get_by_role("link", name="Move in").click()
    phone.get_by_label("first name").fill("Zoë")
    with acting_as(cast.bob, source="web"):
        lives(cast.bed_a("2A"), "Ida Quick", since=cast.today)

    submit(phone, "Move in")

    expect(phone.locator(".error-summary")).to_contain_text("Ida Q. is in Bed Room 2 2A since")
    expect(phone.locator(".error-summary")).to_be_focused()
    expect(phone.get_by_label("first name")).to_have_value("Zoë")
    assert Stay.objects.filter(resident__legal_first_name="Zoë").count() == 0


@SCRIPTS
def test_any_night_is_shown_by_stepping_or_choosing(phone: Page, cast: Cast, scripts: bool):
    open_board(phone, cast)

    phone.get_by_role("button", name="The night before").click()
    expect(phone.get_by_text("A past night: what the records say now.")).to_be_visible()
    expect(bed_on(phone, "2A").get_by_role("link")).to_have_count(0)
    phone.get_by_label("Night of").fill(str(cast.today - days(100)))
    phone.get_by_role("button", name="Show").click()

    expect(bed_on(phone, "1A")).to_contain_text("Open")
    expect(bed_on(phone, "1B")).to_contain_text("Frank O.")
    phone.get_by_role("button", name="Tonight").click()
    expect(bed_on(phone, "1A")).to_contain_text("Dana R.")


@pytest.mark.parametrize("scripts", [True])
def test_what_is_pressed_on_a_phone_is_large_enough(phone: Page, cast: Cast, scripts: bool):
    with acting_as(cast.alice, source="web"):
        services.expect(stay=cast.stay_of_dana, expected_on=cast.today + days(1), today=cast.today)
    for address in (
        reverse("house_today", args=[cast.house_a.uuid]),
        reverse("board", args=[cast.house_a.uuid]),
        reverse("stay", args=[cast.stay_of_dana.uuid]),
        reverse("stay_discharge", args=[cast.stay_of_dana.uuid]),
    ):
        phone.goto(address)
        small = phone.evaluate(
            """() => [...document.querySelectorAll('.button, button, nav.nav a, summary, input, select')]
            .filter(each => {
                const box = each.getBoundingClientRect();
                const hidden = box.width < 2 || !each.checkVisibility() || ['checkbox', 'radio'].includes(each.type);
                return !hidden && box.height < 44;
            }).map(each => `${each.outerHTML.slice(0, 80)} ${each.getBoundingClientRect().height}`)"""
        )
        assert small == [], address


# --- with a keyboard ----------------------------------------------------------------------------------------------


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until this has the focus, which must be seen."""
    for _press in range(80):
        if target.evaluate("element => element === document.activeElement"):
            outline = target.evaluate("element => getComputedStyle(element).outlineStyle")
            assert outline != "none", "Nobody sees where the focus is."
            return
        page.keyboard.press("Tab")
    raise AssertionError("The keyboard never gets there.")


def test_signing_in_and_moving_somebody_in_need_no_mouse(committed_db: None, cast: Cast, open_page: Any):
    page = open_page(width=1280)
    page.goto("/")

    tab_to(page, page.get_by_label("User name or e-mail"))
    page.keyboard.type("alice")
    tab_to(page, page.get_by_label("Password"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()

    tab_to(page, page.get_by_role("navigation", name="Main").get_by_role("link", name="Beds"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Beds", exact=True)).to_be_visible()
    tab_to(page, bed_on(page, "2A").get_by_role("link", name="Move in"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Move someone in")).to_be_visible()
    tab_to(page, page.get_by_label("first name"))
    page.keyboard.type("Zoë")
    tab_to(page, page.locator("main form").get_by_role("button", name="Move in", exact=True))
    page.keyboard.press("Enter")

    expect(bed_on(page, "2A")).to_contain_text("Zoë")
    assert Stay.objects.latest("id").resident.legal_first_name == "Zoë"


def test_first_tab_skips_to_the_page(committed_db: None, cast: Cast, page: Page, sign_in: Any):
    sign_in(page, cast.alice)
    page.goto(reverse("board", args=[cast.house_a.uuid]))

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator("#main")).to_be_focused()
