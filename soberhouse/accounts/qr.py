"""A QR code as the path of an SVG, drawn into the page: the content security policy lets no picture in otherwise."""

from __future__ import annotations

from dataclasses import dataclass

EDGE = 4  # light modules around it, without which cameras do not find it


@dataclass(frozen=True, kw_only=True)
class Code:
    """Draw `path` on a light square of `size` units with `<path class="qr-dark">`."""

    size: int
    path: str


def code_of(text: str) -> Code:
    """The QR code that says `text`."""
    import qrcode

    made = qrcode.QRCode(border=EDGE)
    made.add_data(text)
    rows = made.get_matrix()
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return Code(size=len(rows), path="".join(dark))
