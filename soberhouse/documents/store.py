"""The private file store: bytes named by what they hold, outside everything a web server hands out.

What a file is follows from its content, never from its name or from what the browser says. A picture is decoded and
drawn anew, so that nothing is kept but what can be seen: no place, no device, no program behind the last line. A file
is whole or not there: it is written beside its place, forced to the disk and moved. It is checked whenever it is read.

Who may see a file is decided by the row that points to it. `serve` is how it leaves."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from soberhouse.documents.models import StoredFile

JPEG, PDF = "image/jpeg", "application/pdf"
MOST_PIXELS = 40_000_000
MOST_HELD = 16_000_000  # of a picture that cannot be read at a fraction of its size: four bytes a point
MOST_OF_WEBP = 8_000_000  # its decoder holds the picture three times
LONGEST_SIDE = 1600
QUALITY = 85
SANDBOX = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
_PICTURES = ("JPEG", "PNG", "WEBP")


class Damaged(Exception):
    """A stored file is gone, or is no longer what was stored."""


@dataclass(frozen=True)
class Allowed:
    """What may be put into the store at one place: the type it is kept as, and what makes it so, or refuses it."""

    content_type: str
    cleaned: Callable[[bytes], bytes]


def put(data: bytes, *, allow: Allowed) -> StoredFile:
    """Keep what `data` holds: `allow` is `PHOTOS` or `PAPERS`. The same content is kept once.

    Refuses with a ValidationError what is not of that kind, whatever it is called: a program, a drawing that can run
    scripts, a picture too large to open safely, one that was cut off. The file is on the disk before its row is in the
    database: where the transaction fails, a file is left that nothing points to, and that does no harm.
    """
    data = allow.cleaned(data)
    digest = hashlib.sha256(data).hexdigest()
    _write(digest, data)
    with transaction.atomic():
        row = StoredFile(digest=digest, content_type=allow.content_type, size=len(data))
        StoredFile.objects.bulk_create([row], ignore_conflicts=True)
        return StoredFile.objects.get(digest=digest)


def read(file: StoredFile) -> bytes:
    """The content. Raises Damaged where it is missing or not what was stored."""
    try:
        data = path_of(file.digest).read_bytes()
    except OSError as problem:
        raise Damaged(f"Stored file {file.uuid} cannot be read.") from problem
    if hashlib.sha256(data).hexdigest() != file.digest:
        raise Damaged(f"Stored file {file.uuid} is not what was stored.")
    return data


def serve(file: StoredFile, *, name: str, download: bool = False) -> HttpResponse:
    """An answer with the file, under a name that tells nothing about a person, for nobody to keep. Call it in the
    scope of the row that points to the file.

    A picture opened by itself is sandboxed. A paper is not: browsers' own readers of PDFs refuse to work in a sandbox,
    and a paper is only ever one that we drew.
    """
    return HttpResponse(
        read(file),
        content_type=file.content_type,
        headers={
            "Content-Disposition": f'{"attachment" if download else "inline"}; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Content-Security-Policy": "frame-ancestors 'none'" if file.content_type == PDF else SANDBOX,
        },
    )


def path_of(digest: str) -> Path:
    return Path(settings.FILES_DIR) / digest[:2] / digest


def _write(digest: str, data: bytes) -> None:
    """Whole or not at all. A file that is there and right is left alone; one that was damaged is mended."""
    path = path_of(digest)
    try:
        if hashlib.sha256(path.read_bytes()).hexdigest() == digest:
            return
    except OSError:
        pass
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # readable by us alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


# --- what is let in ---


def _photo(data: bytes) -> bytes:
    """A JPEG that holds the picture and nothing else: upright, on white, no side longer than `LONGEST_SIDE`."""
    from PIL import Image, ImageOps

    if not data:
        raise ValidationError(_("This file is empty. Choose a photo."), code="empty")
    try:
        image = Image.open(BytesIO(data), formats=_PICTURES)
        _check_size(image, MOST_PIXELS)
        most = MOST_OF_WEBP if image.format == "WEBP" else MOST_HELD
        if image.info.get("progressive"):  # a JPEG that is held whole, at whatever size it is read
            _check_size(image, most)
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is read at a fraction of its size
        _check_size(image, most)
        image.load()
        image = ImageOps.exif_transpose(_smaller(image))
        image = image.convert("RGBA")
        seen = Image.new("RGB", image.size, "white")
        seen.paste(image, mask=image.getchannel("A"))
        kept = BytesIO()
        seen.save(kept, "JPEG", quality=QUALITY, optimize=True)
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise _too_large(MOST_PIXELS) from problem
    except Exception as problem:  # each decoder fails in its own way at what is not a picture
        raise ValidationError(
            _("This is not a photo that can be read. Choose a JPEG, PNG or WebP picture."), code="not_a_photo"
        ) from problem
    return kept.getvalue()


def _smaller(image: Any) -> Any:
    """The picture so small that no side is longer than `LONGEST_SIDE`. A very large one is first made a whole number of
    times smaller, in strips: what can be seen through or has few colours is copied for that, and a copy of all of it
    would take as much again."""
    from PIL import Image

    mixed = image.mode in ("P", "PA", "LA", "RGBA")
    times = max(image.size) // LONGEST_SIDE
    if mixed and times > 1:
        wide, high = image.size
        small = Image.new("RGBA", (-(-wide // times), -(-high // times)))
        step = 128 * times
        for top in range(0, high, step):
            strip = image.crop((0, top, wide, min(top + step, high)))
            small.paste(strip.convert("RGBA").reduce(times), (0, top // times))
        small.info = image.info
        image = small
    elif image.mode == "P":
        image = image.convert("RGBA")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return image


def _check_size(image: Any, most: int) -> None:
    wide, high = image.size
    if wide * high > most:
        raise _too_large(most)


def _too_large(most: int) -> ValidationError:
    return ValidationError(
        _("This picture has more than %(count)d million points. Choose a smaller one.") % {"count": most // 1_000_000},
        code="too_large",
    )


def _paper(data: bytes) -> bytes:
    """A PDF from its first byte to its last mark; as it is."""
    if not data.startswith(b"%PDF-1.") or b"%%EOF" not in data[-1024:]:
        raise ValidationError(_("This is not a whole PDF file."), code="not_a_paper")
    return data


PHOTOS = Allowed(JPEG, _photo)
PAPERS = Allowed(PDF, _paper)
