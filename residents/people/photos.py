"""What a resident looks like: a photo that those who must know them at the door take, replace and take away.

Photos are facts: the newest counts, and earlier ones stay on record, seen no more. Whoever is shown one is written down
for the resident. Nobody records about themselves.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.people.models import Photo, Resident
from residents.people.services import not_about_oneself
from soberhouse.accounts.models import User
from soberhouse.documents import store
from soberhouse.history import because, recorded


def photo_of(resident: Resident, *, user: User) -> Photo | None:
    """The photo that counts, with its file, where `user` sees the person and there is one. One query."""
    newest = Photo.objects.visible_to(user).filter(resident=resident).select_related("file").first()
    return newest if newest and newest.file else None


def photo_take(*, resident: Resident, data: bytes) -> Photo:
    """This picture is what they look like from now on.

    Kept as the picture alone: where and with what it was taken is thrown away. Refuses what is no JPEG, PNG or WebP
    picture, by what it holds, and one of too many points.
    """
    not_about_oneself(resident)
    try:
        file = store.put(data, allow=store.PHOTOS)
    except ValidationError as refusal:
        raise ValidationError({"photo": refusal.messages}) from refusal
    with transaction.atomic():
        return _save(Photo(resident=_locked(resident), file=file, **recorded()))


@transaction.atomic
def photo_remove(*, resident: Resident, reason: str = "") -> Photo:
    """From now on there is no photo. Refuses where there is none."""
    not_about_oneself(resident)
    resident = _locked(resident)
    newest = Photo.objects.filter(resident=resident).first()
    if newest is None or newest.file_id is None:
        raise ValidationError(_("There is no photo to remove."))
    with because(reason.strip()):
        return _save(Photo(resident=resident, file=None, **recorded()))


def _save(photo: Photo) -> Photo:
    photo.full_clean()
    photo.save(force_insert=True)
    return photo


def _locked(resident: Resident) -> Resident:
    return Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
