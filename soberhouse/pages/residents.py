"""The list of residents, and where one resident is: people and their stays together.

Names are compared and sorted here and not in the database: the engines fold the case of É differently, and neither
finds José for somebody who types jose. So a list first reads a few columns of everybody in scope, then everything about
one page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from residents.houses.models import House, Organization
from residents.people.models import Resident, days_sober, with_sober_since
from residents.stays.models import Application, BedUse, Stay
from residents.stays.queries import chain_starts, living
from soberhouse.accounts.models import User

SORTS = ("name", "house", "moved_in", "days", "sober")
PAGE = 50


class Who(models.TextChoices):
    NOW = "now", gettext_lazy("in a house now")
    APPLYING = "applying", gettext_lazy("applying")
    PAST = "past", gettext_lazy("past")
    EVERYONE = "everyone", gettext_lazy("everyone")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person as far as order and pages need them: the current stay, else an application, else the last stay."""

    pk: int
    name: tuple[str, str]
    place: House | None
    stay: Stay | None
    status: str
    days: int | None
    sober: int | None
    days_over: int

    @property
    def lives_there(self) -> bool:
        return self.stay is not None and self.stay.ends_on is None

    def by(self, name: str) -> Any:
        """What the order `name` goes by."""
        match name:
            case "house":
                return folded(self.place.name) if self.place else None
            case "moved_in":
                return self.stay.starts_on if self.stay else None
        return getattr(self, name)


@dataclass(frozen=True)
class Shown:
    """The same with everything that is shown."""

    line: Line
    resident: Resident
    bed: str

    @property
    def state(self) -> str:
        if self.line.lives_there:
            return "late" if self.line.days_over else "in"
        return "held" if self.line.status == Application.Status.ACCEPTED else "plain"

    @property
    def word(self) -> str:
        over = self.line.days_over
        if over:
            return ngettext("%(days)s day over", "%(days)s days over", over) % {"days": over}
        if self.line.lives_there:
            return _("in")
        return str(Application.Status(self.line.status).label) if self.line.status else _("past")


def folded(text: str) -> str:
    """Without case and accents: how names are compared."""
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def found(
    user: User, *, words: str = "", who: Who = Who.NOW, house: House | None = None, sort: str = "name"
) -> list[Line]:
    """Everybody whom `user` may list, in order: in all houses that `user` reaches by a role, or in one of them. What is
    in other houses is not told. The same five queries, however many people."""
    houses = House.objects.staffed_by(user).select_related("organization")
    here = list(houses if house is None else houses.filter(pk=house.pk))
    scope = _scope(user, who, here, everywhere=house is None)
    people = with_sober_since(scope).values_list(
        "pk", "legal_first_name", "legal_last_name", "preferred_name", "sober_since", "organization__time_zone"
    )
    stays, began, applying = _last_stays(scope, here), chain_starts(scope.values("pk")), _applying(scope, here)
    by_key = {one.pk: one for one in here}
    today_in = cache(lambda place: place.today())
    wanted = folded(words).split()
    lines = []
    for pk, first, last, preferred, since, zone in people:
        if not all(word in folded(f"{preferred} {first} {last}") for word in wanted):
            continue
        stay, application = stays.get(pk), applying.get(pk)
        if stay and stay.ends_on and application:
            stay = None  # they come again: what counts now is the application
        place = by_key[stay.house_id] if stay else by_key[application.house_id] if application else None
        today = today_in(place) if place else Organization(time_zone=zone).today()
        lines.append(
            Line(
                pk=pk,
                name=(folded(last), folded(preferred or first)),
                place=place,
                stay=stay,
                status=application.status if application else "",
                days=((stay.ends_on or today) - began[stay.pk]).days if stay else None,
                sober=days_sober(since, today=today),
                days_over=_days_over(stay, today),
            )
        )
    return _sorted(lines, sort)


def shown(lines: Sequence[Line]) -> list[Shown]:
    """These people with their names and beds. Two queries for every 500."""
    return [one for start in range(0, len(lines), 500) for one in _shown(lines[start : start + 500])]


