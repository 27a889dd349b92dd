"""QR codes as paths on paper, in a fraction of the time that the library takes for one.

The library says what a code of each size looks like, once in a process; the codes then differ in nothing but the bits
of their text. A test holds each to the library's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

MASK = 3  # always the same: finding the best of eight takes longer than the rest of the page, and readers read each
_DARK = re.compile("1+")
_PADDING = bytes((0xEC, 0x11))


@lru_cache(maxsize=32)
def squares(text: str) -> tuple[int, str]:
    """How many squares a side has, and the dark ones as one path, from the lower left."""
    rows = matrix(text)
    top = len(rows) - 1
    path = [
        f"{dark.start()} {top - number} {dark.end() - dark.start()} 1 re"
        for number, row in enumerate(rows)
        for dark in _DARK.finditer(row)
    ]
    return len(rows), " ".join([*path, "f"])


def matrix(text: str) -> list[str]:
    """The rows of the code from above, 1 for each dark square and 0 for each light one."""
    data = text.encode()
    version = _version(len(data))
    count, blank, placed = _frame(version)
    words = _words(version, data)
    bits = f"{int.from_bytes(words):0{len(words) * 8}b}".encode()
    drawn = int.from_bytes(bytes(placed(bits + b"0"))) ^ blank
    squares = drawn.to_bytes(count * count).decode()
    return [squares[at : at + count] for at in range(0, count * count, count)]


@cache
def _version(length: int) -> int:
    """The smallest size of code that holds so many bytes."""
    from qrcode.util import MODE_8BIT_BYTE, QRData

    code = _empty(None)
    code.add_data(QRData(bytes(length), mode=MODE_8BIT_BYTE, check_data=False))
    return code.best_fit()


@cache
def _frame(version: int) -> tuple[int, int, Callable[[bytes], tuple[int, ...]]]:
    """How many squares a side has; a code whose bits are all 0; and what finds the bit of each square, row by row,
    among all bits and one more, which is that of the squares that are the same on every code.

    Where each bit stands is found by asking the library for codes of chosen bits."""
    size = sum(block.total_count for block in _blocks(version))

    def drawn(bit: Callable[[int], int]) -> list[int]:
        code = _empty(version)
        code.data_cache = [sum(bit(byte * 8 + at) << 7 - at for at in range(8)) for byte in range(size)]
        code.make(fit=False)
        return [int(square) for row in code.modules for square in row]

    blank = drawn(lambda place: 0)
    changes = [one != other for one, other in zip(drawn(lambda place: 1), blank, strict=True)]
    places = [0] * len(blank)
    for power in range((size * 8).bit_length()):
        for at, square in enumerate(drawn(lambda place, power=power: place >> power & 1)):
            places[at] |= (square ^ blank[at]) << power
    found = itemgetter(*(place if change else size * 8 for place, change in zip(places, changes, strict=True)))
    return version * 4 + 17, int.from_bytes(bytes(blank)), found


def _words(version: int, data: bytes) -> bytes:
    """The text with its length and the words that correct errors, in the order in which they are drawn."""
    blocks = _blocks(version)
    wide = 8 if version < 10 else 16
    room = sum(block.data_count for block in blocks)
    told = (0b0100 << wide | len(data)) << 8 * len(data) | int.from_bytes(data)
    whole = (told << 4).to_bytes((wide + 8) // 8 + len(data))
    whole += (_PADDING * room)[: room - len(whole)]
    told_words, corrections, at = [], [], 0
    for block in blocks:
        part = whole[at : at + block.data_count]
        at += block.data_count
        told_words.append(part)
        corrections.append(_correction(part, block.total_count - block.data_count))
    return _in_turn(told_words) + _in_turn(corrections)


def _in_turn(parts: list[bytes]) -> bytes:
    """The first of each, the second of each, and so on; some parts are longer than others."""
    longest = max(map(len, parts))
    return bytes(part[at] for at in range(longest) for part in parts if at < len(part))


def _correction(data: bytes, count: int) -> bytes:
    left, remainders, top = 0, _remainders(count), 8 * (count - 1)
    below = (1 << top) - 1
    for word in data:
        left = (left & below) << 8 ^ remainders[left >> top ^ word]
    return left.to_bytes(count)


@cache
def _remainders(count: int) -> list[int]:
    """For each word what is left of it, by so many words of correction."""
    from qrcode.base import Polynomial, gexp

    divisor = Polynomial([1], 0)
    for power in range(count):
        divisor *= Polynomial([1, gexp(power)], 0)
    left = (Polynomial([word], count) % divisor for word in range(1, 256))
    return [0, *(int.from_bytes(bytes(each)[-count:]) for each in left)]


@cache
def _blocks(version: int) -> list[Any]:
    from qrcode.base import rs_blocks
    from qrcode.constants import ERROR_CORRECT_M

    return rs_blocks(version, ERROR_CORRECT_M)


def _empty(version: int | None) -> Any:
    from qrcode import QRCode
    from qrcode.constants import ERROR_CORRECT_M

    return QRCode(version=version, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=MASK)
