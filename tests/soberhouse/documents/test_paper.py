"""A paper: the same facts give the same bytes, every name can be read, nothing is cut off, pages say what they are."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from django.test import override_settings
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops
from pypdf import PdfReader
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_8BIT_BYTE, QRData

from soberhouse.curve import Point, sketch
from soberhouse.documents import paper
from soberhouse.documents.lettering import PLAIN, Style, isolated, widths, wrap
from soberhouse.documents.sheets import Sheets
from soberhouse.documents.squares import MASK, matrix, squares
from tests.pdf import pages_as_images

ROOT = Path(__file__).resolve().parents[3]
CODE = "7K3QH-M2XWA-9RBTD-ZP4EC"
URL = f"https://houses.example.org/verify/{CODE}/"
HEAD = paper.Head(
    organization="Still Waters",
    title="House census",
    as_of=datetime(2026, 11, 20, 15, 28, tzinfo=UTC),
    zone="America/New_York",
    issued_by="Alice Example",
    issued_at=datetime(2026, 11, 20, 15, 29, tzinfo=UTC),
    code=CODE,
    verify_url=URL,
    lines=("Alder House", "12 Alder Street, Springfield"),
    confidential="About people who live here. Keep it closed.",
)
VIETNAMESE, CYRILLIC, GREEK = "Nguyễn Thị Ánh Tuyết", "Александра Щербакова", "Ευαγγελία Παπαδοπούλου"
HEBREW, ARABIC, EMOJI = "מרים כהן", "محمد بن عبد الله", "👩‍👩‍👧‍👦 Ana 🇩🇪 👍🏽"
NO_SPACE = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewis"
HARD = [VIETNAMESE, CYRILLIC, GREEK, "Łukasz Żółć", "Dvořák Ångström ẞ", HEBREW, ARABIC, EMOJI, "田中 太郎", NO_SPACE]
JANUARY = date(2026, 1, 1)
SKETCH = sketch(
    [Point(day=JANUARY + timedelta(days=9 * n), occupied=n % 7, held=n % 2, capacity=8) for n in range(30)],
    today=JANUARY + timedelta(days=200),
)


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    with translation.override("en-us"):
        yield


def table(count: int) -> paper.Table:
    rows = [(f"{n}", HARD[n % len(HARD)], "Nov. 20, 2026", str(n * 7)) for n in range(count)]
    headers = ["Bed", "Name", "Moved in", "Days"]
    return paper.Table(headers, rows, empty="Nobody lives here today.", align=["", "", "", "right"])


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").save(out, "JPEG")
    return out.getvalue()


EVERYTHING: list[paper.Block] = [
    paper.Heading("Who lives here"),
    table(12),
    paper.Facts([("Name", "Dana Renner"), ("Asked for", "")], picture=jpeg()),
    paper.Drawing(SKETCH),
    paper.Text("It is so.\nAs of the instant above.", small=True),
    paper.Space(),
    paper.Signature(["House manager", "Date", "Resident"]),
    paper.PageBreak(),
    paper.Clause("1. Quiet hours", "From ten until six.", "minor"),
    paper.Strokes("M10 60L20 20M30 5", "As drawn by Dana"),
    paper.Code("https://houses.example.org/in/", "Scan this."),
]


def pages(blocks: Sequence[paper.Block], head: paper.Head = HEAD) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(paper.render(head, blocks))).pages]


# The same facts, the same bytes


def test_the_same_facts_give_the_same_bytes():
    assert paper.render(HEAD, EVERYTHING) == paper.render(HEAD, EVERYTHING)


def test_another_fact_gives_other_bytes():
    later = replace(HEAD, as_of=HEAD.as_of + timedelta(minutes=1))

    assert paper.render(later, EVERYTHING) != paper.render(HEAD, EVERYTHING)


SCRIPT = """
import django, hashlib
django.setup()
from tests.soberhouse.documents.test_paper import EVERYTHING, HEAD
from soberhouse.documents import paper
print(hashlib.sha256(paper.render(HEAD, EVERYTHING)).hexdigest())
"""


def test_two_processes_give_the_same_bytes_on_any_day_under_any_seed():
    environment = {"DJANGO_SETTINGS_MODULE": "soberhouse.settings", "PATH": ""}

    digests = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            cwd=ROOT,
            env=environment | {"PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }

    assert len(digests) == 1


def test_two_threads_draw_at_once():
    with ThreadPoolExecutor(4) as pool:
        drawn = set(pool.map(lambda _n: paper.render(HEAD, EVERYTHING), range(8)))

    assert drawn == {paper.render(HEAD, EVERYTHING)}


# What stands on every page


def test_each_page_says_what_it_is_who_issued_it_and_how_to_check_it():
    found = pages([table(90)])

    assert len(found) > 2
    for number, text in enumerate(found, start=1):
        said = " ".join(text.split())
        assert "Still Waters" in said
        assert "House census" in said
        assert "As of Nov. 20, 2026, 10:28 a.m. EST" in said
        assert "Issued by Alice Example on Nov. 20, 2026, 10:29 a.m. EST" in said
        assert "About people who live here. Keep it closed." in said
        assert f"Page {number} of {len(found)}" in said
        assert CODE in said
        assert "https://houses.example.org/verify/" in said


def test_the_square_on_the_page_leads_to_the_check():
    count, path = squares(URL)
    image = Image.new("L", (count + 8, count + 8), 255)
    for x, y, width in re.findall(r"(\d+) (\d+) (\d+) 1 re", path):
        for step in range(int(width)):
            image.putpixel((4 + int(x) + step, 4 + count - 1 - int(y)), 0)

    read = zxingcpp.read_barcodes(image.resize((image.width * 6, image.height * 6), Image.Resampling.NEAREST))

    assert [found.text for found in read] == [URL]


@pytest.mark.parametrize("length", [0, 1, 14, 15, 26, 58, 62, 63, 106, 107, 180, 181, 213, 214, 500, 2331])
def test_a_square_is_the_very_one_that_the_library_draws(length):
    """At the edges of sizes, with one block of words and with several, some of them longer."""
    text = (URL * 50)[:length]
    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
    code.add_data(QRData(text.encode(), mode=MODE_8BIT_BYTE, check_data=False))
    code.make()

    assert matrix(text) == ["".join("01"[dark] for dark in row) for row in code.modules]


def test_a_paper_outside_the_register_has_nothing_to_check_it_by():
    text = pages([paper.Text("For Dana.")], replace(HEAD, code="", verify_url=""))[0]

    assert "For Dana." in text
    assert "genuine" not in text
    assert "Page 1 of 1" in text


def test_the_files_properties_tell_the_kind_and_nobody():
    reader = PdfReader(io.BytesIO(paper.render(HEAD, [paper.Text("About Dana Renner.")])))

    told = {name: str(value) for name, value in reader.metadata.items()}
    assert told["/Title"] == "House census"
    assert told["/Author"] == "Still Waters"
    assert "Dana" not in str(told)
    assert "Alice" not in str(told)
    assert reader.trailer["/Root"]["/Lang"] == "en-us"


@pytest.mark.parametrize(("size", "width"), [("letter", 612), ("a4", 595)])
def test_the_sheet_is_the_one_in_the_printer(size, width):
    with override_settings(PAPER_SIZE=size):
        page = PdfReader(io.BytesIO(paper.render(HEAD, EVERYTHING))).pages[0]

    assert round(float(page.mediabox.width)) == width


# Columns


def test_one_long_name_breaks_in_its_cell_and_no_short_word_beside_it():
    headers = ["Room and bed", "Name", "Since", "Days", "Pays", "Phase"]
    long = f"{'Wolfeschlegelsteinhausen' * 3:.60} {'Bergerdorffwelchevoralter' * 2:.50}"
    rows = [["Room 1 · 1A", long, "Oct 11, 2026", "40", "self-pay", "second phase"]] * 3

    text = pages([paper.Table(headers, rows)])[0]

    for words in (*headers, "Room 1 · 1A", "Oct 11, 2026", "self-pay", "second phase"):
        assert words in text
    assert long not in text
    assert text.replace("\n", "").replace(" ", "").count(long.replace(" ", "")) == 3


# Names


@pytest.mark.parametrize("name", [VIETNAMESE, CYRILLIC, GREEK, "Łukasz Żółć", "Dvořák Ångström ẞ", "O’Brien-Müller"])
def test_a_name_in_latin_greek_or_cyrillic_letters_can_be_read_back(name):
    assert name in pages([paper.Heading(name), paper.Table(["Name"], [[name]]), paper.Text(name)])[0]


def test_every_letter_of_those_scripts_is_in_the_fonts():
    has = widths(PLAIN)
    blocks = [range(0x20, 0x180), range(0x386, 0x3CF), range(0x400, 0x530), range(0x1EA0, 0x1EFA)]
    letters = [chr(code) for block in blocks for code in block if chr(code).isprintable()]

    assert [letter for letter in letters if letter not in has] == []


def test_all_fonts_are_embedded_and_only_the_letters_that_are_used():
    made = paper.render(HEAD, [table(10)])

    for page in PdfReader(io.BytesIO(made)).pages:
        for font in page["/Resources"]["/Font"].values():
            if "+" in font.get_object()["/BaseFont"]:
                assert "/FontFile2" in font.get_object()["/FontDescriptor"]
    assert len(made) < 100_000


def test_names_from_right_to_left_stand_as_they_are_written():
    style = Style(10, 14)

    assert wrap(HEBREW, style, 500)[0].text == HEBREW[::-1]
    assert wrap(f"{HEBREW} (bed 1A)", style, 500)[0].text == f"(bed 1A) {HEBREW[::-1]}"
    assert wrap(f"Room ({HEBREW}), 12", style, 500)[0].text == f"Room ({HEBREW[::-1]}), 12"
    assert wrap(f"Bed {isolated(HEBREW)} 12", style, 500)[0].text == f"Bed {HEBREW[::-1]} 12"
    assert wrap(ARABIC, style, 500)[0].said == ARABIC
    assert wrap(ARABIC, style, 500)[0].text != ARABIC[::-1]  # letters take their joined shapes


def test_a_reader_of_the_file_gets_them_in_their_own_order():
    made = PdfReader(io.BytesIO(paper.render(HEAD, [paper.Text(HEBREW)])))

    assert f"feff{HEBREW.encode('utf-16-be').hex()}".encode() in made.pages[0].get_contents().get_data()


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("👩‍👩‍👧‍👦 Ana", "□ Ana"),
        ("🇩🇪🇫🇷", "□□"),
        ("👍🏽", "□"),
        ("田中", "□□"),
        ("a\u202eb\x00c\u200bd", "abcd"),
        ("\ud800", "□"),
        ("e\u0301", "é"),
    ],
)
def test_what_no_font_has_is_an_empty_box_and_nothing_turns_the_text(text, drawn):
    assert wrap(text, Style(10, 14), 500)[0].text == drawn


def test_a_long_word_is_broken_and_a_mark_stays_with_its_letter():
    lines = wrap("x\u0323\u0300" * 60, Style(10, 14), 60)

    assert len(lines) > 3
    assert all(line.text[0] == "x" for line in lines)
    assert "".join(line.text for line in wrap(NO_SPACE, Style(10, 14), 60)) == NO_SPACE
    assert [line.text for line in wrap("Anne-Marie-Louise", Style(10, 14), 65)] == ["Anne-Marie-", "Louise"]


# Nothing is cut off


def check_inside(sheets: Sheets) -> None:
    for page in sheets.pages:
        assert page.words
        for x, y, line, style in page.words:
            assert x >= sheets.left - 0.1
            assert x + line.width * style.size / 1000 <= sheets.right + 0.1
            assert y >= sheets.bottom - 3


@given(text=st.text(max_size=300), count=st.integers(1, 5))
@settings(max_examples=60)
def test_no_text_leaves_the_page(text: str, count: int):
    sheets = Sheets(HEAD, (612, 792))
    blocks = [
        paper.Heading(text),
        paper.Text(text),
        paper.Clause(text, text, text),
        paper.Facts([(text, text)]),
        paper.Strokes("M0 0L900 900", text),
        paper.Table([text[:20] or "A"] * count, [[text] * count, ["x"] * count]),
        paper.Signature([text]),
        paper.Code("x", text),
    ]

    for block in blocks:
        sheets.add(block)

    check_inside(sheets)


def test_a_row_longer_than_a_page_goes_on_on_the_next():
    words = [f"w{n}" for n in range(3000)]

    found = pages([paper.Table(["Note", "By"], [[" ".join(words), "Alice"]])])

    assert len(found) > 2
    assert " ".join(" ".join(found).split()).count("Note By") == len(found)
    for word in ("w0", "w1500", "w2999"):
        assert re.search(rf"\b{word}\b", " ".join(found))


def test_four_hundred_rows_are_all_there_under_their_headers():
    rows = [(f"{n}", f"Name{n}") for n in range(400)]

    found = pages([paper.Table(["Bed", "Name"], rows)])

    assert all("Bed" in text for text in found)
    assert re.findall(r"Name(\d+)", " ".join(found)) == [str(n) for n in range(400)]


def test_no_rows_are_a_sentence():
    text = pages([table(0)])[0]

    assert "Nobody lives here today." in text
    assert "Moved in" not in text


def test_a_heading_never_stands_alone_at_the_foot():
    for filled in range(18, 48):
        found = pages([*[paper.Text("A line.")] * filled, paper.Heading("The heading"), paper.Text("What follows.")])
        with_heading = next(text for text in found if "The heading" in text)
        assert "What follows." in with_heading


def test_the_name_of_a_clause_never_stands_alone_at_the_foot():
    found = pages([paper.Clause(f"Name {n}", f"Words {n}\nand more {n}") for n in range(60)])

    assert len(found) > 2
    for text in found:
        assert re.findall(r"Name (\d+)", text) == re.findall(r"Words (\d+)", text)


@pytest.mark.parametrize("path", ["M0 0L9999 9999", "M-50 -50L-10 -10", "M3 3", ""])
def test_a_drawn_signature_stays_in_its_place_whatever_its_size(path: str):
    [drawn] = pages_as_images(paper.render(HEAD, [paper.Strokes(path)]), dots_per_inch=72)
    [empty] = pages_as_images(paper.render(HEAD, [paper.Strokes("")]), dots_per_inch=72)

    box = ImageChops.difference(drawn.convert("L"), empty.convert("L")).getbbox()

    if path:
        left, top, right, bottom = box
        assert left >= 53
        assert right <= 54 + 260
        assert bottom - top <= 60
    else:
        assert box is None


@pytest.mark.parametrize(("size", "wide", "high"), [("letter", 396, 612), ("a4", 420.9, 595.3)])
def test_a_small_paper_is_half_a_sheet_and_holds_its_words(size: str, wide: float, high: float):
    with override_settings(PAPER_SIZE=size):
        [page] = PdfReader(io.BytesIO(paper.render(HEAD, [paper.Text(VIETNAMESE)], small=True))).pages
    sheets = Sheets(HEAD, (wide, high))
    for block in (paper.Heading(NO_SPACE), paper.Facts([(NO_SPACE, NO_SPACE)]), paper.Signature([NO_SPACE])):
        sheets.add(block)

    assert float(page.mediabox.width) == pytest.approx(wide, abs=0.1)
    assert float(page.mediabox.height) == pytest.approx(high, abs=0.1)
    assert VIETNAMESE in page.extract_text()
    assert CODE in page.extract_text()
    check_inside(sheets)


def test_the_curve_of_the_page_stands_on_paper():
    text = " ".join(pages([paper.Drawing(SKETCH)])[0].split())

    assert "Jan 2026" in text
    assert "in beds" in text
    assert "held as well" in text
    assert "beds there are" in text
    assert "today" in text


@pytest.mark.parametrize("points", [[(JANUARY, 0)], [(JANUARY, 3), (JANUARY + timedelta(days=1), 2)]])
def test_a_curve_of_a_night_or_two_is_drawn(points):
    assert paper.render(HEAD, [paper.Drawing(sketch(points))])


def test_a_curve_without_points_says_so():
    assert "There is nothing to draw yet." in pages([paper.Drawing(sketch([]))])[0]
