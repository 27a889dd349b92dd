"""What rules offer to the pages that gather. Each part says its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from residents.houses.models import House, Organization
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.rules import book_cards, case_cards, contract_cards, rule_paper_cards
from residents.stays.models import Stay
from residents.stays.queries import living
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, MinutesSection, Pending, Row, Section, Work
from soberhouse.documents.kinds import Offer
from soberhouse.documents.models import IssuedDocument


def today(house: House, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    yield from book_cards.today(house, stays, standing, today)
    yield from case_cards.today(house, stays, standing, today)
    yield from contract_cards.today(house, standing, today)
    yield from rule_paper_cards.today(house, standing, today)


def about(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card | Entry]:
    stay = living(stays)
    yield from book_cards.about(resident, stay, standing, today)
    yield from case_cards.about(resident, stay, standing, today)
    yield from contract_cards.about(resident, stay, standing, today)


def week(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    stay = living(stays)
    if stay is not None:
        yield from book_cards.week(resident, stay, today)
    yield from case_cards.week(resident, today)
    yield from contract_cards.week(resident, today)


def home(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    stay = living(stays)
    if stay is not None:
        yield from book_cards.home(resident, stay, today)
        yield from case_cards.home(stay.house, today)


def own(resident: Resident, today: date) -> Iterator[Section]:
    yield from book_cards.own(resident, today)
    yield from case_cards.own(resident, today)
    yield from contract_cards.own(resident, today)


def settings(house: House, standing: Standing) -> Iterator[Row]:
    yield from book_cards.settings(house, standing)
    yield from case_cards.settings(house, standing)
    yield from contract_cards.settings(house, standing)


def beside_pass(stay: Stay, starts_at: datetime, ends_at: datetime, now: datetime) -> Iterator[Row]:
    yield from case_cards.beside_pass(stay, starts_at, ends_at, now)


def papers(place: House | Organization, standing: Standing, today: date) -> Iterator[Offer]:
    yield from rule_paper_cards.papers(place, standing, today)


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    yield from rule_paper_cards.issued_anew(document, standing)


def hand_over(house: House, standing: Standing, now: datetime) -> Iterator[Pending]:
    yield from case_cards.hand_over(house, standing, now)
    yield from book_cards.hand_over(house, now)


def work(user: User) -> Iterator[Work]:
    yield from case_cards.work(user)
    yield from contract_cards.work(user)


def minutes(house: House, house_meeting_at: datetime, since: datetime | None) -> Iterator[MinutesSection]:
    yield from contract_cards.minutes(house, house_meeting_at, since)
