"""The sheets of a paper: where each thing stands, page by page.

First everything is laid out, then drawn, because each page says how many there are. Straight on the canvas: reportlab's
own flowing layout costs several times as much. Only `paper.render` comes here."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from soberhouse.curve import Sketch
from soberhouse.documents import paper
from soberhouse.documents.lettering import OTHER, Line, Style, font_of, fonts_ready, runs, width_of, wrap
from soberhouse.documents.squares import squares
from soberhouse.history.queries import in_words

INK, SOFT, HAIR = 0.08, 0.33, 0.72  # how dark: 0 is black. Soft words still come out of a cheap printer
TEAL = (0.05, 0.33, 0.34)
SIDE, TOP, FOOT = 54.0, 44.0, 30.0
SIDE_OF_HALF = 30.0  # half a sheet is carried along: little of it is margin
HALF = 500.0  # whatever is narrower is half a sheet
GAP = 10.0  # between columns
QR_SIDE = 56.0

NAME = Style(15, 19, bold=True)
LETTERHEAD = Style(8.5, 11.5, gray=SOFT)
TITLE = Style(20, 25, bold=True)
AS_OF = Style(10.5, 14, gray=SOFT)
WARNING = Style(9.5, 12.5, bold=True)
RUNNING, RUNNING_BOLD = Style(8.5, 11.5, gray=SOFT), Style(8.5, 11.5, bold=True)
HEADING = Style(12.5, 16, bold=True)
BODY, SMALL = Style(10.5, 15), Style(8.5, 11.5, gray=SOFT)
LABEL, VALUE = Style(9.5, 13.5, gray=SOFT), Style(10.5, 13.5)
HEADER, CELL = Style(8.5, 11.5, bold=True), Style(9.5, 12.5)
CLAUSE = Style(10.5, 15, bold=True)
CODE = Style(10, 13, bold=True)
CAPTION = Style(11, 15)

_drawing = threading.Lock()  # reportlab's fonts serve one document at a time


@dataclass
class Page:
    """What stands on one page: shapes below, then words in the order in which they are read."""

    shapes: list[Callable[[Any], None]] = field(default_factory=list)
    words: list[tuple[float, float, Line, Style]] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)


class Sheets:
    def __init__(self, head: paper.Head, size: tuple[float, float]) -> None:
        fonts_ready()
        self.head = head
        self.page_width, self.page_height = size
        side = SIDE if size[0] > HALF else SIDE_OF_HALF
        self.left, self.right = side, size[0] - side
        self.width = self.right - self.left
        zone = ZoneInfo(head.zone)
        self.as_of = _("As of %(instant)s") % {"instant": in_words(head.as_of, zone)}
        self.foot = _foot(head, in_words(head.issued_at, zone), self.width)
        self.bottom = FOOT + max(self.foot.height, QR_SIDE if head.code else 0) + 16
        self.pages: list[Page] = []
        self.y = 0.0
        self.turn()

    # --- pages ---

    @property
    def page(self) -> Page:
        return self.pages[-1]

    @property
    def room(self) -> float:
        return self.y - self.bottom

    def turn(self) -> None:
        """Begin a page."""
        self.pages.append(Page())
        self.y = self.page_height - TOP
        self._letterhead() if len(self.pages) == 1 else self._running_head()
        self.top = self.y

    def need(self, height: float) -> None:
        """Turn the page where so much does not fit, unless an empty page has no more room either."""
        if height > self.room and self.y < self.top:
            self.turn()

    def _letterhead(self) -> None:
        start = self.y
        aside = [line for text in self.head.lines for line in wrap(text, LETTERHEAD, self.width * 0.4)]
        for line in wrap(self.head.organization, NAME, self.width * (0.56 if aside else 1)):
            self.say(line, NAME)
        below, self.y = self.y, start - 2
        for line in aside:
            self.say(line, LETTERHEAD, right=self.right)
        self.y = min(self.y, below) - 5
        self.page.shapes.append(partial(_rule, x=self.left, y=self.y, width=self.width, thick=1.4, colour=TEAL))
        self.y -= 18
        for line in wrap(self.head.title, TITLE, self.width):
            self.say(line, TITLE)
        for line in wrap(self.as_of, AS_OF, self.width):
            self.say(line, AS_OF)
        if self.head.confidential:
            self.y -= 6
            lines = wrap(self.head.confidential, WARNING, self.width - 16)
            height = len(lines) * WARNING.leading + 8
            self.page.shapes.append(
                partial(_box, x=self.left, y=self.y - height, width=self.width, height=height, thick=0.9)
            )
            self.y -= 4
            for line in lines:
                self.say(line, WARNING, x=self.left + 8)
            self.y -= 4
        self.y -= 10

    def _running_head(self) -> None:
        start = self.y
        name = f"{self.head.organization} · {self.head.title}"
        for line in wrap(name, RUNNING_BOLD, self.width * 0.56):
            self.say(line, RUNNING_BOLD)
        below, self.y = self.y, start
        for line in wrap(self.as_of, RUNNING, self.width * 0.4):
            self.say(line, RUNNING, right=self.right)
        self.y = min(self.y, below)
        for line in wrap(self.head.confidential, RUNNING_BOLD, self.width) if self.head.confidential else []:
            self.say(line, RUNNING_BOLD)
        self.y -= 4
        self.page.shapes.append(partial(_rule, x=self.left, y=self.y, width=self.width, thick=0.9, colour=TEAL))
        self.y -= 14

    # --- words ---

    def say(
        self,
        line: Line,
        style: Style,
        *,
        x: float | None = None,
        right: float | None = None,
        beside: Style | None = None,
    ) -> None:
        """One line at the pen, and the pen one line further down. `beside` other words, on their base line."""
        at = self.left if x is None else x
        if right is not None:
            at = right - line.width * style.size / 1000
        base = beside or style
        self.page.words.append((at, self.y - base.size * 0.95 - (base.leading - base.size * 1.25) / 2, line, style))
        self.y -= base.leading

    def add(self, block: paper.Block) -> None:
        match block:
            case paper.Heading():
                self._heading(block)
            case paper.Text():
                self._text(block)
            case paper.Clause():
                self._clause(block)
            case paper.Facts():
                self._facts(block)
            case paper.Table():
                self._table(block)
            case paper.Signature():
                self._signature(block)
            case paper.Strokes():
                self._strokes(block)
            case paper.Code():
                self._code(block)
            case paper.Drawing():
                self._sketch(block)
            case paper.PageBreak():
                if self.y < self.top:
                    self.turn()
            case paper.Space():
                self.y = self.y - block.height if self.room > block.height else self.bottom

    def _heading(self, block: paper.Heading) -> None:
        lines = wrap(block.text, HEADING, self.width)
        self.need(len(lines) * HEADING.leading + 70)
        if self.y < self.top:
            self.y -= 10
        self.page.headings.append(block.text)
        for line in lines:
            self.say(line, HEADING)
        self.y -= 4

    def _clause(self, block: paper.Clause) -> None:
        aside = wrap(block.aside, SMALL, self.width * 0.24) if block.aside else []
        names = wrap(block.name, CLAUSE, self.width * (0.74 if aside else 1))
        self.need(max(len(names), len(aside)) * CLAUSE.leading + 2 * BODY.leading)
        start = self.y
        for line in names:
            self.say(line, CLAUSE)
        below, self.y = self.y, start
        for line in aside:
            self.say(line, SMALL, right=self.right, beside=CLAUSE)
        self.y = min(below, self.y) - 1
        self._text(paper.Text(block.text))
        self.y -= 4

    def _text(self, block: paper.Text) -> None:
        style = SMALL if block.small else BODY
        for paragraph in block.text.split("\n"):
            lines = wrap(paragraph, style, self.width)
            if len(lines) in (2, 3):
                self.need(len(lines) * style.leading)
            for number, line in enumerate(lines):
                # No paragraph leaves its first line behind, or takes its last one along alone.
                together = 2 if number in (0, len(lines) - 2) and len(lines) > 1 else 1
                self.need(style.leading * together)
                self.say(line, style)
            self.y -= 6

    def _facts(self, block: paper.Facts) -> None:
        width, picture_end = self.width, None
        if block.picture:
            wide, high = _fitted(block.picture, 100, 125)
            self.need(high + 4)
            self.page.shapes.append(
                partial(_picture, data=block.picture, x=self.right - wide, y=self.y - high, width=wide, height=high)
            )
            width, picture_end, picture_page = self.width - wide - 18, self.y - high - 8, self.page
        longest = max((width_of(label, LABEL) for label, _value in block.rows), default=0.0)
        name_width = min(max(longest, 90), width * 0.36)
        value_x = self.left + name_width + 14
        for label, value in block.rows:
            names = wrap(label, LABEL, name_width)
            values = wrap(str(value) or "—", VALUE, width - name_width - 14)
            for number, (name, text) in enumerate(_side_by_side(names, values)):
                self.need(VALUE.leading * (min(max(len(names), len(values)), 3) if number == 0 else 1) + 5)
                y = self.y
                if name is not None:
                    self.say(name, LABEL, beside=VALUE)
                self.y = y
                if text is not None:
                    self.say(text, VALUE, x=value_x)
                self.y = y - VALUE.leading
            self.y -= 2.5
            self.page.shapes.append(partial(_rule, x=self.left, y=self.y, width=width, thick=0.4))
            self.y -= 2.5
        if picture_end is not None and self.page is picture_page:
            self.y = min(self.y, picture_end)
        self.y -= 8

    def _table(self, block: paper.Table) -> None:
        if not block.rows:
            self._text(paper.Text(block.empty or _("Nothing to list.")))
            return
        rows = [[str(cell) for cell in row] for row in block.rows]
        columns = _columns(block, rows, self.width)
        headers = _laid(block.headers, columns, HEADER)
        header_height = max(map(len, headers)) * HEADER.leading + 7
        rights = [side == "right" for side in block.align] + [False] * (len(columns) - len(block.align))
        cells = _laid(rows[0], columns, CELL)
        self.need(header_height + min(max(map(len, cells)), 4) * CELL.leading + 6)
        self._row(headers, columns, rights, HEADER, thick=1.0)
        for row in rows:
            cells = _laid(row, columns, CELL)
            height = max(map(len, cells)) * CELL.leading + 6
            if height > self.room:
                if self.y < self.top - header_height - 1 and (height <= self.top - self.bottom - header_height):
                    self.turn()
                    self._row(headers, columns, rights, HEADER, thick=1.0)
                while max(map(len, cells)) * CELL.leading + 6 > self.room:  # taller than a page: in pieces
                    fits = int((self.room - 6) // CELL.leading)
                    if fits > 0 or self.y == self.top:
                        fits = max(fits, 1)
                        self._row([lines[:fits] for lines in cells], columns, rights, CELL, thick=0.0)
                        cells = [lines[fits:] for lines in cells]
                    self.turn()
                    self._row(headers, columns, rights, HEADER, thick=1.0)
            self._row(cells, columns, rights, CELL, thick=0.4)
        self.y -= 12

    def _row(
        self,
        cells: Sequence[Sequence[Line]],
        columns: Sequence[tuple[float, float]],
        rights: Sequence[bool],
        style: Style,
        *,
        thick: float,
    ) -> None:
        start = self.y - 3
        lowest = start
        for lines, (offset, width), right in zip(cells, columns, rights, strict=True):
            self.y = start
            for line in lines:
                self.say(line, style, x=self.left + offset, right=self.left + offset + width if right else None)
            lowest = min(lowest, self.y)
        self.y = lowest - 3
        if thick:
            gray = INK if thick > 0.5 else HAIR
            self.page.shapes.append(
                partial(_rule, x=self.left, y=self.y, width=self.width, thick=thick, colour=(gray, gray, gray))
            )

    def _signature(self, block: paper.Signature) -> None:
        column = (self.width - 2 * GAP) / 2
        labels = list(block.labels)
        for pair in (labels[n : n + 2] for n in range(0, len(labels), 2)):
            laid = [wrap(label, SMALL, column) for label in pair]
            self.need(46 + max(map(len, laid)) * SMALL.leading)
            start = self.y - 38
            lowest = start
            for number, lines in enumerate(laid):
                x = self.left + number * (column + 2 * GAP)
                self.page.shapes.append(partial(_rule, x=x, y=start, width=column, thick=0.8, colour=(INK,) * 3))
                self.y = start - 3
                for line in lines:
                    self.say(line, SMALL, x=x)
                lowest = min(lowest, self.y)
            self.y = lowest - 5

    def _strokes(self, block: paper.Strokes) -> None:
        column, height = (self.width - 2 * GAP) / 2, 60.0
        captions = wrap(block.caption, SMALL, column) if block.caption else []
        self.need(height + len(captions) * SMALL.leading + 8)
        base = self.y - height
        self.page.shapes.append(
            partial(_strokes, path=block.path, x=self.left, y=base + 4, width=column, height=height - 8)
        )
        self.page.shapes.append(partial(_rule, x=self.left, y=base, width=column, thick=0.8, colour=(INK,) * 3))
        self.y = base - 3
        for line in captions:
            self.say(line, SMALL)
        self.y -= 8

    def _code(self, block: paper.Code) -> None:
        side = block.side
        captions = wrap(block.caption, CAPTION, self.width - side - 22) if block.caption else []
        self.need(max(side, len(captions) * CAPTION.leading) + 12)
        start = self.y
        self.page.shapes.append(partial(_qr, text=block.text, x=self.left, y=start - side, side=side))
        self.y = start - max(0.0, (side - len(captions) * CAPTION.leading) / 2)
        for line in captions:
            self.say(line, CAPTION, x=self.left + side + 22)
        self.y = min(self.y, start - side) - 12

    def _sketch(self, block: paper.Drawing) -> None:
        if block.sketch is None:
            self._text(paper.Text(_("There is nothing to draw yet.")))
            return
        height = min(block.height, self.top - self.bottom - 30)
        self.need(height + 24)
        _Curve(self, block.sketch, height).lay()
        self.y -= 10

    # --- drawing ---

    def draw(self, canvas: Any) -> None:
        """Everything onto the canvas, and the canvas into its file."""
        with _drawing:
            for number, page in enumerate(self.pages, start=1):
                self._sign(page, number)
                for shape in page.shapes:
                    shape(canvas)
                _say(canvas, page.words)
                if len(self.pages) > 1:
                    for place, text in enumerate(page.headings):
                        canvas.bookmarkPage(f"{number}-{place}")
                        canvas.addOutlineEntry(text, f"{number}-{place}")
                canvas.showPage()
            canvas.save()

    def _sign(self, page: Page, number: int) -> None:
        """The foot of a page."""
        top = self.bottom - 8
        page.shapes.append(partial(_rule, x=self.left, y=top, width=self.width, thick=0.6, colour=(INK,) * 3))
        x = self.left
        if self.head.code:
            page.shapes.append(partial(_qr, text=self.head.verify_url, x=self.left, y=top - 6 - QR_SIDE, side=QR_SIDE))
            x += QR_SIDE + 14
        self.pages.append(page)  # `say` writes on the last page
        self.y = top - 5
        for line, style in self.foot.lines:
            self.say(line, style, x=x)
        self.y = top - 5
        count = _("Page %(number)d of %(count)d") % {"number": number, "count": len(self.pages) - 1}
        self.say(wrap(count, RUNNING_BOLD, 200)[0], RUNNING_BOLD, right=self.right)
        self.pages.pop()


@dataclass(frozen=True)
class Foot:
    lines: list[tuple[Line, Style]]

    @property
    def height(self) -> float:
        return sum(style.leading for _line, style in self.lines)


def _foot(head: paper.Head, issued_at: str, width: float) -> Foot:
    """Who issued it and when; below, how to check it."""
    column = width - (QR_SIDE + 14 if head.code else 0) - 90
    said: list[tuple[str, Style]] = []
    if head.issued_by:
        facts = {"name": head.issued_by, "instant": issued_at}
        said.append((_("Issued by %(name)s on %(instant)s.") % facts, RUNNING))
    if head.code:
        address = head.verify_url.split(head.code)[0]
        said.append((_("Is this paper genuine? Scan the square, or type this code at %s") % address, RUNNING))
        said.append((head.code, CODE))
    return Foot([(line, style) for text, style in said for line in wrap(text, style, column)])


# --- tables ---


def _side_by_side(left: list[Line], right: list[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    for number in range(max(len(left), len(right))):
        yield left[number] if number < len(left) else None, right[number] if number < len(right) else None


def _laid(cells: Sequence[str], columns: Sequence[tuple[float, float]], style: Style) -> list[list[Line]]:
    return [wrap(cell, style, width) for cell, (_offset, width) in zip(cells, columns, strict=True)]


def _columns(table: paper.Table, rows: Sequence[Sequence[str]], total: float) -> list[tuple[float, float]]:
    """(offset, width) of each column. All of the width is used. No column is narrower than its longest word where there
    is room for that; where there is not, columns of short words keep theirs, and the longest break in their cells."""
    room = total - GAP * (len(table.headers) - 1)
    if table.widths:
        shares = [share / sum(table.widths) * room for share in table.widths]
    else:
        shares = _shares(table.headers, rows, room)
    offsets = [sum(shares[:n]) + GAP * n for n in range(len(shares))]
    return list(zip(offsets, shares, strict=True))


def _shares(headers: Sequence[str], rows: Sequence[Sequence[str]], room: float) -> list[float]:
    full = [width_of(header, HEADER) for header in headers]
    least = [max(width_of(word, HEADER) for word in header.split(" ")) for header in headers]
    for row in rows:
        for at, cell in enumerate(row):
            width = width_of(cell, CELL)
            if width > full[at]:
                full[at] = width
            if width > least[at]:
                least[at] = max(least[at], *(width_of(word, CELL) for word in cell.split(" ")))
    full, least = [width + 1 for width in full], [width + 1 for width in least]
    if sum(full) <= room:
        spare = (room - sum(full)) / sum(full)
        return [width * (1 + spare) for width in full]
    fair = room / len(full)
    if sum(least) > room or max(least) > 2 * fair:  # one long word does not break the short ones beside it
        least = _poured([min(width, fair) for width in least], room)
    wanted = [more - less for more, less in zip(full, least, strict=True)]
    return [less + more for less, more in zip(least, _poured(wanted, room - sum(least)), strict=True)]


def _poured(wanted: Sequence[float], spare: float) -> list[float]:
    """Who wants little gets it; the others share what is left. So one long remark does not break every short name."""
    given = [0.0] * len(wanted)
    waiting = sorted(range(len(wanted)), key=lambda at: (wanted[at], at))
    while waiting:
        at = waiting.pop(0)
        given[at] = min(wanted[at], spare / (len(waiting) + 1))
        spare -= given[at]
    return given


# --- the curve ---


class _Curve:
    """The occupancy curve: the points that the page's picture has, on paper, told apart without colour."""

    def __init__(self, sheets: Sheets, sketch: Sketch, height: float) -> None:
        self.sheets, self.sketch = sheets, sketch
        self.x, self.width = sheets.left + 26, sheets.width - 26
        self.y, self.height = sheets.y - height, height

    def at(self, point: tuple[float, float]) -> tuple[float, float]:
        return self.x + self.width * point[0] / 100, self.y + self.height * (1 - point[1] / 100)

    def lay(self) -> None:
        page, sketch = self.sheets.page, self.sketch
        page.shapes.append(self._shapes)
        for count, y in sketch.counts:
            self._word(str(count), self.x - 5, self.at((0, y))[1] - 3, "end")
        taken = self.x - 20
        for label in sketch.dates:
            taken = self._word(label.text, self.at((label.x, 0))[0], self.y - 3, label.anchor, after=taken)
        if sketch.today is not None:
            x, y = self.at((sketch.today, sketch.top))
            late = sketch.today > 50
            self._word(_("today"), x + (-3 if late else 3), y + 3, "end" if late else "start", bold=True)
        self.sheets.y = self.y - 16
        x = self.x
        for name, text in sketch.key():
            page.shapes.append(partial(self._key, name=name, x=x, y=self.sheets.y - 4))
            line = wrap(text, RUNNING, 200)[0]
            page.words.append((x + 27, self.sheets.y - 7, line, RUNNING))
            x += 27 + line.width * RUNNING.size / 1000 + 18
        self.sheets.y -= 14

    def _word(
        self, text: str, x: float, y: float, anchor: str, *, bold: bool = False, after: float | None = None
    ) -> float:
        """Write a word; not one that would touch what stands before it. Where the last word written ends."""
        style = RUNNING_BOLD if bold else RUNNING
        line = wrap(text, style, 500)[0]
        width = line.width * style.size / 1000
        x -= {"start": 0, "middle": width / 2, "end": width}[anchor]
        if after is not None and x < after + 6:
            return after
        self.sheets.page.words.append((x, y, line, style))
        return x + width

    def _shapes(self, canvas: Any) -> None:
        sketch = self.sketch
        canvas.saveState()
        for _count, y in sketch.counts:
            _rule(canvas, x=self.x, y=self.at((0, y))[1], width=self.width, thick=0.4)
        if sketch.held:
            self._area(canvas, sketch.held, 0.93)
        self._area(canvas, sketch.occupied, 0.86)
        if sketch.held:
            self._line(canvas, sketch.held, "held")
        if sketch.capacity:
            self._line(canvas, sketch.capacity, "capacity")
        self._line(canvas, sketch.occupied, "occupied")
        if sketch.today is not None:
            canvas.setDash()
            canvas.setLineWidth(1)
            canvas.setStrokeGray(INK)
            canvas.line(*self.at((sketch.today, sketch.top)), *self.at((sketch.today, sketch.bottom)))
        canvas.restoreState()

    def _area(self, canvas: Any, points: Sequence[tuple[float, float]], gray: float) -> None:
        shape = canvas.beginPath()
        shape.moveTo(*self.at((points[0][0], self.sketch.bottom)))
        for point in points:
            shape.lineTo(*self.at(point))
        shape.lineTo(*self.at((points[-1][0], self.sketch.bottom)))
        shape.close()
        canvas.setFillGray(gray)
        canvas.drawPath(shape, stroke=0, fill=1)

    def _line(self, canvas: Any, points: Sequence[tuple[float, float]], name: str) -> None:
        _pen(canvas, name)
        shape = canvas.beginPath()
        shape.moveTo(*self.at(points[0]))
        for point in points[1:]:
            shape.lineTo(*self.at(point))
        canvas.drawPath(shape, stroke=1, fill=0)

    def _key(self, canvas: Any, *, name: str, x: float, y: float) -> None:
        canvas.saveState()
        _pen(canvas, name)
        canvas.line(x, y, x + 22, y)
        canvas.restoreState()


