"""The occupancy curve: beds in use over time as a stepped line, drawn on the server.

`sketch` reckons where everything stands, once; `curve` draws that as SVG for a page, `documents.paper` on a sheet of
paper: both show the same points.

On a page the drawing carries classes and no styles, so the strictest content policy lets it through. It stretches to
any width while its words keep their size: the line lives in an inner picture that may be squeezed, the words in the
outer one that may not. The same figures follow as a table, for those who would rather read, or cannot look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
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


Spot = tuple[float, float]  # per cent of the picture, from its upper left corner


@dataclass(frozen=True, kw_only=True)
class Label:
    """A day named below the picture. `is_minor` where a narrow screen may leave it out."""

    text: str
    x: float
    anchor: str
    is_minor: bool


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """The curve before it is drawn. A line of steps is its corners in order; an area lies between it and `bottom`."""

    title: str
    occupied: tuple[Spot, ...]
    held: tuple[Spot, ...]
    capacity: tuple[Spot, ...]
    counts: tuple[tuple[int, float], ...]
    dates: tuple[Label, ...]
    today: float | None
    changes: tuple[tuple[Point, int | None], ...]
    fewest: Point
    most: Point
    last: Point
    last_beds: int | None
    first_day: date
    last_day: date
    top: float = TOP
    bottom: float = BOTTOM

    def key(self) -> list[tuple[str, str]]:
        """What each line means, those that are drawn."""
        meanings = [
            ("occupied", self.occupied, _("in beds")),
            ("held", self.held, _("held as well")),
            ("capacity", self.capacity, _("beds there are")),
        ]
        return [(name, words) for name, drawn, words in meanings if drawn]


def sketch(
    points: Sequence[Point | tuple[date, int]],
    capacity: int | None = None,
    *,
    until: date | None = None,
    today: date | None = None,
    title: str = "",
) -> Sketch | None:
    """Where everything stands; None without points.

    `points` in order of days, each a `Point` or (day, occupied). `capacity` is for all nights, unless a point brings
    its own. The last point holds until `until`, the first day no longer shown (the day after it, if not given).
    `today` draws a line where the past ends. Refuses days out of order."""
    nights = [point if isinstance(point, Point) else Point(day=point[0], occupied=point[1]) for point in points]
    if not nights:
        return None
    end = until or nights[-1].day + timedelta(days=1)
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

    def steps(counts: Iterable[int]) -> tuple[Spot, ...]:
        return tuple(_steps([x(day) for day in days], [y(count) for count in counts]))

    has_held, has_beds = any(night.held for night in nights), any(count is not None for count in beds)
    return Sketch(
        title=title or _("Beds in use"),
        occupied=steps(night.occupied for night in nights),
        held=steps(night.occupied + night.held for night in nights) if has_held else (),
        capacity=steps(count or 0 for count in beds) if has_beds else (),
        counts=tuple((count, y(count)) for count in sorted({0, round(highest / 2), highest})),
        dates=tuple(_labels(days[0], end, x)),
        today=x(today) if today is not None and days[0] < today < end else None,
        changes=tuple(_changes(nights, beds)),
        fewest=min(nights, key=lambda night: night.occupied),
        most=max(nights, key=lambda night: night.occupied),
        last=nights[-1],
        last_beds=beds[-1],
        first_day=days[0],
        last_day=end - timedelta(days=1),
    )


def curve(
    points: Sequence[Point | tuple[date, int]],
    capacity: int | None = None,
    *,
    until: date | None = None,
    today: date | None = None,
    title: str = "",
    name: str = "curve",
) -> SafeString:
    """A `<figure>` with the picture, its key and its table, from what `sketch` is given.

    `name` makes the ids, and must differ between two curves of one page. No points: a sentence saying so. Refuses days
    out of order."""
    return svg(sketch(points, capacity, until=until, today=today, title=title), name=name)


def svg(drawn: Sketch | None, *, name: str = "curve") -> SafeString:
    """A sketch on a page. Numbers go out as text, so that no language puts a comma into a path."""
    facts: dict[str, Any] = {"name": name}
    if drawn is not None:
        facts |= {
            "sketch": drawn,
            "occupied": _path(drawn.occupied),
            "held": _path(drawn.held),
            "capacity": _path(drawn.capacity),
            "top": str(drawn.top),
            "bottom": str(drawn.bottom),
            "counts": [(count, str(y)) for count, y in drawn.counts],
            "dates": [(label, str(label.x)) for label in drawn.dates],
            "today": "" if drawn.today is None else str(drawn.today),
            "today_is_late": drawn.today is not None and drawn.today > 50,
        }
    return SafeString(render_to_string("soberhouse/components/curve.html", facts))


def _steps(edges: Sequence[float], heights: Sequence[float]) -> Iterator[Spot]:
    """The corners of a line that goes along, then up or down: never a slope, since half a resident sleeps nowhere.

    `edges` has one more than `heights`: where the last night ends."""
    yield edges[0], heights[0]
    for edge, height, before in zip(edges[1:-1], heights[1:], heights, strict=False):
        if height != before:
            yield edge, before
            yield edge, height
    yield edges[-1], heights[-1]


def _path(corners: Sequence[Spot]) -> str:
    """The same corners in SVG's words."""
    if not corners:
        return ""
    path = [f"M0 {corners[0][1]}"]
    path += [f"H{x} V{y}" for (x, _before), (_x, y) in zip(corners[1:-1:2], corners[2:-1:2], strict=True)]
    return " ".join([*path, "H100"])


def _labels(first: date, end: date, x: Callable[[date], float]) -> Iterator[Label]:
    ticks = list(_ticks(first, end))
    every = -(-len(ticks) // FEW_LABELS)
    for index, (day, text) in enumerate(ticks):
        at = x(day)
        anchor = "start" if at < 4 else "end" if at > 96 else "middle"
        yield Label(text=text, x=at, anchor=anchor, is_minor=index % every > 0)


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
