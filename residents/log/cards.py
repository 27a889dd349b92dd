"""What the log offers to the pages that gather. Each part says its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from residents.houses.models import House, Organization
from residents.houses.standing import Standing
from residents.log import (
    clock_cards,
    complaint_cards,
    entry_cards,
    incident_cards,
    log_paper_cards,
    own_record,
    safety_cards,
    shift_cards,
)
from residents.people.models import Resident
from residents.stays.models import Stay
from residents.stays.queries import living
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, Pending, Row, Section, Work
from soberhouse.documents.kinds import Offer
from soberhouse.documents.models import IssuedDocument


def today(house: House, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    yield from entry_cards.today(house, standing)
    yield from clock_cards.today(house, standing)
    yield from incident_cards.today(house, standing, today)
    yield from shift_cards.today(house, standing)
    yield from complaint_cards.today(house, standing)
    yield from safety_cards.today(house, standing, today)


def about(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card | Entry]:
    yield from entry_cards.about(resident, stays, standing)


def week(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    yield from entry_cards.week(resident)
    yield from complaint_cards.week(resident)


def home(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    yield from safety_cards.home(living(stays), today)
    yield from complaint_cards.home(resident)


def own(resident: Resident, today: date) -> Iterator[Section]:
    yield from own_record.own(resident)


def settings(house: House, standing: Standing) -> Iterator[Row]:
    yield from clock_cards.settings(house, standing)
    yield from safety_cards.settings(house, standing)


def papers(place: House | Organization, standing: Standing, today: date) -> Iterator[Offer]:
    yield from log_paper_cards.papers(place, standing, today)
    yield from safety_cards.papers(place, standing)


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    yield from log_paper_cards.issued_anew(document, standing)
    yield from safety_cards.issued_anew(document, standing)


def hand_over(house: House, standing: Standing, now: datetime) -> Iterator[Pending]:
    yield from shift_cards.hand_over(house, standing, now)


def work(user: User) -> Iterator[Work]:
    yield from shift_cards.work(user)