def _pen(canvas: Any, name: str) -> None:
    width, dash, colour = {
        "occupied": (2.0, (), TEAL),
        "held": (1.2, (1.5, 2.5), (INK,) * 3),
        "capacity": (1.2, (5, 4), (SOFT,) * 3),
    }[name]
    canvas.setLineWidth(width)
    canvas.setDash(*([list(dash)] if dash else []))
    canvas.setStrokeColorRGB(*colour)


# --- shapes and words on a canvas ---


def _rule(
    canvas: Any, *, x: float, y: float, width: float, thick: float, colour: tuple[float, ...] = (HAIR, HAIR, HAIR)
) -> None:
    red, green, blue = colour
    canvas.addLiteral(f"{thick} w {red} {green} {blue} RG {x:.2f} {y:.2f} m {x + width:.2f} {y:.2f} l S")


def _box(canvas: Any, *, x: float, y: float, width: float, height: float, thick: float) -> None:
    canvas.setLineWidth(thick)
    canvas.setStrokeGray(INK)
    canvas.rect(x, y, width, height)


def _fitted(data: bytes, most_wide: float, most_high: float) -> tuple[float, float]:
    wide, high = _image(data).getSize()
    scale = min(most_wide / wide, most_high / high)
    return wide * scale, high * scale


