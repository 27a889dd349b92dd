"""Words on paper: which font has a letter, how wide it stands, where a line breaks, which way it runs.

Noto Sans has Latin, Greek and Cyrillic letters, Vietnamese among them; DejaVu Sans has Hebrew, Arabic, Armenian,
Georgian and signs. What neither has, such as emoji, is drawn as an empty box, one for each: seen to be missing, and
never in the way. Both fonts are read once in a process."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parent / "fonts"
PLAIN, BOLD, OTHER = "Soberhouse", "SoberhouseBold", "SoberhouseOther"
FILES = {PLAIN: "NotoSans-Regular.ttf", BOLD: "NotoSans-Bold.ttf", OTHER: "DejaVuSans.ttf"}
MISSING = "\u25a1"
UNIT = 1000  # widths are in thousandths of the size

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_ARABIC = re.compile("[\u0600-\u08ff]")
# Never drawn: control characters, and marks that would turn the text around them.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u202a-\u202e\u2060\u206a-\u206f\ufeff\ufff9-\ufffb]")
_UNDRAWN = re.compile("[\u200b-\u200f\u2066-\u2069\ufe00-\ufe0f\U000e0000-\U000e01ef]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[ \t]+")
_SIGNS_OF_EMOJI = "\u200d\ufe0f\u20e3\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_MARK = "\u200b"  # a space without width: takes the level of the letter before it
_FLAG = range(0x1F1E6, 0x1F200)


@dataclass(frozen=True)
class Style:
    """How words stand: size and the step to the next line in points, weight, and how dark (0 is black)."""

    size: float
    leading: float
    bold: bool = False
    gray: float = 0.0


@dataclass(frozen=True)
class Line:
    """One line as it is drawn, from left to right, and its width at size 1000. `said` is the text in the order it is
    read, where that is another."""

    text: str
    width: float
    said: str = ""


class Widths(dict):
    """The width of each letter. One that the font has not got is as wide as in the other font."""

    def __init__(self, font: Any, other: Widths | None = None) -> None:
        super().__init__({chr(code): width for code, width in font.face.charWidths.items() if width is not None})
        self.other = other
        # The font's own list holds a width for letters that it cannot draw.
        for code in [letter for letter in self if ord(letter) not in font.face.charToGlyph]:
            del self[code]

    def __missing__(self, letter: str) -> float:
        return self.other[letter] if self.other is not None else self[MISSING]


@functools.cache
def fonts_ready() -> None:
    """Make the fonts known to reportlab, and let it write bytes as bytes, once. As ASCII they take a quarter more room
    and a tenth more time."""
    from reportlab import rl_config

    rl_config.useA85 = 0
    font_of(PLAIN), font_of(BOLD)


@functools.cache
def font_of(name: str) -> Any:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    font = TTFont(name, str(FONTS / FILES[name]), shapable=False)
    pdfmetrics.registerFont(font)
    return font


@functools.cache
def widths(name: str) -> Widths:
    return Widths(font_of(name), None if name == OTHER else _Later())


class _Later:
    """The third font's widths, read when a letter first asks for them."""

    def __getitem__(self, letter: str) -> float:
        return widths(OTHER)[letter]


def widths_of(style: Style) -> Widths:
    return widths(BOLD if style.bold else PLAIN)


def width_of(text: str, style: Style) -> float:
    """How wide one line of text stands, in points."""
    known = widths_of(style)
    return sum(map(known.__getitem__, _drawable(_clean(text), known))) * style.size / UNIT


def isolated(name: str) -> str:
    """A name within a sentence: its direction does not turn the words and figures beside it."""
    return f"\u2068{name}\u2069"


def wrap(text: str, style: Style, width: float) -> list[Line]:
    """The lines of a text in a column so many points wide. A word wider than that is broken, after a hyphen or a
    slash where there is one; a combining mark never leaves its letter. An empty text is one empty line."""
    limit = width * UNIT / style.size
    known = widths_of(style)
    return [line for paragraph in _clean(text).split("\n") for line in _wrapped(paragraph, limit, known)]


def runs(text: str, bold: bool) -> Iterator[tuple[str, str]]:
    """(font, letters) for each stretch of a line that one font can draw."""
    main = BOLD if bold else PLAIN
    known = widths(main)
    if all(map(known.__contains__, text)):
        yield main, text
        return
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or (text[at] in known) != (text[start] in known):
            yield main if text[start] in known else OTHER, text[start:at]
            start = at


# --- from a text to lines ---


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", text)
    return unicodedata.normalize("NFC", _UNSEEN.sub("", text))


