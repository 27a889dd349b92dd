"""Every write about what keeps a house safe: what there is and where, and that somebody looked at it.

The newest look says all that is known of a thing: in order or not, and good until when. A wrong one is put right by
another that names it; it stays on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.log.models import SafetyCheck, SafetyItem
from residents.log.queries.safety import newest_check
from residents.log.starter import SAFETY
from residents.stays.steps import lock, reason_required, save
from soberhouse.history import because, recorded
from soberhouse.words import is_blank, tidy

OF_ITEM = ("place", "every_days", "retired_on")
OLDEST_CHECK = timedelta(days=3 * 366)


@transaction.atomic
def item_add(*, house: House, kind: str, place: str, every_days: int) -> SafetyItem:
    """One more thing that has to be there and to work, or a drill that has to be held. Nobody has looked at it yet.
    Refuses one without a place, and no time between two looks or more than 1,100 days."""
    if not tidy(place):
        raise ValidationError({"place": _("Say where it is.")})
    return save(SafetyItem(house=house, kind=kind, place=tidy(place), every_days=every_days))


@transaction.atomic
def items_start(*, house: House) -> list[SafetyItem]:
    """What a house usually has, for one that has nothing on its list; somebody then looks at each and says where it
    is."""
    lock(house)
    if SafetyItem.objects.filter(house=house).exists():
        raise ValidationError(_("There is something on the list already."))
    return [item_add(house=house, kind=kind, place=str(place), every_days=days) for kind, place, days in SAFETY]


@transaction.atomic
def item_change(*, item: SafetyItem, changes: Mapping[str, Any], today: date) -> SafetyItem:
    """It is in another place, is looked at more or less often, or is not there any more since a day; fields not in
    `changes` stay. What it is stays what it is.

    Refuses a day to come, and one before somebody looked at it.
    """
    lock(item)
    item = SafetyItem.objects.select_related("house").get(pk=item.pk)
    for name in OF_ITEM:
        if name in changes:
            setattr(item, name, changes[name])
    item.place = tidy(item.place)
    if not item.place:
        raise ValidationError({"place": _("Say where it is.")})
    if item.retired_on is not None and "retired_on" in changes:
        last = newest_check(item)
        if item.retired_on > today:
            raise ValidationError({"retired_on": _("This day has not come yet.")})
        if last is not None and item.retired_on < last.checked_on:
            said = _("Somebody looked at it after that, on %(day)s.") % {"day": date_format(last.checked_on)}
            raise ValidationError({"retired_on": said})
    return save(item)


@transaction.atomic
def check_record(
    *,
    item: SafetyItem,
    in_order: bool = True,
    checked_on: date | None = None,
    expires_on: date | None = None,
    note: str = "",
    now: datetime,
) -> SafetyCheck:
    """Somebody looked at it: it is in order, or what is not; and it is good until a day, if one stands on it.

    Refuses a day to come, one more than three years ago and one on which it was not there any more; what is not in
    order without words; and that it is in order though it had expired.
    """
    lock(item)
    item = SafetyItem.objects.select_related("house").get(pk=item.pk)
    facts = _checked(item, in_order, checked_on or item.house.today(now), expires_on, note, now)
    return save(SafetyCheck(house=item.house, item=item, recorded_at=now, **facts, **recorded()))


@transaction.atomic
def item_tick(*, item: SafetyItem, now: datetime) -> SafetyCheck:
    """It is in order today, by one tap, and good as long as it was. Refuses what has expired."""
    last = newest_check(item)
    return check_record(item=item, expires_on=last.expires_on if last else None, now=now)


@transaction.atomic
def check_correct(
    *,
    check: SafetyCheck,
    in_order: bool,
    checked_on: date,
    expires_on: date | None = None,
    note: str = "",
    reason: str,
    now: datetime,
) -> SafetyCheck:
    """Put a look right. The first one stays on record, marked.

    Refuses no reason, what changes nothing, one that was put right already, and what `check_record` refuses.
    """
    reason_required(reason)
    lock(check.item)
    check = SafetyCheck.objects.select_related("item__house").get(pk=check.pk)
    if SafetyCheck.objects.filter(corrects=check).exists():
        raise ValidationError(_("This was put right already. Look at the newest one."))
    facts = _checked(check.item, in_order, checked_on, expires_on, note, now)
    if all(getattr(check, name) == value for name, value in facts.items()):
        raise ValidationError(_("Nothing is changed: there is nothing to put right."))
    with because(reason.strip()):
        return save(
            SafetyCheck(
                house=check.item.house,
                item=check.item,
                corrects=check,
                correction_reason=reason.strip(),
                recorded_at=now,
                **facts,
                **recorded(),
            )
        )


def _checked(
    item: SafetyItem, in_order: bool, checked_on: date, expires_on: date | None, note: str, now: datetime
) -> dict[str, Any]:
    today = item.house.today(now)
    if checked_on > today:
        raise ValidationError({"checked_on": _("This day has not come yet.")})
    if checked_on < today - OLDEST_CHECK:
        raise ValidationError({"checked_on": _("This is more than three years ago.")})
    if item.retired_on is not None and checked_on >= item.retired_on:
        gone = {"day": date_format(item.retired_on)}
        raise ValidationError({"checked_on": _("It is not there any more since %(day)s.") % gone})
    if not in_order and is_blank(note):
        raise ValidationError({"note": _("Say what is not in order.")})
    if in_order and expires_on is not None and expires_on < checked_on:
        day = {"day": date_format(expires_on)}
        raise ValidationError(
            {"expires_on": _("It expired on %(day)s: it is not in order, or it is a new one with a new date.") % day}
        )
    return {"in_order": in_order, "checked_on": checked_on, "expires_on": expires_on, "note": note.strip()}
