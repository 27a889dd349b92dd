"""A list leaves as a file; what people typed stays text there."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from soberhouse.exports import export

HEADERS = ["Name", "Moved in", "Days", "Phone"]
ROWS = [
    ["Inés de la Cruz", date(2026, 4, 19), 215, "+1 555 010 2204"],
    ['=HYPERLINK("http://example.org","click")', None, -3, "@SUM(1+1)"],
]
LIVE = [
    "=1+1",
    "+1 555 010 2204",
    "-1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u200b=1",
    "＝1",
    "＋1",
    "\ufeff@x",
]
BINARY = st.characters(blacklist_categories=["Cs"])


def cells_of_csv(response):
    return list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline="")))


def sheet_of(response):
    return openpyxl.load_workbook(io.BytesIO(response.content)).active


def test_csv_is_utf8_with_a_mark_and_keeps_dates_numbers_and_accents():
    response = export(name="residents", headers=HEADERS, rows=ROWS, kind="csv")

    assert response.content.startswith(b"\xef\xbb\xbf")
    assert cells_of_csv(response) == [
        HEADERS,
        ["Inés de la Cruz", "2026-04-19", "215", "'+1 555 010 2204"],
        ['\'=HYPERLINK("http://example.org","click")', "", "-3", "'@SUM(1+1)"],
    ]


def test_xlsx_has_real_dates_and_numbers_and_formulas_only_as_text():
    sheet = sheet_of(export(name="residents", headers=HEADERS, rows=ROWS, kind="xlsx"))

    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_row=2)] == [
        HEADERS,
        ["Inés de la Cruz", datetime(2026, 4, 19), 215, "+1 555 010 2204"],  # noqa: DTZ001 -- as openpyxl reads a date
    ]
    assert [(cell.value, cell.data_type, cell.quotePrefix) for cell in sheet[3]] == [
        ('=HYPERLINK("http://example.org","click")', "s", True),
        (None, "n", False),
        (-3, "n", False),
        ("@SUM(1+1)", "s", True),
    ]


@pytest.mark.parametrize("text", LIVE)
def test_what_a_spreadsheet_might_run_is_stopped_in_both_kinds(text):
    as_csv = cells_of_csv(export(name="list", headers=["Note"], rows=[[text]], kind="csv"))
    cell = sheet_of(export(name="list", headers=["Note"], rows=[[text]], kind="xlsx"))["A2"]

    assert as_csv[1][0].startswith("'")
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


@given(st.text(BINARY, max_size=60))
def test_no_text_is_ever_live_or_lost(text):
    as_csv = cells_of_csv(export(name="list", headers=["Note", "End"], rows=[[text, "."]], kind="csv"))[1][0]
    cell = sheet_of(export(name="list", headers=["Note", "End"], rows=[[text, "."]], kind="xlsx"))["A2"]

    assert as_csv.strip()[:1] not in set("=+-@")
    assert cell.data_type != "f"
    kept = "".join(char for char in text if char.isalnum())
    assert "".join(char for char in as_csv if char.isalnum()) == kept


def test_other_values_are_written_as_people_read_them():
    at = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
    rows = [[at, Decimal("185.00"), True, None, "a\x00b\x01c"]]

    cells = cells_of_csv(export(name="list", headers="abcde", rows=rows, kind="csv"))

    assert cells[1] == ["2026-11-20 07:30+00:00", "185.00", "True", "", "abc"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_headers_are_texts_too(kind):
    response = export(name="list", headers=["=Name"], rows=[], kind=kind)

    if kind == "csv":
        assert cells_of_csv(response) == [["'=Name"]]
    else:
        assert sheet_of(response)["A1"].data_type == "s"


def test_the_file_is_named_after_the_list_and_is_not_kept_by_the_browser():
    response = export(name="residents", headers=HEADERS, rows=ROWS, kind="xlsx")

    assert response["Content-Disposition"] == 'attachment; filename="residents.xlsx"'
    assert response["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    ("name", "kind"), [("residents", "pdf"), ("Dana Renner", "csv"), ('a"; b', "csv"), ("", "csv"), ("a/b", "csv")]
)
def test_another_kind_or_a_name_that_is_none_is_refused(name, kind):
    with pytest.raises(ValueError, match="residents|kind|name"):
        export(name=name, headers=HEADERS, rows=ROWS, kind=kind)
