"""Lines become beds and people; everything wrong is named by line, column, problem and remedy."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents.stays.roster.reading import RosterError
from residents.stays.roster.words import ContactWords
from tests.residents.stays.roster.conftest import HEADER

COLUMNS = HEADER.split(",")


def line(**cells):
    """One line under HEADER, for a bed of its own house and a person, changed by `cells`."""
    row = {"House": "Oak", "Bed": "1", "First": "Ada", "Last": "Renner", "DOB": "1990-01-01", "Move in": "2026-01-01"}
    row |= {name.replace("_", " "): text for name, text in cells.items()}
    return ",".join('"' + row.get(name, "").replace('"', '""') + '"' for name in COLUMNS)


def roster(read, *lines):
    return read("\n".join([HEADER, *lines])).roster


def one(read, **cells):
    result = roster(read, line(**cells))
    assert result.problems == []
    (entry,) = result.entries
    return entry


def told(items):
    return [str(item) for item in items]


# What a line is


def test_a_person_in_a_bed(read):
    entry = one(
        read,
        Room="Front",
        Bed="2",
        First='Robert "Bob"',
        Move_in="9/2/26",
        Expected_out="3/1/27",
        Sober_since="8/1/2026",
        Phone="+1 555 010 2204",
        Emergency_contact="Grace Cho sister",
        Ref_by="Drug court",
    )

    assert (entry.bed.house, entry.bed.room, entry.bed.bed, entry.bed.label) == ("Oak", "Front", "2", "Front 2")
    assert (entry.first, entry.last, entry.preferred) == ("Robert", "Renner", "Bob")
    assert (entry.birth_date, entry.starts_on, entry.ends_on) == (date(1990, 1, 1), date(2026, 9, 2), None)
    assert (entry.expected_on, entry.sober_since) == (date(2027, 3, 1), date(2026, 8, 1))
    assert (entry.phone, entry.referred_by) == ("+1 555 010 2204", "Drug court")
    assert entry.contact == ContactWords("Grace Cho", "sister", "")


@pytest.mark.parametrize("words", ["VACANT", "open", "(empty)", "- available -", "", "N/A", "none", "Vacant"])
def test_an_empty_bed_is_a_bed_and_nobody(read, words):
    result = roster(read, line(First=words, Last="", DOB="", Move_in=""))

    assert (len(result.beds), result.entries, result.problems, result.notes) == (1, [], [], [])


@pytest.mark.parametrize(
    ("words", "kind"), [("VACANT", None), ("open", None), ("HOLD", "hold"), ("broken", "out of service")]
)
def test_a_date_beside_such_a_word_makes_nobody_of_it(read, words, kind):
    result = roster(read, line(First=words, Last="", DOB=""))

    assert (len(result.beds), result.entries, result.problems) == (1, [], [])
    assert [kind in note for note in told(result.notes)] == ([True] if kind else [])


@pytest.mark.parametrize("words", ["Vacant since 10/1", "open bed", "EMPTY - needs mattress"])
def test_what_stands_beside_vacant_is_told(read, words):
    result = roster(read, line(First=words, Last="", DOB="", Move_in=""))

    assert (len(result.beds), result.entries, result.problems) == (1, [], [])
    assert told(result.notes) == [f"line 2: read as an empty bed: “{words}”"]


@pytest.mark.parametrize(
    "words",
    [
        "(hold for J.T. 11/22)",
        "HOLD",
        "Held for Maria",
        "hold - court",
        "Reserved until 12/1",
        "HOLD J.T.",
        "[hold] Ada",
        "pending",
    ],
)
def test_a_hold_is_told_and_never_a_person(read, words):
    result = roster(read, line(First=words, Last="", DOB="", Move_in=""))

    assert (len(result.beds), result.entries, result.problems) == (1, [], [])
    assert told(result.notes) == [f"line 2: not imported: a hold, please enter it (“{words}”)"]


@pytest.mark.parametrize(
    ("first", "last"), [("Anna", "Held"), ("Holden", "Ford"), ("Grace", "Open"), ("Hope", "Reserve")]
)
def test_a_person_whose_name_is_like_such_a_word_is_a_person(read, first, last):
    assert one(read, First=first, Last=last).name == f"{first} {last}"


@pytest.mark.parametrize("words", ["Out of service", "broken frame", "Do not use - bed bugs", "maintenance"])
def test_a_bed_out_of_service_is_told(read, words):
    result = roster(read, line(First=words, Last="", DOB="", Move_in=""))

    assert (len(result.beds), result.entries) == (1, [])
    assert told(result.notes) == [f"line 2: not imported: a bed out of service, please enter it (“{words}”)"]


@pytest.mark.parametrize(
    "text", ["Total in house:,6", "Beds filled,,=COUNTA(B5:B12)", "Grand total,4", "# of residents,3", "Capacity: 8"]
)
def test_a_total_is_skipped_and_said_so(read, text):
    result = read(f"Bed,Name,Move in\n1,Ada B,1/1/26\n{text}\n", house="Oak").roster

    assert (len(result.beds), len(result.entries), result.problems) == (1, 1, [])
    assert [note.text[:16] for note in result.notes] == ["skipped, a total"]


def test_a_remark_is_skipped_and_said_so_but_a_bed_without_anybody_is_a_bed(read):
    content = "Bed,Name,Move in\n1,Ada B,1/1/26\nPlease update this every Sunday,,\nSunroom 2,,\n"

    result = read(content, house="Oak").roster

    assert [bed.bed for bed in result.beds.values()] == ["1", "Sunroom 2"]
    assert told(result.notes) == ["line 3: skipped, a remark: “Please update this every Sunday”"]


def test_the_state_of_the_bed_may_stand_in_a_column_of_its_own(read):
    content = "Bed,Name,Move in,Status\n1,Ada B,1/1/26,occupied\n2,,,vacant\n3,J.T.,,hold\n4,,,out of order\n"

    result = read(content, house="Oak").roster

    assert (len(result.beds), len(result.entries), result.problems) == (4, 1, [])
    assert [note.place.line for note in result.notes] == [4, 5]


def test_who_is_said_to_have_left_needs_the_day(read):
    content = "Bed,Name,Move in,Out,Status\n1,Ada B,1/1/26,,Discharged\n2,Bo C,1/1/26,2/1/26,left\n"

    result = read(content, house="Oak").roster

    assert told(result.problems) == [
        "line 2, column E (Status): “Discharged”, but no move-out date. Write the day the resident moved out."
    ]


def test_a_column_that_is_not_understood_is_left_out_and_said_so(read):
    result = read("Bed,Name,Move in,Weekly fee\n1,Ada B,1/1/26,$185\n", house="Oak").roster

    assert told(result.notes) == ["line 1, column D (Weekly fee): this column is left out"]


def test_text_that_looks_like_a_formula_is_text(read):
    entry = one(read, First='=HYPERLINK("http://example.org")', Last="@SUM(1+1)", Ref_by="+1")

    assert (entry.first, entry.last, entry.referred_by) == ('=HYPERLINK("http://example.org")', "@SUM(1+1)", "+1")


def test_one_name_is_enough_and_told(read):
    result = roster(read, line(First="Sade", Last=""))

    assert result.entries[0].name == "Sade"
    assert told(result.notes) == ["line 2, column E (Last): “Sade” has no last name; imported as it is"]


def test_a_move_out_to_come_is_an_expected_one(read):
    result = roster(read, line(Move_out="2026-12-01"))

    assert (result.entries[0].ends_on, result.entries[0].expected_on) == (None, date(2026, 12, 1))
    assert told(result.notes) == [
        "line 2, column H (Move out): the move-out on 2026-12-01 has not come yet: kept as the expected move-out"
    ]


def test_a_line_said_twice_counts_once(read):
    result = roster(read, line(), line(First="ADA", Last="renner"))

    assert (len(result.entries), result.problems) == (1, [])
    assert told(result.notes) == ["line 3: says again what line 2 says; counted once"]


def test_a_birth_date_given_once_counts_on_every_line_of_that_name(read):
    result = roster(read, line(Move_out="2026-02-01"), line(DOB="", Bed="2", Move_in="2026-02-01"))

    assert len({entry.person_key for entry in result.entries}) == 1


def test_day_first_dates_are_recognized_for_the_whole_table_and_said_so(read):
    content = "Bed,Name,DOB,Move in\n1,Ada B,05/06/1990,31/01/2026\n2,Bo C,01/02/1991,14/02/2026\n"

    result = read(content, house="Oak").roster

    assert [entry.birth_date for entry in result.entries] == [date(1990, 6, 5), date(1991, 2, 1)]
    assert told(result.notes) == [
        "line 1, column C (DOB): the dates are read as day/month/year",
        "line 1, column D (Move in): the dates are read as day/month/year",
    ]


MONTH_FIRST = "line 1, column C (Move in): the dates are read as month/day/year"


@pytest.mark.parametrize(
    ("days", "note"),
    [
        (["05/06/2026", "05/25/2026"], [f"{MONTH_FIRST}, as the column itself shows"]),
        (["05/06/2026", "2026-05-25"], [f"{MONTH_FIRST}; this is assumed, the column does not prove it"]),
        (["Wed 05/06/2026", "May 7 2026"], [f"{MONTH_FIRST}; this is assumed, the column does not prove it"]),
        (["05/05/2026", "2026-05-25"], []),
        (["2026/05/06", "May 7, 2026"], []),
    ],
)
def test_month_first_dates_are_said_to_be_proven_or_assumed_where_it_matters(read, days, note):
    content = "Bed,Name,Move in\n" + "".join(f'{n},Ada{n} B,"{day}"\n' for n, day in enumerate(days))

    result = read(content, house="Oak").roster

    assert result.problems == []
    assert told(result.notes) == note


def test_nothing_is_said_of_an_order_of_dates_that_a_person_chose(read):
    content = "Bed,Name,Move in\n1,Ada B,05/06/2026\n"

    assert told(read(content, house="Oak", chosen={"order": "month"}).roster.notes) == []


# What is wrong


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"House": ""}, "line 2, column A (House): no house. Write the house's name."),
        ({"Bed": ""}, "line 2, column C (Bed): no bed. Write which bed it is."),
        (
            {"First": "", "Last": ""},
            "line 2, column D (First): no name. "
            "Write the resident's first and last name, or clear the line if the bed is empty.",
        ),
        (
            {"First": "VACANT", "Last": ""},
            "line 2, column D (First): “VACANT” is no name. "
            "Write the resident's first and last name, or clear the line if the bed is empty.",
        ),
        ({"First": ""}, "line 2, column D (First): no first name beside “Renner”. Write the first name."),
        (
            {"First": "#REF!"},
            "line 2, column D (First): the cell shows the spreadsheet's error “#REF!”. Write the name.",
        ),
        (
            {"First": "L" * 5000},
            f"line 2, column D (First): the text is 5,000 characters long (“{'L' * 39}…”). "
            "Shorten it to at most 100 characters.",
        ),
        (
            {"Last": "L" * 101},
            f"line 2, column E (Last): the text is 101 characters long (“{'L' * 39}…”). "
            "Shorten it to at most 100 characters.",
        ),
        (
            {"First": "A\0da"},
            "line 2, column D (First): the cell holds a null byte, which no one can see. Type the cell anew: “Ada”.",
        ),
        (
            {"Ref_by": "x\x1by"},
            "line 2, column M (Ref by): the cell holds a control character (U+001B), which no one can see. "
            "Type the cell anew: “xy”.",
        ),
        (
            {"Last": "\u202eeve"},
            "line 2, column E (Last): the cell holds a control character (U+202E), which no one can see. "
            "Type the cell anew: “eve”.",
        ),
        (
            {"DOB": "2031-01-01"},
            "line 2, column F (DOB): born on 2031-01-01, in the future. Correct the year of birth.",
        ),
        ({"DOB": "1901-01-01"}, "line 2, column F (DOB): born on 1901-01-01, too long ago. Correct the year of birth."),
        (
            {"DOB": "2026-01-02"},
            "line 2, column G (Move in): the move-in on 2026-01-01 is before the birth on 2026-01-02. "
            "Correct one of the two dates.",
        ),
        ({"Move_in": ""}, "line 2, column G (Move in): no move-in date. Write the day the resident moved in."),
        (
            {"Move_in": "2026-11-21"},
            "line 2, column G (Move in): the move-in on 2026-11-21 is in the future. "
            "Correct the date; for someone who is still to come, clear the line and enter a hold.",
        ),
        (
            {"Move_out": "2025-12-31"},
            "line 2, column H (Move out): the move-out on 2025-12-31 is before the move-in on 2026-01-01. "
            "Write a later day, or leave it empty if the resident still lives here.",
        ),
        (
            {"Expected_out": "2026-01-01"},
            "line 2, column I (Expected out): "
            "the expected move-out on 2026-01-01 is not after the move-in on 2026-01-01. "
            "Write a later day, or leave it empty.",
        ),
        (
            {"Sober_since": "2026-12-31"},
            "line 2, column J (Sober since): sober since 2026-12-31, which is in the future. "
            "Write a day up to today, 2026-11-20.",
        ),
        (
            {"Sober_since": "1989-12-31"},
            "line 2, column J (Sober since): sober since 1989-12-31, before the birth on 1990-01-01. "
            "Correct one of the two dates.",
        ),
        (
            {"Phone": "+1-2"},
            "line 2, column K (Phone): “+1-2” is not a telephone number: it has 2 digits. "
            "Write one number of 7 to 15 digits, or leave it empty.",
        ),
        (
            {"Phone": "555-010-2201 or 555-010-2202"},
            "line 2, column K (Phone): “555-010-2201 or 555-010-2202” is not a telephone number: it has 20 digits. "
            "Write one number of 7 to 15 digits, or leave it empty.",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_one_thing_wrong_is_named_once_with_its_place_and_remedy(read, cells, problem):
    result = roster(read, line(**cells))

    assert told(result.problems) == [problem]
    assert result.entries == []


def test_everything_wrong_in_a_line_is_named_in_one_pass(read):
    result = roster(
        read, line(First="", Last="", DOB="2031-01-01", Move_in="soon", Sober_since="2027-01-01", Phone="12")
    )

    assert [problem.place.column for problem in result.problems] == ["D", "F", "G", "J", "K"]


def test_two_people_in_one_bed_are_named_with_both_lines(read):
    result = roster(read, line(), line(First="Bo", Last="Cho", Move_in="2026-02-01"))

    assert told(result.problems) == [
        "line 3, column C (Bed): bed 1 of Oak is taken by Ada Renner (line 2) since 2026-01-01, without a move-out. "
        "Write the day Ada Renner moved out, or another bed for Bo Cho."
    ]


def test_a_bed_is_one_bed_however_it_is_spelled_and_one_day_is_too_much(read):
    first = line(Bed="1A", Move_out="2026-02-02")

    overlapping = roster(read, first, line(Bed="1 a", House="OAK", First="Bo", Move_in="2026-02-01"))
    following = roster(read, first, line(Bed="1 a", House="OAK", First="Bo", Move_in="2026-02-02"))

    assert [problem.place.line for problem in overlapping.problems] == [3]
    assert (following.problems, len(following.beds), len(following.houses)) == ([], 1, 1)


def test_the_later_line_is_named_even_where_its_time_comes_first(read):
    result = roster(read, line(Move_in="2026-02-01"), line(First="Bo", Move_in="2026-01-01"))

    assert [(problem.place.line, "(line 2)" in problem.wrong) for problem in result.problems] == [(3, True)]


def test_a_line_with_another_problem_still_counts_as_being_in_its_bed(read):
    result = roster(read, line(Phone="1"), line(First="Bo", Move_in="2026-02-01"))

    assert [(problem.place.line, problem.place.column) for problem in result.problems] == [(2, "K"), (3, "C")]


def test_one_person_in_two_beds_is_named_with_both_lines(read):
    result = roster(read, line(), line(House="Elm", Bed="7", Move_in="2026-03-01"))

    assert told(result.problems) == [
        "line 3, column C (Bed): Ada Renner already has bed 1 of Oak (line 2) since 2026-01-01, without a move-out. "
        "Write the day Ada Renner left the one bed; two people of one name need their birth dates."
    ]


def test_two_people_of_one_name_are_told_apart_by_their_birth_dates(read):
    twins = [line(), line(DOB="1991-01-01", Bed="2")]

    assert roster(read, *twins).problems == []
    assert told(roster(read, *twins, line(DOB="", Bed="3")).problems) == [
        "line 4: the file knows more than one Ada Renner, and this line gives no birth date. Write the birth date."
    ]


def test_what_no_column_says_is_named_once_and_not_on_every_line(read):
    no_house = read("Bed,Name,Move in\n1,Ada B,1/1/26\n2,Bo C,1/1/26\n").roster
    no_move_in = read("Bed,Name\n1,Ada B\n2,Bo C\n", house="Oak").roster
    no_bed = read("Name,Move in\nAda B,1/1/26\n", house="Oak").roster

    assert [(problem.place.line, problem.wrong) for problem in no_house.problems] == [
        (2, "nothing says which house this is")
    ]
    assert [problem.wrong for problem in no_move_in.problems] == ["no column is known to hold the move-in"]
    assert told(no_bed.problems) == ["line 1: no column is known to hold the bed. Say which column it is."]


def test_a_file_that_names_no_bed_says_what_a_roster_looks_like(read):
    result = read("Bed,Name,Move in\n,,\nTotal,4\n", house="Oak").roster

    assert [problem.wrong for problem in result.problems] == ["no row of the file names a bed"]


def test_a_bed_that_the_spreadsheet_made_a_date_is_named(read, xlsx):
    data = xlsx({"Oak": [["Bed", "Name", "Move in"], [date(2026, 1, 2), "Ada B", date(2026, 1, 1)]]})

    assert told(read(data).roster.problems) == [
        "sheet “Oak”, line 2, column A (Bed): the spreadsheet has turned this name into the date 2026-01-02. "
        "Format the cell as text and type the name anew."
    ]


def test_a_formula_in_a_residents_line_is_told(read, xlsx):
    data = xlsx({"Oak": [["Bed", "Name", "Move in"], [1, "=B9", date(2026, 1, 1)]]})

    result = read(data).roster

    assert result.entries[0].first == "=B9"
    assert "sheet “Oak”, line 2, column B (Name): a formula was not calculated; read as “=B9”" in told(result.notes)


def test_problems_come_in_the_order_of_the_file(read, xlsx):
    rows = [["Bed", "Name", "Move in"], [1, "Ada B", "soon"], [2, "", date(2026, 1, 1)]]

    places = [problem.place for problem in read(xlsx({"Oak": rows, "Elm": rows})).roster.problems]

    assert [(place.sheet, place.line) for place in places] == [("Oak", 2), ("Oak", 3), ("Elm", 2), ("Elm", 3)]


CELL = st.text(max_size=15) | st.sampled_from(
    ["VACANT", "hold", "1A", "Total", "2026-01-01", "31/12/2025", "Ada Renner", "#REF!", "=1+1", "\0", "555-010-2201"]
)


@given(
    st.lists(st.sampled_from([*COLUMNS, "Name", "Rm / Bed", "Last, First", "Fee", ""]), min_size=1, max_size=8),
    st.lists(st.lists(CELL, max_size=8), max_size=12),
)
def test_no_roster_does_anything_but_make_entries_problems_and_notes(read, header, rows):
    table = [header, *rows]
    content = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table)
    try:
        result = read(content.encode("utf-8", "replace"), house="Oak").roster
    except RosterError:
        return  # nothing in it that anybody could see

    assert result.beds or result.problems
    for problem in result.problems:
        assert problem.place.line >= 1
        assert problem.wrong
        assert problem.right