def _image(data: bytes) -> Any:
    from reportlab.lib.utils import ImageReader

    return ImageReader(BytesIO(data))


def _picture(canvas: Any, *, data: bytes, x: float, y: float, width: float, height: float) -> None:
    canvas.drawImage(_image(data), x, y, width, height)


def _strokes(canvas: Any, *, path: str, x: float, y: float, width: float, height: float) -> None:
    """A drawn signature in this space, as large as fits, standing on its lower edge."""
    lines = [[tuple(map(int, spot.split())) for spot in line.split("L")] for line in path.split("M")[1:]]
    spots = [spot for line in lines for spot in line]
    if not spots:
        return
    lefts, tops = zip(*spots, strict=True)
    scale = min(width / max(max(lefts) - min(lefts), 1), height / max(max(tops) - min(tops), 1), 1.0)
    canvas.saveState()
    canvas.setLineWidth(1.3)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    canvas.setStrokeGray(INK)
    shape = canvas.beginPath()
    for line in lines:
        placed = [(x + (at - min(lefts)) * scale, y + (max(tops) - down) * scale) for at, down in line]
        shape.moveTo(*placed[0])
        for spot in placed[1:] or placed:  # a dot is a stroke without length
            shape.lineTo(*spot)
    canvas.drawPath(shape, stroke=1, fill=0)
    canvas.restoreState()


