"""Every write about shifts: handed over, read by the next one, and until when somebody has seen the log."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.houses.standing import Standing
from residents.log.hands import hand
from residents.log.models import HandOver, HandOverRead, LogSeen
from residents.log.queries.shifts import pending
from residents.stays.steps import lock, save
from soberhouse.accounts.models import User
from soberhouse.history import recorded


def hand_over(*, house: House, text: str, now: datetime) -> HandOver:
    """End a shift: keep what the next one must know, and of what stands open in the house how much it is, by name and
    number alone. No words are needed where what stands open says it all.

    Counted is what everybody who runs the house may read, so that no number tells of what is kept from one of them.
    Refuses whoever is no person: a program has no shift.
    """
    standing = Standing(_person(_("Only a person hands over a shift.")), now=now)
    counts = {part.name: part.count for part in pending(house, standing, now)}  # read before anything is locked
    with transaction.atomic():
        return save(HandOver(house=house, text=text.strip(), counts=counts, recorded_at=now, **recorded()))


@transaction.atomic
def hand_over_read(*, hand_over: HandOver, now: datetime) -> HandOverRead:
    """Sign that one has read a hand-over. Nobody signs their own, and nobody twice."""
    reader = _person(_("Only a person reads a hand-over."))
    lock(hand_over)
    if hand_over.recorded_by_id == reader.pk:
        raise PermissionDenied(_("You wrote it: somebody else signs that they have read it."))
    if HandOverRead.objects.filter(hand_over=hand_over, recorded_by=reader).exists():
        raise ValidationError(_("You have signed it already."))
    return save(HandOverRead(house=hand_over.house, hand_over=hand_over, recorded_at=now, **recorded()))


@transaction.atomic
def log_seen(*, house: House, user: User, until: datetime) -> None:
    """Somebody has the log of a house before them: what was written `until` the newest that they see is no longer
    unread. It never moves back."""
    rows = LogSeen.objects.filter(house=house, user=user)
    if not rows.filter(seen_at__lt=until).update(seen_at=until) and not rows.exists():
        LogSeen.objects.bulk_create([LogSeen(house=house, user=user, seen_at=until)], ignore_conflicts=True)


def _person(otherwise: str) -> User:
    """Who acts; PermissionDenied, in these words, where that is no person."""
    pk = hand()
    if pk is None:
        raise PermissionDenied(otherwise)
    return User.objects.get(pk=pk)
