"""Headers, columns and houses: guessed, and corrected by a person."""

from __future__ import annotations

import time
from datetime import date

import pytest

from residents.stays.roster.dates import Order
from residents.stays.roster.mapping import _NAME_WORD, _WORDS, Field, field_of, guess_mapping
from residents.stays.roster.reading import RosterError, read_workbook
from tests.residents.stays.roster.conftest import HEADER


def guess(content):
    data = content.encode() if isinstance(content, str) else content
    return guess_mapping(read_workbook(data, "roster"))


def fields(content, layout=0):
    return [kind.value for kind in guess(content).layouts[layout].fields]


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Rm / Bed", "room_bed"),
        ("Bed #", "bed"),
        ("BED NO.", "bed"),
        ("Rm", "room"),
        ("D.O.B.", "birth"),
        ("Birth date", "birth"),
        ("Date of Birth (m/d/y)", "birth"),
        ("Moved In", "starts"),
        ("Move-in", "starts"),
        ("Admit date", "starts"),
        ("Out", "ends"),
        ("Discharge Date", "ends"),
        ("Expected move-out", "expected"),
        ("Sober Since", "sober"),
        ("Clean date", "sober"),
        ("Sobriety Date", "sober"),
        ("Cell", "phone"),
        ("Phone #", "phone"),
        ("Cell phone number", "phone"),
        ("Last, First", "last_first"),
        ("Last Name", "last"),
        ("first_name", "first"),
        ("Resident", "name"),
        ("Resident Name", "name"),
        ("House", "house"),
        ("Emergency contact", "contact"),
        ("Emergency Contact Phone", "contact_phone"),
        ("Relationship", "contact_relationship"),
        ("Ref by", "referred_by"),
        ("Referral source (if any)", "referred_by"),
        ("Preferred name", "preferred"),
        ("Pronouns", "pronouns"),
        ("Status", "status"),
        ("Weekly fee", ""),
        ("Sponsor phone", ""),
        ("PO phone", ""),
        ("Clean UA date", ""),
        ("House rules signed", ""),
        ("Notes", ""),
        ("State", ""),
        ("", ""),
        ("x" * 100, ""),
    ],
)
def test_a_headers_words_say_what_the_column_is(header, kind):
    assert field_of(header) == kind


def test_the_header_is_found_below_titles_and_the_house_in_them():
    mapping = guess("Elm Street House,,\nroster as of 11/15/2026,,\n,,\nRm / Bed,Resident,Moved In\n1A,Ada B,1/1/26\n")

    (table,) = mapping.tables
    assert (table.header_line, table.house) == (4, "Elm Street House")
    assert [kind.value for kind in mapping.layouts[0].fields] == ["room_bed", "name", "starts"]


@pytest.mark.parametrize(
    ("title", "house"),
    [
        ("Elm Street House", "Elm Street House"),
        ("Elm Street House - Roster", "Elm Street House"),
        ("Roster for Elm Street House", "Elm Street House"),
        ("House: Elm Street", "Elm Street"),
        ("House:,Elm Street", "Elm Street"),
        ("Updated every Sunday", ""),
        ("Resident Roster", ""),
        ("11/15/2026", ""),
    ],
)
def test_what_a_title_says_about_the_house(title, house):
    assert guess(f"{title}\nBed,Name,Move in\n1,Ada B,1/1/26\n").tables[0].house == house


def test_who_imports_names_the_house_where_no_column_does():
    mapping = guess("Elm Street House,,\nBed,Name,Move in\n1,Ada B,1/1/26\n")

    assert mapping.in_house("Oak", ["Birch"]).tables[0].house == "Oak"
    assert list(mapping.in_house("Oak", []).notes) == ["“Elm Street House” in the file is read as your house “Oak”"]
    assert mapping.in_house("Oak", ["elm street  house"]) == mapping
    assert guess("Sunrise Homes,,\nHouse,Bed,Name\nOak,1,Ada B\n").tables[0].house == ""


def test_a_file_that_names_several_houses_is_not_put_into_one(xlsx):
    header = ["Bed", "Name", "Move in"]
    mapping = guess(xlsx({name: [header, [1, "Ada B", date(2026, 1, 1)]] for name in ("Elm", "Birch", "Sheet3")}))

    assert mapping.in_house("Oak", []) == mapping
    assert [table.house for table in mapping.in_house("Oak", ["Elm"]).tables] == ["Elm", "Oak", "Oak"]


@pytest.mark.parametrize("kind", [Field.NAME, Field.LAST_FIRST, Field.FIRST, Field.LAST])
def test_every_phrase_for_a_name_makes_a_row_worth_looking_at(kind):
    phrases = [phrase for phrase, means in _WORDS.items() if means is kind]

    assert phrases
    assert [phrase for phrase in phrases if not _NAME_WORD.search(phrase)] == []


def test_accents_hide_no_header():
    assert fields("Bed,RÉSIDENT,Move in\n1,Ada B,1/1/26\n") == ["bed", "name", "starts"]


def test_more_different_headers_than_any_roster_has_are_one_sentence_and_no_work():
    def content(count):
        return "".join(f"Bed,Name,Move in,x{n}\n1,Ada B,1/1/26,\n" for n in range(count))

    assert len(guess(content(50)).layouts) == 50
    started = time.perf_counter()
    with pytest.raises(RosterError, match="The file has more than 50 different headers."):
        guess(content(10_000))
    assert time.perf_counter() - started < 5


def test_a_header_on_every_page_is_found_again_at_once():
    (layout,) = guess("Bed,Name,Move in\n1,Ada B,1/1/26\nBED,name,Move in\n2,Bo C,1/1/26\n" * 300).layouts

    assert layout.headers == ("Bed", "Name", "Move in")