def _qr(canvas: Any, *, text: str, x: float, y: float, side: float) -> None:
    count, path = squares(text)
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(side / count, side / count)
    canvas.setFillGray(0)
    canvas.addLiteral(path)
    canvas.restoreState()


def _say(canvas: Any, words: Sequence[tuple[float, float, Line, Style]]) -> None:
    """Straight into the page: reportlab's own text object measures every line once more."""
    code = [f"0.35 w {INK} G BT"]
    before, pen = None, None
    for x, y, line, style in words:
        if line.said:  # a reader of the file gets the letters in their order, whatever way they run
            code.append(f"ET /Span <</ActualText <feff{line.said.encode('utf-16-be').hex()}>>> BDC BT")
        if style is not before:
            code.append(f"{style.gray or INK} g")
            before = style
        code.append(f"1 0 0 1 {x:.2f} {y:.2f} Tm")
        for name, letters in runs(line.text, style.bold):
            font = font_of(name)
            for part, shown in font.splitString(letters, canvas._doc):
                if (name, part, style.size) != pen:
                    outlined = 2 if style.bold and name == OTHER else 0  # that one has no bold: outline it
                    inner = font.getSubsetInternalName(part, canvas._doc)
                    code.append(f"{inner} {style.size} Tf {outlined} Tr")
                    pen = name, part, style.size
                code.append(f"({canvas._escape(shown)}) Tj")
        if line.said:
            code.append("ET EMC BT")
    canvas.addLiteral("\n".join([*code, "ET"]))
