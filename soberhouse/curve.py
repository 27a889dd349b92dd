"""The occupancy curve: beds in use over time as a stepped line, drawn on the server.

The drawing carries classes and no styles, so the strictest content policy lets it through. It stretches to any width
while its words keep their size: the line lives in an inner picture that may be squeezed, the words in the outer one
that may not. The same figures follow as a table, for those who would rather read than look, or cannot look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

TOP, BOTTOM = 8, 92  # per cent of the picture: room above for the line's own width, below for the dates
MOST_LABELS = 12
FEW_LABELS = 4  # what fits below a phone's picture


@dataclass(frozen=True, kw_only=True)
class Point:
    """One night. What it says holds until the next point's day: days are half-open, so a curve is made of steps."""

    day: date
    occupied: int
    held: int = 0
    capacity: int | None = None


def curve(
    points: Sequence[Point | tuple[date, int]],
    capacity: int | None = None,
    *,
    until: date | None = None,
    today: date | None = None,
    title: str = "",
    name: str = "curve",
) -> SafeString:
    """A `<figure>` with the picture, its key and its table.

    `points` in order of days, each a `Point` or (day, occupied). `capacity` is for all nights, unless a point brings
    its own. The last point holds until `until`, the first day no longer shown (the day after it, if not given).
    `today` draws a line where the past ends. `name` makes the ids, and must differ between two curves of one page. No
    points: a sentence saying so. Refuses days out of order."""
    nights = [point if isinstance(point, Point) else Point(day=point[0], occupied=point[1]) for point in points]
    facts: dict[str, Any] = {"name": name, "title": title or _("Beds in use")}
    if nights:
        facts |= _drawn(nights, capacity, until or nights[-1].day + timedelta(days=1), today)
    return SafeString(render_to_string("soberhouse/components/curve.html", facts))


def _drawn(nights: Sequence[Point], capacity: int | None, end: date, today: date | None) -> dict[str, Any]:
    """Everything the picture needs, numbers as text so that no language puts a comma into a path."""
    days = [night.day for night in nights] + [end]
    if any(later <= earlier for earlier, later in zip(days, days[1:], strict=False)):
        raise ValueError("The points of a curve go forward in time, and it ends after the last.")
    beds = [capacity if night.capacity is None else night.capacity for night in nights]
    highest = max(1, *(night.occupied + night.held for night in nights), *(count or 0 for count in beds))
    length = (end - days[0]).days

    def x(day: date) -> float:
        return round((day - days[0]).days * 100 / length, 3)

    def y(count: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * count / highest, 3)

    def steps(counts: Iterable[int]) -> str:
        return _steps([x(day) for day in days[:-1]], [y(count) for count in counts])

    has_held, has_beds = any(night.held for night in nights), any(count is not None for count in beds)
    return {
        "occupied": steps(night.occupied for night in nights),
        "held": steps(night.occupied + night.held for night in nights) if has_held else "",
        "capacity": steps(count or 0 for count in beds) if has_beds else "",
        "top": str(TOP),
        "bottom": str(BOTTOM),
        "counts": [(count, str(y(count))) for count in sorted({0, round(highest / 2), highest})],
        "dates": _labels(days[0], end, x),
        "today": str(x(today)) if today is not None and days[0] < today < end else "",
        "today_is_late": today is not None and x(today) > 50,
        "changes": _changes(nights, beds),
        "fewest": min(nights, key=lambda night: night.occupied),
        "most": max(nights, key=lambda night: night.occupied),
        "first_day": days[0],
        "last": nights[-1],
        "last_beds": beds[-1],
        "last_day": end - timedelta(days=1),
    }


def _steps(edges: Sequence[float], heights: Sequence[float]) -> str:
    """A path that goes along, then up or down: never a slope, since half a resident sleeps nowhere."""
    path = [f"M0 {heights[0]}"]
    path += [
        f"H{edge} V{height}"
        for edge, height, before in zip(edges[1:], heights[1:], heights, strict=False)
        if height != before
    ]
    return " ".join([*path, "H100"])


def _labels(first: date, end: date, x: Callable[[date], float]) -> list[dict[str, Any]]:
    ticks = list(_ticks(first, end))
    every = -(-len(ticks) // FEW_LABELS)
    return [
        {
            "text": text,
            "x": str(x(day)),
            "anchor": "start" if x(day) < 4 else "end" if x(day) > 96 else "middle",
            "is_minor": index % every > 0,
        }
        for index, (day, text) in enumerate(ticks)
    ]


def _ticks(first: date, end: date) -> Iterable[tuple[date, str]]:
    """Days to name below: months where there are several, else weeks, else every day."""
    length = (end - first).days
    if length <= 75:
        step = 1 if length <= 8 else 7 if length <= 49 else 14
        for offset in range(0, length, step):
            yield first + timedelta(days=offset), date_format(first + timedelta(days=offset), "MONTH_DAY_FORMAT")
        return
    months = []
    month = (first.replace(day=1) + timedelta(days=32)).replace(day=1) if first.day > 1 else first
    while month < end:
        months.append(month)
        month = (month + timedelta(days=32)).replace(day=1)
    year = None
    for month in months[:: -(-len(months) // MOST_LABELS)]:
        yield month, date_format(month, "M" if month.year == year else "M Y")
        year = month.year


def _changes(nights: Sequence[Point], beds: Sequence[int | None]) -> list[tuple[Point, int | None]]:
    """One row for each change: a night on which nothing moved says nothing new."""
    rows: list[tuple[Point, int | None]] = []
    before = None
    for night, count in zip(nights, beds, strict=True):
        now = (night.occupied, night.held, count)
        if now != before:
            rows.append((night, count))
        before = now
    return rows
