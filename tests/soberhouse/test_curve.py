"""The occupancy curve tells the same in its steps, its words and its table."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from soberhouse.curve import Point, curve, sketch, svg

DAY = date(2026, 11, 20)


def path(drawn: str, css: str) -> str:
    return re.search(rf'<path class="{css}" vector-effect="non-scaling-stroke" d="([^"]*)"', drawn)[1]


def test_a_curve_is_made_of_steps_on_half_open_days() -> None:
    points = [(DAY, 1), (DAY + timedelta(days=1), 2), (DAY + timedelta(days=3), 0)]

    drawn = curve(points, 2, until=DAY + timedelta(days=4))

    assert path(drawn, "curve-line") == "M0 50.0 H25.0 V8.0 H75.0 V92.0 H100"
    assert path(drawn, "curve-capacity") == "M0 8.0 H100"


def test_held_beds_stand_on_top_and_capacity_may_change() -> None:
    points = [
        Point(day=DAY, occupied=2, held=1, capacity=4),
        Point(day=DAY + timedelta(days=1), occupied=2, capacity=3),
    ]

    drawn = curve(points)

    assert path(drawn, "curve-held-line") == "M0 29.0 H50.0 V50.0 H100"
    assert path(drawn, "curve-capacity") == "M0 8.0 H50.0 V29.0 H100"


def test_the_table_has_a_row_for_each_change_and_the_words_name_the_extremes() -> None:
    points = [(DAY + timedelta(days=n), occupied) for n, occupied in enumerate([3, 3, 5, 5, 4])]

    drawn = curve(points, 6)

    assert drawn.count('<th scope="row">') == 3
    assert "fewest 3 on Nov. 20, 2026, most 5 on Nov. 22, 2026, at the end 4." in drawn
    assert "There are 6 beds." in drawn


def test_today_is_marked_only_where_it_is_shown() -> None:
    points = [(DAY, 1), (DAY + timedelta(days=9), 1)]

    assert "curve-today" in curve(points, today=DAY + timedelta(days=5))
    assert "curve-today" not in curve(points, today=DAY + timedelta(days=50))


def test_paper_and_page_draw_the_same_points() -> None:
    points = [Point(day=DAY + timedelta(days=n), occupied=n % 3, held=n % 2, capacity=5) for n in range(6)]

    drawn = sketch(points, today=DAY + timedelta(days=2))
    on_page = svg(drawn)

    assert on_page == curve(points, today=DAY + timedelta(days=2))
    for css, corners in (
        ("curve-line", drawn.occupied),
        ("curve-held-line", drawn.held),
        ("curve-capacity", drawn.capacity),
    ):
        assert walked(path(on_page, css)) == list(corners)
    assert [meaning for _line, meaning in drawn.key()] == ["in beds", "held as well", "beds there are"]


def walked(steps: str) -> list[tuple[float, float]]:
    """The corners of an SVG path of steps."""
    x, y = 0.0, float(re.match(r"M0 ([\d.]+)", steps)[1])
    corners = [(x, y)]
    for letter, number in re.findall(r"([HV])([\d.]+)", steps):
        x, y = (float(number), y) if letter == "H" else (x, float(number))
        corners.append((x, y))
    return corners


def test_nothing_to_draw_says_so() -> None:
    assert "There is nothing to draw yet." in curve([])


@pytest.mark.parametrize(
    ("points", "until"),
    [([(DAY, 1), (DAY, 2)], None), ([(DAY, 1), (DAY - timedelta(days=1), 2)], None), ([(DAY, 1)], DAY)],
    ids=["same day twice", "backwards", "ends with its last point"],
)
def test_days_out_of_order_are_refused(points: list[tuple[date, int]], until: date | None) -> None:
    with pytest.raises(ValueError, match="forward in time"):
        curve(points, until=until)


def test_no_language_puts_a_comma_into_a_path_and_titles_are_text() -> None:
    with translation.override("de"):
        drawn = curve([(DAY, 1), (DAY + timedelta(days=1), 3), (DAY + timedelta(days=2), 2)], title="<b>Beds")

    assert "," not in path(drawn, "curve-line")
    assert not re.search(r'(?:x|y|x1|y1)="\d+,', drawn)
    assert "&lt;b&gt;Beds" in drawn
    assert "style" not in drawn


@given(
    gaps=st.lists(st.integers(1, 400), min_size=1, max_size=12),
    counts=st.lists(st.integers(0, 200), min_size=13, max_size=13),
    capacity=st.none() | st.integers(0, 200),
)
def test_every_curve_stays_inside_its_picture(gaps: list[int], counts: list[int], capacity: int | None) -> None:
    days = [DAY + timedelta(days=sum(gaps[:n])) for n in range(len(gaps) + 1)]

    drawn = curve(list(zip(days, counts, strict=False)), capacity, today=DAY)

    numbers = [float(number) for number in re.findall(r"[\d.]+", path(drawn, "curve-line"))]
    assert all(0 <= number <= 100 for number in numbers)
    assert 1 <= drawn.count("curve-date") <= 13