def _shown(lines: Sequence[Line]) -> list[Shown]:
    people = Resident.objects.in_bulk([line.pk for line in lines])
    stays = [line.stay.pk for line in lines if line.lives_there]
    uses = BedUse.objects.real().filter(stay__in=stays, kind=BedUse.Kind.STAY).select_related("bed__room")
    beds = {use.stay_id: use.bed.label for use in uses.order_by("starts_on", "id")}
    return [
        Shown(line=line, resident=people[line.pk], bed=beds.get(line.stay.pk, "") if line.stay else "")
        for line in lines
    ]


HEADERS = (
    gettext_lazy("Name"),
    gettext_lazy("Legal first name"),
    gettext_lazy("Legal last name"),
    gettext_lazy("House"),
    gettext_lazy("Bed"),
    gettext_lazy("Moved in"),
    gettext_lazy("Moved out"),
    gettext_lazy("Days here"),
    gettext_lazy("Days sober"),
    gettext_lazy("State"),
)


def cells(one: Shown) -> list[Any]:
    """One person as a row of a spreadsheet, under HEADERS."""
    line = one.line
    return [
        one.resident.name,
        one.resident.legal_first_name,
        one.resident.legal_last_name,
        line.place.name if line.place else "",
        one.bed,
        line.stay.starts_on if line.stay else None,
        line.stay.ends_on if line.stay else None,
        line.days,
        line.sober,
        one.word,
    ]


def _scope(user: User, who: Who, houses: Sequence[House], *, everywhere: bool) -> QuerySet[Resident]:
    people = Resident.objects.visible_to(user).order_by()
    real = Stay.objects.real().filter(house__in=houses)
    lives = Q(pk__in=real.filter(ends_on=None).values("resident"))
    applies = Q(pk__in=Application.objects.live().filter(house__in=houses).values("resident"))
    lived = Q(pk__in=real.values("resident"))
    match who:
        case Who.NOW:
            return people.filter(lives)
        case Who.APPLYING:
            return people.filter(applies)
        case Who.PAST:
            # A house's past residents may live in another house now.
            return people.exclude(lives).filter(~applies if everywhere else lived & ~applies)
        case Who.EVERYONE:
            return people if everywhere else people.filter(lived | applies)


def _last_stays(scope: QuerySet[Resident], houses: Sequence[House]) -> dict[int, Stay]:
    rows = Stay.objects.real().filter(resident__in=scope.values("pk"), house__in=houses).order_by("starts_on", "id")
    return {stay.resident_id: stay for stay in rows}


def _applying(scope: QuerySet[Resident], houses: Sequence[House]) -> dict[int, Application]:
    rows = Application.objects.live().filter(resident__in=scope.values("pk"), house__in=houses)
    return {application.resident_id: application for application in rows.order_by("-received_on", "-id")}


def _days_over(stay: Stay | None, today: date) -> int:
    if stay is None or stay.ends_on is not None or stay.expected_on is None:
        return 0
    return max((today - stay.expected_on).days, 0)


def _sorted(lines: list[Line], sort: str) -> list[Line]:
    """By name first, so that equals stay in its order; who has no value comes last either way."""
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise ValueError(f"No order {sort!r}.")
    backwards = sort.startswith("-")
    if name == "name":
        return sorted(lines, key=lambda line: (line.name, line.pk), reverse=backwards)
    lines = sorted(lines, key=lambda line: (line.name, line.pk))
    known = [line for line in lines if line.by(name) is not None]
    unknown = [line for line in lines if line.by(name) is None]
    return sorted(known, key=lambda line: line.by(name), reverse=backwards) + unknown


@dataclass(frozen=True)
class Now:
    """Where somebody lives: their stay, the bed they have, and the days along the chain of stays."""

    stay: Stay
    today: date
    days: int
    days_over: int

    @cached_property
    def bed(self) -> str:
        """The bed they have; one query."""
        use = self.stay.uses.filter(voided=False, starts_on__lte=self.today).select_related("bed__room").last()
        return use.bed.label if use else ""


def where_now(stays: Iterable[Stay], *, today: date) -> Now | None:
    """Of one person's stays the one that goes on, if there is one. One query."""
    stay = living(stays)
    if stay is None:
        return None
    began = chain_starts([stay.resident_id])[stay.pk]
    return Now(stay=stay, today=today, days=max((today - began).days, 0), days_over=_days_over(stay, today))
