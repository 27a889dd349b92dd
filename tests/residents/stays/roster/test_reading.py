"""Bytes become rows: any delimiter, any encoding, and nothing hostile gets far."""

from __future__ import annotations

import csv
import io
import random
import time
import tracemalloc
import zipfile
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from residents.stays.roster.reading import RosterError, column_letter, decode, find_delimiter, read_workbook

CELLS = [["Bed", "Name", "Move in"], ["1A", "Inés Böll", "2026-03-01"], ["1B", "O’Shea, Colm", "3/2/26"]]
SHEET = "xl/worksheets/sheet1.xml"


def text_of(cells, delimiter=",", newline="\r\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows(cells)
    return out.getvalue()


def cells_of(data):
    (sheet,) = read_workbook(data, "roster.csv").sheets
    return [list(row.values) for row in sheet.rows]


def repacked(data, **changes):
    """The workbook with parts changed: `name=function(bytes)`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, changes["sheet"](part) if name == SHEET and "sheet" in changes else part)
    return out.getvalue()


def refusal(data):
    started = time.perf_counter()
    with pytest.raises(RosterError) as refused:
        read_workbook(data, "roster")
    assert time.perf_counter() - started < 10
    return str(refused.value)


def outcome(data):
    """Sheets, or a sentence; anything else that is raised fails the test."""
    try:
        return read_workbook(data, "roster").sheets
    except RosterError as refused:
        return str(refused).endswith(".")


# CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~", ":"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_delimiter_in_every_encoding(delimiter, codec):
    assert cells_of(text_of(CELLS, delimiter).encode(codec)) == CELLS


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_every_end_of_line(newline):
    assert cells_of(text_of(CELLS, newline=newline).encode()) == CELLS


def test_how_it_was_read_is_said():
    assert read_workbook(text_of(CELLS, ";").encode("cp1252"), "x").how == "CSV with semicolons, Windows-1252"
    assert read_workbook(text_of(CELLS, "\t").encode("utf-16"), "x").how == "CSV with tabs, UTF-16"


def test_excels_own_hint_about_the_delimiter_is_followed_and_counted_as_a_line():
    (sheet,) = read_workbook(b"sep=;\r\nBed;Name\r\n1;Ada, B\r\n", "x").sheets

    assert [(row.line, row.values) for row in sheet.rows] == [(2, ("Bed", "Name")), (3, ("1", "Ada, B"))]


def test_rows_keep_their_line_though_cells_span_lines_and_rows_are_empty():
    (sheet,) = read_workbook(b'a,b\r\n\r\n"one\r\ntwo",x\r\n,,\r\nlast,y\r\n', "x").sheets

    assert [(row.line, row.values) for row in sheet.rows] == [
        (1, ("a", "b")),
        (3, ("one\r\ntwo", "x")),
        (6, ("last", "y")),
    ]


def test_the_apostrophe_of_an_export_is_taken_off_again():
    assert cells_of(b"Name,Phone,Note\n'=1+1,'+1 555 010 2204,'tis\n")[1] == ["=1+1", "+1 555 010 2204", "'tis"]


def test_a_byte_that_windows_1252_does_not_know_becomes_a_control_character():
    assert decode(b"Jos\xe9 \x81") == ("José \x81", "Windows-1252")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "The file is empty."),
        (b" \r\n\t\x00", "The file is empty."),
        (b",,,\n,,,\n", "only empty rows"),
        (b"," * 10_000_000, "Line 1 is 10,000,000 characters long"),
        ((b"," * 900_000 + b"x\n") * 11, "Line 1 has 900,001 columns. A roster has at most 200."),
        ((b"," * 900_000 + b"\n") * 11, "only empty rows"),
        (b"\n" * 10_000_000 + b"a", "more than 20,000 rows"),
        (b"a,b\r" + b"\r" * 10_000_000, "more than 20,000 rows"),
        ((b"a," * 150 + b"b\n") * 4_000, "The file has more than 600,000 cells."),
        (b"a,b\n" * 20_001, "The file has more than 20,000 rows. Import it in parts."),
        (b"x" * (10 * 1024 * 1024 + 1), "a roster of at most 10 MB can be read"),
        (b'Bed,Name\n1,"Ada\n2,Bo\n', 'A quotation mark (") on line 2 is opened and never closed.'),
        (b'Bed,Name\n1,"' + b"Ada\n2," * 50_000, "Line 2 cannot be read"),
        (b"\xff\xfea\x00\x00\xd8b\x00", "The file says it is UTF-16, but line 1 is not."),
        (b"\xef\xbb\xbfBed\nJos\xe9", "The file says it is UTF-8, but line 2 is not."),
        (b"\x00\x01\x02\x03\x04\x05" * 100, "This is not a spreadsheet."),
        (b"%PDF-1.7 ...", "This is a PDF."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "an old Excel file (.xls)"),
        (b"<!DOCTYPE html><table>", "This is a web page"),
        (b"<?xml version='1.0'?>", "This is an XML file"),
        (b"\x89PNG\r\n", "This is a picture"),
        (b"\x1f\x8b\x08", "This is an archive"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else "",
)
def test_a_file_that_is_no_roster_gets_one_clear_sentence(data, says):
    assert says in refusal(data)


WORDS = st.text(
    st.characters(codec="cp1252", categories=["L", "N", "Zs"], include_characters="'’-.()@"), min_size=1, max_size=12
).map(lambda text: " ".join(text.split()))


@given(
    st.lists(st.lists(WORDS.filter(bool), min_size=3, max_size=3), min_size=3, max_size=12),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_what_is_written_is_read(cells, delimiter, codec):
    header = [["Bed", "Resident", "Moved in"]]

    assert find_delimiter(text_of(header + cells, delimiter)) == delimiter
    read = cells_of(text_of(header + cells, delimiter).encode(codec))
    # Without accents to tell them apart, Windows-1252 may as well be UTF-8: what is read is then the same.
    assert read == header + cells


@given(st.binary(max_size=400))
@settings(max_examples=300)
def test_no_bytes_do_anything_but_make_rows_or_one_sentence(data):
    assert outcome(data)


# XLSX


def test_xlsx_gives_real_dates_texts_and_numbers_as_people_see_them(xlsx):
    rows = [["Bed", 1, 2.0, 2.5], ["Name", date(2026, 3, 1), datetime(2026, 3, 2, 15, 30), True]]  # noqa: DTZ001 -- Excel

    (sheet,) = read_workbook(xlsx({"Oak": rows}), "x").sheets

    assert sheet.name == "Oak"
    assert [row.values for row in sheet.rows] == [
        ("Bed", "1", "2", "2.5"),
        ("Name", date(2026, 3, 1), date(2026, 3, 2), "TRUE"),
    ]


def test_hidden_and_empty_sheets_are_left_out_and_said_so(xlsx):
    def hide(book):
        book["notes"].sheet_state = "hidden"
        book["deep"].sheet_state = "veryHidden"

    workbook = read_workbook(xlsx({"Oak": [["Bed"]], "notes": [["gate"]], "deep": [["x"]], "new": []}, hide), "x")

    assert [sheet.name for sheet in workbook.sheets] == ["Oak"]
    assert list(workbook.notes) == [
        "The sheet “notes” is hidden and was ignored.",
        "The sheet “deep” is hidden and was ignored.",
        "The sheet “new” is empty.",
    ]


def test_a_formula_is_never_calculated_its_last_value_or_its_text_is_read(xlsx):
    data = xlsx({"Oak": [["a", "=1+1"], ["b", "=HYPERLINK(A1)"]]})
    shown = repacked(
        data,
        sheet=lambda part: part.replace(b"<f>1+1</f><v></v>", b"<f>1+1</f><v>7</v>").replace(
            b"<f>1+1</f><v />", b"<f>1+1</f><v>7</v>"
        ),
    )

    (sheet,) = read_workbook(shown, "x").sheets

    assert [(row.values, row.formulas) for row in sheet.rows] == [
        (("a", "7"), frozenset({1})),
        (("b", "=HYPERLINK(A1)"), frozenset({1})),
    ]


def test_text_that_looks_like_a_formula_is_text(xlsx):
    def as_text(book):
        book["Oak"]["A1"].data_type = "s"

    (sheet,) = read_workbook(xlsx({"Oak": [["=1+1"]]}, as_text), "x").sheets

    assert (sheet.rows[0].values, sheet.rows[0].formulas) == (("=1+1",), frozenset())


def test_a_cell_merged_down_counts_on_each_of_its_lines(xlsx):
    def merge(book):
        book["Oak"].merge_cells("A2:A3")

    rows = [["Room", "Bed"], ["Front", 1], [None, 2], [None, 3]]

    (sheet,) = read_workbook(xlsx({"Oak": rows}, merge), "x").sheets

    assert [row.values for row in sheet.rows] == [("Room", "Bed"), ("Front", "1"), ("Front", "2"), ("", "3")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda part: part.replace(b"</sheetData>", b" " * 110_000_000 + b"</sheetData>"), "unpacks to far more"),
        (lambda part: part.replace(b"</sheetData>", b"<row>" + b"<c/>" * 700_000 + b"</row></sheetData>"), "unpacks"),
        (
            lambda part: part.replace(
                b"</sheetData>", b'<row r="99999999999"><c t="str"><v>1</v></c></row></sheetData>'
            ),
            "goes on far",
        ),
        (
            lambda part: part.replace(
                b"</sheetData>",
                b"".join(b'<row r="%d"><c r="ZZZ%d"/></row>' % (n, n) for n in range(5, 700)) + b"</sheetData>",
            ),
            "goes on far",
        ),
        (
            lambda part: part.replace(b"<worksheet", b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet'),
            "no spreadsheet program writes",
        ),
        (lambda part: part[: len(part) // 2], "not a workbook that can be read"),
        (lambda part: part.replace(b"<sheetData>", b'<sheetData><row r="x">'), "not a workbook that can be read"),
    ],
    ids=["zip bomb", "bomb of cells", "last row", "last column", "entities", "cut off", "bad row"],
)
def test_a_hostile_workbook_gets_one_sentence_and_little_time(xlsx, change, says):
    assert says in refusal(repacked(xlsx({"Oak": CELLS}), sheet=change))


def test_a_small_file_beside_the_sheets_is_no_way_around_the_limit(xlsx):
    out = io.BytesIO(xlsx({"Oak": CELLS}))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive, archive.open("mimetype", "w") as part:
        for _ in range(150):
            part.write(b" " * 1024 * 1024)

    tracemalloc.start()
    try:
        assert "unpacks to far more" in refusal(out.getvalue())
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


NOISE = "<!--" + random.Random(1).randbytes(50_000).hex() + "-->"  # what grows too fast when unpacked is refused anyway
MANY = NOISE + "<row>" + "<c/>" * 700_000 + "</row>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("xl/worksheets/sheet1.dat", MANY),
        ("xl/worksheets/sheet1.xml", MANY.replace("<c/>", "<a:c/>")),
        ("xl/worksheets/sheet1.xml", MANY.replace("<c/>", "<c\n/>")),
        ("xl/worksheets/sheet1.xml", MANY.encode("utf-16")),
        ("xl/styles.xml", NOISE + "<xf/>" * 200_000),
        ("xl/other.xml", '<sheet name="a"/>' * 201),
    ],
    ids=["another name", "a prefix", "a line break", "UTF-16", "styles", "sheets"],
)
def test_whatever_a_part_is_called_its_tags_count_before_anything_parses_it(name, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr(name, content)

    said = refusal(out.getvalue())
    assert ("more than 200 sheets" if "<sheet" in str(content) else "unpacks to far more") in said


def test_a_bomb_that_lies_about_its_size_is_stopped_while_it_grows(xlsx):
    data = repacked(xlsx({"Oak": CELLS}), sheet=lambda part: part + b" " * 5_000_000)
    honest = (len(zipfile.ZipFile(io.BytesIO(data)).read(SHEET))).to_bytes(4, "little")

    assert "damaged" in refusal(data.replace(honest, (100).to_bytes(4, "little")))


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        ({"a.txt": b"hello"}, "This is a zip archive, not a workbook."),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "OpenDocument file (.ods)"),
        ({"xl/workbook.xml": b"<x/>"}, "not a workbook that can be read"),
    ],
)
def test_another_kind_of_zip_is_named(parts, says):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)

    assert says in refusal(out.getvalue())


@pytest.mark.parametrize("data", [b"Bed,Name,Move in\n1,Ada B,1/1/26\n", b"\x00\x01\x02 no workbook"])
@pytest.mark.parametrize("name", ["roster.xlsx", "ROSTER.XLSX"])
def test_what_is_only_called_a_workbook_is_not_read_as_something_else(data, name):
    with pytest.raises(
        RosterError, match=r"This is not an Excel workbook \(\.xlsx\)\. Save it as \.xlsx anew, or as CSV"
    ):
        read_workbook(data, name)


def test_a_workbook_by_any_name_is_read(xlsx):
    assert read_workbook(xlsx({"Oak": CELLS}), "roster.csv").sheets[0].name == "Oak"


def test_half_a_workbook_is_damaged(xlsx):
    data = xlsx({"Oak": CELLS})

    assert "damaged" in refusal(data[: len(data) // 2])


def test_a_workbook_without_words_is_refused(xlsx):
    assert refusal(xlsx({"Oak": []})) == "The workbook has no sheet with anything on it. The sheet “Oak” is empty."


@given(position=st.integers(0, 10_000), byte=st.integers(0, 255), cut=st.integers(0, 40))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damage_to_a_workbook_does_anything_worse(xlsx, position, byte, cut):
    data = bytearray(xlsx({"Oak": CELLS}))
    position %= len(data)
    data[position : position + cut] = bytes([byte])

    assert outcome(bytes(data))


@pytest.mark.parametrize(
    ("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_are_called_as_spreadsheets_call_them(column, letters):
    assert column_letter(column) == letters
