"""What being away offers to the pages that gather. Each part says its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from residents.away import pass_cards
from residents.houses.models import House
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.stays.models import Stay
from soberhouse.cards import Card, Entry, Row, Section


def today(house: House, standing: Standing, today: date) -> Iterator[Card]:
    yield from pass_cards.today(house, standing, today)


def about(resident: Resident, standing: Standing, today: date) -> Iterator[Card]:
    yield from pass_cards.about(resident, standing, today)


def timeline(resident: Resident, standing: Standing, today: date) -> Iterator[Entry]:
    yield from pass_cards.timeline(resident, standing, today)


def week(resident: Resident, today: date) -> Iterator[Card]:
    yield from pass_cards.week(resident, today)


def home(resident: Resident, today: date) -> Iterator[Card]:
    yield from pass_cards.home(resident, today)


def own(resident: Resident, today: date) -> Iterator[Section]:
    yield from pass_cards.own(resident, today)


def settings(house: House, standing: Standing) -> Iterator[Row]:
    yield from pass_cards.settings(house, standing)


def beside_pass(stay: Stay, starts_at: datetime, ends_at: datetime, now: datetime) -> Iterator[Row]:
    yield from pass_cards.beside_pass(stay, starts_at, ends_at, now)
