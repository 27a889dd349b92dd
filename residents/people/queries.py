"""What pages need to know about a person beside their own row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from residents.houses.models import House, Role
from residents.houses.permissions import RoleKind
from residents.people.models import Contact, Look, Officer, Resident, SobrietyDate, WeeklyHours
from soberhouse.accounts.models import User


def resident_of(user: User) -> Resident | None:
    """The resident that `user` is, or None. At most one query, however often it is asked."""
    return getattr(user, "resident", None)


def home(resident: Resident, *, user: User) -> House | None:
    """The house where `resident` lives now, else one they apply to, if `user` sees it. One query."""
    lives = Q(pk__in=resident.stays.filter(ends_on=None, voided=False).values("house"))
    applies = Q(pk__in=resident.applications.filter(status__in=Resident.APPLYING).values("house"))
    houses = House.objects.visible_to(user).select_related("organization").filter(lives | applies)
    return houses.order_by(ExpressionWrapper(lives, BooleanField()).desc(), "name").first()


def today_for(resident: Resident, *, house: House | None) -> date:
    """The date where the person is: in their house, else where the organization is."""
    return (house or resident.organization).today()


def age(birth_date: date | None, *, today: date) -> int | None:
    """Whole years. Somebody born on February 29 turns a year older on March 1 where there is no such day."""
    if birth_date is None:
        return None
    return today.year - birth_date.year - ((today.month, today.day) < (birth_date.month, birth_date.day))


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


@dataclass(frozen=True)
class Housemate:
    """Somebody of the same house as those who live there know them: the name a shared board shows, and their duties."""

    name: str
    duties: str
    is_oneself: bool


def housemates_of(resident: Resident, *, house: House, today: date) -> list[Housemate]:
    """Everybody who lives in the house now, oneself first. Two queries, and no other fact about anybody."""
    people = Resident.objects.filter(stays__house=house, stays__ends_on=None, stays__voided=False)
    officers = Officer.objects.filter(Q(ends_on=None) | Q(ends_on__gt=today), house=house, starts_on__lte=today)
    duties: dict[int, list[str]] = {}
    for officer in officers.order_by("starts_on", "id"):
        duties.setdefault(officer.resident_id, []).append(str(officer.get_duty_display()))
    mates = [
        Housemate(one.short_name, ", ".join(duties.get(one.pk, [])), one.pk == resident.pk) for one in people.distinct()
    ]
    return sorted(mates, key=lambda mate: (not mate.is_oneself, mate.name.casefold()))


def managers_of(house: House, *, now: datetime) -> list[User]:
    """Who manages the house at this instant and may sign in, by name. One query."""
    roles = Role.objects.live(now=now).filter(house=house, kind=RoleKind.MANAGER)
    return list(User.objects.filter(pk__in=roles.values("user"), is_active=True).order_by("name", "pk"))


def looks_at(resident: Resident, *, user: User) -> QuerySet[Look]:
    """Who looked at what of theirs, the latest first, as far as `user` may know."""
    return Look.objects.visible_to(user).filter(resident=resident)


def at_oneself(look: Look) -> str:
    """What somebody looked at, told to whom it is about."""
    words = {
        Look.What.PAGE: _("your page"),
        Look.What.HISTORY: _("the history of a record"),
        Look.What.PAPER: _("a paper about you"),
        Look.What.PHOTO: _("your photo"),
        Look.What.API: _("your record, through a program"),
    }
    said = words.get(look.what, look.what)
    return f"{said} ({look.detail})" if look.detail else said


@dataclass(frozen=True)
class Looker:
    """Somebody who looked in some days: who, what at, how often, and when last."""

    name: str
    whats: str
    times: int
    last: datetime


def lookers_since(resident: Resident, *, user: User, since: datetime) -> list[Looker]:
    """Everybody who looked at or after `since`, whoever looked last first. One query."""
    found: dict[tuple[str, int], list[Look]] = {}
    for look in looks_at(resident, user=user).filter(looked_at__gte=since):
        found.setdefault((look.actor_kind, look.actor_id), []).append(look)
    return [
        Looker(
            name=looks[0].actor_label,
            whats=", ".join(dict.fromkeys(at_oneself(look) for look in looks)),
            times=len(looks),
            last=looks[0].looked_at,
        )
        for looks in found.values()
    ]


@dataclass(frozen=True)
class Weekday:
    """One day of the week at hand, and the hours of it that are spoken for."""

    day: date
    hours: Sequence[WeeklyHours]
    is_today: bool


def week_of(hours: Sequence[WeeklyHours], *, today: date) -> list[Weekday]:
    """The seven days of the week that `today` is in, Monday first, each with the hours that count on it."""
    monday = today - timedelta(days=today.weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    return [
        Weekday(
            day=day,
            hours=[
                one
                for one in hours
                if one.weekday == day.weekday() and one.starts_on <= day and (one.ends_on is None or day < one.ends_on)
            ],
            is_today=day == today,
        )
        for day in days
    ]


def start_of_week(today: date) -> datetime:
    """Midnight of Monday, by the clock in force."""
    monday = today - timedelta(days=today.weekday())
    return timezone.make_aware(datetime(monday.year, monday.month, monday.day))  # noqa: DTZ001 -- made aware here
