"""A resident's photo: taken and taken away by those who record, seen by those who may, and each look is on record."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from residents.models import Look, Photo, Resident
from residents.people import photos
from soberhouse.documents import store
from soberhouse.documents.models import StoredFile
from soberhouse.history import acting_as


def picture(colour: str = "teal", kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 50), colour).save(out, kind)
    return out.getvalue()


@pytest.fixture
def photo(cast) -> Photo:
    with acting_as(cast.alice, source="web"):
        return photos.photo_take(resident=cast.dana, data=picture())


def url(what: str, resident: Resident) -> str:
    return reverse(what, args=[resident.uuid])


def send(client: Client, resident: Resident, data: bytes, name: str = "photo.jpg") -> Any:
    return client.post(url("resident_photo_change", resident), {"photo": SimpleUploadedFile(name, data)})


# Services


def test_the_newest_photo_counts_and_the_earlier_stay_on_record(cast, photo):
    with acting_as(cast.bob, source="web"):
        newer = photos.photo_take(resident=cast.dana, data=picture("navy"))

    assert photos.photo_of(cast.dana, user=cast.alice) == newer
    assert (newer.recorded_by, newer.recorded_as) == (cast.bob, cast.bob.actor_label)
    assert list(cast.dana.photos.order_by("id")) == [photo, newer]
    assert newer.history.get().history_actor_id == cast.bob.pk


def test_a_removed_photo_is_none_and_can_be_taken_again(cast, photo):
    with acting_as(cast.alice, source="web"):
        removed = photos.photo_remove(resident=cast.dana, reason=" asked for it ")
        assert photos.photo_of(cast.dana, user=cast.alice) is None
        with pytest.raises(ValidationError, match="There is no photo"):
            photos.photo_remove(resident=cast.dana)
        photos.photo_take(resident=cast.dana, data=picture())

    assert removed.history.get().history_change_reason == "asked for it"
    assert photos.photo_of(cast.dana, user=cast.alice).file == photo.file
    assert StoredFile.objects.count() == 1


def test_nobody_records_what_they_look_like_themselves(cast, photo):
    with acting_as(cast.dana.user, source="web"):
        with pytest.raises(PermissionDenied):
            photos.photo_take(resident=cast.dana, data=picture("navy"))
        with pytest.raises(PermissionDenied):
            photos.photo_remove(resident=cast.dana)

    assert Photo.objects.get() == photo


@pytest.mark.parametrize("statement", ["UPDATE residents_photo SET file_id = NULL", "DELETE FROM residents_photo"])
def test_the_database_keeps_every_photo(cast, photo, statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert Photo.objects.get().file == photo.file


# The picture


@pytest.mark.parametrize("person", ["alice", "bob", "olive", "audra", "dana"])
def test_the_picture_is_shown_to_those_who_may_know_them(cast, photo, signed_in, person):
    answer = signed_in(getattr(cast, person)).get(url("resident_photo", cast.dana))

    assert answer.status_code == 200
    assert answer.content == store.read(photo.file)
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "Dana" not in answer["Content-Disposition"]


@pytest.mark.parametrize("person", ["charlie", "erin", "frank", "oscar"])
def test_to_everybody_else_there_is_none_and_nothing_is_written(cast, photo, signed_in, person):
    assert signed_in(getattr(cast, person)).get(url("resident_photo", cast.dana)).status_code == 404
    assert not Look.objects.exists()


def test_nobody_sees_it_signed_out_or_by_its_digest(cast, photo):
    assert Client().get(url("resident_photo", cast.dana)).status_code == 302
    for path in (f"/files/{photo.file.digest}", f"/media/{photo.file.digest[:2]}/{photo.file.digest}", "/static/"):
        assert Client().get(path).status_code == 404


def test_each_look_is_on_record_but_ones_own(cast, photo, signed_in):
    client = signed_in(cast.alice)
    client.get(url("resident_photo", cast.dana))
    client.get(url("resident_photo", cast.dana))
    signed_in(cast.dana).get(url("resident_photo", cast.dana))

    looks = Look.objects.filter(resident=cast.dana)
    assert [(look.what, look.actor_label) for look in looks] == [("photo", cast.alice.actor_label)]


def test_no_photo_is_no_page(cast, signed_in):
    assert signed_in(cast.alice).get(url("resident_photo", cast.dana)).status_code == 404
    assert signed_in(cast.alice).get(url("resident_photo_remove", cast.dana)).status_code == 404
    assert not Look.objects.exists()


def test_a_file_that_was_tampered_with_is_not_shown_and_the_log_says_so(cast, photo, signed_in, caplog):
    store.path_of(photo.file.digest).write_bytes(picture("red"))

    assert signed_in(cast.alice).get(url("resident_photo", cast.dana)).status_code == 404
    assert "A stored file is damaged." in caplog.messages
    assert "Dana" not in caplog.text
    assert not Look.objects.exists()
    store.path_of(photo.file.digest).unlink()


# Pages


def test_a_photo_is_added_replaced_and_removed_on_the_page(cast, signed_in):
    client = signed_in(cast.alice)
    assert "Add photo" in client.get(url("resident", cast.dana)).content.decode()

    assert send(client, cast.dana, picture()).status_code == 302
    shown = client.get(url("resident", cast.dana)).content.decode()
    assert url("resident_photo", cast.dana) in shown
    assert 'alt="Photo of Dana"' in shown
    assert send(client, cast.dana, picture("navy", "PNG")).status_code == 302
    assert cast.dana.photos.count() == 2
    assert "Nobody sees it any more" in client.get(url("resident_photo_remove", cast.dana)).content.decode()
    assert client.post(url("resident_photo_remove", cast.dana), {"reason": ""}).status_code == 302
    assert url("resident_photo", cast.dana) + '"' not in client.get(url("resident", cast.dana)).content.decode()


def test_a_resident_sees_their_own_photo_and_cannot_change_it(cast, photo, signed_in):
    client = signed_in(cast.dana)

    shown = client.get(reverse("my_record")).content.decode()

    assert url("resident_photo", cast.dana) in shown
    assert url("resident_photo_change", cast.dana) not in shown
    assert send(client, cast.dana, picture("navy")).status_code == 403
    assert client.post(url("resident_photo_remove", cast.dana)).status_code == 403
    assert Photo.objects.get() == photo


@pytest.mark.parametrize(("person", "status"), [("audra", 403), ("charlie", 404), ("erin", 404), ("oscar", 404)])
def test_who_does_not_record_changes_nothing(cast, photo, signed_in, person, status):
    client = signed_in(getattr(cast, person))

    assert send(client, cast.dana, picture("navy")).status_code == status
    assert client.post(url("resident_photo_remove", cast.dana)).status_code == status
    assert Photo.objects.get() == photo


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"MZ\x90\x00 This program cannot be run in DOS mode.", "not a photo that can be read"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a photo that can be read"),
        (picture()[:200], "not a photo that can be read"),
        (b"", "The submitted file is empty"),
    ],
    ids=["program", "SVG", "cut off", "empty"],
)
def test_what_is_no_photo_is_refused_in_words_and_nothing_is_kept(cast, signed_in, data, said):
    answer = send(signed_in(cast.alice), cast.dana, data)

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Photo.objects.exists()
    assert not StoredFile.objects.exists()


def test_a_page_with_no_file_asks_for_one(cast, signed_in):
    answer = signed_in(cast.alice).post(url("resident_photo_change", cast.dana))

    assert "This field is required" in answer.content.decode()


def test_a_photo_is_not_where_the_address_says_who_it_is(cast, photo):
    assert "dana" not in url("resident_photo", cast.dana).lower()
    assert store.path_of(photo.file.digest).name == photo.file.digest