def _drawable(text: str, known: Widths) -> str:
    """The text in letters that some font has: an empty box for each sign that none has."""
    if text.isascii() or all(map(known.__contains__, text)):
        return text
    other = widths(OTHER)
    drawn: list[str] = []
    joined, flag = False, False  # whether the sign before goes on in this one
    for letter in text:
        if (letter in known or letter in other) and letter not in _SIGNS_OF_EMOJI:
            drawn.append(letter)
            joined = flag = False
            continue
        if letter in _SIGNS_OF_EMOJI or _UNDRAWN.match(letter):
            if drawn and drawn[-1] != MISSING and not letter.isspace() and letter not in "\u20e3":
                drawn.append(letter if _UNDRAWN.match(letter) else "")
            joined = letter == "\u200d"
        elif joined or (unicodedata.combining(letter) and drawn):
            joined = False
        elif ord(letter) in _FLAG and flag:
            flag = False
        else:
            drawn.append(MISSING)
            flag = ord(letter) in _FLAG
    return "".join(drawn)


def _wrapped(paragraph: str, limit: float, known: Widths) -> Iterator[Line]:
    paragraph = _drawable(paragraph, known)
    turned = bool(_RIGHT_TO_LEFT.search(paragraph))
    marked = turned or bool(_UNDRAWN.search(paragraph))
    direction = _direction(paragraph) if turned else "L"
    if turned and _ARABIC.search(paragraph):
        paragraph = _joined(paragraph, known)
    width_of_letter = known.__getitem__ if not marked else lambda letter: _seen_width(letter, known)
    space = known[" "]
    line: list[str] = []
    used = 0.0
    for word in _SPACES.split(paragraph.strip(" \t")):
        width = sum(map(width_of_letter, word))
        if line and used + space + width > limit:
            yield _line(line, used, turned, marked, direction)
            line, used = [], 0.0
        if width > limit:
            *whole, (word, width) = _broken(word, limit, width_of_letter)
            for piece, piece_width in whole:
                yield _line([piece], piece_width, turned, marked, direction)
        used += width + (space if line else 0.0)
        line.append(word)
    yield _line(line, used, turned, marked, direction)


def _joined(text: str, known: Widths) -> str:
    """Arabic letters in the shapes that they have beside each other, as far as the font has them."""
    shaped = _reshaper().reshape(text)
    other = widths(OTHER)
    return "".join(
        letter
        if letter in known or letter in other or _UNDRAWN.match(letter)
        else unicodedata.normalize("NFKC", letter)
        for letter in shaped
    )


@functools.cache
def _reshaper() -> Any:
    from arabic_reshaper import ArabicReshaper  # noqa: PLC0415 -- few names need it

    # This one sign for a whole word is not in the font; vowel marks belong to a name.
    return ArabicReshaper(configuration={"ARABIC LIGATURE ALLAH": False, "delete_harakat": False})


def _seen_width(letter: str, known: Widths) -> float:
    return 0.0 if _UNDRAWN.match(letter) else known[letter]


def _broken(word: str, limit: float, width_of_letter: Any) -> list[tuple[str, float]]:
    """A word in pieces that each fit; the last may take more words after it."""
    pieces: list[tuple[str, float]] = []
    start, used, hyphen = 0, 0.0, 0
    at = 0
    while at < len(word):
        width = width_of_letter(word[at])
        if used + width > limit and at > start:
            if hyphen > start:
                at = hyphen
            else:
                while at > start + 1 and unicodedata.combining(word[at]):
                    at -= 1
            pieces.append((word[start:at], sum(map(width_of_letter, word[start:at]))))
            start, used = at, 0.0
            continue
        used += width
        at += 1
        if word[at - 1] in "-/\u2013\u2014":
            hyphen = at
    pieces.append((word[start:], used))
    return pieces


def _line(words: list[str], width: float, turned: bool, marked: bool, direction: str) -> Line:
    text = " ".join(words)
    if not marked:
        return Line(text, width)
    if not turned:
        return Line(_UNDRAWN.sub("", text), width)
    said = unicodedata.normalize("NFKC", _UNDRAWN.sub("", text))
    return Line(_UNDRAWN.sub("", _turned(text, direction)), width, said)


def _turned(text: str, direction: str) -> str:
    """A line as it stands from left to right. The library orders the letters and leaves brackets as they were, so each
    gets a mark behind it: where the mark comes out in front, the bracket opens the other way."""
    from bidi import get_display  # noqa: PLC0415 -- few names need it
    from bidi.mirror import MIRRORED  # noqa: PLC0415 -- as above

    text = text.replace(_MARK, "")
    shown = get_display("".join(f"{c}{_MARK}" if c in MIRRORED else c for c in text), base_dir=direction)
    letters = iter(shown)
    out = []
    for letter in letters:
        if letter == _MARK:
            letter = next(letters)
            out.append(MIRRORED.get(letter, letter))
        else:
            out.append(letter)
            if letter in MIRRORED:
                next(letters)
    return "".join(out)


def _direction(paragraph: str) -> str:
    """Which way a paragraph runs: as its first letter does."""
    for letter in paragraph:
        kind = unicodedata.bidirectional(letter)
        if kind == "L":
            return "L"
        if kind in ("R", "AL"):
            return "R"
    return "L"
