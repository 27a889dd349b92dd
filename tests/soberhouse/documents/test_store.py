"""The private file store: what a file is follows from its content, and nothing is kept but what can be seen."""

from __future__ import annotations

import io
import os
import stat
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from PIL import Image, ImageDraw

from soberhouse.documents import store
from soberhouse.documents.models import StoredFile

PAPER = b"%PDF-1.4\nno more than this\n%%EOF\n"


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (60, 40), **options) -> bytes:
    image = Image.new("RGB", size, "teal")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="white")  # the upper left corner
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png(wide: int, high: int, rows: bytes = b"") -> bytes:
    """A PNG that claims to be so large; what it holds is `rows`, compressed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", wide, high, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def refusal(data: bytes, allow: store.Allowed = store.PHOTOS) -> str:
    before = StoredFile.objects.count()
    with pytest.raises(ValidationError) as refused:
        store.put(data, allow=allow)
    assert StoredFile.objects.count() == before
    return refused.value.messages[0]


def opened(file: StoredFile) -> Image.Image:
    return Image.open(io.BytesIO(store.read(file)))


# What is kept


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_kept_as_a_plain_jpeg_whatever_it_was(db, kind):
    kept = store.put(picture(kind), allow=store.PHOTOS)

    assert kept.content_type == "image/jpeg"
    assert kept.size == len(store.read(kept))
    assert (opened(kept).format, opened(kept).size) == ("JPEG", (60, 40))


def test_nothing_is_kept_but_the_picture(db):
    exif = Image.Exif()
    exif[0x0110] = "Telephone of Dana"
    exif[0x8825] = {1: "N", 2: (40.0, 26.0, 46.0), 3: "W", 4: (79.0, 58.0, 56.0)}
    data = picture(exif=exif, comment=b"taken at home", icc_profile=b"profile of a screen")

    kept = store.read(store.put(data, allow=store.PHOTOS))

    assert b"Telephone of Dana" in data
    for secret in (b"Telephone", b"Exif", b"taken at home", b"profile", b"ICC"):
        assert secret not in kept
    image = Image.open(io.BytesIO(kept))
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_picture_taken_sideways_is_turned_upright(db):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its left side

    image = opened(store.put(picture(exif=exif), allow=store.PHOTOS))

    assert image.size == (40, 60)
    assert image.getpixel((37, 2)) > (200, 200, 200)  # what was left above is right above


def test_a_large_picture_is_made_smaller_and_a_small_one_is_not_blown_up(db):
    assert opened(store.put(picture(size=(4000, 2000)), allow=store.PHOTOS)).size == (1600, 800)
    assert opened(store.put(picture(size=(30, 20)), allow=store.PHOTOS)).size == (30, 20)


def test_what_can_be_seen_through_becomes_white(db):
    out = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")

    assert opened(store.put(out.getvalue(), allow=store.PHOTOS)).getpixel((5, 5)) == (255, 255, 255)


def test_a_moving_picture_stands_still(db):
    out = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])

    image = opened(store.put(out.getvalue(), allow=store.PHOTOS))

    assert getattr(image, "n_frames", 1) == 1
    assert image.getpixel((5, 5))[0] > 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_a_picture_of_any_mode_is_taken(db, mode):
    out = io.BytesIO()
    Image.new(mode, (12, 8)).save(out, "JPEG" if mode == "CMYK" else "PNG")

    assert opened(store.put(out.getvalue(), allow=store.PHOTOS)).mode == "RGB"


def test_a_program_behind_a_picture_is_not_kept(db):
    data = picture() + b"MZ\x90\x00<script>alert(1)</script>PK\x03\x04"

    kept = store.read(store.put(data, allow=store.PHOTOS))

    assert b"<script>" not in kept
    assert b"MZ\x90" not in kept


# What is refused


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00\x03 This program cannot be run in DOS mode.",
        b"\x7fELF\x02\x01\x01" + bytes(100),
        b"#!/bin/sh\necho\n",
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"GIF89a" + bytes(100),
        b"\x00\x00\x00\x18ftypheic" + bytes(100),
        PAPER,
        b"\xff\xd8\xff\xe0" + os.urandom(300),
        b"\x89PNG\r\n\x1a\n" + os.urandom(300),
        b"RIFF\x00\x01\x00\x00WEBPVP8 " + os.urandom(300),
    ],
    ids=["program", "ELF", "script", "SVG", "GIF", "HEIC", "PDF", "JPEG's head", "PNG's head", "WebP's head"],
)
def test_what_is_no_photo_is_refused_whatever_it_is_called(db, data):
    assert refusal(data) == "This is not a photo that can be read. Choose a JPEG, PNG or WebP picture."


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_was_cut_off_is_refused(db, kind):
    whole = picture(kind, size=(200, 200))

    assert "not a photo that can be read" in refusal(whole[: len(whole) * 2 // 3])


def test_nothing_is_no_photo(db):
    assert refusal(b"") == "This file is empty. Choose a photo."


@pytest.mark.parametrize("size", [(20_000, 10_000), (10_000, 10_000), (6_400, 6_400), (2_000_000_000, 2)])
def test_a_picture_of_too_many_points_is_refused_before_it_is_opened(db, size):
    data = png(*size)
    assert len(data) < 100

    assert refusal(data) == "This picture has more than 40 million points. Choose a smaller one."


def test_a_picture_of_just_so_many_points_is_taken(db):
    wide, high = 4_000, 4_000

    kept = store.put(png(wide, high, (b"\x00" + b"\xff" * (wide // 8)) * high), allow=store.PHOTOS)

    assert opened(kept).size == (1600, 1600)


def test_a_large_photo_of_a_telephone_is_taken(db):
    assert opened(store.put(picture(size=(7_200, 5_400)), allow=store.PHOTOS)).size == (1600, 1200)


@pytest.mark.parametrize("mode", ["P", "LA", "RGBA"])
@pytest.mark.parametrize("size", [(3_300, 3_201), (3_201, 1_000), (1_999, 3_599)])
def test_a_large_picture_that_can_be_seen_through_is_whole(db, mode, size):
    out = io.BytesIO()
    image = Image.new("RGBA", size, "black")
    ImageDraw.Draw(image).rectangle((0, size[1] - size[1] // 4, size[0] // 4, size[1]), fill=(255, 255, 255, 0))
    image.convert(mode).save(out, "PNG")

    kept = opened(store.put(out.getvalue(), allow=store.PHOTOS))

    wide, high = kept.size
    assert max(kept.size) == 1600
    assert wide / high == pytest.approx(size[0] / size[1], rel=0.01)
    seen = [kept.getpixel((wide * x // 100, high * y // 100))[0] // 100 for x, y in ((12, 88), (12, 70), (30, 88))]
    assert seen == [2, 0, 0]
    assert kept.getpixel((wide - 1, high - 1))[0] < 10


@pytest.mark.parametrize(
    ("kind", "size", "most", "options"),
    [
        ("PNG", (4_001, 4_000), 16, {}),
        ("WEBP", (4_001, 2_000), 8, {"lossless": True, "method": 0}),
        ("JPEG", (4_001, 4_000), 16, {"progressive": True}),
        ("JPEG", (16_500, 1_000), 16, {}),
    ],
    ids=["PNG", "WebP", "JPEG in passes", "JPEG too long to be read at a fraction"],
)
def test_a_picture_that_must_be_held_whole_may_have_fewer_points(db, kind, size, most, options):
    data = picture(kind, size=size, **options)

    assert refusal(data) == f"This picture has more than {most} million points. Choose a smaller one."


PEAK = """
import re, sys
import django
django.setup()
from soberhouse.documents import store
def peak():  # of this process alone: what `resource` tells begins with what the one that started it had
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1])
data = sys.stdin.buffer.read()
store.PHOTOS.cleaned(open(sys.argv[1], "rb").read())
before = peak()
store.PHOTOS.cleaned(data)
print((peak() - before) // 1024)
"""


@pytest.mark.parametrize(
    ("kind", "mode", "size", "options"),
    [
        ("PNG", "RGBA", (4_000, 4_000), {}),
        ("PNG", "P", (4_000, 4_000), {}),
        ("WEBP", "RGBA", (4_000, 2_000), {"lossless": True, "method": 0}),
        ("JPEG", "RGB", (7_200, 5_400), {}),
        ("JPEG", "CMYK", (4_000, 4_000), {"progressive": True}),
    ],
    ids=["PNG", "PNG of few colours", "WebP", "JPEG", "JPEG in passes"],
)
def test_no_picture_takes_more_memory_than_this(tmp_path, kind, mode, size, options):
    """In megabytes, beyond what the process has after a small one."""
    out, small = io.BytesIO(), tmp_path / "small"
    Image.new(mode, size).save(out, kind, **options)
    small.write_bytes(picture())

    done = subprocess.run(
        [sys.executable, "-c", PEAK, str(small)],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "soberhouse.settings"},
        input=out.getvalue(),
        capture_output=True,
        check=True,
    )

    assert int(done.stdout) < 160


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 cut", picture(), b" " + PAPER, b"%PDF-2.x%%EOF"])
def test_what_is_no_whole_pdf_is_no_paper(db, data):
    assert refusal(data, store.PAPERS) == "This is not a whole PDF file."


# Where it lies


def test_the_same_content_is_kept_once_and_nobody_else_can_read_it(db, settings):
    first = store.put(PAPER, allow=store.PAPERS)
    second = store.put(PAPER, allow=store.PAPERS)

    path = store.path_of(first.digest)
    assert first == second
    assert path.is_relative_to(settings.FILES_DIR)
    assert path.name == first.digest
    assert store.read(first) == PAPER
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []


def test_a_file_that_was_changed_or_lost_is_not_served(db):
    kept = store.put(PAPER, allow=store.PAPERS)
    path = store.path_of(kept.digest)

    path.write_bytes(PAPER.replace(b"no more", b"no less"))
    with pytest.raises(store.Damaged, match="not what was stored"):
        store.read(kept)
    path.unlink()
    with pytest.raises(store.Damaged, match="cannot be read"):
        store.serve(kept, name="paper.pdf")


def test_a_damaged_file_is_mended_by_the_same_content(db):
    kept = store.put(PAPER, allow=store.PAPERS)
    store.path_of(kept.digest).write_bytes(b"half")

    store.put(PAPER, allow=store.PAPERS)

    assert store.read(kept) == PAPER


def test_a_transaction_that_fails_leaves_no_row(db):
    with transaction.atomic():
        kept = store.put(PAPER + b"another%%EOF", allow=store.PAPERS)
        transaction.set_rollback(True)

    assert not StoredFile.objects.filter(digest=kept.digest).exists()
    assert store.path_of(kept.digest).exists()


def test_a_disk_that_is_full_leaves_nothing_half_done(db, settings, tmp_path, monkeypatch):
    settings.FILES_DIR = tmp_path / "files"

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put(PAPER, allow=store.PAPERS)

    assert [path for path in Path(settings.FILES_DIR).rglob("*") if path.is_file()] == []
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("statement", ["UPDATE documents_storedfile SET size = 1", "DELETE FROM documents_storedfile"])
def test_the_database_keeps_what_it_knows_of_a_file(db, statement):
    store.put(PAPER, allow=store.PAPERS)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_file_is_served_for_nobody_to_keep_or_to_run(db):
    photo = store.serve(store.put(picture(), allow=store.PHOTOS), name="photo.jpg")
    paper = store.serve(store.put(PAPER, allow=store.PAPERS), name="letter.pdf", download=True)

    assert photo["Content-Type"] == "image/jpeg"
    assert photo["Content-Disposition"] == 'inline; filename="photo.jpg"'
    assert photo["Content-Security-Policy"].endswith("; sandbox")
    assert paper["Content-Type"] == "application/pdf"
    assert paper["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    for answer in (photo, paper):
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, no-store"
