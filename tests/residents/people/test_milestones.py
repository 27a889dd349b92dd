"""The days people count to: the calendar's edges, and what holds for every date."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from residents.people.milestones import after_months, in_words, milestones, path

DATES = st.dates(date(1930, 1, 1), date(2200, 12, 31))


@pytest.mark.parametrize(
    ("since", "months", "on"),
    [
        (date(2026, 3, 15), 6, date(2026, 9, 15)),
        (date(2026, 8, 31), 6, date(2027, 3, 1)),
        (date(2023, 8, 31), 6, date(2024, 3, 1)),
        (date(2026, 5, 31), 6, date(2026, 12, 1)),
        (date(2024, 2, 29), 12, date(2025, 3, 1)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2025, 12, 31), 9, date(2026, 10, 1)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
    ],
)
def test_months_are_those_of_the_calendar(since, months, on):
    assert after_months(since, months) == on


def test_milestones_are_the_ones_people_count_to():
    first = list(islice(milestones(date(2026, 1, 10)), 9))

    assert [(one.name, one.on) for one in first] == [
        ("24 hours", date(2026, 1, 11)),
        ("30 days", date(2026, 2, 9)),
        ("60 days", date(2026, 3, 11)),
        ("90 days", date(2026, 4, 10)),
        ("6 months", date(2026, 7, 10)),
        ("9 months", date(2026, 10, 10)),
        ("1 year", date(2027, 1, 10)),
        ("2 years", date(2028, 1, 10)),
        ("3 years", date(2029, 1, 10)),
    ]


@pytest.mark.parametrize(
    ("days", "reached", "today", "coming", "left", "percent"),
    [
        (0, [], None, "24 hours", 1, 0),
        (1, ["24 hours"], "24 hours", "30 days", 29, 100),
        (2, ["24 hours"], None, "30 days", 28, 6),
        (80, ["24 hours", "30 days", "60 days"], None, "90 days", 10, 88),
        (90, ["24 hours", "30 days", "60 days", "90 days"], "90 days", "6 months", 91, 100),
        (91, ["24 hours", "30 days", "60 days", "90 days"], None, "6 months", 90, 50),
    ],
)
def test_path_says_what_lies_behind_and_what_comes(days, reached, today, coming, left, percent):
    since = date(2026, 1, 10)

    stands = path(since, today=since + timedelta(days=days))

    assert [one.name for one in stands.reached] == reached
    assert stands.today and stands.today.name == today if today else stands.today is None
    assert (stands.next.name, stands.days_to_next, stands.percent) == (coming, left, percent)
    assert stands.days == days


def test_day_still_to_come_counts_as_today():
    assert path(date(2026, 6, 2), today=date(2026, 6, 1)).days == 0


def test_calendar_ends_without_an_error():
    assert [one.name for one in milestones(date.max - timedelta(days=40))] == ["24 hours", "30 days"]
    assert path(date(9999, 12, 1), today=date.max).next is None


@pytest.mark.parametrize(
    ("since", "today", "said"),
    [
        (date(2026, 1, 10), date(2026, 12, 31), ""),
        (date(2026, 1, 10), date(2027, 1, 9), ""),
        (date(2026, 1, 10), date(2027, 1, 10), "1 year"),
        (date(2024, 2, 29), date(2025, 2, 28), ""),
        (date(2024, 2, 29), date(2025, 3, 1), "1 year"),
        (date(2023, 11, 30), date(2026, 3, 1), "2 years, 3 months"),
        (date(2023, 11, 30), date(2026, 2, 28), "2 years, 2 months"),
    ],
)
def test_years_are_said_in_words(since, today, said):
    assert in_words(since, today=today) == said


@given(since=DATES, gone=st.integers(0, 30_000))
@example(since=date(2024, 2, 29), gone=365)
@example(since=date(2024, 2, 29), gone=366)
@example(since=date(2024, 2, 29), gone=1461)
@example(since=date(2000, 2, 29), gone=36_525)
def test_path_holds_for_every_date(since, gone):
    today = since + timedelta(days=gone)

    stands = path(since, today=today)

    behind = [one.on for one in stands.reached]
    assert behind == sorted(set(behind))
    assert all(since < day <= today for day in behind)
    assert stands.next.on > today
    assert stands.next.on == today + timedelta(days=stands.days_to_next)
    assert 0 <= stands.percent <= 100
    assert (stands.percent == 100) == (stands.today is not None)
    assert stands.today is None or stands.today.on == today


@given(since=DATES, months=st.integers(0, 1200))
@example(since=date(2024, 2, 29), months=12)
@example(since=date(2024, 1, 31), months=1)
def test_months_never_come_early_and_never_more_than_a_day_late(since, months):
    """The day of the month is the same one, or the first where the month before has no such day."""
    full = after_months(since, months)

    assert full.day == since.day or (full.day == 1 and (full - timedelta(days=1)).day < since.day)
    assert after_months(since, months + 1) > full


@given(since=DATES)
@example(since=date(2024, 2, 29))
def test_every_milestone_comes_after_the_one_before(since):
    days = [one.on for one in islice(milestones(since), 40)]

    assert all(earlier < later for earlier, later in zip(days, days[1:], strict=False))


@given(since=DATES, gone=st.integers(0, 20_000))
@example(since=date(2024, 2, 29), gone=366)
def test_words_and_milestones_agree(since, gone):
    """Whoever has reached a year is told so in words on the same day, and not before."""
    today = since + timedelta(days=gone)

    reached = any(one.name == "1 year" for one in path(since, today=today).reached)

    assert bool(in_words(since, today=today)) is reached
