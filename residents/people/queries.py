"""What pages need to know about a person beside their own row."""

from __future__ import annotations

import re
from datetime import date

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.people.models import Contact, Officer, Resident, SobrietyDate, WeeklyHours
from soberhouse.accounts.models import User


def home(resident: Resident, *, user: User) -> House | None:
    """The house where `resident` lives now, else one they apply to, if `user` sees it. One query."""
    lives = Q(pk__in=resident.stays.filter(ends_on=None, voided=False).values("house"))
    applies = Q(pk__in=resident.applications.filter(status__in=Resident.APPLYING).values("house"))
    houses = House.objects.visible_to(user).select_related("organization").filter(lives | applies)
    return houses.order_by(ExpressionWrapper(lives, BooleanField()).desc(), "name").first()


def today_for(resident: Resident, *, house: House | None) -> date:
    """The date where the person is: in their house, else where the organization is."""
    return (house or resident.organization).today()


def contacts_of(resident: Resident, *, user: User) -> tuple[list[Contact], list[Contact]]:
    """Current and former contacts, with the address `tel` that calls them; those for an emergency first."""
    rows = list(Contact.objects.visible_to(user).filter(resident=resident))
    rows.sort(key=lambda contact: contact.kind != Contact.Kind.EMERGENCY)
    for row in rows:
        row.tel = tel(row.phone)
    return [row for row in rows if row.is_current], [row for row in rows if not row.is_current]


def tel(phone: str) -> str:
    """The address that calls this number (not its extension); empty where there is no number in it."""
    number = re.split(r"[^\d\s()+./-]", phone, maxsplit=1)[0]
    digits = re.sub(r"\D", "", number)
    return f"tel:{'+' if number.lstrip().startswith('+') else ''}{digits}" if digits else ""


def hours_of(resident: Resident, *, user: User, today: date) -> list[WeeklyHours]:
    """The hours that count today or will, in the order of the week."""
    rows = WeeklyHours.objects.visible_to(user).filter(resident=resident)
    return list(rows.filter(Q(ends_on=None) | Q(ends_on__gt=today)))


def hours_in_words(hours: WeeklyHours) -> str:
    """“Monday 10 p.m. to 6 a.m.”"""
    span = {
        "day": hours.get_weekday_display(),
        "starts": time_format(hours.starts),
        "ends": time_format(hours.ends),
    }
    return _("%(day)s %(starts)s to %(ends)s") % span


def span_in_words(starts_on: date, ends_on: date | None) -> str:
    """“since May 3, 2026”, or “May 3, 2026 to June 1, 2026”."""
    if ends_on is None:
        return _("since %(day)s") % {"day": date_format(starts_on)}
    return _("%(starts)s to %(ends)s") % {"starts": date_format(starts_on), "ends": date_format(ends_on)}


def sobriety_of(resident: Resident, *, user: User) -> list[SobrietyDate]:
    """Every day written down, the one that counts first. `correction` is the row that corrected it, or None."""
    rows = list(SobrietyDate.objects.visible_to(user).filter(resident=resident))
    corrections = {row.corrects_id: row for row in rows if row.corrects_id}
    for row in rows:
        row.correction = corrections.get(row.pk)
    return rows


def duties_of(resident: Resident, *, user: User) -> QuerySet[Officer]:
    """Every duty in a house that `user` sees, the newest first."""
    return Officer.objects.visible_to(user).filter(resident=resident).select_related("house")
