"""Days as houses write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from residents.stays.roster.dates import DateRefused, Order, column_order, read_date

TODAY = date(2026, 11, 20)
MONTH, DAY = Order.MONTH_FIRST, Order.DAY_FIRST


def read(text, *, order=MONTH, birth=False):
    return read_date(text, order=order, today=TODAY, birth=birth)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-09-14", date(2026, 9, 14)),
        ("2026/9/14", date(2026, 9, 14)),
        ("20260914", date(2026, 9, 14)),
        ("2026-09-14 00:00:00", date(2026, 9, 14)),
        ("2026-09-14T00:00:00", date(2026, 9, 14)),
        ("9/2/26", date(2026, 9, 2)),
        ("07/06/2026", date(2026, 7, 6)),
        ("5-18-2026", date(2026, 5, 18)),
        ("5.18.26", date(2026, 5, 18)),
        ("9 / 2 / 26", date(2026, 9, 2)),
        ("Feb 7, 1979", date(1979, 2, 7)),
        ("February 7th, 1979", date(1979, 2, 7)),
        ("March 1 2026", date(2026, 3, 1)),
        ("Sept. 3, '26", date(2026, 9, 3)),
        ("7 Feb 1979", date(1979, 2, 7)),
        ("7-Feb-79", date(1979, 2, 7)),
        ("1st of March 2026", date(2026, 3, 1)),
        ("Monday, March 2, 2026", date(2026, 3, 2)),
        ("2/29/2024", date(2024, 2, 29)),
    ],
)
def test_forms_that_name_one_day(text, day):
    assert read(text) == day


@pytest.mark.parametrize("text", ["", "  ", "-", "n/a", "None", "unknown", "?", "present"])
def test_where_people_write_that_there_is_no_date(text):
    assert read(text) is None


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [
        ("1990-02-30", "“1990-02-30” is a day that does not exist: February 1990 has 28 days", "1990-02-28"),
        ("2/29/2026", "February 2026 has 28 days", "2026-02-28"),
        ("31/12/2025", "“31/12/2025” has no month 31", "Write 2025-12-31 if that is the day meant."),
        ("13/13/2026", "has no month 13", "2026-03-01"),
        ("2026-13-01", "has no month 13", "2026-03-01"),
        ("0/1/2026", "has no month 0", "2026-03-01"),
        ("46279", "“46279” is a number, not a date", "Format the cell as a date"),
        ("3/2026", "is not a date", "Write year, month and day"),
        ("8/3", "is not a date", "Write year, month and day"),
        ("last March", "is not a date", "Write year, month and day"),
        ("Foo 3, 2026", "is not a date", "Write year, month and day"),
        ("1/1/1526", "is in the year 1526", "Correct the year."),
        ("=TODAY()", "is not a date", "Write year, month and day"),
    ],
)
def test_everything_else_is_refused_with_what_would_be_right(text, wrong, right):
    with pytest.raises(DateRefused) as refused:
        read(text)

    assert wrong in refused.value.wrong
    assert right in refused.value.right


@pytest.mark.parametrize(
    ("text", "birth", "year"),
    [
        ("6/21/95", True, 1995),
        ("6/21/95", False, 1995),
        ("1/1/01", True, 2001),
        ("1/1/16", True, 2016),
        ("1/1/17", True, 1917),
        ("8/3/26", False, 2026),
        ("8/3/31", False, 2031),
        ("8/3/32", False, 1932),
    ],
)
def test_two_digits_of_a_year_mean_the_century_that_makes_sense(text, birth, year):
    assert read(text, birth=birth).year == year


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["31/12/2025", "05/06/2026", "14/02/2026"], DAY),
        (["31/12/2025", "14.02.2026", ""], DAY),
        (["12/31/2025", "05/06/2026"], MONTH),
        (["31/12/2025"], None),
        (["31/12/2025", "05/06/2026"], None),
        (["31/12/2025", "14/02/2026", "12/31/2025"], None),
        (["31/12/2025", "14/02/2026", "2026-01-01", "2026-01-02", "2026-01-03"], None),
        (["05/06/2026", "2026-01-01"], None),
        ([], None),
    ],
)
def test_a_column_proves_its_order_or_does_not(texts, order):
    assert column_order(texts) is order


def test_day_first_is_read_where_it_is_so():
    assert read("05/06/2026", order=DAY) == date(2026, 6, 5)
    with pytest.raises(DateRefused, match="has no month 31: this column is read as day/month/year"):
        read("12/31/2025", order=DAY)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from("/-."), st.booleans())
def test_every_day_survives_every_form(day, mark, padded):
    month, number = (f"{day.month:02}", f"{day.day:02}") if padded else (str(day.month), str(day.day))

    assert read(day.isoformat()) == day
    assert read(mark.join([month, number, str(day.year)])) == day
    assert read(mark.join([number, month, str(day.year)]), order=DAY) == day
    assert read(f"{day:%B} {number}, {day.year}") == day
    assert read(f"{number} {day:%b} {day.year}") == day


@given(st.text(max_size=40) | st.from_regex(r"[0-9/. -]{1,14}", fullmatch=True), st.sampled_from(Order), st.booleans())
def test_no_text_does_anything_but_name_a_day_or_be_refused(text, order, birth):
    try:
        outcome = read(text, order=order, birth=birth)
    except DateRefused as refused:
        outcome = (refused.wrong, refused.right)

    assert outcome is None or isinstance(outcome, date) or all(outcome)
