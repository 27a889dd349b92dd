"""PDFs as a reader sees them: their pages as pictures, and the QR codes in those."""

from __future__ import annotations

from PIL.Image import Image
from pypdfium2 import PdfDocument
from zxingcpp import read_barcodes


def pages_as_images(pdf: bytes, *, dots_per_inch: int = 150) -> list[Image]:
    """Each page as it would look on paper."""
    document = PdfDocument(pdf)
    try:
        return [page.render(scale=dots_per_inch / 72).to_pil() for page in document]
    finally:
        document.close()


def qr_codes(pdf: bytes) -> list[str]:
    """What the QR codes on its pages say, in the order of the pages."""
    return [found.text for image in pages_as_images(pdf) for found in read_barcodes(image)]
