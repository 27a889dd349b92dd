"""Names, contacts and rooms as houses write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents.stays.roster.words import ContactWords, clean, compact, fold, room_of, split_contact, split_name


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Tobias Renner", ("Tobias", "Renner", "")),
        ("Jorge Peña-Alvarado", ("Jorge", "Peña-Alvarado", "")),
        ("José María Núñez", ("José María", "Núñez", "")),
        ("Inés de la Cruz", ("Inés", "de la Cruz", "")),
        ("Ludwig van der Berg", ("Ludwig", "van der Berg", "")),
        ("Sam Whitfield Jr.", ("Sam", "Whitfield Jr.", "")),
        ("Núñez, José María", ("José María", "Núñez", "")),
        ("Whitfield, Sam, Jr.", ("Sam", "Whitfield Jr.", "")),
        ("Sam Whitfield, III", ("Sam", "Whitfield III", "")),
        ('Robert "Bob" Smith', ("Robert", "Smith", "Bob")),
        ("Smith, Robert (Bob)", ("Robert", "Smith", "Bob")),
        ("Robert 'Bob' Smith", ("Robert", "Smith", "Bob")),
        ("Colm O'Shea", ("Colm", "O'Shea", "")),
        ("Sade", ("Sade", "", "")),
        ("", ("", "", "")),
    ],
)
def test_a_name_in_one_cell(text, parts):
    assert split_name(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Renner Tobias", ("Tobias", "Renner", "")),
        ("de la Cruz Inés", ("Inés", "de la Cruz", "")),
        ("Renner, Tobias", ("Tobias", "Renner", "")),
        ("Sade", ("Sade", "", "")),
    ],
)
def test_a_name_whose_header_puts_the_last_name_first(text, parts):
    assert split_name(text, last_first=True) == parts


@pytest.mark.parametrize(
    ("text", "contact"),
    [
        ("Ada Renner (mother) 555-010-2299", ContactWords("Ada Renner", "mother", "555-010-2299")),
        ("Lucía Peña 555-010-2298", ContactWords("Lucía Peña", "", "555-010-2298")),
        ("Grace Cho sister", ContactWords("Grace Cho", "sister", "")),
        ("Irina V. 555 010 2297", ContactWords("Irina V.", "", "555 010 2297")),
        ("Pastor Hill 555-010-2296", ContactWords("Pastor Hill", "", "555-010-2296")),
        ("Mother: Ada, cell +1 (555) 010-2299", ContactWords("Ada", "Mother", "+1 (555) 010-2299")),
        ("mom 555-010-2299", ContactWords("mom", "mom", "555-010-2299")),
        ("555-010-2299", ContactWords("555-010-2299", "", "555-010-2299")),
        ("call the office", ContactWords("call the office", "", "")),
        ("Ada 12", ContactWords("Ada 12", "", "")),
    ],
)
def test_a_contact_in_one_cell(text, contact):
    assert split_contact(text) == contact


@pytest.mark.parametrize("text", ["", "none given", "None", "n/a", "-", "not listed", "declined"])
def test_a_cell_that_names_no_contact(text):
    assert split_contact(text) is None


@pytest.mark.parametrize(
    ("label", "room"),
    [
        ("1A", "1"),
        ("101-B", "101"),
        ("Room 2 B", "2"),
        ("Room 2 Bed 3", "2"),
        ("Front / 2", "Front"),
        ("Attic, bed 1", "Attic"),
        ("12", ""),
        ("A", ""),
        ("Sunroom", ""),
    ],
)
def test_the_room_in_a_label(label, room):
    assert room_of(label) == room


def test_texts_are_compared_without_case_spacing_or_how_an_accent_is_stored():
    assert fold("  JOSE\u0301  Ñu ") == fold("josé ñu")
    assert compact("1 A") == compact("1a")
    assert clean("a\u200bb\x00c\u00a0 d\r\ne") == "abc d e"


@given(st.text(max_size=80))
def test_no_word_of_a_contact_is_lost(text):
    contact = split_contact(clean(text))
    if contact is None:
        return

    kept = "".join([contact.name, contact.relationship, contact.phone])
    lost = [char for char in clean(text) if char.isalnum() and kept.count(char) < 1]
    assert lost == []
    assert contact.name


@given(st.text(max_size=80), st.booleans())
def test_no_letter_of_a_name_is_lost(text, last_first):
    text = clean(text)
    kept = sorted(char for part in split_name(text, last_first=last_first) for char in part if char.isalnum())

    assert kept == sorted(char for char in text if char.isalnum())