def test_rows_without_a_word_for_a_name_are_not_looked_at_cell_by_cell():
    words = "\n".join(",".join(f"w{row}x{column}" for column in range(150)) for row in range(100))
    field_of.cache_clear()

    guess(f"Bed,Name,Move in\n1,Ada B,1/1/26\n{words}\n")

    assert field_of.cache_info().misses == 4  # the three headers, and no header


@pytest.mark.parametrize(
    ("sheet", "house"), [("Birch (women)", "Birch (women)"), ("Sheet1", "Old Mill"), ("Nov 2026", "Old Mill")]
)
def test_a_sheets_name_is_the_house_unless_it_says_nothing(xlsx, sheet, house):
    data = xlsx({sheet: [["Old Mill"], ["Bed", "Name", "Move in"], [1, "Ada B", date(2026, 1, 1)]]})

    assert guess(data).tables[0].house == house


def test_each_sheet_is_a_table_and_equal_headers_are_one_layout(xlsx):
    header = ["Bed", "Name", "Move in"]
    rows = {name: [header, [1, "Ada B", date(2026, 1, 1)]] for name in ("Oak", "Elm")}
    rows["Rules"] = [["No smoking"], ["Be kind"]]

    mapping = guess(xlsx(rows))

    assert [(table.house, table.layout) for table in mapping.tables] == [("Oak", 0), ("Elm", 0)]
    assert list(mapping.notes) == ["The sheet “Rules” has no header that names a bed and a resident, and was not read."]


def test_tables_below_each_other_have_their_own_house_and_no_bed_is_taken_for_a_title():
    content = "Oak House,,\nBed,Name,Move in\n1,Ada B,1/1/26\nBed 4,,\n\nElm House,,\nBed,Name,Move in\n1,Bo C,1/1/26\n"

    mapping = guess(content)

    assert [(table.header_line, table.house, list(table.rows)) for table in mapping.tables] == [
        (2, "Oak House", [2, 3]),
        (7, "Elm House", [6]),
    ]


def test_a_header_repeated_on_the_next_printed_page_goes_on_with_the_house():
    content = "Oak House,,\nBed,Name,Move in\n1,Ada B,1/1/26\nBed,Name,Move in\n2,Bo C,1/1/26\n"

    assert [table.house for table in guess(content).tables] == ["Oak House", "Oak House"]


def test_columns_without_a_header_are_told_by_what_stands_in_them():
    content = "1A,Tobias Renner,4/12/1988,8/3/2026,555-010-2201\n1B,Marcus Oyelaran,11/30/1991,9/14/2026,555-010-2202\n"

    assert fields(content) == ["room_bed", "name", "birth", "starts", "phone"]
    assert guess(content).tables[0].header_line is None


def test_a_header_nobody_understands_is_shown_and_never_a_resident():
    mapping = guess("Old Mill,,\nWhere,Who,Since\n1A,Tobias Renner,8/3/2026\n")

    assert mapping.layouts[0].headers == ("Where", "Who", "Since")
    assert fields("Where,Who,Since\n1A,Tobias Renner,8/3/2026\n") == ["room_bed", "name", "starts"]
    assert (mapping.tables[0].header_line, list(mapping.tables[0].rows)) == (2, [2])


def test_what_one_header_leaves_open_the_others_and_the_contents_settle():
    assert fields("Room,Name,Move in\n101,Ada B,1/1/26\n") == ["room_bed", "name", "starts"]
    assert fields("Bed,Name,First,Last,Move in\n1,x,Ada,B,1/1/26\n") == ["bed", "", "first", "last", "starts"]
    assert fields("Bed,First,Move in\n1,Ada B,1/1/26\n") == ["bed", "name", "starts"]
    assert fields("Bed,Name,Contact\n1,Ada B,555-010-2201\n2,Bo C,555-010-2202\n") == ["bed", "name", "phone"]
    assert fields("Bed,Name,Phone,Cell\n1,Ada B,,\n") == ["bed", "name", "phone", ""]


def test_the_mapping_goes_through_a_form_and_back_and_a_person_corrects_it():
    mapping = guess("Bed,Name,Move in,Phone\n1,Ada B,1/1/26,5550102201\n").in_house("Oak", [])
    data = mapping.to_data()

    assert data == {
        "order": "",
        "layout-0-A": "bed",
        "layout-0-B": "name",
        "layout-0-C": "starts",
        "layout-0-D": "phone",
        "table-0-house": "Oak",
    }
    assert mapping.corrected(data) == mapping
    changed = mapping.corrected({"layout-0-D": "contact_phone", "table-0-house": " Elm  House", "order": "day"})
    assert changed.layouts[0].fields == (Field.BED, Field.NAME, Field.STARTS, Field.CONTACT_PHONE)
    assert (changed.tables[0].house, changed.order) == ("Elm House", Order.DAY_FIRST)
    assert mapping.corrected({"layout-0-A": "nonsense", "layout-9-Z": "bed", "order": "sideways"}) == mapping


def test_a_field_belongs_to_the_first_column_that_claims_it():
    mapping = guess("Bed,Name,Move in\n1,Ada B,1/1/26\n").corrected({"layout-0-A": "name"})

    assert mapping.layouts[0].fields == (Field.NAME, Field.NOTHING, Field.STARTS)
    assert mapping.layouts[0].missing == [Field.BED]


def test_every_field_has_a_name_a_person_can_read():
    assert len({kind.label for kind in Field}) == len(Field)


def test_the_tests_own_header_is_understood_whole():
    assert "" not in fields(HEADER + "\nOak,1,A,Ada,B,1/1/1990,1/1/2026,,,,,,\n")


def test_a_file_of_empty_rows_is_refused_before_anything_is_guessed():
    with pytest.raises(RosterError):
        guess(",,\n,,\n")
