"""Pages on paper: what there is to read, black on white, without what only a screen needs."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from residents.houses import services as houses
from residents.stays import services as stays
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.stays.stories import applicant, days, lives

ON_SCREEN_ONLY = ["Skip to the page", "Sign out", "Your account", "Move in", "More", "Find", "Mark all as read"]


@pytest.fixture
def printed(open_page: Callable[..., Page], sign_in: Any) -> Callable[..., list[str]]:
    """The text of each sheet of a page, printed from a dark screen of somebody."""

    def printed(person: Any, address: str) -> list[str]:
        page = open_page(width=1280, color_scheme="dark")
        sign_in(page, person)
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200
        sheets = PdfReader(BytesIO(page.pdf(format="Letter"))).pages
        page.emulate_media(media="print")
        for what, color in (("backgroundColor", "rgb(255, 255, 255)"), ("color", "rgb(0, 0, 0)")):
            assert page.evaluate(f"getComputedStyle(document.body).{what}") == color
        expect(page.locator(".nav:visible, .bar .bell:visible, .button:visible")).to_have_count(0)
        return [" ".join(sheet.extract_text().split()) for sheet in sheets]

    return printed


@pytest.mark.parametrize(
    ("who", "told_on"),
    [
        (
            "alice",
            {
                "house_today": ["Alder House", "Today"],
                "board": ["Alder House", "Beds", "Night of", "Dana R.", "Frank O.", "Room 3"],
                "residents": ["Residents", "Dana Renner", "Frank Osei", "2 residents"],
                "resident": ["Dana Renner", "What happened"],
                "applications": ["Applications", "Nia Okafor", "Open"],
                "notices": ["Notices", "An application came in at Alder House.", "new"],
            },
        ),
        (
            "dana",
            {
                "my_week": ["Dana"],
                # What is closed on the screen is open on paper.
                "my_record": ["On record about me", "Dana Renner", "Settling in"],
                "my_house": ["Alder House", "Whom to call", "911"],
            },
        ),
    ],
)
def test_a_page_on_paper_says_what_there_is_and_when(
    who: str, told_on: dict[str, list[str]], committed_db: None, cast: Cast, printed: Callable[..., list[str]]
):
    with acting_as(cast.bob, source="web"):
        stays.application_wait(application=applicant(cast))
        kind = stays.phase_kind_save(house=cast.house_a, number=1, name="Settling in")
        stays.phase_set(stay=cast.stay_of_dana, kind=kind, starts_on=cast.today - days(9), today=cast.today)
    about = {"resident": cast.dana, "house_today": cast.house_a, "board": cast.house_a, "applications": cast.house_a}
    person = getattr(cast, who)

    for name, told in told_on.items():
        address = reverse(name, args=[about[name].uuid] if name in about else [])
        text = " ".join(printed(getattr(person, "user", person), address))

        assert [words for words in told if words.casefold() not in text.casefold()] == [], name
        assert [words for words in ON_SCREEN_ONLY if words in text] == [], name
        assert str(cast.today.year) in text, name


def test_a_long_list_says_on_every_sheet_what_its_columns_are(
    committed_db: None, cast: Cast, printed: Callable[..., list[str]]
):
    with acting_as(cast.olive, source="web"):
        house = houses.house_create(organization=cast.organization, name="Fir House", time_zone="America/Denver")
        room = houses.room_add(house=house, name="Hall")
        for number in range(24):
            bed = houses.bed_add(room=room, name=f"{number:02}")
            lives(bed, f"Nia{number:02} Okafor", since=cast.today - days(9))

    sheets = printed(cast.olive, reverse("residents"))

    assert len(sheets) > 1
    assert ["Moved in" in sheet for sheet in sheets] == [True] * len(sheets)


def test_every_component_prints(committed_db: None, cast: Cast, printed: Callable[..., list[str]]):
    sheets = printed(cast.alice, reverse("components"))

    text = " ".join(sheets)
    assert len(sheets) > 5
    assert "Components" in sheets[0]
    assert "Every control" in text
    assert "Closed until somebody opens it." in text
