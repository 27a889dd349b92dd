"""What meetings offer to the pages that gather. Each part says its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from residents.houses.models import House, Organization
from residents.houses.standing import Standing
from residents.meetings import (
    attendance_cards,
    calendar_cards,
    directory_cards,
    house_meeting_cards,
    own_record,
    requirement_cards,
)
from residents.people.models import Resident
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.cards import CalendarEntry, Card, Entry, MinutesSection, Pending, Row, Section, Work
from soberhouse.documents.kinds import Offer
from soberhouse.documents.models import IssuedDocument


def today(house: House, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    stays = list(stays)
    yield from house_meeting_cards.today(house, stays, standing, today)
    yield from attendance_cards.today(house, standing, today)
    yield from requirement_cards.today(house, stays, standing, today)
    yield from directory_cards.today(house, standing, today)


def about(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card | Entry]:
    stays = list(stays)
    yield from requirement_cards.about(resident, stays, standing, today)
    yield from attendance_cards.about(resident, stays, standing, today)
    yield from calendar_cards.about(resident, standing)


def week(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    stays = list(stays)
    yield from requirement_cards.week(resident, stays, standing, today)
    yield from house_meeting_cards.week(resident, stays, standing, today)


def home(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    stays = list(stays)
    yield from house_meeting_cards.home(stays, today)
    if stays:
        yield from directory_cards.home()
    yield from calendar_cards.home(stays)


def own(resident: Resident, today: date) -> Iterator[Section]:
    yield from own_record.own(resident)


def settings(house: House, standing: Standing) -> Iterator[Row]:
    yield from requirement_cards.settings(house, standing)
    yield from house_meeting_cards.settings(house, standing)
    yield from directory_cards.settings(house, standing)
    yield from calendar_cards.settings(house, standing)


def beside_pass(stay: Stay, starts_at: datetime, ends_at: datetime, now: datetime) -> Iterator[Row]:
    yield from requirement_cards.beside_pass(stay, now)


def papers(place: House | Organization, standing: Standing, today: date) -> Iterator[Offer]:
    yield from attendance_cards.papers(place, standing, today)
    yield from house_meeting_cards.papers(place, standing, today)


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    yield from attendance_cards.issued_anew(document, standing)
    yield from house_meeting_cards.issued_anew(document, standing)
    yield from directory_cards.issued_anew(document, standing)


def hand_over(house: House, standing: Standing, now: datetime) -> Iterator[Pending]:
    yield from requirement_cards.hand_over(house, standing, now)
    yield from house_meeting_cards.hand_over(house, standing, now)


def calendar(place: Stay | House, since: datetime, until: datetime) -> Iterator[CalendarEntry]:
    yield from calendar_cards.calendar(place, since)


def work(user: User) -> Iterator[Work]:
    yield from attendance_cards.work(user)
    yield from house_meeting_cards.work(user)


def minutes(house: House, house_meeting_at: datetime, since: datetime | None) -> Iterator[MinutesSection]:
    yield from house_meeting_cards.minutes(house, house_meeting_at, since)
