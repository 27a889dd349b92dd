"""What being away offers to the pages that gather. Each part says its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.utils import timezone

from residents.away import hours, night_cards, night_paper_cards, pass_cards
from residents.away.queries.passes import passes_at_hand
from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.stays.models import Stay
from residents.stays.queries import living
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, Pending, Row, Section, Work
from soberhouse.documents.kinds import Offer
from soberhouse.documents.models import IssuedDocument


def today(house: House, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    if not standing.may(Action.SEE_RESIDENTS, house) and not standing.may(Action.TAKE_ROLL, house):
        return
    passes = passes_at_hand(house, hours.night_of(timezone.now(), house.zone))
    yield from night_cards.today(house, stays, passes, standing)
    yield from pass_cards.today(house, passes, standing, today)
    yield from night_paper_cards.today(house, standing, today)


def about(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card | Entry]:
    stay, passes = living(stays), pass_cards.passes_of(resident, standing)
    yield from night_cards.about(resident, stay, passes, standing)
    yield from pass_cards.about(stay, passes, standing)


def week(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    stay = living(stays)
    if stay is not None:
        passes = pass_cards.passes_of_late(resident)
        yield from night_cards.week(stay, passes, standing, today)
        yield from pass_cards.week(passes)


def home(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    stay = living(stays)
    if stay is not None:
        yield from night_cards.home(stay.house)
        yield from pass_cards.home(stay, today)


def own(resident: Resident, today: date) -> Iterator[Section]:
    yield from night_cards.own(resident, today)
    yield from pass_cards.own(resident, today)


def settings(house: House, standing: Standing) -> Iterator[Row]:
    yield from night_cards.settings(house, standing)
    yield from pass_cards.settings(house, standing)


def beside_pass(stay: Stay, starts_at: datetime, ends_at: datetime, now: datetime) -> Iterator[Row]:
    yield from night_cards.beside_pass(stay, starts_at, ends_at, now)


def papers(place: House | Organization, standing: Standing, today: date) -> Iterator[Offer]:
    yield from night_paper_cards.papers(place, standing, today)


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    yield from night_paper_cards.issued_anew(document, standing)


def hand_over(house: House, standing: Standing, now: datetime) -> Iterator[Pending]:
    passes = passes_at_hand(house, hours.night_of(now, house.zone))
    yield from night_cards.hand_over(house, passes, standing, now)
    yield from pass_cards.hand_over(passes, standing, now)


def work(user: User) -> Iterator[Work]:
    yield from night_cards.work(user)
    yield from pass_cards.work(user)
