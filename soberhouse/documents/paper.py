"""What a paper is made of, and how it becomes a PDF.

A report is facts in, bytes out: it makes a `Head` and a list of blocks and calls `render`. The same arguments give the
same bytes, whenever and wherever they are drawn. Nothing here asks the database.

Every page carries the organization, the title, the instant for which it is true, who issued it and when, its own number
among all pages and, where the paper is in the register, the code by which its reader can check it. Text stays text: it
can be searched, copied and read aloud. `Head.title` names the kind of paper and never a person: it stands in the file's
properties, which a mail program shows to anybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Literal

from django.conf import settings
from django.utils.translation import get_language

from soberhouse.curve import Sketch
from soberhouse.documents.lettering import isolated

__all__ = [
    "Block",
    "Clause",
    "Code",
    "Drawing",
    "Facts",
    "Head",
    "Heading",
    "PageBreak",
    "Signature",
    "Space",
    "Strokes",
    "Table",
    "Text",
    "isolated",
    "render",
]

PAPER_SIZES = {"letter": (612.0, 792.0), "a4": (595.276, 841.89)}  # in points


@dataclass(frozen=True, kw_only=True)
class Head:
    """What stands on every page. `zone` is the time zone, by its name, in which both instants are told. Without `code`
    the paper is not in the register and carries nothing to check it by. `lines` are the letterhead's: house, phone,
    address where it may be told. `confidential` is a line such as "About one person. Keep it closed."."""

    organization: str
    title: str
    as_of: datetime
    zone: str
    issued_by: str
    issued_at: datetime
    code: str = ""
    verify_url: str = ""
    lines: tuple[str, ...] = ()
    confidential: str = ""


@dataclass(frozen=True)
class Heading:
    """Begins a part. It never stands alone at the foot of a page."""

    text: str


@dataclass(frozen=True)
class Text:
    """Sentences; a line break begins a new paragraph. `small` for what is said beside the matter."""

    text: str
    small: bool = False


@dataclass(frozen=True)
class Clause:
    """One rule or point among others: its name in bold, what is to be said of it in a word or two on the right, and its
    words below. The name never stands alone at the foot of a page."""

    name: str
    text: str
    aside: str = ""


@dataclass(frozen=True)
class Facts:
    """A name and a value to each line; an empty value is a dash. `picture` is a JPEG or PNG beside them."""

    rows: Sequence[tuple[str, str]]
    picture: bytes = b""


@dataclass(frozen=True)
class Table:
    """Rows under headers that are repeated on each page. `widths` are shares, found from the content if not given;
    `align` says "right" for columns of numbers. Without rows the sentence `empty` stands there."""

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[float] = ()
    empty: str = ""
    align: Sequence[Literal["", "left", "right"]] = ()


@dataclass(frozen=True)
class Signature:
    """Lines to sign on, two beside each other, each with what belongs there."""

    labels: Sequence[str]


@dataclass(frozen=True)
class Strokes:
    """A signature as somebody drew it, on a line with its caption below: a path of straight strokes in whole numbers,
    such as "M0 0L10 4", whose y goes down."""

    path: str
    caption: str = ""


@dataclass(frozen=True)
class Code:
    """A QR code of `text`, so many points wide, with its caption beside it."""

    text: str
    caption: str = ""
    side: float = 128


@dataclass(frozen=True)
class Drawing:
    """The same curve as on the page, so many points high; without one, a sentence saying so."""

    sketch: Sketch | None
    height: float = 170


@dataclass(frozen=True)
class PageBreak:
    """What follows begins a new page."""


@dataclass(frozen=True)
class Space:
    """Some room."""

    height: float = 10


Block = Heading | Text | Clause | Facts | Table | Signature | Strokes | Code | Drawing | PageBreak | Space


def render(head: Head, blocks: Sequence[Block], *, small: bool = False) -> bytes:
    """The PDF, on whole sheets or, `small`, on half ones. The same arguments in the same language, and the same
    bytes."""
    from reportlab.pdfgen.canvas import Canvas

    from soberhouse.documents.sheets import Sheets  # noqa: PLC0415 -- it stands on the blocks of this module

    size = PAPER_SIZES[settings.PAPER_SIZE]
    if small:
        size = size[1] / 2, size[0]
    sheets = Sheets(head, size)
    for block in blocks:
        sheets.add(block)
    file = BytesIO()
    canvas = Canvas(file, pagesize=size, invariant=1, pageCompression=1, lang=get_language() or "en")
    canvas.setTitle(head.title)
    canvas.setAuthor(head.organization)
    canvas.setCreator("Soberhouse")
    canvas.setViewerPreference("DisplayDocTitle", "true")
    sheets.draw(canvas)
    return file.getvalue()
