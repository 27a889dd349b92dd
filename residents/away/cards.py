"""What being away offers to the pages that gather. Each part says its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from residents.away import night_cards, night_paper_cards, pass_cards
from residents.houses.models import House, Organization
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.stays.models import Stay
from soberhouse.cards import Card, Entry, Row, Section
from soberhouse.documents.kinds import Offer
from soberhouse.documents.models import IssuedDocument


def today(house: House, standing: Standing, today: date) -> Iterator[Card]:
    yield from night_cards.today(house, standing, today)
    yield from pass_cards.today(house, standing, today)
    yield from night_paper_cards.today(house, standing, today)


def about(resident: Resident, standing: Standing, today: date) -> Iterator[Card]:
    yield from night_cards.about(resident, standing, today)
    yield from pass_cards.about(resident, standing, today)


def timeline(resident: Resident, standing: Standing, today: date) -> Iterator[Entry]:
    yield from night_cards.timeline(resident, standing, today)
    yield from pass_cards.timeline(resident, standing, today)


def week(resident: Resident, today: date) -> Iterator[Card]:
    yield from night_cards.week(resident, today)
    yield from pass_cards.week(resident, today)


def home(resident: Resident, today: date) -> Iterator[Card]:
    yield from night_cards.home(resident, today)
    yield from pass_cards.home(resident, today)


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
