"""Every write about the secret addresses under which calendar programs read.

Of a secret only a digest is kept: whoever makes an address is told it once, and nobody again.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.meetings.models import CalendarLink
from residents.stays.models import Stay
from residents.stays.steps import lock, save
from soberhouse.accounts.keys import digest
from soberhouse.words import tidy

MOST = 10


@transaction.atomic
def link_make(
    *, house: House, stay: Stay | None = None, name: str, with_places: bool = False, now: datetime
) -> tuple[CalendarLink, str]:
    """A new address for the calendar of this stay or, without one, of the house; and its secret, which is told this
    once and never again. With `with_places` a resident's calendar also says where meetings are held.

    Refuses no name and that of another that works; more than ten that work; somebody who has moved out; places in the
    calendar of a house.
    """
    lock(stay or house)
    if stay is not None:
        stay = Stay.objects.select_related("resident", "house").get(pk=stay.pk)
        house = stay.house
        if stay.ends_on is not None or stay.voided:
            raise ValidationError(_("Only whoever lives here has a calendar."))
    if stay is None and with_places:
        raise ValidationError({"with_places": _("The calendar of a house says no addresses.")})
    name = tidy(name)
    if not name:
        raise ValidationError({"name": _("Say for which device or person it is, such as “My phone”.")})
    live = CalendarLink.objects.live().filter(house=house, stay=stay)
    if live.filter(name__iexact=name).exists():
        raise ValidationError({"name": _("There is one of this name. Revoke that first, or choose another name.")})
    if live.count() >= MOST:
        raise ValidationError(_("There are %(most)s already. Revoke one that nobody uses first.") % {"most": MOST})
    secret = secrets.token_urlsafe(32)
    link = CalendarLink(
        house=house, stay=stay, name=name, with_places=with_places, token_digest=digest(secret), made_at=now
    )
    return save(link), secret


@transaction.atomic
def link_revoke(*, link: CalendarLink, now: datetime) -> CalendarLink:
    """Nobody reads anything under this address from now on, for good. Refuses a second time."""
    lock(link)
    link = CalendarLink.objects.select_related("house", "stay__resident").get(pk=link.pk)
    if link.revoked_at is not None:
        day = {"day": date_format(link.revoked_at, "DATE_FORMAT")}
        raise ValidationError(_("This address was revoked on %(day)s already.") % day)
    link.revoked_at = now
    return save(link)
